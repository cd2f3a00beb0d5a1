"""The policy of weighing: whom a report reaches, who may set a state, what stands and what ends."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.claim import Attribution, Relation
from ecluse.dates import Known, parse_known
from ecluse.evidence import weigh
from ecluse.evidence.board import independent_sources
from ecluse.evidence.policy import SHUT, STATES
from ecluse.truth import NO, UNKNOWN, YES
from tests.evidence.made import BASE, PAPER, ask, beside, known_by, like, line_of

MOMENTS = st.datetimes(
    min_value=datetime(2025, 4, 1),  # noqa: DTZ001 - hypothesis wants bounds without a zone
    max_value=datetime(2026, 12, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
BUYERS = st.sampled_from(
    [
        ("Alibaba", None),
        ("DeepSeek", None),
        ("Baidu", "private company"),
        ("a firm", None),
        ("a state firm", "state-owned enterprise"),
        ("a university", "university"),
        ("an army", "military"),
    ]
)
MODELS = st.sampled_from(["H200", "H20", "RTX PRO 6000D", "Instinct MI308X", "a chip of next year"])
CLAIMS = st.sampled_from(sorted(BASE.claims))
ON_RECORD = Attribution("official_document", name="announcement")


def test_every_act_of_the_claims_stands_in_the_table() -> None:
    """No act is weighed by a rule that is not in the table, and every state of the table is known."""
    assert {claim.act for claim in BASE.claims.values()} <= set(BASE.words.acts)
    told = {act.state for act in BASE.words.acts.values()} | {act.excluded for act in BASE.words.acts.values()}
    assert told - {None} <= set(STATES)
    assert set(SHUT) == {"blocked_at_customs", "stop_orders", "domestic_only"}


def test_the_deciding_authority_on_record_confirms_and_is_no_report() -> None:
    """An approval announced by the ministry sets the state, confirmed; without a paper it still opens nothing."""
    base = beside(
        like("C057", "X01", "2026-02-10", act="import_approval", attribution=ON_RECORD, authorities=("MIIT",))
    )
    told = ask(base, line_of(), "2026-02-11")
    assert (told.state, told.official_confirmation, told.may_pass) == ("approved", "yes", UNKNOWN)
    assert not told.rests_on_reported


def test_the_authority_may_confirm_a_report() -> None:
    """Confirmed on record by the authority that decides, a report is confirmed; by another it is not."""
    for holder, wanted in (("MOFCOM", "yes"), ("商务部", "yes"), ("MFA", "none"), ("White House", "none")):
        said = like(
            "C059", "X01", "2026-02-10", holder=holder, act="statement", relations=(Relation("confirms", "C060"),)
        )
        assert ask(beside(said), line_of(), "2026-02-11").official_confirmation == wanted


@pytest.mark.parametrize("holder", ["White House", "US Commerce", "MFA"])
def test_a_remark_of_another_authority_sets_nothing(holder: str) -> None:
    """A president or a ministry that does not decide this gate may say that it is shut; it stays as it was."""
    said = like("C072", "X01", "2026-05-20", act="blocked_at_customs", holder=holder)
    told = ask(beside(said), line_of(), "2026-05-31")
    assert (told.state, told.may_pass) == ("conditional_approval", UNKNOWN)


@pytest.mark.parametrize("kind", ["derived_summary", "headline", "author", "market_data"])
def test_nothing_weighs_above_its_attribution(kind: str) -> None:
    """At third hand a stop sets nothing; told by people familiar it does."""
    stop = like("C057", "X01", "2026-02-10", act="stop_test_and_orders", attribution=Attribution(kind))
    assert ask(beside(stop), line_of(), "2026-02-11").state == "conditional_approval"
    heard = dataclasses.replace(stop, attribution=Attribution("anonymous_sources", count=2))
    told = ask(beside(heard), line_of(), "2026-02-11")
    assert (told.state, told.may_pass, told.rests_on_reported) == ("stop_orders", NO, True)


def test_a_new_block_of_the_product_reaches_everyone_again() -> None:
    """After the approvals a later block stands for firms with and without a name, until somebody is let through."""
    block = like("C046", "X01", "2026-03-01")
    for buyer in ("Alibaba", "Baidu"):
        told = ask(beside(block), line_of(buyer), "2026-03-02")
        assert (told.state, told.may_pass) == ("blocked_at_customs", NO)
    through = like("C053", "X02", "2026-03-05", subjects=("JD.com",))
    after = ask(beside(block, through), line_of(), "2026-03-06")
    assert (after.state, after.may_pass) == ("conditional_approval", UNKNOWN)


def test_a_report_that_names_nobody_sets_the_class_state_only() -> None:
    """Without subjects and without the whole product, nobody is surely meant."""
    told = ask(beside(like("C040", "X01", "2026-02-10", subjects=())), line_of(), "2026-02-11")
    assert (told.state, told.class_state) == ("conditional_approval", "hold_orders")


def test_of_two_reports_of_one_instant_the_stricter_counts() -> None:
    """On one day approved and held: held."""
    base = beside(like("C056", "X01", "2026-02-10"), like("C040", "X02", "2026-02-10", subjects=("Alibaba",)))
    assert ask(base, line_of(), "2026-02-11").state == "hold_orders"


def test_later_replaces_and_does_not_delete() -> None:
    """What a later report replaces is still cited."""
    told = ask(BASE, line_of(), "2026-01-30")
    assert told.state == "conditional_approval"
    assert {"C033", "C046", "C053"} <= {one.claim for one in told.evidence}


def test_an_ambiguous_chip_is_shut_only_where_all_it_may_be_are() -> None:
    """H20 is stopped, the H200 was not yet spoken of: either is not known; both in one item do not pass."""
    line = line_of()
    assert ask(BASE, line, "2025-09-01", models=("H20",)).may_pass is NO
    assert ask(BASE, line, "2025-09-01", models=("H20", "H200")).may_pass is UNKNOWN
    both = line_of(item={"contains": [{"chip": "H20", "count": 4}, {"chip": "H200", "count": 4}]})
    assert ask(BASE, both, "2025-09-01", models=("H20", "H200")).may_pass is NO


def test_a_chip_that_nobody_knows_is_not_known() -> None:
    """Without a model nothing is known, and the chip is asked first."""
    told = ask(BASE, line_of(), "2026-01-14", models=())
    assert (told.state, told.may_pass, told.evidence) == ("none_known", UNKNOWN, ())
    assert told.missing[0].fact == "item.chip"


def test_supply_is_told_apart() -> None:
    """The part makers' halt, the stop of production and its restart are supply, and no evidence of the gate."""
    told = ask(BASE, line_of(), "2026-03-20")
    supply = {one.claim for one in told.supply}
    assert {"C048", "C069", "C068"} <= supply
    assert not supply & {one.claim for one in told.evidence}


