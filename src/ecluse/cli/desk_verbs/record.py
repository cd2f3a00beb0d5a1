"""`ecluse desk journal|find|keep|verify|export|clerk`: the record, and that it holds."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.cli.common import day as day_option
from ecluse.cli.common import say, say_json
from ecluse.cli.desk_verbs.book import line_row
from ecluse.cli.desk_verbs.common import REFUSED_EXIT, asked, name_of, opened, verb, who
from ecluse.errors import DeskError, InputError

if TYPE_CHECKING:
    import argparse

    from ecluse.desk.door import Desk


def arguments(verbs: Any) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the verbs."""
    journal = verb(verbs, "journal", "who did what, when and why, with the answers", told)
    journal.add_argument("about", nargs="?", metavar="WHAT", help="an order, or a part of a request's id")
    journal.add_argument("--last", type=int, metavar="N", help="only the last so many")
    find = verb(verbs, "find", "orders whose record names a party, a country or a document", found)
    for kind in ("party", "country", "document"):
        find.add_argument(f"--{kind}", metavar="WORD")
    keep = verb(verbs, "keep", "how long an order's record is kept; agencies' holds; erasure", kept, writes=True)
    keep.add_argument("order", metavar="ORDER")
    keep.add_argument("--reexported", type=day_option, metavar="DATE", help="a reexport or diversion became known")
    keep.add_argument("--terminated", type=day_option, metavar="DATE", help="the transaction ended")
    keep.add_argument(
        "--exported", type=day_option, metavar="DATE", help="it was exported (shipping writes this by itself)"
    )
    keep.add_argument("--agency", metavar="NAME", help="an agency has asked for the record: nothing is destroyed")
    keep.add_argument("--lift", action="store_true", help="with --agency: it has given leave in writing")
    keep.add_argument("--erase", action="store_true", help="drop the documents; digests and the chain stay")
    keep.add_argument("--file", metavar="FILE", help="keep a document of the order by its digest")
    keep.add_argument("--number", metavar="NUMBER", help="with --file: the document's number, by which it is found")
    keep.add_argument("--reason")
    verify = verb(verbs, "verify", "prove the chain, the sums and the rules; sign the head", proved)
    verify.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="a signed head (repeatable)")
    verify.add_argument("--key", metavar="FILE", help="the key of checkpoints: PEM, or secret bytes")
    verify.add_argument(
        "--sign", metavar="FILE", help="write a checkpoint of the head, signed with --key; keep it elsewhere"
    )
    verify.add_argument("--replay", action="store_true", help="do all events over again, however many")
    export = verb(verbs, "export", "write lines, balances or the journal to .csv, .xlsx or .ndjson", exported)
    export.add_argument("what", choices=("lines", "balances", "journal", "movements"))
    export.add_argument("--to", required=True, metavar="FILE")
    clerk = verb(verbs, "clerk", "be the one writer of a desk, for many who call at its socket", serve)
    clerk.add_argument("--socket", metavar="PATH", help="default: desk.sock in the folder; needed for PostgreSQL")


def told(options: argparse.Namespace) -> int:
    """Tell the journal."""
    from ecluse.desk import reads  # noqa: PLC0415

    with opened(options) as desk:
        rows = [reads.told(event) for event in reads.journal(desk, options.about, options.last)]
    if options.format == "json":
        say_json(rows)
        return 0 if rows else REFUSED_EXIT
    for row in rows:
        say(journal_line(row))
    if not rows:
        say(f"Nothing is written down about {options.about!r}.")
    return 0 if rows else REFUSED_EXIT


_QUIET = {"do", "id", "by", "documents", "mentions", "text", "decision", "document"}


