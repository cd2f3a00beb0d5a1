"""What an answer tells: the papers shown, the obligations that are open, why a gate is shut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import ecluse
from ecluse import lock
from ecluse.convoy.things import Ruling
from ecluse.dates import Known, parse_day, parse_known
from ecluse.engine.data import as_data
from ecluse.engine.explain import headline
from tests.convoy.made import KNOWN, TODAY, answers, checked, table_of

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.decision import Decision
    from ecluse.lock import Lock

CLEAR = dict.fromkeys(
    (
        *("military_end_use", "military_intelligence_end_use", "supercomputer_end_use", "advanced_node_end_use"),
        *("wmd_end_use", "restricted_party"),
    ),
    False,
) | {"other_controls_cleared": True, "red_flags_resolved": True}
VIETNAM = {
    "quantity": 10,
    "on": "2024-05-01",
    "origin": "US",
    "destination": "VN",
    "item": {"chip": "RTX 4090"},
    "use": "commercial cloud",
    "buyer": {"name": "Viet Co", "headquarters": "VN", "ultimate_parent": {"headquarters": "VN"}, "owners": []},
    "end_user": {"same_as": "buyer"},
    "facts": CLEAR,
}
CHINA = {
    "quantity": 100,
    "on": "2026-01-24",
    "origin": "US",
    "destination": "CN",
    "item": {"chip": "H200 SXM"},
    "use": "commercial cloud",
    "seller": {"name": "NVIDIA Corporation", "country": "US", "headquarters": "US", "owners": []},
    "buyer": {"name": "Alibaba Group", "country": "CN", "headquarters": "CN", "kind": "private company"},
    "end_user": {"same_as": "buyer"},
    "facts": CLEAR,
}
LICENCE = {
    "gate": "exporter",
    "kind": "licence",
    "status": "granted",
    "number": "ZZLIC77",
    "issued": "2026-01-02",
    "expires": "2026-12-31",
    "holder": "NVIDIA Corporation",
    "parties": ["Alibaba Group"],
    "items": ["H200"],
    "quantity": 1000,
    "uses": ["commercial cloud"],
    "document_sha256": "ab" * 32,
}
APPROVAL = LICENCE | {
    "gate": "importer",
    "kind": "import approval",
    "number": "IA-5",
    "holder": "Alibaba Group",
}


def asked(line: dict[str, Any], made: Lock | None = None, known: Known = KNOWN) -> tuple[Decision, dict[str, Any]]:
    """Decide a line, and give the decision as JSON too."""
    made = made or lock.build()
    decision = lock.decide(lock.read_line(line, made), made, known=known)
    return decision, json.loads(json.dumps(as_data(decision)))


def facts_of(gate: dict[str, Any]) -> list[str]:
    """The facts that a gate lacks, most decisive first."""
    return [row["fact"] for row in gate["missing"]]


def same_in_a_table(line: dict[str, Any], made: Lock | None = None) -> None:
    """A table answers the row as `check` does, in every column."""
    ruling = Ruling(made or lock.build(), TODAY, KNOWN)
    assert answers(table_of([line]), ruling) == [checked(line, made=made)]


def words(text: str) -> str:
    """The words of a memo without its line ends."""
    return " ".join(text.split())


def test_a_yes_names_the_papers_that_open_each_gate() -> None:
    """A licence and an import approval: number, days and digest, in JSON and in the memo, and first of all."""
    decision, data = asked(CHINA | {"authorisation": [LICENCE, APPROVAL]}, known=parse_known("2026-01-24"))
    assert data["may_pass"] == "yes"
    for papers, number in (
        (data["gates"]["exporter"]["licence"]["papers"], "ZZLIC77"),
        (data["gates"]["importer"]["papers"], "IA-5"),
    ):
        (paper,) = [one for one in papers if one["opens"]]
        assert (paper["number"], paper["covers"], paper["lacks"]) == (number, "yes", [])
        assert (paper["issued"], paper["expires"]) == ("2026-01-02", "2026-12-31")
        assert paper["document_sha256"] == "ab" * 32
    assert headline(decision) == "Yes: licence ZZLIC77 covers the line, and import approval IA-5 opens China's gate."
    for text in (ecluse.memo(decision), ecluse.short(decision)):
        told = words(text)
        assert "Licence ZZLIC77, issued 2026-01-02, expires 2026-12-31, document abababababab" in told
        assert "Import approval IA-5, issued 2026-01-02, expires 2026-12-31, document abababababab" in told


SHORT = [
    ({"uses": []}, "use", "unknown", "authorisation.uses", "its uses are not stated, so whether it covers 'commercial"),
    ({"uses": ["research"]}, "use", "no", None, "it allows research, not 'commercial cloud'"),
    ({"expires": "2026-01-20"}, "expires", "no", None, "it expired on 2026-01-20"),
    ({"expires": None}, "expires", "unknown", "authorisation.expires", "its last day is not stated"),
    ({"issued": None}, "issued", "unknown", "authorisation.issued", "its day of issue is not stated"),
    ({"issued": "2026-01-25"}, "issued", "no", None, "it was issued on 2026-01-25, after"),
    (
        {"parties": ["Tencent"], "holder": None},
        "parties",
        "no",
        None,
        "it does not name the buyer and end user, Alibaba Group",
    ),
    ({"parties": []}, "parties", "unknown", "authorisation.parties", "its parties are not stated"),
    ({"items": ["H20"]}, "item", "no", None, "it names H20, not H200"),
    ({"items": []}, "item", "unknown", "authorisation.items", "its items are not stated"),
    ({"quantity": 40}, "quantity", "no", None, "it is for 40, and the line needs 100"),
    ({"quantity": None}, "quantity", "unknown", "authorisation.quantity", "its quantity is not stated"),
    ({"shipped_so_far": 950}, "quantity", "no", None, "50 are left of it, and the line needs 100"),
    ({"value": {"amount": "1.00", "currency": "USD"}}, "value", "unknown", "unit_price", "in USD is not stated"),
    ({"conditions": ["audit"]}, "conditions", "unknown", "authorisation.conditions_met", "not stated (audit)"),
    ({"conditions": ["audit"], "conditions_met": False}, "conditions", "no", None, "conditions are not met (audit)"),
    ({"destinations": ["DE"]}, "destination", "no", None, "it is for DE, not CN"),
    ({"status": "pending"}, "status", "no", None, "it is pending, not granted"),
    ({"status": "applied"}, "status", "no", None, "it is applied for, not granted"),
    ({"status": "denied"}, "status", "no", None, "it was denied"),
    ({"status": "revoked"}, "status", "no", None, "it was revoked"),
    ({"kind": "end-user statement"}, "kind", "no", None, "does not open this gate"),
]


@pytest.mark.parametrize(("paper", "other"), [(LICENCE, "authorisations"), (APPROVAL, "import_approval")])
@pytest.mark.parametrize(("change", "element", "answer", "fact", "why"), SHORT)
def test_a_paper_that_does_not_cover_the_line_says_why(
    paper: dict[str, Any], other: str, change: dict[str, Any], element: str, answer: str, fact: str | None, why: str
) -> None:
    """The element that fails or is not known, in JSON and memo; and the fact that would settle it is asked."""
    own = {key: value for key, value in (paper | change).items() if value is not None}
    line = CHINA | {"authorisation": [own]}
    decision, data = asked(line, known=parse_known("2026-01-24"))
    gates = data["gates"]
    papers = gates["exporter"]["licence"]["papers"] if paper is LICENCE else gates["importer"]["papers"]
    (told,) = [one for one in papers if one["number"] == paper["number"]]
    assert (told["covers"], told["opens"]) == (answer, False)
    (lack,) = told["lacks"]
    assert (lack["element"], lack["answer"], lack["fact"] or None) == (element, answer, fact)
    assert why in lack["why"]
    assert "{" not in lack["ask"]
    assert lack["why"] in words(ecluse.memo(decision))
    gate = gates[paper["gate"]]
    if fact is not None:
        assert facts_of(gate)[0] == fact
        assert paper["number"] in gate["missing"][0]["ask"] or fact == "unit_price"
        assert other not in facts_of(gate)
    elif gate["may_pass"] == "unknown" and own["status"] == "granted" and element != "kind":
        (row,) = [row for row in gate["missing"] if row["fact"] == other]
        assert paper["number"] in row["ask"]
        assert why in row["ask"]
    same_in_a_table(line)


def test_a_licence_of_another_holder_says_so() -> None:
    """The seller is not the holder."""
    decision, data = asked(CHINA | {"authorisation": [LICENCE | {"holder": "A reseller"}]})
    (paper,) = [one for one in data["gates"]["exporter"]["licence"]["papers"] if one["number"]]
    assert [one["why"] for one in paper["lacks"]] == ["it is held by A reseller, not by the seller, NVIDIA Corporation"]
    assert "ZZLIC77 does not cover the line (it is held by A reseller" in headline(decision)


def test_a_paper_undone_by_another_record_says_so() -> None:
    """A licence granted and, by the same number, revoked."""
    _, data = asked(CHINA | {"authorisation": [LICENCE, LICENCE | {"status": "revoked"}]})
    papers = [one for one in data["gates"]["exporter"]["licence"]["papers"] if one["number"]]
    assert [one["lacks"][0]["why"] for one in papers] == [
        "it was revoked, as another record of it says",
        "it was revoked",
    ]


def test_several_open_elements_are_asked_together() -> None:
    """Neither uses nor parties: each is asked, none is said to open the gate alone."""
    own = {key: value for key, value in LICENCE.items() if key not in ("uses", "parties")}
    line = CHINA | {"authorisation": [own]}
    _, data = asked(line)
    first, second = data["gates"]["exporter"]["missing"][:2]
    assert {first["fact"], second["fact"]} == {"authorisation.uses", "authorisation.parties"}
    assert first["would_settle"].startswith("together with ")
    same_in_a_table(line)


@pytest.mark.parametrize("held", [None, False])
def test_an_open_exception_asks_its_obligations(held: bool | None) -> None:  # noqa: FBT001 - a fact
    """ACA is open and nothing is held: the purchase order settles the gate, not known or not yet held."""
    stated = {} if held is None else {"purchase_order_held": held}
    line = VIETNAM | {"authorisations": "none", "facts": CLEAR | stated}
    decision, data = asked(line)
    gate = data["gates"]["exporter"]
    assert gate["may_pass"] == "unknown"
    assert [(row["fact"], row["would_settle"]) for row in gate["missing"]] == [
        ("purchase_order_held", "yes: the gate answers yes")
    ]
    assert headline(decision) == (
        "Not known: licence needed, none held; exception ACA is open, its obligations are not shown as met. "
        "It hangs on purchase_order_held."
    )
    same_in_a_table(line)
    after, data = asked(line | {"facts": CLEAR | {"purchase_order_held": True}})
    assert (data["may_pass"], data["gates"]["exporter"]["missing"]) == ("yes", [])
    assert headline(after).startswith("Yes: exception ACA stands in for a licence")
    (row,) = [row for row in data["gates"]["exporter"]["exceptions"] if row["id"] == "ACA"]
    assert row["obligations_met"] == "yes"


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        ({}, ["notification_confirmed", "notification_filed_on", "purchase_order_held"]),
        ({"purchase_order_held": True, "notification_confirmed": True}, ["notification_filed_on"]),
        (
            {"purchase_order_held": True, "notification_confirmed": True, "notification_filed_on": "2024-04-30"},
            ["notification_filed_on"],
        ),
        ({"purchase_order_held": True, "notification_filed_on": "2024-04-01"}, ["notification_confirmed"]),
    ],
)
def test_every_obligation_of_an_exception_is_asked(stated: dict[str, Any], wanted: list[str]) -> None:
    """NAC to China wants an order, a notice of 25 days and its confirmation; what is not met is asked first."""
    line = VIETNAM | {"destination": "CN", "authorisations": "none", "facts": CLEAR | stated}
    _, data = asked(line)
    gate = data["gates"]["exporter"]
    assert facts_of(gate)[: len(wanted)] == wanted
    alone = "the gate answers yes" in gate["missing"][0]["would_settle"]
    assert alone is (len(wanted) == 1)
    same_in_a_table(line)


def test_what_opens_the_gate_by_itself_is_asked_first() -> None:
    """A licence shown may open the gate; so may the purchase order; the rest comes behind."""
    own = {key: value for key, value in LICENCE.items() if key != "uses"}
    own |= {"items": ["RTX 4090"], "parties": ["Viet Co"], "issued": "2024-01-02"}
    line = VIETNAM | {"authorisation": [own]}
    _, data = asked(line)
    assert facts_of(data["gates"]["exporter"])[:2] == ["authorisation.uses", "purchase_order_held"]
    same_in_a_table(line)


def test_an_open_gate_lacks_nothing() -> None:
    """Once a licence covers the line, no further fact can turn that gate's answer; in a table either."""
    line = CHINA | {"authorisation": [LICENCE], "facts": {}}
    _, data = asked(line)
    gate = data["gates"]["exporter"]
    assert (gate["may_pass"], gate["missing"]) == ("yes", [])
    same_in_a_table(line)
    free = VIETNAM | {"destination": "DE", "item": {"chip": "T4"}}
    _, data = asked(free)
    assert (data["may_pass"], data["gates"]["exporter"]["missing"]) == ("yes", [])
    same_in_a_table(free)


