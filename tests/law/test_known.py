"""A text stands until its end could be known: nothing that came later reaches an earlier day of knowledge."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import ecluse
from ecluse import law
from ecluse.dates import parse_known

CLEAN = dict.fromkeys(
    (
        "military_end_use",
        "military_intelligence_end_use",
        "supercomputer_end_use",
        "advanced_node_end_use",
        "wmd_end_use",
        "restricted_party",
    ),
    False,
) | {"other_controls_cleared": True, "red_flags_resolved": True}
SELLER = {"name": "Super Micro Computer", "country": "US", "headquarters": "US"}


def asked(chip: str, destination: str, on: str, known: str, **more: Any) -> ecluse.Decision:  # noqa: ANN401
    """Answer for a clean line as known by a day."""
    parent = {"name": "Itself", "headquarters": destination}
    party = {"country": destination, "headquarters": destination, "ultimate_parent": parent} | more
    line = {
        "item": {"chip": chip},
        "quantity": 1,
        "origin": "US",
        "destination": destination,
        "seller": SELLER,
        "buyer": party,
        "end_user": party,
        "facts": CLEAN,
    }
    return ecluse.decide(ecluse.read_line(line), on=dt.date.fromisoformat(on), known=parse_known(known))


@pytest.mark.parametrize(
    ("chip", "destination", "on", "known", "policy"),
    [
        ("H100 SXM", "VN", "2025-02-01", "2025-01-10", "presumption_of_approval"),
        ("H100 SXM", "CN", "2025-02-01", "2025-01-10", "presumption_of_denial"),
        ("A100 SXM 80GB", "CN", "2023-11-20", "2023-10-16", "presumption_of_denial"),
        ("L40", "CN", "2024-12-20", "2024-11-20", "presumption_of_denial"),
        ("L40", "AE", "2026-08-01", "2026-07-01", "presumption_of_approval"),
    ],
)
def test_a_rule_stands_until_its_end_is_known(chip: str, destination: str, on: str, known: str, policy: str) -> None:
    """What was replaced later, by a text nobody had read yet, still asks for its licence."""
    licence = asked(chip, destination, on, known).exporter.licence
    assert licence is not None
    assert licence.required.value == "yes"
    assert licence.policy == policy


def test_a_suspension_counts_once_it_is_published() -> None:
    """Half-owned by a listed party, on a day of the suspension."""
    owned = {"owners": [{"name": "Somebody", "percent": 60, "listings": [{"list": "EL", "entry": "x"}]}]}
    for known, required in (("2025-11-11", "yes"), ("2025-11-12", "no")):
        licence = asked("A10", "DE", "2025-12-01", known, **owned).exporter.licence
        assert licence is not None
        assert licence.limbs["by_party"].value == required, known


def test_a_country_stands_in_its_groups_as_known() -> None:
    """Nicaragua came into D:1 and D:5 on a day that nobody knew of before."""
    assert asked("L40", "NI", "2024-04-01", "2024-03-01").exporter.licence.required.value == "no"  # type: ignore[union-attr]
    assert asked("L40", "NI", "2024-04-01", "2024-03-15").exporter.licence.required.value == "yes"  # type: ignore[union-attr]


def test_every_text_that_ends_says_when_that_was_known() -> None:
    """An end known with the text itself is one that the text gave: these, and no others."""
    own = {
        one.id
        for one in law.load().provisions
        for version in one.versions
        if version.text.end is not None and version.end_known == version.known
    }
    assert own == {"us.letter.nvidia-2023-10", "us.flag.affiliates"}


def test_what_changed_is_told_as_known_by_an_instant() -> None:
    """A text published on a day is known from that day's end, and not at its noon."""
    days = dt.date(2023, 11, 16), dt.date(2023, 11, 17)
    library = law.load()
    assert law.changes(library, *days, parse_known("2023-10-17T12:00:00Z")) == []
    assert len(law.changes(library, *days, parse_known("2023-10-17"))) > 10
