"""A line's parties held against the lists: what the law's conditions read is filled in, with its reasons."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ecluse.decision import PartyHit, PartyScreened, Screening
from ecluse.order import RECEIVING, Listing
from ecluse.parties import ownership, terms
from ecluse.parties.ages import age_said, is_stale
from ecluse.parties.cascade import CARRYING, NOT_GIVEN, Cascade, code_of, open_share, with_owners
from ecluse.parties.entry import REQUIRED, amended_after, listed_on
from ecluse.truth import NO, UNKNOWN, YES, Truth, some

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ecluse.order import Line, Owner, Party, Stated
    from ecluse.parties.cascade import Above
    from ecluse.parties.cleared import Cleared
    from ecluse.parties.entry import Entry
    from ecluse.parties.holdings import Register
    from ecluse.parties.screen import Hit, Screener

POLICIES = ("policy_of_denial", "presumption_of_denial", "case_by_case")


@dataclass(frozen=True, slots=True)
class _Found:
    """A hit with its entry, and whether it weighs."""

    hit: PartyHit
    entry: Entry


@dataclass(frozen=True, slots=True)
class _Checked:
    """A name held against the lists: is it listed by them, and what was found."""

    screened: PartyScreened
    found: tuple[_Found, ...]

    def of(self, lists: frozenset[str], *, at_least: Truth = YES) -> list[_Found]:
        """Give what stands on certain lists: surely, or with `at_least` UNKNOWN also perhaps."""
        wanted = (YES,) if at_least is YES else (YES, UNKNOWN)
        return [one for one in self.found if one.entry.list in lists and one.hit.stands in wanted]


@dataclass(frozen=True)
class _Desk:
    """What every name of a line is held against."""

    screener: Screener
    on: dt.date
    known: dt.date
    cleared: tuple[Cleared, ...]
    register: Register | None = None

    @cached_property
    def cascade(self) -> Cascade | None:
        """Those above the owners, where a file says who they are."""
        return None if self.register is None else Cascade(self.register, self._ask, silent=self.silent)

    @cached_property
    def met(self) -> dict[str, _Checked]:
        """Those above the owners that meet an entry, by name."""
        return {}

    def above(self, owner: Owner) -> Above | None:
        """Judge an owner by those above it."""
        return None if self.cascade is None or owner.name == NOT_GIVEN else self.cascade.above(owner.name)

    def _ask(self, name: str) -> tuple[tuple[Entry, Truth], ...]:
        checked = self.check("above an owner", name, None)
        if checked.found:
            self.met[name] = checked
        return tuple((one.entry, one.hit.stands) for one in checked.found)

    @property
    def silent(self) -> bool:
        """Can the lists not say that somebody is not listed: too far from the day, or too few of them?"""
        date = self.screener.date
        early = self.known < date and is_stale(date, self.known)
        return is_stale(date, self.on) or early or not set(self.screener.counts) >= REQUIRED

    def check(self, role: str, name: str | None, country: str | None) -> _Checked:
        """Hold one name against the lists."""
        if name is None:
            return _Checked(PartyScreened(role, None, country, UNKNOWN), ())
        found = tuple(self._weighed(name, country, hit) for hit in self.screener.screen(name, country))
        asking = [one.hit.stands for one in found if one.entry.list in terms.LICENCE]
        listed = some(asking)
        if listed is NO and self.silent:
            listed = UNKNOWN
        return _Checked(PartyScreened(role, name, country, listed, tuple(one.hit for one in found)), found)

    def _weighed(self, name: str, country: str | None, hit: Hit) -> _Found:
        entry, date = hit.entry, self.screener.date
        stands = listed_on(entry, date, self.on) & listed_on(entry, date, self.known)
        if hit.band != "decide" and stands is YES:
            stands = UNKNOWN
        by = None
        for judged in self.cleared:
            if not judged.speaks_of(name, country, entry) or judged.on > self.known:
                continue
            if not judged.counts_on(self.known):
                by = by or f"expired: {judged.by} cleared it on {judged.on}, until {judged.until}"
            elif not judged.holds(entry):
                by = by or f"expired: the entry reads otherwise than when {judged.by} cleared it on {judged.on}"
            else:
                stands, by = NO, f"{judged.by} on {judged.on}: {judged.why}"
        told = PartyHit(
            entry.id,
            entry.name,
            entry.list,
            hit.score,
            hit.band,
            stands,
            terms.says(entry),
            hit.reasons,
            entry.digest,
            by,
        )
        return _Found(told, entry)


def screened(
    line: Line,
    screener: Screener,
    on: dt.date,
    known: dt.date,
    cleared: tuple[Cleared, ...] = (),
    register: Register | None = None,
) -> tuple[Line, Screening]:
    """Hold every party of a line, its parents and owners against the lists.

    Gives the line with owners' listings and the facts that conditions read filled in, and what was
    found. `known` is the last day of knowledge: an entry added later does not weigh. `register` says
    who owns whom, where the line does not.
    """
    desk = _Desk(screener, on, known, cleared, register)
    line, from_file = with_owners(line, register) if register else (line, ())
    parties = {role: party for role, party in line.parties() if party is not None}
    seen: dict[int, dict[str, _Checked]] = {}
    checked: dict[str, _Checked] = {}
    filled: dict[str, Party] = {}
    flags: list[str] = []
    for role, party in parties.items():
        if id(party) not in seen:
            seen[id(party)] = dict(_names(desk, role, party))
        own = seen[id(party)]
        first = next(iter(own))
        said = any(one.list in terms.LICENCE for one in party.listings or ())
        listed = own[first].screened.listed | (YES if said else NO)
        checked[role] = _Checked(dataclasses.replace(own[first].screened, role=role, listed=listed), own[first].found)
        filled[role] = _filled(party, {name.removeprefix(first): one for name, one in own.items()}, desk)
        flags += _flags(role, party, own, first, desk) if role in RECEIVING or role.startswith("intermediate") else []
        if first == role:
            checked |= {name: one for name, one in own.items() if name != role}
    if line.end_user is None:
        checked["end_user"] = desk.check("end_user", None, None)
    restricted = some(
        _restricted(role, checked[role], filled.get(role), desk) for role in (*parties, "end_user") if role in checked
    )
    facts, notes = _facts(line, checked, restricted, on)
    facts |= _owners_policy(line, checked, desk)
    if flags:
        stated = facts.get("red_flags", ())
        facts["red_flags"] = tuple(dict.fromkeys((*(stated if isinstance(stated, tuple) else ()), *flags)))
    final = facts.get("restricted_party", UNKNOWN)
    told = Screening(
        lists=screener.date,
        age_days=(on - screener.date).days,
        stale=desk.silent,
        digest=screener.digest,
        restricted=final if isinstance(final, Truth) else UNKNOWN,
        parties=tuple(one.screened for one in (*checked.values(), *desk.met.values())),
        notes=(*_lists_note(desk), *from_file, *_above_notes(filled, desk), *notes),
    )
    return _with_parties(line, filled, facts), told


def ownership_of(name: str, screener: Screener, on: dt.date, register: Register) -> Above | None:
    """Judge who owns half or more of a party by itself, on a day; None where the file does not name it."""
    cascade = _Desk(screener, on, on, (), register).cascade
    return None if cascade is None else cascade.above(name)


def _names(desk: _Desk, role: str, party: Party) -> Iterator[tuple[str, _Checked]]:
    """Hold the names of a party against the lists: its own, its parent's, its owners'."""
    yield role, desk.check(role, party.name, party.country or party.headquarters)
    parent = party.ultimate_parent
    if parent is not None and parent.name is not None:
        name = f"{role}.ultimate_parent"
        yield name, desk.check(name, parent.name, parent.headquarters)
    for index, owner in enumerate(party.owners or ()):
        name = f"{role}.owners[{index}]"
        yield name, desk.check(name, None if owner.name == NOT_GIVEN else owner.name, owner.headquarters)


def _filled(party: Party, own: dict[str, _Checked], desk: _Desk) -> Party:
    """Give a party with the listings of its owners as the lists have them.

    What a line says of an owner stands, save that it says less than a hit does.
    """
    if party.owners is None:
        return party
    owners = tuple(_owner(owner, own[f".owners[{index}]"], desk) for index, owner in enumerate(party.owners))
    return dataclasses.replace(party, owners=tuple(open_share(owners)))


def _owner(owner: Owner, checked: _Checked, desk: _Desk) -> Owner:
    return _through(_listed(owner, checked, desk), desk.above(owner))


def _listed(owner: Owner, checked: _Checked, desk: _Desk) -> Owner:
    """Give an owner with its own listings."""
    if owner.name == NOT_GIVEN:
        return owner
    sure = [one for one in checked.found if one.hit.stands is YES]
    listings = [Listing(code_of(one.entry), one.entry.id) for one in sure]
    if owner.listings is not None:
        stated = {(one.list, one.entry) for one in owner.listings}
        more = tuple(one for one in listings if (one.list, one.entry) not in stated)
        return dataclasses.replace(owner, listings=(*owner.listings, *more))
    if any(terms.carries(one.entry) for one in sure):
        return dataclasses.replace(owner, listings=tuple(listings))
    perhaps = any(one.hit.stands is UNKNOWN and terms.carries(one.entry) for one in checked.found)
    if perhaps or desk.silent:
        return owner
    return dataclasses.replace(owner, listings=tuple(listings))


def _through(owner: Owner, above: Above | None) -> Owner:
    """Give an owner with the listings of those who own half or more of it; not known where that is not known."""
    own = owner.listings or ()
    if above is None or any(one.list in CARRYING for one in own):
        return owner
    if above.carrying is YES:
        return dataclasses.replace(owner, listings=(*own, *above.listings))
    return owner if above.carrying is NO else dataclasses.replace(owner, listings=None)


def _restricted(role: str, checked: _Checked, party: Party | None, desk: _Desk) -> Truth:
    """Is a party itself on a list that asks a licence, or blocked as what blocked persons own?"""
    answer = checked.screened.listed
    if party is None:
        return answer
    if party.listings is not None:
        stated = any(one.list in terms.LICENCE for one in party.listings)
        answer = answer | YES if stated else NO if answer is UNKNOWN and not checked.found else answer
    return answer | _blocked(role, party, desk)


def _blocked(role: str, party: Party, desk: _Desk) -> Truth:
    """Apply OFAC's 50 Percent Rule to the owners given; owners that nobody gives are another test."""
    listed: dict[str, Truth] = {}
    perhaps = False
    for index, owner in enumerate(party.owners or ()):
        above = desk.above(owner)
        through = NO if above is None else above.blocked
        held = through is YES or any(one.list.startswith("SDN") for one in owner.listings or ())
        listed[f"{index}"] = YES if held else UNKNOWN if owner.listings is None or through is UNKNOWN else NO
        perhaps = perhaps or held or through is UNKNOWN
    if not perhaps:
        return NO
    given = [(index, owner) for index, owner in enumerate(party.owners or ()) if owner.name != NOT_GIVEN]
    rows = [ownership.Holding(f"{index}", role, owner.percent) for index, owner in given]
    return ownership.owned(rows, listed, complete=len(given) == len(party.owners or ()))[role].truth


