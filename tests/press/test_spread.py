"""On Spark the same rows come out as without (skipped, loudly, without Java or pyspark)."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecluse import reader
from ecluse.errors import InputError, SourceError
from tests.press.made import EXAMPLE
from tests.press.test_carriers import STORY, warc

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")
TEXT = "Chinese regulators told Tencent to stop buying the H20, people familiar with the matter said on March 3."


def laid(folder: Path) -> Path:
    """Lay Parquet files of two layouts, an archive, a broken archive, and what is none of these into a folder."""
    (folder / "deep").mkdir(parents=True)
    when = dt.datetime(2026, 3, 12, 10, 5, tzinfo=dt.UTC)
    rows = [
        {"text": f"{TEXT} Item {n}.", "url": f"https://x.org/{n}", "published": when, "more [x]": n} for n in range(40)
    ]
    rows += [{"text": "", "url": "https://x.org/empty", "published": None, "more [x]": -1}]
    pq.write_table(pa.Table.from_pylist(rows), folder / "one.parquet")
    other = [
        {
            "html": f"<html><body><article>{STORY}</article></body></html>".encode(),
            "published": "2026-03-12",
            "language": "en",
        },
        {"html": EXAMPLE.read_bytes()},
    ]
    pq.write_table(pa.Table.from_pylist(other), folder / "deep" / "two.parquet")
    story = f"<html><body><article>{STORY}</article></body></html>".encode()
    warc(folder / "pages.warc.gz", {"https://y.org/a": story, "https://y.org/b": b"<html><body></body></html>"})
    (folder / "broken.warc").write_bytes(b"no archive at all")
    (folder / "note.txt").write_text("no table", encoding="utf-8")
    return folder


def rows_of(path: Path) -> list[str]:
    """The rows of a file or of a folder of parts, in an order of their own."""
    return sorted(map(repr, pq.read_table(path).to_pylist()))


def test_the_same_rows_with_and_without_spark(tmp_path: Path) -> None:
    """Every claim and refusal, whichever way; a second run takes the place of the first and is not read itself."""
    pytest.importorskip("pyspark", reason="reading on Spark is not tested: pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("reading on Spark is not tested: there is no Java")
    folder = laid(tmp_path / "in")
    here = reader.table([folder], tmp_path / "here.parquet")
    for _ in range(2):
        there = reader.table([folder], folder / "there.parquet", "local[2]")
        assert there == here
        assert rows_of(folder / "there.parquet") == rows_of(tmp_path / "here.parquet")
    assert here == {"documents": 41 + 2 + 2 + 1, "claims": 40 + 3 + 17 + 3, "refused": 3}
    told = pq.read_table(tmp_path / "here.parquet").to_pylist()
    assert {row["published"] for row in told if row["url"] == "https://x.org/3"} == {"2026-03-12T10:05:00+00:00"}
    refused = {row["url"]: row["refused"] for row in told if row["refused"]}
    assert set(refused) == {"https://x.org/empty", "https://y.org/b", (folder / "broken.warc").as_posix()}
    assert "not a WARC file" in refused[(folder / "broken.warc").as_posix()]


def test_spark_that_fails_tells_why(tmp_path: Path) -> None:
    """A file that is no Parquet is named, and nothing stands where the claims would."""
    pytest.importorskip("pyspark", reason="reading on Spark is not tested: pyspark is not installed")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(SourceError, match=r"x\.parquet: not a Parquet file"):
        reader.table([tmp_path], tmp_path / "out.parquet", "local[2]")
    assert not (tmp_path / "out.parquet").exists()


def test_without_spark_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no other error."""
    import sys

    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    pq.write_table(pa.Table.from_pylist([{"text": TEXT}]), tmp_path / "x.parquet")
    with pytest.raises(InputError, match=r"ecluse\[press,spark\]"):
        reader.table([tmp_path], tmp_path / "out.parquet", "local[2]")
