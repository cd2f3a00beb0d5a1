"""Real browser tests: Debian's Chromium by Playwright; loudly skipped where either is missing."""

from __future__ import annotations

import shutil
import threading
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import httpx
import pypdf
import pytest

from tests.conftest import ROOT
from tests.web.test_pages import PAGES, SEED

if TYPE_CHECKING:
    from collections.abc import Iterator

    Tab = Any  # a browser, its context or its page: Playwright may not be there when types are checked

CHROMIUM = shutil.which("chromium")
api = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TESTS: pip install playwright")
api.expect.set_options(timeout=30_000)  # a loaded machine is slow, not wrong
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TESTS: apt-get install chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
AXE = ROOT / "tests" / "web" / "vendor" / "axe.min.js"
EVERY = (*PAGES, "/api", "/enter", "/law/diff?before=2022-10-06&after=2022-10-07", "/no-such-page")
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
    outside, tab.complaints = watched(tab)
    yield tab
    context.close()
    assert outside == []
    assert tab.complaints == []


def watched(tab: Tab) -> tuple[list[str], list[str]]:
    """Write down what a tab asks of other machines, and what it complains of; a page that is not there may say so."""
    outside: list[str] = []
    said: list[str] = []
    tab.on("request", lambda one: outside.append(one.url) if urlparse(one.url).hostname != "127.0.0.1" else None)
    tab.on("console", lambda one: said.append(one.text) if one.type == "error" and "404" not in one.text else None)
    tab.on("pageerror", lambda one: said.append(str(one)))
    return outside, said


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


@pytest.mark.parametrize("path", EVERY)
def test_page_is_usable(page: Tab, browser: Tab, home: str, path: str) -> None:
    """Nothing for axe, nothing wider than a phone or than half a screen, nothing said on the console."""
    page.goto(home + path)
    assert axe(browser, home + path) == []
    for width in (360, 640):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["fr", "zh-Hans"])
def test_other_languages_are_usable(browser: Tab, home: str, language: str) -> None:
    """The answered question in the other languages: nothing for axe, nothing wider than a phone."""
    address = f"{home}/check?{SEED}&lang={language}"
    assert axe(browser, address) == []
    context = browser.new_context(viewport={"width": 360, "height": 800})
    tab = context.new_page()
    tab.goto(address)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_axe_finds_planted_faults(browser: Tab, home: str) -> None:
    """On a spoiled page, and on a page of ours spoiled, the planted faults are found: a silent run proves nothing."""
    spoiled = "<html><head><title>x</title></head><body><p style='color:#bbb'>pale</p><input></body></html>"
    found = {one.partition(":")[0] for one in axe(browser, "", spoiled)}
    assert {"color-contrast", "html-has-lang", "label"} <= found
    ours = httpx.get(f"{home}/check?{SEED}").text
    worse = ours.replace('<html lang="en">', "<html>").replace("<label for=", "<span data-for=")
    found = {one.partition(":")[0] for one in axe(browser, "", worse)}
    assert {"html-has-lang", "label"} <= found


def test_planted_requests_and_complaints_are_seen(browser: Tab, home: str) -> None:
    """A picture from elsewhere and a word on the console are written down; the policy stops a planted script."""
    context = browser.new_context()
    tab = context.new_page()
    outside, said = watched(tab)
    tab.set_content("<img src='http://192.0.2.1/x.png'><script>console.error('planted')</script>")
    assert outside == ["http://192.0.2.1/x.png"]
    assert "planted" in said
    tab.goto(f"{home}/check")
    tab.evaluate(
        "() => { const one = document.createElement('script');"
        " one.text = 'window.planted = 1'; document.body.append(one); }"
    )
    assert tab.evaluate("window.planted") is None
    context.close()


