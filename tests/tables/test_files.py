"""Tables in every format: read, answered, written; broken rows aside, none lost; no half file."""

from __future__ import annotations

import csv
import datetime as dt
import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from ecluse.cli import main
from ecluse.convoy import Options, batch
from ecluse.convoy.report import page
from ecluse.convoy.told import as_data, told
from ecluse.errors import BadTable
from ecluse.tables.mapping import read_map
from ecluse.tables.paths import understood
from tests.convoy.made import KNOWN, checked, table_of

if TYPE_CHECKING:
    from pathlib import Path

LINES = [
    {
        "id": f"PO-{number}",
        "quantity": number + 1,
        "origin": "US",
        "destination": destination,
        "on": "2026-01-24",
        "item": {"chip": chip},
        "buyer": {"name": "Alibaba Group", "headquarters": "CN"},
        "end_user": {"same_as": "buyer"},
        "facts": {"kyc_certified": True},
    }
    for number, (chip, destination) in enumerate(
        (chip, to) for chip in ("H200 SXM", "L4", "H20") for to in ("CN", "DE", "IR")
    )
]


def written(folder: Path, ending: str) -> Path:
    """Write the lines as a table of a kind."""
    path, table = folder / f"book{ending}", table_of(LINES)
    match ending:
        case ".parquet":
            pq.write_table(table, path)
        case ".csv":
            with path.open("w", newline="", encoding="utf-8-sig") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(table.column_names)
                writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
        case ".ndjson":
            path.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
        case _:
            import xlsxwriter

            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet()
                for at, row in enumerate(
                    [table.column_names, *zip(*(one.to_pylist() for one in table.columns), strict=True)]
                ):
                    sheet.write_row(at, 0, row)
    return path


