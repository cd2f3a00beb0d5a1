"""The same batch on Spark executors: each partition goes through a book of its own, and answers alike.

What rules (law, evidence, chips, lists) is broadcast once and made ready once a process. Rows that
draw on one paper need the table's order, so a table with papers stays in one partition.
"""

from __future__ import annotations

import dataclasses
import pickle
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ecluse import executors
from ecluse.convoy.answers import Answer
from ecluse.convoy.book import COUNTED, Book
from ecluse.convoy.columns import FLAGS, ORDER, TRUTHS, WORDS, Columns
from ecluse.convoy.groups import group_of
from ecluse.convoy.run import Options, Run, prepared
from ecluse.convoy.summary import Summary
from ecluse.errors import BadTable, InputError
from ecluse.parties.screen import lists
from ecluse.tables.reading import Block, Reject, kind_of
from ecluse.tables.writing import Aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark import Broadcast
    from pyspark.sql import DataFrame, SparkSession

ROW = "_row"
# Beside the answers while they are counted: why a row cannot be read, and what would settle it.
ASIDE = ("_field", "_value", "_reason")
SETTLES = "_settles"
BATCH_ROWS = 100_000


def spread(options: Options, master: str) -> Run:
    """Answer a Parquet table on Spark; the answers are a folder of Parquet parts, as Spark writes them.

    Raises InputError without Spark, BadTable where the table is none.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - only this way pays for it
    except ImportError:
        message = "deciding on Spark needs Java and pyspark; install it with: pip install 'ecluse[spark]'."
        raise InputError(message) from None
    if kind_of(options.table) != ".parquet" or kind_of(options.to) != ".parquet":
        message = "on Spark, both the table and --to are .parquet; other kinds are decided on one machine."
        raise BadTable(message)
    if options.compare_on is not None or options.compare_law:
        message = "a second answer beside the first is told on one machine; leave out --spark."
        raise InputError(message)
    made = prepared(options, folders=True)
    if made.source.parts:
        message = (
            f"{options.table}: on Spark, each path is a column by itself, and {made.source.parts[0]} is part of one."
        )
        raise BadTable(message)
    session = executors.session(SparkSession.builder, master, "batch", BATCH_ROWS)
    try:
        return _run(session, options, made)
    finally:
        session.stop()


def _run(session: SparkSession, options: Options, made: Any) -> Run:  # noqa: ANN401 - what `prepared` gives
    rows = session.read.parquet(str(options.table))
    names = list(rows.columns)
    # Spark takes a dot in a name for a field of a structure: columns go by number on their way.
    plain = {name: f"c{at}" for at, name in enumerate(names)}
    renamed = [f"`{name}` as {short}" for name, short in plain.items()]
    numbered = rows.selectExpr(*renamed, f"cast(_metadata.row_index + 1 as bigint) as {ROW}")
    if any(group_of(path) == "papers" for path in made.paths.values()) or _granted(made):
        numbered = numbered.coalesce(1)
    # Lists hold their index in a mapped file: executors open it by themselves.
    ruling = dataclasses.replace(made.rulings[0], lists=None)
    screens = options.lists is not None
    parcel = pickle.dumps((made.paths, ruling, made.decimal, made.words, screens, options.lists_at))
    carried = session.sparkContext.broadcast(parcel)
    answered = numbered.mapInArrow(_through(carried, names), _schema(numbered)).cache()
    run = Run(made.rulings[0], made.rulings[0].lock, unread=made.unread)
    kept = answered.where("_reason is null")
    part = options.to.with_name(f"{options.to.name}.part")
    back = [f"{short} as `{name}`" for name, short in plain.items()]
    kept.selectExpr(*back, *_answer_names()).write.mode("overwrite").option("compression", "zstd").parquet(str(part))
    _replace(part, options.to)
    _counted(run, kept, {plain[column]: path for column, path in made.paths.items()})
    with Aside(options.to) as aside:
        told = answered.where("_reason is not null").orderBy(ROW).select(ROW, *ASIDE).toLocalIterator()
        aside.write(Reject(one[0], one[1] or "", one[2] or "", one[3]) for one in told)
    run.rejected_to = aside.path if aside.count else None
    run.summary.rejected = aside.count
    run.summary.read += aside.count
    return run


def _granted(made: Any) -> bool:  # noqa: ANN401 - as above
    papers = made.rulings[0].lock.evidence.papers
    return any(paper.status == "granted" or paper.kind == "exception notice" for paper in papers)


def _replace(part: Any, to: Any) -> None:  # noqa: ANN401 - paths
    import shutil  # noqa: PLC0415

    if to.is_dir():
        shutil.rmtree(to)
    to.unlink(missing_ok=True)
    part.rename(to)


def _answer_names() -> list[str]:
    return [*ORDER, "exporter_applies", "importer_applies"]


def _schema(rows: DataFrame) -> Any:  # noqa: ANN401 - a type of Spark
    from pyspark.sql.types import BooleanType, StringType, StructField, StructType  # noqa: PLC0415

    texts = {*WORDS, *ASIDE, SETTLES}
    more = [*_answer_names(), *ASIDE, SETTLES]
    fields = [StructField(name, StringType() if name in texts else BooleanType()) for name in more]
    return StructType([*rows.schema.fields, *fields])


@lru_cache(maxsize=2)
def _book(carried: bytes) -> Book:
    """Make the book ready, once a process."""
    paths, ruling, decimal, words, screens, at = pickle.loads(carried)  # noqa: S301 - what this program broadcast
    if screens:
        ruling = dataclasses.replace(ruling, lists=lists(at))
    return Book(paths, ruling, decimal=decimal, words=words)


def _through(carried: Broadcast[bytes], names: list[str]) -> Any:  # noqa: ANN401 - a function as Spark takes it
    def through(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        book, columns = _book(carried.value), Columns(typed=True)
        for batch in batches:
            table = pa.Table.from_batches([batch]).rename_columns([*names, ROW])
            told = _answered(book, columns, table)
            short = [f"c{at}" for at in range(len(names))]
            yield from told.rename_columns([*short, *told.column_names[len(names) :]]).to_batches()

    return through


def _answered(book: Book, columns: Columns, table: pa.Table) -> pa.Table:
    """Give rows with their answers, and after them those that cannot be read, with their reasons."""
    numbers = table.column(ROW).to_numpy()
    passed = book.passed(Block(table, numbers))
    told = columns.of(book.answers, passed.answers)
    settles = [";".join(one.settles) for one in book.answers]
    good = passed.table
    for name in _answer_names():
        column = told.column(name)
        good = good.append_column(name, column.cast(pa.string()) if name in WORDS else column)
    for name in ASIDE:
        good = good.append_column(name, pa.nulls(len(good), pa.string()))
    good = good.append_column(SETTLES, pa.array(settles, pa.string()).take(pa.array(passed.answers)))
    if not passed.rejects:
        return good
    place = {int(number): at for at, number in enumerate(numbers)}
    bad = table.take(pa.array([place[one.row] for one in passed.rejects]))
    for name in _answer_names():
        bad = bad.append_column(name, pa.nulls(len(bad), pa.string() if name in WORDS else pa.bool_()))
    for name, cells in zip(
        ASIDE, zip(*((one.field, one.value, one.reason) for one in passed.rejects), strict=True), strict=True
    ):
        bad = bad.append_column(name, pa.array(cells, pa.string()))
    bad = bad.append_column(SETTLES, pa.nulls(len(bad), pa.string()))
    return pa.concat_tables([good, bad])


def _counted(run: Run, kept: DataFrame, paths: dict[str, str]) -> None:
    """Count on the executors, and put the summary together from what they counted."""
    answers: list[Answer] = []
    counts: list[int] = []
    for row in kept.groupBy(*_answer_names(), SETTLES).count().collect():
        cells = row.asDict()
        truths = {name: _code(cells[name], cells.get(f"{name}_applies")) for name in TRUTHS}
        words = {name: cells[name] for name in WORDS}
        answers.append(
            Answer(
                **truths,
                ic_level=words["ic_level"] or "",
                policy=words["policy"],
                binding_gate=words["binding_gate"],
                decided_by=words["decided_by"] or "",
                missing=words["missing"] or "",
                rests_on_reported=cells[FLAGS[0]],
                depends_on_non_enforcement=cells[FLAGS[1]],
                settles=tuple(one for one in (cells[SETTLES] or "").split(";") if one),
            )
        )
        counts.append(cells["count"])
    run.answers = answers
    run.summary = Summary(read=sum(counts), counts=np.array(counts, dtype=np.int64))
    for column, path in paths.items():
        if path in COUNTED:
            counter = run.summary.told[path] = Counter()
            for value, truth, count in kept.groupBy(column, "may_pass").count().collect():
                counter[value, _code(truth, None)] += count


def _code(cell: bool | None, applies: bool | None) -> int:  # noqa: FBT001 - cells of two columns
    if applies is False:
        return 2
    return -1 if cell is None else int(cell)
