"""`ecluse study`: did prices move more than noise when a rule or a report became known?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cli.common import day, formatting, known, law_option, say, say_json
from ecluse.dates import Known, day_of
from ecluse.errors import InputError, nearest

if TYPE_CHECKING:
    import argparse

    from ecluse.market.events import Event
    from ecluse.market.prices import Prices, Quotes
    from ecluse.market.sessions import Calendar
    from ecluse.market.study import Question, Study

MODELS = ("market", "mean", "market-adjusted")
EXTRA = "pip install 'ecluse[market]'"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    parser.add_argument(
        "--prices",
        action="append",
        required=True,
        metavar="FILE",
        help="closes as CSV or Parquet: long, wide, or one ticker a file (then FILE or TICKER=FILE); repeatable",
    )
    parser.add_argument(
        "--ticker", action="append", default=[], metavar="T", help="a share (default: all but the market)"
    )
    parser.add_argument("--market", metavar="M", help="the ticker that stands for the market")
    _events(parser)
    _measure(parser)
    reading = parser.add_argument_group("reading prices")
    reading.add_argument("--column", metavar="NAME", help="the column of prices, where a file has several")
    reading.add_argument("--adjusted", choices=("yes", "no"), help="are prices adjusted, where a file does not tell")
    reading.add_argument("--dates", choices=("dmy", "mdy"), help="how to read 01/02/2026")
    reading.add_argument("--decimal", choices=("point", "comma"), help="how to read 1,234")
    parser.add_argument(
        "--picture", type=Path, action="append", default=[], metavar="FILE", help=".svg or .png (repeatable)"
    )
    formatting(parser)
    parser.set_defaults(run=run)


def _events(parser: argparse.ArgumentParser) -> None:
    events = parser.add_argument_group("events")
    events.add_argument(
        "--event",
        type=known,
        action="append",
        default=[],
        metavar="DATE-OR-INSTANT",
        help="when it was known (repeatable)",
    )
    events.add_argument(
        "--from",
        choices=("law", "claims"),
        action="append",
        default=[],
        dest="origin",
        help="every event of these (repeatable)",
    )
    events.add_argument("--id", action="append", default=[], metavar="ID", help="one provision or claim (repeatable)")
    events.add_argument("--since", type=day, metavar="DATE", help="with --from: only events of that day or later")
    events.add_argument("--until", type=day, metavar="DATE", help="with --from: only events of that day or earlier")
    events.add_argument(
        "--known", type=known, metavar="DATE-OR-INSTANT", help="law and claims as known by then (default: now)"
    )
    events.add_argument(
        "--evidence",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="claims beside those shipped (repeatable)",
    )
    law_option(parser)


def _measure(parser: argparse.ArgumentParser) -> None:
    measure = parser.add_argument_group("measuring")
    measure.add_argument(
        "--calendar", default="XNYS", metavar="CODE", help="the exchange, such as XNYS or XHKG (default: XNYS)"
    )
    measure.add_argument("--model", choices=MODELS, default="market", help="what a share was to do (default: market)")
    measure.add_argument(
        "--estimation",
        type=int,
        nargs=2,
        default=(250, 30),
        metavar=("FROM", "TO"),
        help="sessions before the event on which the model is estimated (default: 250 30)",
    )
    measure.add_argument(
        "--window",
        type=int,
        nargs=2,
        action="append",
        metavar=("BEFORE", "AFTER"),
        help="sessions before and after the event's own, repeatable (default: 0 0 and 1 1)",
    )
    measure.add_argument(
        "--least", type=int, default=60, metavar="N", help="returns without which nothing is estimated"
    )
    measure.add_argument(
        "--level", type=float, default=0.95, metavar="L", help="of intervals and of noise (default: 0.95)"
    )


def run(options: argparse.Namespace) -> int:
    """Study; 1 where nothing could be measured."""
    _check(options)
    try:
        from ecluse.market import telling  # noqa: PLC0415
        from ecluse.market.study import study  # noqa: PLC0415

        by = options.known or Known(instant=dt.datetime.now(dt.UTC).replace(microsecond=0))
        prices, calendar = _prices(options, by)
    except ImportError as problem:
        raise _lacking(problem) from None
    found = study(prices, calendar, _question(options, prices, by))
    for path in options.picture:
        _draw(found, path, by)
    if options.format == "json":
        say_json(telling.data(found, prices.sources, str(by)))
    else:
        say(telling.table(found, prices.sources, str(by)))
    return 0 if found.pairs else 1


def _lacking(problem: ImportError) -> InputError:
    return InputError(f"the study needs the package {problem.name!r}, which is not installed: {EXTRA}.")


def _check(options: argparse.Namespace) -> None:
    """Refuse what cannot be asked, before anything is read."""
    start, end = options.estimation
    options.windows = tuple(dict.fromkeys(tuple(window) for window in options.window or ((0, 0), (1, 1))))
    before = max(window[0] for window in options.windows)
    if not (options.event or options.origin or options.id):
        why = "name an event: --event DATE-OR-INSTANT, --from law, --from claims or --id ID."
    elif options.model != "mean" and not options.market:
        why = f"the {options.model} model needs --market, the ticker that stands for the market; or use --model mean."
    elif any(part < 0 or part > 250 for window in options.windows for part in window):
        why = "--window takes two numbers of sessions from 0 to 250, before and after, such as --window 1 1."
    elif not 5000 >= start > end >= 1:
        why = "--estimation takes two numbers of sessions before the event, the farther first, such as 250 30."
    elif end <= before:
        why = f"--estimation must end before the window begins: more than {before} sessions before the event."
    elif not 10 <= options.least <= start - end + 1:
        why = f"--least takes a number from 10 to the {start - end + 1} sessions of --estimation."
    elif not 0.5 <= options.level < 1:
        why = "--level takes a share from 0.5 up to 1, such as 0.95."
    else:
        return
    raise InputError(why)


def _prices(options: argparse.Namespace, by: Known) -> tuple[Prices, Calendar]:
    """Read the prices; closes that were not known by then are no part of the study."""
    from ecluse.market import prices, sessions  # noqa: PLC0415

    wanted = prices.Wanted(
        column=options.column,
        adjusted=None if options.adjusted is None else options.adjusted == "yes",
        order=options.dates,
        decimal=options.decimal,
    )
    quotes: Quotes = prices.read(options.prices, sessions.zone_of(options.calendar), wanted)
    days = quotes.frame["day"]
    first, last = days.min(), days.max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        message = "the prices have no days."
        raise InputError(message)
    calendar = sessions.calendar(options.calendar, first, last)
    known = by.day if by.instant is None else calendar.closed_by(by.instant)
    if known is None or known < first:
        message = f"no close of the prices, {first} to {last}, was known by {by}; name a later --known."
        raise InputError(message)
    return prices.on_sessions(quotes, calendar.until(last), known if known < last else None), calendar


def _question(options: argparse.Namespace, prices: Prices, by: Known) -> Question:
    from ecluse.market.study import Question  # noqa: PLC0415

    for name in (*options.ticker, options.market):
        if name is not None and name not in prices.tickers:
            shown = ", ".join(prices.tickers[:8]) + (" ..." if len(prices.tickers) > 8 else "")
            message = f"no prices of {name!r}.{nearest(name, prices.tickers)} There are {shown}."
            raise InputError(message)
    asked = options.ticker or [name for name in prices.tickers if name != options.market]
    tickers = tuple(dict.fromkeys(asked))
    if options.market in tickers and options.model != "mean":
        message = f"{options.market!r} stands for the market; measured against itself it never moves. Ask for shares."
        raise InputError(message)
    if not tickers:
        message = f"no prices but those of the market, {options.market!r}; add a file with shares to study."
        raise InputError(message)
    events, others = _asked(options, by)
    return Question(
        tickers=tickers,
        market=options.market,
        events=events,
        others=others,
        model=options.model,
        estimation=tuple(options.estimation),
        least=options.least,
        windows=options.windows,
        level=options.level,
    )


def _asked(options: argparse.Namespace, by: Known) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """Give the events to study, and all that law and claims know, to be named where they fall near."""
    from ecluse import almanac  # noqa: PLC0415
    from ecluse.lock import build  # noqa: PLC0415
    from ecluse.market.events import Event  # noqa: PLC0415

    lock = build(tuple(options.law), tuple(options.evidence))
    law, claims = almanac.from_law(lock, by), almanac.from_claims(lock, by)
    chosen = [Event(str(one), "", "given", day=one.day, instant=one.instant) for one in options.event]
    wide = (law if "law" in options.origin else ()) + (claims if "claims" in options.origin else ())
    chosen += [event for event in wide if not event.observed and _within(event, options.since, options.until)]
    chosen += almanac.named(law + claims, options.id)
    return tuple(dict.fromkeys(chosen)), law + claims


def _within(event: Event, since: dt.date | None, until: dt.date | None) -> bool:
    on = event.day or (day_of(event.instant, "exporter") if event.instant else None)
    return on is not None and (since is None or since <= on) and (until is None or on <= until)


def _draw(found: Study, path: Path, by: Known) -> None:
    try:
        from ecluse.market.picture import draw  # noqa: PLC0415
    except ImportError as problem:
        raise _lacking(problem) from None
    draw(found, path, str(by))
