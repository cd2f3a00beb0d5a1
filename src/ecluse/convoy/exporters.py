"""The exporter's gate for rows: sorted into situations that no condition tells apart, then answered in columns."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ecluse.bounds import Bound
from ecluse.convoy.answers import CODES, DECISIVE, Gate, exporter_of
from ecluse.convoy.signatures import Signatures
from ecluse.convoy.things import Ruling, Situation, decided, facts_on, route_of, situation
from ecluse.convoy.whos import Whos
from ecluse.engine.facts import item_facts, party_facts, unit_tpp
from ecluse.engine.frame import lay, whole
from ecluse.engine.rows import answer_rows, edges_of
from ecluse.lock import parts_of
from ecluse.tables.coding import Codes, Keys, Sorted
from ecluse.truth import UNKNOWN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ecluse.convoy.groups import Group
    from ecluse.engine.facts import Facts

SORTED = ("item", "who", "route")


@dataclasses.dataclass(frozen=True)
class Case:
    """A situation of the exporter's gate: one that stands for its like, and whether a licence is held."""

    one: Situation
    who: int
    held: int


class Exporters:
    """Answers of the exporter's gate, as for a shipment, by number."""

    def __init__(
        self,
        ruling: Ruling,
        groups: Mapping[str, Group],
        days: Sequence[dt.date],
        quantities: Sequence[Bound],
        beside: frozenset[str],
    ) -> None:
        """`days` and `quantities` are those by number, `beside` the facts that quantities are held against."""
        facts = groups["facts"].paths
        self.kinds = [one.kind for name, one in ruling.lock.library.facts.items() if f"facts.{name}" in facts]
        self.ruling, self.groups, self.days, self.quantities, self.beside = ruling, groups, days, quantities, beside
        self.whos = Whos(ruling, groups, days)
        self.signatures = Signatures(ruling, groups, days, self.whos)
        self.sorts = {name: Sorted(self.signatures.of(name)) for name in SORTED}
        self.keys = Keys(len(SORTED) + 3)
        self.steps = ruling.lock.library.days()
        self.answers: list[Gate] = []
        self.index: dict[Gate, int] = {}
        self.answered: list[int] = []

    def numbers(self, things: Mapping[str, Codes], days: Codes, held: Codes, quantity: Codes) -> Codes:
        """Give the number of each row's answer."""
        span = self._spans().take(days)
        things = {**things, "who": self.whos.numbers(things, days)}
        rows = {name: self.sorts[name].of(span, things[name]) for name in SORTED}
        # Where a quantity is held against other facts, the chip's own figures count too.
        measured = quantity > 1
        if measured.any():
            rows["item"] = np.where(measured, things["item"] + np.int64(1 << 20), rows["item"])
        ids, fresh = self.keys.ids([*(rows[name] for name in SORTED), span, held + 1, quantity])
        cases = [
            Case(
                situation(things, at, self.days[span[at]], self.quantities[quantity[at]]),
                int(things["who"][at]),
                int(held[at]),
            )
            for at in fresh.tolist()
        ]
        for gate in self._gates(cases):
            if gate not in self.index:
                self.index[gate] = len(self.answers)
                self.answers.append(gate)
            self.answered.append(self.index[gate])
        return np.array(self.answered, dtype=np.int32).take(ids)

    def _spans(self) -> Codes:
        """Give for each day the first of the days on which the same texts and sets rule, all by number."""
        first: dict[int, int] = {}
        exact = any(kind == "day" for kind in self.kinds)
        places = [bisect_right(self.steps, day) for day in self.days]
        found = [at if exact else first.setdefault(place, at) for at, place in enumerate(places)]
        return np.array(found, dtype=np.int32)

    def _gates(self, cases: list[Case]) -> list[Gate]:
        """Answer cases, in their order."""
        found: list[Gate | None] = [None] * len(cases)
        by_day: dict[dt.date, list[int]] = {}
        for at, case in enumerate(cases):
            if len(self.groups["item"].line(case.one.item).item.contains) > 1:
                found[at] = self._alone(case.one)
            else:
                by_day.setdefault(case.one.day, []).append(at)
        for day, places in by_day.items():
            told = self._columns(day, [cases[at] for at in places])
            for at, gate in zip(places, told, strict=True):
                found[at] = gate
        return [gate for gate in found if gate is not None]

    def _alone(self, one: Situation) -> Gate:
        """Answer what columns do not hold, as one line; for shipment, whatever its act."""
        outer = decided(self.ruling, self.groups, one).exporter
        return exporter_of(outer.ahead or outer)

    def _columns(self, day: dt.date, cases: list[Case]) -> list[Gate]:
        """Answer the cases of one day together."""
        frame, several, odd = self._laid(day, cases)
        lock = self.ruling.lock
        law = lock.library.on(day, self.ruling.known, self.ruling.reading)
        told = answer_rows(law, lock.library.on(day, self.ruling.known, "text"), frame, several)
        lacks = told.missing.group_by("row").agg(
            pl.col("fact"), pl.col("fact").filter(pl.col("decides") >= DECISIVE).alias("settles")
        )
        rows = told.rows.with_row_index("row").join(lacks, on="row", how="left", maintain_order="left")
        return [
            self._alone(case.one) if at in odd else _gate(row)
            for at, (case, row) in enumerate(zip(cases, rows.iter_rows(named=True), strict=True))
        ]

    def _laid(self, day: dt.date, cases: list[Case]) -> tuple[pl.DataFrame, Mapping[str, tuple[str, ...]], set[int]]:
        """Lay cases out as facts, one row for each candidate chip; and those that doubles cannot hold."""
        kinds, library = self.ruling.lock.library.facts, self.ruling.lock.library
        edges = edges_of(library.on(day, self.ruling.known, self.ruling.reading))
        edges |= edges_of(library.on(day, self.ruling.known, "text"))
        numbers, place = _distinct([case.one.item for case in cases])
        chips: list[Facts] = []
        units: list[Bound | None] = []
        counts = []
        for number in numbers:
            line = self.groups["item"].line(number)
            candidates = parts_of(line, self.ruling.lock)[0].candidates
            chips += [item_facts(line, one) for one in candidates]
            units += [unit_tpp(line, one) for one in candidates]
            counts.append(len(candidates))
        starts = np.concatenate([[0], np.cumsum(counts)])
        owner = np.repeat(np.arange(len(cases)), np.array(counts)[place])
        chip = np.concatenate([np.arange(starts[at], starts[at + 1]) for at in place])
        laid = lay(chips, kinds, edges)
        odd = set(owner[np.isin(chip, laid.odd)].tolist())
        frames, several = [laid.frame[chip]], dict(laid.shape.several)
        for name, told in self._other_facts(day):
            numbers, place = _distinct([case.who if name == "who" else case.one.route for case in cases])
            laid = lay([told(number) for number in numbers], kinds, edges)
            odd |= set(np.flatnonzero(np.isin(place, laid.odd)).tolist())
            several |= laid.shape.several
            # What is certified about a line stands above what its parts say.
            frames = [frame.drop(set(frame.columns) & set(laid.frame.columns)) for frame in frames]
            frames.append(laid.frame[place][owner])
        ordered, inexact = _ordered([cases[at].one.quantity for at in owner], [units[at] for at in chip])
        odd |= {at for at in owner[inexact].tolist() if self._compares(cases[at].one)}
        held = pl.Series("held", [case.held for case in cases], dtype=pl.Int8)
        licence = held.eq(1).set(held.eq(CODES[UNKNOWN]), None).alias("held")[owner]
        frame = pl.concat([*frames, ordered], how="horizontal")
        return frame.with_columns(licence, pl.Series("situation", owner)), several, odd

    def _compares(self, one: Situation) -> bool:
        stated = self.groups["facts"].line(one.facts).facts
        return bool(self.beside) and self.beside <= set(stated)

    def _other_facts(self, day: dt.date) -> Iterator[tuple[str, Callable[[int], Facts]]]:
        """Give for each other group how one of its things is laid out."""
        yield "route", lambda number: route_of(self.groups, number)
        yield "who", lambda number: party_facts(self.whos.lines[number])
        yield "who", lambda number: facts_on(self.whos.lines[number], day)


