"""Rows into numbers: each distinct row one number, in a table of steps or by hashing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.tables import coding
from ecluse.tables.coding import Trie

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = st.lists(st.tuples(*[st.integers(0, 12)] * 3), min_size=1, max_size=40)


@pytest.mark.parametrize("cells", [0, 20, 1 << 24])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(ROWS, min_size=1, max_size=4))
def test_a_trie_numbers_each_distinct_row_once(
    cells: int, monkeypatch: pytest.MonkeyPatch, blocks: Sequence[Sequence[tuple[int, ...]]]
) -> None:
    """Whatever is met later, and whether steps lie in a table, are hashed from the first, or from then on."""
    monkeypatch.setattr(coding, "MOST_CELLS", cells)
    trie, known = Trie(3), dict[tuple[int, ...], int]()
    for rows in blocks:
        columns = [np.array(column, dtype=np.int32) for column in zip(*rows, strict=True)]
        for row, number in zip(rows, trie.walk(columns, len(rows)).tolist(), strict=True):
            assert known.setdefault(row, number) == number
            assert trie.row(number) == row
    assert sorted(known.values()) == list(range(trie.count))


def test_columns_of_rows_that_all_differ_need_no_table_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand names twice over would be ten thousand million cells."""
    asked: list[tuple[int, ...]] = []
    real = np.full

    def full(shape: tuple[int, ...], *more: object, **kept: object) -> object:
        asked.append(shape)
        return real(shape, *more, **kept)  # type: ignore[call-overload]

    monkeypatch.setattr(np, "full", full)
    many = np.arange(100_000, dtype=np.int32)
    trie = Trie(3)
    assert (trie.walk([many, many, many], len(many)) == many).all()
    assert trie.count == len(many)
    assert max(int(np.prod(shape)) for shape in asked) <= coding.MOST_CELLS


@pytest.mark.parametrize("most", [63, 20, 3])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(ROWS, min_size=1, max_size=4))
def test_keys_number_each_distinct_row_once_however_wide(
    most: int, monkeypatch: pytest.MonkeyPatch, blocks: Sequence[Sequence[tuple[int, ...]]]
) -> None:
    """Rows too wide for one number are numbered by their halves, those met before among them."""
    monkeypatch.setattr(coding, "MOST_BITS", most)
    keys, known = coding.Keys(3), dict[tuple[int, ...], int]()
    for rows in blocks:
        columns = [np.array(column, dtype=np.int32) for column in zip(*rows, strict=True)]
        numbers, fresh = keys.ids(columns)
        for row, number in zip(rows, numbers.tolist(), strict=True):
            assert known.setdefault(row, number) == number
        assert [known[rows[at]] for at in fresh.tolist()] == list(range(keys.count - len(fresh), keys.count))
    assert sorted(known.values()) == list(range(keys.count))