def test_a_phone_asks_and_reads(page: Tab, home: str) -> None:
    """At 360 pixels the question is asked and its answer read, with nothing under anything else."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{home}/check")
    page.get_by_label("Chip", exact=True).fill("RTX 4080")
    page.get_by_label("Quantity", exact=True).fill("1")
    page.get_by_label("Leaves from", exact=True).select_option("US")
    page.get_by_label("Final destination", exact=True).select_option("IR")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_selector("#answer .verdict-no")
    page.locator(".verdict").scroll_into_view_if_needed()
    api.expect(page.locator(".verdict")).to_have_text("✕ No: a prohibition holds.")
    page.get_by_text("Clause by clause").first.click()
    api.expect(page.locator(".clauses li").first).to_be_visible()


def test_the_form_answers_as_it_is_filled(page: Tab, home: str) -> None:
    """The seed's line, filled by label: the answer comes, the address holds the question, focus stays."""
    page.goto(f"{home}/check")
    page.get_by_label("Chip", exact=True).fill("H200 SXM")
    page.get_by_label("Quantity", exact=True).fill("200000")
    page.get_by_label("Leaves from", exact=True).select_option("US")
    page.get_by_label("Final destination", exact=True).select_option("CN")
    page.get_by_label("Day that rules", exact=True).fill("2026-01-24")
    page.get_by_label("As known on", exact=True).fill("2026-01-24")
    page.get_by_text("Seller", exact=True).click()
    page.locator("[name='seller.name']").fill("NVIDIA Corporation")
    page.locator("[name='seller.headquarters']").fill("united states")
    page.get_by_text("Buyer", exact=True).click()
    page.locator("[name='buyer.name']").fill("Alibaba Group")
    page.locator("[name='buyer.headquarters']").fill("CN")
    page.locator("[name='buyer.kind']").select_option("private company")
    page.wait_for_url("**kind=private+company**")
    page.wait_for_selector("#answer .verdict-no")
    api.expect(page.locator(".verdict")).to_have_text("✕ No: licence needed, none shown.")
    assert page.evaluate("document.activeElement.name") == "buyer.headquarters"
    assert page.locator("[name='buyer.name']").is_visible()
    gates = page.locator(".gatebox .state").all_inner_texts()
    assert gates == ["✕ shut This gate binds.", "? not known"]
    api.expect(page.locator(".claims").first).to_contain_text("anonymous")
    api.expect(page.locator("#said")).to_contain_text("Answer: no.")
    assert "=&" not in page.url


def test_a_missing_fact_becomes_a_field(page: Tab, home: str) -> None:
    """Answer this opens the field and puts the focus there, for a fact, a party's field and an owner."""
    page.goto(f"{home}/check?{SEED}")
    page.get_by_role("link", name="Answer this").first.click()
    page.wait_for_function("document.activeElement.name")
    name = page.evaluate("document.activeElement.name")
    assert name.startswith("facts.")
    page.locator(f"[name='{name}']").select_option("no")
    page.wait_for_url(f"**{name}=no**")
    bare = "item.chip=B200&quantity=1&origin=US&destination=MY&on=2026-01-24&known=2026-01-24&buyer.country=MY"
    for place in ("buyer.headquarters", "end_user.name", "buyer.owners[0].name", "authorisation[0].gate"):
        page.goto(f"{home}/check?{bare}&ask={place}#f-{place}")
        assert page.evaluate("document.activeElement.name") == place
        assert page.locator(f"[name='{place}']").is_visible()


def test_a_fact_is_added_from_the_list(page: Tab, home: str) -> None:
    """Choosing a certification makes its field, with the focus in it, and the answer takes it up."""
    page.goto(f"{home}/check?{SEED}")
    page.get_by_text("Facts and certifications", exact=True).click()
    page.get_by_label("Add a fact or a certification").select_option("facts.kyc_certified")
    page.wait_for_selector("[name='facts.kyc_certified']")
    page.wait_for_function("document.activeElement.name === 'facts.kyc_certified'")
    page.locator("[name='facts.kyc_certified']").select_option("yes")
    page.wait_for_url("**facts.kyc_certified=yes**")
    assert page.locator("[name='facts.kyc_certified']").input_value() == "yes"


