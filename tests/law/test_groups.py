"""Country groups of each date, against the lists as read from the regulation of 2026-07-23."""

from __future__ import annotations

import datetime as dt

import pytest

from ecluse import law
from ecluse.dates import Known

KNOWN = Known(day=dt.date(2026, 11, 1))
# Supplement no. 1 to part 740 as it stood on 2026-07-23 (machine-parsed from the eCFR by a third party).
SNAPSHOT = {
    "A5": "AE AR AT AU BE BG CA CH CZ DE DK EE ES FI FR GB GR HR HU IE IN IS IT JP KR LT LU LV NL NO NZ PL PT RO SE SI"
    " SK TR",
    "A6": "AL CY IL MT MX SG TW ZA",
    "D1": "AM AZ BY CN GE IQ KG KH KP KZ LA LY MD MM MN MO NI RU TJ TM UZ VE VN YE",
    "D4": "BH BY CN EG IL IQ IR JO KP KW LB LY MO OM PK QA RU SA SY VE YE",
    "D5": "AF BY CD CF CN CU ER HT IQ IR KP LB LY MM NI RU SD SO SS SY VE ZW",
    "E1": "IR KP SY",
    "E2": "CU",
}
# D:1, D:4 and D:5 without A:5 and A:6.
OUTSIDE = (
    "AF AM AZ BH BY CD CF CN CU EG ER GE HT IQ IR JO KG KH KP KW KZ LA LB LY MD MM MN MO NI OM PK QA RU SA SD SO SS"
    " SY TJ TM UZ VE VN YE ZW"
)
# What the dated changes make of it on other days: group, day, who is in beside the snapshot, who is out.
TURNS = [
    ("D5", "2026-02-03", set(), set()),
    ("D5", "2026-02-02", {"KH"}, set()),
    ("D5", "2024-03-14", {"KH"}, {"NI"}),
    ("D5", "2024-03-15", {"KH"}, set()),
    ("D1", "2024-03-14", set(), {"NI"}),
    ("A5", "2026-07-09", set(), {"AE"}),
    ("A5", "2026-07-10", set(), set()),
    ("D4", "2026-07-09", {"AE"}, set()),
    ("D4", "2026-07-10", set(), set()),
]


def members(name: str, day: str) -> tuple[set[str], set[str]]:
    """Who is in a group on a day, and who perhaps is; Hong Kong apart, which is treated as China."""
    group = law.load().on(dt.date.fromisoformat(day), KNOWN).groups[name]
    return set(group.members) - {"HK"}, set(group.perhaps) - {"HK"}


@pytest.mark.parametrize("name", SNAPSHOT)
def test_the_snapshot(name: str) -> None:
    """Each list of 2026-07-23, member for member."""
    assert members(name, "2026-07-23")[0] == set(SNAPSHOT[name].split())


@pytest.mark.parametrize(("name", "day", "also", "gone"), TURNS)
def test_the_turns(name: str, day: str, also: set[str], gone: set[str]) -> None:
    """Cambodia, Nicaragua and the United Arab Emirates change sides on their days."""
    inside, perhaps = members(name, day)
    assert (inside | perhaps) - {"CY"} == (set(SNAPSHOT[name].split()) | also) - gone


def test_cyprus_left_between_days_that_are_known() -> None:
    """In D:5 at the start, printed out on 2024-05-30; between, and after State's suspension ends, perhaps."""
    assert "CY" in members("D5", "2023-09-30")[0]
    for day in ("2023-11-17", "2024-05-29", "2026-10-01"):
        assert "CY" in members("D5", day)[1], day
    for day in ("2024-05-30", "2025-06-01", "2026-07-23", "2026-09-30"):
        assert "CY" not in members("D5", day)[0] | members("D5", day)[1], day


def test_macau_stands_in_d1_and_d4_but_not_in_d5() -> None:
    """Every test of D:5 has to name Macau itself."""
    for day in ("2023-11-17", "2026-07-23"):
        assert "MO" in members("D1", day)[0] & members("D4", day)[0]
        assert "MO" not in members("D5", day)[0] | members("D5", day)[1]


def test_the_destinations_of_b_items() -> None:
    """D:1, D:4 and D:5 without A:5 and A:6; Israel drops out; 45 of them on 2026-07-23."""
    own = OUTSIDE.split()
    assert len(own) == 45
    assert members("S", "2026-07-23")[0] == set(own)
    assert "AE" in members("S", "2026-07-09")[0]
    assert "KH" in members("S", "2026-02-03")[0]
