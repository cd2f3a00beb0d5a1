"""The exporter's answers for many situations, each with all that its name may mean, joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ecluse.condition import names_in
from ecluse.engine.batch import HELD, LEVEL, REQUIRED, RESOLVED, SEEN, Program, program, weigh
from ecluse.engine.gaps import decides, open_facts
from ecluse.engine.gate import machine
from ecluse.engine.leaves import Leaf, Things, group_of, leaf_of, stated
from ecluse.engine.planes import Array, Bits, Plane, chosen, codes, full, packed, plane
from ecluse.provision import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecluse.bounds import Bound
    from ecluse.condition import Node
    from ecluse.engine.facts import Facts, Value
    from ecluse.engine.gate import Machine, Rule
    from ecluse.provision import Law

# Which of two meanings of a name is meant is asked before all else.
WHICH = "item.chip"
WHICH_DECIDES = 500
UNKNOWN_POLICY = len(POLICIES)
NO_POLICY = UNKNOWN_POLICY + 1


@dataclass
class Cases:
    """Rows to answer, one for each situation and candidate chip, in the order of situations.

    `at` gives the number of each row's thing, by group; `amounts` what each distinct pair of chip and
    quantity makes, `amount` which of them each row has; `held` the code of each row's licence;
    `situation` numbers situations from 0; `foreign` says of each row whether its origin is not the US.
    """

    things: Mapping[str, Things]
    at: Mapping[str, Array]
    amounts: Sequence[Mapping[str, Bound]]
    amount: Array
    held: Array
    situation: Array
    foreign: NDArray[np.bool_]
    engine: Machine
    kept: dict[tuple[str, str], Bits] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.situation)

    @property
    def all(self) -> Bits:
        """The set of all rows."""
        return full(self.size)

    def given(self, steps: Program) -> dict[int, Plane]:
        """Give what rows say for themselves: the comparisons, the licence, the red flags."""
        found = {steps.at[HELD]: plane(self.held)}
        for name in (RESOLVED, SEEN):
            found[steps.at[name]] = self._said(name)
        by_group: dict[str, list[tuple[int, Leaf]]] = {}
        for node, at in steps.inputs.items():
            groups = {group_of(name) for name in steps.names[at]}
            leaf = leaf_of(node, steps.engine)
            if len(groups) == 1 and "quantity" not in groups:
                by_group.setdefault(groups.pop(), []).append((at, leaf))
            else:
                found[at] = self._across(leaf, steps.names[at])
        for group, pairs in by_group.items():
            places = self.at[group]
            for (at, _), told in zip(pairs, self.things[group].codes([leaf for _, leaf in pairs]), strict=True):
                found[at] = plane(told.take(places))
        return found

    def _said(self, name: str) -> Plane:
        """Give a truth that the parties' facts hold."""
        return plane(self.things["who"].codes([stated(name)])[0].take(self.at["who"]))

    def _across(self, leaf: Leaf, names: tuple[str, ...]) -> Plane:
        """Answer a comparison that reads several groups, each distinct set of values once."""
        places = np.zeros(self.size, dtype=np.int64)
        tables: list[tuple[tuple[str, ...], list[tuple[Value | None, ...]]]] = []
        for group in dict.fromkeys(map(group_of, names)):
            own = tuple(name for name in names if group_of(name) == group)
            if group == "quantity":
                values: list[tuple[Value | None, ...]] = [tuple(one.get(name) for name in own) for one in self.amounts]
                distinct = list(dict.fromkeys(values))
                index = {one: at for at, one in enumerate(distinct)}
                here = np.array([index[one] for one in values], dtype=np.int64).take(self.amount)
            else:
                which, distinct = self.things[group].groups_of(own)
                here = which.take(self.at[group])
            places = places * len(distinct) + here
            tables.append((own, distinct))
        found, back = np.unique(places, return_inverse=True)
        told = np.array([leaf.weigh(_unpacked(int(one), tables)) for one in found], dtype=np.int8)
        return plane(told.take(back))

    def paths(self, name: str) -> Iterable[str]:
        """Give the fields that a name stands for: of several parties, one each."""
        group = group_of(name)
        return (name,) if group == "quantity" else self.things[group].paths(name)

    def unsaid(self, path: str) -> Bits:
        """Give the rows in which the value of a field is not known, or only between bounds."""
        key = ("unsaid", path)
        if key not in self.kept:
            group = group_of(path)
            if group == "quantity":
                vague = [one.get(path) is None or one[path].exact is None for one in self.amounts]
                self.kept[key] = packed(np.array(vague, dtype=np.bool_).take(self.amount))
            else:
                self.kept[key] = packed(self.things[group].unsaid(path).take(self.at[group]))
        return self.kept[key]

    def tried(self, node: Node, fact: str, way: int) -> Plane:
        """Answer a comparison with one measure put at the lower or the upper end of what chips reach."""
        leaf = leaf_of(node, self.engine, fact, way)
        names = tuple(dict.fromkeys(names_in(node)))
        if {group_of(name) for name in names} != {"item"}:
            return self._across(leaf, names)
        return plane(self.things["item"].codes([leaf])[0].take(self.at["item"]))


