"""What did not pass of a book: grouped, filled, told before and after, asked for."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from ecluse.convoy.answers import answer_of
from ecluse.dates import Known
from ecluse.lock import build, decide, read_line
from ecluse.parties.screen import lists
from ecluse.web import demo, worklist
from ecluse.web.site import FOLDER
from ecluse.web.tongues import translations
from tests.web.visitor import BOOK, Visitor


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


def test_shut_rows_are_shown_by_what_shuts_them() -> None:
    """Each group of shut rows opens to its lines; all of them are shut, and as many as were counted."""
    visitor = Visitor()
    groups = visitor.ask("/worklist/demo.json").json()["shut"]
    assert len(groups) > 1
    for group in groups:
        question = {"shut": "; ".join(group["decided_by"])}
        lines = visitor.ask("/worklist/demo.json", params=question).json()["lines"]
        assert len(lines) == group["rows"]
        assert {line["may_pass"] for line in lines} == {"no"}
    page = visitor.ask("/worklist/demo", params=question)
    assert lines[0]["id"] in page.text
    assert "Lignes que celles-ci ferment" in visitor.ask("/worklist/demo", params=question | {"lang": "fr"}).text


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
