"""`ecluse compare`: one line on two days."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ecluse.cli.common import (
    day,
    deciding,
    load_line,
    lock_of,
    owners,
    owners_option,
    say,
    say_json,
    screening,
)
from ecluse.dates import Known
from ecluse.errors import InputError

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from ecluse.decision import Decision
    from ecluse.engine.compare import Turn


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    parser.add_argument("line", metavar="LINE", help="an order line: a .toml or .json file, or - for JSON")
    parser.add_argument("--before", type=day, metavar="DATE", required=True, help="the first day")
    parser.add_argument("--after", type=day, metavar="DATE", required=True, help="the second day")
    deciding(parser)
    owners_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Decide on both days, each with what was known by its own end unless --known says otherwise."""
    if options.on is not None:
        message = "compare takes its two days from --before and --after; leave --on out."
        raise InputError(message)
    from ecluse.engine.compare import turned  # noqa: PLC0415
    from ecluse.engine.data import as_data  # noqa: PLC0415
    from ecluse.engine.explain import headline  # noqa: PLC0415
    from ecluse.lock import decide  # noqa: PLC0415

    lock = lock_of(options)
    line = load_line(options.line, lock.library.facts)

    def on(moment: dt.date) -> Known:
        return options.known if options.known is not None else Known(day=moment)

    held, held_by = screening(options), owners(options)

    def answer(moment: dt.date) -> Decision:
        return decide(line, lock, on=moment, known=on(moment), reading=options.reading, owners=held_by, **held)

    before, after = answer(options.before), answer(options.after)
    turns = turned(before, after)
    if options.format == "json":
        say_json(
            {
                "before": as_data(before),
                "after": as_data(after),
                "turned": [{name: _plain(getattr(one, name)) for name in one.__slots__} for one in turns],
            }
        )
        return 0
    say(f"{options.before}, as known on {before.known}: {headline(before)}")
    say(f"{options.after}, as known on {after.known}: {headline(after)}\n")
    if not turns:
        say("Nothing turned.")
    for one in turns:
        say(_told(one))
    return 0


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _told(turn: Turn) -> str:
    head = f"- {turn.what}: {turn.before} -> {turn.after}"
    lines = textwrap.wrap(head, 100, subsequent_indent="    ")
    if turn.cite:
        lines += textwrap.wrap("; ".join(turn.cite), 100, initial_indent="    ", subsequent_indent="    ")
    if turn.gate == "importer" and turn.by:
        lines += textwrap.wrap(turn.by, 100, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)
