"""Strict reading of TOML and JSON: every key is understood or refused, with place and remedy."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from ecluse.bounds import Bound, exactly
from ecluse.dates import parse_day
from ecluse.errors import EcluseError, nearest, show
from ecluse.truth import Truth, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

LARGEST = 1_000_000
DEEPEST = 24
MOST_CHOICES = 20
_MISSING = object()


def read_text(path: Path, error: type[EcluseError], largest: int = LARGEST) -> str:
    """Read a small UTF-8 file; a byte order mark is dropped."""
    try:
        with path.open("rb") as file:
            raw = file.read(largest + 1)
    except OSError as problem:
        message = f"{path}: cannot be opened ({problem.strerror or problem})."
        raise error(message) from None
    return decode(raw, str(path), error, largest)


def decode(raw: bytes, place: str, error: type[EcluseError], largest: int = LARGEST) -> str:
    """Decode UTF-8 within the size allowed."""
    if len(raw) > largest:
        message = f"{place}: larger than {largest:,} bytes; an input of this kind is a few thousand."
        raise error(message)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"{place}: not UTF-8 (byte {problem.start} is {raw[problem.start]:#04x}); save it as UTF-8."
        raise error(message) from None


def parse_toml(text: str, place: str, error: type[EcluseError]) -> dict[str, object]:
    """Parse TOML with exact decimals."""
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except RecursionError:
        message = f"{place}: nested too deeply to be read."
        raise error(message) from None
    except (ValueError, ArithmeticError) as problem:
        message = f"{place}: not TOML: {problem}."
        raise error(message) from None


def parse_json(text: str, place: str, error: type[EcluseError]) -> object:
    """Parse JSON with exact decimals; duplicate keys, NaN and infinities are refused."""
    try:
        return _JSON.decode(text)
    except RecursionError:
        message = f"{place}: nested too deeply to be read."
        raise error(message) from None
    except (ValueError, ArithmeticError) as problem:
        message = f"{place}: not JSON: {problem}."
        raise error(message) from None


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        message = f"{text} is no number; leave the field out if it is not known"
        raise ValueError(message)
    if abs(number.adjusted()) > 30:
        message = f"{text} is out of all proportion"
        raise ValueError(message)
    return number


def _constant(text: str) -> NoReturn:
    message = f"{text} is no number; leave the field out if it is not known"
    raise ValueError(message)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                message = f"the key {key!r} stands twice in one object"
                raise ValueError(message)
            seen.add(key)
    return table


_JSON = json.JSONDecoder(parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_once)


class Reader:
    """Takes typed values out of one table; `close` refuses what nobody took."""

    def __init__(
        self,
        table: object,
        where: str,
        error: type[EcluseError],
        *,
        field: str = "",
        text: str | None = None,
    ) -> None:
        self.where, self.error, self.field, self.text = where, error, field, text
        if not isinstance(table, dict):
            self.fail("", f"is {show(table)}, expected a table of fields")
        self.table: dict[str, object] = table
        self.taken: set[str] = set()
        if field.count(".") > DEEPEST:
            self.fail("", "is nested too deeply")

    def fail(self, key: str, why: str) -> NoReturn:
        """Refuse, naming file and field; with the text at hand, draw the line and a caret."""
        name = ".".join(part for part in (self.field, key) if part)
        end = "" if why.endswith(("?", ".")) else "."
        problem = self.error(f"{self.where}: {name or 'the input'} {why}{end}{self._caret(key)}")
        problem.field, problem.why = name, f"{why}{end}"
        raise problem

    def _caret(self, key: str) -> str:
        if self.text is None or not key:
            return ""
        pattern = re.compile(rf"(?:^|[{{,\s]){re.escape(key)}\s*=")
        lines = self.text.splitlines()
        for number, line in enumerate(lines[self._start(lines) :], self._start(lines) + 1):
            found = pattern.search(line)
            if found:
                start = f"line {number}: "
                column = line.index(key, found.start()) - (len(line) - len(line.lstrip()))
                return f"\n    {start}{line.strip()}\n    {' ' * (len(start) + column)}^"
        return ""

    def _start(self, lines: list[str]) -> int:
        """Find the line of the table that this reader reads, by the numbers in its path."""
        at = 0
        for name, index in re.findall(r"(\w+)\[(\d+)\]", self.field):
            header = re.compile(rf"\s*\[\[(?:\w+\.)*{name}\]\]")
            heads = [number for number, line in enumerate(lines) if number >= at and header.match(line)]
            if int(index) < len(heads):
                at = heads[int(index)]
        return at

    def has(self, key: str) -> bool:
        """Is the key there?"""
        return key in self.table

    def take(self, key: str, default: object = _MISSING) -> object:
        """Take a raw value."""
        self.taken.add(key)
        value = self.table.get(key, default)
        if value is _MISSING:
            self.fail(key, "is missing")
        return value

    def word(self, key: str, default: str | None = None, *, need: bool = False) -> str | None:
        """Take a text."""
        value = self.take(key) if need else self.take(key, default)
        if value is None:
            return None
        if not isinstance(value, str):
            hint = ' (codes are quoted texts: "NO", "3E001", "740.10")' if not isinstance(value, dict | list) else ""
            self.fail(key, f"is {show(value)}, expected a text{hint}")
        if not value.strip():
            self.fail(key, "is empty; leave the field out if it is not known")
        if len(value) > 20_000:
            self.fail(key, f"has {len(value)} characters; that is no sensible value")
        return value

    def needed(self, key: str) -> str:
        """Take a text that must be there."""
        return self.word(key, need=True) or ""

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """Take one of the words allowed."""
        value = self.word(key, default, need=default is None)
        if value not in allowed:
            meant = nearest(str(value), allowed)
            listed = ", ".join(allowed) if len(allowed) <= MOST_CHOICES else f"{len(allowed)} words"
            self.fail(key, f"is {show(value)}, expected one of {listed}.{meant}".rstrip("."))
        return str(value)

    def words(self, key: str) -> tuple[str, ...] | None:
        """Take a list of texts."""
        value = self.take(key, None)
        if value is None:
            return None
        if not isinstance(value, list):
            self.fail(key, f"is {show(value)}, expected a list of texts")
        for item in value:
            if not isinstance(item, str) or not item.strip():
                self.fail(key, f'holds {show(item)}, expected texts; codes are quoted: "NO", "740.10"')
        return tuple(value)

    def day(self, key: str) -> dt.date | None:
        """Take a day, written as a TOML date or as `2026-01-24`."""
        value = self.take(key, None)
        if value is None:
            return None
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        if not isinstance(value, str):
            self.fail(key, f"is {show(value)}, expected a day such as 2026-01-24")
        try:
            return parse_day(value)
        except ValueError as problem:
            self.fail(key, f"is {problem}")

    def number(self, key: str, *, negative: bool = False, whole: bool = False) -> Bound | None:
        """Take a number, or a bound `{ at_least = 25, at_most = 60 }`."""
        value = self.take(key, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            return exactly(self._single(key, value, negative=negative, whole=whole))
        inner = Reader(value, self.where, self.error, field=self._name(key), text=self.text)
        sides: list[int | Decimal | None] = []
        for side in ("at_least", "at_most"):
            side_value = inner.take(side, None)
            sides.append(
                None if side_value is None else inner._single(side, side_value, negative=negative, whole=whole)
            )
        inner.close()
        if sides == [None, None]:
            self.fail(key, "is an empty bound; give at_least, at_most, or leave the field out")
        try:
            return Bound(sides[0], sides[1])
        except ValueError as problem:
            self.fail(key, f"is a bound that crosses itself: {problem}")

    def _single(self, key: str, value: object, *, negative: bool, whole: bool) -> int | Decimal:
        if isinstance(value, float) and math.isfinite(value):
            value = Decimal(repr(value))  # as Python's own readers give it, to the figures that it shows
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.fail(key, f"is {show(value)}, expected a number")
        if isinstance(value, Decimal) and value == value.to_integral_value():
            value = int(value)
        if isinstance(value, int) and abs(value) > 10**30:
            self.fail(key, "is out of all proportion")
        if whole and not isinstance(value, int):
            self.fail(key, f"is {value}, expected a whole number")
        if value < 0 and not negative:
            self.fail(key, f"is {value}, expected a number that is not negative")
        return value

    def truth(self, key: str) -> Truth | None:
        """Take true or false; None where the field is absent."""
        value = self.take(key, None)
        if value is None:
            return None
        if not isinstance(value, bool):
            self.fail(key, f"is {show(value)}, expected true or false")
        return truth(value)

    def inner(self, key: str) -> Reader | None:
        """Take a table."""
        value = self.take(key, None)
        if value is None:
            return None
        return Reader(value, self.where, self.error, field=self._name(key), text=self.text)

    def each(self, key: str) -> tuple[Reader, ...] | None:
        """Take a list of tables."""
        value = self.take(key, None)
        if value is None:
            return None
        if not isinstance(value, list):
            self.fail(key, f"is {show(value)}, expected a list of tables")
        return tuple(
            Reader(item, self.where, self.error, field=self._name(f"{key}[{index}]"), text=self.text)
            for index, item in enumerate(value)
        )

    def names(self) -> tuple[str, ...]:
        """Take every key that is there, for a table whose keys are data."""
        self.taken.update(self.table)
        return tuple(self.table)

    def close(self, others: Mapping[str, str] | None = None) -> None:
        """Refuse keys that nobody took; `others` gives reasons for names refused on purpose."""
        for key in self.table:
            if key not in self.taken:
                if others and key in others:
                    self.fail(key, others[key])
                self.fail(key, f"is not a field here.{nearest(str(key), self.taken)}".rstrip("."))

    def _name(self, key: str) -> str:
        return f"{self.field}.{key}" if self.field else key


def ask(reader: Reader, key: str, parse: Callable[[str], object]) -> object:
    """Take a text and parse it; a ValueError becomes the reader's error."""
    value = reader.word(key)
    if value is None:
        return None
    try:
        return parse(value)
    except ValueError as problem:
        reader.fail(key, f"is {problem}")
