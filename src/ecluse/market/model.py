"""Abnormal returns: what a share did less what it was to do, for many pairs of event and share at once.

Market model: r = a + b m + e, by least squares on the estimation window; mean-adjusted: r = a + e;
market-adjusted: r = m + e. Errors of prediction carry that a and b are themselves estimated
(Patell 1976; for sums over a window Salinger 1992).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]

# Less noise a day than this is rounding: a price that never moves, or the market itself.
STILL = 1e-9
MODELS = ("market", "mean", "market-adjusted")


@dataclass(frozen=True, slots=True)
class Spec:
    """What is estimated on which sessions, counted from the event's own (0).

    The estimation window is [-start, -end]; `span` the sessions [-before, +after] on which abnormal
    returns are wanted; `least` the returns without which nothing is estimated.
    """

    model: str = "market"
    start: int = 250
    end: int = 30
    span: tuple[int, int] = (1, 1)
    least: int = 60

    @property
    def length(self) -> int:
        """Sessions in the estimation window."""
        return self.start - self.end + 1

    @property
    def parameters(self) -> int:
        """Degrees of freedom that the model takes: market-adjusted takes that of its own mean."""
        return 2 if self.model == "market" else 1


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """One row a pair: the model's figures, residuals of estimation, and returns of the span.

    Returns are fractions (0.03 is 3 percent), NaN where there is none. `residuals` is pairs by
    sessions of estimation; `actual`, `expected` and `drift` (the market's return less its mean) pairs
    by sessions of the span.
    """

    spec: Spec
    at: Ints
    count: Ints
    alpha: Floats
    beta: Floats
    sigma: Floats
    spread: Floats
    residuals: Floats
    actual: Floats
    expected: Floats
    drift: Floats

    @property
    def abnormal(self) -> Floats:
        """Abnormal returns of the span."""
        return self.actual - self.expected

    @property
    def freedom(self) -> Ints:
        """Degrees of freedom of `sigma`."""
        return self.count - self.spec.parameters

    def columns(self, window: tuple[int, int]) -> slice:
        """The columns of the span that make up the window [-before, +after]."""
        before, _ = self.spec.span
        return slice(before - window[0], before + window[1] + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """A window's abnormal return by pair: cumulated (CAR), its standard error, bought and held (BHAR)."""

    window: tuple[int, int]
    car: Floats
    error: Floats
    bhar: Floats

    @property
    def standardised(self) -> Floats:
        """CAR in standard errors: Student's t under the null, with the fit's degrees of freedom."""
        return self.car / self.error


def fit(returns: Floats, market: Floats | None, firm: Ints, at: Ints, spec: Spec) -> Fits:
    """Fit every pair: `returns` firms by sessions, `market` by session, pairs as firm and session of the event.

    A pair with too few returns has NaN for all its figures.
    """
    sessions = returns.shape[1]
    market = np.zeros(sessions) if market is None else market
    past = at[:, None] + np.arange(-spec.start, -spec.end + 1)
    near = at[:, None] + np.arange(-spec.span[0], spec.span[1] + 1)
    r, m = _taken(returns, firm, past), _taken(market[None, :], np.zeros_like(firm), past)
    there = ~(np.isnan(r) | np.isnan(m))
    count = there.sum(axis=1)
    enough = count >= max(spec.least, spec.parameters + 3)
    n = np.where(enough, count, np.nan)
    r, m = np.where(there, r, 0.0), np.where(there, m, 0.0)
    mean_r, mean_m = r.sum(axis=1) / n, m.sum(axis=1) / n
    off_r, off_m = np.where(there, r - mean_r[:, None], 0.0), np.where(there, m - mean_m[:, None], 0.0)
    spread = (off_m**2).sum(axis=1)
    alpha, beta = _line(spec.model, mean_r, mean_m, (off_r * off_m).sum(axis=1), spread)
    residuals = np.where(there & enough[:, None], r - alpha[:, None] - beta[:, None] * m, np.nan)
    centred = residuals - (np.nansum(residuals, axis=1) / n)[:, None]
    sigma = np.sqrt(np.nansum(centred**2, axis=1) / (n - spec.parameters))
    actual, of_market = _taken(returns, firm, near), _taken(market[None, :], np.zeros_like(firm), near)
    return Fits(
        spec=spec,
        at=at,
        count=count,
        alpha=alpha,
        beta=beta,
        sigma=np.where(sigma > STILL, sigma, np.nan),
        spread=spread,
        residuals=residuals,
        actual=actual,
        expected=alpha[:, None] + beta[:, None] * of_market,
        drift=of_market - mean_m[:, None],
    )


def _taken(table: Floats, row: Ints, column: Ints) -> Floats:
    """Take entries of a table; beyond its edges there is none."""
    inside = (column >= 0) & (column < table.shape[1])
    return np.where(inside, table[row[:, None], np.clip(column, 0, table.shape[1] - 1)], np.nan)


def _line(model: str, mean_r: Floats, mean_m: Floats, cross: Floats, spread: Floats) -> tuple[Floats, Floats]:
    if model == "market":
        beta = cross / np.where(spread > 0, spread, np.nan)
        return mean_r - beta * mean_m, beta
    if model == "mean":
        return mean_r, np.zeros_like(mean_r)
    return np.where(np.isnan(mean_r), np.nan, 0.0), np.where(np.isnan(mean_r), np.nan, 1.0)


def cumulate(fits: Fits, window: tuple[int, int]) -> Sums:
    """Sum abnormal returns over [-before, +after] with the error of predicting the sum.

    Variance: s2 (L + L2/n + (sum of the market's drift)2 / spread) in the market model,
    s2 (L + L2/n) mean-adjusted, s2 L market-adjusted.
    """
    columns = fits.columns(window)
    length = columns.stop - columns.start
    actual, expected = fits.actual[:, columns], fits.expected[:, columns]
    factor = np.full(len(fits.at), float(length))
    if fits.spec.model != "market-adjusted":
        factor += length**2 / np.maximum(fits.count, 1)
    if fits.spec.model == "market":
        factor += fits.drift[:, columns].sum(axis=1) ** 2 / np.where(fits.spread > 0, fits.spread, np.nan)
    return Sums(
        window=window,
        car=(actual - expected).sum(axis=1),
        error=fits.sigma * np.sqrt(factor),
        bhar=np.prod(1 + actual, axis=1) - np.prod(1 + expected, axis=1),
    )