HOUSE = """
id = "us.house.no-shipment"
title = "House rule: nothing ships to {place}"
gate = "exporter"
kind = "prohibition"

[[version]]
text = {{ from = 2020-01-01 }}
known = 2020-01-01
level = "V1"
when = "destination == '{place}'"
cite = ["House rule 7"]
"""


@pytest.mark.parametrize("place", ["DE", "SG"])
def test_a_house_prohibition_says_what_it_is(place: str, tmp_path: Path) -> None:
    """The no names the house rule, speaks of no embargo, and rests on no text left unenforced."""
    (tmp_path / "house.toml").write_text(HOUSE.format(place=place), encoding="utf-8")
    made = lock.build((tmp_path,))
    line = VIETNAM | {"destination": place, "item": {"chip": "H100 SXM"}, "on": "2026-01-24"}
    decision, data = asked(line, made)
    assert headline(decision) == f"No: House rule: nothing ships to {place}."
    gate = data["gates"]["exporter"]
    assert not [remark for remark in gate["remarks"] if "embargo" in remark]
    assert data["depends_on_non_enforcement"] is False
    same_in_a_table(line, made)


def test_an_embargo_is_named_and_remarked() -> None:
    """General Prohibition Six."""
    decision, data = asked(VIETNAM | {"destination": "IR"})
    assert headline(decision).startswith("No: General Prohibition Six")
    assert any("embargoed" in remark for remark in data["gates"]["exporter"]["remarks"])


