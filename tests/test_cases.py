"""Situations written by readers of the law and of the reports, as TOML, each with its source."""

from __future__ import annotations

from typing import Any

import pytest

import ecluse
from ecluse.cases import decided as decide_case
from ecluse.cases import read_file, run
from tests.conftest import ROOT

CASES = ROOT / "tests" / "cases"


def cases() -> list[dict[str, Any]]:
    """Every case of every file, with its line complete."""
    return [case for path in sorted(CASES.rglob("*.toml")) for case in read_file(path)]


def decided(case: dict[str, Any]) -> dict[str, Any]:
    """The decision of a case as JSON."""
    return decide_case(case, ecluse.build())


def test_there_are_enough_cases_each_once() -> None:
    """No id stands twice; well over a hundred cases for the exporter's gate, sixty for the importer's."""
    ids = [case["id"] for case in cases()]
    assert len(set(ids)) == len(ids)
    importer = [name for name in ids if name.startswith("CN-")]
    assert len(importer) >= 60
    assert len(ids) - len(importer) >= 118


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    """The decision is what the source says."""
    assert run(case, ecluse.build()).failures == ()
