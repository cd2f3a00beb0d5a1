"""The API: the same answers as the pages, for programs."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.requests import Request  # noqa: TC002 - the framework reads the annotation

from ecluse.errors import BadLine, InputError
from ecluse.lines import read_line
from ecluse.lock import READINGS, decide
from ecluse.reading import decode, parse_json
from ecluse.web import schema
from ecluse.web.answers import ENCODER, Answers
from ecluse.web.pages import chips, evidence, law
from ecluse.web.problem import Problem
from ecluse.web.site import Asked, Kept, Site, today

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from ecluse.decision import Decision
    from ecluse.web.answers import When

LINE_LARGEST = 100_000
BATCH = 500
JSON = "application/json"
NDJSON = "application/x-ndjson"


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
        async for rows in self.rows:
            await send({"type": "http.response.body", "body": rows, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def router(site: Site) -> APIRouter:
    """Give the operations of the API over one lock."""
    routes = APIRouter(prefix="/api")
    _checks(site, routes)
    _lists(site, routes)
    return routes


def when(asked: Asked) -> When:
    """Read the day, the knowledge and the reading that a request asks for."""
    reading = asked.word("reading", "enforced")
    if reading not in READINGS:
        raise Problem(400, f"reading: {reading[:60]!r} is none of {', '.join(READINGS)}")
    on = asked.day("on", today()) if asked.word("on") else None
    return on, asked.known(), reading


def typed(request: Request, *kinds: str) -> None:
    """Refuse a body of another type than is read here."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given not in kinds:
        raise Problem(415, f"the type of the body is {given[:60] or 'not said'!r}, expected {' or '.join(kinds)}")


def _checks(site: Site, routes: APIRouter) -> None:
    answers = Answers(site.lock, site.lists)
    asks: dict[str, Any] = {"parameters": [schema.ON, schema.KNOWN, schema.READING]}

    @routes.post(
        "/check",
        summary="May one order line pass?",
        responses=schema.responses(schema.DECISION, 403, 413, 415, 422),
        openapi_extra=asks | schema.body(schema.LINE, JSON),
    )
    async def check(request: Request) -> Response:
        """Answer yes, no or unknown for both gates, with steps, evidence and what is missing."""
        typed(request, JSON)
        ask = when(Asked({}, request.query_params))
        return Response(answers.answer(await request.body(), ask), media_type=JSON)

    @routes.post(
        "/check/bulk",
        summary="May these order lines pass? NDJSON in and out, streamed",
        responses=schema.responses(schema.SHORT, 403, 413, 415, kind=NDJSON),
        openapi_extra=asks | schema.body({"type": "string", "description": "one line of the contract a row"}, NDJSON),
    )
    async def bulk(request: Request) -> Response:
        """Answer each row with a row, in order; a row that cannot be read says why."""
        typed(request, NDJSON, "application/ndjson")
        ask = when(Asked({}, request.query_params))
        return Stream(_rows(site, request, ask))


def _lists(site: Site, routes: APIRouter) -> None:
    async def answer(view: Any, request: Request) -> Response:  # noqa: ANN401 - the view of a page
        shown = view(site, Asked(request.path_params, request.query_params))
        return Response(ENCODER.encode(shown.data), media_type=JSON)

    given: tuple[tuple[str, Any, str, list[schema.Schema]], ...] = (
        ("/chips", chips.view, "The chips with their level on a day", [schema.ON, schema.KNOWN]),
        ("/chips/{chip}", chips.one, "One chip", [schema.ON, schema.KNOWN]),
        ("/law", law.view, "The provisions", [schema.parameter("kind", "only this kind")]),
        (
            "/law/diff",
            law.diff,
            "What changed between two days",
            [
                schema.parameter("before", "a day", schema.DAY),
                schema.parameter("after", "a day", schema.DAY),
                schema.KNOWN,
            ],
        ),
        ("/law/{provision}", law.one, "One provision", []),
        (
            "/claims",
            evidence.view,
            "The claims, newest first, with the board",
            [
                schema.KNOWN,
                schema.parameter("gate", "only this gate"),
                schema.parameter("about", "a chip, firm or authority"),
            ],
        ),
        ("/claims/{claim}", evidence.one, "One claim", [schema.KNOWN]),
    )
    for path, view, summary, parameters in given:
        named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        more = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named]

        def make(view: Any = view) -> Any:  # noqa: ANN401
            async def endpoint(request: Request) -> Response:
                return await answer(view, request)

            return endpoint

        routes.add_api_route(
            path,
            make(),
            methods=["GET"],
            summary=summary,
            name=path,
            operation_id="get" + path.replace("/", "-").replace("{", "").replace("}", ""),
            responses=schema.responses(schema.LIST, *([404] if named else [])),
            openapi_extra={"parameters": [*more, *parameters]},
        )


