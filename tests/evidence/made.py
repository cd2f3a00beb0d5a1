"""Lines and claims made for tests: the claims shipped, and others laid beside them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import ecluse
from ecluse.dates import end_of, parse_day, parse_known
from ecluse.evidence import load, weigh
from ecluse.evidence.base import index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecluse.claim import Claim
    from ecluse.decision import Importer
    from ecluse.evidence import Base

BASE = load()
PAPER = {
    "gate": "importer",
    "kind": "import approval",
    "status": "granted",
    "number": "I-1",
    "issued": "2026-01-20",
    "expires": "2026-12-31",
    "holder": "Alibaba",
    "parties": ["Alibaba"],
    "items": ["H200"],
    "quantity": 10_000,
    "uses": ["commercial cloud"],
}


def line_of(buyer: str = "Alibaba", kind: str | None = "private company", **fields: Any) -> ecluse.Line:  # noqa: ANN401
    """A line of one buyer to China; a field given as None is left out."""
    party = {"name": buyer} if kind is None else {"name": buyer, "kind": kind}
    table = {
        "item": {"chip": "H200"},
        "quantity": 10_000,
        "origin": "US",
        "destination": "CN",
        "use": "commercial cloud",
        "buyer": party,
        "end_user": {"same_as": "buyer"},
        **fields,
    }
    return ecluse.read_line({name: value for name, value in table.items() if value is not None})


def ask(
    base: Base, line: ecluse.Line, day: str, known: str | None = None, models: tuple[str, ...] = ("H200",)
) -> Importer:
    """The importer's gate on a day, as known by then."""
    return weigh(base, line, models, parse_day(day), parse_known(known or day))


def like(name: str, new: str, day: str, **changes: Any) -> Claim:  # noqa: ANN401
    """A claim like one of those shipped, reported on another day."""
    about = (parse_day(day), parse_day(day))
    changes = {"relations": (), "article": None, "seed": (), "about": about, **changes}
    return dataclasses.replace(
        BASE.claims[name], id=new, reported=day, known_from=end_of(parse_day(day), "Asia/Shanghai"), **changes
    )


def beside(*claims: Claim) -> Base:
    """The claims shipped with others beside them."""
    return made([*BASE.claims.values(), *claims])


def made(claims: Iterable[Claim]) -> Base:
    """A base of some claims, with the words and papers of the one shipped."""
    return index(claims, BASE.papers, BASE.words, BASE.digest)


def known_by(claims: Iterable[Claim], moment: Any) -> Base:  # noqa: ANN401
    """The claims known by an instant; a relation to one that is not known has nothing to point at."""
    kept = {claim.id: claim for claim in claims if claim.known_from <= moment}
    return made(
        dataclasses.replace(claim, relations=tuple(one for one in claim.relations if one.target in kept))
        for claim in kept.values()
    )
