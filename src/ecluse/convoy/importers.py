"""The importer's gate for rows, and the licences held: each answered once for all that it cannot tell apart."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecluse import evidence
from ecluse.convoy.amounts import ONE
from ecluse.convoy.answers import CODES, NOT_APPLICABLE, Gate, importer_of
from ecluse.convoy.things import Ruling, Situation, line_of, models_of, situation
from ecluse.tables.coding import Codes, Distinct, Keys, Sorted, each
from ecluse.truth import NO

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from ecluse.convoy.groups import Group

# The parties that reports may mean.
MEANT = ("buyer", "end_user")
ELSEWHERE = Gate(NOT_APPLICABLE)


@dataclass(frozen=True)
class Met:
    """What a table has met so far, by number: its things and its days; and how the names of parties are sorted."""

    ruling: Ruling
    groups: Mapping[str, Group]
    days: Sequence[dt.date]
    name: Callable[[object], Hashable]


class Items:
    """Tells items apart by the chips of which reports or papers speak."""

    def __init__(self, met: Met) -> None:
        self.ruling, self.groups = met.ruling, met.groups
        self.products = frozenset(product for product, _ in self.ruling.lock.evidence.shelves)
        self.own = bool(self.groups["papers"].paths)

    def __call__(self, _: int, number: int) -> Item:
        """Give the signature of an item."""
        line, base = self.groups["item"].line(number), self.ruling.lock.evidence
        models = models_of(line, self.ruling.lock)
        keys = tuple(dict.fromkeys(evidence.product_key(model) for model in models))
        spoken = tuple(key for key in keys if {key, f"?{key}"} & self.products)
        papers = any(evidence.fits_item(paper, line, models) is not NO for paper in base.papers)
        return Item(
            spoken, len(keys) > len(spoken), len(line.item.contains) > 1, number if papers or self.own else None
        )


class Item(NamedTuple):
    """What tells items apart: the chips of which reports speak, and the item itself where papers bear on it."""

    spoken: tuple[str, ...]
    others: bool
    several: bool
    papers: int | None


class Importers:
    """Answers of the importer's gate, by number; number 0 is that of a line it does not apply to."""

    def __init__(self, met: Met) -> None:
        self.ruling, self.groups, self.days, self.name = met.ruling, met.groups, met.days, met.name
        self.own = bool(self.groups["papers"].paths)
        self.read = evidence.facts_read(self.ruling.lock.evidence)
        self.spans = evidence.days(self.ruling.lock.evidence)
        self.items = Items(met)
        self.papers: dict[Hashable, bool] = {}
        self.sorts = {
            "item": Sorted(each(self._item)),
            "parties": Sorted(each(self._parties)),
            "near": Sorted(each(self._near)),
            "facts": Sorted(each(self._facts)),
            "route": Sorted(each(self._route)),
        }
        self.keys = Keys(6)
        self.gates: Distinct[Gate] = Distinct()
        self.gates.number(ELSEWHERE)
        self.answered: list[int] = []
        self.waiting: list[Situation] = []

    def _item(self, span: int, number: int) -> Hashable:
        """Tell items apart, and days on which other reports bear on them."""
        found = self._dated(span, number)
        self.papers[found] = found[0].papers is not None
        return found

    def _dated(self, span: int, number: int) -> tuple[Item, int]:
        item = self.items(0, number)
        if item.papers is not None or not span:
            return item, span
        begun = evidence.days_for(self.ruling.lock.evidence, item.spoken)
        return item, bisect_right(begun, self.spans[span - 1])

    def _near(self, _: int, number: int) -> Hashable:
        """Tell parties apart by those that reports may mean."""
        return tuple(one for one in self._parties(0, number) if one[0] in MEANT)

    def _parties(self, _: int, number: int) -> tuple[tuple[str, Hashable], ...]:
        line = self.groups["parties"].line(number)
        return tuple(
            (role, party and (party.name if self.own else party.name and self.name(party.name), party.kind))
            for role, party in line.parties()
        )

    def _facts(self, _: int, number: int) -> Hashable:
        stated = self.groups["facts"].line(number).facts
        return tuple((name, stated[name]) for name in sorted(stated) if name in self.read)

    def _route(self, _: int, number: int) -> Hashable:
        line = self.groups["route"].line(number)
        return line.destination == "CN" and line.origin != "CN" and (line.act, line.use)

    def cases(self, things: Mapping[str, Codes], days: Codes) -> Codes:
        """Give the number of each row's case, -1 where the gate does not apply; those not met before wait."""
        nothing = np.zeros(len(days), dtype=np.int32)
        route = self.sorts["route"].of(nothing, things["route"])
        here = np.flatnonzero(route != self.sorts["route"].index.get(False, -1))
        found = np.full(len(days), -1, dtype=np.int32)
        if not len(here):
            return found
        rows = {name: codes[here] for name, codes in things.items()}
        ids, fresh = self.keys.ids([*self._sorted(rows, days[here]), rows["papers"], route[here]])
        self.waiting += [situation(rows, at, self.days[days[here[at]]], ONE) for at in fresh.tolist()]
        found[here] = ids
        return found

    def _sorted(self, rows: Mapping[str, Codes], days: Codes) -> list[Codes]:
        """Sort items with their days, parties, and facts."""
        # Dates matter to reports as they begin; a line's own papers are held against each day.
        spans = np.array([bisect_right(self.spans, day) for day in self.days], dtype=np.int32)
        item = self.sorts["item"].of(spans.take(days), rows["item"])
        papers = np.array([self.papers[one] for one in self.sorts["item"].index], dtype=np.bool_).take(item)
        nothing = np.zeros(len(days), dtype=np.int32)
        whole, near = (self.sorts[name].of(nothing, rows["parties"]) for name in ("parties", "near"))
        facts = self.sorts["facts"].of(nothing, rows["facts"])
        return [item, np.where(papers, 2 * whole + 1, 2 * near), facts, np.where(self.own, days, 0)]

    def settle(self) -> None:
        """Answer the cases that wait."""
        lock = self.ruling.lock
        for one in self.waiting:
            line = line_of(self.groups, one)
            told = evidence.weigh(lock.evidence, line, models_of(line, lock), one.day, self.ruling.known)
            self.answered.append(self.gates.number(importer_of(told)))
        self.waiting = []

    def numbers(self, cases: Codes) -> Codes:
        """Give the number of each row's answer, by its case."""
        return np.array([*self.answered, 0], dtype=np.int32).take(cases)


