"""A study told as a table, and as data."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecluse.market.events import Event
    from ecluse.market.prices import Source
    from ecluse.market.study import Figure, Group, Occasion, Pair, Study

NAMES = {
    "t": "t (Brown-Warner)",
    "patell": "Patell",
    "bmp": "Boehmer-Musumeci-Poulsen",
    "kolari_pynnonen": "Kolari-Pynnonen",
    "corrado_rank": "Corrado rank",
    "generalised_sign": "generalised sign",
}
HEAD = f"  {'share':10} {'window':9} {'abnormal':>9} {'noise':>9} {'t':>6} {'p':>6} {'held':>9}  says"
WIDTH, LONGEST = 110, 120
# Occasions told one by one before a text only counts the rest; data has them all.
MOST = 40


def span(window: tuple[int, int]) -> str:
    """Write a window as sessions from the event's own: [-1,+1]."""
    return f"[{-window[0]:d},{window[1]:+d}]".replace("+0", "0")


def table(study: Study, sources: Sequence[Source], known: str) -> str:
    """Tell a study as text."""
    question = study.question
    against = f" against {question.market}" if question.market else ""
    start, end = question.estimation
    lines = [
        (
            f"STUDY of {_many(len(study.occasions), 'session')} with news and {_many(len(question.tickers), 'share')}: "
            f"{question.model} model{against}, estimated on sessions [-{start},-{end}] of {study.calendar}"
        ),
        f"as known {known}; prices {study.first} to {study.last}, {_many(_age(study.last, known), 'day')} old",
        *(f"  prices: {one.name} ({one.layout}; {_adjusted(one)}; sha256 {one.digest[:12]})" for one in sources),
    ]
    pairs: dict[object, list[Pair]] = {}
    for pair in study.pairs:
        pairs.setdefault(pair.day, []).append(pair)
    for one in study.occasions[:MOST]:
        lines += ["", *_occasion(one, pairs.get(one.day, []), [row for row in study.groups if row.day == one.day])]
    if len(study.occasions) > MOST:
        lines += ["", f"and {len(study.occasions) - MOST} sessions more; --format json has them all."]
    whole = [row for row in study.groups if row.day is None]
    if whole:
        lines += ["", "ALL SESSIONS TOGETHER", *(line for row in whole for line in _group(row))]
    if study.left_out:
        lines += ["", "LEFT OUT", *_left_out(study)]
    lines += ["", *(line for remark in study.remarks for line in _wrapped(f"- {remark}", "  "))]
    reach = f"{question.level:.0%}"
    lines += [
        "",
        *_wrapped(
            f"noise: how far a normal window strays either way, {reach} of the time. held: bought before the window "
            "and held through it, less the model's return. p: how often noise alone does as much. It informs; it is "
            "no advice to trade.",
            "",
        ),
    ]
    return "\n".join(lines) + "\n"


def _occasion(one: Occasion, pairs: Sequence[Pair], groups: Sequence[Group]) -> Iterator[str]:
    yield from _news(one)
    if one.observed and pairs:
        moves = [f"{pair.ticker} {pair.close_move:+.2%}" for pair in pairs]
        more = f" and {len(moves) - 8} more" if len(moves) > 8 else ""
        yield from _wrapped(f"closes of that session: {', '.join(moves[:8])}{more}", "  ")
    if pairs:
        yield HEAD
    for pair in pairs:
        for figure in pair.figures:
            yield _row(pair.ticker, figure)
    for group in groups:
        yield from _group(group)


def _left_out(study: Study) -> Iterator[str]:
    """Name what was left out, by reason."""
    reasons: dict[str, list[str]] = {}
    for one in study.left_out:
        reasons.setdefault(one.why, []).append(f"{one.what} {one.ticker}" if one.ticker else one.what)
    for why, names in reasons.items():
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        yield from _wrapped(f"{', '.join(names[:6])}{more}: {why}", "  ")


def _news(one: Occasion) -> Iterator[str]:
    """Say what became known for a session, what else falls near it, and which moves were reported."""
    yield f"{one.day:%Y-%m-%d %A}"
    for event, why in one.events[:6]:
        yield from _wrapped(f"{_named(event)} ({why})", "  ")
    if len(one.events) > 6:
        yield f"  and {len(one.events) - 6} more of that session"
    if one.near:
        yield "  also in the window:"
        for event, offset in one.near[:8]:
            yield from _wrapped(f"{offset:+d} {_named(event)}", "    ")
        if len(one.near) > 8:
            yield f"    and {len(one.near) - 8} more"
    for event, offset in one.observed:
        yield from _wrapped(f"reported beside the close ({offset:+d}), a claim: {_named(event)}", "  ")


def _named(event: Event) -> str:
    level = f" [{event.level}]" if event.level else ""
    cite = f"; {event.cite[0]}" if event.cite else ""
    title = f": {textwrap.shorten(event.title, LONGEST, placeholder=' ...')}" if event.title else ""
    return f"{event.id}{level} {event.at}{title}{cite}" if event.id != event.at else f"{event.at}{title}"


