"""Truths of many rows as bits combine as truths of one row do; policies and ladders with them."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.engine import planes
from ecluse.engine.planes import Plane, every, full, plane, some
from ecluse.truth import NO, UNKNOWN, YES, Truth
from ecluse.truth import every as every_one
from ecluse.truth import some as some_one

if TYPE_CHECKING:
    from collections.abc import Sequence

CODE = {YES: 1, NO: 0, UNKNOWN: -1}
TRUTHS = st.sampled_from((YES, NO, UNKNOWN))
ROWS = st.lists(st.tuples(TRUTHS, TRUTHS, TRUTHS), min_size=1, max_size=80)


def columns(rows: Sequence[tuple[Truth, ...]]) -> list[Plane]:
    """Lay rows out as planes, one a column."""
    return [plane(np.array([CODE[one] for one in column], dtype=np.int8)) for column in zip(*rows, strict=True)]


def told(answers: Plane, size: int) -> list[int]:
    """Give the code of each row."""
    found: list[int] = planes.codes(answers, size).tolist()
    return found


@given(ROWS)
def test_planes_combine_as_truths_do(rows: list[tuple[Truth, ...]]) -> None:
    """And, or, not, all, any: strong Kleene, row by row."""
    one, two, three = columns(rows)
    size, whole = len(rows), full(len(rows))
    for operation in (operator.and_, operator.or_):
        assert told(operation(one, two), size) == [CODE[operation(row[0], row[1])] for row in rows]
    assert told(~one, size) == [CODE[~row[0]] for row in rows]
    assert told(every((one, two, three), whole), size) == [CODE[every_one(row)] for row in rows]
    assert told(some((one, two, three), whole), size) == [CODE[some_one(row)] for row in rows]
    assert told(every((), whole), size) == [1] * size
    assert told(some((), whole), size) == [0] * size


@pytest.mark.parametrize("size", [1, 7, 8, 9, 64, 1000])
def test_sets_of_rows_come_back_as_they_went_in(size: int) -> None:
    """Whatever the number of rows."""
    chosen = np.arange(size) % 3 == 0
    assert (planes.chosen(planes.packed(chosen), size) == chosen).all()


def test_an_or_that_takes_not_known_for_no_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a fault and see rows differ from one line."""
    monkeypatch.setattr(Plane, "__or__", lambda one, two: Plane(one.yes | two.yes, one.no | two.no))
    rows = [(UNKNOWN, NO, NO), (YES, NO, NO)]
    one, two, _ = columns(rows)
    assert told(one | two, 2) != [CODE[row[0] | row[1]] for row in rows]
