"""The chips: two planes on the day of a slider, a table, a page a chip, several side by side, CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from ecluse.chips import worked
from ecluse.cli.chips import COLUMNS, chip_row, details
from ecluse.dates import Known
from ecluse.errors import nearest
from ecluse.law import level_days
from ecluse.lock import levels_over_time
from ecluse.web import planes
from ecluse.web.asking import marked
from ecluse.web.pages.destinations import answers, groups
from ecluse.web.problem import Problem
from ecluse.web.site import FIRST_DAY, Page, View, address, number, today

if TYPE_CHECKING:
    from ecluse.chips import Chip
    from ecluse.web.site import Asked, Site

LEVELS = ("3A090", "3A090.a", "3A090.b", "3A090.c", "none", "unknown")
MOST_COMPARED = 6
WORDS = {
    "id": marked("Catalogue id"),
    "vendor": marked("Maker"),
    "model": marked("Model"),
    "variant": marked("Variant"),
    "tpp": "TPP",
    "performance_density": marked("Performance density"),
    "dram_bandwidth": marked("Memory bandwidth, GB/s"),
    "ic_level": marked("Class"),
    "confidence": marked("Confidence"),
    "form": marked("Form"),
    "node": marked("Node"),
    "memory": marked("Memory"),
    "status": marked("Status"),
}
Row = dict[str, Any]


def rows_on(site: Site, on: dt.date, known: Known) -> list[Row]:
    """Give every chip with its level on a day; kept by day and knowledge."""
    lock = site.lock
    last = known.last_day("exporter")
    key = ("levels", on, last, known.covers_day(last, "exporter"))
    rows: list[Row] = site.kept.get(key, lambda: [chip_row(lock, one, on, known) for one in lock.catalogue.all()])
    return rows


def view(site: Site, asked: Asked) -> View:
    """Show the planes and the table on a day; `before` is the day that was shown before it."""
    on, known = slider(asked)
    before = asked.day("before", on)
    old = {row["id"]: row["ic_level"] for row in rows_on(site, before, known)} if before != on else {}
    every = [row | {"was": _was(row, old)} for row in rows_on(site, on, known)]
    rows = _chosen(every, asked)
    law = site.lock.library.on(on, known)
    more = {
        "on": on,
        "before": before,
        "days": (on - FIRST_DAY).days,
        "first": FIRST_DAY,
        "last": max((today() - FIRST_DAY).days, (on - FIRST_DAY).days),
        "steps": [day for day in level_days(site.lock.library) if day <= today()],
        "density": planes.density_plane(law, rows, on),
        "bandwidth": planes.bandwidth_plane(law, rows, on),
        "zones": [name for name, _when in planes.bandwidth_rules(law)],
        "moved": [row for row in every if row["was"]],
        "levels": LEVELS,
        "words": WORDS,
        "vendors": sorted({row["vendor"] for row in every}),
        "sorts": {name: address("/chips", _question(asked) | {"sort": name}) for name in COLUMNS},
        "sort": asked.word("sort", "id"),
        "near": {
            step: address("/chips", _question(asked) | {"on": str(on + dt.timedelta(step)), "before": str(on)})
            for step in (-1, 1)
        },
    }
    data = {"on": str(on), "known": str(known), "chips": rows}
    return View(data, more, csv=_csv(rows))


def slider(asked: Asked) -> tuple[dt.date, Known]:
    """Give the day of the slider: `n` days after the first rule, else `on`, else today."""
    days = asked.word("n")
    if days.isdecimal() and len(days) < 5 and not asked.word("on"):
        return FIRST_DAY + dt.timedelta(int(days)), asked.known()
    return asked.day("on", today()), asked.known()


def _question(asked: Asked) -> dict[str, str]:
    return {name: asked.word(name) for name in ("vendor", "level", "find", "sort", "on", "known")}


def _was(row: Row, old: dict[str, str]) -> str | None:
    was = old.get(row["id"])
    return was if was is not None and was != row["ic_level"] else None


def _chosen(rows: list[Row], asked: Asked) -> list[Row]:
    """Filter and sort: numbers from the largest, words by the alphabet."""
    vendor, level, find = asked.word("vendor"), asked.word("level"), asked.word("find").lower()
    rows = [row for row in rows if not vendor or row["vendor"] == vendor]
    rows = [row for row in rows if not level or row["ic_level"] == level]
    rows = [row for row in rows if not find or find in f"{row['vendor']} {row['model']} {row['variant']}".lower()]
    sort = asked.word("sort", "id")
    if sort not in COLUMNS:
        raise Problem(400, f"sort: {sort[:60]!r} is no column.{nearest(sort, COLUMNS)}")
    return sorted(rows, key=lambda row: _sortable(row[sort]))


def _sortable(value: object) -> tuple[int, float, str]:
    if isinstance(value, dict):
        value = value.get("at_least", value.get("at_most"))
    if isinstance(value, int | float):
        return 0, -float(value), ""
    return 1, 0.0, str(value or "")


def _csv(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(row[name]) for name in COLUMNS})
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, dict):
        low, high = value.get("at_least"), value.get("at_most")
        return f"<={high}" if low is None else f">={low}" if high is None else f"{low}-{high}"
    return "" if value is None else str(value)


def one(site: Site, asked: Asked) -> View:
    """Show one chip: figures, formula, sources, its class over time and by destination."""
    chip = found(site, asked.path["chip"])
    on, known = asked.day("on", today()), asked.known()
    answered = known if asked.word("known") else Known(day=today())
    row = chip_row(site.lock, chip, on, known) | details(chip)
    over = [{"from": str(day), "level": level} for day, level in levels_over_time(chip, site.lock, known)]
    data = {"on": str(on), "known": str(known), "chip": row, "over_time": over, "formula": worked(chip)}
    asked_known = {"known": asked.word("known")}
    more = {
        "label": chip.label,
        "places": groups(answers(site, chip.id, on, answered)),
        "contested": chip.contested,
        "basis": chip.basis,
        "world": address("/world", {"chip": chip.id, "on": str(on), "known": asked.word("known")}),
        "ask": address("/check", {"item.chip": chip.id, "quantity": "1", "origin": "US", "on": str(on)} | asked_known),
        "claims": address("/evidence", {"about": chip.model} | asked_known),
        "compare": address("/chips/compare", {"chips": chip.id, "on": str(on)} | asked_known),
    }
    return View(data, more)


def found(site: Site, name: str) -> Chip:
    """Give the chip of an id, or of a name that can mean only one."""
    chips = site.lock.catalogue.find(name)
    exact = [chip for chip in chips if chip.id == name]
    if not chips:
        raise Problem(404, f"no chip is called {name[:80]!r}.{nearest(name[:80], site.lock.catalogue.rows)}")
    return exact[0] if exact else chips[0]


def compare(site: Site, asked: Asked) -> View:
    """Show several chips side by side."""
    on, known = asked.day("on", today()), asked.known()
    names = [part for text in asked.query.getlist("chips") for part in text.split(",") if part.strip()]
    chips = [found(site, name.strip()) for name in dict.fromkeys(names[:MOST_COMPARED])]
    rows = [chip_row(site.lock, chip, on, known) | details(chip) for chip in chips]
    lines = [(name, [_shown(row[name]) for row in rows]) for name in WORDS]
    everyone = [(chip.id, chip.label) for chip in site.lock.catalogue.all() if chip not in chips]
    when = {name: asked.word(name) for name in ("on", "known")}
    left = {
        chip.id: address("/chips/compare", when | {"chips": ",".join(one.id for one in chips if one is not chip)})
        for chip in chips
    }
    more = {"lines": lines, "labels": [(chip.id, chip.label) for chip in chips], "everyone": everyone}
    more |= {"words": WORDS, "without": left, "full": len(chips) >= MOST_COMPARED, "known_word": asked.word("known")}
    return View({"on": str(on), "known": str(known), "chips": rows}, more)


def _shown(value: object) -> str:
    """Write a cell; what is not known is empty, and said by the page."""
    if value is None or value == "":
        return ""
    return number(value) if isinstance(value, int | float | dict) else str(value)


PAGES = (
    Page("/chips", "chips.html", view, menu=marked("Chips"), heavy=True),
    Page("/chips/compare", "compare.html", compare),
    Page("/chips/{chip}", "chip.html", one, heavy=True),
)
