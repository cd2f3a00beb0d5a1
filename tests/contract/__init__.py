"""Tests of what callers may rely on."""
