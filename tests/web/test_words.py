"""How pages put words: colons and remedies in the language read, figures one way, headings over their figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ecluse.web import shelf
from ecluse.web.desk import doors
from ecluse.web.problem import REMEDIES
from ecluse.web.site import FOLDER
from ecluse.web.telling import BY_PROXY
from ecluse.web.tongues import translations
from tests.web.office import Browser, app
from tests.web.test_pages import run

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))


@pytest.mark.parametrize("language", ["fr", "zh-Hans"])
def test_every_remedy_is_translated(language: str) -> None:
    """What to do about a refusal is said in the language of the page, and not marked as English there."""
    told = translations(language)
    for remedy in (*REMEDIES.values(), doors.AGAIN, shelf.AGAIN, BY_PROXY):
        assert told.gettext(remedy) != remedy, remedy
    page = run(f"/law/none?lang={language}", headers={"accept": "text/html"})
    assert told.gettext(REMEDIES[404]) in page.text
    assert f'<p lang="en">{REMEDIES[404]}' not in page.text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_puts_a_colon_after_a_word_by_itself(path: Path) -> None:
    """French sets a space before it, Chinese has its own: `colon` does that."""
    text = path.read_text("utf-8")
    assert not re.findall(r"\b_\([^{}]*\}\}(?:</\w+>)?:", text)
    assert not re.findall(r"""\{\{ ": " if|%\}: """, text)


@pytest.mark.parametrize(("language", "said"), [("en", "Importer's gate:"), ("fr", "\u00a0:"), ("zh-Hans", "\uff1a")])
def test_colons_are_those_of_the_language(language: str, said: str) -> None:
    """Seen on an answer."""
    page = run(f"/check?item.chip=H200&quantity=5&origin=US&destination=CN&on=2026-01-24&lang={language}").text
    assert said in page.replace("&#39;", "'")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_headings_stand_over_their_figures(path: Path) -> None:
    """Where the cells of a column are figures, set to the right, so is its heading."""
    text = path.read_text("utf-8")
    for head, body in re.findall(r"<thead>(.*?)</thead>\s*<tbody>(.*?)</tbody>", text, re.DOTALL):
        row = re.search(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
        if row is None or "{% for" in head or "{% for" in row[1]:
            continue
        heads, cells = re.findall(r"<th\b[^>]*>", head), re.findall(r"<t[hd]\b[^>]*>", row[1])
        assert len(heads) == len(cells)
        for above, below in zip(heads, cells, strict=True):
            if re.search(r'class="n[ "]', below):
                assert re.search(r'class="n[ "]', above), (path, above, below)


def test_the_plan_writes_figures_as_the_page_does(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No comma among thousands, in the drawing or beside it."""
    page = Browser(app(tmp_path_factory.mktemp("desk")), "ana").get("/desk/plan?ratio=0.35").text
    drawing = re.search(r"<svg.*?class=\"tick\".*?</svg>", page, re.DOTALL)
    assert drawing
    assert re.search(r"\d\u202f\d{3}", drawing[0])
    assert not re.search(r"\d,\d{3}", drawing[0])


def test_a_value_that_may_be_passed_says_why(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The bar of a licence's value is a tenth longer than the value written in it: the card says so."""
    browser = Browser(app(tmp_path_factory.mktemp("desk")), "sam")
    for address in ("/desk/balances", "/desk/papers/D0000001"):
        assert "15 CFR 750.11" in browser.get(address).text


def test_countries_of_a_book_are_named_in_the_language_read() -> None:
    """And not marked as English."""
    page = run("/batch/demo?lang=fr").text
    assert '<th scope="row">Singapour</th>' in page or '<th scope="row">Chine</th>' in page
    assert '<th scope="row" lang="en">Chine' not in page


def test_the_age_of_lists_is_said_in_the_language_read() -> None:
    """How old they are on the day asked, and that they are too old, or of a later day."""
    for language, on, said in (
        ("fr", "2026-08-10", "vieilles de 10 jours au 2026-08-10"),
        ("fr", "2027-08-10", "Trop vieilles pour dire"),
        ("fr", "2025-08-10", "Elles ne disent pas qui"),
        ("zh-Hans", "2026-08-10", "已有 10 天"),
        ("en", "2026-08-01", "1 day old on 2026-08-01"),
    ):
        assert said in run(f"/screen?name=Hikvision&on={on}&lang={language}").text, (language, on)


def test_the_answer_writes_its_quantity_as_the_page_does() -> None:
    """The heading of an answer, told in words, has the thousands of the tables beside it."""
    page = run("/check?item.chip=H200&quantity=200000&origin=US&destination=CN&on=2026-01-24&lang=fr&buyer.name=A").text
    assert "<strong>200\u202f000 " in page
    assert "Acheteur\u00a0: A" in page
