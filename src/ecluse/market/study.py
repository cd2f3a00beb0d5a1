"""The study: every event laid on its session, every pair measured, alone and together."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ecluse.market.model import Spec, cumulate, fit
from ecluse.market.sessions import of_day, of_instant
from ecluse.market.significance import FEWEST, critical, holm, together, two_sided

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from ecluse.market.events import Event
    from ecluse.market.model import Fits, Sums
    from ecluse.market.prices import Prices
    from ecluse.market.sessions import Calendar, Session
    from ecluse.market.significance import Together

INSIDE, BEYOND = "inside normal {}noise", "beyond normal {}noise"
AMONG = "beyond normal {}noise alone, not among the {} looked at"
TOO_LITTLE = "not known"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which events on which shares, against which market, over which windows.

    A window (b, a) is the sessions [-b, +a] around the event's own. `others` are events that are
    named where they fall into a window, and never studied. `level` is that of intervals and of noise.
    """

    tickers: tuple[str, ...]
    market: str | None
    events: tuple[Event, ...]
    others: tuple[Event, ...] = ()
    model: str = "market"
    estimation: tuple[int, int] = (250, 30)
    least: int = 60
    windows: tuple[tuple[int, int], ...] = ((0, 0), (1, 1))
    level: float = 0.95

    @property
    def spec(self) -> Spec:
        """What the model has to give."""
        span = (max(before for before, _ in self.windows), max(after for _, after in self.windows))
        return Spec(self.model, *self.estimation, span, self.least)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A session with all that became known for it, and what else falls near it."""

    place: int
    day: dt.date
    events: tuple[tuple[Event, str], ...]
    near: tuple[tuple[Event, int], ...] = ()
    observed: tuple[tuple[Event, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One pair over one window: CAR, its error and interval, t, p alone and among all looked at, BHAR."""

    window: tuple[int, int]
    car: float
    error: float
    t: float
    p: float
    p_among: float
    low: float
    high: float
    bhar: float
    says: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One share on one occasion: the fit, the abnormal returns by session offset, the figures by window."""

    day: dt.date
    ticker: str
    count: int
    freedom: int
    alpha: float
    beta: float
    sigma: float
    abnormal: tuple[tuple[int, float], ...]
    close_move: float
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Several pairs over one window: of one occasion (`day`), or of all (None)."""

    day: dt.date | None
    window: tuple[int, int]
    result: Together
    decided_by: str
    says: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What could not be studied, and why."""

    what: str
    ticker: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Study:
    """The answer, with what it rests on."""

    question: Question
    calendar: str
    first: dt.date
    last: dt.date
    occasions: tuple[Occasion, ...]
    pairs: tuple[Pair, ...]
    groups: tuple[Group, ...]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...] = field(default=())


def study(prices: Prices, known: Calendar, question: Question) -> Study:
    """Measure. What cannot be measured is left out by name, never guessed."""
    occasions, out = _occasions(prices, known, question)
    rows = {name: row for row, name in enumerate(prices.tickers)}
    returns = prices.returns()
    market = returns[rows[question.market]] if question.market else None
    asked = np.array([rows[name] for name in question.tickers], dtype=np.intp)
    firm = np.tile(asked, len(occasions))
    at = np.repeat(np.array([one.place for one in occasions], dtype=np.intp), len(asked))
    fits = fit(returns, market, firm, at, question.spec)
    sums = [cumulate(fits, window) for window in question.windows]
    which = np.repeat(np.arange(len(occasions)), len(asked))
    pairs = tuple(_pairs(prices, question, occasions, fits, sums, which, firm))
    out += _left_out(prices, question, occasions, fits, sums, which, firm)
    return Study(
        question=question,
        calendar=known.name,
        first=prices.sessions[0].item(),
        last=prices.sessions[-1].item(),
        occasions=occasions,
        pairs=pairs,
        groups=tuple(_groups(question, occasions, fits, sums, which)),
        left_out=tuple(out),
        remarks=tuple(_remarks(prices, question, occasions, pairs)),
    )


def placed(event: Event, known: Calendar) -> Session | None:
    """Give the session of an event; None where the calendar has none."""
    if event.instant is not None:
        return of_instant(event.instant, known)
    return None if event.day is None else of_day(event.day, known)


def _occasions(prices: Prices, known: Calendar, question: Question) -> tuple[tuple[Occasion, ...], list[LeftOut]]:
    """Lay events on sessions, those of one session together, and name what else falls near them."""
    before, after = question.spec.span
    found: dict[int, list[tuple[Event, str]]] = {}
    days: dict[int, dt.date] = {}
    out: list[LeftOut] = []
    for event in question.events:
        session = placed(event, known)
        if session is None or session.place >= len(prices.sessions):
            why = f"its session lies outside the prices, {prices.sessions[0]} to {prices.sessions[-1]}"
            out.append(LeftOut(f"{event.id} ({event.at})", None, why))
        else:
            days[session.place] = session.day
            found.setdefault(session.place, []).append((event, session.why))
    others = [(event, session.place) for event in question.others if (session := placed(event, known))]
    occasions = []
    for place in sorted(found):
        own = {event for event, _ in found[place]}
        near = [(event, where - place) for event, where in others if -before <= where - place <= after]
        near = sorted((row for row in near if row[0] not in own), key=lambda row: row[1])
        quiet = tuple(row for row in near if not row[0].observed)
        seen = tuple(row for row in near if row[0].observed)
        occasions.append(Occasion(place, days[place], tuple(found[place]), quiet, seen))
    return tuple(occasions), out


def _pairs(
    prices: Prices,
    question: Question,
    occasions: Sequence[Occasion],
    fits: Fits,
    sums: Sequence[Sums],
    which: np.ndarray,
    firm: np.ndarray,
) -> Iterator[Pair]:
    """Give every pair that has a figure in some window."""
    freedom = fits.freedom.astype(float)
    reach = critical(question.level, np.maximum(freedom, 1))
    p = [two_sided(one.standardised, freedom) for one in sums]
    among = [holm(one) for one in p]
    looked_at = [int((~np.isnan(one)).sum()) for one in p]
    before, after = question.spec.span
    abnormal = fits.abnormal
    for row in np.flatnonzero(~np.isnan(np.stack([one.car for one in sums])).all(axis=0) & ~np.isnan(fits.sigma)):
        figures = []
        for one, alone, many, looked in zip(sums, p, among, looked_at, strict=True):
            car, error, sure = float(one.car[row]), float(one.error[row]), float(reach[row])
            figures.append(
                Figure(
                    window=one.window,
                    car=car,
                    error=error,
                    t=car / error,
                    p=float(alone[row]),
                    p_among=float(many[row]),
                    low=car - sure * error,
                    high=car + sure * error,
                    bhar=float(one.bhar[row]),
                    says=_says(float(alone[row]), float(many[row]), one.window, question.level, looked),
                )
            )
        yield Pair(
            day=occasions[which[row]].day,
            ticker=prices.tickers[firm[row]],
            count=int(fits.count[row]),
            freedom=int(fits.freedom[row]),
            alpha=float(fits.alpha[row]),
            beta=float(fits.beta[row]),
            sigma=float(fits.sigma[row]),
            abnormal=tuple(zip(range(-before, after + 1), abnormal[row].tolist(), strict=True)),
            close_move=float(fits.actual[row, before]),
            figures=tuple(figures),
        )


def _says(p: float, among: float, window: tuple[int, int], level: float, many: int) -> str:
    """Say in words what p says: inside noise unless it is beyond it, and then whether among all looked at."""
    daily = "daily " if window == (0, 0) else ""
    if math.isnan(p):
        return TOO_LITTLE
    if p >= 1 - level:
        return INSIDE.format(daily)
    return BEYOND.format(daily) if among < 1 - level else AMONG.format(daily, many)


def _groups(
    question: Question, occasions: Sequence[Occasion], fits: Fits, sums: Sequence[Sums], which: np.ndarray
) -> Iterator[Group]:
    """Test the shares of each occasion together, and all pairs together where occasions are several."""
    sets: list[tuple[dt.date | None, np.ndarray]] = [
        (one.day, np.flatnonzero(which == place)) for place, one in enumerate(occasions)
    ]
    if len(occasions) > 1:
        sets.append((None, np.arange(len(which))))
    for one in sums:
        results = [(day, found) for day, rows in sets if (found := together(fits, one, rows, question.level))]
        p = np.array([np.nan if day is None else _deciding(found)[1] for day, found in results])
        among, looked = holm(p), int((~np.isnan(p)).sum())
        for place, (day, found) in enumerate(results):
            name, alone = _deciding(found)
            many = alone if day is None else float(among[place])
            yield Group(day, one.window, found, name, _says(alone, many, one.window, question.level, looked))


def _deciding(found: Together) -> tuple[str, float]:
    """Give the test that decides and its p: below five pairs only the average's own past can tell."""
    name = "kolari_pynnonen" if found.pairs >= FEWEST else "t"
    p = next(test.p for test in found.tests if test.name == name)
    return name, math.nan if p is None else p


