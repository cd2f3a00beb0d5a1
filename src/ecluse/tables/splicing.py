"""Answers beside the columns of a Parquet file whose bytes are carried over as they stand.

A Parquet file holds each column of each group of rows by itself, so columns can stand beside each
other without being read: the table's are copied, the answers written. A group of which rows were
left out is written anew.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.tables.footers import (
    BINARY,
    CHUNK,
    COLUMNS,
    DICTIONARY_PAGE,
    GROUP_ROWS,
    GROUPS,
    LIST,
    MAGIC,
    PLAIN,
    STRUCT,
    Field,
    Items,
    NotUnderstood,
    Struct,
    footer_of,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ecluse.tables.coding import Codes

ARROW, ROW_OF_SPARK = b"ARROW:schema", b"org.apache.spark.sql.parquet.row.metadata"
# Fields of the format, by number.
SCHEMA, ROWS, TOLD, ORDERS = 2, 3, 5, 7
SEALED = (8, 9)
GROUP_BYTES, GROUP_OFFSET, GROUP_PACKED, GROUP_PLACE = 2, 5, 6, 7
ELSEWHERE, CHUNK_OFFSET = 1, 2
INDEXES = (4, 5, 6, 7)
CHUNK_SEALED = (8, 9)
PACKED, DATA_PAGE, INDEX_PAGE = 7, 9, 10
PAGES = (DATA_PAGE, INDEX_PAGE, DICTIONARY_PAGE)
# Where a filter stood, and sizes by depth, at which some readers end where they are spoiled.
UNKEPT = (14, 15, 16)
# Of a column: its physical kind and length, whether it may be empty, its name, its parts.
DESCRIBED = (1, 2, 3, 4, 5)
CHILDREN = 5
I64 = 6
# Groups of fewer rows on the average are not worth their own dictionaries; larger ones would be held in memory.
FEWEST, MOST = 50_000, 4_000_000


def splices(path: Path) -> bool:
    """Say whether the columns of a Parquet file can be carried over as they stand."""
    with pq.ParquetFile(path) as file:
        groups = [file.metadata.row_group(at).num_rows for at in range(file.metadata.num_row_groups)]
    if not groups or (len(groups) > 1 and sum(groups) < FEWEST * len(groups)) or max(groups) > MOST:
        return False
    try:
        with path.open("rb") as raw:
            footer = footer_of(raw, path.stat().st_size)
        return _plain(footer, path)
    except (NotUnderstood, LookupError, AttributeError, TypeError, ValueError):
        # Where a footer holds something else than the format says, the table is read, and written anew.
        return False


def _plain(footer: Struct, path: Path) -> bool:
    """Say whether a footer describes columns as we write them, unsealed, in the file itself."""
    chunks = [chunk for group in footer[GROUPS].value.items for chunk in group[COLUMNS].value.items]
    if not _alike(footer, _empty(path)):
        return False
    sealed = any(one in footer for one in SEALED) or any(one in chunk for chunk in chunks for one in CHUNK_SEALED)
    return not sealed and all(_there(chunk, path.stat().st_size) for chunk in chunks)


def _there(chunk: Struct, size: int) -> bool:
    """Say whether the bytes of a column stand in the file itself, where its footer says."""
    if CHUNK not in chunk or ELSEWHERE in chunk or DATA_PAGE not in chunk[CHUNK].value:
        return False
    meta = chunk[CHUNK].value
    if any(meta[at].kind != I64 for at in (PACKED, *PAGES) if at in meta):
        return False
    return bool(0 < _start(meta) <= _start(meta) + meta[PACKED].value <= size)


def _start(meta: Struct) -> int:
    """Say where the pages of a column begin."""
    return int(min((meta[at].value for at in PAGES if at in meta and meta[at].value), default=0))


def _empty(path: Path) -> Struct:
    """Give the footer of a table that has the columns of a file, and no rows, as we would write it."""
    held = io.BytesIO()
    with pq.ParquetFile(path) as file, pq.ParquetWriter(held, file.schema_arrow, store_schema=False):
        pass
    return footer_of(held, held.getbuffer().nbytes)


def _alike(one: Struct, two: Struct) -> bool:
    """Say whether two footers describe columns of the same names and kinds: groups of both fit into one file."""
    rows = [[tuple(item.get(at) for at in DESCRIBED) for item in each[SCHEMA].value.items[1:]] for each in (one, two)]
    return rows[0] == rows[1]


def described(source: Path, told: pa.Schema) -> dict[bytes, bytes]:
    """Give what a Parquet table says of itself beside its columns, with the columns of answers added to its schema.

    Arrow's own kinds (dictionaries, durations, zones) stand there. What describes all columns in another
    program's terms is left out, since that program would not see the answers.
    """
    with pq.ParquetFile(source) as file:
        said, schema = dict(file.metadata.metadata or {}), file.schema_arrow
    said.pop(ROW_OF_SPARK, None)
    if ARROW in said:
        more = [one.with_type(one.type.value_type) if pa.types.is_dictionary(one.type) else one for one in told]
        whole = pa.schema([*schema, *more], metadata=schema.metadata)
        said[ARROW] = base64.b64encode(whole.serialize().to_pybytes())
    return said


@dataclass
class Splice:
    """A file that grows group by group; `told` gives the columns of answers by their numbers."""

    source: Path
    part: Path
    told: Callable[[Sequence[Codes]], pa.Table]
    options: Callable[[pa.Schema], Mapping[str, Any]]
    waiting: list[list[Codes]] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    group: int = 0
    start: int = 0
    read: int = 0
    groups: list[Struct] = field(default_factory=list)
    beside: Struct = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open both files, and look at the table's footer."""
        self.raw: IO[bytes] = self.source.open("rb")
        self.footer = footer_of(self.raw, self.source.stat().st_size)
        self.sizes = [int(group[GROUP_ROWS].value) for group in self.footer[GROUPS].value.items]
        self.out: IO[bytes] = self.part.open("wb")
        self.out.write(MAGIC)

    def write(self, numbers: Sequence[Codes], rejected: Sequence[int]) -> None:
        """Take the answers of some rows, in order, and the numbers of the rows left out among them (from 1)."""
        self.waiting.append(list(numbers))
        self.rejected += rejected
        self.read += len(numbers[0]) + len(rejected)
        while self.group < len(self.sizes) and self.start + self.sizes[self.group] <= self.read:
            self._finish()

    def _finish(self) -> None:
        """Write the next group of rows."""
        size = self.sizes[self.group]
        end = self.start + size
        out = [row - 1 - self.start for row in self.rejected if row <= end]
        self.rejected = self.rejected[len(out) :]
        numbers = [np.concatenate(one) for one in zip(*self.waiting, strict=True)]
        kept = size - len(out)
        self.waiting = [[one[kept:] for one in numbers]]
        if kept:
            told = self.told([one[:kept] for one in numbers])
            self._anew(told, out) if out else self._beside(told)
        self.group += 1
        self.start = end

    def _beside(self, told: pa.Table) -> None:
        group = self.footer[GROUPS].value.items[self.group]
        chunks = [self._copied(chunk, self.raw) for chunk in group[COLUMNS].value.items]
        self.beside, answers = self._chunks(told)
        self._put([*chunks, *answers], len(told), group)

    def _anew(self, told: pa.Table, out: list[int]) -> None:
        """Write a group without the rows left out."""
        with pq.ParquetFile(self.source) as file:
            table = file.read_row_group(self.group)
        kept = np.delete(np.arange(len(table)), out)
        _, chunks = self._chunks(table.take(pa.array(kept)))
        self.beside, answers = self._chunks(told)
        self._put([*chunks, *answers], len(told), {})

    def _chunks(self, table: pa.Table) -> tuple[Struct, list[Struct]]:
        """Write columns as a file in memory, and copy them from there; give its footer, and where they stand."""
        held = io.BytesIO()
        with pq.ParquetWriter(held, table.schema, **self.options(table.schema)) as writer:
            writer.write_table(table, row_group_size=max(len(table), 1))
        footer = footer_of(held, held.getbuffer().nbytes)
        # A table without rows has pages nowhere: its footer alone says something.
        groups = footer[GROUPS].value.items if len(table) else []
        return footer, [self._copied(chunk, held) for group in groups for chunk in group[COLUMNS].value.items]

    def _copied(self, chunk: Struct, raw: IO[bytes]) -> Struct:
        """Carry the bytes of one column over, and say where they stand now."""
        meta: Struct = {number: one for number, one in chunk[CHUNK].value.items() if number not in UNKEPT}
        start = _start(meta)
        moved = self.out.tell() - start
        raw.seek(start)
        self.out.write(raw.read(meta[PACKED].value))
        pages = [number for number in PAGES if number in meta and meta[number].value]
        meta |= {number: Field(I64, meta[number].value + moved) for number in pages}
        kept = {number: one for number, one in chunk.items() if number not in INDEXES}
        return kept | {CHUNK_OFFSET: Field(I64, 0), CHUNK: Field(chunk[CHUNK].kind, meta)}

    def _put(self, chunks: list[Struct], rows: int, group: Struct) -> None:
        kept = {number: one for number, one in group.items() if number not in (GROUP_OFFSET, GROUP_PLACE)}
        for number, each in ((GROUP_BYTES, PLAIN), (GROUP_PACKED, PACKED)):
            kept[number] = Field(I64, sum(one[CHUNK].value[each].value for one in chunks))
        self.groups.append(kept | {COLUMNS: Field(LIST, Items(STRUCT, chunks)), GROUP_ROWS: Field(I64, rows)})

    def leave(self) -> None:
        """Let go of both files."""
        self.raw.close()
        self.out.close()

    def close(self) -> None:
        """Write the footer: both schemas as one, and the groups."""
        if not self.beside:
            nothing = np.zeros(0, dtype=np.int32)
            self.beside, _ = self._chunks(self.told([nothing, nothing]))
        root, *rest = self.footer[SCHEMA].value.items
        _, *more = self.beside[SCHEMA].value.items
        root = root | {CHILDREN: Field(root[CHILDREN].kind, root[CHILDREN].value + len(more))}
        footer = {number: one for number, one in self.footer.items() if number != TOLD}
        nothing = np.zeros(0, dtype=np.int32)
        said = described(self.source, self.told([nothing, nothing]).schema)
        if said:
            pairs = [{1: Field(BINARY, key), 2: Field(BINARY, value)} for key, value in said.items()]
            footer[TOLD] = Field(LIST, Items(STRUCT, pairs))
        footer[SCHEMA] = Field(LIST, Items(STRUCT, [root, *rest, *more]))
        footer[GROUPS] = Field(LIST, Items(STRUCT, self.groups))
        footer[ROWS] = Field(I64, sum(group[GROUP_ROWS].value for group in self.groups))
        if ORDERS in footer and ORDERS in self.beside:
            orders = [*footer[ORDERS].value.items, *self.beside[ORDERS].value.items]
            footer[ORDERS] = Field(LIST, Items(footer[ORDERS].value.kind, orders))
        else:
            footer.pop(ORDERS, None)
        raw = written(footer)
        self.out.write(raw + len(raw).to_bytes(4, "little") + MAGIC)
