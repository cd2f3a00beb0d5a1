"""Names of chips as reports and papers write them."""

from __future__ import annotations

import re

# Words that say who makes a chip or what sort of thing it is, not which it is.
_IDLE = frozenset(
    {"nvidia", "amd", "geforce", "instinct", "tensor", "core", "gpu", "gpus", "accelerator", "accelerators"}
    | {"chip", "chips", "processor", "processors"}
)
_WORD = re.compile(r"[a-z0-9]+")


def name_words(name: str) -> list[str]:
    """Give the words of a chip's name that tell it apart."""
    words = _WORD.findall(name.lower())
    return [word for word in words if word not in _IDLE] or words


def product_key(name: str) -> str:
    """Reduce a chip's name: `GeForce RTX 5090 D v2` and `RTX 5090D V2` are one."""
    return "".join(name_words(name))


def words_after(words: list[str], start: list[str]) -> list[str] | None:
    """Give the words of a name after those of another; None where it does not begin with them."""
    wanted, so_far = "".join(start), ""
    for index, word in enumerate(words):
        so_far += word
        if so_far == wanted:
            return words[index + 1 :]
    return None
