"""What tells two things apart on a day: how each comparison of the law answers, and what it lacks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.convoy.things import facts_on, route_of
from ecluse.engine.facts import item_facts, party_facts, unit_tpp
from ecluse.engine.gate import machine
from ecluse.engine.weigh import unknown_names
from ecluse.item import NUMBERS
from ecluse.lock import parts_of
from ecluse.order import ROLES
from ecluse.truth import NO

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from ecluse.convoy.groups import Group
    from ecluse.convoy.things import Ruling
    from ecluse.convoy.whos import Whos
    from ecluse.engine.facts import Facts
    from ecluse.engine.weigh import Compiled
    from ecluse.provision import Law

ITEM = frozenset({"form", "eccn_base", "item.vendor", "item.model", "tops", "datacenter", *NUMBERS})
ROUTE = frozenset({"origin", "destination", "kind", "act", "use"})
QUANTITY = frozenset({"quantity", "order_tpp"})


def group_of(name: str) -> str:
    """Name the group of things that states a fact."""
    if name in ITEM:
        return "item"
    if name in ROUTE:
        return "route"
    if name in QUANTITY:
        return "quantity"
    head = name.partition(".")[0]
    return "parties" if head in (*ROLES, "parties", "owned_by_listed") else "facts"


class Leaves:
    """The comparisons of one law by the group that answers them; and the names each group must give whole."""

    def __init__(self, law: Law) -> None:
        engine = machine(law)
        self.own: dict[str, list[Compiled]] = {}
        self.whole: dict[str, set[str]] = {}
        conditions = [one for rule in engine.rules.values() for one in (rule.when, rule.met, rule.doubt) if one]
        for leaf in {leaf.node: leaf for one in conditions for leaf in one.leaves}.values():
            names = set(leaf.names) - set(engine.named) - {"ic_level", "licence_required"}
            groups = {group_of(name) for name in names}
            if len(groups) == 1:
                self.own.setdefault(groups.pop(), []).append(leaf)
            else:
                for name in names:
                    self.whole.setdefault(group_of(name), set()).add(name)

    def signature(self, group: str, facts: Facts) -> Hashable:
        """Give how each of a group's comparisons answers, what it lacks, and the values that others compare."""
        told = tuple((leaf.weigh(facts), *unknown_names(leaf, facts)) for leaf in self.own.get(group, ()))
        return told, tuple(facts.get(name) for name in sorted(self.whole.get(group, ())))


leaves = lru_cache(maxsize=512)(Leaves)


class Signatures:
    """The signatures of things on days, both by number."""

    def __init__(self, ruling: Ruling, groups: Mapping[str, Group], days: Sequence[dt.date], whos: Whos) -> None:
        """`days` are the days by number."""
        self.ruling, self.groups, self.days, self.whos = ruling, groups, days, whos
        facts = ruling.lock.library.facts.values()
        self.silent: Facts = {fact.name: NO for fact in facts if fact.silence_is_no}

    def of(self, group: str) -> Callable[[int, int], Hashable]:
        """Give the function that signs the things of a group."""
        return {"item": self._item, "who": self._who, "route": self._route}[group]

    def _laws(self, day: int) -> tuple[Leaves, ...]:
        """Give the law asked for and the text, where it differs: both must be told apart."""
        library, known = self.ruling.lock.library, self.ruling.known
        readings = dict.fromkeys((self.ruling.reading, "text"))
        return tuple(leaves(library.on(self.days[day], known, reading)) for reading in readings)

    def _item(self, day: int, number: int) -> Hashable:
        line = self.groups["item"].line(number)
        parts = parts_of(line, self.ruling.lock)
        if len(parts) > 1:
            return number
        told = (
            tuple(
                (law.signature("item", self.silent | item_facts(line, one)), _said(unit_tpp(line, one)))
                for law in self._laws(day)
            )
            for one in parts[0].candidates
        )
        return tuple(dict.fromkeys(told))

    def _who(self, day: int, number: int) -> Hashable:
        line = self.whos.lines[number]
        parties = self.silent | party_facts(line)
        facts = self.silent | facts_on(line, self.days[day])
        told = ((law.signature("parties", parties), law.signature("facts", facts)) for law in self._laws(day))
        return facts.get("red_flags_resolved"), facts.get("red_flags_seen"), *told

    def _route(self, day: int, number: int) -> Hashable:
        facts = self.silent | route_of(self.groups, number)
        return (facts["origin"] == "US", *(law.signature("route", facts) for law in self._laws(day)))


def _said(total: object) -> Hashable:
    """Say whether an order's total would be known exactly, vaguely, or not at all."""
    return None if total is None else getattr(total, "exact", None) is not None
