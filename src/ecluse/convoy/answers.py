"""The answer columns of a row, and how one line's decision gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.truth import NO, UNKNOWN, YES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecluse.decision import Decision, Exporter, Importer

CODES = {YES: 1, NO: 0, UNKNOWN: -1}
NOT_APPLICABLE = 2
# What a missing fact decides, where one answer to it settles the gate (`engine.missing`).
DECISIVE = 1000
# Strong Kleene of several gates: the first of these that any of them answers.
ORDER = (CODES[NO], CODES[UNKNOWN], CODES[YES])


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate's answer: truths as 1, 0, -1 for not known, 2 for a gate that does not apply.

    `decided` names what decided, `missing` the facts that are not known, `settles` those each of
    which alone settles the gate. Level, licence and policy are the exporter's.
    """

    may_pass: int
    decided: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    reported: bool = False
    unenforced: bool = False
    ic_level: str = ""
    licence_required: int = CODES[UNKNOWN]
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer columns of a row; truths as in `Gate`.

    `settles` names the facts each of which alone settles the exporter's gate.
    """

    may_pass: int
    exporter: int
    importer: int
    ic_level: str
    licence_required: int
    policy: str | None
    binding_gate: str | None
    decided_by: str
    missing: str
    rests_on_reported: bool
    depends_on_non_enforcement: bool
    settles: tuple[str, ...] = ()


def together(exporter: Gate, importer: Gate) -> Answer:
    """Lay the two gates' answers together, as the lock does for one line."""
    gates = {"exporter": exporter.may_pass, "importer": importer.may_pass}
    asked = [one for one in gates.values() if one != NOT_APPLICABLE]
    may_pass = min(asked, key=ORDER.index, default=CODES[YES])
    binding = next((name for name, one in gates.items() if one == may_pass and may_pass != CODES[YES]), None)
    return Answer(
        may_pass=may_pass,
        exporter=exporter.may_pass,
        importer=importer.may_pass,
        ic_level=exporter.ic_level,
        licence_required=exporter.licence_required,
        policy=exporter.policy,
        binding_gate=binding,
        decided_by=listed((*exporter.decided, *importer.decided)),
        missing=listed((*exporter.missing, *importer.missing)),
        rests_on_reported=exporter.reported or importer.reported,
        depends_on_non_enforcement=exporter.unenforced,
        settles=exporter.settles,
    )


def listed(words: Iterable[str]) -> str:
    """Write several words into one cell."""
    return "; ".join(dict.fromkeys(words))


def ahead(gate: Gate) -> Gate:
    """Give the exporter's gate for an act before shipment: it does not apply, and shows what shipping would meet."""
    return Gate(NOT_APPLICABLE, ic_level=gate.ic_level, licence_required=gate.licence_required, policy=gate.policy)


def exporter_of(outer: Exporter) -> Gate:
    """Give the exporter's gate of a decision."""
    shown = outer.ahead or outer
    licence = shown.licence
    gate = Gate(
        may_pass=CODES[shown.may_pass] if shown.may_pass is not None else NOT_APPLICABLE,
        decided=tuple(step.provision for step in shown.steps if step.decided),
        missing=tuple(one.fact for one in shown.missing),
        settles=tuple(one.fact for one in shown.missing if one.decides >= DECISIVE and shown.may_pass is UNKNOWN),
        reported=shown.rests_on_reported,
        unenforced=shown.depends_on_non_enforcement,
        ic_level=shown.ic_level,
        licence_required=CODES[licence.required] if licence else CODES[UNKNOWN],
        policy=licence.policy if licence else None,
    )
    return ahead(gate) if outer.may_pass is None else gate


def importer_of(gate: Importer) -> Gate:
    """Give the importer's gate of a decision; what decided is the claim that set the state."""
    if gate.may_pass is None:
        return Gate(NOT_APPLICABLE)
    setter = (gate.evidence[0].claim,) if gate.state != "none_known" and gate.evidence else ()
    missing = tuple(one.fact for one in gate.missing)
    return Gate(CODES[gate.may_pass], setter, missing, reported=gate.rests_on_reported)


def answer_of(decision: Decision) -> Answer:
    """Give the answer columns of a decision on one line: what every row of a table must equal."""
    return together(exporter_of(decision.exporter), importer_of(decision.importer))
