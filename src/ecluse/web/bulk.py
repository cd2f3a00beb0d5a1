"""Many lines in one request: rows in, rows out, in order; in columns where they fit, else one by one.

The brief answers come from the convoy, so that cost follows situations and not lines. A row that
columns cannot take exactly as one line is read (another type, a paper of its own, an unknown
field, a mistake) goes through the one-line engine, which answers it or says what is wrong.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ecluse.convoy.answers import Answer, answer_of
from ecluse.engine.data import as_data
from ecluse.errors import BadLine, InputError
from ecluse.lines import read_line
from ecluse.lock import decide, moment
from ecluse.reading import decode, parse_json
from ecluse.web.cells import Laid, Unfit, laid
from ecluse.web.convoying import Convoying
from ecluse.web.problem import Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncGenerator, AsyncIterator

    from starlette.types import Receive, Scope, Send

    from ecluse.dates import Known
    from ecluse.web.site import Site

    Ask = tuple[dt.date | None, Known, str]

LINE_LARGEST = 100_000
NDJSON = "application/x-ndjson"
# Rows taken at once: few at first, so that answers soon begin; more later, as fresh situations cost by the block.
FIRST, MOST = 512, 8192
# Parts of a body read ahead, each of some 64 kB.
AHEAD = 512
# So few lines are answered sooner one by one than columns are made ready.
FEW = 48
FULL_BLOCK = 100
ENCODER = msgspec.json.Encoder()
WORDS = {1: "yes", 0: "no", -1: "unknown", 2: "not_applicable"}
DETAILS = ("brief", "full")


class Stream(Response):
    """Rows sent as they are made, while the request is still read.

    The framework's own streaming response listens for a disconnect beside the stream, and would
    take parts of the body that this one still reads.
    """

    def __init__(self, rows: AsyncIterator[bytes]) -> None:
        super().__init__(media_type=NDJSON)
        del self.headers["content-length"]
        self.rows = rows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI calls it
        """Send the rows; whoever has gone is noticed when sending fails."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with suppress(ClientDisconnect):
            async for rows in self.rows:
                await send({"type": "http.response.body", "body": rows, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def answered(site: Site, request: Request, ask: Ask, detail: str = "brief") -> AsyncIterator[bytes]:
    """Answer the rows of a request, block by block."""
    teller = Teller(site, ask, full=detail == "full")
    waiting: list[bytes] = []
    size = FULL_BLOCK if teller.full else FIRST
    try:
        async for rows in _split(request):
            waiting += rows
            while len(waiting) >= size:
                yield await run_in_threadpool(teller.told, waiting[:size])
                del waiting[:size]
                size = size if teller.full else min(2 * size, MOST)
    except Problem as refused:
        told = await run_in_threadpool(teller.told, waiting)
        yield told + problem_row(teller.count + 1, refused.detail)
        return
    for start in range(0, len(waiting), size):
        yield await run_in_threadpool(teller.told, waiting[start : start + size])


async def _split(request: Request) -> AsyncIterator[list[bytes]]:
    """Give the rows of a stream without their ends; one that is too long is cut, and so cannot be read."""
    rest: list[bytes] = []
    length = 0
    async with aclosing(_ahead(request)) as chunks:
        async for chunk in chunks:
            first, *others = chunk.split(b"\n")
            if length <= 2 * LINE_LARGEST:
                rest.append(first)
                length += len(first)
            if others:
                rows = [b"".join(rest), *others[:-1]]
                rest, length = [others[-1]], len(others[-1])
                yield [row for row in rows if row.strip()]
    last = b"".join(rest)
    if last.strip():
        yield [last]


async def _ahead(request: Request) -> AsyncGenerator[bytes, None]:
    """Give the parts of a body, read ahead of their use: many clients send all before they read anything."""
    parts: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(AHEAD)

    async def read() -> None:
        try:
            async for chunk in request.stream():
                await parts.put(chunk)
        except (Problem, ClientDisconnect) as ended:
            await parts.put(ended)
        else:
            await parts.put(None)

    reader = asyncio.create_task(read())
    try:
        while (part := await parts.get()) is not None:
            if isinstance(part, Exception):
                raise part
            yield part
    finally:
        reader.cancel()


class Teller:
    """Answers rows of one request; it counts them, and keeps what the columns have met."""

    def __init__(self, site: Site, ask: Ask, *, full: bool) -> None:
        self.site, self.full, self.count = site, full, 0
        self.on, self.known, self.reading = ask
        self.today, _ = moment(None, None, None)
        # Papers on file are drawn on in table order by the convoy; here each line stands alone.
        granted = any(one.status == "granted" or one.kind == "exception notice" for one in site.lock.evidence.papers)
        self.alone = full or granted
        self.convoy = Convoying(site.lock, self.today, self.known, self.on, self.reading)
        self.tails: list[bytes] = []

    def told(self, rows: list[bytes]) -> bytes:
        """Answer rows, one line of text each."""
        start = self.count + 1
        self.count += len(rows)
        if self.alone or len(rows) < FEW:
            return b"".join(self.one(raw, number) for number, raw in enumerate(rows, start))
        out: list[bytes] = [b""] * len(rows)
        fitting: list[Laid] = []
        places: list[int] = []
        facts = self.site.lock.library.facts
        for at, raw in enumerate(rows):
            if len(raw) > LINE_LARGEST:
                out[at] = self.one(raw, start + at)
                continue
            try:
                fitting.append(laid(parse_json(raw.decode(), "", BadLine), facts))
            except (Unfit, InputError, UnicodeDecodeError):
                out[at] = self.one(raw, start + at)
            else:
                places.append(at)
        numbers = self.convoy.numbers(fitting)
        for answer in self.convoy.answers[len(self.tails) :]:
            self.tails.append(ENCODER.encode(brief(answer))[1:])
        for at, row, number in zip(places, fitting, numbers, strict=True):
            if number < 0:
                out[at] = self.one(rows[at], start + at)
            else:
                out[at] = b'{"row":%d,"line":%b,%b\n' % (start + at, ENCODER.encode(row.id), self.tails[number])
        return b"".join(out)

    def one(self, raw: bytes, number: int) -> bytes:
        """Answer one row by the one-line engine."""
        place = f"row {number}"
        lock = self.site.lock
        try:
            line = read_line(parse_json(_text(raw, number), place, BadLine), place, lock.library.facts)
        except InputError as problem:
            return problem_row(number, str(problem))
        day = self.on or line.on or self.today
        decision = decide(line, lock, on=day, known=self.known, reading=self.reading)
        data: dict[str, Any] = {"row": number, "line": line.id} | brief(answer_of(decision))
        return ENCODER.encode(data | ({"decision": as_data(decision)} if self.full else {})) + b"\n"


def _text(raw: bytes, number: int) -> str:
    return decode(raw, f"row {number}", BadLine, LINE_LARGEST)


def problem_row(number: int, why: str) -> bytes:
    """Give the answer to a row that cannot be read."""
    told = {"row": number, "line": None, "may_pass": None, "exporter": None, "importer": None, "error": why}
    return ENCODER.encode(told) + b"\n"


def brief(answer: Answer) -> dict[str, Any]:
    """Give an answer in the columns that a table of answers has."""
    return {
        "may_pass": WORDS[answer.may_pass],
        "exporter": WORDS[answer.exporter],
        "importer": WORDS[answer.importer],
        "ic_level": answer.ic_level,
        "licence_required": WORDS[answer.licence_required],
        "policy": answer.policy,
        "binding_gate": answer.binding_gate,
        "decided_by": _listed(answer.decided_by),
        "missing": _listed(answer.missing),
        "rests_on_reported": answer.rests_on_reported,
        "depends_on_non_enforcement": answer.depends_on_non_enforcement,
    }


def _listed(text: str) -> list[str]:
    return text.split("; ") if text else []
