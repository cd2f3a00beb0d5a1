"""`ecluse check`: may one order line pass?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.cli.common import NO_EXIT, UNKNOWN_EXIT, YES_EXIT, decided, deciding, owners_option, say, say_json
from ecluse.truth import NO, YES, Truth

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    parser.add_argument(
        "line", metavar="LINE", help="an order line: a .toml or .json file, or - for JSON on standard input"
    )
    deciding(parser)
    owners_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Decide, tell, and give the answer as exit status."""
    from ecluse.engine.data import as_data  # noqa: PLC0415
    from ecluse.engine.explain import short  # noqa: PLC0415

    decision = decided(options)
    if options.format == "json":
        say_json(as_data(decision))
    else:
        say(short(decision))
    return status(decision.may_pass)


def status(answer: Truth) -> int:
    """Give the exit status of an answer."""
    if answer is YES:
        return YES_EXIT
    return NO_EXIT if answer is NO else UNKNOWN_EXIT
