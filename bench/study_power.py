"""Size and power of the study's tests by simulation, on made panels: prints rates beside what theory says."""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecluse.market.significance import TESTS, together, two_sided
from tests.market.made import Panel, measured

NAMES = (*TESTS, "alone")
SCENES = {
    "60 shares, independent, nothing planted": (Panel(60), (0, 0)),
    "60 shares, independent, nothing planted, 3 sessions": (Panel(60), (1, 1)),
    "30 shares, correlated by 0.3, nothing planted": (Panel(30, shared=0.3), (0, 0)),
    "30 shares, correlated by 0.3, nothing planted, 3 sessions": (Panel(30, shared=0.3), (1, 1)),
    "8 shares, correlated by 0.5, nothing planted": (Panel(8, shared=0.5), (0, 0)),
    "60 shares, the event's day twice as lively": (Panel(60, swell=2.0), (0, 0)),
}
POWER = {
    "3 % planted, 10 shares with 5 % of noise a day": Panel(10, sigma=0.05, effect=0.03),
    "3 % planted, 5 shares with 1.5 % of noise a day": Panel(5, sigma=0.015, effect=0.03),
    "3 % planted, 30 shares correlated by 0.3 with 3 % of noise a day": Panel(30, 0.03, 0.3, 0.03),
}


def rates(panel: Panel, window: tuple[int, int], draws: int, seed: int) -> dict[str, float]:
    """Give the share of draws in which each test rejects at 5 percent; `alone` is one share's own t."""
    rng = np.random.default_rng(seed)
    count = dict.fromkeys(NAMES, 0)
    for _ in range(draws):
        fits, sums = measured(*panel.draw(rng), window)
        found = together(fits, sums, np.arange(panel.shares))
        for test in found.tests if found else ():
            count[test.name] += test.p is not None and test.p < 0.05
        count["alone"] += int(two_sided(sums.standardised[:1], fits.freedom[:1].astype(float))[0] < 0.05)
    return {name: value / draws for name, value in count.items()}


def theory(panel: Panel) -> dict[str, float]:
    """Give the power of each test by its (non-central) distribution; shares correlated by r count as fewer."""
    one = panel.effect / panel.sigma
    whole = one * math.sqrt(panel.shares / (1 + (panel.shares - 1) * panel.shared))
    found = {"alone": student(one, 219), "t": student(whole, 220)}
    found["kolari_pynnonen"] = student(whole, panel.shares - 1)
    if panel.shared == 0:
        found["patell"] = normal(whole)
        found["bmp"] = found["kolari_pynnonen"]
        found["generalised_sign"] = signs(panel.shares, stats.norm.cdf(one))
    return found


def student(strength: float, freedom: float) -> float:
    """Give how often a t test at 5 percent finds an effect of so many standard errors."""
    edge = stats.t.isf(0.025, freedom)
    return float(stats.nct.sf(edge, freedom, strength) + stats.nct.cdf(-edge, freedom, strength))


def normal(strength: float) -> float:
    """Give the same for a normal statistic."""
    edge = stats.norm.isf(0.025)
    return float(stats.norm.sf(edge - strength) + stats.norm.cdf(-edge - strength))


def signs(shares: int, chance: float) -> float:
    """Give how often so many signs, each positive by that chance, leave the 95 percent of the normal.

    The usual share of positive residuals is itself estimated: around one half, with the spread of signs
    about a fitted mean.
    """
    spread = math.sqrt(0.25 * (1 - 2 / math.pi) / (shares * 221))
    positive = np.arange(shares + 1)
    weight = stats.binom.pmf(positive, shares, chance)
    found = 0.0
    for usual in 0.5 + spread * stats.norm.ppf((np.arange(400) + 0.5) / 400):
        reach = stats.norm.isf(0.025) * math.sqrt(shares * usual * (1 - usual))
        found += float(weight[np.abs(positive - shares * usual) > reach].sum()) / 400
    return found


def main() -> None:
    """Simulate and print; a rate outside its interval is marked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    draws, start = options.draws, time.perf_counter()
    low, high = (edge / draws for edge in stats.binom.interval(0.95, draws, 0.05))
    print(f"size: {draws:,} draws a scene, seed {options.seed}; 95 % binomial interval of 5 %: {low:.2%} to {high:.2%}")
    print("(signs are counts: of 60, the nearest level they can have is " + f"{signs(60, 0.5):.2%})")
    for name, (panel, window) in SCENES.items():
        print(f"  {name}")
        for test, rate in rates(panel, window, draws, options.seed).items():
            print(f"    {test:18} {rate:7.2%}  {'' if low <= rate <= high else 'outside'}")
    print("power, beside theory (+-: 95 % binomial interval):")
    for name, panel in POWER.items():
        print(f"  {name}")
        found, wanted = rates(panel, (0, 0), draws, options.seed), theory(panel)
        for test, rate in found.items():
            if test not in wanted:
                print(f"    {test:18} {rate:7.2%}")
                continue
            edges = [edge / draws for edge in stats.binom.interval(0.95, draws, wanted[test])]
            mark = "" if edges[0] <= rate <= edges[1] else "outside"
            print(f"    {test:18} {rate:7.2%}  theory {wanted[test]:7.2%} +- {(edges[1] - edges[0]) / 2:.2%}  {mark}")
    print(f"took {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
