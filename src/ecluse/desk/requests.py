"""What may be asked of the desk: one table of kinds and fields, read strictly, written in one way.

A request is JSON bytes that the caller makes, with an id of the caller's own; these very bytes are
stored, hashed, and compared when the id comes again.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ecluse.desk.chain import canonical
from ecluse.desk.records import MOST
from ecluse.errors import InputError, nearest, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.desk.state import Needs

LARGEST = 200_000
LONGEST = 400
MOST_ACCOUNTS = 64

# A field is `text`, `day`, `time`, `whole` (0 or more), `delta`, `flag`, `texts`, `amounts`, `deltas`,
# `rows` or `table`; one that ends in ? may be absent or null.
KINDS: Mapping[str, Mapping[str, str]] = {
    "reserve": {"draws": "amounts", "line": "text?", "quantity": "whole?", "seconds": "whole?", "decision": "text?"},
    "post": {"reservation": "text", "amounts": "amounts?", "quantity": "whole?", "at": "time?"},
    "void": {"reservation": "text", "reason": "text?"},
    "expire": {"reservation": "text"},
    "tally": {"amounts": "amounts", "at": "time?", "reason": "text"},
    "correct": {"amounts": "deltas", "reason": "text", "at": "time?"},
    "instrument": {
        "instrument": "text",
        "kind": "text",
        "gate": "text?",
        "issuer": "text?",
        "holder": "text?",
        "number": "text?",
        "valid_from": "day?",
        "valid_to": "day?",
        "status": "text",
        "standing": "flag?",
        "scope": "table?",
        "terms": "table?",
        "document": "text?",
        "accounts": "rows?",
        "ratios": "rows?",
    },
    "status": {"instrument": "text", "status": "text", "valid_to": "day?", "reason": "text"},
    "limit": {"account": "text", "cap": "whole?", "tolerance": "whole?", "reason": "text"},
    "ratio": {"ratio": "text", "k_num": "whole?", "k_den": "whole?", "reason": "text"},
    "person": {"name": "text", "roles": "texts"},
    "enter": {
        "line": "text",
        "order": "text",
        "quantity": "whole",
        "unit_cents": "whole?",
        "item": "text",
        "buyer": "text?",
        "destination": "text",
        "text": "text",
        "mentions": "rows?",
    },
    "decide": {
        "line": "text",
        "may_pass": "text",
        "decision": "text",
        "on": "day",
        "known": "text",
        "tpp_milli": "whole?",
        "auto": "flag?",
    },
    "move": {"line": "text", "to": "text", "reason": "text?", "authorisation": "text?"},
    "dossier": {"order": "text", "what": "text", "day": "day", "reason": "text?"},
    "hold": {"order": "text", "agency": "text", "reason": "text"},
    "lift": {"order": "text", "agency": "text", "reason": "text"},
    "erase": {"order": "text", "today": "day", "reason": "text"},
    "file": {"order": "text?", "kind": "text", "document": "text", "number": "text?"},
    "note": {"what": "text", "line": "text?", "order": "text?", "says": "text?"},
    "assert": {"account": "text", "posted": "whole", "said_by": "text", "document": "text?"},
}
_COMMON = {"do", "id", "by"}
_ID = re.compile(r"[^\x00-\x1f\x7f]{1,200}\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class Request(NamedTuple):
    """A request as the caller hands it over: its bytes, and the documents that come with it."""

    raw: bytes
    documents: tuple[tuple[str, bytes], ...] = ()


def make(do: str, name: str, by: str, /, **fields: object) -> Request:
    """Write a request: what to do, an id of the caller's own, who asks. Absent fields are left out.

    Raises InputError where the request would not be understood.
    """
    given = {key: value for key, value in fields.items() if value is not None and key != "documents"}
    raw = canonical({"do": do, "id": name, "by": by, **given})
    read(raw)
    documents = fields.get("documents") or ()
    return Request(raw, tuple(documents))  # type: ignore[arg-type]


def read(raw: bytes) -> dict[str, Any]:
    """Read a request strictly. Raises InputError: what, where, what was expected."""
    if len(raw) > LARGEST:
        message = f"a request of {len(raw):,} bytes; at most {LARGEST:,}. Documents travel beside it."
        raise InputError(message)
    try:
        table = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        message = f"a request that is not JSON: {problem}."
        raise InputError(message) from None
    if not isinstance(table, dict):
        message = f"a request is {show(table)}, expected an object."
        raise InputError(message)
    do = table.get("do")
    kind = KINDS.get(do) if isinstance(do, str) else None
    if kind is None:
        message = f"do is {show(do)}; the desk does {', '.join(KINDS)}.{nearest(str(do), KINDS)}"
        raise InputError(message)
    for name in ("id", "by"):
        value = table.get(name)
        if not isinstance(value, str) or not _ID.match(value):
            message = f"{do}: {name} is {show(value)}, expected a text of at most 200 signs."
            raise InputError(message)
    _read_fields(table, str(do), kind)
    return table


def _read_fields(table: dict[str, Any], do: str, kind: Mapping[str, str]) -> None:
    if not kind.keys() >= table.keys() - _COMMON:
        strange = min(set(table) - _COMMON - set(kind))
        message = f"{do}: {strange} is not a field here.{nearest(strange, kind)}"
        raise InputError(message)
    for name, form in kind.items():
        value = table.get(name)
        if value is None and form[-1] == "?":
            continue
        fault = _CHECKS[form.rstrip("?")](value)
        if fault:
            message = f"{do}: {name} is {show(value)}, expected {fault}."
            raise InputError(message)


def _text(value: object) -> str | None:
    good = isinstance(value, str) and 0 < len(value) <= LONGEST
    return None if good else f"a text of at most {LONGEST} signs"


def _day(value: object) -> str | None:
    return None if isinstance(value, str) and _DAY.match(value) else "a day such as 2026-01-24"


def _whole(value: object) -> str | None:
    return None if type(value) is int and 0 <= value <= MOST else f"a whole number from 0 to {MOST}"


def _time(value: object) -> str | None:
    return None if type(value) is int and 0 <= value < 2**62 else "a time in microseconds"


def _delta(value: object) -> str | None:
    return None if type(value) is int and -MOST <= value <= MOST else f"a whole number within {MOST} of 0"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _texts(value: object) -> str | None:
    good = isinstance(value, list) and all(isinstance(one, str) and one for one in value)
    return None if good else "a list of texts"


def _amounts(value: object) -> str | None:
    if isinstance(value, dict) and 0 < len(value) <= MOST_ACCOUNTS:
        for amount in value.values():
            if type(amount) is not int or not 0 < amount <= MOST:
                break
        else:
            return None
    return f"amounts above 0 by account, at most {MOST_ACCOUNTS} accounts"


def _deltas(value: object) -> str | None:
    good = isinstance(value, dict) and 0 < len(value) <= MOST_ACCOUNTS and not any(map(_delta, value.values()))
    return None if good else "whole numbers by account"


def _rows(value: object) -> str | None:
    return None if isinstance(value, list) and all(isinstance(row, dict) for row in value) else "a list of tables"


def _table(value: object) -> str | None:
    return None if isinstance(value, dict) else "a table"


_CHECKS = {
    "text": _text,
    "day": _day,
    "time": _time,
    "whole": _whole,
    "flag": _flag,
    "texts": _texts,
    "amounts": _amounts,
    "deltas": _deltas,
    "rows": _rows,
    "table": _table,
}


def line_account(line: str) -> str:
    """Give the name of the account on which a line's own quantity stands."""
    return f"line:{line}"


