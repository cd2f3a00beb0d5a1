"""What a line says counts, all of it: chips beside chips, listings by name, figures as Python gives them."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

import ecluse
from ecluse import order
from ecluse.parties.screen import lists
from ecluse.truth import NO, UNKNOWN, YES

BASE = {"quantity": 100, "origin": "US", "destination": "MY", "buyer": {"headquarters": "CN"}}
DAY = dt.date(2026, 3, 1)


def test_a_chip_beside_others_counts() -> None:
    """A server of a named chip that also contains others holds both; a chip that the list names too counts once."""
    both = {"chip": "B200", "contains": [{"chip": "A10", "count": 4}], "form": "server"}
    decision = ecluse.decide(ecluse.read_line(BASE | {"item": both}), on=DAY)
    assert decision.item == "NVIDIA B200 SXM with NVIDIA A10 PCIe"
    assert (decision.exporter.ic_level, decision.exporter.licence.required) == ("3A090.a", YES)  # type: ignore[union-attr]
    same = {"chip": "H200 SXM", "contains": [{"chip": "h200 sxm", "count": 8}], "form": "server"}
    line = ecluse.read_line(BASE | {"item": same})
    assert [(one.chip, one.count.exact) for one in line.item.contains] == [("h200 sxm", 8)]


@pytest.mark.parametrize(
    ("said", "code"),
    [("EL", "EL"), ("el", "EL"), ("Entity List", "EL"), ("Military End User List", "MEU"), ("other", "other")],
)
def test_a_list_goes_by_its_code_or_its_name(said: str, code: str) -> None:
    """Whoever writes the name of a list means it."""
    owner = {"name": "X", "percent": 60, "listings": [{"list": said}]}
    line = ecluse.read_line(BASE | {"item": {"chip": "A10"}, "buyer": {"owners": [owner]}})
    assert line.buyer is not None and line.buyer.owners is not None and line.buyer.owners[0].listings is not None  # noqa: PT018
    assert line.buyer.owners[0].listings[0].list == code


def test_every_list_that_a_reader_gives_can_be_stated() -> None:
    """By the code that screening prints."""
    assert all(order.list_code(code) == code for code in order.LISTS)


def test_floats_are_read_as_they_are_shown() -> None:
    """A table as Python's own json or tomllib gives it is the same line as one with exact decimals."""
    text = '{"tpp": 15832, "performance_density": 19.45, "dram_bandwidth": 4.8e3, "datacenter": true}'
    line = ecluse.read_line(BASE | {"item": {"measures": json.loads(text)}})
    exact = ecluse.read_line(BASE | {"item": {"measures": json.loads(text, parse_float=Decimal)}})
    assert line.item.given is not None
    assert str(line.item.given.figures["performance_density"].exact) == "19.45"
    assert line == exact
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(ecluse.BadLine, match="expected a number"):
            ecluse.read_line(BASE | {"item": {"measures": {"tpp": wrong}}})


def test_a_listed_parent_is_a_red_flag_whatever_is_said_of_owners() -> None:
    """An empty list of owners does not say what a listed parent owns."""
    clean = dict.fromkeys(
        (
            "military_end_use",
            "military_intelligence_end_use",
            "supercomputer_end_use",
            "advanced_node_end_use",
            "wmd_end_use",
        ),
        False,
    )
    party = {"name": "Muster GmbH", "country": "DE", "headquarters": "DE", "owners": [],
             "ultimate_parent": {"name": "Huawei Technologies Co., Ltd.", "headquarters": "CN"}}  # fmt: skip
    line = ecluse.read_line(
        {
            "item": {"chip": "A10"},
            "quantity": 1,
            "origin": "US",
            "destination": "DE",
            "buyer": party,
            "seller": {"name": "Brook Ltd", "country": "US"},
            "end_user": {"same_as": "buyer"},
            "facts": clean | {"other_controls_cleared": True},
        }
    )
    decision = ecluse.decide(line, on=dt.date(2026, 8, 5), lists=lists())
    assert decision.may_pass is UNKNOWN
    assert any("Huawei" in flag for flag in decision.exporter.red_flags)
    roles = [one.role for one in decision.screening.parties]  # type: ignore[union-attr]
    assert roles.count("buyer") == 1
    assert "end_user" in roles


def test_evidence_is_as_old_as_it_was_on_the_day_asked_about() -> None:
    """Asked today about a day of January, a report of that very day is fresh."""
    line = ecluse.read_line({"item": {"chip": "H200"}, "quantity": 1000, "origin": "US", "destination": "CN",
                             "buyer": {"name": "Alibaba", "kind": "private company"}})  # fmt: skip
    importer = ecluse.decide(line, on=dt.date(2026, 1, 14)).importer
    assert (importer.state, importer.may_pass, importer.stale) == ("blocked_at_customs", NO, False)
    assert importer.evidence_age_days == 0


def test_a_listing_on_the_line_stands_against_its_own_denial() -> None:
    """A party that the line puts on a list is listed, whatever the line says of all parties together."""
    party = {"name": "Qworzel", "country": "DE", "headquarters": "DE", "listings": [{"list": "DPL"}]}
    table = {"item": {"chip": "A10"}, "quantity": 1, "origin": "US", "destination": "DE", "buyer": party}
    line = ecluse.read_line(table | {"end_user": {"same_as": "buyer"}, "facts": {"restricted_party": False}})
    decision = ecluse.decide(line, on=dt.date(2026, 8, 5), lists=lists())
    assert decision.exporter.licence is not None
    assert decision.exporter.licence.limbs["by_party"] is YES
    assert decision.screening is not None
    assert any("the listing stands" in note for note in decision.screening.notes)
    assert {one.listed for one in decision.screening.parties} == {YES}


def test_a_server_in_which_one_chip_needs_an_exception() -> None:
    """The exception of the chip that needs a licence is the server's; the other chip needs none."""
    clean = dict.fromkeys(
        ("military_end_use", "military_intelligence_end_use", "supercomputer_end_use", "advanced_node_end_use"), False
    )
    facts = clean | {"wmd_end_use": False, "restricted_party": False, "other_controls_cleared": True}
    party = {"name": "Viet Ltd", "country": "VN", "headquarters": "VN", "ultimate_parent": {"headquarters": "VN"}}
    line = ecluse.read_line(
        {
            "item": {"contains": [{"chip": "L40", "count": 4}, {"chip": "A10", "count": 4}], "form": "server"},
            "quantity": 10,
            "origin": "US",
            "destination": "VN",
            "seller": {"name": "Super Micro Computer"},
            "buyer": party,
            "end_user": {"same_as": "buyer"},
            "facts": facts | {"red_flags_resolved": True, "purchase_order_held": True},
        }
    )
    decision = ecluse.decide(line, on=dt.date(2026, 3, 1))
    found = {one.id: one.available for one in decision.exporter.exceptions}
    assert (decision.exporter.may_pass, found["ACA"]) == (YES, YES)