def _unpacked(place: int, tables: Sequence[tuple[tuple[str, ...], list[tuple[Value | None, ...]]]]) -> Facts:
    facts: Facts = {}
    for own, distinct in reversed(tables):
        place, at = divmod(place, len(distinct))
        facts |= {name: value for name, value in zip(own, distinct[at], strict=True) if value is not None}
    return facts


@dataclass(frozen=True)
class Answered:
    """Answers of situations in columns.

    `may_pass` and `required` as codes of truth; `level` and `policy` as places in `levels` and in
    `POLICIES` (behind them: not known, and none needed); `decided` one column a rule of `rules`;
    `decides` by fact what each would decide, -1 where it is not asked.
    """

    may_pass: Array
    required: Array
    level: Array
    levels: tuple[str, ...]
    policy: Array
    decided: NDArray[np.bool_]
    rules: tuple[Rule, ...]
    depends: NDArray[np.bool_]
    decides: Mapping[str, Array]


def answer_rows(law: Law, text: Law, cases: Cases) -> Answered:
    """Answer for every situation under the law asked for, and beside it under the text alone."""
    steps = program(machine(law))
    values = weigh(steps, cases.given(steps), cases.all)
    starts = np.flatnonzero(np.diff(cases.situation, prepend=-1))
    alone = len(starts) == cases.size
    passes: Array = codes(values[steps.at["may_pass"]], cases.size)
    required: Array = codes(values[steps.at[REQUIRED]], cases.size)
    depends = _depends(program(machine(text)), steps, cases, (passes, required), values[steps.at["prohibited"]].yes)
    level, levels = _level(values[steps.at[LEVEL]], cases.size)
    policy = _policy(values[steps.at["policy"]], cases.size)
    rules = tuple(steps.engine.rules.values())
    decided = np.zeros((len(rules), cases.size), dtype=np.bool_)
    for at, rule in enumerate(rules):
        bits = _decided(steps, values, rule, cases)
        if bits:
            decided[at] = chosen(bits, cases.size)
    lacks = decides(steps, values, open_facts(steps, values, cases), cases)
    if not alone:
        telling = [passes, required, policy, level]
        telling += [
            decided[at]
            for at, rule in enumerate(rules)
            if rule.provision.kind == "classification" and "eccn" in rule.version.gives
        ]
        named = [at for name, at in steps.at.items() if name.startswith("exception ")]
        named += [steps.rule[rule.id] for rule in steps.engine.of("duty")]
        telling += [codes(values[at], cases.size) for at in named]
        differ = np.logical_or.reduce([_differ(one, starts) for one in telling])
        # Which chip is meant cannot turn a gate that all of them pass.
        differ &= np.minimum.reduceat(passes, starts) != 1
        lacks = {fact: np.maximum.reduceat(one, starts) for fact, one in lacks.items()}
        if differ.any():
            lacks[WHICH] = np.maximum(
                lacks.get(WHICH, np.int16(-1)), np.where(differ, WHICH_DECIDES, -1).astype(np.int16)
            )
        level = np.where(_differ(level, starts), len(levels) - 1, level[starts])
        policy = np.where(_differ(policy, starts), UNKNOWN_POLICY, policy[starts])
        passes, required = _agreed(passes, starts), _agreed(required, starts)
        decided = np.maximum.reduceat(decided, starts, axis=1)
        depends = np.maximum.reduceat(depends, starts)
    return Answered(passes, required, level, levels, policy, decided, rules, depends, lacks)


