"""What became known when: versions of the law and claims as events, for a study of the market.

A law version became known on a day, a claim on a day or at an instant, each in its own place. What is
known to a month only has no session, and is not among the events.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ecluse.errors import InputError, nearest
from ecluse.evidence import day_of_report
from ecluse.market.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecluse.claim import Claim
    from ecluse.dates import Known
    from ecluse.lock import Lock
    from ecluse.provision import Provision, Version

MONTH = len("2026-05")
# Reports of what prices did: never a cause of what they did.
OBSERVED = "price_reaction"


def from_law(lock: Lock, known: Known) -> tuple[Event, ...]:
    """Give every text of the law that was known by then, oldest first; texts of one provision and day are one."""
    found = [event for provision in lock.library.provisions for event in _versions(provision, known)]
    return tuple(sorted(found, key=lambda one: (one.at, one.id)))


def _versions(provision: Provision, known: Known) -> Iterator[Event]:
    kept = (one for one in provision.versions if known.covers_day(one.known, "exporter"))
    for day, versions in groupby(kept, key=lambda one: one.known):
        first: Version = next(iter(versions))
        yield Event(provision.id, provision.title, "law", day=day, cite=first.cite, level=first.level)


def from_claims(lock: Lock, known: Known) -> tuple[Event, ...]:
    """Give every claim known by then that is precise to a day or an instant, oldest first."""
    claims = lock.evidence.as_of(known)
    return tuple(_event(claim) for claim in claims if len(claim.reported) != MONTH)


def _event(claim: Claim) -> Event:
    exact = "T" in claim.reported
    return Event(
        id=claim.id,
        title=claim.statement,
        source="claims",
        day=None if exact else day_of_report(claim),
        instant=claim.known_from if exact else None,
        cite=(claim.publisher, *claim.seen_at[:1]),
        observed=claim.act == OBSERVED,
    )


def named(events: Sequence[Event], ids: Sequence[str]) -> tuple[Event, ...]:
    """Give the events of given ids. Raises InputError with the nearest id for one that is not there."""
    have = {event.id: event for event in events}
    for name in ids:
        if name not in have:
            message = (
                f"no provision or claim known by then is called {name!r}.{nearest(name, have)} "
                "`ecluse law list` and `ecluse claims list` name all."
            )
            raise InputError(message)
        if have[name].observed:
            message = f"{name} reports a price move: it stands beside the close as a claim and is no event to study."
            raise InputError(message)
    return tuple(event for event in events if event.id in ids)