def journal_line(row: dict[str, Any]) -> str:
    """Tell one event: number, time, who, what, and what came of it."""
    asked_for, answered = row["asked"] or {}, row["answered"] or {}
    given = ", ".join(f"{key} {_short(value)}" for key, value in asked_for.items() if key not in _QUIET)
    if not answered:
        outcome = "erased"
    elif answered.get("ok"):
        outcome = str(answered.get("state", "done"))
    else:
        outcome = f"REFUSED at {answered.get('where')}: {answered.get('says') or answered.get('why')}"
    return f"{row['seq']:>6} {row['at']} {row['by']:10} {row['did']:10} {given} -> {outcome}"


def _short(value: object) -> str:
    text = ", ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
    return text if len(text) <= 120 else text[:117] + "..."


def found(options: argparse.Namespace) -> int:
    """Find orders."""
    from ecluse.desk import reads  # noqa: PLC0415

    words = [(kind, getattr(options, kind)) for kind in ("party", "country", "document") if getattr(options, kind)]
    if not words:
        message = "find: one of --party, --country, --document is expected."
        raise InputError(message)
    with opened(options) as desk:
        sets = [set(reads.find(desk, kind, word)) for kind, word in words]
    orders = sorted(set.intersection(*sets))
    if options.format == "json":
        say_json(orders)
    else:
        say("\n".join(orders) or "No record names them.")
    return 0 if orders else REFUSED_EXIT


def kept(options: argparse.Namespace) -> int:
    """Tell or change how long a record is kept."""
    from ecluse.desk.requests import make  # noqa: PLC0415
    from ecluse.desk.state import day_at  # noqa: PLC0415

    with opened(options) as desk:
        by, why = who(options), options.reason
        for what in ("exported", "reexported", "terminated"):
            day = getattr(options, what)
            if day is not None:
                request = make("dossier", name_of(options, what), by, order=options.order, what=what,
                               day=day.isoformat(), reason=why)  # fmt: skip
                return asked(options, desk, request, lambda answer: f"Kept until {answer['keep_until']}.")
        if options.agency or options.erase:
            if not why:
                message = "keep: --agency and --erase take a --reason."
                raise InputError(message)
            if options.agency:
                do = "lift" if options.lift else "hold"
                request = make(do, name_of(options, do), by, order=options.order, agency=options.agency, reason=why)
                return asked(
                    options, desk, request, lambda answer: f"Held for: {', '.join(answer['holds']) or 'nobody'}."
                )
            request = make(
                "erase", name_of(options, "erase"), by, order=options.order, today=day_at(desk.now()), reason=why
            )
            return asked(options, desk, request, lambda _: f"Erased: {options.order}; its digests stay.")
        if options.file:
            return _file(options, desk, by)
        return _dossier(options, desk)


def _file(options: argparse.Namespace, desk: Desk, by: str) -> int:
    from ecluse.desk.chain import sha256  # noqa: PLC0415
    from ecluse.desk.requests import make  # noqa: PLC0415

    raw = _bytes(options.file)
    kind = Path(options.file).name
    request = make("file", name_of(options, "file"), by, order=options.order, kind=kind, document=sha256(raw),
                   number=options.number, documents=((kind, raw),))  # fmt: skip
    return asked(options, desk, request, lambda answer: f"Kept: {kind}, sha256 {answer['document']}.")


