"""A day at the desk in a real browser: log in, hold, a second person releases, balances move; or loudly skipped."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import pytest

from ecluse import reader
from ecluse.dates import Known
from ecluse.press.review import write_proposals
from tests.conftest import ROOT
from tests.desk import made
from tests.web.office import PASSWORD, settings
from tests.web.test_browser import AXE, CHROMIUM, FLAGS, RUN, api

if TYPE_CHECKING:
    from collections.abc import Iterator

    Tab = Any  # a browser, its context or its page: Playwright may not be there when types are checked

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TESTS: apt-get install chromium")
WIDTHS = (360, 640)
PAGES = (
    ("sue", "/desk"),
    ("ana", "/desk"),
    ("ana", "/desk/lines/PO-2026-0117/3"),
    ("sam", "/desk/lines/PO-2026-0118/1"),
    ("vic", "/desk/balances"),
    ("vic", "/desk/balances?when=2026-01-01"),
    ("vic", "/desk/journal"),
    ("sam", "/desk/papers"),
    ("sam", "/desk/papers/D0000001"),
    ("sam", "/desk/papers/domestic-alibaba"),
    ("vic", "/desk/plan"),
    ("vic", "/desk/plan?ratio=0.3"),
    ("aud", "/desk/record"),
    ("ana", "/claims/review"),
    ("ana", "/claims/review?from=article-fr.toml"),
    (None, "/desk/login"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a day's book, with proposals to review and two lines whose decision is yes."""
    import uvicorn

    from ecluse.desk.door import open_desk
    from ecluse.web.app import create

    folder = tmp_path_factory.mktemp("desk")
    told = settings(folder)
    with open_desk(str(folder / "books")) as book:
        for name in ("PO-9/1", "PO-9/2"):
            made.entered(book, name, 100, buyer="Brook Ltd", destination="GB")
            assert made.decided(book, name, number=int(name[-1]))["ok"]
    (folder / "proposals").mkdir()
    article = ROOT / "examples" / "article-fr.txt"
    found = reader.read(article.read_bytes(), article.name, known=Known(day=dt.date(2026, 3, 13)))
    write_proposals(folder / "proposals" / "article-fr.toml", [(found.article, found.proposals)])
    app = create(dataclasses.replace(told, proposals=folder / "proposals"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


class Desk:
    """People at their browsers: each logs in once; requests and complaints of all are written down."""

    def __init__(self, browser: Tab, home: str) -> None:
        self.browser, self.home = browser, home
        self.kept: dict[str, Any] = {}
        self.said: list[str] = []
        self.outside: list[str] = []

    def page(self, name: str | None, **more: Any) -> Tab:  # noqa: ANN401 - options of a context
        """A page of somebody who is logged in."""
        state = self.state(name) if name else None
        size = {"width": 1280, "height": 900}
        context = self.browser.new_context(viewport=size, locale="en-US", storage_state=state, **more)
        tab = context.new_page()
        tab.on("request", lambda one: self._heard(one.url))
        tab.on("console", lambda one: self.said.append(one.text) if one.type == "error" else None)
        tab.on("pageerror", lambda one: self.said.append(str(one)))
        return tab

    def _heard(self, address: str) -> None:
        if urlparse(address).hostname != "127.0.0.1":
            self.outside.append(address)

    def state(self, name: str) -> Any:  # noqa: ANN401 - cookies as Playwright keeps them
        """The cookies of somebody who has logged in by the form, with the keyboard alone."""
        if name not in self.kept:
            tab = self.page(None)
            tab.goto(f"{self.home}/desk")
            assert "/desk/login?next=" in tab.url
            assert tab.evaluate("document.activeElement.id") == "name", "the first field has the focus"
            tab.keyboard.type(name)
            tab.keyboard.press("Tab")
            tab.keyboard.type(PASSWORD)
            tab.keyboard.press("Enter")
            tab.wait_for_url(f"{self.home}/desk")
            self.kept[name] = tab.context.storage_state()
            tab.context.close()
        return self.kept[name]


@pytest.fixture(scope="module")
def everybody(home: str) -> Iterator[Desk]:
    """One Chromium for all; at the end nothing was asked outside, and nothing was complained of."""
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        found = Desk(chromium, home)
        yield found
        chromium.close()
    assert found.outside == []
    assert found.said == []


@pytest.mark.parametrize(("name", "path"), PAGES)
def test_page_is_usable(everybody: Desk, home: str, name: str | None, path: str) -> None:
    """Nothing for axe, in light of every drawer open; nothing wider than a phone or than half a screen."""
    tab = everybody.page(name, bypass_csp=True)
    tab.goto(home + path)
    for drawers in (False, True):
        if drawers:
            tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        tab.add_script_tag(path=str(AXE))
        found = tab.evaluate(RUN)["violations"]
        assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found] == []
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 800})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.set_viewport_size({"width": 1280, "height": 900})
    tab.context.close()


