"""What the desk's pages share: where the book is, who may log in, and one call as views and acts see it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from ecluse.counter import new_id
from ecluse.desk.requests import make
from ecluse.desk.store import is_address
from ecluse.errors import InputError
from ecluse.web.desk.sessions import Sessions, Tries
from ecluse.web.desk.users import Users
from ecluse.web.guard import Buckets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.desk.door import Desk
    from ecluse.web.desk.oidc import Provider
    from ecluse.web.desk.sessions import Session
    from ecluse.web.settings import Settings
    from ecluse.web.site import Asked, Site

SERVER = "web"
# What tells one form from another, drawn when its page is.
ONCE = re.compile(r"[A-Za-z0-9_-]{16,40}")


@dataclass(frozen=True, eq=False)
class Office:
    """The desk as this server opens it. `at` None: none was named.

    Every call opens the book for itself: the folder is locked only while something is written, so that
    the verbs of the command line, a clerk and other servers work beside it.
    """

    site: Site
    at: str | None
    users: Users
    provider: Provider | None
    claims: Path | None
    sessions: Sessions
    tries: Tries = field(default_factory=lambda: Tries(Buckets(1 / 30, 5), Buckets(1 / 10, 30)))
    # One review is written at a time.
    writing: threading.Lock = field(default_factory=threading.Lock)


def open_office(site: Site) -> Office:
    """Open the office by the settings. Raises InputError, DeskError."""
    settings: Settings = site.settings
    folder = None if settings.desk is None or is_address(settings.desk) else Path(settings.desk)
    if settings.desk is not None and settings.users is None and folder is None and settings.oidc is None:
        message = "a desk in a database needs --users FILE, where those who may log in are kept, or --oidc FILE."
        raise InputError(message)
    provider = None
    if settings.oidc is not None:
        try:
            from ecluse.web.desk.oidc import provided  # noqa: PLC0415 - an extra
        except ImportError as problem:
            message = f"--oidc needs {problem.name}; install it with: pip install 'ecluse[web,oidc]'"
            raise InputError(message) from None
        provider = provided(settings.oidc)
    if settings.desk is not None:
        from ecluse.desk.door import open_desk  # noqa: PLC0415

        open_desk(settings.desk).close()
    users = settings.users or (folder or Path()) / "users.json"
    claims = settings.claims or (None if folder is None else folder / "claims.toml")
    keeps = settings.desk is not None and (settings.users is not None or folder is not None)
    sessions = Sessions(users.with_suffix(".sessions") if keeps else None)
    return Office(site, settings.desk, Users(users), provider, claims, sessions)


@dataclass(frozen=True)
class Call:
    """One call of somebody who is logged in: what was asked, with which fields, on the open book."""

    office: Office
    session: Session
    asked: Asked
    fields: Mapping[str, str]
    desk: Desk

    @property
    def by(self) -> str:
        """Give who asks, as the book writes it down."""
        return self.session.name

    def named(self, kind: str) -> str:
        """Give the name of the line or paper that the address asks for."""
        return self.asked.path.get(kind) or self.asked.query.get("name", "")

    def field(self, name: str) -> str:
        """Give a field of the form, without the spaces around it."""
        return self.fields.get(name, "").strip()

    def needed(self, name: str) -> str:
        """Give a field that must be there. Raises InputError."""
        found = self.field(name)
        if not found:
            message = f"{name}: is empty, and something is needed there."
            raise InputError(message)
        return found

    def ask(self, do: str, /, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as requests are made
        """Ask the book something in the name of who is logged in; a form that is sent twice asks it once."""
        once = self.field("once")
        name = f"form:{do}:{self.by}:{once}" if ONCE.fullmatch(once) else new_id(do)
        return self.desk.one(make(do, name, self.by, **fields))


def place_of(kind: str, name: str) -> str:
    """Give the address of a `line` or `paper`; a name that a path would lose goes into the question."""
    lost = any(part in ("", ".", "..") for part in name.split("/")) or name.endswith(".json")
    return f"/desk/{kind}?{urlencode({'name': name})}" if lost else f"/desk/{kind}s/{quote(name)}"


def note(desk: Desk, by: str, what: str, says: str | None = None, **about: str) -> None:
    """Write a line into the journal that changes nothing else."""
    desk.one(make("note", new_id("note"), by, what=what, says=says, **about))


@dataclass(frozen=True)
class Done:
    """An act is over: where to go next, and what to say there; `bad` where it was refused."""

    to: str
    says: str
    bad: bool = False


@dataclass(frozen=True)
class Paper:
    """An act that gives a file to keep."""

    name: str
    kind: str
    body: bytes
