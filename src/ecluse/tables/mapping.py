"""A map from a user's own columns to the paths of an order line, as a small TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecluse.errors import BadTable
from ecluse.reading import Reader, parse_toml, read_text
from ecluse.tables.cells import PLAIN, Marks, checked_order

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


THOUSANDS = {"none": "", ".": ".", ",": ",", "'": "'", "\u2019": "\u2019", "space": " "}


@dataclass(frozen=True)
class Map:
    """Which path each of a user's columns holds, which columns are kept unread, and how numbers and days are written.

    `values` turns a user's own words into ours, column by column; `named` says that countries may stand by name.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    marks: Marks = PLAIN
    named: bool = False
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_map(path: Path) -> Map:
    """Read a map. Raises BadTable.

    `[columns]` says `"Ship-to country" = "destination"`, `ignore` lists columns to keep unread, `decimal` is `.` or
    `,`, `thousands` the mark between groups of three digits (or `space` or `none`; without it `.` where decimals
    stand after a comma, else none), `date` an order such as `DD.MM.YYYY`, `countries` is `codes` or `names` (English,
    of ISO 3166), and `[values."Ship-to country"]` says `"P.R. China" = "CN"`.
    """
    place = path.as_posix()
    text = read_text(path, BadTable)
    reader = Reader(parse_toml(text, place, BadTable), place, BadTable, text=text)
    inner = reader.inner("columns")
    columns = {name: inner.needed(name) for name in inner.names()} if inner else {}
    outer = reader.inner("values")
    values: dict[str, dict[str, str]] = {}
    for name in outer.names() if outer else ():
        words = outer.inner(name) if outer else None
        values[name] = {word: words.needed(word) for word in words.names()} if words else {}
    named = reader.choice("countries", ("codes", "names"), "codes") == "names"
    found = Map(columns, reader.words("ignore") or (), _marks(reader), named, values)
    reader.close()
    return found


def _marks(reader: Reader) -> Marks:
    """Read how numbers and days are written."""
    decimal = reader.choice("decimal", (".", ","), ".")
    thousands = THOUSANDS[reader.choice("thousands", THOUSANDS, "." if decimal == "," else "none")]
    if thousands == decimal:
        reader.fail("thousands", f'is {thousands!r}, the mark before decimals; expected another, or "none"')
    order = reader.word("date") or ""
    try:
        checked_order(order)
    except ValueError as problem:
        reader.fail("date", f"is {order!r}, {problem}")
    return Marks(decimal, thousands, order)