def test_remarks_lay_figures_beside_the_line() -> None:
    """The reported cap of the US licences, and the interest that is no order, are held against the quantity."""
    above, below = (ask(BASE, line_of(quantity=number), "2026-05-31").remarks for number in (90_000, 75_000))
    assert any("75,000" in remark for remark in above)
    assert not any("75,000" in remark for remark in below)
    assert any("interest" in remark for remark in ask(BASE, line_of(quantity=200_000), "2026-01-24").remarks)


def test_a_wider_range_of_chips_is_asked_about() -> None:
    """The report on Nvidia chips in new data centres sets nothing for the H200, and says so."""
    told = ask(BASE, line_of("ByteDance"), "2025-12-01")
    assert told.state == "none_known"
    assert any("C026" in remark and "asked" in remark for remark in told.remarks)


def test_age_is_that_of_the_newest_evidence_on_chip_and_buyer() -> None:
    """For Alibaba on 2026-11-23 that is the digest of June; a rewrite of it in autumn is no news."""
    assert ask(BASE, line_of(), "2026-11-23").evidence_age_days == 175
    echo = like("C077", "X01", "2026-11-01", relations=(Relation("derives_from", "C077"),))
    assert ask(beside(echo), line_of(), "2026-11-23").evidence_age_days == 175


