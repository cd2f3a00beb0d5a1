"""What pages of uploaded books share: the shelf, the cookie of a browser, a page with its `.json` beside it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request  # noqa: TC002 - the framework reads the annotation
from starlette.responses import RedirectResponse, Response

from ecluse.web.site import html

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI

    from ecluse.web.deciding import Clerk
    from ecluse.web.shelf import Shelf
    from ecluse.web.site import Site, View

COOKIE = "ecluse_books"
SHORTEST = 32


@dataclass(frozen=True, eq=False)
class Books:
    """The shelf of uploads, the clerk who decides them, and the site they are shown on."""

    site: Site
    shelf: Shelf
    clerk: Clerk


def cookie_of(request: Request) -> str:
    """Give the cookie by which a browser is known to have uploaded; empty where it has none of ours."""
    found = request.cookies.get(COOKIE, "")
    return found if len(found) >= SHORTEST else ""


def fresh_cookie() -> str:
    """Make the cookie of a browser that has none."""
    return secrets.token_urlsafe(32)


def sent_on(request: Request, place: str, cookie: str, seconds: float) -> Response:
    """Send a browser on after a form, with the cookie that lets it see its books."""
    response = RedirectResponse(place, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, cookie, round(seconds), httponly=True, samesite="strict", secure=secure)
    return response


def page(app: FastAPI, site: Site, path: str, template: str, view: Callable[[Request], Awaitable[View]]) -> None:
    """Serve a page, and beside it the same as JSON."""

    async def shown(request: Request) -> Response:
        found = await view(request)
        return html(site, request, template, {**found.data, **found.more}, found.status)

    async def data(request: Request) -> Response:
        found = await view(request)
        return Response(
            json.dumps(found.data, ensure_ascii=False, indent=1), found.status, media_type="application/json"
        )

    app.add_route(f"{path}.json", data, ["GET"], include_in_schema=False)
    app.add_route(path, shown, ["GET"], include_in_schema=False)
