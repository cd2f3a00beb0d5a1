"""Views on the claims: by chip, buyer, authority; sources, contradictions, forecasts, open parameters."""

from __future__ import annotations

import pytest

from ecluse.dates import parse_day, parse_known
from ecluse.evidence.board import (
    chain,
    contradictions,
    forecasts,
    independent_sources,
    ladder,
    open_parameters,
    select,
    support,
)
from tests.evidence.made import BASE

TODAY = parse_known("2026-11-23").at("importer")


@pytest.mark.parametrize(
    ("subject", "wanted", "not_wanted"),
    [
        ("H200", "C053", "C018"),
        ("nvidia h200", "C053", "C014"),
        ("MI308X", "C061", "C053"),
        ("RTX Pro 6000D", "C018", "C053"),
        ("Alibaba Group", "C053", "C060x"),
        ("阿里巴巴", "C053", "C018x"),
        ("MOFCOM", "C052", "C007"),
        ("商务部", "C052", "C007"),
        ("Ministry of Commerce", "S08", "C007"),
        ("state-owned enterprises", "C042", "C057"),
        ("White House", "C072", "C052"),
    ],
)
def test_claims_are_found_by_whatever_names_them(subject: str, wanted: str, not_wanted: str) -> None:
    """A chip, a firm in either script, an authority by its name or letters, a class of buyers."""
    found = {claim.id for claim in select(BASE, TODAY, subject=subject)}
    assert wanted in found
    assert not_wanted not in found


def test_claims_are_chosen_by_gate_and_day() -> None:
    """By gate, and not older than a day; the newest first."""
    rows = select(BASE, TODAY, gate="import", since=parse_day("2026-01-28"))
    assert {claim.gate for claim in rows} == {"import"}
    assert min(claim.reported for claim in rows) >= "2026-01-28"
    assert [claim.known_from for claim in rows] == sorted((claim.known_from for claim in rows), reverse=True)


def test_support_reaches_over_versions() -> None:
    """The conditional approval has Reuters once, though it told three versions, SCMP and the WSJ."""
    rows = support(BASE, BASE.claims["C057"], TODAY)
    assert {claim.id for claim in rows} == {"C054", "C056", "C057", "C058", "C083"}
    assert independent_sources(rows) == 3


def test_an_official_who_cites_the_press_is_no_source() -> None:
    """A circular source adds nothing to what it cites."""
    assert independent_sources([BASE.claims["C030"], BASE.claims["C035"]]) == 1


def test_a_chain_holds_the_versions_known() -> None:
    """At 12:30 on the 28th there is one version, the next day three."""
    claim = BASE.claims["C054"]
    noon, later = parse_known("2026-01-28T12:30:00+08:00"), parse_known("2026-01-29")
    assert [one.id for one in chain(BASE, claim, noon.at("importer"))] == ["C054"]
    assert [one.id for one in chain(BASE, claim, later.at("importer"))] == ["C054", "C056", "C057"]


def test_a_contradiction_says_what_would_resolve_it() -> None:
    """The block is replaced by the approval in principle; the denial of payment terms stands beside the report."""
    rows = {(row.claim, row.opposed): row for row in contradictions(BASE, TODAY)}
    assert rows["C053", "C046"].resolved_by == "C053 replaces C046"
    assert rows["C044", "C041"].resolved_by.startswith("unresolved")
    assert rows["C072", "C057"].resolved_by.startswith("unresolved")
    early = {(row.claim, row.opposed) for row in contradictions(BASE, parse_known("2026-01-20").at("importer"))}
    assert ("C053", "C046") not in early
    assert ("C046", "C042") in early


def test_a_forecast_past_its_day_says_what_bears_it_out() -> None:
    """What was said for "this quarter" fell due and reports bear it out; nothing bears out the shipments."""
    rows = {row.claim: row for row in forecasts(BASE, TODAY, parse_day("2026-11-23"))}
    assert (rows["C042"].due, rows["C042"].past_due) == (parse_day("2026-03-31"), True)
    assert {"C053", "C057"} <= set(rows["C042"].borne_out_by)
    assert (rows["C036"].past_due, rows["C036"].borne_out_by) == (True, ())
    then = {
        row.claim: row for row in forecasts(BASE, parse_known("2026-01-22").at("importer"), parse_day("2026-01-22"))
    }
    assert (then["C042"].past_due, then["C042"].borne_out_by) == (False, ())


def test_every_open_parameter_says_what_would_settle_it() -> None:
    """Eight parameters are open, each with its first and last claim; the ratio is set for other scopes."""
    rows = {row.name: row for row in open_parameters(BASE, TODAY)}
    assert set(rows) == {
        "domestic_ratio",
        "critical_infrastructure",
        "sensitive_agencies",
        "special_circumstances",
        "necessary",
        "existing_orders",
        "split_of_first_batch",
        "volume_rule",
    }
    assert all(row.settled_by and row.ask and row.claims for row in rows.values())
    assert {scope.split(":")[0] for scope in rows["domestic_ratio"].other_scopes} == {"C013", "C023"}
    assert (rows["existing_orders"].first, rows["existing_orders"].last) == ("2026-01-14", "2026-01-14")


def test_the_ladder_says_who_vouches() -> None:
    """Most claims rest on people without a name, few on documents."""
    counts = ladder(list(BASE.claims.values()))
    assert sum(counts.values()) == len(BASE.claims)
    assert counts["anonymous_sources"] > counts["named_official"] > 0
