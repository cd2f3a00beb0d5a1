"""The promises of the catalogue: a name finds itself, and a list answers as a line does."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest

import ecluse
from ecluse import chips, lock
from ecluse.bounds import Bound
from ecluse.dates import Known
from ecluse.engine.data import as_data
from ecluse.truth import NO, UNKNOWN, YES, Truth, every, some

CATALOGUE = chips.load()
IDS = tuple(chip.id for chip in CATALOGUE.all())
KNOWN = Known(day=dt.date(2026, 11, 1))
# One day in each period of 3A090, and the days beside its turns.
DAYS = tuple(
    dt.date.fromisoformat(day)
    for day in ("2022-10-06", "2022-10-21", "2023-11-16", "2023-11-17", "2024-12-02", "2025-05-13", "2026-01-24")
)


@lru_cache(maxsize=1)
def built() -> lock.Lock:
    """The lock as shipped."""
    return ecluse.build()


def test_all_are_there_each_with_a_source_for_its_numbers() -> None:
    """199 variants; no figure without a source and a confidence."""
    assert len(IDS) == 199
    for chip in CATALOGUE.all():
        figures = [*chip.peaks.values(), *(one for one in (chip.die, chip.dram, chip.links) if one)]
        assert chip.source, chip.id
        assert all(one.source and one.confidence in "ABCD" for one in figures), chip.id


@pytest.mark.parametrize("chip_id", IDS)
def test_a_name_finds_itself(chip_id: str) -> None:
    """By its id alone; by its full name at least."""
    chip = CATALOGUE.get(chip_id)
    assert CATALOGUE.find(chip_id) == (chip,)
    assert chip in CATALOGUE.find(chip.label)


@pytest.mark.parametrize("chip_id", IDS)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_list_answers_as_a_line_does(chip_id: str, day: dt.date) -> None:
    """The level that `chips list` gives is the level that a line of that chip gets."""
    level, _ = lock.level_of(CATALOGUE.get(chip_id), built(), day, KNOWN)
    line = ecluse.read_line({"item": {"chip": chip_id}, "quantity": 1, "origin": "US", "destination": "CN"})
    data: dict[str, Any] = as_data(ecluse.decide(line, on=day, known=KNOWN))
    assert data["gates"]["exporter"]["ic_level"] == level


def at_least(number: Bound | None, least: str) -> Truth:
    """Is a measure, where there is one, at least so much?"""
    return UNKNOWN if number is None else ~number.below(Bound(Decimal(least), Decimal(least)))


def level_by_hand(measures: ecluse.item.Measures) -> str:
    """3A090 as it stands since 2023-11-17, written once more from the regulation's words."""
    tpp, density, datacenter = measures.tpp, measures.performance_density, measures.datacenter
    small = ~at_least(tpp, "4800")
    spared = ~(UNKNOWN if datacenter is None else datacenter) & small
    a = some([at_least(tpp, "4800"), at_least(tpp, "1600") & at_least(density, "5.92")]) & ~spared
    first = every([at_least(tpp, "2400"), small, at_least(density, "1.6"), ~at_least(density, "5.92")])
    second = every([at_least(tpp, "1600"), at_least(density, "3.2"), ~at_least(density, "5.92")])
    b = (first | second) & ~spared
    for level, answer in (("3A090.a", a), ("3A090.b", b)):
        if answer is not NO:
            return level if answer is YES else "unknown"
    return "none"


def test_levels_are_those_of_the_regulation_read_again() -> None:
    """Every chip of one candidate stands where a second writing of the rule puts it; all levels occur."""
    day = DAYS[-1]
    seen = set()
    for chip in CATALOGUE.all():
        possible = {level_by_hand(one.measures) for one in chips.candidates(chip)}
        level, _ = lock.level_of(chip, built(), day, KNOWN)
        assert level == (possible.pop() if len(possible) == 1 else "unknown"), chip.id
        seen.add(level)
    assert seen == {"3A090.a", "3A090.b", "none", "unknown"}


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("H100 PCIe", "3A090.a"),
        ("H20", "none"),
        ("RTX 4090", "3A090.a"),
        ("RTX 4090 D", "none"),
        ("A40", "3A090.b"),
        ("A10", "none"),
        ("L4", "3A090.a"),
        ("L2", "none"),
        ("L20", "none"),
        ("L40", "3A090.b"),
        ("MTT S4000", "unknown"),
        ("910B4", "unknown"),
        ("RTX PRO 6000D", "unknown"),
        ("MI308X", "unknown"),
    ],
)
def test_the_chips_that_traps_are_laid_for(name: str, level: str) -> None:
    """Chips whose level is easily got wrong (RTX 4090 is 5,285 once, not twice)."""
    found = CATALOGUE.find(name)
    assert found
    assert {lock.level_of(chip, built(), DAYS[-1], KNOWN)[0] for chip in found} == {level}
