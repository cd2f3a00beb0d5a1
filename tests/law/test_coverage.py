"""No provision without a case, and every provision decides at least one."""

from __future__ import annotations

import json
import runpy

import pytest

from ecluse.law import load
from tests.conftest import ROOT

INDEX = json.loads((ROOT / "src" / "ecluse" / "law" / "tested.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("provision", [one.id for one in load().provisions])
def test_every_provision_decides_a_case(provision: str) -> None:
    """Some case turns on it: its answer there is yes, or not known because nobody has defined it."""
    assert INDEX.get(provision), f"{provision} decides no case under tests/cases/us"


def test_the_index_of_cases_is_fresh() -> None:
    """The index that `ecluse law show` reads is what the cases say today."""
    written = runpy.run_path(str(ROOT / "docs" / "write.py"))["index"]()
    assert json.loads(written) == INDEX, "run make docs"
