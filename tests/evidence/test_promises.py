"""What the evidence promises: as known then, whatever the order, versions counted once."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecluse
from ecluse.claim import Relation
from ecluse.dates import Known, parse_day, parse_known
from ecluse.evidence import Base, load, weigh
from ecluse.evidence.base import index
from ecluse.evidence.board import independent_sources, open_parameters, support

BASE = load()
BUYERS = ("Alibaba", "Tencent", "ByteDance", "DeepSeek", "Baidu", "a state firm")
KINDS = ("private company", "state-owned enterprise", "university")
MODELS = ("H200", "H20", "RTX PRO 6000D", "MI308X")
MOMENTS = st.datetimes(
    min_value=datetime(2025, 4, 1),  # noqa: DTZ001 - hypothesis wants bounds without a zone
    max_value=datetime(2026, 12, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
LINES = st.tuples(st.sampled_from(BUYERS), st.sampled_from(KINDS), st.sampled_from(MODELS))


def line_of(buyer: str, kind: str) -> ecluse.Line:
    """A line of one buyer to China."""
    return ecluse.read_line(
        {
            "item": {"chip": "H200"},
            "quantity": 1000,
            "origin": "US",
            "destination": "CN",
            "buyer": {"name": buyer, "kind": kind},
            "end_user": {"same_as": "buyer"},
        }
    )


def rebuilt(claims: list[object]) -> Base:
    """The base with other claims, or the same in another order."""
    return index(claims, BASE.papers, BASE.words, BASE.digest)  # type: ignore[arg-type]


@settings(max_examples=120, deadline=None)
@given(LINES, MOMENTS)
def test_claims_of_later_change_nothing(drawn: tuple[str, str, str], moment: datetime) -> None:
    """Without the claims that came to be known after the instant asked for, the answer is the same."""
    buyer, kind, model = drawn
    line, known, day = line_of(buyer, kind), Known(instant=moment), moment.date()
    earlier = rebuilt([claim for claim in BASE.claims.values() if claim.known_from <= moment])
    # A relation to a claim that is not yet known has nothing to point at.
    trimmed = rebuilt(
        [
            dataclasses.replace(claim, relations=tuple(one for one in claim.relations if one.target in earlier.claims))
            for claim in earlier.claims.values()
        ]
    )
    assert weigh(BASE, line, (model,), day, known) == weigh(trimmed, line, (model,), day, known)


@settings(max_examples=60, deadline=None)
@given(LINES, MOMENTS, st.integers())
def test_the_order_of_claims_changes_nothing(drawn: tuple[str, str, str], moment: datetime, seed: int) -> None:
    """Shuffled, the same claims give the same answer."""
    buyer, kind, model = drawn
    claims = list(BASE.claims.values())
    random.Random(seed).shuffle(claims)  # noqa: S311
    line, known = line_of(buyer, kind), Known(instant=moment)
    shuffled = rebuilt(list(claims))
    assert weigh(BASE, line, (model,), moment.date(), known) == weigh(shuffled, line, (model,), moment.date(), known)


@settings(max_examples=60, deadline=None)
@given(LINES, MOMENTS, st.integers(min_value=1, max_value=400))
def test_time_alone_changes_only_ages(drawn: tuple[str, str, str], moment: datetime, days: int) -> None:
    """Moving knowledge forward with no new claim changes only ages and staleness."""
    buyer, kind, model = drawn
    base = rebuilt([claim for claim in BASE.claims.values() if claim.known_from <= moment and not claim.relations])
    line, day = line_of(buyer, kind), moment.date()
    before = weigh(base, line, (model,), day, Known(instant=moment))
    after = weigh(base, line, (model,), day, Known(instant=moment + timedelta(days=days)))
    assert (before.state, before.class_state, before.contested_by) == (
        after.state,
        after.class_state,
        after.contested_by,
    )
    assert [one.claim for one in before.evidence] == [one.claim for one in after.evidence]
    if not after.stale:
        assert before.may_pass is after.may_pass


def test_versions_of_one_article_are_one_source() -> None:
    """Three versions of the Reuters story of 2026-01-28 count once."""
    versions = [BASE.claims[name] for name in ("C054", "C056", "C057")]
    assert independent_sources(versions) == 1


def test_a_rewrite_changes_no_count() -> None:
    """A rewrite of a report, or a summary at third hand, adds no source."""
    told = [BASE.claims["C053"]]
    rewrite = dataclasses.replace(
        BASE.claims["C053"], id="X01", relations=(Relation("derives_from", "C053"),), article=None
    )
    assert independent_sources([*told, rewrite]) == independent_sources(told)
    assert independent_sources([*told, BASE.claims["C077"]]) == independent_sources(told)


def test_all_claims_are_there() -> None:
    """The 83 claims of the research, and each of the seed's 42, merged where they are the same."""
    assert len([name for name in BASE.claims if name.startswith("C")]) == 83
    seeds = {seed for claim in BASE.claims.values() for seed in claim.seed}
    assert {f"c{number:02}" for number in range(1, 43)} <= seeds


