"""What the papers are filled from: a line, its decision, its papers in the book, and the company's own facts."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ecluse.desk.words import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecluse.desk.records import Account, Entry, Instrument, Ratio, Reservation

CHINA = ("CN", "HK", "MO")
# 15 CFR 748.10(a): computers at any value, any item of the control list above this, in cents.
STATEMENT_ABOVE = 50_000_00
# Codes seen in AESTIR appendix F; the code of an exception is not among those seen.
LICENCE_CODES = {"licence": "C30"}
NO_LICENCE_CODE = "C33"
NOTICE_DAYS = 25
Z_ITEMS = ("3A001", "4A003", "4A004", "4A005", "5A002", "5A004", "5A992", "5D002", "5D992")


def context(
    entry: Entry,
    line: dict[str, Any],
    decision: dict[str, Any],
    facts: dict[str, Any],
    papers: Sequence[Instrument],
    shipped: Sequence[Reservation],
    caps: Sequence[tuple[Ratio, Account, Account]],
    today: dt.date,
) -> dict[str, Any]:
    """Gather what the forms look up; whatever is not known is absent."""
    line = _same(line)
    paper = next((one for one in papers if one.kind in ("licence", "exception notice")), None)
    made = _figures(entry) | _classified(entry, decision) | _shipment(entry, shipped, today)
    made |= _statement(entry, line, decision, made) | _licensed(decision, paper)
    made["cap_holds"] = _cap_holds(caps)
    made["today"] = today.isoformat()
    made["after_25_days"] = (today + dt.timedelta(days=NOTICE_DAYS)).isoformat()
    made["type"] = {"export": "export", "reexport": "reexport"}.get(str(line.get("kind", "export")))
    made["reexport"] = line.get("kind") == "reexport"
    made["notice"] = "NAC Notification"
    return {
        "line": line,
        "entry": asdict(entry),
        "paper": None if paper is None else asdict(paper),
        "facts": facts,
        "made": {name: value for name, value in made.items() if value is not None},
    }


def _same(line: dict[str, Any]) -> dict[str, Any]:
    """Write out `same_as`, so that a field finds its party."""
    told = dict(line)
    for role in ("seller", "buyer", "end_user", "consignee"):
        party = told.get(role)
        if isinstance(party, dict) and "same_as" in party:
            told[role] = line.get(party["same_as"])
    return told


def _figures(entry: Entry) -> dict[str, Any]:
    cents = entry.unit_cents
    return {
        "quantity": entry.quantity,
        "unit": "pieces",
        "unit_price": None if cents is None else figure(cents, "usd_cent"),
        "total": None if cents is None else figure(cents * entry.quantity, "usd_cent"),
        "line_number": entry.id.rpartition("/")[2] or "1",
    }


def _classified(entry: Entry, decision: dict[str, Any]) -> dict[str, Any]:
    """Give the classification and what is described by it; an unclear level leaves both unknown."""
    gate = decision.get("gates", {}).get("exporter", {})
    classes = list((gate.get("ahead") or gate).get("classification") or ())
    # An item of a .z paragraph is filed under it; of several others none is filed unseen.
    under_z = [one for one in classes if ".z" in one]
    fitting = under_z or classes
    eccn = fitting[0] if len(fitting) == 1 else None
    z_first = ".z " if eccn and eccn.split(".")[0] in Z_ITEMS and under_z else ""
    measures = decision.get("measures") or {}
    named = decision.get("item") or entry.item
    return {
        "eccn": eccn,
        "computer": bool(eccn and eccn.startswith("4A")) or None,
        "description": named,
        "eei_description": f"{z_first}{named}",
        "tpp": measures.get("tpp"),
        "performance_density": measures.get("performance_density"),
    }


def _shipment(entry: Entry, shipped: Sequence[Reservation], today: dt.date) -> dict[str, Any]:
    """Give the last shipment of a line; the reference is its hold's id, which is never used twice."""
    posted = [one for one in shipped if one.state == "posted" and one.posted]
    if not posted:
        return {}
    last = posted[-1]
    quantity = json.loads(last.posted or "{}").get(f"line:{entry.id}")
    cents = entry.unit_cents
    return {
        "shipped_quantity": quantity,
        "shipped_total": None if cents is None or quantity is None else figure(cents * quantity, "usd_cent"),
        "shipment_reference": last.id,
        "shipped_on": today.isoformat(),
    }


def _statement(entry: Entry, line: dict[str, Any], decision: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """Say whether a statement of the Ministry of Commerce is needed (15 CFR 748.10(a))."""
    required = _required(decision)
    if line.get("destination") != "CN" or required == "no":
        return {"statement_needed": None, "statement_needed_said": "no: no licence is needed, or not to the mainland"}
    if required != "yes":
        return {"statement_needed": None, "statement_needed_said": None}
    worth = None if entry.unit_cents is None else entry.unit_cents * entry.quantity
    if made.get("computer"):
        return {"statement_needed": True, "statement_needed_said": "yes: computers under a licence, at any value"}
    if worth is None:
        return {"statement_needed": None, "statement_needed_said": None}
    needed = worth > STATEMENT_ABOVE
    said = "yes: over USD 50,000 under a licence" if needed else "no: USD 50,000 or less"
    return {"statement_needed": needed or None, "statement_needed_said": said}


def _required(decision: dict[str, Any]) -> str | None:
    gate = decision.get("gates", {}).get("exporter", {})
    return ((gate.get("ahead") or gate).get("licence") or {}).get("required")


def _licensed(decision: dict[str, Any], paper: Instrument | None) -> dict[str, Any]:
    required = _required(decision)
    if paper is not None:
        return {"licensed": True, "licence_code": LICENCE_CODES.get(paper.kind)}
    # Without a licence the code follows only from a decision that none is needed.
    return {"licensed": required != "no" or None, "licence_code": NO_LICENCE_CODE if required == "no" else None}


def _cap_holds(caps: Sequence[tuple[Ratio, Account, Account]]) -> str | None:
    """Say whether the cap holds by the desk's own balances; None where it is broken or not fixed."""
    for ratio, num, den in caps:
        if ratio.k_num is None or ratio.breached:
            return None
        ours, base = figure(num.pending + num.posted, "mtpp"), figure(den.posted, "mtpp")
        return f"{ours} TPP reserved or shipped, against {base} TPP to US customers"
    return None


def needs_certifications(decision: dict[str, Any], line: dict[str, Any]) -> bool:
    """Does the rule of January 2026 ask for its statement and certifications?

    It does for exports from the United States to China and Macau of what 3A090 reaches.
    """
    level = (decision.get("gates", {}).get("exporter", {})).get("ic_level")
    return line.get("destination") in CHINA and line.get("kind", "export") == "export" and level not in ("none", None)
