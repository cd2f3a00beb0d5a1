"""Tests of whether abnormal returns differ from nothing, alone and together.

Alone: Student's t with the error of prediction. Together, each by its paper:

- `t`: Brown and Warner (1980, 1985), the average's own spread over the estimation window, so that
  shares that move together count as one ("crude dependence adjustment").
- `patell`: Patell (1976), standardised, supposes independence and no more variance on the event's day.
- `bmp`: Boehmer, Musumeci and Poulsen (1991), the spread taken from the events themselves.
- `kolari_pynnonen`: Kolari and Pynnonen (2010), the same, mended for shares that move together; where
  windows overlap in part, correlations count by the part that overlaps.
- `corrado_rank`: Corrado (1989) with the standardising and missing returns of Corrado and Zivney (1992).
- `generalised_sign`: Cowan (1992), signs against their frequency in the estimation window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit
from scipy.stats import rankdata

if TYPE_CHECKING:
    from ecluse.market.model import Fits, Floats, Ints, Sums

TESTS = ("t", "patell", "bmp", "kolari_pynnonen", "corrado_rank", "generalised_sign")
# Fewer pairs than this say little about their own spread, and ranks and signs are too coarse.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test: its statistic, degrees of freedom (None: normal), two-sided p. None where it cannot be had."""

    name: str
    statistic: float | None
    freedom: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Together:
    """Several pairs over one window: the average CAR, its interval by `t`, and every test."""

    pairs: int
    caar: float
    error: float
    low: float
    high: float
    bhar: float
    correlation: float
    tests: tuple[Outcome, ...]


def two_sided(statistic: Floats, freedom: Floats | None = None) -> Floats:
    """Give the two-sided p of a normal or, with degrees of freedom, a Student statistic."""
    size = -np.abs(statistic)
    found: Floats = 2 * (ndtr(size) if freedom is None else stdtr(freedom, size))
    return found


def critical(level: float, freedom: Floats) -> Floats:
    """Give how many standard errors an interval of a level reaches each way."""
    return np.asarray(stdtrit(freedom, 0.5 + level / 2), dtype=np.float64)


def holm(p: Floats) -> Floats:
    """Give p values that stay honest when several are looked at (Holm 1979); NaN stays."""
    order = np.argsort(p)
    many = int((~np.isnan(p)).sum())
    adjusted = np.full(p.shape, np.nan)
    raised = p[order[:many]] * np.arange(many, 0, -1)
    adjusted[order[:many]] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return adjusted


def together(fits: Fits, sums: Sums, rows: Ints, level: float = 0.95) -> Together | None:
    """Test the pairs of `rows` together; pairs without a figure are left out; None below two."""
    rows = rows[~np.isnan(sums.standardised[rows])]
    if len(rows) < 2:
        return None
    car, scaled = sums.car[rows], sums.standardised[rows]
    caar = float(car.mean())
    error, freedom = _dependent_error(fits, sums, rows)
    reach = float(critical(level, np.array(freedom))) * error
    shared = correlation(fits, sums.window, rows)
    bmp = _bmp(scaled)
    tests = (
        _student("t", caar / error, freedom),
        _normal("patell", _patell(fits, scaled, rows)),
        _student("bmp", bmp, len(rows) - 1.0),
        _student("kolari_pynnonen", _mended(bmp, shared, len(rows)), len(rows) - 1.0),
        _normal("corrado_rank", _rank(fits, sums, rows) if len(rows) >= FEWEST else None),
        _normal("generalised_sign", _sign(fits, car, rows) if len(rows) >= FEWEST else None),
    )
    bhar = float(sums.bhar[rows].mean())
    return Together(len(rows), caar, error, caar - reach, caar + reach, bhar, shared, tests)


def _student(name: str, statistic: float | None, freedom: float) -> Outcome:
    if statistic is None or not np.isfinite(statistic):
        return Outcome(name, None, None, None)
    return Outcome(name, statistic, freedom, float(two_sided(np.array(statistic), np.array(freedom))))


def _normal(name: str, statistic: float | None) -> Outcome:
    if statistic is None or not np.isfinite(statistic):
        return Outcome(name, None, None, None)
    return Outcome(name, statistic, None, float(two_sided(np.array(statistic))))


