"""Columns of structures, such as a party with its fields, told by their parts as dotted paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ecluse.errors import BadTable
from ecluse.order import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# What an order line holds as a table of its own; other structures are no business of ours.
HEADS = ("item", "facts", "unit_price", *ROLES)


def told_by_parts(schema: pa.Schema, whole: Collection[str], place: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the columns of a table with its structures as their parts, and these parts. Raises BadTable.

    Structures that `whole` names stay as they are.
    """
    columns: list[str] = []
    parts: list[str] = []
    for field in schema:
        own = list(_parts(field)) if field.name in HEADS and field.name not in whole else []
        parts += own
        columns += own or [field.name]
    for name in parts:
        if columns.count(name) > 1:
            message = f"{place}: {name} stands in a structure and in a column of its own; keep one."
            raise BadTable(message)
    return tuple(columns), tuple(parts)


def _parts(field: pa.Field, head: str = "") -> Iterator[str]:
    path = f"{head}{field.name}"
    if pa.types.is_struct(field.type):
        for index in range(field.type.num_fields):
            yield from _parts(field.type.field(index), f"{path}.")
    elif head:
        yield path


def parted(table: pa.Table, parts: Collection[str]) -> pa.Table:
    """Put the parts of a table's structures beside them, as far as they are there."""
    for path in parts:
        head, *steps = path.split(".")
        found = table.column(head) if head in table.column_names else None
        for step in steps:
            at = -1 if found is None else found.type.get_field_index(step)
            found = pc.struct_field(found, [at]) if at >= 0 else None
        if found is not None:
            table = table.append_column(path, found)
    return table
