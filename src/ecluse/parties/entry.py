"""An entry of a published list, and a snapshot of lists as of a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The lists that a screen under United States law must hold to be complete.
REQUIRED = frozenset({"EL", "MEU", "UVL", "DPL", "SDN"})

_CITE = re.compile(r"(?<![\d.])(\d{2,3})\s*F\.?\s*R\.?\s*(?:No\.\s*)?(\d{2,6})", re.IGNORECASE)
_AMERICAN = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{2,4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
# Volume n of the Federal Register is that of the year n + 1935.
VOLUME_ZERO = 1935


@dataclass(frozen=True)
class Entry:
    """One party as a list publishes it.

    `place` is the file and row it was read from. `kind` is entity, person, vessel, aircraft, or
    None where the list does not say. `listed` is the day of the addition where the list gives it.
    """

    id: str
    list: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str | None = None
    countries: tuple[str, ...] = ()
    number: str | None = None
    requirement: str | None = None
    policy: str | None = None
    programs: tuple[str, ...] = ()
    cite: str | None = None
    listed: dt.date | None = None
    until: dt.date | None = None
    addresses: tuple[str, ...] = ()
    place: str = ""

    @cached_property
    def digest(self) -> str:
        """The sha256 of what the list says of the party, whatever row it stands in."""
        said = (
            self.list, self.name, *sorted(self.aliases), self.kind, *sorted(self.countries), self.number,
            self.requirement, self.policy, *sorted(self.programs), self.cite, self.listed, self.until,
        )  # fmt: skip
        return hashlib.sha256("\0".join(str(one or "") for one in said).encode()).hexdigest()

    @property
    def names(self) -> tuple[str, ...]:
        """The name as published, then its aliases."""
        return (self.name, *self.aliases)

    @property
    def key(self) -> tuple[str, str]:
        """What stays the same from one snapshot to the next: the list, and its own number or the name."""
        return self.list, self.number or " ".join(self.name.casefold().split())


@dataclass(frozen=True)
class Snapshot:
    """Lists as published on a day. `faults` says what could not be read, row by row."""

    date: dt.date
    entries: tuple[Entry, ...]
    digest: str
    sources: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    dates: Mapping[str, dt.date] = field(default_factory=dict)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many entries each list has."""
        found: dict[str, int] = {}
        for entry in self.entries:
            found[entry.list] = found.get(entry.list, 0) + 1
        return found

    def find(self, name: str) -> Entry | None:
        """Give the entry of an id."""
        return self._by_id.get(name)

    @cached_property
    def _by_id(self) -> dict[str, Entry]:
        return {entry.id: entry for entry in self.entries}


def cited_years(cite: str | None) -> tuple[int, ...]:
    """Give the years of the Federal Register volumes that an entry cites, oldest first."""
    if not cite:
        return ()
    years = {int(volume) + VOLUME_ZERO for volume, _ in _CITE.findall(cite)}
    return tuple(sorted(year for year in years if 1960 <= year <= 2100))


def cited_day(cite: str | None) -> dt.date | None:
    """Give the earliest day that a citation itself spells out."""
    days = []
    for month, day, year in _AMERICAN.findall(cite or ""):
        number = int(year)
        century = 0 if number >= 100 else 2000 if number < 60 else 1900
        days.append(_day(number + century, int(month), int(day)))
    days += [_day(int(year), int(month), int(day)) for year, month, day in _ISO.findall(cite or "")]
    return min((day for day in days if day is not None), default=None)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def listed_on(entry: Entry, snapshot: dt.date, day: dt.date) -> Truth:
    """Did the entry stand on its list on a day, by what a snapshot of another day tells?

    On the snapshot's day: yes. After it: yes, as a listing has no end until an authority gives it
    one. Before it: by the entry's own date; by the volumes that it cites, to the year; else not
    known.
    """
    if entry.until is not None and day >= entry.until:
        return NO
    start = entry.listed or cited_day(entry.cite)
    # Of several lists one may be newer than the snapshot's day: what it added since was not there before.
    if day >= snapshot and (start is None or day >= start):
        return YES
    if start is not None:
        return YES if day >= start else NO
    years = cited_years(entry.cite)
    if not years or day.year == years[0]:
        return UNKNOWN
    return YES if day.year > years[0] else NO


def amended_after(entry: Entry, day: dt.date) -> bool:
    """May the entry's terms have been changed after a day: does it cite a volume of that year or a later one?

    The one volume of the addition itself changes nothing.
    """
    years = cited_years(entry.cite)
    return len(years) > 1 and years[-1] >= day.year


def snapshot_digest(entries: Iterable[Entry]) -> str:
    """Give the sha256 of all entries, in order."""
    total = hashlib.sha256()
    for entry in entries:
        total.update(f"{entry.id}\0{entry.digest}\n".encode())
    return total.hexdigest()
