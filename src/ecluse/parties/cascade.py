"""The owners of a line's parties: filled in from a file, and judged through those above them.

An owner that others own half or more of, step by step, counts as they do: OFAC's 50 Percent Rule and
the Affiliates rule know no product of percentages, only a threshold at each step.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecluse.bounds import Bound
from ecluse.order import Listing, Owner, Party
from ecluse.parties import ownership, terms
from ecluse.parties.names import key_of
from ecluse.truth import NO, UNKNOWN, YES, Truth, some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from decimal import Decimal

    from ecluse.order import Line
    from ecluse.parties.entry import Entry
    from ecluse.parties.holdings import Register

    # Who is above: for a name, the entries that it meets, each with whether it stands.
    Ask = Callable[[str], tuple[tuple[Entry, Truth], ...]]

# The owner of whatever share the file leaves open.
NOT_GIVEN = "owners that the file does not give"
# Owners on these lists carry the Affiliates rule.
CARRYING = frozenset({"EL", "MEU", "SDN"})
# How an SDN is called among an owner's listings where its programme does not carry the Affiliates rule.
OTHER_SDN = "SDN, programme outside 744.8(a)(1)"


def with_owners(line: Line, register: Register) -> tuple[Line, tuple[str, ...]]:
    """Give the parties that state no owners those of the file, and say which parties these are.

    What a line states of owners stands. A share that the file leaves open belongs to somebody who is
    not known.
    """
    filled: dict[str, Party] = {}
    told: list[str] = []
    # One party in two roles stays one.
    made: dict[int, Party] = {}
    for role, party in line.parties():
        if party is None or party.name is None or party.owners is not None:
            continue
        rows = register.owners_of(party.name)
        if rows:
            if id(party) not in made:
                made[id(party)] = dataclasses.replace(party, owners=(*map(_owner, rows), *_rest(rows)))
            filled[role] = made[id(party)]
            told.append(f"The owners of {party.name} ({role.replace('_', ' ')}) are those of {register.path}.")
    if not filled:
        return line, ()
    roles = {role: party for role, party in filled.items() if not role.startswith("intermediate")}
    between = tuple(filled.get(f"intermediate[{at}]", one) for at, one in enumerate(line.intermediates))
    changed = dataclasses.replace(line, **roles, intermediates=between)  # type: ignore[arg-type]
    return changed, tuple(dict.fromkeys(told))


def _owner(row: ownership.Holding) -> Owner:
    return Owner(row.owner, row.percent)


def _rest(rows: Iterable[ownership.Holding]) -> tuple[Owner, ...]:
    given = sum((row.percent.low or 0) if row.percent else 0 for row in rows)
    left = ownership.WHOLE - given
    return (Owner(NOT_GIVEN, Bound(0, left)),) if left > 0 else ()


def open_share(owners: Iterable[Owner]) -> Iterator[Owner]:
    """Give the owners, and to those not given no more than could come to half beside those that are listed.

    What unlisted owners surely hold they do not; what listed ones may hold is counted there already.
    """
    rows = list(owners)
    told = [one for one in rows if one.name != NOT_GIVEN]
    taken: int | Decimal = 0
    for one in told:
        share = one.percent or Bound(0, ownership.WHOLE)
        unlisted = one.listings is not None and not any(each.list in CARRYING for each in one.listings)
        taken += (share.low or 0) if unlisted else ownership.WHOLE if share.high is None else share.high
    for one in rows:
        left = max(0, ownership.WHOLE - taken)
        yield dataclasses.replace(one, percent=Bound(0, left)) if one.name == NOT_GIVEN else one


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above an owner: do listed persons own half or more of it, under which listings and entries?

    `carrying` is by the lists that carry the Affiliates rule, `blocked` by all SDNs. `steps` tells
    the holdings that decide.
    """

    carrying: Truth
    blocked: Truth
    listings: tuple[Listing, ...] = ()
    entries: tuple[Entry, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass
class Cascade:
    """Those above each owner, asked once each. `silent` says that lists cannot say who is not listed."""

    register: Register
    ask: Ask
    silent: bool = False
    met: dict[str, tuple[tuple[Entry, Truth], ...]] = field(default_factory=dict)

    def above(self, name: str) -> Above | None:
        """Judge an owner by its own owners; None where the file names none."""
        rows = [_keyed(row) for row in self.register.above(name)]
        if not rows:
            return None
        people = {one for row in self.register.above(name) for one in (row.owner, row.owned)}
        said = {key_of(one): one for one in people if key_of(one) != key_of(name)}
        for key, one in said.items():
            if key not in self.met:
                self.met[key] = self.ask(one)
        carrying = self._judged(rows, name, said, terms.carries)
        blocked = self._judged(rows, name, said, _is_sdn)
        near = any(_is_sdn(entry) for key in said for entry, _ in self.met[key])
        if blocked[0] is UNKNOWN and not self.silent and not near:
            # Property is blocked by persons who are known, not by whoever may stand behind; old lists know nobody.
            blocked = (NO, (), ())
        entries = [entry for found in (carrying, blocked) for entry in found[1]]
        entries = list(dict.fromkeys(entries))
        listings = tuple(dict.fromkeys(Listing(code_of(entry), entry.id) for entry in entries))
        return Above(carrying[0], blocked[0], listings, tuple(entries), carrying[2] or blocked[2])

    def _judged(
        self, rows: list[ownership.Holding], name: str, said: Mapping[str, str], counts: Callable[[Entry], bool]
    ) -> tuple[Truth, tuple[Entry, ...], tuple[str, ...]]:
        listed = {key: self._listed(key, counts) for key in said}
        owned = ownership.owned(rows, listed | {key_of(name): NO})
        found = owned[key_of(name)]
        if found.truth is not YES:
            return found.truth, (), ()
        sure = self._roots(found, owned, {key_of(name)})
        entries = [entry for key in sure for entry, stands in self.met[key] if stands is YES and counts(entry)]
        steps = tuple(
            f"{said.get(row.owner, name)} holds {row.percent} % of {said.get(row.owned, name)}"
            for row in rows
            if row.owner in found.by or row.owner in sure
        )
        return YES, tuple(entries), steps

    def _listed(self, key: str, counts: Callable[[Entry], bool]) -> Truth:
        answer = some(stands for entry, stands in self.met[key] if counts(entry))
        return UNKNOWN if answer is NO and self.silent else answer

    def _roots(self, found: ownership.Owned, owned: Mapping[str, ownership.Owned], seen: set[str]) -> list[str]:
        """Give the listed persons from which an entity takes its listing, through those that are owned by them."""
        roots: list[str] = []
        for key in found.by:
            if key in seen:
                continue
            seen.add(key)
            if any(stands is YES for _, stands in self.met[key]):
                roots.append(key)
            if key in owned:
                roots += self._roots(owned[key], owned, seen)
        return roots


def _is_sdn(entry: Entry) -> bool:
    return entry.list == "SDN"


def _keyed(row: ownership.Holding) -> ownership.Holding:
    return dataclasses.replace(row, owner=key_of(row.owner), owned=key_of(row.owned))


def code_of(entry: Entry) -> str:
    """Give how an entry is called among an owner's listings."""
    return OTHER_SDN if entry.list == "SDN" and not terms.carries(entry) else entry.list
