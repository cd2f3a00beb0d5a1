"""Read CSV in blocks: delimiter found, byte order mark dropped, every broken row kept aside."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from ecluse.errors import BadTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
BLOCK = 1 << 26
MOST_COLUMNS = 2_000
LONGEST_HEAD = 100_000
# A cell of more lines than this is a quote that nobody closed.
MOST_LINES = 50
# Stands for a line break inside a cell while a block is parsed line by line.
BREAK = b"\x1e"
_END = re.compile(r"\r\n|\n|\r")
_BLANK = re.compile(rb"\n[ \t]+\n")
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Spoiled = tuple[int, str, str, str]


class Piece(NamedTuple):
    """Rows of one block, their numbers, the records that are none, and the bytes read so far."""

    table: pa.Table
    numbers: Numbers
    spoiled: list[Spoiled]
    read: int


class _Lines(NamedTuple):
    """A block as whole records: its bytes, the number of each record, and records that are none."""

    raw: bytes
    numbers: Numbers
    spoiled: list[Spoiled]


def header(path: Path) -> tuple[tuple[str, ...], dict[str, object]]:
    """Give the columns of a file, and how it is written. Raises BadTable."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    encoding = _encoding(start)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(start)
    first = _END.split(text.lstrip("\ufeff"), maxsplit=1)[0]
    if not first.strip():
        message = f"{path}: the first line is empty; it should name the columns."
        raise BadTable(message)
    if len(first) > LONGEST_HEAD:
        message = (
            f"{path}: the first line cannot be read as names of columns: it has {len(first):,} characters or more."
        )
        raise BadTable(message)
    try:
        rows = {mark: next(csv.reader([first], delimiter=mark)) for mark in DELIMITERS}
    except csv.Error as problem:
        message = f"{path}: the first line cannot be read as names of columns ({problem}); it reads {first[:80]!r}."
        raise BadTable(message) from None
    mark = max(DELIMITERS, key=lambda one: len(rows[one]))
    names = tuple(name.strip() for name in rows[mark])
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if len(names) > MOST_COLUMNS or not all(names) or twice:
        lacking = f"column {names.index('') + 1} has no name" if "" in names else f"it names {len(names):,} columns"
        why = f"{twice!r} stands there twice" if twice else lacking
        message = f"{path}: the first line should name each column once; {why}. It reads {first[:80]!r}."
        raise BadTable(message)
    return names, {"delimiter": mark, "encoding": encoding}


def blocks(path: Path, columns: tuple[str, ...], options: dict[str, object], free: frozenset[str]) -> Iterator[Piece]:
    """Read the rows after the first line, block by block; the first of them is number 1.

    Numbers count rows: blank lines are none, and a row whose cells hold line breaks is one.
    """
    row, read, delimiter = 1, 0, str(options["delimiter"])
    for index, raw in enumerate(_whole_lines(path, str(options["encoding"]))):
        read += len(raw)
        # Old systems end lines with CR alone.
        plain = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in raw else raw
        lines = _records(plain if index else plain.partition(b"\n")[2], row, len(columns), delimiter)
        row += lines.numbers.size + len(lines.spoiled)
        yield Piece(*_parsed(lines, columns, delimiter, free), read)


def _encoding(start: bytes) -> str:
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if start.startswith(mark):
            return name
    return "utf-8-sig"


def _whole_lines(path: Path, encoding: str) -> Iterator[bytes]:
    """Give the file in pieces that end where a line ends, as UTF-8."""
    # A file without a line feed ends its lines with CR alone.
    with path.open("rb") as file:
        alone = b"\n" not in file.read(1 << 20)
    decoder = None if encoding == "utf-8-sig" else codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = b""
    with path.open("rb") as file:
        if decoder is None and file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        while piece := file.read(BLOCK):
            fresh = piece if decoder is None else decoder.decode(piece).encode()
            fresh = fresh.replace(b"\r", b"\n") if alone else fresh
            cut = _last_break(rest, fresh)
            if cut < 0:
                rest += fresh
                continue
            yield rest + fresh[:cut]
            rest = fresh[cut:]
    if rest:
        yield rest


def _last_break(rest: bytes, fresh: bytes) -> int:
    """Find where the last record ends: at a line break with no quote open, else at any."""
    end = fresh.rfind(b"\n") + 1
    if end <= 0:
        return -1
    if (rest.count(b'"') + fresh.count(b'"', 0, end)) % 2 == 0:
        return end
    before = fresh.rfind(b"\n", 0, fresh.rfind(b'"', 0, end)) + 1
    return before if before > 0 else end


def _records(raw: bytes, row: int, width: int, delimiter: str) -> _Lines:
    """Split a block into records of one line each, numbered from `row`."""
    if raw and not raw.endswith(b"\n"):
        raw += b"\n"
    odd = _odd_lines(raw) if b'"' in raw else []
    if not (odd or _has_blanks(raw)):
        return _Lines(raw, np.arange(row, row + raw.count(b"\n"), dtype=np.int64), [])
    kept: list[bytes] = []
    numbers: list[int] = []
    spoiled: list[Spoiled] = []
    records = _joined(raw[:-1].split(b"\n"), odd, width, delimiter)
    for number, (record, whole) in enumerate((one for one in records if one[0].strip(b" \t")), row):
        if whole:
            kept.append(record)
            numbers.append(number)
        else:
            spoiled.append((number, "", _shown(record), "has a quote that nobody closes"))
    return _Lines(b"".join(one + b"\n" for one in kept), np.array(numbers, dtype=np.int64), spoiled)


