"""The application: pages, API, what is static; and how errors are answered."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from ecluse.errors import EcluseError, InputError
from ecluse.version import VERSION
from ecluse.web import api
from ecluse.web.answers import MOST_BYTES
from ecluse.web.asking import marked
from ecluse.web.deciding import Clerk
from ecluse.web.desk import doors
from ecluse.web.desk.office import open_office
from ecluse.web.guard import Guard, pass_of
from ecluse.web.pages import PAGES, batch, worklist
from ecluse.web.problem import Problem
from ecluse.web.serving import Books
from ecluse.web.settings import Settings, checked
from ecluse.web.shelf import Shelf
from ecluse.web.site import CSRF, FOLDER, Page, Site, html, open_site, show
from ecluse.web.telling import at_the_door, told

if TYPE_CHECKING:
    from collections.abc import Callable

SUFFIXES = ("json", "csv")
PASS_SECONDS = 12 * 3600


def create(settings: Settings | None = None) -> Guard:
    """Build the application behind its guard. Raises InputError where the settings are not safe."""
    settings = checked(settings or Settings())
    site = open_site(settings)
    app = FastAPI(
        title="Ecluse",
        version=VERSION,
        summary="May these chips pass: yes, no, or not known.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    app.include_router(api.router(site))
    for page in PAGES:
        _add(app, site, page)
    _books(app, site)
    site.menu.append(("/desk", marked("Desk")))
    doors.fit(app, open_office(site))
    site.menu.append(("/api", marked("API")))
    _doors(app, site)
    _errors(app, site)
    return Guard(app, settings, at_the_door(site))


def _add(app: FastAPI, site: Site, page: Page) -> None:
    """Serve a page, and beside it the same as json (and csv where it is a table)."""
    if page.menu:
        site.menu.append((page.path, page.menu))

    def make(kind: str) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            return await show(site, page, request, kind)

        return answer

    for kind in SUFFIXES:
        app.add_route(f"{page.path}.{kind}", make(kind), ["GET"], include_in_schema=False)
    app.add_route(page.path, make("html"), ["GET"], include_in_schema=False)


def _books(app: FastAPI, site: Site) -> None:
    """Serve what is done with uploaded tables."""
    settings = site.settings
    books = Books(site, Shelf(settings), Clerk(settings.upload_rows))
    for module in (batch, worklist):
        module.add(app, books)
        site.menu.append(module.MENU)


def _doors(app: FastAPI, site: Site) -> None:
    """Serve the front door, the page of the API, and the page that takes the access token."""

    async def front(_request: Request) -> Response:
        return RedirectResponse("/check", 307)

    async def icon(_request: Request) -> Response:
        return RedirectResponse("/static/icon.svg", 308)

    async def about(request: Request) -> Response:
        operations = [
            (path, method.upper(), told.get("summary", ""))
            for path, methods in app.openapi()["paths"].items()
            for method, told in methods.items()
        ]
        more = {"examples": api.examples(), "settings": site.settings, "memory": MOST_BYTES}
        return html(site, request, "api.html", {"operations": operations} | more)

    async def enter(request: Request) -> Response:
        if request.method == "POST":
            return await _entered(site, request)
        return html(site, request, "enter.html", _entering(request, request.query_params.get("next", "")))

    app.add_route("/", front, ["GET"], include_in_schema=False)
    app.add_route("/favicon.ico", icon, ["GET"], include_in_schema=False)
    app.add_route("/api", about, ["GET"], include_in_schema=False)
    app.add_route("/enter", enter, ["GET", "POST"], include_in_schema=False)


def _token(request: Request) -> str:
    """Give the token that a form must send back: that of the browser's cookie, or a new one."""
    import secrets  # noqa: PLC0415

    return request.cookies.get(CSRF) or secrets.token_urlsafe(24)


async def form_of(request: Request) -> dict[str, str]:
    """Read a form that was sent, refused unless it carries the token of the page it came from."""
    fields = {name: values[-1] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
    sent, kept = fields.pop("csrf", ""), request.cookies.get(CSRF, "")
    if not kept or not hmac.compare_digest(sent.encode(), kept.encode()):
        raise Problem(403, "the form does not carry the token of its page")
    return fields


def _entering(request: Request, to: str) -> dict[str, Any]:
    """Give what the page shows that takes the access token."""
    return {"csrf": _token(request), "refused": False, "next": _inside(to)}


def _inside(address: str) -> str:
    """Give an address of ours to go to; anything else is the first page."""
    given = urlsplit(address)
    ours = address.startswith("/") and not given.netloc and not given.scheme and "\\" not in address
    return address if ours and address.isprintable() and not given.path.startswith("/enter") else "/check"


async def _entered(site: Site, request: Request) -> Response:
    """Give the cookie that stands for the access token, to whoever knows the token."""
    fields = await form_of(request)
    token = site.settings.token
    if token is None or not hmac.compare_digest(fields.get("token", "").encode(), token.encode()):
        return html(site, request, "enter.html", _entering(request, fields.get("next", "")) | {"refused": True}, 401)
    response = RedirectResponse(_inside(fields.get("next", "")), 303)
    secure = request.url.scheme == "https"
    response.set_cookie("ecluse_pass", pass_of(token), PASS_SECONDS, httponly=True, samesite="strict", secure=secure)
    return response


def _errors(app: FastAPI, site: Site) -> None:
    """Answer errors as problem+json to programs, and as a page to a browser."""

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status if isinstance(error, Problem) else 422 if isinstance(error, InputError) else 500
        if not isinstance(error, Problem) and request.url.path.startswith("/api") and _unreadable(error):
            status = 400
        remedy = error.remedy if isinstance(error, Problem) else ""
        return told(site, request, status, str(error), remedy=remedy)

    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        return told(site, request, error.status_code, str(error.detail), error.headers)

    async def failed(request: Request, _error: Exception) -> Response:
        return told(site, request, 500, "the program failed at this question; the server's log says where")

    async def gone(_request: Request, _error: Exception) -> Response:
        # Nobody hears it, and nothing has failed here.
        return Response(status_code=400)

    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(Exception, failed)
    app.add_exception_handler(Problem, refused)
    app.add_exception_handler(EcluseError, refused)
    app.add_exception_handler(HTTPException, http)


def _unreadable(error: Exception) -> bool:
    """Is the body no JSON at all, rather than a line with a wrong field?"""
    return type(error) is InputError