def _above_notes(filled: dict[str, Party], desk: _Desk) -> Iterator[str]:
    """Say of each owner that counts as listed through others, by which holdings."""
    owners = {owner.name: owner for party in filled.values() for owner in party.owners or ()}
    for name, owner in owners.items():
        above = desk.above(owner)
        if above is not None and above.steps:
            yield f"{name} counts as those who own half or more of it: {'; '.join(above.steps)}."


def _owners_policy(line: Line, checked: dict[str, _Checked], desk: _Desk) -> dict[str, Stated]:
    """Give the policy of the most restrictive owner; where one of them cannot be told, only the strictest of all."""
    if set(line.facts).intersection(f"owner_{policy}" for policy in POLICIES):
        return {}
    entries = [found.entry for name, one in checked.items() if ".owners[" in name for found in one.of(terms.LICENCE)]
    for _, party in line.parties():
        for owner in (party.owners or ()) if party else ():
            above = desk.above(owner)
            entries += above.entries if above and above.carrying is YES else ()
    told = ["unknown" if amended_after(one, desk.on) else terms.policy(one) for one in entries if terms.carries(one)]
    policy = ownership.strictest(told)
    return {f"owner_{policy}": YES} if policy in POLICIES else {}


def _flags(role: str, party: Party, own: dict[str, _Checked], first: str, desk: _Desk) -> Iterator[str]:
    """Say what is no requirement and calls for care: a listed parent, a listed owner of less than half."""
    who = role.replace("_", " ")
    parent = own.get(f"{first}.ultimate_parent")
    owned_by_parent = parent is not None and parent.screened.name in {owner.name for owner in party.owners or ()}
    if parent is not None and not owned_by_parent:
        for one in parent.of(terms.LICENCE):
            named = parent.screened.name
            yield f"the ultimate parent of the {who}, {named}, is {one.hit.says}; what it owns is not given"
            break
    for index, owner in enumerate(party.owners or ()):
        checked = own[f"{first}.owners[{index}]"]
        carrying = [one.hit.says for one in checked.of(terms.LICENCE) if terms.carries(one.entry)]
        above = desk.above(owner)
        if above is not None and above.carrying is YES:
            carrying.append(f"owned by listed persons ({'; '.join(above.steps)})")
        if carrying and owner.percent is None:
            yield f"{owner.name} owns a share of the {who} that is not known, and is {carrying[0]}"
        elif carrying and owner.percent is not None and ownership.minority(owner.percent):
            yield f"{owner.name} owns {owner.percent} % of the {who}, and is {carrying[0]}"


