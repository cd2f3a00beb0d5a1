"""A line's parties in the gates: unscreened is not known, a hit stands, old lists do not say no."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

import ecluse
from ecluse.dates import Known, parse_known
from ecluse.engine.data import as_data
from ecluse.errors import InputError
from ecluse.parties import ages, screen
from ecluse.parties.cleared import Cleared, read_cleared
from tests.parties import made

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.decision import Decision
    from ecluse.parties.screen import Screener

LOCK = ecluse.build()
ON = dt.date(2026, 8, 5)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    """The made lists of 2026-07-31."""
    path = tmp_path_factory.mktemp("lists") / "joined-2026-07-31.jsonl"
    path.write_text(made.JOINED, encoding="utf-8")
    return screen.lists(path)


def decided(lists: Screener | None, buyer: dict[str, Any], on: dt.date = ON, known: Known | None = None,
            cleared: tuple[Cleared, ...] = (), **more: Any) -> Decision:  # noqa: ANN401 - fields of a line  # fmt: skip
    """A line to Germany with nothing else in its way, decided with its parties screened."""
    facts = {"other_controls_cleared": True} | more.pop("facts", {})
    line = {
        "item": {"chip": "A10"}, "quantity": 1, "origin": "US", "destination": "DE",
        "seller": {"name": "NVIDIA Corporation", "country": "US", "headquarters": "US"},
        "buyer": {"country": "DE", "headquarters": "DE", "ultimate_parent": {"headquarters": "DE"}} | buyer,
        "end_user": {"same_as": "buyer"}, "facts": facts,
    } | more  # fmt: skip
    day = known or Known(day=on)
    return ecluse.decide(ecluse.read_line(line, LOCK), LOCK, on=on, known=day, lists=lists, cleared=cleared)


def by_party(decision: Decision) -> str:
    """Whether the parties ask a licence."""
    assert decision.exporter.licence is not None
    return decision.exporter.licence.limbs["by_party"].value


def policy(decision: Decision) -> str | None:
    """The review policy reported."""
    assert decision.exporter.licence is not None
    return decision.exporter.licence.policy


def test_unscreened_is_not_known_and_screened_is_no(lists: Screener) -> None:
    """Without lists nobody knows; a complete screen without hits is no, for the lists and the day named."""
    assert by_party(decided(None, {"name": "Gerber Werke AG"})) == "unknown"
    done = decided(lists, {"name": "Gerber Werke AG"})
    assert by_party(done) == "no"
    assert done.may_pass is ecluse.YES
    assert done.screening is not None
    assert done.screening.lists == dt.date(2026, 7, 31)
    assert done.digests["lists"] == lists.digest


def test_a_hit_makes_the_entrys_own_requirement_and_policy_apply(lists: Screener) -> None:
    """The Entity List entry asks its licence, under its review policy, with its footnote."""
    done = decided(lists, {"name": "Muster Chip Works Co., Ltd.", "country": "CN"})
    assert by_party(done) == "yes"
    assert policy(done) == "presumption_of_denial"
    asked = decided(lists, {"name": "MCW", "country": "CN"}, kind="reexport", origin="SG", facts={"fdp_product": True})
    scope = {step.provision: step.answer.value for step in asked.exporter.steps}
    assert scope["us.734-9.e"] == "yes"


@pytest.mark.parametrize(
    "name", ["Jane Deniedson", "Harbour Aircraft Factory", "KUZNETSOV HOLDING OOO", "Perez Maritima"]
)
def test_every_list_that_asks_a_licence_counts(lists: Screener, name: str) -> None:
    """Denied persons, military end users, SDNs of any programme."""
    assert by_party(decided(lists, {"name": name, "country": "CN"})) == "yes"


def test_the_unverified_list_asks_no_licence_but_care(lists: Screener) -> None:
    """No requirement by party; a red flag, and no exception."""
    done = decided(lists, {"name": "Unseen Trading Limited", "country": "HK"})
    assert by_party(done) == "no"
    assert any("Unverified List" in flag for flag in done.exporter.red_flags)
    assert done.may_pass is ecluse.UNKNOWN


def test_other_lists_are_told_and_do_not_weigh(lists: Screener) -> None:
    """The military-industrial companies list forbids securities, not chips."""
    done = decided(lists, {"name": "Great Wall Muster Holdings", "country": "CN"})
    assert by_party(done) == "no"
    assert done.screening is not None
    assert any("Military-Industrial" in note for note in done.screening.notes)


def test_a_line_that_denies_a_hit_is_not_believed(lists: Screener) -> None:
    """False on the line does not undo a hit that stands, and the answer says so."""
    done = decided(lists, {"name": "Muster Chip Works", "country": "CN"}, facts={"restricted_party": False})
    assert by_party(done) == "yes"
    assert done.screening is not None
    assert any("stands until a person clears it" in note for note in done.screening.notes)
    held = decided(lists, {"name": "Gerber Werke AG"}, facts={"restricted_party": True})
    assert by_party(held) == "yes"


def test_a_near_name_is_not_known_until_cleared(lists: Screener, tmp_path: Path) -> None:
    """A grey hit leaves the answer open; a person's judgement settles it, and expires when the entry changes."""
    name = "Muster Chip"
    grey = decided(lists, {"name": name, "country": "CN"})
    assert grey.screening is not None
    (hit, *_) = next(one for one in grey.screening.parties if one.role == "buyer").hits
    assert hit.band == "grey"
    assert by_party(grey) == "unknown"
    path = tmp_path / "cleared.toml"
    text = f'[[cleared]]\nname = "{name}"\nentry = "{hit.entry}"\ndigest = "{hit.digest[:16]}"\nby = "A. Person"\non = 2026-08-01\nwhy = "another address"\n'  # noqa: E501
    path.write_text(text, encoding="utf-8")
    settled = decided(lists, {"name": name, "country": "CN"}, cleared=read_cleared([path]))
    assert by_party(settled) == "no"
    assert settled.screening is not None
    assert "A. Person on 2026-08-01: another address" in str(as_data(settled)["screening"])
    early = decided(lists, {"name": name, "country": "CN"}, on=dt.date(2026, 7, 31), cleared=read_cleared([path]))
    assert by_party(early) == "unknown"
    path.write_text(text.replace(hit.digest[:16], "0123456789abcdef"), encoding="utf-8")
    expired = decided(lists, {"name": name, "country": "CN"}, cleared=read_cleared([path]))
    assert by_party(expired) == "unknown"
    assert "expired" in str(as_data(expired)["screening"])


