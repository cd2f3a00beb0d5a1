"""Uploaded tables: taken in, decided, told, worked on; private, within quotas, and gone in time."""

from __future__ import annotations

import csv
import io
import json
import logging
import stat
import sys
import threading
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from ecluse.errors import BadTable, InputError
from ecluse.web import deciding, shelf
from ecluse.web.deciding import Clerk, Gone
from ecluse.web.problem import Problem
from ecluse.web.settings import Settings, checked
from ecluse.web.shelf import Shelf
from tests.convoy.made import table_of
from tests.web.visitor import BOOK, Visitor, shelf_of

if TYPE_CHECKING:
    from pathlib import Path


def test_a_table_is_decided_told_and_downloaded() -> None:
    """The summary counts every row as the downloaded answers do; nothing else of the folder is given out."""
    visitor = Visitor()
    place = visitor.decided()
    page = visitor.ask(place)
    assert page.status_code == 200
    assert "style=" not in page.text
    assert "hx-trigger" not in page.text
    data = visitor.ask(f"{place}.json").json()
    assert data["rows"] == 40
    told = visitor.ask(f"{place}/answers")
    assert 'filename="book.answers.csv"' in told.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(told.text)))
    assert len(rows) == 40
    words = [{"true": "yes", "false": "no", "": "not known"}[row["may_pass"]] for row in rows]
    assert {word: words.count(word) for word in ("yes", "no", "not known")} == data["summary"]["may_pass"]
    report = visitor.ask(f"{place}/report")
    assert "<svg" in report.text
    assert visitor.ask(f"{place}/rejected").status_code == 404
    assert visitor.ask(f"{place}/table.csv").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet", "xlsx"])
def test_every_kind_of_table_is_taken_and_given(kind: str, tmp_path: Path) -> None:
    """Four kinds in, another kind out; rows that cannot be read are kept aside."""
    import pyarrow.csv
    import pyarrow.parquet
    import xlsxwriter

    lines = [
        {"id": str(at), "quantity": 1, "origin": "US", "destination": place, "item": {"chip": "H20"}}
        for at, place in enumerate(("CN", "DE", "XX"))
    ]
    table = table_of(lines)
    path = tmp_path / f"book.{kind}"
    match kind:
        case "csv":
            pyarrow.csv.write_csv(table, path)
        case "ndjson":
            path.write_text("\n".join(json.dumps(line) for line in lines))
        case "parquet":
            pyarrow.parquet.write_table(table, path)
        case "xlsx":
            book = xlsxwriter.Workbook(str(path))
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, table.column_names)
            for at, row in enumerate(table.to_pylist(), 1):
                sheet.write_row(at, 0, list(row.values()))
            book.close()
    visitor = Visitor()
    place = visitor.decided(path.read_bytes(), path.name, to=".ndjson")
    rows = [json.loads(row) for row in visitor.ask(f"{place}/answers").text.splitlines()]
    assert [row["id"] for row in rows] == ["0", "1"]
    assert "XX" in visitor.ask(f"{place}/rejected").text


def test_a_map_and_what_rules_are_heeded() -> None:
    """A user's own columns are read by a map; a day given rules every row."""
    table = b"Ref,Part,Units,From,Ship-to\n7,A800,10,US,CN\n"
    names = {"Ref": "id", "Part": "item.chip", "Units": "quantity", "From": "origin", "Ship-to": "destination"}
    made = "[columns]\n" + "".join(f'"{ours}" = "{theirs}"\n' for ours, theirs in names.items())
    visitor = Visitor()
    levels = {}
    for day in ("2023-11-16", "2023-11-17"):
        place = visitor.decided(table, on=day, known=day, files={"map": ("map.toml", made.encode())})
        rows = list(csv.DictReader(io.StringIO(visitor.ask(f"{place}/answers").text)))
        levels[day] = rows[0]["ic_level"]
    assert levels == {"2023-11-16": "none", "2023-11-17": "3A090.a"}


