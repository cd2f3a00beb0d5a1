"""What the claims jointly support for one buyer, chip and use: the importer's gate.

The rules, in the order in which they are applied:

1. Only what was known by then counts, and only what is about the day asked or before it.
2. A report reaches a line if it names the buyer, if it blocks the product for every importer, or
   if it speaks of a class and the line's facts settle that the buyer belongs to it. A report about
   a class whose membership is not settled sets the class state only.
3. Of the reports that reach the line the latest sets the state; reported together, the least
   permissive. A superseded report sets nothing. Nothing is deleted.
4. A block of a whole product ends for everyone once a later report says that the gate let it
   through for anybody, even in principle.
5. A summary at third hand, a remark of another government, silence and "not aware" set nothing.
6. A *no* may rest on reports, and says so; a *yes* rests on a paper of the authority, never on a
   report. After 90 days without evidence the state stands, stale, and the answer is not known.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.claim import ATTRIBUTIONS
from ecluse.dates import end_of_month, zone
from ecluse.decision import Evidence, Importer
from ecluse.evidence.names import product_key
from ecluse.evidence.needs import Standing, missing, remarks
from ecluse.evidence.papers import held
from ecluse.evidence.parameters import parameters
from ecluse.order import name_key
from ecluse.truth import NO, UNKNOWN, YES, Truth, some

if TYPE_CHECKING:
    from ecluse.claim import Claim
    from ecluse.dates import Known
    from ecluse.evidence.base import Base
    from ecluse.order import Line, Party

# From the least to the most permissive.
STATES = (
    "blocked_at_customs",
    "stop_orders",
    "domestic_only",
    "exceptional_only",
    "hold_orders",
    "excluded_by_plan_case_by_case",
    "under_review",
    "discouraged",
    "none_known",
    "preliminary",
    "conditional_approval",
    "approved",
    "ordered",
    "shipped",
    "released",
)
SHUT = ("blocked_at_customs", "stop_orders", "domestic_only")
LET_THROUGH = STATES[STATES.index("preliminary") :]
STALE_DAYS = 90
CASE_BY_CASE_FROM = 30
# Who may set a state: never more than the source says.
SETTERS = ("official_document", "named_official", "company_statement", "anonymous_sources", "press")
EARLY_ACTS = ("prepare", "negotiate")
OUTSIDE = "CN"
OPPOSES = ("contradicts", "denies")
JOINS = ("confirms", "extends", "refines", "updates")


@dataclass(frozen=True, slots=True)
class Finding:
    """What the claims make of one party: the state, what set it, what was reported of its class.

    `bearing` are the claims that bear on it, `direct` those that surely mean this party.
    """

    state: str
    setter: Claim | None
    class_state: str | None
    bearing: tuple[Claim, ...]
    direct: tuple[Claim, ...]


def weigh(base: Base, line: Line, models: tuple[str, ...], on: dt.date, known: Known) -> Importer:
    """Answer for the importer's gate: a border of the mainland, for goods that end there."""
    if line.destination != OUTSIDE or line.origin == OUTSIDE:
        return Importer(may_pass=None, applies=NO)
    moment = known.at("importer")
    parties = parties_of(line)
    keys = tuple(dict.fromkeys(product_key(model) for model in models))
    findings = [_find(base, line, party, key, on, moment) for party in parties for key in keys]
    if not findings:
        findings = [Finding("none_known", None, None, (), ())]
    found = min(findings, key=lambda one: STATES.index(one.state))
    return _answer(base, line, models, found, on, known)


def _answer(base: Base, line: Line, models: tuple[str, ...], found: Finding, on: dt.date, known: Known) -> Importer:
    last = known.last_day("importer")
    newest = max((day_of_report(claim) for claim in found.direct or found.bearing), default=None)
    age = None if newest is None else (last - newest).days
    stale = age is not None and age > STALE_DAYS
    paper = held(base, line, on, known, "importer", models)
    shut = _shut(base, line, found, known.at("importer")) if not stale else UNKNOWN
    opposed = _contested(base, found.setter, known.at("importer"))
    settings = parameters(base, line, keys_of(models), known.at("importer"))
    funding = bool(base.about_product("*any", known.at("importer")))
    early = line.act in EARLY_ACTS and found.state in LET_THROUGH
    return Importer(
        may_pass=_may_pass(shut, paper.truth, line),
        state=found.state,
        class_state=found.class_state,
        contested=bool(opposed),
        stale=stale,
        evidence_age_days=age,
        reported="allowed" if early else None,
        parameters=settings,
        evidence=tuple(_cited(claim, last) for claim in _ordered(found)),
        contested_by=opposed,
        supply=tuple(_cited(claim, last) for claim in reversed(_supply(base, models, known.at("importer")))),
        missing=missing(line, Standing(found.state, stale, funding), paper, settings),
        remarks=remarks(base, line, found.bearing, models, known.at("importer")),
        rests_on_reported=found.setter is not None,
        split=paper.split,
    )


