"""Several answers into one: candidates must agree, parts must all pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, hull
from ecluse.decision import ExceptionAnswer, Exporter, Licence, Missing, Step, TariffAnswer
from ecluse.item import NUMBERS, Measures
from ecluse.provision import LIMBS, POLICIES
from ecluse.truth import NO, YES, Truth, agreed, every, some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LEVELS = ("none", "3A090.c", "3A090.b", "3A090.a", "3A090")
Combine = "Callable[[Iterable[Truth]], Truth]"


def candidates_agree(answers: Sequence[Exporter], labels: Sequence[str]) -> Exporter:
    """Join the answers for what the line may mean: where they differ, the answer is not known."""
    if len(answers) == 1:
        return answers[0]
    differ = differences(answers)
    joined = _join(answers, agreed, agreed, _same)
    if not differ or joined.may_pass is YES:
        return joined
    ask = f"Which of these is it: {'; '.join(labels)}?"
    row = Missing("item.chip", ask, f"settles: {', '.join(differ)}", 500)
    return replace(joined, missing=(row, *joined.missing))


def parts_together(answers: Sequence[Exporter]) -> Exporter:
    """Join the answers for the parts of one thing: a requirement for any part binds the whole."""
    if len(answers) == 1:
        return answers[0]
    return _join(answers, every, some, _strictest)


def differences(answers: Sequence[Exporter]) -> list[str]:
    """Name in words what candidates answer differently."""
    tests: tuple[tuple[str, Callable[[Exporter], object]], ...] = (
        ("the gate", lambda one: one.may_pass),
        ("the level", lambda one: one.ic_level),
        ("the classification", lambda one: one.classification),
        ("whether a licence is required", lambda one: one.licence and one.licence.required),
        ("the review policy", lambda one: one.licence and one.licence.policy),
        ("the exceptions", lambda one: tuple(row.available for row in one.exceptions)),
        ("the duty", lambda one: tuple(row.applies for row in one.tariffs)),
    )
    return [name for name, look in tests if len({look(one) for one in answers}) > 1]


def _join(
    answers: Sequence[Exporter],
    gate: Callable[[Iterable[Truth]], Truth],
    licence: Callable[[Iterable[Truth]], Truth],
    word: Callable[[Sequence[str]], str],
) -> Exporter:
    first = answers[0]
    return Exporter(
        may_pass=gate(one.may_pass for one in answers if one.may_pass is not None),
        ic_level=word([one.ic_level for one in answers]),
        classification=_classes(answers, shared=gate is agreed),
        licence=_licence([one.licence for one in answers if one.licence], licence, word),
        exceptions=tuple(
            _exception([one.exceptions[i] for one in (_asking(answers) if gate is every else answers)], gate)
            for i in range(len(first.exceptions))
        ),
        tariffs=tuple(_tariff([one.tariffs[i] for one in answers], licence) for i in range(len(first.tariffs))),
        red_flags=_union(one.red_flags for one in answers),
        remarks=_union(one.remarks for one in answers),
        steps=tuple(_step([one.steps[i] for one in answers], licence) for i in range(len(first.steps))),
        missing=_missing(answers),
        prohibited=licence(one.prohibited for one in answers),
        rests_on_reported=any(one.rests_on_reported for one in answers),
        depends_on_non_enforcement=any(one.depends_on_non_enforcement for one in answers),
        measures=_measures([one.measures for one in answers if one.measures]),
        law_seen_to=first.law_seen_to,
    )


def _same(words: Sequence[str]) -> str:
    return words[0] if len(set(words)) == 1 else "unknown"


def _strictest(words: Sequence[str]) -> str:
    """Take the highest level or the strictest policy; one that is not known hides a higher one."""
    for scale in (LEVELS, POLICIES):
        known = [word for word in words if word in scale]
        if known:
            top = max(known, key=scale.index)
            return "unknown" if "unknown" in words and top != scale[-1] else top
    return words[0]


def _classes(answers: Sequence[Exporter], *, shared: bool) -> tuple[str, ...]:
    everything = _union(one.classification for one in answers)
    if not shared:
        return everything
    return tuple(name for name in everything if all(name in one.classification for one in answers))


def _licence(
    licences: Sequence[Licence],
    combine: Callable[[Iterable[Truth]], Truth],
    word: Callable[[Sequence[str]], str],
) -> Licence | None:
    if not licences:
        return None
    required = combine(one.required for one in licences)
    policies = [one.policy or "none" for one in licences]
    kept = [policy for policy in policies if policy != "none"]
    if combine is agreed and "none" in policies and kept:
        policy: str | None = "unknown"
    else:
        policy = word(kept) if kept else None
    return Licence(
        required=required,
        required_by_text=combine(one.required_by_text for one in licences),
        limbs={limb: combine(one.limbs[limb] for one in licences) for limb in LIMBS},
        policy=policy,
        application=licences[0].application,
        held=licences[0].held,
        papers=licences[0].papers,
    )


def _asking(answers: Sequence[Exporter]) -> Sequence[Exporter]:
    """Give those for which a licence may be needed, as the others need no exception; all, where none does."""
    asking = [one for one in answers if one.licence is None or one.licence.required is not NO]
    return asking or answers


def _exception(rows: Sequence[ExceptionAnswer], combine: Callable[[Iterable[Truth]], Truth]) -> ExceptionAnswer:
    shown = next((row for row in rows if row.obligations), rows[0])
    met = [row.obligations_met for row in rows if row.obligations_met is not None]
    return replace(
        shown, available=combine(row.available for row in rows), obligations_met=combine(met) if met else None
    )


def _tariff(rows: Sequence[TariffAnswer], combine: Callable[[Iterable[Truth]], Truth]) -> TariffAnswer:
    return replace(rows[0], applies=combine(row.applies for row in rows))


def _step(rows: Sequence[Step], combine: Callable[[Iterable[Truth]], Truth]) -> Step:
    shown = next((row for row in rows if row.answer is YES), rows[0])
    return replace(shown, answer=combine(row.answer for row in rows), decided=any(row.decided for row in rows))


def _missing(answers: Sequence[Exporter]) -> tuple[Missing, ...]:
    rows: dict[str, Missing] = {}
    for one in answers:
        for row in one.missing:
            if row.fact not in rows or rows[row.fact].decides < row.decides:
                rows[row.fact] = row
    return tuple(sorted(rows.values(), key=lambda row: (-row.decides, row.fact)))


def _measures(all_measures: Sequence[Measures]) -> Measures:
    figures: dict[str, Bound | None] = {}
    for name in (*NUMBERS, "tops"):
        values = [getattr(one, name) for one in all_measures]
        known = [value for value in values if value is not None]
        figures[name] = hull(known) if known and len(known) == len(values) else None
    return Measures(
        **figures,
        datacenter=agreed(one.datacenter for one in all_measures),
        choices=_union(one.choices for one in all_measures),
    )


def _union(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
