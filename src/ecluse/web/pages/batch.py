"""Batch: upload a table of order lines, watch it being decided, see what may pass, take the answers."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, RedirectResponse, Response

from ecluse.convoy import Options
from ecluse.convoy.summary import TOP, counted
from ecluse.convoy.told import as_data, ruled
from ecluse.dates import Known, parse_day, parse_known
from ecluse.lock import READINGS
from ecluse.tables.reading import KINDS
from ecluse.web import bars, deciding, demo, forms, serving
from ecluse.web.asking import marked
from ecluse.web.problem import Problem
from ecluse.web.shelf import DEMO, Upload, owner_of
from ecluse.web.site import View

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeVar

    from fastapi import FastAPI
    from starlette.datastructures import UploadFile
    from starlette.requests import Request

    from ecluse.convoy import Run
    from ecluse.web.serving import Books

    T = TypeVar("T")

MENU = ("/batch", marked("Batch"))
# A small table is decided before its page is first shown.
AT_ONCE = 1.0
LARGEST_MAP = 100_000
ANSWERS = {"yes": marked("yes"), "no": marked("no"), "unknown": marked("not known")}
OURS = {"yes": "yes", "no": "no", "not known": "unknown"}
COLUMNS = ("id", "item.chip", "quantity", "origin", "destination", "buyer.name", "buyer.headquarters", "on")


def add(app: FastAPI, books: Books) -> None:
    """Serve the pages of uploads."""

    async def start(request: Request) -> View:
        return listed(books, request)

    async def one(request: Request) -> View:
        return shown(await of(books, request), forms.token(request))

    async def send(request: Request) -> Response:
        try:
            return await uploaded(books, request)
        finally:
            await request.close()

    async def file(request: Request) -> Response:
        return download(await of(books, request), request.path_params["file"])

    async def remove(request: Request) -> Response:
        await forms.sent(request)
        upload = await of(books, request)
        if upload.owner:
            await run_in_threadpool(books.shelf.remove, upload)
        return RedirectResponse("/batch", 303)

    serving.page(app, books.site, "/batch", "batch.html", start)
    app.add_route("/batch", send, ["POST"], include_in_schema=False)
    app.add_route("/batch/{book}/remove", remove, ["POST"], include_in_schema=False)
    app.add_route("/batch/{book}/{file}", file, ["GET"], include_in_schema=False)
    serving.page(app, books.site, "/batch/{book}", "book.html", one)


async def of(books: Books, request: Request) -> Upload:
    """Give the upload that an address names, to the browser that sent it; the demo book to everybody."""
    if request.path_params["book"] == DEMO:
        return await run_in_threadpool(demo.book, books)
    return books.shelf.of(owner_of(serving.cookie_of(request)), request.path_params["book"])


def listed(books: Books, request: Request) -> View:
    """Show the form, and what this browser has uploaded."""
    settings = books.site.settings
    own = [summed(one) for one in books.shelf.own(owner_of(serving.cookie_of(request)))]
    more = {
        "csrf": forms.token(request),
        "kinds": KINDS,
        "readings": READINGS,
        "columns": COLUMNS,
        "largest": settings.upload_largest // 1_000_000,
        "most_rows": settings.upload_rows,
        "hours": f"{settings.upload_seconds / 3600:g}",
        "each": settings.uploads_each,
    }
    return View({"books": own}, more)


def summed(upload: Upload) -> dict[str, Any]:
    """Give what a list of uploads says of one."""
    return {
        "book": upload.id,
        "name": upload.name,
        "bytes": upload.size,
        "state": upload.state,
        "rows": upload.rows,
        "share": round(upload.share, 4),
        "ends": dt.datetime.fromtimestamp(upload.ends, dt.UTC).isoformat(timespec="minutes").replace("+00:00", "Z"),
        "error": upload.error or None,
    }


async def uploaded(books: Books, request: Request) -> Response:
    """Take a table in: checked, saved, put in the queue. Raises Problem."""
    fields, files = await forms.sent(request)
    table, mapping = files.get("table"), files.get("map")
    if table is None or not table.filename:
        raise Problem(422, "table: no file was chosen")
    ending = deciding.suffix_of(table.filename)
    to = fields.get("to") or ending
    if to not in KINDS:
        raise Problem(422, f"to: {to[:20]!r} is none of {', '.join(KINDS)}")
    options = _options(fields)
    size = table.size or 0
    settings = books.site.settings
    if size > settings.upload_largest:
        raise Problem(413, f"table: {size:,} bytes, at most {settings.upload_largest:,}")
    if not size:
        raise Problem(422, "table: the file is empty")
    cookie = serving.cookie_of(request) or serving.fresh_cookie()
    upload = await run_in_threadpool(books.shelf.make, owner_of(cookie), deciding.shown(table.filename), size)
    try:
        await run_in_threadpool(_kept, upload, table, mapping, ending)
        await _begun(books, upload, options, (f"table{ending}", f"answers{to}"), mapped=_is_there(mapping))
    except BaseException:
        await run_in_threadpool(books.shelf.remove, upload)
        raise
    return serving.sent_on(request, f"/batch/{upload.id}", cookie, settings.upload_seconds)


def _is_there(mapping: UploadFile | None) -> bool:
    return mapping is not None and bool(mapping.filename) and bool(mapping.size)


def _kept(upload: Upload, table: UploadFile, mapping: UploadFile | None, ending: str) -> None:
    deciding.save(table.file, upload, f"table{ending}")
    deciding.sound(upload, f"table{ending}")
    if mapping is not None and _is_there(mapping):
        if (mapping.size or 0) > LARGEST_MAP:
            raise Problem(413, f"map: {mapping.size:,} bytes, at most {LARGEST_MAP:,}")
        deciding.save(mapping.file, upload, deciding.MAP)


def _options(fields: dict[str, str]) -> dict[str, Any]:
    """Read what rules: day, knowledge (else now, from here on), reading, columns to keep unread."""
    reading = fields.get("reading") or "enforced"
    if reading not in READINGS:
        raise Problem(422, f"reading: {reading[:60]!r} is none of {', '.join(READINGS)}")
    now = Known(instant=dt.datetime.now(dt.UTC).replace(microsecond=0))
    return {
        "on": _read("on", fields, parse_day, None),
        "known": _read("known", fields, parse_known, now),
        "reading": reading,
        "ignored": tuple(name.strip() for name in fields.get("ignore", "").split(",") if name.strip()),
    }


def _read(name: str, fields: dict[str, str], parse: Callable[[str], T], default: T | None) -> T | None:
    text = fields.get(name, "")
    if not text:
        return default
    try:
        return parse(text)
    except (ValueError, OverflowError) as problem:
        raise Problem(422, f"{name}: {problem}") from None


async def _begun(
    books: Books, upload: Upload, options: dict[str, Any], names: tuple[str, str], *, mapped: bool
) -> None:
    """Put an upload in the queue, and wait a moment: what cannot be read at all is said at once."""
    table, to = names
    settings = books.site.settings
    upload.options = Options(
        upload.path(table),
        upload.path(to),
        upload.path(deciding.MAP) if mapped else None,
        law=settings.law,
        evidence=settings.evidence,
        lists=books.site.lists,
        **options,
    )
    waiting = asyncio.wrap_future(books.clerk.start(upload))
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), AT_ONCE)
    if upload.state == "failed":
        raise Problem(422, upload.error)


def shown(upload: Upload, token: str) -> View:
    """Show an upload: how far it is, or what came of it."""
    data: dict[str, Any] = summed(upload)
    more: dict[str, Any] = {
        "csrf": token,
        "percent": round(100 * upload.share, 1),
        "left": max(0, round((upload.ends - time.time()) / 60)),
        "own": bool(upload.owner),
        "summary": None,
        "answer_words": ANSWERS,
    }
    run = upload.run
    if upload.state == "done" and run is not None:
        data["summary"] = as_data(run)
        more |= told(run, upload)
    return View(data, more)


def told(run: Run, upload: Upload) -> dict[str, Any]:
    """Give what the page shows of a run: its counts, and bars beside them."""
    found = counted(run.summary, run.answers)
    answers = {OURS[word]: count for word, count in found.answers.items()}
    missing = found.missing[:TOP]
    most = max((lacking for _, _, lacking in missing), default=1)
    chips = [(name, {OURS[word]: count for word, count in words.items()}) for name, words in found.chips[:TOP]]
    widest = max((sum(words.values()) for _, words in chips), default=1)
    return {
        "summary": found,
        "answers": answers,
        "answered": run.summary.read - run.summary.rejected,
        "rejected": run.summary.rejected,
        "ruled": ruled(run),
        "unread": run.unread,
        "split": bars.split,
        "gates": [
            (gate, [words.get(word, 0) for word in ("yes", "no", "not known", "does not apply")])
            for gate, words in found.gates.items()
        ],
        "missing": [
            (name, alone, lacking, bars.bar([("alone", alone), ("lacks", lacking - alone)], most))
            for name, alone, lacking in missing
        ],
        "chips": [(name, words, bars.bar(list(words.items()), widest)) for name, words in chips],
        "places": [
            (name, {OURS[word]: count for word, count in words.items()}) for name, words in found.destinations[:TOP]
        ],
        "deciding": found.deciding[:TOP],
        "laws": {one.id for one in run.lock.library.provisions},
        "rejected_file": run.rejected_to is not None,
        "answers_kind": upload.options.to.suffix if upload.options else "",
    }


def download(upload: Upload, what: str) -> Response:
    """Give one of the files that were made of an upload. Raises Problem."""
    run, options = upload.run, upload.options
    if upload.state != "done" or run is None or options is None:
        raise Problem(404, "there is nothing to download before the table is decided")
    stem = upload.name.rpartition(".")[0] or upload.name
    files: dict[str, tuple[Path | None, str]] = {
        "answers": (options.to, f"{stem}.answers{options.to.suffix}"),
        "rejected": (run.rejected_to, f"{stem}.rejected.csv"),
        "report": (upload.path(deciding.REPORT), f"{stem}.report.html"),
    }
    path, name = files.get(what, (None, ""))
    if path is None or not path.is_file():
        raise Problem(
            404, f"{what[:40]!r} is no file of this book; there are answers, rejected rows if any, and report"
        )
    return FileResponse(path, filename=name, media_type="application/octet-stream")