def test_what_cannot_be_read_is_a_page_that_says_why() -> None:
    """A table without its columns, a wrong ending, an empty file, a wrong day: a problem, and nothing is kept."""
    visitor = Visitor()
    for content, name, fields, status, told in (
        (b"a,b\n1,2\n", "book.csv", {}, 422, "no column holds"),
        (b"a", "book.exe", {}, 415, "does not end in"),
        (b"", "book.csv", {}, 422, "empty"),
        (BOOK, "book.csv", {"on": "yesterday"}, 422, "on:"),
        (BOOK, "book.csv", {"reading": "loose"}, 422, "reading"),
        (BOOK, "book.csv", {"to": ".pdf"}, 422, "to:"),
        (b"not a workbook", "book.xlsx", {}, 422, "workbook"),
        (b"not parquet", "book.parquet", {}, 422, "table of its kind"),
        (BOOK, "book.csv", {"files": {"map": ("map.toml", b"[columns")}}, 422, "not TOML"),
    ):
        answer = visitor.upload(content, name, **fields)
        assert answer.status_code == status, answer.text
        assert told in answer.text, answer.text
        assert "ecluse-books" not in answer.text
    assert visitor.ask("/batch.json").json()["books"] == []
    assert len(list(shelf_of(visitor).root.iterdir())) == 0


def test_only_who_uploaded_sees_it() -> None:
    """Another browser meets what is not there; a form without its token is refused."""
    one = Visitor()
    place = one.decided()
    other = Visitor(app=one.app)
    other.decided()
    work = place.replace("batch", "worklist")
    for address in (place, f"{place}.json", f"{place}/answers", work, f"{work}/questions.csv"):
        assert one.ask(address).status_code == 200
        assert other.ask(address).status_code == 404
    refused = other.send(f"{place}/remove", "/batch")
    assert refused.status_code == 404
    assert one.ask(place).status_code == 200
    assert one.ask("/batch", "POST", files={"table": ("a.csv", BOOK)}, data={"csrf": "wrong"}).status_code == 403
    assert Visitor(app=one.app).ask("/batch", "POST", files={"table": ("a.csv", BOOK)}).status_code == 403
    assert one.send(f"{place}/remove", "/batch").status_code == 303
    assert one.ask(place).status_code == 404


def test_the_cookie_is_strict() -> None:
    """The cookie by which a browser is known is long, unreadable to script, and never sent from another site."""
    answer = Visitor().upload()
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("ecluse_books="))
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert len(cookie.partition("=")[2].partition(";")[0]) >= 32
    weak = Visitor()
    weak.client.cookies.set("ecluse_books", "guess")
    assert any("ecluse_books=" in one for one in weak.upload().headers.get_list("set-cookie"))


def test_folders_are_private() -> None:
    """The folder of each upload is its owner's alone, and no name of the user is in any path."""
    visitor = Visitor()
    visitor.decided(name="../../secret name.csv")
    place = shelf_of(visitor).root
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    (folder,) = place.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not any("secret" in path.name for path in place.rglob("*"))
    assert stat.S_IMODE((folder / "table.csv").stat().st_mode) == 0o600


def test_quotas_hold() -> None:
    """Too large, too many, too many rows, no room: each has its own answer."""
    small = Visitor(Settings(rate=0, upload_largest=100))
    assert small.upload().status_code == 413
    huge = Visitor(Settings(rate=0, upload_largest=100))
    assert huge.upload(BOOK * 100).status_code == 413
    few = Visitor(Settings(rate=0, uploads_each=1))
    few.decided()
    assert few.upload().status_code == 429
    full = Visitor(Settings(rate=0, upload_total=len(BOOK) - 1))
    assert full.upload().status_code == 503
    short = Visitor(Settings(rate=0, upload_rows=10))
    assert "more than 10 rows" in short.refusal()


