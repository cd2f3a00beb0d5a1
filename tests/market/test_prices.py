"""Price files in the layouts people have; what cannot be read is refused with its place and a remedy."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse import SourceError
from ecluse.market import cells, prices
from ecluse.market.cells import Style
from ecluse.market.prices import Wanted, on_sessions, read
from ecluse.market.sessions import calendar

NEW_YORK = "America/New_York"
DAYS = (dt.date(2026, 1, 21), dt.date(2026, 1, 22), dt.date(2026, 1, 23))
NVDA, AMD = (183.32, 184.84, 1187.67), (250.0, 253.5, 259.25)
ONE = {("NVDA", day): price for day, price in zip(DAYS, NVDA, strict=True)}
TWO = ONE | {("AMD", day): price for day, price in zip(DAYS, AMD, strict=True)}

FILES = {
    "long": (
        "date,ticker,close\n" + "".join(f"{day},{name},{price}\n" for (name, day), price in TWO.items()),
        TWO,
        None,
    ),
    "wide": ("Date,NVDA,AMD\n" + "".join(f"{d},{a},{b}\n" for d, a, b in zip(DAYS, NVDA, AMD, strict=True)), TWO, None),
    "wide by field": (
        "Date,Close_NVDA,Adj Close_NVDA,Adj Close_AMD,Volume_AMD\n"
        + "".join(f"{d},1,{a},{b},9\n" for d, a, b in zip(DAYS, NVDA, AMD, strict=True)),
        TWO,
        True,
    ),
    "one ticker, adjusted close": (
        "Date,Open,High,Low,Close,Adj Close,Volume\n"
        + "".join(f"{d},1,1,1,9.5,{a},100\n" for d, a in zip(DAYS, NVDA, strict=True)),
        ONE,
        True,
    ),
    "three header rows": (
        "Price,Close,Close,Open\nTicker,NVDA,AMD,NVDA\nDate,,,\n"
        + "".join(f"{d},{a},{b},7\n" for d, a, b in zip(DAYS, NVDA, AMD, strict=True)),
        TWO,
        None,
    ),
    "newest first, dollars, month first": (
        'Date,Close/Last,Volume,Open\n01/23/2026,"$1,187.67",1,$1\n01/22/2026,$184.84,1,$1\n01/21/2026,$183.32,1,$1\n',
        ONE,
        None,
    ),
    "words for months, thousands": (
        (
            '"Date","Price","Open","Vol.","Change %"\n"Jan 23, 2026","1,187.67","1","2M","1%"\n'
            '"Jan 22, 2026","184.84","1","2M","1%"\n"Jan 21, 2026","183.32","1","2M","1%"\n'
        ),
        ONE,
        None,
    ),
    "angle brackets, plain days": (
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<CLOSE>,<VOL>\n"
        + "".join(f"NVDA,D,{d:%Y%m%d},000000,1,{a},5\n" for d, a in zip(DAYS, NVDA, strict=True)),
        ONE,
        None,
    ),
    "semicolons, decimal commas, day first": (
        "Datum;Schlusskurs\n21.01.2026;183,32\n22.01.2026;184,84\n23.01.2026;1.187,67\n",
        ONE,
        None,
    ),
    "stamps of midnight": (
        "timestamp,adjusted_close\n" + "".join(f"{d} 00:00:00-05:00,{a}\n" for d, a in zip(DAYS, NVDA, strict=True)),
        ONE,
        True,
    ),
    "stamps of the exchange's midnight": (
        "timestamp,close\n" + "".join(f"{d}T05:00:00Z,{a}\n" for d, a in zip(DAYS, NVDA, strict=True)),
        ONE,
        None,
    ),
    "middle of bid and ask": (
        "PERMNO,date,PRC\nNVDA,2026-01-21,-183.32\nNVDA,2026-01-22,184.84\nNVDA,2026-01-23,1187.67\n",
        ONE,
        None,
    ),
    "an unnamed column of days": (
        ",NVDA\n" + "".join(f"{d},{a}\n" for d, a in zip(DAYS, NVDA, strict=True)),
        ONE,
        None,
    ),
    "empty lines, a mark of order, a line that names the separator": (
        "\ufeffsep=;\nDate;Close\n2026-01-21;183.32\n\n2026-01-22;184.84\n2026-01-23;1187.67\n",
        ONE,
        None,
    ),
    "gaps in many words": (
        "Date,NVDA,AMD\n2026-01-21,183.32,n/a\n2026-01-22,184.84,\n2026-01-23,1187.67,null\n",
        ONE,
        None,
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_layout_is_read(name: str, tmp_path: Path) -> None:
    """Days, tickers and prices are as written, whatever the layout; adjusted or not told."""
    text, wanted, adjusted = FILES[name]
    path = tmp_path / "NVDA.csv"
    path.write_text(text, encoding="utf-8")
    quotes = read([str(path)], NEW_YORK)
    assert {(row["ticker"], row["day"]): row["price"] for row in quotes.frame.to_dicts()} == wanted
    assert quotes.sources[0].adjusted is adjusted


@pytest.mark.parametrize("kind", ["long", "wide", "stamped", "pairs"])
def test_parquet_is_read(kind: str, tmp_path: Path) -> None:
    """Parquet with days, with instants of a zone, and as pandas flattens names."""
    wide = pl.DataFrame({"date": DAYS, "NVDA": NVDA, "AMD": AMD})
    frames = {
        "wide": wide,
        "long": wide.unpivot(index="date", variable_name="symbol", value_name="close"),
        "stamped": wide.with_columns(pl.col("date").cast(pl.Datetime("ns")).dt.replace_time_zone(NEW_YORK)),
        "pairs": wide.rename({"date": "Date", "NVDA": "('Close', 'NVDA')", "AMD": "('Close', 'AMD')"}),
    }
    path = tmp_path / "prices.parquet"
    frames[kind].write_parquet(path)
    frame = read([str(path)], NEW_YORK).frame
    assert {(row["ticker"], row["day"]): row["price"] for row in frame.to_dicts()} == TWO


def test_several_files_and_names(tmp_path: Path) -> None:
    """One ticker a file, named by the file or before it; what is told of adjusting holds where a file is silent."""
    for name, values in (("NVDA", NVDA), ("export (3)", AMD)):
        text = "Date,Close\n" + "".join(f"{d},{a}\n" for d, a in zip(DAYS, values, strict=True))
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    files = [str(tmp_path / "NVDA.csv"), f"AMD={tmp_path / 'export (3).csv'}"]
    quotes = read(files, NEW_YORK, Wanted(adjusted=False))
    assert {(row["ticker"], row["day"]): row["price"] for row in quotes.frame.to_dicts()} == TWO
    assert [source.adjusted for source in quotes.sources] == [False, False]


BAD = {
    "no days": ("A,B\n1,2\n", "no column of days among 'A', 'B'; call one 'Date'"),
    "no prices": ("Date,Volume\n2026-01-21,5\n", "no column of prices among 'Volume'"),
    "tickers without prices": ("Date,Ticker,Volume\n2026-01-21,NVDA,5\n", "no column of prices among"),
    "a word below empty lines": ("Date,NVDA\n\n,\n2026-01-21,12\n\n2026-01-22,soon\n", "row 6: column 'NVDA'"),
    "a word": ("Date,NVDA\n2026-01-21,12\n2026-01-22,soon\n", "row 3: column 'NVDA' says 'soon', expected a price"),
    "below zero": ("Date,NVDA\n2026-01-21,-12\n", "row 2: column 'NVDA' says -12; a price is above zero"),
    "no day": ("Date,NVDA\n2026-02-30,12\n", "row 2: column 'Date' says '2026-02-30', expected a day"),
    "half a year": ("Date,NVDA\n01/02/26,12\n", "write the year in full"),
    "two days": ("Date,NVDA\n01/02/2026,12\n", "01/02/2026 may be two days; say --dates dmy or --dates mdy"),
    "both orders": ("Date,NVDA\n13/02/2026,12\n02/13/2026,12\n", "some days have the month first"),
    "two numbers": ("Date;NVDA\n2026-01-21;1,234\n", "1,234, which may be two numbers; say --decimal"),
    "two prices": ("Date,NVDA\n2026-01-21,12\n2026-01-21,13\n", "NVDA on 2026-01-21 has two prices, 12.0 and 13.0"),
    "one column twice": ("Date,NVDA,NVDA\n2026-01-21,12,13\n", "the column 'NVDA' stands twice"),
    "one column": ("Date\n2026-01-21\n", "the first line is no header with at least two columns"),
    "only a header": ("Date,NVDA\n", "holds no row of prices"),
    "only gaps": ("Date,NVDA\n2026-01-21,-\n", "no price in any row"),
    "no ticker": ("Date,Ticker,Close\n2026-01-21,,5\n", "row 2: column 'Ticker' is empty"),
    "a longer row": ("Date,NVDA\n2026-01-21,1,2\n", "cannot be read as CSV"),
    "bytes": ("Date\0\0,NVDA", "neither CSV in UTF-8 nor Parquet"),
    "a broken Parquet": ("PAR1 and no more", "cannot be read as Parquet"),
    "nothing": ("", "the first line is no header"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_says_what_is_wrong(name: str, tmp_path: Path) -> None:
    """The file, the row as an editor counts it, what was expected, what to do."""
    text, wanted = BAD[name]
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read([str(path)], NEW_YORK)
    assert wanted in str(caught.value)
    assert "bad.csv" in str(caught.value)


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is no file, too large, or too wide is refused before it is worked on."""
    path = tmp_path / "wide.csv"
    path.write_text("Date,A,B\n2026-01-21,1,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be opened"):
        read([str(tmp_path / "none.csv")], NEW_YORK)
    monkeypatch.setattr(prices, "MOST_COLUMNS", 2)
    with pytest.raises(SourceError, match="2 rows of 3 columns; at most"):
        read([str(path)], NEW_YORK)
    monkeypatch.setattr(prices, "LARGEST", 10)
    with pytest.raises(SourceError, match="larger than 10 bytes"):
        read([str(path)], NEW_YORK)


