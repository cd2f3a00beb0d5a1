"""Structures of Parquet are read by their parts, and kept as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecluse.convoy import Options, batch, run
from ecluse.errors import BadTable
from tests.convoy.made import KNOWN, checked
from tests.tables.test_files import LINES

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    *LINES,
    {key: value for key, value in LINES[0].items() if key not in ("buyer", "end_user")},
    LINES[1] | {"item": {"measures": {"tpp": {"at_least": 1600, "at_most": 4800}, "datacenter": True}}},
    LINES[1] | {"buyer": {"name": "Alibaba Group", "owners": [{"name": "X", "percent": 60}]}},
]


def book(folder: Path) -> Path:
    """Write lines as nested rows."""
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "book.parquet")
    return folder / "book.parquet"


@pytest.mark.parametrize("carried", [True, False])
def test_nested_columns_answer_as_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, carried: bool) -> None:
    """Parts of parts, bounds, lists, and structures that are empty; the columns stay what they were."""
    if not carried:
        monkeypatch.setattr(run, "splices", lambda _: False)
    path, to = book(tmp_path), tmp_path / "out.parquet"
    done = batch(Options(path, to, known=KNOWN))
    assert (done.summary.rejected, done.unread) == (0, ())
    told = pq.read_table(to)
    source = pq.read_table(path)
    assert told.select(source.column_names).to_pylist() == source.to_pylist()
    assert not [name for name in told.column_names if "." in name]
    codes = {True: 1, False: 0, None: -1}
    for line, row in zip(ROWS, told.to_pylist(), strict=True):
        wanted = checked(line)
        assert codes[row["may_pass"]] == wanted.may_pass
        assert (row["decided_by"] or "", row["missing"] or "") == (wanted.decided_by, wanted.missing), line


def test_a_structure_becomes_text_where_a_format_has_none(tmp_path: Path) -> None:
    """One cell of JSON, as it was one column."""
    batch(Options(book(tmp_path), tmp_path / "out.csv", known=KNOWN))
    head = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[0]
    assert '"item"' in head
    assert "item.chip" not in head


def test_a_part_is_refused_or_left_by_its_name(tmp_path: Path) -> None:
    """A slip of the pen in a structure, a path that stands twice, a structure to keep unread."""
    rows = [{**LINES[0], "buyer": {"name": "A", "headquarter": "CN"}}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "book.parquet")
    with pytest.raises(BadTable, match=r"'buyer\.headquarter' is no field"):
        batch(Options(tmp_path / "book.parquet", tmp_path / "out.parquet"))
    done = batch(Options(tmp_path / "book.parquet", tmp_path / "out.parquet", ignored=("buyer",), known=KNOWN))
    assert done.unread == ("buyer",)
    pq.write_table(pa.Table.from_pylist([{**LINES[0], "item.chip": "L4"}]), tmp_path / "book.parquet")
    with pytest.raises(BadTable, match=r"item\.chip stands in a structure and in a column of its own"):
        batch(Options(tmp_path / "book.parquet", tmp_path / "out.parquet"))