def _distinct(numbers: list[int]) -> tuple[list[int], Codes]:
    """Give the distinct numbers, and for each the place of it among them."""
    distinct, place = np.unique(np.array(numbers), return_inverse=True)
    return distinct.tolist(), place


def _ordered(quantities: list[Bound], units: list[Bound | None]) -> tuple[pl.DataFrame, list[int]]:
    """Give the quantity and the order's TPP in columns; and the rows whose product a double would round."""
    ends: dict[tuple[Bound, Bound | None], tuple[float | None, ...]] = {}
    inexact = []
    rows = []
    for at, (quantity, unit) in enumerate(zip(quantities, units, strict=True)):
        key = quantity, unit
        total = Bound() if unit is None else unit * quantity
        if key not in ends:
            sides = (quantity.low, quantity.high, total.low, total.high)
            ends[key] = tuple(None if side is None else float(side) for side in sides)
        rows.append(ends[key])
        if not whole(total) or not whole(quantity):
            inexact.append(at)
    names = ("quantity.low", "quantity.high", "order_tpp.low", "order_tpp.high")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Float64), orient="row"), inexact


def _gate(row: Mapping[str, object]) -> Gate:
    passes, policy, decided_by = row["may_pass"], row["policy"], str(row["decided_by"])
    lacks, settles = row["fact"], row["settles"]
    return Gate(
        may_pass=code(passes),
        decided=tuple(decided_by.split("; ")) if decided_by else (),
        missing=tuple(lacks) if isinstance(lacks, list) else (),
        settles=tuple(settles) if isinstance(settles, list) and passes is None else (),
        reported=bool(row["rests_on_reported"]),
        unenforced=bool(row["depends_on_non_enforcement"]),
        ic_level=str(row["ic_level"]),
        licence_required=code(row["licence_required"]),
        policy=None if policy is None else str(policy),
    )


def code(cell: object) -> int:
    """Give a cell of truth as its code."""
    return CODES[UNKNOWN] if cell is None else int(bool(cell))
