"""A rule of law as data: words, source, level, validity, condition, what it lifts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ecluse.condition import Node
    from ecluse.dates import Interval

STAGES = ("scope", "classification", "requirement", "exception", "review", "gate")
# A kind and the stage in which it is weighed unless its file names another.
KINDS = {
    "definition": "scope",
    "classification": "classification",
    "requirement": "requirement",
    "letter": "requirement",
    "exception": "exception",
    "condition": "exception",
    "review": "review",
    "prohibition": "gate",
    "red_flag": "gate",
    "duty": "gate",
    "remark": "gate",
}
LIMBS = ("by_item", "by_destination", "by_end_use", "by_party", "by_letter", "by_other")
# From the most permissive to the strictest.
POLICIES = ("presumption_of_approval", "case_by_case", "presumption_of_denial", "policy_of_denial")


@dataclass(frozen=True, slots=True)
class Version:
    """One text of a provision: when it stands in the books, is applied, and was known."""

    text: Interval
    enforced: tuple[Interval, ...]
    enforcement_known: bool
    known: dt.date
    # When it was known that the text ends: with the text itself, or with what took its place.
    end_known: dt.date
    level: str
    when: Node
    cite: tuple[str, ...]
    met: Node | None = None
    doubt: Node | None = None
    source: tuple[str, ...] = ()
    gives: Mapping[str, str] = field(default_factory=dict)
    lifts: tuple[str, ...] = ()
    carves_out: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    wait_days: int | None = None
    rate: str | None = None
    obligations: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision with its versions, oldest knowledge first."""

    id: str
    title: str
    gate: str
    kind: str
    stage: str
    name: str | None
    limb: str | None
    rank: int
    versions: tuple[Version, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """The one version of a provision that rules on a day, as known then."""

    provision: Provision
    version: Version
    enforced: Truth


@dataclass(frozen=True, slots=True)
class Fact:
    """A name that conditions may read, its kind, and the question it asks."""

    name: str
    kind: str
    ask: str
    certified: bool = True
    one_of: tuple[str, ...] = ()
    silence_is_no: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of words on one day: who is in it, and of whom it is not known.

    A name that begins with one of `kin` may be that member, with an address after it, or a firm of its group.
    """

    name: str
    members: frozenset[str]
    perhaps: frozenset[str] = frozenset()
    kin: tuple[str, ...] = ()

    def inside(self, word: str) -> Truth:
        """Is a word in the set?"""
        if word in self.members:
            return YES
        return UNKNOWN if word in self.perhaps or word.startswith(self.kin) else NO


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """The law of one day as known then: rulings in stage order, the sets, the vocabulary."""

    on: dt.date
    reading: str
    rulings: tuple[Ruling, ...]
    groups: Mapping[str, Group]
    facts: Mapping[str, Fact]
    exceptions: tuple[str, ...]
    tariffs: tuple[str, ...]
    horizon: dt.date
    digest: str
