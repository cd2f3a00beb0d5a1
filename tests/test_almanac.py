"""What became known when, from the law and from claims."""

from __future__ import annotations

import datetime as dt

import pytest

from ecluse import InputError, almanac, build
from ecluse.dates import parse_known

LATE = parse_known("2026-09-25")


def test_law_versions_are_events_of_the_day_they_were_known() -> None:
    """Every provision and day once, with cite and level; nothing before it was known."""
    found = almanac.from_law(build(), LATE)
    assert len({(one.id, one.day) for one in found}) == len(found)
    h200 = [one for one in found if one.id == "us.review.h200"]
    assert [one.day for one in h200] == [dt.date(2026, 1, 13)]
    assert all(one.cite and one.level in ("V1", "V2", "V3") and one.source == "law" for one in found)
    wanted = {(one.id, each.known) for one in build().library.provisions for each in one.versions}
    assert {(one.id, one.day) for one in found} == {row for row in wanted if row[1] <= dt.date(2026, 9, 25)}
    before = almanac.from_law(build(), parse_known("2026-01-12"))
    assert "us.review.h200" not in {one.id for one in before}
    assert {(one.id, one.day) for one in before} == {
        (one.id, one.day) for one in found if one.day and one.day <= dt.date(2026, 1, 12)
    }


def test_claims_are_events_of_their_instant_or_day() -> None:
    """An instant stays one; a month has no session and is no event; a report of a move is observed, not studied."""
    found = {one.id: one for one in almanac.from_claims(build(), LATE)}
    claims = build().evidence.claims
    for one in claims.values():
        if len(one.reported) == len("2026-05"):
            assert one.id not in found
        elif "T" in one.reported:
            assert found[one.id].instant == one.known_from
            assert found[one.id].day is None
        else:
            assert str(found[one.id].day) == one.reported
            assert found[one.id].instant is None
    assert {one.id for one in found.values() if one.instant}
    assert [one.id for one in found.values() if one.observed] == ["C078"]
    assert "C053" not in {one.id for one in almanac.from_claims(build(), parse_known("2026-01-22"))}


def test_named() -> None:
    """By id, with every day of a provision; an unknown one is refused with the nearest; a price move too."""
    both = almanac.from_law(build(), LATE) + almanac.from_claims(build(), LATE)
    assert {one.id for one in almanac.named(both, ["C053", "us.review.h200"])} == {"C053", "us.review.h200"}
    with pytest.raises(InputError, match=r"called 'us\.review\.h20'\. Did you mean 'us\.review\.h200'"):
        almanac.named(both, ["us.review.h20"])
    with pytest.raises(InputError, match="C078 reports a price move"):
        almanac.named(both, ["C078"])
