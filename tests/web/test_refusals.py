"""Whoever is refused is told so in a way that they read: a page in a browser, problem+json in a program."""

from __future__ import annotations

import asyncio
import gzip
import logging
import re
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import ClientDisconnect

from ecluse.web.app import create
from ecluse.web.settings import Settings
from tests.web.test_pages import run
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

TOKEN = "long-enough-for-a-token"
BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
JSON = "application/problem+json"


def kind(answer: httpx.Response) -> str:
    """The type of an answer, without its charset."""
    return str(answer.headers.get("content-type", "")).partition(";")[0]


@pytest.mark.parametrize(
    ("status", "settings", "headers"),
    [
        (400, Settings(), {"host": "elsewhere.example"}),
        (401, Settings(proxy_header="X-Forwarded-User"), {}),
        (403, Settings(), {"origin": "http://elsewhere.example"}),
        (415, Settings(), {"content-encoding": "gzip"}),
        (503, Settings(at_once=0), {}),
    ],
)
def test_the_guard_shows_a_page_to_a_browser(status: int, settings: Settings, headers: dict[str, str]) -> None:
    """What is refused before any page is reached reads as a page, and on /api as problem+json."""
    page = run("/enter", "POST", settings, headers=BROWSER | headers)
    if status == 401:
        page = run("/check", settings=settings, headers=BROWSER | headers)
    assert (page.status_code, kind(page)) == (status, "text/html")
    assert 'id="main"' in page.text
    assert "elsewhere.example" not in page.text
    program = run("/api/check", "POST", settings, json={}, headers=BROWSER | headers)
    assert (program.status_code, kind(program)) == (status, JSON)
    assert program.json()["detail"] in page.text


def test_too_many_requests_read_as_a_page_and_keep_their_wait() -> None:
    """A part of a page that is refused takes the place of the whole content, not of the part."""
    visitor = Visitor(Settings(rate=0.01, burst=2))
    for headers in (BROWSER, BROWSER):
        assert visitor.ask("/check", headers=headers).status_code == 200
    late = visitor.ask("/check", headers=BROWSER | {"hx-request": "true"})
    assert (late.status_code, kind(late), late.headers["hx-retarget"]) == (429, "text/html", "#main")
    assert int(late.headers["retry-after"]) > 0


def test_a_browser_without_the_token_is_led_to_the_form_and_back() -> None:
    """The form remembers what was asked, and nothing that is elsewhere."""
    visitor = Visitor(Settings(public=True, token=TOKEN, rate=0))
    sent = visitor.ask("/check?item.chip=H200&quantity=5", headers=BROWSER)
    assert sent.status_code == 303
    form = visitor.ask(sent.headers["location"], headers=BROWSER).text
    fields = dict(re.findall(r'name="(csrf|next)" value="([^"]*)"', form))
    assert fields["next"].replace("&amp;", "&") == "/check?item.chip=H200&quantity=5"
    fields["next"] = fields["next"].replace("&amp;", "&")
    wrong = visitor.ask("/enter", "POST", data=fields | {"token": "wrong"}, headers=BROWSER)
    assert wrong.status_code == 401
    assert "quantity=5" in wrong.text
    good = visitor.ask("/enter", "POST", data=fields | {"token": TOKEN}, headers=BROWSER)
    assert good.headers["location"] == "/check?item.chip=H200&quantity=5"
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "/enter", "/check\r\nX: y", ""):
        data = {"csrf": fields["csrf"], "next": elsewhere, "token": TOKEN}
        assert visitor.ask("/enter", "POST", data=data).headers["location"] == "/check", elsewhere
    assert run("/check.json", settings=Settings(token=TOKEN), headers=BROWSER).status_code == 401
    assert run("/api/chips", settings=Settings(token=TOKEN), headers=BROWSER).status_code == 401


def test_a_wrong_method_says_which_are_right() -> None:
    """`Allow` stands in a page as in problem+json."""
    for headers in (BROWSER, {}):
        answer = run("/check", "DELETE", headers=headers)
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]
    assert "nothing is at this address" in run("/no-such-page", headers=BROWSER).text


def test_a_packed_body_is_refused_before_it_is_unpacked() -> None:
    """Neither a line, nor a stream, nor a form is unpacked."""
    bomb = gzip.compress(b" " * 5_000_000)
    for path, sent in (
        ("/api/check", "application/json"),
        ("/api/check/bulk", "application/x-ndjson"),
        ("/batch", "a/b"),
    ):
        answer = run(path, "POST", content=bomb, headers={"content-type": sent, "content-encoding": "gzip"})
        assert (answer.status_code, kind(answer)) == (415, JSON), path


def test_who_hangs_up_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    """A body that breaks off ends quietly: no error rises to the server."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/api/check",
        "raw_path": b"/api/check",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 8470),
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
    }
    came = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:  # noqa: ANN401 - a message of ASGI
        return next(came)

    async def send(_message: Any) -> None:  # noqa: ANN401 - as above
        return None

    try:
        asyncio.run(create(Settings())(scope, receive, send))
    except ClientDisconnect:
        pytest.fail("the server would log a fault")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.1, fr;q=0.9", "fr"),
        ("de, zh-TW;q=0.5", "zh-Hans"),
        ("zh;q=0, en;q=0", "en"),
        ("frr", "en"),
        ("fr;q=high", "en"),
        ("ZH", "zh-Hans"),
        (";;;,,, q=1", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_the_one_liked_best(asked: str, spoken: str) -> None:
    """Weights count, 0 means never, and a language that only begins alike is another."""
    assert run("/enter", headers={"accept-language": asked}).headers["content-language"] == spoken


def test_the_scheme_of_the_token_is_written_either_way() -> None:
    """`bearer` as `Bearer`; the token alone, or under another scheme, opens nothing."""
    told = Settings(public=True, token=TOKEN)
    for shown, status in ((f"Bearer {TOKEN}", 200), (f"bearer  {TOKEN}", 200), (TOKEN, 401), (f"Basic {TOKEN}", 401)):
        assert run("/api/chips?on=2026-01-24", settings=told, headers={"authorization": shown}).status_code == status


def test_behind_a_proxy_nobody_is_sent_to_a_form_for_a_token() -> None:
    """There is none: the page says where to come in."""
    page = run("/check", settings=Settings(public=True, proxy_header="X-User"), headers=BROWSER)
    assert page.status_code == 401
    assert "address of the proxy" in page.text
    assert (
        run("/check", settings=Settings(public=True, proxy_header="X-User"), headers={"x-user": ""}).status_code == 401
    )


def test_a_path_cannot_write_lines_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Line ends, escapes and zeros of a path are logged as the address wrote them."""
    with caplog.at_level(logging.INFO, logger="ecluse.web"):
        run("/chips/a%0d%0a2026-01-01%20GET%20/forged%20200%1b%5b31m%00")
    (told,) = (one.getMessage() for one in caplog.records if "/chips/" in one.getMessage())
    assert told.isprintable()
    assert "%0D%0A" in told


def test_a_host_is_a_host_and_nothing_more() -> None:
    """A name before an `@` is no part of one."""
    for host, status in (("127.0.0.1:8470", 200), ("[::1]:8470", 200), ("evil@127.0.0.1", 400), ("[::1", 400)):
        assert run("/enter", headers={"host": host}).status_code == status, host
