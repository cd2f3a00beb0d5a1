"""The law as data: one provision a file, with its source, its level and its days."""

from ecluse.law.library import Change, Library, build, changes, level_days, load, ruling_version

__all__ = ["Change", "Library", "build", "changes", "level_days", "load", "ruling_version"]