def _has_blanks(raw: bytes) -> bool:
    """Say whether some line holds nothing but blanks."""
    if raw.startswith((b"\n", b" ", b"\t")) or b"\n\n" in raw:
        return True
    return (b"\n " in raw or b"\n\t" in raw) and _BLANK.search(raw) is not None


def _odd_lines(raw: bytes) -> list[int]:
    """Give the lines with an odd number of quotes: they open or close a cell of several lines."""
    data = np.frombuffer(raw, dtype=np.uint8)
    ends = np.flatnonzero(data == 10)
    quotes = np.searchsorted(ends, np.flatnonzero(data == 34))
    return [int(one) for one in np.flatnonzero(np.bincount(quotes, minlength=len(ends)) % 2)]


def _joined(lines: list[bytes], odd: list[int], width: int, delimiter: str) -> list[tuple[bytes, bool]]:
    """Join the lines of cells that hold line breaks; a quote that nobody closes spoils its own line only."""
    records: list[tuple[bytes, bool]] = []
    pending = list(odd)
    at = 0
    while at < len(lines):
        if not pending or at < pending[0]:
            upto = pending[0] if pending else len(lines)
            records += [(line, True) for line in lines[at:upto]]
            at = upto
            continue
        end = pending[1] if len(pending) > 1 else at
        if end > at and _one_record(lines[at : end + 1], width, delimiter):
            records.append((BREAK.join(lines[at : end + 1]), True))
            pending, at = pending[2:], end + 1
        else:
            records.append((lines[at], False))
            pending, at = pending[1:], at + 1
    return records


def _one_record(lines: list[bytes], width: int, delimiter: str) -> bool:
    """Do lines make one row, none of whose later lines is a row of its own?"""
    if len(lines) > MOST_LINES:
        return False
    whole = _fields(b"\n".join(lines), delimiter)
    return whole == width and all(_fields(line, delimiter) != width or width == 1 for line in lines[1:])


def _fields(record: bytes, delimiter: str) -> int:
    try:
        rows = list(csv.reader(io.StringIO(record.decode(errors="replace"), newline=""), delimiter=delimiter))
    except csv.Error:
        return 0
    return len(rows[0]) if len(rows) == 1 else 0


def _shown(record: bytes) -> str:
    return record[:200].decode(errors="replace")


def _parsed(
    lines: _Lines, columns: tuple[str, ...], delimiter: str, free: frozenset[str]
) -> tuple[pa.Table, Numbers, list[Spoiled]]:
    broken: list[Spoiled] = []
    dropped: list[int] = []

    def handler(row: pc.InvalidRow) -> str:
        at = int(row.number) - 1
        dropped.append(at)
        why = f"has {row.actual_columns} fields, expected {row.expected_columns}"
        broken.append((int(lines.numbers[at]), "", str(row.text)[:200], why))
        return "skip"

    raw, garbled = _decoded(lines.raw)
    kinds = {name: pa.string() if name in free else pa.dictionary(pa.int32(), pa.string()) for name in columns}
    if not raw.strip():
        return pa.table({name: pa.array([], kinds[name]) for name in columns}), lines.numbers, lines.spoiled
    table = pc.read_csv(
        pa.BufferReader(raw),
        read_options=pc.ReadOptions(use_threads=False, column_names=columns, block_size=max(len(raw) + 1, 1 << 16)),
        parse_options=pc.ParseOptions(
            delimiter=delimiter, invalid_row_handler=handler, newlines_in_values=False, ignore_empty_lines=False
        ),
        convert_options=pc.ConvertOptions(
            column_types=kinds, strings_can_be_null=True, quoted_strings_can_be_null=True, null_values=[""]
        ),
    )
    numbers = np.delete(lines.numbers, dropped) if dropped else lines.numbers
    if BREAK in raw:
        table = _restored(table)
    if garbled:
        table, numbers = _without_garbled(table, numbers, broken)
    return table, numbers, [*lines.spoiled, *broken]


def _decoded(raw: bytes) -> tuple[bytes, bool]:
    """Give bytes that are UTF-8, and whether some had to be replaced."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode(errors="replace").encode(), True
    return raw, False


def _restored(table: pa.Table) -> pa.Table:
    columns = {}
    for name in table.column_names:
        column = table.column(name).cast(pa.string())
        columns[name] = pa.compute.replace_substring(column, BREAK.decode(), "\n").cast(table.schema.field(name).type)
    return pa.table(columns)


def _without_garbled(table: pa.Table, numbers: Numbers, broken: list[Spoiled]) -> tuple[pa.Table, Numbers]:
    bad = np.zeros(len(table), dtype=bool)
    for name in table.column_names:
        hit = pa.compute.match_substring(table.column(name).cast(pa.string()), "\ufffd")
        here = pa.compute.fill_null(hit, False).to_numpy()  # noqa: FBT003 - Arrow's own signature
        column = table.column(name)
        broken.extend(
            (int(numbers[at]), name, str(column[at].as_py())[:200], "is not UTF-8")
            for at in np.flatnonzero(here & ~bad).tolist()
        )
        bad |= here
    return table.filter(pa.array(~bad)), numbers[~bad]
