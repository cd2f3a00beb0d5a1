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

from ecluse import chips, evidence, law, lines
from ecluse.dates import Known, day_of
from ecluse.decision import Decision, Exporter, Importer, Shown
from ecluse.engine import answer, candidates_agree, facts_of, level_only, parts_together
from ecluse.errors import nearest
from ecluse.item import Candidate, Measures
from ecluse.truth import NO, YES, Truth, every
from ecluse.version import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.bounds import Bound
    from ecluse.decision import Screening
    from ecluse.item import Given
    from ecluse.order import Line
    from ecluse.parties.cleared import Cleared
    from ecluse.parties.holdings import Register
    from ecluse.parties.screen import Screener

READINGS = ("enforced", "text")
# Acts before shipment, of which the exporter's provisions do not speak.
EARLIER_ACTS = ("prepare", "negotiate", "order")


@dataclasses.dataclass(frozen=True)
class Lock:
    """What every line is laid against: the law, the evidence, the chips."""

    library: law.Library
    evidence: evidence.Base
    catalogue: chips.Catalogue


@dataclasses.dataclass(frozen=True)
class Part:
    """One chip in the item: how many of it, and all that its name may mean."""

    count: Bound | None
    candidates: tuple[Candidate, ...]


@lru_cache(maxsize=8)
def build(law_folders: tuple[Path, ...] = (), evidence_files: tuple[Path, ...] = ()) -> Lock:
    """Build the lock from the data shipped, and from house rules and evidence files beside it."""
    return Lock(law.load(law_folders), evidence.load(evidence_files), chips.load())


def read_line(source: object, lock: Lock | None = None) -> Line:
    """Read an order line from a table: a dict as TOML or JSON gives it. Raises BadLine."""
    facts = (lock or build()).library.facts
    return lines.read_line(source, "the line", facts)


def decide(
    line: Line,
    lock: Lock | None = None,
    *,
    on: dt.date | None = None,
    known: Known | None = None,
    reading: str = "enforced",
    lists: Screener | None = None,
    cleared: tuple[Cleared, ...] = (),
    owners: Register | None = None,
) -> Decision:
    """Answer for one line: may it pass, on that day, as known by then, under that reading?

    `lists` holds the parties against restricted-party lists; without it, whether they are listed
    is what the line says, or not known. `cleared` are hits that a person has judged; `owners` says
    who owns whom where the line does not, and only with `lists`.
    """
    lock = lock or build()
    day, known = moment(on, line.on, known)
    given, screening = line, None
    if lists is not None:
        line, screening = _screened(line, lists, day, known, cleared, owners)
    parts = parts_of(line, lock)
    models = tuple(dict.fromkeys(one.model for part in parts for one in part.candidates if one.model))
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
        digests=_digests(given, lock)
        | ({"lists": screening.digest} if screening else {})
        | ({"owners": owners.digest} if owners else {}),
        split=(*exporter.split, *importer.split),
        item=_label(parts),
        quantity=f"{line.quantity.exact:,}" if line.quantity.exact else str(line.quantity),
        route=" to ".join((line.origin, *line.via, line.destination)),
        notes=_notes(line, lock),
        screening=screening,
    )


def _screened(
    line: Line, lists: Screener, day: dt.date, known: Known, cleared: tuple[Cleared, ...], owners: Register | None
) -> tuple[Line, Screening]:
    from ecluse.parties.gates import screened  # noqa: PLC0415 - only those who screen pay for it

    return screened(line, lists, day, known.last_day("exporter"), cleared, owners)


def moment(on: dt.date | None, own: dt.date | None, known: Known | None) -> tuple[dt.date, Known]:
    """Give the day that rules (asked for, else the line's own, else today) and the knowledge (else now)."""
    now = dt.datetime.now(dt.UTC)
    return on or own or day_of(now, "exporter"), known or Known(instant=now.replace(microsecond=0))


def level_of(chip: chips.Chip, lock: Lock, on: dt.date, known: Known) -> tuple[str, Measures]:
    """Give the level of a chip on a day, and its measures; where its candidates differ, not known."""
    rules = lock.library.on(on, known)
    joined = candidates_agree([level_only(rules, one) for one in chips.candidates(chip)], [])
    return joined.ic_level, joined.measures or Measures()


