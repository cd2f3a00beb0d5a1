"""The record for the auditor: does it hold, and the bundle of one order to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecluse.desk import reads, retention
from ecluse.desk.audit import verify
from ecluse.desk.papers import bundle as bundles
from ecluse.desk.papers.office import record_bundle
from ecluse.desk.records import Dossier
from ecluse.web.desk.office import Call, Done, Paper, note
from ecluse.web.desk.views import stand
from ecluse.web.site import View

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ORDERS = 500


def view(call: Call) -> View:
    """Show where the chain stands, and the orders whose record can be taken away."""
    return _shown(call, None)


def _shown(call: Call, verdict: Mapping[str, Any] | None) -> View:
    orders = [
        {
            "order": one.order_id,
            "exported": one.exported_on,
            "terminated": one.terminated_on,
            "keep_until": retention.keep_until(one),
            "erased": one.erased_at is not None,
        }
        for one in reads.every(call.desk, Dossier, "1 = 1 ORDER BY t.order_id LIMIT ?", MOST_ORDERS)
    ]
    return View({"book": stand(call), "verdict": verdict, "orders": orders}, {"most": MOST_ORDERS})


def verified(call: Call) -> View:
    """Walk the chain, add up the movements, weigh the rules, do the events over again; tell what was found."""
    found = verify(call.desk)
    told = {
        "verified": not found.faults,
        "events": found.events,
        "head": found.head,
        "faults": list(found.faults),
        "remarks": list(found.remarks),
    }
    says = f"{found.events} events, head {found.head[:16]}: " + ("verified" if not found.faults else "DOES NOT VERIFY")
    note(call.desk, call.by, "record verified", says)
    return _shown(call, told)


def bundle(call: Call) -> Done | Paper:
    """Give the record of one order in one file, verified before it is handed over."""
    order = call.needed("order")
    raw = record_bundle(call.desk, order, {})
    found = bundles.verify(raw, None)
    if found.faults:
        return Done("/desk/record", f"The bundle of {order} does not verify: {'; '.join(found.faults[:5])}", bad=True)
    note(call.desk, call.by, "bundle taken", f"{len(raw)} bytes, {found.events} events", order=order)
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in order)
    return Paper(f"{name}.zip", "application/zip", raw)
