"""Tests of the parties."""
