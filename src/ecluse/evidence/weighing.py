"""What the claims jointly support for one buyer, chip and use: the importer's gate.

The rules are in `policy.py`; this file lays a line against them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice, product
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.decision import Importer, Split
from ecluse.evidence.base import EXCEPTION, SETS, THROUGH, WHOLE, Base, decides
from ecluse.evidence.citing import When, begun, cited, day_of_report, joined, opposing, supply_of
from ecluse.evidence.names import product_key
from ecluse.evidence.needs import Standing, missing, remarks
from ecluse.evidence.papers import held
from ecluse.evidence.parameters import parameters
from ecluse.evidence.policy import (
    BEARING,
    CASE_BY_CASE_FROM,
    EARLY_ACTS,
    ECHOES,
    MOST_CITED,
    ON_RECORD,
    SHUT,
    STALE_DAYS,
    STATES,
)
from ecluse.evidence.reach import Reach, belongs, firm_of, parties_of, reaches
from ecluse.evidence.vocabulary import ANY, ASK
from ecluse.truth import NO, UNKNOWN, YES, Truth, agreed, some

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ecluse.claim import Claim
    from ecluse.dates import Known
    from ecluse.evidence.papers import Held
    from ecluse.order import Line, Party

OUTSIDE = "CN"

if TYPE_CHECKING:
    Row = tuple[Claim, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the claims make of one party and one chip.

    `setter` set the state; `bearing` are the claims that bear on the party, `asked` those on a wider
    range of chips; `age` is that of the newest that surely means the party, in days, on the day asked
    about, or the last day known if that is earlier; `shut` says
    whether this answers no.
    """

    state: str = "none_known"
    setter: Claim | None = None
    class_state: str | None = None
    bearing: tuple[Claim, ...] = ()
    asked: tuple[Claim, ...] = ()
    age: int | None = None
    shut: Truth = NO

    @property
    def stale(self) -> bool:
        """Is the newest evidence too old to stand on?"""
        return self.age is not None and self.age > STALE_DAYS


def weigh(base: Base, line: Line, models: tuple[str, ...], on: dt.date, known: Known) -> Importer:
    """Answer for the importer's gate: a border of the mainland, for goods that end there."""
    if line.destination != OUTSIDE or line.origin == OUTSIDE:
        return Importer(may_pass=None, applies=NO)
    when = When(on, known.at("importer"), known.last_day("importer"))
    by_model = [
        [_find(base, line, party, key, when) for party in parties_of(line)]
        for key in dict.fromkeys(product_key(model) for model in models)
    ]
    shut = [some(found.shut for found in row) for row in by_model]
    # Several chips in one item must all pass; several meanings of one name must agree.
    answer = NO if not shut else some(shut) if len(line.item.contains) > 1 else agreed(shut)
    found = min((one for row in by_model for one in row), key=_rank, default=Finding())
    return _answer(base, line, models, (found, answer), when, held(base, line, on, known, "importer", models))


def _rank(found: Finding) -> int:
    return STATES.index(found.state)


def _answer(
    base: Base, line: Line, models: tuple[str, ...], told: tuple[Finding, Truth], when: When, paper: Held
) -> Importer:
    """Lay a finding and the papers together."""
    found, shut = told
    opposed = opposing(base, found.setter, when)
    settings = parameters(base, line, models, when.moment)
    may_pass = _may_pass(shut, paper.truth, line)
    rows = joined(base, found.bearing, opposed, when)
    setter = found.setter
    return Importer(
        may_pass=may_pass,
        state=found.state,
        class_state=found.class_state,
        contested=bool(opposed),
        stale=found.stale,
        evidence_age_days=found.age,
        official_confirmation="yes" if _on_record(base, setter, when) else "none",
        reported="allowed" if setter is not None and line.act in _allowed(base, setter) else None,
        parameters=settings,
        evidence=cited((*rows, *found.asked), setter, when),
        contested_by=opposed,
        supply=cited(supply_of(base, models, when), None, when),
        missing=missing(base, line, Standing(found.state, found.stale, shut, models), paper, settings, when.moment),
        remarks=remarks(base, line, (rows, found.asked), setter, models, when),
        rests_on_reported=setter is not None and may_pass is not YES and not _speaks(base, setter),
        split=tuple(Split(part.quantity, _may_pass(shut, part.may_pass, line), part.by) for part in paper.split),
        papers=paper.shown,
    )


def _may_pass(shut: Truth, paper: Truth, line: Line) -> Truth:
    """Say no where the gate is reported shut, yes where a paper of the authority opens it.

    A paper against a report that the gate is shut leaves the answer not known.
    """
    if shut is YES:
        return NO if paper is not YES else UNKNOWN
    opens = paper is YES and shut is NO and line.end_user is not None and line.act not in EARLY_ACTS
    return YES if opens else UNKNOWN


def _allowed(base: Base, setter: Claim) -> tuple[str, ...]:
    return tuple(act for act in base.words.acts[setter.act].allows if act in EARLY_ACTS)


def _find(base: Base, line: Line, party: Party | None, key: str, when: When) -> Finding:
    """Find what the claims make of one party and one chip."""
    firm = firm_of(base, party)
    own: list[Row] = []
    classed: list[Row] = []
    standing = _latest(
        [row for row in _setting(base, key, Reach(WHOLE, YES), firm, when) if _blocks(base, key, row, when)]
    )
    subjects = tuple(reaches(base, line, party))
    for subject in subjects:
        rows = _latest(list(_setting(base, key, subject, firm, when)))
        (classed if subject.member is not YES else standing if subject.stands else own).extend(rows)
    held_by = [*_latest(own), *standing]
    setter, state = min(held_by, key=_permissive, default=(None, "none_known"))
    later = [row for row in classed if setter is None or row[0].known_from > setter.known_from]
    class_state = next((state for _, state in _latest(later)), None)
    bearing, asked, newest = _bearing(base, key, subjects, firm, when)
    age = None if newest is None else max((when.age_day - newest).days, 0)
    found = Finding(state, setter, class_state, bearing, asked, age)
    shut = NO if found.stale else some(_shut(base, line, row, when) for row in held_by)
    return replace(found, shut=shut)


