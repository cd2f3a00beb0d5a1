"""A desk for tests of the pages: a day's book, people who may log in, and somebody who does."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import httpx

from ecluse import counter
from ecluse.dates import Known
from ecluse.desk.door import create as make_desk
from ecluse.desk.door import open_desk
from ecluse.desk.intake import requests
from ecluse.desk.requests import make
from ecluse.lock import build
from ecluse.web.app import create
from ecluse.web.desk import users
from ecluse.web.settings import Settings
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.web.guard import Guard

PASSWORD = "eleven herons wade"
BOOK = {
    "sue": ["supervisor"],
    "ana": ["analyst"],
    "amy": ["analyst"],
    "rob": ["releaser"],
    "sam": ["shipper", "records"],
}
ROLES = {
    "vic": "viewer",
    "ana": "analyst",
    "rob": "releaser",
    "sam": "licence-manager",
    "aud": "auditor",
    "sue": "releaser",
}
# A line that may pass: nothing of it is restricted, and everything asked is certified.
LINE = """\
id = "PO-7/1"
quantity = 40
origin = "US"
destination = "GB"
[item]
chip = "L4"
"""
KNOWN = "2026-01-24"


def desk(folder: Path) -> str:
    """Make a desk with a day in it: two lines entered and decided, papers, one reservation, one shipment."""
    at, lock = str(folder / "books"), build()
    make_desk(at)
    with open_desk(at) as book:
        book.ask(*[make("person", f"p-{name}", "sue", name=name, roles=roles) for name, roles in BOOK.items()])
        for name in ("alibaba-h200.toml", "desk/bytedance-h200.toml"):
            text = (ROOT / "examples" / name).read_text(encoding="utf-8")
            line = counter.parse(text, lock)
            assert book.one(counter.entering(line, text, "ana"))["ok"]
            import datetime as dt

            when = counter.When(known=Known(day=dt.date.fromisoformat(KNOWN)))
            assert counter.check(book, str(line.id), "ana", lock, when).answer["ok"]
        papers = (ROOT / "examples" / "desk" / "papers.toml").read_text(encoding="utf-8")
        assert all(one["ok"] for one in book.ask(*requests(papers, "papers", "sam", "papers")))
        base = make("tally", "base", "sam", amounts={"cap-h200:base": 1_583_200_000_000}, reason="shipped at home")
        assert book.one(base)["ok"]
        why = "counsel's memo of today; shipments wait for the importer's papers"
        assert book.one(make("move", "m1", "sue", line="PO-2026-0118/1", to="released", reason=why))["ok"]
        entry = counter.entry_of(book, "PO-2026-0118/1")
        for number, quantity in ((1, 20_000), (2, 10_000)):
            draws = counter.draws(book, entry, quantity, ["D0000001"])
            asked = make("reserve", f"hold-{number}", "sam", line=entry.id, quantity=quantity, draws=draws)
            assert book.one(asked)["ok"]
        assert book.one(make("post", "ship-1", "sam", reservation="hold-1"))["ok"]
        held = make("move", "m2", "ana", line="PO-2026-0117/3", to="held", reason="the importer's papers are not here")
        assert book.one(held)["ok"]
    kept = users.hashed(PASSWORD)
    everyone = {name: users.User(name, frozenset({role}), kept) for name, role in ROLES.items()}
    users.write(folder / "books" / "users.json", everyone)
    return at


def settings(folder: Path) -> Settings:
    """Settings that open a fresh desk of that day, its plan, and proposals."""
    return Settings(rate=0, desk=desk(folder), plan=ROOT / "examples" / "desk" / "plan.toml")


class Browser:
    """Somebody at a browser, without a network: cookies are kept, forms carry their token."""

    def __init__(self, app: Guard, name: str | None = None) -> None:
        self.app = app
        self.cookies = httpx.Cookies()
        if name is not None:
            assert self.login(name).status_code == 303

    def ask(self, method: str, address: str, **more: object) -> httpx.Response:
        """Ask, and keep the cookies."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8470", cookies=self.cookies
            ) as client:
                answer = await client.request(method, address, **more)  # type: ignore[arg-type]
                self.cookies = client.cookies
                return answer

        return asyncio.run(asked())

    def get(self, address: str, **more: object) -> httpx.Response:
        """Open a page."""
        return self.ask("GET", address, **more)

    def token(self, address: str = "/desk") -> str:
        """The token of the forms on a page."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(address).text)
        return found[1] if found else ""

    def post(self, address: str, token: str | None = None, **fields: str) -> httpx.Response:
        """Send a form, with the token of the session."""
        return self.ask("POST", address, data={"csrf": self.token() if token is None else token} | fields)

    def login(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Log in."""
        return self.post("/desk/login", self.token("/desk/login"), name=name, password=password, next="/desk")

    def said(self) -> str:
        """What the desk says on the next page."""
        found = re.findall(r'class="notice said \w+".*?</p>', self.get("/desk").text, re.DOTALL)
        return " ".join(found)


def app(folder: Path) -> Guard:
    """The application over a fresh desk."""
    return create(settings(folder))
