"""The book's requests, each a function of the state: people, lines, decisions, moves, papers, records."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecluse.desk import limits, retention
from ecluse.desk.chain import canonical
from ecluse.desk.ledger import no, weigh_ratios
from ecluse.desk.limits import Refusal
from ecluse.desk.moves import ROLES, Asked, objection
from ecluse.desk.records import STATUSES, Account, Dossier, Entry, Mention, Person
from ecluse.desk.requests import line_account
from ecluse.desk.state import day_at
from ecluse.errors import InputError, nearest, show

if TYPE_CHECKING:
    from ecluse.desk.state import State

Table = dict[str, Any]
MENTIONS = ("party", "country", "document")
DATES = {"exported": "exported_on", "reexported": "reexported_on", "terminated": "terminated_on"}


def person(state: State, asked: Table) -> Table:
    """Write down who may do what; no role takes somebody out of the book."""
    roles = [str(role) for role in asked["roles"]]
    for role in roles:
        if role not in ROLES:
            message = f"person: {show(role)} is no role; roles are {', '.join(ROLES)}.{nearest(role, ROLES)}"
            raise InputError(message)
    state.put("person", str(asked["name"]), Person(str(asked["name"]), ",".join(sorted(set(roles)))))
    return {"ok": True}


def enter(state: State, asked: Table) -> Table:
    """Take an order line into the book as a draft, with an account of its own quantity."""
    line, order = str(asked["line"]), str(asked["order"])
    for row in asked.get("mentions") or ():
        _mention_kind(str(row.get("kind")))
    if line in state.entry:
        return no(Refusal("refused", line, says="a line of that id is in the book already"))
    quantity, cents = int(asked["quantity"]), asked.get("unit_cents")
    buyer = asked.get("buyer")
    entry = Entry(
        id=line,
        order_id=order,
        state="draft",
        quantity=quantity,
        unit_cents=None if cents is None else int(cents),
        tpp_milli=None,
        item=str(asked["item"]),
        buyer=None if buyer is None else str(buyer),
        destination=str(asked["destination"]),
        analyst=None,
        may_pass=None,
        text=str(asked["text"]),
        decision=None,
        changed_at=state.now,
    )
    state.put("entry", line, entry)
    number = state.head.last_account + 1
    name = line_account(line)
    account = Account(name, number, None, "piece", "limit", quantity, 0, quantity, 0, 0, 0, None, None, "granted")
    state.put("account", name, account)
    state.head = replace(state.head, last_account=number)
    if order not in state.dossier:
        state.put("dossier", order, Dossier(order, None, None, None, "[]", None))
    for row in asked.get("mentions") or ():
        mention(state, str(row.get("kind")), str(row.get("word")), order)
    return {"ok": True, "state": "draft"}


def mention(state: State, kind: str, word: str, order: str) -> None:
    """Note a word by which an order is found."""
    _mention_kind(kind)
    key = canonical([kind, word.casefold(), order]).decode()
    state.put("mention", key, Mention(key, kind, word.casefold(), order))


def _mention_kind(kind: str) -> None:
    if kind not in MENTIONS:
        message = f"a mention of kind {show(kind)}, expected one of {', '.join(MENTIONS)}."
        raise InputError(message)


def decide(state: State, asked: Table) -> Table:
    """Set the decision that a line got; the desk receives it and never makes one.

    A line that was released and no longer gets yes goes back to `checked`; one that is reserved is
    held, unless the answer is yes still.
    """
    entry = state.entry.get(str(asked["line"]))
    if entry is None:
        return no(Refusal("no_such", str(asked["line"])))
    answer = str(asked["may_pass"])
    if answer not in ("yes", "no", "unknown"):
        message = f"decide: may_pass is {show(answer)}, expected yes, no or unknown."
        raise InputError(message)
    tpp = asked.get("tpp_milli")
    told = replace(
        entry,
        may_pass=answer,
        decision=str(asked["decision"]),
        tpp_milli=entry.tpp_milli if tpp is None else int(tpp),
        changed_at=state.now,
    )
    after = _after_decision(entry, answer)
    if after is None:
        return no(Refusal("refused", entry.id, says=f"a line that is {entry.state} is not decided again"))
    turned = entry.may_pass is not None and entry.may_pass != answer
    # Who merely lets the machine decide again does not become the line's analyst.
    analyst = entry.analyst if asked.get("auto") and entry.analyst else str(asked["by"])
    state.put("entry", entry.id, replace(told, state=after, analyst=analyst))
    return {"ok": True, "state": after, "turned": turned, "before": entry.may_pass}


def _after_decision(entry: Entry, answer: str) -> str | None:
    if entry.state in ("draft", "checked", "licensed"):
        return "checked"
    if entry.state in ("held", "applied"):
        return entry.state
    if entry.state in ("released", "reserved"):
        if answer in (entry.may_pass, "yes"):
            return entry.state
        return "held" if entry.state == "reserved" else "checked"
    return None


def move(state: State, asked: Table) -> Table:
    """Move a line from state to state by the table of moves."""
    line, after = str(asked["line"]), str(asked["to"])
    entry = state.entry.get(line)
    if entry is None:
        return no(Refusal("no_such", line))
    if after in ("reserved", "shipped", "checked"):
        verb = {"reserved": "reserve", "shipped": "ship", "checked": "check"}[after]
        return no(Refusal("refused", line, says=f"a line becomes {after} by `{verb}`, not by a move"))
    if entry.state == "reserved" and after == "released":
        return no(Refusal("refused", line, says="what was set aside is given back by `release --hold`, not by a move"))
    by, account = str(asked["by"]), state.account[line_account(line)]
    roles = frozenset(state.person[by].roles.split(",")) if by in state.person else frozenset()
    why = objection(Asked(entry.state, after, by, roles, str(asked.get("reason") or ""), entry.analyst, entry.may_pass))
    # A line put on hold while its quantity was set aside may be cancelled only once that is given back.
    if why is None and after == "cancelled" and account.pending:
        why = "its quantity is set aside; give that back first"
    if why is None and after == "licensed":
        why = _paper_objection(state, asked.get("authorisation"))
    if why is not None:
        return no(Refusal("refused", line, says=why))
    if entry.state == "held" and after == "released" and account.pending:
        after = "reserved"
    state.put("entry", line, replace(entry, state=after, changed_at=state.now))
    if after == "cancelled":
        _terminated(state, entry)
    return {"ok": True, "state": after, "before": entry.state}


def _terminated(state: State, entry: Entry) -> None:
    found = state.dossier.get(entry.order_id)
    if found is not None:
        row = retention.with_day(found, "terminated_on", day_at(state.now))
        state.put("dossier", entry.order_id, row)


def _paper_objection(state: State, name: object) -> str | None:
    if not isinstance(name, str):
        return "a line becomes licensed by a paper that is in the book; name it"
    found = state.instrument.get(name)
    if found is None:
        return f"no paper {name} is in the book; `authorise` takes it in"
    return None if found.status == "granted" else f"{name} is {found.status}, not granted"


def status(state: State, asked: Table) -> Table:
    """Change whether a paper holds, and until when; its accounts follow."""
    name, after = str(asked["instrument"]), str(asked["status"])
    found = state.instrument.get(name)
    if found is None:
        return no(Refusal("no_such", name))
    if after not in STATUSES:
        message = f"status: {show(after)} is no status; expected one of {', '.join(STATUSES)}."
        raise InputError(message)
    valid_to = found.valid_to if asked.get("valid_to") is None else str(asked["valid_to"])
    state.put("instrument", name, replace(found, status=after, valid_to=valid_to))
    for account in list(state.account.values()):
        if account.instrument == name:
            state.put("account", account.name, replace(account, status=after, valid_to=valid_to))
    return {"ok": True, "before": found.status}


def limit(state: State, asked: Table) -> Table:
    """Fix, change or open the limit of an account. A limit below what is drawn already is breached."""
    name = str(asked["account"])
    account = state.account.get(name)
    if account is None:
        return no(Refusal("no_such", name))
    if account.rule == "count" or account.instrument is None:
        return no(Refusal("refused", name, says="this account has no limit that a paper sets"))
    cap = asked.get("cap")
    whole = None if cap is None else int(cap)
    tolerance = account.tolerance if asked.get("tolerance") is None else int(asked["tolerance"])
    row = replace(
        account,
        rule="open" if whole is None else "limit",
        cap=whole,
        tolerance=tolerance,
        top=limits.top_of(whole, tolerance),
    ).with_amounts(account.pending, account.posted)
    state.put("account", name, row)
    return {"ok": True, "before": account.cap, "breached": bool(row.breached)}


def ratio(state: State, asked: Table) -> Table:
    """Fix, change or open a ratio."""
    name = str(asked["ratio"])
    found = state.ratio.get(name)
    if found is None:
        return no(Refusal("no_such", name))
    k_num, k_den = asked.get("k_num"), asked.get("k_den")
    if (k_num is None) != (k_den is None) or k_den == 0:
        message = "ratio: k_num and k_den are given together, k_den above 0; both absent: nobody has fixed it."
        raise InputError(message)
    state.put("ratio", name, replace(found, k_num=k_num, k_den=k_den))
    weigh_ratios(state, found.num)
    return {"ok": True, "breached": bool(state.ratio[name].breached)}


def dossier(state: State, asked: Table) -> Table:
    """Note a day from which an order's record is kept: exported, reexported, terminated."""
    name, what = str(asked["order"]), str(asked["what"])
    found = state.dossier.get(name)
    if found is None:
        return no(Refusal("no_such", name))
    if what not in DATES:
        message = f"dossier: what is {show(what)}, expected one of {', '.join(DATES)}.{nearest(what, DATES)}"
        raise InputError(message)
    row = retention.with_day(found, DATES[what], str(asked["day"]))
    state.put("dossier", name, row)
    return {"ok": True, "keep_until": retention.keep_until(row)}


