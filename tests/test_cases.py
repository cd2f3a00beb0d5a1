"""Situations written by readers of the law and of the reports, as TOML, each with its source.

A file has `[defaults]` that every line of it starts from, and `[[case]]` tables: what is said,
where it is read, the line's own fields, the days, and what is expected under dotted paths of the
decision's JSON. `in:` before a path asks that the listed values are among those found; `missing:`
that the facts are named missing at a gate.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import ecluse
from ecluse.dates import parse_day, parse_known
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CASES = ROOT / "tests" / "cases"
HORIZON = "2026-09-25"
Table = dict[str, Any]


def laid(base: Table, over: Table) -> Table:
    """Lay one table over another, table by table."""
    joined = dict(base)
    for key, value in over.items():
        old = joined.get(key)
        joined[key] = laid(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
    return joined


def cases() -> list[Table]:
    """Every case of every file, with its line complete."""
    found = []
    for path in sorted(CASES.rglob("*.toml")):
        found += in_file(path)
    return found


@cache
def _read(path: Path) -> Table:
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def in_file(path: Path) -> list[Table]:
    """The cases of one file."""
    table = _read(path)
    defaults = table.get("defaults", {})
    return [
        case
        | {
            "line": laid(defaults.get("line", {}), case.get("line", {})),
            "known": case.get("known", defaults.get("known", HORIZON)),
        }
        for case in table["case"]
    ]


def decided(case: Table) -> Table:
    """The decision of a case as JSON."""
    line = told(case["line"])
    on = str(case["on"]) if "on" in case else None
    decision = ecluse.decide(
        ecluse.read_line(line),
        on=parse_day(on) if on else None,
        known=parse_known(str(case["known"])),
        reading=case.get("reading", "enforced"),
    )
    return ecluse.as_data(decision)


def told(table: Table) -> Table:
    """A table without the fields that a case takes away from the defaults with "absent"."""
    kept = {name: value for name, value in table.items() if value != "absent"}
    return {name: told(value) if isinstance(value, dict) else value for name, value in kept.items()}


def found(data: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """The value at a dotted path; `exceptions.NAC.available` looks lists up by id."""
    for key in path.split("."):
        if isinstance(data, list):
            data = next(item for item in data if item.get("id", item.get("provision")) == key.replace("/", "."))
        else:
            data = data[key]
    return data


def test_every_case_has_its_source() -> None:
    """No case without an id of its own, a sentence and a source; at least a hundred and fifty of them."""
    every = cases()
    assert len({case["id"] for case in every}) == len(every)
    for case in every:
        assert case["says"], case["id"]
        assert case["source"], case["id"]
        assert case["expect"], case["id"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_case(case: Table) -> None:
    """The decision is what the source says."""
    data = decided(case)
    for path, wanted in case["expect"].items():
        if path.startswith("in:"):
            assert set(wanted) <= set(found(data, path.removeprefix("in:"))), path
        elif path.startswith("missing:"):
            rows = data["gates"][path.removeprefix("missing:")]["missing"]
            assert set(wanted) <= {row["fact"] for row in rows}, path
        else:
            value = float(wanted) if isinstance(wanted, Decimal) else wanted
            got = found(data, path)
            assert (got is None) if value == "null" else got == value, f"{path}: {got!r}, expected {value!r}"
