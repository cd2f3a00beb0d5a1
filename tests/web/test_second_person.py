"""Four eyes on the command line as on the pages: whoever entered or decided a line does not release it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ecluse.cli import main
from tests.web.office import LINE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def at(tmp_path: Path) -> str:
    """A desk whose releaser entered a line, and whose first analyst decided it before the second did."""
    place, file = str(tmp_path / "books"), tmp_path / "line.toml"
    file.write_text(LINE, encoding="utf-8")
    people = ("sue=supervisor", "ana=analyst,releaser", "amy=analyst", "ben=analyst,releaser", "rob=releaser")
    for words in (
        ["init", *(word for one in people for word in ("--person", one))],
        ["order", str(file), "--by", "ben"],
        ["check", "PO-7/1", "--by", "ana"],
        ["check", "PO-7/1", "--by", "amy"],
    ):
        assert main(["desk", words[0], "--at", place, *words[1:]]) == 0
    return place


def released(at: str, by: str, *more: str, verb: str = "release") -> int:
    """Try to release the line."""
    words = ["PO-7/1"] if verb == "release" else ["PO-7/1", "released"]
    return main(["desk", verb, "--at", at, *words, "--by", by, "--reason", "seen", *more])


@pytest.mark.parametrize("verb", ["release", "move"])
@pytest.mark.parametrize("by", ["ben", "ana", "amy"])
def test_no_hand_that_had_it_before(at: str, by: str, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Entered, decided before, decided last: none of them, by either verb; it stands in the journal."""
    capsys.readouterr()
    assert released(at, by, verb=verb) == 1
    assert "somebody else must release it" in capsys.readouterr().out
    assert released(at, by, "--format", "json", verb=verb) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False
    assert main(["desk", "journal", "--at", at, "PO-7"]) == 0
    assert "somebody else must release it" in capsys.readouterr().out
    assert main(["desk", "verify", "--at", at]) == 0


def test_a_second_person_does(at: str) -> None:
    """Somebody who had no hand in it releases; a supervisor who overrides is held to the same."""
    assert released(at, "rob" if _may(at) == "yes" else "sue") == 0


def _may(at: str) -> str:
    from ecluse.desk.door import open_desk

    with open_desk(at) as book:
        ((told,),) = book.rows("SELECT may_pass FROM entry WHERE id = ?", "PO-7/1")
    return str(told)


def test_the_help_says_what_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """And what is not: that whoever asks is who they say."""
    with pytest.raises(SystemExit):
        main(["desk", "release", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "neither entered nor ever decided" in told
    assert "Not checked: that you are NAME" in told
