"""`ecluse desk authorise|reserve|ship|void|tally|correct|balance`: limits, and what is drawn on them."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.cli.common import known as known_option
from ecluse.cli.common import say, say_json
from ecluse.cli.desk_verbs.common import REFUSED_EXIT, asked, name_of, opened, refused, table, verb, who
from ecluse.errors import InputError
from ecluse.reading import read_text

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from ecluse.desk.door import Answer, Desk

_SPAN = re.compile(r"(\d{1,6})([smhd])\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def arguments(verbs: Any) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the verbs."""
    authorise = verb(verbs, "authorise", "take papers and caps into the book, or change them", authorised, writes=True)
    authorise.add_argument(
        "file", nargs="?", metavar="FILE", help="a .toml file of [[paper]], [[cap]], [[domestic]], [[limit]]"
    )
    authorise.add_argument(
        "--fix", metavar="ACCOUNT=FIGURE", help="fix the limit of an account; an empty figure opens it"
    )
    authorise.add_argument("--ratio", metavar="ID=A/B", help="fix a ratio: at most A/B of the base; empty opens it")
    authorise.add_argument("--status", metavar="ID=STATUS", help="applied, granted, suspended or revoked")
    authorise.add_argument("--until", metavar="DATE", help="with --status: the paper's last day")
    authorise.add_argument("--reason", help="why it changes")
    reserve = verb(
        verbs, "reserve", "set a quantity of a released line aside on all its accounts", reserved, writes=True
    )
    reserve.add_argument("line", metavar="LINE")
    reserve.add_argument("--quantity", type=int, required=True, metavar="N")
    reserve.add_argument(
        "--using", action="append", default=[], metavar="PAPER", help="a paper it draws on (repeatable)"
    )
    reserve.add_argument(
        "--for", dest="span", metavar="SPAN", help="how long it holds: 90m, 48h, 14d (default: until ended)"
    )
    ship = verb(verbs, "ship", "draw a hold for good, all or part; the rest goes back", shipped, writes=True)
    ship.add_argument("hold", metavar="HOLD", help="the id of the reservation")
    ship.add_argument("--quantity", type=int, metavar="N", help="default: all of it")
    void = verb(verbs, "void", "give a hold back", voided, writes=True)
    void.add_argument("hold", metavar="HOLD")
    void.add_argument("--reason")
    tally = verb(verbs, "tally", "count what took place on accounts without a limit", tallied, writes=True)
    tally.add_argument(
        "amounts", nargs="+", metavar="ACCOUNT=FIGURE", help="pieces, dollars, or TPP, as the account counts"
    )
    tally.add_argument("--reason", required=True)
    correct = verb(
        verbs,
        "correct",
        "write down returns and miscounts: facts are never refused for a limit",
        corrected,
        writes=True,
    )
    correct.add_argument("amounts", nargs="+", metavar="ACCOUNT=FIGURE", help="what is added or, with -, taken away")
    correct.add_argument("--reason", required=True)
    balance = verb(verbs, "balance", "what is reserved, drawn and left, now or at any moment; and alerts", balances)
    balance.add_argument("account", nargs="?", metavar="ACCOUNT", help="an account, or a pattern with %%")
    balance.add_argument(
        "--when", type=known_option, metavar="DATE-OR-INSTANT", help="as it stood then (a day: at its end)"
    )
    balance.add_argument(
        "--known", type=known_option, metavar="DATE-OR-INSTANT", help="of what was written down by then"
    )


def figure_in(text: str, unit: str, place: str) -> int:
    """Read a figure in an account's unit: pieces, dollars with cents, TPP. Raises InputError."""
    try:
        number = Decimal(text.replace(",", "").replace("_", ""))
        amount = number * {"piece": 1, "usd_cent": 100, "mtpp": 1000}[unit]
        if amount == amount.to_integral_value():
            return int(amount)
    except ArithmeticError:
        pass
    message = f"{place}: {text!r} is no figure of an account in {unit}."
    raise InputError(message)


def _units(desk: Desk) -> dict[str, str]:
    return {str(name): str(unit) for name, unit in desk.rows("SELECT name, unit FROM account")}


def _amounts(desk: Desk, words: list[str]) -> dict[str, int]:
    units, found = _units(desk), {}
    for word in words:
        name, equals, text = word.rpartition("=")
        if not equals:
            message = f"{word}: expected ACCOUNT=FIGURE."
            raise InputError(message)
        found[name] = figure_in(text, units.get(name, "piece"), name)
    return found


def authorised(options: argparse.Namespace) -> int:
    """Take papers in, or change one."""
    from ecluse.desk.intake import requests  # noqa: PLC0415

    changes = [one for one in (options.file, options.fix, options.ratio, options.status) if one is not None]
    if len(changes) != 1:
        message = "authorise: one of FILE, --fix, --ratio, --status is expected."
        raise InputError(message)
    with opened(options) as desk:
        if options.file is None:
            return asked(options, desk, _change(options, desk), _changed)
        text = read_text(Path(options.file), InputError)
        answers = desk.ask(*requests(text, options.file, who(options), name_of(options, "paper")))
        if options.format == "json":
            say_json(answers)
        else:
            for answer in answers:
                say(f"Taken in: {', '.join(answer['accounts'])}" if answer["ok"] else refused(desk, answer))
    return 0 if all(answer["ok"] for answer in answers) else REFUSED_EXIT


