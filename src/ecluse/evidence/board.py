"""Views on the claims: chains, sources, contradictions, open parameters, forecasts, ages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.claim import ATTRIBUTIONS
from ecluse.evidence.base import sets_state
from ecluse.evidence.citing import day_of_report
from ecluse.evidence.names import product_key
from ecluse.evidence.parameters import OPEN, OTHER_SCOPES, RATIO
from ecluse.evidence.policy import ECHOES, LET_THROUGH, OPPOSES
from ecluse.evidence.vocabulary import ANY
from ecluse.order import name_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from ecluse.claim import Claim
    from ecluse.evidence.base import Base


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two claims that oppose each other, and what would resolve them."""

    claim: str
    opposed: str
    kind: str
    why: str
    resolved_by: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """A claim that says what will be by a day, and what came of it by then."""

    claim: str
    due: dt.date
    past_due: bool
    statement: str
    borne_out_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenParameter:
    """A figure or word that nobody has fixed, with its history."""

    name: str
    ask: str
    first: str | None
    last: str | None
    claims: tuple[str, ...]
    other_scopes: tuple[str, ...]
    settled_by: str


def select(
    base: Base,
    known: dt.datetime,
    *,
    subject: str | None = None,
    gate: str | None = None,
    since: dt.date | None = None,
) -> list[Claim]:
    """Give the claims known by an instant, newest first; `subject` is a chip, a firm or an authority."""
    rows = [claim for claim in base.claims.values() if claim.known_from <= known]
    if gate is not None:
        rows = [claim for claim in rows if claim.gate == gate]
    if since is not None:
        rows = [claim for claim in rows if day_of_report(claim) >= since]
    if subject is not None:
        rows = [claim for claim in rows if concerns(base, claim, subject)]
    return sorted(rows, key=lambda claim: (claim.known_from, claim.version, claim.id), reverse=True)


def concerns(base: Base, claim: Claim, subject: str) -> bool:
    """Is a claim about a chip, a firm, a class of buyers, an authority or a story?"""
    words = base.words
    if product_key(subject) in {key for product in claim.products for key in words.product_keys(product)}:
        return True
    if words.firm(subject) in base.named[claim.id]:
        return True
    if words.authority(subject) in {words.authority(name) for name in (*claim.authorities, claim.holder or "")}:
        return True
    one = words.classes.get(subject)
    if one is not None and any(words.classes.get(name) is one for name in (*claim.subjects, *claim.mentions)):
        return True
    return name_key(subject) == name_key(claim.chain)


def chain(base: Base, claim: Claim, known: dt.datetime) -> list[Claim]:
    """Give the versions of the article that a claim stands in, oldest first."""
    if claim.article is None:
        return [claim]
    rows = [one for one in base.claims.values() if one.article == claim.article and one.known_from <= known]
    return sorted(rows, key=lambda one: one.version)


def independent_sources(claims: Iterable[Claim]) -> int:
    """Count sources: versions of one article are one; rewrites, summaries and echoes are none."""
    told: set[str] = set()
    for claim in claims:
        if claim.attribution.kind in ("derived_summary", "headline", "author"):
            continue
        if any(relation.kind in ECHOES for relation in claim.relations):
            continue
        told.add(claim.article or claim.id)
    return len(told)


def support(base: Base, claim: Claim, known: dt.datetime) -> list[Claim]:
    """Give the versions of a claim's article, and the known claims that confirm one of them; itself first."""
    versions = [claim, *(one for one in chain(base, claim, known) if one.id != claim.id)]
    rows = {one.id: one for one in versions}
    for one in versions:
        for kind, source in base.inbound.get(one.id, ()):
            if kind == "confirms" and base.claims[source].known_from <= known:
                rows[source] = base.claims[source]
    return list(rows.values())


def contradictions(base: Base, known: dt.datetime) -> list[Contradiction]:
    """Give the contradictions known by an instant, and what would resolve each."""
    found = []
    for claim in base.claims.values():
        if claim.known_from > known:
            continue
        for relation in claim.relations:
            target = base.claims[relation.target]
            if relation.kind in OPPOSES and target.known_from <= known:
                resolved = _resolution(base, claim, target, known)
                found.append(Contradiction(claim.id, target.id, relation.kind, relation.why or "", resolved))
    return sorted(found, key=lambda one: (one.claim, one.opposed))


def _resolution(base: Base, claim: Claim, target: Claim, known: dt.datetime) -> str:
    """Say what resolves a contradiction: a later claim that supersedes a side, or what is wanted."""
    for side in (claim, target):
        for kind, source in base.inbound.get(side.id, ()):
            if kind == "supersedes" and base.claims[source].known_from <= known:
                return f"{source} replaces {side.id}"
    if claim.gate == "import":
        return "unresolved: an act of the authority, a customs release, or purchase orders on record"
    if claim.gate == "export":
        return "unresolved: a licence, or a statement of the agency"
    return "unresolved: figures of the company, or a second source of its own"


def forecasts(base: Base, known: dt.datetime, today: dt.date) -> list[Forecast]:
    """Give the forecasts known by an instant, whether they are past due, and what bears them out."""
    rows = []
    for claim in base.claims.values():
        if claim.due is None or claim.known_from > known:
            continue
        rows.append(Forecast(claim.id, claim.due, claim.due < today, claim.statement, _borne_out(base, claim, known)))
    return sorted(rows, key=lambda one: one.due)


def _borne_out(base: Base, claim: Claim, known: dt.datetime) -> tuple[str, ...]:
    """Name later claims that the gate let the product through for somebody: reports, no proof."""
    if claim.gate != "import" or claim.due is None:
        return ()
    wanted = {key for product in claim.products for key in base.words.product_keys(product)}
    return tuple(
        other.id
        for other in base.in_order.until(known)
        if other.known_from > claim.known_from
        and day_of_report(other) <= claim.due
        and sets_state(other, base.words)
        and base.words.acts[other.act].state in LET_THROUGH
        and (ANY in wanted or wanted & {key for product in other.products for key in base.words.product_keys(product)})
    )


def open_parameters(base: Base, known: dt.datetime) -> list[OpenParameter]:
    """Give every parameter that reports speak of and nobody has fixed."""
    rows = []
    for one in (RATIO, *OPEN):
        history = [
            claim for claim in base.claims.values() if one.name in claim.parameters and claim.known_from <= known
        ]
        other = [claim for claim in history if claim.act in OTHER_SCOPES]
        own = [claim for claim in history if claim not in other]
        if not history:
            continue
        rows.append(
            OpenParameter(
                name=one.name,
                ask=one.ask,
                first=own[0].reported if own else None,
                last=own[-1].reported if own else None,
                claims=tuple(claim.id for claim in own),
                other_scopes=tuple(f"{claim.id}: {claim.statement}" for claim in other),
                settled_by=one.settled_by,
            )
        )
    return rows


def ladder(claims: Sequence[Claim]) -> dict[str, int]:
    """Count claims by who vouches, from the strongest attribution to the weakest."""
    return {kind: count for kind in ATTRIBUTIONS if (count := sum(one.attribution.kind == kind for one in claims))}
