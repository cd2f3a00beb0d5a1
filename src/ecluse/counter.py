"""Where the lock and the desk meet: lines are decided for the book, and decided again.

The desk never decides. Here a line of the book is laid into the lock together with the papers and
the balances that the book holds, and what comes out goes back into the book as data.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from ecluse import lines, lock
from ecluse.authorisation import AUTHORISATION_KINDS, Authorisation
from ecluse.bounds import exactly
from ecluse.dates import parse_known
from ecluse.desk import reads
from ecluse.desk.chain import canonical, sha256
from ecluse.desk.intake import cents
from ecluse.desk.ledger import amount_of
from ecluse.desk.moves import OPEN
from ecluse.desk.records import Account, Entry, Instrument
from ecluse.desk.requests import make
from ecluse.desk.scope import covers
from ecluse.engine.data import as_data
from ecluse.engine.explain import memo
from ecluse.errors import BadMove, InputError, NotInBook
from ecluse.reading import parse_json, parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecluse.dates import Known
    from ecluse.decision import Decision
    from ecluse.desk.door import Answer, Desk
    from ecluse.lock import Lock
    from ecluse.order import Line
    from ecluse.parties.cleared import Cleared
    from ecluse.parties.screen import Screener

HOLDERS = ("server", "rack")


def new_id(do: str) -> str:
    """Make an id for a request whose caller gives none."""
    return f"{do}:{uuid.uuid4()}"


def parse(text: str, lock_: Lock) -> Line:
    """Read the text of an order line, TOML or JSON. Raises BadLine."""
    table = parse_json(text, "the line", InputError) if text.lstrip().startswith("{") else _toml(text)
    return lines.read_line(table, "the line", lock_.library.facts, text=text)


def _toml(text: str) -> dict[str, object]:
    return parse_toml(text, "the line", InputError)


def entering(line: Line, text: str, by: str, order: str | None = None, name: str | None = None) -> Any:  # noqa: ANN401
    """Make the request that takes a line into the book. Raises InputError where the book needs more."""
    if line.id is None:
        message = "the line has no id; the book names lines by their id, such as PO-2026-0117/3."
        raise InputError(message)
    if line.quantity.exact is None:
        message = f"{line.id}: its quantity is a bound; a line of the book has one figure."
        raise InputError(message)
    price = line.unit_price
    if price is not None and price.currency != "USD":
        message = (
            f"{line.id}: its price is in {price.currency}; balances of value are kept in USD. State the dollar price."
        )
        raise InputError(message)
    raw = text.encode()
    named = line.item.chip or ", ".join(one.chip for one in line.item.contains) or "as measured"
    return make(
        "enter",
        name or f"enter:{line.id}",
        by,
        line=line.id,
        order=order or line.id.partition("/")[0],
        quantity=int(line.quantity.exact),
        unit_cents=None if price is None else cents(price.amount),
        item=named,
        buyer=None if line.buyer is None else line.buyer.name,
        destination=line.destination,
        text=sha256(raw),
        mentions=_mentions(line),
        documents=(("line", raw),),
    )


def _mentions(line: Line) -> list[dict[str, str]]:
    """Give the words by which the order is found: parties, countries, document numbers."""
    found: dict[tuple[str, str], None] = {}
    for code in (line.origin, line.destination, *line.via):
        found["country", code] = None
    for _, party in line.parties():
        if party is not None:
            found |= {("party", party.name): None} if party.name else {}
            found |= {("country", party.country): None} if party.country else {}
    for paper in line.authorisations or ():
        found |= {("document", paper.number): None} if paper.number else {}
    return [{"kind": kind, "word": word} for kind, word in found]


class Told(NamedTuple):
    """A line decided, with the decision as data and the book's answer."""

    line: str
    decision: dict[str, Any]
    answer: Answer


@dataclasses.dataclass(frozen=True, slots=True)
class When:
    """On which day, as known when, under which reading; None: today, now.

    `lists` and `cleared` are what the parties are held against, and the hits that a person has judged.
    """

    on: dt.date | None = None
    known: Known | None = None
    reading: str = "enforced"
    lists: Screener | None = None
    cleared: tuple[Cleared, ...] = ()


def entry_of(desk: Desk, name: str) -> Entry:
    """Give a line of the book. Raises BadMove where it is not there."""
    found = reads.one(desk, Entry, name)
    if found is None:
        message = (
            f"{name}: no line of that id is in the book; `ecluse desk lines` names all, `ecluse desk order` enters one."
        )
        raise NotInBook(message)
    return found


def line_of(desk: Desk, entry: Entry, lock_: Lock) -> Line:
    """Give the order line of an entry as it was entered. Raises BadMove where its text was erased."""
    raw = reads.document(desk, entry.text)
    if raw is None:
        message = f"{entry.id}: its text was erased with its record."
        raise BadMove(message)
    return parse(raw.decode(), lock_)


