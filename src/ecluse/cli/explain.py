"""`ecluse explain`: the decision told as a memo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.cli import check
from ecluse.cli.common import decided, say, say_json

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    check.arguments(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Decide and tell the whole of it."""
    from ecluse.engine.data import as_data  # noqa: PLC0415
    from ecluse.engine.explain import memo  # noqa: PLC0415

    decision = decided(options)
    if options.format == "json":
        say_json(as_data(decision))
    else:
        say(memo(decision))
    return 0
