"""Draw many random lines with gaps and bounds: does every row of a table equal `check`, in every column?

`python bench/agree.py 100000` draws so many; both sides run on all cores, a share of the lines each.
Three shares of four are held against the lists shipped, on days before and after the snapshot and beyond
its age, with names on the lists and off them, in countries that the law tells apart and in such as it
does not, with hits that were cleared; every other share has papers on file, and of these every other one
a file of who owns whom. Both sides ask the lists once for each name and country.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecluse import lock
from ecluse.convoy.things import Ruling
from ecluse.dates import Known
from tests.convoy.made import answers, checked, judged, met, register, remembered, table_of
from tests.laws.book import drawn, filed

TODAY = dt.date(2026, 11, 25)
KNOWN = (TODAY, TODAY, dt.date(2026, 8, 10), dt.date(2026, 6, 10))
SHARE = 5_000


def compared(seed: int) -> tuple[int, int, float, float]:
    """Give lines, rows that differ, and the seconds of the table and of the lines one by one."""
    rng = random.Random(seed)
    ruling = ruled(seed, rng)
    # A day among the facts makes every day count by itself, and would hide days that are taken for others.
    if ruling.lists is not None:
        lines = [met(rng, filed=seed % 3 == 0) for _ in range(SHARE)]
    else:
        lines = [{key: value for key, value in drawn(rng).items() if key != "authorisation"} for _ in range(SHARE)]
    table = table_of(lines)
    start = time.perf_counter()
    told = answers(table, ruling)
    middle = time.perf_counter()
    differ = 0
    for line, answer in zip(lines, told, strict=True):
        if answer != checked(line, ruling=ruling):
            differ += 1
            print(f"seed {seed}: {line}")
    return SHARE, differ, middle - start, time.perf_counter() - middle


def ruled(seed: int, rng: random.Random) -> Ruling:
    """Draw what rules a share: papers or none on file, lists or none, owners or none, when it is known."""
    with tempfile.TemporaryDirectory() as folder:
        papers = Path(folder) / "papers.toml"
        papers.write_text(filed(rng), encoding="utf-8")
        made = lock.build((), (papers,) if seed % 2 else ())
        owners = register(Path(folder) / "owners.csv") if seed % 4 == 1 else None
    known = Known(day=KNOWN[seed // 4 % 4])
    if seed % 4 == 2:
        return Ruling(made, TODAY, known)
    return Ruling(made, TODAY, known, lists=remembered(), cleared=judged(), owners=owners)


def main() -> None:
    """Compare, and print what differs."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with multiprocessing.Pool() as pool:
        rows = pool.map(compared, range(1000, 1000 + max(1, wanted // SHARE)), chunksize=1)
    lines, differ = sum(row[0] for row in rows), sum(row[1] for row in rows)
    table, single = sum(row[2] for row in rows), sum(row[3] for row in rows)
    print(f"{lines:,} random lines, all distinct: {differ} rows differ from check in some column")
    print(f"as tables of {SHARE:,} lines {table:,.0f} s, one by one {single:,.0f} s: {single / table:.1f} times")


if __name__ == "__main__":
    main()
