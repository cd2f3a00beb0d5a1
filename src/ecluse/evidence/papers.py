"""Authorisations: what a paper covers, what is left of it, and whether one is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.decision import Split
from ecluse.evidence.base import Base, product_key
from ecluse.order import name_key
from ecluse.truth import NO, UNKNOWN, YES, Truth, every

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from ecluse.authorisation import Authorisation
    from ecluse.dates import Known
    from ecluse.order import Line

# The kinds that can open a gate; notices of exceptions and statements are met as facts.
OPENING = {"exporter": ("licence", "validated end user", "other"), "importer": ("import approval", "licence", "other")}


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a paper that covers the line is held, the state of the application, and what it rests on."""

    truth: Truth
    application: str
    rests_on: tuple[str, ...] = ()
    split: tuple[Split, ...] = ()


def held(base: Base, line: Line, on: dt.date, known: Known, gate: str, models: tuple[str, ...]) -> Held:  # noqa: PLR0911 - one line an answer
    """Say whether a paper of a gate is held for the line."""
    own = [paper for paper in line.authorisations or () if paper.gate == gate and paper.kind in OPENING[gate]]
    filed = [
        paper for paper in base.papers if paper.gate == gate and paper.known is None and paper.kind in OPENING[gate]
    ]
    filed += [paper for paper in base.papers if paper.gate == gate and _as_known(paper, known, gate)]
    reported = [(paper, _meant(paper, line, models)) for paper in filed]
    filed = [paper for paper, meant in reported if meant is not NO]
    granted = [paper for paper in (*own, *filed) if paper.status == "granted"]
    covered = [(paper, covers(paper, line, on, models)) for paper in granted]
    full = [paper for paper, (truth, _) in covered if truth is YES]
    if full:
        return Held(YES, "granted", (_name(full[0]),))
    if granted:
        return Held(UNKNOWN, "granted", tuple(_name(paper) for paper in granted), _split(covered, line))
    if line.authorisations == ():
        return Held(NO, "none", ("the line: authorisations = none",))
    if own:
        return Held(NO, own[-1].status, (_name(own[-1]),))
    for paper, meant in reported:
        if meant is YES:
            return Held(NO, paper.status, (_name(paper),))
        if meant is UNKNOWN:
            return Held(UNKNOWN, "unknown", (_name(paper),))
    return Held(UNKNOWN, "unknown")


def notice(base: Base, line: Line, on: dt.date, models: tuple[str, ...]) -> dict[str, Truth | dt.date]:
    """Give the facts that an exception notice on file states: confirmed, and the day it was filed.

    A notice counts for the items, parties and quantity that it names; what the line certifies
    itself stands above it.
    """
    papers = [*(line.authorisations or ()), *base.papers]
    for paper in papers:
        if paper.gate != "exporter" or paper.kind != "exception notice" or paper.issued is None:
            continue
        fits = _item(paper, models) & _parties(paper, line)
        enough = UNKNOWN if paper.quantity is None else ~_left(paper).below(line.quantity)
        if fits & enough is YES and paper.issued <= on and (paper.expires is None or on <= paper.expires):
            return {"notification_confirmed": _yes(paper.status == "granted"), "notification_filed_on": paper.issued}
    return {}


def _as_known(paper: Authorisation, known: Known, gate: str) -> bool:
    """Was a reported paper known by then, and does the report still hold?"""
    moment = known.at(gate)
    if paper.known is None or paper.known > moment:
        return False
    return paper.lapses is None or paper.lapses > moment


def _name(paper: Authorisation) -> str:
    return f"{paper.kind} {paper.number}" if paper.number else f"{paper.kind}, {paper.status} ({paper.source})"