class Licences:
    """Whether an exporter's licence is held, and whether a paper with a balance bears on a row."""

    def __init__(self, met: Met) -> None:
        self.ruling, self.groups, self.days, self.name = met.ruling, met.groups, met.days, met.name
        self.items = Sorted(each(Items(met)))
        self.parties, self.route = Sorted(each(self._parties)), Sorted(each(self._route))
        base = self.ruling.lock.evidence
        self.spans = evidence.days(base)
        self.own = bool(self.groups["papers"].paths)
        self.places = {place for paper in base.papers for place in paper.destinations}
        self.keys = Keys(5)
        self.held: list[int] = []
        self.balanced: list[bool] = []

    def _parties(self, _: int, number: int) -> Hashable:
        line = self.groups["parties"].line(number)
        return tuple(
            (role, party and (self.name(party.name) if party.name and not self.own else party.name))
            for role, party in line.parties()
        )

    def _route(self, _: int, number: int) -> Hashable:
        line = self.groups["route"].line(number)
        return line.destination if self.own or line.destination in self.places else None, line.use

    def of(self, things: Mapping[str, Codes], days: Codes) -> tuple[Codes, Codes]:
        """Give for each row whether a licence is held (1, 0, -1), and whether it draws on a balance."""
        nothing = np.zeros(len(days), dtype=np.int32)
        parties, route = self.parties.of(nothing, things["parties"]), self.route.of(nothing, things["route"])
        item = self.items.of(nothing, things["item"])
        # Dates matter to papers on file as they begin and end; a line's own papers are held against each day.
        spans = (
            days if self.own else np.array([bisect_right(self.spans, day) for day in self.days], np.int32).take(days)
        )
        ids, fresh = self.keys.ids([item, parties, things["papers"], route, spans])
        for at in fresh.tolist():
            self._answer(situation(things, at, self.days[days[at]], ONE))
        return np.array(self.held, dtype=np.int32).take(ids), np.array(self.balanced, dtype=bool).take(ids)

    def _answer(self, one: Situation) -> None:
        line, base, known = line_of(self.groups, one), self.ruling.lock.evidence, self.ruling.known
        models = models_of(line, self.ruling.lock)
        self.held.append(CODES[evidence.held(base, line, one.day, known, "exporter", models).truth])
        self.balanced.append(bool(evidence.balances(base, line, known, models)))
