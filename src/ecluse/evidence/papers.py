"""Authorisations: what a paper covers, what is left of it, and whether one is held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecluse.bounds import Bound
from ecluse.decision import Split
from ecluse.evidence.cover import covers, fits_item, fits_parties, left_of, needed
from ecluse.evidence.shown import OPENING, Laid, asks, told
from ecluse.order import name_key
from ecluse.truth import NO, UNKNOWN, YES, Truth, every, truth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from ecluse.authorisation import Authorisation
    from ecluse.dates import Known
    from ecluse.decision import Missing, Paper
    from ecluse.evidence.base import Base
    from ecluse.order import Line

UNDONE = ("revoked", "denied")


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a paper that covers the line is held, the state of the application, and what it rests on.

    `papers` are those that cover the line, alone or together, in the order in which they are drawn;
    `shown` are all that were shown for it, and `asks` what would settle whether one of them covers it.
    """

    truth: Truth
    application: str
    rests_on: tuple[str, ...] = ()
    split: tuple[Split, ...] = ()
    papers: tuple[Authorisation, ...] = ()
    shown: tuple[Paper, ...] = ()
    asks: tuple[Missing, ...] = ()


def held(base: Base, line: Line, on: dt.date, known: Known, gate: str, models: tuple[str, ...]) -> Held:
    """Say whether a paper of a gate is held for the line."""
    own = [paper for paper in line.authorisations or () if _opens(paper, gate)]
    filed = [paper for paper in base.papers if _opens(paper, gate) and _as_known(paper, known, gate)]
    # A paper for another chip, destination or holder says nothing of this line.
    sure = {paper: _about(paper, line, models) & _of_the_line(paper, line) for paper in filed}
    sure |= {paper: _about(paper, line, models) for paper in own}
    own, filed = ([paper for paper in rows if sure[paper] is not NO] for rows in (own, filed))
    found = _held(line, own, filed, sure, lambda paper: covers(paper, line, on, known, models))
    laid = [paper for paper in line.authorisations or () if paper.gate == gate]
    noticed = notice_for(base, line, on, models) if gate == "exporter" else None
    seen = dict.fromkeys((*laid, *filed, *([noticed] if noticed else [])))
    if not seen:
        return found
    lead = Laid(line, on, known, models)
    shown = tuple(
        told(paper, lead, sure.get(paper, YES), paper in found.papers, _undone(paper, seen)) for paper in seen
    )
    return replace(found, shown=shown, asks=() if found.truth is not UNKNOWN else asks(shown, gate))


def _held(
    line: Line,
    own: list[Authorisation],
    filed: list[Authorisation],
    sure: dict[Authorisation, Truth],
    covered: Callable[[Authorisation], Truth],
) -> Held:
    granted = _in_force([*own, *filed])
    if granted:
        fitting = [one for one in granted if sure[one] & covered(one) is YES]
        return _granted(granted, fitting, needed(line))
    if line.authorisations == ():
        return Held(NO, "none", ("the line: authorisations = none",))
    # The line's own papers before those on file, and of its own the last.
    for paper in (*reversed(own), *filed):
        if paper.status != "granted":
            answer, word = (NO, paper.status) if sure[paper] is YES else (UNKNOWN, "unknown")
            return Held(answer, word, (_name(paper),))
    return Held(UNKNOWN, "unknown")


def _undone(paper: Authorisation, seen: Iterable[Authorisation]) -> str | None:
    """Say what undid a paper that was granted, by the same number or document."""
    if paper.status != "granted":
        return None
    same = identity(paper)
    return next((one.status for one in seen if one.status in UNDONE and identity(one) == same), None)


def balances(base: Base, line: Line, known: Known, models: tuple[str, ...]) -> tuple[Authorisation, ...]:
    """Give the papers with something to draw on that may concern a line: granted, or notices of an exception."""
    filed = [paper for paper in base.papers if _as_known(paper, known, paper.gate)]
    return tuple(
        paper
        for paper in (*(line.authorisations or ()), *filed)
        if (paper.status == "granted" or paper.kind == "exception notice") and _about(paper, line, models) is not NO
    )


