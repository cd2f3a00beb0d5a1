"""Errors as `application/problem+json` (RFC 9457), and as a page for a browser."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/problem+json"
# What to do about each, in a sentence.
REMEDIES = {
    400: "Mend the request and send it again.",
    401: "Send the access token as `Authorization: Bearer ...`, or enter it at /enter; at the desk, log in.",
    403: "Open the page again and send the form from there.",
    404: "Look for it in the lists: /chips, /law, /evidence.",
    405: "Use a method that this address offers.",
    413: "Send less at once, or use /api/check/bulk.",
    415: "Name the type of what you send, such as application/json.",
    422: "Mend the field that is named; nothing was decided.",
    429: "Wait as long as Retry-After says.",
    503: "Ask for less at once, or ask again later.",
}


def body(status: int, detail: str, instance: str = "", remedy: str = "") -> dict[str, object]:
    """Give a problem as data: type, title, status, detail, what to do (as for every such status, if not told)."""
    data: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "remedy": remedy or REMEDIES.get(status, "Report it with the steps that led here."),
    }
    return data | ({"instance": instance} if instance else {})


def answer(
    status: int, detail: str, instance: str = "", headers: Mapping[str, str] | None = None, remedy: str = ""
) -> Response:
    """Give a problem as a response."""
    text = json.dumps(body(status, detail, instance, remedy), ensure_ascii=False)
    return Response(text, status, dict(headers or {}), media_type=JSON)


class Problem(Exception):
    """A request that is refused: status, why, and what to do where that is not what its status asks for."""

    def __init__(self, status: int, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.remedy = status, detail, remedy
