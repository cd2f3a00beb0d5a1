"""What tests of the reader share: proposals from a few made sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse import reader
from ecluse.dates import Known, parse_day
from ecluse.press.stamps import stamps_in
from tests.conftest import ROOT

if TYPE_CHECKING:
    from ecluse.press.proposal import Proposal

EXAMPLE = ROOT / "examples" / "article-fr.txt"
DAY = "2026-03-12"


def proposals(text: str, language: str, day: str = DAY) -> tuple[Proposal, ...]:
    """Propose from a text, without relations to the evidence."""
    stamp = next(stamps_in(day, "en"))
    known = Known(day=parse_day(day))
    return reader.read(text.encode(), "made", published=stamp, language=language, known=known, relate=False).proposals


def one(text: str, language: str, act: str) -> Proposal:
    """Give the one proposal of an act."""
    found = [row for row in proposals(text, language) if row.act == act]
    assert len(found) == 1, [(row.act, row.actor) for row in proposals(text, language)]
    return found[0]
