"""Which column of a price file is what: long, wide, one ticker a file, and how vendors name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecluse.market.cells import Style

DATE = frozenset(
    [
        "date",
        "day",
        "timestamp",
        "datetime",
        "trade date",
        "trading date",
        "trading day",
        "price date",
        "caldt",
        "dlycaldt",
        "datadate",
        "time",
        "datum",
        "日期",
        "交易日期",
    ]
)
TICKER = frozenset(
    [
        "ticker",
        "symbol",
        "tic",
        "ric",
        "permno",
        "isin",
        "code",
        "instrument",
        "security",
        "stock",
        "asset",
        "act symbol",
        "证券代码",
        "代码",
    ]
)
ADJUSTED = frozenset(
    [
        "adj close",
        "adjusted close",
        "adjclose",
        "close adj",
        "close adjusted",
        "adj closing price",
        "adj price",
        "adjusted price",
        "adj close price",
        "adj last",
        "adjprc",
        "后复权收盘价",
        "前复权收盘价",
    ]
)
CLOSE = frozenset(
    [
        "close",
        "close last",
        "price",
        "last",
        "last price",
        "px last",
        "prc",
        "dlyprc",
        "prccd",
        "closing price",
        "close price",
        "last close",
        "closeprice",
        "schlusskurs",
        "cours",
        "clôture",
        "cloture",
        "dernier",
        "收盘",
        "收盘价",
    ]
)
# Columns beside the close that exports carry; in a wide file no ticker is called so.
BESIDE = frozenset(
    [
        "open",
        "high",
        "low",
        "volume",
        "vol",
        "change",
        "change %",
        "openint",
        "dividends",
        "stock splits",
        "split factor",
        "split coefficient",
        "per",
        "dividend amount",
        "divcash",
        "splitfactor",
        "adj open",
        "adj high",
        "adj low",
        "adj volume",
        "adjopen",
        "adjhigh",
        "adjlow",
        "adjvolume",
        "market cap",
        "currency",
        "exchange",
        "capital gains",
        "ret",
        "shrout",
        "turnover",
        "amount",
        "vwap",
    ]
)
UNNAMED = re.compile(r"(|index|unnamed: ?\d+|__index_level_0__|column_1)\Z")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand: `prices` maps a column to its ticker (None: the ticker is in another column).

    `adjusted` is True where the columns are called so; None where nothing tells.
    """

    kind: str
    date: str
    ticker: str | None
    prices: Mapping[str, str | None]
    adjusted: bool | None


def plain(name: str) -> str:
    """Give a column's name as it is compared."""
    bare = re.sub(r"^\d+\. ", "", name.strip().strip("<>").lower())
    return re.sub(r"[\s_/.\-*]+", " ", bare).strip()


def recognise(columns: Sequence[str], style: Style, wanted: str | None, own: str) -> Layout:
    """Tell the layout from the names of columns; `wanted` names the price column where several might be.

    `own` is the ticker of a file that holds one. Raises SourceError with what was looked for.
    """
    names = {column: plain(column) for column in columns}
    date = _first(names, DATE) or (columns[0] if columns and UNNAMED.match(columns[0].strip().lower()) else None)
    if date is None:
        style.fail(f"no column of days among {_list(columns)}; call one 'Date'.")
    rest = {column: name for column, name in names.items() if column != date}
    ticker = _first(rest, TICKER)
    chosen, adjusted = _price(rest, wanted, style)
    if chosen is not None:
        kind = "one ticker" if ticker is None else "long"
        return Layout(kind, date, ticker, {chosen: None if ticker else own}, adjusted)
    if ticker is not None:
        style.fail(
            f"tickers stand in column {ticker!r}, but no column of prices among {_list(columns)}; name it by --column."
        )
    return _wide(rest, date, style)


def _price(rest: Mapping[str, str], wanted: str | None, style: Style) -> tuple[str | None, bool | None]:
    if wanted is not None:
        found = next((column for column, name in rest.items() if plain(wanted) == name), None)
        if found is None:
            style.fail(f"no column {wanted!r}.{nearest(wanted, rest)} There are {_list(list(rest))}.")
        return found, True if rest[found] in ADJUSTED else None
    adjusted = _first(rest, ADJUSTED)
    return (adjusted, True) if adjusted else (_first(rest, CLOSE), None)


def _wide(rest: Mapping[str, str], date: str, style: Style) -> Layout:
    """Every further column is a ticker; or each names a field and a ticker, and the closes are taken."""
    pairs = {column: pair for column in rest if (pair := _pair(column))}
    if pairs and len(pairs) == len([name for name in rest.values() if name not in BESIDE]):
        for fields, adjusted in ((ADJUSTED, True), (CLOSE, None)):
            found = {column: ticker for column, (field, ticker) in pairs.items() if field in fields}
            if found:
                return Layout("wide by field", date, None, found, adjusted)
    found = {column: column.strip() for column, name in rest.items() if name not in BESIDE}
    if not found:
        style.fail(f"no column of prices among {_list(list(rest))}; call one 'Close', or name it by --column.")
    return Layout("wide", date, None, found, None)


def _pair(column: str) -> tuple[str, str] | None:
    """Split `Close_NVDA`, `NVDA Adj Close` or `('Close', 'NVDA')` into field and ticker."""
    fields = ADJUSTED | CLOSE | BESIDE
    bare = column.strip().strip("()")
    for mark in (",", "|", ":", "_", "/", " "):
        for one, two in (bare.split(mark, 1), bare.rsplit(mark, 1)) if mark in bare else ():
            left, right = (part.strip().strip("'\"").strip() for part in (one, two))
            if plain(left) in fields and right:
                return plain(left), right
            if plain(right) in fields and left:
                return plain(right), left
    return None


def _first(names: Mapping[str, str], words: frozenset[str]) -> str | None:
    return next((column for column, name in names.items() if name in words), None)


def _list(columns: Sequence[str]) -> str:
    shown = ", ".join(repr(column) for column in columns[:8])
    return f"{shown} and {len(columns) - 8} more" if len(columns) > 8 else shown or "none"
