"""The API: the same answers as the pages, for programs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request  # noqa: TC002 - the framework reads the annotation

from ecluse.errors import InputError
from ecluse.lock import READINGS
from ecluse.reading import decode, parse_json
from ecluse.web import schema
from ecluse.web.answers import ENCODER, Answers
from ecluse.web.bulk import DETAILS, NDJSON, Stream, answered
from ecluse.web.pages import chips, evidence, law
from ecluse.web.pages import screen as names
from ecluse.web.problem import Problem
from ecluse.web.site import Asked, Site, today

if TYPE_CHECKING:
    from ecluse.web.answers import When

JSON = "application/json"


WHEN = ("on", "known", "reading")


def router(site: Site) -> APIRouter:
    """Give the operations of the API over one lock."""
    routes = APIRouter(prefix="/api")
    _checks(site, routes)
    _screening(site, routes)
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
        raise Problem(
            415, f"the type of the body is {repr(given[:60]) if given else 'not said'}, expected {' or '.join(kinds)}"
        )


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
        asked = Asked({}, request.query_params)
        ask = when(asked)
        asked.others(WHEN)
        return Response(answers.answer(await request.body(), ask), media_type=JSON)

    @routes.post(
        "/check/bulk",
        summary="May these order lines pass? NDJSON in and out, streamed",
        responses=schema.responses(schema.SHORT, 403, 413, 415, kind=NDJSON),
        openapi_extra={"parameters": [*asks["parameters"], schema.DETAIL]}
        | schema.body({"type": "string", "description": "one line of the contract a row"}, NDJSON),
    )
    async def bulk(request: Request) -> Response:
        """Answer each row with a row, in order; a row that cannot be read says why."""
        typed(request, NDJSON, "application/ndjson")
        asked = Asked({}, request.query_params)
        detail = asked.word("detail", "brief")
        if detail not in DETAILS:
            raise Problem(400, f"detail: {detail[:60]!r} is none of {', '.join(DETAILS)}")
        ask = when(asked)
        asked.others(WHEN)
        return Stream(answered(site, request, ask, detail))


def _screening(site: Site, routes: APIRouter) -> None:
    @routes.post(
        "/screen",
        summary="Is a name on a restricted-party list?",
        responses=schema.responses(schema.SCREENED, 403, 413, 415, 422),
        openapi_extra={"parameters": [schema.SCREENED_ON]} | schema.body(schema.NAME, JSON),
    )
    async def screen(request: Request) -> Response:
        """Answer the entries that a name may mean, best first, each with its score, band and reasons."""
        typed(request, JSON)
        query = Asked({}, request.query_params)
        on = query.day("on", today())
        query.others(())
        given = parse_json(decode(await request.body(), "the body", InputError), "the body", InputError)
        if not isinstance(given, dict):
            raise Problem(422, "the body: expected an object with name, and country or kind where they are known")
        strange = sorted(set(given) - {"name", "country", "kind"})
        if strange:
            raise Problem(422, f"{str(strange[0])[:60]}: is not a field here; fields are name, country, kind")
        asked = names.question(given.get("name"), given.get("country"), given.get("kind"), 422)
        found = await run_in_threadpool(names.screened, site.lists, asked, on)
        return Response(ENCODER.encode(found), media_type=JSON)


def _lists(site: Site, routes: APIRouter) -> None:
    async def answer(view: Any, request: Request, named: list[str]) -> Response:  # noqa: ANN401 - the view of a page
        asked = Asked(request.path_params, request.query_params)
        shown = view(site, asked)
        asked.others(named)
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

        def make(view: Any = view, parameters: list[schema.Schema] = parameters) -> Any:  # noqa: ANN401
            async def endpoint(request: Request) -> Response:
                return await answer(view, request, [str(one["name"]) for one in parameters])

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


@lru_cache(maxsize=1)
def examples() -> tuple[tuple[str, str], ...]:
    """Give requests that run as they stand: what for, and the command."""
    line = ENCODER.encode(schema.EXAMPLE).decode()
    named = ENCODER.encode(schema.NAME["example"]).decode()
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
        (
            "Screen a name",
            f"curl -s '{at}/api/screen' -H 'Content-Type: application/json' -d '{named}'",
        ),
        ("The chips on a day", f"curl -s '{at}/api/chips?on=2023-11-17'"),
        ("One provision", f"curl -s '{at}/api/law/us.3a090.a'"),
        ("What changed between two days", f"curl -s '{at}/api/law/diff?before=2023-11-16&after=2023-11-17'"),
        ("The claims about a chip", f"curl -s '{at}/api/claims?about=H200&known=2026-01-24'"),
    )
