"""Broken files, each with the exact message it must cause."""
