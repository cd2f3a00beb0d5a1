"""Forms that were sent: read within limits, and refused unless they carry the token of their page."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from ecluse.web.problem import Problem
from ecluse.web.site import CSRF

if TYPE_CHECKING:
    from starlette.requests import Request

LARGEST_PART = 800_000
MOST_FIELDS = 3_000


async def form_of(request: Request, kept: str | None = None) -> dict[str, str]:
    """Read a form; a file in it is taken as text. `kept` is the token it must carry, else that of the cookie."""
    fields: dict[str, str] = {}
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LARGEST_PART) as form:
        for name, value in form.multi_items():
            fields[name] = value if isinstance(value, str) else (await value.read()).decode("utf-8", "replace")
    sent = fields.pop("csrf", "")
    known = request.cookies.get(CSRF, "") if kept is None else kept
    if not known or not hmac.compare_digest(sent.encode(), known.encode()):
        raise Problem(403, "the form does not carry the token of its page")
    return fields
