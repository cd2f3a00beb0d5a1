"""A file of order lines to a file of answers, block by block."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ecluse.convoy.book import Book
from ecluse.convoy.classes import COUNTRY
from ecluse.convoy.columns import Columns
from ecluse.convoy.groups import FREE
from ecluse.convoy.summary import Summary
from ecluse.convoy.things import Ruling
from ecluse.countries import COUNTRIES
from ecluse.errors import BadTable
from ecluse.lock import build, moment
from ecluse.tables.mapping import Map, read_map
from ecluse.tables.paths import understood
from ecluse.tables.places import look, rejected_of
from ecluse.tables.reading import Block, blocks, kind_of, opened
from ecluse.tables.splicing import splices
from ecluse.tables.writing import Aside, Writing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ecluse.convoy.answers import Answer
    from ecluse.convoy.book import Passed, Values
    from ecluse.dates import Known
    from ecluse.lock import Lock
    from ecluse.parties.cleared import Cleared
    from ecluse.parties.holdings import Register
    from ecluse.parties.screen import Screener
    from ecluse.tables.cells import Marks
    from ecluse.tables.coding import Codes
    from ecluse.tables.reading import Source

COMPARED = "compared_"
# So many blocks are sorted before what is new in them is answered, and as many may wait to be written: few where
# their rows must be held. So many are read ahead.
FEW, MANY = 4, 12
AHEAD = 4


@dataclass(frozen=True)
class Options:
    """What to decide and how: the table, where answers go, and what rules (as for one line).

    `lists_at` says where the lists were read from (None: the snapshot shipped), for executors that
    read them again. `compare_on` and `compare_law` ask for a second answer beside the first: all rows on another day,
    or under the house rules of other folders. `report` is where a page about the run will go, and `read` names the
    files and folders behind `lists`, `cleared` and `owners`: nothing is written in the place of these.
    """

    table: Path
    to: Path
    mapping: Path | None = None
    ignored: tuple[str, ...] = ()
    on: dt.date | None = None
    known: Known | None = None
    reading: str = "enforced"
    law: tuple[Path, ...] = ()
    evidence: tuple[Path, ...] = ()
    lists: Screener | None = None
    lists_at: Path | None = None
    cleared: tuple[Cleared, ...] = ()
    owners: Register | None = None
    compare_on: dt.date | None = None
    compare_law: tuple[Path, ...] = ()
    report: Path | None = None
    read: tuple[Path, ...] = ()


@dataclass
class Run:
    """What became of a run: the summary, the answers it counts, and what it was ruled by."""

    ruling: Ruling
    lock: Lock
    summary: Summary = field(default_factory=Summary)
    answers: Sequence[Answer] = ()
    others: Sequence[Answer] = ()
    unread: tuple[str, ...] = ()
    compared: Ruling | None = None
    rejected_to: Path | None = None


@dataclass(frozen=True)
class Prepared:
    """A run made ready: the table, what rules, which path each column holds, and a user's own words."""

    source: Source
    rulings: list[Ruling]
    paths: dict[str, str]
    unread: tuple[str, ...]
    decimal: Marks
    words: dict[str, Mapping[str, str]]


def prepared(options: Options, *, folders: bool = False) -> Prepared:
    """Look into the table and build what rules it; with `folders`, answers may replace a folder. Raises BadTable."""
    kind_of(options.to)
    made = read_map(options.mapping) if options.mapping else Map()
    ignored = (*options.ignored, *made.ignored)
    source = opened(options.table, ignored)
    _look(options, folders=folders)
    rulings = _rulings(options)
    facts = rulings[0].lock.library.facts
    paths, unread = understood(source.columns, made.columns, ignored, facts, str(options.table))
    words = _words(made, paths)
    source = replace(source, decimal=made.marks.decimal)
    return Prepared(source, rulings, paths, tuple(unread), made.marks, words)


