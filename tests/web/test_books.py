"""Uploaded tables: taken in, decided, told, worked on; private, within quotas, and gone in time."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import logging
import re
import stat
import threading
import time
import zipfile
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ecluse.convoy.answers import answer_of
from ecluse.dates import Known
from ecluse.errors import BadTable, InputError
from ecluse.lock import build, decide, read_line
from ecluse.parties.screen import lists
from ecluse.web import app as web
from ecluse.web import deciding, demo, shelf, worklist
from ecluse.web.deciding import Clerk, Gone
from ecluse.web.problem import Problem
from ecluse.web.settings import Settings, checked
from ecluse.web.shelf import Shelf
from ecluse.web.site import FOLDER
from ecluse.web.tongues import translations
from tests.convoy.made import table_of

if TYPE_CHECKING:
    from pathlib import Path

BOOK = (FOLDER / "static" / "demo-book.csv").read_bytes()
KNOWN = "2026-08-10"


class Visitor:
    """One browser, with its cookies, before one server."""

    def __init__(self, settings: Settings | None = None, app: Any = None) -> None:  # noqa: ANN401 - an ASGI application
        self.app = app or web.create(settings or Settings(rate=0))
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8470")

    def ask(self, address: str, method: str = "GET", **more: Any) -> httpx.Response:  # noqa: ANN401
        """Ask, and wait."""
        return asyncio.run(self.client.request(method, address, **more))

    def token(self, address: str = "/batch") -> str:
        """The token of a page's form."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.ask(address).text)
        assert found
        return found[1]

    def upload(self, content: bytes = BOOK, name: str = "book.csv", **fields: Any) -> httpx.Response:  # noqa: ANN401
        """Send a table by the form."""
        files = {"table": (name, content), **fields.pop("files", {})}
        data = {"csrf": self.token(), "known": KNOWN} | fields
        return self.ask("/batch", "POST", data=data, files=files, headers={"accept": "text/html"})

    def decided(self, content: bytes = BOOK, name: str = "book.csv", **fields: Any) -> str:  # noqa: ANN401
        """Send a table, wait until it is decided, and give its address."""
        answer = self.upload(content, name, **fields)
        assert answer.status_code == 303, answer.text
        place = answer.headers["location"]
        for _ in range(200):
            if self.ask(f"{place}.json").json()["state"] == "done":
                return place
            time.sleep(0.05)
        raise AssertionError(self.ask(f"{place}.json").text)

    def refusal(self) -> str:
        """Send a table that cannot be decided, and give what is said of it, at once or on its page."""
        answer = self.upload()
        if answer.status_code != 303:
            return answer.text
        for _ in range(200):
            told = self.ask(f"{answer.headers['location']}.json").json()
            if told["state"] == "failed":
                return str(told["error"])
            time.sleep(0.05)
        raise AssertionError(told)

    def send(self, address: str, page: str, **fields: str) -> httpx.Response:
        """Send another form."""
        return self.ask(address, "POST", data={"csrf": self.token(page)} | fields)


def shelf_of(visitor: Visitor) -> Shelf:
    """The shelf of a visitor's server, found by its folder."""
    import gc

    found = [one for one in gc.get_objects() if isinstance(one, Shelf) and one.settings is visitor.app.settings]
    assert len(found) == 1
    return found[0]


def test_a_table_is_decided_told_and_downloaded() -> None:
    """The summary counts every row, and the answers are those of one line each."""
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


def test_the_demo_book_has_a_worklist_at_once() -> None:
    """Without an upload the worklist is that of the demo book; filling copies it for the browser."""
    visitor = Visitor()
    data = visitor.ask("/worklist.json").json()
    assert data["book"] == "demo"
    assert data["missing"][0]["settles"] >= data["missing"][1]["settles"] > 0
    answer = visitor.send("/worklist/demo/fill", "/worklist/demo?fact=other_controls_cleared",
                          fact="other_controls_cleared", value="yes")  # fmt: skip
    assert answer.status_code == 303
    place = answer.headers["location"].partition("?")[0]
    assert place != "/worklist/demo"
    assert visitor.ask(f"{place}.json").json()["filled"][0]["settled"] > 0
    assert visitor.ask("/worklist/demo.json").json()["filled"] == []


def test_a_fact_filled_once_settles_what_the_lock_says() -> None:
    """Before and after are those of each line alone, with and without the fact."""
    visitor = Visitor()
    work = visitor.decided().replace("batch", "worklist")
    fact = "other_controls_cleared"
    before = visitor.ask(f"{work}.json").json()
    lines = visitor.ask(f"{work}.json?fact={fact}").json()["lines"]
    visitor.send(f"{work}/fill", f"{work}?fact={fact}", fact=fact, value="yes")
    after = visitor.ask(f"{work}.json").json()
    (told,) = after["filled"]
    assert told["rows"] == len(lines) == next(row["lacks"] for row in before["missing"] if row["fact"] == fact)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(BOOK.decode()))}
    lock, known = build(), Known(day=demo.KNOWN.day)
    settled = 0
    for line in lines:
        cells = {path: value for path, value in rows[line["id"]].items() if value}
        table: dict[str, Any] = {}
        for path, value in (cells | {f"facts.{fact}": "true"}).items():
            here = table
            *above, last = path.split(".")
            for part in above:
                here = here.setdefault(part, {})
            here[last] = {"true": True, "false": False}.get(value, int(value) if path == "quantity" else value)
        answer = answer_of(decide(read_line(table, lock), lock, known=known, lists=lists()))
        settled += answer.may_pass != -1
    assert told["settled"] == settled > 0
    assert sum(row["rows"] for row in told["turned"]) == told["rows"]
    assert after["now"]["yes"] == before["now"]["yes"] + settled
    assert fact not in {row["fact"] for row in after["missing"]}
    visitor.send(f"{work}/back", work)
    assert visitor.ask(f"{work}.json").json() == before