def _meant(paper: Authorisation, line: Line, models: tuple[str, ...]) -> Truth:
    """May a paper in evidence be this line's: by holder, item and destination?"""
    tests = []
    if paper.holder:
        names = _names((line.seller, line.buyer))
        tests.append(UNKNOWN if not names else _yes(name_key(paper.holder) in names))
    if paper.items:
        tests.append(_item(paper, models))
    if paper.destinations:
        tests.append(_yes(line.destination in paper.destinations))
    return every(tests)


def covers(paper: Authorisation, line: Line, on: dt.date, models: tuple[str, ...]) -> tuple[Truth, Bound | None]:
    """Does a granted paper cover the line; and if all but the quantity fits, how much is left of it?"""
    fits = every(
        (_dated(paper, on), _item(paper, models), _parties(paper, line), _use(paper, line), _conditions(paper))
    )
    if paper.destinations:
        fits = fits & _yes(line.destination in paper.destinations)
    if paper.quantity is None:
        return fits & UNKNOWN, None
    left = _left(paper)
    enough = ~left.below(line.quantity)
    return fits & enough, left if fits is YES else None


def _left(paper: Authorisation) -> Bound:
    """Give what is left of a paper's quantity; what is not said to have shipped has not."""
    total, gone = paper.quantity or exactly(0), paper.shipped_so_far or exactly(0)
    low = None if total.low is None or gone.high is None else max(total.low - gone.high, 0)
    high = None if total.high is None or gone.low is None else max(total.high - gone.low, 0)
    return Bound(low, high)


def _yes(value: bool) -> Truth:  # noqa: FBT001 - two values become two of three
    return YES if value else NO


def _dated(paper: Authorisation, on: dt.date) -> Truth:
    """Is the paper in date: issued by then, and not expired?"""
    begun = UNKNOWN if paper.issued is None else _yes(paper.issued <= on)
    ended = UNKNOWN if paper.expires is None else _yes(on <= paper.expires)
    return begun & ended


def _item(paper: Authorisation, models: tuple[str, ...]) -> Truth:
    if not paper.items or not models:
        return UNKNOWN
    items = {product_key(item) for item in paper.items}
    return every(
        _yes(any(item == product_key(model) or item.startswith(product_key(model)) for item in items))
        for model in models
    )


def _parties(paper: Authorisation, line: Line) -> Truth:
    """Does the paper name the buyer, the consignees and the end user?"""
    if not paper.parties:
        return UNKNOWN
    named = {name_key(name) for name in paper.parties}
    if paper.holder:
        named.add(name_key(paper.holder))
    tests = [
        UNKNOWN if party is None or party.name is None else _yes(name_key(party.name) in named)
        for role, party in line.parties()
        if role != "seller"
    ]
    if paper.holder and paper.gate == "exporter" and line.seller is not None and line.seller.name is not None:
        tests.append(_yes(name_key(line.seller.name) in {name_key(paper.holder), *named}))
    return every(tests)


def _use(paper: Authorisation, line: Line) -> Truth:
    if not paper.uses or line.use is None:
        return UNKNOWN
    return _yes(line.use.casefold() in {use.casefold() for use in paper.uses})


def _conditions(paper: Authorisation) -> Truth:
    if not paper.conditions and paper.conditions_met is None:
        return YES
    return UNKNOWN if paper.conditions_met is None else _yes(paper.conditions_met)


def _names(parties: Iterable[object]) -> set[str]:
    return {name_key(name) for party in parties if (name := getattr(party, "name", None))}


def _split(covered: list[tuple[Authorisation, tuple[Truth, Bound | None]]], line: Line) -> tuple[Split, ...]:
    """Say which part of the quantity a paper covers, and what is left open."""
    for paper, (_, left) in covered:
        if (
            left is None
            or left.exact is None
            or line.quantity.exact is None
            or not 0 < left.exact < line.quantity.exact
        ):
            continue
        rest = line.quantity.exact - left.exact
        return (
            Split(left, YES, _name(paper)),
            Split(exactly(rest), UNKNOWN, "no authorisation shown"),
        )
    return ()
