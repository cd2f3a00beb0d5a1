"""Those who may log in: a file of names, roles and argon2 hashes of passwords, readable by its owner alone."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ecluse.errors import InputError, nearest
from ecluse.reading import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ROLES = ("viewer", "analyst", "releaser", "licence-manager", "auditor")
# What a role of the pages needs to be in the book itself, which has the last word on every move.
BOOK_ROLES: Mapping[str, tuple[str, ...]] = {
    "viewer": (),
    "analyst": ("analyst",),
    "releaser": ("releaser",),
    "licence-manager": ("shipper", "records"),
    "auditor": (),
}
SHORTEST, LONGEST = 12, 200
LONGEST_NAME = 80
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in by a password."""

    name: str
    roles: frozenset[str]
    password: str


def checked_roles(roles: Iterable[str]) -> frozenset[str]:
    """Give roles that there are. Raises InputError."""
    found = frozenset(roles)
    for role in sorted(found):
        if role not in ROLES:
            message = f"{role!r} is no role of the pages; roles are {', '.join(ROLES)}.{nearest(role, ROLES)}"
            raise InputError(message)
    if not found:
        message = f"a user has at least one role; roles are {', '.join(ROLES)}."
        raise InputError(message)
    return found


def hashed(password: str) -> str:
    """Give the argon2 hash of a password that is long enough. Raises InputError."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"the password has {len(password)} signs, expected {SHORTEST} to {LONGEST}; nothing else is asked."
        raise InputError(message)
    return _HASHER.hash(password)


@cache
def _nobody() -> str:
    """Give a hash that is verified where no user of the name is there, so that the time tells nothing."""
    return _HASHER.hash(secrets.token_urlsafe(16))


class Users:
    """The file of users, read anew whenever it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._users: dict[str, User] = {}

    def everyone(self) -> dict[str, User]:
        """Give all users by name. Raises InputError where the file cannot be read."""
        try:
            told = self.path.stat()
        except FileNotFoundError:
            return {}
        stamp = (told.st_mtime_ns, told.st_size, told.st_ino)
        if stamp != self._seen:
            self._users, self._seen = read(self.path), stamp
        return self._users

    def find(self, name: str) -> User | None:
        """Give the user of a name."""
        return self.everyone().get(name)

    def verified(self, name: str, password: str) -> User | None:
        """Give the user whose password this is; None else, after as long a time."""
        user = self.find(name)
        try:
            _HASHER.verify(_nobody() if user is None else user.password, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return None
        return user


def read(path: Path) -> dict[str, User]:
    """Read a file of users. Raises InputError."""
    try:
        table = parse_json(path.read_text(encoding="utf-8"), str(path), InputError)
    except (OSError, UnicodeDecodeError) as problem:
        message = f"{path}: cannot be read as a file of users ({problem}); `ecluse serve user add` writes one."
        raise InputError(message) from None
    found = {}
    users = table.get("users") if isinstance(table, dict) else None
    for name, row in users.items() if isinstance(users, dict) else ():
        roles, password = (row.get("roles"), row.get("password")) if isinstance(row, dict) else (None, None)
        if not isinstance(roles, list) or not isinstance(password, str):
            message = f"{path}: {name} lacks roles or password; `ecluse serve user add` writes both."
            raise InputError(message)
        found[name] = User(name, checked_roles(map(str, roles)), password)
    return found


def write(path: Path, users: Mapping[str, User]) -> None:
    """Write a file of users in one step, for its owner alone. Raises InputError."""
    table: dict[str, Any] = {
        "users": {one.name: {"roles": sorted(one.roles), "password": one.password} for one in users.values()}
    }
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(table, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
        draft.replace(path)
    except OSError as problem:
        message = f"{path}: cannot be written ({problem.strerror})."
        raise InputError(message) from None


# Names under which the program itself writes into the book.
PROGRAM = ("web", "clock")


def checked_name(name: str) -> str:
    """Give a name as the book takes it. Raises InputError."""
    if name in PROGRAM:
        message = f"{name!r} is a name under which the program itself writes into the book; take another."
        raise InputError(message)
    if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"{name!r} is no name: 1 to {LONGEST_NAME} printable signs, none of them a space at an end."
        raise InputError(message)
    return name