def test_odd_parquet_says_what_is_wrong(tmp_path: Path) -> None:
    """Columns that are no days or no prices are named; rows of Parquet are counted from one."""
    path = tmp_path / "odd.parquet"
    odd = {
        "holds List(Int64), expected prices": {"date": [DAYS[0]], "NVDA": [[1]]},
        "holds List(Int64), expected days": {"date": [[1]], "NVDA": [1.0]},
        "row 2: column 'NVDA' says -1.0": {"date": list(DAYS), "NVDA": [1.0, -1.0, 1.0]},
        "column 'NVDA' says inf": {"date": [DAYS[0]], "NVDA": [float("inf")]},
        "cannot be read as days and prices": {"date": [DAYS[0]], "ticker": [[{"a": 1}]], "close": [1.0]},
    }
    for wanted, columns in odd.items():
        pl.DataFrame(columns).write_parquet(path)
        with pytest.raises(SourceError) as caught:
            read([str(path)], NEW_YORK)
        assert wanted in str(caught.value)


LINES = st.lists(
    st.lists(
        st.sampled_from(["Date", "2026-01-21", "21/01/2026", "1.5", "1,5", "-", '"', "", "NVDA", "Close", "\xe9"]),
        max_size=4,
    ),
    max_size=5,
)


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda end: b"PAR1" + end), LINES))
def test_any_file_is_read_or_refused(content: bytes | list[list[str]]) -> None:
    """Whatever a file holds, it gives prices above zero, or one clear error."""
    raw = content if isinstance(content, bytes) else "\n".join(",".join(row) for row in content).encode("latin-1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(raw)
        with contextlib.suppress(SourceError):
            assert (read([str(path)], NEW_YORK).frame["price"] > 0).all()


def test_wanted_column(tmp_path: Path) -> None:
    """The column asked for is taken; one that is not there is refused with the nearest."""
    path = tmp_path / "NVDA.csv"
    path.write_text("Date,Close,Adj Close,VWAP\n2026-01-21,1,2,3\n", encoding="utf-8")
    assert read([str(path)], NEW_YORK, Wanted(column="vwap")).frame["price"].to_list() == [3.0]
    with pytest.raises(SourceError, match=r"no column 'VWAQ'\. Did you mean 'VWAP'"):
        read([str(path)], NEW_YORK, Wanted(column="VWAQ"))


def test_told_order_and_decimal(tmp_path: Path) -> None:
    """What may be read two ways is read as told."""
    path = tmp_path / "A.csv"
    path.write_text("Date;Close\n01/02/2026;1,234\n", encoding="utf-8")
    for order, day in (("dmy", dt.date(2026, 2, 1)), ("mdy", dt.date(2026, 1, 2))):
        for decimal, price in (("comma", 1.234), ("point", 1234.0)):
            row = read([str(path)], NEW_YORK, Wanted(order=order, decimal=decimal)).frame.to_dicts()[0]
            assert (row["day"], row["price"]) == (day, price)


def test_gaps_and_days_off(tmp_path: Path) -> None:
    """A session without a price inside a ticker's span is told; a Saturday's price is counted and left out."""
    path = tmp_path / "A.csv"
    path.write_text("Date,A,B\n2026-01-20,1,\n2026-01-22,2,5\n2026-01-23,3,6\n2026-01-24,9,9\n", encoding="utf-8")
    known = calendar("XNYS", dt.date(2026, 1, 20), dt.date(2026, 1, 24))
    found = on_sessions(read([str(path)], NEW_YORK), known.until(dt.date(2026, 1, 24)))
    assert [str(day) for day in found.sessions] == ["2026-01-20", "2026-01-21", "2026-01-22", "2026-01-23"]
    assert [(gap.ticker, gap.missing, gap.first) for gap in found.gaps] == [("A", 1, ("2026-01-21",))]
    assert found.off_session == 2
    path.write_text("Date,A\n2026-01-24,1\n2026-01-25,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no price stands on a session of the exchange"):
        on_sessions(read([str(path)], NEW_YORK), known.until(dt.date(2026, 1, 25)))
    returns = found.returns()
    assert np.isnan(returns[0]).tolist() == [True, True, True, False]
    assert returns[0, 3] == pytest.approx(0.5)


@given(st.lists(st.floats(0.01, 99_999, allow_nan=False).map(lambda x: round(x, 2)), min_size=2, max_size=30))
def test_any_way_of_writing_numbers_reads_the_same(values: list[float]) -> None:
    """Points, thousands and decimal commas give one column of prices."""
    style = Style("made", NEW_YORK)
    told = {
        "point": [f"{value:.2f}" for value in values],
        "thousands": [f"${value:,.2f}" for value in values],
        "comma": [f"{value:,.2f}".translate(str.maketrans(",.", ".,")) for value in values],
        "spaces": [f"{value:,.2f}".translate(str.maketrans(",.", "\u202f,")) for value in values],
    }
    for name, written in told.items():
        assert cells.prices(pl.Series("A", written), style).to_list() == pytest.approx(values), name
