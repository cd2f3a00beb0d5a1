"""Property tests: the promises of the program."""
