"""`ecluse batch`: a whole table of order lines through both gates."""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cli.common import YES_EXIT, day, deciding, owners, owners_option, say, say_json, screening
from ecluse.errors import BadTable, InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ecluse.convoy import Run

SOME_REJECTED = 4
EVERY = (0.2, 10.0)
SWITCH = 0.0005
# Requests to end, and what a shell adds to the number of one for the exit status.
ENDS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
BY_SIGNAL = 128


class Stopped(KeyboardInterrupt):
    """The program was asked to end, by a signal of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    parser.add_argument("table", type=Path, metavar="TABLE", help="lines as .parquet, .csv, .ndjson or .xlsx")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="where the answers go, by its ending")
    parser.add_argument("--map", type=Path, metavar="FILE", help="a TOML file that maps your columns to our paths")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="COLUMN", help="keep a column unread (repeatable)"
    )
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="write the summary as one page, with charts")
    parser.add_argument("--compare-on", type=day, metavar="DATE", help="a second answer: all rows on that day")
    parser.add_argument(
        "--compare-law",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a second answer: with these house rules as well (repeatable)",
    )
    owners_option(parser)
    parser.add_argument("--spark", metavar="MASTER", help="decide on Spark executors, such as local[2]; Parquet only")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    deciding(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Decide a table; 0, or 4 when some rows could not be read."""
    try:
        with stoppable():
            return _run(options)
    except Stopped as asked:
        name = signal.Signals(asked.number).name
        sys.stderr.write(f"ecluse: asked to end by {name}; no half file is left.\n")
        return BY_SIGNAL + asked.number


def _run(options: argparse.Namespace) -> int:
    try:
        from ecluse.convoy import Options, batch  # noqa: PLC0415 - only this verb pays for it
        from ecluse.convoy.told import told  # noqa: PLC0415
    except ImportError as problem:
        message = f"batch needs the package {problem.name}; install it with: pip install 'ecluse[batch]'."
        raise InputError(message) from None
    wanted = Options(
        table=options.table,
        to=options.to,
        mapping=options.map,
        ignored=tuple(options.ignore),
        on=options.on,
        known=options.known,
        reading=options.reading,
        law=tuple(options.law),
        evidence=tuple(options.evidence),
        **screening(options),
        lists_at=options.lists,
        owners=owners(options),
        compare_on=options.compare_on,
        compare_law=tuple(options.compare_law),
        report=options.report,
        read=tuple(one for one in (options.lists, options.owners, *options.cleared) if one is not None),
    )
    with hurried():
        if options.spark is not None:
            from ecluse.convoy.spread import spread  # noqa: PLC0415

            done = spread(wanted, options.spark)
        else:
            done = batch(wanted, None if options.quiet else Progress())
    if not options.quiet:
        sys.stderr.write("\r\033[K" if sys.stderr.isatty() else "")
    if options.report is not None:
        _report(done, options)
    if options.format == "json":
        from ecluse.convoy.told import as_data  # noqa: PLC0415

        say_json(as_data(done))
    else:
        say(told(done))
    return _aside(done, options)


def _report(done: Run, options: argparse.Namespace) -> None:
    """Write the page about a run; it appears only when it is whole."""
    place: Path = options.report
    from ecluse.convoy.report import page  # noqa: PLC0415 - only who asks for it pays
    from ecluse.tables.places import part_of, writing  # noqa: PLC0415

    part = part_of(place)
    try:
        with writing(place):
            part.write_text(page(done), encoding="utf-8")
            part.replace(place)
    except BadTable as problem:
        message = f"{problem} The answers stand in {options.to}."
        raise BadTable(message) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let a request to end stop a run as Ctrl-C does, so that no half file stays."""

    def stop(number: int, _: object) -> None:
        for one in ENDS:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Who started the program so that it outlives a terminal has its way.
    before = {one: signal.getsignal(one) for one in ENDS}
    for one, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(one, stop)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def hurried() -> Iterator[None]:
    """Look for no rings of memory, of which a run holds none, and let threads that read and write in sooner."""
    looked, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if looked:
            gc.enable()


def _aside(done: Run, options: argparse.Namespace) -> int:
    """Say on standard error what was kept aside or unread; give the exit status."""
    if done.unread:
        sys.stderr.write(f"ecluse: columns kept and not read: {', '.join(done.unread)}.\n")
    if done.rejected_to is None:
        return YES_EXIT
    sys.stderr.write(
        f"ecluse: {done.summary.rejected:,} of {done.summary.read:,} rows of {options.table} could not be read; "
        f"each stands with its reason in {done.rejected_to}.\n"
    )
    return SOME_REJECTED


class Progress:
    """Tells rows answered, rate and time left: on one line of a terminal, else on a line every ten seconds."""

    def __init__(self) -> None:
        self.start = self.last = time.monotonic()
        self.terminal = sys.stderr.isatty()

    def __call__(self, rows: int, share: float) -> None:
        """Tell, unless it was told just now."""
        now = time.monotonic()
        if now - self.last < EVERY[0 if self.terminal else 1]:
            return
        self.last = now
        spent = now - self.start
        left = f", {spent / share - spent:,.0f} s left" if 0 < share < 1 else ""
        text = f"{rows:,} rows, {rows / max(spent, 1e-9):,.0f} a second{left}"
        sys.stderr.write(f"\r\033[K{text}" if self.terminal else f"{text}\n")
        sys.stderr.flush()
