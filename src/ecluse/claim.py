"""Who said what, when, about when, on what authority; and how claims stand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.bounds import Bound

CLAIM_GATES = ("import", "export", "supply", "market", "tariff", "meta")
# From the strongest to the weakest; a claim never weighs more than its attribution.
ATTRIBUTIONS = (
    "official_document",
    "named_official",
    "association_document",
    "company_statement",
    "named_person",
    "market_data",
    "press",
    "anonymous_sources",
    "derived_summary",
    "author",
    "headline",
)
RELATIONS = (
    "confirms",
    "updates",
    "refines",
    "extends",
    "tightens",
    "downgrades",
    "contradicts",
    "denies",
    "supersedes",
    "derives_from",
    "neither_confirms_nor_denies",
    "responds_to",
    "caused_by",
    "enforces",
    "follows",
    "implements",
    "reaction_to",
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who vouches for a claim: the innermost source, never the page that carries it."""

    kind: str
    name: str | None = None
    role: str | None = None
    count: int | None = None
    described_as: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """How a claim stands to another: stored on the later one."""

    kind: str
    target: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a claim; `value` None with a reason is a number that nobody has fixed."""

    what: str
    value: Bound | None
    unit: str
    qualifier: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement, in our words, with its two times.

    `reported` is what the source gives (day, month or instant); `known_from` the instant from
    which it counts as known: a day's end or a month's end in the claim's own place, or the instant.
    `about` is the span of days the statement is about. `subjects` are those whom the act concerns,
    `mentions` others of whom the report speaks and on whom it sets nothing. `remark` is what a
    careful reader adds.
    """

    id: str
    chain: str
    version: int
    reported: str
    place: str
    known_from: dt.datetime
    about: tuple[dt.date, dt.date] | None
    publisher: str
    attribution: Attribution
    holder: str | None
    authorities: tuple[str, ...]
    subjects: tuple[str, ...]
    products: tuple[str, ...]
    gate: str
    act: str
    statement: str
    numbers: tuple[Number, ...] = ()
    due: dt.date | None = None
    relations: tuple[Relation, ...] = ()
    language: str = "en"
    translated: bool = False
    quality: str = "good"
    seen_at: tuple[str, ...] = ()
    note: str | None = None
    parameters: tuple[str, ...] = ()
    article: str | None = None
    seed: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    remark: str | None = None
