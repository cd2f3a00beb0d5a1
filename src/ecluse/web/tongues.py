"""The languages of the interface: Babel catalogues, and which one a request asks for.

Only the interface is translated. Laws, reports and questions stay in the language of their source,
and pages mark them so.
"""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from ecluse.countries import country_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

FOLDER = Path(__file__).with_name("locale")
LANGUAGES = {"en": "English", "fr": "Français", "zh-Hans": "简体中文"}
# What stands between a word of a page and what it tells.
COLONS = {"en": ":", "fr": "\u00a0:", "zh-Hans": "\uff1a"}
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


@lru_cache(maxsize=1024)
def place(code: str, language: str) -> str:
    """Name a country in a language: as the program does in English, else as Unicode's locale data do."""
    if language == "en":
        return country_name(code)
    return Locale.parse(language, sep="-").territories.get(code) or country_name(code)


def language_of(request: Request) -> str:
    """Choose: what the address says, else the cookie, else what the browser prefers, else English."""
    for asked in (request.query_params.get("lang", ""), request.cookies.get(COOKIE, "")):
        if asked in LANGUAGES:
            return asked
    liked = sorted(_liked(request.headers.get("accept-language", "")), key=lambda one: -one[0])
    return next((language for weight, language in liked if weight > 0), "en")


def _liked(header: str) -> Iterator[tuple[float, str]]:
    """Give the languages that a browser lists and that are spoken here, each with its weight."""
    for part in header.split(",")[:20]:
        wanted, _, more = part.partition(";")
        main = wanted.strip().lower().partition("-")[0]
        language = "zh-Hans" if main == "zh" else main
        weight = re.fullmatch(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", more)
        if language in LANGUAGES and (weight or not more.strip()):
            yield float(weight[1]) if weight else 1.0, language
