"""What is not known, for many rows: the facts that keep each open, and what each would decide.

`open_facts` follows every open rule down to the facts it lacks, as `missing.py` does for one line.
`decides` then answers each open question both ways, for all rows at once.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ecluse.condition import Const, Many, Not, names_in
from ecluse.engine.batch import GIVEN, HELD, LEVEL, REQUIRED, RESOLVED, reweigh
from ecluse.engine.missing import ALONE, MEASURES, OBLIGED, TOGETHER, UNASKED
from ecluse.engine.planes import Bits, Plane, chosen
from ecluse.provision import LIMBS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ecluse.condition import Node
    from ecluse.engine.batch import Program
    from ecluse.engine.gate import Rule

PAPERS = "authorisations"
WEIGHTS = {"may_pass": 1000, REQUIRED: 100, **dict.fromkeys(LIMBS, 10)}
POLICY_WEIGHT = 50


class Rows(Protocol):
    """Rows that can say more of themselves than the answers to comparisons."""

    @property
    def all(self) -> Bits:
        """The set of all rows."""

    @property
    def size(self) -> int:
        """How many rows there are."""

    def paths(self, name: str) -> Iterable[str]:
        """Give the fields that a name stands for: of several parties, one each."""

    def unsaid(self, path: str) -> Bits:
        """Give the rows in which the value of a field is not known, or only between bounds."""

    def tried(self, node: Node, fact: str, way: int) -> Plane:
        """Answer a comparison with one measure put at the lower or the upper end of what chips reach."""


def open_facts(steps: Program, values: Sequence[Any], rows: Rows) -> dict[str, Bits]:
    """Give the rows that each fact keeps open, by fact."""
    engine = steps.engine
    wanted = {rule.id: _first(steps, values, rule, rows) for rule in engine.rules.values()}
    found: dict[str, Bits] = {}
    for rule in _downwards(steps):
        here = wanted[rule.id]
        names = list(_obliged(steps, values, rule, rows))
        if here:
            for condition in (rule.when, *([rule.met] if rule.met else [])):
                names += _lacking(steps, values, condition.node, here, rows)
        for name, lacking in names:
            if name in engine.named:
                wanted[engine.named[name].id] |= lacking
            else:
                fact = name.removesuffix(".days")
                found[fact] = found.get(fact, 0) | lacking
        for carver in engine.carvers(rule.id) if here else ():
            wanted[carver.id] |= here & _unknown(values[steps.rule[carver.id]], rows)
    flagged = rows.all & ~values[steps.at["flagged"]].no
    found[RESOLVED] = found.get(RESOLVED, 0) | flagged
    return {fact: bits for fact, bits in found.items() if bits}


def _unknown(answer: Plane, rows: Rows) -> Bits:
    return rows.all & ~(answer.yes | answer.no)


def _first(steps: Program, values: Sequence[Any], rule: Rule, rows: Rows) -> Bits:
    """Say where a rule is asked about for its own sake: what forbids, what may lift it, what is owed."""
    unknown = _unknown(values[steps.rule[rule.id]], rows)
    scoping = 0
    if "scope" in steps.at and "scope" in rule.version.gives:
        scoping = _unknown(values[steps.at["scope"]], rows)
    match rule.provision.kind:
        case "prohibition" | "requirement" | "letter" | "duty":
            return unknown | scoping
        case "review" | "exception":
            spared: Bits = values[steps.at[REQUIRED]].no
            return unknown & ~spared | scoping
    return scoping


def _downwards(steps: Program) -> tuple[Rule, ...]:
    """Give the rules, each after all that may ask about it: its readers, and what it carves."""
    if not steps.order:
        engine = steps.engine
        asked_by: dict[str, set[str]] = {rule.id: set() for rule in engine.rules.values()}
        for rule in engine.rules.values():
            read = {name for one in (rule.when, rule.met) if one for name in one.names}
            for name in read & set(engine.named):
                asked_by[engine.named[name].id].add(rule.id)
            for target in rule.version.carves_out:
                if target in asked_by:
                    asked_by[rule.id].add(target)
        steps.order = tuple(engine.rules[name] for name in TopologicalSorter(asked_by).static_order())
    return steps.order


def _lacking(steps: Program, values: Sequence[Any], node: Node, inside: Bits, rows: Rows) -> Iterator[tuple[str, Bits]]:
    """Give the names that keep a condition open, each with where it does."""
    here = inside & _unknown(values[steps.condition(node)], rows)
    if not here or isinstance(node, Const):
        return
    if isinstance(node, Many | Not):
        for part in node.parts if isinstance(node, Many) else (node.part,):
            yield from _lacking(steps, values, part, here, rows)
        return
    for name in dict.fromkeys(names_in(node)):
        if name in steps.known and name not in GIVEN:
            lacking = here & _left_open(steps, values, name, rows)
            if lacking:
                yield name, lacking
            continue
        for path in rows.paths(name):
            lacking = here & rows.unsaid(path)
            if lacking:
                yield path, lacking


def _obliged(steps: Program, values: Sequence[Any], rule: Rule, rows: Rows) -> Iterator[tuple[str, Bits]]:
    """Give the names that keep the obligations of an exception from being met, each with where it would lift."""
    if rule.provision.kind != "exception" or rule.met is None:
        return
    lifts = 0
    for name in rule.version.lifts:
        if name in steps.rule:
            lifts |= rows.all & ~values[steps.rule[name]].no
    here = lifts & ~values[steps.rule[rule.id]].no
    yield from _unmet(steps, values, rule.met.node, here, rows)


def _unmet(
    steps: Program, values: Sequence[Any], node: Node, inside: Bits, rows: Rows, *, wanted: bool = True
) -> Iterator[tuple[str, Bits]]:
    answer: Plane = values[steps.condition(node)]
    here = inside & ~(answer.yes if wanted else answer.no)
    if not here or isinstance(node, Const):
        return
    if isinstance(node, Not):
        yield from _unmet(steps, values, node.part, here, rows, wanted=not wanted)
        return
    if isinstance(node, Many):
        for part in node.parts:
            yield from _unmet(steps, values, part, here, rows, wanted=wanted)
        return
    yield from _lacking(steps, values, node, here, rows)
    # A fact that says otherwise is asked too: meeting an obligation is up to the exporter.
    against = here & answer.no
    for name in dict.fromkeys(names_in(node)) if against else ():
        if name not in steps.known or name in GIVEN:
            yield name, against


def _left_open(steps: Program, values: Sequence[Any], name: str, rows: Rows) -> Bits:
    """Say where something that the law itself works out is not known."""
    value = values[steps.known[name]]
    if name != LEVEL:
        return _unknown(value, rows)
    told = 0
    for bits in value.values():
        told |= bits
    return rows.all & ~told


def decides(steps: Program, values: Sequence[Any], opened: Mapping[str, Bits], rows: Rows) -> dict[str, NDArray[Any]]:
    """Answer each open question both ways, and add up what the two answers decide; -1 in rows that do not ask it."""
    kinds = steps.engine.law.facts
    found = {}
    for fact, bits in opened.items():
        told = np.where(chosen(bits, rows.size), 0, -1).astype(np.int16)
        kind = kinds[fact].kind if fact in kinds else ""
        if fact in MEASURES or kind in ("truth", "day"):
            for way in range(2):
                changes = _changes(steps, fact, way, rows)
                after = reweigh(steps, values, changes, rows.all)
                for weight, gained in _gained(steps, values, after, rows):
                    if gained & bits:
                        told[chosen(gained & bits, rows.size)] += weight
        found[fact] = told
    _oblige(steps, values, found, rows)
    may_pass, required = values[steps.at["may_pass"]], values[steps.at[REQUIRED]]
    asked = _unknown(may_pass, rows) & _unknown(values[steps.at[HELD]], rows) & ~required.no
    if asked:
        opens = chosen(values[steps.at["prohibited"]].no & values[steps.at["flagged"]].no, rows.size)
        told = np.where(chosen(required.yes, rows.size), np.where(opens, ALONE, TOGETHER), UNASKED).astype(np.int16)
        told[~chosen(asked, rows.size)] = -1
        found[PAPERS] = told
    passed = chosen(may_pass.yes, rows.size)
    for told in found.values():
        told[passed] = -1
    return found


def _oblige(steps: Program, values: Sequence[Any], found: Mapping[str, NDArray[Any]], rows: Rows) -> None:
    """Add what an obligation of an exception that is available decides, once a fact."""
    serving: dict[str, Bits] = {}
    for rule in steps.engine.of("exception"):
        available = values[steps.rule[rule.id]].yes
        for name, bits in _obliged(steps, values, rule, rows):
            fact = name.removesuffix(".days")
            serving[fact] = serving.get(fact, 0) | bits & available
    for fact, bits in serving.items():
        if bits and fact in found:
            found[fact][chosen(bits, rows.size)] += OBLIGED


def _changes(steps: Program, fact: str, way: int, rows: Rows) -> dict[int, Plane]:
    """Give the comparisons that read a fact as they would answer: yes or no, or a measure at either end."""
    if steps.engine.law.facts[fact].kind == "day" if fact in steps.engine.law.facts else False:
        fact = f"{fact}.days"
    if fact in MEASURES or fact.endswith(".days"):
        return {at: rows.tried(node, fact, way) for node, at in steps.inputs.items() if fact in steps.names[at]}
    said = Plane(rows.all, 0) if way == 0 else Plane(0, rows.all)
    places = [at for at in steps.inputs.values() if steps.names[at] == (fact,)]
    return dict.fromkeys([*places, *([steps.at[fact]] if fact in GIVEN else [])], said)


def _gained(steps: Program, before: Sequence[Any], after: Sequence[Any], rows: Rows) -> Iterator[tuple[int, Bits]]:
    """Give the rows in which an answer is known after and was not before, by weight."""
    for name, weight in WEIGHTS.items():
        at = steps.at[name]
        if after[at] is not before[at]:
            yield weight, _unknown(before[at], rows) & ~_unknown(after[at], rows)
    at = steps.at["policy"]
    if after[at] is not before[at]:
        yield POLICY_WEIGHT, before[at].unknown & ~after[at].unknown
