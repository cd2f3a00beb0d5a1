"""Two decisions on one line laid side by side: what turned, and by which text or report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.engine.explain import SAID, STATES
from ecluse.truth import NO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecluse.decision import Decision, Exporter, Step


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that answers otherwise: what, from what to what, and on which text or report."""

    gate: str
    what: str
    before: str
    after: str
    by: str
    cite: tuple[str, ...] = ()


def turned(before: Decision, after: Decision) -> list[Turn]:
    """Give what turned, answers first, then provisions in the order in which they are weighed."""
    return [*_answers(before, after), *_provisions(before, after), *_reports(before, after)]


def _answers(before: Decision, after: Decision) -> Iterator[Turn]:
    if before.may_pass is not after.may_pass:
        yield Turn("both", "may it pass", SAID[before.may_pass], SAID[after.may_pass], "the gates below")
    one, two = _shown(before), _shown(after)
    pairs = (
        ("the exporter's gate", _word(one.may_pass), _word(two.may_pass)),
        ("level of the chip", one.ic_level, two.ic_level),
        ("classification", ", ".join(one.classification) or "none", ", ".join(two.classification) or "none"),
        ("licence required", _required(one), _required(two)),
        ("review policy", _policy(one), _policy(two)),
    )
    for what, old, new in pairs:
        if old != new:
            yield Turn("exporter", what, old, new, "the provisions below")
    for old_row in one.exceptions:
        new_row = next((row for row in two.exceptions if row.id == old_row.id), None)
        if new_row is not None and new_row.available is not old_row.available:
            yield Turn(
                "exporter", f"exception {old_row.id}", SAID[old_row.available], SAID[new_row.available], new_row.why
            )


def _shown(decision: Decision) -> Exporter:
    return decision.exporter.ahead or decision.exporter


def _word(answer: object) -> str:
    return "does not apply" if answer is None else SAID[answer]  # type: ignore[index]


def _required(gate: Exporter) -> str:
    return "" if gate.licence is None else SAID[gate.licence.required]


def _policy(gate: Exporter) -> str:
    return "none" if gate.licence is None or gate.licence.policy is None else gate.licence.policy.replace("_", " ")


def _provisions(before: Decision, after: Decision) -> Iterator[Turn]:
    """Provisions that answer otherwise; one that is not in the books on a day answers no."""
    old = {step.provision: step for step in _shown(before).steps}
    new = {step.provision: step for step in _shown(after).steps}
    for name in dict.fromkeys((*old, *new)):
        one, two = old.get(name), new.get(name)
        was, now = _answer(one), _answer(two)
        step = two or one
        if was != now and step is not None:
            yield Turn("exporter", f"{name}: {step.title}", was, now, step.note or step.title, step.cite)


def _answer(step: Step | None) -> str:
    return SAID[NO] + " (not in the books)" if step is None else SAID[step.answer]


def _reports(before: Decision, after: Decision) -> Iterator[Turn]:
    one, two = before.importer, after.importer
    if one.may_pass is not two.may_pass:
        yield Turn("importer", "the importer's gate", _word(one.may_pass), _word(two.may_pass), _first(after))
    if one.state != two.state:
        yield Turn("importer", "state", STATES[one.state], STATES[two.state], _first(after))
    if one.stale is not two.stale:
        yield Turn("importer", "stale", str(one.stale).lower(), str(two.stale).lower(), "ninety days without evidence")
    gone = {claim.claim for claim in one.evidence}
    for claim in two.evidence:
        if claim.claim not in gone:
            yield Turn("importer", f"claim {claim.claim}", "not known", f"reported {claim.reported}", claim.statement)


def _first(decision: Decision) -> str:
    evidence = decision.importer.evidence
    return f"{evidence[0].claim}: {evidence[0].statement}" if evidence else "no claim"
