"""The things that rows are made of, put together again as a line; and what tells two of them apart."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.engine.facts import certified_facts, route_facts
from ecluse.lock import EARLIER_ACTS, decide, parts_of
from ecluse.order import ROLES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ecluse.bounds import Bound
    from ecluse.convoy.groups import Group
    from ecluse.dates import Known
    from ecluse.decision import Decision
    from ecluse.engine.facts import Facts
    from ecluse.lock import Lock
    from ecluse.order import Line
    from ecluse.parties.cleared import Cleared
    from ecluse.parties.holdings import Register
    from ecluse.parties.screen import Screener
    from ecluse.tables.coding import Codes

GROUPS = ("item", "parties", "facts", "papers", "route")


@dataclass(frozen=True)
class Ruling:
    """What all rows are ruled by: the lock, a day for all (else each row's own, else `today`), knowledge, reading.

    `lists` are those that parties are held against, `cleared` the hits that a person has judged,
    `owners` who owns whom where rows do not say.
    """

    lock: Lock
    today: dt.date
    known: Known
    on: dt.date | None = None
    reading: str = "enforced"
    lists: Screener | None = None
    cleared: tuple[Cleared, ...] = ()
    owners: Register | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """The numbers of a row's things, its day, and a quantity that stands for it."""

    item: int
    parties: int
    facts: int
    papers: int
    route: int
    day: dt.date
    quantity: Bound


def situation(things: Mapping[str, Codes], at: int, day: dt.date, quantity: Bound) -> Situation:
    """Give the situation of a row: the numbers of its things, with its day and a quantity."""
    item, parties, facts, papers, route = (int(things[name][at]) for name in GROUPS)
    return Situation(item, parties, facts, papers, route, day, quantity)


def line_of(groups: Mapping[str, Group], one: Situation) -> Line:
    """Put a situation together again as one order line."""
    parties = groups["parties"].line(one.parties)
    return dataclasses.replace(
        groups["route"].line(one.route),
        item=groups["item"].line(one.item).item,
        facts=groups["facts"].line(one.facts).facts,
        authorisations=groups["papers"].line(one.papers).authorisations,
        intermediates=parties.intermediates,
        **{role: getattr(parties, role) for role in ROLES},
        quantity=one.quantity,
    )


def decided(ruling: Ruling, groups: Mapping[str, Group], one: Situation, who: Line) -> Decision:
    """Decide a situation as one line; `who` holds its parties and what is certified, as screened on its own day."""
    roles = {role: getattr(who, role) for role in ROLES}
    line = dataclasses.replace(line_of(groups, one), facts=who.facts, intermediates=who.intermediates, **roles)
    return decide(line, ruling.lock, on=one.day, known=ruling.known, reading=ruling.reading)


def models_of(line: Line, lock: Lock) -> tuple[str, ...]:
    """Give the models of all chips that a line may mean."""
    parts = parts_of(line, lock)
    return tuple(dict.fromkeys(one.model for part in parts for one in part.candidates if one.model))


def route_of(groups: Mapping[str, Group], number: int) -> Facts:
    """Lay out a route as for shipment; exceptions are claimed among the certified facts."""
    line = groups["route"].line(number)
    facts = route_facts(dataclasses.replace(line, act="ship") if line.act in EARLIER_ACTS else line)
    del facts["exceptions_claimed"]
    return facts


def facts_on(line: Line, day: dt.date) -> Facts:
    """Lay out what is certified, with days counted to a day."""
    return {"exceptions_claimed": ()} | certified_facts(line, day)
