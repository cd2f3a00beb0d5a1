"""A fill decides the rows that it touches, and answers as if the whole table were decided again."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from ecluse.convoy import Options, batch
from ecluse.convoy.book import Book
from ecluse.parties.screen import lists
from ecluse.web import demo, worklist
from ecluse.web.pages.worklist import cell_of, place_of
from ecluse.web.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.convoy import Run
    from ecluse.convoy.answers import Answer

PAPER = {"number": "D7", "kind": "licence", "gate": "exporter", "status": "granted"}
VALUES = {
    "truth": ("yes", "no"),
    "country": ("JP", "CN", "US"),
}


def opened(folder: Path, *, papers: bool = False) -> tuple[Options, Run]:
    """The demo book decided; `papers`: with a licence of its own on the first row."""
    table = folder / "table.csv"
    head, first, *rest = demo.SOURCE.read_text(encoding="utf-8").splitlines()
    if papers:
        head, *rest = [
            f"{head},{','.join(f'authorisation[0].{name}' for name in PAPER)}",
            *(f"{row},,,," for row in rest),
        ]
        first = f"{first},{','.join(PAPER.values())}"
        # A row with a paper cannot say that it has none.
        first = first.replace(",none,", ",,")
    table.write_text("\n".join([head, first, *rest]) + "\n", encoding="utf-8")
    options = Options(table, folder / "answers.csv", known=demo.KNOWN, lists=lists())
    return options, batch(options)


def told(work: worklist.Work) -> list[Answer | None]:
    """The answer of each row."""
    return [work.answers[number] if number >= 0 else None for number in work.numbers.tolist()]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the rows that go through the lock from here on."""
    passed, seen = Book.passed, []

    def counting(self: Book, block: Any) -> Any:  # noqa: ANN401 - a block in, its answers out
        seen.append(len(block.rows))
        return passed(self, block)

    monkeypatch.setattr(Book, "passed", counting)
    return seen


def a_fill(work: worklist.Work, run: Run, draw: random.Random) -> worklist.Fill | None:
    """A fill as somebody might make one; None where nothing can be filled."""
    facts = [one.fact for one in worklist.groups(work) if place_of(run, one.fact)]
    draw.shuffle(facts)
    for fact in facts:
        path = place_of(run, fact)
        assert path is not None
        known = run.lock.library.facts.get(fact)
        choices = (known.one_of if known else ()) or (*VALUES["truth"], *VALUES["country"], "7", "private company")
        for said in draw.sample(choices, len(choices)):
            try:
                cell = cell_of(run, path, fact, said)
            except Problem:
                continue
            scopes = ["", *(f"{where}={value}" for where, value, _ in worklist.scopes(work, work.lacking(fact)))]
            scope = draw.choice(scopes)
            rows = worklist.scoped(work, fact, scope)
            if len(rows):
                return worklist.Fill(fact, path, said, cell, scope, rows)
    return None


@pytest.mark.parametrize("seed", range(4))
def test_fills_in_any_order_answer_as_the_whole_table_does(tmp_path: Path, seed: int) -> None:
    """After every fill, and every one taken back, each row has the answer of a table decided whole."""
    options, run = opened(tmp_path)
    draw, work = random.Random(seed), worklist.begun(options, run)  # noqa: S311 - a seed is to be repeated
    turned = 0
    for _ in range(6):
        one = a_fill(work, run, draw)
        if one is None or (work.fills and draw.random() < 0.25):
            work = worklist.weighed(options, run, work, work.fills[:-1], work.fills[-1].rows)
        else:
            before = told(work)
            work = worklist.filled(options, run, work, one)
            turned += before != told(work)
        whole = worklist.weighed(options, run, worklist.begun(options, run), work.fills)
        assert told(work) == told(whole)
        assert work.counts() == whole.counts()
        assert [(one.fact, one.settles, one.lacks) for one in worklist.groups(work)] == [
            (one.fact, one.settles, one.lacks) for one in worklist.groups(whole)
        ]
        assert worklist.shut(work) == worklist.shut(whole)
        for group in worklist.groups(work):
            assert worklist.question(work, options, run, group.fact) == worklist.question(
                whole, options, run, group.fact
            )
    assert turned


def test_only_the_rows_touched_go_through_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fill and its taking back decide the rows of its scope, no other."""
    options, run = opened(tmp_path)
    work = worklist.begun(options, run)
    fact = "other_controls_cleared"
    path = place_of(run, fact)
    assert path is not None
    rows = worklist.scoped(work, fact, "")[:5]
    seen = counted(monkeypatch)
    after = worklist.filled(options, run, work, worklist.Fill(fact, path, "yes", "yes", "", rows))
    assert sum(seen) == 5 < len(work.rows)
    assert told(after) != told(work)
    back = worklist.weighed(options, run, after, (), rows)
    assert sum(seen) == 10
    assert told(back) == told(work)


def test_rows_that_may_draw_on_papers_are_decided_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one row draws another lacks: the whole table goes through again, in its order."""
    options, run = opened(tmp_path, papers=True)
    work = worklist.begun(options, run)
    fact = "other_controls_cleared"
    path = place_of(run, fact)
    assert path is not None
    seen = counted(monkeypatch)
    worklist.filled(options, run, work, worklist.Fill(fact, path, "yes", "yes", "", work.rows[:1]))
    assert sum(seen) == len(work.rows)


def test_a_book_of_which_no_row_is_read_has_a_worklist_too() -> None:
    """Empty, and no fault; a fill that spoils all its rows is told as such."""
    from tests.web.visitor import Visitor

    visitor = Visitor()
    work = visitor.decided(b"id,item.chip,quantity,origin,destination\na,L4,-1,US,GB\nb,L4,x,US,GB\n")
    page = visitor.ask(work.replace("batch", "worklist"))
    assert page.status_code == 200
    data = visitor.ask(f"{work.replace('batch', 'worklist')}.json").json()
    assert data["missing"] == data["shut"] == []
