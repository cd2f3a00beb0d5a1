"""Prices from the files people have: CSV or Parquet, long, wide or one ticker a file."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from polars.exceptions import PanicException, PolarsError

from ecluse.errors import SourceError
from ecluse.market import cells
from ecluse.market.cells import Style
from ecluse.market.layouts import Layout, plain, recognise

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import numpy.typing as npt

LARGEST = 512_000_000
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 30_000_000, 20_000, 150_000_000
SEPARATORS = (",", ";", "\t", "|")
SIGNED = ("prc", "dlyprc")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of price files: the price column, whether prices are adjusted, how cells are read."""

    column: str | None = None
    adjusted: bool | None = None
    order: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was read: what was taken from it, and what it does not tell."""

    name: str
    digest: str
    layout: str
    columns: tuple[str, ...]
    adjusted: bool | None
    rows: int
    empty: int


@dataclass(frozen=True, slots=True)
class Quotes:
    """Prices as they stand in the files: columns day, ticker, price; no price twice."""

    frame: pl.DataFrame
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Sessions without a price between a ticker's first price and its last."""

    ticker: str
    missing: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Prices on the sessions of one exchange: `values` is tickers by sessions, NaN where there is none."""

    tickers: tuple[str, ...]
    sessions: npt.NDArray[np.datetime64]
    values: npt.NDArray[np.float64]
    sources: tuple[Source, ...]
    gaps: tuple[Gap, ...]
    off_session: int
    unknown: int = 0

    def returns(self) -> npt.NDArray[np.float64]:
        """Give simple returns by session; a return across a gap is none. Shape as `values`."""
        found = np.full(self.values.shape, np.nan)
        found[:, 1:] = self.values[:, 1:] / self.values[:, :-1] - 1.0
        return found


def read(files: Sequence[str], zone: str, wanted: Wanted | None = None) -> Quotes:
    """Read price files, each a path or TICKER=PATH; `zone` is the exchange's. Raises SourceError."""
    wanted = wanted or Wanted()
    frames, sources = [], []
    for file in files:
        own, _, path = ("", "", file) if _exists(file) else file.rpartition("=")
        frame, source = _file(Path(path), own, zone, wanted)
        frames.append(frame)
        sources.append(source)
    whole = pl.concat(frames)
    return Quotes(_once(whole, sources), tuple(sources))


def _exists(file: str) -> bool:
    try:
        return Path(file).exists()
    except OSError:
        return False


def _file(path: Path, own: str, zone: str, wanted: Wanted) -> tuple[pl.DataFrame, Source]:
    style = Style(str(path), zone, wanted.order, wanted.decimal)
    try:
        with path.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as problem:
        style.fail(f"cannot be opened ({problem.strerror or problem}).")
    if len(raw) > LARGEST:
        style.fail(f"larger than {LARGEST:,} bytes; keep the tickers and years that the study needs.")
    parquet = raw[:4] == b"PAR1"
    if not parquet and b"\0" in raw[:4096]:
        style.fail("neither CSV in UTF-8 nor Parquet; export it as one of these.")
    table, style = _parquet(raw, style) if parquet else _csv(raw, style)
    if table.height == 0:
        style.fail("holds no row of prices.")
    layout = recognise(table.columns, style, wanted.column, own or path.stem.partition(".")[0])
    try:
        frame = _long(table, layout, style, own)
    except (PolarsError, PanicException) as problem:
        style.fail(f"its columns cannot be read as days and prices ({_first_line(problem)}).")
    adjusted = wanted.adjusted if layout.adjusted is None else layout.adjusted
    empty = int(frame["price"].null_count())
    source = Source(
        name=path.name,
        digest=hashlib.sha256(raw).hexdigest(),
        layout=layout.kind,
        columns=tuple(layout.prices)[:8],
        adjusted=adjusted,
        rows=table.height,
        empty=empty,
    )
    return frame.drop_nulls("price"), source


def _parquet(raw: bytes, style: Style) -> tuple[pl.DataFrame, Style]:
    try:
        lazy = pl.scan_parquet(io.BytesIO(raw))
        columns = len(lazy.collect_schema())
        rows = int(lazy.select(pl.len()).collect().item())
        _within(rows, columns, style)
        return lazy.collect(), replace(style, header=0)
    except (PolarsError, PanicException, OSError, ValueError) as problem:
        style.fail(f"cannot be read as Parquet ({_first_line(problem)}).")


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]


def _within(rows: int, columns: int, style: Style) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        style.fail(
            f"{rows:,} rows of {columns:,} columns; at most {MOST_ROWS:,}, {MOST_COLUMNS:,} "
            f"and {MOST_CELLS:,} cells. Keep the tickers, columns and years that the study needs."
        )


