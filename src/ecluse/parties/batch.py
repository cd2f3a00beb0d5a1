"""Many names: each distinct one is screened once, on every core, and joined back; or only what lists changed."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ecluse.parties import index, screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ecluse.parties.model import Model, Tree
    from ecluse.parties.screen import Hit, Screener

Asked = tuple[str, str | None]
# Below this many distinct names one process is done before others have started.
WORTH_A_PROCESS = 3_000
PIECE = 500
# Below this many names it takes longer to import the libraries of arrays than to do without them.
WORTH_ARRAYS = 100
# How many are taken from the product: many names may share alike, and of those the first of the list count.
TIES = 60


def many(place: Path | None, asked: Sequence[Asked], processes: int | None = None) -> dict[Asked, tuple[Hit, ...]]:
    """Screen each distinct pair of name and country once. `processes` None takes as many as there are cores."""
    distinct = list(dict.fromkeys(asked))
    cores = processes or (os.cpu_count() or 1)
    if cores == 1 or len(distinct) < WORTH_A_PROCESS:
        return dict(zip(distinct, _some(place, distinct), strict=True))
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only long lists pay for it

    screen.lists(place)
    pieces = [distinct[at : at + PIECE] for at in range(0, len(distinct), PIECE)]
    with ProcessPoolExecutor(cores) as pool:
        found = pool.map(_some, [place] * len(pieces), pieces)
        return dict(zip(distinct, (hits for piece in found for hits in piece), strict=True))


def _some(place: Path | None, asked: Sequence[Asked]) -> list[tuple[Hit, ...]]:
    screener = screen.lists(place)
    if len(asked) < WORTH_ARRAYS:
        return [screener.screen(name, country) for name, country in asked]
    readings = [tuple(screen.asked_for(name)) for name, _ in asked]
    found = iter(_candidates(screener, [one for each in readings for one in each]))
    pairs = [screener.pairs(each, [next(found) for _ in each]) for each in readings]
    scores = iter(_scores(screener.model, [pair.row for each in pairs for pair in each]))
    return [
        screener.judge(name, country, each, [next(scores) for _ in each])
        for (name, country), each in zip(asked, pairs, strict=True)
    ]


def _scores(model: Model, rows: Sequence[Sequence[float]]) -> Iterator[float]:
    """Score many pairs: all of them down one tree after another where numpy is installed."""
    try:
        import numpy as np  # noqa: PLC0415 - an extra
    except ImportError:
        yield from map(model.score, rows)
        return
    if not rows:
        return
    measures = np.asarray(rows, np.float64)
    every, total = np.arange(len(rows)), np.zeros(len(rows))
    for feature, threshold, low, high, value, depth in _flat(model):
        at = np.zeros(len(rows), np.int32)
        for _ in range(depth):
            at = np.where(measures[every, feature[at]] <= threshold[at], low[at], high[at])
        total += value[at]
    yield from (1.0 / (1.0 + np.exp(-total))).tolist()


@lru_cache(maxsize=4)
def _flat(model: Model) -> list[Any]:
    """Lay out trees as arrays: feature, threshold, the node on either side, value; a leaf leads to itself."""
    import numpy as np  # noqa: PLC0415

    kinds = (np.int32, np.float64, np.int32, np.int32, np.float64)
    laid = []
    for tree in model.trees:
        nodes: list[list[float]] = []
        depth = _laid(tree, nodes)
        columns = zip(*nodes, strict=True)
        laid.append((*(np.asarray(column, kind) for column, kind in zip(columns, kinds, strict=True)), depth))
    return laid


def _laid(tree: Tree, nodes: list[list[float]]) -> int:
    """Add a tree's nodes to a list, and give how deep it is."""
    at = len(nodes)
    if not isinstance(tree, tuple):
        nodes.append([0, 0.0, at, at, tree])
        return 0
    nodes.append([tree[0], tree[1], at + 1, 0, 0.0])
    left = _laid(tree[2], nodes)
    nodes[at][3] = len(nodes)
    return 1 + max(left, _laid(tree[3], nodes))


def _candidates(screener: Screener, readings: Sequence[screen.Asked]) -> Iterator[Sequence[int]]:
    """Give the candidates of many readings: by one product of sparse matrices where its library is installed."""
    held = screener.index
    try:
        from sparse_dot_topn import sp_matmul_topn  # noqa: PLC0415 - an extra
    except ImportError:
        yield from (held.candidates(one.name) for one in readings)
        return
    rows = [held.pieces(one.name) for one in readings]
    top = sp_matmul_topn(_asked(rows), _listed(screener), top_n=TIES, sort=True)
    for at in range(len(rows)):
        start, end = top.indptr[at], top.indptr[at + 1]
        scores, docs = top.data[start:end], top.indices[start:end]
        best = float(scores[0]) if len(scores) else 0.0
        yield index.best_of(zip(docs.tolist(), scores.tolist(), strict=True), best)


def _asked(rows: Sequence[dict[int, float]]) -> Any:  # noqa: ANN401 - its library carries no types
    """Lay out the pieces of names as a sparse matrix: one row a name."""
    import numpy as np  # noqa: PLC0415
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    ends = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int32)
    columns = np.fromiter((piece for row in rows for piece in row), np.int32)
    weights = np.fromiter((weight for row in rows for weight in row.values()), np.float32)
    return csr_matrix((weights, columns, ends), shape=(len(rows), index.PIECES))


@lru_cache(maxsize=4)
def _listed(screener: Screener) -> Any:  # noqa: ANN401 - its library carries no types
    """Lay out the index as a sparse matrix: one row a piece, one column a name. Its arrays must be writable: copied."""
    import numpy as np  # noqa: PLC0415
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    held = screener.index
    weights = np.array(held.weights, np.float32)
    docs, offsets = (np.array(held.sections[key]).astype(np.int32) for key in ("docs", "offsets"))
    return csr_matrix((weights, docs, offsets), shape=(index.PIECES, held.size))


def only_new(hits: Iterable[Hit], before: set[str]) -> Iterator[Hit]:
    """Give the hits on entries that an older snapshot does not hold as they now read, by digest."""
    return (hit for hit in hits if hit.entry.digest not in before)
