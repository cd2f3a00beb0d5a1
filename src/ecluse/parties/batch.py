"""Many names: each distinct one is screened once, on every core, and joined back; or only what lists changed."""

from __future__ import annotations

import contextlib
import gc
import os
from typing import TYPE_CHECKING

from ecluse.parties import screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ecluse.parties.screen import Hit, Screener

Asked = tuple[str, str | None]
# Below this many distinct names one process is done before others have started.
WORTH_A_PROCESS = 3_000
PIECE = 500
# Below this many names it takes longer to import numpy than to do without it.
WORTH_ARRAYS = 100


def many(place: Path | None, asked: Sequence[Asked], processes: int | None = None) -> dict[Asked, tuple[Hit, ...]]:
    """Screen each distinct pair of name and country once. `processes` None takes as many as there are cores."""
    distinct = list(dict.fromkeys(asked))
    cores = processes or (os.cpu_count() or 1)
    pieces = [distinct[at : at + PIECE] for at in range(0, len(distinct), PIECE)]
    if cores == 1 or len(distinct) < WORTH_A_PROCESS:
        return dict(zip(distinct, (hits for piece in pieces for hits in _some(place, piece)), strict=True))
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only long lists pay for it

    _ready(screen.lists(place))
    with ProcessPoolExecutor(cores) as pool:
        found = pool.map(_some, [place] * len(pieces), pieces)
        return dict(zip(distinct, (hits for piece in found for hits in piece), strict=True))


def _ready(screener: Screener) -> None:
    """Lay out the arrays before other processes begin, which take them over where the system forks."""
    with contextlib.suppress(ImportError):
        from ecluse.parties import arrays  # noqa: PLC0415 - an extra

        arrays.ready(screener.index, screener.model)


def _some(place: Path | None, asked: Sequence[Asked]) -> list[tuple[Hit, ...]]:
    """Screen a piece of a list. No rings of memory are made on the way, so none are looked for."""
    looked = gc.isenabled()
    gc.disable()
    try:
        return _screened(screen.lists(place), asked)
    finally:
        if looked:
            gc.enable()


def _screened(screener: Screener, asked: Sequence[Asked]) -> list[tuple[Hit, ...]]:
    if len(asked) >= WORTH_ARRAYS:
        with contextlib.suppress(ImportError):
            from ecluse.parties import arrays  # noqa: PLC0415 - an extra

            pairs = [screener.pairs(name) for name, _ in asked]
            scores = iter(arrays.scores(screener.model, [pair.row for each in pairs for pair in each]))
            return [
                screener.judge(name, country, each, [next(scores) for _ in each])
                for (name, country), each in zip(asked, pairs, strict=True)
            ]
    return [screener.screen(name, country) for name, country in asked]


def only_new(hits: Iterable[Hit], before: set[str]) -> Iterator[Hit]:
    """Give the hits on entries that an older snapshot does not hold as they now read, by digest."""
    return (hit for hit in hits if hit.entry.digest not in before)
