"""Many names: each distinct one is screened once, on every core, and joined back; or only what lists changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ecluse.parties import screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ecluse.parties.screen import Hit

Asked = tuple[str, str | None]
# Below this many distinct names one process is done before others have started.
WORTH_A_PROCESS = 3_000
PIECE = 500


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
    return [screener.screen(name, country) for name, country in asked]


def only_new(hits: Iterable[Hit], before: set[str]) -> Iterator[Hit]:
    """Give the hits on entries that an older snapshot does not hold as they now read, by digest."""
    return (hit for hit in hits if hit.entry.digest not in before)
