"""Does the record hold? The chain, the sums, the rules, the documents, and the events done over again."""

from __future__ import annotations

import hashlib
import json
import struct
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ecluse.desk import limits
from ecluse.desk.apply import apply
from ecluse.desk.chain import answer_in, asked_in, faults
from ecluse.desk.reads import every
from ecluse.desk.records import START, Account, Entry, Event, Ratio, Reservation
from ecluse.desk.requests import Request, read
from ecluse.desk.state import State
from ecluse.desk.store.base import load
from ecluse.desk.store.schema import select
from ecluse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from ecluse.desk.reads import Source

REPLAY_UP_TO = 100_000
# What comes of values that nobody of ours wrote.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, struct.error, InputError)


class Verdict(NamedTuple):
    """What a check of the record found."""

    events: int
    head: str
    faults: tuple[str, ...]
    remarks: tuple[str, ...]


def verify(source: Source, checkpoints: dict[int, bytes] | None = None, *, replay: bool | None = None) -> Verdict:
    """Check the record. `checkpoints` are heads whose signatures were found good, by event number.

    `replay` None: the events are done over again where they are few enough for memory.
    """
    found: list[str] = []
    for part in (lambda: _chain(source, checkpoints or {}), *_parts(source)):
        try:
            found += part()
        except UNREADABLE as problem:
            found.append(f"what stands there cannot be read: {type(problem).__name__}: {problem}")
    count, head = source.rows("SELECT seq, hash FROM head")[0]
    remarks = [] if checkpoints else ["no checkpoint was given: whoever can write the desk could have written it anew"]
    if replay or (replay is None and int(str(count)) <= REPLAY_UP_TO):
        try:
            more, said = _replay(source)
        except UNREADABLE as problem:
            more, said = [f"the events cannot be done over again: {type(problem).__name__}: {problem}"], []
        found += more
        remarks += said
    else:
        remarks.append("the events were not done over again; --replay does it")
    return Verdict(int(str(count)), bytes(head).hex(), tuple(found), tuple(remarks))


def _parts(source: Source) -> tuple[Callable[[], Iterator[str]], ...]:
    return tuple(partial(check, source) for check in (_sums, _holds, _rules, _documents))


def _events(source: Source) -> Generator[Event]:
    for row in source.stream(f"{select('event', '1 = 1')} ORDER BY t.seq"):
        event = Event(*row)
        # Bytes written as a text are still those bytes; whether they are the right ones is for the hash.
        yield replace(event, body=event.body.encode()) if isinstance(event.body, str) else event


def _chain(source: Source, checkpoints: dict[int, bytes]) -> Iterator[str]:
    last: Event | None = None

    def walk() -> Iterator[Event]:
        nonlocal last
        for event in _events(source):
            last = event
            yield event

    for fault in faults(walk(), checkpoints):
        yield f"event {fault.seq}: {fault.says}"
    seq, digest = source.rows("SELECT seq, hash FROM head")[0]
    ends = (START.seq, START.hash) if last is None else (last.seq, last.hash)
    if (seq, digest) != ends:
        yield f"the head says that the chain ends at event {seq}; it ends at {ends[0]}, or with another hash"


def _sums(source: Source) -> Iterator[str]:
    """I2: what an account says is the sum of its movements; and no sum was ever negative."""
    sql = (
        "SELECT a.name, a.pending, a.posted, coalesce(m.pending, 0), coalesce(m.posted, 0) FROM account a "
        "LEFT JOIN (SELECT account, sum(d_pending) AS pending, sum(d_posted) AS posted "
        "FROM movement GROUP BY account) m "
        "ON m.account = a.id "
        "WHERE a.pending <> coalesce(m.pending, 0) OR a.posted <> coalesce(m.posted, 0) ORDER BY a.name"
    )
    for name, pending, posted, sum_pending, sum_posted in source.rows(sql):
        yield (
            f"account {name}: says {pending} reserved and {posted} drawn; "
            f"its movements say {sum_pending} and {sum_posted}"
        )
    sql = (
        "SELECT account, min(p), min(q) FROM (SELECT account, sum(d_pending) OVER w AS p, sum(d_posted) OVER w AS q "
        "FROM movement WINDOW w AS (PARTITION BY account ORDER BY event)) s GROUP BY account "
        "HAVING min(p) < 0 OR min(q) < 0"
    )
    for account, pending, posted in source.rows(sql):
        yield f"account number {account}: stood at {pending} reserved and {posted} drawn at its lowest"
    sql = "SELECT count(*) FROM movement m LEFT JOIN event e ON e.seq = m.event WHERE e.seq IS NULL"
    strays = source.rows(sql)[0][0]
    if strays:
        yield f"{strays} movements belong to no event"


