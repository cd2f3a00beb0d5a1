"""A refusal told: as problem+json to programs, as a page to a browser, as a part of a page to its script."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ecluse.web import problem
from ecluse.web.site import html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Scope

    from ecluse.web.site import Site

# What the framework says of itself where it has nothing else to say.
BY_PROXY = "Open these pages at the address of the proxy, which says who asks."
PLAIN = {"Not Found": "nothing is at this address", "Method Not Allowed": "this address is not asked that way"}


def told(
    site: Site,
    request: Request,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    remedy: str = "",
) -> Response:
    """Tell whoever asked what is wrong, and what to do about it."""
    path = request.url.path
    detail = PLAIN.get(detail, detail)
    if for_programs(path, request.headers.get("accept", "")):
        return problem.answer(status, detail, quote(path), headers, remedy)
    values = problem.body(status, detail, remedy=remedy) | {"json_address": None}
    if request.method not in ("GET", "HEAD"):
        values["at"] = path.rstrip("/").rpartition("/")[0] or "/check"
    page = html(site, request, "problem.html", values, status)
    page.headers.update(headers or {})
    if "hx-request" in request.headers:
        # What was asked for a part of a page has no such part: the whole content gives way.
        page.headers.update({"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "outerHTML"})
    return page


def for_programs(path: str, accept: str) -> bool:
    """Say whether an address, or what is accepted of it, is that of a program rather than of a browser."""
    return path.startswith("/api") or path.endswith((".json", ".csv")) or "text/html" not in accept


def at_the_door(site: Site) -> Callable[[Scope, int, str, Mapping[str, str]], Response]:
    """Give what tells those who are refused before any page is reached; a browser without a token may enter one."""

    def refused(scope: Scope, status: int, detail: str, headers: Mapping[str, str]) -> Response:
        # A host that is not ours goes into no page.
        trusted = [(name, value) for name, value in scope["headers"] if name.lower() != b"host" or status != 400]
        request = Request({**scope, "headers": trusted})
        asks_a_page = scope["method"] in ("GET", "HEAD") and "hx-request" not in request.headers
        if status == 401 and asks_a_page and site.settings.token:
            accept = request.headers.get("accept", "")
            if not for_programs(scope["path"], accept):
                question = f"?{request.url.query}" if request.url.query else ""
                return RedirectResponse(f"/enter?next={quote(scope['path'] + question, safe='')}", 303)
        remedy = BY_PROXY if status == 401 and not site.settings.token else ""
        return told(site, request, status, detail, headers, remedy)

    return refused
