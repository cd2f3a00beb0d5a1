"""A thing that became known on a day or at an instant: given, or told by the law or by a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

SOURCES = ("given", "law", "claims")


@dataclass(frozen=True, slots=True)
class Event:
    """What became known, and when: precise to a day (`day`) or to an instant with a zone (`instant`).

    `observed` marks a report of a price move: it stands beside the close as a claim and is never studied.
    """

    id: str
    title: str
    source: str
    day: dt.date | None = None
    instant: dt.datetime | None = None
    cite: tuple[str, ...] = ()
    level: str | None = None
    observed: bool = False

    @property
    def at(self) -> str:
        """The day or instant, as written."""
        return self.instant.isoformat() if self.instant else str(self.day)