def test_a_decided_hit_can_be_cleared_too(lists: Screener) -> None:
    """What a person clears does not weigh, whatever its band."""
    entry = lists.screen("Muster Chip Works")[0].entry
    judged = Cleared("Muster Chip Works", entry.id, entry.digest, "A. Person", dt.date(2026, 8, 1), "another firm")
    done = decided(lists, {"name": "Muster Chip Works", "country": "CN"}, cleared=(judged,))
    assert by_party(done) == "no"
    other = dataclasses.replace(judged, name="Somebody else")
    assert by_party(decided(lists, {"name": "Muster Chip Works", "country": "CN"}, cleared=(other,))) == "yes"


BAD_CLEARED = {
    '[[cleared]]\nname = "A"\n': "digest is missing",
    '[[cleared]]\nname = "A"\nentry = "x"\ndigest = "short"\n': "first 16 figures",
    '[[cleared]]\nname = "A"\nentry = "x"\ndigest = "0123456789abcdef"\nby = "B"\nwhy = "C"\n': "on which day",
    '[[cleared]]\nname = "A"\nentry = "x"\ndigest = "0123456789abcdef"\nby = "B"\nwhy = "C"\n'
    'on = 2026-01-01\nbecause = "D"\n': "because is not a field",
}


@pytest.mark.parametrize("text", BAD_CLEARED)
def test_a_judgement_without_its_parts_is_refused(tmp_path: Path, text: str) -> None:
    """Who, when, why and for which reading of the entry: each is needed."""
    path = tmp_path / "cleared.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=BAD_CLEARED[text]):
        read_cleared([path])


def test_old_lists_do_not_say_no(lists: Screener) -> None:
    """Past the declared age, before or after, nobody is known to be unlisted; the age is told."""
    for on in (dt.date(2026, 7, 31) + dt.timedelta(ages.STALE_AFTER_DAYS + 1), dt.date(2026, 1, 24)):
        done = decided(lists, {"name": "Gerber Werke AG"}, on=on)
        assert by_party(done) == "unknown"
        assert done.screening is not None
        assert done.screening.stale
    fresh = decided(lists, {"name": "Gerber Werke AG"}, on=dt.date(2026, 7, 31) + dt.timedelta(ages.STALE_AFTER_DAYS))
    assert by_party(fresh) == "no"


def test_a_later_list_does_not_speak_of_an_earlier_day(lists: Screener) -> None:
    """Who was listed in 2023 the lists of 2026 tell only where the entry's own date does."""
    for year, expected in ((2023, "unknown"), (2024, "unknown"), (2025, "yes")):
        done = decided(lists, {"name": "Muster Chip Works", "country": "CN"}, on=dt.date(year, 6, 1))
        # In 2023 the entry itself did not stand: but others may have, that stand no more.
        assert by_party(done) == expected, year
    known = decided(lists, {"name": "Muster Chip Works", "country": "CN"}, known=parse_known("2023-06-01"))
    assert by_party(known) != "yes"
    assert by_party(decided(lists, {"name": "Jane Deniedson"}, on=dt.date(2023, 6, 1))) == "yes"
    assert by_party(decided(lists, {"name": "Perez Maritima"}, on=dt.date(2023, 6, 1))) == "unknown"


