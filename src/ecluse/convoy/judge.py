"""Answers for situations: the exporter's gate in columns, the importer's once for each case it knows."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ecluse import evidence
from ecluse.bounds import Bound
from ecluse.engine.facts import certified_facts, item_facts, party_facts, route_facts, unit_tpp
from ecluse.engine.frame import lay, whole
from ecluse.engine.rows import answer_rows
from ecluse.lock import EARLIER_ACTS, decide, parts_of
from ecluse.order import ROLES
from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from ecluse.convoy.groups import Group
    from ecluse.dates import Known
    from ecluse.decision import Decision, Importer
    from ecluse.engine.facts import Facts
    from ecluse.lock import Lock
    from ecluse.order import Line

CODES = {YES: 1, NO: 0, UNKNOWN: -1}
NOT_APPLICABLE = 2
DECISIVE = 1000


@dataclass(frozen=True, slots=True)
class Situation:
    """The numbers of a row's things, its day, and its quantity where that matters."""

    item: int
    parties: int
    facts: int
    papers: int
    route: int
    day: dt.date
    quantity: Bound


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer columns of one situation; truths as 1, 0, -1 for not known, 2 for a gate that does not apply.

    `settles` names the facts each of which alone settles the exporter's gate.
    """

    may_pass: int
    exporter: int
    importer: int
    ic_level: str
    licence_required: int
    policy: str | None
    binding_gate: str | None
    decided_by: str
    missing: str
    rests_on_reported: bool
    depends_on_non_enforcement: bool
    settles: tuple[str, ...] = ()


@dataclass
class Judge:
    """What situations are laid against: a lock, a day of knowledge, a reading."""

    lock: Lock
    groups: Mapping[str, Group]
    known: Known
    reading: str = "enforced"
    beside: frozenset[str] = frozenset()
    importers: dict[object, Importer] = field(default_factory=dict)
    held: dict[object, tuple[Truth, bool]] = field(default_factory=dict)

    def answers(self, situations: list[Situation]) -> list[Answer]:
        """Answer situations, in their order."""
        found: list[Answer | None] = [None] * len(situations)
        by_day: dict[dt.date, list[int]] = {}
        for at, one in enumerate(situations):
            several = len(self.groups["item"].line(one.item).item.contains) > 1
            if several or self.licence(one)[1]:
                found[at] = answer_of(self.decided(one))
            else:
                by_day.setdefault(one.day, []).append(at)
        for day, places in by_day.items():
            answered = self._columns(day, [situations[at] for at in places])
            for at, answer in zip(places, answered, strict=True):
                found[at] = answer
        return [answer for answer in found if answer is not None]

    def line(self, one: Situation) -> Line:
        """Put a situation together again as one order line."""
        parties = self.groups["parties"].line(one.parties)
        return dataclasses.replace(
            self.groups["route"].line(one.route),
            item=self.groups["item"].line(one.item).item,
            facts=self.groups["facts"].line(one.facts).facts,
            authorisations=self.groups["papers"].line(one.papers).authorisations,
            intermediates=parties.intermediates,
            **{role: getattr(parties, role) for role in ROLES},
            quantity=one.quantity,
        )

    def decided(self, one: Situation) -> Decision:
        """Decide a situation as one line."""
        return decide(self.line(one), self.lock, on=one.day, known=self.known, reading=self.reading)

    def _columns(self, day: dt.date, situations: list[Situation]) -> list[Answer]:
        """Answer the situations of one day together."""
        frame, several, odd = _laid(self, day, situations)
        law = self.lock.library.on(day, self.known, self.reading)
        text = self.lock.library.on(day, self.known, "text")
        told = answer_rows(law, text, frame, several)
        lacks: dict[int, list[tuple[str, int]]] = {}
        for row, fact, decides in told.missing.iter_rows():
            lacks.setdefault(row, []).append((fact, decides))
        answers = []
        for at, (one, row) in enumerate(zip(situations, told.rows.iter_rows(named=True), strict=True)):
            if at in odd:
                answers.append(answer_of(self.decided(one)))
                continue
            answers.append(_together(row, lacks.get(at, []), self._importer(one), self._act(one)))
        return answers

    def _act(self, one: Situation) -> str:
        return self.groups["route"].line(one.route).act

    def _importer(self, one: Situation) -> Importer:
        """Answer the importer's gate, once for all that it cannot tell apart."""
        route = self.groups["route"].line(one.route)
        if route.destination != "CN" or route.origin == "CN":
            return evidence.weigh(self.lock.evidence, route, (), one.day, self.known)
        parties, facts = self.groups["parties"].line(one.parties), self.groups["facts"].line(one.facts).facts
        named = tuple((role, party and (party.name, party.kind)) for role, party in parties.parties())
        wanted = evidence.facts_read(self.lock.evidence)
        stated = tuple((name, facts[name]) for name in sorted(facts) if name in wanted)
        key = (one.item, named, stated, one.papers, route.act, route.origin, one.day)
        if key not in self.importers:
            line = self.line(one)
            models = models_of(line, self.lock)
            self.importers[key] = evidence.weigh(self.lock.evidence, line, models, one.day, self.known)
        return self.importers[key]

    def licence(self, one: Situation) -> tuple[Truth, bool]:
        """Say whether an exporter's licence is held, and whether a paper with a balance bears on the line.

        Once for all that cannot be told apart; with such a paper the quantity matters.
        """
        key = (one.item, one.parties, one.papers, self.groups["route"].line(one.route).destination, one.day)
        if key not in self.held:
            line = self.line(one)
            models = models_of(line, self.lock)
            found = evidence.held(self.lock.evidence, line, one.day, self.known, "exporter", models)
            self.held[key] = found.truth, bool(evidence.balances(self.lock.evidence, line, self.known, models))
        return self.held[key]

    def compares(self, one: Situation) -> bool:
        """Does a condition hold the quantity against facts that the line states?"""
        stated = self.groups["facts"].line(one.facts).facts
        return bool(self.beside) and self.beside <= set(stated)


