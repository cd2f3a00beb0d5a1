"""The chips: a catalogue with a source for each number, and the measures the law compares."""

from ecluse.chips.catalogue import Catalogue, Chip, known_names, load
from ecluse.chips.measures import candidates, from_given, worked

__all__ = ["Catalogue", "Chip", "candidates", "from_given", "known_names", "load", "worked"]