def _holds(source: Source) -> Iterator[str]:
    """I3, I4: a hold that has ended reserves nothing; nothing drawn exceeds what was reserved."""
    sql = (
        "SELECT r.id, r.state, r.draws, r.posted, a.name, m.pending, m.posted, m.ends FROM reservation r "
        "LEFT JOIN (SELECT reservation, account, sum(d_pending) AS pending, sum(d_posted) AS posted, "
        "sum(CASE WHEN d_pending < 0 THEN 1 ELSE 0 END) AS ends FROM movement "
        "WHERE reservation IS NOT NULL GROUP BY reservation, account) m ON m.reservation = r.id "
        "LEFT JOIN account a ON a.id = m.account"
    )
    for hold, state, draws, drawn, account, pending, posted, ends in source.stream(sql):
        reserved = json.loads(str(draws)).get(account, 0)
        wanted = reserved if state == "pending" else 0
        final = json.loads(str(drawn)).get(account, 0) if state == "posted" else 0
        ended = 0 if state == "pending" else 1
        if (pending, posted, ends) != (wanted, final, ended) or final > reserved:
            yield (
                f"hold {hold} ({state}) on {account}: its movements leave {pending} reserved and {posted} drawn "
                f"of {reserved}; expected {wanted} and {final}"
            )


def _rules(source: Source) -> Iterator[str]:
    """I1, I7: no limit and no ratio is broken unless it says so; a limit not fixed reserves nothing."""
    accounts = {one.name: one for one in every(source, Account)}
    for one in accounts.values():
        if one.top != (limits.top_of(one.cap, one.tolerance) if one.rule == "limit" else None):
            yield f"account {one.name}: its highest amount does not follow from its limit"
        over = one.top is not None and one.pending + one.posted > one.top
        if over != bool(one.breached):
            said = "over its limit, and does not say so" if over else "says breached, and is not"
            yield f"account {one.name}: {said}"
    for ratio in every(source, Ratio):
        broken = limits.broken(ratio, accounts[ratio.num], accounts[ratio.den])
        if broken != bool(ratio.breached):
            yield f"ratio {ratio.id}: {'broken, and does not say so' if broken else 'says breached, and is not'}"


def _documents(source: Source) -> Iterator[str]:
    for digest, body in source.stream("SELECT sha256, body FROM document"):
        raw = body.encode() if isinstance(body, str) else body
        if raw is not None and hashlib.sha256(raw).hexdigest() != digest:
            yield f"document {digest}: its bytes have another digest"


def _replay(source: Source) -> tuple[list[str], list[str]]:
    """I9: do all events over again on an empty book; answers, movements and balances must be the same."""
    state = State(0)
    load(state, "document", [(*row, None, 0) for row in source.rows("SELECT sha256, kind, order_id FROM document")])
    sql = "SELECT event, account, reservation, d_pending, d_posted FROM movement ORDER BY event, account"
    with closing(_events(source)) as events, closing(source.stream(sql)) as movements:
        stored = next(movements, None)
        for event in events:
            if event.body is None:
                said = f"event {event.seq} was erased: from there on events cannot be done over again; sums hold"
                return [], [said]
            request = Request(asked_in(event.body))
            state.now = event.recorded_at
            answer = apply(state, request, read(request.raw))
            if answer != answer_in(event.body):
                return [f"event {event.seq}: done over again it answers {answer.decode()[:200]}"], []
            for one in sorted((m.event, m.account, m.reservation, m.d_pending, m.d_posted) for m in state.movements):
                if stored is None or tuple(stored) != one:
                    return [f"event {event.seq}: done over again it moves {one}; the desk holds {stored}"], []
                stored = next(movements, None)
            state.movements.clear()
            state.events.clear()
        if stored is not None:
            return [f"a movement of event {stored[0]} follows from no event"], []
    return list(_differences(source, state)), []


def _differences(source: Source, state: State) -> Iterator[str]:
    for account in every(source, Account):
        if state.account.get(account.name) != account:
            yield f"account {account.name}: the desk holds something else than its events make"
    for hold in every(source, Reservation):
        if state.reservation.get(hold.id) != hold:
            yield f"hold {hold.id}: the desk holds something else than its events make"
    for ratio in every(source, Ratio):
        if state.ratio.get(ratio.id) != ratio:
            yield f"ratio {ratio.id}: the desk holds something else than its events make"
    for entry in every(source, Entry):
        if state.entry.get(entry.id) != entry:
            yield f"line {entry.id}: the desk holds something else than its events make"
