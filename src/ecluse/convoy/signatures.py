"""What tells two things apart on a day: how each comparison of the law answers, and what it lacks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ecluse.condition import names_in
from ecluse.convoy.things import facts_on, route_of
from ecluse.engine.batch import RESOLVED, SEEN, program
from ecluse.engine.facts import item_facts, party_facts, unit_tpp
from ecluse.engine.gate import machine
from ecluse.engine.leaves import Leaf, Things, group_of, leaf_of, stated
from ecluse.engine.missing import MEASURES
from ecluse.lock import parts_of
from ecluse.truth import NO

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecluse.bounds import Bound
    from ecluse.convoy.groups import Group
    from ecluse.convoy.things import Ruling
    from ecluse.convoy.whos import Whos
    from ecluse.engine.facts import Facts
    from ecluse.engine.gate import Machine
    from ecluse.item import Candidate
    from ecluse.order import Line


@dataclass(frozen=True)
class Asked:
    """What the laws of a day ask of one group: comparisons, those with a measure tried, and names given whole."""

    leaves: tuple[Leaf, ...]
    tried: tuple[Leaf, ...]
    whole: tuple[str, ...]


@lru_cache(maxsize=256)
def _asked(engine: Machine, group: str) -> Asked:
    steps = program(engine)
    leaves = [stated(RESOLVED), stated(SEEN)] if group == "who" else []
    tried: list[Leaf] = []
    whole: list[str] = []
    for node, at in steps.inputs.items():
        groups = {group_of(name) for name in steps.names[at]}
        if groups == {group}:
            leaves.append(leaf_of(node, engine))
            facts = [name for name in steps.names[at] if name in MEASURES]
            tried += [leaf_of(node, engine, fact, way) for fact in facts for way in range(2)]
        elif group in groups:
            whole += [name for name in steps.names[at] if group_of(name) == group]
    return Asked(tuple(leaves), tuple(tried), tuple(dict.fromkeys(whole)))


class Signatures:
    """Things by number with the facts that they hold; and their signatures on days, both by number."""

    def __init__(self, ruling: Ruling, groups: Mapping[str, Group], days: Sequence[dt.date], whos: Whos) -> None:
        """`days` are the days by number."""
        self.ruling, self.groups, self.days, self.whos = ruling, groups, days, whos
        kinds = ruling.lock.library.facts
        self.silent: Facts = {fact.name: NO for fact in kinds.values() if fact.silence_is_no}
        # An item is one row for each chip that it may mean; what is certified may count from a day.
        self.chips: list[tuple[Line, Candidate]] = []
        self.items: list[range] = []
        self.routes: list[int] = []
        self.routed: dict[int, int] = {}
        self.dated: dict[tuple[int, int], int] = {}
        self.pairs: list[tuple[int, int]] = []
        self.things = {
            "item": Things(lambda at: self.silent | item_facts(*self.chips[at]), kinds),
            "who": Things(self._who_facts, kinds),
            "route": Things(lambda at: self.silent | route_of(self.groups, self.routes[at]), kinds),
        }

    def _who_facts(self, at: int) -> Facts:
        who, day = self.pairs[at]
        line = self.whos.lines[who]
        return self.silent | party_facts(line) | facts_on(line, self.days[day])

    def chips_of(self, number: int) -> range:
        """Give the rows of the chips that an item may mean; none for one that contains several parts."""
        while len(self.items) <= number:
            at = len(self.items)
            line = self.groups["item"].line(at) if self.groups["item"].reads(at) else None
            parts = parts_of(line, self.ruling.lock) if line is not None else ()
            start = len(self.chips)
            if line is not None and len(parts) == 1:
                self.chips += [(line, one) for one in parts[0].candidates]
            self.items.append(range(start, len(self.chips)))
        return self.items[number]

    def who(self, number: int, day: int) -> int:
        """Give the row of parties with what is certified about them on a day."""
        # Only days that were stated count up to another day.
        counted = any(isinstance(one, dt.date) for one in self.whos.lines[number].facts.values())
        key = (number, day if counted else -1)
        if key not in self.dated:
            self.dated[key] = len(self.pairs)
            self.pairs.append((number, day))
        return self.dated[key]

    def route(self, number: int) -> int:
        """Give the row of a route."""
        if number not in self.routed:
            self.routed[number] = len(self.routes)
            self.routes.append(number)
        return self.routed[number]

    def unit(self, chip: int) -> Bound | None:
        """Give the total processing performance of one unit with a chip."""
        return unit_tpp(*self.chips[chip])

    def of(self, group: str) -> Callable[[Sequence[tuple[int, int]]], list[Hashable]]:
        """Give the function that signs things of a group; each stands as its day and its number."""
        return lambda pairs: self._signed(group, pairs)

    def _signed(self, group: str, pairs: Sequence[tuple[int, int]]) -> list[Hashable]:
        rows = [self._rows(group, day, number) for day, number in pairs]
        self.grow()
        found: list[Hashable] = [None] * len(pairs)
        by_day: dict[int, list[int]] = {}
        for at, (day, _) in enumerate(pairs):
            by_day.setdefault(day, []).append(at)
        for day, places in by_day.items():
            flat = np.array([row for at in places for row in rows[at]], dtype=np.int64)
            # An item of several parts has no rows of its own.
            told = iter(self._bytes(group, day, flat) if len(flat) else ())
            for at in places:
                own = tuple(dict.fromkeys((next(told), self._more(group, row)) for row in rows[at]))
                found[at] = own or pairs[at][1]
        return found

    def _rows(self, group: str, day: int, number: int) -> Sequence[int]:
        if group == "item":
            return self.chips_of(number)
        return (self.who(number, day),) if group == "who" else (self.route(number),)

    def grow(self) -> None:
        """Take all that was numbered by now among the things."""
        for group, rows in (("item", self.chips), ("who", self.pairs), ("route", self.routes)):
            self.things[group].grow(len(rows))

    def _more(self, group: str, row: int) -> Hashable:
        """Tell things apart by what no comparison reads: where a route starts, how well an order's total is known."""
        if group == "route":
            return self.foreign(row)
        if group == "who":
            return None
        unit = self.unit(row)
        return None if unit is None else unit.exact is not None

    def foreign(self, row: int) -> bool:
        """Say whether goods on a route leave from elsewhere than the US."""
        return self.groups["route"].line(self.routes[row]).origin != "US"

    def _bytes(self, group: str, day: int, rows: NDArray[np.int64]) -> list[bytes]:
        """Give, for rows of a group, the answers to all that the laws of a day ask, as bytes."""
        library, known = self.ruling.lock.library, self.ruling.known
        things = self.things[group]
        columns: dict[object, NDArray[np.bool_]] = {}
        values: list[NDArray[np.int64]] = []
        # The law asked for and the text, where it differs: both must be told apart.
        for reading in dict.fromkeys((self.ruling.reading, "text")):
            asked = _asked(machine(library.on(self.days[day], known, reading)), group)
            wanted = [one for one in (*asked.leaves, *asked.tried) if one not in columns]
            for one, codes in zip(wanted, things.codes(wanted), strict=True):
                mine = codes.take(rows)
                columns[one] = mine == 1
                columns[one, "no"] = mine == 0
                for name in names_in(one.node):
                    for path in things.paths(name):
                        columns[one, path] = (mine < 0) & things.unsaid(path).take(rows)
            if asked.whole:
                values.append(things.groups_of(asked.whole)[0].take(rows))
        told = np.packbits(np.array(list(columns.values()), dtype=np.bool_).reshape(-1, len(rows)).T, axis=1)
        if values:
            wide = np.array(values, dtype=np.int64).T.copy().view(np.uint8).reshape(len(rows), -1)
            told = np.hstack([told, wide])
        return [one.tobytes() for one in told]
