"""For one chip and one day, the answer for every destination, and destinations that answer alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecluse.countries import COUNTRIES
from ecluse.lines import read_line
from ecluse.lock import decide

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.dates import Known
    from ecluse.web.site import Site

# Where the ultimate parent of the buyer is headquartered, in three worlds.
PARENTS = {"own": None, "CN": "CN", "MO": "MO"}


def answers(site: Site, chip: str, on: dt.date, known: Known, world: str = "own") -> list[dict[str, Any]]:
    """Give the answer of both gates for every destination but the United States, in one of the worlds."""

    def work() -> list[dict[str, Any]]:
        return [_one(site, chip, code, PARENTS[world], (on, known)) for code in COUNTRIES if code != "US"]

    told: list[dict[str, Any]] = site.kept.get(("world", chip, on, str(known), world), work)
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


def groups(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[str]]]:
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
