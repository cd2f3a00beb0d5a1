"""What one paper covers: item, parties, use, dates, value, conditions; and what is left of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.evidence.names import name_words, words_after
from ecluse.order import name_key
from ecluse.truth import NO, UNKNOWN, YES, Truth, every, some, truth

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.authorisation import Authorisation
    from ecluse.dates import Known
    from ecluse.order import Line

_VALUE = re.compile(r"(?P<amount>\d+(\.\d+)?) (?P<currency>[A-Z]{3})\Z")
# Forms that hold more than one chip unless the line says how many.
HOLDERS = ("server", "rack")


def covers(paper: Authorisation, line: Line, on: dt.date, known: Known, models: tuple[str, ...]) -> Truth:
    """Does a granted paper cover the line, its quantity apart?"""
    return every(
        (
            _dated(paper, on, known),
            fits_item(paper, line, models),
            fits_parties(paper, line),
            _use(paper, line),
            _value(paper, line),
            _conditions(paper),
            truth(line.destination in paper.destinations) if paper.destinations else YES,
            UNKNOWN if paper.quantity is None else YES,
            _shown(paper),
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


def fits_parties(paper: Authorisation, line: Line) -> Truth:
    """Does the paper name the buyer, the consignees and the end user?"""
    if not paper.parties:
        return UNKNOWN
    named = {name_key(name) for name in paper.parties}
    if paper.holder:
        named.add(name_key(paper.holder))
    tests = [
        UNKNOWN if party is None or party.name is None else truth(name_key(party.name) in named)
        for role, party in line.parties()
        if role != "seller"
    ]
    if paper.holder and paper.gate == "exporter" and line.seller is not None and line.seller.name is not None:
        tests.append(truth(name_key(line.seller.name) in named))
    return every(tests)


def _dated(paper: Authorisation, on: dt.date, known: Known) -> Truth:
    """Is the paper in date: issued by then and known to be, and not expired?"""
    if paper.issued is not None and paper.issued > known.last_day(paper.gate):
        return NO
    begun = UNKNOWN if paper.issued is None else truth(paper.issued <= on)
    ended = UNKNOWN if paper.expires is None else truth(on <= paper.expires)
    return begun & ended


def _use(paper: Authorisation, line: Line) -> Truth:
    if not paper.uses or line.use is None:
        return UNKNOWN
    return truth(line.use.casefold() in {use.casefold() for use in paper.uses})


def _value(paper: Authorisation, line: Line) -> Truth:
    """Is the line worth no more than the paper allows? A paper without a value allows any."""
    if paper.value is None:
        return YES
    allowed = _VALUE.match(paper.value)
    price = line.unit_price
    if allowed is None or price is None or price.currency != allowed["currency"]:
        return UNKNOWN
    worth = line.quantity * exactly(Decimal(price.amount))
    return ~exactly(Decimal(allowed["amount"])).below(worth)


def _conditions(paper: Authorisation) -> Truth:
    if paper.conditions_met is None:
        return UNKNOWN if paper.conditions else YES
    return truth(paper.conditions_met)


def _shown(paper: Authorisation) -> Truth:
    """Is there a document to show? The importer's gate opens to nothing less."""
    shown = paper.gate != "importer" or paper.number is not None or paper.document_sha256 is not None
    return truth(shown) | UNKNOWN