def decided(desk: Desk, entry: Entry, lock_: Lock, when: When) -> tuple[Line, Decision, dict[str, Any]]:
    """Decide a line with the papers and balances of the book; give what was decided on, and the record of it."""
    line = with_book(desk, entry, line_of(desk, entry, lock_))
    decision = lock.decide(
        line,
        lock_,
        on=when.on,
        known=when.known,
        reading=when.reading,
        lists=when.lists,
        cleared=when.cleared,
    )
    record = {
        "decision": as_data(decision),
        "memo": memo(decision),
        "asked": {"on": decision.on.isoformat(), "known": decision.known, "reading": decision.reading},
        "papers": [one.number or one.kind for one in line.authorisations or ()],
        "book": {name: str(line.facts[name]) for name in AGGREGATES if name in line.facts},
    }
    return line, decision, json.loads(json.dumps(record, default=str), parse_float=str)


AGGREGATES = ("aggregate_tpp_to_china", "aggregate_tpp_to_us")


def with_book(desk: Desk, entry: Entry, line: Line) -> Line:
    """Add to a line the papers of the book that are about it, and the aggregates of its cap."""
    papers = [
        _authorisation(desk, one)
        for one in reads.every(desk, Instrument, "1 = 1 ORDER BY t.id")
        if one.kind in AUTHORISATION_KINDS and covers(one.scope, entry.item, entry.buyer, entry.destination)
    ]
    if papers:
        line = dataclasses.replace(line, authorisations=(*(line.authorisations or ()), *papers))
    facts = dict(line.facts)
    for ratio, num, den in reads.caps(desk, entry):
        if ratio.k_num is not None and not any(name in facts for name in AGGREGATES):
            facts["aggregate_tpp_to_china"] = exactly(Decimal(num.pending + num.posted) / 1000)
            facts["aggregate_tpp_to_us"] = exactly(Decimal(den.posted) / 1000)
    return dataclasses.replace(line, facts=facts)


def _authorisation(desk: Desk, paper: Instrument) -> Authorisation:
    """Give a paper of the book as the lock weighs it, with what has shipped on it."""
    terms = json.loads(paper.terms)
    account = reads.one(desk, Account, f"{paper.id}:quantity")
    status = {"granted": terms.get("status", "granted"), "applied": "applied"}.get(paper.status, "revoked")

    def day(text: str | None) -> dt.date | None:
        return None if text is None else dt.date.fromisoformat(text)

    return Authorisation(
        gate=paper.gate,
        kind=paper.kind,
        status="granted" if paper.status == "granted" else str(status),
        number=paper.number,
        issued=day(paper.valid_from),
        expires=day(paper.valid_to),
        holder=paper.holder,
        parties=tuple(terms.get("parties", ())),
        items=tuple(terms.get("items", ())),
        quantity=None if account is None or account.cap is None else exactly(account.cap),
        value=terms.get("value"),
        uses=tuple(terms.get("uses", ())),
        destinations=tuple(terms.get("destinations", ())),
        conditions=tuple(terms.get("conditions", ())),
        conditions_met=terms.get("conditions_met"),
        shipped_so_far=None if account is None else exactly(account.posted),
        document_sha256=terms.get("document_sha256"),
        source=f"the book, {paper.id}",
    )


def tpp_milli(line: Line, decision: Decision) -> int | None:
    """Give the total processing performance of one unit in thousandths; None where it is not exactly known.

    Servers and racks count their chips only where the line says how many they hold.
    """
    measured = decision.measures.tpp if decision.measures is not None else None
    if measured is None or measured.exact is None:
        return None
    item = line.item
    if item.contains:
        if len(item.contains) > 1 or item.contains[0].count.exact is None:
            return None
        chips = int(item.contains[0].count.exact)
    elif item.chips_per_unit is not None:
        if item.chips_per_unit.exact is None:
            return None
        chips = int(item.chips_per_unit.exact)
    elif item.form in HOLDERS:
        return None
    else:
        chips = 1
    milli = Decimal(measured.exact) * 1000 * chips
    return int(milli) if milli == milli.to_integral_value() else None


def check(desk: Desk, name: str, by: str, lock_: Lock, when: When | None = None, *, request: str | None = None) -> Told:
    """Decide a line of the book, and write the decision into it, whole and by its digest."""
    entry = entry_of(desk, name)
    line, decision, record = decided(desk, entry, lock_, when or When())
    return _written(desk, entry, by, request, (line, decision, record), auto=False)


def _written(
    desk: Desk,
    entry: Entry,
    by: str,
    request: str | None,
    found: tuple[Line, Decision, dict[str, Any]],
    *,
    auto: bool,
) -> Told:
    line, decision, record = found
    raw = canonical(record)
    asked = make(
        "decide",
        request or new_id("decide"),
        by,
        line=entry.id,
        may_pass=decision.may_pass.value,
        decision=sha256(raw),
        on=decision.on.isoformat(),
        known=decision.known,
        tpp_milli=tpp_milli(line, decision),
        auto=auto or None,
        documents=(("decision", raw),),
    )
    return Told(entry.id, record["decision"], desk.one(asked))


class Turned(NamedTuple):
    """What turned on a line when it was decided again."""

    line: str
    state: str
    before: str | None
    after: str
    turns: tuple[str, ...]
    answer: Answer


