"""Laid-out rows through the convoy: each distinct row once in the table, the others by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ecluse.convoy.book import Book
from ecluse.convoy.things import Ruling
from ecluse.errors import BadTable
from ecluse.tables.reading import Block

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ecluse.convoy.answers import Answer
    from ecluse.dates import Known
    from ecluse.lock import Lock
    from ecluse.web.cells import Laid

QUANTITY = "quantity"


class Convoying:
    """Answers rows by number; `answers` holds what the numbers mean, and only grows."""

    def __init__(self, lock: Lock, today: dt.date, known: Known, on: dt.date | None, reading: str) -> None:
        self.ruling = Ruling(lock, today, known, on, reading)
        self.answers: list[Answer] = []
        self.index: dict[Answer, int] = {}
        self.book: Book | None = None
        self.paths: dict[str, None] = {QUANTITY: None}

    def numbers(self, rows: Sequence[Laid]) -> list[int]:
        """Give the number of each row's answer; -1 for a row that cannot be read."""
        if not rows:
            return []
        places: dict[tuple[tuple[str, str], ...], int] = {}
        codes = [places.setdefault(row.cells, len(places)) for row in rows]
        fresh = dict.fromkeys(path for cells in places for path, _ in cells if path not in self.paths)
        if fresh or self.book is None:
            self.paths |= fresh
            self.book = self._book()
        table = self._table(list(places), codes, rows)
        try:
            return self._passed(self.book, table)
        except BadTable:
            # More kinds of lines than one book numbers: begin another.
            self.book = self._book()
            return self._passed(self.book, table)

    def _book(self) -> Book:
        return Book({path: path for path in self.paths}, self.ruling)

    def _table(self, distinct: list[tuple[tuple[str, str], ...]], codes: list[int], rows: Sequence[Laid]) -> pa.Table:
        told = [dict(cells) for cells in distinct]
        names = [path for path in self.paths if path != QUANTITY]
        columns = {path: pa.array([row.get(path) for row in told], pa.string()).dictionary_encode() for path in names}
        whole = np.array(codes, dtype=np.int32)
        table = pa.table(columns).take(whole) if columns else pa.table({})
        plain = np.array([row.quantity for row in rows], dtype=np.int64)
        return table.append_column(QUANTITY, pa.array(plain, mask=plain == 0))

    def _passed(self, book: Book, table: pa.Table) -> list[int]:
        passed = book.passed(Block(table, np.arange(1, len(table) + 1, dtype=np.int64)))
        found = np.full(len(table), -1, dtype=np.int64)
        kept = np.ones(len(table), dtype=bool)
        kept[[one.row - 1 for one in passed.rejects]] = False
        used, back = np.unique(passed.answers, return_inverse=True)
        ours = np.array([self._number(book.answers[at]) for at in used.tolist()], dtype=np.int64)
        found[kept] = ours[back] if len(used) else found[kept]
        return [int(one) for one in found]

    def _number(self, answer: Answer) -> int:
        if answer not in self.index:
            self.index[answer] = len(self.answers)
            self.answers.append(answer)
        return self.index[answer]