def hold(state: State, asked: Table) -> Table:
    """An agency has asked for the record: nothing of it may be destroyed (15 CFR 762.6(b))."""
    return _holds(state, asked, put=True)


def lift(state: State, asked: Table) -> Table:
    """The agency has allowed in writing that the record be destroyed."""
    return _holds(state, asked, put=False)


def _holds(state: State, asked: Table, *, put: bool) -> Table:
    name, agency = str(asked["order"]), str(asked["agency"])
    found = state.dossier.get(name)
    if found is None:
        return no(Refusal("no_such", name))
    holds: list[str] = json.loads(found.holds)
    if not put and agency not in holds:
        return no(Refusal("refused", name, says=f"{agency} has no hold on it"))
    left = sorted({*holds, agency} if put else set(holds) - {agency})
    state.put("dossier", name, replace(found, holds=canonical(left).decode()))
    return {"ok": True, "holds": left}


def erase(state: State, asked: Table) -> Table:
    """Drop the documents of an order whose time is over; digests and the chain stay."""
    name = str(asked["order"])
    found = state.dossier.get(name)
    if found is None:
        return no(Refusal("no_such", name))
    why = retention.objection(found, min(str(asked["today"]), day_at(state.now)))
    ours = [entry for entry in state.entry.values() if entry.order_id == name]
    if why is None and any(entry.state not in ("closed", "cancelled") for entry in ours):
        why = "a line of it is neither closed nor cancelled"
    if why is not None:
        return no(Refusal("refused", name, says=why))
    state.put("dossier", name, replace(found, erased_at=state.now))
    state.erase.append(name)
    return {"ok": True, "erased": name}


def file(state: State, asked: Table) -> Table:
    """Keep a document by its digest, found by its number."""
    order, number = asked.get("order"), asked.get("number")
    if order is not None:
        if str(order) not in state.dossier:
            return no(Refusal("no_such", str(order)))
        if number is not None:
            mention(state, "document", str(number), str(order))
    return {"ok": True, "document": asked["document"]}


def note(_state: State, asked: Table) -> Table:
    """Write down something that changes nothing: a login, a failed one, a record that was read."""
    return {"ok": True, "state": str(asked["what"])}


def assertion(state: State, asked: Table) -> Table:
    """Compare our balance with what an outside paper says of it; a difference is written down."""
    account = state.account.get(str(asked["account"]))
    if account is None:
        return no(Refusal("no_such", str(asked["account"])))
    theirs = asked["posted"]
    return {"ok": True, "agrees": account.posted == theirs, "ours": account.posted, "theirs": theirs}
