"""Time the study: 10,000 event-firm pairs, beside one regression a pair and beside another package."""

from __future__ import annotations

import datetime as dt
import logging
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy import stats

from ecluse.market.events import Event
from ecluse.market.model import Spec, cumulate, fit
from ecluse.market.prices import Prices, Source, on_sessions, read
from ecluse.market.sessions import calendar
from ecluse.market.significance import together
from ecluse.market.study import Question, study
from ecluse.market.telling import data, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecluse.market.sessions import Calendar

SHARES, EVENTS = 500, 20
FIRST, LAST = dt.date(2016, 1, 4), dt.date(2025, 12, 31)
RUNS = 3


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the median of some runs in seconds, and what came of the last."""
    times, result = [], None
    for _ in range(RUNS):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def panel() -> tuple[Calendar, Prices]:
    """Draw 500 shares and a market over ten years."""
    rng = np.random.default_rng(1)
    known = calendar("XNYS", FIRST, LAST)
    days = known.until(LAST)
    market = rng.normal(0.0003, 0.01, len(days))
    returns = rng.uniform(0.5, 1.8, SHARES)[:, None] * market + rng.normal(0, 0.02, (SHARES, len(days)))
    values = np.asarray(100 * np.cumprod(1 + np.vstack([returns, market]), axis=1), dtype=np.float64)
    names = (*(f"S{number:03}" for number in range(SHARES)), "ZMARKET")
    source = Source("made", "0" * 64, "wide", names[:8], True, len(days), 0)  # noqa: FBT003 - adjusted
    return known, Prices(names, days, values, (source,), (), 0)


def one_by_one(returns: np.ndarray, market: np.ndarray, firm: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Give the same CAR over [-1,+1] with one library regression a pair."""
    found = np.empty(len(firm))
    for row, (share, place) in enumerate(zip(firm, at, strict=True)):
        past, near = slice(place - 250, place - 29), slice(place - 1, place + 2)
        line = stats.linregress(market[past], returns[share, past])
        found[row] = (returns[share, near] - line.intercept - line.slope * market[near]).sum()
    return found


def main() -> None:
    """Measure and print."""
    known, prices = panel()
    names, days = prices.tickers[:SHARES], prices.sessions
    places = np.linspace(300, len(days) - 20, EVENTS).astype(np.intp)
    events = tuple(Event(str(days[place]), "", "given", day=days[place].item()) for place in places)
    question = Question(tickers=names, market="ZMARKET", events=events)
    print(f"{SHARES * EVENTS:,} pairs: {SHARES} shares, {EVENTS} events, two windows, median of {RUNS} runs")
    whole, found = timed(lambda: study(prices, known, question))
    assert len(found.pairs) == SHARES * EVENTS  # noqa: S101 - what is timed is what was asked
    print(f"  whole study, all tests, every pair and group as records   {whole:7.2f} s")
    for name, tell in (("data for JSON", data), ("a table", table)):
        took, _ = timed(lambda tell=tell: tell(found, (), "2026-01-01"))  # type: ignore[misc]
        print(f"  told as {name:49} {took:7.2f} s")

    returns, market = prices.returns()[:SHARES], prices.returns()[SHARES]
    firm, at = np.tile(np.arange(SHARES), EVENTS), np.repeat(places, SHARES)
    base, sums = timed(lambda: cumulate(fit(returns, market, firm, at, Spec()), (1, 1)))
    slow, cars = timed(lambda: one_by_one(returns, market, firm, at))
    print(f"  market model and CAR [-1,+1] alone                        {base:7.2f} s")
    print(f"  the same, one scipy regression a pair                     {slow:7.2f} s, {slow / base:.0f} times ours")
    print(f"    largest difference {np.abs(cars - sums.car).max():.1e}")
    peer(returns, market, int(places[5]))
    files(prices)


def peer(returns: np.ndarray, market: np.ndarray, place: int) -> None:
    """Time Kolari-Pynnonen on one event beside `eventstudystatistics`, which is given our residuals."""
    try:
        import eventstudystatistics as other
    except ImportError:
        print("  SKIPPED eventstudystatistics: not installed")
        return
    logging.getLogger().setLevel(logging.WARNING)
    rows = np.arange(len(returns))
    fits = fit(returns, market, rows, np.full(len(rows), place), Spec())
    sums = cumulate(fits, (1, 1))
    size = np.sqrt((fits.residuals**2).sum(axis=1, keepdims=True))
    past, near = market[place - 250 : place - 29], market[place - 1 : place + 2]
    given = (fits.abnormal / size, fits.residuals / size, np.tile(past, (len(rows), 1)), np.tile(near, (len(rows), 1)))
    ours, mine = timed(lambda: together(fits, sums, rows))
    theirs, yours = timed(lambda: other.adjBMP(*given, [0, 2]))
    statistic = next(test.statistic for test in mine.tests if test.name == "kolari_pynnonen")
    print(f"  one event, {len(rows)} shares: our six tests                       {ours:7.4f} s ({statistic:.6f})")
    value = float(np.squeeze(yours.statistic))
    told = f"{theirs:7.4f} s ({value:.6f}), {theirs / ours:.0f} times ours"
    print(f"  eventstudystatistics, Kolari-Pynnonen alone               {told}")


def files(prices: Prices) -> None:
    """Time reading the panel as CSV and as Parquet, long."""
    import tempfile
    from pathlib import Path

    wide = pl.DataFrame({"date": prices.sessions} | dict(zip(prices.tickers, prices.values, strict=True)))
    long = wide.unpivot(index="date", variable_name="ticker", value_name="close")
    with tempfile.TemporaryDirectory() as folder:
        csv, parquet = Path(folder) / "long.csv", Path(folder) / "long.parquet"
        long.write_csv(csv)
        long.write_parquet(parquet)
        for path in (csv, parquet):
            took, quotes = timed(lambda path=path: read([str(path)], "America/New_York"))  # type: ignore[misc]
            laid = timed(lambda quotes=quotes: on_sessions(quotes, prices.sessions))[0]  # type: ignore[misc]
            size = path.stat().st_size / 1e6
            print(f"  reading {len(long):,} prices, long {path.suffix:8} ({size:.0f} MB)      {took + laid:7.2f} s")


if __name__ == "__main__":
    main()
