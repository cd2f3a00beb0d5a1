"""How the comparisons of laws answer for things: chips, routes, parties with what is certified of them.

A comparison that reads one group of facts answers alike wherever a thing occurs, so it is asked once
a thing, in columns (`lower.py`); lines are put together from the answers. Numbers of more digits
than a double holds apart, and sums and products, are compared one by one, as decimals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ecluse.bounds import exactly
from ecluse.condition import Arith, Member, Name, Node, walk
from ecluse.engine.frame import Laid, lay
from ecluse.engine.lower import Shape, leaf
from ecluse.engine.weigh import prepare
from ecluse.item import NUMBERS
from ecluse.truth import NO, UNKNOWN, YES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ecluse.engine.facts import Facts, Value
    from ecluse.engine.gate import Machine
    from ecluse.provision import Fact, Group

ITEM = frozenset({"form", "eccn_base", "item.vendor", "item.model", "tops", "datacenter", *NUMBERS})
ROUTE = frozenset({"origin", "destination", "kind", "act", "use"})
QUANTITY = frozenset({"quantity", "order_tpp"})
# The two ends at which a measure is tried: none at all, and more than any chip has.
ENDS = exactly(0), exactly(10**9)
# There is little to optimise, and looking costs more.
PLAIN = pl.QueryOptFlags.none()
CODES = {YES: 1, NO: 0, UNKNOWN: -1}


def group_of(name: str) -> str:
    """Name the group of things that states a fact: item, route, quantity, or who."""
    if name in ITEM:
        return "item"
    if name in ROUTE:
        return "route"
    return "quantity" if name in QUANTITY else "who"


@dataclass(frozen=True)
class Leaf:
    """A comparison as it reads under the sets of one day; perhaps with one measure put at one of its ends."""

    node: Node
    group: Group | None = None
    fact: str | None = None
    way: int = 0

    def weigh(self, facts: Facts) -> int:
        """Answer for one set of facts, exactly."""
        groups = {} if self.group is None else {self.group.name: self.group}
        more = {} if self.fact is None else {self.fact: ENDS[self.way]}
        return CODES[prepare(self.node, groups).weigh(facts | more)]

    def lowered(self, laid: Laid) -> pl.Expr:
        """Answer in columns, as codes."""
        groups = {} if self.group is None else {self.group.name: self.group}
        return leaf(self.node, groups, laid.shape).cast(pl.Int8).fill_null(-1)


def leaf_of(node: Node, engine: Machine, fact: str | None = None, way: int = 0) -> Leaf:
    """Give a comparison with the set that it reads on the law's day."""
    named = node.group if isinstance(node, Member) else None
    return Leaf(node, engine.law.groups[named] if named is not None else None, fact, way)


def stated(name: str) -> Leaf:
    """Give the question whether a fact is stated as yes or no."""
    return Leaf(Name(name, "truth", name))


