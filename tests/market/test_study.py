"""A whole study: events on sessions, pairs, groups, words, and what is left out by name."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ecluse.market.events import Event
from ecluse.market.prices import Gap, Prices, Source
from ecluse.market.sessions import calendar
from ecluse.market.study import Question, Study, study
from ecluse.market.telling import data, table

if TYPE_CHECKING:
    from ecluse.market.sessions import Calendar

FIRST, LAST = dt.date(2024, 9, 3), dt.date(2026, 3, 31)
KNOWN = calendar("XNYS", FIRST, LAST)
SHARES = ("A", "B", "C", "D", "E", "F")
DAY = dt.date(2026, 1, 23)


def made(effect: float = 0.0, *, adjusted: bool | None = True) -> Prices:
    """Six shares and a market M; on 2026-01-23 every share is moved by `effect`."""
    rng = np.random.default_rng(5)
    days = KNOWN.until(LAST)
    market = rng.normal(0, 0.01, len(days))
    returns = market + rng.normal(0, 0.015, (len(SHARES), len(days)))
    returns[:, days == np.datetime64(DAY)] += effect
    values = np.asarray(100 * np.cumprod(1 + np.vstack([returns, market]), axis=1), dtype=np.float64)
    source = Source("made.csv", "0" * 64, "wide", SHARES, adjusted, len(days), 0)
    return Prices((*SHARES, "M"), days, values, (source,), (), 0)


def asked(*events: Event, **more: object) -> Question:
    """A question on the six shares."""
    fields: dict[str, object] = {"tickers": SHARES, "market": "M", "events": events} | more
    return Question(**fields)  # type: ignore[arg-type]


def given_on(day: dt.date) -> Event:
    """An event of a day."""
    return Event(str(day), "", "given", day=day)


def ask(prices: Prices, question: Question, known: Calendar = KNOWN) -> Study:
    """Study, and tell it both ways without a fault."""
    found = study(prices, known, question)
    assert table(found, prices.sources, "2026-04-01")
    assert data(found, prices.sources, "2026-04-01")["known"] == "2026-04-01"
    return found


def test_nothing_planted_is_inside_noise() -> None:
    """The default words, and an interval around nothing that holds the figure."""
    found = ask(made(), asked(given_on(DAY)))
    assert len(found.pairs) == 6
    for pair in found.pairs:
        one, wide = pair.figures
        assert one.says == "inside normal daily noise"
        assert wide.says == "inside normal noise"
        assert one.low < 0 < one.high
        assert one.p_among >= one.p
    assert {group.says for group in found.groups} == {"inside normal daily noise", "inside normal noise"}


def test_planted_move_is_found_with_its_size() -> None:
    """An effect of 8 percent is beyond noise for every share and together; its size is within the interval."""
    found = ask(made(effect=-0.08), asked(given_on(DAY)))
    assert {pair.figures[0].says for pair in found.pairs} == {"beyond normal daily noise"}
    day = next(group for group in found.groups if group.window == (0, 0))
    assert day.says == "beyond normal daily noise"
    assert day.decided_by == "kolari_pynnonen"
    assert day.result.low < -0.08 < day.result.high
    assert found.pairs[0].abnormal[1][1] == found.pairs[0].figures[0].car


def test_one_of_many_that_stands_out_by_chance_is_said_so() -> None:
    """Beyond noise alone, yet not among all that were looked at."""
    days = [day.item() for day in KNOWN.until(LAST)[300:380:2]]
    found = ask(made(), asked(*map(given_on, days), windows=((0, 0),)))
    said = [pair.figures[0] for pair in found.pairs if pair.figures[0].p < 0.05]
    assert 0 < len(said) < 0.1 * len(found.pairs)
    assert {one.says for one in said} == {"beyond normal daily noise alone, not among the 240 looked at"}
    assert any("about 12.0 stand out by chance alone" in remark for remark in found.remarks)
    assert any("is counted twice" in remark for remark in ask(made(), asked(*map(given_on, days))).remarks)


def test_occasions_are_many_too() -> None:
    """Of forty sessions with nothing planted a few stand out together by chance, and are told as among forty."""
    days = [day.item() for day in KNOWN.until(LAST)[300:380:2]]
    found = ask(made(), asked(*map(given_on, days), windows=((0, 0),)))
    said = [group.says for group in found.groups if group.day is not None]
    assert said.count("inside normal daily noise") >= 34
    assert set(said) <= {"inside normal daily noise", "beyond normal daily noise alone, not among the 40 looked at"}


def test_events_of_one_session_are_one_occasion() -> None:
    """A Sunday's rule and a report before Monday's open are one; a pair is not counted twice."""
    sunday = Event("us.rule", "A rule", "law", day=dt.date(2026, 1, 25), cite=("91 FR 1",), level="V2")
    monday = Event("C001", "A report", "claims", instant=dt.datetime(2026, 1, 26, 11, 57, tzinfo=dt.UTC))
    found = ask(made(), asked(sunday, monday))
    (one,) = found.occasions
    assert one.day == dt.date(2026, 1, 26)
    assert [why for _, why in one.events] == ["Sunday 2026-01-25 has no session; the next", "before the open"]
    assert len(found.pairs) == 6
    text = table(found, made().sources, "2026-04-01")
    assert "us.rule [V2] 2026-01-25: A rule; 91 FR 1 (Sunday 2026-01-25 has no session; the next)" in text


def test_what_else_falls_into_the_window_is_named() -> None:
    """Others within it with their distance, reported moves apart, those beyond it and the event itself not."""
    own = given_on(DAY)
    near = Event("C052", "Asked", "claims", day=dt.date(2026, 1, 22))
    again = Event(own.id, "The same name on another day", "law", day=dt.date(2026, 1, 26))
    far = Event("C099", "Later", "claims", day=dt.date(2026, 1, 28))
    seen = Event("C078", "Up 2.3 % before the open", "claims", day=DAY, observed=True)
    found = ask(made(), asked(own, others=(own, near, again, far, seen)))
    (one,) = found.occasions
    assert [(event.id, offset) for event, offset in one.near] == [("C052", -1), (own.id, 1)]
    assert [(event.id, offset) for event, offset in one.observed] == [("C078", 0)]
    assert "reported beside the close (+0), a claim: C078" in table(found, (), "2026-04-01")


def test_what_cannot_be_measured_is_left_out_by_name() -> None:
    """No session in the prices, too few returns, a gap in the window, a price that never moves."""
    prices = made()
    place = int(np.searchsorted(prices.sessions, np.datetime64(DAY)))
    prices.values[0, :-80] = np.nan
    prices.values[1, place] = np.nan
    prices.values[2] = 50.0
    found = ask(prices, asked(given_on(DAY), given_on(dt.date(2026, 4, 6)), given_on(dt.date(2020, 1, 2))))
    why = {(one.what, one.ticker): one.why for one in found.left_out}
    assert why[("2026-04-06 (2026-04-06)", None)].startswith("its session lies outside the prices, 2024-09-03 to")
    assert ("2020-01-02 (2020-01-02)", None) in why
    assert "returns on sessions [-250, -30], 60 needed" in why[("2026-01-23", "A")]
    assert "a session of the window has no return" in why[("2026-01-23", "B")]
    assert "no return moves on sessions" in why[("2026-01-23", "C")]
    assert [pair.ticker for pair in found.pairs] == ["D", "E", "F"]
    day = next(group for group in found.groups if group.window == (0, 0))
    assert day.decided_by == "t"


def test_a_window_with_a_gap_leaves_the_others() -> None:
    """A gap after the event spoils the wide window and not the day's; the wide one says not known."""
    prices = made()
    place = int(np.searchsorted(prices.sessions, np.datetime64(DAY)))
    prices.values[0, place + 1] = np.nan
    found = ask(prices, asked(given_on(DAY)))
    one, wide = found.pairs[0].figures
    assert one.says == "inside normal daily noise"
    assert wide.says == "not known"
    assert np.isnan(wide.car)
    assert "A          [-1,+1]" in table(found, prices.sources, "2026-04-01")


