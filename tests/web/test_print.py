"""What pages give on paper, and how they fit a telephone in French: seen in Chromium, or loudly skipped."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from ecluse.web.app import create
from ecluse.web.desk import demo
from ecluse.web.settings import Settings
from tests.web.test_browser import CHROMIUM, FLAGS, api

if TYPE_CHECKING:
    from collections.abc import Iterator

    Tab = Any  # a page of Playwright, which may not be there when types are checked

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TESTS: apt-get install chromium")
SEEN = "[...document.querySelectorAll('%s')].filter(one => one.checkVisibility()).length"


@pytest.fixture(scope="module")
def rooms() -> Iterator[tuple[str, demo.Demo, Any]]:
    """A server over the demo desk, and one Chromium."""
    import uvicorn

    with demo.opened() as desk:
        app = create(Settings(rate=0, desk=str(desk.at), plan=desk.plan, proposals=desk.proposals, demo=True))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        home = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        with api.sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            yield home, desk, chromium
            chromium.close()
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def people(rooms: tuple[str, demo.Demo, Any]) -> dict[str, Tab]:
    """A page of each who has logged in."""
    home, desk, chromium = rooms
    found = {}
    for name in ("sue", "ana", "sam", "aud"):
        tab = chromium.new_context(locale="fr-FR").new_page()
        tab.goto(f"{home}/desk/login")
        tab.fill("#name", name)
        tab.fill("#password", desk.passwords[name])
        tab.keyboard.press("Enter")
        tab.wait_for_url(f"{home}/desk")
        found[name] = tab
    return found


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sue", "/desk"),
        ("sam", "/desk/lines/PO-2026-0118/1"),
        ("ana", "/desk/lines/PO-2026-0117/3"),
        ("sam", "/desk/papers/D0000001"),
        ("ana", "/desk/plan?ratio=0.35"),
        ("ana", "/claims/review?from=article-fr.toml"),
        ("aud", "/desk/record"),
    ],
)
def test_nothing_to_press_is_printed(
    rooms: tuple[str, demo.Demo, Any], people: dict[str, Tab], name: str, path: str
) -> None:
    """Buttons, fields to fill and closed details are of no use on paper; what they are about stays."""
    tab = people[name]
    tab.goto(rooms[0] + path)
    tab.emulate_media(media="print")
    for what in ("button", "input:not([type=hidden])", "select", "details:not([open])", ".beside"):
        assert tab.evaluate(SEEN % what) == 0, what
    assert tab.evaluate(SEEN % "main h1") == 1
    tab.emulate_media(media="screen")
    assert tab.evaluate(SEEN % "button") > 0


def test_proposals_are_printed_with_their_words(rooms: tuple[str, demo.Demo, Any], people: dict[str, Tab]) -> None:
    """Each quote, and the claim in our words whole, however long."""
    tab = people["ana"]
    tab.goto(f"{rooms[0]}/claims/review?from=article-fr.toml")
    many = tab.evaluate("document.querySelectorAll('.proposal').length")
    tab.emulate_media(media="print")
    assert many > 3
    assert tab.evaluate(SEEN % ".proposal blockquote") == many
    assert tab.evaluate(SEEN % ".proposal textarea") == many
    cut = "[...document.querySelectorAll('.proposal textarea')].filter(one => one.scrollHeight > one.clientHeight + 2)"
    assert tab.evaluate(f"{cut}.length") == 0
    tab.emulate_media(media="screen")


def test_legends_keep_their_colours_on_paper(rooms: tuple[str, demo.Demo, Any]) -> None:
    """A key that a printer leaves out would say nothing."""
    tab = rooms[2].new_page()
    for path, key in (("/law", ".k"), ("/batch/demo", ".key")):
        tab.goto(rooms[0] + path)
        tab.emulate_media(media="print")
        told = tab.evaluate(f"getComputedStyle(document.querySelector('{key}')).printColorAdjust")
        assert told == "exact", path
    tab.close()


@pytest.mark.parametrize("language", ["en", "fr", "zh-Hans"])
@pytest.mark.parametrize(
    "path", ["/batch", "/batch/demo", "/worklist/demo", "/check", "/desk/login", "/law/none", "/api"]
)
def test_a_telephone_is_wide_enough(rooms: tuple[str, demo.Demo, Any], language: str, path: str) -> None:
    """At 360 pixels nothing makes the whole page slide, in any language."""
    tab = rooms[2].new_page(viewport={"width": 360, "height": 800})
    tab.goto(f"{rooms[0]}{path}?lang={language}")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    tab.close()
