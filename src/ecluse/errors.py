"""Every error Ecluse raises, drawn as one tree.

    EcluseError
    ├─ InputError      what the caller gave cannot be read
    │  ├─ BadLine      an order line: which field, what was expected, what to do
    │  └─ BadTable     a table of lines
    ├─ LawError        a provision file is wrong: file, key, value, caret
    │  ├─ BadProvision
    │  ├─ BadCondition
    │  └─ Conflict     two provisions of equal rank answer differently
    ├─ SourceError     a list, a claim file, an article, a price file cannot be read
    └─ DeskError       a move the book refuses
       ├─ BadMove
       │  └─ NotInBook    a line, an order or a paper that is not there
       └─ SameIdOtherContent

Not errors but answers: a missing fact, an unlisted chip, a quota exceeded or not fixed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class EcluseError(Exception):
    """Anything Ecluse refuses; its text is one clear paragraph.

    `field` and `why` are its parts, where it is about one field of an input.
    """

    field = ""
    why = ""


class InputError(EcluseError):
    """What the caller gave cannot be read."""


class BadLine(InputError):
    """An order line cannot be read."""


class BadTable(InputError):
    """A table of order lines cannot be read."""


class LawError(EcluseError):
    """A provision file is wrong."""


class BadProvision(LawError):
    """A provision file has a wrong key or value."""


class BadCondition(LawError):
    """The text of a condition is not in the language of conditions."""


class Conflict(LawError):
    """Two provisions of equal rank answer differently."""


class SourceError(EcluseError):
    """A list, a claim file, an article or a price file cannot be read."""


class DeskError(EcluseError):
    """The book refuses a move."""


class BadMove(DeskError):
    """A move that the state of the order does not allow."""


class NotInBook(BadMove):
    """A line, an order or a paper that the book does not hold: not found, exit status 1."""


class SameIdOtherContent(DeskError):
    """An id that is already taken by something else."""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Say which known name is meant, as the end of a sentence; nothing where none is near."""
    import difflib  # noqa: PLC0415 - only an error pays for it

    by_small = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_small, n=1, cutoff=cutoff)
    return f" Did you mean {by_small[found[0]]!r}?" if found else ""


def show(value: object) -> str:
    """Quote a value for an error, short enough to read."""
    text = str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
