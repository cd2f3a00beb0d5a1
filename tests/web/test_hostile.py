"""What a careless or hostile user sends the desk and the forms: answered in a sentence, never by a fault."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.web.office import LINE, Browser, app
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from ecluse.web.guard import Guard


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    """One desk for all."""
    return app(tmp_path_factory.mktemp("desk"))


@pytest.mark.parametrize("ratio", ["1e-400", "0.12345678901", "NaN", "-1", "101", "1e9", "0..1", "½"])
def test_a_ratio_that_no_plan_can_take_is_refused(house: Guard, ratio: str) -> None:
    """Too fine, too large, no number: said so, on the page and in its data."""
    ana = Browser(house, "ana")
    for address in ("/desk/plan", "/desk/plan.json"):
        answer = ana.get(address, params={"ratio": ratio}, headers={"accept": "text/html"})
        assert answer.status_code == 400
        assert "at most six decimals" in answer.text
    assert ana.get("/desk/plan.json", params={"ratio": "0.123456"}).status_code == 200


@pytest.mark.parametrize("name", ["a.json", "..", ".", "a/../b", "x/", "a//b", "x?y#z", " a b", "<b>&'\\\"", "空格/1"])
def test_a_line_of_any_name_has_a_page(house: Guard, name: str) -> None:
    """A name that a path would lose stands in the question; what the worklist links to is the line's page."""
    ana = Browser(house, "ana")
    sent = ana.post("/desk/enter", text=LINE.replace("PO-7/1", name))
    place = sent.headers["location"]
    page = ana.get(place)
    assert page.status_code == 200
    assert 'action="/desk/check"' in page.text
    told = name.replace('\\"', '"')
    beside = re.search(r'href="([^"]+)">This page as JSON', page.text)
    assert beside
    assert ana.get(unescape(beside[1])).json()["line"] == told
    assert place in unescape(ana.get("/desk").text)


def test_a_paper_of_any_name_has_a_page(house: Guard) -> None:
    """As a line has."""
    sam = Browser(house, "sam")
    paper = '[[paper]]\nid = "../D7.json"\nkind = "licence"\ngate = "exporter"\nstatus = "granted"\nquantity = 5\n'
    sam.post("/desk/papers", text=paper)
    place = "/desk/paper?name=..%2FD7.json"
    assert place in sam.get("/desk/papers").text
    assert sam.get(place).status_code == 200
    assert sam.post("/desk/fix", paper="../D7.json", status="revoked", reason="x").headers["location"] == place


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[article]]", "no proposals are in it"),
        ('article = [1]\nx = "[[article]]"', "no proposals are in it"),
        ("[[article]]\nproposal = 5", "no proposals are in it"),
        ("[[article]]\na = " + "[" * 5_000, "no TOML"),
        ('[{"article": "[[article]]"}]', "no proposals are in it"),
        ("[" * 50_000, "no JSON"),
    ],
)
def test_proposals_that_are_none_are_told(house: Guard, text: str, says: str) -> None:
    """Whatever they are, the page says what was expected."""
    ana = Browser(house, "ana")
    assert ana.post("/claims/review/read", text=text).status_code == 303
    assert says in ana.said()


def test_who_is_not_let_in_is_told_what_to_do(house: Guard) -> None:
    """A role that lacks, a session that is over, a line that is not there: each its own remedy."""
    vic = Browser(house, "vic")
    html = {"accept": "text/html"}
    assert "Ask somebody who has the role" in vic.get("/desk/record", headers=html).text
    assert "worklist: /desk" in vic.get("/desk/lines/none", headers=html).text
    token = vic.token()
    vic.post("/desk/logout", token)
    late = vic.ask("POST", "/desk/plan", data={"csrf": token, "text": ""}, headers=html)
    assert late.status_code == 401
    assert 'href="/desk/login"' in late.text
    assert "nothing was done" in late.text


def test_an_emptied_plan_is_said_to_be(house: Guard) -> None:
    """An empty text gives the server's plan back, and says that, not that something was read."""
    vic = Browser(house, "vic")
    vic.post("/desk/plan", text="")
    assert "plan of the server is shown again" in vic.said()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("k.csv", b"a" * 200_000 + b"\n1", "cannot be read as names of columns"),
        ("b.csv", b"id\n1", "map yours with a map."),
        ("g.exe", b"x", "Save the table as one of these kinds"),
    ],
)
def test_a_table_that_is_none_is_told_in_words_of_the_page(name: str, content: bytes, says: str) -> None:
    """No option of the command line, and no name of an error."""
    told = Visitor().upload(content, name).text
    assert says in told
    assert "--map" not in told


def test_a_question_that_says_two_things_in_one_field_is_not_answered() -> None:
    """Which of them counts is nobody's to choose; the same twice, or empty once, is one."""
    asked = "item.chip=H200&quantity=5&origin=US&destination=CN&on=2026-01-24"
    for more, status in (
        ("&quantity=6", 422),
        ("&facts.kyc_certified=yes&facts.kyc_certified=no", 422),
        ("&authorisation.gate=exporter&authorisation[0].gate=importer", 422),
        ("&known=2026-01-24&known=2026-01-25", 422),
        ("&quantity=5&quantity=", 200),
        ("&shown=buyer.name&shown=seller.name", 200),
    ):
        answer = Visitor().ask(f"/check.json?{asked}{more}")
        assert answer.status_code == status, more
        assert status == 200 or "say it once" in answer.json()["detail"]
