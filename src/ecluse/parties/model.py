"""The score of a pair of names: trees over features, as reviewed data, and the bands."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# A leaf, or a fork: feature, threshold, the side at or below it, the side above.
Tree = float | tuple[int, float, "Tree", "Tree"]


@dataclass(frozen=True, slots=True)
class Model:
    """Trees whose leaves add up to log odds; from `decide` on a hit stands, from `grey` on it is to be cleared.

    `pair` tells two names by themselves, without a list: from it on they are rather one party.
    """

    trees: tuple[Tree, ...]
    decide: float
    grey: float
    pair: float

    def score(self, row: Sequence[float]) -> float:
        """Give the chance, 0 to 1, that two names are of one party."""
        total = 0.0
        for tree in self.trees:
            node = tree
            while type(node) is tuple:
                node = node[2] if row[node[0]] <= node[1] else node[3]
            total += node  # type: ignore[operator]
        return 1.0 / (1.0 + math.exp(-total))

    def band(self, score: float) -> str | None:
        """Give the band of a score: `decide`, `grey`, or None."""
        return "decide" if score >= self.decide else "grey" if score >= self.grey else None


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
