"""A browser before a server, for tests of uploaded tables."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

import httpx

from ecluse.web import app as web
from ecluse.web.settings import Settings
from ecluse.web.shelf import Shelf
from ecluse.web.site import FOLDER

BOOK = (FOLDER / "static" / "demo-book.csv").read_bytes()
KNOWN = "2026-08-10"


class Visitor:
    """One browser, with its cookies, before one server."""

    def __init__(self, settings: Settings | None = None, app: Any = None) -> None:  # noqa: ANN401 - an ASGI application
        self.app = app or web.create(settings or Settings(rate=0))
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8470")

    def ask(self, address: str, method: str = "GET", **more: Any) -> httpx.Response:  # noqa: ANN401
        """Ask, and wait."""
        return asyncio.run(self.client.request(method, address, **more))

    def token(self, address: str = "/batch") -> str:
        """The token of a page's form."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.ask(address).text)
        assert found
        return found[1]

    def upload(self, content: bytes = BOOK, name: str = "book.csv", **fields: Any) -> httpx.Response:  # noqa: ANN401
        """Send a table by the form."""
        files = {"table": (name, content), **fields.pop("files", {})}
        data = {"csrf": self.token(), "known": KNOWN} | fields
        return self.ask("/batch", "POST", data=data, files=files, headers={"accept": "text/html"})

    def decided(self, content: bytes = BOOK, name: str = "book.csv", **fields: Any) -> str:  # noqa: ANN401
        """Send a table, wait until it is decided, and give its address."""
        answer = self.upload(content, name, **fields)
        assert answer.status_code == 303, answer.text
        place = answer.headers["location"]
        for _ in range(200):
            if self.ask(f"{place}.json").json()["state"] == "done":
                return place
            time.sleep(0.05)
        raise AssertionError(self.ask(f"{place}.json").text)

    def refusal(self) -> str:
        """Send a table that cannot be decided, and give what is said of it, at once or on its page."""
        answer = self.upload()
        if answer.status_code != 303:
            return answer.text
        for _ in range(200):
            told = self.ask(f"{answer.headers['location']}.json").json()
            if told["state"] == "failed":
                return str(told["error"])
            time.sleep(0.05)
        raise AssertionError(told)

    def send(self, address: str, page: str, **fields: str) -> httpx.Response:
        """Send another form."""
        return self.ask(address, "POST", data={"csrf": self.token(page)} | fields)


def shelf_of(visitor: Visitor) -> Shelf:
    """The shelf of a visitor's server, found by its folder."""
    import gc

    found = [one for one in gc.get_objects() if isinstance(one, Shelf) and one.settings is visitor.app.settings]
    assert len(found) == 1
    return found[0]
