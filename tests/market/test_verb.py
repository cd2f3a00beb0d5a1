"""`ecluse study`: its table, its data, its pictures, its refusals."""

from __future__ import annotations

import builtins
import json
import shlex
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from ecluse.cli import main
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MADE = str(ROOT / "examples" / "made-prices.csv")
BASE = ("study", "--prices", MADE, "--market", "MADE-MARKET", "--known", "2026-04-01", "--adjusted", "yes")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run in process: status, what is printed, what is said on standard error."""
    status = main([*BASE, *words])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, err


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:  # noqa: ANN401 - JSON
    """Run with `--format json`."""
    status, out, _ = run(capsys, *words, "--format", "json")
    assert status == 0
    return json.loads(out)


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    """The day's figures, what else was known, the report of a move beside the close, dates and sources."""
    status, out, _ = run(capsys, "--event", "2026-01-23T11:57Z", "--ticker", "MADE-A")
    assert status == 0
    flat = " ".join(out.split())
    for part in (
        "2026-01-23 Friday",
        "(before the open)",
        "inside normal daily noise",
        "+0 C053 2026-01-23",
        "reported beside the close (+0), a claim: C078",
        "closes of that session: MADE-A ",
        "as known 2026-04-01; prices 2024-01-02 to 2026-03-31, 1 day old",
        "made-prices.csv (wide; adjusted; sha256",
        "no advice to trade",
    ):
        assert part in flat, part


def test_planted_move_of_the_made_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Six of eight shares were moved on 2025-04-10, and the study says which."""
    found = told(capsys, "--event", "2025-04-10", "--window", "0", "0")
    beyond = {pair["ticker"] for pair in found["pairs"] if pair["windows"][0]["says"] == "beyond normal daily noise"}
    assert beyond == {f"MADE-{letter}" for letter in "CDEFGH"}
    (group,) = found["together"]
    assert group["says"] == "beyond normal daily noise"
    assert [test["test"] for test in group["tests"]] == [
        "t",
        "patell",
        "bmp",
        "kolari_pynnonen",
        "corrado_rank",
        "generalised_sign",
    ]


def test_events_from_law_and_claims(capsys: pytest.CaptureFixture[str]) -> None:
    """All between two days, or by id; a Sunday's claim on Monday; what is observed is not studied."""
    found = told(capsys, "--from", "law", "--from", "claims", "--since", "2026-01-12", "--until", "2026-01-25")
    sessions = [row["session"] for row in found["sessions"]]
    assert sessions == sorted(set(sessions))
    ids = {event["id"] for row in found["sessions"] for event in row["events"]}
    assert {"us.review.h200", "C053"} <= ids
    assert "C078" not in ids
    one = told(capsys, "--id", "us.review.h200", "--id", "C053")
    assert [row["session"] for row in one["sessions"]] == ["2026-01-13", "2026-01-23"]
    assert {group["session"] for group in one["together"]} == {"2026-01-13", "2026-01-23", None}


def test_pictures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """SVG with its words as text and the same on every run; PNG; any other name refused."""
    files = [tmp_path / name for name in ("a.svg", "b.svg", "c.png")]
    words = [word for file in files for word in ("--picture", str(file))]
    assert run(capsys, "--event", "2025-04-10", *words)[0] == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    text = " ".join(ET.parse(files[0]).getroot().itertext())  # noqa: S314 - our own file
    assert "2025-04-10  MADE-C" in text
    assert "grey: normal noise, 95% of the time" in text
    assert files[2].read_bytes().startswith(b"\x89PNG")
    status, _, err = run(capsys, "--event", "2025-04-10", "--picture", str(tmp_path / "a.pdf"))
    assert status == 2
    assert "a picture is a .svg or a .png file" in err
    status, _, err = run(capsys, "--event", "2025-04-10", "--picture", str(tmp_path / "no" / "a.svg"))
    assert status == 2
    assert "cannot be written" in err