def test_a_confirmation_by_name_is_an_independent_source() -> None:
    """The block of customs has a second publisher and a supplier on record behind it."""
    moment = parse_known("2026-01-21").at("importer")
    rows = support(BASE, BASE.claims["C046"], moment)
    assert {claim.id for claim in rows} == {"C046", "C048", "C050"}
    assert independent_sources(rows) == 3


def test_open_parameters_carry_other_scopes() -> None:
    """The ratio stands open for the H200, and set for hubs and state-funded data centres."""
    moment = parse_known("2026-02-01").at("importer")
    ratio = next(one for one in open_parameters(BASE, moment) if one.name == "domestic_ratio")
    assert ratio.first == "2025-12-31"
    assert any("50%" in scope for scope in ratio.other_scopes)
    assert any("only domestic" in scope for scope in ratio.other_scopes)


@pytest.mark.parametrize(
    ("bought", "wanted"),
    [(None, "r x 1,000 domestic chips"), (500, "every ratio up to 0.5"), (0, "every ratio up to 0")],
)
def test_passes_for_has_its_breakpoint_at_the_lines_figures(bought: int | None, wanted: str) -> None:
    """For which ratios the line would pass is told from its own figures."""
    facts = {} if bought is None else {"domestic_units_purchased": bought}
    line = ecluse.read_line(
        {
            "item": {"chip": "H200"},
            "quantity": 1000,
            "origin": "US",
            "destination": "CN",
            "buyer": {"name": "Alibaba"},
            "facts": facts,
        }
    )
    told = weigh(BASE, line, ("H200",), parse_day("2026-01-24"), Known(day=parse_day("2026-01-24")))
    assert wanted in told.parameters["domestic_ratio"].passes_for


def test_supply_stands_apart_from_the_gates() -> None:
    """The part makers' halt, the production stop and its restart are told as supply, not as the gate's evidence."""
    line = line_of("Alibaba", "private company")
    told = weigh(BASE, line, ("H200",), parse_day("2026-03-20"), Known(day=parse_day("2026-03-20")))
    supply = {one.claim for one in told.supply}
    assert {"C048", "C069"} <= supply
    assert not supply & {one.claim for one in told.evidence}


def test_an_evidence_file_lays_claims_and_papers_beside(tmp_path: object) -> None:
    """A licence in an evidence file opens what it covers; a claim in it is weighed like any other."""
    from pathlib import Path

    path = Path(str(tmp_path)) / "mine.toml"
    path.write_text(
        """\
[[claim]]
id = "M01"
reported = "2026-03-01T09:00:00+08:00"
place = "Asia/Shanghai"
publisher = "our broker"
attribution = { kind = "company_statement", name = "our broker" }
subjects = ["Baidu"]
products = ["H200"]
gate = "import"
act = "hold_orders"
statement = "Baidu is told to hold its orders."
seen_at = ["a letter on file"]

[[authorisation]]
gate = "importer"
kind = "import approval"
status = "granted"
number = "I-7"
issued = 2026-03-02
expires = 2026-12-31
holder = "Tencent"
parties = ["Tencent"]
items = ["H200"]
quantity = 1000
uses = ["commercial cloud"]
document_sha256 = "0000"
""",
        encoding="utf-8",
    )
    lock = ecluse.build((), (path,))
    answers = {}
    for buyer in ("Baidu", "Tencent"):
        line = ecluse.read_line(
            {
                "item": {"chip": "H200"},
                "quantity": 1000,
                "origin": "US",
                "destination": "CN",
                "use": "commercial cloud",
                "on": "2026-03-03",
                "buyer": {"name": buyer, "kind": "private company"},
                "end_user": {"same_as": "buyer"},
            }
        )
        answers[buyer] = ecluse.decide(line, lock, known=parse_known("2026-03-03")).importer
    assert answers["Baidu"].state == "hold_orders"
    assert answers["Tencent"].may_pass is ecluse.YES