async def _rows(site: Site, request: Request, ask: When) -> AsyncIterator[bytes]:
    """Answer rows as they come, some hundreds at a time."""
    memory = Kept(20_000)
    number, out = 0, []
    try:
        async for raw in _split(request):
            number += 1
            out.append(_row(site, raw, number, ask, memory))
            if len(out) >= BATCH:
                yield b"".join(out)
                out.clear()
    except Problem as refused:
        out.append(_refused(number + 1, refused.detail))
    yield b"".join(out)


def _refused(number: int, why: str) -> bytes:
    told = {"row": number, "line": None, "may_pass": None, "exporter": None, "importer": None, "error": why}
    return ENCODER.encode(told) + b"\n"


async def _split(request: Request) -> AsyncIterator[bytes]:
    """Give the rows of a stream without their ends; one that is too long is cut, and so cannot be read."""
    rest = b""
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        for row in whole:
            if row.strip():
                yield row
        if len(rest) > 2 * LINE_LARGEST:
            rest = rest[: LINE_LARGEST + 1]
    if rest.strip():
        yield rest


def _row(site: Site, raw: bytes, number: int, ask: When, memory: Kept) -> bytes:
    """Answer one row. A situation met before, apart from the line's id, is not weighed again."""
    try:
        text = decode(raw, f"row {number}", BadLine, LINE_LARGEST)
        table = parse_json(text, f"row {number}", BadLine)
        line = read_line(table, f"row {number}", site.lock.library.facts)
    except InputError as problem:
        return _refused(number, str(problem))
    key = repr(replace(line, id=None))
    tail = memory.get(key, lambda: _tail(decide(line, site.lock, on=ask[0], known=ask[1], reading=ask[2])))
    return b'{"row":%d,"line":%b,%b\n' % (number, ENCODER.encode(line.id), tail)


def _tail(decision: Decision) -> bytes:
    return ENCODER.encode(short(decision))[1:]


def short(decision: Decision) -> dict[str, Any]:
    """Give an answer in the columns that a table of answers has."""
    exporter, importer = decision.exporter, decision.importer
    shown = exporter.ahead or exporter
    decided = [step.provision for step in shown.steps if step.decided]
    missing = [row.fact for row in (*exporter.missing, *importer.missing)]
    return {
        "may_pass": decision.may_pass.value,
        "exporter": "not_applicable" if exporter.may_pass is None else exporter.may_pass.value,
        "importer": "not_applicable" if importer.may_pass is None else importer.may_pass.value,
        "ic_level": shown.ic_level,
        "licence_required": shown.licence.required.value if shown.licence else None,
        "policy": shown.licence.policy if shown.licence else None,
        "binding_gate": decision.binding_gate,
        "decided_by": decided,
        "missing": missing,
        "rests_on_reported": decision.rests_on_reported,
        "depends_on_non_enforcement": decision.depends_on_non_enforcement,
    }


@lru_cache(maxsize=1)
def examples() -> tuple[tuple[str, str], ...]:
    """Give requests that run as they stand: what for, and the command."""
    line = ENCODER.encode(schema.EXAMPLE).decode()
    at = "http://127.0.0.1:8470"
    return (
        (
            "Check one line",
            f"curl -s '{at}/api/check?known=2026-01-24' -H 'Content-Type: application/json' -d '{line}'",
        ),
        (
            "Check many",
            f"curl -s '{at}/api/check/bulk?known=2026-01-24' -H 'Content-Type: {NDJSON}' --data-binary '{line}'",
        ),
        ("The chips on a day", f"curl -s '{at}/api/chips?on=2023-11-17'"),
        ("One provision", f"curl -s '{at}/api/law/us.3a090.a'"),
        ("What changed between two days", f"curl -s '{at}/api/law/diff?before=2023-11-16&after=2023-11-17'"),
        ("The claims about a chip", f"curl -s '{at}/api/claims?about=H200&known=2026-01-24'"),
    )