def rows_of(path: Path) -> list[dict[str, object]]:
    """Read answers back, truths as words."""
    match path.suffix:
        case ".parquet":
            rows = pq.read_table(path).to_pylist()
        case ".csv":
            with path.open(newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        case ".ndjson":
            rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
        case _:
            head, *cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
            rows = [dict(zip(map(str, head), row, strict=True)) for row in cells]
    words = {True: "true", False: "false", None: ""}
    return [
        {key: words[value] if value is None or isinstance(value, bool) else str(value) for key, value in row.items()}
        for row in rows
    ]


@pytest.mark.parametrize("source", [".parquet", ".csv", ".ndjson", ".xlsx"])
@pytest.mark.parametrize("target", [".parquet", ".csv", ".ndjson", ".xlsx"])
def test_any_kind_of_table_into_any_kind(source: str, target: str, tmp_path: Path) -> None:
    """Every input column is kept, every answer is that of `check`, importer has its word in text formats."""
    to = tmp_path / f"answers{target}"
    done = batch(Options(written(tmp_path, source), to, known=KNOWN))
    assert (done.summary.read, done.summary.rejected) == (len(LINES), 0)
    rows = rows_of(to)
    words = {1: "true", 0: "false", -1: "", 2: "" if target == ".parquet" else "not_applicable"}
    for line, row in zip(LINES, rows, strict=True):
        wanted = checked(line)
        assert row["id"] == line["id"]
        assert (row["may_pass"], row["importer"]) == (words[wanted.may_pass], words[wanted.importer])
        assert (row["decided_by"], row["missing"]) == (wanted.decided_by, wanted.missing)
        assert row["ic_level"] == wanted.ic_level
        if target == ".parquet":
            assert row["importer_applies"] == ("false" if wanted.importer == 2 else "true")


def test_broken_rows_are_counted_named_and_none_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each of six ways to break a row stands aside with row, field, value and reason; exit status 4."""
    good = "a,5,US,CN,H20,2026-01-24\n"
    bad = ("b,0,US,CN,H20,2026-01-24\n", "c,5,US,XX,H20,2026-01-24\n", "d,5,US,CN,H20\n", 'e,"5,US,CN,H20,2026-01-24\n',
           "f,5,US,CN,H20,24.01.2026\n", "g,1e3,US,CN,H20,\n")  # fmt: skip
    path = tmp_path / "book.csv"
    path.write_text(
        "id,quantity,origin,destination,item.chip,on\n" + "".join(good + one for one in bad), encoding="utf-8"
    )
    to = tmp_path / "out.csv"
    status = main(["batch", str(path), "--to", str(to), "--quiet"])
    out, err = capsys.readouterr()
    assert status == 4
    assert "6 of 12 rows answered, 6 could not be read" in out
    assert "6 of 12 rows" in err
    assert len(rows_of(to)) == 6
    with (tmp_path / "out.csv.rejected.csv").open(newline="", encoding="utf-8") as file:
        aside = list(csv.DictReader(file))
    assert [(row["row"], row["field"]) for row in aside] == [
        ("2", "quantity"), ("4", "destination"), ("6", ""), ("8", ""), ("10", "on"), ("12", "quantity")
    ]  # fmt: skip
    assert aside[2]["reason"] == "has 5 fields, expected 6"
    assert aside[3]["reason"] == "has a quote that nobody closes"


def test_a_slip_of_the_pen_in_a_column_is_refused_and_a_strange_column_kept(tmp_path: Path) -> None:
    """What is nearly a path would silently be not known; what is none stays beside the answers."""
    path = tmp_path / "book.csv"
    path.write_text(
        "quantity,origin,destination,item.chip,plant,buyer.headquarter\n1,US,CN,H20,7,CN\n", encoding="utf-8"
    )
    with pytest.raises(
        BadTable, match=r"'buyer.headquarter' is no field of an order line. Did you mean 'buyer.headquarters'"
    ):
        batch(Options(path, tmp_path / "out.csv"))
    assert not list(tmp_path.glob("out*"))
    done = batch(Options(path, tmp_path / "out.csv", ignored=("buyer.headquarter",)))
    assert done.unread == ("plant", "buyer.headquarter")
    assert rows_of(tmp_path / "out.csv")[0]["plant"] == "7"


def test_a_map_names_columns_words_and_the_decimal_mark(tmp_path: Path) -> None:
    """A user's export is read as it is."""
    (tmp_path / "map.toml").write_text(
        'decimal = ","\nignore = ["Plant"]\n[columns]\n"Material" = "item.chip"\n"Qty" = "quantity"\n'
        '"From" = "origin"\n'
        '"Ship-to" = "destination"\n"Price" = "unit_price.amount"\n"Curr." = "unit_price.currency"\n'
        '[values."Ship-to"]\n"P.R. China" = "CN"\n',
        encoding="utf-8",
    )
    path = tmp_path / "sap.csv"
    path.write_text(
        "Material;Qty;From;Ship-to;Price;Curr.;Plant\nH20;5;US;P.R. China;27000,50;USD;7\n", encoding="utf-8"
    )
    done = batch(Options(path, tmp_path / "out.csv", mapping=tmp_path / "map.toml", known=KNOWN))
    assert (done.summary.rejected, done.answers[0].importer) == (0, -1)


def test_a_run_that_fails_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt in the middle leaves neither answers nor a part of them."""
    from ecluse.convoy import book

    path, to = written(tmp_path, ".csv"), tmp_path / "out.parquet"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(book.Book, "give", stop)
    with pytest.raises(KeyboardInterrupt):
        batch(Options(path, to))
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_second_day_tells_what_turns_and_by_which_provision(tmp_path: Path) -> None:
    """H20 to China before and after the letter of 2025-04-09: the answers beside each other, and counted."""
    path = written(tmp_path, ".parquet")

    done = batch(Options(path, tmp_path / "out.parquet", known=KNOWN, compare_on=dt.date(2022, 1, 3)))
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert {"may_pass", "compared_may_pass"} <= set(rows[0])
    assert "What turns" in told(done)
    data = as_data(done)
    assert isinstance(data["turned"], list)
    for line, row in zip(LINES, rows, strict=True):
        assert row["compared_ic_level"] == checked(line | {"on": "2022-01-03"}).ic_level


def test_the_report_is_one_page_that_asks_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Three charts, each with its table; names of a table are escaped."""
    lines = table_of([{**LINES[0], "item": {"chip": "<script>x</script>"}}])
    pq.write_table(lines, tmp_path / "book.parquet")
    text = page(batch(Options(tmp_path / "book.parquet", tmp_path / "out.csv", known=KNOWN)))
    assert text.count("<svg") == 3
    assert "<script" not in text
    assert "http" not in text


def test_columns_must_hold_what_a_line_needs() -> None:
    """Quantity, origin, destination and an item, once each."""
    with pytest.raises(BadTable, match="no column holds quantity, destination"):
        understood(["origin", "item.chip"], {}, (), {}, "book.csv")
    with pytest.raises(BadTable, match=r"both hold intermediate\[0\].name"):
        understood(["intermediate[0].name", "intermediate.0.name"], {}, (), {}, "book.csv")
    with pytest.raises(BadTable, match="has the name of an answer"):
        understood(["may_pass"], {}, (), {}, "book.csv")


def test_the_maps_of_the_examples_are_maps() -> None:
    """What ships as an example is read by the reader."""
    from tests.conftest import ROOT

    maps = sorted((ROOT / "examples" / "maps").glob("*.toml"))
    assert maps
    assert all(read_map(path).columns for path in maps)


@pytest.mark.parametrize("target", [".ndjson", ".xlsx"])
def test_gates_are_truths_beside_other_truths(target: str, tmp_path: Path) -> None:
    """True, false, null, or the word `not_applicable`; of a second answer as well."""
    to = tmp_path / f"answers{target}"
    lines = [*LINES, {**LINES[0], "act": "negotiate"}]
    (tmp_path / "book.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    batch(Options(tmp_path / "book.ndjson", to, known=KNOWN, compare_on=dt.date(2022, 1, 3)))
    if target == ".ndjson":
        rows = [json.loads(text) for text in to.read_text(encoding="utf-8").splitlines()]
        nothing = None
    else:
        head, *cells = CalamineWorkbook.from_path(to).get_sheet_by_index(0).to_python()
        rows = [dict(zip(map(str, head), row, strict=True)) for row in cells]
        nothing = ""
    for prefix in ("", "compared_"):
        seen = {name: [row[f"{prefix}{name}"] for row in rows] for name in ("may_pass", "exporter", "importer")}
        for name, cells_ in seen.items():
            assert {type(one) for one in cells_} <= {bool, type(nothing), str}, name
            assert set(cells_) <= {True, False, nothing, "not_applicable"}, name
        assert "not_applicable" in seen["importer"]
        assert seen["exporter"][-1] == "not_applicable"
        assert prefix or False in seen["exporter"]
