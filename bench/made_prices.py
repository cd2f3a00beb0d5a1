"""Write examples/made-prices.csv: a made panel of closes (no share ever traded so), with one planted move.

Returns are drawn with a seed: a market, and eight shares that follow it and each other. On 2025-04-10
every share but two is moved by -6 percent, so that a study has something to find; no other day is.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from ecluse.market.sessions import calendar

PLACE = Path(__file__).parents[1] / "examples" / "made-prices.csv"
SHARES = ("MADE-A", "MADE-B", "MADE-C", "MADE-D", "MADE-E", "MADE-F", "MADE-G", "MADE-H")
PLANTED, BY, SPARED = np.datetime64("2025-04-10"), -0.06, 2


def main() -> None:
    """Draw and write."""
    rng = np.random.default_rng(20260123)
    known = calendar("XNYS", dt.date(2024, 1, 2), dt.date(2026, 3, 31))
    days = known.until(dt.date(2026, 3, 31))
    market = rng.normal(0.0004, 0.010, len(days))
    common = rng.normal(0, 0.010, len(days))
    own = rng.standard_t(6, (len(SHARES), len(days))) * 0.013
    returns = rng.uniform(0.9, 1.8, len(SHARES))[:, None] * market + common + own
    returns[SPARED:, days == PLANTED] += BY
    table = np.vstack([market, returns])
    closes = np.round(100 * np.cumprod(1 + table, axis=1), 2)
    lines = [",".join(("Date", "MADE-MARKET", *SHARES))]
    lines += [f"{day}," + ",".join(f"{price:.2f}" for price in closes[:, place]) for place, day in enumerate(days)]
    PLACE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"wrote {PLACE.name}: {len(days)} sessions")


if __name__ == "__main__":
    main()