def _bytes(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as problem:
        message = f"{name}: cannot be read ({problem.strerror})."
        raise InputError(message) from None


def _dossier(options: argparse.Namespace, desk: Desk) -> int:
    from dataclasses import asdict  # noqa: PLC0415

    from ecluse.desk import reads, retention  # noqa: PLC0415
    from ecluse.desk.records import Dossier  # noqa: PLC0415
    from ecluse.desk.state import day_at  # noqa: PLC0415

    row = reads.one(desk, Dossier, options.order)
    if row is None:
        say(f"No order {options.order} is in the book.")
        return REFUSED_EXIT
    until, why = retention.keep_until(row), retention.objection(row, day_at(desk.now()))
    if options.format == "json":
        say_json(asdict(row) | {"keep_until": until, "may_be_erased": why is None, "why_not": why})
    else:
        say(f"{row.order_id}: {'may be erased' if why is None else 'may not be erased: ' + why}.")
    return 0


def _key(options: argparse.Namespace) -> bytes | None:
    return None if options.key is None else _bytes(options.key)


def proved(options: argparse.Namespace) -> int:
    """Verify the record; exit 1 where it does not hold."""
    from ecluse.desk import seal  # noqa: PLC0415
    from ecluse.desk.audit import verify  # noqa: PLC0415

    key = _key(options)
    known, bad = {}, []
    for name in options.checkpoint:
        try:
            seq, head = seal.read(Path(name), key)
            known[seq] = head
        except DeskError as problem:
            bad.append(f"{name}: {problem}")
    with opened(options) as desk:
        verdict = verify(desk, known, replay=True if options.replay else None)
        faults = [*bad, *verdict.faults]
        if options.sign and not faults:
            _sign(options, desk, key)
    if options.format == "json":
        say_json({"events": verdict.events, "head": verdict.head, "verified": not faults, "faults": faults,
                  "remarks": list(verdict.remarks)})  # fmt: skip
    else:
        for fault in faults:
            say(f"DOES NOT VERIFY: {fault}")
        if not faults:
            say(f"Verified: {verdict.events:,} events, sums, holds, rules, documents. Head {verdict.head}.")
        for remark in verdict.remarks:
            say(f"Remark: {remark}.")
    return REFUSED_EXIT if faults else 0


def _sign(options: argparse.Namespace, desk: Desk, key: bytes | None) -> None:
    import json  # noqa: PLC0415

    from ecluse.desk import reads, seal  # noqa: PLC0415

    if key is None:
        message = "verify: --sign takes a --key."
        raise InputError(message)
    seq, head = desk.rows("SELECT seq, hash FROM head")[0]
    table = seal.sign(int(seq), bytes(head), reads.instant(desk.now()), key)
    try:
        Path(options.sign).write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        message = f"{options.sign}: cannot be written ({problem.strerror})."
        raise InputError(message) from None


def exported(options: argparse.Namespace) -> int:
    """Write a table."""
    from ecluse.desk import reads  # noqa: PLC0415
    from ecluse.desk.records import Entry  # noqa: PLC0415
    from ecluse.desk.sheets import rows_out  # noqa: PLC0415

    with opened(options) as desk:
        if options.what == "lines":
            rows = [line_row(entry) for entry in reads.every(desk, Entry, "1 = 1 ORDER BY t.id")]
        elif options.what == "balances":
            rows = [one._asdict() for one in reads.balances(desk)]
        elif options.what == "movements":
            names = ("event", "account", "reservation", "valid_at", "recorded_at", "reserved", "drawn")
            sql = (
                "SELECT m.event, a.name, m.reservation, m.valid_at, m.recorded_at, m.d_pending, m.d_posted "
                "FROM movement m JOIN account a ON a.id = m.account ORDER BY m.event, a.name"
            )
            rows = [dict(zip(names, row, strict=True)) for row in desk.rows(sql)]
        else:
            rows = [reads.told(event) for event in reads.journal(desk)]
    rows_out(Path(options.to), rows)
    if options.format == "json":
        say_json({"to": options.to, "rows": len(rows)})
    else:
        say(f"{len(rows):,} rows written to {options.to}.")
    return 0


def serve(options: argparse.Namespace) -> int:
    """Be the clerk until asked to stop."""
    from ecluse.desk.clerk import SOCKET, Clerk  # noqa: PLC0415
    from ecluse.desk.door import sole_writer  # noqa: PLC0415
    from ecluse.desk.store import is_address  # noqa: PLC0415

    if options.socket is None and is_address(options.at):
        message = "clerk: for a database, name the socket with --socket."
        raise InputError(message)
    path = Path(options.socket) if options.socket else Path(options.at) / SOCKET
    with sole_writer(options.at) as store:
        clerk = Clerk(store, path)

        def stop(*_: object) -> None:
            clerk.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        say(f"The clerk answers at {path}.")
        clerk.serve()
    return 0
