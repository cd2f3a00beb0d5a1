"""Whom a report reaches: the party it names, the class a party belongs to, or every importer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.order import name_key
from ecluse.truth import NO, UNKNOWN, YES, Truth, some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecluse.evidence.base import Base
    from ecluse.evidence.vocabulary import Class
    from ecluse.order import Line, Party


@dataclass(frozen=True, slots=True)
class Reach:
    """A subject of reports, and whether a party surely is meant.

    `firm` says that reports on this subject name the party itself, `stands` that they stand beside
    what is reported of the firm.
    """

    subject: str
    member: Truth
    firm: bool = False
    stands: bool = False


def parties_of(line: Line) -> list[Party | None]:
    """Give the parties that reports may mean: buyer and end user; None where neither is known."""
    named: list[Party | None] = [party for party in (line.buyer, line.end_user) if party is not None]
    return list(dict.fromkeys(named)) or [None]


def firm_of(base: Base, party: Party | None) -> str | None:
    """Give the firm that a party's name means in reports, or its own name reduced."""
    return None if party is None or party.name is None else base.words.firm(party.name)


def reaches(base: Base, line: Line, party: Party | None) -> Iterator[Reach]:
    """Give the subjects under which reports may mean a party."""
    firm = firm_of(base, party)
    # A report that names nobody is about all, and sets for none of them a state of his own.
    yield Reach("", UNKNOWN)
    if firm is not None:
        yield Reach(f"firm:{firm}", YES, firm=True)
    for one in dict.fromkeys(base.words.classes.values()):
        member = belongs(base, line, party, one)
        if member is not NO:
            yield Reach(f"class:{one.name}", member, stands=one.stands)


def belongs(base: Base, line: Line, party: Party | None, one: Class) -> Truth:
    """Is a party of a class: by its kind, or by a certified fact; a class nobody defined stays open."""
    if one.everyone:
        return YES
    kind = kind_of(base, party)
    by_kind = UNKNOWN if kind is None else YES if kind in one.kinds else NO
    stated = [line.facts.get(fact, UNKNOWN) for fact in one.facts]
    by_fact = some(value for value in stated if isinstance(value, Truth))
    # A kind that is known and another than the class's own settles it unless a fact says yes, or may.
    member = YES if by_fact is YES else by_kind
    return member & UNKNOWN if one.undefined else member


def kind_of(base: Base, party: Party | None) -> str | None:
    """Give what kind of organisation a party is: as the line says, else as reports know the firm."""
    if party is None:
        return None
    if party.kind is not None or party.name is None:
        return party.kind
    firm = base.words.firms.get(name_key(party.name))
    return None if firm is None else base.words.kinds[firm]
