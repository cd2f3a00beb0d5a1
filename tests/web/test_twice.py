"""A form that is sent twice, by a double click or the way back, is done once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.web.office import Browser, app
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.web.guard import Guard

LINE = "/desk/lines/PO-2026-0118/1"


@pytest.fixture
def house(tmp_path: Path) -> Guard:
    """A desk of its own."""
    return app(tmp_path)


def form(browser: Browser, page: str, act: str, which: int = 0) -> dict[str, str]:
    """The hidden fields of a form on a page."""
    forms = re.findall(rf'action="{act}".*?</form>', browser.get(page).text, re.DOTALL)
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', forms[which]))


def left(browser: Browser) -> tuple[int, int]:
    """What is reserved and shipped of the licence."""
    rows = browser.get("/desk/balances.json").json()["balances"]
    found = next(row for row in rows if row["account"] == "D0000001:quantity")
    return found["reserved"], found["shipped"]


def test_what_is_reserved_or_shipped_by_one_form_is_so_once(house: Guard) -> None:
    """Two sendings, one reservation; two of a part, one shipment; it is told once."""
    sam = Browser(house, "sam")
    reserved, shipped = left(sam)
    fields = form(sam, LINE, "/desk/reserve") | {"quantity": "1000", "using.0": "D0000001"}
    token = fields.pop("csrf")
    for _ in range(2):
        assert sam.post("/desk/reserve", token, **fields).status_code == 303
    assert sam.said().count("1,000 reserved") == 1
    assert left(sam) == (reserved + 1_000, shipped)
    fields = form(sam, LINE, "/desk/ship") | {"quantity": "7"}
    token = fields.pop("csrf")
    for _ in range(2):
        assert sam.post("/desk/ship", token, **fields).status_code == 303
    assert left(sam)[1] == shipped + 7


def test_every_form_is_one_of_its_own(house: Guard) -> None:
    """Two forms of one page, and one page opened twice, are not taken for each other."""
    sam = Browser(house, "sam")
    reserved, _ = left(sam)
    seen = set()
    for _ in range(2):
        fields = form(sam, LINE, "/desk/reserve") | {"quantity": "10", "using.0": "D0000001"}
        seen.add(fields["once"])
        sam.post("/desk/reserve", fields.pop("csrf"), **fields)
    assert len(seen) == 2
    assert left(sam)[0] == reserved + 20
    names = re.findall(r'name="once" value="([^"]+)"', sam.get(LINE).text)
    assert len(names) == len(set(names)) > 3


def test_a_form_sent_again_with_other_words_is_refused(house: Guard) -> None:
    """The way back to an old page, and another quantity: nothing is done, and it is said why."""
    sam = Browser(house, "sam")
    fields = form(sam, LINE, "/desk/reserve") | {"using.0": "D0000001"}
    token = fields.pop("csrf")
    sam.post("/desk/reserve", token, quantity="10", **fields)
    before = left(sam)
    sam.said()
    assert sam.post("/desk/reserve", token, quantity="11", **fields).status_code == 303
    assert "This form was sent before" in sam.said()
    assert left(sam) == before


def test_nobody_answers_for_the_form_of_another(house: Guard) -> None:
    """The name of a form counts for whoever sends it, and only where it is one."""
    sam, ana = Browser(house, "sam"), Browser(house, "ana")
    once = form(sam, LINE, "/desk/reserve")["once"]
    for browser in (ana, ana):
        browser.post("/desk/hold", line="PO-2026-0118/1", reason="look", once=once)
    assert "held" in ana.said()
    for odd in ("x", "a" * 41, "../../" * 4, ""):
        assert (
            sam.post("/desk/fix", paper="EUS-1", account="EUS-1:quantity", figure="9", reason=odd, once=odd).status_code
            == 303
        )


def test_a_fact_filled_twice_is_filled_once() -> None:
    """The second sending of a fill leads to the page, not to a refusal; another fill of nothing is still refused."""
    visitor = Visitor()
    work = visitor.decided().replace("batch", "worklist")
    page = f"{work}?fact=other_controls_cleared"
    for _ in range(2):
        sent = visitor.send(f"{work}/fill", page, fact="other_controls_cleared", value="yes")
        assert sent.status_code == 303
    assert len(visitor.ask(f"{work}.json").json()["filled"]) == 1
    other = visitor.send(f"{work}/fill", page, fact="other_controls_cleared", value="no")
    assert other.status_code == 422
