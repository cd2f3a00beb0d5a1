"""The demo book as a table: everybody's to read, copied for whoever fills something in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import threading
from typing import TYPE_CHECKING

from ecluse.convoy import Options
from ecluse.dates import Known
from ecluse.web.deciding import REPORT
from ecluse.web.shelf import DEMO, NOBODY
from ecluse.web.site import FOLDER

if TYPE_CHECKING:
    from ecluse.web.serving import Books
    from ecluse.web.shelf import Upload

SOURCE = FOLDER / "static" / "demo-book.csv"
# The day of the book, and what was known by then.
KNOWN = Known(day=dt.date(2026, 8, 10))
TABLE, ANSWERS = "table.csv", "answers.csv"
_ONE = threading.Lock()


def book(books: Books) -> Upload:
    """Give the demo book, decided."""
    with _ONE:
        found = books.shelf.uploads.get(DEMO)
        if found is None:
            found = books.shelf.make(NOBODY, SOURCE.name, SOURCE.stat().st_size)
            shutil.copyfile(SOURCE, found.path(TABLE))
            settings = books.site.settings
            found.options = Options(
                found.path(TABLE),
                found.path(ANSWERS),
                known=KNOWN,
                law=settings.law,
                evidence=settings.evidence,
                lists=books.site.lists,
            )
            books.clerk.decide(found)
    return found


def copy(books: Books, owner: str) -> Upload:
    """Copy the demo book for a browser that fills something in."""
    made = book(books)
    upload = books.shelf.make(owner, made.name, made.size)
    for name in (TABLE, ANSWERS, REPORT):
        if made.path(name).exists():
            shutil.copyfile(made.path(name), upload.path(name))
    if made.options is not None:
        upload.options = dataclasses.replace(made.options, table=upload.path(TABLE), to=upload.path(ANSWERS))
    upload.run, upload.rows, upload.share, upload.state = made.run, made.rows, made.share, made.state
    return upload
