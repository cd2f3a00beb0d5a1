"""The same reading on Spark executors: each partition of documents goes through one function, `mapInArrow`.

Parquet files are read by Spark; of archives only their paths travel, and each executor opens its own.
"""

from __future__ import annotations

import shutil
from functools import reduce
from typing import TYPE_CHECKING, Any

from ecluse import executors
from ecluse.errors import InputError, SourceError
from ecluse.press.table import BATCH_ROWS, SCHEMA, archive_batches, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame, SparkSession

_TYPES = {"string": "string", "list<item: string>": "array<string>", "double": "double", "int64": "bigint"}
DDL = ", ".join(f"{field.name} {_TYPES[str(field.type)]}" for field in SCHEMA)


def spread(
    parquet: Sequence[Path], archives: Sequence[Path], to: Path, master: str, mapping: Callable[..., Any]
) -> dict[str, int]:
    """Read documents on Spark; the claims are a folder of Parquet parts. Give the counts of `write`.

    Archives lie where every executor finds them. Raises InputError without Spark, SourceError for what
    cannot be read.
    """
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 - only this way pays for it
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError:
        message = "reading on Spark needs Java and pyspark; install it with: pip install 'ecluse[press,spark]'."
        raise InputError(message) from None
    session = executors.session(SparkSession.builder, master, "read", BATCH_ROWS)
    try:
        return _run(session, _documents(session, parquet, archives, mapping), to)
    except PySparkException as problem:
        message = f"Spark could not read the documents: {str(problem).strip().splitlines()[0][:300]}"
        raise SourceError(message) from None
    finally:
        session.stop()


def _documents(
    session: SparkSession, parquet: Sequence[Path], archives: Sequence[Path], mapping: Callable[..., Any]
) -> DataFrame:
    """Give the claims of all documents; files whose columns differ are read apart."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for path in parquet:
        alike.setdefault(columns_of(path), []).append(str(path))
    read = []
    for columns, paths in alike.items():
        quoted = [f"`{name}`" for name in columns]
        rows = session.read.parquet(*paths).selectExpr(*(quoted or ["cast(null as string) as text"]))
        read.append(rows.mapInArrow(mapping, DDL))
    if archives:
        places = session.createDataFrame([(str(path),) for path in archives], "archive string")
        spread_out = places.repartition(len(archives), "archive")
        read.append(spread_out.mapInArrow(_Archives(mapping), DDL))
    return reduce(lambda one, other: one.unionByName(other), read)


class _Archives:
    """Open the archives whose paths arrive, and read what they hold; it travels to the executors."""

    def __init__(self, mapping: Callable[..., Any]) -> None:
        self.mapping = mapping

    def __call__(self, batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
        """Give the claims of the archives named in each batch."""
        from pathlib import Path  # noqa: PLC0415 - on the executor

        paths = (Path(name) for batch in batches for name in batch.column(0).to_pylist())
        yield from self.mapping(archive_batches(paths))


def _run(session: SparkSession, claims: DataFrame, to: Path) -> dict[str, int]:
    part = to.with_name(f"{to.name}.part")
    claims.write.mode("overwrite").option("compression", "zstd").parquet(str(part))
    counted = session.read.parquet(str(part)).selectExpr(
        "count(if(refused is not null or id is null or id = 'p01', 1, null)) as documents",
        "count(id) as claims",
        "count(refused) as refused",
    )
    row = counted.collect()[0]
    if to.is_dir():
        shutil.rmtree(to)
    to.unlink(missing_ok=True)
    part.rename(to)
    return {name: int(row[name]) for name in ("documents", "claims", "refused")}
