"""Papers open what they cover, and no more."""

from __future__ import annotations

from typing import Any

import pytest

import ecluse
from ecluse.dates import parse_day, parse_known
from ecluse.engine.data import as_data

LICENCE: dict[str, Any] = {
    "gate": "exporter",
    "kind": "licence",
    "status": "granted",
    "number": "D1",
    "issued": "2026-02-20",
    "expires": "2028-01-20",
    "holder": "NVIDIA",
    "parties": ["Alibaba"],
    "items": ["H200 SXM"],
    "quantity": 100,
    "uses": ["commercial cloud"],
}
LINE: dict[str, Any] = {
    "item": {"chip": "H200 SXM"},
    "quantity": 100,
    "origin": "US",
    "destination": "CN",
    "use": "commercial cloud",
    "unit_price": {"amount": "27000.00", "currency": "USD"},
    "seller": {"name": "NVIDIA Corporation"},
    "buyer": {"name": "Alibaba", "headquarters": "CN"},
    "end_user": {"same_as": "buyer"},
}
OTHER = LICENCE | {"number": "D2"}


def decided(papers: list[dict[str, Any]], line: dict[str, Any], known: str = "2026-03-31") -> dict[str, Any]:
    """The exporter's gate for the line with these papers on it, on 2026-03-01."""
    read = ecluse.read_line(LINE | line | {"authorisation": papers})
    data: Any = as_data(ecluse.decide(read, on=parse_day("2026-03-01"), known=parse_known(known)))
    gate: dict[str, Any] = data["gates"]["exporter"]
    return gate | {"split": data["split"]}


@pytest.mark.parametrize(
    ("papers", "line", "held"),
    [
        pytest.param([LICENCE], {}, "yes", id="it covers"),
        pytest.param([LICENCE | {"items": ["H200"]}], {}, "yes", id="the model covers its variants"),
        pytest.param([LICENCE | {"items": ["H20"]}], {}, "unknown", id="another chip"),
        pytest.param([LICENCE | {"items": ["H200 NVL"]}], {}, "unknown", id="another variant"),
        pytest.param([LICENCE], {"item": {"chip": "H200"}}, "unknown", id="the line names no variant"),
        pytest.param([LICENCE | {"parties": ["Tencent"]}], {}, "unknown", id="another buyer"),
        pytest.param([LICENCE], {"consignee": {"name": "A broker"}}, "unknown", id="a consignee it does not name"),
        pytest.param([LICENCE], {"use": "telecommunications"}, "unknown", id="another use"),
        pytest.param([LICENCE | {"holder": "AMD"}], {}, "unknown", id="of another exporter"),
        pytest.param([LICENCE | {"expires": "2026-02-28"}], {}, "unknown", id="expired"),
        pytest.param([LICENCE | {"issued": "2026-03-02"}], {}, "unknown", id="not yet issued"),
        pytest.param([LICENCE | {"conditions": ["test in the US"]}], {}, "unknown", id="conditions not said to be met"),
        pytest.param([LICENCE | {"shipped_so_far": 1}], {}, "unknown", id="one short"),
        pytest.param([LICENCE | {"value": {"amount": "2700000.00", "currency": "USD"}}], {}, "yes", id="value enough"),
        pytest.param([LICENCE | {"value": {"amount": "2699999", "currency": "USD"}}], {}, "unknown", id="value short"),
        pytest.param([LICENCE, LICENCE | {"status": "revoked"}], {}, "no", id="revoked since"),
        pytest.param([LICENCE, OTHER], {"quantity": 200}, "yes", id="two together"),
        pytest.param([LICENCE, LICENCE], {"quantity": 200}, "unknown", id="one paper shown twice is one"),
        pytest.param([LICENCE | {"status": "pending"}], {}, "no", id="pending"),
        pytest.param([LICENCE], {"item": {"chip": "H200 SXM", "chips_per_unit": 8}}, "unknown", id="eight in a unit"),
        pytest.param([LICENCE], {"item": {"chip": "H200 SXM", "form": "server"}}, "unknown", id="servers, uncounted"),
    ],
)
def test_a_licence_opens_what_it_covers(papers: list[dict[str, Any]], line: dict[str, Any], held: str) -> None:
    """Item, parties, use, dates, value, conditions and quantity; any one missing leaves it open."""
    gate = decided(papers, line)
    assert gate["licence"]["held"] == held
    assert gate["may_pass"] == held


def test_a_part_covered_is_a_split_that_adds_up() -> None:
    """What papers cover passes by them; the rest stays open; nothing is lost between."""
    gate = decided([LICENCE, OTHER | {"quantity": 30}], {"quantity": 200})
    assert [(part["quantity"], part["may_pass"]) for part in gate["split"]] == [
        (100, "yes"),
        (30, "yes"),
        (70, "unknown"),
    ]


def test_a_licence_is_not_held_before_it_is_known() -> None:
    """Issued on the 20th, it does not answer for the knowledge of the 19th."""
    assert decided([LICENCE], {}, known="2026-02-19")["licence"]["held"] == "unknown"
