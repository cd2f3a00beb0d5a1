"""Real browser tests: Debian's Chromium by Playwright; loudly skipped where either is missing."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import pytest

from tests.conftest import ROOT
from tests.web.test_pages import PAGES, SEED

if TYPE_CHECKING:
    from collections.abc import Iterator

    Tab = Any  # a browser, its context or its page: Playwright may not be there when types are checked

CHROMIUM = shutil.which("chromium")
api = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TESTS: pip install playwright")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TESTS: apt-get install chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
AXE = ROOT / "tests" / "web" / "vendor" / "axe.min.js"
RUN = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    """A server on a port of its own."""
    import uvicorn

    from ecluse.web.app import create
    from ecluse.web.settings import Settings

    config = uvicorn.Config(create(Settings(rate=0)), port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Tab]:
    """One Chromium for all."""
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Tab) -> Iterator[Tab]:
    """A page whose requests and complaints are written down, and held to be none at the end."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    tab = context.new_page()
    outside: list[str] = []
    said: list[str] = []
    tab.on("request", lambda one: outside.append(one.url) if urlparse(one.url).hostname != "127.0.0.1" else None)
    tab.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    tab.on("pageerror", lambda one: said.append(str(one)))
    yield tab
    context.close()
    assert outside == []
    assert said == []


def axe(browser: Tab, address: str, content: str | None = None) -> list[str]:
    """What axe-core finds on a page; the page's own policy is set aside for it alone."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900}, locale="en-US")
    tab = context.new_page()
    if content is None:
        tab.goto(address)
    else:
        tab.set_content(content)
    tab.add_script_tag(path=str(AXE))
    found = tab.evaluate(RUN)["violations"]
    context.close()
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})" for one in found]


@pytest.mark.parametrize("path", PAGES)
def test_page_is_usable(page: Tab, browser: Tab, home: str, path: str) -> None:
    """Nothing for axe, nothing wider than a phone or than half a screen, nothing said on the console."""
    page.goto(home + path)
    assert axe(browser, home + path) == []
    for width in (360, 640):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_planted_faults(browser: Tab) -> None:
    """On a spoiled page all three planted faults are found: a silent run proves nothing."""
    spoiled = "<html><head><title>x</title></head><body><p style='color:#bbb'>pale</p><input></body></html>"
    found = {one.partition(":")[0] for one in axe(browser, "", spoiled)}
    assert {"color-contrast", "html-has-lang", "label"} <= found


def test_the_form_answers_as_it_is_filled(page: Tab, home: str) -> None:
    """The seed's line, filled by label: the answer comes, and the address holds the question."""
    page.goto(f"{home}/check")
    page.get_by_label("Chip", exact=True).fill("H200 SXM")
    page.get_by_label("Quantity", exact=True).fill("200000")
    page.get_by_label("Leaves from", exact=True).select_option("US")
    page.get_by_label("Final destination", exact=True).select_option("CN")
    page.get_by_label("Day that rules", exact=True).fill("2026-01-24")
    page.get_by_label("As known on", exact=True).fill("2026-01-24")
    page.get_by_label("Day that rules", exact=True).focus()
    page.wait_for_selector("#answer .verdict")
    page.wait_for_url("**known=2026-01-24**")
    assert "Exporter's gate" in page.locator("#answer").inner_text()


def test_the_day_moves_a800(page: Tab, home: str) -> None:
    """A day on from 2023-11-16, A800 changes its class."""
    page.goto(f"{home}/chips?on=2023-11-16")
    page.get_by_role("link", name="a day on").click()
    assert "A800" in page.locator("section.moved").inner_text()


def test_language_switch(page: Tab, home: str) -> None:
    """The interface speaks French and Chinese, and keeps to it."""
    page.goto(f"{home}/check?{SEED}")
    page.get_by_role("link", name="Français").click()
    assert page.locator("h1").inner_text() == "Peut-il passer ?"
    page.goto(f"{home}/chips")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.get_by_role("link", name="简体中文").click()
    assert page.locator("h1").inner_text() == "芯片"


@pytest.mark.parametrize(
    "path",
    [
        "/check",
        "/chips?on=2023-11-17",
        "/law",
        "/evidence?known=2026-01-24",
        "/world?chip=nvidia-h200-sxm-141gb&on=2026-01-24&known=2026-01-24",
    ],
)
def test_keyboard_reaches_all(page: Tab, home: str, path: str) -> None:
    """Tab leads first to the skip link, then through the page, always to something that can be seen."""
    page.goto(home + path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
        assert page.evaluate("document.activeElement.getClientRects().length") > 0
    assert len(seen) > 12


def test_print_is_a_memo(browser: Tab, home: str) -> None:
    """In print the form is gone, and what replays the answer is there."""
    context = browser.new_context(locale="en-US")
    tab = context.new_page()
    tab.goto(f"{home}/check?{SEED}")
    tab.emulate_media(media="print")
    assert not tab.locator("#question").is_visible()
    assert tab.locator(".address").is_visible()
    assert tab.pdf(format="A4").startswith(b"%PDF")
    context.close()
