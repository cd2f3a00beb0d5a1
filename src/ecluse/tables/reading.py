"""Read a table of order lines, block by block; what cannot be read is kept aside with its reason."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.errors import BadLine, BadTable
from ecluse.reading import parse_json
from ecluse.tables import csvs
from ecluse.tables.footers import NotUnderstood, footer_of, repeating
from ecluse.tables.structures import parted, told_by_parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

KINDS = (".parquet", ".csv", ".ndjson", ".xlsx")
ROWS = 1 << 19
LONGEST_LINE = 1_000_000
# A column of words that takes so many bytes a row is no dictionary of words that repeat.
UNIQUE = 8
# Nobody opens a workbook of more; such tables are better CSV or Parquet.
LARGEST_BOOK = 200_000_000


@dataclass(frozen=True)
class Reject:
    """A row that cannot be read: its number, field, value, reason.

    The first row of data is 1; blank lines and empty rows of a sheet are no rows.
    """

    row: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Block:
    """Some rows of a table: their columns as they came, their numbers, and the rows that are no rows.

    `originals` are the texts of the rows where the format has such (NDJSON); `share` is how much of
    the whole has been read with it, from 0 to 1.
    """

    table: pa.Table
    rows: np.ndarray[tuple[int], np.dtype[np.int64]]
    spoiled: tuple[Reject, ...] = ()
    originals: tuple[str, ...] | None = None
    share: float = 1.0


@dataclass(frozen=True)
class Source:
    """A table that can be read: its columns, how many rows it has if that is told, its size in bytes.

    `decimal` is the mark before decimals in its texts; `parts` names the columns that are parts of a structure, which
    stand in blocks beside it.
    """

    path: Path
    columns: tuple[str, ...]
    count: int | None
    size: int
    options: dict[str, object] = field(default_factory=dict)
    decimal: str = "."
    parts: tuple[str, ...] = ()


def kind_of(path: Path) -> str:
    """Give the kind of a table file by its ending. Raises BadTable."""
    if path.suffix.lower() not in KINDS:
        message = f"{path}: a table is a file that ends in {', '.join(KINDS)}."
        raise BadTable(message)
    return path.suffix.lower()


def opened(path: Path, whole: Collection[str] = ()) -> Source:
    """Look into a table: its columns, and how much there is; a structure is told by its parts. Raises BadTable.

    `whole` names columns that stay as they are, whatever they hold.
    """
    kind = kind_of(path)
    try:
        size = path.stat().st_size
        match kind:
            case ".parquet":
                with pq.ParquetFile(path) as file:
                    columns, parts = told_by_parts(file.schema_arrow, whole, str(path))
                    return Source(path, columns, file.metadata.num_rows, size, parts=parts)
            case ".csv":
                columns, options = csvs.header(path)
                return Source(path, columns, None, size, options)
            case ".ndjson":
                return Source(path, _keys(path), None, size)
        return _book(path, size)
    except OSError as problem:
        message = f"{path}: cannot be opened ({problem.strerror or problem})."
        raise BadTable(message) from None
    except (pa.ArrowException, UnicodeError) as problem:
        message = f"{path}: not a table of its kind ({str(problem).splitlines()[0]})."
        raise BadTable(message) from None


def blocks(
    source: Source, free: frozenset[str] = frozenset(), rows: int = ROWS, columns: tuple[str, ...] | None = None
) -> Iterator[Block]:
    """Read a table block by block, in its order; `free` columns are read without a dictionary.

    `columns` names those that are wanted, where others need not be read (Parquet).
    """
    try:
        match kind_of(source.path):
            case ".parquet":
                yield from _parquet(source, rows, columns)
            case ".csv":
                for piece in csvs.blocks(source.path, source.columns, source.options, free):
                    aside = tuple(Reject(*one) for one in piece.spoiled)
                    yield Block(piece.table, piece.numbers, aside, share=piece.read / max(source.size, 1))
            case ".ndjson":
                yield from _ndjson(source, rows)
            case _:
                yield from _sheet(source)
    except (pa.ArrowException, OSError, UnicodeError) as problem:
        message = f"{source.path}: cannot be read ({str(problem).splitlines()[0]})."
        raise BadTable(message) from None


def _parquet(source: Source, rows: int, columns: tuple[str, ...] | None) -> Iterator[Block]:
    with pq.ParquetFile(source.path) as plain:
        texts = {one.name for one in plain.schema_arrow if _is_text(one.type)}
    coded = [name for name in _repeating(source.path) if name in texts]
    start = 1
    # Reading ahead would hold the file in memory; the next block is read while the last one is answered.
    with pq.ParquetFile(source.path, read_dictionary=coded, pre_buffer=False) as file:
        for batch in file.iter_batches(batch_size=rows, columns=columns and list(columns)):
            # A spoiled file may name words that no dictionary holds, or hold words that are no text.
            batch.validate(full=True)
            numbers = np.arange(start, start + len(batch), dtype=np.int64)
            start += len(batch)
            yield Block(
                parted(pa.Table.from_batches([batch]), source.parts),
                numbers,
                share=(start - 1) / max(source.count or 1, 1),
            )
        if start == 1:  # a table without rows has columns still
            empty = parted(file.schema_arrow.empty_table(), source.parts)
            yield Block(empty.select(columns) if columns else empty, np.arange(0), share=1.0)


def _repeating(path: Path) -> list[str]:
    """Name the columns that stand in a dictionary, asked of the footer: at a spoiled one Arrow may end the process."""
    try:
        with path.open("rb") as file:
            return repeating(footer_of(file, path.stat().st_size), UNIQUE)
    except NotUnderstood:
        return []


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _keys(path: Path) -> tuple[str, ...]:
    """Name the columns of an NDJSON file: every path that any row states, in the order seen."""
    names: dict[str, None] = {}
    with path.open("rb") as file:
        for raw in file:
            try:
                names |= dict.fromkeys(flat(json.loads(raw)))
            except (ValueError, RecursionError, TypeError):
                continue
    return tuple(names)


def flat(row: object, head: str = "") -> dict[str, object]:
    """Give the cells of a nested row by dotted path; lists stay whole. TypeError where it is no object."""
    if not isinstance(row, dict):
        message = "a row is an object"
        raise TypeError(message)
    cells: dict[str, object] = {}
    for key, value in row.items():
        if isinstance(value, dict) and value:
            cells |= flat(value, f"{head}{key}.")
        else:
            cells[f"{head}{key}"] = value
    return cells


def _ndjson(source: Source, rows: int) -> Iterator[Block]:
    cells: list[dict[str, object]] = []
    texts: list[str] = []
    numbers: list[int] = []
    spoiled: list[Reject] = []
    with source.path.open("rb") as file:
        lines = iter(lambda: file.readline(LONGEST_LINE), b"")
        for number, raw in enumerate((one for one in lines if one.strip()), 1):
            try:
                text = raw.decode("utf-8-sig").strip()
                found = flat(parse_json(text, "the row", BadLine))
            except (BadLine, UnicodeDecodeError, TypeError) as problem:
                spoiled.append(Reject(number, "", raw[:200].decode(errors="replace").strip(), _why(problem)))
                continue
            cells.append(found)
            texts.append(text)
            numbers.append(number)
            if len(cells) == rows:
                yield _of_cells(source, cells, numbers, spoiled, texts, file.tell() / source.size)
                cells, texts, numbers, spoiled = [], [], [], []
    yield _of_cells(source, cells, numbers, spoiled, texts)


def _why(problem: Exception) -> str:
    return (
        str(problem).removeprefix("the row: ").rstrip(".") if not isinstance(problem, UnicodeError) else "is not UTF-8"
    )


def _of_cells(
    source: Source,
    cells: list[dict[str, object]],
    numbers: list[int],
    spoiled: list[Reject],
    texts: list[str] | None,
    share: float = 1.0,
) -> Block:
    table = pa.table({name: _column([row.get(name) for row in cells], source.decimal) for name in source.columns})
    found = np.array(numbers, dtype=np.int64)
    return Block(table, found, tuple(spoiled), tuple(texts) if texts is not None else None, share)


def _column(values: list[object], decimal: str = ".") -> pa.Array:
    """Give a column of one kind of value as it is, any other as text that reads the same."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool} or kinds <= {int} or kinds <= {str} or kinds <= {float}:
        try:
            return pa.array(values, pa.string() if not kinds else None)
        except pa.ArrowException:
            pass
    return pa.array([_as_text(value, decimal) for value in values], pa.string())


