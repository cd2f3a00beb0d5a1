"""The world: for one chip and one day, the answer for every destination, by where the parent sits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecluse.countries import COUNTRIES
from ecluse.dates import Known
from ecluse.engine.explain import STATES
from ecluse.lines import read_line
from ecluse.lock import decide
from ecluse.web.asking import flat, marked
from ecluse.web.pages.chips import found
from ecluse.web.site import Page, View, address, today

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.web.site import Asked, Site

# Where the ultimate parent of the buyer is headquartered, in three worlds.
PARENTS = {"own": None, "CN": "CN", "MO": "MO"}


def answers(site: Site, chip: str, on: dt.date, known: Known) -> dict[str, list[dict[str, Any]]]:
    """Give, for each world, the answer of both gates for every destination but the US."""

    def work() -> dict[str, list[dict[str, Any]]]:
        return {
            name: [_one(site, chip, code, parent, (on, known)) for code in COUNTRIES if code != "US"]
            for name, parent in PARENTS.items()
        }

    told: dict[str, list[dict[str, Any]]] = site.kept.get(("world", chip, on, str(known)), work)
    return told


def line_to(chip: str, code: str, parent: str | None) -> dict[str, Any]:
    """Give the line that is asked for a destination: one chip, its buyer there, the parent there or elsewhere."""
    return {
        "item": {"chip": chip},
        "quantity": 1,
        "origin": "US",
        "destination": code,
        "buyer": {"country": code, "headquarters": code, "ultimate_parent": {"headquarters": parent or code}},
        "end_user": {"same_as": "buyer"},
    }


def _one(site: Site, chip: str, code: str, parent: str | None, when: tuple[dt.date, Known]) -> dict[str, Any]:
    table = line_to(chip, code, parent)
    line = read_line(table, "the question", site.lock.library.facts)
    decision = decide(line, site.lock, on=when[0], known=when[1], lists=site.lists)
    gate, importer = decision.exporter, decision.importer
    licence = gate.licence
    return {
        "destination": code,
        "licence_by_item": licence.limbs["by_item"].value if licence else "unknown",
        "licence_by_destination": licence.limbs["by_destination"].value if licence else "unknown",
        "licence_required": licence.required.value if licence else "unknown",
        "policy": (licence.policy if licence else None) or "none",
        "exceptions": [row.id for row in gate.exceptions if row.available.value != "no"],
        "may_pass": decision.may_pass.value,
        "exporter": "unknown" if gate.may_pass is None else gate.may_pass.value,
        "importer": "not_applicable" if importer.may_pass is None else importer.may_pass.value,
        "importer_state": None if importer.may_pass is None else importer.state,
        "prohibited": gate.prohibited.value,
    }


def view(site: Site, asked: Asked) -> View:
    """Show the destinations in groups of one answer each."""
    chip = found(site, asked.word("chip", "nvidia-h200-sxm-141gb"))
    on = asked.day("on", today())
    known = asked.known() if asked.word("known") else Known(day=today())
    told = answers(site, chip.id, on, known)
    data = {"chip": chip.id, "on": str(on), "known": str(known), "worlds": told}
    when = {"on": str(on), "known": str(known)}
    more = {
        "label": chip.label,
        "groups": {name: _groups(rows) for name, rows in told.items()},
        "ask": {
            name: {code: address("/check", flat(line_to(chip.id, code, parent)) | when) for code in COUNTRIES}
            for name, parent in PARENTS.items()
        },
        "everyone": [(one.id, one.label) for one in site.lock.catalogue.all()],
        "state_words": STATES,
    }
    return View(data, more)


def _groups(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[str]]]:
    """Group destinations that answer alike, the strictest and smallest groups first."""
    found_groups: dict[tuple[Any, ...], tuple[dict[str, Any], list[str]]] = {}
    for row in rows:
        answer = {name: value for name, value in row.items() if name != "destination"}
        key = tuple(str(value) for value in answer.values())
        found_groups.setdefault(key, (answer, []))[1].append(row["destination"])
    order = {"no": 0, "unknown": 1, "yes": 2}
    by_item = {"yes": 0, "unknown": 1, "no": 2}
    return sorted(
        found_groups.values(),
        key=lambda row: (
            order[row[0]["may_pass"]],
            by_item[row[0]["licence_by_item"]],
            row[0]["importer"] == "not_applicable",
            len(row[1]),
        ),
    )


PAGES = (Page("/world", "world.html", view, menu=marked("World"), heavy=True),)