def levels_over_time(chip: chips.Chip, lock: Lock, known: Known) -> list[tuple[dt.date, str]]:
    """Give the days on which a chip's level changed, with the level from then on."""
    days = law.level_days(lock.library)
    told: list[tuple[dt.date, str]] = []
    for day in days:
        level, _ = level_of(chip, lock, day, known)
        if not told or told[-1][1] != level:
            told.append((day, level))
    return told


def _exporter(
    line: Line,
    lock: Lock,
    parts: tuple[Part, ...],
    models: tuple[str, ...],
    when: tuple[dt.date, Known, str],
) -> Exporter:
    """Weigh the exporter's gate: every candidate of every part, under the reading and the text."""
    day, known, reading = when
    rules = lock.library.on(day, known, reading)
    text = lock.library.on(day, known, "text")
    held = evidence.held(lock.evidence, line, day, known, "exporter", models)
    stated = evidence.notice(lock.evidence, line, day, models) | dict(line.facts)
    act = "ship" if line.act in EARLIER_ACTS else line.act
    shipped = dataclasses.replace(line, act=act, facts=stated)
    shown = Shown(held.truth, held.application, held.shown, held.asks)
    answers = []
    for part in parts:
        told = [
            answer(rules, text, facts_of(shipped, one, day, part.count), one.measures, shown) for one in part.candidates
        ]
        answers.append(candidates_agree(told, [one.label for one in part.candidates]))
    full = dataclasses.replace(parts_together(answers), split=held.split)
    if line.act in EARLIER_ACTS:
        return Exporter(may_pass=None, applies=NO, ahead=full)
    return full


def parts_of(line: Line, lock: Lock) -> tuple[Part, ...]:
    """Give each chip of the item with what it may be: one candidate, several, or an unlisted one."""
    item = line.item
    if not item.contains:
        return (Part(None, _candidates(item.chip, item.given, lock)),)
    return tuple(Part(one.count, _candidates(one.chip, item.given, lock)) for one in item.contains)


def _candidates(name: str | None, given: Given | None, lock: Lock) -> tuple[Candidate, ...]:
    found = lock.catalogue.find(name) if name else ()
    listed = [one for chip in found for one in chips.candidates(chip)]
    listed = listed or [Candidate(None, None, name, name or "as measured", None, Measures())]
    if given is None:
        return tuple(listed)
    return tuple(dataclasses.replace(one, measures=chips.from_given(given, one.measures)) for one in listed)


def _binding(may_pass: Truth, exporter: Exporter, importer: Importer) -> str | None:
    """Name the gate that binds: the one that says no; where both say alike, the exporter's."""
    if may_pass is YES:
        return None
    for name, gate in (("exporter", exporter), ("importer", importer)):
        if gate.may_pass is may_pass:
            return name
    return None


def _label(parts: tuple[Part, ...]) -> str:
    return " with ".join(" or ".join(dict.fromkeys(one.label for one in part.candidates)) for part in parts)


def _notes(line: Line, lock: Lock) -> tuple[str, ...]:
    """Say which chips are not in the catalogue, and that the line's own measures win."""
    named = [name for name in (line.item.chip, *(one.chip for one in line.item.contains)) if name]
    strange = [name for name in named if not lock.catalogue.find(name)]
    notes = [
        f"{name} is not in the catalogue.{nearest(name, chips.known_names(lock.catalogue))}"
        + ("" if line.item.given else " Nothing is known of it unless the line states item.measures.")
        for name in strange
    ]
    if line.item.given and len(strange) < len(named):
        notes.append("Measures that the line states stand in place of the catalogue's.")
    return tuple(notes)


def line_text(line: Line) -> str:
    """Give all that a line says as one text, whose sha256 is its digest."""
    return json.dumps(dataclasses.asdict(line), default=str, sort_keys=True)


def _digests(line: Line, lock: Lock) -> dict[str, str]:
    return {
        "line": hashlib.sha256(line_text(line).encode()).hexdigest(),
        "law": lock.library.digest,
        "evidence": lock.evidence.digest,
        "chips": lock.catalogue.digest,
        "lists": "none",
        "program": PROGRAM,
    }
