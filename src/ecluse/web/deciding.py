"""An uploaded table through the convoy, off the event loop: saved, decided, told."""

from __future__ import annotations

import csv
import logging
import os
import re
import shutil
import threading
import time
import zipfile
from concurrent.futures import Future
from pathlib import PurePath
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

from ecluse.convoy import batch
from ecluse.convoy.report import page
from ecluse.errors import BadTable, EcluseError
from ecluse.tables.reading import KINDS
from ecluse.web.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.web.shelf import Upload

LOG = logging.getLogger("ecluse.web")
# So much may a workbook hold once it is unpacked.
LARGEST_UNPACKED = 400_000_000
LONGEST_NAME = 80
# So many tables are decided at a time.
HANDS = 2
MAP = "map.toml"
REPORT = "report.html"


class Gone(Exception):
    """The upload was removed while it was being decided."""


def suffix_of(name: str) -> str:
    """Give the ending of a table's name; Problem where it is none of a table."""
    ending = PurePath(name.replace("\\", "/")).suffix.lower()
    if ending not in KINDS:
        message = f"table: {shown(name)!r} does not end in {', '.join(KINDS)}"
        raise Problem(415, message, "Save the table as one of these kinds.")
    return ending


def shown(name: str) -> str:
    """Give a file's name as it may be shown: no folders, no odd signs, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"[^\w .()+-]", "_", last)[-LONGEST_NAME:] or "table"


def save(source: BinaryIO, upload: Upload, name: str) -> None:
    """Write what was sent into the private folder, readable to nobody else."""
    where = os.open(upload.path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(where, "wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def sound(upload: Upload, name: str) -> None:
    """Refuse a workbook that unpacks to many times its size. Raises Problem."""
    if not name.endswith(".xlsx"):
        return
    try:
        with zipfile.ZipFile(upload.path(name)) as book:
            total = sum(one.file_size for one in book.infolist())
    except (zipfile.BadZipFile, OSError) as problem:
        raise Problem(422, f"table: is no workbook ({problem})") from None
    if total > LARGEST_UNPACKED:
        raise Problem(413, f"table: unpacks to {total:,} bytes; save a table of that size as CSV or Parquet")


class Clerk:
    """Decides uploads on threads of its own, two at a time, in the order they came."""

    def __init__(self, most_rows: int, longest: float = 1800.0) -> None:
        """`longest` is how many seconds a table may take."""
        self.most_rows, self.longest = most_rows, longest
        self.waiting: SimpleQueue[tuple[Upload, Future[None]]] = SimpleQueue()
        self.hands = 0

    def start(self, upload: Upload) -> Future[None]:
        """Put an upload in the queue; the future is done when it is decided, good or bad."""
        told: Future[None] = Future()
        self.waiting.put((upload, told))
        if self.hands < HANDS:
            # A server that ends does not wait for them.
            self.hands += 1
            threading.Thread(target=self._work, name=f"batch-{self.hands}", daemon=True).start()
        return told

    def _work(self) -> None:
        while True:
            upload, told = self.waiting.get()
            heard = told.set_running_or_notify_cancel()
            self.decide(upload)
            if heard:
                told.set_result(None)

    def decide(self, upload: Upload) -> None:
        """Decide an upload; what goes wrong is kept to be told."""
        options = upload.options
        if options is None or upload.gone:
            return
        upload.state = "running"
        begun = time.perf_counter()
        try:
            upload.run = batch(options, lambda rows, share: self._progress(upload, rows, share, begun))
            upload.path(REPORT).write_text(page(upload.run), encoding="utf-8")
            upload.share, upload.state = 1.0, "done"
        except Gone:
            upload.state = "failed"
        except EcluseError as problem:
            upload.error, upload.state = told(problem, upload), "failed"
        except csv.Error as problem:
            upload.error, upload.state = f"{upload.name}: not a table of its kind ({problem}).", "failed"
        except Exception as problem:  # noqa: BLE001 - whatever it is, the page has to say that it failed
            upload.error = f"The table could not be decided ({type(problem).__name__})."
            upload.state = "failed"
            LOG.warning("a table could not be decided: %s", type(problem).__name__)
        LOG.info("batch %s, %d rows, %.1f s", upload.state, upload.rows, time.perf_counter() - begun)

    def _progress(self, upload: Upload, rows: int, share: float, begun: float) -> None:
        if upload.gone:
            raise Gone
        upload.rows, upload.share = rows, min(share, 1.0)
        if rows > self.most_rows:
            message = f"{upload.name}: more than {self.most_rows:,} rows; use `ecluse batch` for a table of that size."
            raise BadTable(message)
        if time.perf_counter() - begun > self.longest:
            message = f"{upload.name}: longer than {self.longest / 60:g} minutes; use `ecluse batch` for it."
            raise BadTable(message)


def told(problem: Exception, upload: Upload) -> str:
    """Give what an error says, with the names that the user knows in place of ours."""
    text = str(problem)
    options = upload.options
    places: Mapping[str, str] = {}
    if options is not None:
        places = {str(options.table): upload.name, str(options.to): "the answers"}
        if options.mapping is not None:
            places = {**places, str(options.mapping): "the map"}
    for ours, theirs in places.items():
        text = text.replace(ours, theirs)
    # What an option of the command line gives there, a field of the form gives here.
    return text.replace(f"{upload.folder}/", "").replace(" with --map FILE", " with a map")
