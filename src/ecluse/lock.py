"""One line through both gates: where the rooms meet.

A ship passes a lock only when both gates open. This file lays law, evidence and an order line
together and answers: yes, no, or not known.

The exporter's gate is weighed by `engine` on the provisions of `law`, for every chip that the
line may mean (`chips`). The importer's gate is weighed by `evidence` on the claims known by then.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse import chips, evidence, law
from ecluse.dates import Known, day_of
from ecluse.decision import Decision, Exporter, Importer
from ecluse.engine import answer, candidates_agree, facts_of, parts_together
from ecluse.item import Candidate, Measures
from ecluse.truth import NO, YES, Truth, every
from ecluse.version import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.order import Line

READINGS = ("enforced", "text")
# Acts before shipment, of which the exporter's provisions do not speak.
EARLIER_ACTS = ("prepare", "negotiate", "order")


@dataclasses.dataclass(frozen=True)
class Lock:
    """What every line is laid against: the law, the evidence, the chips."""

    library: law.Library
    evidence: evidence.Base
    catalogue: chips.Catalogue


@lru_cache(maxsize=8)
def build(law_folders: tuple[Path, ...] = (), evidence_files: tuple[Path, ...] = ()) -> Lock:
    """Build the lock from the data shipped, and from house rules and evidence files beside it."""
    return Lock(law.load(law_folders), evidence.load(evidence_files), chips.load())


def decide(
    line: Line,
    lock: Lock | None = None,
    *,
    on: dt.date | None = None,
    known: Known | None = None,
    reading: str = "enforced",
) -> Decision:
    """Answer for one line: may it pass, on that day, as known by then, under that reading?"""
    lock = lock or build()
    now = dt.datetime.now(dt.UTC)
    day = on or line.on or day_of(now, "exporter")
    known = known or Known(instant=now.replace(microsecond=0))
    parts = _parts(line, lock)
    models = tuple(dict.fromkeys(one.model for part in parts for one in part if one.model))
    exporter = _exporter(line, lock, parts, models, (day, known, reading))
    importer = evidence.weigh(lock.evidence, line, models, day, known)
    gates = [gate.may_pass for gate in (exporter, importer) if gate.may_pass is not None]
    may_pass = every(gates)
    shown = exporter.ahead or exporter
    return Decision(
        line=line.id,
        may_pass=may_pass,
        on=day,
        known=str(known),
        reading=reading,
        act=line.act,
        binding_gate=_binding(may_pass, exporter, importer),
        exporter=exporter,
        importer=importer,
        measures=shown.measures,
        digests=_digests(line, lock),
        split=(*exporter.split, *importer.split),
        item=_label(parts),
        quantity=str(line.quantity),
        route=" to ".join((line.origin, *line.via, line.destination)),
    )


def _exporter(
    line: Line,
    lock: Lock,
    parts: list[list[Candidate]],
    models: tuple[str, ...],
    when: tuple[dt.date, Known, str],
) -> Exporter:
    """Weigh the exporter's gate: every candidate of every part, under the reading and the text."""
    day, known, reading = when
    rules = lock.library.on(day, known, reading)
    text = lock.library.on(day, known, "text")
    held = evidence.held(lock.evidence, line, day, known, "exporter", models)
    shipped = dataclasses.replace(line, act="ship") if line.act in EARLIER_ACTS else line
    answers = []
    for part in parts:
        told = [
            answer(rules, text, facts_of(shipped, one, day), one.measures, (held.truth, held.application))
            for one in part
        ]
        answers.append(candidates_agree(told, [one.label for one in part]))
    full = dataclasses.replace(parts_together(answers), split=held.split)
    if line.act in EARLIER_ACTS:
        return Exporter(may_pass=None, applies=NO, ahead=full)
    return full


def _parts(line: Line, lock: Lock) -> list[list[Candidate]]:
    """Give, for each chip in the item, what it may be: one candidate, several, or an unlisted one."""
    item = line.item
    names = [content.chip for content in item.contains] or [item.chip]
    parts = []
    for name in names:
        found = lock.catalogue.find(name) if name else ()
        listed = [one for chip in found for one in chips.candidates(chip)]
        listed = listed or [Candidate(None, None, name, name or "as measured", None, Measures())]
        if item.given is not None:
            listed = [
                dataclasses.replace(one, measures=chips.from_given(item.given, one.measures)) for one in listed
            ]
        parts.append(listed)
    return parts


def _binding(may_pass: Truth, exporter: Exporter, importer: Importer) -> str | None:
    """Name the gate that binds: the one that says no; where both say alike, the exporter's."""
    if may_pass is YES:
        return None
    for name, gate in (("exporter", exporter), ("importer", importer)):
        if gate.may_pass is may_pass:
            return name
    return None


def _label(parts: list[list[Candidate]]) -> str:
    return " with ".join(" or ".join(dict.fromkeys(one.label for one in part)) for part in parts)


def _digests(line: Line, lock: Lock) -> dict[str, str]:
    plain = json.dumps(dataclasses.asdict(line), default=str, sort_keys=True)
    return {
        "line": hashlib.sha256(plain.encode()).hexdigest(),
        "law": lock.library.digest,
        "evidence": lock.evidence.digest,
        "chips": lock.catalogue.digest,
        "lists": "none",
        "program": PROGRAM,
    }