def test_hold_and_release_by_a_second_person(everybody: Desk, home: str) -> None:
    """An analyst holds a line that nobody of its own may release; a second person does, and it leaves the list."""
    ana, rob = everybody.page("ana"), everybody.page("rob")
    ana.goto(f"{home}/desk/lines/PO-9/1")
    ana.get_by_label("Why it is held").fill("the site is not named")
    ana.get_by_role("button", name="Hold").click()
    api.expect(ana.get_by_role("status")).to_contain_text("PO-9/1: held.")
    ana.goto(f"{home}/desk")
    mine = ana.locator("li.wait", has_text="PO-9/1")
    assert "A releaser releases it." in mine.inner_text()
    assert mine.get_by_role("button").count() == 0
    rob.goto(f"{home}/desk")
    card = rob.locator("li.wait", has_text="PO-9/1")
    assert "Held by ana: the site is not named" in card.inner_text()
    card.get_by_label("Reason to lift the hold").fill("the site is named now")
    card.get_by_role("button", name="Release PO-9/1").click()
    api.expect(rob.get_by_role("status")).to_contain_text("PO-9/1: released.")
    assert rob.locator("li.wait", has_text="PO-9/1").count() == 0
    rob.goto(f"{home}/desk/lines/PO-9/1")
    assert "lift" not in rob.locator("main").inner_text()
    assert "rob" in rob.locator("table.events").inner_text()
    ana.context.close()
    rob.context.close()


def test_a_reservation_moves_the_bars(everybody: Desk, home: str) -> None:
    """What a licence manager sets aside is hatched on the bar, and counted in its words."""
    sam = everybody.page("sam")
    sam.goto(f"{home}/desk/balances")
    card = sam.locator("section.balance", has=sam.get_by_role("link", name="D0000001:quantity"))
    before = card.inner_text()
    wide = float(card.locator(".bar-reserved").get_attribute("width"))
    assert "left 30 000 of 60 000" in " ".join(before.split())
    sam.goto(f"{home}/desk/lines/PO-2026-0118/1")
    sam.get_by_label("Quantity").fill("6000")
    sam.get_by_label("Paper it draws on").select_option("D0000001")
    sam.get_by_role("button", name="Reserve").click()
    api.expect(sam.get_by_role("status")).to_contain_text("6,000 reserved")
    sam.goto(f"{home}/desk/balances")
    assert "left 24 000 of 60 000" in " ".join(card.inner_text().split())
    assert float(card.locator(".bar-reserved").get_attribute("width")) == pytest.approx(wide * 1.6, abs=0.2)
    sam.context.close()


