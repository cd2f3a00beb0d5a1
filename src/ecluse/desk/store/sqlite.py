"""The desk in one SQLite file: one writer, write-ahead log, every commit on the disk.

All writes go through one connection, which also does the checkpoints, under a lock of the whole
folder; so the fault of SQLite before 3.51.3 that needs two writers cannot meet us. Readers open
the file for reading only.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING

from ecluse.desk.apply import seen_before
from ecluse.desk.records import START, Head
from ecluse.desk.state import State
from ecluse.desk.store import base, schema
from ecluse.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from ecluse.desk.requests import Request

FILE = "desk.sqlite"
WAIT_SECONDS = 60
MOST_KEPT = 20_000
SWEEP_EVERY = 100_000  # microseconds
_GUARDS = """
CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'events are never deleted'); END;
CREATE TRIGGER event_fixed BEFORE UPDATE ON event
WHEN NEW.seq IS NOT OLD.seq OR NEW.id IS NOT OLD.id OR NEW.recorded_at IS NOT OLD.recorded_at
  OR NEW.actor IS NOT OLD.actor OR NEW.kind IS NOT OLD.kind OR NEW.about IS NOT OLD.about
  OR NEW.request IS NOT OLD.request OR NEW.body_sha256 IS NOT OLD.body_sha256 OR NEW.prev IS NOT OLD.prev
  OR NEW.hash IS NOT OLD.hash OR NEW.body IS NOT NULL
