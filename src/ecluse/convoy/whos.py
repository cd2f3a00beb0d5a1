"""Who is at the other end of a row: its parties and what is certified, held against the lists once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

from ecluse.order import ROLES
from ecluse.parties.ages import STALE_AFTER_DAYS
from ecluse.parties.entry import cited_day
from ecluse.parties.gates import screened
from ecluse.tables.coding import Codes, Trie

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecluse.convoy.groups import Group
    from ecluse.convoy.things import Ruling
    from ecluse.order import Line
    from ecluse.parties.entry import Entry
    from ecluse.parties.screen import Hit, Screener

# An entry may tell the year alone.
YEARS = frozenset(dt.date(year, 1, 1) for year in range(1960, 2102))


class Remembering:
    """Lists that hold each name and country against themselves once."""

    def __init__(self, lists: Screener) -> None:
        self.lists = lists
        self.found: dict[tuple[str, str | None], tuple[Hit, ...]] = {}
        self.date, self.digest, self.counts = lists.date, lists.digest, lists.counts

    def screen(self, name: str, country: str | None = None) -> tuple[Hit, ...]:
        """Give the hits of a name, best first."""
        key = name, country
        if key not in self.found:
            self.found[key] = self.lists.screen(name, country)
        return self.found[key]


class Whos:
    """Parties with what is certified about a row, by number; each as the line that holds them, screened."""

    def __init__(self, ruling: Ruling, groups: Mapping[str, Group], days: Sequence[dt.date]) -> None:
        """`days` are the days by number."""
        self.ruling, self.groups, self.days = ruling, groups, days
        self.lists = None if ruling.lists is None else Remembering(ruling.lists)
        # Days on which lists, or entries that parties met so far, begin to answer otherwise; a span is known by
        # its first day, so that one met later parts a span and leaves what was numbered before as it is.
        self.edges: list[dt.date] = []
        self.looked = 0
        self.spans: dict[dt.date | None, int] = {}
        self.trie = Trie(3)
        self.lines: list[Line] = []

    def numbers(self, things: Mapping[str, Codes], days: Codes) -> Codes:
        """Give the number of each row's parties and facts, as the lists have them on its day."""
        span: Codes = np.zeros(len(days), dtype=np.int32)
        if self.lists is not None:
            self._look()
            span = self._spans().take(days)
        found = self.trie.walk([things["parties"], things["facts"], span], len(days))
        if self.trie.count > len(self.lines):
            # The last row of each number stands for it.
            stands = np.zeros(self.trie.count, dtype=np.int64)
            stands[found] = np.arange(len(found))
            for number in range(len(self.lines), self.trie.count):
                at = int(stands[number])
                self.lines.append(self._line(int(things["parties"][at]), int(things["facts"][at]), self.days[days[at]]))
        return found

    def _line(self, parties: int, facts: int, day: dt.date) -> Line:
        line = dataclasses.replace(self.groups["parties"].line(parties), facts=self.groups["facts"].line(facts).facts)
        if self.lists is None:
            return line
        known = self.ruling.known.last_day("exporter")
        return screened(line, self.lists, day, known, self.ruling.cleared, self.ruling.owners)[0]  # type: ignore[arg-type]

    def _look(self) -> None:
        """Take the days on which the lists answer otherwise about parties that were not met before."""
        lists, parties = self.lists, self.groups["parties"]
        if lists is None:
            return
        margin = dt.timedelta(days=STALE_AFTER_DAYS)
        edges = {*self.edges, lists.date - margin, lists.date, lists.date + margin + dt.timedelta(days=1)}
        for number in range(self.looked, len(parties.lines)):
            if not parties.reads(number):
                continue
            for entry in self._met(parties.line(number)):
                edges |= {day for day in (entry.until, entry.listed, cited_day(entry.cite)) if day is not None}
                edges |= YEARS
        self.looked = len(parties.lines)
        self.edges = sorted(edges)

    def _spans(self) -> Codes:
        """Give for each day, by number, the number of its span: on its days the lists answer alike about all."""
        places = [bisect_right(self.edges, day) for day in self.days]
        first = [self.edges[place - 1] if place else None for place in places]
        return np.array([self.spans.setdefault(one, len(self.spans)) for one in first], dtype=np.int32)

    def _met(self, line: Line) -> Iterator[Entry]:
        """Give the entries that a line's parties, their parents and owners meet."""
        if self.lists is None:
            return
        for party in (*(getattr(line, role) for role in ROLES), *line.intermediates):
            if party is None:
                continue
            parent = party.ultimate_parent
            named = [(party.name, party.country or party.headquarters)]
            named += [(parent.name, parent.headquarters)] if parent else []
            named += [(owner.name, owner.headquarters) for owner in party.owners or ()]
            if self.ruling.owners is not None:
                below = (party.name, *(owner.name for owner in party.owners or ()))
                named += [(row.owner, None) for name in below if name for row in self.ruling.owners.above(name)]
            for name, country in named:
                if name is not None:
                    yield from (hit.entry for hit in self.lists.screen(name, country))
