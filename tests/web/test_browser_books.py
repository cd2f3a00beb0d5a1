"""A real browser screens a name, uploads a table, and fills a worklist; loudly skipped where there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from ecluse.web.site import FOLDER
from tests.web.test_browser import AXE, CHROMIUM, RUN, api, browser, home, page

if TYPE_CHECKING:
    from pathlib import Path

    Tab = Any

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TESTS: apt-get install chromium")
__all__ = ["browser", "home", "page"]
BOOK = FOLDER / "static" / "demo-book.csv"


def uploaded(page: Tab, home: str) -> None:
    """Upload the demo book by the form, and wait for its summary."""
    page.goto(f"{home}/batch")
    page.get_by_label("Table of order lines").set_input_files(str(BOOK))
    page.get_by_text("What rules, and how").click()
    page.get_by_label("As known on").fill("2026-08-10")
    page.get_by_role("button", name="Upload and decide").click()
    page.wait_for_selector("svg.split", timeout=30_000)


def faults(browser: Tab, page: Tab) -> list[str]:
    """What axe-core finds on the page as it stands; the page's own policy is set aside for it alone."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900}, locale="en-US")
    context.add_cookies(page.context.cookies())
    tab = context.new_page()
    tab.goto(page.url)
    tab.add_script_tag(path=str(AXE))
    found = tab.evaluate(RUN)["violations"]
    context.close()
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})" for one in found]


def fits(page: Tab) -> None:
    """Nothing is wider than a phone, or than half a screen."""
    for width in (360, 640):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_screen_a_name(page: Tab, browser: Tab, home: str) -> None:
    """A name by the form: hits with reasons, in the address; nothing for axe."""
    page.goto(f"{home}/screen")
    page.get_by_label("Name of the party").fill("Hikvision")
    page.get_by_label("Country").select_option("CN")
    page.get_by_role("button", name="Screen").click()
    page.wait_for_selector("ol.hits")
    api.expect(page.locator("#hits")).to_contain_text("Hangzhou Hikvision")
    page.wait_for_url(re.compile("name=Hikvision"))
    assert faults(browser, page) == []
    fits(page)


def test_upload_a_table_and_take_the_answers(page: Tab, browser: Tab, home: str, tmp_path: Path) -> None:
    """A table by the form: summary, charts, downloads; nothing for axe; removed by its button."""
    uploaded(page, home)
    api.expect(page.locator("#book")).to_contain_text("40 rows answered")
    assert faults(browser, page) == []
    fits(page)
    for name, size in (("Answers", 40), ("Report", 1)):
        with page.expect_download() as coming:
            page.locator(".downloads").get_by_role("link", name=name).click()
        path = tmp_path / name
        coming.value.save_as(path)
        assert len(path.read_text("utf-8").splitlines()) > size
    page.get_by_role("button", name="Remove it now").click()
    page.wait_for_url(f"{home}/batch")
    page.get_by_text("None yet.").wait_for()


def test_a_table_without_its_columns_is_told(browser: Tab, home: str, tmp_path: Path) -> None:
    """What cannot be decided is a page that says which column is lacking."""
    path = tmp_path / "wrong.csv"
    path.write_text("a,b\n1,2\n")
    context = browser.new_context(locale="en-US")
    tab = context.new_page()
    tab.goto(f"{home}/batch")
    tab.get_by_label("Table of order lines").set_input_files(str(path))
    tab.get_by_role("button", name="Upload and decide").click()
    tab.wait_for_selector(".bad")
    api.expect(tab.locator("main")).to_contain_text("wrong.csv: no column holds quantity")
    context.close()


def test_fill_a_worklist(page: Tab, browser: Tab, home: str) -> None:
    """The demo book's worklist: open the first fact, fill it, and see lines settled; then take it back."""
    page.goto(f"{home}/worklist")
    page.locator("ol.asks a").first.click()
    page.wait_for_selector("#chosen form")
    assert faults(browser, page) == []
    fits(page)
    page.get_by_role("button", name="Fill in and decide again").click()
    page.wait_for_selector(".fills")
    assert re.search(r"\d+ lines are settled", page.locator("#filled").inner_text())
    assert faults(browser, page) == []
    fits(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Questions to send (.txt)").click()
    assert coming.value.suggested_filename == "demo-book.questions.txt"
    page.get_by_role("button", name="Take this back").click()
    page.wait_for_selector("#filled p")
    api.expect(page.locator("#filled")).to_contain_text("Nothing yet")


def test_progress_is_watched_with_script_and_without(browser: Tab, home: str, tmp_path: Path) -> None:
    """While a large table is decided its page looks again by itself; without script by a refresh."""
    head, *rows = BOOK.read_text("utf-8").splitlines()
    path = tmp_path / "large.csv"
    path.write_text("\n".join([head, *rows * 3000]))
    for script in (True, False):
        context = browser.new_context(java_script_enabled=script, locale="en-US")
        tab = context.new_page()
        tab.goto(f"{home}/batch")
        tab.get_by_label("Table of order lines").set_input_files(str(path))
        tab.get_by_role("button", name="Upload and decide").click()
        tab.wait_for_selector("svg.split", timeout=60_000)
        assert "120 000 rows" in tab.locator("#book").inner_text().replace("\u202f", " ").replace("\u2009", " ")
        context.close()


@pytest.mark.parametrize(
    "path", ["/screen?name=Hikvision&country=CN", "/batch", "/worklist", "/worklist/demo?fact=authorisations"]
)
def test_keyboard_reaches_all(page: Tab, home: str, path: str) -> None:
    """Tab leads first to the skip link, then through the page, always to something that can be seen."""
    page.goto(home + path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 160)"))
        assert page.evaluate("document.activeElement.getClientRects().length") > 0
    assert len(seen) > 12


def test_a_worklist_is_filled_by_keyboard_alone(page: Tab, home: str) -> None:
    """From the list of facts to the answer filled in, without a mouse."""
    page.goto(f"{home}/worklist")
    page.locator("ol.asks a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#chosen form")
    page.locator("#value").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fills")


def test_a_worklist_prints(browser: Tab, home: str) -> None:
    """The list is a paper that can be handed on: what asks and what sends is gone."""
    context = browser.new_context(locale="en-US")
    tab = context.new_page()
    tab.goto(f"{home}/worklist/demo?fact=other_controls_cleared")
    tab.emulate_media(media="print")
    assert not tab.locator("#chosen form").is_visible()
    assert tab.locator("#chosen table").is_visible()
    assert tab.pdf(format="A4").startswith(b"%PDF")
    context.close()
