"""Whole tables through the lock."""
