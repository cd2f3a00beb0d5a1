"""Made panels: returns with a known model, known noise and a known effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecluse.market.model import Fits, Spec, Sums, cumulate, fit

Floats = npt.NDArray[np.float64]
EVENT, SESSIONS = 250, 260


@dataclass(frozen=True)
class Panel:
    """How a panel is drawn: shares, noise a day, correlation of noise, effect and spread on the event's session."""

    shares: int
    sigma: float = 0.02
    shared: float = 0.0
    effect: float = 0.0
    swell: float = 1.0

    def draw(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw returns (shares by sessions) and the market's."""
        market = rng.normal(0.0003, 0.01, SESSIONS)
        common = rng.normal(0, 1, SESSIONS)
        own = rng.normal(0, 1, (self.shares, SESSIONS))
        noise = self.sigma * (np.sqrt(self.shared) * common + np.sqrt(1 - self.shared) * own)
        noise[:, EVENT] *= self.swell
        returns = 0.0002 + rng.uniform(0.5, 1.8, self.shares)[:, None] * market + noise
        returns[:, EVENT] += self.effect
        return returns, market


def measured(
    returns: Floats, market: Floats | None, window: tuple[int, int] = (0, 0), model: str = "market"
) -> tuple[Fits, Sums]:
    """Fit every share at the event's session and sum over one window."""
    shares = len(returns)
    fits = fit(returns, market, np.arange(shares), np.full(shares, EVENT), Spec(model, span=window))
    return fits, cumulate(fits, window)
