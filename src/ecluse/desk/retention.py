"""How long a record is kept: five years from the latest event, and never while an agency asks for it.

15 CFR 762.6: five years from the latest of the export, any known reexport, transshipment or
diversion, and any other termination; (b) nothing that an agency asked for is destroyed without its
written leave. So the last day moves with later events; it is never fixed when a record is made.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecluse.desk.records import Dossier

YEARS = 5


def with_day(dossier: Dossier, name: str, day: str) -> Dossier:
    """Note a day; the later of two counts."""
    before = getattr(dossier, name)
    if before is not None and before >= day:
        return dossier
    changes: dict[str, Any] = {name: day}
    return replace(dossier, **changes)


def latest(dossier: Dossier) -> str | None:
    """Give the latest of export, known reexport and termination; None while none took place."""
    days = [day for day in (dossier.exported_on, dossier.reexported_on, dossier.terminated_on) if day is not None]
    return max(days, default=None)


def keep_until(dossier: Dossier) -> str | None:
    """Give the last day of keeping; None while the transaction is open. From February 29 to March 1."""
    start = latest(dossier)
    if start is None:
        return None
    year, rest = int(start[:4]) + YEARS, start[4:]
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return f"{year}-03-01" if rest == "-02-29" and not leap else f"{year:04}{rest}"


def objection(dossier: Dossier, today: str) -> str | None:
    """Say why a record may not be destroyed on a day; None where it may."""
    agencies = json.loads(dossier.holds)
    if agencies:
        return f"asked for by {', '.join(agencies)}; only with written leave (15 CFR 762.6(b)), then `lift`"
    until = keep_until(dossier)
    if until is None:
        return "the transaction is open: no export, reexport or termination is known"
    if today <= until:
        return f"kept until {until}, five years after {latest(dossier)} (15 CFR 762.6(a))"
    return None
