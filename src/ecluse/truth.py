"""Yes, no, not known, and how they combine (strong Kleene)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable


class Truth(Enum):
    """One of three answers; it has no `bool`, so nobody takes *not known* for yes or no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        """Refuse: three answers do not fit into two."""
        message = f"the answer is {self.value!r}; compare it with `is YES`, `is NO` or `is UNKNOWN`"
        raise TypeError(message)

    def __and__(self, other: Truth) -> Truth:
        """No if either is no, yes if both are yes."""
        if self is NO or other is NO:
            return NO
        return YES if self is YES and other is YES else UNKNOWN

    def __or__(self, other: Truth) -> Truth:
        """Yes if either is yes, no if both are no."""
        if self is YES or other is YES:
            return YES
        return NO if self is NO and other is NO else UNKNOWN

    def __invert__(self) -> Truth:
        """Turn yes into no and no into yes; what is not known stays so."""
        return _OPPOSITE[self]


YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
_OPPOSITE = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}


def truth(value: bool | None) -> Truth:  # noqa: FBT001 - this is where two values become three
    """Take True, False or None for yes, no and not known."""
    return UNKNOWN if value is None else YES if value else NO


def every(answers: Iterable[Truth]) -> Truth:
    """Answer yes if all are yes (of none: yes), no if any is no."""
    result = YES
    for answer in answers:
        if answer is NO:
            return NO
        result = result & answer
    return result


def some(answers: Iterable[Truth]) -> Truth:
    """Answer yes if any is yes, no if all are no (of none: no)."""
    result = NO
    for answer in answers:
        if answer is YES:
            return YES
        result = result | answer
    return result


def agreed(answers: Iterable[Truth]) -> Truth:
    """Give the answer on which all agree; not known where they differ."""
    seen = set(answers)
    return seen.pop() if len(seen) == 1 else UNKNOWN
