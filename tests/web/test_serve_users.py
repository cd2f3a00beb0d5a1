"""`ecluse serve user`: passwords are never on the command line; the book takes people in by a supervisor."""

from __future__ import annotations

import dataclasses
import getpass
import io
import re
import shlex
from typing import TYPE_CHECKING

import pytest

from ecluse.cli import main
from ecluse.cli.serve_verbs import users as verbs
from ecluse.desk.door import create, open_desk
from ecluse.desk.requests import make
from ecluse.web.app import create as web
from ecluse.web.desk import users
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.web.settings import Settings

GOOD = "eleven herons wade"


class Terminal(io.StringIO):
    """A terminal, where passwords are typed."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture
def at(tmp_path: Path) -> str:
    """A desk with a supervisor."""
    place = str(tmp_path / "books")
    create(place)
    with open_desk(place) as book:
        book.ask(make("person", "p1", "sue", name="sue", roles=["supervisor"]))
    return place


def roles(at: str, name: str) -> str | None:
    """Somebody's roles in the book."""
    with open_desk(at) as book:
        rows = book.rows("SELECT roles FROM person WHERE name = ?", name)
    return str(rows[0][0]) if rows else None


def typed(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Type passwords at a terminal."""
    left = iter(words)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda _="": next(left))


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Give a password on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_roles_are_those_of_the_pages() -> None:
    """The verb's list is the pages' list."""
    assert verbs.ROLES == users.ROLES


def test_somebody_is_added_in_file_and_book(at: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the roles that the book needs; a second time changes; a viewer needs nothing of the book."""
    typed(monkeypatch, GOOD, GOOD)
    assert main(["serve", "user", "add", "sam", "--role", "licence-manager", "--desk", at, "--by", "sue"]) == 0
    assert roles(at, "sam") == "records,shipper"
    file = users.Users(tmp_path / "books" / "users.json")
    assert file.verified("sam", GOOD) is not None
    piped(monkeypatch, "another long one\n")
    assert main(["serve", "user", "add", "sam", "--role", "viewer", "--desk", at]) == 0
    assert file.verified("sam", GOOD) is None
    changed = file.verified("sam", "another long one")
    assert changed is not None
    assert changed.roles == {"viewer"}
    piped(monkeypatch, f"{GOOD}\n")
    assert main(["serve", "user", "add", "sue", "--role", "releaser", "--desk", at]) == 0
    assert roles(at, "sue") == "supervisor", "a supervisor stands in for all"


def test_what_is_wrong_writes_nothing(
    at: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two passwords that differ, a short one, nobody to take them in, no desk named, a book without people."""
    add = ["serve", "user", "add", "ana", "--role", "analyst"]
    typed(monkeypatch, GOOD, "another")
    assert main([*add, "--desk", at, "--by", "sue"]) == 2
    piped(monkeypatch, "short\n")
    assert main([*add, "--desk", at, "--by", "sue"]) == 2
    piped(monkeypatch, f"{GOOD}\n")
    assert main([*add, "--desk", at, "--by", "mallory"]) == 2
    assert "which supervisor takes ana in" in capsys.readouterr().err
    piped(monkeypatch, f"{GOOD}\n")
    assert main(add) == 2
    create(str(tmp_path / "empty"))
    piped(monkeypatch, f"{GOOD}\n")
    assert main([*add, "--desk", str(tmp_path / "empty")]) == 2
    assert "nobody is in the book" in capsys.readouterr().err
    assert not (tmp_path / "books" / "users.json").exists()
    with pytest.raises(SystemExit):
        main(["serve", "user", "add", "ana", "--role", "king", "--desk", at])
    with pytest.raises(SystemExit):
        main(["serve", "user", "add", "ana", "--role", "analyst", "--desk", at, "--password", GOOD])


def test_list_and_remove(at: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Names with roles, never a hash; whoever is removed is gone from the file."""
    assert main(["serve", "user", "list", "--desk", at]) == 1
    piped(monkeypatch, f"{GOOD}\n")
    main(["serve", "user", "add", "vic", "--role", "viewer", "--role", "auditor", "--desk", at])
    capsys.readouterr()
    assert main(["serve", "user", "list", "--desk", at]) == 0
    assert capsys.readouterr().out == "vic: auditor, viewer\n"
    assert main(["serve", "user", "remove", "vic", "--desk", at]) == 0
    assert main(["serve", "user", "remove", "vic", "--desk", at]) == 1
    assert main(["serve", "user", "list", "--desk", at]) == 1


def test_the_commands_of_the_page_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every command of docs/desk.md on serving the desk: users are added, and what is served opens."""
    text = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8").partition("## On pages")[2]
    commands = [
        shlex.split(line) for line in re.findall(r"^ecluse .*$", text.partition("## As functions")[0], re.MULTILINE)
    ]
    assert len(commands) > 6
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "proposals").mkdir()
    monkeypatch.chdir(tmp_path)
    served: list[Settings] = []
    monkeypatch.setattr("ecluse.web.server.serve", lambda settings, _tell: served.append(settings))
    for _, *words in commands:
        piped(monkeypatch, f"{GOOD}\n")
        assert main(words) == 0, words
    (settings,) = served
    app = web(dataclasses.replace(settings, rate=0))
    from tests.web.office import Browser

    one = Browser(app)
    assert one.login("ana", GOOD).status_code == 303
    assert one.get("/desk/plan.json?ratio=0.2").json()["plan"]["known"] is True
    assert one.get("/claims/review.json").json()["writes_to"] == "claims.toml"


def test_the_configuration_of_the_page_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The table of docs/desk.md on another service says what it says."""
    from ecluse.web.desk.oidc import provided

    text = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    sample = next(one for one in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "issuer" in one)
    path = tmp_path / "oidc.toml"
    path.write_text(sample, encoding="utf-8")
    monkeypatch.setenv("ECLUSE_OIDC_SECRET", "kept elsewhere")
    found = provided(path)
    assert found.issuer == "https://login.example"
    assert found.secret == "kept elsewhere"
    assert found.roles == {"trade-analysts": "analyst", "trade-release": "releaser"}
