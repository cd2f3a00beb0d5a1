"""What conditions read: one line and one chip as a flat table of named values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.item import NUMBERS
from ecluse.order import RECEIVING, ROLES, Line, Party, name_key
from ecluse.truth import NO, UNKNOWN, YES, Truth, some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecluse.item import Candidate


@dataclass(frozen=True, slots=True)
class Several:
    """A word of which there are several: a comparison holds if it holds for any of them."""

    values: tuple[tuple[str, str | None], ...]

    def __str__(self) -> str:
        """Say the words once each."""
        return " / ".join(dict.fromkeys(one or "not known" for _, one in self.values)) or "nobody"


class Absent:
    """A role that is no party to the line: nothing said of it holds."""

    def __str__(self) -> str:
        """Say so."""
        return "no such party"


ABSENT = Absent()
Value = Truth | Bound | str | tuple[str, ...] | Several | Absent
Facts = dict[str, Value]

# Owners on these lists carry their requirement to what they own: 744.11, 744.21 and 744.8.
CARRYING = frozenset({"EL", "MEU", "SDN"})
HALF = 50
# Forms of which one unit holds one chip unless the line says otherwise.
SINGLE = ("ic", "module", "card")


def facts_of(line: Line, candidate: Candidate, on: dt.date, count: Bound | None = None) -> Facts:
    """Lay out all that a line and a chip say, under the names of the vocabulary.

    `count` is how many of this chip one unit holds, where the line lists what it contains.
    """
    facts = route_facts(line) | item_facts(line, candidate)
    facts["quantity"] = line.quantity
    worth = unit_tpp(line, candidate, count)
    if worth is not None:
        facts["order_tpp"] = worth * line.quantity
    return facts | party_facts(line) | certified_facts(line, on)


def route_facts(line: Line) -> Facts:
    """Lay out where the goods go from and to, for what and as what."""
    facts: Facts = {
        "origin": line.origin,
        "destination": line.destination,
        "kind": line.kind,
        "act": line.act,
        "exceptions_claimed": (),
    }
    return facts if line.use is None else facts | {"use": line.use}


def item_facts(line: Line, candidate: Candidate) -> Facts:
    """Lay out what is shipped, and the measures of the chip in it."""
    optional = {
        "form": line.item.form or candidate.form,
        "eccn_base": line.item.eccn_base and line.item.eccn_base.split(".")[0],
        "item.vendor": candidate.vendor and name_key(candidate.vendor),
        "item.model": candidate.model,
    }
    return {name: value for name, value in optional.items() if value is not None} | measures_of(candidate)


def unit_tpp(line: Line, candidate: Candidate, count: Bound | None = None) -> Bound | None:
    """Give the total processing performance of one unit: of all its chips together."""
    chips = chips_in(line, count, line.item.form or candidate.form)
    tpp = candidate.measures.tpp
    return None if tpp is None or chips is None else tpp * chips


def chips_in(line: Line, count: Bound | None, form: str | None) -> Bound | None:
    """Give how many of the chip one unit holds: as stated; one for a circuit, a module or a card."""
    if count is not None:
        return count
    if line.item.chips_per_unit is not None:
        return line.item.chips_per_unit
    return exactly(1) if form in SINGLE else None


def measures_of(candidate: Candidate) -> Facts:
    """Lay out the measures of a chip alone."""
    facts: Facts = {}
    for name in (*NUMBERS, "tops"):
        bound = getattr(candidate.measures, name)
        if bound is not None:
            facts[name] = bound
    if candidate.measures.datacenter is not UNKNOWN:
        facts["datacenter"] = candidate.measures.datacenter
    # Memory density is given only for memory shipped by itself, which processes nothing.
    if "memory_bandwidth_density" not in facts and "tpp" in facts:
        facts["memory_bandwidth_density"] = ABSENT
    elif "memory_bandwidth_density" in facts and "tpp" not in facts:
        facts |= dict.fromkeys(("tpp", "performance_density", "datacenter"), ABSENT)
    return facts


def party_facts(line: Line) -> Facts:
    """Lay out who the parties are, where they and their parents are headquartered, who owns them."""
    return dict(_parties(line))


def _parties(line: Line) -> Iterator[tuple[str, Value]]:
    for role in ROLES:
        party: Party | None = getattr(line, role)
        if role == "seller":
            parent = party.ultimate_parent if party else None
            yield "seller.ultimate_parent.name", name_key(parent.name) if parent and parent.name else ABSENT
        if party is None:
            # Somebody exports and somebody uses, named or not; other roles may have nobody in them.
            if role not in ("seller", "end_user"):
                for name in ("name", "country", "headquarters", "kind", "ultimate_parent.headquarters"):
                    yield f"{role}.{name}", ABSENT
            continue
        yield from _party(role, party)
    receiving = [(role, getattr(line, role)) for role in RECEIVING]
    receiving += [(f"intermediate[{index}]", one) for index, one in enumerate(line.intermediates)]
    present = [(role, party) for role, party in receiving if party is not None or role == "end_user"]
    yield "parties.headquarters", Several(tuple(_headquarters(present)))
    yield "parties.kind", Several(tuple((f"{role}.kind", party and party.kind) for role, party in present))
    yield "parties.country", Several(tuple((f"{role}.country", party and party.country) for role, party in present))
    owned = some(owned_by_listed(party) for _, party in present)
    if owned is not UNKNOWN:
        yield "owned_by_listed", owned


def _party(role: str, party: Party) -> Iterator[tuple[str, Value]]:
    if party.name is not None:
        yield f"{role}.name", name_key(party.name)
    for name in ("country", "headquarters", "kind"):
        value = getattr(party, name)
        if value is not None:
            yield f"{role}.{name}", value
    parent = party.ultimate_parent
    if parent is not None and parent.headquarters is not None:
        yield f"{role}.ultimate_parent.headquarters", parent.headquarters


def _headquarters(parties: list[tuple[str, Party | None]]) -> Iterator[tuple[str, str | None]]:
    """Give where each party, and the ultimate parent of each, is headquartered."""
    for role, party in parties:
        parent = party.ultimate_parent if party else None
        yield f"{role}.headquarters", party.headquarters if party else None
        yield f"{role}.ultimate_parent.headquarters", parent.headquarters if parent else None


def owned_by_listed(party: Party | None) -> Truth:
    """Do listed owners hold half or more of a party, taken together?

    The owners that a line gives are taken as all there are; none given is not known.
    """
    if party is None or party.owners is None:
        return UNKNOWN
    total = exactly(0)
    for owner in party.owners:
        if owner.listings is None:
            total = total + Bound(0, owner.percent.high if owner.percent else None)
        elif any(listing.list in CARRYING for listing in owner.listings):
            total = total + (owner.percent or Bound(0, None))
    return ~total.below(exactly(HALF))


def certified_facts(line: Line, on: dt.date) -> Facts:
    """Lay out what is certified about the transaction; a day as the days since."""
    facts: Facts = {}
    for name, value in line.facts.items():
        if isinstance(value, dt.date):
            facts[f"{name}.days"] = exactly((on - value).days)
        elif value is not UNKNOWN:
            facts[name] = value
    if facts.get("subject_to_ear") is NO:
        # What would bring the item under the regulations is denied with it, unless the line says otherwise.
        facts = {"us_origin": NO, "fdp_basis": NO} | facts
    if "red_flags" in facts:
        facts["red_flags_seen"] = YES if facts["red_flags"] else NO
    return facts