def test_a_chip_is_found_by_its_letters(page: Tab, home: str) -> None:
    """Letters bring the chips they may mean; Tab and Enter take one."""
    page.goto(f"{home}/check?quantity=1&origin=US&destination=CN")
    page.get_by_label("Chip", exact=True).press_sequentially("h200")
    page.wait_for_selector("#found a")
    page.keyboard.press("Tab")
    page.wait_for_selector("#answer .verdict")
    label = page.evaluate("document.activeElement.textContent")
    assert "H200" in label
    page.keyboard.press("Enter")
    page.wait_for_url("**item.chip=nvidia-h200**")


def test_all_works_without_script(browser: Tab, home: str) -> None:
    """Without script the form is sent, the address is tidy, the chips a name may mean are links."""
    context = browser.new_context(java_script_enabled=False, locale="en-US")
    tab = context.new_page()
    tab.goto(f"{home}/check")
    tab.get_by_label("Chip", exact=True).fill("H200")
    tab.get_by_label("Quantity", exact=True).fill("5")
    tab.get_by_label("Leaves from", exact=True).select_option("US")
    tab.get_by_label("Final destination", exact=True).select_option("CN")
    tab.get_by_role("button", name="Ask").click()
    tab.wait_for_url(f"{home}/check?item.chip=H200&quantity=5&origin=US&destination=CN")
    assert tab.locator("#answer .verdict").count() == 1
    assert tab.locator("#found a").count() > 1
    tab.goto(f"{home}/evidence?n=100")
    assert "2025-07-10" in tab.locator(".day").inner_text()
    context.close()


def test_a_refusal_takes_the_place_of_the_page(page: Tab, home: str) -> None:
    """A day that is none is told in the answer's place; a part that is refused, in the page's."""
    page.goto(f"{home}/check?{SEED}")
    page.get_by_label("As known on", exact=True).fill("yesterday")
    page.get_by_label("As known on", exact=True).blur()
    page.wait_for_selector("#answer .bad")
    api.expect(page.locator("#answer .bad")).to_contain_text("yesterday")
    page.complaints.clear()
    page.goto(f"{home}/evidence?known=2026-01-24")
    page.evaluate("document.querySelector('#gate').options[1].value = 'nowhere'")
    page.locator("#gate").select_option(index=1)
    page.wait_for_selector("#main .bad")
    page.complaints.clear()


def test_the_slider_moves_a800(page: Tab, home: str) -> None:
    """The slider a day on from 2023-11-16, by its key: A800 changes its class, and the slider keeps the focus."""
    page.goto(f"{home}/chips?on=2023-11-16")
    row = page.get_by_role("row").filter(has_text="A800").first
    api.expect(row).to_contain_text("none")
    page.locator("#n").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("section.moved")
    api.expect(page.locator(".day strong")).to_have_text("2023-11-17")
    moved = page.locator("section.moved li").filter(has_text="A800")
    assert "none → 3A090.a" in " ".join(moved.first.inner_text().split())
    api.expect(row).to_contain_text("3A090.a")
    assert page.evaluate("document.activeElement.id") == "n"


def test_the_slider_of_evidence_forgets(page: Tab, home: str) -> None:
    """As known on the day before the article of 2026-01-23, its claim is not there; on the day it is."""
    page.goto(f"{home}/evidence?known=2026-01-22")
    assert page.locator("a[href='/evidence/C053']").count() == 0
    page.locator("#n").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("a[href='/evidence/C053']", state="attached")
    api.expect(page.locator(".day strong")).to_have_text("2026-01-23")
    page.locator("#lanes").select_option("buyer")
    page.wait_for_selector("svg.claims-time text:has-text('Alibaba')")


