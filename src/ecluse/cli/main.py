"""The verbs, and the one place where errors become exit statuses."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

from ecluse.cli.common import BAD_EXIT, NOT_FOUND_EXIT, Parser
from ecluse.errors import EcluseError, NotInBook
from ecluse.version import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = {
    "check": "may one order line pass: yes, no, or not known",
    "explain": "the decision on one order line, told as a memo",
    "compare": "one order line on two days: what turned, and by which text or report",
    "batch": "a table of order lines through both gates: answers beside the rows, and a summary",
    "chips": "the catalogue of chips: list, show",
    "law": "the law as data: list, show, diff, test",
    "claims": "the evidence on the importer's gate: list, about, show, board, review",
    "read": "an article into proposed claims, each with its place in the text; nothing enters the evidence",
    "screen": "is a name on a restricted-party list, in Latin or Chinese script",
    "lists": "the restricted-party lists: show, diff, fetch",
    "desk": "orders, limits that cannot be overdrawn, papers, plans, and the record of it all",
    "study": "did prices move more than noise when a rule or a report became known",
    "serve": "pages and a JSON API, on this machine unless told otherwise",
}
DESCRIPTION = """\
Open, executable trade control for AI accelerators: may these chips pass from this seller to that
buyer, for this use, on this day, under these rules, on this evidence? It answers yes, no, or not
known with the facts that would settle it. It informs; it is no legal advice."""
EPILOG = """\
exit status of check: 0 yes, 1 no, 3 not known, 2 the input could not be read;
of batch: 0, or 4 when some rows could not be read;
of other verbs: 0 done, 1 not found or a case that fails, 2 bad input."""


def parser() -> Parser:
    """Build the whole parser, for help pages."""
    top, verbs = _top()
    for verb, about in VERBS.items():
        _add(verbs, verb, about)
    return top


def _top() -> tuple[Parser, object]:
    from argparse import RawDescriptionHelpFormatter  # noqa: PLC0415

    top = Parser(prog="ecluse", description=DESCRIPTION, epilog=EPILOG, formatter_class=RawDescriptionHelpFormatter)
    top.add_argument("--version", action="version", version=PROGRAM)
    return top, top.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser)


def _add(verbs: object, verb: str, about: str) -> None:
    sub = verbs.add_parser(verb, help=about, description=f"{about[0].upper()}{about[1:]}.")  # type: ignore[attr-defined]
    importlib.import_module(f"ecluse.cli.{verb}").arguments(sub)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; give its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    top, verbs = _top()
    # Only the verb asked for is imported, unless help or an error has to name them all.
    asked = given[0] if given and given[0] in VERBS else None
    for verb, about in VERBS.items():
        if asked in (None, verb):
            _add(verbs, verb, about)
    options = top.parse_args(given)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except NotInBook as error:
        sys.stderr.write(f"ecluse: {error}\n")
        return NOT_FOUND_EXIT
    except EcluseError as error:
        sys.stderr.write(f"ecluse: {error}\n")
        return BAD_EXIT
    except BrokenPipeError:
        # The reader of our output has gone; point stdout elsewhere so that the exit is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_EXIT
    except KeyboardInterrupt:
        sys.stderr.write("ecluse: interrupted.\n")
        return BAD_EXIT
    return status
