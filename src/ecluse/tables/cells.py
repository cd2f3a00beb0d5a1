"""One cell into the value that an order line would hold; and rows of cells into nested tables."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.dates import parse_day
from ecluse.errors import BadLine
from ecluse.reading import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable

SPACES = (" ", "\u00a0", "\u202f")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_ORDER = re.compile(r"(DD?|MM?|YYYY)([./ -]?)(DD?|MM?|YYYY)\2(DD?|MM?|YYYY)")
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
LONGEST = 20_000
MOST_INDEX = 50
_JSON = ("{", "[")


@dataclass(frozen=True, slots=True)
class Marks:
    """How texts write numbers and days: the mark before decimals, the one between thousands ("" for none), a date.

    `date` is an order such as `DD.MM.YYYY`; days are read as year-month-day as well. A space between thousands may
    be a narrow or an unbroken one.
    """

    decimal: str = "."
    thousands: str = ""
    date: str = ""


PLAIN = Marks()


def typed(kind: str, raw: object, decimal: Marks = PLAIN) -> object:
    """Give the value of a cell; None where it is empty. ValueError says what was expected.

    `raw` is a text, or what a typed table holds; `decimal` says how texts write numbers and days.
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


def _text(kind: str, text: str, marks: Marks) -> object:  # noqa: PLR0911 - one line a kind
    match kind:
        case "text":
            return text
        case "amount":
            return text if marks.decimal == "." and not marks.thousands else _figures(text, marks)
        case "truth":
            if text.lower() not in _TRUTHS:
                message = f"is {text!r}, expected true or false"
                raise ValueError(message)
            return _TRUTHS[text.lower()]
        case "day":
            return _day(text.removesuffix("T00:00:00").removesuffix(" 00:00:00"), marks.date)
        case "words":
            return _nested(text) if text.startswith("[") else [part.strip() for part in text.split(";") if part.strip()]
        case "whole" | "number":
            return _nested(text) if text.startswith("{") else _number(text, marks)
    return _nested(text)


def _number(text: str, marks: Marks) -> int | Decimal:
    number = Decimal(_figures(text, marks))
    return int(number) if number == number.to_integral_value() else number


def _figures(text: str, marks: Marks) -> str:
    """Give the figures of a number with a point before its decimals. ValueError where a mark stands amiss."""
    if not _pattern(marks.decimal, marks.thousands).match(text):
        message = f"is {text!r}, expected a number{_hint(text, marks)}"
        raise ValueError(message)
    for mark in SPACES if marks.thousands == " " else (marks.thousands,):
        text = text.replace(mark, "") if mark else text
    return text.replace(marks.decimal, ".")


@lru_cache(maxsize=16)
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    between = f"[{''.join(SPACES)}]" if thousands == " " else re.escape(thousands)
    grouped = rf"|[1-9]\d{{0,2}}({between}\d{{3}})+" if thousands else ""
    return re.compile(rf"-?(\d+{grouped})({re.escape(decimal)}\d+)?\Z")


def _hint(text: str, marks: Marks) -> str:
    if marks.thousands and marks.thousands in text:
        return f" such as 27{marks.thousands}000{marks.decimal}00 ({marks.thousands!r} parts groups of three digits)"
    if marks.decimal == "." and re.search(r"\d[,' \u00a0\u202f]\d", text):
        return " (digits without separators, unless a map names the mark for thousands)"
    return f" such as 27000{marks.decimal}00" if marks.decimal != "." else ""


def _day(text: str, order: str) -> dt.date:
    found = _order(order).match(text) if order else None
    if found is None:
        if order and not _ISO.match(text):
            message = f"{text!r} is no day; the map says {order}"
            raise ValueError(message)
        return parse_day(text)
    try:
        return dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        message = f"{text!r} is no day of the calendar, read as {order}"
        raise ValueError(message) from None


@lru_cache(maxsize=16)
def _order(order: str) -> re.Pattern[str]:
    """Give the pattern of an order of dates. ValueError where it is none."""
    found = _ORDER.fullmatch(order)
    if found is None or sorted(part[0] for part in found.group(1, 3, 4)) != ["D", "M", "Y"] or order[:6] == "YYYY-D":
        message = "expected year, month and day once each, such as DD.MM.YYYY, M/D/YYYY or YYYYMMDD"
        raise ValueError(message)
    parts = {"D": r"(?P<day>\d{1,2})", "M": r"(?P<month>\d{1,2})", "Y": r"(?P<year>\d{4})"}
    parts |= {"DD": r"(?P<day>\d{2})", "MM": r"(?P<month>\d{2})", "YYYY": parts["Y"]}
    return re.compile(re.escape(found[2]).join(parts[part] for part in found.group(1, 3, 4)) + r"\Z")


def checked_order(order: str) -> str:
    """Give an order of dates back. ValueError says what was expected."""
    if order:
        _order(order)
    return order


def _nested(text: str) -> object:
    try:
        return parse_json(text, "it", BadLine)
    except BadLine as problem:
        message = f"is no JSON ({str(problem).removeprefix('it: ')})"
        raise ValueError(message) from None


def _value(kind: str, raw: object) -> object:
    if isinstance(raw, dt.datetime):
        # The clock of a zone is that of its column.
        if raw.time() != dt.time():
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