@pytest.mark.parametrize("act", ["prepare", "negotiate", "order"])
def test_an_earlier_act_keeps_the_keys_of_a_gate(act: str) -> None:
    """The exporter's gate does not ask: its keys are there, null or empty, and the answer for shipment lies ahead."""
    _, data = asked(CHINA | {"act": act, "authorisation": [LICENCE]})
    _, whole = asked(CHINA | {"authorisation": [LICENCE]})
    gate, full = data["gates"]["exporter"], whole["gates"]["exporter"]
    assert set(gate) == set(full) == set(gate["ahead"])
    for key in ("exceptions", "tariffs", "red_flags", "remarks", "steps", "missing", "split"):
        assert gate[key] == []
    assert (gate["licence"], gate["prohibited"], gate["may_pass"]) == (None, None, None)
    assert gate["ahead"]["licence"] == full["licence"]


def test_the_day_of_a_paper_is_held_against_the_day_that_rules() -> None:
    """`--on` moves the line, and the licence is out of date by then."""
    made = lock.build()
    line = lock.read_line(CHINA | {"authorisation": [LICENCE]}, made)
    decision = lock.decide(line, made, on=parse_day("2027-01-01"), known=KNOWN)
    assert "licence ZZLIC77 does not cover the line (it expired on 2026-12-31)" in headline(decision)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, "no approval shown opens China's gate (as reported: approved in principle only)"),
        ({"expires": "2026-01-20"}, "import approval IA-5 does not cover the line (it expired on 2026-01-20), and"),
        ({"uses": []}, "import approval IA-5 may cover the line, but its uses are not stated"),
    ],
)
def test_the_first_sentence_says_why_chinas_gate_is_open_to_doubt(change: dict[str, Any], wanted: str) -> None:
    """The licence covers the line; what China's gate lacks is said before the facts it hangs on."""
    papers = [LICENCE, *([APPROVAL | change] if change else [])]
    decision, data = asked(CHINA | {"authorisation": papers}, known=parse_known("2026-01-24"))
    assert data["binding_gate"] == "importer"
    assert headline(decision).startswith(f"Not known: {wanted}")


