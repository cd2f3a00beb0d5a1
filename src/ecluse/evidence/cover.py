"""What one paper covers: item, parties, use, dates, value, conditions; and what is left of it."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.decision import Lack
from ecluse.evidence.names import name_words, words_after
from ecluse.order import name_key
from ecluse.truth import NO, UNKNOWN, YES, Truth, every, some

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ecluse.authorisation import Authorisation
    from ecluse.dates import Known
    from ecluse.order import Line

_VALUE = re.compile(r"(?P<amount>\d+(\.\d+)?) (?P<currency>[A-Z]{3})\Z")
# Forms that hold more than one chip unless the line says how many.
HOLDERS = ("server", "rack")


def covers(paper: Authorisation, line: Line, on: dt.date, known: Known, models: tuple[str, ...]) -> Truth:
    """Does a granted paper cover the line, its quantity apart?"""
    return every(lack.answer for lack in lacks(paper, line, on, known, models))


def lacks(paper: Authorisation, line: Line, on: dt.date, known: Known, models: tuple[str, ...]) -> tuple[Lack, ...]:
    """Give each element of a paper that does not fit the line, or of which that is not known; quantity apart."""
    return tuple(
        chain(
            _dated(paper, on, known),
            _items(paper, line, models),
            _parties(paper, line),
            _use(paper, line),
            _value(paper, line),
            _conditions(paper),
            _destination(paper, line),
            _stated(paper),
        )
    )


def needed(line: Line) -> Bound:
    """Give the quantity a paper must cover: from the units of the line to the chips in them.

    A paper may count units or chips. It is enough where it covers the chips, and short where it
    does not even cover the units.
    """
    item = line.item
    chips = item.chips_per_unit or (Bound(1) if item.form in HOLDERS else exactly(1))
    if item.contains:
        chips = exactly(0)
        for each in item.contains:
            chips += each.count
    return Bound(line.quantity.low, (line.quantity * chips).high)


def left_of(paper: Authorisation) -> Bound:
    """Give what is left of a paper's quantity; what is not said to have shipped has not."""
    total, gone = paper.quantity or exactly(0), paper.shipped_so_far or exactly(0)
    low = None if total.low is None or gone.high is None else max(total.low - gone.high, 0)
    high = None if total.high is None or gone.low is None else max(total.high - gone.low, 0)
    return Bound(low, high)


def fits_item(paper: Authorisation, line: Line, models: tuple[str, ...]) -> Truth:
    """Does a paper name every chip that the line may hold? One variant is not another."""
    if not paper.items or not models:
        return UNKNOWN
    named = [name for name in (line.item.chip, *(each.chip for each in line.item.contains)) if name]
    return every(some(_item(item, model, named) for item in paper.items) for model in models)


def _item(item: str, model: str, named: list[str]) -> Truth:
    """Is the item of a paper a model, or the variant of it that the line names?"""
    wanted = name_words(model)
    variant = words_after(name_words(item), wanted)
    if not variant:
        return NO if variant is None else YES
    told = [rest for name in named if (rest := words_after(name_words(name), wanted)) is not None]
    if any(rest[: len(variant)] == variant for rest in told):
        return YES
    # The line names no variant, or not all of it: it may be this one.
    return UNKNOWN if all(rest == variant[: len(rest)] for rest in told) else NO


def _items(paper: Authorisation, line: Line, models: tuple[str, ...]) -> Iterator[Lack]:
    fits = fits_item(paper, line, models)
    listed, meant = ", ".join(paper.items), " or ".join(models)
    if not models:
        yield Lack("item", UNKNOWN, "the line names no chip of the catalogue", "item.chip", "Which chip is it?")
    elif not paper.items:
        ask = f"Which items does {{}} name (the line's: {meant})?"
        yield Lack("item", UNKNOWN, "its items are not stated", "authorisation.items", ask)
    elif fits is NO:
        others = [model for model in models if fits_item(paper, line, (model,)) is NO]
        yield Lack("item", NO, f"it names {listed}, not {' or '.join(others)}")
    elif fits is UNKNOWN:
        why = f"it names {listed}, and whether the line's {meant} is that variant is not known"
        yield Lack("item", UNKNOWN, why, "item.chip", f"Which variant is the item: {listed}, as {{}} names it?")


def fits_parties(paper: Authorisation, line: Line) -> Truth:
    """Does the paper name the buyer, the consignees and the end user?"""
    return every(lack.answer for lack in _parties(paper, line))


def _parties(paper: Authorisation, line: Line) -> Iterator[Lack]:
    if not paper.parties:
        ask = "Which parties does {} name (buyer, consignees, end user)?"
        yield Lack("parties", UNKNOWN, "its parties are not stated", "authorisation.parties", ask)
        return
    named = {name_key(name) for name in paper.parties}
    if paper.holder:
        named.add(name_key(paper.holder))
    strangers: dict[str, list[str]] = {}
    for role, party in line.parties():
        if role == "seller":
            continue
        who = role.replace("_", " ")
        if party is None:
            yield Lack("parties", UNKNOWN, f"the {who} of the line is not known", role, "Who will use the chips?")
        elif party.name is None:
            why = f"the {who} of the line is not named"
            yield Lack("parties", UNKNOWN, why, f"{role}.name", f"What is the name of the {who}?")
        elif name_key(party.name) not in named:
            strangers.setdefault(party.name, []).append(who)
    for name, roles in strangers.items():
        yield Lack("parties", NO, f"it does not name the {' and '.join(roles)}, {name}")
    seller = line.seller.name if line.seller is not None else None
    if paper.holder and paper.gate == "exporter" and seller is not None and name_key(seller) not in named:
        yield Lack("holder", NO, f"it is held by {paper.holder}, not by the seller, {seller}")


