"""Size and power on made panels, seeded: a smaller run of bench/study_power.py."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from ecluse.market.significance import TESTS, together, two_sided
from tests.market.made import Panel, measured

DRAWS = 1000
LOW, HIGH = (float(edge) / DRAWS for edge in stats.binom.interval(0.95, DRAWS, 0.05))


@cache
def rates(panel: Panel, seed: int, window: tuple[int, int] = (0, 0)) -> dict[str, float]:
    """The share of draws in which each test rejects at 5 percent; `alone` is the first share's own t."""
    rng = np.random.default_rng(seed)
    count = dict.fromkeys((*TESTS, "alone", "covered"), 0)
    for _ in range(DRAWS):
        fits, sums = measured(*panel.draw(rng), window)
        found = together(fits, sums, np.arange(panel.shares))
        assert found is not None
        for test in found.tests:
            count[test.name] += test.p is not None and test.p < 0.05
        count["alone"] += int(two_sided(sums.standardised[:1], fits.freedom[:1].astype(float))[0] < 0.05)
        count["covered"] += found.low <= panel.effect <= found.high
    return {name: value / DRAWS for name, value in count.items()}


@pytest.mark.parametrize("test", [*TESTS, "alone"])
def test_true_null_is_rejected_one_time_in_twenty(test: str) -> None:
    """With independent shares and nothing planted every test is within the binomial interval of 5 percent."""
    assert LOW <= rates(Panel(shares=60), 11)[test] <= HIGH


@pytest.mark.parametrize("test", ["t", "kolari_pynnonen", "corrado_rank"])
def test_shares_that_move_together(test: str) -> None:
    """These hold where shares are correlated by 0.3."""
    assert LOW <= rates(Panel(shares=30, shared=0.3), 12)[test] <= HIGH


@pytest.mark.parametrize("test", ["patell", "bmp", "generalised_sign"])
def test_shares_that_move_together_mislead_the_others(test: str) -> None:
    """These, which suppose independence, find something in nothing about every other time."""
    assert rates(Panel(shares=30, shared=0.3), 12)[test] > 0.3


def test_a_livelier_day() -> None:
    """Where the event doubles everybody's spread, Patell finds too much, and the event's own spread does not."""
    found = rates(Panel(shares=60, swell=2.0), 13)
    assert found["patell"] > 0.2
    for test in ("bmp", "kolari_pynnonen", "generalised_sign"):
        assert LOW <= found[test] <= HIGH, test


def test_planted_effect_is_found_as_often_as_theory_says() -> None:
    """3 percent on one share with 1.5 percent of noise, and on ten with 5 percent, at the non-central rates."""
    alone = rates(Panel(shares=5, sigma=0.015, effect=0.03), 14)["alone"]
    assert alone == pytest.approx(power(0.03 / 0.015, 219), abs=3 * math.sqrt(0.25 / DRAWS))
    found = rates(Panel(shares=10, sigma=0.05, effect=0.03), 15)
    strength = 0.03 / 0.05 * math.sqrt(10)
    normal = stats.norm.sf(stats.norm.isf(0.025) - strength)
    for test, wanted in (("t", power(strength, 220)), ("patell", normal), ("bmp", power(strength, 9))):
        assert found[test] == pytest.approx(wanted, abs=3 * math.sqrt(0.25 / DRAWS)), test


def test_the_interval_covers_what_was_planted() -> None:
    """The interval of the average holds the planted effect 95 times in 100, correlated or not."""
    for panel, seed in ((Panel(shares=30, shared=0.3, effect=0.03), 16), (Panel(shares=60), 11)):
        assert LOW <= 1 - rates(panel, seed)["covered"] <= HIGH


def power(strength: float, freedom: float) -> float:
    """How often a t test at 5 percent finds an effect of so many standard errors."""
    edge = stats.t.isf(0.025, freedom)
    return float(stats.nct.sf(edge, freedom, strength) + stats.nct.cdf(-edge, freedom, strength))
