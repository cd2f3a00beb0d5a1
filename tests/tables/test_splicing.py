"""Answers stand beside columns carried over as they are: the same file, whoever reads it."""

from __future__ import annotations

import contextlib
import io
import random
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.convoy import Options, batch, run
from ecluse.errors import BadTable
from ecluse.tables import splicing
from ecluse.tables.footers import NotUnderstood, footer_of, parsed, written
from tests.convoy.made import KNOWN, table_of
from tests.tables.test_files import LINES

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [LINES[at % len(LINES)] | {"id": f"PO-{at}"} for at in range(70)]


def book(folder: Path, group: int, *, broken: tuple[int, ...] = ()) -> Path:
    """Write lines in groups of so many rows, with columns that nobody reads; some rows have no quantity."""
    table = table_of([row | {"quantity": None if at in broken else 5} for at, row in enumerate(ROWS)])
    more = {
        "note": pa.array([f"note {at}" for at in range(len(table))]),
        "stamp": pa.array(range(len(table)), pa.timestamp("us", tz="UTC")),
        "tags": pa.array([[at, None] if at % 3 else None for at in range(len(table))]),
        "box": pa.array([{"a": at, "b": str(at)} if at % 2 else None for at in range(len(table))]),
        "price": pa.array([None if at % 5 else at for at in range(len(table))], pa.decimal128(12, 2)),
    }
    for name, column in more.items():
        table = table.append_column(name, column)
    path = folder / "book.parquet"
    pq.write_table(table, path, row_group_size=group)
    return path


def both_ways(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[pa.Table, pa.Table, Path]:
    """Answer a book with its columns carried over, and with all written anew."""
    carried, anew = path.with_name("carried.parquet"), path.with_name("anew.parquet")
    options = {"known": KNOWN, "ignored": ("note", "stamp", "tags", "box", "price")}
    batch(Options(path, carried, **options))  # type: ignore[arg-type]
    monkeypatch.setattr(run, "splices", lambda _: False)
    batch(Options(path, anew, **options))  # type: ignore[arg-type]
    return pq.read_table(carried), pq.read_table(anew), carried


@pytest.mark.parametrize(("group", "broken"), [(70, ()), (20, ()), (20, (0, 21, 22, 69)), (20, tuple(range(20, 40)))])
def test_a_carried_file_reads_as_one_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int, broken: tuple[int, ...]
) -> None:
    """By two readers; groups of which rows were left out are written anew, one with none left is left out."""
    monkeypatch.setattr(splicing, "FEWEST", 1)
    path = book(tmp_path, group, broken=broken)
    assert splicing.splices(path)
    carried, anew, to = both_ways(path, monkeypatch)
    assert carried.equals(anew)
    assert carried.num_rows == len(ROWS) - len(broken)
    assert pl.read_parquet(to).equals(pl.from_arrow(anew))  # type: ignore[arg-type]
    source = pq.read_table(path)
    assert carried.column_names[: source.num_columns] == source.column_names


@pytest.mark.parametrize("rows", [0, 3])
def test_a_table_of_which_no_row_is_left_gives_an_empty_one(tmp_path: Path, rows: int) -> None:
    """All rows broken, or none there: a file with every column, and no traceback."""
    table = table_of([LINES[0] | {"quantity": 5}]).take(pa.array([0] * rows, pa.int64()))
    at = table.column_names.index("quantity")
    path, to = tmp_path / "book.parquet", tmp_path / "out.parquet"
    pq.write_table(table.set_column(at, "quantity", pa.array([0] * rows, pa.int64())), path)
    done = batch(Options(path, to, known=KNOWN))
    assert (done.summary.read, done.summary.rejected) == (rows, rows)
    told = pq.read_table(to)
    assert told.num_rows == 0
    assert told.column_names[: table.num_columns] == table.column_names
    assert "may_pass" in told.column_names


def test_the_bytes_of_a_column_are_carried_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statistics and encodings of the table's own columns stay."""
    monkeypatch.setattr(splicing, "FEWEST", 1)
    path = book(tmp_path, 30)
    both_ways(path, monkeypatch)
    one, two = pq.ParquetFile(path).metadata, pq.ParquetFile(tmp_path / "carried.parquet").metadata
    assert one.num_row_groups == two.num_row_groups
    for group in range(one.num_row_groups):
        for at in range(one.num_columns):
            before, after = one.row_group(group).column(at), two.row_group(group).column(at)
            assert before.total_compressed_size == after.total_compressed_size
            assert before.encodings == after.encodings
            assert before.to_dict()["statistics"] == after.to_dict()["statistics"]