def models_of(line: Line, lock: Lock) -> tuple[str, ...]:
    """Give the models of all chips that a line may mean."""
    parts = parts_of(line, lock)
    return tuple(dict.fromkeys(one.model for part in parts for one in part.candidates if one.model))


def _laid(
    judge: Judge, day: dt.date, situations: list[Situation]
) -> tuple[pl.DataFrame, Mapping[str, tuple[str, ...]], set[int]]:
    """Lay situations out as facts, one row for each candidate chip; and those that doubles cannot hold."""
    kinds = judge.lock.library.facts
    numbers, place = _distinct([one.item for one in situations])
    chips: list[Facts] = []
    units: list[Bound | None] = []
    counts = []
    for number in numbers:
        line = judge.groups["item"].line(number)
        candidates = parts_of(line, judge.lock)[0].candidates
        chips += [item_facts(line, one) for one in candidates]
        units += [unit_tpp(line, one) for one in candidates]
        counts.append(len(candidates))
    starts = np.concatenate([[0], np.cumsum(counts)])
    owner = np.repeat(np.arange(len(situations)), np.array(counts)[place])
    chip = np.concatenate([np.arange(starts[at], starts[at + 1]) for at in place])
    laid = lay(chips, kinds)
    odd = set(owner[np.isin(chip, laid.odd)].tolist())
    frames, several = [laid.frame[chip]], dict(laid.shape.several)
    for name, told in _other_facts(judge, day):
        numbers, place = _distinct([getattr(one, name) for one in situations])
        laid = lay([told(number) for number in numbers], kinds)
        odd |= set(np.flatnonzero(np.isin(place, laid.odd)).tolist())
        several |= laid.shape.several
        # What is certified about a line stands above what its parts say.
        frames = [frame.drop(set(frame.columns) & set(laid.frame.columns)) for frame in frames]
        frames.append(laid.frame[place][owner])
    ordered, inexact = _ordered([situations[at].quantity for at in owner], [units[at] for at in chip])
    odd |= {int(at) for at in owner[inexact] if judge.compares(situations[int(at)])}
    held = pl.Series("held", [CODES[judge.licence(one)[0]] for one in situations], dtype=pl.Int8)
    licence = held.eq(1).set(held.eq(-1), None).alias("held")[owner]
    frame = pl.concat([*frames, ordered], how="horizontal")
    return frame.with_columns(licence, pl.Series("situation", owner)), several, odd