def _dependent_error(fits: Fits, sums: Sums, rows: Ints) -> tuple[float, float]:
    """Give the standard error of the average CAR from its own past, and its degrees of freedom."""
    residuals = fits.residuals[rows]
    there = ~np.isnan(residuals)
    counted = there.sum(axis=0)
    average = np.where(there, residuals, 0.0).sum(axis=0)[counted > 0] / counted[counted > 0]
    columns = fits.columns(sums.window)
    return float(average.std(ddof=1) * np.sqrt(columns.stop - columns.start)), len(average) - 1.0


def _patell(fits: Fits, scaled: Floats, rows: Ints) -> float:
    freedom = fits.freedom[rows].astype(float)
    return float(scaled.sum() / np.sqrt((freedom / (freedom - 2)).sum()))


def _bmp(scaled: Floats) -> float | None:
    spread = float(scaled.std(ddof=1))
    return float(scaled.mean() * np.sqrt(len(scaled)) / spread) if spread > 0 else None


def _mended(bmp: float | None, shared: float, pairs: int) -> float | None:
    part, whole = 1 - shared, 1 + (pairs - 1) * shared
    return None if bmp is None or part <= 0 or whole <= 0 else bmp * float(np.sqrt(part / whole))


def correlation(fits: Fits, window: tuple[int, int], rows: Ints) -> float:
    """Give the mean correlation of residuals over all pairs of pairs, by the part of the window they share.

    Pairs on one date count in full, those whose windows do not meet not at all. Rows are summed by
    date first, so the cost grows with pairs times sessions, not with their square.
    """
    length = window[0] + window[1] + 1
    residuals = fits.residuals[rows]
    there = ~np.isnan(residuals)
    mean = np.where(there, residuals, 0.0).sum(axis=1) / there.sum(axis=1)
    centred = np.where(there, residuals - mean[:, None], 0.0)
    unit = centred / np.sqrt((centred**2).sum(axis=1))[:, None]
    dates, group = np.unique(fits.at[rows], return_inverse=True)
    summed = np.zeros((len(dates), unit.shape[1]))
    np.add.at(summed, group, unit)
    total = float((summed**2).sum()) - len(rows)
    for one in range(len(dates)):
        for other in range(one + 1, len(dates)):
            apart = int(dates[other] - dates[one])
            if apart >= min(length, unit.shape[1]):
                break
            shared = float(summed[one, apart:] @ summed[other, : unit.shape[1] - apart])
            total += 2 * shared * (length - apart) / length
    return total / (len(rows) * (len(rows) - 1))


def _rank(fits: Fits, sums: Sums, rows: Ints) -> float | None:
    columns = fits.columns(sums.window)
    length = columns.stop - columns.start
    sigma = fits.sigma[rows, None]
    drift = fits.drift[rows, columns]
    factor = np.ones_like(drift)
    if fits.spec.model != "market-adjusted":
        factor += 1 / fits.count[rows, None]
    if fits.spec.model == "market":
        factor += drift**2 / fits.spread[rows, None]
    event = fits.abnormal[rows, columns] / (sigma * np.sqrt(factor))
    scaled = np.concatenate([fits.residuals[rows] / sigma, event], axis=1)
    there = ~np.isnan(scaled)
    # What is missing is ranked last and then taken out, so that the ranks of the rest stand.
    ranks = rankdata(np.where(there, scaled, np.inf), axis=1)
    centred = np.where(there, ranks / (1 + there.sum(axis=1))[:, None] - 0.5, 0.0)
    counted = there.sum(axis=0)
    daily = centred.sum(axis=0)[counted > 0] / np.sqrt(counted[counted > 0])
    spread = float(np.sqrt((daily**2).mean()))
    return float(daily[-length:].sum() / (np.sqrt(length) * spread)) if spread > 0 else None


def _sign(fits: Fits, car: Floats, rows: Ints) -> float | None:
    residuals = fits.residuals[rows]
    usual = float(((residuals > 0).sum(axis=1) / fits.count[rows]).mean())
    spread = np.sqrt(len(rows) * usual * (1 - usual))
    return float(((car > 0).sum() - len(rows) * usual) / spread) if spread > 0 else None
