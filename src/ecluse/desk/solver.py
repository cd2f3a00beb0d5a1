"""Linear programmes by HiGHS, as SciPy brings it: the allocation that serves most, and what each limit is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import optimize

from ecluse.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One limit: the sum of coefficients times variables is at most `most`."""

    name: str
    coefficients: dict[int, float]
    most: float


@dataclass(frozen=True, slots=True)
class Solved:
    """An optimum: its value, the variables, and per row what is used and what one more would be worth."""

    value: float
    variables: tuple[float, ...]
    used: tuple[float, ...]
    worth: tuple[float, ...]


def maximise(gains: Sequence[float], tops: Sequence[float], rows: Sequence[Row], *, whole: bool) -> Solved:
    """Maximise the gains of variables from 0 to their tops under rows; `whole`: in whole numbers.

    Values of rows (`worth`) are those of the relaxed programme. Raises DeskError where HiGHS finds no
    optimum, which cannot be where every row holds at zero.
    """
    table = np.zeros((len(rows), len(gains)))
    for place, row in enumerate(rows):
        for index, share in row.coefficients.items():
            table[place, index] = share
    costs, most = -np.array(gains), np.array([row.most for row in rows])
    found: Any
    if whole:
        limits = [optimize.LinearConstraint(table, ub=most)] if rows else []
        found = optimize.milp(
            costs,
            integrality=np.ones(len(gains), dtype=np.int64),
            bounds=optimize.Bounds(0, np.array(tops)),
            constraints=limits,
            options={"mip_rel_gap": 0},
        )
        worth = [0.0] * len(rows)
    else:
        bounds = [(0.0, top) for top in tops]
        found = optimize.linprog(costs, table if rows else None, most if rows else None, bounds=bounds, method="highs")
        worth = [-float(one) for one in found.ineqlin.marginals] if found.status == 0 else []
    if found.status != 0:
        message = f"HiGHS found no optimum: {found.message}"
        raise DeskError(message)
    variables = np.asarray(found.x)
    return Solved(
        -float(found.fun),
        tuple(float(one) for one in variables),
        tuple(float(one) for one in table @ variables),
        tuple(worth),
    )