def note_needs(request: dict[str, Any], needs: Needs) -> None:
    """Add the rows that a request has to see."""
    do = request["do"]
    needs.ids.add(request["id"])
    for name, into in _NAMED[do]:
        value = request.get(name)
        if value is not None:
            getattr(needs, into).add(value)
    for name in _AMOUNTS[do]:
        needs.accounts.update(request.get(name) or ())
    if do != "expire":
        needs.persons.add(request["by"])
    line = request.get("line")
    if line is not None:
        needs.accounts.add(line_account(line))
    if do == "instrument":
        _instrument_needs(request, needs)
    elif do == "person":
        needs.persons.add(request["name"])


# Fields that name a row, by the table they name it in; and fields whose keys are accounts.
_NAMES = {
    "reservation": "reservations",
    "line": "entries",
    "order": "dossiers",
    "instrument": "instruments",
    "authorisation": "instruments",
    "account": "accounts",
    "ratio": "ratios",
    "decision": "documents",
    "text": "documents",
    "document": "documents",
}
_NAMED = {do: tuple((name, _NAMES[name]) for name in kind if name in _NAMES) for do, kind in KINDS.items()}
_AMOUNTS = {do: tuple(name for name in ("draws", "amounts") if name in kind) for do, kind in KINDS.items()}


def _instrument_needs(request: dict[str, Any], needs: Needs) -> None:
    for row in request.get("accounts") or ():
        needs.accounts.add(str(row.get("name")))
    for row in request.get("ratios") or ():
        needs.ratios.add(str(row.get("id")))
        needs.accounts.update((str(row.get("num")), str(row.get("den"))))