def _ordered(found: Finding) -> list[Claim]:
    """Put the claim that set the state first, then the newest; on one day the better attributed."""
    rows = sorted(found.bearing, key=lambda one: ATTRIBUTIONS.index(one.attribution.kind))
    rows.sort(key=day_of_report, reverse=True)
    return sorted(rows, key=lambda one: one is not found.setter)


def _may_pass(shut: Truth, paper: Truth, line: Line) -> Truth:
    """Say no where the gate is reported shut, yes where a paper of the authority opens it."""
    if shut is YES:
        return NO if paper is not YES else UNKNOWN
    if paper is YES and line.end_user is not None and line.act not in EARLY_ACTS:
        return YES
    return UNKNOWN


def keys_of(models: tuple[str, ...]) -> tuple[str, ...]:
    """Give the product keys of models."""
    return tuple(dict.fromkeys(product_key(model) for model in models))


def parties_of(line: Line) -> list[Party | None]:
    """Give the parties that reports may mean: buyer and end user; None where neither is known."""
    named: list[Party | None] = [party for party in (line.buyer, line.end_user) if party is not None]
    return named or [None]


def _find(base: Base, line: Line, party: Party | None, key: str, on: dt.date, moment: dt.datetime) -> Finding:
    """Find what the claims make of one party and one product."""
    claims = [claim for claim in _known(base, key, moment) if claim.about is None or claim.about[0] <= on]
    firm = firm_of(base, party)
    reached: list[tuple[Claim, str]] = []
    classed: list[tuple[Claim, str]] = []
    bearing, direct = [], []
    dead = _superseded(base, claims)
    opened = max((c.known_from for c in claims if _lets_through(base, c)), default=None)
    for claim in claims:
        states = _states(base, claim, line, party, firm)
        if claim.gate in ("import", "export") and (states or not claim.subjects or _names(base, claim, firm)):
            bearing.append(claim)
            # A report about some firms says nothing of this one for certain.
            if not claim.subjects or _names(base, claim, firm) or any(settled for _, settled in states):
                direct.append(claim)
        if claim.gate != "import" or claim.id in dead or claim.attribution.kind not in SETTERS:
            continue
        for state, settled in states:
            if state == "blocked_at_customs" and opened is not None and claim.known_from < opened:
                continue
            (reached if settled else classed).append((claim, state))
    setter, reached_state = _latest(reached)
    _, class_state = _latest(classed)
    return Finding(reached_state or "none_known", setter, class_state, tuple(bearing), tuple(direct))


def _known(base: Base, key: str, moment: dt.datetime) -> list[Claim]:
    """Give the claims on a product, and on every foreign accelerator, known by then."""
    rows = {claim.id: claim for one in (key, "*any") for claim in base.about_product(one, moment)}
    return sorted(rows.values(), key=lambda claim: (claim.known_from, claim.version, claim.id))


def firm_of(base: Base, party: Party | None) -> str | None:
    """Give the firm that a party's name means in reports, or its own name."""
    if party is None or party.name is None:
        return None
    key = name_key(party.name)
    return base.words.firms.get(key, party.name)


def _names(base: Base, claim: Claim, firm: str | None) -> bool:
    """Does a claim name the firm?"""
    return firm is not None and firm in base.named[claim.id]


def _states(base: Base, claim: Claim, line: Line, party: Party | None, firm: str | None) -> list[tuple[str, bool]]:
    """Give the states that a claim reports for a party, and whether the party surely is meant."""
    act = base.words.acts[claim.act]
    found: list[tuple[str, bool]] = []
    if act.whole_product and act.state:
        return [(act.state, True)]
    named = _names(base, claim, firm)
    if named and act.state:
        found.append((act.state, True))
    for subject in claim.subjects:
        one = base.words.classes.get(subject)
        if one is None:
            continue
        member = belongs(base, line, party, firm, one.kinds, one.facts, undefined=one.undefined)
        state = act.excluded or act.state
        if member is not NO and state is not None and not named:
            found.append((state, member is YES))
    return found


def belongs(
    base: Base,
    line: Line,
    party: Party | None,
    firm: str | None,
    kinds: tuple[str, ...],
    facts: tuple[str, ...],
    *,
    undefined: bool,
) -> Truth:
    """Is a party of a class: by its kind, or by a certified fact; a class nobody defined stays open."""
    kind = kind_of(base, party, firm)
    by_kind = UNKNOWN if kind is None else YES if kind in kinds else NO
    stated = [line.facts.get(fact, UNKNOWN) for fact in facts]
    by_fact = some(value for value in stated if isinstance(value, Truth))
    # A kind that is known and another than the class's own settles it unless a fact says yes.
    member = YES if by_fact is YES else by_kind
    return member & UNKNOWN if undefined else member


