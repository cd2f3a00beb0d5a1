"""What verbs share: options, reading the line, printing."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypedDict, TypeVar

from ecluse.dates import Known, parse_day, parse_known
from ecluse.errors import BadLine, InputError, nearest
from ecluse.reading import LARGEST, decode, parse_json, parse_toml, read_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from ecluse.decision import Decision
    from ecluse.lock import Lock
    from ecluse.order import Line
    from ecluse.parties.cleared import Cleared
    from ecluse.parties.holdings import Register
    from ecluse.parties.screen import Screener
    from ecluse.provision import Fact


class Screening(TypedDict):
    """What `decide` takes to hold a line's parties against the lists."""

    lists: Screener
    cleared: tuple[Cleared, ...]


T = TypeVar("T")
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
YES_EXIT, NO_EXIT, BAD_EXIT, UNKNOWN_EXIT = 0, 1, 2, 3
NOT_FOUND_EXIT = 1


class Parser(argparse.ArgumentParser):
    """A parser whose errors say what to do."""

    def error(self, message: str) -> NoReturn:
        """Refuse with one clear paragraph and exit status 2."""
        hint = ""
        choice = message.partition("invalid choice: ")[2]
        if choice:
            word, _, rest = choice.partition(" (choose from ")
            hint = nearest(word.strip("'"), rest.rstrip(")").replace("'", "").split(", "))
        self.exit(BAD_EXIT, f"{self.prog}: {message}.{hint} See `{self.prog} --help`.\n")


def day(text: str) -> dt.date:
    """Read an option that is a day."""
    return _typed(text, parse_day)


def known(text: str) -> Known:
    """Read an option that is a day or an instant."""
    return _typed(text, parse_known)


def _typed(text: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def deciding(parser: argparse.ArgumentParser) -> None:
    """Add the options of every verb that decides."""
    parser.add_argument("--on", type=day, metavar="DATE", help="the day that rules (default: the line's, else today)")
    parser.add_argument(
        "--known",
        type=known,
        metavar="DATE-OR-INSTANT",
        help="what was known by then: a day through its end, or an instant with zone (default: now)",
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="claims and authorisations beside those shipped (repeatable)",
    )
    law_option(parser)
    lists_option(parser)
    parser.add_argument(
        "--cleared",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="hits on the lists that a person has judged, and why (repeatable)",
    )
    parser.add_argument(
        "--reading",
        choices=("enforced", "text"),
        default="enforced",
        help="the law as applied, or as it stands in the books (default: enforced)",
    )
    formatting(parser)


def owners_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for a file of who owns whom."""
    parser.add_argument(
        "--owners",
        type=Path,
        metavar="FILE",
        help="who owns whom: a CSV of owner, owned, percent (or at_least, at_most), or FollowTheMoney lines of JSON",
    )


def owners(options: argparse.Namespace) -> Register | None:
    """Read the file of who owns whom, if one is named."""
    if options.owners is None:
        return None
    from ecluse.parties.holdings import read_register  # noqa: PLC0415 - only those who give a file pay for it

    return read_register(options.owners)


def law_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for house rules."""
    parser.add_argument(
        "--law",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder of house rules beside the law shipped (repeatable)",
    )


def lists_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for the lists that parties are screened against."""
    parser.add_argument(
        "--lists",
        type=Path,
        metavar="DIR",
        help="a folder of published lists, or one list (default: the snapshot shipped)",
    )


def formatting(parser: argparse.ArgumentParser, *more: str) -> None:
    """Add the option for the format."""
    parser.add_argument("--format", choices=("text", "json", *more), default="text", help="default: text")


def load_line(source: str, facts: Mapping[str, Fact]) -> Line:
    """Read an order line from a .toml or .json file, or JSON from standard input (`-`)."""
    from ecluse.lines import read_line  # noqa: PLC0415 - only verbs that decide pay for it

    if source == "-":
        raw = sys.stdin.buffer.read(LARGEST + 1)
        text = decode(raw, "standard input", BadLine)
        return read_line(parse_json(text, "standard input", BadLine), "standard input", facts)
    path = Path(source)
    if path.suffix not in (".toml", ".json"):
        message = f"{source}: an order line is a .toml or a .json file, or - for JSON on standard input."
        raise InputError(message)
    text = read_text(path, BadLine)
    if path.suffix == ".toml":
        return read_line(parse_toml(text, source, BadLine), source, facts, text=text)
    return read_line(parse_json(text, source, BadLine), source, facts)


def decided(options: argparse.Namespace) -> Decision:
    """Decide the line that the options name."""
    from ecluse.lock import decide  # noqa: PLC0415 - only verbs that decide pay for it

    lock = lock_of(options)
    line = load_line(options.line, lock.library.facts)
    held = screening(options)
    return decide(
        line, lock, on=options.on, known=options.known, reading=options.reading, owners=owners(options), **held
    )


def screening(options: argparse.Namespace) -> Screening:
    """Give what the parties are held against: the lists, and the hits that a person has cleared."""
    from ecluse.parties.cleared import read_cleared  # noqa: PLC0415 - only verbs that decide pay for it
    from ecluse.parties.screen import lists  # noqa: PLC0415

    tell = None if getattr(options, "quiet", False) else aside
    return {"lists": lists(options.lists, tell), "cleared": read_cleared(options.cleared)}


def aside(text: str) -> None:
    """Say on a terminal why something takes long; where nobody watches, nothing."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{text}\n")


def lock_of(options: argparse.Namespace) -> Lock:
    """Build the lock that the options ask for."""
    from ecluse.lock import build  # noqa: PLC0415 - only verbs that decide pay for it

    return build(tuple(options.law), tuple(options.evidence))


def say_json(data: object) -> None:
    """Print data as JSON."""
    _write(json.dumps(data, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """Print text; signs that would steer the terminal are shown, not sent: names and quotes are written by others."""
    _write(_STEERING.sub(lambda found: f"\\x{ord(found.group()):02x}", text))


def _write(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