def notice(base: Base, line: Line, on: dt.date, models: tuple[str, ...]) -> dict[str, Truth | dt.date]:
    """Give the facts that an exception notice on file states: confirmed, and the day it was filed.

    A notice counts for the items, parties and quantity that it names; what the line certifies
    itself stands above it.
    """
    paper = notice_for(base, line, on, models)
    if paper is None or paper.issued is None:
        return {}
    return {"notification_confirmed": truth(paper.status == "granted"), "notification_filed_on": paper.issued}


def notice_for(base: Base, line: Line, on: dt.date, models: tuple[str, ...]) -> Authorisation | None:
    """Give the exception notice that names the line's items, parties and quantity, if there is one."""
    for paper in (*(line.authorisations or ()), *base.papers):
        if paper.gate != "exporter" or paper.kind != "exception notice" or paper.issued is None:
            continue
        fits = fits_item(paper, line, models) & fits_parties(paper, line)
        enough = UNKNOWN if paper.quantity is None else ~left_of(paper).below(needed(line))
        if fits & enough is YES and paper.issued <= on and (paper.expires is None or on <= paper.expires):
            return paper
    return None


def _opens(paper: Authorisation, gate: str) -> bool:
    return paper.gate == gate and paper.kind in OPENING[gate]


def _as_known(paper: Authorisation, known: Known, gate: str) -> bool:
    """Is a paper on file, or was it reported by then and does the report still hold?"""
    if paper.known is None:
        return True
    moment = known.at(gate)
    return paper.known <= moment and (paper.lapses is None or paper.lapses > moment)


def _about(paper: Authorisation, line: Line, models: tuple[str, ...]) -> Truth:
    """Does a paper speak of the line's chip and destination?"""
    tests = [fits_item(paper, line, models)] if paper.items else []
    if paper.destinations:
        tests.append(truth(line.destination in paper.destinations))
    return every(tests)


def _of_the_line(paper: Authorisation, line: Line) -> Truth:
    """Is a paper on file that of the line's seller or buyer? Who is not named may be its holder."""
    if not paper.holder:
        return YES
    names = [
        None if party is None or party.name is None else name_key(party.name) for party in (line.seller, line.buyer)
    ]
    if name_key(paper.holder) in names:
        return YES
    return UNKNOWN if None in names else NO


def _in_force(papers: list[Authorisation]) -> list[Authorisation]:
    """Give the granted papers, each once: of two copies the one with less left; none that was undone."""
    kept: dict[object, Authorisation] = {}
    undone = {identity(paper) for paper in papers if paper.status in UNDONE}
    for paper in papers:
        key = identity(paper)
        if paper.status != "granted" or key in undone:
            continue
        other = kept.get(key)
        if other is None or (left_of(paper).low or 0) < (left_of(other).low or 0):
            kept[key] = paper
    return list(kept.values())


def identity(paper: Authorisation) -> object:
    """Give what tells one paper from another: its number, else its document, else itself."""
    return (paper.kind, paper.number) if paper.number else paper.document_sha256 or paper


def _granted(papers: list[Authorisation], fitting: list[Authorisation], wanted: Bound) -> Held:
    """Weigh granted papers: one that covers the line, several that do together, or a part."""
    for paper in fitting:
        if ~left_of(paper).below(wanted) is YES:
            return Held(YES, "granted", (_name(paper),), papers=(paper,))
    together = Bound(0, 0)
    for paper in fitting:
        together += left_of(paper)
    if fitting and ~together.below(wanted) is YES:
        return Held(YES, "granted", tuple(_name(paper) for paper in fitting), papers=tuple(fitting))
    return Held(UNKNOWN, "granted", tuple(_name(paper) for paper in papers), _split(fitting, wanted))


def _split(fitting: list[Authorisation], wanted: Bound) -> tuple[Split, ...]:
    """Say which parts of the quantity papers cover, and what is left open."""
    rest = wanted.exact
    parts = []
    for paper in fitting:
        left = left_of(paper).exact
        if rest is None or left is None or left <= 0:
            continue
        parts.append(Split(Bound(left, left), YES, _name(paper)))
        rest -= left
    if not parts or rest is None or rest <= 0:
        return ()
    return (*parts, Split(Bound(rest, rest), UNKNOWN, "no authorisation shown"))


def _name(paper: Authorisation) -> str:
    return f"{paper.kind} {paper.number}" if paper.number else f"{paper.kind}, {paper.status} ({paper.source})"
