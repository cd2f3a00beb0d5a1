"""Write a table with its answers; the file appears only when it is whole."""

from __future__ import annotations

import csv
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from ecluse.errors import BadTable
from ecluse.tables.places import part_of, rejected_of, writing
from ecluse.tables.reading import Reject, kind_of
from ecluse.tables.splicing import Splice, described

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from types import TracebackType

    from ecluse.tables.coding import Codes

# A workbook holds so many rows, its head included.
MOST_ROWS = 1_048_576
# Long lists of missing facts repeat over and over: keep them in one dictionary.
DICTIONARY = 1 << 26


TRUTHS = {"true": True, "false": False}
# Columns of gates, also those of a second answer.
GATES = ("exporter", "importer")


class Sink(Protocol):
    """What rows are written to."""

    def write(self, table: pa.Table, answers: pa.Table, originals: Sequence[str] | None) -> None:
        """Write rows with their answers beside them."""

    def close(self) -> None:
        """Finish."""


class Writing:
    """A file that is written beside its place and put there when it is whole; left out when anything fails."""

    def __init__(
        self,
        path: Path,
        told: Callable[[Sequence[Codes]], pa.Table],
        source: Path | None = None,
        like: Path | None = None,
    ) -> None:
        """`told` gives columns of answers by their numbers; `source` is a table whose columns are carried over.

        `like` is a table of Parquet whose columns are written anew, as Parquet, and keep what it says of them.
        Raises BadTable where the ending is none of a table.
        """
        kind_of(path)
        self.path, self.part, self.told = path, part_of(path), told
        self.sink: Sink | None = None
        self.like = like
        with writing(path):
            self.splice = None if source is None else Splice(source, self.part, told, parquet_options)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(
        self,
        table: pa.Table,
        numbers: Sequence[Codes],
        originals: Sequence[str] | None = None,
        rejected: Sequence[int] = (),
    ) -> None:
        """Write rows with their answers; `rejected` are the rows of the table that were left out among them."""
        with writing(self.path):
            if self.splice is not None:
                self.splice.write(numbers, rejected)
                return
            answers = self.told(numbers)
            sink = self.sink or SINKS[kind_of(self.path)](self.part, table, answers)
            self.sink = sink
            sink.write(table, answers, originals)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the file in its place, or leave nothing."""
        try:
            if kind is None:
                with writing(self.path):
                    self._finish()
            else:
                # What cannot be finished matters less than what went wrong before.
                with suppress(OSError, BadTable, pa.ArrowException):
                    if self.sink is not None:
                        self.sink.close()
        finally:
            with suppress(OSError):
                if self.splice is not None:
                    self.splice.leave()
            with suppress(OSError):
                self.part.unlink(missing_ok=True)

    def _finish(self) -> None:
        open_ = self.splice or self.sink
        if isinstance(open_, _Parquet) and self.like is not None:
            nothing = np.zeros(0, dtype=np.int32)
            open_.file.add_key_value_metadata(described(self.like, self.told([nothing, nothing]).schema))
        if open_ is not None:
            open_.close()
            if self.splice is not None:
                self.splice.leave()
            self.part.replace(self.path)


class _Parquet:
    def __init__(self, part: Path, table: pa.Table, answers: pa.Table) -> None:
        self.schema = pa.schema([*table.schema, *answers.schema])
        self.file = pq.ParquetWriter(part, self.schema, **parquet_options(self.schema))

    def write(self, table: pa.Table, answers: pa.Table, originals: Sequence[str] | None) -> None:
        del originals
        self.file.write_table(_beside(table, answers).cast(self.schema))

    def close(self) -> None:
        self.file.close()


def parquet_options(schema: pa.Schema) -> dict[str, Any]:
    """Say how columns are written as Parquet."""
    return {
        "compression": "zstd",
        "compression_level": 1,
        "store_schema": False,
        "dictionary_pagesize_limit": DICTIONARY,
        "use_dictionary": [one.name for one in schema if not _is_text(one.type)],
        # Words have no order that anybody asks for: their least and greatest are not worth looking for.
        "write_statistics": [one.name for one in schema if not _is_words(one.type)],
    }


def _is_words(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind) or pa.types.is_boolean(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind))


class _Csv:
    def __init__(self, part: Path, table: pa.Table, answers: pa.Table) -> None:
        options = pc.WriteOptions(quoting_style="needed")
        self.file = pc.CSVWriter(part, _plain(_beside(table, answers)).schema, write_options=options)

    def write(self, table: pa.Table, answers: pa.Table, originals: Sequence[str] | None) -> None:
        del originals
        self.file.write_table(_plain(_beside(table, answers)))

    def close(self) -> None:
        self.file.close()


class _Ndjson:
    def __init__(self, part: Path, table: pa.Table, answers: pa.Table) -> None:
        del table, answers
        self.file = part.open("w", encoding="utf-8")

    def write(self, table: pa.Table, answers: pa.Table, originals: Sequence[str] | None) -> None:
        told = [_gates(row) for row in answers.to_pylist()]
        if originals is None:
            for row, answer in zip(table.to_pylist(), told, strict=True):
                kept = {name: value for name, value in row.items() if value is not None}
                self.file.write(json.dumps(kept | answer, default=str, ensure_ascii=False) + "\n")
            return
        for text, answer in zip(originals, told, strict=True):
            # The row stays as it was written, to the digit.
            added = json.dumps(answer, default=str, ensure_ascii=False)
            self.file.write(f"{text.rstrip()[:-1].rstrip()}, {added[1:]}\n")

    def close(self) -> None:
        self.file.close()


class _Steady:
    """A file that keeps what goes wrong for its end: a half written archive would complain again by itself."""

    def __init__(self, part: Path) -> None:
        self.file = part.open("wb", buffering=0)
        self.at = 0
        self.problem: OSError | None = None

    def write(self, data: bytes) -> int:
        left = memoryview(data)
        while left and self.problem is None:
            try:
                left = left[self.file.write(left) :]
            except OSError as problem:
                self.problem = problem
        self.at += len(data)
        return len(data)

    def seek(self, place: int) -> int:
        if self.problem is None:
            self.file.seek(place)
        self.at = place
        return place

    def tell(self) -> int:
        return self.at

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self.file.close()
        if self.problem is not None:
            raise self.problem


class _Xlsx:
    def __init__(self, part: Path, table: pa.Table, answers: pa.Table) -> None:
        import xlsxwriter  # noqa: PLC0415 - only workbooks pay for it

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.file = _Steady(part)
        self.book = xlsxwriter.Workbook(self.file, options)
        self.sheet = self.book.add_worksheet("answers")
        self.row = 1
        bold = self.book.add_format({"bold": True})
        self.sheet.write_row(0, 0, [*table.column_names, *answers.column_names], bold)
        self.sheet.freeze_panes(1, 0)

    def write(self, table: pa.Table, answers: pa.Table, originals: Sequence[str] | None) -> None:
        del originals
        if self.row + len(table) > MOST_ROWS:
            message = f"a workbook holds {MOST_ROWS:,} rows; write so many lines to .csv or .parquet."
            raise BadTable(message)
        kept = _plain(table)
        for own, told in zip(
            zip(*(column.to_pylist() for column in kept.columns), strict=True), answers.to_pylist(), strict=True
        ):
            row = ["" if cell is None else cell for cell in (*own, *_gates(told).values())]
            self.sheet.write_row(self.row, 0, row)
            self.row += 1

    def close(self) -> None:
        self.book.close()
        self.file.close()


SINKS: dict[str, Callable[[Path, pa.Table, pa.Table], Sink]] = {
    ".parquet": _Parquet,
    ".csv": _Csv,
    ".ndjson": _Ndjson,
    ".xlsx": _Xlsx,
}


def _gates(row: dict[str, object]) -> dict[str, object]:
    """Give the answers of a row with the truths of both gates as truths, as all others are."""
    return {name: TRUTHS.get(str(cell), cell) if name.endswith(GATES) else cell for name, cell in row.items()}


def _beside(table: pa.Table, answers: pa.Table) -> pa.Table:
    return pa.table([*table.columns, *answers.columns], names=[*table.column_names, *answers.column_names])


def _plain(table: pa.Table) -> pa.Table:
    """Give columns that a text format can hold: nested data as JSON, dictionaries as their words."""
    columns = []
    for column in table.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            columns.append(column.cast(kind.value_type))
        elif pa.types.is_nested(kind) or pa.types.is_decimal(kind):
            columns.append(pa.array([_text(value) for value in column.to_pylist()], pa.string()))
        else:
            columns.append(column)
    return pa.table(columns, names=table.column_names)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


class Aside:
    """The rows that cannot be read, in a file beside the answers that appears only if there are any."""

    def __init__(self, answers: Path) -> None:
        """`answers` is the file that the rows that can be read go to."""
        self.path = rejected_of(answers)
        self.part = part_of(self.path)
        self.count = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(self, rejects: Iterable[Reject]) -> None:
        """Write rejects down."""
        rows = [(one.row, one.field, one.value, one.reason) for one in rejects]
        if not rows:
            return
        with writing(self.path), self.part.open("a" if self.count else "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if not self.count:
                writer.writerow(("row", "field", "value", "reason"))
            writer.writerows(rows)
        self.count += len(rows)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the file in its place; one of an earlier run does not outlive it."""
        with writing(self.path):
            if kind is None and self.count:
                self.part.replace(self.path)
            elif kind is None:
                self.path.unlink(missing_ok=True)
        self.part.unlink(missing_ok=True)
