"""The law as data: one provision a file, with its source, its level and its days."""

from ecluse.law.library import Library, build, level_days, load, ruling_version

__all__ = ["Library", "build", "level_days", "load", "ruling_version"]
