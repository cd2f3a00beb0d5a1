"""Claims as an answer cites them: which bear on it, what opposes it, how old they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ecluse.claim import ATTRIBUTIONS
from ecluse.dates import end_of_month, zone
from ecluse.decision import Evidence
from ecluse.evidence.base import EXCEPTION, SUPPLY, Base
from ecluse.evidence.names import product_key
from ecluse.evidence.policy import BEARING, BEARS_BY, JOINS, MOST_CITED, OPPOSES, STALE_DAYS
from ecluse.evidence.vocabulary import ANY, ASK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecluse.claim import Claim

MONTH = len("2026-05")


@dataclass(frozen=True, slots=True)
class When:
    """The day asked about, the instant of knowledge, and the last day that had begun by then."""

    on: dt.date
    moment: dt.datetime
    last: dt.date

    @property
    def age_day(self) -> dt.date:
        """Give the day from which evidence is as old as it is told: that asked about, or the last one known."""
        return min(self.on, self.last)


def begun(claim: Claim, when: When) -> bool:
    """Is a claim about the day asked or before it? One that names no day is about that of its report."""
    return first_day(claim) <= when.on


def first_day(claim: Claim) -> dt.date:
    """Give the first day that a claim is about."""
    return claim.about[0] if claim.about else day_of_report(claim)


def day_of_report(claim: Claim) -> dt.date:
    """Give the day a claim was reported on, in its own place."""
    if "T" in claim.reported:
        return claim.known_from.astimezone(zone(claim.place)).date()
    if len(claim.reported) == MONTH:
        return end_of_month(claim.reported)
    return dt.date.fromisoformat(claim.reported)


def days(base: Base) -> tuple[dt.date, ...]:
    """Give every day on which a claim begins to be about something or grows too old, or a paper begins or ends."""
    about = {first_day(claim) for claim in base.claims.values()}
    about |= {_too_old(claim) for claim in base.claims.values() if claim.gate in BEARING}
    begun = {paper.issued for paper in base.papers if paper.issued}
    ended = {paper.expires + dt.timedelta(days=1) for paper in base.papers if paper.expires}
    return tuple(sorted(about | begun | ended))


def days_for(base: Base, keys: tuple[str, ...]) -> tuple[dt.date, ...]:
    """Give every day on which a claim begins, or grows too old, that may bear on some chips: on them or on any."""
    scopes = {ANY, ASK, *keys, *(f"?{key}" for key in keys)}
    claims = {one.id: one for (scope, _), shelf in base.shelves.items() if scope in scopes for one in shelf.claims}
    excepting = {key for claim in claims.values() for name in claim.products for key in base.words.product_keys(name)}
    more = [one for key in excepting for one in base.shelf(key, EXCEPTION).claims]
    more += [base.claims[source] for name in claims for _, source in base.inbound.get(name, ())]
    own = {one.id: one for (scope, _), shelf in base.shelves.items() if scope in (ANY, *keys) for one in shelf.claims}
    begun = {first_day(claim) for claim in (*claims.values(), *more)}
    return tuple(sorted(begun | {_too_old(claim) for claim in own.values() if claim.gate in BEARING}))


def _too_old(claim: Claim) -> dt.date:
    """Give the first day on which a claim is too old to stand on."""
    return day_of_report(claim) + dt.timedelta(days=STALE_DAYS + 1)


def opposing(base: Base, setter: Claim | None, when: When) -> tuple[str, ...]:
    """Name the known claims that oppose what set the state, or what that claim builds on."""
    if setter is None:
        return ()
    found = set()
    for root in (setter.id, *(relation.target for relation in setter.relations if relation.kind in JOINS)):
        claim = base.claims[root]
        if claim.known_from <= when.moment:
            found |= {relation.target for relation in claim.relations if relation.kind in OPPOSES}
            found |= {source for kind, source in base.inbound.get(root, ()) if kind in OPPOSES}
    return tuple(sorted(one for one in found - {setter.id} if base.claims[one].known_from <= when.moment))


def joined(base: Base, bearing: tuple[Claim, ...], opposed: tuple[str, ...], when: When) -> tuple[Claim, ...]:
    """Give the claims that bear on an answer with those that confirm or oppose them; supply is told apart."""
    rows = {claim.id: claim for claim in bearing} | {name: base.claims[name] for name in opposed}
    for claim in bearing:
        near = (source for kind, source in reversed(base.inbound.get(claim.id, ())) if kind in BEARS_BY)
        rows |= {name: base.claims[name] for name in islice(near, MOST_CITED)}
    return tuple(
        claim
        for claim in rows.values()
        if claim.known_from <= when.moment and begun(claim, when) and not is_supply(base, claim)
    )


def is_supply(base: Base, claim: Claim) -> bool:
    """Is a claim told as supply, apart from both gates?"""
    return claim.gate == "supply" or base.words.acts[claim.act].supply


def supply_of(base: Base, models: tuple[str, ...], when: When) -> tuple[Claim, ...]:
    """Give what is known of the supply of a chip."""
    shelves = [base.shelf(key, SUPPLY) for key in dict.fromkeys(product_key(model) for model in models)]
    rows = {claim.id: claim for shelf in shelves for claim in islice(shelf.newest(when.moment), MOST_CITED)}
    return tuple(claim for claim in rows.values() if begun(claim, when))


def cited(claims: Iterable[Claim], setter: Claim | None, when: When) -> tuple[Evidence, ...]:
    """Cite claims: the one that set the state, then the newest; on one day the better attributed."""
    rows = sorted(claims, key=lambda one: (ATTRIBUTIONS.index(one.attribution.kind), -one.version, one.id))
    rows.sort(key=day_of_report, reverse=True)
    rows.sort(key=lambda one: one is not setter)
    return tuple(_cited(claim, when.age_day) for claim in rows[:MOST_CITED])


def _cited(claim: Claim, day: dt.date) -> Evidence:
    kind = claim.attribution.kind
    count = f"{claim.attribution.count} sources" if claim.attribution.count else ""
    return Evidence(
        claim=claim.id,
        reported=claim.reported,
        attribution="anonymous" if kind == "anonymous_sources" else kind,
        statement=claim.statement,
        age_days=max((day - day_of_report(claim)).days, 0),
        said_by=", ".join(part for part in (claim.publisher, claim.attribution.name, count) if part),
    )
