"""Answers of the API: the same data as the engine gives, and a memory that changes none of them."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from ecluse.dates import Known, parse_known
from ecluse.engine.data import as_data
from ecluse.errors import BadLine, InputError
from ecluse.lines import read_line
from ecluse.lock import build, decide
from ecluse.parties.screen import lists
from ecluse.web.answers import Answers, Memory, newest
from ecluse.web.pages.check import book

if TYPE_CHECKING:
    from ecluse.web.answers import When

WHEN: When = (None, parse_known("2026-01-24"), "enforced")
LINE = {"id": "a", "quantity": 2, "origin": "US", "destination": "CN", "on": "2026-01-24", "item": {"chip": "H200 SXM"}}


def asked(answers: Answers, line: object, when: When = WHEN) -> object:
    """What an answer says, read back."""
    return json.loads(answers.answer(json.dumps(line).encode(), when))


@pytest.mark.parametrize("row", book(), ids=lambda row: row["line"]["id"])
def test_answers_are_those_of_the_engine(row: dict[str, object]) -> None:
    """The demo book is answered field by field as `as_data` tells it: first asked, and from memory."""
    lock = build()
    line = read_line(row["line"], "the line", lock.library.facts)
    for act in ("ship", "negotiate"):
        for reading in ("enforced", "text"):
            table = dict(row["line"]) | {"act": act}  # type: ignore[call-overload]
            line = read_line(table, "the line", lock.library.facts)
            when = (None, parse_known(str(row["known"])), reading)
            right = json.loads(json.dumps(as_data(decide(line, lock, known=when[1], reading=reading, lists=lists()))))
            answers = Answers(lock, lists())
            assert asked(answers, table, when) == right
            assert asked(answers, table, when) == right


def test_lines_that_differ_only_in_their_ids_share_an_answer() -> None:
    """Each keeps its own id and its own digest; anything else that differs is decided anew."""
    answers = Answers(build(), lists())
    one, two = asked(answers, LINE), asked(answers, LINE | {"id": "b"})
    assert len(answers.given.rows) == 1
    fresh = asked(Answers(build(), lists()), LINE | {"id": "b"})
    assert two == fresh
    assert one != two
    for other in (LINE | {"quantity": 3}, LINE | {"act": "order"}, LINE | {"facts": {"kyc_certified": True}}):
        assert asked(answers, other) == asked(Answers(build(), lists()), other)
    assert len(answers.given.rows) == 4


def test_digests_are_those_of_the_line_whatever_its_id() -> None:
    """From memory too, the digest is that of the whole line, for ids and fields with odd signs."""
    answers = Answers(build(), lists())
    for name in ("a", 'é"\\', "\0", "id", None):
        odd = LINE | {"id": name, "use": "\0", "buyer": {"name": "id"}}
        right = decide(read_line(odd, "the line", build().library.facts), known=WHEN[1], lists=lists())
        told = asked(answers, odd)
        assert isinstance(told, dict)
        assert told["digests"]["line"] == right.digests["line"]
        assert told["line"] == name
    assert len(answers.given.rows) == 1


def test_day_knowledge_and_reading_are_part_of_the_question() -> None:
    """The same body on another day, as known on another, or by the text, is another question."""
    answers = Answers(build(), lists())
    whens: list[When] = [
        WHEN,
        (None, parse_known("2025-12-01"), "enforced"),
        (parse_known("2023-11-16").day, parse_known("2026-01-24"), "enforced"),
        (None, parse_known("2026-01-24"), "text"),
    ]
    for when in whens:
        assert asked(answers, LINE, when) == asked(Answers(build(), lists()), LINE, when)
    assert len(answers.given.rows) == 4


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    """Bytes are counted; what was asked for longest ago goes first."""
    memory: Memory[bytes] = Memory(2_000)
    for name in ("a", "b"):
        memory.keep(name, b"x", 300)
    assert memory.find("a") == b"x"
    memory.keep("c", b"x", 300)
    assert memory.find("b") is None
    assert memory.find("a") == b"x"
    assert memory.held <= 2_000
    memory.keep("much", b"x", 3_000)
    assert memory.held == 0


def test_small_memory_changes_no_answer() -> None:
    """A memory that forgets at once answers as one that keeps all, and holds no more than it may."""
    poor, rich = Answers(build(), lists(), 200_000), Answers(build(), lists())
    for number in (1, 2, 3, 1, 2, 3):
        line = LINE | {"quantity": number, "id": str(number)}
        assert asked(poor, line) == asked(rich, line) == asked(Answers(build(), lists()), line)
    assert poor.given.held <= 100_000
    assert poor.bodies.held <= 100_000
    assert len(rich.given.rows) == 3


def test_what_cannot_be_read_is_not_kept() -> None:
    """No JSON, and a wrong field, are refused each time."""
    answers = Answers(build(), lists())
    for _ in range(2):
        with pytest.raises(InputError):
            answers.answer(b"{", WHEN)
        with pytest.raises(BadLine):
            answers.answer(b'{"quantity": 1}', WHEN)
    assert not answers.given.rows
    assert not answers.bodies.rows


def test_past_all_that_is_known_only_the_day_counts() -> None:
    """An instant after the last report is told as asked, and answered from memory for the rest of its day."""
    lock = build()
    last = newest(lock)
    instants = [last + dt.timedelta(days=40, hours=hours) for hours in (0, 1, 2, 30)]
    answers = Answers(lock, lists())
    for instant in instants:
        when: When = (None, Known(instant=instant), "enforced")
        told = asked(answers, LINE, when)
        assert told == asked(Answers(lock, lists()), LINE, when)
        assert told["known"] == instant.isoformat()  # type: ignore[index]
    days = {(Known(instant=one).last_day("exporter"), Known(instant=one).last_day("importer")) for one in instants}
    assert len(answers.given.rows) == len(days)
    assert len(days) < len(instants)
    before: When = (None, Known(instant=last - dt.timedelta(seconds=1)), "enforced")
    assert asked(answers, LINE, before) == asked(Answers(lock, lists()), LINE, before)
