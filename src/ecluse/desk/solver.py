"""Linear programmes by HiGHS: the allocation that serves most, and what each limit is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np

from ecluse.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Sequence

INFINITY = 1e30
CLOSE = 1e-6


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
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("log_to_console", False)  # noqa: FBT003 - HiGHS's own way
    solver.setOptionValue("output_flag", False)  # noqa: FBT003
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("random_seed", 0)
    for gain, top in zip(gains, tops, strict=True):
        solver.addVar(0.0, float(top))
        solver.changeColCost(solver.getNumCol() - 1, float(gain))
    for row in rows:
        indices = np.array(sorted(row.coefficients), dtype=np.int32)
        values = np.array([row.coefficients[index] for index in sorted(row.coefficients)], dtype=np.float64)
        solver.addRow(-INFINITY, float(row.most), len(indices), indices, values)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    if whole:
        for index in range(len(gains)):
            solver.changeColIntegrality(index, highspy.HighsVarType.kInteger)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        message = f"HiGHS found no optimum: {solver.modelStatusToString(solver.getModelStatus())}."
        raise DeskError(message)
    solution = solver.getSolution()
    worth = tuple(float(one) for one in solution.row_dual) if not whole else (0.0,) * len(rows)
    return Solved(
        float(solver.getInfo().objective_function_value),
        tuple(float(one) for one in solution.col_value),
        tuple(float(one) for one in solution.row_value),
        worth,
    )
