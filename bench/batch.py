"""Whole tables: thirteen provisions beside peers, and the whole law on a made order book.

One run. Peers answer first and must agree before they are timed; unknowns are left out of the table
that is timed, since most peers have none. `--lines` sets how many lines the thirteen get, `--book`
the sizes of the order books.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orders
import polars as pl
import thirteen

from ecluse.bounds import exactly
from ecluse.condition import parse
from ecluse.engine.lower import Shape, whole
from ecluse.engine.weigh import prepare
from ecluse.provision import Group
from ecluse.truth import truth

if TYPE_CHECKING:
    from collections.abc import Callable

RULES, GROUPS = thirteen.RULES, {name: Group(name, frozenset(words)) for name, words in thirteen.SETS.items()}
KINDS = {bool: "truth", int: "number", float: "number", str: "word"}
NAMES = {name: KINDS[type(value)] for name, value in thirteen.FACTS.items()} | dict.fromkeys(RULES, "truth")
SAMPLE = 20_000


def drawn(lines: int) -> pl.DataFrame:
    """Draw a table for the thirteen: 72 bytes a line as the columns stand in memory, or less."""
    rng = np.random.default_rng(3)
    words = {
        "destination": ("CN", "DE", "VN", "IR", "SG", "US", "RU", "SA"),
        "headquarters": ("CN", "DE", "US", "RU", "SG"),
        "origin": ("US", "SG"),
        "kind": ("export", "reexport"),
        "seller": ("NVIDIA", "AMD", "a reseller"),
    }
    columns: dict[str, Any] = {
        "tpp": rng.choice([1200, 1600, 2400, 4799, 4800, 15832, 21000], lines),
        "performance_density": rng.choice([0.7, 1.6, 3.2, 5.92, 19.45], lines),
        "dram_bandwidth": rng.choice([600, 3350, 4000, 4800, 6500], lines),
        "interconnect": rng.choice([64, 600, 900, 1028], lines),
    }
    for name, values in words.items():
        codes = rng.integers(0, len(values), lines).astype(np.uint32)
        columns[name] = (
            pl.Series(codes).cast(pl.UInt32).replace_strict(dict(enumerate(values)), return_dtype=pl.Enum(values))
        )
    for name, value in thirteen.FACTS.items():
        if isinstance(value, bool):
            columns[name] = rng.random(lines) < 0.5
    return pl.DataFrame(columns)


def ours(frame: pl.DataFrame) -> pl.DataFrame:
    """Answer with our lowered conditions."""
    rows = frame.lazy()
    for name, text in RULES.items():
        shape = Shape(frozenset(rows.collect_schema().names()))
        rows = rows.with_columns(whole(parse(text, NAMES, GROUPS), GROUPS, shape).alias(name))
    return rows.select(list(RULES)).collect(engine="streaming")


def one_by_one(frame: pl.DataFrame) -> list[dict[str, object]]:
    """Answer with our engine for one line, in a Python loop."""
    rules = {name: prepare(parse(text, NAMES, GROUPS), GROUPS) for name, text in RULES.items()}
    found = []
    for row in frame.iter_rows(named=True):
        facts: dict[str, Any] = {}
        for name, value in row.items():
            if isinstance(value, bool):
                facts[name] = truth(value)
            else:
                facts[name] = value if isinstance(value, str) else exactly(Decimal(str(value)))
        for name, rule in rules.items():
            facts[name] = rule.weigh(facts)
        found.append({name: facts[name].value == "yes" for name in RULES})
    return found


def as_sql(text: str) -> str:
    """Write a rule in SQL."""
    listed = thirteen.listed(text).replace("[", "(").replace("]", ")")
    return listed.replace("==", "=")


def query(table: str) -> str:
    """Write the thirteen as one query, each rule a column of a subquery that later ones read."""
    inner = table
    for name, text in RULES.items():
        inner = f"(select *, ({as_sql(text)}) as {name} from {inner})"
    return f"select {', '.join(RULES)} from {inner}"


def counted(sql: str) -> str:
    """Ask only how many rows answer yes to each rule: the answers are made, and not carried out."""
    sums = ", ".join(f"sum(cast({name} as int)) as {name}" for name in RULES)
    return f"select {sums} from ({sql}) t"


def peers(path: Path, sample: pl.DataFrame) -> dict[str, tuple[int, Callable[[], Any]]]:
    """Give the peers that are installed: how many lines each gets, and its work; each must agree first."""
    found: dict[str, tuple[int, Callable[[], Any]]] = {}
    lines = pl.scan_parquet(path).select(pl.len()).collect().item()
    try:
        import duckdb

        base = duckdb.connect()
        base.execute(f"set threads to {os.cpu_count()}")
        base.execute(f"create table lines as select * from '{path}'")
        found["DuckDB SQL"] = lines, lambda: base.execute(counted(query("lines"))).fetchall()
    except ImportError:
        print("  SKIPPED DuckDB: not installed")
    try:
        from pyspark.sql import SparkSession

        session = SparkSession.builder.master(f"local[{os.cpu_count()}]").config("spark.ui.enabled", "false").config(
            "spark.log.level", "ERROR").config("spark.driver.memory", "6g").getOrCreate()  # fmt: skip
        session.read.parquet(str(path)).cache().createOrReplaceTempView("lines")
        session.sql("select count(*) from lines").collect()
        found["Spark SQL"] = lines, lambda: session.sql(counted(query("lines"))).collect()
    except Exception as problem:  # noqa: BLE001 - a peer that does not start is told, and left out
        print(f"  SKIPPED Spark SQL: {type(problem).__name__}")
    rows = sample.to_dicts()
    try:
        import json

        import zen

        decision = zen.ZenEngine().create_decision(json.dumps(thirteen.for_zen()))
        found["zen-engine"] = len(rows), lambda: [decision.evaluate(row) for row in rows]
    except ImportError:
        print("  SKIPPED zen-engine: not installed")
    try:
        import cel

        programs = {name: cel.compile(thirteen.for_cel(text)) for name, text in RULES.items()}

        def evaluate() -> None:
            for row in rows:
                known = dict(row)
                for name, program in programs.items():
                    known[name] = program.execute(known)

        found["CEL"] = len(rows), evaluate
    except ImportError:
        print("  SKIPPED CEL: not installed")
    found["our engine for one line, in a loop"] = len(rows), lambda: one_by_one(sample)
    return found


def timed(work: Callable[[], object], runs: int = 3) -> float:
    """Give the best of some runs, in seconds."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def few(lines: int) -> None:
    """Measure the thirteen."""
    frame = drawn(lines)
    size = frame.estimated_size()
    told = ours(frame.head(SAMPLE))
    looped = pl.DataFrame(one_by_one(frame.head(SAMPLE)))
    assert told.equals(looped), "columns and loop answer otherwise"  # noqa: S101 - a bench of unequal answers is none
    seconds = timed(lambda: ours(frame))
    sums = [pl.col(name).to_physical().sum() for name in frame.columns]
    read = timed(lambda: frame.lazy().select(sums).collect())
    base = lines / seconds
    print(f"thirteen provisions, {lines:,} lines, {size / lines:.0f} bytes a line:")
    print(f"  {'ours, columns':36} {base:>14,.0f} lines/s, {size / seconds / 1e9:.1f} GB/s")
    print(f"  {'summing the same columns once':36} {lines / read:>14,.0f} lines/s, {size / read / 1e9:.1f} GB/s")
    print(f"  {'':36} ours takes {seconds / read:.1f} times as long as reading its columns")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.parquet"
        frame.with_columns(pl.col(pl.Enum).cast(pl.String)).write_parquet(path)
        for name, (count, work) in peers(
            path, frame.head(SAMPLE).with_columns(pl.col(pl.Enum).cast(pl.String))
        ).items():
            rate = count / timed(work, 2)
            print(f"  {name:36} {rate:>14,.0f} lines/s, ours is {base / rate:,.1f} times that")


def book(rows: int) -> None:
    """Measure the whole law and both gates on an order book, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path, to = Path(folder) / "book.parquet", Path(folder) / "answers.parquet"
        orders.write(path, rows)
        start = time.perf_counter()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [
            sys.executable,
            "-m",
            "ecluse",
            "batch",
            str(path),
            "--to",
            str(to),
            "--known",
            "2026-11-25",
            "--quiet",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        rate, most = rows / seconds, after.ru_maxrss / 1024
        print(
            f"  {rows:>12,} lines: {seconds:8.1f} s ({worked:.1f} s of work on all cores), {rate:>12,.0f} lines/s, "
            f"peak so far {most:,.0f} MiB"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--book", type=int, nargs="*", default=[100_000, 1_000_000, 10_000_000])
    options = parser.parse_args()
    print("whole law and both gates, with screening, from and to Parquet, the start of the program included:")
    for rows in options.book:
        book(rows)
    few(options.lines)


if __name__ == "__main__":
    main()
