"""Verbs under `ecluse serve`: those who may log in."""
