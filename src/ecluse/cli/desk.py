"""`ecluse desk`: orders, limits that cannot be overdrawn, papers, plans, and the record of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.cli.desk_verbs import book, filing, ledger, planning, record

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    for part in (book, ledger, record, filing, planning):
        part.arguments(verbs)
