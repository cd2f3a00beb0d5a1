"""Log in by a password or by another service, and log out; each of it in the book's record."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request  # noqa: TC002 - the framework reads the annotation
from starlette.responses import RedirectResponse, Response

from ecluse.desk.door import open_desk
from ecluse.web.desk.forms import form_of
from ecluse.web.desk.office import SERVER, Office, note
from ecluse.web.desk.sessions import COOKIE, WHOLE_SECONDS
from ecluse.web.desk.users import LONGEST_NAME
from ecluse.web.problem import Problem
from ecluse.web.site import html

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import FastAPI

    from ecluse.web.desk.users import User

NO_DESK = "no desk is open; start with `ecluse serve --desk FOLDER`, and make users with `ecluse serve user add`"
STATE = "ecluse_oidc"


def fit(app: FastAPI, office: Office) -> None:
    """Fit the doors of login, which open to everybody."""

    async def login(request: Request) -> Response:
        if office.at is None:
            return html(office.site, request, "desk/none.html", {"json_address": None, "section": "/desk"})
        return await _login(office, request) if request.method == "POST" else form(office, request)

    async def logout(request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        session = office.sessions.find(token)
        if session is not None:
            await form_of(request, session.csrf)
            office.sessions.close(token)
            await run_in_threadpool(written, office, session.name, "logout")
        response = RedirectResponse("/desk/login", 303)
        response.delete_cookie(COOKIE)
        return response

    app.add_route("/desk/login", login, ["GET", "POST"], include_in_schema=False)
    app.add_route("/desk/logout", logout, ["POST"], include_in_schema=False)
    app.add_route("/desk/oidc", _away(office), ["GET"], include_in_schema=False)
    app.add_route("/desk/oidc/back", _back(office), ["GET"], include_in_schema=False)


def form(office: Office, request: Request, refused: str = "", status: int = 200, wait: int = 0) -> Response:
    """Give the page where one logs in."""
    values = {
        "csrf": None,
        "refused": refused,
        "wait": wait,
        "next": _inside(request.query_params.get("next", "")),
        "provider": office.provider is not None,
        "passwords": bool(office.users.everyone()),
        "json_address": None,
        "section": "/desk",
    }
    return html(office.site, request, "desk/login.html", values, status)


def _inside(address: str) -> str:
    """Give an address of ours to go to; anything else is the worklist."""
    told = urlsplit(address)
    ours = address.startswith(("/desk", "/claims/review")) and not told.netloc and not told.scheme
    return address if ours and "\\" not in address and not address.startswith("/desk/login") else "/desk"


def written(office: Office, by: str, what: str, says: str | None = None) -> None:
    """Write a login or the like into the record."""
    with open_desk(office.at or "") as desk:
        note(desk, by, what, says)


async def _login(office: Office, request: Request) -> Response:
    fields = await form_of(request)
    name = fields.get("name", "").strip()[:LONGEST_NAME]
    client = request.client.host if request.client else ""
    wait = office.tries.wait(client, name, time.monotonic())
    if wait:
        return form(office, request, "wait", 429, max(1, round(wait)))
    user = await run_in_threadpool(_verified, office, name, fields.get("password", ""))
    if user is None:
        return form(office, request, "wrong", 401)
    office.tries.forget(client, name)
    return entered(
        office, request, RedirectResponse(_inside(fields.get("next", "")), 303), user.name, user.roles, user.password
    )


def _verified(office: Office, name: str, password: str) -> User | None:
    user = office.users.verified(name, password)
    if user is not None:
        written(office, user.name, "login", f"by password, as {', '.join(sorted(user.roles))}")
    else:
        # A name that nobody has may be a password in the wrong field: it is not written down.
        known = office.users.find(name) is not None
        written(office, SERVER, "failed login", f"as {name}" if known else "under a name that nobody has")
    return user


def entered(
    office: Office, request: Request, response: Response, name: str, roles: frozenset[str], stamp: str
) -> Response:
    """Begin a session, and give its cookie; the one before it ends."""
    office.sessions.close(request.cookies.get(COOKIE, ""))
    token, _ = office.sessions.open(name, roles, stamp)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, WHOLE_SECONDS, httponly=True, samesite="strict", secure=secure)
    return response


def _away(office: Office) -> Callable[[Request], Awaitable[Response]]:
    async def away(request: Request) -> Response:
        if office.provider is None or office.at is None:
            raise Problem(404, "no other service is asked here; start with --oidc FILE")
        address, state = await office.provider.begin(request, _inside(request.query_params.get("next", "")))
        response = RedirectResponse(address, 303)
        secure = request.url.scheme == "https"
        # Lax, since the other service sends the browser back; it says nothing but which login this is.
        response.set_cookie(STATE, state, 600, httponly=True, samesite="lax", secure=secure, path="/desk/oidc")
        return response

    return away


def _back(office: Office) -> Callable[[Request], Awaitable[Response]]:
    async def back(request: Request) -> Response:
        if office.provider is None or office.at is None:
            raise Problem(404, "no other service is asked here; start with --oidc FILE")
        client = request.client.host if request.client else ""
        if office.tries.here.wait(f"{client} by the other service", time.monotonic()):
            raise Problem(429, "too many tries; wait a minute")
        try:
            named = await office.provider.end(request, request.cookies.get(STATE, ""))
            _unlike(office, named.name)
        except Problem as problem:
            await run_in_threadpool(written, office, SERVER, "failed login", f"by the other service: {problem}"[:400])
            raise
        said = f"by the other service, as {', '.join(sorted(named.roles))}"
        await run_in_threadpool(written, office, named.name, "login", said)
        # A page of ours, not a redirect: a strict cookie does not travel with a way that began elsewhere.
        values = {"next": named.to, "json_address": None, "section": "/desk"}
        response = html(office.site, request, "desk/entered.html", values)
        response.delete_cookie(STATE, path="/desk/oidc")
        return entered(office, request, response, named.name, named.roles, office.provider.stamp)

    return back


def _unlike(office: Office, name: str) -> None:
    """Refuse a name that the other service gives and that logs in by a password here. Raises Problem."""
    if office.users.find(name) is not None:
        raise Problem(403, f"{name} logs in by a password here")
