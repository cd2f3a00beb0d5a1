"""A map from a user's own columns to the paths of an order line, as a small TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecluse.errors import BadTable
from ecluse.reading import Reader, parse_toml, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Map:
    """Which path each of a user's columns holds, which columns are kept unread, and the decimal mark.

    `values` turns a user's own words into ours, column by column.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    decimal: str = "."
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_map(path: Path) -> Map:
    """Read a map. Raises BadTable.

    `[columns]` says `"Ship-to country" = "destination"`, `ignore` lists columns to keep unread,
    `decimal` is `.` or `,`, and `[values."Ship-to country"]` says `"P.R. China" = "CN"`.
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
    found = Map(columns, reader.words("ignore") or (), reader.choice("decimal", (".", ","), "."), values)
    reader.close()
    return found
