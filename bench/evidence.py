"""Time questions to a base of 10,000 to 1,000,000 synthetic claims of the real ones' shapes."""

from __future__ import annotations

import dataclasses
import random
import resource
import statistics
import sys
import time
from datetime import date, timedelta

import ecluse
from ecluse.dates import Known
from ecluse.evidence import Base, load, weigh
from ecluse.evidence.base import index

QUESTIONS = 1_000
START = date(2025, 4, 1)
BUYERS = ("Alibaba", "Tencent", "ByteDance", "DeepSeek", "Baidu", "Lenovo")


def grown(base: Base, size: int, rng: random.Random) -> Base:
    """Draw claims with the shapes of the real ones, over as many products as claims grow."""
    shapes = [claim for claim in base.claims.values() if claim.products]
    products = [f"chip {number}" for number in range(max(size // 200, 10))]
    claims = list(base.claims.values())
    for number in range(size - len(claims)):
        shape = rng.choice(shapes)
        moved = timedelta(seconds=rng.randrange(600 * 86_400))
        claims.append(
            dataclasses.replace(
                shape,
                id=f"X{number}",
                known_from=shape.known_from.replace(year=2025, month=4, day=1) + moved,
                about=None,
                products=(rng.choice(products),),
                subjects=(rng.choice(BUYERS),),
                relations=(),
            )
        )
    return index(claims, base.papers, base.words, base.digest)


def crowded(base: Base, size: int, rng: random.Random) -> Base:
    """The worst layout: every claim on the real chips and buyers, within a month of its pattern."""
    real = list(base.claims.values())
    claims = list(real)
    for number in range(size - len(real)):
        shape = rng.choice(real)
        moved = timedelta(seconds=rng.randrange(-30 * 86_400, 30 * 86_400))
        claims.append(dataclasses.replace(shape, id=f"X{number}", known_from=shape.known_from + moved, relations=()))
    return index(claims, base.papers, base.words, base.digest)


def main() -> None:
    """Measure and print: many products at each size, then the worst layout at 100,000."""
    rng = random.Random(1)
    real = load()
    sizes = [int(text) for text in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    layouts = [(grown, size) for size in sizes] + [(crowded, 100_000)]
    for layout, size in layouts:
        start = time.perf_counter()
        base = layout(real, size, rng)
        built = time.perf_counter() - start
        times = []
        for _ in range(QUESTIONS):
            line = ecluse.read_line(
                {
                    "item": {"chip": "H200"},
                    "quantity": 1000,
                    "origin": "US",
                    "destination": "CN",
                    "buyer": {"name": rng.choice(BUYERS), "kind": "private company"},
                    "end_user": {"same_as": "buyer"},
                }
            )
            model = "H200" if layout is crowded or rng.random() < 0.5 else f"chip {rng.randrange(max(size // 200, 10))}"
            day = START + timedelta(days=rng.randrange(600))
            start = time.perf_counter()
            weigh(base, line, (model,), day, Known(day=day))
            times.append((time.perf_counter() - start) * 1000)
        times.sort()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{size:9,} claims, {layout.__name__}: built in {built:6.2f} s, {QUESTIONS} questions: "
            f"median {statistics.median(times):6.3f} ms, p99 {times[989]:6.3f} ms; peak memory {memory:,.0f} MiB"
        )


if __name__ == "__main__":
    main()
