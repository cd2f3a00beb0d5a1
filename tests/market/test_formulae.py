"""Figures and tests are those of the papers, share by share and by another package."""

from __future__ import annotations

import logging
import math
import statistics
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from ecluse.market.model import MODELS, Spec, cumulate, fit
from ecluse.market.significance import Together, correlation, holm, together
from tests.market.made import EVENT, Panel, measured

if TYPE_CHECKING:
    from tests.market.made import Floats

SPEC = Spec()
PAST = slice(EVENT - SPEC.start, EVENT - SPEC.end + 1)


def outcome(found: Together | None, name: str) -> float:
    """The statistic of a test."""
    assert found is not None
    value = next(test.statistic for test in found.tests if test.name == name)
    assert value is not None
    return value


def panel(seed: int, shared: float = 0.0, effect: float = 0.0) -> tuple[Floats, Floats]:
    """A panel of twelve shares."""
    return Panel(shares=12, shared=shared, effect=effect).draw(np.random.default_rng(seed))


@pytest.mark.parametrize("window", [(0, 0), (1, 1), (2, 5)])
def test_one_share_is_predicted_as_least_squares_does(window: tuple[int, int]) -> None:
    """Intercept, slope and the error of the summed prediction are those of the textbook's matrix formula."""
    returns, market = panel(1)
    fits, sums = measured(returns, market, window)
    days = np.arange(EVENT - window[0], EVENT + window[1] + 1)
    x = np.column_stack([np.ones(SPEC.length), market[PAST]])
    near = np.column_stack([np.ones(len(days)), market[days]])
    for row, share in enumerate(returns):
        line = stats.linregress(market[PAST], share[PAST])
        assert (fits.alpha[row], fits.beta[row]) == pytest.approx((line.intercept, line.slope))
        coefficients, (squares,), *_ = np.linalg.lstsq(x, share[PAST], rcond=None)
        s2 = squares / (SPEC.length - 2)
        cover = s2 * (np.eye(len(days)) + near @ np.linalg.inv(x.T @ x) @ near.T)
        assert sums.car[row] == pytest.approx((share[days] - near @ coefficients).sum())
        assert sums.error[row] == pytest.approx(math.sqrt(cover.sum()))
        held = np.prod(1 + share[days]) - np.prod(1 + near @ coefficients)
        assert sums.bhar[row] == pytest.approx(held)


def test_mean_and_market_adjusted() -> None:
    """The simpler models are a mean, and the market itself."""
    returns, market = panel(2)
    for model in MODELS[1:]:
        fits, sums = measured(returns, market, (1, 1), model=model)
        for row, share in enumerate(returns):
            plain = share if model == "mean" else share - market
            past = plain[PAST]
            usual = past.mean() if model == "mean" else 0.0
            s = statistics.stdev(past.tolist())
            factor = 3 + (9 / len(past) if model == "mean" else 0)
            assert sums.car[row] == pytest.approx((plain[EVENT - 1 : EVENT + 2] - usual).sum())
            assert sums.error[row] == pytest.approx(s * math.sqrt(factor))
            assert fits.freedom[row] == len(past) - 1


def test_tests_are_those_of_the_papers() -> None:
    """Each statistic, written out share by share and day by day."""
    returns, market = panel(3, shared=0.3, effect=0.01)
    window = (1, 1)
    fits, sums = measured(returns, market, window)
    found = together(fits, sums, np.arange(12))
    n, length, many = SPEC.length, 3, 12
    residuals = fits.residuals
    scaled = [float(car / error) for car, error in zip(sums.car, sums.error, strict=True)]

    average = residuals.mean(axis=0)
    t = statistics.mean(sums.car.tolist()) / (statistics.stdev(average.tolist()) * math.sqrt(length))
    assert outcome(found, "t") == pytest.approx(t)

    patell = sum(scaled) / math.sqrt(many * (n - 2) / (n - 4))
    assert outcome(found, "patell") == pytest.approx(patell)

    bmp = statistics.mean(scaled) / (statistics.stdev(scaled) / math.sqrt(many))
    assert outcome(found, "bmp") == pytest.approx(bmp)

    table = np.asarray(np.corrcoef(residuals))
    r = statistics.mean(table[i, j] for i in range(many) for j in range(many) if i != j)
    assert outcome(found, "kolari_pynnonen") == pytest.approx(bmp * math.sqrt((1 - r) / (1 + (many - 1) * r)))

    usual = statistics.mean((row > 0).mean() for row in residuals)
    sign = ((sums.car > 0).sum() - many * usual) / math.sqrt(many * usual * (1 - usual))
    assert outcome(found, "generalised_sign") == pytest.approx(sign)

    rows = []
    for row in range(many):
        past = residuals[row] / fits.sigma[row]
        drift = (market[EVENT - 1 : EVENT + 2] - market[PAST].mean()) ** 2 / (
            (market[PAST] - market[PAST].mean()) ** 2
        ).sum()
        event = fits.abnormal[row] / (fits.sigma[row] * np.sqrt(1 + 1 / n + drift))
        both = np.concatenate([past, event])
        rows.append(stats.rankdata(both) / (len(both) + 1) - 0.5)
    daily = np.array(rows).sum(axis=0) / math.sqrt(many)
    rank = daily[-3:].sum() / math.sqrt(3) / math.sqrt((daily**2).mean())
    assert outcome(found, "corrado_rank") == pytest.approx(rank)