def test_an_approval_against_a_report_that_the_gate_is_shut_is_told() -> None:
    """Paper against report: neither yes nor no."""
    line = CHINA | {"on": "2026-01-14", "authorisation": [LICENCE, APPROVAL]}
    decision, _ = asked(line, known=parse_known("2026-01-14"))
    assert headline(decision).startswith(
        "Not known: import approval IA-5 covers the line, and does not open China's gate by itself (blocked at customs)"
    )


def test_a_red_flag_is_told_once_and_asked_first() -> None:
    """What was seen, without the duty to inquire told as another flag; a licence alone no longer opens the gate."""
    flagged = {"red_flags": ["no website"]} | {key: CLEAR[key] for key in CLEAR if key != "red_flags_resolved"}
    line = VIETNAM | {"facts": flagged}
    decision, data = asked(line)
    assert data["gates"]["exporter"]["red_flags"] == ["no website"]
    assert "a red flag is not resolved" in headline(decision)
    (row,) = [row for row in data["gates"]["exporter"]["missing"] if row["fact"] == "authorisations"]
    assert "asks for more" in row["would_settle"]
    same_in_a_table(line)


def test_a_paper_for_one_chip_of_several_names_the_other() -> None:
    """A server of two chips; the licence names one."""
    item = {"form": "server", "contains": [{"chip": "H200 SXM", "count": 8}, {"chip": "L4", "count": 1}]}
    decision, _ = asked(CHINA | {"item": item, "authorisation": [LICENCE]})
    assert "it names H200, not L4" in headline(decision)


def test_every_memo_says_how_far_the_sources_of_its_law_were_read() -> None:
    """Also of an answer that no provision decides."""
    decision, data = asked(VIETNAM | {"destination": "DE", "item": {"chip": "T4"}})
    seen = data["gates"]["exporter"]["law_seen_to"]
    assert seen == lock.build().library.horizon.isoformat()
    assert f"from sources read up to {seen}" in ecluse.memo(decision)


def test_a_paper_for_another_chip_leaves_the_question_where_it_was() -> None:
    """Where nobody knows whether a licence is needed, whether one is held is one question of several."""
    stated = {key: value for key, value in CLEAR.items() if key != "other_controls_cleared"}
    line = VIETNAM | {"item": {"chip": "T4"}, "facts": stated, "authorisation": [LICENCE]}
    _, data = asked(line)
    gate = data["gates"]["exporter"]
    assert gate["licence"]["required"] == "unknown"
    assert facts_of(gate)[:2] == ["other_controls_cleared", "authorisations"]
    assert "ZZLIC77" in gate["missing"][1]["ask"]
    same_in_a_table(line)
