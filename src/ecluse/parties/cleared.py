"""Hits that a person has judged: who, when, why, for which reading of the list entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.errors import InputError
from ecluse.parties import names
from ecluse.reading import Reader, parse_toml, read_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from pathlib import Path

    from ecluse.parties.entry import Entry

DIGEST = 16


@dataclass(frozen=True, slots=True)
class Cleared:
    """A person's judgement that a name is not the party of a list entry, as that entry then read.

    `digest` is the entry's sha256, or its first sixteen figures; where the entry reads otherwise
    now, the judgement has expired.
    """

    name: str
    entry: str
    digest: str
    by: str
    on: dt.date
    why: str
    country: str | None = None
    until: dt.date | None = None

    def speaks_of(self, name: str, country: str | None, entry: Entry) -> bool:
        """Is it about this name and this entry, whatever the entry says now? One number or one name is one entry."""
        same_party = names.parse(self.name).fingerprint == names.parse(name).fingerprint
        return same_party and self.country in (None, country) and (self.entry == entry.id or self.holds(entry))

    def holds(self, entry: Entry) -> bool:
        """Does the entry still read as it did when the judgement was made?"""
        return entry.digest.startswith(self.digest)

    def counts_on(self, day: dt.date) -> bool:
        """Was it made by that day, and has it not run out?"""
        return self.on <= day and (self.until is None or day < self.until)


def read_cleared(paths: Iterable[Path]) -> tuple[Cleared, ...]:
    """Read `[[cleared]]` tables: name, entry, digest, by, on, why, and optionally country and until."""
    found: list[Cleared] = []
    for path in paths:
        text = read_text(path, InputError)
        reader = Reader(parse_toml(text, str(path), InputError), str(path), InputError, text=text)
        found += [_one(row) for row in reader.each("cleared") or ()]
        reader.close()
    return tuple(found)


def _one(row: Reader) -> Cleared:
    digest = row.needed("digest").lower()
    if len(digest) < DIGEST or any(mark not in "0123456789abcdef" for mark in digest):
        row.fail(
            "digest",
            f"is {digest!r}, expected the entry's sha256 or its first {DIGEST} figures (`ecluse lists show ENTRY`)",
        )
    made = row.day("on")
    if made is None:
        row.fail("on", "is missing: on which day was it judged?")
    one = Cleared(
        name=row.needed("name"),
        entry=row.needed("entry"),
        digest=digest,
        by=row.needed("by"),
        on=made,
        why=row.needed("why"),
        country=row.word("country"),
        until=row.day("until"),
    )
    row.close()
    return one
