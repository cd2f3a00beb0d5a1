"""Figures and words that nobody has fixed: their history, and the values for which a line would pass."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.decision import Parameter
from ecluse.evidence.names import product_key
from ecluse.evidence.policy import MOST_CITED
from ecluse.evidence.vocabulary import ANY
from ecluse.truth import YES

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.claim import Claim
    from ecluse.evidence.base import Base
    from ecluse.order import Line


@dataclass(frozen=True, slots=True)
class Open:
    """A parameter that reports speak of and no text fixes.

    `passes_for` may name the line's quantity as `{quantity}`; `settled_by` says what would fix it.
    """

    name: str
    ask: str
    passes_for: str
    settled_by: str
    asked_in_exceptions: bool = False


RATIO = Open(
    "domestic_ratio",
    "Which share of domestic chips must a buyer of the H200 purchase?",
    "",
    "the conditions of a granted approval, or a published rule",
)
OPEN = (
    Open(
        "critical_infrastructure",
        "What counts as critical infrastructure, where the chips may not be used?",
        "every definition that leaves the end user out",
        "a published definition, or a notice of the sector's regulator to the end user",
    ),
    Open(
        "sensitive_agencies",
        "Which government agencies are sensitive?",
        "every definition that leaves the end user out",
        "a published definition",
    ),
    Open(
        "special_circumstances",
        "In which special circumstances are purchases approved?",
        "every definition that takes the line in",
        "a published definition, or an approval of this purchase",
        asked_in_exceptions=True,
    ),
    Open(
        "necessary",
        "When is a purchase necessary?",
        "every definition that takes the line in",
        "a published definition, or an approval of this purchase",
    ),
    Open(
        "existing_orders",
        "Do rules reach orders placed before them?",
        "the line, if it is an order of before the rule and those are spared",
        "a word of the customs administration on orders placed before",
        asked_in_exceptions=True,
    ),
    Open(
        "split_of_first_batch",
        "How is the first batch of more than 400,000 split between the firms?",
        "every split that gives the buyer at least {quantity}",
        "the approvals of the firms, with their quantities",
    ),
    Open(
        "volume_rule",
        "How many chips may one firm buy abroad, in all?",
        "every limit of at least {quantity} beyond what the buyer has bought",
        "a published rule",
        asked_in_exceptions=True,
    ),
)
# Acts that fix the ratio for another scope than the firms of the first batch.
OTHER_SCOPES = ("domestic_only", "domestic_ratio")
HUBS, FUNDED = "publicly owned computing hub", "state-funded project"


def parameters(base: Base, line: Line, models: tuple[str, ...], moment: dt.datetime) -> dict[str, Parameter]:
    """Give the parameters that bear on a line, as known by an instant."""
    keys = tuple(dict.fromkeys(product_key(model) for model in models))
    found = {RATIO.name: _ratio(base, line, keys, moment)}
    for one in OPEN:
        history = _history(base, one.name, (*keys, ANY), moment)
        if history:
            passes_for = one.passes_for.format(quantity=_amount(line))
            found[one.name] = Parameter(None, passes_for, _ids(history), settled_by=one.settled_by)
    return found


def _history(base: Base, name: str, keys: tuple[str, ...], moment: dt.datetime) -> list[Claim]:
    shelves = [base.shelf(key, f"#{name}") for key in keys]
    rows = {claim.id: claim for shelf in shelves for claim in islice(shelf.newest(moment), MOST_CITED)}
    return sorted(rows.values(), key=lambda claim: (claim.known_from, claim.id))


def _ratio(base: Base, line: Line, keys: tuple[str, ...], moment: dt.datetime) -> Parameter:
    """Give the domestic-purchase ratio that bears on the line: set for other scopes, open for the H200."""
    elsewhere = [one for one in _history(base, RATIO.name, (*keys, ANY), moment) if one.act in OTHER_SCOPES]
    scopes = tuple(f"{claim.id}: {claim.statement}" for claim in elsewhere)
    kinds = {party.kind for party in (line.buyer, line.end_user) if party is not None}
    only = [claim for claim in elsewhere if claim.act == "domestic_only"]
    if only and (line.facts.get("state_funded") is YES or FUNDED in kinds):
        passes_for = "no import: reported as domestic chips only"
        return Parameter(exactly(Decimal("1.0")), passes_for, _ids(only), scopes, RATIO.settled_by)
    floor = [claim for claim in elsewhere if claim.act == "domestic_ratio"]
    if floor and HUBS in kinds:
        return Parameter(Bound(Decimal("0.5"), None), _passes(line), _ids(floor), scopes, RATIO.settled_by)
    own = [one for one in _history(base, RATIO.name, keys, moment) if one.act not in OTHER_SCOPES]
    if own or not keys:
        return Parameter(None, _passes(line), _ids(own), scopes, RATIO.settled_by)
    why = "reported for other chips or other buyers only, or not at all"
    return Parameter("not_applicable", why, other_scopes=scopes)


def _ids(claims: list[Claim]) -> tuple[str, ...]:
    return tuple(claim.id for claim in claims)


def _amount(line: Line) -> str:
    return f"{line.quantity.exact:,}" if line.quantity.exact is not None else str(line.quantity)


def _passes(line: Line) -> str:
    """Say for which ratios (domestic chips bought per imported chip) the line would meet the condition."""
    bought = line.facts.get("domestic_units_purchased")
    quantity = line.quantity
    if isinstance(bought, Bound) and bought.exact is not None and quantity.exact:
        most = round(Decimal(bought.exact) / Decimal(quantity.exact), 4).normalize()
        return (
            f"every ratio up to {most:f} ({bought.exact:,} domestic chips to {quantity.exact:,} imported); "
            "whether the ratio counts chips, computing power or money was not reported"
        )
    return (
        f"a ratio r asks r x {_amount(line)} domestic chips of the buyer: r = 0.5 asks half as many, r = 1 as many; "
        "state domestic_units_purchased to have the breakpoint"
    )
