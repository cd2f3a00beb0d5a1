"""Tables for tests, and what `check` answers to their rows."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ecluse import lock
from ecluse.convoy.answers import Answer, answer_of
from ecluse.convoy.book import Book, Passed
from ecluse.convoy.things import Ruling
from ecluse.dates import Known
from ecluse.tables.paths import understood
from ecluse.tables.reading import Block, _column, flat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecluse.lock import Lock

KNOWN = Known(day=dt.date(2026, 11, 25))
TODAY = dt.date(2026, 11, 25)
Line = dict[str, object]


def table_of(lines: Sequence[Mapping[str, object]]) -> pa.Table:
    """Lay lines out as a table of dotted columns."""
    cells = [flat(line) for line in lines]
    names = list(dict.fromkeys(name for row in cells for name in row))
    return pa.table({name: _column([row.get(name) for row in cells]) for name in names})


def passed(table: pa.Table, ruling: Ruling | None = None) -> tuple[Book, Passed]:
    """Take a table through in one block."""
    ruling = ruling or Ruling(lock.build(), TODAY, KNOWN)
    paths, _ = understood(table.column_names, {}, (), ruling.lock.library.facts, "the table")
    book = Book(paths, ruling)
    return book, book.passed(Block(table, np.arange(1, len(table) + 1, dtype=np.int64)))


def answers(table: pa.Table, ruling: Ruling | None = None) -> list[Answer]:
    """Give the answer of each row."""
    book, found = passed(table, ruling)
    return [book.answers[at] for at in found.answers]


def checked(line: Mapping[str, object], known: Known = KNOWN, made: Lock | None = None) -> Answer:
    """Answer one line as `check` does."""
    made = made or lock.build()
    exact = json.loads(json.dumps(line), parse_float=Decimal)
    return answer_of(lock.decide(lock.read_line(exact, made), made, known=known))