def _change(options: argparse.Namespace, desk: Desk) -> Any:  # noqa: ANN401 - a Request
    from ecluse.desk.requests import make  # noqa: PLC0415

    name, by = name_of(options, "change"), who(options)
    word = options.fix or options.ratio or options.status
    key, equals, value = word.rpartition("=")
    if not equals:
        message = f"{word}: expected NAME=VALUE."
        raise InputError(message)
    if not options.reason:
        message = "authorise: a change takes a --reason."
        raise InputError(message)
    if options.fix:
        cap = figure_in(value, _units(desk).get(key, "piece"), key) if value else None
        return make("limit", name, by, account=key, cap=cap, reason=options.reason)
    if options.ratio:
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", value) if value else None
        if value and not found:
            message = f"--ratio {word}: expected a fraction such as 1/2, or nothing."
            raise InputError(message)
        k_num, k_den = (int(found[1]), int(found[2])) if found else (None, None)
        return make("ratio", name, by, ratio=key, k_num=k_num, k_den=k_den, reason=options.reason)
    return make("status", name, by, instrument=key, status=value, valid_to=options.until, reason=options.reason)


def _changed(answer: Answer) -> str:
    end = " It is breached by what is reserved and drawn already." if answer.get("breached") else ""
    return f"Changed.{end}"


def reserved(options: argparse.Namespace) -> int:
    """Reserve a quantity of a line."""
    from ecluse.counter import draws, entry_of  # noqa: PLC0415
    from ecluse.desk.requests import make  # noqa: PLC0415

    name = name_of(options, "reserve")
    with opened(options) as desk:
        entry = entry_of(desk, options.line)
        amounts = draws(desk, entry, options.quantity, options.using)
        request = make(
            "reserve",
            name,
            who(options),
            line=options.line,
            quantity=options.quantity,
            draws=amounts,
            seconds=_span(options.span),
            decision=entry.decision,
        )
        return asked(options, desk, request, lambda answer: _held(name, answer, amounts))


def _span(text: str | None) -> int | None:
    if text is None:
        return None
    found = _SPAN.match(text)
    if not found:
        message = f"--for {text}: expected a number with s, m, h or d, such as 48h."
        raise InputError(message)
    return int(found[1]) * _SECONDS[found[2]]


def _held(name: str, answer: Answer, amounts: dict[str, int]) -> str:
    from ecluse.desk.reads import instant  # noqa: PLC0415

    until = "until it is shipped or given back" if answer["until"] is None else f"until {instant(answer['until'])}"
    return f"Reserved as {name} on {', '.join(sorted(amounts))}, {until}."


def shipped(options: argparse.Namespace) -> int:
    """Draw a hold."""
    from ecluse.desk.requests import make  # noqa: PLC0415

    request = make("post", name_of(options, "ship"), who(options), reservation=options.hold, quantity=options.quantity)
    with opened(options) as desk:
        return asked(options, desk, request, lambda _: f"Shipped from {options.hold}.")


def voided(options: argparse.Namespace) -> int:
    """Give a hold back."""
    from ecluse.desk.requests import make  # noqa: PLC0415

    request = make("void", name_of(options, "void"), who(options), reservation=options.hold, reason=options.reason)
    with opened(options) as desk:
        return asked(options, desk, request, lambda _: f"Given back: {options.hold}.")


def tallied(options: argparse.Namespace) -> int:
    """Count on accounts without a limit."""
    return _facts(options, "tally")


def corrected(options: argparse.Namespace) -> int:
    """Correct what was drawn."""
    return _facts(options, "correct")


def _facts(options: argparse.Namespace, do: str) -> int:
    from ecluse.desk.requests import make  # noqa: PLC0415

    with opened(options) as desk:
        amounts = _amounts(desk, options.amounts)
        request = make(do, name_of(options, do), who(options), amounts=amounts, reason=options.reason)
        return asked(options, desk, request, _written)


def _written(answer: Answer) -> str:
    if not answer["breached"]:
        return "Written down."
    names = ", ".join(answer["breached"])
    return f"Written down. BREACHED: {names}. Nothing new is reserved there until facts or papers change."


def moment(given: Any) -> int | None:  # noqa: ANN401 - a Known
    """Give a day's end, at the exporter's gate, or an instant, in microseconds."""
    if given is None:
        return None
    found: dt.datetime = given.at("exporter")
    return int(found.timestamp() * 1_000_000) - (1 if given.instant is None else 0)


def balances(options: argparse.Namespace) -> int:
    """Tell balances and alerts."""
    from ecluse.desk import reads  # noqa: PLC0415
    from ecluse.desk.words import UNITS, figure  # noqa: PLC0415

    with opened(options) as desk:
        rows = reads.balances(desk, moment(options.when), moment(options.known), options.account)
        warned = reads.alerts(desk) if options.when is None and options.known is None else []
        now = reads.instant(desk.now())
    if options.format == "json":
        say_json({"at": str(options.when or now), "balances": [one._asdict() for one in rows],
                  "alerts": [one._asdict() for one in warned]})  # fmt: skip
        return 0
    head = ("account", "unit", "limit", "reserved", "drawn", "left", "until")
    cells: list[tuple[object, ...]] = []
    for one in rows:
        limit = {"open": "NOT FIXED", "count": "counted"}.get(one.rule) or figure(one.cap or 0, one.unit)
        left = "" if one.left is None else figure(max(one.left, 0), one.unit) + (" BREACHED" if one.breached else "")
        held = (figure(one.pending, one.unit), figure(one.posted, one.unit))
        cells.append((one.account, UNITS[one.unit], limit, *held, left, one.valid_to))
    say(f"Balances as of {options.when or now}" + (f", as known on {options.known}" if options.known else "") + ":")
    say(table(cells, head))
    for alert in warned:
        say(f"ALERT {alert.level}: {alert.where}: {alert.says}.")
    return 0
