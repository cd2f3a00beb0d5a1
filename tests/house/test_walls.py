"""The walls of the house hold, and each kind of fault is seen."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.house.plan import SOURCE, faults, rings

if TYPE_CHECKING:
    from pathlib import Path


def test_no_import_goes_through_a_wall() -> None:
    """Ground imports the standard library, words ground, rooms both, the hall rooms, the roof all."""
    assert faults() == []


def test_no_import_ring() -> None:
    """No module imports itself by way of others, late and type-only imports counted."""
    assert rings() == []


PLANTED = {
    "law into engine": ("law/library.py", "import ecluse.engine.gate\n", "rooms share words, not code"),
    "a late import": ("evidence/base.py", "def late():\n    from ecluse.law import load\n", "rooms share words"),
    "a type-only import": (
        "engine/gate.py",
        "if TYPE_CHECKING:\n    from ecluse.chips import Catalogue\n",
        "rooms share words",
    ),
    "a third party": ("engine/weigh.py", "import polars\n", "no third party"),
    "words into a room": ("order.py", "from ecluse.chips import load\n", "does not reach up"),
    "a relative import": ("law/groups.py", "from . import loader\n", "relative imports"),
    "a room into the hall": ("engine/facts.py", "from ecluse import lock\n", "does not reach up"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the source to spoil."""
    place = tmp_path / "ecluse"
    shutil.copytree(SOURCE, place, ignore=shutil.ignore_patterns("data", "__pycache__"))
    return place


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_is_seen(name: str, copy: Path) -> None:
    """A fault of each kind, planted in a copy, turns the wall red at its place."""
    file, text, why = PLANTED[name]
    path = copy / file
    path.write_text(path.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
    found = faults(copy)
    assert len(found) == 1
    assert file in found[0]
    assert why in found[0]


def test_planted_ring_is_seen(copy: Path) -> None:
    """A ring inside a room, planted in a copy, is seen."""
    path = copy / "law" / "groups.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nimport ecluse.law.library\n", encoding="utf-8")
    assert any({"law.groups", "law.library"} <= set(ring) for ring in rings(copy))
