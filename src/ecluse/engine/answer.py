"""The exporter's answer for one chip: outcome, steps, exceptions, duties, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.decision import ExceptionAnswer, Exporter, Licence, Step, TariffAnswer
from ecluse.engine.facts import measures_of
from ecluse.engine.gate import Machine, Outcome, Rule, machine, policy_of, weigh_line
from ecluse.engine.missing import missing
from ecluse.engine.weigh import trace
from ecluse.truth import NO, UNKNOWN, YES, Truth, some

if TYPE_CHECKING:
    from ecluse.decision import Shown
    from ecluse.engine.facts import Facts
    from ecluse.item import Candidate, Measures
    from ecluse.provision import Law

# The prohibitions of the regulations themselves; a house rule has its own reasons.
EMBARGOES = "us.736-2."
LETTERS = "Company letters are not published; unknown ones may exist."


def answer(
    law: Law,
    text: Law,
    given: Facts,
    measures: Measures,
    shown: Shown,
) -> Exporter:
    """Answer for one candidate chip under the law asked for, and beside it under the text alone.

    `shown` says whether a licence is held, and what the line shows for it.
    """
    engine = machine(law)
    facts = _with_silence(law, given)
    outcome = weigh_line(engine, facts, shown.held)
    by_text = outcome if text is law else weigh_line(machine(text), facts, shown.held)
    licence = Licence(
        required=outcome.required,
        required_by_text=by_text.required,
        limbs=outcome.limbs,
        policy=outcome.policy,
        application=shown.application,
        held=shown.held,
        papers=shown.papers,
    )
    steps = tuple(_step(engine, rule, outcome) for rule in engine.rules.values())
    return Exporter(
        may_pass=outcome.may_pass,
        ic_level=outcome.ic_level,
        classification=_classification(engine, outcome),
        licence=licence,
        exceptions=_exceptions(engine, outcome),
        tariffs=_tariffs(engine, outcome),
        red_flags=_red_flags(engine, outcome),
        remarks=_remarks(engine, outcome),
        steps=steps,
        missing=missing(engine, shown, outcome),
        prohibited=outcome.prohibited,
        rests_on_reported=any(step.level == "V3" and step.decided for step in steps),
        depends_on_non_enforcement=_differs(outcome, by_text),
        measures=measures,
        law_seen_to=law.horizon,
    )


def level_only(law: Law, candidate: Candidate) -> Exporter:
    """Answer only at which level a chip stands."""
    engine = machine(law)
    outcome = weigh_line(engine, _with_silence(law, measures_of(candidate)), UNKNOWN)
    return Exporter(may_pass=UNKNOWN, ic_level=outcome.ic_level, measures=candidate.measures)


def _with_silence(law: Law, given: Facts) -> Facts:
    """Fill in the facts of which silence means no: claims that nobody has made."""
    silent = {fact.name: NO for fact in law.facts.values() if fact.silence_is_no}
    return silent | given


def _differs(outcome: Outcome, by_text: Outcome) -> bool:
    """Would the text, if it were applied, ask more than the answer does?"""
    if outcome.prohibited is YES and by_text.prohibited is YES:
        # What is forbidden under either reading rests on neither.
        return False
    return outcome.required is not by_text.required or outcome.may_pass is not by_text.may_pass


def _classification(engine: Machine, outcome: Outcome) -> tuple[str, ...]:
    return tuple(
        rule.version.gives["eccn"]
        for rule in engine.of("classification")
        if outcome.answers[rule.id] is YES and "eccn" in rule.version.gives
    )


def _step(engine: Machine, rule: Rule, outcome: Outcome) -> Step:
    version, provision = rule.version, rule.provision
    return Step(
        provision=provision.id,
        title=provision.title,
        answer=outcome.answers[rule.id],
        decided=_decided(engine, rule, outcome),
        cite=version.cite,
        level=version.level,
        because=tuple(trace(rule.when, outcome.facts)),
        note=version.note,
        undefined=version.undefined,
        contested=version.contested,
        kind=provision.kind,
    )


def _decided(engine: Machine, rule: Rule, outcome: Outcome) -> bool:
    """Did this provision set something that the answer reports?"""
    if outcome.answers[rule.id] is not YES:
        return False
    match rule.provision.kind:
        case "requirement" | "letter" | "prohibition" | "exception" | "classification" | "red_flag":
            return True
        case "review":
            served = [engine.rules[name] for name in rule.version.serves if name in engine.rules]
            standing = [one for one in served if outcome.answers[one.id] is YES]
            return any(policy_of(engine, one, outcome.answers) == rule.version.gives["policy"] for one in standing)
        case "definition":
            return _defines(engine, rule, outcome)
        case "duty":
            return False
        case _:
            return False


def _defines(engine: Machine, rule: Rule, outcome: Outcome) -> bool:
    """Did a definition set the level, or bring the item under the rules where no other did?"""
    gives = rule.version.gives
    if "scope" in gives:
        scoping = [one for one in engine.of("definition") if "scope" in one.version.gives]
        first = next(one for one in scoping if outcome.answers[one.id] is YES)
        return rule is first and outcome.facts.get("origin") != "US"
    return gives.get("ic_level") == outcome.ic_level


def _exceptions(engine: Machine, outcome: Outcome) -> tuple[ExceptionAnswer, ...]:
    """List every exception there is; one that is not in force or not claimed is not available."""
    rows = []
    for name in engine.law.exceptions:
        rules = [rule for rule in engine.of("exception") if rule.version.gives.get("exception") == name]
        live = [rule for rule in rules if outcome.answers[rule.id] is not NO]
        why = "not in force on that day" if not rules else ""
        for rule in live[:1]:
            why = "; ".join(rule.version.undefined) or rule.provision.title
        rows.append(
            ExceptionAnswer(
                id=name,
                available=outcome.exceptions.get(name, NO),
                wait_days=live[0].version.wait_days if live else None,
                obligations=live[0].version.obligations if live else (),
                why=why,
                obligations_met=_met(live, outcome),
            )
        )
    return tuple(rows)


def _met(rules: list[Rule], outcome: Outcome) -> Truth | None:
    """Are the obligations of an exception met? None where no fact is asked of them, or it is not open."""
    asked = [rule.met.weigh(outcome.facts) for rule in rules if rule.met is not None]
    return some(asked) if asked and len(asked) == len(rules) else None


def _tariffs(engine: Machine, outcome: Outcome) -> tuple[TariffAnswer, ...]:
    """List every tariff there is; one not in force does not apply."""
    rules = {rule.version.gives["tariff"]: rule for rule in engine.of("duty")}
    return tuple(
        TariffAnswer(
            id=name,
            rate=(rules[name].version.rate or "0") if name in rules else "0",
            applies=outcome.answers[rules[name].id] if name in rules else NO,
        )
        for name in engine.law.tariffs
    )


def _red_flags(engine: Machine, outcome: Outcome) -> tuple[str, ...]:
    seen = outcome.facts.get("red_flags")
    listed = seen if isinstance(seen, tuple) else ()
    # What a line lists speaks for itself: the duty to inquire into it is no further flag.
    raised = [rule for rule in engine.of("red_flag") if outcome.answers[rule.id] is YES]
    found = (rule.provision.title for rule in raised if not (listed and "red_flags_seen" in rule.when.names))
    return (*listed, *found)


def _remarks(engine: Machine, outcome: Outcome) -> tuple[str, ...]:
    remarks = [LETTERS]
    remarks += [rule.provision.title for rule in engine.of("remark") if outcome.answers[rule.id] is YES]
    law = engine.law
    if law.on > law.horizon:
        remarks.append(
            f"No source of this law was seen after {law.horizon}; what came between then and {law.on} is not known."
        )
    if any(outcome.answers[rule.id] is YES and rule.id.startswith(EMBARGOES) for rule in engine.of("prohibition")):
        remarks.append(
            "Licences for embargoed destinations are not weighed here; other agencies may have to grant them too."
        )
    perhaps = {
        name: group
        for name, group in law.groups.items()
        if name in ("A5", "A6", "D1", "D4", "D5") and outcome.facts.get("destination") in group.perhaps
    }
    remarks += [f"Whether {outcome.facts['destination']} was in {name} on that day is not known." for name in perhaps]
    if outcome.limbs["by_letter"] is UNKNOWN:
        remarks += _kin(law, outcome.facts)
    if outcome.policy == "unknown" and outcome.required is not NO:
        remarks += _contests(engine, outcome)
    return tuple(remarks)


def _kin(law: Law, facts: Facts) -> list[str]:
    """Say of a seller that it may be a firm of an addressee's group, and of whose."""
    names = [facts.get(place) for place in ("seller.name", "seller.ultimate_parent.name")]
    groups = {
        name.removesuffix("_GROUP")
        for name, group in law.groups.items()
        for word in names
        if (group.kin or name.endswith("_GROUP")) and isinstance(word, str) and group.inside(word) is UNKNOWN
    }
    return [
        f"Whether a letter to {name} reaches the seller, perhaps a firm of its group, is not known: ask {name}."
        for name in sorted(groups)
    ]


def _contests(engine: Machine, outcome: Outcome) -> list[str]:
    """Say which texts contest the policy of a requirement that stands."""
    standing = {rule.id for rule in engine.of("requirement") if outcome.answers[rule.id] is not NO}
    return [
        f"Contested: {' against '.join(rule.version.contested)}."
        for rule in engine.of("review")
        if rule.version.contested and outcome.answers[rule.id] is not NO and standing.intersection(rule.version.serves)
    ]
