"""Where lock and desk meet: decisions stored whole and replayable, decided again, and what is drawn for them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from ecluse import counter
from ecluse.dates import parse_known
from ecluse.desk import reads
from ecluse.desk.chain import sha256
from ecluse.desk.records import Entry
from ecluse.desk.requests import make
from ecluse.errors import BadMove, InputError
from ecluse.lock import build, decide
from ecluse.parties.screen import lists
from tests.conftest import ROOT
from tests.desk.made import desk, real_line
from tests.desk.test_papers import LICENCE

if TYPE_CHECKING:
    from pathlib import Path

THEN = counter.When(known=parse_known("2026-01-24"))
TEXT = (ROOT / "examples" / "alibaba-h200.toml").read_text(encoding="utf-8")


def test_the_decision_is_the_locks_and_is_stored_whole(tmp_path: Path) -> None:
    """What the book holds is what the lock answers, byte for byte by its digest; and it can be replayed."""
    with desk(tmp_path, "") as found:
        name = real_line(found)
        told = counter.check(found, name, "ana", build(), THEN)
        lock = build()
        assert told.decision["may_pass"] == decide(counter.parse(TEXT, lock), lock, known=THEN.known).may_pass.value
        entry = reads.one(found, Entry, name)
        assert entry is not None
        assert entry.decision is not None
        raw = reads.document(found, entry.decision)
        assert raw is not None
        assert sha256(raw) == entry.decision
        assert json.loads(raw)["decision"] == told.decision
        assert (entry.state, entry.analyst, entry.may_pass, entry.tpp_milli) == ("checked", "ana", "no", 15_832_000)
        assert counter.replayed(found, name, lock) == (True, ())


def test_recheck_shows_what_turned(tmp_path: Path) -> None:
    """As known a year before, then with what is known now: states and provisions that turned are named."""
    with desk(tmp_path, "") as found:
        name = real_line(found)
        counter.check(found, name, "ana", build(), THEN)
        assert counter.recheck(found, "ana", build(), counter.When(dt.date(2026, 1, 24), THEN.known)) == []
        (stranger,) = counter.recheck(found, "nobody", build())
        assert stranger.answer["ok"] is False
        (turned,) = counter.recheck(found, "sue", build())
        assert turned.line == name
        assert any("importer's state" in turn for turn in turned.turns)
        entry = reads.one(found, Entry, name)
        assert entry is not None
        assert entry.analyst == "ana", "who lets the machine decide again does not become the analyst"
        assert counter.recheck(found, "sue", build(), counter.When(known=parse_known("2026-11-20"))) is not None


def test_recheck_holds_the_parties_against_the_lists(tmp_path: Path) -> None:
    """Checked without lists, then decided again with those shipped: the decision names them, and replays with them."""
    screens = counter.When(dt.date(2026, 8, 1), parse_known("2026-08-02"), lists=lists())
    with desk(tmp_path, "") as found:
        name = real_line(found)
        counter.check(found, name, "ana", build(), dataclasses.replace(screens, lists=None))
        counter.recheck(found, "ana", build(), screens)
        told = counter.check(found, name, "ana", build(), screens)
        assert told.decision["digests"]["lists"] == lists().digest
        assert told.decision["screening"]["lists"] == "2026-07-31"
        assert counter.replayed(found, name, build(), screens) == (True, ())


def test_a_licence_of_the_book_weighs(tmp_path: Path) -> None:
    """A paper taken into the book is a paper of the line: for part of it, the rest stays shut."""
    with desk(tmp_path, LICENCE.replace('value = "2700000000.00 USD"\n', "")) as found:
        name = real_line(found)
        told = counter.check(found, name, "ana", build(), counter.When(dt.date(2026, 3, 1), parse_known("2026-03-02")))
        gate = told.decision["gates"]["exporter"]
        assert gate["split"], "the licence covers a part"
        assert {str(row["quantity"]) for row in gate["split"]} == {"100000"}


def test_the_caps_balances_are_the_lines_facts(tmp_path: Path) -> None:
    """What was shipped at home and to China stands on the line when it is decided."""
    cap = '[[cap]]\nid = "cap"\nitems = ["H200"]\ndestinations = ["CN"]\nbase_destinations = ["US"]\nat_most = "1/2"\n'
    with desk(tmp_path, cap) as found:
        name = real_line(found)
        found.one(make("tally", "t", "sam", amounts={"cap:base": 4_000_000}, reason="x"))
        entry = counter.entry_of(found, name)
        line = counter.with_book(found, entry, counter.line_of(found, entry, build()))
        assert str(line.facts["aggregate_tpp_to_us"]) == "4000"
        assert str(line.facts["aggregate_tpp_to_china"]) == "0"


def test_a_licence_that_is_required_has_to_be_named(tmp_path: Path) -> None:
    """Reserving without one is refused before it is asked."""
    with desk(tmp_path, LICENCE) as found:
        name = real_line(found)
        counter.check(found, name, "ana", build(), THEN)
        entry = counter.entry_of(found, name)
        with pytest.raises(BadMove, match="name the licence or notice"):
            counter.draws(found, entry, 10, [])
        with pytest.raises(BadMove, match="no paper of that name"):
            counter.draws(found, entry, 10, ["nothing"])
        assert counter.draws(found, entry, 10, ["LIC"]) == {"LIC:quantity": 10, "LIC:value": 27_000_000}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ('chip = "H200 SXM"\nform = "module"', 15_832_000),
        ('chip = "H200 SXM"\nform = "server"', None),
        ('chip = "H200 SXM"\nform = "server"\nchips_per_unit = 8', 8 * 15_832_000),
        ('form = "server"\ncontains = [{ chip = "H200 SXM", count = 8 }]', 8 * 15_832_000),
        ('chip = "nothing of the kind"', None),
        ("measures = { tpp = { at_least = 100, at_most = 200 } }", None),
        ("measures = { tpp = 100.5 }", 100_500),
    ],
)
def test_performance_of_a_unit(item: str, expected: int | None) -> None:
    """Exact, or not known: a server says how many it holds, a bound is no figure."""
    text = TEXT.replace('chip = "H200 SXM"\nform = "module"', item)
    lock = build()
    line = counter.parse(text, lock)
    assert counter.tpp_milli(line, decide(line, lock, known=THEN.known)) == expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id       = "PO-2026-0117/3"\n', "", "has no id"),
        ("quantity = 200000", "quantity = { at_least = 5 }", "is a bound"),
        ('currency = "USD"', 'currency = "EUR"', "State the dollar price"),
    ],
)
def test_lines_that_the_book_cannot_keep(old: str, new: str, said: str) -> None:
    """An id, one quantity, a price in dollars or none."""
    text = TEXT.replace(old, new)
    with pytest.raises(InputError, match=said):
        counter.entering(counter.parse(text, build()), text, "ana")
