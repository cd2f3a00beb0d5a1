"""The same in arrays: what a name shares with every listed one, and the scores of many pairs. Needs numpy.

Each step is the one that plain Python takes, in the same order, so that both give the same answers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ecluse.parties.model import LEAVES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecluse.parties.index import Index
    from ecluse.parties.model import Model

AT_ONCE = 256


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
    """Score many pairs as `Model.score` does one, some hundreds at a time so that what is looked up stays near."""
    if not rows:
        return []
    columns = np.ascontiguousarray(np.asarray(rows, np.float64).T)
    measures, values = _laid(model)
    begins = np.arange(len(model.trees)) * LEAVES - 1
    totals = []
    for start in range(0, len(rows), AT_ONCE):
        some = columns[:, start : start + AT_ONCE]
        left = np.full((some.shape[1], len(begins)), 0xFFFFFFFF, np.uint32)
        for feature, thresholds, kept in measures:
            left &= kept[np.searchsorted(thresholds, some[feature])]
        lowest = left & (~left + np.uint32(1))
        leaves = values[np.frexp(lowest.astype(np.float32))[1] + begins]
        # Down the rows of an array that lies by tree, leaves are added one tree after another, as one pair's are.
        totals.append(np.add.reduce(np.ascontiguousarray(leaves.T), axis=0))
    return (1.0 / (1.0 + np.exp(-np.concatenate(totals)))).tolist()  # type: ignore[no-any-return]


@lru_cache(maxsize=4)
def _laid(model: Model) -> tuple[list[tuple[int, Any, Any]], Any]:
    """Lay out for arrays what the model has laid out: of each measure its thresholds and the leaves left, by tree."""
    measures, values, _ = model.laid
    size = LEAVES // 8 * len(values)
    told = [
        (feature, np.array(thresholds), np.array([np.frombuffer(one.to_bytes(size, "little"), "<u4") for one in kept]))
        for feature, thresholds, kept in measures
    ]
    leaves = np.zeros((len(values), LEAVES))
    for number, row in enumerate(values):
        leaves[number, : len(row)] = row
    return [(feature, thresholds, kept.astype(np.uint32)) for feature, thresholds, kept in told], leaves.ravel()