def _facts(
    line: Line, checked: dict[str, _Checked], restricted: Truth, on: dt.date
) -> tuple[dict[str, Stated], list[str]]:
    """Fill in what conditions read; a line that denies a hit that stands is not believed."""
    facts: dict[str, Stated] = dict(line.facts)
    notes = []
    own = [one for name, one in checked.items() if "." not in name]
    hits = [found for one in own for found in one.of(terms.LICENCE)]
    denied = [found for one in own for found in one.of(terms.LICENCE, at_least=UNKNOWN) if found.hit.band == "decide"]
    stated = line.facts.get("restricted_party")
    if stated is NO and denied:
        facts["restricted_party"] = restricted
        notes.append(
            f"The line says that no party is listed; {denied[0].hit.name} ({denied[0].hit.entry}) is met, and the hit"
            " stands until a person clears it (--cleared)."
        )
    elif stated is None:
        facts["restricted_party"] = restricted
    elif stated is NO and restricted is YES:
        facts["restricted_party"] = YES
        notes.append(
            "The line says that no party is listed, and itself gives a listing, or an owner whose half is blocked;"
            " the listing stands."
        )
    elif stated is NO:
        grey = [found for one in own for found in one.of(terms.LICENCE, at_least=UNKNOWN)]
        notes += [f"{found.hit.name} ({found.hit.entry}) is a near name, to be cleared." for found in grey[:3]]
    if hits:
        facts |= _policies([found.entry for found in hits], on, stated=set(line.facts))
    _footnotes(facts, hits, restricted)
    if any(one.of(frozenset({"UVL"})) for one in own):
        facts["unverified_party"] = YES
    notes += _care(checked)
    return facts, notes


