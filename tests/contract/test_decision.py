"""A decision as JSON keeps its names, its values and their meaning, whatever the line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ecluse.truth import Truth, every
from tests.test_cases import cases, decided

TRUTHS = {"yes", "no", "unknown"}
LEVELS = {"3A090", "3A090.a", "3A090.b", "3A090.c", "none", "unknown"}
POLICIES = {"presumption_of_denial", "policy_of_denial", "case_by_case", "presumption_of_approval", "unknown", None}
EXCEPTIONS = ["ACA", "ACM", "AIA", "GOV", "HBM", "LPP", "NAC", "RPL", "TMP", "TSU"]
LIMBS = ["by_destination", "by_end_use", "by_item", "by_letter", "by_other", "by_party"]
STATES = {
    *("blocked_at_customs", "stop_orders", "domestic_only", "exceptional_only", "hold_orders", "under_review"),
    *("discouraged", "none_known", "preliminary", "conditional_approval", "approved", "ordered", "shipped"),
    *("released", "excluded_by_plan_case_by_case", None),
}
SHUT = {"blocked_at_customs", "stop_orders", "domestic_only"}


def whole_exporter(gate: dict[str, Any]) -> dict[str, Any]:
    """The exporter's gate, or for the acts before shipment what lies ahead."""
    return gate["ahead"] if gate["applies"] == "no" and gate["ahead"] else gate


def agrees_with_its_limbs(licence: dict[str, Any]) -> bool:
    """Required is the `or` of its limbs; no policy where no licence is required."""
    limbs = set(licence["limbs"].values())
    required = "yes" if "yes" in limbs else "unknown" if "unknown" in limbs else "no"
    return licence["required"] == required and (licence["policy"] is None) == (required == "no")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_a_decision_keeps_its_words(case: dict[str, Any]) -> None:
    """Fields, vocabularies, and the rules that bind one field to another."""
    data = json.loads(json.dumps(decided(case), allow_nan=False))
    exporter, importer = data["gates"]["exporter"], data["gates"]["importer"]
    gates = [gate["may_pass"] for gate in (exporter, importer) if gate["applies"] == "yes"]
    assert data["may_pass"] == every(Truth(answer) for answer in gates).value
    binding = [name for name in ("exporter", "importer") if data["gates"][name]["may_pass"] == data["may_pass"]]
    assert data["binding_gate"] == (None if data["may_pass"] == "yes" else binding[0])
    assert set(data["digests"]) >= {"line", "law", "evidence", "lists", "program"}
    assert isinstance(data["rests_on_reported"], bool)
    assert isinstance(data["depends_on_non_enforcement"], bool)

    gate = whole_exporter(exporter)
    assert gate["ic_level"] in LEVELS
    assert sorted(gate["licence"]["limbs"]) == LIMBS
    assert gate["licence"]["policy"] in POLICIES
    assert gate["licence"]["held"] in TRUTHS
    assert agrees_with_its_limbs(gate["licence"])
    assert sorted(row["id"] for row in gate["exceptions"]) == EXCEPTIONS
    assert [row["id"] for row in gate["tariffs"]] == ["section-232"]
    assert all(step["cite"] and step["level"] in ("V1", "V2", "V3") for step in gate["steps"])
    decided_by = {step["level"] for step in gate["steps"] if step["decided"]}
    assert data["rests_on_reported"] or "V3" not in decided_by or exporter["applies"] == "no"

    # At the mainland's border: what is in China already does not cross it.
    crosses = case["line"]["destination"] == "CN" != case["line"]["origin"]
    assert importer["applies"] == ("yes" if crosses else "no")
    assert importer["state"] in STATES
    assert importer["contested"] == bool(importer["contested_by"])
    assert importer["official_confirmation"] is not None
    for side in (gate, importer):
        assert all(set(row) >= {"fact", "ask", "would_settle"} and row["ask"] for row in side["missing"])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_an_answer_stands_on_what_it_says(case: dict[str, Any]) -> None:
    """No yes of the importer's gate by reports; no `no` of it without a shut state; a yes leaves nothing required."""
    data = decided(case)
    exporter, importer = whole_exporter(data["gates"]["exporter"]), data["gates"]["importer"]
    if importer["applies"] == "yes" and importer["may_pass"] == "no":
        assert importer["state"] in SHUT
        assert data["rests_on_reported"]
    if exporter["may_pass"] == "yes":
        licence = exporter["licence"]
        excepted = any(row["available"] == "yes" for row in exporter["exceptions"])
        assert licence["required"] == "no" or licence["held"] == "yes" or excepted
    if exporter["licence"]["required"] == "no" and exporter["ic_level"] in ("3A090.a", "3A090.b"):
        assert exporter["licence"]["limbs"]["by_item"] == "no"
