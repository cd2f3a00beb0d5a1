"""What the desk keeps: accounts, ratios, reservations, entries, papers; amounts are whole numbers.

Times are microseconds since 1970 in UTC; days are texts like 2026-01-24; amounts are pieces, cents
of a dollar, or thousandths of TPP. No record knows where it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

UNITS = ("piece", "usd_cent", "mtpp")
# limit: at most `cap`. open: a limit exists but nobody has fixed it. count: no limit of its own, it is counted.
RULES = ("limit", "open", "count")
STATUSES = ("applied", "granted", "suspended", "revoked")
MOST = 10**15


@dataclass(frozen=True, slots=True)
class Account:
    """One limit: what is reserved on it, and what was drawn for good.

    `top` is `cap` with the tolerance that the paper allows (750.11(b)); None where the rule is not
    `limit`. `breached` is 1 while facts stand above `top`.
    """

    name: str
    id: int
    instrument: str | None
    unit: str
    rule: str
    cap: int | None
    tolerance: int
    top: int | None
    pending: int
    posted: int
    breached: int
    valid_from: str | None
    valid_to: str | None
    status: str

    def with_amounts(self, pending: int, posted: int) -> Account:
        """Give the account with other amounts; whether it is breached follows from them."""
        return Account(
            self.name,
            self.id,
            self.instrument,
            self.unit,
            self.rule,
            self.cap,
            self.tolerance,
            self.top,
            pending,
            posted,
            int(self.top is not None and pending + posted > self.top),
            self.valid_from,
            self.valid_to,
            self.status,
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """A cap that moves with its base: num * k_den <= den * k_num (or < where strict).

    `num` counts what is reserved and drawn, `den` only what is drawn. `k_num` and `k_den` None: the
    ratio is not fixed.
    """

    id: str
    num: str
    den: str
    k_num: int | None
    k_den: int | None
    strict: int
    breached: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """A hold on several accounts at once; it leaves `pending` once, to posted, voided or expired."""

    id: str
    line: str | None
    state: str
    made_at: int
    expires_at: int | None
    decision: str | None
    draws: str
    posted: str | None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A paper or rule that limits: licence, notice, approval, statement, cap.

    `standing` 1: every line in its scope draws on it, asked or not. `scope` and `terms` are JSON.
    """

    id: str
    kind: str
    gate: str
    issuer: str
    holder: str | None
    number: str | None
    valid_from: str | None
    valid_to: str | None
    status: str
    standing: int
    scope: str
    terms: str
    document: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An order line in the book, with the decision it got. Documents are named by their sha256."""

    id: str
    order_id: str
    state: str
    quantity: int
    unit_cents: int | None
    tpp_milli: int | None
    item: str
    buyer: str | None
    destination: str
    analyst: str | None
    may_pass: str | None
    text: str
    decision: str | None
    changed_at: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """The record of one order: the days from which it is kept, and the agencies that asked for it."""

    order_id: str
    exported_on: str | None
    reexported_on: str | None
    terminated_on: str | None
    holds: str
    erased_at: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who may do what; roles joined by commas."""

    name: str
    roles: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A word by which an order is found: a party, a country, a document number (15 CFR 762.5(c))."""

    key: str
    kind: str
    word: str
    order_id: str


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes kept by their digest; `body` None once erased."""

    sha256: str
    kind: str
    order_id: str | None
    body: bytes | None
    added_at: int


@dataclass(frozen=True, slots=True)
class Movement:
    """What one event did to one account."""

    account: int
    valid_at: int
    event: int
    recorded_at: int
    reservation: str | None
    d_pending: int
    d_posted: int


@dataclass(frozen=True, slots=True)
class Event:
    """One link of the chain. `request` is the digest of what was asked, `body` asked and answered."""

    seq: int
    id: str
    recorded_at: int
    actor: str
    kind: str
    about: str | None
    request: bytes
    body: bytes | None
    body_sha256: bytes
    prev: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends, and the last number given to an account."""

    one: int
    seq: int
    hash: bytes
    recorded_at: int
    last_account: int


START = Head(1, 0, b"\0" * 32, 0, 0)
