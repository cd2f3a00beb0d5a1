"""The evidence: who said what, when; what opposes it, what is open, and what is old."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import TYPE_CHECKING, Any

from ecluse import evidence
from ecluse.claim import CLAIM_GATES
from ecluse.cli.claims import claim_data, fields
from ecluse.dates import Known
from ecluse.errors import nearest
from ecluse.evidence import board
from ecluse.web.asking import marked
from ecluse.web.drawing import Say, Scale, figure
from ecluse.web.problem import Problem
from ecluse.web.site import Page, View, address, today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecluse.claim import Claim
    from ecluse.web.drawing import Drawing
    from ecluse.web.site import Asked, Site

FIRST = dt.date(2025, 4, 1)
LEFT, RIGHT, ROW = 190, 980, 30
STALE_DAYS = 90
MOST_LANES = 60
# What the lanes of the timeline stand for.
LANES = {"story": marked("Story"), "chip": marked("Chip"), "buyer": marked("Buyer")}


def slider(asked: Asked) -> Known:
    """Give the knowledge of the slider: `n` days after the first report, else `known`, else today."""
    days = asked.word("n")
    if days.isdecimal() and len(days) < 5 and not asked.word("known"):
        return Known(day=FIRST + dt.timedelta(int(days)))
    return asked.known() if asked.word("known") else Known(day=today())


def view(site: Site, asked: Asked) -> View:
    """Show the claims known by a day, their timeline, what stands against what, what nobody has fixed."""
    base, known = site.lock.evidence, slider(asked)
    moment, last = known.at("importer"), known.last_day("importer")
    gate, about = asked.word("gate"), asked.word("about")
    if gate and gate not in CLAIM_GATES:
        raise Problem(400, f"gate: {gate[:40]!r} is none of {', '.join(CLAIM_GATES)}")
    rows = board.select(base, moment, subject=about or None, gate=gate or None)
    lanes = asked.word("lanes", "story")
    if lanes not in LANES:
        raise Problem(400, f"lanes: {lanes[:40]!r} is none of {', '.join(LANES)}")
    data: dict[str, Any] = {
        "known": str(known),
        "claims": [claim_data(base, claim, known) for claim in rows],
        "open": [fields(one) for one in board.open_parameters(base, moment)],
        "contradictions": [fields(one) for one in board.contradictions(base, moment)],
        "forecasts": [fields(one) for one in board.forecasts(base, moment, last)],
        "independent_sources": board.independent_sources(rows),
        "versions": versions(rows),
        "last_words": last_words(rows, last),
    }
    question = {name: asked.word(name) for name in ("about", "gate", "lanes")}
    more = {
        "by_id": base.claims,
        "rows": rows,
        "days": (last - FIRST).days,
        "last_day": last,
        "end": max((today() - FIRST).days, (last - FIRST).days),
        "gates": CLAIM_GATES,
        "gate": gate,
        "about": about,
        "timeline": timeline(rows, last, lanes),
        "lanes": lanes,
        "lane_words": LANES,
        "near": {step: address("/evidence", question | {"known": str(last + dt.timedelta(step))}) for step in (-1, 1)},
        "stale_days": STALE_DAYS,
        "ages": {claim.id: (last - evidence.day_of_report(claim)).days for claim in base.claims.values()},
        "subjects": subjects(site),
    }
    return View(data, more)


def versions(rows: Sequence[Claim]) -> list[list[str]]:
    """Give the articles of which several versions are known, each as its claims, oldest first."""
    articles: dict[str, list[Claim]] = {}
    for claim in rows:
        if claim.article is not None:
            articles.setdefault(claim.article, []).append(claim)
    ordered = (sorted(found, key=lambda one: (one.version, one.id)) for found in articles.values())
    return [[one.id for one in found] for found in ordered if len({one.version for one in found}) > 1]


def last_words(rows: Sequence[Claim], last: dt.date) -> list[dict[str, Any]]:
    """Give the latest report of the importer's gate for each chip and buyer, the oldest first."""
    newest: dict[tuple[str, str], Claim] = {}
    for claim in rows:
        if claim.gate == "import":
            for chip in claim.products:
                for buyer in claim.subjects:
                    newest.setdefault((chip, buyer), claim)
    told = [
        {"chip": chip, "buyer": buyer, "claim": claim.id, "age_days": (last - evidence.day_of_report(claim)).days}
        for (chip, buyer), claim in newest.items()
    ]
    return sorted(told, key=lambda row: (-int(str(row["age_days"])), str(row["chip"]), str(row["buyer"])))