def test_lists_that_lack_one_do_not_say_no(tmp_path: Path) -> None:
    """A screen against the Entity List alone is not complete."""
    path = tmp_path / "one-2026-07-31.jsonl"
    path.write_text(made.JOINED.splitlines()[0], encoding="utf-8")
    done = decided(screen.lists(path), {"name": "Gerber Werke AG"})
    assert by_party(done) == "unknown"
    assert done.screening is not None
    assert any("lack DPL, MEU, SDN, UVL" in note for note in done.screening.notes)


def test_a_party_that_is_not_named_is_not_known(lists: Screener) -> None:
    """A nameless buyer, or no end user at all: not known; a listed consignee or intermediate counts."""
    assert by_party(decided(lists, {})) == "unknown"
    assert by_party(decided(lists, {"name": "Gerber Werke AG"}, end_user={})) == "unknown"
    for more in ({"consignee": {"name": "MCW", "country": "CN"}}, {"intermediate": [{"name": "MCW", "country": "CN"}]}):
        assert by_party(decided(lists, {"name": "Gerber Werke AG"}, **more)) == "yes"
    seller = {"name": "Jane Deniedson", "country": "US", "headquarters": "US"}
    assert by_party(decided(lists, {"name": "Gerber Werke AG"}, seller=seller)) == "yes"


def owned(lists: Screener, owners: list[dict[str, Any]], on: dt.date) -> Decision:
    """A buyer with owners, on a day."""
    late = dataclasses.replace(lists, date=on)
    return decided(late, {"name": "Gerber Werke AG", "owners": owners}, on=on)


def test_owners_are_screened_for_the_affiliates_rule(lists: Screener) -> None:
    """Half by a listed owner: at first a licence; suspended a flag; from 2026-11-10 nobody knows."""
    half = [{"name": "Muster Chip Works", "headquarters": "CN", "percent": 50}]
    assert by_party(owned(lists, half, dt.date(2025, 10, 10))) == "yes"
    suspended = owned(lists, half, dt.date(2026, 8, 5))
    assert by_party(suspended) == "no"
    assert any("own half or more" in flag for flag in suspended.exporter.red_flags)
    assert by_party(owned(lists, half, dt.date(2026, 11, 20))) == "unknown"


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ([{"name": "Unseen Trading Limited", "percent": 90}], "no"),
        ([{"name": "Great Wall Muster Holdings", "percent": 90}], "no"),
        ([{"name": "MCW", "percent": 30}, {"name": "Harbour Aircraft Factory", "percent": 20}], "yes"),
        ([{"name": "MCW", "percent": 49}], "no"),
        ([{"name": "MCW"}], "unknown"),
        ([{"name": "MCW", "percent": {"at_least": 25, "at_most": 60}}], "unknown"),
        ([{"name": "MCW", "percent": 60, "listings": []}], "yes"),
        ([], "no"),
    ],
)
def test_owners_count_by_the_list_they_stand_on(lists: Screener, owners: list[dict[str, Any]], expected: str) -> None:
    """Entity List and military end users carry the rule, taken together; others do not; bounds stay open."""
    assert by_party(owned(lists, owners, dt.date(2025, 10, 10))) == expected


def test_property_of_blocked_persons_is_blocked(lists: Screener) -> None:
    """OFAC: half by SDNs of any programme blocks the buyer itself; less does not; an open share is not known."""
    on = dt.date(2026, 8, 5)
    for share, expected in ((50, "yes"), (49, "no"), ({"at_least": 25, "at_most": 60}, "unknown")):
        assert by_party(owned(lists, [{"name": "Perez Maritima", "percent": share}], on)) == expected


def test_a_listed_parent_is_a_flag_not_a_listing(lists: Screener) -> None:
    """Headquarters and ownership are two tests: a parent's listing is told, and what it owns is asked."""
    done = decided(lists, {"name": "Gerber Werke AG", "ultimate_parent": {"name": "MCW", "headquarters": "CN"}})
    assert by_party(done) == "no"
    assert any("ultimate parent" in flag for flag in done.exporter.red_flags)


def test_a_minority_is_a_flag(lists: Screener) -> None:
    """A listed owner of 30 percent is no requirement and calls for care."""
    done = owned(lists, [{"name": "MCW", "percent": 30}], dt.date(2025, 10, 10))
    assert any("30 %" in flag for flag in done.exporter.red_flags)


def test_the_memo_tells_the_screening(lists: Screener) -> None:
    """Hits, their lists, the age of the lists: in the memo and in the JSON."""
    done = decided(lists, {"name": "Muster Chip Works", "country": "CN"})
    text = ecluse.memo(done)
    assert "PARTIES, on the lists of 2026-07-31: restricted: yes." in text
    assert "csl-7" in text
    assert "5 days old" in text
    data: Any = as_data(done)["screening"]
    assert data["parties"][1]["hits"][0]["entry"] == "csl-7"
