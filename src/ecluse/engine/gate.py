"""Stages, and the one rule: a gate is open when every provision that forbids is answered no or lifted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.engine.weigh import Compiled, prepare
from ecluse.errors import Conflict
from ecluse.provision import LIMBS, POLICIES, STAGES
from ecluse.truth import NO, UNKNOWN, YES, Truth, every, some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ecluse.bounds import Bound
    from ecluse.engine.facts import Facts
    from ecluse.provision import Law, Provision, Ruling, Version


# What binds only items subject to the regulations.
BINDING = ("requirement", "letter", "prohibition")
# What only other provisions read: the outcome is made of the rest.
QUIET = ("definition", "condition", "classification", "duty")


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruling made ready: its conditions as functions, and what its answer can be at the most."""

    id: str
    provision: Provision
    version: Version
    when: Compiled
    met: Compiled | None
    doubt: Compiled | None
    # Yes, or not known where it is perhaps not applied or nobody has defined its words.
    guard: Truth
    binding: bool
    reads: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """The law of a day made ready, stage by stage."""

    law: Law
    stages: tuple[tuple[str, tuple[Rule, ...]], ...]
    rules: Mapping[str, Rule]
    named: Mapping[str, Rule]
    found: dict[tuple[str, ...], tuple[Rule, ...]] = field(default_factory=dict)

    def of(self, *kinds: str) -> tuple[Rule, ...]:
        """Give the rules of some kinds, in stage order."""
        return self._kept(kinds, lambda rule: rule.provision.kind in kinds)

    def lifters(self, requirement: str) -> tuple[Rule, ...]:
        """Give the exceptions that may lift a requirement."""
        return self._kept(
            ("lifts", requirement),
            lambda rule: requirement in rule.version.lifts and rule.provision.kind == "exception",
        )

    def carvers(self, carved: str) -> tuple[Rule, ...]:
        """Give the rules that carve something out of a rule."""
        return self._kept(("carvers", carved), lambda rule: carved in rule.version.carves_out)

    def stirred(self, stage: str, rules: tuple[Rule, ...], changed: tuple[str, ...]) -> tuple[Rule, ...]:
        """Give the rules of a stage to weigh again when names change, with what they carve and are carved by."""
        key = ("stirred", stage, *changed)
        if key not in self.found:
            touched = {rule.id for rule in rules if rule.reads.intersection(changed)}
            carvers = [rule for rule in rules if rule.version.carves_out]
            for rule in carvers:
                if rule.id in touched:
                    touched |= set(rule.version.carves_out)
            touched |= {rule.id for rule in carvers if touched.intersection(rule.version.carves_out)}
            self.found[key] = tuple(rule for rule in rules if rule.id in touched)
        return self.found[key]

    def _kept(self, key: tuple[str, ...], test: Callable[[Rule], bool]) -> tuple[Rule, ...]:
        """Look among the rules once for each question."""
        if key not in self.found:
            self.found[key] = tuple(rule for rule in self.rules.values() if test(rule))
        return self.found[key]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the law of one day answers to one set of facts: the numbers of a decision, untold."""

    answers: Mapping[str, Truth]
    facts: Facts
    scope: Truth
    ic_level: str
    limbs: Mapping[str, Truth]
    required: Truth
    policy: str | None
    exceptions: Mapping[str, Truth]
    prohibited: Truth
    flagged: Truth
    may_pass: Truth
    given: Facts = field(default_factory=dict)


@lru_cache(maxsize=512)
def machine(law: Law) -> Machine:
    """Make the law of a day ready; done once a law."""
    rules = {}
    for ruling in law.rulings:
        rules[ruling.provision.id] = _rule(ruling, law)
    stages = tuple((stage, tuple(rule for rule in rules.values() if rule.provision.stage == stage)) for stage in STAGES)
    named = {rule.provision.name: rule for rule in rules.values() if rule.provision.name}
    return Machine(law, stages, rules, named)


def _rule(ruling: Ruling, law: Law) -> Rule:
    version = ruling.version
    when = prepare(version.when, law.groups)
    met = prepare(version.met, law.groups) if version.met else None
    doubt = prepare(version.doubt, law.groups) if version.doubt else None
    names = {name for one in (when, met, doubt) if one for name in one.names}
    return Rule(
        id=ruling.provision.id,
        provision=ruling.provision,
        version=version,
        when=when,
        met=met,
        doubt=doubt,
        guard=ruling.enforced & (UNKNOWN if version.undefined else YES),
        binding=ruling.provision.kind in BINDING,
        reads=frozenset(names),
    )


def weigh_line(engine: Machine, given: Facts, held: Truth) -> Outcome:
    """Weigh every stage in order, then apply the one rule. `held` says whether a licence is held."""
    facts = dict(given)
    answers: dict[str, Truth] = {}
    scope, ic_level = YES, "none"
    for stage, rules in engine.stages:
        fresh = _weigh_stage(rules, facts, scope)
        answers |= fresh
        for rule in rules:
            name = rule.provision.name
            if name is not None:
                facts[name] = fresh[rule.id]
        if stage == "scope":
            scope = _scope(rules, fresh)
            ic_level = _ic_level(rules, fresh)
            if ic_level != "unknown":
                facts["ic_level"] = ic_level
        if stage == "requirement":
            limbs = _limbs(rules, fresh)
            facts["licence_required"] = some(limbs.values())
    return replace(_outcome(engine, facts, answers, scope, ic_level, limbs, held), given=given)


def reweigh(engine: Machine, before: Outcome, name: str, value: Truth | Bound, held: Truth) -> Outcome:
    """Weigh again with one fact changed, and only what reads it: as `weigh_line` would, faster.

    Where nothing that the outcome is made of answers otherwise, the outcome before is given back.
    """
    facts = before.facts | {name: value}
    answers = dict(before.answers)
    changed: tuple[str, ...] = (name,)
    same = True
    for stage, rules in engine.stages:
        stirred = engine.stirred(stage, rules, changed)
        if not stirred:
            continue
        if stage == "scope":
            # Scope and level steer everything after them.
            return weigh_line(engine, before.given | {name: value}, held)
        fresh = _weigh_stage(stirred, facts, before.scope)
        for rule in stirred:
            if fresh[rule.id] is not before.answers[rule.id] or rule.met is not None:
                same = same and rule.provision.kind in QUIET
                own = rule.provision.name
                if own is not None:
                    facts[own] = fresh[rule.id]
                    changed += (own,)
        answers |= fresh
        if stage == "requirement" and not same:
            required = some(_limbs(rules, answers).values())
            if required is not before.required:
                facts["licence_required"] = required
                changed += ("licence_required",)
    if same and name not in ("red_flags_resolved", "red_flags_seen"):
        return before
    limbs = _limbs(engine.of("requirement", "letter"), answers)
    again = _outcome(engine, facts, answers, before.scope, before.ic_level, limbs, held)
    return replace(again, given=before.given)


def _weigh_stage(rules: tuple[Rule, ...], facts: Facts, scope: Truth) -> dict[str, Truth]:
    """Answer the rules of a stage; what is not defined or perhaps not applied is not known."""
    fresh: dict[str, Truth] = {}
    for rule in rules:
        answer = rule.when.weigh(facts)
        if answer is not NO:
            answer = answer & rule.guard
            if rule.binding:
                answer = answer & scope
            if rule.doubt is not None and rule.doubt.weigh(facts) is YES:
                answer = answer & UNKNOWN
        fresh[rule.id] = answer
    for rule in rules:
        for target in rule.version.carves_out:
            if target in fresh:
                fresh[target] = fresh[target] & ~fresh[rule.id]
    return fresh


def _scope(rules: Iterable[Rule], fresh: Mapping[str, Truth]) -> Truth:
    inside = [fresh[rule.id] for rule in rules if "scope" in rule.version.gives]
    return some(inside) if inside else YES


def _ic_level(rules: Iterable[Rule], fresh: Mapping[str, Truth]) -> str:
    """Go down the ladder of levels; the first that is not answered no decides."""
    for rule in rules:
        level = rule.version.gives.get("ic_level")
        if level is None or fresh[rule.id] is NO:
            continue
        return level if fresh[rule.id] is YES else "unknown"
    return "none"


def _limbs(rules: Iterable[Rule], fresh: Mapping[str, Truth]) -> dict[str, Truth]:
    limbs = dict.fromkeys(LIMBS, NO)
    for rule in rules:
        limb = rule.provision.limb
        if limb is not None:
            limbs[limb] = limbs[limb] | fresh[rule.id]
    return limbs


def _outcome(
    engine: Machine,
    facts: Facts,
    answers: Mapping[str, Truth],
    scope: Truth,
    ic_level: str,
    limbs: Mapping[str, Truth],
    held: Truth,
) -> Outcome:
    required = some(limbs.values())
    exceptions = _exceptions(engine, answers)
    prohibited = some(answers[rule.id] for rule in engine.of("prohibition"))
    flagged = _flagged(engine, facts, answers)
    lifted = every(
        ~answers[rule.id] | _lifted(engine, rule.id, facts, answers)
        for rule in engine.of("requirement", "letter")
        if answers[rule.id] is not NO
    )
    may_pass = ~prohibited & (lifted | held)
    if flagged is not NO:
        may_pass = may_pass & UNKNOWN
    policy = _policy(engine, answers, required)
    return Outcome(answers, facts, scope, ic_level, limbs, required, policy, exceptions, prohibited, flagged, may_pass)


def _exceptions(engine: Machine, answers: Mapping[str, Truth]) -> dict[str, Truth]:
    """Say of each licence exception whether it is available; one with several limbs, if any is."""
    found: dict[str, Truth] = {}
    for rule in engine.of("exception"):
        name = rule.version.gives.get("exception")
        if name:
            found[name] = found.get(name, NO) | answers[rule.id]
    return found


def _lifted(engine: Machine, requirement: str, facts: Facts, answers: Mapping[str, Truth]) -> Truth:
    """Is a requirement lifted: yes if an exception is available and its obligations are met.

    An exception that is available but whose obligations are not met leaves it not known:
    meeting them is up to the exporter.
    """
    result = NO
    for rule in engine.lifters(requirement):
        available = answers[rule.id]
        if available is not NO:
            met = rule.met.weigh(facts) if rule.met else YES
            result = result | (available if met is YES else available & UNKNOWN)
    return result


def _flagged(engine: Machine, facts: Facts, answers: Mapping[str, Truth]) -> Truth:
    """Is a red flag seen and not resolved? Only what is seen counts; silence raises no flag."""
    seen = facts.get("red_flags_seen") is YES or any(answers[rule.id] is YES for rule in engine.of("red_flag"))
    resolved = facts.get("red_flags_resolved", UNKNOWN)
    if resolved is YES or not (seen or resolved is NO):
        return NO
    return YES if resolved is NO else UNKNOWN


def _policy(engine: Machine, answers: Mapping[str, Truth], required: Truth) -> str | None:
    """Report the strictest policy among the requirements that stand."""
    if required is NO:
        return None
    standing = [rule for rule in engine.of("requirement", "letter") if answers[rule.id] is YES]
    others = [rule for rule in standing if rule.provision.kind != "letter"]
    # A letter has no review policy of its own: beside other requirements theirs is reported.
    policies = {policy_of(engine, rule, answers) for rule in others} or {"unknown"}
    if POLICIES[-1] in policies:
        return POLICIES[-1]
    return "unknown" if "unknown" in policies else max(policies, key=POLICIES.index)


def policy_of(engine: Machine, requirement: Rule, answers: Mapping[str, Truth]) -> str:
    """Give the review policy of one requirement: of those that answer, the highest rank."""
    serving = [
        rule for rule in engine.of("review") if requirement.id in rule.version.serves and answers[rule.id] is not NO
    ]
    if not serving:
        return "unknown"
    top = max(rule.provision.rank for rule in serving)
    upper = [rule for rule in serving if rule.provision.rank == top]
    if any(answers[rule.id] is UNKNOWN or rule.version.contested for rule in upper):
        possible = {rule.version.gives["policy"] for rule in serving}
        contested = any(rule.version.contested for rule in upper)
        return possible.pop() if len(possible) == 1 and not contested and _sure(upper, answers) else "unknown"
    given = {rule.version.gives["policy"] for rule in upper}
    if len(given) > 1:
        places = " and ".join(f"{rule.id} ({rule.provision.place})" for rule in upper)
        message = f"{places} answer yes to {requirement.id} with different policies; set rank, or mend one."
        raise Conflict(message)
    return given.pop()


def _sure(rules: Iterable[Rule], answers: Mapping[str, Truth]) -> bool:
    return any(answers[rule.id] is YES for rule in rules)
