"""Papers of a line of the book: gathered, filled, written as JSON, text and PDF; and its bundle."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from typing import TYPE_CHECKING, Any

from ecluse.desk import reads
from ecluse.desk.chain import canonical
from ecluse.desk.papers import bundle
from ecluse.desk.papers.context import context, needs_certifications
from ecluse.desk.papers.form import Form, as_data, as_text, fill
from ecluse.desk.records import Document, Entry, Event, Instrument, Reservation
from ecluse.desk.scope import covers
from ecluse.desk.state import MICROSECONDS, day_at
from ecluse.errors import BadMove, DeskError, NotInBook

if TYPE_CHECKING:
    from types import ModuleType

    from ecluse.desk.reads import Source


def stored(source: Source, entry: Entry) -> dict[str, Any]:
    """Give the stored record of a line's decision. Raises BadMove where it was never decided."""
    raw = None if entry.decision is None else reads.document(source, entry.decision)
    if raw is None:
        message = f"{entry.id}: no decision is stored for it; `ecluse desk check` makes one."
        raise BadMove(message)
    return dict(json.loads(raw))


def line_table(source: Source, entry: Entry) -> dict[str, Any]:
    """Give the text of a line as it was entered, as a table."""
    raw = reads.document(source, entry.text)
    if raw is None:
        message = f"{entry.id}: its text was erased with its record."
        raise BadMove(message)
    text = raw.decode()
    return dict(json.loads(text)) if text.lstrip().startswith("{") else tomllib.loads(text)


def form(source: Source, entry: Entry, kind: str, facts: dict[str, Any]) -> Form:
    """Fill a form for a line; `facts` is what the company states in its own file."""
    record, line = stored(source, entry), line_table(source, entry)
    decision = record["decision"]
    papers = [
        one
        for one in reads.every(source, Instrument, "t.status = 'granted' ORDER BY t.id")
        if covers(one.scope, entry.item, entry.buyer, entry.destination)
    ]
    holds = reads.every(source, Reservation, "t.line = ? ORDER BY t.made_at", entry.id)
    today = dt.date.fromisoformat(day_at(source.now()))
    gathered = context(entry, line, decision, facts, papers, holds, reads.caps(source, entry), today)
    certify = kind == "licence" and needs_certifications(decision, line)
    dated = f"Filled {today}; decided for {decision['on']}, as known on {decision['known']}"
    return fill(kind, gathered, certify=certify, dated=dated)


def memo(source: Source, entry: Entry) -> str:
    """Give the memo of a line's decision, as it was told when it was made."""
    record = stored(source, entry)
    head = f"{entry.id}, order {entry.order_id}. Decision sha256 {entry.decision}.\n\n"
    return head + str(record["memo"])


def _pdf() -> ModuleType:
    try:
        from ecluse.desk.papers import pdf  # noqa: PLC0415 - an extra
    except ImportError:
        message = "PDF needs the library fpdf2: install ecluse[papers], or write .json or .txt."
        raise DeskError(message) from None
    return pdf


def written(source: Source, entry: Entry, kind: str, suffix: str, facts: dict[str, Any]) -> bytes:
    """Write a paper of a line as .json, .txt or .pdf bytes."""
    foot = f"{entry.id}   decision {str(entry.decision)[:16]}"
    moment = dt.datetime.fromtimestamp(source.now() / MICROSECONDS, dt.UTC)
    if kind == "memo":
        text = memo(source, entry)
        if suffix == ".pdf":
            return bytes(_pdf().text_pdf("Decision memo", text, foot, moment))
        return canonical(stored(source, entry)) if suffix == ".json" else text.encode()
    filled = form(source, entry, kind, facts)
    if suffix == ".pdf":
        return bytes(_pdf().form_pdf(filled, foot, moment))
    if suffix == ".json":
        return (json.dumps(as_data(filled), ensure_ascii=False, indent=2) + "\n").encode()
    return as_text(filled).encode()


def record_bundle(source: Source, order: str, facts: dict[str, Any], key: bytes | None = None) -> bytes:
    """Give the record of an order as one file: texts, decisions, papers, documents, events. Raises BadMove."""
    entries = reads.every(source, Entry, "t.order_id = ? ORDER BY t.id", order)
    if not entries:
        message = f"{order}: no line of that order is in the book."
        raise NotInBook(message)
    files: dict[str, bytes] = {}
    for one in reads.every(source, Document, "t.order_id = ? ORDER BY t.sha256", order):
        if one.body is not None:
            files[f"documents/{one.sha256}"] = bytes(one.body)
    index = {one.sha256: one.kind for one in reads.every(source, Document, "t.order_id = ?", order)}
    files["documents.json"] = canonical(index)
    for number, entry in enumerate(entries, 1):
        if entry.decision is not None and reads.document(source, entry.decision) is not None:
            for kind in ("licence", "statement", "eei", "invoice"):
                files[f"papers/{number}-{kind}.json"] = written(source, entry, kind, ".json", facts)
            files[f"papers/{number}-memo.txt"] = written(source, entry, "memo", ".txt", facts)
    files["lines.json"] = canonical([{"line": one.id, "state": one.state, "may_pass": one.may_pass} for one in entries])
    events = reads.every(source, Event, "t.about = ? ORDER BY t.seq", order)
    seq, head = source.rows("SELECT seq, hash FROM head")[0]
    return bundle.write(order, (int(seq), bytes(head)), reads.instant(source.now()), events, files, key)
