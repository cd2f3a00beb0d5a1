"""Folders and feeds watched: what is new since the last look, each item once, a broken file told once.

A file counts as written when two looks find it unchanged, or when it is older than the time between them:
a half of an article is never read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.press.folders import ENDINGS, items_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ecluse.press.folders import Item, Seen

# When a file was written, in nanoseconds, and its size in bytes.
Print = tuple[int, int]


@dataclass
class Watch:
    """What the looks so far have found: files read as they are now, and files that may still be written."""

    seconds: float
    clock: Callable[[], float] = time.time
    done: dict[Path, Print] = field(default_factory=dict)
    waiting: dict[Path, Print] = field(default_factory=dict)

    def ready(self, path: Path) -> bool:
        """Is a file new or changed, and no longer being written? A file that has gone is not ready."""
        try:
            told = path.stat()
        except OSError:
            return False
        now = (told.st_mtime_ns, told.st_size)
        if self.done.get(path) == now:
            return False
        settled = self.waiting.get(path) == now or told.st_mtime <= self.clock() - self.seconds
        if not settled:
            self.waiting[path] = now
            return False
        self.waiting.pop(path, None)
        self.done[path] = now
        return True


def arrivals(names: Sequence[str], seen: Seen, watch: Watch) -> Iterator[Item | SourceError]:
    """Take one look: give what arrived, in a fixed order; of a file that cannot be read, why."""
    for path in sorted({one for name in names for one in _files(Path(name))}):
        if not watch.ready(path):
            continue
        try:
            for item in items_of(path):
                if seen.first_time(item):
                    yield item
        except SourceError as problem:
            yield problem


def _files(path: Path) -> Iterator[Path]:
    """Give the files of a folder that may hold articles; any file that is named itself."""
    if path.is_dir():
        yield from (one for one in path.rglob("*") if one.is_file() and one.name.lower().endswith(ENDINGS))
    else:
        yield path