def _dated(paper: Authorisation, on: dt.date, known: Known) -> Iterator[Lack]:
    """Is the paper in date: issued by then and known to be, and not expired?"""
    if paper.issued is None:
        yield Lack("issued", UNKNOWN, "its day of issue is not stated", "authorisation.issued", "When was {} issued?")
    elif paper.issued > known.last_day(paper.gate):
        yield Lack("issued", NO, f"it was issued on {paper.issued}, after the day of knowledge")
    elif paper.issued > on:
        yield Lack("issued", NO, f"it was issued on {paper.issued}, after {on}")
    if paper.expires is None:
        yield Lack("expires", UNKNOWN, "its last day is not stated", "authorisation.expires", "When does {} expire?")
    elif paper.expires < on:
        yield Lack("expires", NO, f"it expired on {paper.expires}")


def _use(paper: Authorisation, line: Line) -> Iterator[Lack]:
    if not paper.uses:
        meant = f"'{line.use}'" if line.use else "the use of the line"
        why = f"its uses are not stated, so whether it covers {meant} is not known"
        yield Lack(
            "use", UNKNOWN, why, "authorisation.uses", f"Which uses does {{}} allow, and is {meant} one of them?"
        )
    if line.use is None:
        allowed = f" (it allows: {', '.join(paper.uses)})" if paper.uses else ""
        why = f"the line states no use{allowed}"
        yield Lack("use", UNKNOWN, why, "use", f"For what use are the goods, as {{}} is held against it{allowed}?")
    elif paper.uses and line.use.casefold() not in {use.casefold() for use in paper.uses}:
        yield Lack("use", NO, f"it allows {', '.join(paper.uses)}, not '{line.use}'")


def _value(paper: Authorisation, line: Line) -> Iterator[Lack]:
    """Is the line worth no more than the paper allows? A paper without a value allows any."""
    if paper.value is None:
        return
    allowed = _VALUE.match(paper.value)
    price = line.unit_price
    if allowed is None:
        why = f"its value, {paper.value!r}, is no amount with a currency"
        yield Lack("value", UNKNOWN, why, "authorisation.value", "Up to what value, in which currency, does {} allow?")
    elif price is None or price.currency != allowed["currency"]:
        why = f"it allows {paper.value}, and the price of the line in {allowed['currency']} is not stated"
        yield Lack("value", UNKNOWN, why, "unit_price", f"What is the price of a unit in {allowed['currency']}?")
    else:
        worth = line.quantity * exactly(Decimal(price.amount))
        fits = ~exactly(Decimal(allowed["amount"])).below(worth)
        if fits is NO:
            yield Lack("value", NO, f"it allows {paper.value}, and the line is worth {worth} {price.currency}")
        elif fits is UNKNOWN:
            why = f"it allows {paper.value}, and the line may be worth more"
            yield Lack("value", UNKNOWN, why, "quantity", "How many units exactly?")


def _conditions(paper: Authorisation) -> Iterator[Lack]:
    listed = "; ".join(paper.conditions)
    if paper.conditions_met is False:
        yield Lack("conditions", NO, f"its conditions are not met{f' ({listed})' if listed else ''}")
    elif paper.conditions and paper.conditions_met is None:
        why = f"whether its conditions are met is not stated ({listed})"
        yield Lack(
            "conditions", UNKNOWN, why, "authorisation.conditions_met", f"Are the conditions of {{}} met: {listed}?"
        )


def _destination(paper: Authorisation, line: Line) -> Iterator[Lack]:
    if paper.destinations and line.destination not in paper.destinations:
        yield Lack("destination", NO, f"it is for {', '.join(paper.destinations)}, not {line.destination}")


def _stated(paper: Authorisation) -> Iterator[Lack]:
    """Are the quantity and the document stated? The importer's gate opens to nothing less than a document."""
    if paper.quantity is None:
        yield Lack(
            "quantity", UNKNOWN, "its quantity is not stated", "authorisation.quantity", "For what quantity is {}?"
        )
    if paper.gate == "importer" and paper.number is None and paper.document_sha256 is None:
        why = "it has neither a number nor a document"
        yield Lack("document", UNKNOWN, why, "authorisation.number", "What is the number of {}, or its document?")


def quantity_lacks(paper: Authorisation, line: Line) -> Iterator[Lack]:
    """Is what is left of a paper less than the line needs, or perhaps less?"""
    if paper.quantity is None:
        return
    left, wanted = left_of(paper), needed(line)
    short = left.below(wanted)
    whole = paper.shipped_so_far is None
    why = f"it is for {_number(left)}" if whole else f"{_number(left)} are left of it"
    why = "nothing is left of it" if left.high == 0 else f"{why}, and the line needs {_number(wanted)}"
    if short is YES:
        yield Lack("quantity", NO, why)
    elif short is UNKNOWN:
        counted = line.item.chips_per_unit is None and not line.item.contains and line.item.form in HOLDERS
        fact = "item.chips_per_unit" if counted else "authorisation.quantity"
        ask = "How many chips does a unit hold?" if counted else "How many units of this line does {} cover?"
        yield Lack("quantity", UNKNOWN, why, fact, ask)


def _number(bound: Bound) -> str:
    return str(bound) if bound.exact is None else f"{bound.exact:,}"
