"""Tables of the desk: lines in from CSV or XLSX, lines, balances and the journal out.

Columns of lines are the dotted paths of an order line (`item.chip`, `buyer.headquarters`,
`facts.kyc_certified`); an empty cell is not known.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from ecluse.errors import BadTable, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LARGEST = 50_000_000
MOST_ROWS = 200_000
KINDS = (".csv", ".xlsx", ".ndjson")
_WHOLE, _NUMBER = re.compile(r"-?\d{1,18}\Z"), re.compile(r"-?\d{1,18}\.\d{1,9}\Z")
# Columns whose cells are numbers or truths; all others are texts, whatever they look like.
_FIGURES = ("quantity", "item.chips_per_unit", "item.measures.", "facts.")
_LISTS = ("via",)


def rows_in(path: Path) -> list[dict[str, Any]]:
    """Read the lines of a table as nested tables. Raises BadTable: which file, row and column."""
    if path.suffix not in (".csv", ".xlsx"):
        message = f"{path}: a table of lines is a .csv or an .xlsx file."
        raise BadTable(message)
    try:
        if path.stat().st_size > LARGEST:
            message = f"{path}: larger than {LARGEST:,} bytes; enter it in parts."
            raise BadTable(message)
        found = _csv_in(path) if path.suffix == ".csv" else _xlsx_in(path)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        message = f"{path}: cannot be read as a table ({problem})."
        raise BadTable(message) from None
    if not found:
        message = f"{path}: holds no rows; the first names the columns, such as id, quantity, item.chip."
        raise BadTable(message)
    head, *rest = found
    return [_nested(path, number, dict(zip(head, row, strict=False))) for number, row in enumerate(rest, 2) if any(row)]


def _csv_in(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = []
        for row in csv.reader(file, strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                message = f"{path}: more than {MOST_ROWS:,} rows; enter it in parts."
                raise BadTable(message)
        return rows


def _xlsx_in(path: Path) -> list[list[str]]:
    openpyxl = _openpyxl()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        rows = [
            ["" if cell is None else _cell(cell) for cell in row]
            for row in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1)
        ]
        book.close()
    except Exception as problem:  # noqa: BLE001 - the library raises what its parsers raise
        message = f"{path}: cannot be read as a workbook ({problem})."
        raise BadTable(message) from None
    return rows


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.removesuffix(" 00:00:00")


def _openpyxl() -> Any:  # noqa: ANN401 - an extra, and so are its types
    try:
        import openpyxl  # noqa: PLC0415
    except ImportError:
        message = "workbooks need the library openpyxl: install ecluse[sheets], or use CSV."
        raise BadTable(message) from None
    return openpyxl


def _nested(path: Path, number: int, row: dict[str, str]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, text in row.items():
        if not name or not text.strip():
            continue
        *parents, last = name.strip().split(".")
        inner = table
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                message = f"{path}: row {number}: the columns {parent} and {name} exclude each other."
                raise BadTable(message)
        inner[last] = _typed(name.strip(), text.strip())
    return table


def _typed(name: str, text: str) -> object:
    if name in _LISTS:
        return [part.strip() for part in text.split(";")]
    if name.startswith(_FIGURES):
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        if _WHOLE.match(text):
            return int(text)
        if _NUMBER.match(text):
            return float(text)
    return text


def rows_out(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows to a .csv, .xlsx or .ndjson file. Raises BadTable where it cannot be written."""
    try:
        if path.suffix == ".csv":
            path.write_text(as_csv(rows), encoding="utf-8", newline="")
        elif path.suffix == ".ndjson":
            path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        elif path.suffix == ".xlsx":
            _xlsx_out(path, rows)
        else:
            message = f"{path}: a table is written as {', '.join(KINDS)}.{nearest(path.suffix, KINDS)}"
            raise BadTable(message)
    except OSError as problem:
        message = f"{path}: cannot be written ({problem.strerror or problem})."
        raise BadTable(message) from None


def _names(rows: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Write rows as CSV; a text that a spreadsheet would take for a formula is quoted."""
    out = io.StringIO()
    names = _names(rows)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_safe(_flat(row.get(name))) for name in names])
    return out.getvalue()


def _flat(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _xlsx_out(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    book = _openpyxl().Workbook(write_only=True)
    sheet = book.create_sheet("desk")
    names = _names(rows)
    sheet.append(names)
    for row in rows:
        sheet.append([_safe(_flat(row.get(name))) for name in names])
    book.save(path)
