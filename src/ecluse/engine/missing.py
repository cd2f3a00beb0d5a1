"""What is not known, and what each fact would settle, most decisive first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecluse.bounds import exactly
from ecluse.decision import Missing
from ecluse.engine.gate import Machine, Outcome, Rule, reweigh
from ecluse.engine.weigh import unknown_names, unmet_names
from ecluse.provision import LIMBS
from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecluse.bounds import Bound
    from ecluse.decision import Shown

# The two ways to answer a question; a measure is tried at both ends of what chips reach.
WORDS: Mapping[str, Truth | Bound] = {"yes": YES, "no": NO}
ENDS: Mapping[str, Truth | Bound] = {"low enough": exactly(0), "high enough": exactly(10**9)}
# A day is tried as one too late and as one early enough.
DAYS: Mapping[str, Truth | Bound] = {"too late": exactly(0), "early enough": exactly(10**9)}
# What a paper decides: by itself, together with other facts, where one that is shown may be all that is
# needed, and where nobody knows yet whether one is needed.
ALONE, TOGETHER, SHOWN, UNASKED = 2000, 900, 1500, 1
# What an obligation of an exception that is available decides beside what it decides by itself.
OBLIGED = 300
MEASURES = ("tpp", "performance_density", "dram_bandwidth", "interconnect", "memory_bandwidth_density")
LIMB_WORDS = {
    "by_item": "by what the item is",
    "by_destination": "by destination",
    "by_end_use": "by end use",
    "by_party": "by party",
    "by_letter": "by company letter",
    "by_other": "by other controls",
}


def missing(engine: Machine, shown: Shown, outcome: Outcome) -> tuple[Missing, ...]:
    """Name the facts that keep an answer open, with what each would settle; none where the gate is open."""
    if outcome.may_pass is YES:
        return ()
    rows: dict[str, Missing] = {}
    obliged = obligations(engine, outcome)
    for name in (*open_names(engine, outcome), *obliged):
        if name not in rows:
            rows[name] = _row(engine, shown.held, outcome, name, obliged.get(name, ()))
    if outcome.may_pass is UNKNOWN and outcome.required is not NO and shown.held is UNKNOWN:
        for row in _papers(shown, outcome):
            if row.fact not in rows or rows[row.fact].decides < row.decides:
                rows[row.fact] = row
    return tuple(sorted(rows.values(), key=lambda row: (-row.decides, row.fact)))


def _row(engine: Machine, held: Truth, outcome: Outcome, name: str, serves: tuple[Rule, ...]) -> Missing:
    """Ask one fact. `serves` are the exceptions of which it is an obligation."""
    fact = engine.law.facts.get(name)
    ask = fact.ask if fact else asked(name)
    kind = fact.kind if fact is not None else ""
    settled, decides = "", 0
    if name in MEASURES:
        settled, decides = _try(engine, held, outcome, name, ENDS)
    elif kind == "day":
        settled, decides = _try(engine, held, outcome, f"{name}.days", DAYS)
    elif kind == "truth" and name not in outcome.answers:
        settled, decides = _try(engine, held, outcome, name, WORDS)
    if not settled and not serves and (kind == "day" or (kind != "truth" and name not in MEASURES)):
        settled = _bears_on(engine, name, outcome)
    if any(outcome.answers[rule.id] is YES for rule in serves):
        decides += OBLIGED
    if serves and not settled:
        names = ", ".join(dict.fromkeys(rule.version.gives.get("exception", rule.id) for rule in serves))
        settled = f"whether the obligations of exception {names} are met, together with the others"
    return Missing(name, ask, settled or "nothing by itself, together with the others", decides)


def _papers(shown: Shown, outcome: Outcome) -> tuple[Missing, ...]:
    """Ask what would settle whether a licence is held."""
    # With a licence the gate opens, unless something else holds it shut or may.
    opens = outcome.prohibited is NO and outcome.flagged is NO
    # Where a licence is surely required, this is the question; before that it is one of several.
    decides = UNASKED if outcome.required is not YES else ALONE if opens else TOGETHER
    if shown.asks:
        return tuple(replace(row, decides=_worth(row, decides, opens=opens)) for row in shown.asks)
    ask = 'Is a licence or another authorisation held, applied for or pending (or `authorisations = "none"`)?'
    settles = "a licence that covers the line opens the gate; none shuts it"
    if not opens:
        settles = "a licence that covers the line meets the requirement; the gate asks for more beside it"
    return (Missing("authorisations", ask, settles, decides),)


def _worth(row: Missing, decides: int, *, opens: bool) -> int:
    """Say what a question about papers decides: whether there is another at all as without any shown."""
    if row.fact == "authorisations":
        return decides
    if not row.decides:
        return min(decides, TOGETHER)
    return max(decides, SHOWN) if opens else decides


def asked(name: str) -> str:
    """Turn the path of a field into a question."""
    role, _, field = name.partition(".")
    who = role.replace("_", " ").replace("[", " ").replace("]", "")
    if field == "ultimate_parent.headquarters":
        return f"Where is the ultimate parent of the {who} headquartered?"
    if field == "headquarters":
        return f"Where is the {who} headquartered?"
    return f"What is {name.removesuffix('.days')}?"


def open_names(engine: Machine, outcome: Outcome) -> Iterator[str]:
    """Give the names that keep the answers open: requirements, policy, exceptions, prohibitions, duties."""
    wanted = [rule for rule in engine.of("prohibition", "requirement", "letter") if _open(rule, outcome)]
    if outcome.required is not NO:
        wanted += [rule for rule in engine.of("review", "exception") if _open(rule, outcome)]
    wanted += [rule for rule in engine.of("duty") if _open(rule, outcome)]
    if outcome.scope is UNKNOWN:
        wanted = [rule for rule in engine.rules.values() if "scope" in rule.version.gives] + wanted
    yield from _names(engine, wanted, outcome, set())
    if outcome.flagged is not NO:
        yield "red_flags_resolved"


def obligations(engine: Machine, outcome: Outcome) -> dict[str, tuple[Rule, ...]]:
    """Give the facts that keep the obligations of an exception from being met, where it would lift a requirement.

    By fact, the exceptions whose obligation it is: available, or perhaps.
    """
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in engine.of("exception"):
        lifts = any(outcome.answers.get(name, NO) is not NO for name in rule.version.lifts)
        if rule.met is None or outcome.answers[rule.id] is NO or not lifts:
            continue
        for name in dict.fromkeys(_unmet(engine, rule, outcome)):
            found[name] = (*found.get(name, ()), rule)
    return found


def _unmet(engine: Machine, rule: Rule, outcome: Outcome) -> Iterator[str]:
    if rule.met is None:
        return
    for name in unmet_names(rule.met, outcome.facts):
        if name in engine.named:
            if outcome.facts.get(name) is UNKNOWN:
                yield from _names(engine, [engine.named[name]], outcome, {name})
        else:
            yield name.removesuffix(".days")


def _open(rule: Rule, outcome: Outcome) -> bool:
    return outcome.answers[rule.id] is UNKNOWN


def _names(engine: Machine, rules: Iterable[Rule], outcome: Outcome, seen: set[str]) -> Iterator[str]:
    """Follow earlier provisions down to the facts that they lack."""
    for rule in rules:
        conditions = [rule.when, *([rule.met] if rule.met else [])]
        for condition in conditions:
            for name in unknown_names(condition, outcome.facts):
                if name in engine.named and name not in seen:
                    seen.add(name)
                    yield from _names(engine, [engine.named[name]], outcome, seen)
                elif name not in engine.named:
                    yield name.removesuffix(".days")
        for carver in engine.carvers(rule.id):
            if carver.id not in seen and outcome.answers[carver.id] is UNKNOWN:
                seen.add(carver.id)
                yield from _names(engine, [carver], outcome, seen)


def _try(
    engine: Machine, held: Truth, before: Outcome, name: str, trials: Mapping[str, Truth | Bound]
) -> tuple[str, int]:
    """Answer a question each way in turn, and tell what changes."""
    told, decides = [], 0
    for word, value in trials.items():
        after = reweigh(engine, before, name, value, held)
        changes = changed(before, after)
        decides += _weight(before, after)
        if changes:
            told.append(f"{word}: {', '.join(changes)}")
    return "; ".join(told), decides


def _weight(before: Outcome, after: Outcome) -> int:
    gate = before.may_pass is UNKNOWN and after.may_pass is not UNKNOWN
    licence = before.required is UNKNOWN and after.required is not UNKNOWN
    policy = before.policy == "unknown" and after.policy != "unknown"
    limbs = sum(before.limbs[limb] is UNKNOWN and after.limbs[limb] is not UNKNOWN for limb in LIMBS)
    return 1000 * gate + 100 * licence + 50 * policy + 10 * limbs


def changed(before: Outcome, after: Outcome) -> list[str]:
    """Say in words what differs between two outcomes, the gate first."""
    told = []
    if before.may_pass is not after.may_pass:
        told.append(f"the gate answers {_said(after.may_pass)}")
    if before.required is not after.required:
        told.append(f"licence required: {_said(after.required)}")
    told += [
        f"licence required {LIMB_WORDS[limb]}: {_said(after.limbs[limb])}"
        for limb in LIMBS
        if before.limbs[limb] is not after.limbs[limb]
    ]
    if before.policy != after.policy and after.policy is not None:
        told.append(f"review policy {after.policy.replace('_', ' ')}")
    told += [
        f"exception {name}: {_said(after.exceptions[name])}"
        for name in after.exceptions
        if before.exceptions[name] is not after.exceptions[name]
    ]
    return told


def _said(answer: Truth) -> str:
    return "not known" if answer is UNKNOWN else answer.value


def _bears_on(engine: Machine, name: str, outcome: Outcome) -> str:
    """Name what a fact that is not yes or no bears on."""
    titles = [
        rule.provision.title
        for rule in engine.rules.values()
        if outcome.answers[rule.id] is UNKNOWN and _reads(rule, name)
    ]
    return f"bears on: {titles[0]}" if titles else "bears on the answer together with other facts"


def _reads(rule: Rule, name: str) -> bool:
    names = {read.removesuffix(".days") for read in rule.when.names}
    role, _, field = name.partition(".")
    return name in names or (role != name and f"parties.{field.removeprefix('ultimate_parent.')}" in names)
