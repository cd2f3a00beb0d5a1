"""`ecluse serve`: what cannot be served is said before anything is, and where it listens once it does."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from ecluse.cli import main
from ecluse.errors import InputError
from ecluse.web.server import listening

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--port 99999", "expected 0 to 65535"),
        ("--port -1", "expected 0 to 65535"),
        ("--rate -5", "from 0 (no limit) on"),
        ("--rate nan", "from 0 (no limit) on"),
        ("--rate inf", "from 0 (no limit) on"),
        ("--public --proxy-header=", "the name of a header"),
        ("--public --proxy-header X:Y", "the name of a header"),
        ("--allow-host=", "without port or path"),
        ("--allow-host trade.example:80", "without port or path"),
        ("--users users.json", "name it with --desk"),
        ("--plan plan.toml --claims c.toml", "--plan and --claims: of a desk"),
        ("--demo --plan nowhere.toml", "no such file; --plan"),
        ("--demo --proposals nowhere", "no such folder; --proposals"),
        ("--desk . --claims nowhere/c.toml", "its folder is not there; --claims"),
        ("--keep-uploads nan", "expected more than 0"),
    ],
)
def test_what_cannot_be_served_is_said_at_once(
    words: str, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An option that means nothing, or a file that is not there: status 2, a sentence, and no address."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ecluse.web.server.serve", lambda *_: pytest.fail("it was served"))
    assert main(["serve", *words.split()]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert "Ecluse on" not in told.out


def test_an_address_that_is_taken_is_said_to_be() -> None:
    """In a sentence with what to do, before any address is told."""
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with (
            socket.create_connection(("127.0.0.1", port)),
            pytest.raises(InputError, match=f"port {port}: .* --port N"),
        ):
            listening("127.0.0.1", port)
