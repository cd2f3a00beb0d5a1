"""The ledger's requests, each a function of the state: reserve, draw, give back, run out, correct.

Each looks at everything first and changes only when nothing objects, so that a request touches all
its accounts or none. An answer is a table: `ok`, and what was done, or why not.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecluse.desk import limits
from ecluse.desk.chain import canonical
from ecluse.desk.limits import Refusal
from ecluse.desk.records import MOST, RULES, STATUSES, UNITS, Account, Instrument, Movement, Ratio, Reservation
from ecluse.desk.requests import line_account
from ecluse.desk.retention import with_day
from ecluse.desk.scope import covers
from ecluse.desk.state import MICROSECONDS, State, day_at
from ecluse.errors import InputError, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.desk.records import Entry

Table = dict[str, Any]


def no(refusal: Refusal) -> Table:
    """Give a refusal as an answer."""
    answer: Table = {"ok": False, "why": refusal.why, "where": refusal.where}
    if refusal.asked is not None:
        answer["asked"] = refusal.asked
    if refusal.left is not None:
        answer["left"] = refusal.left
    if refusal.says:
        answer["says"] = refusal.says
    return answer


def reserve(state: State, asked: Table) -> Table:
    """Set amounts aside on all accounts of a request, or on none."""
    draws: dict[str, int] = dict(asked["draws"])
    line = asked.get("line")
    if line is not None:
        refusal = _line_objection(state, str(line), asked, draws)
        if refusal:
            return no(refusal)
        draws[line_account(str(line))] = int(asked["quantity"])
    refusal = _draws_objection(state, draws)
    if refusal:
        return no(refusal)
    name, seconds = str(asked["id"]), asked.get("seconds")
    until = None if seconds is None else state.now + int(seconds) * MICROSECONDS
    for account, amount in draws.items():
        shift(state, account, name, state.now, amount, 0)
    decision = asked.get("decision")
    row = Reservation(
        name,
        None if line is None else str(line),
        "pending",
        state.now,
        until,
        None if decision is None else str(decision),
        canonical(draws).decode(),
        None,
    )
    state.put("reservation", name, row)
    if line is not None:
        _set_line(state, str(line), "reserved")
    return {"ok": True, "state": "pending", "until": until}


def _draws_objection(state: State, draws: Mapping[str, int]) -> Refusal | None:
    day = day_at(state.now)
    for name, amount in draws.items():
        account = state.account.get(name)
        if account is None:
            return Refusal("no_such", name)
        refusal = limits.reserve_objection(account, amount, day)
        if refusal:
            return refusal
    for ratio in state.ratio.values():
        if ratio.num in draws:
            num, den = state.account[ratio.num], state.account[ratio.den]
            refusal = limits.ratio_reserve_objection(ratio, num, den, draws[ratio.num])
            if refusal:
                return refusal
    return None


def _line_objection(state: State, line: str, asked: Table, draws: Mapping[str, int]) -> Refusal | None:
    """Say why a line may not be reserved: its state, amounts that are not its own, or its papers."""
    entry = state.entry.get(line)
    if entry is None:
        return Refusal("no_such", line)
    if entry.state not in ("released", "reserved"):
        says = f"the line is {entry.state}; only a line that was released is reserved"
        return Refusal("refused", line, says=says)
    quantity = asked.get("quantity")
    if not isinstance(quantity, int) or quantity == 0:
        return Refusal("refused", line, says="a line is reserved with its quantity")
    return _amounts_objection(state, entry, draws, quantity) or _standing_objection(state, entry, draws)


def _amounts_objection(state: State, entry: Entry, draws: Mapping[str, int], quantity: int) -> Refusal | None:
    for name, amount in draws.items():
        account = state.account.get(name)
        if account is None:
            return Refusal("no_such", name)
        ours = amount_of(entry, account.unit, quantity)
        if ours is None:
            word = {"usd_cent": "price", "mtpp": "total processing performance"}[account.unit]
            return Refusal("not_known", name, says=f"the line's {word} is not known")
        if ours != amount:
            says = f"{quantity} of this line are {ours} {account.unit} there, not {amount}"
            return Refusal("refused", name, says=says)
    return None


def _standing_objection(state: State, entry: Entry, draws: Mapping[str, int]) -> Refusal | None:
    for paper in state.instrument.values():
        if paper.standing and covers(paper.scope, entry.item, entry.buyer, entry.destination):
            for name in json.loads(paper.terms).get("accounts", ()):
                if name not in draws:
                    says = f"every line in the scope of {paper.id} draws on it, and this one does not"
                    return Refusal("refused", name, says=says)
    return None


def amount_of(entry: Entry, unit: str, quantity: int) -> int | None:
    """Give what a quantity of a line is in a unit; None where its price or performance is not known."""
    each = {"piece": 1, "usd_cent": entry.unit_cents, "mtpp": entry.tpp_milli}[unit]
    return None if each is None else each * quantity


def post(state: State, asked: Table) -> Table:  # noqa: PLR0911 - one line an objection
    """Draw for good what was reserved, all or part; the rest goes back."""
    found = _open(state, asked)
    if isinstance(found, Refusal):
        return no(found)
    if found.expires_at is not None and state.now >= found.expires_at:
        return no(Refusal("expired", found.id))
    entry = None if found.line is None else state.entry[found.line]
    if entry is not None and entry.state != "reserved":
        return no(Refusal("refused", found.id, says=f"the line is {entry.state}; only a reserved line ships"))
    draws: dict[str, int] = json.loads(found.draws)
    amounts = _part(found, asked, draws)
    at = moment(state, asked, found.made_at)
    if isinstance(amounts, Refusal):
        return no(amounts)
    if isinstance(at, Refusal):
        return no(at)
    refusal = _post_objection(state, amounts, day_at(at))
    if refusal:
        return no(refusal)
    for name, reserved in draws.items():
        shift(state, name, found.id, at, -reserved, amounts.get(name, 0))
    state.put("reservation", found.id, replace(found, state="posted", posted=canonical(amounts).decode()))
    settle(state, found)
    if entry is not None:
        dossier = state.dossier[entry.order_id]
        state.put("dossier", entry.order_id, with_day(dossier, "exported_on", day_at(at)))
    return {"ok": True, "state": "posted", "amounts": amounts}


def _open(state: State, asked: Table) -> Reservation | Refusal:
    name = str(asked["reservation"])
    found = state.reservation.get(name)
    if found is None:
        return Refusal("no_such", name)
    if found.state != "pending":
        return Refusal("not_pending", name, says=f"the hold is {found.state}")
    return found


def _part(  # noqa: PLR0911 - one line an objection
    found: Reservation, asked: Table, draws: Mapping[str, int]
) -> dict[str, int] | Refusal:
    """Give what is drawn on each account: all, the amounts asked for, or a quantity of the line."""
    quantity, amounts = asked.get("quantity"), asked.get("amounts")
    if quantity is not None:
        whole = draws.get(line_account(found.line or ""))
        if whole is None:
            return Refusal("refused", found.id, says="a hold of no line is drawn by amounts, not by quantity")
        part = int(quantity)
        if not 0 < part <= whole:
            return Refusal("exceeded", found.id, part, whole)
        return {name: reserved * part // whole for name, reserved in draws.items()}
    if amounts is None:
        return dict(draws)
    if found.line is not None:
        return Refusal("refused", found.id, says="a line is drawn by its quantity")
    part_amounts: dict[str, int] = dict(amounts)
    for name, amount in part_amounts.items():
        if amount > draws.get(name, 0):
            return Refusal("exceeded", name, amount, draws.get(name, 0))
    return part_amounts


def moment(state: State, asked: Table, earliest: int = 0) -> int | Refusal:
    """Give when something took place: as told, never later than now, never before `earliest`."""
    at = asked.get("at")
    if at is None:
        return state.now
    if not earliest <= int(at) <= state.now:
        return Refusal(
            "refused", str(asked["id"]), says="the time told lies in the future, or before the hold was made"
        )
    return int(at)


def _post_objection(state: State, amounts: Mapping[str, int], day: str) -> Refusal | None:
    for name, amount in amounts.items():
        refusal = limits.post_objection(state.account[name], amount, day)
        if refusal:
            return refusal
    for ratio in state.ratio.values():
        if ratio.num in amounts:
            num, den = state.account[ratio.num], state.account[ratio.den]
            refusal = limits.ratio_post_objection(ratio, num, den, amounts[ratio.num])
            if refusal:
                return refusal
    return None


def void(state: State, asked: Table) -> Table:
    """Give back what was reserved."""
    return _give_back(state, asked, "voided")


def expire(state: State, asked: Table) -> Table:
    """Give back what was reserved until a time that has passed."""
    found = state.reservation.get(str(asked["reservation"]))
    if found is not None and (found.expires_at is None or state.now < found.expires_at):
        return no(Refusal("refused", found.id, says="the hold has not run out"))
    return _give_back(state, asked, "expired")


def _give_back(state: State, asked: Table, after: str) -> Table:
    found = _open(state, asked)
    if isinstance(found, Refusal):
        return no(found)
    for name, reserved in json.loads(found.draws).items():
        shift(state, name, found.id, state.now, -reserved, 0)
    state.put("reservation", found.id, replace(found, state=after))
    settle(state, found)
    return {"ok": True, "state": after}


def tally(state: State, asked: Table) -> Table:
    """Count what took place on accounts that only count, such as shipments to customers at home."""
    amounts: dict[str, int] = dict(asked["amounts"])
    at = moment(state, asked)
    if isinstance(at, Refusal):
        return no(at)
    for name in amounts:
        account = state.account.get(name)
        if account is None:
            return no(Refusal("no_such", name))
        if account.rule != "count" or any(ratio.num == name for ratio in state.ratio.values()):
            return no(Refusal("refused", name, says="it has a limit; reserve and draw, or correct"))
    for name, amount in amounts.items():
        shift(state, name, None, at, 0, amount)
    return {"ok": True, "breached": _breached(state, amounts)}


def correct(state: State, asked: Table) -> Table:
    """Write down what took place: returns, miscounts. Facts are never refused for a limit.

    A limit or a ratio that the facts break becomes breached, and refuses what is new.
    """
    deltas: dict[str, int] = dict(asked["amounts"])
    at = moment(state, asked)
    if isinstance(at, Refusal):
        return no(at)
    for name, delta in deltas.items():
        account = state.account.get(name)
        if account is None:
            return no(Refusal("no_such", name))
        if account.posted + delta < 0:
            return no(Refusal("below_zero", name, delta, account.posted))
    for name, delta in deltas.items():
        shift(state, name, None, at, 0, delta)
    return {"ok": True, "breached": _breached(state, deltas)}


def _breached(state: State, names: Mapping[str, int]) -> list[str]:
    accounts = [name for name in names if state.account[name].breached]
    return sorted(accounts + [ratio.id for name in names for ratio in state.ratios_of(name) if ratio.breached])


def shift(state: State, name: str, reservation: str | None, at: int, pending: int, posted: int) -> None:
    """Move amounts on one account, write the movement, and see again whether its ratios hold."""
    account = state.account[name]
    state.put("account", name, account.with_amounts(account.pending + pending, account.posted + posted))
    state.movements.append(Movement(account.id, at, state.seq, state.now, reservation, pending, posted))
    if state.ratio:
        weigh_ratios(state, name)


def weigh_ratios(state: State, name: str) -> None:
    """Set the `breached` of the ratios in which an account counts."""
    for ratio in state.ratios_of(name):
        broken = int(limits.broken(ratio, state.account[ratio.num], state.account[ratio.den]))
        if broken != ratio.breached:
            state.put("ratio", ratio.id, replace(ratio, breached=broken))


def settle(state: State, reservation: Reservation) -> None:
    """Move a line on when a hold of its own has ended: shipped when all has left, else released or reserved."""
    if reservation.line is None:
        return
    account = state.account[line_account(reservation.line)]
    if account.posted == account.cap:
        _set_line(state, reservation.line, "shipped")
    else:
        _set_line(state, reservation.line, "reserved" if account.pending else "released")


def _set_line(state: State, line: str, after: str) -> None:
    entry = state.entry[line]
    # A line that a person put on hold meanwhile stays held.
    if entry.state in ("released", "reserved") and entry.state != after:
        state.put("entry", line, replace(entry, state=after, changed_at=state.now))


def instrument(state: State, asked: Table) -> Table:
    """Take a paper or a cap into the book, with its accounts and ratios."""
    name = str(asked["instrument"])
    if name in state.instrument:
        return no(Refusal("refused", name, says="it is in the book already; `status` and `limit` change it"))
    status = str(asked["status"])
    if status not in STATUSES:
        message = f"instrument: status is {show(status)}, expected one of {', '.join(STATUSES)}."
        raise InputError(message)
    accounts = [_account(state, row, asked, n) for n, row in enumerate(asked.get("accounts") or (), 1)]
    for account in accounts:
        if account.name in state.account:
            return no(Refusal("refused", account.name, says="an account of that name is in the book already"))
    ratios = [_ratio(row) for row in asked.get("ratios") or ()]
    names = set(state.account) | {account.name for account in accounts}
    for ratio in ratios:
        if ratio.id in state.ratio or not {ratio.num, ratio.den} <= names:
            return no(Refusal("refused", ratio.id, says="it is there already, or an account of it is not"))
    for account in accounts:
        state.put("account", account.name, account)
    state.head = replace(state.head, last_account=state.head.last_account + len(accounts))
    for ratio in ratios:
        state.put("ratio", ratio.id, ratio)
        weigh_ratios(state, ratio.num)
    drawn = [row["name"] for row in asked.get("accounts") or () if row.get("draw", True)]
    terms = dict(asked.get("terms") or {}) | {"accounts": drawn}
    state.put("instrument", name, _instrument_row(asked, terms))
    return {"ok": True, "accounts": [account.name for account in accounts]}


def _instrument_row(asked: Table, terms: Table) -> Instrument:
    def text(key: str) -> str | None:
        value = asked.get(key)
        return None if value is None else str(value)

    return Instrument(
        str(asked["instrument"]),
        str(asked["kind"]),
        text("gate") or "exporter",
        text("issuer") or "",
        text("holder"),
        text("number"),
        text("valid_from"),
        text("valid_to"),
        str(asked["status"]),
        int(bool(asked.get("standing"))),
        canonical(asked.get("scope") or {}).decode(),
        canonical(terms).decode(),
        text("document"),
    )


def _account(state: State, row: Table, asked: Table, n: int) -> Account:
    strange = set(row) - {"name", "unit", "rule", "cap", "tolerance", "draw"}
    cap, tolerance = row.get("cap"), row.get("tolerance", 0)
    rule = row.get("rule", "open" if cap is None else "limit")
    whole = cap is None or (type(cap) is int and 0 <= cap <= MOST)
    good = whole and type(tolerance) is int and 0 <= tolerance <= 10_000
    if (
        strange
        or not good
        or row.get("unit") not in UNITS
        or rule not in RULES
        or (rule == "limit") != (cap is not None)
    ):
        message = (
            f"instrument: an account is {show(row)}, expected name, unit ({', '.join(UNITS)}), "
            "cap (a whole number; absent where nobody has fixed it), tolerance in basis points, "
            "and rule 'count' where it only counts."
        )
        raise InputError(message)
    valid_from, valid_to = asked.get("valid_from"), asked.get("valid_to")
    return Account(
        str(row["name"]),
        state.head.last_account + n,
        str(asked["instrument"]),
        str(row["unit"]),
        str(rule),
        cap if isinstance(cap, int) else None,
        int(tolerance),
        limits.top_of(cap, int(tolerance)) if isinstance(cap, int) else None,
        0,
        0,
        0,
        None if valid_from is None else str(valid_from),
        None if valid_to is None else str(valid_to),
        str(asked["status"]),
    )


def _ratio(row: Table) -> Ratio:
    k_num, k_den = row.get("k_num"), row.get("k_den")
    fixed = type(k_num) is int and type(k_den) is int and k_num >= 0 and k_den > 0
    if set(row) - {"id", "num", "den", "k_num", "k_den", "strict"} or not (fixed or (k_num is None and k_den is None)):
        message = f"instrument: a ratio is {show(row)}, expected id, num, den, and k_num / k_den where it is fixed."
        raise InputError(message)
    ours = (k_num, k_den) if fixed else (None, None)
    return Ratio(str(row["id"]), str(row["num"]), str(row["den"]), *ours, int(bool(row.get("strict"))), 0)