def _row(name: str, one: Figure) -> str:
    if math.isnan(one.car):
        return f"  {name:10} {span(one.window):9} {'':>9} {'':>9} {'':>6} {'':>6} {'':>9}  not known"
    noise = (one.high - one.low) / 2
    return (
        f"  {name:10} {span(one.window):9} {one.car:+9.2%} {noise:9.2%} {one.t:6.2f} {_p(one.p):>6} {one.bhar:+9.2%}"
        f"  {one.says}"
    )


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _group(group: Group) -> Iterator[str]:
    one = group.result
    yield (
        f"  together {span(group.window)}, {one.pairs} pairs: average {one.caar:+.2%} "
        f"({one.low:+.2%} to {one.high:+.2%}), held {one.bhar:+.2%}: {group.says}"
    )
    told = [
        f"{NAMES[test.name]} {test.statistic:.2f} (p {_p(test.p)})"
        for test in one.tests
        if test.statistic is not None and test.p is not None
    ]
    yield from _wrapped(
        f"{', '.join(told)}; shares' mean correlation {one.correlation:+.2f}; {NAMES[group.decided_by]} decides", "    "
    )


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _adjusted(one: Source) -> str:
    return {True: "adjusted", False: "not adjusted", None: "not told whether adjusted"}[one.adjusted]


def _age(day: dt.date, known: str) -> int:
    """Give the days from a day to that of knowledge."""
    return max((dt.date.fromisoformat(known[:10]) - day).days, 0)


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def data(study: Study, sources: Sequence[Source], known: str) -> dict[str, object]:
    """Give a study as data: returns are fractions, p two-sided, windows [first, last] session from the event's."""
    question = study.question
    start, end = question.estimation
    return {
        "known": known,
        "calendar": study.calendar,
        "model": question.model,
        "market": question.market,
        "tickers": list(question.tickers),
        "estimation": {"window": [-start, -end], "least": question.least},
        "level": question.level,
        "prices": {
            "first": study.first.isoformat(),
            "last": study.last.isoformat(),
            "age_days": _age(study.last, known),
            "sources": [_source(one) for one in sources],
        },
        "sessions": [_occasion_data(one, known) for one in study.occasions],
        "pairs": [_pair(one) for one in study.pairs],
        "together": [_group_data(one) for one in study.groups],
        "left_out": [{"what": one.what, "ticker": one.ticker, "why": one.why} for one in study.left_out],
        "remarks": list(study.remarks),
    }


def _source(one: Source) -> dict[str, object]:
    adjusted = {True: "yes", False: "no", None: "unknown"}[one.adjusted]
    return {
        "name": one.name,
        "sha256": one.digest,
        "layout": one.layout,
        "columns": list(one.columns),
        "adjusted": adjusted,
        "rows": one.rows,
        "empty": one.empty,
    }


def _occasion_data(one: Occasion, known: str) -> dict[str, object]:
    return {
        "session": one.day.isoformat(),
        "events": [_event(event, known) | {"why": why} for event, why in one.events],
        "also_in_window": [_event(event, known) | {"offset": offset} for event, offset in one.near],
        "reported_moves": [_event(event, known) | {"offset": offset} for event, offset in one.observed],
    }


def _event(one: Event, known: str) -> dict[str, object]:
    return {
        "id": one.id,
        "from": one.source,
        "at": one.at,
        "age_days": _age(dt.date.fromisoformat(one.at[:10]), known),
        "title": one.title,
        "level": one.level,
        "cite": list(one.cite),
    }


def _window(window: tuple[int, int]) -> list[int]:
    return [-window[0], window[1]]


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 8)


def _pair(one: Pair) -> dict[str, object]:
    return {
        "session": one.day.isoformat(),
        "ticker": one.ticker,
        "returns_used": one.count,
        "alpha": _number(one.alpha),
        "beta": _number(one.beta),
        "sigma": _number(one.sigma),
        "close_move": _number(one.close_move),
        "abnormal": [{"offset": offset, "ar": _number(value)} for offset, value in one.abnormal],
        "windows": [
            {
                "window": _window(row.window),
                "car": _number(row.car),
                "error": _number(row.error),
                "low": _number(row.low),
                "high": _number(row.high),
                "t": _number(row.t),
                "freedom": one.freedom,
                "p": _number(row.p),
                "p_among": _number(row.p_among),
                "bhar": _number(row.bhar),
                "says": row.says,
            }
            for row in one.figures
        ],
    }


def _group_data(group: Group) -> dict[str, object]:
    one = group.result
    return {
        "session": None if group.day is None else group.day.isoformat(),
        "window": _window(group.window),
        "pairs": one.pairs,
        "caar": _number(one.caar),
        "error": _number(one.error),
        "low": _number(one.low),
        "high": _number(one.high),
        "bhar": _number(one.bhar),
        "correlation": _number(one.correlation),
        "tests": [
            {"test": test.name, "statistic": _number(test.statistic), "freedom": test.freedom, "p": _number(test.p)}
            for test in one.tests
        ],
        "decided_by": group.decided_by,
        "says": group.says,
    }
