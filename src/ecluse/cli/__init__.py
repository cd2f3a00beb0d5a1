"""The program `ecluse`: one file a verb."""

from ecluse.cli.main import main

__all__ = ["main"]
