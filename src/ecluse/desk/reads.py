"""What the desk can be asked without changing it: balances now and then, the journal, who is found."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, NamedTuple, SupportsInt, TypeVar

from ecluse.desk import limits
from ecluse.desk.records import Account, Document, Dossier, Entry, Event, Instrument, Ratio, Reservation
from ecluse.desk.scope import covers
from ecluse.desk.state import MICROSECONDS, day_at
from ecluse.desk.store.schema import TABLES, select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecluse.desk.door import Desk
    from ecluse.desk.limits import Alert
    from ecluse.desk.store.base import Store

    Source = Desk | Store

R = TypeVar("R", Account, Document, Dossier, Entry, Event, Instrument, Ratio, Reservation)
FOREVER = 2**62


def every(source: Source, record: type[R], where: str = "1 = 1", *parameters: object) -> list[R]:
    """Give all records of a kind that meet a condition."""
    table = next(name for name, one in TABLES.items() if one.record is record)
    return [record(*row) for row in source.rows(select(table, where), *parameters)]


def one(source: Source, record: type[R], key: str) -> R | None:
    """Give the record of that key."""
    table = next(one for one in TABLES.values() if one.record is record)
    found = every(source, record, f"t.{table.key} = ?", key)
    return found[0] if found else None


class Balance(NamedTuple):
    """One account at one moment, as known at another."""

    account: str
    unit: str
    rule: str
    cap: int | None
    top: int | None
    pending: int
    posted: int
    left: int | None
    breached: bool
    instrument: str | None
    valid_to: str | None


def balances(source: Source, at: int | None = None, known: int | None = None, like: str | None = None) -> list[Balance]:
    """Give balances: what had happened by `at`, of what was written down by `known` (microseconds).

    Without either, as they stand. Limits are today's: the journal tells when they changed.
    """
    accounts = every(source, Account, "t.name LIKE ? ORDER BY t.name", like or "%")
    if at is not None or known is not None:
        sums = _sums(source, FOREVER if at is None else at, FOREVER if known is None else known)
        accounts = [account.with_amounts(*sums.get(account.id, (0, 0))) for account in accounts]
    return [_balance(account) for account in accounts]


def _sums(source: Source, at: int, known: int) -> dict[int, tuple[int, int]]:
    sql = (
        "SELECT account, sum(d_pending), sum(d_posted) FROM movement "
        "WHERE valid_at <= ? AND recorded_at <= ? GROUP BY account"
    )
    return {_int(row[0]): (_int(row[1]), _int(row[2])) for row in source.rows(sql, at, known)}


def as_of(source: Source, account: Account, at: int, known: int = FOREVER) -> tuple[int, int]:
    """Give what was reserved and drawn on one account at a moment, as known at another."""
    sql = (
        "SELECT coalesce(sum(d_pending), 0), coalesce(sum(d_posted), 0) FROM movement "
        "WHERE account = ? AND valid_at <= ? AND recorded_at <= ?"
    )
    pending, posted = source.rows(sql, account.id, at, known)[0]
    return _int(pending), _int(posted)


def _int(value: SupportsInt) -> int:
    """Give a sum as a whole number; PostgreSQL gives sums of whole numbers as decimals."""
    return int(value)


def _balance(account: Account) -> Balance:
    return Balance(
        account.name,
        account.unit,
        account.rule,
        account.cap,
        account.top,
        account.pending,
        account.posted,
        limits.left(account),
        bool(account.breached),
        account.instrument,
        account.valid_to,
    )


def alerts(source: Source) -> list[Alert]:
    """Give the alerts as things stand now."""
    accounts = [one for one in every(source, Account, "1 = 1 ORDER BY t.name") if one.instrument is not None]
    today = dt.date.fromisoformat(day_at(source.now()))
    days = {
        one.name: (dt.date.fromisoformat(one.valid_to) - today).days for one in accounts if one.valid_to is not None
    }
    return limits.alerts(accounts, every(source, Ratio), days)


class People(NamedTuple):
    """Who entered a line, who decided it last, who held it last, and why; all who entered or decided it."""

    entered: str | None
    decided: str | None
    held: str | None
    reason: str | None
    hands: frozenset[str]


def people(source: Source, entries: Sequence[Entry]) -> dict[str, People]:
    """Give who had each line in hand, from the record, in one pass over it.

    Whose event was erased counts as having had every line of that order in hand.
    """
    orders = sorted({one.order_id for one in entries})
    if not orders:
        return {}
    marks = ", ".join("?" * len(orders))
    where = f"t.about IN ({marks}) AND t.kind IN ('enter', 'decide', 'move') ORDER BY t.seq"
    by_order: dict[str, list[Event]] = {}
    for event in every(source, Event, where, *orders):
        by_order.setdefault(event.about or "", []).append(event)
    return {one.id: _people(one, by_order.get(one.order_id, [])) for one in entries}


def _people(entry: Entry, events: Sequence[Event]) -> People:
    last: dict[str, str] = {}
    hands: set[str] = set()
    reason = None
    for event in events:
        body = {} if event.body is None else json.loads(event.body)
        asked = body.get("asked", {"line": entry.id})
        if asked.get("line") != entry.id or body.get("answered", {"ok": True}).get("ok") is not True:
            continue
        if event.kind != "move":
            last[event.kind] = event.actor
            # Who merely lets the machine decide again has not had it in hand.
            hands |= set() if asked.get("auto") else {event.actor}
        elif asked.get("to") == "held":
            last["held"], reason = event.actor, asked.get("reason")
    return People(last.get("enter"), last.get("decide"), last.get("held"), reason, frozenset(hands))


def own(source: Source, entry: Entry, by: str) -> str | None:
    """Say why somebody is no second person at a line: whoever entered or ever decided it; None where they may be."""
    if by == entry.analyst or by in people(source, [entry])[entry.id].hands:
        return f"{by} entered or decided {entry.id}; somebody else must release it"
    return None


def journal(source: Source, about: str | None = None, last: int | None = None) -> list[Event]:
    """Give events, oldest first: all, those of an order or that name a word, the last so many."""
    where, parameters = "1 = 1", []
    if about is not None:
        where = "(t.about = ? OR t.id = ? OR t.id LIKE ?)"
        parameters = [about, about, f"%{about}%"]
    if last is None:
        return every(source, Event, f"{where} ORDER BY t.seq", *parameters)
    return every(source, Event, f"{where} ORDER BY t.seq DESC LIMIT ?", *parameters, last)[::-1]


def told(event: Event) -> dict[str, object]:
    """Give an event as a table: number, time, who, what, asked, answered."""
    body = json.loads(event.body) if event.body is not None else {"asked": None, "answered": None}
    return {
        "seq": event.seq,
        "at": instant(event.recorded_at),
        "by": event.actor,
        "did": event.kind,
        "about": event.about,
        "id": event.id,
        "asked": body["asked"],
        "answered": body["answered"],
        "hash": event.hash.hex(),
    }


def find(source: Source, kind: str, word: str) -> list[str]:
    """Give the orders whose record names a party, a country or a document number (15 CFR 762.5(c))."""
    sql = "SELECT DISTINCT order_id FROM mention WHERE kind = ? AND word LIKE ? ORDER BY order_id"
    pattern = word.casefold() if kind == "country" else f"%{word.casefold()}%"
    return [str(row[0]) for row in source.rows(sql, kind, pattern)]


def caps(source: Source, entry: Entry) -> list[tuple[Ratio, Account, Account]]:
    """Give the caps in TPP whose scope a line is in, each with what it caps and its base."""
    accounts = {one.name: one for one in every(source, Account, "t.unit = 'mtpp'")}
    papers = {one.id: one for one in every(source, Instrument, "t.kind = 'cap'")}
    found = []
    for ratio in every(source, Ratio):
        num, den = accounts.get(ratio.num), accounts.get(ratio.den)
        paper = papers.get(num.instrument or "") if num else None
        if num and den and paper and covers(paper.scope, entry.item, entry.buyer, entry.destination):
            found.append((ratio, num, den))
    return found


def instant(moment: int) -> str:
    """Write a time of the desk: UTC, to the second."""
    return dt.datetime.fromtimestamp(moment / MICROSECONDS, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def document(source: Source, digest: str) -> bytes | None:
    """Give a document by its digest; None where it is not there, or was erased."""
    found = one(source, Document, digest)
    return None if found is None or found.body is None else bytes(found.body)
