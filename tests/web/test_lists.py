"""`--lists`: every page that decides or screens holds parties against the lists that the server was given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ecluse.desk.door import open_desk
from ecluse.desk.reads import document
from ecluse.parties import screen
from ecluse.web.settings import Settings
from tests.parties import made
from tests.web.office import LINE, Browser, desk
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.desk.door import Desk

BUYER = '[buyer]\nname = "Muster Chip Works"\ncountry = "CN"\nheadquarters = "CN"\n'


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lists that are not those shipped."""
    path = tmp_path_factory.mktemp("lists") / "joined-2026-07-31.jsonl"
    path.write_text(made.JOINED, encoding="utf-8")
    return path


def test_the_page_and_the_api_of_names_ask_them(lists: Path) -> None:
    """A name that only these lists know is found; one that only the lists shipped know is not."""
    visitor = Visitor(Settings(rate=0, lists=lists))
    digest = screen.lists(lists).digest
    for name, known in (("Muster Chip Works", True), ("Hikvision", False)):
        page = visitor.ask("/screen.json", params={"name": name, "on": "2026-08-10"}).json()
        api = visitor.ask("/api/screen?on=2026-08-10", "POST", json={"name": name}).json()
        assert page == api
        assert page["lists"]["digest"] == digest
        assert bool(page["hits"]) is known


def test_uploads_and_the_demo_book_ask_them(lists: Path) -> None:
    """A table's answers differ from those under the lists shipped, where only these name the buyer."""
    table = (
        b"id,item.chip,quantity,origin,destination,on,buyer.name,buyer.country,buyer.headquarters,end_user.same_as\n"
    )
    table += b"a,L4,1,US,CN,2026-08-05,Muster Chip Works,CN,CN,buyer\n"
    told = []
    for settings in (Settings(rate=0), Settings(rate=0, lists=lists)):
        visitor = Visitor(settings)
        place = visitor.decided(table)
        told.append(visitor.ask(f"{place}/answers").content)
        assert visitor.ask("/batch/demo.json").json()["state"] == "done"
    assert told[0] != told[1]


def test_the_desk_asks_the_lists(lists: Path, tmp_path: Path) -> None:
    """A line entered or decided anew on the pages is held against lists, and its decision names them."""
    from ecluse.web.app import create

    browser = Browser(create(Settings(rate=0, desk=desk(tmp_path), lists=lists)), "ana")
    digest = screen.lists(lists).digest
    browser.post("/desk/enter", text=LINE + BUYER)
    with open_desk(str(tmp_path / "books")) as book:
        assert _decision(book)["digests"]["lists"] == digest
    browser.post("/desk/check", line="PO-7/1")
    with open_desk(str(tmp_path / "books")) as book:
        assert _decision(book)["digests"]["lists"] == digest


def _decision(book: Desk) -> dict[str, dict[str, str]]:
    ((kept,),) = book.rows("SELECT decision FROM entry WHERE id = ?", "PO-7/1")
    raw = document(book, str(kept))
    assert raw is not None
    told: dict[str, dict[str, str]] = json.loads(raw)["decision"]
    return told
