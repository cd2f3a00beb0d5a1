"""Authorisations: what one covers, what several do together, and what reports say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ecluse import SourceError
from ecluse.bounds import exactly
from ecluse.dates import parse_day, parse_known
from ecluse.evidence import held, load
from ecluse.truth import NO, UNKNOWN, YES
from tests.evidence.made import BASE, PAPER, ask, line_of

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.evidence.papers import Held
    from ecluse.order import Line

NVIDIA = {"name": "NVIDIA Corporation"}


def exporter(line: Line, day: str, models: tuple[str, ...] = ("H200",)) -> Held:
    """Is a licence held for the exporter's gate?"""
    return held(BASE, line, parse_day(day), parse_known(day), "exporter", models)


def papers(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Papers like the one that covers the line, each changed."""
    return [PAPER | change for change in changes]


def test_the_reported_application_is_pending_until_licences_are_reported() -> None:
    """From 2026-01-23 an application is only pending; from 2026-02-25 on nobody knows."""
    line = line_of(seller=NVIDIA)
    assert exporter(line, "2026-01-22").application == "unknown"
    told = exporter(line, "2026-01-24")
    assert (told.truth, told.application) == (NO, "pending")
    assert "S16" in told.rests_on[0]
    assert exporter(line, "2026-02-24").application == "pending"
    after = exporter(line, "2026-02-26")
    assert (after.truth, after.application) == (UNKNOWN, "unknown")


def test_the_application_is_of_that_seller_chip_and_country() -> None:
    """Another seller, another chip, another country: nothing is known; an unnamed seller may be the applicant."""
    assert exporter(line_of(seller={"name": "A reseller"}), "2026-01-24").application == "unknown"
    assert exporter(line_of(seller=NVIDIA), "2026-01-24", ("H20",)).truth is UNKNOWN
    assert exporter(line_of(seller=NVIDIA, destination="SG"), "2026-01-24").truth is UNKNOWN
    assert exporter(line_of(), "2026-01-24").truth is UNKNOWN


def test_the_licences_reported_in_may_are_no_licence() -> None:
    """Ten buyers cleared for 75,000 each are a claim at third hand: whether one is held is not known."""
    assert exporter(line_of("Tencent", seller=NVIDIA), "2026-06-01").truth is UNKNOWN


def test_a_paper_for_another_chip_says_nothing_of_this_one() -> None:
    """A denial for the H20 is no denial for the H200, and no licence for it either."""
    own = papers({"gate": "exporter", "kind": "licence", "status": "denied", "items": ["H20"]})
    told = exporter(line_of(seller={"name": "A reseller"}, authorisation=own), "2026-01-24")
    assert (told.truth, told.application) == (UNKNOWN, "unknown")
    own[0]["items"] = ["H200"]
    told = exporter(line_of(seller={"name": "A reseller"}, authorisation=own), "2026-01-24")
    assert (told.truth, told.application) == (NO, "denied")


@pytest.mark.parametrize(
    ("items", "chip", "wanted"),
    [
        ("H200", "H200", YES),
        ("NVIDIA H200 Tensor Core GPU", "H200", YES),
        ("H200", "H200 NVL", YES),
        ("H200 NVL", "H200 NVL", YES),
        ("H200 NVL", "nvidia-h200-nvl-141gb", YES),
        ("H200 NVL", "H200", UNKNOWN),
        ("H200 SXM", "H200 NVL", UNKNOWN),
        ("H20", "H200", UNKNOWN),
        ("H2", "H200", UNKNOWN),
        ("H2000", "H200", UNKNOWN),
        ("GH200", "H200", UNKNOWN),
    ],
)
def test_one_variant_is_not_another(items: str, chip: str, wanted: object) -> None:
    """A paper opens the gate to the chips that it names, word for word and not letter by letter."""
    line = line_of(item={"chip": chip}, authorisation=papers({"items": [items]}))
    assert ask(BASE, line, "2026-01-24").may_pass is wanted


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, YES),
        ({"quantity": 9_999}, UNKNOWN),
        ({"shipped_so_far": 1}, UNKNOWN),
        ({"quantity": {"at_least": 10_000}}, YES),
        ({"quantity": {"at_most": 20_000}}, UNKNOWN),
        ({"uses": ["research"]}, UNKNOWN),
        ({"parties": ["Tencent"], "holder": "Tencent"}, UNKNOWN),
        ({"parties": []}, UNKNOWN),
        ({"issued": "2026-01-25"}, UNKNOWN),
        ({"expires": "2026-01-23"}, UNKNOWN),
        ({"expires": "2026-01-24"}, YES),
        ({"conditions": ["domestic purchases"]}, UNKNOWN),
        ({"conditions": ["domestic purchases"], "conditions_met": False}, UNKNOWN),
        ({"conditions": ["domestic purchases"], "conditions_met": True}, YES),
        ({"status": "pending"}, UNKNOWN),
        ({"status": "revoked"}, UNKNOWN),
        ({"kind": "other"}, UNKNOWN),
        ({"gate": "exporter", "kind": "licence"}, UNKNOWN),
        ({"destinations": ["HK"]}, UNKNOWN),
        ({"destinations": ["CN"]}, YES),
        ({"value": {"amount": "1.00", "currency": "USD"}}, UNKNOWN),
        ({"value": "as agreed"}, UNKNOWN),
    ],
)
def test_an_approval_opens_what_it_covers(change: dict[str, Any], wanted: object) -> None:
    """Each thing that a paper lacks, or says of something else, keeps the gate from opening."""
    line = line_of(authorisation=papers(change))
    told = ask(BASE, line, "2026-01-24")
    assert told.may_pass is wanted
    assert told.rests_on_reported is (wanted is UNKNOWN)


def test_a_part_covered_is_a_split() -> None:
    """Six thousand are covered by one paper, three by another, and a thousand by none."""
    line = line_of(authorisation=papers({"quantity": 6_000}, {"number": "I-2", "quantity": 3_000}))
    told = ask(BASE, line, "2026-01-24")
    assert told.may_pass is UNKNOWN
    parts = [(part.quantity, part.may_pass) for part in told.split]
    assert parts == [(exactly(6_000), YES), (exactly(3_000), YES), (exactly(1_000), UNKNOWN)]


def test_a_split_opens_nothing_that_is_reported_shut() -> None:
    """Under the block a part with a paper is not known, and the rest does not pass."""
    line = line_of(authorisation=papers({"quantity": 6_000, "issued": "2026-01-02"}))
    told = ask(BASE, line, "2026-01-15")
    assert told.may_pass is NO
    assert [part.may_pass for part in told.split] == [UNKNOWN, NO]


def test_a_paper_on_file_and_on_the_line_is_one(tmp_path: Path) -> None:
    """The same approval twice does not count twice; the copy with less left is believed."""
    file = tmp_path / "papers.toml"
    file.write_text(
        """\
[[authorisation]]
gate = "importer"
kind = "import approval"
status = "granted"
number = "I-1"
issued = 2026-01-20
expires = 2026-12-31
holder = "Alibaba"
parties = ["Alibaba"]
items = ["H200"]
quantity = 10000
shipped_so_far = 4000
uses = ["commercial cloud"]
""",
        encoding="utf-8",
    )
    base = load((file,))
    assert ask(base, line_of(quantity=6_000), "2026-01-24").may_pass is YES
    assert ask(base, line_of(quantity=6_001), "2026-01-24").may_pass is UNKNOWN
    assert ask(base, line_of(quantity=6_001, authorisation=papers({})), "2026-01-24").may_pass is UNKNOWN
    assert ask(base, line_of("Tencent", quantity=6_000), "2026-01-24").may_pass is UNKNOWN


def test_a_paper_may_not_rest_on_a_claim_that_is_none(tmp_path: Path) -> None:
    """A claim named by a paper must be one."""
    file = tmp_path / "papers.toml"
    file.write_text(
        '[[authorisation]]\ngate = "importer"\nkind = "import approval"\nstatus = "pending"\nclaim = "C999"\n',
        encoding="utf-8",
    )
    with pytest.raises(SourceError, match="C999"):
        load((file,))