def test_a_large_study_is_cut_in_words_not_in_data(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Of many sessions a text tells the first forty and counts the rest; a picture shows the widest moves."""
    days = [word for month in (1, 2, 3) for day in range(2, 27) for word in ("--event", f"2026-{month:02}-{day:02}")]
    picture = tmp_path / "a.svg"
    _, out, _ = run(capsys, *days, "--ticker", "MADE-A", "--picture", str(picture))
    assert "sessions more; --format json has them all" in out
    assert "the 36 widest of" in picture.read_text(encoding="utf-8")
    assert len(told(capsys, *days, "--ticker", "MADE-A")["pairs"]) > 40


def test_nothing_measured_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    """An event before the prices is left out by name, and the status says that nothing was measured."""
    status, out, _ = run(capsys, "--event", "2019-05-15")
    assert status == 1
    assert "2019-05-15 (2019-05-15): its session lies outside the prices" in out


REFUSED = {
    (): "name an event: --event DATE-OR-INSTANT",
    ("--event", "2026-01-23", "--ticker", "MADE-Z"): "no prices of 'MADE-Z'. Did you mean 'MADE-",
    ("--event", "2026-01-23", "--calendar", "NYSEX"): "is no exchange's calendar. Did you mean 'NYSE'",
    ("--event", "2026-01-23", "--estimation", "30", "250"): "the farther first, such as 250 30",
    ("--event", "2026-01-23", "--window", "40", "0"): "more than 40 sessions before the event",
    ("--event", "2026-01-23", "--window", "-1", "0"): "from 0 to 250",
    ("--event", "2026-01-23", "--least", "500"): "to the 221 sessions of --estimation",
    ("--event", "2026-01-23", "--level", "95"): "such as 0.95",
    ("--event", "2026-01-23", "--ticker", "MADE-MARKET"): "measured against itself it never moves",
    ("--id", "C0533"): "no provision or claim known by then is called 'C0533'. Did you mean 'C053'",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_asked_is_refused(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    """Status 2 and one clear paragraph with a remedy."""
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert REFUSED[words] in err


def test_the_market_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    """The market model asks for one; the mean does not; the market alone is nothing to study."""
    assert main(["study", "--prices", MADE, "--event", "2026-01-23"]) == 2
    assert "needs --market" in capsys.readouterr().err
    assert main(["study", "--prices", MADE, "--event", "2026-01-23", "--model", "mean"]) == 0
    assert "mean model, estimated" in capsys.readouterr().out


@pytest.mark.parametrize("lacking", ["numpy", "scipy", "exchange_calendars", "polars", "matplotlib"])
def test_a_package_that_is_lacking_is_named(
    lacking: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without one of the extra's packages the verb says what to install."""
    own = builtins.__import__

    def without(name: str, *rest: Any) -> Any:  # noqa: ANN401 - as the original
        if name.partition(".")[0] == lacking:
            message = f"No module named {lacking!r}"
            raise ModuleNotFoundError(message, name=lacking)
        return own(name, *rest)

    for name in [one for one in sys.modules if one.startswith("ecluse.market")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    status, _, err = run(capsys, "--event", "2026-01-23", "--picture", str(tmp_path / "a.svg"))
    assert status == 2
    assert f"needs the package {lacking!r}, which is not installed: pip install 'ecluse[market]'" in err


def test_the_page_shows_what_the_program_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command in docs/study.md runs, and its first line is the program's."""
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")
    command, first = page.partition("```console\n$ ecluse ")[2].splitlines()[:2]
    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().out.splitlines()[0] == first


def test_closes_after_the_day_of_knowledge_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Through a day its own close counts; at an instant before the close it does not; before all there is nothing."""
    through = told(capsys, "--event", "2025-04-10", "--ticker", "MADE-A", "--window", "0", "0", "--known", "2025-04-10")
    assert through["prices"]["last"] == "2025-04-10"
    assert through["pairs"]
    assert any("later days than what was known" in one for one in through["remarks"])
    words = ("--event", "2025-04-10", "--ticker", "MADE-A", "--window", "0", "0", "--known")
    status, out, _ = run(capsys, *words, "2025-04-10T19:59:00Z")
    assert status == 1
    assert "its session lies outside the prices, 2024-01-02 to 2025-04-09" in " ".join(out.split())
    assert run(capsys, *words, "2025-04-10T20:00:00Z")[0] == 0
    status, _, err = run(capsys, *words, "2023-12-29")
    assert status == 2
    assert "no close of the prices, 2024-01-02 to 2026-03-31, was known by" in err


def test_the_name_given_to_a_file_of_one_ticker_counts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A vendor's own name for the share gives way to the user's."""
    rows = (ROOT / "examples" / "made-prices.csv").read_text(encoding="utf-8").splitlines()
    closes = [(line.split(",")[0].replace("-", ""), line.split(",")[2]) for line in rows[1:]]
    lines = ["<TICKER>,<PER>,<DATE>,<TIME>,<CLOSE>", *(f"A.US,D,{day},000000,{close}" for day, close in closes)]
    (tmp_path / "a.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = (
        "--prices",
        f"OURS={tmp_path / 'a.txt'}",
        "--ticker",
        "OURS",
        "--ticker",
        "MADE-A",
        "--event",
        "2025-04-10",
    )
    found = told(capsys, *words, "--window", "0", "0")
    assert [pair["ticker"] for pair in found["pairs"]] == ["OURS", "MADE-A"]
    one, other = (pair["windows"][0]["car"] for pair in found["pairs"])
    assert one == pytest.approx(other)
