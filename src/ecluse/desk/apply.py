"""One request on the state: read, compared with what its id was used for, answered, chained."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ecluse.desk import book, ledger
from ecluse.desk.chain import answer_in, body_of, canonical, link, sha256
from ecluse.desk.ledger import no
from ecluse.desk.limits import Refusal
from ecluse.desk.records import Document, Event, Head
from ecluse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ecluse.desk.requests import Request
    from ecluse.desk.state import State

Table = dict[str, Any]
# Each kind of request: the role it takes (a supervisor may stand in), and what it does.
HANDLERS: Mapping[str, tuple[str | None, Callable[[State, Table], Table]]] = {
    "reserve": ("shipper", ledger.reserve),
    "post": ("shipper", ledger.post),
    "void": ("shipper", ledger.void),
    "expire": (None, ledger.expire),
    "tally": ("shipper", ledger.tally),
    "correct": ("records", ledger.correct),
    "instrument": ("records", ledger.instrument),
    "status": ("records", book.status),
    "limit": ("records", book.limit),
    "ratio": ("records", book.ratio),
    "person": ("supervisor", book.person),
    "enter": ("analyst", book.enter),
    "decide": ("analyst", book.decide),
    # The table of moves says which role each move takes.
    "move": (None, book.move),
    "dossier": ("records", book.dossier),
    "hold": ("records", book.hold),
    "lift": ("supervisor", book.lift),
    "erase": ("supervisor", book.erase),
    "file": ("records", book.file),
    "assert": ("records", book.assertion),
    # Nobody is refused a line in the journal.
    "note": (None, book.note),
}
SAME_ID = "same_id_other_content"


def apply(state: State, request: Request, asked: Table | InputError) -> bytes:
    """Answer one request, as JSON bytes; the state and its chain move on. `asked` is the request read.

    An id that comes again gets the same answer; with other content it gets an error, and so does
    what cannot be read. Errors leave no trace in the chain; refusals do.
    """
    if isinstance(asked, InputError):
        return canonical({"error": "input", "says": str(asked)})
    name, digest = str(asked["id"]), hashlib.sha256(request.raw).digest()
    before = state.seen.get(name)
    if before is not None:
        return _again(name, digest, before)
    try:
        answer = _answer(state, asked, request)
    except InputError as problem:
        return canonical({"error": "input", "says": str(problem)})
    answer["seq"] = state.seq
    told = canonical(answer)
    _append(state, asked, request.raw, digest, told)
    state.seen[name] = (digest, told)
    return told


def _again(name: str, digest: bytes, before: tuple[bytes, bytes | None]) -> bytes:
    if before[0] != digest:
        says = f"the id {name} was used for something else; an id stands for one request"
        return canonical({"error": SAME_ID, "says": says})
    if before[1] is None:
        return canonical({"error": "input", "says": f"the answer to {name} was erased with its record"})
    return before[1]


def _answer(state: State, asked: Table, request: Request) -> Table:
    role, handler = HANDLERS[str(asked["do"])]
    if role is not None and state.head.seq > 0:
        person = state.person.get(str(asked["by"]))
        roles = person.roles.split(",") if person else ()
        if role not in roles and "supervisor" not in roles:
            says = f"{asked['by']} is no {role}; `ecluse desk init --person NAME=ROLE` adds one"
            return no(Refusal("refused", str(asked["by"]), says=says))
    for field in ("text", "decision", "document"):
        fault = _document(state, asked, field, request)
        if fault:
            return no(fault)
    return handler(state, asked)


def _document(state: State, asked: Table, field: str, request: Request) -> Refusal | None:
    """Keep a document that came with the request under the digest that the request names."""
    digest = asked.get(field)
    if digest is None or asked["do"] == "reserve":
        return None
    name = str(digest)
    if name in state.document:
        return None
    for kind, body in request.documents:
        if sha256(body) == name:
            state.put("document", name, Document(name, kind, _order(state, asked), body, state.now))
            return None
    if asked["do"] == "instrument":
        # A licence may be known by its digest alone, its text being kept elsewhere.
        return None
    return Refusal("no_such", name, says=f"the document of that digest, named as {field}, did not come along")


def _order(state: State, asked: Table) -> str | None:
    """Give the order that a request is about."""
    order = asked.get("order")
    if order is not None:
        return str(order)
    line = asked.get("line")
    if line is None and asked.get("reservation") is not None:
        found = state.reservation.get(str(asked["reservation"]))
        line = None if found is None else found.line
    entry = state.entry.get(str(line)) if line is not None else None
    return None if entry is None else entry.order_id


def _append(state: State, asked: Table, raw: bytes, digest: bytes, told: bytes) -> None:
    head, body = state.head, body_of(raw, told)
    body_sha256 = hashlib.sha256(body).digest()
    row = (head.seq + 1, str(asked["id"]), state.now, str(asked["by"]), str(asked["do"]), _order(state, asked), digest)
    made = link((*row, body_sha256), head.hash)
    state.events.append(Event(*row, body, body_sha256, head.hash, made))
    state.head = Head(1, head.seq + 1, made, state.now, head.last_account)


def seen_before(request: bytes, body: bytes | None) -> tuple[bytes, bytes | None]:
    """Give what a stored event says of an id: the digest of its request, and its answer."""
    return request, None if body is None else answer_in(body)
