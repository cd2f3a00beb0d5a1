"""Facts of many lines as one frame, in the columns that lowered conditions read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from ecluse.bounds import Bound
from ecluse.engine.facts import Absent, Several
from ecluse.engine.lower import ABSENT, Shape
from ecluse.errors import BadTable
from ecluse.truth import UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecluse.engine.facts import Facts, Value
    from ecluse.provision import Fact

# Numbers of so many digits compare as doubles exactly as they do as decimals.
DIGITS = 15
Cell = tuple[str, pl.DataType | type[pl.DataType], object]


@dataclass(frozen=True)
class Laid:
    """A frame of facts, its shape, and the rows with a number that a double cannot hold apart."""

    frame: pl.DataFrame
    shape: Shape
    odd: tuple[int, ...]


def lay(rows: Sequence[Facts], kinds: Mapping[str, Fact]) -> Laid:
    """Lay facts out in columns, one row each; `kinds` is the vocabulary of the law."""
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
    refuse_nan(frame)
    shape = Shape(frozenset(columns), {name: tuple(paths) for name, paths in several.items()})
    return Laid(
        frame,
        shape,
        tuple(at for at, facts in enumerate(rows) if any(_odd(value) for value in facts.values())),
    )


def refuse_nan(frame: pl.DataFrame) -> None:
    """Raise BadTable where a number of a frame is NaN, which would compare as if it were larger than all."""
    floats = [name for name, kind in frame.schema.items() if kind in (pl.Float64, pl.Float32)]
    if not floats:
        return
    bad = frame.select(pl.col(floats).is_nan().any())
    for name in floats:
        if bad.item(0, name):
            row = frame.select(pl.col(name).is_nan().arg_max()).item()
            message = f"row {row + 1}: {name} is NaN, which is no number; leave the cell empty if it is not known."
            raise BadTable(message)


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


def _odd(value: Value) -> bool:
    """Has a number more digits than a double tells apart?"""
    if not isinstance(value, Bound):
        return False
    return any(side is not None and len(Decimal(side).as_tuple().digits) > DIGITS for side in (value.low, value.high))
