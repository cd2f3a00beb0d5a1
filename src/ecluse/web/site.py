"""What pages share: the lock, the templates of each language, a page with its `.json` beside it."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from ecluse.countries import COUNTRIES
from ecluse.dates import Known, day_of, parse_day, parse_known
from ecluse.errors import nearest
from ecluse.lock import Lock, build
from ecluse.parties.screen import lists
from ecluse.version import PROGRAM
from ecluse.web import tongues
from ecluse.web.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from starlette.datastructures import QueryParams
    from starlette.requests import Request

    from ecluse.parties.screen import Screener
    from ecluse.web.settings import Settings

T = TypeVar("T")
FOLDER = Path(__file__).parent
FIRST_DAY = dt.date(2022, 10, 7)
EARLIEST, LATEST = 1970, 2100
CSRF = "ecluse_csrf"
MOST_PARAMETERS = 400


@dataclass(frozen=True)
class View:
    """What a page shows: `data` is also its JSON, `more` only for the page."""

    data: Mapping[str, Any]
    more: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    csv: str | None = None


@dataclass(frozen=True)
class Page:
    """A page: where it is, what draws it, and its name in the menu (empty: not in the menu).

    A `heavy` view is worked out on a thread of its own. A `part` is put into a page by its script.
    """

    path: str
    template: str
    view: Callable[[Site, Asked], View]
    menu: str = ""
    heavy: bool = False
    part: bool = False


@dataclass(frozen=True)
class Asked:
    """A request as views see it: the parts of the path, and the question."""

    path: Mapping[str, str]
    query: QueryParams
    read: set[str] = field(default_factory=set)

    def others(self, known: Iterable[str]) -> None:
        """Refuse what the question names and nobody read, as a script would not notice its slip; Problem says which."""
        known = {*known, *self.read}
        for name in self.query:
            if name not in known:
                listed = f"{', '.join(sorted(known)) or 'none'}.{nearest(name, known)}"
                raise Problem(400, f"{name[:60]}: is not asked for here; parameters are {listed}")

    def word(self, name: str, default: str = "") -> str:
        """Give a word of the question."""
        self.read.add(name)
        return self.query.get(name, default).strip() or default

    def day(self, name: str, default: dt.date) -> dt.date:
        """Give a day of the question; Problem says what was expected."""
        return _within(name, day := _read(name, self.word(name), parse_day, default), day)

    def known(self) -> Known:
        """Give the knowledge asked for, else now."""
        now = Known(instant=dt.datetime.now(dt.UTC).replace(microsecond=0))
        known = _read("known", self.word("known"), parse_known, now)
        return _within("known", known, known.day or known.instant or FIRST_DAY)


def _within(name: str, value: T, day: dt.date) -> T:
    """Give a value back whose day lies where days can be counted with; Problem where it does not."""
    if not EARLIEST <= day.year <= LATEST:
        raise Problem(400, f"{name}: {day} lies outside the years {EARLIEST} to {LATEST}")
    return value


def _read(name: str, text: str, parse: Callable[[str], T], default: T) -> T:
    if not text:
        return default
    try:
        return parse(text)
    except (ValueError, OverflowError) as problem:
        raise Problem(400, f"{name}: {problem}") from None


class Kept:
    """Answers kept by what was asked, the oldest dropped first."""

    def __init__(self, most: int = 512) -> None:
        self.most = most
        self.rows: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is made
        """Give what is kept for a key, or make and keep it."""
        if key not in self.rows:
            made = make()
            self.rows[key] = made
            while len(self.rows) > self.most:
                self.rows.popitem(last=False)
            return made
        return self.rows[key]


@dataclass(frozen=True, eq=False)
class Site:
    """The lock that every page asks, what it was told, and answers worked out before."""

    settings: Settings
    lock: Lock
    lists: Screener
    kept: Kept = field(default_factory=Kept)
    menu: list[tuple[str, str]] = field(default_factory=list)


def open_site(settings: Settings) -> Site:
    """Build the lock and open the lists once."""
    return Site(settings, build(tuple(settings.law), tuple(settings.evidence)), lists(settings.lists))


def today() -> dt.date:
    """Give the day at the exporter's gate."""
    return day_of(dt.datetime.now(dt.UTC), "exporter")


@lru_cache(maxsize=8)
def templates(language: str) -> Environment:
    """Give the templates of a language."""
    env = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_translations(tongues.translations(language), newstyle=True)  # type: ignore[attr-defined]
    env.globals |= {
        "country_name": lambda code: tongues.place(code, language),
        "countries": sorted(((code, tongues.place(code, language)) for code in COUNTRIES), key=lambda row: row[1]),
        "languages": tongues.LANGUAGES,
        "colon": tongues.COLONS[language],
        "program": PROGRAM,
    }
    env.filters |= {"spaced": spaced, "number": number, "thousands": thousands}
    return env


