"""Read the published lists, each format as it is published."""

from ecluse.parties.readers.kinds import FORMATS, read_file, read_folder

__all__ = ["FORMATS", "read_file", "read_folder"]
