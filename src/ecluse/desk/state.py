"""The part of the book that a batch of requests touches, read under lock, changed, and written back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecluse.desk.records import START, Head

if TYPE_CHECKING:
    from ecluse.desk.records import (
        Account,
        Document,
        Dossier,
        Entry,
        Event,
        Instrument,
        Mention,
        Movement,
        Person,
        Ratio,
        Reservation,
    )

TABLES = ("person", "instrument", "account", "ratio", "entry", "reservation", "dossier", "document", "mention")
MICROSECONDS = 1_000_000


@dataclass(slots=True)
class Needs:
    """Which rows a batch has to see, by table and key."""

    ids: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    instruments: set[str] = field(default_factory=set)
    ratios: set[str] = field(default_factory=set)
    reservations: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    dossiers: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)


@dataclass(slots=True)
class State:
    """Rows by key; `made` and `changed` name those to write, `events` and `movements` those to append.

    `now` is the clock of the one writer, in microseconds. `seen` holds the digest and the answer of
    each id of the batch that was used before.
    """

    now: int
    head: Head = START
    person: dict[str, Person] = field(default_factory=dict)
    instrument: dict[str, Instrument] = field(default_factory=dict)
    account: dict[str, Account] = field(default_factory=dict)
    ratio: dict[str, Ratio] = field(default_factory=dict)
    entry: dict[str, Entry] = field(default_factory=dict)
    reservation: dict[str, Reservation] = field(default_factory=dict)
    dossier: dict[str, Dossier] = field(default_factory=dict)
    document: dict[str, Document] = field(default_factory=dict)
    mention: dict[str, Mention] = field(default_factory=dict)
    changed: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in TABLES})
    made: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in TABLES})
    events: list[Event] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    seen: dict[str, tuple[bytes, bytes | None]] = field(default_factory=dict)
    erase: list[str] = field(default_factory=list)

    @property
    def seq(self) -> int:
        """Give the number that the next event will have."""
        return self.head.seq + 1

    def put(self, table: str, key: str, row: object) -> None:
        """Set a row, to be written back: made where nobody has read one of that key, else changed."""
        rows = getattr(self, table)
        if key not in rows:
            self.made[table].add(key)
        elif key not in self.made[table]:
            self.changed[table].add(key)
        rows[key] = row

    def ratios_of(self, account: str) -> list[Ratio]:
        """Give the ratios in which an account counts."""
        return [ratio for ratio in self.ratio.values() if account in (ratio.num, ratio.den)]


def day_at(moment: int) -> str:
    """Give the day at the exporter's gate (US Eastern) of a time in microseconds."""
    return _day(moment // MICROSECONDS // 900)


def _day(quarter: int) -> str:
    found = _DAYS.get(quarter)
    if found is None:
        from ecluse.dates import day_of  # noqa: PLC0415 - once a quarter of an hour

        if len(_DAYS) > 10_000:
            _DAYS.clear()
        moment = dt.datetime.fromtimestamp(quarter * 900, dt.UTC)
        found = _DAYS[quarter] = day_of(moment, "exporter").isoformat()
    return found


_DAYS: dict[int, str] = {}
