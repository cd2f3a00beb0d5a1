"""The footer of a Parquet file, read and written as it stands: fields by number, unknown ones kept.

Thrift's compact protocol says of each value what it is, so no description of the format is needed.
Source: the Thrift compact protocol, and `parquet.thrift` of the Parquet format, for the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
INTEGERS = (4, 5, 6)
DEEPEST = 32
MAGIC = b"PAR1"
TAIL = WIDTH = 8
# Fields of the format, by number: of the whole, of a group of rows, of a column in it and what describes it.
GROUPS, COLUMNS, GROUP_ROWS, CHUNK = 4, 1, 3, 3
PATH, PLAIN, DICTIONARY_PAGE = 3, 6, 11

Struct = dict[int, "Field"]


class Field(NamedTuple):
    """A field's kind and value."""

    kind: int
    value: Any


class Items(NamedTuple):
    """A list: the kind of its items, and the items."""

    kind: int
    items: list[Any]


class NotUnderstood(ValueError):
    """A footer that holds what this reader does not know."""


@dataclass
class _Reader:
    raw: bytes
    at: int = 0

    def byte(self) -> int:
        self.at += 1
        return self.raw[self.at - 1]

    def varint(self) -> int:
        found = shift = 0
        while True:
            one = self.byte()
            found |= (one & 0x7F) << shift
            if one < 0x80:
                return found
            shift += 7

    def signed(self) -> int:
        found = self.varint()
        return found >> 1 ^ -(found & 1)

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.raw):
            raise IndexError
        self.at += size
        return self.raw[self.at - size : self.at]

    def value(self, kind: int, depth: int) -> Any:  # noqa: ANN401 - whatever the footer holds
        if depth > DEEPEST:
            message = "nested too deeply"
            raise NotUnderstood(message)
        if kind in INTEGERS:
            return self.signed()
        match kind:
            case 1 | 2 | 3:
                one = self.byte()
                return one if kind == BYTE else one == TRUE
            case 7 | 8:
                return self.take(WIDTH if kind == DOUBLE else self.varint())
            case 9 | 10:
                head = self.byte()
                size = head >> 4 if head >> 4 != 0xF else self.varint()
                return Items(head & 0xF, [self.value(head & 0xF, depth + 1) for _ in range(size)])
            case 12:
                return self.struct(depth + 1)
        message = f"a value of kind {kind}"
        raise NotUnderstood(message)

    def struct(self, depth: int = 0) -> Struct:
        found: Struct = {}
        number = 0
        while head := self.byte():
            kind = head & 0xF
            number = number + (head >> 4) if head >> 4 else self.signed()
            if kind in (TRUE, FALSE):
                found[number] = Field(TRUE, kind == TRUE)
            else:
                found[number] = Field(kind, self.value(kind, depth))
        return found


def parsed(raw: bytes) -> Struct:
    """Read a footer. Raises NotUnderstood."""
    try:
        return _Reader(raw).struct()
    except IndexError:
        message = "cut short"
        raise NotUnderstood(message) from None


def written(struct: Struct) -> bytes:
    """Write a footer."""
    out = bytearray()
    _struct(out, struct)
    return bytes(out)


def _varint(out: bytearray, number: int) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _signed(out: bytearray, number: int) -> None:
    _varint(out, number << 1 if number >= 0 else (-number << 1) - 1)


def _value(out: bytearray, kind: int, value: Any) -> None:  # noqa: ANN401 - as it was read
    if kind in INTEGERS:
        _signed(out, value)
    elif kind in (TRUE, FALSE):
        out.append(TRUE if value else FALSE)
    elif kind == BYTE:
        out.append(value)
    elif kind == DOUBLE:
        out += value
    elif kind == BINARY:
        _varint(out, len(value))
        out += value
    elif kind in (LIST, SET):
        short = len(value.items) < 0xF
        out.append((len(value.items) if short else 0xF) << 4 | value.kind)
        if not short:
            _varint(out, len(value.items))
        for one in value.items:
            _value(out, value.kind, one)
    else:
        _struct(out, value)


def _struct(out: bytearray, struct: Struct) -> None:
    last = 0
    for number, (kind, value) in sorted(struct.items()):
        told = (TRUE if value else FALSE) if kind == TRUE else kind
        step = number - last
        if 0 < step < 0x10:
            out.append(step << 4 | told)
        else:
            out.append(told)
            _signed(out, number)
        last = number
        if kind != TRUE:
            _value(out, kind, value)
    out.append(0)


def footer_of(file: Any, size: int) -> Struct:  # noqa: ANN401 - an open binary file or a buffer's reader
    """Read the footer at the end of a Parquet file of a size in bytes. Raises NotUnderstood."""
    file.seek(size - TAIL)
    tail = file.read(TAIL)
    if tail[4:] != MAGIC:
        message = "no plain footer"
        raise NotUnderstood(message)
    length = int.from_bytes(tail[:4], "little")
    file.seek(size - TAIL - length)
    return parsed(file.read(length))


def repeating(footer: Struct, most: int) -> list[str]:
    """Name the columns that stand in a dictionary in the first group of rows, in fewer than `most` bytes a row."""
    try:
        group = footer[GROUPS].value.items[0]
        rows = group[GROUP_ROWS].value
        chunks = [chunk[CHUNK].value for chunk in group[COLUMNS].value.items]
        packed = [one for one in chunks if DICTIONARY_PAGE in one and one[PLAIN].value < most * rows]
        return [b".".join(one[PATH].value.items).decode() for one in packed]
    except (LookupError, AttributeError, TypeError, ValueError):
        return []
