"""Spark answers every row as one machine does (skipped, loudly, without Java or pyspark)."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from ecluse.convoy import Options, batch
from ecluse.convoy.summary import counted
from tests.convoy.made import KNOWN, table_of
from tests.laws.book import drawn

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")


def test_the_same_answers_in_every_row(tmp_path: Path) -> None:
    """Rows that read, rows that do not, the summary, and the rows aside are the same."""
    pytest.importorskip("pyspark", reason="the batch on Spark is not tested: pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("the batch on Spark is not tested: there is no Java")
    from ecluse.convoy.spread import spread

    rng = random.Random(11)  # noqa: S311
    lines = [drawn(rng) | {"id": str(at)} for at in range(200)]
    lines = [{key: value for key, value in line.items() if key != "authorisation"} for line in lines]
    lines[5]["destination"], lines[9]["quantity"] = "XX", 0
    pq.write_table(table_of(lines), tmp_path / "book.parquet")
    one = batch(Options(tmp_path / "book.parquet", tmp_path / "one.parquet", known=KNOWN))
    many = spread(Options(tmp_path / "book.parquet", tmp_path / "many.parquet", known=KNOWN), "local[2]")
    rows = [
        sorted(pq.read_table(tmp_path / name).to_pylist(), key=lambda row: int(row["id"]))
        for name in ("one.parquet", "many.parquet")
    ]
    assert rows[0] == rows[1]
    aside = [(tmp_path / f"{name}.parquet.rejected.csv").read_text(encoding="utf-8") for name in ("one", "many")]
    assert aside[0] == aside[1]
    assert counted(one.summary, one.answers).answers == counted(many.summary, many.answers).answers
    assert (one.summary.read, one.summary.rejected) == (many.summary.read, many.summary.rejected) == (200, 2)