def _left_out(
    prices: Prices,
    question: Question,
    occasions: Sequence[Occasion],
    fits: Fits,
    sums: Sequence[Sums],
    which: np.ndarray,
    firm: np.ndarray,
) -> list[LeftOut]:
    lacking = np.isnan(np.stack([one.car for one in sums])).any(axis=0) | np.isnan(fits.sigma)
    found = []
    for row in np.flatnonzero(lacking):
        start, end = question.estimation
        if fits.count[row] < question.least:
            why = f"{fits.count[row]} returns on sessions [-{start}, -{end}], {question.least} needed"
        elif np.isnan(fits.sigma[row]):
            why = f"no return moves on sessions [-{start}, -{end}], so there is no noise to measure by"
        else:
            why = "a session of the window has no return (a gap in the prices, or their end)"
        found.append(LeftOut(str(occasions[which[row]].day), prices.tickers[firm[row]], why))
    return found


def _remarks(prices: Prices, question: Question, occasions: Sequence[Occasion], pairs: Sequence[Pair]) -> Iterator[str]:
    untold = [source.name for source in prices.sources if source.adjusted is None]
    unadjusted = [source.name for source in prices.sources if source.adjusted is False]
    if untold:
        yield f"Not told whether prices are adjusted for splits and dividends: {_few(untold)} (--adjusted tells)."
    if unadjusted:
        yield f"Prices not adjusted for splits and dividends: {_few(unadjusted)}."
    used = {*question.tickers, question.market}
    if gaps := [gap for gap in prices.gaps if gap.ticker in used]:
        told = [
            f"{gap.ticker} {gap.missing} ({', '.join(gap.first)}{' ...' if gap.missing > 3 else ''})" for gap in gaps
        ]
        yield f"Sessions without a price, whose returns are left out: {_few(told)}."
    if prices.unknown:
        yield f"{prices.unknown} prices are of later days than what was known, and are left out."
    if prices.off_session:
        yield f"{prices.off_session} prices stand on days without a session and are left out."
    if splits := list(_splits(prices, used)):
        yield f"Looks like a split that prices are not adjusted for: {_few(splits)}."
    crowded = [one.day for one, two in pairwise(occasions) if two.place - one.place <= sum(question.spec.span)]
    if crowded:
        yield f"Windows of events overlap, first from {crowded[0]}: a move in both is counted twice."
    if len(pairs) > 1:
        chance = len(pairs) * (1 - question.level)
        yield f"Of {len(pairs)} pairs in one window about {chance:.1f} stand out by chance alone."
    yield "A move beside an event is no move by it: news of the companies was not looked at."


def _splits(prices: Prices, used: set[str | None]) -> Iterator[str]:
    if all(source.adjusted for source in prices.sources):
        return
    for name, values in zip(prices.tickers, prices.values, strict=True):
        if name in used:
            with np.errstate(invalid="ignore"):
                ratio = values[1:] / values[:-1]
                size = np.maximum(ratio, 1 / ratio)
                whole = np.round(size)
                found = np.flatnonzero((whole >= 2) & (np.abs(size / whole - 1) < 0.07))
            yield from (f"{name} {prices.sessions[place + 1]} (about {whole[place]:.0f} to 1)" for place in found[:3])


def _few(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
