"""Sessions: kept by the server, found by a cookie that says nothing, ended by time, logout or a changed user."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecluse.web.guard import Buckets

COOKIE = "ecluse_session"
IDLE_SECONDS = 30 * 60
WHOLE_SECONDS = 9 * 3600
MOST = 10_000
MOST_DRAFTS = 8


@dataclass(slots=True)
class Session:
    """Somebody who has logged in: name, roles, the token of this session's forms, and since when.

    `stamp` is the hash of the password as it was; where it is changed, the session ends. None: another
    service has said who it is. `said` waits to be told on the next page. `drafts` are proposals that were
    read for this session, `plan` a plan that was pasted.
    """

    name: str
    roles: frozenset[str]
    stamp: str | None
    csrf: str
    made: float
    seen: float
    said: list[tuple[str, str]] = field(default_factory=list)
    drafts: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    plan: str | None = None

    def keep(self, name: str, draft: object) -> None:
        """Keep a draft, the oldest dropped first."""
        self.drafts[name] = draft
        while len(self.drafts) > MOST_DRAFTS:
            self.drafts.popitem(last=False)


class Sessions:
    """All sessions of this server; they end with it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rows: OrderedDict[bytes, Session] = OrderedDict()

    def open(self, name: str, roles: frozenset[str], stamp: str | None) -> tuple[str, Session]:
        """Begin a session; give the value of its cookie."""
        token, now = secrets.token_urlsafe(32), self._clock()
        session = Session(name, roles, stamp, secrets.token_urlsafe(24), now, now)
        self._rows[_key(token)] = session
        while len(self._rows) > MOST:
            self._rows.popitem(last=False)
        return token, session

    def find(self, token: str) -> Session | None:
        """Give the session of a cookie, unless its time is over."""
        session = self._rows.get(_key(token)) if token else None
        if session is None:
            return None
        now = self._clock()
        if now - session.seen > IDLE_SECONDS or now - session.made > WHOLE_SECONDS:
            self.close(token)
            return None
        session.seen = now
        return session

    def close(self, token: str) -> None:
        """End a session."""
        self._rows.pop(_key(token), None)


def _key(token: str) -> bytes:
    """Sessions are kept by a digest of the cookie, so that no comparison tells anything of it."""
    return hashlib.sha256(token.encode()).digest()


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
