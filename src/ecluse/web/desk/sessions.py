"""Sessions: found by a cookie that says nothing, ended by time, logout or a changed user; they outlive the server.

They are kept in a private file beside that of the users, by digests alone: whoever reads the file can
log in as nobody. What a session has under way (drafts, a pasted plan) is kept by the server, and ends with it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import sqlite3
import time
import weakref
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ecluse.web.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ecluse.web.guard import Buckets

LOG = logging.getLogger("ecluse.web")
COOKIE = "ecluse_session"
IDLE_SECONDS = 30 * 60
WHOLE_SECONDS = 9 * 3600
# How far behind the last use what is written may lie, and how far ahead a clock that was set back may find it.
NOTED_SECONDS = 30
MOST = 10_000
MOST_DRAFTS = 8
TABLE = (
    "CREATE TABLE IF NOT EXISTS session (key BLOB PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, "
    "stamp BLOB NOT NULL, made REAL NOT NULL, seen REAL NOT NULL) WITHOUT ROWID"
)


@dataclass(slots=True)
class Session:
    """Somebody who has logged in: name, roles, the token of this session's forms.

    `stamp` is a digest of what let them in: the hash of the password as it was, or how another service
    is asked; where that is changed, the session ends. `said` waits to be told on the next page.
    `drafts` are proposals that were read for this session, `plan` a plan that was pasted.
    """

    name: str
    roles: frozenset[str]
    stamp: bytes
    csrf: str
    said: list[tuple[str, str]] = field(default_factory=list)
    drafts: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    plan: str | None = None

    def keep(self, name: str, draft: object) -> None:
        """Keep a draft, the oldest dropped first."""
        self.drafts[name] = draft
        while len(self.drafts) > MOST_DRAFTS:
            self.drafts.popitem(last=False)

    def holds(self, stamp: str | None) -> bool:
        """Is what let them in still as it was?"""
        return stamp is not None and hmac.compare_digest(_digest(stamp), self.stamp)


class Sessions:
    """All sessions of a desk; without a path, or where it cannot be written, they end with the server."""

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._rows = _opened(path)
        self._here: OrderedDict[bytes, Session] = OrderedDict()
        weakref.finalize(self, self._rows.close)

    def open(self, name: str, roles: frozenset[str], stamp: str) -> tuple[str, Session]:
        """Begin a session; give the value of its cookie. Raises Problem where it cannot be kept."""
        token, now = secrets.token_urlsafe(32), self._clock()
        row = (_digest(token), name, ",".join(sorted(roles)), _digest(stamp), now, now)
        try:
            with self._rows:
                self._rows.execute("DELETE FROM session WHERE made < ? OR seen < ?", _ends(now))
                self._rows.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)", row)
                self._rows.execute(
                    "DELETE FROM session WHERE key IN (SELECT key FROM session ORDER BY seen DESC LIMIT -1 OFFSET ?)",
                    (MOST,),
                )
        except sqlite3.Error as problem:
            raise Problem(503, f"the login cannot be kept ({problem})") from None
        return token, self._held(_digest(token), token, row)

    def find(self, token: str) -> Session | None:
        """Give the session of a cookie, unless its time is over or it was ended, here or by another server."""
        key, now = _digest(token), self._clock()
        row = self._row(key) if token else None
        if row is None:
            self._here.pop(key, None)
            return None
        made, seen = row[4], row[5]
        latest = now + NOTED_SECONDS
        if made < _ends(now)[0] or seen < _ends(now)[1] or made > latest or seen > latest:
            self.close(token)
            return None
        if now - seen >= NOTED_SECONDS:
            with suppress(sqlite3.Error), self._rows:
                self._rows.execute("UPDATE session SET seen = ? WHERE key = ?", (now, key))
        return self._held(key, token, row)

    def close(self, token: str) -> None:
        """End a session."""
        self._here.pop(_digest(token), None)
        with suppress(sqlite3.Error), self._rows:
            self._rows.execute("DELETE FROM session WHERE key = ?", (_digest(token),))

    def _row(self, key: bytes) -> tuple[Any, ...] | None:
        try:
            found: tuple[Any, ...] | None = self._rows.execute("SELECT * FROM session WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        return found

    def _held(self, key: bytes, token: str, row: tuple[Any, ...]) -> Session:
        """Give what this server holds of a session, newly where it was begun before the server."""
        if key not in self._here:
            csrf = hmac.new(token.encode(), b"ecluse forms", hashlib.sha256).hexdigest()[:32]
            self._here[key] = Session(row[1], frozenset(row[2].split(",")), row[3], csrf)
            while len(self._here) > MOST:
                self._here.popitem(last=False)
        return self._here[key]


def _ends(now: float) -> tuple[float, float]:
    """Give the moments before which whatever was begun, or last used, is over."""
    return now - WHOLE_SECONDS, now - IDLE_SECONDS


def _digest(text: str) -> bytes:
    """Give a digest, so that neither a comparison nor the file tells anything of the text."""
    return hashlib.sha256(text.encode()).digest()


def _opened(path: Path | None) -> sqlite3.Connection:
    """Open the file of sessions, readable by its owner alone; a spoiled one is begun anew."""
    if path is None:
        return _ready(":memory:")
    for _ in range(2):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
            return _ready(str(path))
        except (OSError, sqlite3.OperationalError) as problem:
            LOG.warning("%s: %s; sessions end with this server", path.name, problem)
            break
        except sqlite3.DatabaseError as problem:
            LOG.warning("%s: %s; sessions begin anew", path.name, problem)
            with suppress(OSError):
                path.unlink()
    return _ready(":memory:")


def _ready(place: str) -> sqlite3.Connection:
    rows = sqlite3.connect(place, timeout=5.0, check_same_thread=False)
    try:
        with rows:
            rows.execute(TABLE)
            rows.execute("SELECT count(*) FROM session").fetchone()
    except sqlite3.Error:
        rows.close()
        raise
    return rows


@dataclass(frozen=True, slots=True)
class Tries:
    """How often somebody may try to log in: of one name from one place, and of one name from anywhere."""

    here: Buckets
    anywhere: Buckets

    def wait(self, client: str, name: str, now: float) -> float:
        """Take one try; give the seconds to wait where none is left."""
        return max(self.here.wait(f"{client} {name}", now), self.anywhere.wait(name, now))

    def forget(self, client: str, name: str) -> None:
        """Count no more what was tried before somebody came in."""
        self.here.left.pop(f"{client} {name}", None)
        self.anywhere.left.pop(name, None)
