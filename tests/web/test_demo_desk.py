"""`ecluse serve --demo`: a desk to look at, with somebody for each role, gone when the server ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from ecluse.cli import main
from ecluse.desk.audit import verify
from ecluse.desk.door import open_desk
from ecluse.web.app import create
from ecluse.web.desk import demo, users
from ecluse.web.settings import Settings
from tests.conftest import ROOT
from tests.web.office import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def desk() -> Iterator[demo.Demo]:
    """A demo desk."""
    with demo.opened() as made:
        yield made


def test_every_role_gets_in_and_sees_a_day(desk: demo.Demo) -> None:
    """Each by a password of its own: lines in three states, balances, a plan, proposals, a record that verifies."""
    app = create(Settings(rate=0, desk=str(desk.at), plan=desk.plan, proposals=desk.proposals, demo=True))
    assert {role for _, role, *_ in demo.PEOPLE} == set(users.ROLES)
    assert len(set(desk.passwords.values())) == len(demo.PEOPLE)
    for name, *_ in demo.PEOPLE:
        browser = Browser(app)
        assert browser.login(name, desk.passwords[name]).status_code == 303, name
        assert "papers are invented" in browser.get("/desk").text
    browser = Browser(app)
    browser.login("ana", desk.passwords["ana"])
    told = browser.get("/desk.json").json()
    assert {row["state"] for row in told["lines"]} == {"held", "checked", "reserved"}
    assert {row["may_pass"] for row in told["lines"]} == {"yes", "no"}
    (licence,) = (
        row for row in browser.get("/desk/balances.json").json()["balances"] if row["account"] == "D0000001:quantity"
    )
    assert (licence["shipped"], licence["reserved"]) == (20_000, 10_000)
    assert browser.get("/desk/plan.json?ratio=0.2").json()["plan"]["known"] is True
    assert "article-fr.toml" in browser.get("/claims/review").text
    with open_desk(str(desk.at)) as book:
        assert verify(book) is not None


def test_a_line_waits_that_a_releaser_may_release(desk: demo.Demo) -> None:
    """A newcomer can be the second person."""
    browser = Browser(create(Settings(rate=0, desk=str(desk.at), demo=True)))
    browser.login("rob", desk.passwords["rob"])
    sent = browser.post("/desk/release", line="PO-2026-0210/1", reason="seen")
    assert sent.status_code == 303
    assert "released" in browser.said()


def test_its_papers_are_those_of_the_examples() -> None:
    """What is shipped is what the documents show."""
    for name in (
        "alibaba-h200.toml",
        "article-fr.txt",
        "desk/bytedance-h200.toml",
        "desk/papers.toml",
        "desk/plan.toml",
    ):
        assert (demo.DAY / Path(name).name).read_bytes() == (ROOT / "examples" / name).read_bytes(), name


@pytest.mark.parametrize("more", [["--public", "--proxy-header", "X-User"], ["--desk", "books"], ["--users", "u"]])
def test_it_is_not_mixed_with_a_real_one(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A demo desk is refused to other machines, and beside another desk."""
    assert main(["serve", "--demo", *more]) == 2
    assert "--demo" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_takes_the_demo_and_uploads_with_it(tmp_path: Path, how: signal.Signals) -> None:
    """Started as a newcomer does: the words printed open the desk; at the end nothing is left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ecluse", "serve", "--demo", "--port", str(port)]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        told = ""
        while "aud  " not in told:
            told += server.stdout.readline()
        home = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        (folder,) = tmp_path.glob(f"{demo.PREFIX}*")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert str(folder) in told
        with httpx.Client(base_url=home) as client:
            token = re.search(r'name="csrf" value="([^"]+)"', client.get("/desk/login").text)
            password = re.search(r"^  ana  (\S+)", told, re.MULTILINE)
            assert token
            assert password
            form = {"csrf": token[1], "name": "ana", "password": password[1]}
            assert client.post("/desk/login", data=form).status_code == 303
            assert client.get("/desk").status_code == 200
        server.send_signal(how)
        server.wait(60)
    assert list(tmp_path.iterdir()) == []