def spaced(word: object) -> str:
    """Write a word of the data as people do."""
    return "not known" if word == "unknown" else str(word).replace("_", " ")


def number(value: object) -> str:
    """Write a number or a bound as people do."""
    match value:
        case None:
            return "?"
        case dict():
            low, high = value.get("at_least"), value.get("at_most")
            if low is None:
                return f"≤ {number(high)}"
            return f"≥ {number(low)}" if high is None else f"{number(low)} to {number(high)}"
        case int():
            return f"{value:,}".replace(",", "\u202f")
        case float():
            return f"{value:,.2f}".rstrip("0").rstrip(".").replace(",", "\u202f")
    return str(value)


def thousands(text: object) -> str:
    """Write a figure that was told in words as the rest of a page is: no comma among thousands."""
    return re.sub(r"(?<=\d),(?=\d{3})", "\u202f", str(text))


def address(path: str, question: Mapping[str, str]) -> str:
    """Give an address with a question, empty fields left out."""
    told = urlencode({name: value for name, value in question.items() if value})
    return f"{path}?{told}" if told else path


def path_of(request: Request) -> str:
    """Give the path that was asked for, as an address writes it: a `?` of a name is not where the question begins."""
    return quote(str(request.scope["path"]), safe="/:@!$&'()*+,;=~")


def tidied(request: Request) -> str:
    """Give the address without the fields that a form sent empty; nothing where it has none."""
    asked = request.query_params.multi_items()
    if all(value.strip() for _name, value in asked):
        return ""
    told = urlencode([(name, value) for name, value in asked if value.strip()])
    return f"{path_of(request)}?{told}" if told else path_of(request)


async def show(site: Site, page: Page, request: Request, kind: str) -> Response:
    """Answer a page as html, json or csv."""
    if len(request.query_params.multi_items()) > MOST_PARAMETERS:
        raise Problem(400, f"the question has more than {MOST_PARAMETERS} fields")
    asked = Asked(request.path_params, request.query_params)
    view = await run_in_threadpool(page.view, site, asked) if page.heavy else page.view(site, asked)
    tidy = "" if page.part else tidied(request)
    if kind == "html" and tidy and "hx-request" not in request.headers:
        return RedirectResponse(tidy, 303)
    if kind == "csv" and view.csv is None:
        raise Problem(404, "this page has no table to download")
    if kind == "json":
        text = json.dumps(view.data, ensure_ascii=False, indent=1)
        return Response(text, view.status, media_type="application/json")
    if kind == "csv":
        name = request.url.path.rsplit("/", 1)[-1]
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(view.csv, view.status, headers, media_type="text/csv; charset=utf-8")
    response = html(site, request, page.template, {**view.data, **view.more, "csv": view.csv is not None}, view.status)
    if tidy and view.status < 400:
        response.headers["HX-Push-Url"] = tidy
    return response


def html(site: Site, request: Request, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
    """Render a template in the language of the request.

    `at` among the values is the page to go on from, where what was asked is no page: a form that was sent.
    """
    language = tongues.language_of(request)
    question = {name: value for name, value in request.query_params.items() if name != "lang"}
    path = str(values.get("at") or path_of(request))
    token = str(values.get("csrf") or request.cookies.get(CSRF) or secrets.token_urlsafe(24))
    here = path.rstrip("/") or "/check"
    text = (
        templates(language)
        .get_template(template)
        .render(
            {
                "lang": language,
                "say": tongues.translations(language).gettext,
                "menu": site.menu,
                "here": here,
                "section": "/" + here.split("/")[1],
                "json_address": address(f"{here}.json", question),
                "csv_address": address(f"{here}.csv", question),
                "tongues": {code: address(path, question | {"lang": code}) for code in tongues.LANGUAGES},
                "question": question,
                "horizon": site.lock.library.horizon,
                "digests": {"law": site.lock.library.digest, "evidence": site.lock.evidence.digest},
                "csv": False,
                "demo": site.settings.demo,
                "home": str(request.base_url).rstrip("/"),
                **values,
                "csrf": token,
            }
        )
    )
    response = Response(text, status, media_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = language
    secure = request.url.scheme == "https"
    if request.query_params.get("lang", "") in tongues.LANGUAGES:
        response.set_cookie(tongues.COOKIE, language, 31_536_000, samesite="strict", httponly=True, secure=secure)
    if "csrf" in values and CSRF not in request.cookies:
        response.set_cookie(CSRF, token, samesite="strict", httponly=True, secure=secure)
    return response
