"""The book on pages: worklist, a line, balances, journal, papers; each as data, and the same for people."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from ecluse.authorisation import AUTHORISATION_KINDS
from ecluse.cli.desk_verbs.book import line_row
from ecluse.cli.desk_verbs.ledger import moment
from ecluse.counter import decision_of
from ecluse.dates import Known, parse_known
from ecluse.desk import reads
from ecluse.desk.papers.office import memo
from ecluse.desk.records import Entry, Event, Instrument, Reservation
from ecluse.desk.requests import line_account
from ecluse.desk.words import figure
from ecluse.errors import BadMove
from ecluse.web.desk import bars
from ecluse.web.problem import Problem
from ecluse.web.site import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecluse.web.desk.office import Call

# States in which a line waits for a second person.
WAITING = ("held", "checked", "licensed")
MOST_LINES = 200
MOST_EVENTS = 200
UNIT = "SELECT name, unit FROM account WHERE name = ?"
MOVEMENTS = (
    "SELECT m.event, a.name, m.reservation, m.valid_at, m.recorded_at, m.d_pending, m.d_posted, a.unit, e.actor, "
    "e.kind, e.about FROM movement m JOIN account a ON a.id = m.account JOIN event e ON e.seq = m.event "
    "WHERE a.instrument = ? ORDER BY m.event DESC, a.name LIMIT ?"
)


def stand(call: Call) -> dict[str, Any]:
    """Say how the book stands: when it was read, its last event, and the head of its chain."""
    seq, head = call.desk.rows("SELECT seq, hash FROM head")[0]
    return {"read_at": reads.instant(call.desk.now()), "events": int(str(seq)), "head": bytes(head).hex()}


def worklist(call: Call) -> View:
    """Show the lines that wait for a second person, with what the one who looks may do; and all lines."""
    state = call.asked.word("state")
    marks = ", ".join("?" * len(WAITING))
    waiting = reads.every(
        call.desk, Entry, f"t.state IN ({marks}) ORDER BY t.state DESC, t.changed_at LIMIT ?", *WAITING, MOST_LINES
    )
    where = (
        ("t.state = ? ORDER BY t.changed_at DESC LIMIT ?", state)
        if state
        else ("1 = 1 ORDER BY t.changed_at DESC LIMIT ?",)
    )
    lines = reads.every(call.desk, Entry, *where, MOST_LINES)
    hands = reads.people(call.desk, waiting)
    counts = {str(name): int(str(n)) for name, n in call.desk.rows("SELECT state, count(*) FROM entry GROUP BY state")}
    data = {
        "book": stand(call),
        "waiting": [_waiting(call, one, hands[one.id]) for one in waiting],
        "lines": [line_row(one) for one in lines],
        "counts": counts,
        "state": state or None,
    }
    return View(data, {"most": MOST_LINES})


def _waiting(call: Call, entry: Entry, found: reads.People) -> dict[str, Any]:
    return line_row(entry) | {
        "entered_by": found.entered,
        "decided_by": found.decided,
        "held_by": found.held if entry.state == "held" else None,
        "reason": found.reason if entry.state == "held" else None,
        "release": _release(call, entry, found),
    }


def _release(call: Call, entry: Entry, found: reads.People) -> str:
    """Say whether whoever looks may release: `yes`, `override`, or why not, as a code."""
    if "releaser" not in call.session.roles:
        return "role"
    if call.by in found.hands or call.by == entry.analyst:
        return "own"
    if entry.may_pass is None:
        return "undecided"
    if entry.may_pass == "yes":  # noqa: S105 - an answer
        return "yes"
    roles = call.desk.rows("SELECT roles FROM person WHERE name = ?", call.by)
    return "override" if roles and "supervisor" in str(roles[0][0]).split(",") else "supervisor"


def line(call: Call) -> View:
    """Show one line: its decision, who had it in hand, its holds, and what may be done now."""
    entry = reads.one(call.desk, Entry, call.named("line"))
    if entry is None:
        raise Problem(404, f"no line {call.named('line')[:80]!r} is in the book", "Look for it on the worklist: /desk.")
    decision = decision_of(call.desk, entry)
    holds = reads.every(call.desk, Reservation, "t.line = ? ORDER BY t.made_at", entry.id)
    events = [one for one in reads.journal(call.desk, entry.order_id) if _about(one, entry.id)]
    papers = [one.id for one in reads.every(call.desk, Instrument, "t.status = 'granted' ORDER BY t.id")
              if one.kind in AUTHORISATION_KINDS]  # fmt: skip
    own = reads.balances(call.desk, like=line_account(entry.id))
    try:
        told = memo(call.desk, entry) if decision else None
    except (BadMove, KeyError):
        # Erased, or a decision that came without its memo.
        told = None
    gates = (decision or {}).get("gates", {})
    data = _waiting(call, entry, reads.people(call.desk, [entry])[entry.id]) | {
        "book": stand(call),
        "on": (decision or {}).get("on"),
        "known": (decision or {}).get("known"),
        "gates": {name: (gates.get(name) or {}).get("may_pass") for name in ("exporter", "importer")},
        "evidence_age_days": (gates.get("importer") or {}).get("evidence_age_days"),
        "holds": [_hold(call, one) for one in holds],
        "balance": [balance_row(one) for one in own],
        "events": _events(call, events),
    }
    more = {"memo": told, "papers": papers, "bar": [bars.balance(one) for one in own], "waits": entry.state in WAITING}
    return View(data, more)


def _about(event: Event, name: str) -> bool:
    """Is an event about this very line? Those about the whole order count too."""
    body = {} if event.body is None else json.loads(event.body)
    return bool((body.get("asked") or {}).get("line", name) == name)


def _hold(call: Call, one: Reservation) -> dict[str, Any]:
    draws: dict[str, int] = json.loads(one.draws)
    units = {str(name): str(unit) for each in draws for name, unit in call.desk.rows(UNIT, each)}
    return {
        "hold": one.id,
        "state": one.state,
        "made_at": reads.instant(one.made_at),
        "until": None if one.expires_at is None else reads.instant(one.expires_at),
        "draws": draws,
        "told": _told("draws", draws, units),
        "shipped": None if one.posted is None else json.loads(one.posted),
    }


def _known(call: Call, name: str) -> Known | None:
    text = call.asked.word(name)
    if not text:
        return None
    try:
        return parse_known(text)
    except (ValueError, OverflowError) as problem:
        raise Problem(400, f"{name}: {problem}") from None


def balance_row(one: reads.Balance) -> dict[str, Any]:
    """Give a balance as data: limit, reserved, shipped, left; null where nobody has fixed it."""
    return {
        "account": one.account,
        "unit": one.unit,
        "rule": one.rule,
        "limit": one.cap,
        "reserved": one.pending,
        "shipped": one.posted,
        "left": None if one.left is None else max(one.left, 0),
        "breached": one.breached,
        "paper": one.instrument,
        "until": one.valid_to,
    }


def balances(call: Call) -> View:
    """Show what is reserved, shipped and left on every account, now or as of a day; ratios, and alerts."""
    when, known = _known(call, "when"), _known(call, "known")
    rows = reads.balances(call.desk, moment(when), moment(known))
    now = when is None and known is None
    papers = [one for one in rows if one.instrument is not None]
    lines = [one for one in rows if one.instrument is None and (one.pending or one.posted)]
    ratios = bars.ratios(call.desk, {one.account: one for one in rows})
    data = {
        "book": stand(call),
        "when": None if when is None else str(when),
        "known": None if known is None else str(known),
        "balances": [balance_row(one) for one in papers],
        "lines": [balance_row(one) for one in lines],
        "ratios": [one._asdict() for one in ratios],
        "alerts": [one._asdict() for one in reads.alerts(call.desk)] if now else [],
    }
    more = {
        "cards": [(one, bars.balance(one)) for one in papers if one.rule != "count"],
        "caps": [(one, bars.ratio(one)) for one in ratios],
        "units": bars.UNITS,
        "today": dt.datetime.now(dt.UTC).date().isoformat(),
    }
    return View(data, more)


def journal(call: Call) -> View:
    """Show who did what, newest first: filtered by words, by person and kind, as it stood at the end of a day."""
    about, who, kind = call.asked.word("about"), call.asked.word("who"), call.asked.word("kind")
    by_day, before = _known(call, "day"), call.asked.word("before")
    where: list[str] = ["1 = 1"]
    given: list[object] = []
    for asked, condition, values in (
        (about, "(t.about = ? OR t.id LIKE ?)", (about, f"%{about}%")),
        (who, "t.actor = ?", (who,)),
        (kind, "t.kind = ?", (kind,)),
        (by_day, "t.recorded_at <= ?", (moment(by_day),)),
        (before.isdecimal() and len(before) < 16, "t.seq < ?", (int(before) if before.isdecimal() else 0,)),
    ):
        if asked:
            where.append(condition)
            given += values
    sql = f"{' AND '.join(where)} ORDER BY t.seq DESC LIMIT ?"
    events = reads.every(call.desk, Event, sql, *given, MOST_EVENTS)
    people = [str(row[0]) for row in call.desk.rows("SELECT DISTINCT actor FROM event ORDER BY actor LIMIT 500")]
    kinds = [str(row[0]) for row in call.desk.rows("SELECT DISTINCT kind FROM event ORDER BY kind")]
    data = {
        "book": stand(call),
        "events": _events(call, events),
        "as_of": None if by_day is None else str(by_day),
    }
    more = {
        "people": people,
        "kinds": kinds,
        "asked": {"about": about, "who": who, "kind": kind, "day": call.asked.word("day")},
        "older": events[-1].seq if len(events) == MOST_EVENTS else None,
    }
    return View(data, more)


# Terms of a paper that its page shows otherwise.
INSIDE = ("accounts", "items", "parties", "destinations", "status", "quantity", "value")
QUIET = {"do", "id", "by", "documents", "mentions", "text", "decision", "document", "terms", "scope", "says", "what"}
FIGURES = {"unit_cents": "usd_cent", "tpp_milli": "mtpp"}
NAMES = {"unit_cents": "unit price, USD", "tpp_milli": "TPP"}


def _events(call: Call, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Give events as data, each with what was asked in words, amounts in the units of their accounts."""
    rows = [reads.told(one) for one in events]
    names = {
        str(name)
        for row in rows
        if isinstance(row["asked"], dict)
        for field in ("draws", "amounts")
        for name in row["asked"].get(field) or ()
    }
    units: dict[str, str] = {}
    for name in sorted(names):
        units |= {str(row[0]): str(row[1]) for row in call.desk.rows(UNIT, name)}
    return [_event(row, units) for row in rows]


