"""A decision, its gates, its steps, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ecluse.truth import UNKNOWN, Truth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ecluse.bounds import Bound
    from ecluse.item import Measures


class Clause(NamedTuple):
    """One comparison of a condition, with the values that were compared, said only when asked for."""

    clause: str
    answer: Truth
    compared: tuple[object, ...]

    @property
    def value(self) -> str:
        """Say the values that were compared."""
        return " ".join(said(one) for one in self.compared)


def said(value: object) -> str:
    """Say a value in words."""
    match value:
        case None | Truth.UNKNOWN:
            return "not known"
        case Truth():
            return value.value
        case tuple():
            return ", ".join(value) or "none"
    return str(value)


@dataclass(frozen=True, slots=True)
class Step:
    """One provision weighed."""

    provision: str
    title: str
    answer: Truth
    decided: bool
    cite: tuple[str, ...]
    level: str
    because: tuple[Clause, ...] = ()
    note: str = ""
    undefined: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that is not known, the question that asks for it, and what its answer would settle."""

    fact: str
    ask: str
    would_settle: str
    decides: int = 0


@dataclass(frozen=True, slots=True)
class Lack:
    """An element of a paper that does not fit the line, or of which that is not known; `fact` would settle it."""

    element: str
    answer: Truth
    why: str
    fact: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper shown for the line: does it cover the line, does it open the gate, and what it lacks for that.

    `opens` is true of those drawn on, alone or together; `in_part` of one that lacks nothing but quantity;
    `reported` of one known from a report alone.
    """

    gate: str
    kind: str
    number: str | None
    status: str
    issued: dt.date | None
    expires: dt.date | None
    holder: str | None
    document_sha256: str | None
    source: str
    covers: Truth
    opens: bool = False
    in_part: bool = False
    reported: bool = False
    lacks: tuple[Lack, ...] = ()

    @property
    def name(self) -> str:
        """Name the paper in a sentence."""
        if self.number:
            return f"{self.kind} {self.number}"
        return f"the {self.kind} {'reported in' if self.reported else 'without a number, from'} {self.source}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a line shows to open a gate: whether a licence is held, the state of its application, the papers.

    `asks` are the questions that would settle whether one of the papers covers the line.
    """

    held: Truth
    application: str
    papers: tuple[Paper, ...] = ()
    asks: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionAnswer:
    """May a licence exception be used, and are its obligations met?"""

    id: str
    available: Truth
    wait_days: int | None = None
    obligations: tuple[str, ...] = ()
    why: str = ""
    obligations_met: Truth | None = None


@dataclass(frozen=True, slots=True)
class TariffAnswer:
    """Is a duty owed if the goods are entered for consumption on that day?"""

    id: str
    rate: str
    applies: Truth


@dataclass(frozen=True, slots=True)
class Licence:
    """Is a licence required, by which limb, under what policy, and is one held?"""

    required: Truth
    required_by_text: Truth
    limbs: Mapping[str, Truth]
    policy: str | None
    application: str
    held: Truth
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """The exporter's gate. `may_pass` None with `applies` no leaves the conjunction."""

    may_pass: Truth | None
    applies: Truth = Truth.YES
    ahead: Exporter | None = None
    ic_level: str = "unknown"
    classification: tuple[str, ...] = ()
    licence: Licence | None = None
    exceptions: tuple[ExceptionAnswer, ...] = ()
    tariffs: tuple[TariffAnswer, ...] = ()
    red_flags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    missing: tuple[Missing, ...] = ()
    prohibited: Truth = UNKNOWN
    rests_on_reported: bool = False
    depends_on_non_enforcement: bool = False
    measures: Measures | None = None
    split: tuple[Split, ...] = ()
    law_seen_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure or word that nobody has fixed: its value if any, and the values that would pass.

    `claims` is its history, `other_scopes` what was reported as set for others, `settled_by` what
    would fix it.
    """

    value: Bound | str | None
    passes_for: str
    claims: tuple[str, ...] = ()
    other_scopes: tuple[str, ...] = ()
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim as an answer cites it."""

    claim: str
    reported: str
    attribution: str
    statement: str
    age_days: int
    said_by: str = ""


@dataclass(frozen=True, slots=True)
class Importer:
    """The importer's gate. `may_pass` None with `applies` no leaves the conjunction."""

    may_pass: Truth | None
    applies: Truth = Truth.YES
    state: str = "none_known"
    class_state: str | None = None
    contested: bool = False
    stale: bool = False
    evidence_age_days: int | None = None
    official_confirmation: str = "none"
    reported: str | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    contested_by: tuple[str, ...] = ()
    supply: tuple[Evidence, ...] = ()
    missing: tuple[Missing, ...] = ()
    remarks: tuple[str, ...] = ()
    rests_on_reported: bool = False
    split: tuple[Split, ...] = ()
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """A part of the quantity that an authorisation covers, or the rest that none does."""

    quantity: Bound
    may_pass: Truth
    by: str


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A list entry that a party may be. `stands` says whether it weighs: no where a person has cleared it."""

    entry: str
    name: str
    list: str
    score: float
    band: str
    stands: Truth
    says: str
    reasons: tuple[str, ...] = ()
    digest: str = ""
    cleared_by: str | None = None


@dataclass(frozen=True, slots=True)
class PartyScreened:
    """A party to the line, or an owner or parent of one, with what the lists hold of its name."""

    role: str
    name: str | None
    country: str | None
    listed: Truth
    hits: tuple[PartyHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Screening:
    """The parties held against lists of one day: who is listed, and how old the lists are."""

    lists: dt.date
    age_days: int
    stale: bool
    digest: str
    restricted: Truth
    parties: tuple[PartyScreened, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one line, with all that is needed to replay it."""

    line: str | None
    may_pass: Truth
    on: dt.date
    known: str
    reading: str
    act: str
    binding_gate: str | None
    exporter: Exporter
    importer: Importer
    measures: Measures | None
    digests: Mapping[str, str]
    split: tuple[Split, ...] = ()
    item: str = ""
    quantity: str = ""
    route: str = ""
    notes: tuple[str, ...] = ()
    screening: Screening | None = None

    @property
    def rests_on_reported(self) -> bool:
        """Does a gate rest on reports or on provisions known only from reports?"""
        return self.exporter.rests_on_reported or self.importer.rests_on_reported

    @property
    def depends_on_non_enforcement(self) -> bool:
        """Does the answer rest on an authority not applying its text?"""
        return self.exporter.depends_on_non_enforcement