@dataclass
class Things:
    """Things of one group by number, and what they answer. `told` gives the facts of one, as conditions read them."""

    told: Callable[[int], Facts]
    kinds: Mapping[str, Fact]
    size: int = 0
    chunks: list[tuple[int, Laid]] = field(default_factory=list)
    answered: dict[Leaf, NDArray[np.int8]] = field(default_factory=dict)
    open: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    several: dict[str, dict[str, None]] = field(default_factory=dict)
    valued: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    values: dict[tuple[str, ...], dict[tuple[Value | None, ...], int]] = field(default_factory=dict)

    def grow(self, size: int) -> None:
        """Take further things in, up to a number."""
        if size > self.size:
            laid = lay([self.told(number) for number in range(self.size, size)], self.kinds)
            self.chunks.append((self.size, laid))
            for name, paths in laid.shape.several.items():
                self.several.setdefault(name, {}).update(dict.fromkeys(paths))
            self.size = size

    def codes(self, wanted: Sequence[Leaf]) -> list[NDArray[np.int8]]:
        """Give how each thing answers comparisons: 1 for yes, 0 for no, -1 for not known."""
        missing: dict[int, list[Leaf]] = {}
        nothing = np.empty(0, dtype=np.int8)
        for one in wanted:
            there = len(self.answered.setdefault(one, nothing))
            if there < self.size:
                missing.setdefault(there, []).append(one)
        for there, leaves in missing.items():
            for start, laid in self.chunks:
                if start >= there:
                    for one, told in zip(leaves, self._asked(start, laid, leaves), strict=True):
                        self.answered[one] = np.concatenate([self.answered[one], told])
        return [self.answered[one] for one in wanted]

    def _asked(self, start: int, laid: Laid, leaves: Sequence[Leaf]) -> list[NDArray[np.int8]]:
        size = len(laid.frame)
        found: dict[Leaf, NDArray[np.int8]] = {}
        by_trial: dict[tuple[str | None, int], list[Leaf]] = {}
        for one in leaves:
            if any(isinstance(part, Arith) for part in walk(one.node)):
                found[one] = np.array([one.weigh(self.told(start + at)) for at in range(size)], dtype=np.int8)
            else:
                by_trial.setdefault((one.fact, one.way), []).append(one)
        for (fact, way), own in by_trial.items():
            tried = laid if fact is None else _put(laid, fact, way)
            columns = [one.lowered(tried).alias(f"leaf {at}") for at, one in enumerate(own)]
            frame = tried.frame.lazy().with_columns(columns).collect(optimizations=PLAIN)
            for at, one in enumerate(own):
                found[one] = frame[f"leaf {at}"].to_numpy().copy()
        for at in laid.odd:
            facts = self.told(start + at)
            for one in leaves:
                found[one][at] = one.weigh(facts)
        return [found[one] for one in leaves]

    def paths(self, name: str) -> Iterable[str]:
        """Give the fields that a name stands for: of several parties, one each."""
        return self.several.get(name, (name,))

    def unsaid(self, path: str) -> NDArray[np.bool_]:
        """Say of each thing whether the value of a field is not known, or only between bounds."""
        found = self.open.get(path, np.empty(0, dtype=np.bool_))
        if len(found) < self.size:
            fresh = [self._unsaid(laid, path) for start, laid in self.chunks if start >= len(found)]
            found = self.open[path] = np.concatenate([found, *fresh])
        return found

    def _unsaid(self, laid: Laid, path: str) -> NDArray[np.bool_]:
        frame, size = laid.frame, len(laid.frame)
        if f"{path}.low" in frame.columns:
            low, high = frame[f"{path}.low"], frame[f"{path}.high"]
            vague = (low != high).fill_null(value=True).to_numpy().copy()
            if f"{path}.absent" in frame.columns:
                vague &= ~frame[f"{path}.absent"].fill_null(value=False).to_numpy()
            return vague
        if path in frame.columns:
            return frame[path].is_null().to_numpy().copy()
        role = any(path in paths for name, paths in self.several.items() if name != path)
        return np.full(size, not role, dtype=np.bool_)

    def groups_of(self, names: tuple[str, ...]) -> tuple[NDArray[np.int64], list[tuple[Value | None, ...]]]:
        """Give the values of some facts: for each thing its place among the distinct ones, and those."""
        index = self.values.setdefault(names, {})
        places = self.valued.setdefault(names, [])
        for number in range(len(places), self.size):
            facts = self.told(number)
            places.append(index.setdefault(tuple(facts.get(name) for name in names), len(index)))
        return np.array(places, dtype=np.int64), list(index)


def _put(laid: Laid, fact: str, way: int) -> Laid:
    """Put a measure at one of its ends."""
    end = float(ENDS[way].low or 0)
    ends = [pl.lit(end, dtype=pl.Float64).alias(f"{fact}{side}") for side in (".low", ".high")]
    there = pl.lit(value=False).alias(f"{fact}.absent")
    frame = laid.frame.with_columns([*ends, there])
    return Laid(frame, Shape(frozenset(frame.columns), laid.shape.several), laid.odd)
