"""Open, executable trade control for AI accelerators."""
