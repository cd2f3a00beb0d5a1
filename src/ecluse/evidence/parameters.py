"""Figures and words that nobody has fixed: their history, and the values for which a line would pass."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.decision import Parameter
from ecluse.evidence.names import product_key
from ecluse.truth import YES

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.claim import Claim
    from ecluse.evidence.base import Base
    from ecluse.order import Line


@dataclass(frozen=True, slots=True)
class Open:
    """A parameter that reports speak of and no text fixes."""

    name: str
    ask: str
    passes_for: str


OPEN = (
    Open(
        "critical_infrastructure",
        "What counts as critical infrastructure, where the chips may not be used?",
        "every definition that leaves the end user out",
    ),
    Open(
        "sensitive_agencies",
        "Which government agencies are sensitive?",
        "every definition that leaves the end user out",
    ),
    Open(
        "special_circumstances",
        "In which special circumstances are purchases approved?",
        "every definition that takes the line in",
    ),
    Open("necessary", "When is a purchase necessary?", "every definition that takes the line in"),
    Open(
        "existing_orders",
        "Do rules reach orders placed before them?",
        "the line, if it counts as an order of before the rule and those are spared",
    ),
    Open(
        "split_of_first_batch",
        "How is the first batch of more than 400,000 split between the firms?",
        "every split that gives the buyer the line's quantity",
    ),
    Open(
        "volume_rule",
        "How many chips may one firm buy abroad, in all?",
        "every limit at or above what the buyer has bought, the line included",
    ),
)
# Other scopes for which a share was reported: not the share that the line's buyer would owe.
HUBS = "publicly owned computing hub"


def parameters(base: Base, line: Line, keys: tuple[str, ...], moment: dt.datetime) -> dict[str, Parameter]:
    """Give the parameters that bear on a line, as known by an instant."""
    claims = _claims(base, keys, moment)
    found = {"domestic_ratio": _ratio(line, claims)}
    for one in OPEN:
        history = tuple(claim.id for claim in claims if one.name in claim.parameters)
        if history:
            found[one.name] = Parameter(None, one.passes_for, history)
    return found


def _claims(base: Base, keys: tuple[str, ...], moment: dt.datetime) -> list[Claim]:
    wanted = (*keys, "*any", product_key("AI and storage chips"))
    rows = {claim.id: claim for key in wanted for claim in base.about_product(key, moment)}
    return sorted(rows.values(), key=lambda claim: (claim.known_from, claim.id))


def _ratio(line: Line, claims: list[Claim]) -> Parameter:
    """Give the domestic-purchase ratio that bears on the line: set for other scopes, open for the H200."""
    history = [claim for claim in claims if "domestic_ratio" in claim.parameters]
    buyer = line.buyer or line.end_user
    kind = buyer.kind if buyer else None
    if line.facts.get("state_funded") is YES or kind == "state-funded project":
        only = [claim for claim in history if claim.act == "domestic_only"]
        if only:
            return Parameter(exactly(Decimal("1.0")), "no import: reported as domestic chips only", _ids(only))
    if kind == HUBS:
        floor = [claim for claim in history if claim.act == "domestic_ratio"]
        if floor:
            return Parameter(Bound(Decimal("0.5"), None), _passes(line), _ids(floor))
    own = [claim for claim in history if claim.act not in ("domestic_only", "domestic_ratio")]
    if not own:
        return Parameter("not_applicable", "reported for other chips or other buyers only, or not at all")
    return Parameter(None, _passes(line), _ids(own))


def _ids(claims: list[Claim]) -> tuple[str, ...]:
    return tuple(claim.id for claim in claims)


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
    amount = f"{quantity.exact:,}" if quantity.exact is not None else str(quantity)
    return (
        f"a ratio r asks r x {amount} domestic chips of the buyer: r = 0.5 asks half as many, r = 1 as many; "
        "state domestic_units_purchased to have the breakpoint"
    )
