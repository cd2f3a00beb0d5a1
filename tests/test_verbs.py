"""Every verb says what it says as text and as data, with its exit status."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from ecluse.cli import main
from tests.conftest import ROOT

LINE = str(ROOT / "examples" / "alibaba-h200.toml")
THEN = ("--known", "2026-01-24")
JSON = ("--format", "json")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run the program in process: its status, and what it prints."""
    status = main(list(words))
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out


def data(capsys: pytest.CaptureFixture[str], *words: str) -> Any:  # noqa: ANN401 - JSON
    """Run with `--format json` and read what is printed."""
    status, out = run(capsys, *words, *JSON)
    assert status in (0, 1, 3)
    return json.loads(out)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("check", LINE, *THEN), 1),
        (("check", str(ROOT / "examples" / "alibaba-h200-negotiate.toml"), *THEN), 3),
        (("explain", LINE, *THEN), 0),
        (("chips", "show", "H200"), 0),
        (("chips", "show", "no such chip"), 1),
        (("law", "show", "us.3a090.a"), 0),
        (("law", "show", "us.nothing"), 1),
        (("claims", "show", "C053"), 0),
        (("claims", "show", "C999"), 1),
        (("claims", "about", "nobody at all"), 1),
        (("law", "test", str(ROOT / "tests" / "cases" / "us" / "worked-examples.toml")), 0),
    ],
)
def test_status(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int) -> None:
    """0, 1, 3 for a line; 0 or 1 (not found) elsewhere; something is always said."""
    got, out = run(capsys, *words)
    assert got == status
    assert out.strip()


def test_an_answer_carries_its_days_sources_and_ages(capsys: pytest.CaptureFixture[str]) -> None:
    """As the text of `check` and of `explain`."""
    for verb in ("check", "explain"):
        _, out = run(capsys, verb, LINE, *THEN)
        for told in ("on 2026-01-24", "As known on 2026-01-24", "15 CFR", "[V1", "day old", "no legal advice"):
            assert told in out, (verb, told)


def test_the_horizon_is_told_past_it(capsys: pytest.CaptureFixture[str]) -> None:
    """An answer for a day that no source of the law was seen for says so."""
    _, out = run(capsys, "check", LINE, "--on", "2026-10-01")
    assert "No source of this law was seen after 2026-09-25" in " ".join(out.split())
    _, out = run(capsys, "check", LINE, *THEN)
    assert "read up to 2026-09-25" in out
    assert "No source of this law" not in out


def test_chips_list(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the contract's fields; CSV the same rows; filters and sort hold."""
    rows = data(capsys, "chips", "list", "--on", "2026-01-24")
    fields = ["id", "vendor", "model", "variant", "tpp", "performance_density", "dram_bandwidth", "ic_level"]
    assert all(list(row) == [*fields, "confidence"] for row in rows)
    assert len(rows) == 199
    for row in rows:
        for name in ("tpp", "performance_density", "dram_bandwidth"):
            assert row[name] is None or isinstance(row[name], int | float) or set(row[name]) <= {"at_least", "at_most"}
    _, out = run(capsys, "chips", "list", "--on", "2026-01-24", "--format", "csv")
    assert [row["id"] for row in csv.DictReader(io.StringIO(out))] == [row["id"] for row in rows]
    some = data(capsys, "chips", "list", "--on", "2026-01-24", "--vendor", "nvidia", "--level", "3A090.b")
    assert {row["model"] for row in some} == {"A30", "A40", "L40"}
    sizes = [row["tpp"] for row in data(capsys, "chips", "list", "--sort", "tpp") if isinstance(row["tpp"], int)]
    assert sizes == sorted(sizes, reverse=True)


def test_claims_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Claims come with their relations, as known by the day asked for; CSV has the same rows."""
    then, now = data(capsys, "claims", "list", *THEN), data(capsys, "claims", "list")
    assert {row["id"] for row in then} < {row["id"] for row in now}
    assert all("relations" in row for row in now)
    _, out = run(capsys, "claims", "list", *THEN, "--format", "csv")
    assert {row["id"] for row in csv.DictReader(io.StringIO(out))} == {row["id"] for row in then}


def test_law_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Every provision with cite and level; every fact with its question."""
    for row in data(capsys, "law", "list"):
        assert row["cite"], row["id"]
        assert row["level"] in ("V1", "V2", "V3"), row["id"]
    facts = data(capsys, "law", "list", "--facts")
    assert all(row["ask"].endswith("?") for row in facts)
    names = {row["name"] for row in facts}
    assert names >= {"restricted_party", "kyc_certified", "lab_qualified", "us_end_use", "exceptions_claimed"}


def test_compare_names_the_text_that_turned_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Between the day before and the day of the H200 rule, its review provision enters."""
    told = json.dumps(data(capsys, "compare", LINE, "--before", "2026-01-14", "--after", "2026-01-15"))
    assert "us.review.h200" in told
    told = json.dumps(data(capsys, "law", "diff", "2023-11-16", "2023-11-17"))
    assert "us.3a090.a" in told