def test_settings_of_uploads_are_checked(tmp_path: Path) -> None:
    """A folder that is not there, or no time at all, is refused at the start."""
    for wrong in (Settings(uploads=tmp_path / "none"), Settings(upload_seconds=0), Settings(upload_seconds=1e9)):
        with pytest.raises(InputError):
            checked(wrong)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    """A small file that would fill the memory is not opened."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for at in range(5):
            book.writestr(f"{at}.xml", b"0" * 100_000_000)
    answer = Visitor().upload(out.getvalue(), "book.xlsx")
    assert answer.status_code == 413
    assert "unpacks" in answer.text


def test_a_table_is_gone_after_its_time() -> None:
    """After the stated time the folder is removed, whether anybody asks or not."""
    visitor = Visitor(Settings(rate=0, upload_seconds=2.0))
    place = visitor.decided()
    root = shelf_of(visitor).root
    assert len(list(root.iterdir())) == 1
    end = time.monotonic() + 10
    while list(root.iterdir()) and time.monotonic() < end:
        time.sleep(0.1)
    assert list(root.iterdir()) == []
    assert visitor.ask(place).status_code == 404


def test_what_a_crash_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    """A folder of a server that was cut off goes once its time is over, a younger one stays."""
    import os

    old, young = tmp_path / f"{shelf.PREFIX}old", tmp_path / f"{shelf.PREFIX}young"
    old.mkdir()
    young.mkdir()
    os.utime(old, (1, 1))
    Shelf(Settings(uploads=tmp_path)).close()
    assert [path.name for path in tmp_path.iterdir()] == [young.name]


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not marked there")
def test_a_living_server_keeps_its_books(tmp_path: Path) -> None:
    """However long it was quiet, another server that starts leaves its folder alone."""
    import os

    living = Shelf(Settings(uploads=tmp_path))
    os.utime(living.root, (1, 1))
    Shelf(Settings(uploads=tmp_path)).close()
    assert living.make("somebody", "a.csv", 1).folder.is_dir()
    living.close()
    assert list(tmp_path.iterdir()) == []


def test_removing_stops_a_run() -> None:
    """A table that is removed while it is decided is not decided to its end; one that waits is not begun."""
    visitor = Visitor()
    place = visitor.decided()
    found = shelf_of(visitor)
    upload = found.uploads[place.rpartition("/")[2]]
    found.remove(upload)
    clerk = Clerk(10**6)
    with pytest.raises(Gone):
        clerk._progress(upload, 1, 0.5, time.perf_counter())  # noqa: SLF001 - what the convoy calls
    upload.state = "waiting"
    clerk.decide(upload)
    assert upload.state == "waiting"
    upload.gone = False
    with pytest.raises(BadTable, match="longer than"):
        clerk._progress(upload, 1, 0.5, time.perf_counter() - 10_000)  # noqa: SLF001


def test_nothing_of_an_order_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Log lines hold addresses and counts, never a cell."""
    caplog.set_level(logging.DEBUG)
    visitor = Visitor()
    place = visitor.decided()
    visitor.ask(place.replace("batch", "worklist"))
    assert "batch done, 40 rows" in caplog.text
    for cell in ("Muster", "Alibaba", "OB-001", "H200"):
        assert cell not in caplog.text


def test_two_tables_are_decided_at_a_time_and_the_rest_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third table waits for a hand to be free, and says so; a hand survives whatever goes wrong."""
    gate, begun = threading.Event(), threading.Semaphore(0)

    def stuck(*_: object) -> None:
        begun.release()
        gate.wait(10)
        raise ZeroDivisionError

    monkeypatch.setattr(deciding, "batch", stuck)
    visitor = Visitor()
    places = [visitor.upload().headers["location"] for _ in range(3)]
    states = [visitor.ask(f"{place}.json").json()["state"] for place in places]
    assert states == ["running", "running", "waiting"]
    page = visitor.ask(places[2]).text
    assert "Waiting for the table before it." in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert 'hx-trigger="every 1s"' in page
    assert visitor.ask(f"{places[2]}/answers").status_code == 404
    assert visitor.ask(places[2].replace("batch", "worklist")).status_code == 404
    gate.set()
    for place in places:
        for _ in range(100):
            told = visitor.ask(f"{place}.json").json()
            if told["state"] == "failed":
                break
            time.sleep(0.05)
        assert "could not be decided (ZeroDivisionError)" in told["error"]
    monkeypatch.undo()
    visitor.decided()


def test_a_form_that_is_none_is_refused() -> None:
    """A body of another type, a form cut short, a table sent as text: each is a problem, not an error."""
    visitor = Visitor()
    visitor.token()
    for kind, body, status in (
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Dis", 403),
        ("application/x-www-form-urlencoded", b"csrf=wrong&table=a", 403),
    ):
        answer = visitor.ask("/batch", "POST", content=body, headers={"content-type": kind})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert visitor.send("/batch", "/batch", table="a,b").status_code == 422


def test_a_shelf_gives_nothing_to_a_browser_without_cookie() -> None:
    """Whoever shows no cookie owns nothing."""
    made = Shelf(Settings())
    upload = made.make(shelf.owner_of("x" * 40), "a.csv", 1)
    with pytest.raises(Problem):
        made.of(shelf.owner_of(""), upload.id)
    assert made.of(shelf.owner_of("x" * 40), upload.id) is upload
    made.close()
    assert not made.root.exists()