def test_a_fill_keeps_to_its_scope() -> None:
    """A fact filled for one buyer leaves the others as they were; a value that is none is refused."""
    visitor = Visitor()
    work = visitor.decided().replace("batch", "worklist")
    fact = "buyer.ultimate_parent.headquarters"
    scope = "buyer.name=Kisaragi Cloud KK"
    sent = visitor.send(f"{work}/fill", f"{work}?fact={fact}", fact=fact, value="JP", scope=scope)
    assert sent.status_code == 303
    after = visitor.ask(f"{work}.json").json()
    assert after["filled"][0]["rows"] == 1
    assert next(row["lacks"] for row in after["missing"] if row["fact"] == fact) == 4
    for fields in (
        {"fact": "other_controls_cleared", "value": "perhaps"},
        {"fact": "import_approval", "value": "yes"},
        {"fact": fact, "value": "Japan"},
        {"fact": "other_controls_cleared", "value": ""},
        {"fact": "other_controls_cleared", "value": "yes", "scope": "seller.name=x"},
        {"fact": "other_controls_cleared", "value": "yes", "scope": "buyer.name=nobody"},
    ):
        assert visitor.send(f"{work}/fill", work, **fields).status_code == 422


def test_a_role_that_stands_for_another_is_filled_there() -> None:
    """Where the end user is the buyer, what is said of the one is written to the other, and every row still reads."""
    visitor = Visitor()
    work = visitor.decided().replace("batch", "worklist")
    told = {}
    for role in ("end_user", "buyer"):
        fact = f"{role}.ultimate_parent.headquarters"
        sent = visitor.send(f"{work}/fill", f"{work}?fact={fact}", fact=fact, value="US")
        assert sent.status_code == 303
        after = visitor.ask(f"{work}.json").json()
        assert "unread" not in after["now"]
        assert not any("ultimate_parent" in row["fact"] for row in after["missing"])
        told[role] = after["filled"][-1]["turned"]
        visitor.send(f"{work}/back", work)
    assert told["end_user"] == told["buyer"]


def test_questions_to_send_name_what_is_left() -> None:
    """The table has a row a question and buyer, the text a chapter a buyer; no cell begins as a formula."""
    visitor = Visitor()
    table = BOOK.replace(b"Merlion GPU Pte", b"=1+1 Pte").replace(b"Kisaragi Cloud KK", b"=cmd KK")
    work = visitor.decided(table).replace("batch", "worklist")
    told = visitor.ask(f"{work}/questions.csv")
    rows = list(csv.DictReader(io.StringIO(told.text)))
    data = visitor.ask(f"{work}.json?fact=other_controls_cleared").json()
    lacks = {row["fact"]: row["lacks"] for row in data["missing"]}
    for fact, count in lacks.items():
        assert sum(int(row["lines"]) for row in rows if row["fact"] == fact) == count
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    assert any(row["buyer"] == "'=cmd KK" for row in rows)
    text = visitor.ask(f"{work}/questions.txt").text
    assert "To Alibaba Group" in text
    assert data["missing"][0]["ask"] in text
    assert visitor.ask(f"{work}/questions.pdf").status_code == 404


def test_a_fill_that_forgets_its_rows_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a fill that writes into no row, and see that nothing is settled."""
    monkeypatch.setattr(worklist, "_filled", lambda block, _fills, columns: _with_columns(block.table, columns))
    visitor = Visitor()
    work = visitor.decided().replace("batch", "worklist")
    fact = "other_controls_cleared"
    visitor.send(f"{work}/fill", f"{work}?fact={fact}", fact=fact, value="yes")
    assert visitor.ask(f"{work}.json").json()["filled"][0]["settled"] == 0


def _with_columns(table: Any, columns: dict[str, str]) -> Any:  # noqa: ANN401 - a table of Arrow
    del columns
    return table


def test_a_shelf_gives_nothing_to_a_browser_without_cookie() -> None:
    """Whoever shows no cookie owns nothing."""
    made = Shelf(Settings())
    upload = made.make(shelf.owner_of("x" * 40), "a.csv", 1)
    with pytest.raises(Problem):
        made.of(shelf.owner_of(""), upload.id)
    assert made.of(shelf.owner_of("x" * 40), upload.id) is upload
    made.close()
    assert not made.root.exists()


@pytest.mark.parametrize("language", ["fr", "zh-Hans"])
def test_every_word_of_these_pages_is_translated(language: str) -> None:
    """No text of the templates of screening, batch and worklist is left in English."""
    from babel.messages.extract import extract_from_file

    told = translations(language)
    said: set[str] = set()
    for name in ("batch", "book", "worklist", "screen"):
        for _, found, _, _ in extract_from_file("jinja2.ext:babel_extract", FOLDER / "templates" / f"{name}.html"):
            said.add(found if isinstance(found, str) else str(found[0]))
    assert len(said) > 80
    catalogue = {key if isinstance(key, str) else key[0] for key in told._catalog}  # noqa: SLF001
    assert said <= catalogue
