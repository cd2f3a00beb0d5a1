"""What the verbs of the desk share: where it is, who asks, how an answer is told."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

from ecluse.cli.common import formatting, say, say_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from ecluse.desk.door import Answer, Desk
    from ecluse.desk.requests import Request

REFUSED_EXIT = 1


def verb(
    verbs: Any,  # noqa: ANN401 - argparse has no public type for it
    name: str,
    about: str,
    run: Callable[[argparse.Namespace], int],
    *,
    writes: bool = False,
) -> argparse.ArgumentParser:
    """Add a verb with the options that all have; those that write take who asks, and an id of the caller's."""
    one: argparse.ArgumentParser = verbs.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    one.add_argument(
        "--at", required=True, metavar="DIR", help="the desk: a folder, or postgresql://user@host/database"
    )
    if writes:
        one.add_argument("--by", default=None, metavar="NAME", help="who asks (default: the name you are logged in by)")
        one.add_argument(
            "--id", default=None, metavar="ID", help="the id of this request; a retry with it is done once"
        )
    formatting(one)
    one.set_defaults(run=run)
    return one


def opened(options: argparse.Namespace) -> Desk:
    """Open the desk that the options name."""
    from ecluse.desk.door import open_desk  # noqa: PLC0415 - only the desk pays for it

    return open_desk(options.at)


def who(options: argparse.Namespace) -> str:
    """Give who asks."""
    return str(options.by or getpass.getuser())


def name_of(options: argparse.Namespace, do: str) -> str:
    """Give the id of the request: the caller's, else a new one."""
    from ecluse.counter import new_id  # noqa: PLC0415

    return str(options.id or new_id(do))


def asked(options: argparse.Namespace, desk: Desk, request: Request, done: Callable[[Answer], str]) -> int:
    """Ask, tell the answer, and give the exit status: 0 done, 1 refused."""
    answer = desk.one(request)
    if options.format == "json":
        say_json(answer)
    elif answer["ok"]:
        say(done(answer))
    else:
        say(refused(desk, answer))
    return 0 if answer["ok"] else REFUSED_EXIT


def refused(desk: Desk, answer: Answer) -> str:
    """Tell a refusal with the units of the account it names."""
    from ecluse.desk.words import refusal  # noqa: PLC0415

    units = {str(name): str(unit) for name, unit in desk.rows("SELECT name, unit FROM account")}
    units |= {
        str(name): str(unit)
        for name, unit in desk.rows("SELECT r.id, a.unit FROM ratio r JOIN account a ON a.name = r.num")
    }
    return refusal(answer, units)


def table(rows: list[tuple[object, ...]], head: tuple[str, ...]) -> str:
    """Write rows in columns; figures to the right."""
    told = [head, *[tuple("" if cell is None else str(cell) for cell in row) for row in rows]]
    widths = [max(len(row[place]) for row in told) for place in range(len(head))]
    lines = []
    for row in told:
        cells = [
            cell.rjust(width)
            if cell.replace(",", "").replace(".", "").replace("-", "").isdigit()
            else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
