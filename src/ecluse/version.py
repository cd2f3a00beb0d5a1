"""The version of the program, as answers name it."""

VERSION = "0.1.0"
PROGRAM = f"ecluse {VERSION}"
