"""The law: a timeline of provisions, a page a provision, the difference between two days."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Any

from ecluse.cli.law import tested_by, version_row
from ecluse.dates import parse_known
from ecluse.engine.explain import LEVELS
from ecluse.engine.missing import LIMB_WORDS
from ecluse.errors import nearest
from ecluse.law import changes
from ecluse.lines import read_line
from ecluse.lock import decide
from ecluse.web.asking import marked
from ecluse.web.drawing import Say, Scale, figure
from ecluse.web.pages.check import book, example
from ecluse.web.problem import Problem
from ecluse.web.site import FIRST_DAY, Page, View, address, today

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecluse.provision import Provision, Version
    from ecluse.web.drawing import Drawing
    from ecluse.web.site import Asked, Site

LEFT, RIGHT, ROW = 250, 980, 18
START = dt.date(2022, 7, 1)


def view(site: Site, asked: Asked) -> View:
    """Show the provisions: in the books, applied, and when each was known."""
    library = site.lock.library
    kind, find = asked.word("kind"), asked.word("find").lower()
    kinds = list(dict.fromkeys(one.kind for one in library.provisions))
    shown = [one for one in library.provisions if not kind or one.kind == kind]
    shown = [one for one in shown if find in f"{one.id} {one.title}".lower()]
    rows = [version_row(one, version) for one in shown for version in one.versions]
    more = {
        "provisions": shown,
        "kinds": kinds,
        "kind": kind,
        "find": find,
        "timeline": timeline(shown),
        "today": today(),
        "first": FIRST_DAY,
        "level_words": LEVELS,
    }
    return View({"horizon": str(library.horizon), "digest": library.digest, "provisions": rows}, more)


def timeline(provisions: Sequence[Provision]) -> Drawing:
    """Draw a row a provision: the text above, its enforcement below, a mark where it became known."""
    end = today() + dt.timedelta(60)
    height = 34 + ROW * len(provisions)
    across = Scale(START.toordinal(), end.toordinal(), LEFT, RIGHT)
    parts = []
    for year in range(START.year + 1, end.year + 1):
        x = across(dt.date(year, 1, 1).toordinal())
        parts.append(
            f'<path class="grid" d="M{x} 22V{height}"/>'
            f'<text class="tick" x="{x}" y="14" text-anchor="middle">{year}</text>'
        )
    for number, one in enumerate(provisions):
        y = 30 + ROW * number
        link = f'<a href="/law/{escape(one.id)}" lang="en" aria-label="{escape(one.title)}">'
        parts.append(f"{link}<title>{escape(one.title)}</title>")
        parts.append(f'<text class="lane" x="{LEFT - 8}" y="{y + 9}" text-anchor="end">{escape(one.id[:38])}</text>')
        for version in one.versions:
            parts += _bars(version, y, across, end)
        parts.append("</a>")
    note = Say(
        "Upper bar: in the books. Lower bar: applied by the authority, broken where that is not known. "
        "Dot: known from then on."
    )
    return figure(RIGHT + 20, height, "law-time", (Say("Provisions over time"), note), parts)


def _bars(version: Version, y: int, across: Scale, end: dt.date) -> Iterator[str]:
    def bar(start: dt.date | None, stop: dt.date | None, top: int, name: str) -> str:
        one, two = across((start or START).toordinal()), across((stop or end).toordinal())
        return f'<rect class="{name}" x="{one}" y="{top}" width="{max(two - one, 1.5):.1f}" height="5"/>'

    yield bar(version.text.start, version.text.end, y, "t-text")
    if not version.enforcement_known:
        yield bar(version.text.start, version.text.end, y + 6, "t-maybe")
    for span in version.enforced:
        yield bar(span.start, span.end, y + 6, "t-enforced")
    yield f'<circle class="t-known" cx="{across(version.known.toordinal())}" cy="{y + 5}" r="3"/>'


def decided_in_book(site: Site) -> dict[str, list[tuple[str, str]]]:
    """Give, by provision, the lines of the demo book that it decided, as titles and addresses."""

    def work() -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for row in book():
            line = read_line(row["line"], row["title"], site.lock.library.facts)
            gate = decide(line, site.lock, known=parse_known(row["known"]), lists=site.lists).exporter
            for step in (gate.ahead or gate).steps:
                if step.decided:
                    found.setdefault(step.provision, []).append((row["title"], example(row)))
        return found

    told: dict[str, list[tuple[str, str]]] = site.kept.get("book", work)
    return told


def one(site: Site, asked: Asked) -> View:
    """Show one provision with all its versions, its cases, and the lines it decided."""
    library, name = site.lock.library, asked.path["provision"]
    provision = library.find(name)
    if provision is None:
        hint = nearest(name[:80], [row.id for row in library.provisions])
        raise Problem(404, f"no provision is called {name[:80]!r}.{hint}")
    cases = tested_by().get(provision.id, [])
    lines = decided_in_book(site).get(provision.id, [])
    data: dict[str, Any] = {
        "id": provision.id,
        "title": provision.title,
        "versions": [version_row(provision, version) for version in provision.versions],
        "cases": cases,
        "decided": [{"line": title, "address": place} for title, place in lines],
    }
    named = [other.id for other in library.provisions if any(name in _targets(row) for row in other.versions)]
    more = {"provision": provision, "lines": lines, "named": named, "timeline": timeline([provision])}
    more |= {"level_words": LEVELS, "limb_words": LIMB_WORDS}
    return View(data, more)


def _targets(version: Version) -> tuple[str, ...]:
    return (*version.lifts, *version.carves_out, *version.serves)


def diff(site: Site, asked: Asked) -> View:
    """Show what changed between two days."""
    known = asked.known()
    before, after = asked.day("before", dt.date(2023, 11, 16)), asked.day("after", dt.date(2023, 11, 17))
    rows = changes(site.lock.library, before, after, known)
    told = [{name: _plain(getattr(row, name)) for name in row.__slots__} for row in rows]
    days = [day for day in site.lock.library.days() if FIRST_DAY <= day <= today()]
    around = [(day, address("/law/diff", _around(day) | {"known": asked.word("known")})) for day in days]
    return View(
        {"before": str(before), "after": str(after), "known": str(known), "changes": told},
        {"days": around, "known_word": asked.word("known")},
    )


def _around(day: dt.date) -> dict[str, str]:
    return {"before": str(day - dt.timedelta(1)), "after": str(day)}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


PAGES = (
    Page("/law", "law.html", view, menu=marked("Law")),
    Page("/law/diff", "diff.html", diff),
    Page("/law/{provision}", "provision.html", one),
)
