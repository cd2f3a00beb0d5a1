"""An article as it was read: its lines and what each is, its stamps, its sentences, its raw digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

# What a line of a page is. Claims come from the body and, apart, from title and deck.
KINDS = (
    "body", "title", "deck", "heading", "byline", "stamp", "update", "translated", "copyright", "credit",
    "menu", "share", "related", "disclaimer", "advert",
)  # fmt: skip
READ = ("body", "title", "deck")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page: where it stands, what it is, and why it was taken for that."""

    start: int
    end: int
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """A day or a minute as the page gives it. Without a zone the instant is not known, only the day."""

    day: dt.date
    time: dt.time | None
    zone: str | None
    text: str
    doubt: str | None = None

    def instant(self) -> str | None:
        """Give the instant with its zone; None where the page gives no time or no zone."""
        if self.time is None or self.zone is None:
            return None
        return f"{self.day}T{self.time:%H:%M:%S}{self.zone}"

    def written(self) -> str:
        """Give all that is known of it, as text."""
        return self.instant() or (
            f"{self.day}" if self.time is None else f"{self.day}T{self.time:%H:%M} (no zone given)"
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text came from: path or address, size in bytes, sha256 of the raw bytes, how it was taken out."""

    place: str
    size: int
    digest: str
    by: str


@dataclass(frozen=True, slots=True)
class Article:
    """A text with its metadata; what the page does not say is None."""

    source: Source
    text: str
    language: str
    script: str
    language_by: str
    lines: tuple[Line, ...]
    url: str | None = None
    title: str | None = None
    byline: str | None = None
    publisher: str | None = None
    original_publisher: str | None = None
    published: Stamp | None = None
    updated: Stamp | None = None
    update_notes: tuple[str, ...] = ()
    translated: bool = False
    notes: tuple[str, ...] = ()

    def of_kind(self, *kinds: str) -> tuple[Line, ...]:
        """Give the lines of some kinds."""
        return tuple(line for line in self.lines if line.kind in kinds)

    def words(self, line: Line) -> str:
        """Give the text of a line."""
        return self.text[line.start : line.end]
