"""A process of its own that asks a desk, for tests of crowds and crashes; each answer is told on a line."""

from __future__ import annotations

import contextlib
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.desk import door
from ecluse.desk.clerk import SOCKET, Clerk
from ecluse.desk.requests import make
from ecluse.desk.store import postgres, sqlite
from ecluse.desk.store.base import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecluse.desk.requests import Request
    from ecluse.desk.state import State
    from ecluse.desk.store.base import Store


class UnlockedPostgres(postgres.PostgresStore):
    """A planted defect: reads without locks, writes no events that would collide."""

    def _save(self, state: State) -> None:
        state.events.clear()
        super()._save(state)


class NaiveSqlite(sqlite.SqliteStore):
    """A planted defect: reads and decides first, then writes in a transaction of its own, without events."""

    def ask(self, requests: Sequence[Request]) -> list[bytes]:
        """Answer from what was read before the lock was taken."""
        return self._commit(requests)

    def _save(self, state: State) -> None:
        self._write.execute("BEGIN IMMEDIATE")
        state.events.clear()
        super()._save(state)


def opened(at: str, mode: str) -> Store:
    """Open a desk, as it should be or with a planted defect."""
    if mode == "unlocked":
        postgres._LOCKED = postgres._HEAD_LOCKED = ""
        return UnlockedPostgres(at)
    if mode == "naive":
        return NaiveSqlite(Path(at))
    found: Any = door.open_desk(at)._writer()
    return found  # type: ignore[no-any-return]


def reserve(store: Store, prefix: str, count: int, account: str) -> None:
    """Reserve and draw, one at a time; tell each id that was acknowledged, with its amount."""
    draw = random.Random(prefix)
    for number in range(count):
        name, amount = f"{prefix}-{number}", draw.randint(1, 3)
        if told(store.ask([make("reserve", name, "sue", draws={account: amount})])[0])["ok"]:
            print(name, amount, flush=True)
            if number % 3 == 0:
                store.ask([make("post", f"{name}-post", "sue", reservation=name)])


def ratio(store: Store, prefix: str, count: int) -> None:
    """Reserve on the numerator, and let the base fall and rise, as goods come back and go out."""
    draw = random.Random(prefix)
    for number in range(count):
        name = f"{prefix}-{number}"
        if draw.random() < 0.6:
            request = make("reserve", name, "sue", draws={"num": draw.randint(1, 4)})
        else:
            request = make("correct", name, "sue", amounts={"den": draw.choice([-6, -3, 2, 5])}, reason="returns")
        if told(store.ask([request])[0])["ok"]:
            print(name, flush=True)


def main() -> None:
    """Do what the words of the command line say."""
    do, at, mode, prefix, count = sys.argv[1:6]
    if do == "clerk":
        with door.sole_writer(at) as store:
            clerk = Clerk(store, Path(at) / SOCKET)
            print("ready", flush=True)
            clerk.serve()
        return
    store = opened(at, mode)
    with contextlib.suppress(BrokenPipeError):
        if do == "reserve":
            reserve(store, prefix, int(count), "q")
        else:
            ratio(store, prefix, int(count))


if __name__ == "__main__":
    main()
