"""What spellings of one word have in common: its sound, its consonants, the stem of a Russian word."""

from __future__ import annotations

import re
from functools import lru_cache

_VOWELS = re.compile(r"[aeiouyhw]")
_SOUNDS = (
    ("sch", "sh"), ("tch", "ch"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("ck", "k"), ("tz", "ts"), ("dj", "j"),
    ("zh", "j"), ("th", "t"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ii", "i"), ("iy", "i"), ("ij", "i"),
    ("yi", "i"), ("ey", "i"), ("ay", "ai"),
)  # fmt: skip
_SEVERAL = re.compile("|".join(letters for letters, _ in _SOUNDS))
_ONE = str.maketrans(
    {"q": "k", "x": "ks", "c": "k", "w": "v", "y": "i", "j": "i", "o": "u", "e": "i", "z": "s", "p": "b"}
)
_TWICE = re.compile(r"(.)\1+")
_SOFT = re.compile(r"[aeiouh]")
# Of fewer consonants too many words are alike.
FEWEST_CONSONANTS, SHORTEST_STEM = 3, 4
# Russian letters as they are transliterated one way and another, and endings.
_RUSSIAN = (
    ("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("zh", "j"), ("ts", "c"), ("ks", "x"), ("iy", "i"), ("ii", "i"),
    ("yi", "i"), ("yy", "i"), ("ij", "i"), ("ya", "a"), ("ia", "a"), ("ja", "a"), ("yu", "u"), ("iu", "u"), ("ju", "u"),
    ("ye", "e"), ("ie", "e"), ("je", "e"),
)  # fmt: skip
_ENDING = re.compile(r"(?:ogo|ego|omu|ami|aa|oe|ee|oi|oy|ei|ih|yh|im|ym|ov|ev|ah|am|om|a|e|i|y|o|u)\Z")


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Write a word as spellings of one sound have in common: Mohammed and Muhamad, Yuriy and Iurii."""
    if _SEVERAL.search(word):
        for letters, plain in _SOUNDS:
            word = word.replace(letters, plain)
    return _TWICE.sub(r"\1", word.translate(_ONE))


@lru_cache(maxsize=65536)
def bones(word: str) -> str:
    """Give a word without vowels after its first letter."""
    return word[:1] + _TWICE.sub(r"\1", _VOWELS.sub("", word[1:]))


def vowels(word: str) -> int:
    """Count the vowels of a word, y, h and w among them."""
    return len(_VOWELS.findall(word))


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """Give the consonants of a word's sound: Rossolay and Rassalai have r, s, l. Nothing where there are few."""
    if not word.isalpha():
        return ""
    found = _TWICE.sub(r"\1", _SOFT.sub("", sound(word)))
    return found if len(found) >= FEWEST_CONSONANTS else ""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Give what the forms and transliterations of a Russian word have in common; nothing where too little is left."""
    for letters, plain in _RUSSIAN:
        word = word.replace(letters, plain)
    found = _ENDING.sub("", _TWICE.sub(r"\1", word))
    return found if len(found) >= SHORTEST_STEM else ""
