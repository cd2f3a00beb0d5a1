"""What became of a whole table: counted by answer, gate, deciding provision, missing fact, chip, destination."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecluse.convoy.answers import Answer
    from ecluse.convoy.book import Passed
    from ecluse.tables.coding import Codes

WORDS = {1: "yes", 0: "no", -1: "not known"}
TOP = 10


@dataclass
class Summary:
    """Counts of rows. `answers` counts rows by answer number, `chips` and `destinations` by value and answer."""

    read: int = 0
    rejected: int = 0
    counts: Codes = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    told: dict[str, Counter[tuple[object, int]]] = field(default_factory=dict)
    turned: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, passed: Passed, answers: Sequence[Answer]) -> None:
        """Count a block."""
        self.read += len(passed.answers) + len(passed.rejects)
        self.rejected += len(passed.rejects)
        fresh: Codes = np.bincount(passed.answers, minlength=len(answers))
        fresh[: len(self.counts)] += self.counts
        self.counts = fresh
        truths = np.array([one.may_pass for one in answers], dtype=np.int64)
        here = truths.take(passed.answers) + 1 if len(answers) else passed.answers
        for path, (places, values) in passed.told.items():
            counter = self.told.setdefault(path, Counter())
            found = np.bincount(places * np.int64(3) + here, minlength=3 * len(values))
            for at in np.flatnonzero(found):
                counter[values[at // 3], int(at % 3) - 1] += int(found[at])

    def turn(self, before: Codes, after: Codes) -> None:
        """Count pairs of answers to the same rows."""
        pairs, counts = np.unique(before.astype(np.int64) << 32 | after, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            self.turned[pair >> 32, pair & 0xFFFFFFFF] += count


@dataclass(frozen=True)
class Counted:
    """A summary worked out: rows by each word, most first."""

    answers: Mapping[str, int]
    gates: Mapping[str, Mapping[str, int]]
    binding: Mapping[str, int]
    deciding: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, int, int], ...]
    chips: tuple[tuple[str, Mapping[str, int]], ...]
    destinations: tuple[tuple[str, Mapping[str, int]], ...]
    reported: int
    unenforced: int


def counted(summary: Summary, answers: Sequence[Answer]) -> Counted:
    """Work a summary out. `missing` holds fact, rows that it settles alone, and rows that lack it."""
    rows = list(zip(answers, summary.counts.tolist(), strict=True))
    deciding: Counter[str] = Counter()
    lacking: Counter[str] = Counter()
    settled: Counter[str] = Counter()
    for answer, count in rows:
        for name in _parts(answer.decided_by):
            deciding[name] += count
        if answer.may_pass == -1:
            for name in _parts(answer.missing):
                lacking[name] += count
            for name in answer.settles:
                settled[name] += count
    missing = sorted(lacking, key=lambda name: (-settled[name], -lacking[name], name))
    return Counted(
        answers=_by(rows, "may_pass"),
        gates={gate: _by(rows, gate) for gate in ("exporter", "importer")},
        binding={
            gate: sum(count for one, count in rows if one.binding_gate == gate) for gate in ("exporter", "importer")
        },
        deciding=tuple(deciding.most_common()),
        missing=tuple((name, settled[name], lacking[name]) for name in missing),
        chips=_most(summary.told.get("item.chip")),
        destinations=_most(summary.told.get("destination")),
        reported=sum(count for one, count in rows if one.rests_on_reported),
        unenforced=sum(count for one, count in rows if one.depends_on_non_enforcement),
    )


def _parts(text: str) -> Iterator[str]:
    return (part for part in text.split("; ") if part)


def _by(rows: list[tuple[Answer, int]], name: str) -> dict[str, int]:
    found = dict.fromkeys(("yes", "no", "not known"), 0)
    for answer, count in rows:
        word = WORDS.get(getattr(answer, name), "does not apply")
        found[word] = found.get(word, 0) + count
    return found


def _most(counter: Counter[tuple[object, int]] | None) -> tuple[tuple[str, Mapping[str, int]], ...]:
    totals: dict[str, dict[str, int]] = {}
    for (value, truth), count in (counter or {}).items():
        row = totals.setdefault("not stated" if value is None else str(value), dict.fromkeys(WORDS.values(), 0))
        row[WORDS[truth]] += count
    ranked = sorted(totals.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    return tuple(ranked)


@dataclass(frozen=True)
class Turn:
    """Rows whose answer turned: from what to what, how many, and the provisions that decide only before, only after."""

    before: str
    after: str
    rows: int
    gone: tuple[str, ...]
    come: tuple[str, ...]


def turns(summary: Summary, before: Sequence[Answer], after: Sequence[Answer]) -> tuple[Turn, ...]:
    """Give what turned between two answers to the same rows, most rows first."""
    found: Counter[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = Counter()
    for (old, new), count in summary.turned.items():
        one, two = before[old], after[new]
        if one.may_pass == two.may_pass:
            continue
        gone = tuple(name for name in _parts(one.decided_by) if name not in set(_parts(two.decided_by)))
        come = tuple(name for name in _parts(two.decided_by) if name not in set(_parts(one.decided_by)))
        found[WORDS[one.may_pass], WORDS[two.may_pass], gone, come] += count
    return tuple(Turn(old, new, count, gone, come) for (old, new, gone, come), count in found.most_common())