def _permissive(row: Row) -> tuple[int, int, str]:
    """Order by permission, then newest first."""
    return STATES.index(row[1]), -int(row[0].known_from.timestamp()), row[0].id


def _latest(rows: list[Row]) -> list[Row]:
    """Keep the latest; of those known from the same instant, the least permissive."""
    if not rows:
        return []
    last = max(claim.known_from for claim, _ in rows)
    return [min((row for row in rows if row[0].known_from == last), key=_permissive)]


def _setting(base: Base, key: str, subject: Reach, firm: str | None, when: When) -> Iterator[Row]:
    """Give the newest claims on a subject that set a state, with the state: those of one instant."""
    for scope in (key, ANY):
        last = None
        for claim in base.shelf(scope, SETS + subject.subject).newest(when.moment):
            if last is not None and claim.known_from != last:
                break
            act = base.words.acts[claim.act]
            of_class = subject.subject.startswith("class:")
            state = (act.excluded if of_class else None) or act.state
            # What a report says of a firm by name it does not say again of the firm's class.
            again = of_class and firm is not None and firm in base.named[claim.id]
            if state is None or again or not begun(claim, when) or _superseded(base, claim, when):
                continue
            last = claim.known_from
            yield claim, state


def _superseded(base: Base, claim: Claim, when: When) -> bool:
    """Does a known claim that may weigh supersede this one? It sets nothing and stays listed."""
    return any(
        kind == "supersedes" and _weighs(base.claims[source]) and _known(base.claims[source], when)
        for kind, source in base.inbound.get(claim.id, ())
    )


def _weighs(claim: Claim) -> bool:
    return not any(relation.kind in ECHOES for relation in claim.relations)


def _known(claim: Claim, when: When) -> bool:
    return claim.known_from <= when.moment and begun(claim, when)


def _blocks(base: Base, key: str, row: Row, when: When) -> bool:
    """Does a block of the product stand: has no later report let it through for anybody?"""
    through = (other for scope in (key, ANY) for other in base.shelf(scope, THROUGH).newest(when.moment))
    return not any(other.known_from > row[0].known_from for other in through if begun(other, when))


def _bearing(
    base: Base, key: str, subjects: tuple[Reach, ...], firm: str | None, when: When
) -> tuple[tuple[Claim, ...], tuple[Claim, ...], dt.date | None]:
    """Give the claims that bear on a party, those on a wider range of chips, and the newest sure day."""
    rows: dict[str, Claim] = {}
    asked: dict[str, Claim] = {}
    sure: list[dt.date] = []
    for subject in subjects:
        certain = subject.member is YES or not subject.subject
        for scope, mark in product((key, ANY, f"?{key}", ASK), ("", "~")):
            shelf = base.shelf(scope, mark + subject.subject)
            bears = (one for one in shelf.newest(when.moment) if one.gate in BEARING and begun(one, when))
            for claim in islice(bears, MOST_CITED):
                (rows if scope in (key, ANY) else asked)[claim.id] = claim
                means = certain or (firm is not None and firm in base.named[claim.id])
                if means and not mark and scope in (key, ANY) and _weighs(claim):
                    sure.append(day_of_report(claim))
    newest = max(sure or [day_of_report(claim) for claim in rows.values()], default=None)
    return tuple(rows.values()), tuple(claim for name, claim in asked.items() if name not in rows), newest


def _shut(base: Base, line: Line, row: Row, when: When) -> Truth:
    """Is the gate reported shut, with no exception that the line's facts may meet?"""
    setter, state = row
    return ~_excepted(base, line, setter, state, when) if state in SHUT else NO


def _excepted(base: Base, line: Line, setter: Claim, state: str, when: When) -> Truth:
    """May the line meet an exception that a known claim names?"""
    if state == "domestic_only":
        built = line.facts.get("percent_built")
        under = isinstance(built, Bound) and built.below(exactly(CASE_BY_CASE_FROM)) is YES
        return NO if under else UNKNOWN
    if state != "blocked_at_customs":
        return NO
    excepting = [
        one
        for name in setter.products
        for key in base.words.product_keys(name)
        for claim in islice(base.shelf(key, EXCEPTION).newest(when.moment), MOST_CITED)
        for subject in claim.subjects
        if (one := base.words.classes.get(subject)) is not None and not one.undefined
    ]
    members = [belongs(base, line, party, one) for one in excepting for party in parties_of(line)]
    # What counts as special is undefined: a member may be excepted, no more.
    return NO if all(member is NO for member in members) else UNKNOWN


def _on_record(base: Base, setter: Claim | None, when: When) -> bool:
    """Has the deciding authority said it on record, or confirmed the report that set the state?"""
    if setter is None:
        return False
    confirming = [base.claims[source] for kind, source in base.inbound.get(setter.id, ()) if kind == "confirms"]
    return _speaks(base, setter) or any(_speaks(base, claim) for claim in confirming if _known(claim, when))


def _speaks(base: Base, claim: Claim) -> bool:
    return claim.gate == "import" and claim.attribution.kind in ON_RECORD and decides(claim, base.words)