def test_a_file_that_we_would_write_otherwise_is_not_carried(tmp_path: Path) -> None:
    """Old instants of 96 bits come back as 64: two groups of one file would not be alike."""
    table = pa.table({"on": pa.array([1, 2], pa.timestamp("ns"))})
    old, plain = tmp_path / "old.parquet", tmp_path / "plain.parquet"
    pq.write_table(table, old, use_deprecated_int96_timestamps=True)
    pq.write_table(table, plain)
    assert not splicing.splices(old)
    assert splicing.splices(plain)


def test_a_second_answer_stands_beside_a_carried_book(tmp_path: Path) -> None:
    """Both answers, under their names."""
    import datetime as dt

    path, to = book(tmp_path, 70), tmp_path / "out.parquet"
    unread = ("note", "stamp", "tags", "box", "price")
    batch(Options(path, to, known=KNOWN, compare_on=dt.date(2022, 1, 3), ignored=unread))
    names = pq.read_table(to).column_names
    assert {"may_pass", "compared_may_pass"} <= set(names)


def test_a_footer_is_written_as_it_was_read() -> None:
    """To the byte."""
    held = io.BytesIO()
    pq.write_table(pa.table({"a": [1.5, None], "b": ["x", "y"], "c": [True, None]}), held)
    raw = held.getvalue()
    length = int.from_bytes(raw[-8:-4], "little")
    assert written(footer_of(held, len(raw))) == raw[-8 - length : -8]


@given(st.binary(max_size=400))
def test_bytes_that_are_no_footer_are_refused(raw: bytes) -> None:
    """They are read in full, or refused; nothing else."""
    try:
        found = parsed(raw)
    except NotUnderstood:
        return
    assert parsed(written(found)) == found


def test_spoiled_files_are_told_in_a_sentence(tmp_path: Path) -> None:
    """Whatever byte of its pages or its footer is another, a table is answered or refused, and no half file stays."""
    whole = book(tmp_path, 70).read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    path, to = tmp_path / "spoiled.parquet", tmp_path / "out.parquet"
    unread = ("note", "stamp", "tags", "box", "price")
    rng = random.Random(5)  # noqa: S311
    # Sizes by depth that do not fit, at which a question about the column ends Arrow's process; pages of no length.
    spoils = [(footer + 240, 104), (footer + 1282, 66), (footer + 411, 197), (footer + 1317, 243), (footer + 579, 22)]
    spoils += [(rng.randrange(4, footer), rng.randrange(256)) for _ in range(60)]
    spoils += [(rng.randrange(footer, len(whole)), rng.randrange(256)) for _ in range(60)]
    for at, byte in spoils:
        raw = bytearray(whole)
        raw[at] = byte
        path.write_bytes(raw)
        with contextlib.suppress(BadTable):
            batch(Options(path, to, known=KNOWN, ignored=unread))
        assert not to.with_name("out.parquet.part").exists()


@pytest.mark.parametrize("carries", [True, False])
def test_what_a_table_says_of_its_columns_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, carries: bool
) -> None:
    """Dictionaries, durations and zones are read back as such, by two readers, and the answers beside them."""
    if not carries:
        monkeypatch.setattr(run, "splices", lambda _: False)
    table = table_of([LINES[0], LINES[1]])
    more = {
        "word": pa.array(["a", None]).dictionary_encode(),
        "took": pa.array([5, 7], pa.duration("s")),
        "seen": pa.array([1, 2], pa.timestamp("us", tz="Asia/Shanghai")),
        "long": pa.array(["x", "y"], pa.large_string()),
    }
    for name, column in more.items():
        table = table.append_column(name, column)
    path, to = tmp_path / "book.parquet", tmp_path / "out.parquet"
    pq.write_table(table.replace_schema_metadata({"owner": "desk 4"}), path)
    batch(Options(path, to, known=KNOWN, ignored=tuple(more)))
    told, source = pq.read_table(to), pq.read_table(path)
    assert told.select(source.column_names).equals(source)
    assert told.schema.types[: source.num_columns] == source.schema.types
    assert told.schema.metadata[b"owner"] == b"desk 4"
    assert told.schema.field("may_pass").type == pa.bool_()
    assert told.schema.field("decided_by").type == pa.string()
    assert pl.read_parquet(to)["took"].dtype == pl.Duration
