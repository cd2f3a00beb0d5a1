"""A parsed line as the cells of a table, taken only where a cell reads exactly as the line does."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ecluse.tables.paths import ENDS, kind_of, known_paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.provision import Fact

    Cell = tuple[str, str]
    # A field of a line: its path, its kind and the texts met so far; or the fields inside it.
    Tree = dict[str, "tuple[str, str, dict[str, Cell]] | Tree"]

LONGEST = 2_000
LARGEST = 10**15
# So many texts of a field are remembered as cells.
MET = 20_000
# Papers are weighed line by line: in a table, rows would contend for them.
ASIDE = ("authorisation",)


class Unfit(Exception):
    """A row that a table cannot hold exactly as it was written."""


class Laid(NamedTuple):
    """A row as cells: its id, its quantity where that is a plain number, else 0, and all other cells as text."""

    id: str | None
    quantity: int
    cells: tuple[Cell, ...]


def laid(table: object, facts: Mapping[str, Fact]) -> Laid:
    """Lay a parsed line out as cells; Unfit where the one-line reader has to see it."""
    if type(table) is not dict:
        raise Unfit
    rest = dict(table)
    name = rest.pop("id", None)
    if name is not None and (type(name) is not str or not name.strip() or len(name) > LONGEST):
        if type(name) is not int:
            raise Unfit
        name = str(name)
    quantity = rest.get("quantity")
    plain = 0
    if type(quantity) is int:
        if not 0 < quantity < LARGEST:
            raise Unfit
        plain = quantity
        del rest["quantity"]
    cells: list[Cell] = []
    _walk(rest, _tree(_Facts(facts)), cells)
    return Laid(name, plain, tuple(cells))


def _walk(table: dict[str, object], tree: Tree, cells: list[Cell]) -> None:
    if not table:
        raise Unfit
    for key, value in table.items():
        found = tree.get(key)
        if type(found) is tuple:
            if type(value) is str:
                cells.append(found[2].get(value) or _met(value, *found))
            elif type(value) is dict and found[1] in ("whole", "number"):
                _bound(value, found[0], found[1], cells)
            else:
                cells.append((found[0], _cell(value, found[1])))
        elif type(found) is dict and type(value) is dict:
            _walk(value, found, cells)
        else:
            raise Unfit


def _met(value: str, path: str, kind: str, met: dict[str, Cell]) -> Cell:
    """Make the cell of a text met for the first time."""
    cell = path, _cell(value, kind)
    if len(met) < MET:
        met[value] = cell
    return cell


def _bound(value: dict[str, object], path: str, kind: str, cells: list[Cell]) -> None:
    if not value or not value.keys() <= set(ENDS):
        raise Unfit
    cells += [(f"{path}.{end}", _cell(side, kind)) for end, side in value.items()]


def _cell(value: object, kind: str) -> str:
    """Write a value as the text that a table reads back to the same value."""
    match kind, value:
        case (("text" | "amount" | "day"), str()) if value and len(value) < LONGEST and value == value.strip():
            if kind == "day" and len(value) != 10:
                raise Unfit
            return value
        case "truth", bool():
            return "true" if value else "false"
        case (("whole" | "number"), int()) if not isinstance(value, bool) and 0 <= value < LARGEST:
            return str(value)
        case "number", Decimal() if 0 <= value < LARGEST:
            return f"{value:f}"
        case "words", list() if all(isinstance(one, str) and one.strip() for one in value):
            return json.dumps(value, ensure_ascii=False)
        case "nested", list():
            try:
                return json.dumps(value, ensure_ascii=False)
            except TypeError:  # an exact decimal, which JSON would round
                raise Unfit from None
    raise Unfit


class _Facts:
    """A vocabulary that hashes by identity, so that its tree is built once."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Facts) and other.facts is self.facts

    def __hash__(self) -> int:
        return id(self.facts)


@lru_cache(maxsize=8)
def _tree(given: _Facts) -> Tree:
    root: Tree = {}
    for path in known_paths(given.facts):
        kind = kind_of(path, given.facts)
        *above, last = path.split(".")
        if kind is None or path in ASIDE:
            continue
        here: Tree = root
        for part in above:
            inner = here.setdefault(part, {})
            if isinstance(inner, dict):
                here = inner
        here[last] = (path, kind, {})
    return root
