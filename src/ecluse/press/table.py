"""Documents in columns into claims in columns: one function for batches here and for Spark's `mapInArrow`.

A document that is refused is one row with the reason; none is dropped.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.errors import SourceError
from ecluse.press.data_of import proposal_data
from ecluse.press.stamps import stamps_in
from ecluse.press.warc import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ecluse.press.article import Article, Stamp
    from ecluse.press.proposal import Proposal

TEXT_COLUMNS = ("html", "text", "content", "raw", "body")
# What else of a document is read; other columns are not even fetched.
BESIDE = ("url", "published", "language")
BATCH_ROWS = 256
_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
SCHEMA = pa.schema(
    [
        *(pa.field(name, _TEXT) for name in ("url", "sha256", "language", "published", "refused", "id", "gate", "act")),
        *(pa.field(name, _TEXT) for name in ("modality", "polarity", "strength", "holder_kind", "holder", "actor")),
        pa.field("subjects", _TEXTS),
        pa.field("products", _TEXTS),
        pa.field("at_least", pa.float64()),
        pa.field("at_most", pa.float64()),
        pa.field("unit", _TEXT),
        *(pa.field(name, _TEXT) for name in ("said_from", "said_through", "about_from", "about_through")),
        pa.field("span_start", pa.int64()),
        pa.field("span_end", pa.int64()),
        pa.field("quote", _TEXT),
    ]
)
# A page of an archive, or why no more of it can be read.
_REFUSED = "_refused"
_PAGES = pa.schema([pa.field("raw", pa.binary()), pa.field("url", _TEXT), pa.field(_REFUSED, _TEXT)])
Reading = tuple["Article", "tuple[Proposal, ...]"]


def mapped(
    batches: Iterable[pa.RecordBatch], reading: Callable[[bytes, str, str | None, Stamp | None, str | None], Reading]
) -> Iterator[pa.RecordBatch]:
    """Read each document of each batch; `reading` takes bytes, place, address, stamp and language."""
    for batch in batches:
        rows: list[dict[str, object]] = []
        for number, document in enumerate(batch.to_pylist()):
            rows.extend(_rows(document, number, reading))
        yield pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def _rows(
    document: dict[str, object],
    number: int,
    reading: Callable[[bytes, str, str | None, Stamp | None, str | None], Reading],
) -> Iterator[dict[str, object]]:
    column = next((name for name in TEXT_COLUMNS if document.get(name)), None)
    url = str(document["url"]) if document.get("url") else None
    if document.get(_REFUSED):
        yield {"url": url, "refused": str(document[_REFUSED])}
        return
    if column is None:
        yield {"url": url, "refused": f"no text: expected one of the columns {', '.join(TEXT_COLUMNS)}"}
        return
    value = document[column]
    raw = value if isinstance(value, bytes) else str(value).encode()
    published = next(stamps_in(str(document["published"]), "en"), None) if document.get("published") else None
    language = str(document["language"]) if document.get("language") in ("fr", "en", "zh") else None
    try:
        article, proposals = reading(raw, url or f"row {number}", url, published, language)
    except SourceError as problem:
        yield {"url": url, "refused": str(problem)}
        return
    head: dict[str, object] = {
        "url": article.url,
        "sha256": article.source.digest,
        "language": article.language,
        "published": article.published.written() if article.published else None,
    }
    if not proposals:
        yield head
    for one in proposals:
        yield head | _claim(one, article)


def _claim(one: Proposal, article: Article) -> dict[str, object]:
    data = proposal_data(one, article)
    bound = one.quantities[0].value if one.quantities else None
    same = ("id", "gate", "act", "modality", "polarity", "strength", "actor", "subjects", "products", "quote")
    return {
        **{name: data[name] for name in same},
        "holder_kind": one.holder.attribution.kind,
        "holder": one.holder.attribution.name,
        "at_least": None if bound is None or bound.low is None else float(bound.low),
        "at_most": None if bound is None or bound.high is None else float(bound.high),
        "unit": one.quantities[0].unit if one.quantities else None,
        "said_from": _day(one.said, "start"),
        "said_through": _day(one.said, "end"),
        "about_from": _day(one.about, "start"),
        "about_through": _day(one.about, "end"),
        "span_start": one.span[0],
        "span_end": one.span[1],
    }  # fmt: skip


def _day(when: object, side: str) -> str | None:
    day = getattr(when, side, None)
    return None if day is None else str(day)


def columns_of(path: Path) -> tuple[str, ...]:
    """Give the columns of a Parquet file that are read. Raises SourceError for a broken file."""
    try:
        with pq.ParquetFile(path) as file:
            names = set(file.schema_arrow.names)
    except (pa.ArrowInvalid, OSError) as problem:
        message = f"{path}: not a Parquet file that can be read ({problem})."
        raise SourceError(message) from None
    return tuple(name for name in (*TEXT_COLUMNS, *BESIDE) if name in names)


def parquet_batches(paths: Iterable[Path], size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Give the documents of Parquet files in batches. Raises SourceError for a broken file."""
    for path in paths:
        columns = list(columns_of(path))
        try:
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(batch_size=size, columns=columns)
        except (pa.ArrowInvalid, OSError) as problem:
            message = f"{path}: not a Parquet file that can be read ({problem})."
            raise SourceError(message) from None


def archive_batches(paths: Iterable[Path], size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Lay the pages of WARC files with their addresses into batches; a broken file is a refused row at its end."""
    rows: list[dict[str, object]] = []
    for path in paths:
        for row in _pages(path):
            rows.append(row)
            if len(rows) == size:
                yield pa.RecordBatch.from_pylist(rows, schema=_PAGES)
                rows = []
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema=_PAGES)


def _pages(path: Path) -> Iterator[dict[str, object]]:
    try:
        for record in records(path):
            yield {"raw": record.raw, "url": record.url}
    except SourceError as problem:
        yield {"url": path.as_posix(), _REFUSED: str(problem)}


def write(batches: Iterable[pa.RecordBatch], to: Path) -> dict[str, int]:
    """Write claims to a Parquet file, which stands there whole or not at all; count documents, claims and refusals.

    Raises SourceError where it cannot be written.
    """
    counts = {"documents": 0, "claims": 0, "refused": 0}
    draft = to.with_name(f".{to.name}.part")
    try:
        with pq.ParquetWriter(draft, SCHEMA) as writer:
            for batch in batches:
                writer.write_batch(batch)
                for row in batch.select(["id", "refused", "sha256"]).to_pylist():
                    counts["claims"] += row["id"] is not None
                    counts["refused"] += row["refused"] is not None
                    counts["documents"] += row["refused"] is not None or row["id"] in (None, "p01")
        draft.replace(to)
    except OSError as problem:
        message = f"{to}: cannot be written ({os.strerror(problem.errno) if problem.errno else problem})."
        raise SourceError(message) from None
    finally:
        draft.unlink(missing_ok=True)
    return counts