BEGIN SELECT raise(ABORT, 'events never change; only their body may be erased'); END;
CREATE TRIGGER movement_kept BEFORE DELETE ON movement BEGIN SELECT raise(ABORT, 'movements are never deleted'); END;
CREATE TRIGGER movement_fixed BEFORE UPDATE ON movement BEGIN SELECT raise(ABORT, 'movements never change'); END;
CREATE TRIGGER document_kept BEFORE DELETE ON document BEGIN SELECT raise(ABORT, 'documents keep their digest'); END;
CREATE TRIGGER document_fixed BEFORE UPDATE ON document WHEN NEW.body IS NOT NULL AND NEW.body IS NOT OLD.body
BEGIN SELECT raise(ABORT, 'documents never change; only their body may be erased'); END;
"""
LIST = "SELECT value FROM json_each(?)"
KEYS = f"SELECT j.key FROM reservation r, json_each(r.draws) j WHERE r.id IN ({LIST})"


def create(folder: Path) -> None:
    """Make an empty desk in a folder. Raises DeskError where one is there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    if path.exists():
        message = f"{path}: a desk is there already; `ecluse desk init` makes a new one in an empty folder."
        raise DeskError(message)
    with contextlib.closing(_connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in schema.statements("INTEGER", "BLOB", " WITHOUT ROWID"):
            connection.execute(statement)
        connection.execute(schema.insert("head", "?"), base.VALUES["head"](START))
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        connection.execute("COMMIT")
        connection.executescript(_GUARDS)


def _connect(path: Path, *, only_read: bool = False) -> sqlite3.Connection:
    address = path.absolute().as_uri() + ("?mode=ro" if only_read else "?mode=rwc")
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=WAIT_SECONDS, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    if not only_read:
        connection.execute("PRAGMA synchronous = FULL")
        # Journals of single statements are no matter of safety; in files they cost more than the statement.
        connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def microseconds() -> int:
    """Give the machine's clock."""
    return time.time_ns() // 1000


def _opened(folder: Path) -> Path:
    path = folder / FILE
    if not path.exists():
        message = f"{folder}: no desk is there; `ecluse desk init --at {folder}` makes one."
        raise DeskError(message)
    return path


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as problem:
        message = f"{path}: cannot be read as a desk ({problem})."
        raise DeskError(message) from None
    if version != schema.VERSION:
        message = f"{path}: written by version {version} of the tables; this program knows {schema.VERSION}."
        raise DeskError(message)


class Reader:
    """A desk in a folder, open for reading only."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder)
        self._read = _connect(_opened(folder), only_read=True)
        _check_version(self._read, folder / FILE)

    def ask(self, requests: Sequence[Request]) -> list[bytes]:
        """Refuse: this one only reads."""
        message = f"{self.address}: open for reading only, and asked {len(requests)} requests."
        raise DeskError(message)

    def rows(self, sql: str, *parameters: object) -> list[base.Row]:
        """Read; parameters are marked by ? in the text."""
        return self._read.execute(sql, parameters).fetchall()

    def stream(self, sql: str, *parameters: object) -> Generator[base.Row]:
        """Read row by row."""
        yield from self._read.execute(sql, parameters)

    def now(self) -> int:
        """Give the clock by which holds run out."""
        return microseconds()

    def close(self) -> None:
        """Let go of the file."""
        self._read.close()


class SqliteStore:
    """One desk in a folder. `clock` is given by tests; `sweep` off leaves run-out holds as they are."""

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], int] = microseconds,
        *,
        sweep: bool = True,
        connect: Callable[[Path], sqlite3.Connection] = _connect,
    ) -> None:
        path = _opened(folder)
        self.address = str(folder)
        self._clock = clock
        self._sweep = sweep
        self._write = connect(path)
        _check_version(self._write, path)
        self._kept: State | None = None
        self._kept_version = -1
        self._swept_at = 0

    def now(self) -> int:
        """Give the clock by which holds run out, never behind what was recorded."""
        return self._clock()

    def ask(self, requests: Sequence[Request]) -> list[bytes]:
        """Answer requests in one transaction; when this returns, the answers are safe on disk."""
        self._write.execute("BEGIN IMMEDIATE")
        try:
            return self._commit(requests)
        except BaseException:
            self._kept = None
            if self._write.in_transaction:
                self._write.execute("ROLLBACK")
            raise

    def _commit(self, requests: Sequence[Request]) -> list[bytes]:
        kept = self._still_kept()
        head = kept.head if kept else Head(*self._write.execute(schema.select("head", "1 = 1")).fetchone())
        now = max(self._clock(), head.recorded_at)
        late = self._late(now)
        every = base.parsed([*late, *requests])
        needs = base.needs_of(every)
        state = State(now, head)
        if kept is not None and schema.plain(needs) and needs.accounts <= kept.account.keys():
            state.account, state.ratio, state.person = kept.account, kept.ratio, kept.person
            needs.accounts.clear()
            needs.persons -= kept.person.keys()
        for query in schema.queries(needs):
            sql = query.sql.replace("KEYS", KEYS).replace("LIST", LIST)
            rows = self._write.execute(sql, [base.listed(names) for names in query.lists]).fetchall()
            base.load(state, query.table, rows)
        sql = f"SELECT id, request, body FROM event WHERE id IN ({LIST})"
        for name, request, body in self._write.execute(sql, [base.listed(tuple(sorted(needs.ids)))]):
            state.seen[name] = seen_before(request, body)
        answers = base.answer_all(state, every)
        self._save(state)
        self._write.execute("COMMIT")
        self._kept = state if schema.plain(needs) else None
        return answers[len(late) :]

    def _still_kept(self) -> State | None:
        """Give the accounts of the last plain batch, unless somebody else has written since."""
        version = self._write.execute("PRAGMA data_version").fetchone()[0]
        if version != self._kept_version or (self._kept and len(self._kept.account) > MOST_KEPT):
            self._kept, self._kept_version = None, version
        return self._kept

    def _late(self, now: int) -> list[Request]:
        """Give the requests that end holds which have run out, looked for now and then."""
        if not self._sweep or 0 <= now - self._swept_at < SWEEP_EVERY:
            return []
        sql = "SELECT id FROM reservation WHERE state = 'pending' AND expires_at <= ? ORDER BY expires_at LIMIT ?"
        found = base.due(self._write.execute(sql, (now, base.SWEEP_AT_ONCE)).fetchall())
        # As long as there are more, each batch ends some.
        self._swept_at = now if len(found) < base.SWEEP_AT_ONCE else 0
        return found

    def _save(self, state: State) -> None:
        for table, statements, rows in base.changes(state):
            self._write.executemany(statements[table], rows)
        if state.events:
            self._write.executemany(base.INSERT["event"], map(base.VALUES["event"], state.events))
            self._write.execute(base.UPDATE["head"], base.CHANGING["head"](state.head))
        if state.movements:
            self._write.executemany(base.INSERT["movement"], map(base.VALUES["movement"], state.movements))
        self._erase(state.erase)

    def _erase(self, orders: Sequence[str]) -> None:
        for order in orders:
            self._write.execute("UPDATE document SET body = NULL WHERE order_id = ?", (order,))
            self._write.execute("UPDATE event SET body = NULL WHERE about = ? AND kind <> 'erase'", (order,))

    def rows(self, sql: str, *parameters: object) -> list[base.Row]:
        """Read; parameters are marked by ? in the text."""
        return self._write.execute(sql, parameters).fetchall()

    def stream(self, sql: str, *parameters: object) -> Generator[base.Row]:
        """Read row by row."""
        yield from self._write.execute(sql, parameters)

    def close(self) -> None:
        """Let go of the file."""
        self._write.close()
