"""The desk's pages over PostgreSQL: the same as over a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.desk.door import create as make_desk
from ecluse.desk.door import open_desk
from ecluse.desk.intake import requests
from ecluse.desk.requests import make
from ecluse.web.app import create
from ecluse.web.desk import users
from ecluse.web.settings import Settings
from tests.conftest import ROOT
from tests.desk import made
from tests.web.office import PASSWORD, Browser

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desk.server import Server


def test_a_desk_in_a_database_has_the_same_pages(tmp_path: Path, postgres_server: Server) -> None:
    """PostgreSQL: worklist, balances, journal with a day, plan, and an act that is written down."""
    at = postgres_server.fresh("pages")
    make_desk(at)
    with open_desk(at) as book:
        people = {"sue": ["supervisor"], "ana": ["analyst"], "rob": ["releaser"], "sam": ["shipper", "records"]}
        book.ask(*[make("person", f"p-{name}", "sue", name=name, roles=roles) for name, roles in people.items()])
        assert all(one["ok"] for one in book.ask(*requests(made.PAPERS, "papers", "sam", "papers")))
        made.entered(book, "PO-9/1", 100, buyer="Brook Ltd", destination="GB")
        assert made.decided(book, "PO-9/1")["ok"]
    file, kept = tmp_path / "users.json", users.hashed(PASSWORD)
    roles = {"ana": "analyst", "rob": "releaser", "aud": "auditor"}
    users.write(file, {name: users.User(name, frozenset({role}), kept) for name, role in roles.items()})
    house = create(Settings(rate=0, desk=at, users=file, plan=ROOT / "examples" / "desk" / "plan.toml"))
    ana, rob, aud = (Browser(house, name) for name in ("ana", "rob", "aud"))
    ana.post("/desk/hold", line="PO-9/1", reason="the site is not named")
    rob.post("/desk/release", line="PO-9/1", reason="it is named now")
    assert ana.get("/desk/lines/PO-9/1.json").json()["state"] == "released"
    for path in ("/desk", "/desk/balances?when=2026-01-01", "/desk/journal?who=rob&about=PO-9", "/desk/papers/LIC"):
        assert ana.get(path).status_code == 200, path
    assert ana.get("/desk/journal.json?who=rob&kind=move").json()["events"][0]["outcome"] == "released"
    assert "It holds" in aud.post("/desk/verify").text
