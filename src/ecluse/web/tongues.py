"""The languages of the interface: Babel catalogues, and which one a request asks for.

Only the interface is translated. Laws, reports and questions stay in the language of their source,
and pages mark them so.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

if TYPE_CHECKING:
    from starlette.requests import Request

FOLDER = Path(__file__).with_name("locale")
LANGUAGES = {"en": "English", "fr": "Français", "zh-Hans": "简体中文"}
COOKIE = "ecluse_lang"


@lru_cache(maxsize=8)
def translations(language: str) -> NullTranslations:
    """Give the catalogues of a language as one; English is the language of the source."""
    if language == "en":
        return NullTranslations()
    whole = _catalogue(FOLDER / f"{language}.po", language)
    for path in sorted(FOLDER.glob(f"*.{language}.po")):
        whole.merge(_catalogue(path, language))
    return whole


def _catalogue(path: Path, language: str) -> Translations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language.replace("-", "_"), abort_invalid=True)
    out = BytesIO()
    write_mo(out, catalogue)
    out.seek(0)
    return Translations(out)


def language_of(request: Request) -> str:
    """Choose: what the address says, else the cookie, else what the browser prefers, else English."""
    for asked in (request.query_params.get("lang", ""), request.cookies.get(COOKIE, "")):
        if asked in LANGUAGES:
            return asked
    for part in request.headers.get("accept-language", "").split(",")[:10]:
        wanted = part.split(";")[0].strip().lower()
        if wanted.startswith("zh"):
            return "zh-Hans"
        if wanted[:2] in LANGUAGES:
            return wanted[:2]
    return "en"