def _distinct(numbers: list[int]) -> tuple[list[int], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Give the distinct numbers, and for each the place of it among them."""
    distinct, place = np.unique(np.array(numbers), return_inverse=True)
    return distinct.tolist(), place


def _other_facts(judge: Judge, day: dt.date) -> Iterator[tuple[str, Callable[[int], Facts]]]:
    """Give for each other group how one of its things is laid out."""
    groups = judge.groups

    def route(number: int) -> Facts:
        line = groups["route"].line(number)
        facts = route_facts(dataclasses.replace(line, act="ship") if line.act in EARLIER_ACTS else line)
        del facts["exceptions_claimed"]
        return facts

    yield "route", route
    yield "parties", lambda number: party_facts(groups["parties"].line(number))
    yield "facts", lambda number: {"exceptions_claimed": ()} | certified_facts(groups["facts"].line(number), day)


def _ordered(quantities: list[Bound], units: list[Bound | None]) -> tuple[pl.DataFrame, list[int]]:
    """Give the quantity and the order's TPP in columns; and the rows whose product a double would round."""
    columns: dict[str, list[float | None]] = {
        name: [] for name in ("quantity.low", "quantity.high", "order_tpp.low", "order_tpp.high")
    }
    inexact = []
    for at, (quantity, unit) in enumerate(zip(quantities, units, strict=True)):
        total = Bound() if unit is None else unit * quantity
        for name, bound in (("quantity", quantity), ("order_tpp", total)):
            columns[f"{name}.low"].append(None if bound.low is None else float(bound.low))
            columns[f"{name}.high"].append(None if bound.high is None else float(bound.high))
        if not whole(total) or not whole(quantity):
            inexact.append(at)
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Float64)), inexact


def _together(row: Mapping[str, object], lacks: list[tuple[str, int]], importer: Importer, act: str) -> Answer:
    """Lay the two gates' answers together, as the lock does for one line."""
    ahead = act in EARLIER_ACTS
    exporter = NOT_APPLICABLE if ahead else _code(row["may_pass"])
    border = NOT_APPLICABLE if importer.may_pass is None else CODES[importer.may_pass]
    may_pass = min((one for one in (exporter, border) if one != NOT_APPLICABLE), key=_ORDER.index, default=1)
    decided = "" if ahead else str(row["decided_by"])
    facts = [] if ahead else [fact for fact, _ in lacks]
    policy = row["policy"]
    return Answer(
        may_pass=may_pass,
        exporter=exporter,
        importer=border,
        ic_level=str(row["ic_level"]),
        licence_required=_code(row["licence_required"]),
        policy=None if policy is None else str(policy),
        binding_gate=_binding(may_pass, exporter, border),
        decided_by="; ".join(one for one in (decided, setter(importer)) if one),
        missing="; ".join(dict.fromkeys((*facts, *(one.fact for one in importer.missing)))),
        rests_on_reported=importer.rests_on_reported or (not ahead and bool(row["rests_on_reported"])),
        depends_on_non_enforcement=not ahead and bool(row["depends_on_non_enforcement"]),
        settles=tuple(fact for fact, decides in lacks if decides >= DECISIVE) if exporter == CODES[UNKNOWN] else (),
    )


# Strong Kleene of several gates: the first of these that any of them answers.
_ORDER = (CODES[NO], CODES[UNKNOWN], CODES[YES])


def _code(cell: object) -> int:
    return -1 if cell is None else int(bool(cell))


def _binding(may_pass: int, exporter: int, importer: int) -> str | None:
    if may_pass == CODES[YES]:
        return None
    return "exporter" if exporter == may_pass else "importer" if importer == may_pass else None


def setter(importer: Importer) -> str:
    """Name the claim that set the importer's state; nothing where none did."""
    stands = importer.may_pass is not None and importer.state != "none_known" and importer.evidence
    return importer.evidence[0].claim if stands else ""


def answer_of(decision: Decision) -> Answer:
    """Give the answer columns of a decision on one line: what every row of a table must equal."""
    outer, border = decision.exporter, decision.importer
    shown = outer.ahead or outer
    ahead = outer.may_pass is None
    licence = shown.licence
    decided = () if ahead else tuple(step.provision for step in outer.steps if step.decided)
    lacks = () if ahead else outer.missing
    return Answer(
        may_pass=CODES[decision.may_pass],
        exporter=NOT_APPLICABLE if outer.may_pass is None else CODES[outer.may_pass],
        importer=NOT_APPLICABLE if border.may_pass is None else CODES[border.may_pass],
        ic_level=shown.ic_level,
        licence_required=CODES[licence.required] if licence else -1,
        policy=licence.policy if licence else None,
        binding_gate=decision.binding_gate,
        decided_by="; ".join((*decided, *([setter(border)] if setter(border) else []))),
        missing="; ".join(dict.fromkeys(one.fact for one in (*lacks, *border.missing))),
        rests_on_reported=decision.rests_on_reported,
        depends_on_non_enforcement=decision.depends_on_non_enforcement,
        settles=tuple(one.fact for one in lacks if one.decides >= DECISIVE) if outer.may_pass is UNKNOWN else (),
    )