def test_what_prices_do_not_tell_is_told() -> None:
    """Not adjusted, not told, gaps, days off, and what looks like a split."""
    prices = made(adjusted=None)
    prices.values[0, 200:] /= 10
    told = Prices(
        prices.tickers, prices.sessions, prices.values, prices.sources, (Gap("B", 4, ("2025-01-02",) * 3),), 3
    )
    remarks = "\n".join(ask(told, asked(given_on(DAY))).remarks)
    assert "Not told whether prices are adjusted for splits and dividends: made.csv" in remarks
    assert f"Looks like a split that prices are not adjusted for: A {prices.sessions[200]} (about 10 to 1)" in remarks
    assert "B 4 (2025-01-02, 2025-01-02, 2025-01-02 ...)" in remarks
    assert "3 prices stand on days without a session" in remarks
    assert "news of the companies was not looked at" in remarks
    assert "Prices not adjusted" in "\n".join(ask(made(adjusted=False), asked(given_on(DAY))).remarks)
    assert "split" not in "\n".join(ask(made(), asked(given_on(DAY))).remarks)


@pytest.mark.parametrize("model", ["mean", "market-adjusted"])
def test_other_models(model: str) -> None:
    """The mean needs no market; both find what was planted."""
    found = ask(made(effect=0.1), asked(given_on(DAY), model=model, market=None if model == "mean" else "M"))
    assert {pair.figures[0].says for pair in found.pairs} == {"beyond normal daily noise"}


def test_one_scale_for_all_currencies() -> None:
    """Prices times a number give the same study."""
    prices = made(effect=0.02)
    other = Prices(prices.tickers, prices.sessions, prices.values * 7.8, prices.sources, (), 0)
    one, two = (ask(each, asked(given_on(DAY))) for each in (prices, other))
    for a, b in zip(one.pairs, two.pairs, strict=True):
        assert a.figures[0].car == pytest.approx(b.figures[0].car)
        assert a.figures[1].p == pytest.approx(b.figures[1].p)
