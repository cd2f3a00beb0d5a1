"""Answers of the API as JSON, and the memory of those given: a question asked twice is decided once.

What is kept is bounded in bytes, lives as long as the server, and holds for one law, one evidence,
one day, one knowledge and one set of lists, all of which are part of what it is kept by.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from ecluse.dates import Known, day_of
from ecluse.engine.data import as_data
from ecluse.errors import InputError
from ecluse.lines import read_line
from ecluse.lock import decide, line_digest
from ecluse.reading import decode, parse_json
from ecluse.truth import NO, UNKNOWN, YES

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ecluse.decision import Decision, Step
    from ecluse.lock import Lock
    from ecluse.order import Line
    from ecluse.parties.screen import Screener

ENCODER = msgspec.json.Encoder()
MOST_BYTES = 64_000_000
# Beside its bytes, what an entry costs to keep.
ENTRY_BYTES = 500
WORDS = {YES: "yes", NO: "no", UNKNOWN: "unknown"}
When = tuple[dt.date | None, Known, str]
Parts = tuple[bytes, bytes]


class Memory:
    """Bytes kept by what was asked, up to so many; what was asked for longest ago goes first."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self.held = most, 0
        self.rows: OrderedDict[Hashable, Parts] = OrderedDict()

    def find(self, key: Hashable) -> Parts | None:
        """Give what is kept for a key."""
        row = self.rows.get(key)
        if row is not None:
            self.rows.move_to_end(key)
        return row

    def keep(self, key: Hashable, row: Parts) -> None:
        """Keep a row, and forget until all fits again."""
        if key in self.rows:
            return
        self.rows[key] = row
        self.held += _size(row)
        while self.held > self.most:
            self.held -= _size(self.rows.popitem(last=False)[1])


def _size(row: Parts) -> int:
    return ENTRY_BYTES + len(row[0]) + len(row[1])


class Answers:
    """Answers one line at a time, from memory where all but the line's id was asked before."""

    def __init__(self, lock: Lock, lists: Screener, most: int = MOST_BYTES) -> None:
        self.lock, self.lists = lock, lists
        self.given = Memory(most)

    def answer(self, raw: bytes, when: When) -> bytes:
        """Answer the line in a body as JSON. Raises InputError (no JSON) and BadLine (a wrong field)."""
        line = self._line(raw)
        on, known, reading = when
        day = on or line.on or day_of(dt.datetime.now(dt.UTC), "exporter")
        lock = self.lock
        digests = (lock.library.digest, lock.evidence.digest, self.lists.digest)
        key = (repr(replace(line, id=None)), day, str(known), reading, digests)
        parts = self.given.find(key)
        if parts is None:
            parts = _split(decide(line, lock, on=day, known=known, reading=reading, lists=self.lists))
            self.given.keep(key, parts)
        told, more = parts
        return b'{"line":%b,%b,"digests":{"line":"%b",%b' % (
            ENCODER.encode(line.id),
            told,
            line_digest(line).encode(),
            more,
        )

    def _line(self, raw: bytes) -> Line:
        text = decode(raw, "the body", InputError)
        return read_line(parse_json(text, "the body", InputError), "the line", self.lock.library.facts)


def _split(decision: Decision) -> Parts:
    """Encode what does not depend on the line's id: the answer, and the digests."""
    data = told(decision)
    digests = {name: value for name, value in data.pop("digests").items() if name != "line"}
    del data["line"]
    return ENCODER.encode(data)[1:-1], ENCODER.encode(digests)[1:] + b"}"


def told(decision: Decision) -> dict[str, Any]:
    """Give a decision as data that msgspec can encode: what `as_data` gives, the many steps made in one pass."""
    gate = decision.exporter
    bare = replace(gate, ahead=replace(gate.ahead, steps=())) if gate.ahead else replace(gate, steps=())
    data: dict[str, Any] = as_data(replace(decision, exporter=bare))
    place = data["gates"]["exporter"]
    (place["ahead"] or place)["steps"] = [_step(step) for step in (gate.ahead or gate).steps]
    return data


def _step(step: Step) -> dict[str, Any]:
    return {
        "provision": step.provision,
        "title": step.title,
        "answer": WORDS[step.answer],
        "decided": step.decided,
        "cite": step.cite,
        "level": step.level,
        "because": [{"clause": one.clause, "value": one.value, "answer": WORDS[one.answer]} for one in step.because],
        "note": step.note,
        "undefined": step.undefined,
        "contested": step.contested,
    }
