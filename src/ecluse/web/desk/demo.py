"""A desk to look at: a day of invented papers and real orders, and somebody for each role.

It lies in a folder of its own that goes with the server; the passwords are drawn when it is made.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse import counter, reader
from ecluse.dates import Known
from ecluse.desk.door import create, open_desk
from ecluse.desk.intake import requests
from ecluse.desk.requests import make
from ecluse.errors import BadMove
from ecluse.lock import build
from ecluse.parties.screen import lists
from ecluse.press.review import write_proposals
from ecluse.web.desk import users

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecluse.desk.door import Answer, Desk
    from ecluse.lock import Lock
    from ecluse.parties.screen import Screener

DAY = Path(__file__).with_name("day")
PREFIX = "ecluse-demo-desk-"
# The name, the role on the pages, the roles in the book, and what one does there.
PEOPLE = (
    ("vic", "viewer", (), "looks"),
    ("ana", "analyst", ("analyst",), "enters lines, has them decided, holds them, reviews claims"),
    ("rob", "releaser", ("releaser",), "releases what may pass"),
    ("sue", "releaser", ("supervisor",), "releases by override, with a reason"),
    ("sam", "licence-manager", ("shipper", "records"), "papers, reservations, shipments"),
    ("aud", "auditor", (), "verifies the record"),
)
LINES = ("alibaba-h200", "bytedance-h200", "muster-rtx-4080")
# The orders of January are decided with what was known on the day after the article; the last one in August.
WHEN = {"muster-rtx-4080": dt.date(2026, 8, 1)}
SEED = dt.date(2026, 1, 24)
READ = dt.date(2026, 3, 13)
SHIPPED_AT_HOME = 1_583_200_000_000
SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo desk: where it is, the plan to show, proposals to review, and each name's password."""

    at: Path
    plan: Path
    proposals: Path
    passwords: dict[str, str]

    def told(self, home: str) -> str:
        """Say where it is and how one gets in."""
        rows = [
            f"  {name}  {self.passwords[name]}  {role}: {does}" for name, role, _book, does in PEOPLE
        ]  # a password has no spaces, so that it is copied by a double click
        return (
            f"A demo desk on {home}/desk, in {self.at.parent}, which goes when the server ends. "
            "Its papers are invented. Log in as one of:\n" + "\n".join(rows)
        )


@contextmanager
def opened() -> Iterator[Demo]:
    """Make a demo desk in a folder that only this user may read; remove it at the end."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        yield made(Path(folder))


def made(folder: Path) -> Demo:
    """Make a demo desk in a folder."""
    at, proposals = folder / "books", folder / "proposals"
    create(str(at))
    lock, names = build(), lists()
    with open_desk(str(at)) as desk:
        _told(desk.ask(*(make("person", f"p-{name}", "sue", name=name, roles=list(book)) for name, book in _staff())))
        for name in LINES:
            _decided(desk, lock, name, names)
        _worked(desk)
    passwords = {name: _password() for name, *_ in PEOPLE}
    everyone = {
        name: users.User(name, frozenset({role}), users.hashed(passwords[name])) for name, role, _book, _does in PEOPLE
    }
    users.write(at / "users.json", everyone)
    proposals.mkdir(mode=0o700)
    article = reader.read((DAY / "article-fr.txt").read_bytes(), "article-fr.txt", known=Known(day=READ))
    write_proposals(proposals / "article-fr.toml", [(article.article, article.proposals)])
    plan = shutil.copyfile(DAY / "plan.toml", folder / "plan.toml")
    return Demo(at, plan, proposals, passwords)


def _staff() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give those who are in the book; the supervisor comes first, and takes the others in."""
    yield from sorted(((name, book) for name, _, book, _ in PEOPLE if book), key=lambda one: "supervisor" not in one[1])


def _password() -> str:
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4))


def _told(answers: list[Answer]) -> None:
    """Hold that the book took what it was asked. Raises BadMove: the day no longer fits the desk."""
    for answer in answers:
        if not answer["ok"]:
            message = f"the demo desk could not be made: {answer}"
            raise BadMove(message)


def _decided(desk: Desk, lock: Lock, name: str, names: Screener) -> None:
    text = (DAY / f"{name}.toml").read_text(encoding="utf-8")
    line = counter.parse(text, lock)
    _told([desk.one(counter.entering(line, text, "ana"))])
    when = counter.When(known=Known(day=WHEN.get(name, SEED)), lists=names)
    _told([counter.check(desk, str(line.id), "ana", lock, when).answer])


def _worked(desk: Desk) -> None:
    """One line held, one released by override, part of it reserved and part of it shipped, one to be released."""
    held, released = "PO-2026-0117/3", "PO-2026-0118/1"
    papers = (DAY / "papers.toml").read_text(encoding="utf-8")
    _told(desk.ask(*requests(papers, "papers.toml", "sam", "papers")))
    why = "counsel's memo of today; shipments wait for the importer's papers"
    _told(
        desk.ask(
            make("tally", "base", "sam", amounts={"cap-h200:base": SHIPPED_AT_HOME}, reason="100,000 shipped at home"),
            make("move", "hold", "ana", line=held, to="held", reason="the importer's papers are not here"),
            make("move", "release", "sue", line=released, to="released", reason=why),
        )
    )
    entry = counter.entry_of(desk, released)
    for number, quantity in ((1, 20_000), (2, 10_000)):
        draws = counter.draws(desk, entry, quantity, ["D0000001"])
        _told([desk.one(make("reserve", f"hold-{number}", "sam", line=released, quantity=quantity, draws=draws))])
    _told([desk.one(make("post", "ship-1", "sam", reservation="hold-1"))])