def test_another_package_says_the_same() -> None:
    """Boehmer-Musumeci-Poulsen and Kolari-Pynnonen beside `eventstudystatistics` on one panel.

    That package correlates residuals without scaling them, so it is given rows of length one: the
    statistics do not change with the scale of a row.
    """
    peer = pytest.importorskip("eventstudystatistics", reason="eventstudystatistics is not installed")
    logging.getLogger().setLevel(logging.WARNING)
    returns, market = panel(4, shared=0.4, effect=0.01)
    for window in ((0, 0), (1, 1), (0, 3)):
        fits, sums = measured(returns, market, window)
        found = together(fits, sums, np.arange(12))
        size = np.sqrt((fits.residuals**2).sum(axis=1, keepdims=True))
        near = market[EVENT - window[0] : EVENT + window[1] + 1]
        given = (
            fits.abnormal / size,
            fits.residuals / size,
            np.tile(market[PAST], (12, 1)),
            np.tile(near, (12, 1)),
            [0, len(near) - 1],
        )
        assert outcome(found, "bmp") == pytest.approx(peer.adjBMP(*given, adjustment=False).statistic)
        theirs = float(np.squeeze(peer.adjBMP(*given).statistic))
        assert outcome(found, "kolari_pynnonen") == pytest.approx(theirs)


def test_correlation_counts_by_what_windows_share() -> None:
    """Pairs on one date count in full, windows that overlap by their part, others not at all."""
    returns, market = panel(5, shared=0.5)
    at = np.array([250, 250, 251, 251, 254, 254])
    firm = np.arange(6)
    fits = fit(returns, market, firm, at, Spec(span=(1, 1)))
    total = 0.0
    for i in range(6):
        for j in range(6):
            apart = int(at[j] - at[i])
            if i == j or abs(apart) >= 3:
                continue
            length = SPEC.length - abs(apart)
            one = fits.residuals[i][max(apart, 0) :][:length]
            two = fits.residuals[j][max(-apart, 0) :][:length]
            sizes = np.linalg.norm(fits.residuals[i]) * np.linalg.norm(fits.residuals[j])
            total += one @ two / sizes * (3 - abs(apart)) / 3
    assert correlation(fits, (1, 1), np.arange(6)) == pytest.approx(total / 30)
    assert correlation(fits, (1, 1), np.array([0, 1])) > 0.3
    assert correlation(fits, (0, 0), np.array([0, 2, 4])) == pytest.approx(0, abs=1e-12)


def test_holm_by_hand() -> None:
    """The smallest p times all, the next times one fewer, never falling; what is missing stays so."""
    assert holm(np.array([0.04, 0.01, np.nan, 0.03])) == pytest.approx([0.06, 0.03, np.nan, 0.06], nan_ok=True)


def test_what_is_missing_is_left_out() -> None:
    """A share with a gap is measured by the returns it has; too few, or a gap on the event, and it is not."""
    returns, market = panel(6)
    returns[0, 20:30] = np.nan
    returns[1, 5:200] = np.nan
    returns[2, EVENT] = np.nan
    returns[3, PAST] = 0.0
    market[PAST][7] = np.nan
    fits, sums = measured(returns, market)
    assert fits.count[:3].tolist() == [SPEC.length - 11, 26, SPEC.length - 1]
    line = [day for day in range(PAST.start, PAST.stop) if not 20 <= day < 30 and day != 7]
    assert fits.beta[0] == pytest.approx(stats.linregress(market[line], returns[0, line]).slope)
    assert np.isnan(sums.car[[1, 2]]).all()
    assert np.isnan(fits.sigma[3])
    found = together(fits, sums, np.arange(12))
    assert found is not None
    assert found.pairs == 9


def test_two_windows_of_one_span() -> None:
    """A window inside the span is the same as a span of its own."""
    returns, market = panel(7)
    wide = fit(returns, market, np.arange(12), np.full(12, EVENT), Spec(span=(3, 4)))
    for window in ((0, 0), (3, 0), (1, 4)):
        fits, sums = measured(returns, market, window)
        inner = cumulate(wide, window)
        assert inner.car == pytest.approx(sums.car)
        assert inner.error == pytest.approx(sums.error)
        one, two = together(wide, inner, np.arange(12)), together(fits, sums, np.arange(12))
        assert outcome(one, "corrado_rank") == pytest.approx(outcome(two, "corrado_rank"))
