"""The same in arrays: what a name shares with every listed one, and the scores of many pairs. Needs numpy.

Each step is the one that plain Python takes, in the same order, so that both give the same answers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecluse.parties.index import Index
    from ecluse.parties.model import Model, Tree

    # Of a tree: its forks as the number of a question and the leaves that "no" rules out; what its leaves are worth.
    Laid = tuple[list[tuple[int, int]], Any]


def shared(held: Index, pieces: Mapping[int, float]) -> Any:  # noqa: ANN401 - an array of numpy
    """Give what every listed name shares with one, by the weight of its pieces."""
    offsets, docs, weights = _postings(held)
    spans = [(offsets[piece], offsets[piece + 1]) for piece in pieces]
    where = np.concatenate([docs[start:end] for start, end in spans])
    share = np.concatenate([weights[start:end] for start, end in spans]).astype(np.float64)
    share *= np.repeat(np.fromiter(pieces.values(), np.float64), [end - start for start, end in spans])
    return np.bincount(where, share, held.size)


def first(total: Any, least: float, most: int, marks: int) -> tuple[Any, Any]:  # noqa: ANN401
    """Give those that share `least` and more, their numbers and shares in `marks`, the best first, `most` of them."""
    docs = np.flatnonzero(total >= least)
    share = (total[docs] * marks + 0.5).astype(np.int64)
    order = np.argsort(-share, kind="stable")[:most]
    return docs[order], share[order]


def of_length(held: Index, found: tuple[Any, Any], alike: tuple[int, float], enough: float) -> tuple[Any, Any]:
    """Leave out those that share less than `enough` and whose length alone makes them less than `alike`."""
    docs, share = found
    letters, part = alike
    lengths = _lengths(held)[docs]
    kept = (share >= enough) | (np.minimum(lengths, letters) >= part * np.maximum(lengths, letters) - 1e-9)
    return docs[kept], share[kept]


@lru_cache(maxsize=4)
def _lengths(held: Index) -> Any:  # noqa: ANN401
    return np.fromiter((len(held.glued(doc)) for doc in range(held.size)), np.int64, held.size)


def ready(held: Index, model: Model) -> None:
    """Lay out all that is laid out once."""
    _postings(held)
    _lengths(held)
    _laid(model)


@lru_cache(maxsize=4)
def _postings(held: Index) -> tuple[list[int], Any, Any]:
    docs, weights = (np.asarray(one) for one in (held.sections["docs"], held.weights))
    return held.sections["offsets"].tolist(), docs.astype(np.intp), weights


def scores(model: Model, rows: Sequence[Sequence[float]]) -> list[float]:
    """Score many pairs.

    Every fork's question is asked once of all pairs; of each tree what is left is the leaf that no
    answer has ruled out, the leftmost of those left (Lucchese and others, QuickScorer, 2015).
    """
    if not rows:
        return []
    columns = np.ascontiguousarray(np.asarray(rows, np.float64).T)
    questions, trees = _laid(model)
    total = np.zeros(len(rows))
    no = [columns[feature] > threshold for feature, threshold in questions]
    whole = np.uint32(0xFFFFFFFF)
    for forks, values in trees:
        left = np.full(len(rows), whole)
        for question, ruled_out in forks:
            left &= np.where(no[question], np.uint32(~ruled_out & 0xFFFFFFFF), whole)
        lowest = left & (~left + np.uint32(1))
        total += values[np.frexp(lowest.astype(np.float64))[1] - 1]
    return (1.0 / (1.0 + np.exp(-total))).tolist()  # type: ignore[no-any-return]


@lru_cache(maxsize=4)
def _laid(model: Model) -> tuple[list[tuple[int, float]], list[Laid]]:
    """Lay out trees for `scores`; no tree has more than 32 leaves."""
    questions: dict[tuple[int, float], int] = {}
    trees: list[Laid] = []
    for tree in model.trees:
        leaves: list[float] = []
        forks: list[tuple[int, int]] = []
        _lay(tree, leaves, forks, questions)
        trees.append((forks, np.asarray(leaves, np.float64)))
    return list(questions), trees


def _lay(
    tree: Tree, leaves: list[float], forks: list[tuple[int, int]], questions: dict[tuple[int, float], int]
) -> None:
    """Number a tree's leaves from the left; where a fork is answered with the upper side, its lower leaves are out."""
    if not isinstance(tree, tuple):
        leaves.append(tree)
        return
    feature, threshold, low, high = tree
    begin = len(leaves)
    _lay(low, leaves, forks, questions)
    ruled_out = (1 << len(leaves)) - (1 << begin)
    forks.append((questions.setdefault((feature, threshold), len(questions)), ruled_out))
    _lay(high, leaves, forks, questions)
