"""Situations with what is expected of them, as TOML: how a law reader tests law and house rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ecluse.dates import parse_day, parse_known
from ecluse.engine.data import as_data
from ecluse.errors import InputError
from ecluse.lines import read_line
from ecluse.lock import decide
from ecluse.reading import Reader, parse_toml, read_text

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.lock import Lock

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case: nothing failed, or what was expected and what was found."""

    id: str
    says: str
    failures: tuple[str, ...]


def run_file(path: Path, lock: Lock) -> list[Result]:
    """Run every case of a file."""
    return [run(case, lock) for case in read_file(path)]


def read_file(path: Path) -> list[Table]:
    """Read the cases of a file, each line laid over the file's defaults.

    A field that a case sets to "absent" is taken away from the defaults.
    """
    text = read_text(path, InputError)
    reader = Reader(parse_toml(text, str(path), InputError), str(path), InputError, text=text)
    defaults = reader.inner("defaults")
    base: Table = defaults.table if defaults else {}
    cases = []
    for each in reader.each("case") or ():
        for key in ("id", "says", "source"):
            each.needed(key)
        expect = each.inner("expect")
        if expect is None or not expect.table:
            each.fail("expect", "is missing: what should the decision say?")
        case: Table = {"known": base.get("known")} | each.table
        line = each.inner("line")
        cases.append(case | {"line": told(laid(base.get("line", {}), line.table if line else {}))})
    reader.close()
    return cases


def laid(base: Table, over: Table) -> Table:
    """Lay one table over another, table by table."""
    joined = dict(base)
    for key, value in over.items():
        old = joined.get(key)
        joined[key] = laid(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
    return joined


def told(table: Table) -> Table:
    """Give a table without the fields that are said to be absent."""
    kept = {name: value for name, value in table.items() if value != "absent"}
    return {name: told(value) if isinstance(value, dict) else value for name, value in kept.items()}


def decided(case: Table, lock: Lock) -> Table:
    """Give the decision of a case as data."""
    decision = decide(
        read_line(case["line"], str(case["id"]), lock.library.facts),
        lock,
        on=parse_day(str(case["on"])) if "on" in case else None,
        known=parse_known(str(case["known"])) if case.get("known") else None,
        reading=case.get("reading", "enforced"),
    )
    data: Table = as_data(decision)
    return data


def run(case: Table, lock: Lock) -> Result:
    """Decide a case and hold the decision against what is expected.

    `expect` maps dotted paths of the decision to values; `in:` before a path asks that the values
    are among those found, `missing:` before a gate that the facts are named missing there.
    """
    data = decided(case, lock)
    failures = [why for path, wanted in case["expect"].items() if (why := _failure(data, path, wanted))]
    return Result(str(case["id"]), str(case["says"]), tuple(failures))


def _failure(data: Table, path: str, wanted: object) -> str | None:
    if path.startswith("missing:"):
        got = [row["fact"] for row in data["gates"][path.removeprefix("missing:")]["missing"]]
        holds = isinstance(wanted, list) and set(wanted) <= set(got)
    elif path.startswith("in:"):
        got = found(data, path.removeprefix("in:"))
        holds = isinstance(wanted, list) and isinstance(got, list) and set(wanted) <= set(got)
    else:
        got = found(data, path)
        value = float(wanted) if isinstance(wanted, Decimal) else wanted
        holds = got is None if value == "null" else bool(got == value)
    return None if holds else f"{path}: {got!r}, expected {wanted!r}"


def found(data: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """Give the value at a dotted path; lists of things are looked up by id."""
    for key in path.split("."):
        if isinstance(data, list):
            data = next((item for item in data if item.get("id", item.get("provision")) == key), None)
        elif isinstance(data, dict) and key in data:
            data = data[key]
        else:
            message = f"{path}: the decision has no {key!r} there"
            raise InputError(message)
    return data
