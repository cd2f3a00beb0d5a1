"""Nothing that a run reads is written over; what cannot be written is told before any work, or in a sentence."""

from __future__ import annotations

import os
import signal
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ecluse.cli import main
from ecluse.convoy import book
from ecluse.tables.places import part_of, rejected_of

TABLE = "id,quantity,origin,destination,item.chip,on\na,5,US,CN,H20,2026-01-24\nb,0,US,CN,H20,2026-01-24\n"
FULL = Path("/dev/full")


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a table of two rows, one of them broken, in the folder where the program stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "book.csv"


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Run the verb; it refuses with one paragraph."""
    capsys.readouterr()
    assert main(["batch", *options, "--quiet", "--known", "2026-11-25"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ecluse: ")
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    "options",
    [
        ("book.csv", "--to", "out.csv", "--report", "book.csv"),
        ("book.csv", "--to", "out.csv", "--report", "./out.csv"),
        ("book.csv", "--to", "out.csv", "--report", "out.csv.rejected.csv"),
        ("book.csv", "--to", "out.csv", "--report", "out.csv.part"),
        ("book.csv", "--to", "sub/../book.csv"),
        ("book.csv", "--to", "link.csv"),
        ("book.csv", "--to", "hard.csv"),
        ("z.csv.rejected.csv", "--to", "z.csv"),
        ("book.csv", "--to", "out.csv", "--map", "map.toml", "--report", "map.toml"),
        ("book.csv", "--to", "owners.csv", "--owners", "owners.csv"),
        ("book.csv", "--to", "out.csv", "--evidence", "papers.toml", "--report", "papers.toml"),
        ("book.csv", "--to", "out.csv", "--cleared", "cleared.toml", "--report", "cleared.toml"),
        ("book.csv", "--to", "out.csv", "--law", "rules", "--report", "rules/rule.toml"),
    ],
)
def test_no_output_stands_in_the_place_of_another_file(
    table: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    """By whatever name: each file that a run reads, and each that it writes."""
    folder = table.parent
    (folder / "sub").mkdir()
    (folder / "rules").mkdir()
    (folder / "link.csv").symlink_to(table)
    (folder / "hard.csv").hardlink_to(table)
    files = {
        "z.csv.rejected.csv": TABLE,
        "map.toml": "[columns]\n",
        "owners.csv": "owner,owned,percent\nA,B,60\n",
        "papers.toml": "",
        "cleared.toml": "",
        "rules/rule.toml": "",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert "would overwrite" in refused(capsys, *options)
    assert all((folder / name).read_text(encoding="utf-8") == text for name, text in files.items())
    assert table.read_text(encoding="utf-8") == TABLE
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--to", "missing/out.csv"), "there is no folder missing"),
        (("--to", "out.csv", "--report", "missing/out.html"), "there is no folder missing"),
        (("--to", "folder.csv"), "is a folder"),
        (("--to", "out.csv", "--report", "folder.csv"), "is a folder"),
        (("--to", "out.csv", "--report", "/dev/null"), "is no file that can be replaced"),
        (("--to", "out.csv", "--report", "/proc/out.html"), "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_told_before_any_work(
    table: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], why: str
) -> None:
    """No answers are written either."""
    if not Path(options[-1]).parent.exists() and "missing" not in options[-1]:
        pytest.skip(f"this machine has no {Path(options[-1]).parent}")
    (table.parent / "folder.csv").mkdir()
    assert why in refused(capsys, "book.csv", *options)
    assert not (table.parent / "out.csv").exists()


@pytest.mark.parametrize("ending", [".csv", ".ndjson", ".parquet", ".xlsx"])
@pytest.mark.parametrize("which", ["answers", "rejected", "report"])
def test_a_full_disk_is_told_in_a_sentence(
    table: Path, capsys: pytest.CaptureFixture[str], ending: str, which: str
) -> None:
    """Whichever file does not fit, no half of it stays, and the archive of a workbook does not complain by itself."""
    if not FULL.exists():
        pytest.skip("this machine has no file that is always full")
    to, report = table.parent / f"out{ending}", table.parent / "out.html"
    place = {"answers": to, "rejected": rejected_of(to), "report": report}[which]
    part_of(place).symlink_to(FULL)
    said = refused(capsys, "book.csv", "--to", str(to), "--report", str(report))
    assert "cannot be written" in said
    left = {one.name for one in table.parent.iterdir()}
    assert place.name not in left
    assert not [name for name in left if name.endswith(".part")]
    assert ("The answers stand in" in said) == (which == "report") == (to.name in left and which != "rejected")


def test_a_workbook_is_an_archive_that_others_read(table: Path) -> None:
    """It is written through a file that keeps errors for its end."""
    assert main(["batch", "book.csv", "--to", "out.xlsx", "--quiet"]) == 4
    assert zipfile.ZipFile(table.parent / "out.xlsx").testzip() is None
    assert len(CalamineWorkbook.from_path(table.parent / "out.xlsx").get_sheet_by_index(0).to_python()) == 2


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_request_to_end_leaves_no_half_file(
    table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It is said, the exit status is the conventional one, and who handled the signal before handles it again."""
    number = getattr(signal, name, None)
    if number is None:
        pytest.skip(f"this machine knows no {name}")
    real = book.Book.give

    def ended(self: book.Book, taken: book.Taken) -> book.Passed:
        found = real(self, taken)
        os.kill(os.getpid(), number)
        return found

    monkeypatch.setattr(book.Book, "give", ended)
    before = signal.getsignal(number)
    assert main(["batch", "book.csv", "--to", "out.parquet", "--quiet"]) == 128 + number
    assert name in capsys.readouterr().err
    assert signal.getsignal(number) is before
    assert [one.name for one in table.parent.iterdir()] == ["book.csv"]
