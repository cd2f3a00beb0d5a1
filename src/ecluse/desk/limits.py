"""The rules of limits, as functions of records: may so much be reserved, may so much be drawn?

A refusal is an answer, not an error: a code, where it holds, and the figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecluse.desk.records import Account, Ratio

ALERTS = (80, 90, 95, 100)
DAYS_BEFORE = 30

CODES = {
    "exceeded": "more than is left",
    "not_known": "the limit is not fixed, so nothing can be drawn on it",
    "closed": "the full quantity has shipped; no further shipment (15 CFR 750.11(a))",
    "not_valid": "the paper is not valid on that day",
    "breached": "the base of the ratio fell, and the cap is broken already",
    "expired": "the hold has run out",
    "not_pending": "the hold is no longer open",
    "no_such": "there is nothing of that name",
    "below_zero": "the correction would make the drawn amount negative",
    "refused": "the book does not allow it",
}


class Refusal(NamedTuple):
    """Why something is refused: a code of CODES, where, what was asked, what is left."""

    why: str
    where: str
    asked: int | None = None
    left: int | None = None
    says: str = ""


def top_of(cap: int | None, tolerance: int) -> int | None:
    """Give the highest amount that a cap with a tolerance in basis points allows, rounded down."""
    return None if cap is None else cap + cap * tolerance // 10_000


def valid(account: Account, day: str) -> bool:
    """Is the paper behind an account granted and in date on a day (both ends count)?"""
    if account.status != "granted":
        return False
    if account.valid_from is not None and day < account.valid_from:
        return False
    return account.valid_to is None or day <= account.valid_to


def left(account: Account) -> int | None:
    """Give what is left on an account; None where no figure can be given."""
    return None if account.top is None else account.top - account.pending - account.posted


def reserve_objection(account: Account, amount: int, day: str) -> Refusal | None:
    """May an amount be reserved on an account? None where it may."""
    if not valid(account, day):
        return Refusal("not_valid", account.name, amount)
    if account.rule == "open":
        return Refusal("not_known", account.name, amount)
    if account.top is None:
        return None
    rest = account.top - account.pending - account.posted
    if amount <= rest:
        return None
    if account.unit == "piece" and account.cap is not None and account.posted >= account.cap:
        return Refusal("closed", account.name, amount, 0)
    return Refusal("breached" if account.breached else "exceeded", account.name, amount, max(rest, 0))


def post_objection(account: Account, amount: int, day: str) -> Refusal | None:
    """May an amount that is reserved be drawn for good? A limit that fell since then refuses it."""
    if not valid(account, day):
        return Refusal("not_valid", account.name, amount)
    if account.rule == "open":
        return Refusal("not_known", account.name, amount)
    if account.top is not None and account.posted + amount > account.top:
        return Refusal("breached", account.name, amount, max(account.top - account.posted, 0))
    return None


def holds(ratio: Ratio, num: int, den: int) -> bool | None:
    """Does a ratio hold for a numerator and a base? None where the ratio is not fixed."""
    if ratio.k_num is None or ratio.k_den is None:
        return None
    ours, allowed = num * ratio.k_den, den * ratio.k_num
    return ours < allowed if ratio.strict else ours <= allowed


def most(ratio: Ratio, den: int) -> int | None:
    """Give the largest numerator that a base allows; None where the ratio is not fixed."""
    if ratio.k_num is None or not ratio.k_den:
        return None
    allowed = den * ratio.k_num
    return (allowed - 1) // ratio.k_den if ratio.strict else allowed // ratio.k_den


def broken(ratio: Ratio, num: Account, den: Account) -> bool:
    """Is a ratio broken by the facts? Nothing on the numerator breaks nothing."""
    total = num.pending + num.posted
    return total > 0 and holds(ratio, total, den.posted) is False


def ratio_reserve_objection(ratio: Ratio, num: Account, den: Account, amount: int) -> Refusal | None:
    """May an amount be reserved on a numerator, the base as it stands?"""
    total = num.pending + num.posted
    answer = holds(ratio, total + amount, den.posted)
    if answer:
        return None
    if answer is None:
        return Refusal("not_known", ratio.id, amount)
    rest = (most(ratio, den.posted) or 0) - total
    return Refusal("breached" if broken(ratio, num, den) else "exceeded", ratio.id, amount, max(rest, 0))


def ratio_post_objection(ratio: Ratio, num: Account, den: Account, amount: int) -> Refusal | None:
    """May a reserved amount be drawn? What is drawn alone must stay under the cap."""
    answer = holds(ratio, num.posted + amount, den.posted)
    if answer:
        return None
    if answer is None:
        return Refusal("not_known", ratio.id, amount)
    rest = (most(ratio, den.posted) or 0) - num.posted
    return Refusal("breached", ratio.id, amount, max(rest, 0))


class Alert(NamedTuple):
    """Something to look at before it is too late."""

    where: str
    level: str
    says: str


def used_percent(account: Account) -> int | None:
    """Give the share of a limit that is reserved or drawn, in whole percent, rounded down."""
    if account.cap is None or account.rule != "limit":
        return None
    if account.cap == 0:
        return 100
    return (account.pending + account.posted) * 100 // account.cap


def alerts(accounts: Iterable[Account], ratios: Iterable[Ratio], days_to: dict[str, int]) -> list[Alert]:
    """Give the alerts: shares of 80, 90, 95, 100 %, breaches, papers about to run out.

    `days_to` gives, by account, the days until its paper runs out.
    """
    found = []
    known = {account.name: account for account in accounts}
    for account in known.values():
        used = used_percent(account)
        if account.breached:
            found.append(Alert(account.name, "breached", "more is reserved and drawn than the limit allows"))
        elif used is not None and used >= ALERTS[0]:
            step = max(mark for mark in ALERTS if used >= mark)
            found.append(Alert(account.name, f"{step}%", f"{used} % of the limit is reserved or drawn"))
        days = days_to.get(account.name)
        if days is not None and days <= DAYS_BEFORE and account.status == "granted":
            said = f"runs out in {days} days" if days >= 0 else "has run out"
            found.append(Alert(account.name, "expiry", said))
    for ratio in ratios:
        num, den = known.get(ratio.num), known.get(ratio.den)
        if num is None or den is None:
            continue
        if ratio.breached:
            found.append(Alert(ratio.id, "breached", "the base fell below what the cap needs; nothing new is reserved"))
        elif (highest := most(ratio, den.posted)) is not None and num.pending + num.posted > 0:
            used = (num.pending + num.posted) * 100 // highest if highest > 0 else 100
            if used >= ALERTS[0]:
                step = max(mark for mark in ALERTS if used >= mark)
                found.append(Alert(ratio.id, f"{step}%", f"{used} % of what the base allows is reserved or drawn"))
    return found
