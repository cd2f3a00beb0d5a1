"""Measure the reader: the seed's whole process, documents a second beside trafilatura, growth, hostile pages.

Run it alone: `python bench/read.py`. Figures are wall time in one process; on a shared machine read the ratios.
`--documents N` caps the growth series (default 10,000; 100,000 takes minutes).
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import resource
import statistics
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import trafilatura

from ecluse import reader
from ecluse.errors import SourceError
from ecluse.press import pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared" / "seed" / "article-fr.txt"
EXAMPLE = ROOT / "examples" / "article-fr.txt"
SIZES = (1_000, 10_000, 100_000)


def texts() -> list[str]:
    """Every made article of the set."""
    found = []
    for path in sorted((ROOT / "tests" / "press" / "set").rglob("*.toml")):
        found += [one["text"] for one in tomllib.loads(path.read_text(encoding="utf-8")).get("article", ())]
    return found


def page(text: str) -> bytes:
    """Wrap a text as a site does: menu, paragraphs, aside, footer."""
    body = "".join(f"<p>{line}</p>" for line in text.splitlines() if line.strip())
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(40))
    head = "<head><meta charset='utf-8'><title>A page</title></head>"
    return (
        f"<!doctype html><html>{head}<body><nav><ul>{menu}</ul></nav><article>{body}</article></body></html>".encode()
    )


def rate(work: Callable[[], int], seconds: float = 3.0) -> float:
    """Documents a second: the best of what fits into some seconds."""
    best, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        done = work()
        best = max(best, done / (time.perf_counter() - start))
    return best


def whole_process() -> None:
    """Time the program on one article, from start to exit, nothing warm but the file cache."""
    article = SEED if SEED.exists() else EXAMPLE
    times = []
    for _ in range(7):
        start = time.perf_counter()
        command = [sys.executable, "-m", "ecluse", "read", str(article), "--known", "2026-03-13"]
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    name = "the seed article" if article == SEED else "the example article"
    print(f"whole process on {name}: median {statistics.median(times):.2f} s, worst {max(times):.2f} s of 7")


def beside_trafilatura() -> None:
    """Documents a second on one core, with and without extraction, beside the library alone."""
    rows = texts()
    wrapped = [page(text) for text in rows]

    def alone() -> int:
        for raw in wrapped:
            trafilatura.bare_extraction(raw, favor_precision=True, include_comments=False, include_tables=False)
        return len(wrapped)

    def with_it() -> int:
        for raw in wrapped:
            _try(raw)
        return len(wrapped)

    def plain() -> int:
        for text in rows:
            _try(text.encode())
        return len(rows)

    library, ours, bare = rate(alone), rate(with_it), rate(plain)
    print(f"trafilatura alone, precision: {library:7.0f} documents/s")
    print(f"HTML into claims:             {ours:7.0f} documents/s ({ours / library:.2f} of trafilatura alone)")
    print(f"plain text into claims:       {bare:7.0f} documents/s ({bare / library:.2f} of trafilatura alone)")

    def with_relations() -> int:
        for text in rows:
            reader.read(text.encode(), "made")
        return len(rows)

    related = rate(with_relations)
    print(f"plain text, with relations:   {related:7.0f} documents/s")


def _try(raw: bytes) -> None:
    with contextlib.suppress(SourceError):
        reader.read(raw, "made", relate=False)


def growth(largest: int) -> None:
    """Many documents through the batch function: rate and memory must not depend on how many."""
    rows = texts()

    def batches(count: int) -> Iterator[pa.RecordBatch]:
        for start in range(0, count, 500):
            block = [{"text": rows[n % len(rows)], "url": str(n)} for n in range(start, min(start + 500, count))]
            yield pa.RecordBatch.from_pylist(block)

    for count in (size for size in SIZES if size <= largest):
        start = time.perf_counter()
        claims = sum(batch.num_rows for batch in reader.map_batches(batches(count)))
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{count:>7,} documents: {count / took:6.0f} documents/s, {claims:,} rows, peak {peak} MB")


def hostile() -> None:
    """Pages that mean harm: each ends in claims or in one clear paragraph, in bounded time and memory."""
    story = "<p>Regulators told Tencent to stop buying the H20, people familiar with the matter said.</p>"
    cases = {
        "50 MB page": b"<html><body>" + story.encode() * 520_000,
        "9 MB page": b"<html><body><article>" + story.encode() * 95_000,
        "nested 200,000 deep": b"<html><body>" + b"<div>" * 200_000 + story.encode(),
        "one tag of 5 MB": b"<html><body><p title='" + b"a" * 5_000_000 + b"'>x</p>",
        "a million attributes": b"<html><body><p " + b"".join(b"a%d=1 " % n for n in range(500_000)) + b">x</p>",
        "entities": b"<!doctype html><html><body>" + b"&amp;" * 800_000,
        "null bytes": b"\0" * 1_000_000,
        "5 MB text": b"Nvidia H200 " * 400_000,
        "1 MB without a full stop": b"Nvidia H200 " * 80_000,
        "1 MB of full stops": b". " * 490_000,
        "1 MB of digits": b"1,234 " * 160_000,
        "1 MB of frames without end": "\u5317\u4eac\u8981\u6c42\u817e\u8baf\u505c\u6b62\u91c7\u8d2d".encode() * 33_000,
        "1 MB of names and commas": "Pékin, Nvidia, Tencent, a ordonné, de ne pas acheter, ".encode() * 17_000,
        "1 MB of lines": b"Nvidia\n" * 140_000,
        "1 MB of stamps": b"Updated 2026/01/23 11:57 " * 39_000,
        "broken UTF-8": b"Regulators told Tencent to stop \xff\xfe\x80 buying the H20 chips, sources said. " * 10_000,
        "gzip as text": gzip.compress(b"a" * 5_000_000),
    }
    for name, raw in cases.items():
        start = time.perf_counter()
        try:
            told = f"{len(reader.read(raw, name, relate=False).proposals)} claims"
        except SourceError as problem:
            told = str(problem)[len(name) + 2 :][:70]
        took = time.perf_counter() - start
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{name:30} {took:6.2f} s, peak {own} MB, child {child} MB: {told}")


def main() -> None:
    """Measure all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=10_000)
    largest = parser.parse_args().documents
    print(f"limits: page in this process up to {pages._HERE:,} bytes, else in a child of {pages.SECONDS} s")  # noqa: SLF001
    whole_process()
    beside_trafilatura()
    growth(largest)
    hostile()


if __name__ == "__main__":
    main()
