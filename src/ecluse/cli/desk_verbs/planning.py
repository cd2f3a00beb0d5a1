"""`ecluse desk plan`: who gets how many, what binds, and the answer as a function of an unfixed ratio."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.cli.common import formatting, say, say_json
from ecluse.dates import day_of
from ecluse.errors import InputError
from ecluse.reading import read_text

if TYPE_CHECKING:
    import argparse

    from ecluse.desk.door import Desk


def arguments(verbs: Any) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the verb."""
    about = "the allocation that serves most, which limit binds, and by how much it would have to move"
    plan = verbs.add_parser("plan", help=about, description=f"{about[0].upper()}{about[1:]}.")
    plan.add_argument("file", metavar="FILE", help="a .toml file of requests, limits, cap and domestic capacity")
    plan.add_argument("--at", metavar="DIR", help="the desk whose accounts the file names")
    plan.add_argument("--ratio", metavar="R or FROM:TO:STEP", help="home purchases per import: one value, or a sweep")
    plan.add_argument("--objective", choices=("units", "value", "fairness"), help="default: the file's, else units")
    formatting(plan)
    plan.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Plan; exit 1 where the plan is not known."""
    from dataclasses import replace  # noqa: PLC0415

    from ecluse.desk import plan  # noqa: PLC0415

    text = read_text(Path(options.file), InputError)
    problem = plan.read(text, options.file, _left(options))
    if options.objective:
        problem = replace(problem, objective=options.objective)
    values = _range(options.ratio)
    source = {
        "figures": options.file,
        "balances": options.at,
        "as_of": day_of(dt.datetime.now(dt.UTC), "exporter").isoformat(),
    }
    head = (
        f"Figures of {options.file}"
        + (f" and balances of {options.at}" if options.at else "")
        + f", {source['as_of']}."
    )
    if len(values) == 3:
        plans = plan.sweep(problem, *values)
        harmless = plan.harmless_up_to(problem)
        if options.format == "json":
            say_json(source | {"plans": [plan.as_data(one) for one in plans],
                      "harmless_up_to": None if harmless is None else str(harmless)})  # fmt: skip
        else:
            say(head)
            say(plan.sweep_told(plans, harmless))
        return 0 if all(not one.open_limits for one in plans) else 1
    if values and problem.domestic is not None:
        problem = replace(problem, domestic=replace(problem.domestic, ratio=values[0]))
    found = plan.solve(problem)
    if options.format == "json":
        say_json(source | plan.as_data(found))
    else:
        say(head)
        say(plan.told(found))
    return 1 if found.open_limits else 0


def _left(options: argparse.Namespace) -> Any:  # noqa: ANN401 - a function of the account's name
    from ecluse.desk.door import open_desk  # noqa: PLC0415

    def left(name: str) -> int | None:
        if options.at is None:
            message = f"the plan names the account {name} of a book; say which with --at."
            raise InputError(message)
        with open_desk(options.at) as desk:
            return left_on(desk, name)

    return left


def left_on(desk: Desk, name: str) -> int | None:
    """Give what is left on an account or under a ratio of the book; None: not fixed. Raises InputError."""
    from ecluse.desk import limits, reads  # noqa: PLC0415
    from ecluse.desk.records import Account, Ratio  # noqa: PLC0415

    account = reads.one(desk, Account, name)
    ratio = reads.one(desk, Ratio, name)
    if account is not None:
        return limits.left(account)
    if ratio is None:
        message = f"{name}: neither an account nor a ratio of the book at {desk.at}."
        raise InputError(message)
    num, den = reads.one(desk, Account, ratio.num), reads.one(desk, Account, ratio.den)
    if num is None or den is None:
        return None
    highest = limits.most(ratio, den.posted)
    return None if highest is None else max(highest - num.pending - num.posted, 0)


def _range(text: str | None) -> tuple[Decimal, ...]:
    if text is None:
        return ()
    try:
        found = tuple(Decimal(part) for part in text.split(":"))
    except ArithmeticError:
        found = ()
    if len(found) not in (1, 3) or not all(one.is_finite() for one in found):
        message = f"--ratio {text}: expected one value such as 0.3, or FROM:TO:STEP such as 0:1:0.1."
        raise InputError(message)
    return found