def _depends(
    text: Program, steps: Program, cases: Cases, told_of: tuple[Array, Array], prohibited: Bits
) -> NDArray[np.bool_]:
    """Would the text, if it were applied, ask more than the answer does?"""
    passes, required = told_of
    if _rules(text) == _rules(steps):
        return np.zeros(cases.size, dtype=np.bool_)
    told = weigh(text, cases.given(text), cases.all)
    other = codes(told[text.at["may_pass"]], cases.size) != passes
    other |= codes(told[text.at[REQUIRED]], cases.size) != required
    # What is forbidden under either reading rests on neither.
    return np.asarray(other & ~chosen(prohibited & told[text.at["prohibited"]].yes, cases.size))


def _rules(steps: Program) -> list[tuple[object, ...]]:
    return [(one.id, one.version, one.guard) for one in steps.engine.rules.values()]


def _level(told: Mapping[str, Bits], size: int) -> tuple[Array, tuple[str, ...]]:
    """Give the level of each row by its place among the levels, the last of which is not known."""
    found = np.full(size, len(told), dtype=np.int8)
    for at, bits in enumerate(told.values()):
        if bits:
            found[chosen(bits, size)] = at
    return found, (*told, "unknown")


def _policy(told: Any, size: int) -> Array:  # noqa: ANN401 - `Policies` of the last step
    found = np.full(size, NO_POLICY, dtype=np.int8)
    for at, bits in enumerate((*told.each, told.unknown)):
        if bits:
            found[chosen(bits, size)] = at
    return found


def _differ(told: Array | NDArray[np.bool_], starts: Array) -> NDArray[np.bool_]:
    return np.asarray(np.maximum.reduceat(told, starts) != np.minimum.reduceat(told, starts))


def _agreed(told: Array, starts: Array) -> Array:
    """Join candidates: where they differ, the answer is not known."""
    return np.where(_differ(told, starts), -1, told[starts])


def _decided(steps: Program, values: Sequence[Any], rule: Rule, cases: Cases) -> Bits:
    """Did a provision set something that the answer reports?"""
    engine = steps.engine
    yes: Bits = values[steps.rule[rule.id]].yes
    match rule.provision.kind:
        case "requirement" | "letter" | "prohibition" | "exception" | "classification" | "red_flag":
            return yes
        case "review":
            policy = POLICIES.index(rule.version.gives["policy"])
            found = 0
            for name in rule.version.serves:
                if f"policy {name}" in steps.at:
                    found |= values[steps.rule[name]].yes & values[steps.at[f"policy {name}"]].each[policy]
            return yes & found
        case "definition" if "scope" in rule.version.gives:
            for one in engine.of("definition"):
                if one is rule:
                    break
                if "scope" in one.version.gives:
                    yes &= ~values[steps.rule[one.id]].yes
            return yes & packed(cases.foreign)
        case "definition" if LEVEL in rule.version.gives:
            here: Bits = values[steps.at[LEVEL]].get(rule.version.gives[LEVEL], 0)
            return yes & here
    return 0
