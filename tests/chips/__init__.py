"""Tests of the chips."""
