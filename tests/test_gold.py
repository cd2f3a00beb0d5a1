"""Golden memos: decisions told in words, reviewed by their difference.

`make gold` writes them anew.
"""

from __future__ import annotations

import os

import pytest

import ecluse
from ecluse.dates import parse_day, parse_known
from tests.conftest import ROOT
from tests.test_cases import cases

GOLD = ROOT / "tests" / "gold"
MEMOS = (
    "CN-A01", "CN-A02", "CN-A07", "CN-A09", "CN-A10", "CN-E25", "CN-F02", "D06", "D11-H200", "D17", "US-cap-03",
    "US-embargo-01", "US-exc-08", "US-letter-03", "US-lic-02", "US-party-03", "US-party-12", "US-chip-38",
    "US-text-01", "US-text-05", "US-time-19",
)  # fmt: skip
ALL = {case["id"]: case for case in cases()}


@pytest.mark.parametrize("name", MEMOS)
def test_memo_reads_as_it_was_reviewed(name: str) -> None:
    """The memo of a case is word for word what a person has reviewed."""
    case = ALL[name]
    decision = ecluse.decide(
        ecluse.read_line(case["line"]),
        on=parse_day(str(case["on"])),
        known=parse_known(str(case["known"])),
        reading=case.get("reading", "enforced"),
    )
    text = "\n".join(line for line in ecluse.memo(decision).splitlines() if not is_digest(line)) + "\n"
    place = GOLD / f"{name}.txt"
    if os.environ.get("ECLUSE_GOLD") == "write":
        place.write_text(text, encoding="utf-8")
    assert text == place.read_text(encoding="utf-8")


def is_digest(line: str) -> bool:
    """Digests change with every source; they are tested elsewhere."""
    return line.startswith(("To replay:", "  line:", "  law:", "  evidence:", "  chips:", "  lists:", "  program:"))
