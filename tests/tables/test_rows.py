"""What a row is, whoever ended its lines; names of columns; days of typed tables."""

from __future__ import annotations

import csv
import datetime as dt
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecluse.convoy import Options, batch
from ecluse.convoy.told import told
from ecluse.dates import Known
from ecluse.errors import BadTable
from tests.convoy.made import KNOWN, table_of
from tests.tables.test_files import LINES

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "id,quantity,origin,destination,item.chip"
GOOD, BAD = "a,5,US,CN,H20", "b,0,US,CN,H20"


def rejected(path: Path) -> list[tuple[str, str]]:
    """Answer a table, and give the rows that could not be read with their fields."""
    to = path.with_name("out.csv")
    batch(Options(path, to, known=KNOWN))
    with to.with_name("out.csv.rejected.csv").open(newline="", encoding="utf-8") as file:
        return [(row["row"], row["field"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("blank", ["", " ", "\t "])
def test_numbers_of_rows_count_rows_and_no_blank_lines(tmp_path: Path, end: str, blank: str) -> None:
    """However lines end, and whether or not another line is broken so that all are looked at one by one."""
    rows = [GOOD, blank, BAD, blank, blank, GOOD, BAD]
    path = tmp_path / "book.csv"
    path.write_bytes(end.join([HEAD, *rows, ""]).encode())
    assert rejected(path) == [("2", "quantity"), ("4", "quantity")]
    path.write_bytes(end.join([HEAD, 'a,"5,US,CN,H20', *rows, ""]).encode())
    assert rejected(path) == [("1", ""), ("3", "quantity"), ("5", "quantity")]


def test_a_row_of_several_lines_is_one(tmp_path: Path) -> None:
    """Also where lines end in several ways in one file."""
    path = tmp_path / "book.csv"
    path.write_bytes(f'{HEAD}\r\na,5,US,CN,"H\n20"\r{BAD}\n{GOOD}\r\n{BAD}\r\n'.encode())
    assert rejected(path) == [("2", "quantity"), ("4", "quantity")]


def test_blank_lines_and_empty_rows_are_no_rows_elsewhere(tmp_path: Path) -> None:
    """In NDJSON and in sheets as in CSV."""
    import xlsxwriter

    lines = [LINES[0], None, LINES[1] | {"quantity": 0}, None, LINES[2] | {"quantity": 0}]
    path = tmp_path / "book.ndjson"
    path.write_text("".join("\n" if one is None else json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    assert rejected(path) == [("2", "quantity"), ("3", "quantity")]
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        sheet = book.add_worksheet()
        for at, text in enumerate([HEAD, GOOD, "", BAD, "", BAD]):
            sheet.write_row(at, 0, text.split(",") if text else [])
    assert rejected(tmp_path / "book.xlsx") == [("2", "quantity"), ("3", "quantity")]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("id,quantity,origin,destination,item.chip,origin", "'origin' stands there twice"),
        ("id,quantity,,destination,item.chip", "column 3 has no name"),
    ],
)
def test_a_head_that_is_none_is_told_by_its_column(tmp_path: Path, head: str, why: str) -> None:
    """Which name stands twice, and which column has none."""
    (tmp_path / "book.csv").write_text(f"{head}\n{GOOD}\n", encoding="utf-8")
    with pytest.raises(BadTable, match=why):
        batch(Options(tmp_path / "book.csv", tmp_path / "out.csv"))


def test_a_head_out_of_all_proportion_is_refused(tmp_path: Path) -> None:
    """A name that the reader of CSV does not take."""
    (tmp_path / "book.csv").write_text(f'"{"x" * 2000}",quantity\n{GOOD}\n', encoding="utf-8")
    before = csv.field_size_limit(1000)
    try:
        with pytest.raises(BadTable, match="cannot be read as names of columns"):
            batch(Options(tmp_path / "book.csv", tmp_path / "out.csv"))
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", None])
def test_midnight_in_the_zone_of_a_column_is_a_day(tmp_path: Path, zone: str | None) -> None:
    """In whatever zone; another time of day is none."""
    midnight = dt.datetime(2022, 10, 7)  # noqa: DTZ001 - the column's own
    kind = pa.timestamp("us", tz=zone)
    days = pa.array([midnight, midnight + dt.timedelta(hours=8)]).cast(pa.timestamp("us"))
    days = days.cast(kind) if zone is None else pa.compute.assume_timezone(days, zone)
    lines = [{key: value for key, value in LINES[0].items() if key != "on"} for _ in range(2)]
    pq.write_table(table_of(lines).append_column("on", days), tmp_path / "book.parquet")
    done = batch(Options(tmp_path / "book.parquet", tmp_path / "out.parquet", known=KNOWN))
    assert (done.summary.read, done.summary.rejected) == (2, 1)
    with (tmp_path / "out.parquet.rejected.csv").open(newline="", encoding="utf-8") as file:
        assert [(row["row"], row["field"]) for row in csv.DictReader(file)] == [("2", "on")]
    plain = table_of([LINES[0] | {"on": "2022-10-07"}])
    pq.write_table(plain, tmp_path / "plain.parquet")
    same = batch(Options(tmp_path / "plain.parquet", tmp_path / "same.parquet", known=KNOWN))
    assert done.answers == same.answers


def test_the_newest_evidence_is_of_what_was_known(tmp_path: Path) -> None:
    """What was reported later is no evidence on that day; before any there is none."""
    pq.write_table(table_of(LINES), tmp_path / "book.parquet")
    for day, said in ((dt.date(2026, 4, 1), "newest evidence of 2026-0"), (dt.date(1990, 1, 1), "no evidence known")):
        done = batch(Options(tmp_path / "book.parquet", tmp_path / "out.parquet", known=Known(day=day)))
        text = told(done)
        assert said in text
        if "newest" in said:
            assert text.partition("newest evidence of ")[2][:10] <= str(day)


def test_a_table_without_rows_is_told_in_few_words(tmp_path: Path) -> None:
    """Without lines that say nothing."""
    (tmp_path / "book.csv").write_text(f"{HEAD}\n", encoding="utf-8")
    text = told(batch(Options(tmp_path / "book.csv", tmp_path / "out.csv", known=KNOWN)))
    assert "0 of 0 rows answered" in text
    assert "'s gate" not in text