@settings(max_examples=150, deadline=None)
@given(BUYERS, MODELS, MOMENTS, CLAIMS, st.integers(min_value=0, max_value=30))
def test_a_rewrite_changes_no_answer_and_no_count(
    buyer: tuple[str, str | None], model: str, moment: datetime, name: str, days: int
) -> None:
    """A press rewrite of any claim, some days later, changes neither the answer nor the number of sources."""
    claim = BASE.claims[name]
    rewrite = dataclasses.replace(
        claim,
        id="X01",
        article=None,
        known_from=claim.known_from + timedelta(days=days),
        attribution=Attribution("press", name="another paper"),
        relations=(Relation("derives_from", name),),
    )
    base, line, known = beside(rewrite), line_of(*buyer), Known(instant=moment)
    before = weigh(BASE, line, (model,), moment.date(), known)
    after = weigh(base, line, (model,), moment.date(), known)
    for field in ("may_pass", "state", "class_state", "contested_by", "stale", "evidence_age_days", "split"):
        assert getattr(before, field) == getattr(after, field), field
    assert independent_sources([claim, rewrite]) == independent_sources([claim])


@settings(max_examples=100, deadline=None)
@given(BUYERS, MODELS, MOMENTS, st.integers(min_value=1, max_value=500))
def test_with_no_new_claim_time_changes_only_ages(
    buyer: tuple[str, str | None], model: str, moment: datetime, days: int
) -> None:
    """The same claims, known later: the same state and citations, older; an answer changes by staleness alone."""
    base, line = known_by(BASE.claims.values(), moment), line_of(*buyer)
    before = weigh(base, line, (model,), moment.date(), Known(instant=moment))
    after = weigh(base, line, (model,), moment.date(), Known(instant=moment + timedelta(days=days)))
    for field in ("state", "class_state", "contested_by", "official_confirmation", "parameters", "reported"):
        assert getattr(before, field) == getattr(after, field), field
    assert [one.claim for one in before.evidence] == [one.claim for one in after.evidence]
    assert all(one.age_days <= two.age_days for one, two in zip(before.evidence, after.evidence, strict=True))
    assert before.may_pass is after.may_pass or (after.stale and after.may_pass is UNKNOWN)


@settings(max_examples=150, deadline=None)
@given(
    BUYERS,
    MODELS,
    MOMENTS,
    st.sampled_from(["kind", "end_user", "state_funded", "percent_built", "notified_cii", "paper", "none"]),
    st.booleans(),
)
def test_filling_a_gap_never_flips(
    buyer: tuple[str, str | None],
    model: str,
    moment: datetime,
    gap: str,
    given_as: bool,  # noqa: FBT001
) -> None:
    """Kind, end user, site, notice or paper: with the same claims no answer turns from yes to no or back."""
    fields: dict[str, object] = {"end_user": None} if gap == "end_user" else {}
    before = line_of(buyer[0], None if gap == "kind" else buyer[1], **fields)
    match gap:
        case "kind":
            after = line_of(buyer[0], "university" if given_as else "state-owned enterprise")
        case "end_user":
            after = line_of(*buyer, end_user={"name": "a university", "kind": "university" if given_as else "military"})
        case "paper":
            after = line_of(*buyer, authorisation=[PAPER | {"issued": "2025-01-01"}])
        case "none":
            after = line_of(*buyer, authorisations="none")
        case "percent_built":
            after = line_of(*buyer, facts={"percent_built": 10 if given_as else 90})
        case _:
            after = line_of(*buyer, facts={gap: given_as})
    known = Known(instant=moment)
    answers = {weigh(BASE, line, (model,), moment.date(), known).may_pass for line in (before, after)}
    assert answers != {YES, NO}


def test_as_of_is_what_was_known() -> None:
    """The claims as of a day are those known by its end in Shanghai, the oldest first."""
    early, late = BASE.as_of(parse_known("2026-01-28T12:30:00+08:00")), BASE.as_of(parse_known("2026-01-29"))
    assert {"C053", "C054"} <= {claim.id for claim in early}
    assert not {"C056", "C057"} & {claim.id for claim in early}
    assert {"C056", "C057"} <= {claim.id for claim in late}
    assert [claim.known_from for claim in late] == sorted(claim.known_from for claim in late)