def subjects(site: Site) -> list[str]:
    """Name the chips and firms that claims speak of, for the search."""
    names = {name for claim in site.lock.evidence.claims.values() for name in (*claim.subjects, *claim.products)}
    return sorted(name for name in names if len(name) <= 24)


def lanes_of(claim: Claim, lanes: str) -> tuple[str, ...]:
    """Give the lanes in which a claim stands: its story, its chips, or its buyers."""
    return {"chip": claim.products, "buyer": claim.subjects}.get(lanes, (claim.chain,))


def timeline(claims: Sequence[Claim], last: dt.date, lanes: str) -> Drawing:
    """Draw a lane a story, a chip or a buyer: every claim at the day of its report, by gate."""
    stories = list(dict.fromkeys(name for claim in reversed(claims) for name in lanes_of(claim, lanes)))[:MOST_LANES]
    height = 40 + ROW * max(len(stories), 1)
    across = Scale(FIRST.toordinal(), max(last, FIRST + dt.timedelta(60)).toordinal(), LEFT, RIGHT)
    parts = []
    month = FIRST
    while month <= last:
        x = across(month.toordinal())
        parts.append(f'<path class="grid" d="M{x} 22V{height}"/>')
        if month.month % 3 == 1:
            parts.append(f'<text class="tick" x="{x}" y="14" text-anchor="middle">{month:%Y-%m}</text>')
        month = (month + dt.timedelta(32)).replace(day=1)
    for number, story in enumerate(stories):
        y = 40 + ROW * number
        parts.append(f'<path class="laneline" d="M{LEFT} {y}H{RIGHT}"/>')
        parts.append(
            f'<text class="lane" lang="en" x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(_short(story))}</text>'
        )
        parts += [_dot(claim, across, y) for claim in reversed(claims) if story in lanes_of(claim, lanes)]
    note = Say("A lane each; square: the importer's gate, triangle: the exporter's, circle: supply, market and other.")
    return figure(RIGHT + 20, height, "claims-time", (Say("Claims by the day of their report"), note), parts)


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"


def _dot(claim: Claim, across: Scale, y: float) -> str:
    x = across(evidence.day_of_report(claim).toordinal())
    shape = {
        "import": f'<path class="e-import" d="M{x - 5} {y - 5}h10v10h-10z"/>',
        "export": f'<path class="e-export" d="M{x} {y - 6.5}l6 11h-12z"/>',
    }.get(claim.gate, f'<circle class="e-other" cx="{x}" cy="{y}" r="4.5"/>')
    name = f"{claim.id}, {claim.reported}: {claim.statement}"
    link = f'<a href="/evidence/{escape(claim.id)}" lang="en" aria-label="{escape(name)}">'
    return f"{link}{shape}<title>{escape(name)}</title></a>"


def one(site: Site, asked: Asked) -> View:
    """Show one claim: its versions, relations both ways, and its support."""
    base, known, name = site.lock.evidence, slider(asked), asked.path["claim"]
    moment = known.at("importer")
    claim = base.claims.get(name)
    if claim is None or claim.known_from > moment:
        hint = nearest(name[:80], base.claims) if claim is None else " It was not known by then."
        raise Problem(404, f"no claim {name[:80]!r} is known.{hint}")
    data = claim_data(base, claim, known)
    versions = board.chain(base, claim, moment)
    data["versions"] = [row.id for row in versions]
    data["independent_sources"] = board.independent_sources(board.support(base, claim, moment))
    inbound = [
        (kind, base.claims[source])
        for kind, source in base.inbound.get(claim.id, ())
        if base.claims[source].known_from <= moment
    ]
    data["inbound"] = [{"type": kind, "source": row.id} for kind, row in inbound]
    outbound = [
        (row, base.claims[row.target]) for row in claim.relations if base.claims[row.target].known_from <= moment
    ]
    more = {"claim": claim, "chain_of": versions, "inbound_claims": inbound, "outbound": outbound}
    return View(data, more)


PAGES = (
    Page("/evidence", "evidence.html", view, menu=marked("Evidence")),
    Page("/evidence/{claim}", "claim.html", one),
)
