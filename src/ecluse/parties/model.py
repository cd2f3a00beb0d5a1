"""The score of a pair of names: trees over features, as reviewed data, and the bands."""

from __future__ import annotations

import json
import math
import sys
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A leaf, or a fork: feature, threshold, the side at or below it, the side above.
Tree = float | tuple[int, float, "Tree", "Tree"]


# Of each measure its thresholds in order, and for each place among them the leaves left: 32 bits for every tree.
Laid = tuple[tuple[tuple[int, tuple[float, ...], tuple[int, ...]], ...], tuple[tuple[float, ...], ...], int]
LEAVES = 32


@dataclass(frozen=True, eq=False)
class Model:
    """Trees whose leaves add up to log odds; from `decide` on a hit stands, from `grey` on it is to be cleared.

    `pair` tells two names by themselves, without a list: from it on they are rather one party.
    """

    trees: tuple[Tree, ...]
    decide: float
    grey: float
    pair: float

    def score(self, row: Sequence[float]) -> float:
        """Give the chance, 0 to 1, that two names are of one party.

        Each measure rules out leaves in all trees at once; of what is left the leftmost leaf of a tree is its
        answer (Lucchese and others, QuickScorer, 2015).
        """
        measures, values, left = self.laid
        for feature, thresholds, kept in measures:
            left &= kept[bisect_left(thresholds, row[feature])]
        total = 0.0
        words = memoryview(left.to_bytes(4 * len(values), sys.byteorder)).cast("I")
        for leaves, word in zip(values if sys.byteorder == "little" else values[::-1], words, strict=True):
            total += leaves[(word & -word).bit_length() - 1]
        return 1.0 / (1.0 + math.exp(-total))

    @cached_property
    def laid(self) -> Laid:
        """Lay the trees out for `score`; no tree has more than 32 leaves."""
        forks: dict[int, dict[float, int]] = {}
        values, whole = [], (1 << LEAVES * len(self.trees)) - 1
        for number, tree in enumerate(self.trees):
            leaves: list[float] = []
            for feature, threshold, ruled_out in _forks(tree, leaves):
                row = forks.setdefault(feature, {})
                row[threshold] = row.get(threshold, 0) | ruled_out << LEAVES * number
            values.append(tuple(leaves))
        measures = []
        for feature, row in sorted(forks.items()):
            kept = [whole]
            for threshold in sorted(row):
                kept.append(kept[-1] & ~row[threshold])
            measures.append((feature, tuple(sorted(row)), tuple(kept)))
        return tuple(measures), tuple(values), whole

    def band(self, score: float) -> str | None:
        """Give the band of a score: `decide`, `grey`, or None."""
        return "decide" if score >= self.decide else "grey" if score >= self.grey else None


def _forks(tree: Tree, leaves: list[float]) -> Iterator[tuple[int, float, int]]:
    """Number a tree's leaves from the left; give its forks, with the leaves that are out on the upper side."""
    if not isinstance(tree, tuple):
        leaves.append(tree)
        return
    feature, threshold, low, high = tree
    begin = len(leaves)
    yield from _forks(low, leaves)
    yield feature, threshold, (1 << len(leaves)) - (1 << begin)
    yield from _forks(high, leaves)


@lru_cache(maxsize=1)
def load() -> Model:
    """Read the model shipped."""
    data = json.loads(Path(__file__).with_name("data").joinpath("model.json").read_text(encoding="utf-8"))
    return Model(tuple(_tree(one) for one in data["trees"]), data["decide"], data["grey"], data["pair"])


def _tree(node: float | list[object]) -> Tree:
    if isinstance(node, list):
        feature, threshold, low, high = node
        return int(feature), float(threshold), _tree(low), _tree(high)  # type: ignore[call-overload,arg-type]
    return float(node)
