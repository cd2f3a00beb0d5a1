"""Pages out of WARC files by warcio: one response a page, within limits."""

from __future__ import annotations

import contextlib
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ecluse.errors import SourceError
from ecluse.press.pages import INSTALL
from ecluse.press.sources import LARGEST_HTML

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

T = TypeVar("T")
TYPES = ("text/html", "application/xhtml+xml", "text/plain")


@dataclass(frozen=True, slots=True)
class Record:
    """A page of an archive: its bytes, address, and when it was fetched."""

    raw: bytes
    url: str
    fetched: str


def records(path: Path) -> Iterator[Record]:
    """Give the pages of a WARC file, plain or gzipped. Raises SourceError where the file is broken."""
    try:
        from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - an extra
        from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415
    except ImportError:
        message = f"{path}: reading WARC needs warcio; install it with {INSTALL}."
        raise SourceError(message) from None
    seen = broken = 0
    try:
        with path.open("rb") as file:
            archive = ArchiveIterator(file)
            for record in _silently(archive):
                # Bytes that are no archive at all pass for the older format, ARC, which is not read.
                if record.format != "warc":
                    continue
                seen += 1
                headers = record.http_headers
                if record.rec_type not in ("response", "resource"):
                    continue
                kind = (headers.get_header("Content-Type") if headers else record.content_type) or ""
                if kind.split(";")[0].strip().lower() not in TYPES:
                    continue
                raw = record.content_stream().read(LARGEST_HTML + 1)
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                yield Record(raw, url, record.rec_headers.get_header("WARC-Date") or "")
            broken = archive.err_count
    except (AttributeError, TypeError):
        # What the library says of itself here helps nobody.
        message = f"{path}: not a WARC file, or a broken one (it is cut off); fetch it anew."
        raise SourceError(message) from None
    except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error) as problem:
        message = f"{path}: not a WARC file, or a broken one ({problem}); fetch it anew."
        raise SourceError(message) from None
    if broken:
        message = f"{path}: {broken} of its records do not end where they say; what could be read was read."
        raise SourceError(message)
    if not seen:
        message = f"{path}: not a WARC file, or a broken one (no record); fetch it anew."
        raise SourceError(message)


def _silently(records: Iterable[T]) -> Iterator[T]:
    """Give an archive's records without what the library prints; its errors are counted and told by us."""
    each = iter(records)
    while True:
        with contextlib.redirect_stderr(io.StringIO()):
            record = next(each, None)
        if record is None:
            return
        yield record
