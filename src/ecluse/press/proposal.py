"""A proposed claim: what the reader found in one sentence, for a person to accept, mend or reject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecluse.press.holders import Holder
    from ecluse.press.numbers import Quantity
    from ecluse.press.when import When


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of one field, and why the sentence allows it."""

    field: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Link:
    """A relation that is proposed: to a claim of the base, or to another proposal of the article."""

    kind: str
    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed claim. What the sentence does not say is None or empty.

    `span` is the place of the clause in the article's text, `sentence` that of the whole sentence.
    `strength` is `strong` where the sentence itself names all that its frame asks for.
    """

    id: str
    sentence: tuple[int, int]
    span: tuple[int, int]
    kind: str
    gate: str
    act: str
    level: str
    modality: str
    polarity: str
    holder: Holder
    said: When | None
    about: When | None
    actor: str | None
    authorities: tuple[str, ...]
    subjects: tuple[str, ...]
    products: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    parameters: tuple[str, ...]
    strength: str
    frame: str
    products_from: str = "sentence"
    actor_from: str = "sentence"
    alternatives: tuple[Alternative, ...] = ()
    links: tuple[Link, ...] = ()
    prior: bool = False
    notes: tuple[str, ...] = ()
