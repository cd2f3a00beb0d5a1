"""Forms that were sent: their fields and files, refused without the token of their page."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile

from ecluse.web.problem import Problem
from ecluse.web.site import CSRF

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_FILES, MOST_FIELDS, LARGEST_FIELD = 2, 40, 20_000
KINDS = ("multipart/form-data", "application/x-www-form-urlencoded")


def token(request: Request) -> str:
    """Give the token that a form must send back: that of the browser's cookie, or a new one."""
    return request.cookies.get(CSRF) or secrets.token_urlsafe(24)


async def sent(request: Request) -> tuple[dict[str, str], dict[str, UploadFile]]:
    """Read the fields and files of a form; `request.close()` lets go of the files. Raises Problem."""
    kept = request.cookies.get(CSRF, "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise Problem(415, f"the type of the body is {kind[:60] or 'not said'!r}, expected a form")
    if not kept:
        raise Problem(403, "the form does not carry the token of its page")
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD)
    fields: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[name] = value
        else:
            fields[name] = value.strip()
    if not hmac.compare_digest(fields.pop("csrf", "").encode(), kept.encode()):
        await request.close()
        raise Problem(403, "the form does not carry the token of its page")
    return fields, files
