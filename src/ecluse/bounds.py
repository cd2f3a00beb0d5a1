"""A number known exactly or between bounds; its comparisons give a truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bound:
    """A number from `low` to `high`, both included; None leaves that side open."""

    low: int | Decimal | None = None
    high: int | Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse bounds that cross."""
        if self.low is not None and self.high is not None and self.low > self.high:
            message = f"at_least {self.low} is above at_most {self.high}"
            raise ValueError(message)

    @property
    def exact(self) -> int | Decimal | None:
        """The number, where both bounds are the same."""
        return self.low if self.low == self.high else None

    def below(self, other: Bound) -> Truth:
        """Is this number < the other?"""
        if self.high is not None and other.low is not None and self.high < other.low:
            return YES
        if self.low is not None and other.high is not None and self.low >= other.high:
            return NO
        return UNKNOWN

    def equals(self, other: Bound) -> Truth:
        """Is this number the other?"""
        if self.exact is not None and self.exact == other.exact:
            return YES
        apart = (self.below(other), other.below(self))
        return NO if YES in apart else UNKNOWN

    def __add__(self, other: Bound) -> Bound:
        """Add side by side; an open side stays open."""
        return Bound(
            None if self.low is None or other.low is None else self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
        )

    def __mul__(self, other: Bound) -> Bound:
        """Multiply numbers that are not negative (quantities, performance)."""
        return Bound(
            None if self.low is None or other.low is None else self.low * other.low,
            None if self.high is None or other.high is None else self.high * other.high,
        )

    def __str__(self) -> str:
        """Write as people do: 25, at least 25, 25 to 60."""
        if self.exact is not None:
            return _digits(self.exact)
        if self.low is None and self.high is None:
            return "not known"
        if self.high is None:
            return f"at least {_digits(self.low)}"
        if self.low is None:
            return f"at most {_digits(self.high)}"
        return f"{_digits(self.low)} to {_digits(self.high)}"


def exactly(number: int | Decimal) -> Bound:
    """Take a number known exactly."""
    return Bound(number, number)


def hull(bounds: list[Bound]) -> Bound:
    """Give the narrowest bound that holds all of them."""
    lows = [bound.low for bound in bounds]
    highs = [bound.high for bound in bounds]
    return Bound(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
    )


def _digits(number: int | Decimal | None) -> str:
    """Write without an exponent and without idle zeros, rounded to three decimals."""
    if number is None:
        return "not known"
    if isinstance(number, int):
        return str(number)
    rounded = round(number, 3)
    return f"{rounded.normalize():f}"
