"""Filling a gap in a line, with the same law, evidence and days, never flips yes and no."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

import ecluse
from ecluse import NO, UNKNOWN, YES
from ecluse.chips import candidates
from ecluse.dates import Known, parse_day
from ecluse.engine import facts_of
from ecluse.engine.gate import machine, reweigh, weigh_line
from ecluse.evidence import weigh
from tests.laws.draw import TRUTHS, draw, fill

if TYPE_CHECKING:
    from ecluse.engine.gate import Outcome
    from ecluse.order import Line

LOCK = ecluse.build()
KNOWN = Known(day=parse_day("2026-11-24"))
LINES = 100_000


def outcomes(line: Line) -> list[Outcome]:
    """The exporter's outcome for every chip that the line may mean."""
    day = line.on or parse_day("2026-01-24")
    engine = machine(LOCK.library.on(day, KNOWN))
    held = NO if line.authorisations == () else UNKNOWN
    chips = [one for chip in LOCK.catalogue.find(line.item.chip or "")[:1] for one in candidates(chip)[:1]]
    return [weigh_line(engine, facts_of(line, one, day), held) for one in chips]


def flips(before: ecluse.Truth, after: ecluse.Truth) -> bool:
    """Did yes become no, or no yes?"""
    return {before, after} == {YES, NO}


def test_filling_a_gap_never_flips_the_exporters_gate() -> None:
    """Over 100,000 random lines: the gate's answer never flips, nor does the licence question."""
    rng = random.Random(20260124)  # noqa: S311 - a seed, so that a failure can be seen again
    tried = decided = 0
    while tried < LINES:
        table = draw(rng)
        fuller = fill(rng, table)
        if fuller is None:
            continue
        tried += 1
        before, after = outcomes(ecluse.read_line(table, LOCK)), outcomes(ecluse.read_line(fuller, LOCK))
        for one, two in zip(before, after, strict=True):
            decided += one.may_pass is not UNKNOWN
            assert not flips(one.may_pass, two.may_pass), (table, fuller)
            assert not flips(one.required, two.required), (table, fuller)
    assert decided > LINES / 50, "the lines drawn must decide often enough to test anything"


def test_filling_a_gap_never_flips_the_importers_gate() -> None:
    """Over 5,000 random lines to China: the importer's answer never flips."""
    rng = random.Random(20260128)  # noqa: S311
    answers = set()
    tried = 0
    while tried < 5_000:
        table = draw(rng) | {"destination": "CN", "origin": "US"}
        fuller = fill(rng, table)
        if fuller is None:
            continue
        tried += 1
        told = []
        for each in (table, fuller):
            line = ecluse.read_line(each, LOCK)
            day = line.on or parse_day("2026-01-24")
            models = tuple({chip.model for chip in LOCK.catalogue.find(line.item.chip or "")})
            told.append(weigh(LOCK.evidence, line, models, day, Known(day=day)).may_pass)
        answers |= set(told)
        assert set(told) != {YES, NO}, (table, fuller)
    assert answers >= {NO, UNKNOWN}


@pytest.mark.parametrize("seed", range(40))
def test_weighing_again_is_weighing(seed: int) -> None:
    """Weighing again only what reads a changed fact gives the outcome that weighing everything gives."""
    rng = random.Random(seed)  # noqa: S311
    line = ecluse.read_line(draw(rng), LOCK)
    day = line.on or parse_day("2026-01-24")
    engine = machine(LOCK.library.on(day, KNOWN))
    for chip in LOCK.catalogue.find(line.item.chip or "")[:1]:
        given = facts_of(line, candidates(chip)[0], day)
        before = weigh_line(engine, given, UNKNOWN)
        for name in TRUTHS:
            for value in (YES, NO):
                fast = reweigh(engine, before, name, value, UNKNOWN)
                whole = weigh_line(engine, given | {name: value}, UNKNOWN)
                for field in ("may_pass", "required", "policy", "limbs", "exceptions", "prohibited", "flagged"):
                    assert getattr(fast, field) == getattr(whole, field), (name, field)


def test_a_line_with_nothing_certified_is_never_yes() -> None:
    """No wrong yes: without certifications no chip passes anywhere, under either reading, on any day."""
    rng = random.Random(7)  # noqa: S311
    for _ in range(1_000):
        table = draw(rng) | {"facts": {}}
        table.pop("authorisations", None)
        if table["act"] == "negotiate":
            table["act"] = "ship"
        decision = ecluse.decide(ecluse.read_line(table, LOCK), LOCK, known=KNOWN)
        assert decision.may_pass is not YES, table
