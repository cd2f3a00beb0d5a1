"""Every link of a page that a sent form gave leads somewhere: to another language, to the data."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.web.office import Browser, app
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from ecluse.web.guard import Guard

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    """One desk for all."""
    return app(tmp_path_factory.mktemp("desk"))


def ways(text: str) -> list[str]:
    """The addresses of a page to other languages, and to its data."""
    found = re.findall(r'href="([^"]+)" lang="[^"]+" hreflang', text)
    return [unescape(one) for one in (*found, *re.findall(r'href="([^"]+)">This page as JSON', text))]


def test_a_verified_record_can_be_read_in_another_language(house: Guard) -> None:
    """The page of a verification goes on as that of the record."""
    aud = Browser(house, "aud")
    page = aud.post("/desk/verify")
    assert page.status_code == 200
    found = ways(page.text)
    assert len(found) == 4
    for way in found:
        assert aud.get(way, headers=HTML).status_code == 200, way


def test_proposals_that_are_judged_go_on_as_their_list(house: Guard) -> None:
    """A verdict that cannot be written is told on a page whose links lead to the review."""
    ana = Browser(house, "ana")
    ana.post("/claims/review/read", text="The Ministry of Commerce said on Friday that Alibaba may buy H200 chips.")
    for way in ways(ana.get("/claims/review").text):
        assert ana.get(way, headers=HTML).status_code == 200, way


@pytest.mark.parametrize("path", ["/desk/hold", "/desk/papers", "/claims/review/read", "/desk/logout"])
def test_a_refused_act_leads_back_to_the_desk(house: Guard, path: str) -> None:
    """A form without its token: the other languages are those of the page it stands on."""
    ana = Browser(house, "ana")
    answer = ana.ask("POST", path, data={"csrf": "wrong"}, headers=HTML)
    assert answer.status_code == 403
    for way in ways(answer.text):
        assert ana.get(way, headers=HTML).status_code == 200, way


def test_a_refused_fill_or_upload_leads_back_to_its_page() -> None:
    """A fill of nothing, a table that is none, a token that is wrong."""
    visitor = Visitor()
    work = visitor.decided().replace("batch", "worklist")
    answers = [
        visitor.ask(f"{work}/fill", "POST", data={"csrf": visitor.token(), "fact": "x"}, headers=HTML),
        visitor.ask(f"{work}/back", "POST", data={"csrf": "wrong"}, headers=HTML),
        visitor.upload(b"", "a.csv"),
        visitor.ask("/enter", "POST", data={"csrf": "wrong"}, headers=HTML),
    ]
    for answer in answers:
        assert answer.status_code in (403, 422)
        assert len(ways(answer.text)) == 3
        for way in ways(answer.text):
            assert visitor.ask(way, headers=HTML).status_code == 200, way
