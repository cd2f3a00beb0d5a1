"""A name is screened on its page and by the API alike, with reasons, lists and their age."""

from __future__ import annotations

from typing import Any

import pytest

from ecluse.parties.screen import lists
from tests.web.test_pages import run

HUAWEI = "华为技术有限公司"


def test_page_and_api_answer_as_the_verb_does() -> None:
    """The hits are those of the screener, best first; page, JSON and API say the same."""
    hits = lists().screen("Hikvision", "CN")
    beside = run("/screen.json?name=Hikvision&country=CN&on=2026-08-10").json()
    told = run("/api/screen?on=2026-08-10", "POST", json={"name": "Hikvision", "country": "CN"}).json()
    assert told == beside
    assert [(row["entry"], row["score"], row["band"]) for row in told["hits"]] == [
        (hit.entry.id, hit.score, hit.band) for hit in hits
    ]
    assert told["lists"]["age_days"] == 10
    page = run("/screen?name=Hikvision&country=CN&on=2026-08-10").text
    for word in ("to act on", "Hangzhou Hikvision", "country CN agrees", "10 days old", "Entity List"):
        assert word in page


def test_a_chinese_name_is_told_piece_by_piece() -> None:
    """The pieces of a Chinese name stand with what each was taken for; what counts against stands apart."""
    page = run(f"/screen?name={HUAWEI}&country=CN&on=2026-08-10").text
    assert '<dt lang="zh">华为</dt><dd lang="en">huawei</dd>' in page
    assert "country CN, listed for VN" in page
    assert "against:" not in page


def test_lists_too_old_are_said_to_be() -> None:
    """Far from the day of the lists, no hit says nothing."""
    told = run("/screen.json?name=Nobody+Whatsoever&on=2027-08-10").json()
    assert told["hits"] == []
    assert told["lists"]["stale"]
    page = run("/screen?name=Nobody+Whatsoever&on=2027-08-10").text
    assert "Too old to say" in page
    assert "No hit is not a clearance" in page


def test_a_kind_leaves_out_only_what_is_surely_of_another() -> None:
    """An entry whose list does not say its kind stays; those left out are counted."""
    every = run("/screen.json?name=Hikvision").json()["hits"]
    some = run("/screen.json?name=Hikvision&kind=person").json()
    assert {row["kind"] for row in some["hits"]} <= {None, "person"}
    assert len(some["hits"]) + some["of_other_kinds"] == len(every)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 501}, "501 characters"),
        ({"name": "x", "country": "China"}, "country"),
        ({"name": "x", "kind": "firm"}, "kind"),
        ({"name": "x", "colour": "red"}, "colour"),
        ([1], "object"),
    ],
)
def test_what_cannot_be_screened_says_why(body: object, told: str) -> None:
    """A wrong field is named, with what was expected."""
    answer = run("/api/screen", "POST", json=body)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_a_wrong_question_is_told_on_the_page() -> None:
    """The page says what is wrong in place of hits."""
    answer = run("/screen?name=x&country=Chine", headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert "ISO 3166-1" in answer.text


@pytest.mark.parametrize(
    ("address", "more", "said"),
    [
        ("/api/check?knwon=2020-01-01", {"method": "POST", "json": {}}, "Did you mean 'known'?"),
        ("/api/law?on=xx", {}, "on: is not asked for here"),
        ("/api/chips?onn=2023-11-17", {}, "Did you mean 'on'?"),
        ("/api/screen?known=2020-01-01", {"method": "POST", "json": {"name": "A"}}, "parameters are on"),
    ],
)
def test_a_slip_in_a_parameter_is_told(address: str, more: dict[str, Any], said: str) -> None:
    """What a script asks by a wrong name is not answered as if it had not asked."""
    answer = run(address, **more)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
