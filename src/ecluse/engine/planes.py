"""Truths of many rows at once: one set of bits for the rows that answer yes, one for those that answer no.

A row in neither is not known. Sets of bits are whole numbers, row 0 the lowest bit, so that strong
Kleene for a million rows is a few operations on two numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Bits = int
Array = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Plane:
    """The rows that answer yes and those that answer no."""

    yes: Bits
    no: Bits

    def __and__(self, other: Plane) -> Plane:
        """No if either is no, yes if both are yes."""
        return Plane(self.yes & other.yes, self.no | other.no)

    def __or__(self, other: Plane) -> Plane:
        """Yes if either is yes, no if both are no."""
        return Plane(self.yes | other.yes, self.no & other.no)

    def __invert__(self) -> Plane:
        """Turn yes into no and no into yes; what is not known stays so."""
        return Plane(self.no, self.yes)

    def doubted(self, rows: Bits) -> Plane:
        """Take yes for not known in some rows."""
        return Plane(self.yes & ~rows, self.no)


def every(planes: Iterable[Plane], full: Bits) -> Plane:
    """Answer yes where all are yes (of none: everywhere), no where any is no."""
    yes, no = full, 0
    for plane in planes:
        yes &= plane.yes
        no |= plane.no
    return Plane(yes, no)


def some(planes: Iterable[Plane], full: Bits) -> Plane:
    """Answer yes where any is yes, no where all are no (of none: everywhere)."""
    yes, no = 0, full
    for plane in planes:
        yes |= plane.yes
        no &= plane.no
    return Plane(yes, no)


def full(size: int) -> Bits:
    """Give the set of all rows."""
    return (1 << size) - 1


def packed(chosen: NDArray[np.bool_]) -> Bits:
    """Give the set of the rows that an array chooses."""
    return int.from_bytes(np.packbits(chosen, bitorder="little").tobytes(), "little")


def plane(codes: Array) -> Plane:
    """Give truths by their codes: 1 for yes, 0 for no, any other for not known."""
    return Plane(packed(codes == 1), packed(codes == 0))


def chosen(bits: Bits, size: int) -> NDArray[np.bool_]:
    """Say of each row whether it is in a set."""
    raw = np.frombuffer(bits.to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
    return np.unpackbits(raw, count=size, bitorder="little").view(np.bool_)


def codes(answers: Plane, size: int) -> NDArray[np.int8]:
    """Give the code of each row's truth: 1, 0, and -1 for not known."""
    found = np.full(size, -1, dtype=np.int8)
    found[chosen(answers.no, size)] = 0
    found[chosen(answers.yes, size)] = 1
    return found
