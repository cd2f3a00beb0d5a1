"""Screening quality does not fall: a fixed sample of held-out names on a part of the list, beside its floors."""

from __future__ import annotations

import dataclasses
import tomllib
import zlib

from ecluse.parties import index, screen, snapshot
from ecluse.parties.ages import AMERICAN
from tests.conftest import ROOT
from tests.parties import sets

FLOORS = tomllib.loads((ROOT / "tests" / "floors.toml").read_text(encoding="utf-8"))["parties"]
# One in so many of the list's parties stands beside those that are meant, so that the index is soon built.
ONE_IN = 6


def sample() -> list[list[str]]:
    """The questions: text, kind, the entry meant or nothing, the alias kept out or nothing."""
    text = (ROOT / "tests" / "parties" / "data" / "quality.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.split("\n") if line and not line.startswith("#")]


def test_quality_does_not_fall() -> None:
    """Recall at 95 % precision, recall of candidates, real firms taken for listed ones: no worse than the floors."""
    whole = snapshot.load(AMERICAN)
    rows = sample()
    meant = {entry for _, _, entry, _ in rows if entry}
    hidden = {(entry, alias) for _, _, entry, alias in rows if alias}
    part = []
    for entry in whole.entries:
        if entry.id in meant or zlib.crc32(entry.id.encode()) % ONE_IN == 0:
            aliases = tuple(one for one in entry.aliases if (entry.id, one) not in hidden)
            part.append(dataclasses.replace(entry, aliases=aliases))
    kept = index._over(memoryview(index.build(dataclasses.replace(whole, entries=tuple(part)))))  # noqa: SLF001 - in memory
    lists = dataclasses.replace(screen.lists(AMERICAN), index=kept)
    scored, firms, found = [], [], 0
    for text, kind, wanted, _ in rows:
        hits = lists.screen(text)
        best = {hit.entry.id for hit in hits if hit.score == hits[0].score}
        scored.append((hits[0].score if hits else 0.0, wanted in best, bool(wanted)))
        firms += [scored[-1][0]] if kind == "unlisted" else []
        asked = [one.name for one in screen.asked_for(text)]
        docs = {doc for one in asked for doc in (*kept.looked_up(one), *kept.by_initials(one), *kept.candidates(one))}
        found += bool(wanted) and wanted in {part[kept.owner(doc)].id for doc in docs}
    recall, _ = sets.recall_at(scored, 0.95)
    assert recall >= FLOORS["sample_recall_at_95"]
    assert found / len([row for row in rows if row[2]]) >= FLOORS["sample_candidates"]
    assert sum(score >= lists.model.decide for score in firms) <= FLOORS["sample_false_most"]
