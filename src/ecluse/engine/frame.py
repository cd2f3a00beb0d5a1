"""Facts of many lines as one frame, in the columns that lowered conditions read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from ecluse.bounds import Bound
from ecluse.engine.facts import Absent, Several
from ecluse.engine.lower import ABSENT, Shape
from ecluse.truth import UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from ecluse.engine.facts import Facts, Value
    from ecluse.provision import Fact

# Whole numbers up to this, and their sums, are exact as doubles.
WHOLE = 2**50
Cell = tuple[str, pl.DataType | type[pl.DataType], object]


@dataclass(frozen=True)
class Laid:
    """A frame of facts, its shape, and the rows with a number that a double cannot hold apart."""

    frame: pl.DataFrame
    shape: Shape
    odd: tuple[int, ...]


def lay(rows: Sequence[Facts], kinds: Mapping[str, Fact], edges: frozenset[int | Decimal] = frozenset()) -> Laid:
    """Lay facts out in columns, one row each; `kinds` is the vocabulary of the law, `edges` its thresholds."""
    near = frozenset(float(edge) for edge in edges)
    columns: dict[str, list[object]] = {}
    types: dict[str, pl.DataType | type[pl.DataType]] = {}
    several: dict[str, dict[str, None]] = {}
    for at, facts in enumerate(rows):
        for name, value in facts.items():
            if isinstance(value, Several):
                several.setdefault(name, {}).update((path, None) for path, _ in value.values)
            for column, kind, cell in _cells(name, value, kinds):
                if column not in columns:
                    columns[column], types[column] = [_UNSET] * len(rows), kind
                columns[column][at] = cell
    # A role of which a line says nothing at all is no party to it.
    roles = {path for paths in several.values() for path in paths}
    series = []
    for name, cells in columns.items():
        blank = ABSENT if name in roles else False if name.endswith(".absent") else None
        series.append(pl.Series(name, [blank if cell is _UNSET else cell for cell in cells], dtype=types[name]))
    frame = pl.DataFrame(series) if series else pl.DataFrame({"no facts": [None] * len(rows)})
    shape = Shape(frozenset(columns), {name: tuple(paths) for name, paths in several.items()})
    return Laid(
        frame,
        shape,
        tuple(at for at, facts in enumerate(rows) if any(_odd(value, edges, near) for value in facts.values())),
    )


def complete(frame: pl.DataFrame, names: Iterable[str], kinds: Mapping[str, Fact]) -> pl.DataFrame:
    """Add a column of nulls for each fact that conditions read and no row states."""
    there = set(frame.columns)
    more: list[pl.Expr] = []
    for name in names:
        kind = kinds[name].kind if name in kinds else ""
        if kind == "number":
            more += [_blank(f"{name}{end}", pl.Float64) for end in (".low", ".high") if f"{name}{end}" not in there]
        elif kind in _TYPES and name not in there:
            more.append(_blank(name, _TYPES[kind]))
    return frame.with_columns(more)


def _blank(name: str, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    return pl.lit(None, dtype=kind).alias(name)


_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "truth": pl.Boolean,
    "word": pl.String,
    "words": pl.List(pl.String),
}
_UNSET = object()


def _cells(name: str, value: Value, kinds: Mapping[str, Fact]) -> Iterator[Cell]:
    match value:
        case Truth():
            yield name, pl.Boolean, None if value is UNKNOWN else value is YES
        case Bound():
            yield f"{name}.low", pl.Float64, None if value.low is None else float(value.low)
            yield f"{name}.high", pl.Float64, None if value.high is None else float(value.high)
        case str():
            yield name, pl.String, value
        case tuple():
            yield name, pl.List(pl.String), list(value)
        case Several():
            yield from ((path, pl.String, one) for path, one in value.values)
        case Absent():
            yield from _absent(name, kinds)


def _absent(name: str, kinds: Mapping[str, Fact]) -> Iterator[Cell]:
    kind = kinds[name].kind if name in kinds else "word"
    if kind == "truth":
        yield name, pl.Boolean, False
    elif kind == "number":
        yield f"{name}.low", pl.Float64, None
        yield f"{name}.high", pl.Float64, None
        yield f"{name}.absent", pl.Boolean, True
    else:
        yield name, pl.String, ABSENT


def _odd(value: Value, edges: frozenset[int | Decimal], near: frozenset[float]) -> bool:
    """Would a number, as a double, be taken for a threshold that it only comes near?"""
    if not isinstance(value, Bound):
        return False
    sides = (side for side in (value.low, value.high) if side is not None)
    return any(float(side) in near and side not in edges for side in sides)


def whole(bound: Bound | None) -> bool:
    """Can a double add and multiply a number without rounding?"""
    if bound is None:
        return True
    sides = [side for side in (bound.low, bound.high) if side is not None]
    return all(side == int(side) and side < WHOLE for side in sides)
