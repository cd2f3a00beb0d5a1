"""The engine against an independent reading of the law, row by row."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ecluse.bounds import Bound, exactly
from ecluse.dates import Known
from ecluse.decision import Shown
from ecluse.engine import answer, facts_of
from ecluse.item import Candidate, Item, Measures
from ecluse.law import load
from ecluse.order import Line, Parent, Party
from ecluse.truth import NO, YES, Truth
from tests.conftest import SHARED

if TYPE_CHECKING:
    from ecluse.decision import Exporter

TABLE = SHARED / "law" / "us-table.csv"
KNOWN = Known(day=dt.date(2026, 9, 25))


def chip(tpp: str, density: str | None, *, datacenter: Truth, links: int = 0) -> Measures:
    """Measures of one chip; the decimal texts are exact."""
    from decimal import Decimal

    return Measures(
        tpp=exactly(Decimal(tpp)),
        performance_density=exactly(Decimal(density)) if density else None,
        dram_bandwidth=exactly(700),
        interconnect=exactly(links),
        datacenter=datacenter,
    )


LEVELS = {
    "3A090 (2022 parameters)": chip("4992", "6.04", datacenter=YES, links=600),
    "a datacenter": chip("15832", "19.45", datacenter=YES),
    "a non-datacenter": chip("5285", "8.68", datacenter=NO),
    "b": chip("2897", "4.76", datacenter=YES),
    "c": Measures(memory_bandwidth_density=exactly(3)),
}
PLACES = {
    "CN (HK included)": ("CN", "HK"),
    "CN, HK or MO": ("CN", "HK", "MO"),
    "MO": ("MO",),
    "D:5 or Macau": ("CN", "MO", "IQ", "LB"),
    "rest of S": ("SA", "VN", "KZ", "QA"),
    "A:5 or A:6": ("DE", "IL", "SG", "JP"),
    "other": ("BR", "MY", "TH", "PA"),
    "UAE (named)": ("AE",),
    "everywhere else (A:5, A:6, rest of D groups, other)": ("DE", "IL", "SA", "BR"),
}
OUTSIDE = [Party(headquarters="DE", ultimate_parent=Parent(headquarters="US"))]
INSIDE = [
    Party(headquarters="CN", ultimate_parent=Parent(headquarters="CN")),
    Party(headquarters="DE", ultimate_parent=Parent(headquarters="CN")),
    Party(headquarters="MO", ultimate_parent=Parent(headquarters="MO")),
]
CLEAN = {
    "restricted_party": NO,
    "military_end_use": NO,
    "military_intelligence_end_use": NO,
    "supercomputer_end_use": NO,
    "advanced_node_end_use": NO,
    "wmd_end_use": NO,
    "other_controls_cleared": YES,
}
CONDITIONS: dict[str, Truth | Bound] = {
    **dict.fromkeys(
        ("commercially_available_in_us", "performance_certified", "us_supply_certified"),
        YES,
    ),
    **dict.fromkeys(
        ("foundry_capacity_certified", "prohibited_end_use_certified", "kyc_certified", "remote_users_disclosed"),
        YES,
    ),
    **dict.fromkeys(
        ("weights_transfer_certified", "remote_access_certified", "third_party_tested", "lab_us_headquartered"),
        YES,
    ),
    **dict.fromkeys(("lab_tested_in_us", "lab_can_sample", "lab_certificate_filed", "lab_qualified"), YES),
    "lab_foreign_controlled": NO,
    "lab_has_interest": NO,
    "us_units_shipped": exactly(500_000),
    "aggregate_tpp_to_china": exactly(0),
    "aggregate_tpp_to_us": exactly(10**12),
}


def rows() -> list[dict[str, str]]:
    """The rows that the second reading calls determined."""
    if not TABLE.exists():
        return []
    with TABLE.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["certainty"].startswith("determined")]


def situations(row: dict[str, str]) -> list[tuple[dt.date, Line, Measures]]:
    """Lines that fall under a row: first and last day, places, headquarters."""
    start = dt.date.fromisoformat(row["date_from"])
    end = dt.date.fromisoformat(row["date_to"]) if row["date_to"] else start
    last = min(end, dt.date(2026, 9, 25))
    hq = row["headquarters_class"]
    parties = OUTSIDE + INSIDE if hq.startswith("any") else OUTSIDE if hq.startswith("not") else INSIDE
    kinds = [("export", "US"), ("reexport", "SG"), ("transfer", None)]
    facts: dict[str, Truth | Bound] = dict(CLEAN)
    if row["kind"].startswith("export from US"):
        kinds = kinds[:1]
        facts |= CONDITIONS
        if "one condition failing" in row["kind"]:
            facts["kyc_certified"] = NO
    elif row["kind"].startswith("reexport"):
        kinds = kinds[1:]
    elif start >= dt.date(2026, 1, 15):
        facts |= CONDITIONS | {"kyc_certified": NO}
    return [
        (
            day,
            Line(
                item=Item(form="module"),
                quantity=exactly(10),
                origin=origin or place,
                destination=place,
                kind=kind,
                seller=Party(name="A maker to whom no letter is known"),
                buyer=party,
                end_user=party,
                facts=facts,
                authorisations=(),
            ),
            LEVELS[row["item_level"]],
        )
        for day in sorted({start, last})
        for place in PLACES[row["destination_class"]]
        for party in parties
        for kind, origin in kinds
    ]


def decide(day: dt.date, line: Line, measures: Measures) -> Exporter:
    """The exporter's answer on a day, as enforced and known at the horizon."""
    library = load()
    candidate = Candidate(None, "Test", "Test", "test", "module", measures)
    law, text = library.on(day, KNOWN), library.on(day, KNOWN, "text")
    return answer(law, text, facts_of(line, candidate, day), measures, Shown(NO, "none"))


@pytest.mark.skipif(not TABLE.exists(), reason="SKIPPED: the decision table of the second reading is not here")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["row"])
def test_agrees_with_each_determined_row(row: dict[str, str]) -> None:
    """Requirement (text and enforced) and policy agree with the second reading in every situation."""
    for day, line, measures in situations(row):
        licence = decide(day, line, measures).licence
        assert licence is not None
        told = (row["row"], day, line.destination, line.buyer, line.kind)
        assert licence.limbs["by_item"].value == row["licence_required_enforced"], told
        assert licence.required_by_text.value == row["licence_required_text"], told
        if row["licence_required_enforced"] == "yes":
            assert licence.policy == row["policy"], told
