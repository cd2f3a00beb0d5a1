"""A licence, notice or approval: what it covers, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.bounds import Bound

STATUSES = ("applied", "pending", "granted", "denied", "revoked")
AUTHORISATION_KINDS = (
    "licence",
    "exception notice",
    "import approval",
    "end-user statement",
    "validated end user",
    "other",
)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One paper of an authority, as the line or an evidence file states it.

    `parties` and `items` empty mean that the paper names none, so what it covers is not known.
    `conditions_met` is what the line says of its conditions. `source` says where it was read.
    """

    gate: str
    kind: str
    status: str
    number: str | None = None
    issued: dt.date | None = None
    expires: dt.date | None = None
    holder: str | None = None
    parties: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    quantity: Bound | None = None
    value: str | None = None
    uses: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    conditions_met: bool | None = None
    shipped_so_far: Bound | None = None
    document_sha256: str | None = None
    known: dt.datetime | None = None
    lapses: dt.datetime | None = None
    source: str = "the line"
