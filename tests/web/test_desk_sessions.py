"""Sessions outlive the server, and end by time, logout and a changed user all the same."""

from __future__ import annotations

import dataclasses
import re
import stat
from typing import TYPE_CHECKING

import pytest

from ecluse.web.app import create
from ecluse.web.desk import users
from ecluse.web.desk.sessions import COOKIE, IDLE_SECONDS, NOTED_SECONDS, WHOLE_SECONDS, Sessions
from tests.web.office import Browser, settings

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.web.settings import Settings

ANALYST = frozenset({"analyst"})


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        """Give the time."""
        return self.now


def again(browser: Browser, told: Settings) -> Browser:
    """The same browser before a server that was started anew."""
    after = Browser(create(told))
    after.cookies = browser.cookies
    return after


def test_a_session_outlives_its_server(tmp_path: Path) -> None:
    """The same cookie opens the same pages, and a form that was open before is still taken."""
    told = settings(tmp_path)
    one = Browser(create(told), "ana")
    token = one.token()
    one = again(one, told)
    assert one.get("/desk").status_code == 200
    sent = one.post("/desk/hold", token, line="PO-2026-0118/1", reason="look again")
    assert sent.status_code == 303
    assert "held" in one.said()


@pytest.mark.parametrize("how", ["logout", "password", "removed"])
def test_what_ended_stays_ended(tmp_path: Path, how: str) -> None:
    """By logout at once and at every server; by a changed password or a removed user, even between two servers."""
    told = settings(tmp_path)
    one, beside = Browser(create(told), "ana"), Browser(create(told))
    beside.cookies = one.cookies
    cookie = one.cookies[COOKIE]
    assert beside.get("/desk").status_code == 200
    path = tmp_path / "books" / "users.json"
    if how == "logout":
        assert one.post("/desk/logout").status_code == 303
    elif how == "password":
        ana = dataclasses.replace(users.read(path)["ana"], password=users.hashed("another long one"))
        users.write(path, users.read(path) | {"ana": ana})
    else:
        users.write(path, {name: user for name, user in users.read(path).items() if name != "ana"})
    after = Browser(create(told))
    for browser in (beside, after):
        browser.cookies = type(one.cookies)({COOKIE: cookie})
        assert browser.get("/desk").status_code == 303
    assert Sessions(path.with_suffix(".sessions")).find(cookie) is None


def test_roles_follow_the_users_over_a_restart(tmp_path: Path) -> None:
    """A role that was taken away while no server ran is gone."""
    told = settings(tmp_path)
    one = Browser(create(told), "ana")
    path = tmp_path / "books" / "users.json"
    ana = dataclasses.replace(users.read(path)["ana"], roles=frozenset({"viewer"}))
    users.write(path, users.read(path) | {"ana": ana})
    assert again(one, told).get("/claims/review").status_code == 403


def test_time_goes_on_while_no_server_runs(tmp_path: Path) -> None:
    """Idleness and age count over a restart; a clock that was set back ends what it would prolong."""
    path, clock = tmp_path / "users.sessions", Clock()
    token, _ = Sessions(path, clock).open("ana", ANALYST, "a")
    clock.now += IDLE_SECONDS
    assert Sessions(path, clock).find(token) is not None
    clock.now += IDLE_SECONDS + 1
    assert Sessions(path, clock).find(token) is None
    token, _ = Sessions(path, clock).open("ana", ANALYST, "a")
    begun = clock.now
    while clock.now + 1_000 - begun <= WHOLE_SECONDS:
        clock.now += 1_000
        assert Sessions(path, clock).find(token) is not None
    clock.now += 1_000
    assert Sessions(path, clock).find(token) is None
    token, _ = Sessions(path, clock).open("ana", ANALYST, "a")
    clock.now -= NOTED_SECONDS
    assert Sessions(path, clock).find(token) is not None
    clock.now -= 1
    assert Sessions(path, clock).find(token) is None


def test_the_file_opens_nothing(tmp_path: Path) -> None:
    """Readable by its owner alone; neither the cookie, the form's token nor the password's hash is in it."""
    told = settings(tmp_path)
    one = Browser(create(told), "ana")
    path = tmp_path / "books" / "users.sessions"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    raw = path.read_bytes()
    hashed = users.read(tmp_path / "books" / "users.json")["ana"].password
    for secret in (one.cookies[COOKIE], one.token(), hashed):
        assert secret.encode() not in raw
    for key in re.findall(rb"[^\x00]{32}", raw):
        assert Sessions(path).find(key.hex()) is None


def test_a_spoiled_file_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever was logged in logs in again; nobody else comes in."""
    told = settings(tmp_path)
    one = Browser(create(told), "ana")
    path = tmp_path / "books" / "users.sessions"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    after = again(one, told)
    assert after.get("/desk").status_code == 303
    assert "sessions begin anew" in caplog.text
    assert after.login("ana").status_code == 303
    assert again(after, told).get("/desk").status_code == 200


def test_a_place_that_is_none_is_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder that is not there: sessions end with the server, as the log says."""
    sessions = Sessions(tmp_path / "nowhere" / "users.sessions")
    token, _ = sessions.open("ana", ANALYST, "a")
    assert sessions.find(token) is not None
    assert "sessions end with this server" in caplog.text
    assert not (tmp_path / "nowhere").exists()


def test_what_another_service_let_in_ends_with_its_terms(tmp_path: Path) -> None:
    """A session by another service outlives the server, unless who is asked, or what a group gives, has changed."""
    from ecluse.web.desk.oidc import provided

    first = tmp_path / "oidc.toml"
    text = 'issuer = "https://login.example"\nclient_id = "ecluse"\n[roles]\nanalysts = "analyst"\n'
    first.write_text(text, encoding="utf-8")
    second = tmp_path / "changed.toml"
    second.write_text(text.replace('"analyst"', '"viewer"'), encoding="utf-8")
    before, after = provided(first), provided(second)
    path = tmp_path / "users.sessions"
    token, _ = Sessions(path).open("olga", ANALYST, before.stamp)
    found = Sessions(path).find(token)
    assert found is not None
    assert found.holds(provided(first).stamp)
    assert not found.holds(after.stamp)
    assert not found.holds(None)