def kind_of(base: Base, party: Party | None, firm: str | None) -> str | None:
    """Give what kind of organisation a party is: as the line says, else as reports know the firm."""
    if party is not None and party.kind is not None:
        return party.kind
    return base.words.kinds.get(firm) if firm is not None else None


def _superseded(base: Base, claims: list[Claim]) -> set[str]:
    """Give the claims that another known one supersedes; they set nothing and stay listed."""
    ids = {claim.id for claim in claims}
    return {
        target
        for target in ids
        for kind, source in base.inbound.get(target, ())
        if kind == "supersedes" and source in ids
    }


def _lets_through(base: Base, claim: Claim) -> bool:
    state = base.words.acts[claim.act].state
    return claim.gate == "import" and state in LET_THROUGH and claim.attribution.kind in SETTERS


def _latest(rows: list[tuple[Claim, str]]) -> tuple[Claim | None, str | None]:
    """Take the latest; of those known from the same instant, the least permissive."""
    if not rows:
        return None, None
    last = max(claim.known_from for claim, _ in rows)
    same = [row for row in rows if row[0].known_from == last]
    return min(same, key=lambda row: (STATES.index(row[1]), row[0].id))


def _shut(base: Base, line: Line, found: Finding, moment: dt.datetime) -> Truth:
    """Is the gate reported shut, with no exception that the line's facts may meet?"""
    if found.state not in SHUT:
        return NO
    return YES & ~_excepted(base, line, found, moment)


def _excepted(base: Base, line: Line, found: Finding, moment: dt.datetime) -> Truth:
    """May the line meet an exception that a known claim names?"""
    if found.state == "domestic_only":
        built = line.facts.get("percent_built")
        # Projects at 30 percent or more are reported to be judged case by case.
        under = isinstance(built, Bound) and built.below(exactly(CASE_BY_CASE_FROM)) is YES
        return NO if under else UNKNOWN
    if found.state != "blocked_at_customs" or found.setter is None:
        return NO
    exceptional = [
        claim
        for product in found.setter.products
        for claim in base.about_product(product_key(product), moment)
        if claim.act == "special_circumstances_only"
    ]
    if not exceptional:
        return NO
    research = base.words.classes["universities"]
    parties = parties_of(line)
    members = [
        belongs(base, line, party, firm_of(base, party), research.kinds, (), undefined=False) for party in parties
    ]
    # What counts as special is undefined: a member may be excepted, no more.
    return NO if all(member is NO for member in members) else UNKNOWN


def _contested(base: Base, setter: Claim | None, moment: dt.datetime) -> tuple[str, ...]:
    """Name the known claims that oppose what set the state, or what that claim builds on."""
    if setter is None:
        return ()
    roots = [setter.id, *(relation.target for relation in setter.relations if relation.kind in JOINS)]
    found = set()
    for root in roots:
        claim = base.claims[root]
        if claim.known_from > moment:
            continue
        found |= {relation.target for relation in claim.relations if relation.kind in OPPOSES}
        found |= {source for kind, source in base.inbound.get(root, ()) if kind in OPPOSES}
    known = {one for one in found if base.claims[one].known_from <= moment}
    return tuple(sorted(known - {setter.id}))


def _supply(base: Base, models: tuple[str, ...], moment: dt.datetime) -> list[Claim]:
    rows = {claim.id: claim for key in keys_of(models) for claim in base.about_product(key, moment)}
    return sorted((claim for claim in rows.values() if claim.gate == "supply"), key=lambda one: one.known_from)


def day_of_report(claim: Claim) -> dt.date:
    """Give the day a claim was reported on, in its own place."""
    if "T" in claim.reported:
        return claim.known_from.astimezone(zone(claim.place)).date()
    if len(claim.reported) == len("2026-05"):
        return end_of_month(claim.reported)
    return dt.date.fromisoformat(claim.reported)


def _cited(claim: Claim, last: dt.date) -> Evidence:
    kind = claim.attribution.kind
    count = f"{claim.attribution.count} sources" if claim.attribution.count else ""
    return Evidence(
        claim=claim.id,
        reported=claim.reported,
        attribution="anonymous" if kind == "anonymous_sources" else kind,
        statement=claim.statement,
        age_days=max((last - day_of_report(claim)).days, 0),
        said_by=", ".join(part for part in (claim.publisher, claim.attribution.name, count) if part),
    )
