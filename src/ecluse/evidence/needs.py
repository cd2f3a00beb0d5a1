"""What the importer's gate lacks, most decisive first; and what a reader should know of the reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.bounds import exactly
from ecluse.decision import Missing
from ecluse.evidence.names import product_key
from ecluse.evidence.parameters import OPEN
from ecluse.truth import NO, UNKNOWN, YES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from ecluse.claim import Claim
    from ecluse.decision import Parameter
    from ecluse.evidence.base import Base
    from ecluse.evidence.papers import Held
    from ecluse.order import Line

US_CAP_CLAIM = "licences_about_ten_buyers"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the gate stands: its state, whether that is stale, whether funding is reported to matter."""

    state: str
    stale: bool
    funding_matters: bool


def missing(line: Line, standing: Standing, paper: Held, settings: Mapping[str, Parameter]) -> tuple[Missing, ...]:
    """Name what would settle the gate."""
    if paper.truth is YES:
        return tuple(_end_user(line))
    return tuple(_rows(line, standing, settings))


def _rows(line: Line, standing: Standing, settings: Mapping[str, Parameter]) -> Iterator[Missing]:
    state = standing.state
    yield Missing(
        "import_approval",
        "Is a final import approval of the authority at hand, with number, buyer, quantity and conditions?",
        "a granted approval that covers the line opens the gate; reports never do",
    )
    if standing.stale:
        yield Missing(
            "newer_evidence",
            "What is known of this gate since the last evidence?",
            "a newer report may change the state; the old one is too old to stand on",
        )
    yield from _parties(line)
    if state in ("preliminary", "conditional_approval", "approved", "under_review"):
        yield Missing(
            "agreed_quantity",
            "Which quantity did the authority agree for this buyer?",
            "an approval covers what was agreed; an interest or a negotiation is no quantity",
        )
    if state == "conditional_approval":
        yield Missing(
            "import_conditions",
            "Which conditions were set, and are they met?",
            "a conditional approval opens nothing before its conditions are known and met",
        )
    ratio = settings["domestic_ratio"]
    if ratio.value is None:
        yield Missing(
            "domestic_ratio",
            "Which share of domestic chips must the buyer purchase?",
            f"passes for {ratio.passes_for}",
        )
    if {"critical_infrastructure", "sensitive_agencies"} & set(settings):
        yield Missing(
            "restricted_use_definition",
            "What counts as a sensitive agency or critical infrastructure, and is the end user one?",
            "a restricted use is reported to be barred; whether this one is, nobody has defined",
        )
    for name in ("special_circumstances", "existing_orders", "volume_rule"):
        if name in settings and state in ("exceptional_only", "blocked_at_customs", "hold_orders"):
            yield Missing(name, _question(name), settings[name].passes_for)
    if standing.funding_matters and "state_funded" not in line.facts:
        yield Missing("state_funded", "Does the data centre have any state funding?", "yes: domestic chips only")


def _parties(line: Line) -> Iterator[Missing]:
    if line.buyer is None:
        yield Missing("buyer", "Who buys?", "which reports reach the line")
    elif line.buyer.kind is None and line.buyer.name is None:
        yield Missing("buyer.kind", "What kind of organisation is the buyer?", "which class reports reach the line")
    yield from _end_user(line)


def _question(name: str) -> str:
    return next(one.ask for one in OPEN if one.name == name)


def _end_user(line: Line) -> Iterator[Missing]:
    if line.end_user is None:
        yield Missing("end_user", "Who will use the chips?", "the gate cannot open for an unknown end user")


def remarks(
    base: Base, line: Line, bearing: tuple[Claim, ...], models: tuple[str, ...], moment: dt.datetime
) -> tuple[str, ...]:
    """Say what a careful reader would add."""
    found = []
    ids = {claim.id for claim in bearing}
    if "C053" in ids:
        found.append(
            "The French retelling says that Beijing will require domestic purchases, the English original that it "
            "encourages them; the weaker word is kept (C053, S17)."
        )
    if {"C042", "C053"} & ids and line.quantity.below(exactly(200_000)) is NO:
        found.append("More than 200,000 for each of two firms was an interest, not an order (C042).")
    caps = [
        number.value
        for key in dict.fromkeys(product_key(model) for model in models)
        for claim in base.about_product(key, moment)
        if claim.act == US_CAP_CLAIM
        for number in claim.numbers
        if number.unit == "chips" and number.value is not None and number.value.low is None
    ]
    found += [
        f"At most {cap.high:,} chips a buyer are reported for the US licences (C071): what is above that is out "
        "whatever China does."
        for cap in caps
        if cap.high is not None and line.quantity.below(cap) is not YES
    ]
    if line.facts.get("notified_cii", UNKNOWN) is UNKNOWN and "C042" in ids:
        found.append("No public list of critical infrastructure operators exists; regulators notify them one by one.")
    return tuple(found)
