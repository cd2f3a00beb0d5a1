"""What the importer's gate lacks, most decisive first; and what a reader should know of the reports."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ecluse.bounds import exactly
from ecluse.decision import Missing
from ecluse.evidence.base import CAP
from ecluse.evidence.names import product_key
from ecluse.evidence.parameters import OPEN
from ecluse.evidence.policy import CASE_BY_CASE_FROM, LET_THROUGH
from ecluse.evidence.vocabulary import ANY
from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from ecluse.bounds import Bound
    from ecluse.claim import Claim
    from ecluse.decision import Parameter
    from ecluse.evidence.base import Base
    from ecluse.evidence.citing import When
    from ecluse.evidence.papers import Held
    from ecluse.order import Line

    Told = tuple[tuple[Claim, ...], tuple[Claim, ...]]

# States in which a quantity may have been agreed, and in which reports speak of exceptions.
QUANTITY_OPEN = ("under_review", *LET_THROUGH)
MOST_REMARKS = 20
EXCEPTIONAL = ("exceptional_only", "blocked_at_customs", "hold_orders")


APPROVAL = Missing(
    "import_approval",
    "Is a final import approval of the authority at hand, with number, buyer, quantity and conditions?",
    "a granted approval that covers the line opens the gate; reports never do",
)
FACTS = frozenset({"percent_built", "state_funded", "notified_cii", "domestic_units_purchased"})


def facts_read(base: Base) -> frozenset[str]:
    """Name the facts of a line that the importer's gate reads."""
    return FACTS.union(*(one.facts for one in base.words.classes.values()))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the gate stands: its state, whether that is stale, whether it is reported shut, for which chips."""

    state: str
    stale: bool
    shut: Truth
    models: tuple[str, ...]


def missing(
    base: Base,
    line: Line,
    standing: Standing,
    paper: Held,
    settings: Mapping[str, Parameter],
    moment: dt.datetime,
) -> tuple[Missing, ...]:
    """Name what would settle the gate."""
    if paper.truth is YES:
        return (*_against(standing), *_end_user(line))
    facts = _facts(base, line, standing, moment)
    rows = (*_rows(line, standing, settings, paper), *facts)
    return tuple({row.fact: row for row in reversed(rows)}[fact] for fact in dict.fromkeys(row.fact for row in rows))


def _against(standing: Standing) -> Iterator[Missing]:
    if standing.shut is not NO:
        yield Missing(
            "report_or_approval",
            "An approval is shown, and reports say that the gate is shut: which of the two is later in force?",
            "a word of the authority that the approval stands opens the gate",
        )


def _rows(line: Line, standing: Standing, settings: Mapping[str, Parameter], paper: Held) -> Iterator[Missing]:
    state = standing.state
    if not standing.models:
        yield Missing("item.chip", "Which chip is it?", "reports speak of models, one by one")
    # Where an approval is shown, what keeps it from opening the gate is asked in place of whether there is one.
    yield from paper.asks or (APPROVAL,)
    if standing.stale:
        yield Missing(
            "newer_evidence",
            "What is known of this gate since the last evidence?",
            "a newer report may change the state; the old one is too old to stand on",
        )
    yield from _parties(line)
    if state in QUANTITY_OPEN:
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
    for one in OPEN:
        if one.asked_in_exceptions and one.name in settings and state in EXCEPTIONAL:
            yield Missing(one.name, one.ask, settings[one.name].passes_for)


def _parties(line: Line) -> Iterator[Missing]:
    if line.buyer is None:
        yield Missing("buyer", "Who buys?", "which reports reach the line")
    elif line.buyer.kind is None and line.buyer.name is None:
        yield Missing("buyer.kind", "What kind of organisation is the buyer?", "which class reports reach the line")
    yield from _end_user(line)


def _end_user(line: Line) -> Iterator[Missing]:
    if line.end_user is None:
        yield Missing("end_user", "Who will use the chips?", "the gate cannot open for an unknown end user")


def _facts(base: Base, line: Line, standing: Standing, moment: dt.datetime) -> Iterator[Missing]:
    """Ask the facts that settle a class of which reports on these chips speak."""
    scopes = (*dict.fromkeys(product_key(model) for model in standing.models), ANY)
    for one in dict.fromkeys(base.words.classes.values()):
        spoken = any(base.shelf(scope, f"class:{one.name}").any(moment) for scope in scopes)
        for fact in one.facts if spoken and one.ask else ():
            if fact not in line.facts:
                yield Missing(fact, one.ask, one.settles)
    if standing.state == "domestic_only" and "percent_built" not in line.facts:
        yield Missing(
            "percent_built",
            "How much of the data centre is built, in percent?",
            f"below {CASE_BY_CASE_FROM}: no; from there on, case by case",
        )


def remarks(
    base: Base, line: Line, told: Told, setter: Claim | None, models: tuple[str, ...], when: When
) -> tuple[str, ...]:
    """Say what a careful reader would add: to the state, to the quantity, then to the other claims."""
    rows, asked = told
    newest = sorted(rows, key=lambda one: (one is not setter, -one.known_from.timestamp(), one.id))
    added = [f"{claim.remark} ({claim.id})." for claim in newest if claim.remark]
    first = 1 if setter is not None and setter.remark else 0
    figures = [text for key in dict.fromkeys(map(product_key, models)) for text in _figures(base, line, key, when)]
    wider = [
        f"{claim.id} speaks of {', '.join(claim.products)}: whether this chip is meant is to be asked."
        for claim in asked
    ]
    found = [*added[:first], *figures, *added[first:], *wider]
    stated = line.facts.get("notified_cii", UNKNOWN)
    if stated is UNKNOWN and any("critical_infrastructure" in claim.parameters for claim in rows):
        found.append("No list of critical infrastructure operators is public; regulators notify them one by one.")
    return tuple(dict.fromkeys(found))[:MOST_REMARKS]


def _figures(base: Base, line: Line, key: str, when: When) -> Iterator[str]:
    """Hold the line's quantity against the figures a buyer that are reported: limits, and interests."""
    told: dict[Bound, list[str]] = {}
    for claim in islice(base.shelf(key, CAP).newest(when.moment), MOST_REMARKS):
        for number in claim.numbers:
            if number.scope == "a buyer" and number.value is not None:
                told.setdefault(number.value, []).append(claim.id)
    for value, ids in told.items():
        by = ", ".join(sorted(ids))
        if value.high is not None and exactly(value.high).below(line.quantity) is not NO:
            yield (
                f"The US licences are reported to allow at most {value.high:,} chips a buyer: what is above that is "
                f"out whatever China does ({by})."
            )
        elif value.low is not None and value.high is None and line.quantity.below(exactly(value.low)) is NO:
            yield f"More than {value.low:,} chips a firm was an interest: it is no order and no approval ({by})."
