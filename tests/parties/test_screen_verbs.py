"""`ecluse screen` and `ecluse lists`, to the contract's letter."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from ecluse.cli.main import main
from tests.conftest import ROOT
from tests.parties import made

if TYPE_CHECKING:
    from pathlib import Path

Capture = pytest.CaptureFixture[str]


def test_one_name_as_text(capsys: Capture) -> None:
    """Hits with score, band, list, entry, reasons; the age of the lists is said."""
    assert main(["screen", "Huawei", "--country", "CN", "--on", "2026-08-05"]) == 0
    told = capsys.readouterr().out
    assert "csl-3334" in told
    assert "decide" in told
    assert "5 days old" in told


def test_a_file_of_names_as_lines_of_json(tmp_path: Path, capsys: Capture) -> None:
    """One object a line, in input order, with the fields that the contract names."""
    names = tmp_path / "names.txt"
    names.write_text("\ufeff华为技术有限公司\tCN\nGerber Werke AG\n\nHuawei\tCN\n", encoding="utf-8")
    assert main(["screen", "--file", str(names), "--format", "json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["query"], row["country"]) for row in rows] == [
        ("华为技术有限公司", "CN"), ("Gerber Werke AG", None), ("Huawei", "CN"),
    ]  # fmt: skip
    assert rows[1]["hits"] == []
    for row in rows:
        assert set(row) >= {"query", "country", "hits"}
        for hit in row["hits"]:
            assert set(hit) >= {"entry", "name", "list", "score", "band", "reasons"}
            assert 0 <= hit["score"] <= 1
            assert hit["band"] in ("decide", "grey")
        scores = [hit["score"] for hit in row["hits"]]
        assert scores == sorted(scores, reverse=True)
    assert any(hit["entry"] == "csl-3334" for hit in rows[0]["hits"])


def test_a_column_of_a_table_as_csv(tmp_path: Path, capsys: Capture) -> None:
    """A column of names, another of countries; one row a hit, and one for a name without."""
    table = tmp_path / "table.csv"
    table.write_text("id,buyer.name,buyer.country\n1,YMTC,CN\n2,Gerber Werke AG,DE\n", encoding="utf-8")
    options = ["--column", "buyer.name", "--country-column", "buyer.country", "--format", "csv"]
    assert main(["screen", "--file", str(table), *options]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[0]["entry"] == "csl-5745"
    assert (rows[-1]["query"], rows[-1]["entry"]) == ("Gerber Werke AG", "")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["screen"], "takes a NAME, or --file NAMES"),
        (["screen", "A", "--file", "b"], "one of the two"),
        (["screen", " "], "the name is empty"),
        (["screen", "A", "--country", "Chinaa"], "is no ISO 3166-1 code"),
        (["screen", "--file", "/nowhere/at/all"], "cannot be opened"),
        (["screen", "A", "--lists", "/nowhere/at/all"], "no such folder"),
        (["lists", "fetch", "--only", "nothing"], "is no source; there are csl"),
        (["lists", "diff", "shipped", "/nowhere/at/all"], "no such folder"),
    ],
)
def test_bad_input_is_one_clear_paragraph(given: list[str], why: str, capsys: Capture) -> None:
    """Exit 2, what is wrong, and what to do; never a traceback."""
    assert main(given) == 2
    told = capsys.readouterr()
    assert why in told.err
    assert "Traceback" not in told.err


def test_lists_show(capsys: Capture) -> None:
    """What is loaded, how old, how many; one entry; one that there is not."""
    assert main(["lists", "show", "--on", "2026-08-05"]) == 0
    told = capsys.readouterr().out
    assert "26,349 entries" in told
    assert "5 days old" in told
    assert main(["lists", "show", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert sum(row["entries"] for row in data["lists"]) == data["entries"] == 26_349
    assert main(["lists", "show", "csl-5745", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["review_policy"] == "presumption_of_denial"
    assert main(["lists", "show", "csl-none"]) == 1


def test_lists_diff_and_since(tmp_path: Path, capsys: Capture) -> None:
    """What changed between two, as text and JSON; and a screen of what is new alone."""
    old, new = tmp_path / "old-2026-07-01.jsonl", tmp_path / "new-2026-07-31.jsonl"
    lines = made.JOINED.splitlines()
    old.write_text("\n".join(lines[1:]), encoding="utf-8")
    new.write_text("\n".join(lines), encoding="utf-8")
    assert main(["lists", "diff", str(old), str(new)]) == 0
    told = capsys.readouterr().out
    assert "added    EL     Muster Chip Works Co., Ltd." in told
    assert "holds the list EL: all its entries (1) count as added" in told
    assert "1 added, 0 removed, 0 changed" in told
    assert main(["lists", "diff", str(old), str(new), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["what"] == "added"
    options = ["--lists", str(new), "--since", str(old), "--format", "json"]
    for name, hits in (("MCW", 1), ("Unseen Trading Limited", 0)):
        assert main(["screen", name, *options]) == 0
        assert len(json.loads(capsys.readouterr().out)["hits"]) == hits


def test_check_takes_lists(tmp_path: Path, capsys: Capture) -> None:
    """The shipped snapshot by default, other lists by --lists; the answer names their digest and age."""
    line = tmp_path / "line.toml"
    line.write_text(
        'quantity = 1\non = 2026-08-05\norigin = "US"\ndestination = "DE"\nitem = { chip = "A10" }\n'
        'buyer = { name = "Huawei Technologies Co., Ltd.", country = "CN", headquarters = "CN" }\n'
        'end_user = { same_as = "buyer" }\n',
        encoding="utf-8",
    )
    assert main(["check", str(line), "--known", "2026-08-05", "--format", "json"]) == 3
    data = json.loads(capsys.readouterr().out)
    assert data["gates"]["exporter"]["licence"]["limbs"]["by_party"] == "yes"
    assert len(data["digests"]["lists"]) == 64
    assert data["screening"]["age_days"] == 5
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "joined-2026-07-31.jsonl").write_text(made.JOINED, encoding="utf-8")
    assert main(["check", str(line), "--known", "2026-08-05", "--lists", str(lists), "--format", "json"]) == 3
    other = json.loads(capsys.readouterr().out)
    assert other["digests"]["lists"] != data["digests"]["lists"]
    assert other["gates"]["exporter"]["licence"]["limbs"]["by_party"] == "no"


def test_compare_takes_lists(capsys: Capture) -> None:
    """Both days are screened; on neither do the lists of 2026-07-31 speak of who is not listed."""
    line = str(ROOT / "examples" / "alibaba-h200.toml")
    assert main(["compare", line, "--before", "2026-01-12", "--after", "2026-01-24", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["before"]["screening"]["stale"] is True
    assert data["after"]["screening"]["restricted"] == "unknown"


def test_a_column_of_other_tables(tmp_path: Path, capsys: Capture) -> None:
    """Parquet, NDJSON and XLSX are read as CSV is: the same names, in order, rows that cannot be read told."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq
    import xlsxwriter

    columns = {"buyer.name": ["YMTC", None, "Gerber Werke AG", "  "], "buyer.country": ["CN", "CN", "DE", None]}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    lines = ['{"buyer": {"name": "YMTC", "country": "CN"}}', "{broken", '{"id": 4}']
    lines.append('{"buyer": {"name": "Gerber Werke AG", "country": "DE"}}')
    (tmp_path / "t.ndjson").write_text("\n".join(lines), encoding="utf-8")
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        sheet = book.add_worksheet()
        for at, (head, cells) in enumerate(columns.items()):
            sheet.write_column(0, at, [head, *(cell or "" for cell in cells)])
    (tmp_path / "t.csv").write_text("buyer.name,buyer.country\nYMTC,CN\n,CN\nGerber Werke AG,DE\n", encoding="utf-8")
    options = ["--column", "buyer.name", "--country-column", "buyer.country", "--format", "json"]
    told = {}
    for kind in ("csv", "parquet", "ndjson", "xlsx"):
        assert main(["screen", "--file", str(tmp_path / f"t.{kind}"), *options]) == 0
        caught = capsys.readouterr()
        told[kind] = [json.loads(line) for line in caught.out.splitlines()]
        assert ("row 2 cannot be read" in caught.err) is (kind == "ndjson")
    assert [row["query"] for row in told["csv"]] == ["YMTC", "Gerber Werke AG"]
    assert told["parquet"] == told["ndjson"] == told["xlsx"] == told["csv"]
    assert main(["screen", "--file", str(tmp_path / "t.parquet"), "--column", "buyer.nam"]) == 2
    assert "has no column 'buyer.nam'" in capsys.readouterr().err
    (tmp_path / "no.parquet").write_bytes(b"PAR1 nothing")
    assert main(["screen", "--file", str(tmp_path / "no.parquet"), "--column", "name"]) == 2