def test_the_plan_follows_the_slider(everybody: Desk, home: str) -> None:
    """By the keyboard: the figure moves, the focus stays, and the address says where it stands; also without script."""
    vic = everybody.page("vic")
    vic.goto(f"{home}/desk/plan")
    assert "not known" in vic.locator("#shown").inner_text()
    slider = vic.get_by_role("slider")
    slider.focus()
    vic.keyboard.press("End")
    vic.wait_for_url("**ratio=1")
    vic.locator("#shown .day", has_text="80\u202f000").wait_for()
    assert vic.evaluate("document.activeElement.id") == "ratio"
    assert vic.locator("#shown").get_attribute("aria-live") == "polite"
    assert vic.locator(".plan-now").count() == 1
    vic.context.close()
    plain = everybody.page("vic", java_script_enabled=False)
    plain.goto(f"{home}/desk/plan?ratio=0.3")
    plain.get_by_role("button", name="Show").click()
    api.expect(plain.locator("#shown")).to_contain_text(re.compile("266\\s666"))
    plain.context.close()


def test_a_proposal_is_reviewed(everybody: Desk, home: str) -> None:
    """Accepted as mended, and rejected with a reason; both then stand as judged, by whom."""
    ana = everybody.page("ana")
    ana.goto(f"{home}/claims/review")
    ana.get_by_role("link", name="article-fr.toml").click()
    first, second = ana.locator("#p0"), ana.locator("#p1")
    first.get_by_label("reject", exact=True).check()
    first.get_by_label("Why (needed to reject)").fill("a headline never outranks its body")
    second.get_by_label("The claim, in our words").fill("Chinese regulators told Baidu and Meituan to prepare orders.")
    second.get_by_label("accept", exact=True).check()
    ana.get_by_role("button", name="Write the verdicts").click()
    api.expect(ana.get_by_role("status")).to_contain_text("1 claims written to claims.toml, 2 verdicts")
    api.expect(first).to_contain_text("judged: reject, ana")
    api.expect(second).to_contain_text("judged: mend, ana")
    ana.context.close()


@pytest.mark.parametrize(
    ("name", "path"), [("sue", "/desk"), ("sam", "/desk/papers/D0000001"), ("ana", "/claims/review")]
)
def test_keyboard_reaches_all(everybody: Desk, home: str, name: str, path: str) -> None:
    """Tab leads first to the skip link, then to every link, field and button that can be seen."""
    tab = everybody.page(name)
    tab.goto(home + path)
    tab.evaluate("document.activeElement.blur()")
    wanted = tab.evaluate(
        "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]"
        ".filter(one => one.checkVisibility()).length"
    )
    seen = set()
    for step in range(wanted * 3):
        tab.keyboard.press("Tab")
        if step == 0:
            assert tab.evaluate("document.activeElement.className") == "skip"
        at = tab.evaluate(
            "[...document.querySelectorAll('*')].indexOf(document.activeElement) + ' ' + document.activeElement.tagName"
        )
        assert tab.evaluate("document.activeElement.getClientRects().length") > 0
        seen.add(at)
        if (
            len({one for one in seen if one.split()[1] in ("A", "BUTTON", "INPUT", "SELECT", "TEXTAREA", "SUMMARY")})
            == wanted
        ):
            break
    else:
        pytest.fail(f"{wanted} to reach, reached {sorted(seen)}")
    tab.context.close()


def test_logged_out_is_out(everybody: Desk, home: str) -> None:
    """After logging out, going back shows nothing of the desk."""
    tab = everybody.page(None)
    tab.goto(f"{home}/desk/login")
    tab.get_by_label("Name").fill("amy")
    tab.get_by_label("Password").fill("wrong password here")
    everybody_said = len(everybody.said)
    tab.get_by_role("button", name="Log in").click()
    api.expect(tab.get_by_role("alert")).to_contain_text("do not belong together")
    # The browser itself complains of the 401 that this test is about.
    del everybody.said[everybody_said:]
    tab.get_by_label("Name").fill("vic")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url(f"{home}/desk")
    tab.get_by_role("button", name="Log out").click()
    tab.wait_for_url(f"{home}/desk/login")
    tab.go_back()
    tab.reload()
    tab.wait_for_url(f"{home}/desk/login?next=**")
    tab.context.close()
