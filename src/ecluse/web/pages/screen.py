"""Screen a name: the entries it may mean, each with its score, band, and what spoke for and against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecluse.countries import COUNTRIES
from ecluse.errors import nearest
from ecluse.order import LISTS
from ecluse.parties import terms
from ecluse.parties.ages import age, age_said, is_stale
from ecluse.parties.entry import REQUIRED
from ecluse.web.asking import marked
from ecluse.web.problem import Problem
from ecluse.web.site import Page, View, address, today

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ecluse.parties.screen import Hit, Screener
    from ecluse.web.site import Asked, Site

KINDS = ("entity", "person", "vessel", "aircraft")
LONGEST = 500
AGAINST = "against: "
EXAMPLES = (
    ("华为技术有限公司", "CN"),
    ("Hikvision", ""),
    ("Shenzhen Huawei New Technologies", "CN"),
    ("Bolt Cloud", ""),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A name to screen; the country is the party's, or None; `kind` keeps to one kind of entry."""

    name: str
    country: str | None = None
    kind: str | None = None


def question(name: object, country: object = None, kind: object = None, status: int = 400) -> Question:
    """Check what was asked; Problem says what was expected."""
    if not isinstance(name, str) or not name.strip():
        raise Problem(status, "name: expected the name of a party, in Latin or Chinese script")
    if len(name) > LONGEST:
        raise Problem(status, f"name: has {len(name)} characters, expected at most {LONGEST}")
    code = country.strip().upper() if isinstance(country, str) else country
    if code and code not in COUNTRIES:
        near = nearest(str(code)[:20], COUNTRIES)
        raise Problem(status, f"country: {str(country)[:20]!r} is no ISO 3166-1 code of two letters.{near}")
    if kind and kind not in KINDS:
        raise Problem(status, f"kind: {str(kind)[:20]!r} is none of {', '.join(KINDS)}")
    return Question(name.strip(), str(code) if code else None, str(kind) if kind else None)


def screened(screener: Screener, asked: Question, on: dt.date) -> dict[str, Any]:
    """Give the hits of a name with the lists that were asked, and how old these are on a day.

    An entry whose list does not say its kind stays, whatever kind was asked for; those left out are
    counted.
    """
    found = screener.screen(asked.name, asked.country)
    hits = [hit for hit in found if asked.kind is None or hit.entry.kind in (None, asked.kind)]
    return {
        "query": asked.name,
        "country": asked.country,
        "kind": asked.kind,
        "on": str(on),
        "hits": [hit_data(hit) for hit in hits],
        "of_other_kinds": len(found) - len(hits),
        "lists": {
            "date": str(screener.date),
            "age_days": age(screener.date, on),
            "stale": is_stale(screener.date, on),
            "said": age_said(screener.date, on),
            "digest": screener.digest,
            "entries": dict(sorted(screener.counts.items())),
            "lacking": sorted(REQUIRED - {code for code, count in screener.counts.items() if count}),
        },
    }


def hit_data(hit: Hit) -> dict[str, Any]:
    """Give a hit as data."""
    entry = hit.entry
    return {
        "entry": entry.id,
        "name": entry.name,
        "list": entry.list,
        "list_name": LISTS.get(entry.list, entry.list),
        "score": hit.score,
        "band": hit.band,
        "reasons": list(hit.reasons),
        "written": hit.written,
        "countries": list(entry.countries),
        "kind": entry.kind,
        "says": terms.says(entry),
        "cite": entry.cite,
        "listed": str(entry.listed) if entry.listed else None,
        "digest": entry.digest,
    }


def view(site: Site, asked: Asked) -> View:
    """Answer the question in the address, beside the form that asks it."""
    fields = {name: asked.word(name) for name in ("name", "country", "kind", "on")}
    more: dict[str, Any] = {
        "fields": fields,
        "kinds": KINDS,
        "list_names": LISTS,
        "examples": [(name, address("/screen", {"name": name, "country": place})) for name, place in EXAMPLES],
        "error": None,
        "found": None,
        "fixed_address": "",
    }
    if not fields["name"]:
        return View({"detail": "Ask: a name is needed; country, kind and on may be added."}, more)
    try:
        on = asked.day("on", today())
        data = screened(site.lists, question(fields["name"], fields["country"], fields["kind"]), on)
    except Problem as problem:
        more["error"] = str(problem)
        return View({"status": 422, "detail": str(problem)}, more, 422)
    more["found"] = data | {"hits": [_shown(row) for row in data["hits"]]}
    more["fixed_address"] = address("/screen", fields | {"on": str(on)})
    return View(data, more)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Part the reasons of a hit: what spoke for it, what the pieces of a Chinese name mean, what against."""
    reasons = row["reasons"]
    pieces = [reason for reason in reasons if " = " in reason and not reason.startswith(("met as", AGAINST))]
    against = [reason.removeprefix(AGAINST) for reason in reasons if reason.startswith(AGAINST)]
    speaking = [reason for reason in reasons if reason not in pieces and not reason.startswith(AGAINST)]
    parted = [tuple(part.strip() for part in piece.partition(" = ")[::2]) for piece in pieces]
    return {**row, "for": speaking, "pieces": parted, "against": against}


PAGES = (Page("/screen", "screen.html", view, menu=marked("Screen"), heavy=True),)