def test_language_switch(page: Tab, home: str) -> None:
    """The interface speaks French and Chinese, and keeps to it."""
    page.goto(f"{home}/check?{SEED}")
    page.get_by_role("link", name="Français").click()
    api.expect(page.locator("h1")).to_have_text("Peut-il passer ?")
    page.goto(f"{home}/chips")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.get_by_role("link", name="简体中文").click()
    api.expect(page.locator("h1")).to_have_text("芯片")


# Every element that the keyboard should reach, marked with its place.
REACHABLE = """() => {
  const names = "a[href], input:not([type=hidden]), select, button, summary, [tabindex='0']";
  const all = [...document.querySelectorAll(names)].filter(
    one => one.getClientRects().length && !one.disabled && one.checkVisibility({visibilityProperty: true}),
  );
  all.forEach((one, place) => one.setAttribute("data-place", place));
  return all.length;
}"""


@pytest.mark.parametrize("path", EVERY)
def test_keyboard_reaches_all(page: Tab, home: str, path: str) -> None:
    """Tab leads first to the skip link, then to everything on the page that can be used, each with its outline."""
    page.goto(home + path)
    wanted = page.evaluate(REACHABLE)
    seen = set()
    for turn in range(2 * wanted + 10):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "(() => { const one = document.activeElement;"
            " return [one.className, one.dataset.place ?? '', getComputedStyle(one).outlineStyle]; })()"
        )
        if turn == 0:
            assert told[0] == "skip"
        if told[1]:
            assert told[2] != "none", (
                f"no outline on {told}, {page.evaluate('document.activeElement.outerHTML.slice(0, 120)')}"
            )
            seen.add(told[1])
        if len(seen) == wanted:
            break
    lost = [one for one in range(wanted) if str(one) not in seen]
    shown = [
        page.evaluate(f"document.querySelector('[data-place=\"{one}\"]').outerHTML.slice(0, 120)") for one in lost[:3]
    ]
    assert not lost, f"{len(lost)} of {wanted} are not reached: {shown}"


def test_a_question_by_keyboard_alone(page: Tab, home: str) -> None:
    """From the top of the page to an answer and on to a missing fact, with no mouse."""
    page.goto(f"{home}/check")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for words in ("H20", "Tab", "5", "Tab", "United States", "Tab", "China"):
        if words == "Tab":
            page.keyboard.press("Tab")
        else:
            page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer .verdict")
    assert "origin=US&destination=CN" in page.url


def test_print_is_a_memo(browser: Tab, home: str) -> None:
    """The PDF holds the answer, its grounds with level and age, and all that replays it; the form is gone."""
    context = browser.new_context(locale="en-US")
    tab = context.new_page()
    tab.goto(f"{home}/check?{SEED}")
    tab.emulate_media(media="print")
    assert not tab.locator("#question").is_visible()
    printed = tab.pdf(format="A4")
    digests = tab.locator(".digests dd").all_inner_texts()
    context.close()
    text = " ".join("".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(printed)).pages).split())
    for words in ("No: licence needed, none shown.", "As known on 2026-01-24", "V1, text read", "1 day old", "C053"):
        assert words in text
    for words in ("ecluse check - --on 2026-01-24 --known 2026-01-24 --reading enforced", '"chip": "H200 SXM"'):
        assert words in text
    tight = text.replace(" ", "")
    assert f"{home}/check?item.chip=H200+SXM" in tight
    assert all(one in tight for one in digests[:5])
    assert "Answer this" not in text
    assert "Quantity" not in text


def test_the_world_is_printed_whole(browser: Tab, home: str) -> None:
    """Folded destinations are printed; the form is not."""
    context = browser.new_context(locale="en-US")
    tab = context.new_page()
    tab.goto(f"{home}/world?chip=nvidia-h200-sxm-141gb&on=2026-01-24&known=2026-01-24")
    printed = tab.pdf(format="A4")
    context.close()
    text = " ".join("".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(printed)).pages).split())
    assert "Germany" in text
    assert "Show" not in text
