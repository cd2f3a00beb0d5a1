"""The exporter's gate for rows: sorted into situations that no condition tells apart, then answered in columns."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

import numpy as np

from ecluse.convoy.answers import CODES, DECISIVE, Gate, exporter_of
from ecluse.convoy.classes import days as days_of
from ecluse.convoy.signatures import Signatures
from ecluse.convoy.things import Ruling, Situation, decided, situation
from ecluse.convoy.whos import Whos
from ecluse.engine.gate import machine
from ecluse.engine.rows import NO_POLICY, WHICH, Cases, answer_rows
from ecluse.provision import POLICIES
from ecluse.tables.coding import Codes, Distinct, Keys, Sorted
from ecluse.truth import UNKNOWN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ecluse.bounds import Bound
    from ecluse.convoy.groups import Group
    from ecluse.engine.gate import Machine
    from ecluse.engine.rows import Answered

SORTED = ("item", "who", "route")
# What a case is made of, all by number: what tells it apart, and the things that stand for it.
MADE = ("item", "who", "route", "span", "held", "quantity", "parties", "facts", "papers")
# The facts that are lacking, and those of them each of which settles the gate alone.
Lacks = tuple[tuple[str, ...], tuple[str, ...]]


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
        # What is answered as one line is held against papers as well, on file or its own.
        self.filed = days_of(ruling.lock)
        self.own = bool(groups["papers"].paths)
        self.gates: Distinct[Gate] = Distinct()
        self.answered: list[int] = []
        self.waiting: list[Codes] = []

    def cases(self, things: Mapping[str, Codes], days: Codes, held: Codes, quantity: Codes) -> Codes:
        """Give the number of each row's case; those not met before wait to be answered."""
        span = self._spans(self.steps).take(days)
        several = self._several(int(things["item"].max(initial=0)) + 1).take(things["item"])
        if several.any():
            span = np.where(several, days if self.own else self._spans(self.filed).take(days), span)
        things = {**things, "who": self.whos.numbers(things, days)}
        rows = {name: self.sorts[name].of(span, things[name]) for name in SORTED}
        # Where a quantity is held against other facts, the chip's own figures count too.
        measured = quantity > 1
        if measured.any():
            rows["item"] = np.where(measured, things["item"] + np.int64(1 << 20), rows["item"])
        ids, fresh = self.keys.ids([*(rows[name] for name in SORTED), span, held + 1, quantity])
        if len(fresh):
            told = {**things, "span": span, "held": held, "quantity": quantity}
            self.waiting.append(np.array([told[name].take(fresh) for name in MADE], dtype=np.int64))
        return ids

    def settle(self) -> None:
        """Answer the cases that wait."""
        if not self.waiting:
            return
        cases = dict(zip(MADE, np.concatenate(self.waiting, axis=1), strict=True))
        self.answered += map(self.gates.number, self._gates(cases))
        self.waiting = []

    def numbers(self, cases: Codes) -> Codes:
        """Give the number of each row's answer, by its case."""
        return np.array(self.answered, dtype=np.int32).take(cases)

    def _several(self, size: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Say of so many items which contain several parts: columns do not hold these."""
        return np.array([not self.signatures.chips_of(item) for item in range(size)], dtype=np.bool_)

    def _spans(self, steps: Sequence[dt.date]) -> Codes:
        """Give for each day the first of the days that lie between the same steps, all by number."""
        first: dict[int, int] = {}
        exact = any(kind == "day" for kind in self.kinds)
        places = [bisect_right(steps, day) for day in self.days]
        found = [at if exact else first.setdefault(place, at) for at, place in enumerate(places)]
        return np.array(found, dtype=np.int32)

    def _gates(self, cases: Mapping[str, Codes]) -> list[Gate]:
        """Answer cases, in their order."""
        found: list[Gate | None] = [None] * len(cases["span"])
        alone = self._several(int(cases["item"].max()) + 1).take(cases["item"])
        for at in np.flatnonzero(alone).tolist():
            one = situation(cases, at, self.days[cases["span"][at]], self.quantities[cases["quantity"][at]])
            found[at] = self._alone(one, int(cases["who"][at]))
        for span in np.unique(cases["span"][~alone]).tolist():
            places = np.flatnonzero((cases["span"] == span) & ~alone)
            told = self._columns(span, {name: codes[places] for name, codes in cases.items()})
            for at, gate in zip(places.tolist(), told, strict=True):
                found[at] = gate
        return [gate for gate in found if gate is not None]

    def _alone(self, one: Situation, who: int) -> Gate:
        """Answer what columns do not hold, as one line whose parties are screened; for shipment, whatever its act."""
        outer = decided(self.ruling, self.groups, one, self.whos.lines[who]).exporter
        return exporter_of(outer.ahead or outer)

    def _columns(self, span: int, cases: Mapping[str, Codes]) -> list[Gate]:
        """Answer the cases of one span of days together."""
        library, known, day = self.ruling.lock.library, self.ruling.known, self.days[span]
        law = library.on(day, known, self.ruling.reading)
        told = answer_rows(law, library.on(day, known, "text"), self._laid(machine(law), span, cases))
        return gates_of(told)

    def _laid(self, engine: Machine, span: int, cases: Mapping[str, Codes]) -> Cases:
        """Lay cases out, one row for each candidate chip."""
        signed = self.signatures
        items, item = np.unique(cases["item"], return_inverse=True)
        ranges = [signed.chips_of(one) for one in items.tolist()]
        counts = np.array([len(one) for one in ranges])[item]
        owner = np.repeat(np.arange(len(item)), counts)
        first = np.array([one.start for one in ranges])[item]
        # The chips of an item follow one another: each row's place is its distance from the first.
        chip = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts - first, counts)
        whos, who = np.unique(cases["who"], return_inverse=True)
        routes, route = np.unique(cases["route"], return_inverse=True)
        at = {
            "item": chip,
            "who": np.array([signed.who(one, span) for one in whos.tolist()])[who][owner],
            "route": np.array([signed.route(one) for one in routes.tolist()])[route][owner],
        }
        signed.grow()
        quantity, several = cases["quantity"][owner], len(self.quantities)
        pairs, amount = np.unique(chip * several + quantity, return_inverse=True)
        foreign = np.array([signed.foreign(row) for row in range(len(signed.routes))], dtype=np.bool_)
        return Cases(
            things=signed.things,
            at=at,
            amounts=[_amount(self.quantities[one % several], signed.unit(one // several)) for one in pairs.tolist()],
            amount=amount,
            held=cases["held"][owner],
            situation=owner,
            foreign=foreign.take(at["route"]),
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
