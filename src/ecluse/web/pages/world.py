"""The world: for one chip and one day, the answer for every destination, by where the parent sits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.countries import COUNTRIES
from ecluse.dates import Known
from ecluse.engine.explain import STATES
from ecluse.web.asking import flat, marked
from ecluse.web.pages.chips import found
from ecluse.web.pages.destinations import PARENTS, answers, groups, line_to
from ecluse.web.site import Page, View, address, today

if TYPE_CHECKING:
    from ecluse.web.site import Asked, Site


def view(site: Site, asked: Asked) -> View:
    """Show the destinations in groups of one answer each."""
    chip = found(site, asked.word("chip", "nvidia-h200-sxm-141gb"))
    on = asked.day("on", today())
    known = asked.known() if asked.word("known") else Known(day=today())
    told = {name: answers(site, chip.id, on, known, name) for name in PARENTS}
    data = {"chip": chip.id, "on": str(on), "known": str(known), "worlds": told}
    when = {"on": str(on), "known": str(known)}
    more = {
        "label": chip.label,
        "groups": {name: groups(rows) for name, rows in told.items()},
        "ask": {
            name: {code: address("/check", flat(line_to(chip.id, code, parent)) | when) for code in COUNTRIES}
            for name, parent in PARENTS.items()
        },
        "everyone": [(one.id, one.label) for one in site.lock.catalogue.all()],
        "state_words": STATES,
    }
    return View(data, more)


PAGES = (Page("/world", "world.html", view, menu=marked("World"), heavy=True),)
