"""Tests of the floor: truths, bounds, days."""
