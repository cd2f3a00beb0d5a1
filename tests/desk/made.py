"""A small desk for tests: people, papers, lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ecluse import counter
from ecluse.desk.chain import canonical, sha256
from ecluse.desk.door import Desk, create, open_desk
from ecluse.desk.intake import requests
from ecluse.desk.requests import make
from ecluse.lock import build
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = {"sue": ["supervisor"], "ana": ["analyst"], "rob": ["releaser"], "sam": ["shipper", "records"]}
PAPERS = """
[[paper]]
id = "LIC"
kind = "licence"
gate = "exporter"
status = "granted"
number = "D1"
issued = 2026-01-01
expires = 2030-01-31
quantity = 100
value = "1000.00 USD"
items = ["H200"]
[[limit]]
id = "approval"
buyers = ["Alibaba Group"]
"""


def desk(folder: Path, papers: str = PAPERS) -> Desk:
    """Make a desk with people and papers."""
    at = str(folder / "desk")
    create(at)
    found = open_desk(at)
    found.ask(*[make("person", f"p-{name}", "sue", name=name, roles=roles) for name, roles in PEOPLE.items()])
    if papers:
        assert all(answer["ok"] for answer in found.ask(*requests(papers, "papers", "sam", "papers")))
    return found


def entered(found: Desk, name: str, quantity: int = 50, cents: int | None = 1000, **more: Any) -> None:  # noqa: ANN401
    """Enter a line."""
    raw = json.dumps({"id": name, "quantity": quantity, "destination": "CN", "origin": "US"} | more).encode()
    fields = {"item": "H200 SXM", "buyer": "ByteDance", "destination": "CN"} | more
    answer = found.one(
        make("enter", f"enter:{name}", "ana", line=name, order=name.partition("/")[0], quantity=quantity,
             unit_cents=cents, text=sha256(raw), documents=(("line", raw),),
             mentions=[{"kind": "party", "word": "ByteDance"}, {"kind": "country", "word": "CN"}], **fields)
    )  # fmt: skip
    assert answer["ok"], answer


def decided(found: Desk, name: str, answer: str = "yes", by: str = "ana", number: int = 1) -> dict[str, Any]:
    """Write a decision into a line, as data; the desk never asks where it came from."""
    raw = canonical({"decision": {"may_pass": answer, "gates": {}}, "asked": {}, "n": number})
    return found.one(
        make("decide", f"decide:{name}:{number}", by, line=name, may_pass=answer, decision=sha256(raw),
             on="2026-11-01", known="2026-11-01", tpp_milli=15_832_000, documents=(("decision", raw),))
    )  # fmt: skip


def moved(found: Desk, name: str, to: str, by: str, reason: str | None = None, number: int = 1) -> dict[str, Any]:
    """Move a line."""
    return found.one(make("move", f"move:{name}:{to}:{by}:{number}", by, line=name, to=to, reason=reason))


def released(found: Desk, name: str, quantity: int = 50, cents: int | None = 1000) -> None:
    """Enter, decide and release a line."""
    entered(found, name, quantity, cents)
    assert decided(found, name)["ok"]
    assert moved(found, name, "released", "rob")["ok"]


def reserve(found: Desk, hold: str, line: str, quantity: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Reserve a quantity of a line on the licence."""
    draws = {"LIC:quantity": quantity, "LIC:value": quantity * 1000}
    return found.one(make("reserve", hold, "sam", line=line, quantity=quantity, draws=draws, **more))


def real_line(found: Desk, name: str = "alibaba-h200.toml") -> str:
    """Enter a real line of the examples."""
    text = (ROOT / "examples" / name).read_text(encoding="utf-8")
    line = counter.parse(text, build())
    assert found.one(counter.entering(line, text, "ana"))["ok"]
    return str(line.id)
