"""Who owns whom: OFAC's 50 Percent Rule and the BIS Affiliates rule, over shares known exactly or between bounds.

OFAC (FAQ 398 to 402): property of blocked persons is that of any entity which one or more of them
own 50 percent or more, directly or indirectly, together. Indirectly means through entities that
are themselves so owned: a threshold at each step, never a product of percentages. A holding in an
entity below the threshold passes on nothing. Control without ownership does not count.

BIS (90 FR 47201) counts likewise from owners on the Entity List, the Military End User List and
certain SDNs; the most restrictive owner's terms apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

HALF = exactly(50)
WHOLE = 100
SIGNIFICANT = exactly(25)
# Policies from the mildest to the strictest.
STRICTEST = ("presumption_of_approval", "case_by_case", "presumption_of_denial", "policy_of_denial")


@dataclass(frozen=True, slots=True)
class Holding:
    """A share of an entity. `percent` is a bound; None is not known."""

    owner: str
    owned: str
    percent: Bound | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """The answer for one entity: is it owned, how much at least and at most, by whom, along which steps."""

    entity: str
    truth: Truth
    share: Bound
    by: tuple[str, ...]
    steps: tuple[str, ...]


def owned(holdings: Iterable[Holding], listed: Mapping[str, Truth], *, complete: bool = False) -> dict[str, Owned]:
    """Answer for every entity that listed persons may own half or more of, together.

    `listed` says of each person or entity whether it is itself on a list that counts; one that is
    not named there is not known to be. `complete` says that the holdings given are all there are:
    without it, shares that are not given may belong to anybody, and a sum below half is not known
    as far as what is left could reach half.
    """
    rows = list(holdings)
    by_owned: dict[str, list[Holding]] = {}
    for row in rows:
        by_owned.setdefault(row.owned, []).append(row)
    sure = _closure(by_owned, {name for name, truth in listed.items() if truth is YES}, at_least=True)
    perhaps_listed = {row.owner for row in rows if listed.get(row.owner, UNKNOWN) is not NO} | set(listed)
    perhaps_listed = {name for name in perhaps_listed if listed.get(name, UNKNOWN) is not NO}
    # An owner that is itself an entity of the table is judged by its owners, where its listing is told.
    perhaps = _closure(by_owned, perhaps_listed, at_least=False, complete=complete)
    return {name: _told(name, held, listed, (sure, perhaps), complete=complete) for name, held in by_owned.items()}


def _closure(
    by_owned: Mapping[str, list[Holding]], start: set[str], *, at_least: bool, complete: bool = True
) -> set[str]:
    """Add entity after entity that those already in the set own half or more of, until none is added."""
    inside = set(start)
    grown = True
    while grown:
        grown = False
        for name, held in by_owned.items():
            if name in inside:
                continue
            reaches = ~_sum(held, inside).below(HALF)
            if (reaches is YES) if at_least else _most(held, inside, complete=complete) >= 50:
                inside.add(name)
                grown = True
    return inside


def _sum(held: Iterable[Holding], inside: set[str]) -> Bound:
    """Add up what those inside hold; a share that is not known is between nothing and all."""
    total = exactly(0)
    for row in held:
        if row.owner in inside:
            total = total + (row.percent or Bound(0, WHOLE))
    # Shares that add up to more than the whole are somebody's mistake; the whole is the most there is.
    return Bound(min(total.low or 0, WHOLE), WHOLE if total.high is None else min(total.high, WHOLE))


def _most(held: Iterable[Holding], inside: set[str], *, complete: bool) -> int | Decimal:
    """Give the most that those inside may hold: what is said of them, or all that others do not, if not all is said."""
    rows = list(held)
    share = _sum(rows, inside).high
    if complete:
        return WHOLE if share is None else share
    return WHOLE - (_sum(rows, {row.owner for row in rows} - inside).low or 0)


def _told(
    name: str,
    held: list[Holding],
    listed: Mapping[str, Truth],
    sets: tuple[set[str], set[str]],
    *,
    complete: bool,
) -> Owned:
    sure, perhaps = sets
    own = listed.get(name, UNKNOWN)
    truth = YES if name in sure else UNKNOWN if name in perhaps - ({name} if own is not YES else set()) else NO
    if truth is UNKNOWN or truth is NO:
        truth = UNKNOWN if _most(held, perhaps - {name}, complete=complete) >= 50 else NO
    low = _sum(held, sure - {name}).low or 0
    high = _sum(held, perhaps - {name}).high
    by = tuple(row.owner for row in held if row.owner in sure)
    steps = tuple(f"{row.owner} holds {row.percent or 'a share not known'} % of {name}" for row in held)
    return Owned(name, truth, Bound(low, max(low, high) if high is not None else None), by, steps)


def strictest(policies: Iterable[str]) -> str:
    """Give the strictest of several policies; the strictest of all decides even beside one that is not known."""
    given = set(policies)
    if STRICTEST[-1] in given:
        return STRICTEST[-1]
    if not given or "unknown" in given:
        return "unknown"
    return max(given, key=STRICTEST.index)


def minority(share: Bound) -> bool:
    """Is a listed owner's share below half surely significant: a red flag, not a requirement?"""
    return share.below(HALF) is YES and (~share.below(SIGNIFICANT)) is YES
