"""Names from a column of a table, for `ecluse screen`: CSV by itself, others by the room of tables."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING

from ecluse.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    # A name, a country as written, and where the two stand.
    Named = tuple[str, str, str]

TABLES = (".parquet", ".ndjson", ".xlsx")


def of_csv(text: str, path: Path, name: str, country: str | None) -> Iterator[Named]:
    """Give the names of a column of a CSV, row by row; rows without one are left out."""
    rows = csv.DictReader(io.StringIO(text))
    _there(path, (name, country), rows.fieldnames or ())
    for row in rows:
        found = (row.get(name) or "").strip()
        if found:
            yield found, (row.get(country) or "").strip() if country else "", f"{path}:{rows.line_num}"


def of_table(path: Path, name: str, country: str | None) -> Iterator[Named]:
    """Give the names of a column of a Parquet, NDJSON or XLSX table; rows that cannot be read are told."""
    try:
        from ecluse.tables.reading import blocks, opened  # noqa: PLC0415 - only such tables pay for it
    except ImportError as problem:
        message = (
            f"{path}: to read such a table the package {problem.name} is needed; install it with:"
            " pip install 'ecluse[batch]', or save the table as CSV."
        )
        raise InputError(message) from None
    source = opened(path)
    _there(path, (name, country), source.columns)
    spoiled = 0
    for block in blocks(source, frozenset({name, country or name})):
        names = block.table.column(name).to_pylist()
        countries = block.table.column(country).to_pylist() if country else [None] * len(names)
        for row, found, code in zip(block.rows.tolist(), names, countries, strict=True):
            if found is not None and str(found).strip():
                yield str(found).strip(), str(code or "").strip(), f"{path}: row {row}"
        for one in block.spoiled:
            spoiled += 1
            if spoiled == 1:
                sys.stderr.write(f"{path}: row {one.row} cannot be read and is left out: {one.reason}.\n")
    if spoiled > 1:
        sys.stderr.write(f"{path}: {spoiled:,} rows in all cannot be read and are left out.\n")


def _there(path: Path, wanted: Sequence[str | None], columns: Sequence[str]) -> None:
    for one in wanted:
        if one and one not in columns:
            message = f"{path}: has no column {one!r}.{nearest(one, columns)}"
            raise InputError(message)
