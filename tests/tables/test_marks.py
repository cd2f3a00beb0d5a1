"""Numbers, days and countries as a user's own programs write them: read as meant, or refused with what was expected."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.convoy import Options, batch
from ecluse.errors import BadTable
from ecluse.tables.cells import Marks, typed
from ecluse.tables.mapping import read_map
from tests.conftest import ROOT
from tests.convoy.made import KNOWN, checked

if TYPE_CHECKING:
    from pathlib import Path

GERMAN = Marks(",", ".", "DD.MM.YYYY")
SAP = ROOT / "examples" / "maps" / "sap-sales-orders.toml"


@pytest.mark.parametrize(
    ("text", "marks", "value"),
    [
        ("1.000", GERMAN, 1000),
        ("27.000,00", GERMAN, 27000),
        ("1.234.567,5", GERMAN, Decimal("1234567.5")),
        ("1000", GERMAN, 1000),
        ("-0,5", GERMAN, Decimal("-0.5")),
        ("1,000", Marks(), None),
        ("1,000", Marks(".", ","), 1000),
        ("1.000", Marks(".", ","), 1),
        ("1.5", GERMAN, None),
        ("1.0000", GERMAN, None),
        ("0.500", GERMAN, None),
        ("1.00.000", GERMAN, None),
        ("1,000,00", GERMAN, None),
        ("1.000", Marks(",", ""), None),
        ("1 000,5", Marks(",", " "), Decimal("1000.5")),
        ("1\u202f000", Marks(",", " "), 1000),
        ("1'000.5", Marks(".", "'"), Decimal("1000.5")),
        ("1'00", Marks(".", "'"), None),
    ],
)
def test_marks_part_thousands_and_decimals(text: str, marks: Marks, value: object) -> None:
    """A mark that stands amiss is refused, never taken for the other."""
    if value is None:
        with pytest.raises(ValueError, match="expected a number"):
            typed("number", text, marks)
    else:
        assert typed("number", text, marks) == value
        assert Decimal(str(typed("amount", text, marks))) == value


def test_what_was_expected_is_told() -> None:
    """Groups of three, or that a map can name the mark."""
    with pytest.raises(ValueError, match=r"such as 27\.000,00 \('\.' parts groups of three digits\)"):
        typed("number", "1.5", GERMAN)
    with pytest.raises(ValueError, match="digits without separators, unless a map names the mark"):
        typed("number", "1,000")


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_a_number_written_in_any_marks_is_the_same(whole: int, rest: int) -> None:
    """Grouped or not."""
    number = Decimal(whole) + Decimal(rest) / 100
    for decimal, thousands in ((",", "."), (".", ","), (",", " "), (".", "'")):
        text = f"{number:,.2f}".replace(",", "_").replace(".", decimal).replace("_", thousands)
        assert typed("number", text, Marks(decimal, thousands)) == number


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("01.02.2026", "DD.MM.YYYY", dt.date(2026, 2, 1)),
        ("1/2/2026", "M/D/YYYY", dt.date(2026, 1, 2)),
        ("20260201", "YYYYMMDD", dt.date(2026, 2, 1)),
        ("2026-02-01", "DD.MM.YYYY", dt.date(2026, 2, 1)),
        ("31.02.2026", "DD.MM.YYYY", None),
        ("1.2.2026", "DD.MM.YYYY", None),
        ("01/02/2026", "DD.MM.YYYY", None),
        ("01.02.2026", "", None),
    ],
)
def test_days_are_read_in_the_order_that_a_map_names(text: str, order: str, day: dt.date | None) -> None:
    """And as year-month-day, which cannot be mistaken."""
    if day is None:
        with pytest.raises(ValueError, match="is no day"):
            typed("day", text, Marks(date=order))
    else:
        assert typed("day", text, Marks(date=order)) == day


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('date = "YYYY-DD-MM"', "expected year, month and day once each"),
        ('date = "DD.MM.YY"', "expected year, month and day once each"),
        ('date = "DD.DD.YYYY"', "expected year, month and day once each"),
        ('decimal = ","\nthousands = ","', "the mark before decimals"),
        ('thousands = ";"', "expected one of"),
        ('countries = "flags"', "expected one of codes, names"),
    ],
)
def test_a_map_that_says_no_sense_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """With what was expected."""
    (tmp_path / "map.toml").write_text(f"{text}\n[columns]\n", encoding="utf-8")
    with pytest.raises(BadTable, match=why):
        read_map(tmp_path / "map.toml")


def sales(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    """Write an export as SAP does under German settings."""
    heads = tuple(read_map(SAP).columns)
    path = folder / "sap.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow((*heads, "Plant", "SOrg."))
        writer.writerows((*row, "1000", "DE01") for row in rows)
    return path


def test_the_map_for_sap_reads_what_sap_writes(tmp_path: Path) -> None:
    """Thousands, decimals, days, countries by name; the row as `check` answers it, broken ones with their reasons."""
    good = ("4711", "H200 SXM", "1.000", "01.02.2026", "United States", "P.R. China", "Alibaba", "China",
            "27.000,00", "USD")  # fmt: skip
    rows: list[tuple[str, ...]] = [
        good,
        (*good[:2], "1.5", *good[3:]),
        (*good[:8], "27.000.00", "USD"),
        (*good[:4], "Germny", *good[5:]),
    ]
    done = batch(Options(sales(tmp_path, rows), tmp_path / "out.parquet", mapping=SAP, known=KNOWN))
    line = {
        "quantity": 1000,
        "origin": "US",
        "destination": "CN",
        "on": "2026-02-01",
        "item": {"chip": "H200 SXM"},
        "buyer": {"name": "Alibaba", "country": "CN"},
    }
    assert done.answers[0] == checked(line)
    assert pq.read_table(tmp_path / "out.parquet")["Order Quantity"].to_pylist() == ["1.000"]
    with (tmp_path / "out.parquet.rejected.csv").open(newline="", encoding="utf-8") as file:
        aside = [(row["row"], row["field"]) for row in csv.DictReader(file)]
    assert aside == [("2", "quantity"), ("3", "unit_price.amount"), ("4", "origin")]


def test_numbers_beside_texts_in_one_column_keep_their_worth(tmp_path: Path) -> None:
    """A number of a typed format that shares its column with texts is written in the marks of the texts."""
    (tmp_path / "map.toml").write_text('decimal = ","\n[columns]\n', encoding="utf-8")
    cells: list[object] = [1599.125, "1599,125", 4800, "4.800"]
    rows = [
        {"quantity": 1, "origin": "US", "destination": "CN", "item": {"measures": {"tpp": one, "datacenter": True}}}
        for one in cells
    ]
    path = tmp_path / "book.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    batch(Options(path, tmp_path / "out.ndjson", mapping=tmp_path / "map.toml", known=KNOWN, on=dt.date(2026, 2, 1)))
    told = [json.loads(row) for row in (tmp_path / "out.ndjson").read_text(encoding="utf-8").splitlines()]
    answers = [(row["ic_level"], row["missing"], row["decided_by"]) for row in told]
    assert len(answers) == len(cells)
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]
    assert answers[0] != answers[2]
