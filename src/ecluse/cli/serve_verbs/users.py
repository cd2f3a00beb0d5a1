"""`ecluse serve user add|remove|list`: who may log in on the desk's pages, as what, and in the book."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.cli.common import say
from ecluse.errors import BadMove, InputError

if TYPE_CHECKING:
    import argparse

    from ecluse.web.desk.users import User

# The list stands in `ecluse.web.desk.users`, which help pages do not pay for; a test holds them equal.
ROLES = ("viewer", "analyst", "releaser", "licence-manager", "auditor")


def arguments(verbs: Any) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the verbs."""
    user = verbs.add_parser(
        "user",
        help="who may log in on the desk's pages: add, remove, list",
        description="Who may log in on the desk's pages. Passwords are asked, or read from standard input.",
    )
    inner = user.add_subparsers(dest="what_user", metavar="WHAT", required=True)
    add = _verb(inner, "add", "add somebody, or change roles and password; asks the password twice", added)
    add.add_argument("name", metavar="NAME", help="the name, as the book writes it down")
    add.add_argument(
        "--role",
        action="append",
        required=True,
        choices=ROLES,
        help="what it opens (repeatable): a releaser releases, a licence-manager enters papers, reserves and ships",
    )
    add.add_argument("--by", metavar="NAME", help="the supervisor of the book who takes them in, where the book asks")
    remove = _verb(inner, "remove", "take somebody out; open sessions of theirs end", removed)
    remove.add_argument("name", metavar="NAME")
    _verb(inner, "list", "names and roles", listed)


def _verb(verbs: Any, name: str, about: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse's own
    one: argparse.ArgumentParser = verbs.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    one.add_argument("--desk", dest="of", metavar="AT", help="the desk: a folder, or an address of PostgreSQL")
    one.add_argument("--users", dest="file", type=Path, metavar="FILE", help="default: users.json in the desk's folder")
    one.set_defaults(run=run)
    return one


def _file(options: argparse.Namespace) -> Path:
    from ecluse.desk.store import is_address  # noqa: PLC0415

    if options.file is not None:
        return Path(options.file)
    if options.of is None or is_address(options.of):
        message = "serve user: say where with --desk FOLDER, or name the file with --users FILE."
        raise InputError(message)
    return Path(options.of) / "users.json"


def _read(path: Path) -> dict[str, User]:
    """Read the users there are. Raises InputError, also where the extra is missing."""
    try:
        from ecluse.web.desk import users  # noqa: PLC0415 - an extra
    except ImportError as problem:
        message = f"users need {problem.name}, which the default install leaves out: pip install 'ecluse[web]'"
        raise InputError(message) from None
    return users.read(path) if path.exists() else {}


def password() -> str:
    """Ask the password twice at a terminal; else read the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        message = "the two passwords differ; nothing is written."
        raise InputError(message)
    return first


def added(options: argparse.Namespace) -> int:
    """Add somebody: first in the book, where the roles need it, then in the file."""
    path = _file(options)
    everyone = _read(path)
    from ecluse.web.desk import users  # noqa: PLC0415 - an extra

    name, roles = users.checked_name(options.name), users.checked_roles(options.role)
    kept = users.hashed(password())
    if options.of is not None:
        _in_the_book(options.of, name, sorted({one for role in roles for one in users.BOOK_ROLES[role]}), options.by)
    new = name not in everyone
    users.write(path, everyone | {name: users.User(name, roles, kept)})
    say(f"{name}: {'added' if new else 'changed'} in {path}, as {', '.join(sorted(roles))}.")
    return 0


def _in_the_book(at: str, name: str, needed: list[str], by: str | None) -> None:
    """Give somebody the roles in the book that the pages need. Raises BadMove where the book refuses."""
    from ecluse.cli.desk_verbs.common import refused  # noqa: PLC0415
    from ecluse.counter import new_id  # noqa: PLC0415
    from ecluse.desk.door import open_desk  # noqa: PLC0415
    from ecluse.desk.requests import make  # noqa: PLC0415

    with open_desk(at) as desk:
        people = {str(one): str(roles).split(",") for one, roles in desk.rows("SELECT name, roles FROM person")}
        if not people:
            message = f"{at}: nobody is in the book; begin with `ecluse desk init --at {at} --person NAME=supervisor`."
            raise BadMove(message)
        has = people.get(name, [])
        if "supervisor" in has or set(needed) <= set(has):
            return
        asks = by or getpass.getuser()
        answer = desk.one(make("person", new_id("person"), asks, name=name, roles=sorted({*has, *needed} - {""})))
        if not answer["ok"]:
            message = f"{refused(desk, answer)} Say which supervisor takes {name} in, with --by NAME."
            raise BadMove(message)


def removed(options: argparse.Namespace) -> int:
    """Take somebody out of the file; what they did stays in the record, and so do their roles in the book."""
    path = _file(options)
    everyone = _read(path)
    from ecluse.web.desk import users  # noqa: PLC0415 - an extra

    if options.name not in everyone:
        say(f"{options.name}: not in {path}.")
        return 1
    del everyone[options.name]
    users.write(path, everyone)
    say(f"{options.name}: taken out of {path}.")
    return 0


def listed(options: argparse.Namespace) -> int:
    """List names and roles."""
    everyone = _read(_file(options))
    for one in sorted(everyone.values(), key=lambda user: user.name):
        say(f"{one.name}: {', '.join(sorted(one.roles))}")
    return 0 if everyone else 1
