"""Rows are held against the lists as lines are: each on its own day, each party in its own country."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from ecluse import lock
from ecluse.convoy import book, classes
from ecluse.convoy.things import Ruling
from tests.convoy.made import KNOWN, TODAY, Line, answers, differing, judged, met, register, remembered, table_of
from tests.laws.book import filed

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from ecluse.convoy.answers import Answer


def drawn(seed: int, size: int = 150) -> list[Line]:
    """Draw lines whose parties are worth a screen."""
    rng = random.Random(seed)  # noqa: S311
    return [met(rng, filed=False) for _ in range(size)]


@pytest.mark.parametrize("seed", range(3))
def test_screened_rows_equal_check_in_every_column(seed: int, tmp_path: Path) -> None:
    """Days on both sides of the snapshot and of its age, countries, owners, cleared hits, papers; more in `bench`."""
    held, owners = remembered(), register(tmp_path / "owners.csv")
    papers = tmp_path / "papers.toml"
    papers.write_text(filed(random.Random(seed)), encoding="utf-8")  # noqa: S311
    plain = Ruling(lock.build(), TODAY, KNOWN, lists=held, cleared=judged())
    full = Ruling(lock.build((), (papers,)), TODAY, KNOWN, lists=held, cleared=judged(), owners=owners)
    assert not differing(drawn(seed), plain)
    assert not differing(drawn(seed + 100), full)


def test_a_day_rounded_to_the_law_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a screen on the first day of the span in which one law rules."""
    ruling = Ruling(lock.build(), TODAY, KNOWN, lists=remembered())
    real = book.Book._day  # noqa: SLF001 - the fault is planted inside

    def rounded(self: book.Book, day: dt.date) -> int:
        self.exact_days = False
        return real(self, day)

    monkeypatch.setattr(book.Book, "_day", rounded)
    assert differing(drawn(0), ruling)


def test_a_country_that_stands_for_another_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a screen of a party in whatever country the law treats as its own."""
    ruling = Ruling(lock.build(), TODAY, KNOWN, lists=remembered())
    monkeypatch.setattr(classes, "SCREENED", ("name",))
    assert differing(drawn(0), ruling)


def line(on: str, **buyer: object) -> Line:
    """Give a line that nothing but a screen stands against."""
    return {
        "quantity": 1,
        "origin": "US",
        "destination": "DE",
        "on": on,
        "item": {"chip": "A10"},
        "buyer": {"headquarters": "DE", "ultimate_parent": {"headquarters": "DE"}} | buyer,
        "end_user": {"same_as": "buyer"},
        "facts": {"other_controls_cleared": True},
    }


def test_a_row_is_screened_on_its_own_day() -> None:
    """A month after the snapshot lists say nothing more of who is not on them; a listing of it counts from its day."""
    ruling = Ruling(lock.build(), TODAY, KNOWN, lists=remembered())
    days = ("2026-06-15", "2026-07-29", "2026-07-31", "2026-08-10", "2026-08-30", "2026-08-31", "2026-10-15")
    rows = [line(day, name=name) for name in ("Pasta SpA", "INTRA CHEM TRADING GMBH") for day in days]
    assert not differing(rows, ruling)
    assert not differing(rows[::-1], ruling)
    told = [one.may_pass for one in answers_of(rows, ruling)]
    assert told[days.index("2026-08-30")] == 1
    assert told[days.index("2026-08-31")] == -1
    assert told[len(days) + days.index("2026-07-31")] != 1


def test_a_party_is_screened_in_its_own_country_whatever_rows_come_first() -> None:
    """One name that is met in one country and only nearly in another, in every order of rows."""
    ruling = Ruling(lock.build(), TODAY, KNOWN, lists=remembered())
    rows = [line("2026-07-31", name="Yangtze Memory", country=country) for country in ("DE", "JP", "FR", "CN")]
    rows += [line("2026-07-31", name="Yangtze Memory", headquarters=country) for country in ("FR", "JP")]
    for order in (rows, rows[::-1], rows[2:] + rows[:2]):
        assert not differing(order, ruling)
    assert len({one.licence_required for one in answers_of(rows, ruling)}) > 1


def test_a_server_of_several_chips_is_screened_and_licensed_on_its_own_day(tmp_path: Path) -> None:
    """Such a row is answered as one line: by the lists and the papers of its day, not of another in one law."""
    paper = tmp_path / "paper.toml"
    paper.write_text(
        '[[authorisation]]\ngate = "exporter"\nkind = "licence"\nnumber = "L-1"\nstatus = "granted"\n'
        "issued = 2026-08-05\nexpires = 2026-08-20\n",
        encoding="utf-8",
    )
    server = {"form": "server", "contains": [{"chip": "H200 SXM", "count": 8}, {"chip": "L4", "count": 1}]}
    days = ("2026-08-01", "2026-08-10", "2026-08-25", "2026-09-20")
    rows = [line(day, name=name) | {"item": server} for day in days for name in ("Pasta SpA", "Inspur Group")]
    for files in ((), (paper,)):
        assert not differing(rows, Ruling(lock.build((), files), TODAY, KNOWN, lists=remembered()))


def answers_of(rows: list[Line], ruling: Ruling) -> list[Answer]:
    """Answer rows as one table."""
    return answers(table_of(rows), ruling)
