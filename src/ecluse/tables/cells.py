"""One cell into the value that an order line would hold; and rows of cells into nested tables."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from ecluse.dates import parse_day
from ecluse.errors import BadLine
from ecluse.reading import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
LONGEST = 20_000
MOST_INDEX = 50
_JSON = ("{", "[")


def typed(kind: str, raw: object, decimal: str = ".") -> object:
    """Give the value of a cell; None where it is empty. ValueError says what was expected.

    `raw` is a text, or what a typed table holds; `decimal` is the mark before decimals in texts.
    """
    if raw is None:
        return None
    if isinstance(raw, str):
        if not raw.strip():
            return None
        if len(raw) > LONGEST:
            message = f"has {len(raw)} characters; that is no sensible value"
            raise ValueError(message)
        return _text(kind, raw.strip(), decimal)
    return _value(kind, raw)


def _text(kind: str, text: str, decimal: str) -> object:  # noqa: PLR0911 - one line a kind
    match kind:
        case "text":
            return text
        case "amount":
            return text.replace(decimal, ".") if decimal != "." else text
        case "truth":
            if text.lower() not in _TRUTHS:
                message = f"is {text!r}, expected true or false"
                raise ValueError(message)
            return _TRUTHS[text.lower()]
        case "day":
            return parse_day(text.removesuffix("T00:00:00").removesuffix(" 00:00:00"))
        case "words":
            return _nested(text) if text.startswith("[") else [part.strip() for part in text.split(";") if part.strip()]
        case "whole" | "number":
            return _nested(text) if text.startswith("{") else _number(text, decimal)
    return _nested(text)


def _number(text: str, decimal: str) -> int | Decimal:
    plain = text.replace(decimal, ".") if decimal != "." and text.count(decimal) == 1 else text
    if not _NUMBER.match(plain):
        hint = " (digits without separators)" if re.search(r"\d[,' \u00a0\u202f]\d", text) else ""
        message = f"is {text!r}, expected a number{hint}"
        raise ValueError(message)
    number = Decimal(plain)
    return int(number) if number == number.to_integral_value() else number


def _nested(text: str) -> object:
    try:
        return parse_json(text, "it", BadLine)
    except BadLine as problem:
        message = f"is no JSON ({str(problem).removeprefix('it: ')})"
        raise ValueError(message) from None


def _value(kind: str, raw: object) -> object:
    if isinstance(raw, dt.datetime):
        if raw.time() != dt.time() or raw.tzinfo is not None:
            message = f"is the instant {raw.isoformat()}, expected a day"
            raise ValueError(message)
        raw = raw.date()
    if isinstance(raw, float):
        raw = exact(raw)
    match kind, raw:
        case "truth", 0 | 1 if not isinstance(raw, bool):
            return raw == 1
        case (("text" | "amount"), int() | Decimal()) if not isinstance(raw, bool):
            return f"{raw:f}" if isinstance(raw, Decimal) else str(raw)
        case (("whole" | "number"), Decimal()) if raw == raw.to_integral_value():
            return int(raw)
    return _plain(raw)


def _plain(raw: object) -> object:
    """Give nested data without the empty fields that typed tables carry, and with exact numbers."""
    if isinstance(raw, dict):
        return {str(key): _plain(value) for key, value in raw.items() if value is not None}
    if isinstance(raw, list | tuple):
        return [_plain(value) for value in raw]
    return exact(raw) if isinstance(raw, float) else raw


def exact(number: float) -> int | Decimal:
    """Take a float for the decimal it is written as. ValueError where it is NaN or infinite."""
    try:
        found = Decimal(str(number))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        message = f"is {number}, which is no number; leave the cell empty if it is not known"
        raise ValueError(message)
    return int(found) if found == found.to_integral_value() else found


def nest(cells: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Build the table of a line from paths and values; ValueError names a path that does not fit."""
    root: dict[str, object] = {}
    for path, value in cells:
        if value is None:
            continue
        steps = [int(index) if index else name for name, index in _STEP.findall(path)]
        _place(root, steps, value, path)
    return root


def _place(node: dict[str, object] | list[object], steps: list[str | int], value: object, path: str) -> None:
    step, rest = steps[0], steps[1:]
    fresh: object = value if not rest else [] if isinstance(rest[0], int) else {}
    if isinstance(node, list):
        if not isinstance(step, int) or step > MOST_INDEX:
            message = f"{path} has an index out of all proportion"
            raise ValueError(message)
        while len(node) <= step:
            node.append({})
        inner = node[step]
        if not rest:
            node[step] = value
            return
    else:
        inner = node.setdefault(str(step), fresh)
        if not rest:
            if inner is not value:
                message = f"{path} is given both whole and in parts"
                raise ValueError(message)
            return
    if not isinstance(inner, dict | list) or isinstance(inner, list) != isinstance(rest[0], int):
        message = f"{path} is given both whole and in parts"
        raise ValueError(message)
    _place(inner, rest, value, path)


def frozen(value: object) -> object:
    """Give a value that can stand as a key: nested data as text."""
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, sort_keys=True, ensure_ascii=False)
    return (type(value).__name__, value)