def _policies(entries: list[Entry], on: dt.date, *, stated: set[str]) -> dict[str, Stated]:
    """Give the strictest policy of the entries; where one of them cannot be told, only the strictest of all."""
    if stated.intersection(f"entry_{policy}" for policy in POLICIES):
        return {}
    told = ["unknown" if amended_after(entry, on) else terms.policy(entry) for entry in entries]
    policy = ownership.strictest(told)
    return {f"entry_{policy}": YES} if policy in POLICIES else {}


def _footnotes(facts: dict[str, Stated], hits: list[_Found], restricted: Truth) -> None:
    """Say whether a party carries footnote 1, 4 or 5 of the Entity List."""
    if any(terms.footnotes(found.entry) for found in hits):
        facts["footnote_party"] = YES
    elif "footnote_party" not in facts and restricted is NO:
        facts["footnote_party"] = NO


def _care(checked: dict[str, _Checked]) -> Iterator[str]:
    """Say what lists that ask no licence hold of a party, its parent or owners."""
    said = set()
    for name, one in checked.items():
        for found in one.found:
            if found.hit.stands is YES and found.entry.list in terms.CARE and (name, found.entry.list) not in said:
                said.add((name, found.entry.list))
                yield f"{name.replace('_', ' ')}: {one.screened.name} is {found.hit.says} ({found.hit.entry})."


def _lists_note(desk: _Desk) -> Iterator[str]:
    text = age_said(desk.screener.date, desk.on)
    yield f"{text[0].upper()}{text[1:]}."
    lacking = sorted(REQUIRED - set(desk.screener.counts))
    if lacking:
        yield f"The lists lack {', '.join(lacking)}: who is not met on the others is not known to be unlisted."
    if desk.known < desk.screener.date:
        yield f"Of {desk.known} only those entries are known that carry an earlier date of their own."


def _with_parties(line: Line, filled: dict[str, Party], facts: dict[str, Stated]) -> Line:
    roles = {role: party for role, party in filled.items() if not role.startswith("intermediate")}
    intermediates = tuple(filled[f"intermediate[{index}]"] for index in range(len(line.intermediates)))
    return dataclasses.replace(line, **roles, intermediates=intermediates, facts=facts)  # type: ignore[arg-type]