def _event(row: dict[str, Any], units: Mapping[str, str]) -> dict[str, Any]:
    asked, answered = row["asked"] or {}, row["answered"] or {}
    refused = answered.get("ok") is False
    outcome = (answered.get("says") or answered.get("why")) if refused else answered.get("state", "done")
    given = {NAMES.get(key, key): _told(key, value, units) for key, value in asked.items() if key not in QUIET}
    if row["did"] == "note":
        given |= {"": asked["says"]} if asked.get("says") else {}
    return {
        "seq": row["seq"],
        "at": row["at"],
        "by": row["by"],
        "did": asked.get("what", "note") if row["did"] == "note" else row["did"],
        "about": row["about"],
        "asked": asked,
        "given": given,
        "outcome": str(outcome) if answered else "erased",
        "refused": refused,
        "hash": row["hash"],
    }


def _told(key: str, value: object, units: Mapping[str, str]) -> str:
    """Tell one field of a request."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(amount, units.get(name, 'piece'))}" for name, amount in value.items())
    if isinstance(value, list):
        return ", ".join(str(one.get("name") or one.get("id")) if isinstance(one, dict) else str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return shown(value, FIGURES.get(key, "piece")) if isinstance(value, int) else str(value)


def shown(amount: int, unit: str) -> str:
    """Write an amount of an account as the pages write numbers."""
    return figure(amount, unit).replace(",", "\u202f")


def _paper(one: Instrument) -> dict[str, Any]:
    return {
        "paper": one.id,
        "kind": one.kind,
        "gate": one.gate,
        "issuer": one.issuer or None,
        "holder": one.holder,
        "number": one.number,
        "from": one.valid_from,
        "until": one.valid_to,
        "status": one.status,
        "standing": bool(one.standing),
        "scope": json.loads(one.scope),
    }


def papers(call: Call) -> View:
    """List papers, caps and limits; a licence manager may enter more."""
    rows = [_paper(one) for one in reads.every(call.desk, Instrument, "1 = 1 ORDER BY t.kind, t.id LIMIT ?", 1000)]
    return View({"book": stand(call), "papers": rows}, {"text": call.fields.get("text", "")})


def paper(call: Call) -> View:
    """Show one paper: what it covers, its accounts as bars, every movement on them, and changes to its limits."""
    one = reads.one(call.desk, Instrument, call.named("paper"))
    if one is None:
        raise Problem(
            404, f"no paper {call.named('paper')[:80]!r} is in the book", "Look for it among the papers: /desk/papers."
        )
    accounts = [row for row in reads.balances(call.desk) if row.instrument == one.id]
    moved = [
        {
            "event": row[0],
            "account": row[1],
            "hold": row[2],
            "happened_at": reads.instant(int(row[3])),
            "recorded_at": reads.instant(int(row[4])),
            "reserved": int(row[5]),
            "shipped": int(row[6]),
            "unit": row[7],
            "by": row[8],
            "did": row[9],
            "order": row[10],
        }
        for row in call.desk.rows(MOVEMENTS, one.id, MOST_EVENTS)
    ]
    terms = json.loads(one.terms)
    known = {row.account: row for row in accounts}
    ratios = [row for row in bars.ratios(call.desk, _all(call)) if row.num in known]
    data = _paper(one) | {
        "book": stand(call),
        "terms": {name: value for name, value in terms.items() if value not in (None, [], "") and name not in INSIDE},
        "accounts": [balance_row(row) for row in accounts],
        "ratios": [row._asdict() for row in ratios],
        "movements": moved,
        "document": one.document,
    }
    more = {
        "cards": [(row, bars.balance(row)) for row in accounts if row.rule != "count"],
        "counted": [row for row in accounts if row.rule == "count"],
        "caps": [(row, bars.ratio(row)) for row in ratios],
        "units": bars.UNITS,
        "open": [row.account for row in accounts if row.rule != "count"],
        "valid_from": one.valid_from,
    }
    return View(data, more)


def _all(call: Call) -> dict[str, reads.Balance]:
    return {row.account: row for row in reads.balances(call.desk)}
