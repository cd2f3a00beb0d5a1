"""The one door to a desk: open it, ask, read. Whoever holds the folder's lock writes; others wait or call."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.desk import store
from ecluse.desk.apply import SAME_ID
from ecluse.desk.clerk import SOCKET, Caller, refuse_large
from ecluse.desk.store.base import told
from ecluse.errors import DeskError, InputError, SameIdOtherContent

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Self

    from ecluse.desk.requests import Request
    from ecluse.desk.store.base import Row, Store

LOCK = "desk.lock"
WAIT_SECONDS = 60.0
Answer = dict[str, Any]


class Desk:
    """An open desk. Close it, or use it as a context."""

    def __init__(self, at: str) -> None:
        self.at = at
        self._store: Store | None = None
        self._caller: Caller | None = None
        self._lock: int | None = None
        self._reader = store.read(at)

    def ask(self, *requests: Request) -> list[Answer]:
        """Answer requests in one transaction. A refusal is an answer, with `ok` false and `why`.

        Raises InputError where a request cannot be read, SameIdOtherContent where its id stands for
        something else, DeskError where the desk cannot be reached.
        """
        for request in requests:
            refuse_large(request)
        answers = [told(raw) for raw in self._writer().ask(requests)]
        for answer in answers:
            if answer.get("error") == SAME_ID:
                raise SameIdOtherContent(str(answer["says"]))
            if "error" in answer:
                raise InputError(str(answer["says"]))
        return answers

    def one(self, request: Request) -> Answer:
        """Answer one request."""
        return self.ask(request)[0]

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """Read rows."""
        return self._reader.rows(sql, *parameters)

    def stream(self, sql: str, *parameters: object) -> Generator[Row]:
        """Read row by row."""
        return self._reader.stream(sql, *parameters)

    def now(self) -> int:
        """Give the desk's clock, in microseconds."""
        return self._reader.now()

    def _writer(self) -> Store | Caller:
        if self._store is not None or self._caller is not None:
            return self._store or self._caller  # type: ignore[return-value]
        if store.is_address(self.at):
            self._store = store.connect(self.at)
            return self._store
        self._caller = self._take_lock(Path(self.at))
        if self._caller is not None:
            return self._caller
        self._store = store.connect(self.at)
        return self._store

    def _take_lock(self, folder: Path) -> Caller | None:
        """Take the folder's lock; where a clerk has it, call the clerk; else wait for it."""
        if sys.platform == "win32":
            # There is no such lock there; SQLite's own must do.
            return None
        self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        end = time.monotonic() + WAIT_SECONDS
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return None
            with contextlib.suppress(DeskError):
                return Caller(folder / SOCKET)
            if time.monotonic() > end:
                message = (
                    f"{folder}: another process has been writing for {WAIT_SECONDS:.0f} s; end it, or run a clerk."
                )
                raise DeskError(message)
            time.sleep(0.02)

    def close(self) -> None:
        """Let go of files, sockets and the lock."""
        for one in (self._store, self._caller, self._reader):
            if one is not None:
                one.close()
        if self._lock is not None:
            os.close(self._lock)
        self._store = self._caller = self._lock = None

    def __enter__(self) -> Self:
        """Use the desk as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def open_desk(at: str) -> Desk:
    """Open a desk in a folder, or at an address of PostgreSQL. Raises DeskError where none is there."""
    return Desk(at)


@contextlib.contextmanager
def sole_writer(at: str) -> Iterator[Store]:
    """Hold the lock of a folder, and be its writer. Raises DeskError where another process has it.

    A database has locks of its own, so others may write to it beside its clerk.
    """
    opened = store.connect(at)
    if store.is_address(at):
        try:
            yield opened
        finally:
            opened.close()
        return
    lock = os.open(Path(at) / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock_at_once(lock, at)
        yield opened
    finally:
        opened.close()
        os.close(lock)


def _lock_at_once(lock: int, at: str) -> None:
    if sys.platform != "win32":
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{at}: another process is its writer; end it first."
            raise DeskError(message) from None


def create(at: str) -> None:
    """Make an empty desk. Raises DeskError where one is there."""
    store.create(at)
