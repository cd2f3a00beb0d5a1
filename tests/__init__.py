"""Tests of Ecluse."""
