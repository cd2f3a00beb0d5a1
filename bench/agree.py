"""Draw many random lines with gaps and bounds: does every row of a table equal `check`, in every column?

`python bench/agree.py 100000` draws so many; both sides run on all cores, a share of the lines each.
Every other share is decided with papers on file, drawn as well.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import random
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecluse import lock
from ecluse.convoy.answers import answer_of
from ecluse.convoy.book import Book
from ecluse.convoy.things import Ruling
from ecluse.dates import Known
from ecluse.tables.paths import understood
from ecluse.tables.reading import Block, _column, flat
from tests.laws.book import drawn, filed

KNOWN = Known(day=dt.date(2026, 11, 25))
SHARE = 5_000


def compared(seed: int) -> tuple[int, int, float, float]:
    """Give lines, rows that differ, and the seconds of the table and of the lines one by one."""
    rng = random.Random(seed)
    lines = [{key: value for key, value in drawn(rng).items() if key != "authorisation"} for _ in range(SHARE)]
    cells = [flat(line) for line in lines]
    names = list(dict.fromkeys(name for row in cells for name in row))
    table = pa.table({name: _column([row.get(name) for row in cells]) for name in names})
    with tempfile.TemporaryDirectory() as folder:
        papers = Path(folder) / "papers.toml"
        papers.write_text(filed(rng), encoding="utf-8")
        made = lock.build((), (papers,) if seed % 2 else ())
    paths, _ = understood(names, {}, (), made.library.facts, "drawn lines")
    start = time.perf_counter()
    book = Book(paths, Ruling(made, dt.date(2026, 11, 25), KNOWN))
    passed = book.passed(Block(table, np.arange(1, SHARE + 1, dtype=np.int64)))
    middle = time.perf_counter()
    differ = 0
    for line, number in zip(lines, passed.answers, strict=True):
        exact = json.loads(json.dumps(line), parse_float=Decimal)
        told = answer_of(lock.decide(lock.read_line(exact, made), made, known=KNOWN))
        if told != book.answers[number]:
            differ += 1
            print(f"seed {seed}: {line}")
    return SHARE, differ, middle - start, time.perf_counter() - middle


def main() -> None:
    """Compare, and print what differs."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with multiprocessing.Pool() as pool:
        rows = pool.map(compared, range(1000, 1000 + wanted // SHARE), chunksize=1)
    lines, differ = sum(row[0] for row in rows), sum(row[1] for row in rows)
    table, single = sum(row[2] for row in rows), sum(row[3] for row in rows)
    print(f"{lines:,} random lines, all distinct: {differ} rows differ from check in some column")
    print(f"as tables of {SHARE:,} lines {table:,.0f} s, one by one {single:,.0f} s: {single / table:.1f} times")


if __name__ == "__main__":
    main()