def _csv(raw: bytes, style: Style) -> tuple[pl.DataFrame, Style]:
    """Read CSV as text cells; names are the header's, joined where yfinance writes three header rows."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    start = raw.lstrip()[:65536].decode("utf-8", "replace")
    skipped = 1 if start[:4].lower() == "sep=" else 0
    lines = start.splitlines()[skipped:]
    head = lines[0] if lines else ""
    separator = max(SEPARATORS, key=head.count)
    if separator not in head:
        style.fail("the first line is no header with at least two columns, such as 'Date,Close'.")
    try:
        table = pl.read_csv(
            raw,
            has_header=False,
            separator=separator,
            infer_schema=False,
            encoding="utf8-lossy",
            skip_lines=skipped,
        )
    except (PolarsError, PanicException, ValueError) as problem:
        style.fail(f"cannot be read as CSV ({_first_line(problem)}).")
    _within(table.height, table.width, style)
    header = _header(table)
    names = _names(table, header, style)
    body = table.slice(header).rename(dict(zip(table.columns, names, strict=True)))
    empty = body.select(pl.all_horizontal(pl.all().is_null()).alias("empty"))["empty"]
    style = replace(style, header=header + skipped, rows=(~empty).arg_true() if empty.any() else None)
    return body.filter(~empty), style


def _header(table: pl.DataFrame) -> int:
    """Give the number of header rows: three where the first cells are Price, Ticker, Date; else one."""
    first = [str(cell or "").strip().lower() for cell in table.head(3).to_series(0).to_list()]
    return 3 if first[:2] == ["price", "ticker"] and first[2:] == ["date"] else 1


def _names(table: pl.DataFrame, header: int, style: Style) -> list[str]:
    rows = [[str(cell or "").strip() for cell in row] for row in table.head(header).iter_rows()]
    names = rows[0] if header == 1 else ["Date", *(f"{a}|{b}" for a, b in zip(rows[0][1:], rows[1][1:], strict=True))]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        style.fail(f"the column {twice!r} stands twice in the header; keep one.")
    return names


def _long(table: pl.DataFrame, layout: Layout, style: Style, named: str) -> pl.DataFrame:
    """Give columns day, ticker, price, whatever the layout; `named` is the ticker that the user gave, if any."""
    day = cells.days(table[layout.date], style).alias("day")
    if layout.ticker is not None:
        column = next(iter(layout.prices))
        ticker = table[layout.ticker].cast(pl.String).str.strip_chars().alias("ticker")
        if named and ticker.n_unique() == 1 and not ticker.null_count():
            # TICKER=FILE: the name given counts, whatever the file calls its one ticker.
            ticker = pl.Series("ticker", [named]).new_from_index(0, table.height)
        if ticker.null_count():
            style.fail(f"column {layout.ticker!r} is empty, expected a ticker.", int(ticker.is_null().arg_max() or 0))
        price = cells.prices(table[column], style, signed=plain(column) in SIGNED).alias("price")
        return pl.DataFrame([day, ticker, price])
    parts = []
    for column, name in layout.prices.items():
        price = cells.prices(table[column], style, signed=plain(column) in SIGNED).alias("price")
        parts.append(pl.DataFrame([day, price]).select("day", pl.lit(name).alias("ticker"), "price"))
    return pl.concat(parts)


def _once(frame: pl.DataFrame, sources: Sequence[Source]) -> pl.DataFrame:
    """Drop rows that repeat; refuse two different prices of one ticker on one day."""
    single = frame.unique()
    if single.is_empty():
        message = f"{', '.join(source.name for source in sources)}: no price in any row."
        raise SourceError(message)
    twice = single.filter(pl.struct("day", "ticker").is_duplicated()).sort("ticker", "day", "price")
    if not twice.is_empty():
        day, ticker = twice["day"][0], twice["ticker"][0]
        pair = " and ".join(str(price) for price in twice["price"][:2])
        message = (
            f"{', '.join(source.name for source in sources)}: {ticker} on {day} has two prices, {pair}; "
            "give one close a day (intraday prices are not read)."
        )
        raise SourceError(message)
    return single


def on_sessions(quotes: Quotes, sessions: npt.NDArray[np.datetime64], last: dt.date | None = None) -> Prices:
    """Lay prices on the sessions of an exchange; prices of other days are counted and left out.

    With `last`, so are those of later days: they were not known then. Raises SourceError where none is left.
    """
    frame = quotes.frame.sort("ticker", "day")
    unknown = 0
    if last is not None:
        known = frame.filter(pl.col("day") <= last)
        unknown, frame, sessions = frame.height - known.height, known, sessions[sessions <= np.datetime64(last)]
    days = frame["day"].to_numpy().astype("datetime64[D]")
    place = np.searchsorted(sessions, days)
    inside = np.isin(days, sessions)
    if not inside.any():
        names = ", ".join(source.name for source in quotes.sources)
        message = f"{names}: no price stands on a session of the exchange; is --calendar right, and are the days?"
        raise SourceError(message)
    tickers = tuple(sorted(frame["ticker"].unique().to_list()))
    row = np.searchsorted(np.array(tickers), frame["ticker"].to_numpy().astype(str))
    values = np.full((len(tickers), len(sessions)), np.nan)
    values[row[inside], place[inside]] = frame["price"].to_numpy()[inside]
    gaps = tuple(gap for name, prices in zip(tickers, values, strict=True) if (gap := _gap(name, prices, sessions)))
    return Prices(tickers, sessions, values, quotes.sources, gaps, int((~inside).sum()), unknown)


def _gap(name: str, prices: npt.NDArray[np.float64], sessions: npt.NDArray[np.datetime64]) -> Gap | None:
    known = np.flatnonzero(~np.isnan(prices))
    if len(known) == 0:
        return None
    span = np.arange(known[0], known[-1] + 1)
    missing = span[np.isnan(prices[span])]
    if len(missing) == 0:
        return None
    return Gap(name, len(missing), tuple(str(sessions[place]) for place in missing[:3]))
