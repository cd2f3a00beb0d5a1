"""Days and prices as people's files write them: every cell is understood or refused, with its row."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import polars as pl

from ecluse.dates import zone
from ecluse.errors import SourceError, show

if TYPE_CHECKING:
    from collections.abc import Iterable

# Cells that say "no price", in small letters.
EMPTY = ("", "-", "--", ".", "n/a", "na", "nan", "null", "none", "#n/a", "n.a.", "<na>")
DATE_ORDERS = ("dmy", "mdy")
DECIMALS = ("point", "comma")
_LETTERS = ("%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%y")
_PARTS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\Z")
_SHORT = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}\Z")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})\Z")
_PLAIN = re.compile(r"\d{8}\Z")
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}.*)\Z")


@dataclass(frozen=True, slots=True)
class Style:
    """How cells are to be read where they could be read two ways.

    `place` names the file in errors, `zone` the exchange's zone, `order` is "dmy" or "mdy" for days
    such as 01/02/2026, `decimal` is "point" or "comma"; None leaves the file to show it.
    `header` counts the rows above the table, `rows` gives places where empty rows were taken out.
    """

    place: str
    zone: str
    order: str | None = None
    decimal: str | None = None
    header: int = 1
    rows: pl.Series | None = None

    def fail(self, why: str, row: int | None = None) -> NoReturn:
        """Refuse, naming the file and the row as an editor counts it."""
        if row is not None and self.rows is not None:
            row = int(self.rows[row])
        where = self.place if row is None else f"{self.place}: row {row + self.header + 1}"
        message = f"{where}: {why}"
        raise SourceError(message)


def days(column: pl.Series, style: Style) -> pl.Series:
    """Read a column of days; each distinct text is read once. Raises SourceError with row and remedy."""
    if column.dtype == pl.Date:
        return column
    if column.dtype == pl.Datetime:
        texts = column.dt.to_string("iso:strict")
    elif column.dtype == pl.String:
        texts = column.str.strip_chars()
    elif column.dtype.is_integer():
        texts = column.cast(pl.String)
    else:
        style.fail(f"column {column.name!r} holds {column.dtype}, expected days such as 2026-01-23")
    distinct = texts.unique().drop_nulls().to_list()
    order = style.order or _order(distinct, style)
    read = {text: _day(text, order, style) for text in distinct}
    wrong = next((text for text, day in read.items() if day is None), None)
    if wrong is not None:
        row = texts.to_list().index(wrong)
        hint = "; write the year in full" if _SHORT.match(wrong) else ""
        style.fail(f"column {column.name!r} says {show(wrong)}, expected a day such as 2026-01-23{hint}.", row)
    if texts.null_count():
        style.fail(f"column {column.name!r} is empty, expected a day.", int(texts.is_null().arg_max() or 0))
    return texts.replace_strict(read, return_dtype=pl.Date)


def _order(texts: Iterable[str], style: Style) -> str:
    """Tell whether day or month comes first: some day of the file must be past the twelfth."""
    parts = [found for text in texts if (found := _PARTS.match(text))]
    first = any(int(one[1]) > 12 for one in parts)
    second = any(int(one[2]) > 12 for one in parts)
    if first and second:
        style.fail("some days have the month first and others the day first; write them as 2026-01-23.")
    if parts and not first and not second:
        style.fail(f"{parts[0][0]} may be two days; say --dates dmy or --dates mdy.")
    return "dmy" if first else "mdy"


def _day(text: str, order: str, style: Style) -> dt.date | None:
    try:
        return _in_figures(text, order, style) or _in_letters(text)
    except ValueError:
        return None


def _in_figures(text: str, order: str, style: Style) -> dt.date | None:
    stamp = _STAMP.match(text)
    if stamp:
        return _of_stamp(stamp[0].replace(" ", "T"), style)
    if _PLAIN.match(text):
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if found := _YEAR_FIRST.match(text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := _PARTS.match(text):
        one, two = int(found[1]), int(found[2])
        return dt.date(int(found[3]), *((two, one) if order == "dmy" else (one, two)))
    return None


def _in_letters(text: str) -> dt.date | None:
    for pattern in _LETTERS:
        try:
            return dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _of_stamp(text: str, style: Style) -> dt.date:
    """Give the day of a stamp: midnight as written is that day; else the day it is at the exchange."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.time() == dt.time():
        return moment.date()
    return moment.astimezone(zone(style.zone)).date()


def prices(column: pl.Series, style: Style, *, signed: bool = False) -> pl.Series:
    """Read a column of prices; an empty cell is null. Raises SourceError with row, value and remedy.

    `signed` reads a price below zero as its size: CRSP marks the middle of bid and ask so.
    """
    if column.dtype.is_numeric():
        values = column.cast(pl.Float64).fill_nan(None)
    elif column.dtype == pl.String:
        values = _numbers(column, style)
    elif column.dtype == pl.Null:
        return column.cast(pl.Float64)
    else:
        style.fail(f"column {column.name!r} holds {column.dtype}, expected prices.")
    if signed:
        values = values.abs()
    bad = (values <= 0) | values.is_infinite()
    if bad.any():
        row = int(bad.arg_max() or 0)
        style.fail(f"column {column.name!r} says {column[row]}; a price is above zero, or the cell empty.", row)
    return values


def _numbers(column: pl.Series, style: Style) -> pl.Series:
    plain = column.str.strip_chars().str.replace_all(r"[\s\u00a0\u202f$€£¥'\u2019]", "")
    plain = plain.set(plain.str.to_lowercase().is_in(EMPTY), None)
    decimal = style.decimal or _decimal(plain, column.name, style)
    if decimal == "comma":
        values = plain.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        values = plain.str.replace_all(",", "", literal=True)
    read = values.cast(pl.Float64, strict=False).fill_nan(None)
    bad = read.is_null() & plain.is_not_null()
    if bad.any():
        row = int(bad.arg_max() or 0)
        style.fail(f"column {column.name!r} says {show(column[row])}, expected a price such as 187.23.", row)
    return read


def _decimal(plain: pl.Series, name: str, style: Style) -> str:
    """Tell the decimal mark of a column: a comma that does not stand before exactly three digits is one."""
    commas = plain.filter(plain.str.contains(",", literal=True).fill_null(value=False))
    if commas.is_empty():
        return "point"
    if commas.str.contains(r",.*\.").any() or plain.str.contains(r"^\d+\.(\d{1,2}|\d{4,})$").any():
        return "point"
    if not commas.str.contains(r"^-?\d{1,3}(,\d{3})+$").all():
        return "comma"
    if commas.str.contains(r",.*,").any():
        return "point"
    return style.fail(f"column {name!r} says {commas[0]}, which may be two numbers; say --decimal point or comma.")