def recheck(desk: Desk, by: str, lock_: Lock, when: When | None = None) -> list[Turned]:
    """Decide every open line that was decided before under today's law, evidence and papers."""
    when = when or When()
    if when.on is None:
        # Today's law: the day that a line names was that of its first decision.
        when = dataclasses.replace(when, on=lock.moment(None, None, None)[0])
    marks = ", ".join("?" * len(OPEN))
    found = []
    for entry in reads.every(desk, Entry, f"t.state IN ({marks}) AND t.decision IS NOT NULL ORDER BY t.id", *OPEN):
        before = decision_of(desk, entry)
        told = decided(desk, entry, lock_, when)
        after = told[2]["decision"]
        turns = tuple(differences(before, after)) if before else ("the decision before it was erased",)
        if not turns:
            continue
        written = _written(desk, entry, by, None, told, auto=True)
        state = str(written.answer.get("state", entry.state))
        found.append(Turned(entry.id, state, entry.may_pass, after["may_pass"], turns, written.answer))
    return found


def decision_of(desk: Desk, entry: Entry) -> dict[str, Any] | None:
    """Give the decision of a line as it was stored; None where there is none, or it was erased."""
    raw = None if entry.decision is None else reads.document(desk, entry.decision)
    return None if raw is None else dict(json.loads(raw)["decision"])


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterable[str]:
    """Say what differs between two decisions: answers, states, provisions that turned."""
    for label, path in (
        ("may pass", ("may_pass",)),
        ("exporter's gate", ("gates", "exporter", "may_pass")),
        ("level", ("gates", "exporter", "ic_level")),
        ("importer's gate", ("gates", "importer", "may_pass")),
        ("importer's state", ("gates", "importer", "state")),
        ("contested", ("gates", "importer", "contested")),
        ("stale", ("gates", "importer", "stale")),
    ):
        old, new = (_at(table, path) for table in (before, after))
        if old != new:
            yield f"{label}: {old} -> {new}"
    old_steps, new_steps = (_steps(table) for table in (before, after))
    for name in sorted(set(old_steps) | set(new_steps)):
        old, new = old_steps.get(name, "absent"), new_steps.get(name, "absent")
        if old != new and {old, new} != {"no", "absent"}:
            yield f"{name}: {old} -> {new}"


def _at(table: Any, path: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    for key in path:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _steps(table: dict[str, Any]) -> dict[str, str]:
    gate = _at(table, ("gates", "exporter")) or {}
    steps = (gate.get("ahead") or gate).get("steps", ())
    return {step["provision"]: step["answer"] for step in steps if step.get("decided")}


def replayed(desk: Desk, name: str, lock_: Lock, screens: When | None = None) -> tuple[bool, tuple[str, ...]]:
    """Decide again as it was decided: same day, same knowledge, same reading. Is the answer the same?

    The papers and balances of the book are those of today; where they differ, so may the answer.
    `screens` gives the lists to hold parties against.
    """
    entry = entry_of(desk, name)
    raw = None if entry.decision is None else reads.document(desk, entry.decision)
    if raw is None:
        message = f"{name}: no decision is stored for it."
        raise BadMove(message)
    stored = json.loads(raw)
    asked = stored["asked"]
    screens = screens or When()
    day, known = dt.date.fromisoformat(asked["on"]), parse_known(asked["known"])
    when = When(day, known, asked["reading"], screens.lists, screens.cleared)
    again = decided(desk, entry, lock_, when)[2]["decision"]
    turns = tuple(differences(stored["decision"], again))
    changed = [name for name, digest in stored["decision"]["digests"].items() if again["digests"].get(name) != digest]
    if changed:
        turns = (*turns, f"of other {', '.join(sorted(changed))} than then")
    return stored["decision"] == again, turns


def draws(desk: Desk, entry: Entry, quantity: int, using: Sequence[str]) -> dict[str, int]:
    """Give what a quantity of a line draws on each account: the papers named, and all that stand over it.

    Raises BadMove where a paper is not in the book, or a licence is needed and none is named.
    """
    found: dict[str, int] = {}
    papers = {one.id: one for one in reads.every(desk, Instrument)}
    for name in using:
        if name not in papers:
            message = f"{name}: no paper of that name is in the book; `ecluse desk balance` names all."
            raise NotInBook(message)
    decision = decision_of(desk, entry)
    required = _at(decision, ("gates", "exporter", "licence", "required"))
    kinds = {papers[name].kind for name in using}
    if required == "yes" and not kinds & {"licence", "exception notice", "validated end user"}:
        message = f"{entry.id}: its decision says that a licence is required; name the licence or notice with --using."
        raise BadMove(message)
    for paper in papers.values():
        standing = paper.standing and covers(paper.scope, entry.item, entry.buyer, entry.destination)
        if paper.id in using or standing:
            for account in json.loads(paper.terms).get("accounts", ()):
                row = reads.one(desk, Account, account)
                if row is not None:
                    # An amount that is not known is refused by the ledger, by name.
                    found[account] = amount_of(entry, row.unit, quantity) or 1
    if not found:
        # The ledger adds the line's own account; a line under no limit at all draws on that alone.
        found[f"line:{entry.id}"] = quantity
    return found