def _words(made: Map, paths: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """Give what a user's own words mean, by path; with names of countries, those of ISO 3166 as well."""
    words: dict[str, Mapping[str, str]] = {}
    if made.named:
        names = {form: code for code, name in COUNTRIES.items() for form in (name, name.upper())}
        words = {path: names for path in paths.values() if path.rpartition(".")[2] in COUNTRY}
    for column, told in made.values.items():
        if column in paths:
            words[paths[column]] = {**words.get(paths[column], {}), **told}
    return words


def _look(options: Options, *, folders: bool) -> None:
    """Refuse outputs in the place of what is read, or of each other, before any work."""
    inputs = {
        "the table": (options.table,),
        "the map": (options.mapping,) if options.mapping else (),
        "the evidence": options.evidence,
        "the house rules": (*options.law, *options.compare_law),
        "what the parties are held against": options.read,
    }
    outputs = {"the answers": options.to, "the rows that cannot be read": rejected_of(options.to)}
    if options.report is not None:
        outputs["the report"] = options.report
    look(inputs, outputs, folders=folders)


def batch(options: Options, progress: Callable[[int, float], None] | None = None) -> Run:
    """Answer every row of a table; raises BadTable where the table as a whole cannot be read.

    `progress` is told how many rows have been answered, and which share of the table that is.
    """
    made = prepared(options)
    paths, rulings = made.paths, made.rulings
    books = [Book(paths, ruling, decimal=made.decimal, words=made.words) for ruling in rulings]
    run = Run(rulings[0], rulings[0].lock, unread=made.unread, compared=rulings[1] if rulings[1:] else None)
    free = frozenset(column for column, path in paths.items() if path in FREE and path != "on")
    told = _told(books, typed=kind_of(options.to) == ".parquet")
    like = options.table if kind_of(options.to) == kind_of(options.table) == ".parquet" else None
    carried = options.table if _carries(made, options.to) else None
    read = tuple(column for column, path in paths.items() if path != "id") if carried else None
    with Aside(options.to) as aside, Writing(options.to, told, carried, like) as out, ThreadPoolExecutor(1) as writer:
        written: deque[Future[None]] = deque()
        lean = carried is not None and not books[1:]
        for share, passed in _together(books[0], _ahead(books[0], made.source, free, read), lean=lean):
            aside.write(passed.rejects)
            run.summary.add(passed, books[0].answers)
            numbers = [passed.answers]
            if books[1:]:
                numbers.append(_again(books[1], passed.table, options.table))
                run.summary.turn(*numbers)
            rejected = [one.row for one in passed.rejects]
            rows = passed.table.drop_columns([name for name in made.source.parts if name in passed.table.column_names])
            written.append(writer.submit(out.write, rows, numbers, passed.originals, rejected))
            while len(written) > (MANY if lean else FEW):
                written.popleft().result()
            if progress is not None:
                progress(run.summary.read, share)
        for one in written:
            one.result()
    run.answers = books[0].answers
    run.others = books[1].answers if books[1:] else ()
    run.rejected_to = aside.path if aside.count else None
    return run


def _told(books: Sequence[Book], *, typed: bool) -> Callable[[Sequence[Codes]], pa.Table]:
    """Give the function that writes answers out in columns, those of a second answer behind those of the first."""
    columns = [Columns(typed=typed) for _ in books]

    def told(numbers: Sequence[Codes]) -> pa.Table:
        tables = [
            each.of(book.answers, own, prefix)
            for each, book, own, prefix in zip(columns, books, numbers, ("", COMPARED), strict=False)
        ]
        names = [name for table in tables for name in table.column_names]
        return pa.table([column for table in tables for column in table.columns], names=names)

    return told


def _carries(made: Prepared, to: Path) -> bool:
    """Say whether the table's columns can be carried over as they stand."""
    return kind_of(to) == kind_of(made.source.path) == ".parquet" and splices(made.source.path)


def _rulings(options: Options) -> list[Ruling]:
    """Give what rules: once, or twice where a second answer is asked for."""
    lock = build(tuple(options.law), tuple(options.evidence))
    today, known = moment(None, None, options.known)
    held = (options.lists, options.cleared, options.owners)
    first = Ruling(lock, today, known, options.on, options.reading, *held)
    if options.compare_on is None and not options.compare_law:
        return [first]
    other = build((*options.law, *options.compare_law), tuple(options.evidence))
    return [first, Ruling(other, today, known, options.compare_on or options.on, options.reading, *held)]


def _again(book: Book, table: object, place: Path) -> Codes:
    """Answer rows that were read once already."""
    passed = book.passed(Block(table, np.arange(1, len(table) + 1, dtype=np.int64)))  # type: ignore[arg-type]
    if passed.rejects:
        one = passed.rejects[0]
        message = f"{place}: under the second law, {one.field} {one.reason}."
        raise BadTable(message)
    return passed.answers


def _together(book: Book, rows: Iterator[tuple[Block, Values]], *, lean: bool) -> Iterator[tuple[float, Passed]]:
    """Sort the rows of some blocks, then answer what is new in them together: a law's plan is run once for all.

    Gives each block's answers with the share of the table that was read with it.
    """
    at_once = MANY if lean else FEW
    while taken := [(block.share, book.take(block, values, lean=lean)) for block, values in islice(rows, at_once)]:
        book.settle()
        yield from ((share, book.give(one)) for share, one in taken)


def _ahead(
    book: Book, source: Source, free: frozenset[str], columns: tuple[str, ...] | None
) -> Iterator[tuple[Block, Values]]:
    """Read and code the next blocks while others are answered."""
    rows = ((block, book.coded(block)) for block in blocks(source, free, columns=columns))
    with ThreadPoolExecutor(1) as reader:
        coming = deque(reader.submit(next, rows, None) for _ in range(AHEAD))
        while (one := coming.popleft().result()) is not None:
            coming.append(reader.submit(next, rows, None))
            yield one
