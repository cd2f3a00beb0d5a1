"""The exporter's gate for rows: sorted into situations that no condition tells apart, then answered in columns."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np

from ecluse.convoy.answers import CODES, DECISIVE, Gate, exporter_of
from ecluse.convoy.signatures import Signatures
from ecluse.convoy.things import Ruling, Situation, decided, situation
from ecluse.convoy.whos import Whos
from ecluse.engine.gate import machine
from ecluse.engine.rows import NO_POLICY, WHICH, Cases, answer_rows
from ecluse.provision import POLICIES
from ecluse.tables.coding import Codes, Keys, Sorted
from ecluse.truth import UNKNOWN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ecluse.bounds import Bound
    from ecluse.convoy.groups import Group
    from ecluse.engine.gate import Machine
    from ecluse.engine.rows import Answered

SORTED = ("item", "who", "route")
# The facts that are lacking, and those of them each of which settles the gate alone.
Lacks = tuple[tuple[str, ...], tuple[str, ...]]


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
    ) -> None:
        """`days` and `quantities` are those by number."""
        facts = groups["facts"].paths
        self.kinds = [one.kind for name, one in ruling.lock.library.facts.items() if f"facts.{name}" in facts]
        self.ruling, self.groups, self.days, self.quantities = ruling, groups, days, quantities
        self.whos = Whos(ruling, groups, days)
        self.signatures = Signatures(ruling, groups, days, self.whos)
        self.sorts = {name: Sorted(self.signatures.of(name)) for name in SORTED}
        self.keys = Keys(len(SORTED) + 3)
        self.steps = ruling.lock.library.days()
        self.day_of: dict[dt.date, int] = {}
        self.answers: list[Gate] = []
        self.index: dict[Gate, int] = {}
        self.answered: list[int] = []
        self.waiting: list[Case] = []

    def cases(self, things: Mapping[str, Codes], days: Codes, held: Codes, quantity: Codes) -> Codes:
        """Give the number of each row's case; those not met before wait to be answered."""
        span = self._spans().take(days)
        self.day_of = {day: at for at, day in enumerate(self.days)}
        things = {**things, "who": self.whos.numbers(things, days)}
        rows = {name: self.sorts[name].of(span, things[name]) for name in SORTED}
        # Where a quantity is held against other facts, the chip's own figures count too.
        measured = quantity > 1
        if measured.any():
            rows["item"] = np.where(measured, things["item"] + np.int64(1 << 20), rows["item"])
        ids, fresh = self.keys.ids([*(rows[name] for name in SORTED), span, held + 1, quantity])
        self.waiting += [
            Case(
                situation(things, at, self.days[span[at]], self.quantities[quantity[at]]),
                int(things["who"][at]),
                int(held[at]),
            )
            for at in fresh.tolist()
        ]
        return ids

    def settle(self) -> None:
        """Answer the cases that wait."""
        for gate in self._gates(self.waiting):
            if gate not in self.index:
                self.index[gate] = len(self.answers)
                self.answers.append(gate)
            self.answered.append(self.index[gate])
        self.waiting = []

    def numbers(self, cases: Codes) -> Codes:
        """Give the number of each row's answer, by its case."""
        return np.array(self.answered, dtype=np.int32).take(cases)

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
            if not self.signatures.chips_of(case.one.item):
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
        library, known = self.ruling.lock.library, self.ruling.known
        law = library.on(day, known, self.ruling.reading)
        told = answer_rows(law, library.on(day, known, "text"), self._laid(machine(law), cases))
        return gates_of(told)

    def _laid(self, engine: Machine, cases: list[Case]) -> Cases:
        """Lay cases out, one row for each candidate chip."""
        signed = self.signatures
        chips = [signed.chips_of(case.one.item) for case in cases]
        owner = np.repeat(np.arange(len(cases)), [len(one) for one in chips])
        chip = np.concatenate([np.asarray(one) for one in chips])
        who = np.array([signed.who(case.who, self.day_of[case.one.day]) for case in cases])[owner]
        route = np.array([signed.route(case.one.route) for case in cases])[owner]
        counts = {"item": len(signed.chips), "who": len(signed.pairs), "route": len(signed.routes)}
        for name, things in signed.things.items():
            things.grow(counts[name])
        index = {bound: at for at, bound in enumerate(dict.fromkeys(case.one.quantity for case in cases))}
        quantity = np.array([index[case.one.quantity] for case in cases])[owner]
        pairs, amount = np.unique(chip * len(index) + quantity, return_inverse=True)
        bounds = list(index)
        amounts = [_amount(bounds[one % len(index)], signed.unit(one // len(index))) for one in pairs.tolist()]
        foreign = np.array([signed.foreign(row) for row in range(len(signed.routes))], dtype=np.bool_)
        return Cases(
            things=signed.things,
            at={"item": chip, "who": who, "route": route},
            amounts=amounts,
            amount=amount,
            held=np.array([case.held for case in cases], dtype=np.int8)[owner],
            situation=owner,
            foreign=foreign.take(route),
            engine=engine,
        )


def _amount(quantity: Bound, unit: Bound | None) -> dict[str, Bound]:
    """Give a quantity, and what it comes to."""
    return {"quantity": quantity} if unit is None else {"quantity": quantity, "order_tpp": unit * quantity}


def gates_of(told: Answered) -> list[Gate]:
    """Give the gate of each situation; those that answer alike in all share one."""
    rules, facts = told.rules, sorted(told.decides)
    hearsay = [at for at, rule in enumerate(rules) if rule.version.level == "V3"]
    reported = np.asarray(told.decided[hearsay].any(axis=0))
    short = np.array([told.may_pass, told.required, told.level, told.policy, reported, told.depends], dtype=np.int8)
    decided = np.ascontiguousarray(np.packbits(told.decided, axis=0).T)
    lacks = np.array([told.decides[fact] for fact in facts], dtype=np.int16).reshape(len(facts), len(told.may_pass)).T
    # What names a gate repeats far more often than gates do.
    by_decided: dict[bytes, tuple[str, ...]] = {}
    by_lacks: dict[bytes, Lacks] = {}
    known: dict[tuple[bytes, bytes, bytes], Gate] = {}
    found = []
    for one, two, three in zip(_bytes(short.T), _bytes(decided), _bytes(lacks), strict=True):
        key = one, two, three
        if key not in known:
            if two not in by_decided:
                places = np.unpackbits(np.frombuffer(two, dtype=np.uint8), count=len(rules))
                by_decided[two] = tuple(rules[at].id for at in np.flatnonzero(places))
            if three not in by_lacks:
                by_lacks[three] = _lacks(facts, np.frombuffer(three, dtype=np.int16).tolist())
            known[key] = _gate(
                told.levels, np.frombuffer(one, dtype=np.int8).tolist(), by_decided[two], by_lacks[three]
            )
        found.append(known[key])
    return found


def _bytes(rows: np.ndarray[Any, Any]) -> list[bytes]:
    whole, width = np.ascontiguousarray(rows).tobytes(), rows.shape[1] * rows.itemsize
    return (
        [whole[start : start + width] for start in range(0, width * len(rows), width)] if width else [b""] * len(rows)
    )


def _lacks(facts: list[str], decides: list[int]) -> Lacks:
    """Order what is lacking: which chip is meant first, then what decides most; and what settles the gate alone."""
    asked = sorted((fact != WHICH, -worth, fact) for fact, worth in zip(facts, decides, strict=True) if worth >= 0)
    return tuple(fact for *_, fact in asked), tuple(fact for _, worth, fact in asked if -worth >= DECISIVE)


def _gate(levels: tuple[str, ...], cells: list[int], decided: tuple[str, ...], lacks: Lacks) -> Gate:
    passes, required, level, policy, reported, depends = cells
    return Gate(
        may_pass=passes,
        decided=decided,
        missing=lacks[0],
        settles=lacks[1] if passes == CODES[UNKNOWN] else (),
        reported=bool(reported),
        unenforced=bool(depends),
        ic_level=levels[level],
        licence_required=required,
        policy=None if policy == NO_POLICY else (*POLICIES, "unknown")[policy],
    )