def _as_text(value: object, decimal: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list | bool):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value).replace(".", decimal)


def _book(path: Path, size: int) -> Source:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only workbooks pay for it

    if size > LARGEST_BOOK:
        message = f"{path}: larger than {LARGEST_BOOK:,} bytes; save a table of that size as CSV or Parquet."
        raise BadTable(message)
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=True)
    except (CalamineError, ValueError, IndexError) as problem:
        message = f"{path}: no workbook that can be read ({problem})."
        raise BadTable(message) from None
    if not sheet:
        message = f"{path}: the first sheet is empty."
        raise BadTable(message)
    names = [str(cell).strip() for cell in sheet[0]]
    used = [at for at, name in enumerate(names) if name]
    return Source(path, tuple(names[at] for at in used), len(sheet) - 1, size, {"sheet": sheet, "used": used})


def _sheet(source: Source) -> Iterator[Block]:
    sheet, used = source.options["sheet"], source.options["used"]
    rows = sheet[1:] if isinstance(sheet, list) else []
    cells, numbers = [], []
    for row in rows:
        values = [row[at] if at < len(row) else "" for at in (used if isinstance(used, list) else [])]
        if any(value != "" for value in values):
            pairs = zip(source.columns, values, strict=True)
            cells.append({name: _of_sheet(value) for name, value in pairs if value != ""})
            numbers.append(len(cells))
    yield _of_cells(source, cells, numbers, [], None)


def _of_sheet(value: object) -> object:
    """Take a cell of a workbook, whose numbers are all doubles."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, bool | int | float | str) else str(value)
