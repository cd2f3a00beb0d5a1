"""Time `ecluse check` as a whole process, beside Python doing nothing; prints figures and ratios."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINE = ROOT / "examples" / "alibaba-h200.toml"
PROGRAM = [sys.executable, "-m", "ecluse", "check", str(LINE), "--known", "2026-01-24"]
NOTHING = [sys.executable, "-c", "pass"]
RUNS = 20


def milliseconds(command: list[str]) -> list[float]:
    """Time a command over several runs, the first left out."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False)
        times.append((time.perf_counter() - start) * 1000)
    return times[1:]


def main() -> None:
    """Measure and print."""
    nothing, check = milliseconds(NOTHING), milliseconds(PROGRAM)
    for name, times in (("python -c pass", nothing), ("ecluse check", check)):
        median, low, high = statistics.median(times), min(times), max(times)
        print(f"{name:16} median {median:6.1f} ms  min {low:6.1f}  max {high:6.1f}  ({RUNS} runs)")
    print(f"ratio of medians {statistics.median(check) / statistics.median(nothing):.1f}")


if __name__ == "__main__":
    main()
