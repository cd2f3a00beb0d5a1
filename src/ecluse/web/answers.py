"""Answers of the API as JSON, and the memory of those given: a question asked twice is decided once.

What is kept is bounded in bytes, lives as long as the server, and holds for one law, one evidence,
one day, one knowledge and one set of lists, all of which are part of what it is kept by.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections import OrderedDict
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from ecluse.dates import ZONES, Known, day_of, end_of
from ecluse.engine.data import as_data
from ecluse.errors import InputError
from ecluse.lines import read_line
from ecluse.lock import decide, line_text
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
# An answer without the line's id, the knowledge and the line's digest: before, between and behind
# them; and the text of the line before and behind its id.
Parts = tuple[bytes, bytes, bytes, bytes, bytes]
# Stands for the id in that text: drawn anew by each server, so that no line can hold it.
NAMELESS = secrets.token_hex(16)
# What a body asks: the key of its answer, its line's id as JSON, the digest of its line.
Asked = tuple["Hashable", bytes, bytes]
T = TypeVar("T")


class Memory(Generic[T]):
    """What is kept by what was asked, up to so many bytes; what was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self.most, self.held = most, 0
        self.rows: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()

    def find(self, key: Hashable) -> T | None:
        """Give what is kept for a key."""
        row = self.rows.get(key)
        if row is None:
            return None
        self.rows.move_to_end(key)
        return row[0]

    def keep(self, key: Hashable, row: T, size: int) -> None:
        """Keep a row of so many bytes, its key counted, and forget until all fits again."""
        if key in self.rows:
            return
        self.rows[key] = row, size + ENTRY_BYTES
        self.held += size + ENTRY_BYTES
        while self.held > self.most:
            self.held -= self.rows.popitem(last=False)[1][1]


class Answers:
    """Answers one line at a time, from memory where all but the line's id was asked before.

    A body met before, to the byte, is not read again; a line met before, apart from its id, is not
    decided again. Each has half of the memory.
    """

    def __init__(self, lock: Lock, lists: Screener, most: int = MOST_BYTES) -> None:
        self.lock, self.lists = lock, lists
        self.newest = newest(lock)
        self.digests = (lock.library.digest, lock.evidence.digest, lists.digest)
        self.bodies: Memory[Asked] = Memory(most // 2)
        self.given: Memory[Parts] = Memory(most // 2)

    def answer(self, raw: bytes, when: When) -> bytes:
        """Answer the line in a body as JSON. Raises InputError (no JSON) and BadLine (a wrong field)."""
        on, known, reading = when
        today = day_of(dt.datetime.now(dt.UTC), "exporter")
        asked = (raw, on, str(known), reading, today)
        met = self.bodies.find(asked)
        parts = self.given.find(met[0]) if met else None
        if met is None or parts is None:
            line = self._line(raw)
            day = on or line.on or today
            text = repr(replace(line, id=None))
            key = (text, day, _knowledge(known, self.newest), reading, self.digests)
            parts = self.given.find(key)
            if parts is None:
                parts = _split(decide(line, self.lock, on=day, known=known, reading=reading, lists=self.lists), line)
                self.given.keep(key, parts, len(text) + sum(map(len, parts)))
            digest = sha256(parts[3] + json.dumps(line.id).encode() + parts[4]).hexdigest()
            met = key, ENCODER.encode(line.id), digest.encode()
            self.bodies.keep(asked, met, len(raw) + 2 * len(text))
        said = ENCODER.encode(str(known))
        return b'{"line":%b,%b,"known":%b,%b,"digests":{"line":"%b",%b' % (
            met[1],
            parts[0],
            said,
            parts[1],
            met[2],
            parts[2],
        )

    def _line(self, raw: bytes) -> Line:
        text = decode(raw, "the body", InputError)
        return read_line(parse_json(text, "the body", InputError), "the line", self.lock.library.facts)


def _split(decision: Decision, line: Line) -> Parts:
    """Encode what does not depend on the line's id nor on the second of the knowledge."""
    data = told(decision)
    digests = {name: value for name, value in data.pop("digests").items() if name != "line"}
    del data["line"], data["known"]
    first = {"may_pass": data.pop("may_pass"), "on": data.pop("on")}
    before, _, behind = line_text(replace(line, id=NAMELESS)).encode().partition(f'"{NAMELESS}"'.encode())
    told_parts = ENCODER.encode(first)[1:-1], ENCODER.encode(data)[1:-1], ENCODER.encode(digests)[1:] + b"}"
    return *told_parts, before, behind


def newest(lock: Lock) -> dt.datetime:
    """Give the last instant at which something came to be known, of the law or of the evidence."""
    versions = (version.known for one in lock.library.provisions for version in one.versions)
    texts = (end_of(day, ZONES[gate]) for day in versions for gate in ZONES)
    claims = (claim.known_from for claim in lock.evidence.claims.values())
    papers = (moment for one in lock.evidence.papers for moment in (one.known, one.lapses) if moment is not None)
    return max((*texts, *claims, *papers))


def _knowledge(known: Known, last: dt.datetime) -> Hashable:
    """Give what of a knowledge an answer depends on: past all that is known, only its days and their ends."""
    if known.instant is None or known.instant <= last:
        return str(known)
    days = [(known.last_day(gate), known.covers_day(known.last_day(gate), gate)) for gate in ZONES]
    return tuple(days)


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
        "kind": step.kind,
    }
