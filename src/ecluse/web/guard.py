"""What every request passes first: host, rate, access, size, time; and the headers of every answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import quote

from ecluse.web import problem
from ecluse.web.settings import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ecluse.web.settings import Settings

    Tell = Callable[[Scope, int, str, Mapping[str, str]], Response]

LOG = logging.getLogger("ecluse.web")
OPEN = ("/enter", "/static/", "/favicon.ico", "/desk/oidc/back")
MOST_CLIENTS = 10_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Nothing is told to other sites; under `no-referrer` a browser would hide from us, too, where a form comes from.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class TooLarge(Exception):
    """More bytes came than are allowed."""


class Buckets:
    """Requests that each client may still send: `rate` a second, up to `burst` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, float(burst)
        self.left: dict[str, tuple[float, float]] = {}

    def wait(self, client: str, now: float) -> float:
        """Take one request; give the seconds to wait where none is left, else 0."""
        if self.rate <= 0:
            return 0.0
        if len(self.left) >= MOST_CLIENTS and client not in self.left:
            self.left.pop(next(iter(self.left)))
        tokens, then = self.left.pop(client, (self.burst, now))
        tokens = min(self.burst, tokens + (now - then) * self.rate)
        allowed = tokens >= 1
        self.left[client] = (tokens - 1 if allowed else tokens, now)
        return 0.0 if allowed else (1 - tokens) / self.rate


def pass_of(token: str) -> str:
    """Give the value of the cookie that stands for the access token."""
    return hmac.new(token.encode(), b"ecluse pass", hashlib.sha256).hexdigest()


class Guard:
    """Stands before the application, as plain ASGI."""

    def __init__(self, app: ASGIApp, settings: Settings, tell: Tell | None = None) -> None:
        """`tell` makes the answer to whoever is refused: status, reason, headers; without it, problem+json."""
        self.app, self.settings = app, settings
        self.tell = tell or _plainly
        self.under_way = 0
        self.buckets = Buckets(settings.rate, settings.burst)
        self.pass_value = pass_of(settings.token) if settings.token else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), [0]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                message["headers"] = [*message.get("headers", []), *HEADERS, *_caching(scope, message)]
            await send(message)

        refused = self.refused(scope, headers)
        if refused is not None:
            code, detail, more = refused
            await self.tell(scope, code, detail, more)(scope, receive, sent)
        else:
            self.under_way += 1
            try:
                await self.answered(scope, receive, sent, status)
            finally:
                self.under_way -= 1
        self.log(scope, status[0], time.perf_counter() - start)

    async def answered(self, scope: Scope, receive: Receive, send: Send, status: list[int]) -> None:
        """Run the application within its time and its size."""
        limit, seconds = self.settings.allowed(scope["path"])
        try:
            async with asyncio.timeout(seconds):
                await self.app(scope, _limited(receive, limit), send)
        except TimeoutError:
            if status[0]:
                return
            detail = f"the answer took longer than {seconds:g} seconds"
            await self.tell(scope, 503, detail, {})(scope, receive, send)

    def refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, dict[str, str]] | None:
        """Say why a request may not come in: status, reason, headers."""
        path: str = scope["path"]
        host = headers.get("host", "")
        if not self.host_is_ours(host):
            return 400, "the host that the request names is not served here", {}
        if self.under_way >= self.settings.at_once:
            return 503, "too many requests are under way", {"Retry-After": "1"}
        wait = 0.0 if path.startswith("/static/") else self.buckets.wait(self.client(scope, headers), time.monotonic())
        if wait:
            return 429, "too many requests", {"Retry-After": str(max(1, round(wait)))}
        if not path.startswith(OPEN) and not self.has_access(headers):
            lacks = "an access token is needed" if self.pass_value else "only those whom the proxy names come in"
            return 401, lacks, {"WWW-Authenticate": "Bearer"}
        return _unread(scope, headers, host)

    def host_is_ours(self, host: str) -> bool:
        """Is the host one we serve? Held on a loopback address, against names that are bound to it anew."""
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        known = (*LOOPBACK, "[::1]", "testserver", *self.settings.hosts)
        return name in known or (self.settings.public and not self.settings.hosts)

    def client(self, scope: Scope, headers: dict[str, str]) -> str:
        """Name the client: whom the proxy names, else the address."""
        named = headers.get((self.settings.proxy_header or "").lower(), "")
        return named or (scope["client"][0] if scope.get("client") else "")

    def has_access(self, headers: dict[str, str]) -> bool:
        """Does the request show the token, its cookie, or the header of the trusted proxy?"""
        settings = self.settings
        if settings.token is None and settings.proxy_header is None:
            return True
        if settings.proxy_header is not None and headers.get(settings.proxy_header.lower()):
            return True
        if settings.token is None:
            return False
        scheme, _, given = headers.get("authorization", "").partition(" ")
        given = given.strip() if scheme.lower() == "bearer" else ""
        shown = cookie(headers.get("cookie", ""), "ecluse_pass")
        return hmac.compare_digest(given.encode(), settings.token.encode()) or hmac.compare_digest(
            shown.encode(), self.pass_value.encode()
        )

    def log(self, scope: Scope, status: int, seconds: float) -> None:
        """Write one line without the question, which holds the order."""
        query = scope["query_string"].decode("latin-1") if self.settings.log_contents else ""
        # Written as an address is, a path cannot begin a line of its own.
        shown = quote(scope["path"]) + (f"?{query}" if query else "")
        LOG.info("%s %s %s %.1f ms", scope["method"], shown[:2000], status, seconds * 1000)


def _plainly(scope: Scope, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    return problem.answer(status, detail, scope["path"], headers)


def cookie(header: str, name: str) -> str:
    """Give the value of a cookie, empty where there is none."""
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _unread(scope: Scope, headers: dict[str, str], host: str) -> tuple[int, str, dict[str, str]] | None:
    """Say why the body of a request is not even looked at."""
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        return 415, "the body is packed; send it as it is", {}
    if scope["method"] not in ("GET", "HEAD", "OPTIONS") and _from_elsewhere(headers, host):
        return 403, "the request comes from a page of another site", {}
    return None


def _from_elsewhere(headers: dict[str, str], host: str) -> bool:
    """Does a browser say that another site sent this?"""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin", "")
    return bool(origin) and origin.partition("://")[2] != host


def _limited(receive: Receive, limit: int) -> Receive:
    """Count what comes in, and stop at the limit."""
    came = 0

    async def limited() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > limit:
            raise problem.Problem(413, f"the body is larger than {limit:,} bytes")
        return message

    return limited


def _caching(scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
    """Answers are private and not stored; what is static may be kept for an hour."""
    if any(name.lower() == b"cache-control" for name, _ in message.get("headers", [])):
        return []
    kept = b"max-age=3600" if scope["path"].startswith("/static/") else b"no-store"
    return [(b"cache-control", kept)]
