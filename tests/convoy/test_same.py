"""One line and a table of lines answer alike, in every column."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pytest

from ecluse import lock
from ecluse.bounds import Bound, exactly
from ecluse.condition import parse
from ecluse.convoy.things import Ruling
from ecluse.engine import lower
from ecluse.engine.frame import refuse_nan
from ecluse.engine.weigh import prepare
from ecluse.errors import BadLine, BadTable
from ecluse.provision import Group
from ecluse.truth import Truth, truth
from tests.convoy.made import KNOWN, TODAY, answers, checked, passed, table_of
from tests.laws.book import drawn, filed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAMES = {"tpp": "number", "density": "number", "destination": "word", "held": "truth"}
GROUPS = {"D5": Group("D5", frozenset({"CN", "HK"}), frozenset({"CY"}))}
CONDITIONS = (
    "tpp >= 4800 and density < 5.92",
    "destination in D5 or held",
    "not (destination in D5) and tpp * 2 <= 9600",
    "destination != 'CN' and not held",
    "tpp == 4800 or density > 1.6",
)


@pytest.mark.parametrize("seed", range(4))
def test_every_row_equals_check_in_every_column(seed: int) -> None:
    """Lines with gaps, bounds, measures, several chips, papers: 100,000 more are drawn by `bench/agree.py`."""
    rng = random.Random(seed)  # noqa: S311
    lines = [drawn(rng) for _ in range(400)]
    # Papers with a balance are drawn on in table order; that is another test.
    lines = [{key: value for key, value in line.items() if key != "authorisation"} for line in lines]
    told = answers(table_of(lines))
    assert len(told) == len(lines)
    for line, answer in zip(lines, told, strict=True):
        assert answer == checked(line), line


@pytest.mark.parametrize("seed", range(2))
def test_every_row_equals_check_with_papers_on_file(seed: int, tmp_path: Path) -> None:
    """Licences and approvals of both gates, pending, denied, granted, revoked; of some, all or no parties."""
    rng = random.Random(100 + seed)  # noqa: S311
    path = tmp_path / "papers.toml"
    path.write_text(filed(rng), encoding="utf-8")
    made = lock.build((), (path,))
    lines = [{key: value for key, value in drawn(rng).items() if key != "authorisation"} for _ in range(200)]
    told = answers(table_of(lines), Ruling(made, TODAY, KNOWN))
    for line, answer in zip(lines, told, strict=True):
        assert answer == checked(line, made=made), line


def cells(rng: random.Random) -> dict[str, object]:
    """Draw values near the thresholds, with gaps."""
    return {
        "tpp": rng.choice((None, 4799, 4800, 4801, Bound(1600, 4800), Bound(4800, None))),
        "density": rng.choice((None, *map(Decimal, ("5.92", "5.9199", "1.6", "0.7")), Bound(None, Decimal("5.92")))),
        "destination": rng.choice((None, "CN", "CY", "DE")),
        "held": rng.choice((None, True, False)),
    }


def said(value: object) -> object:
    """Give a value as facts hold it."""
    if isinstance(value, bool):
        return truth(value)
    return exactly(value) if isinstance(value, int | Decimal) else value


def one_by_one(text: str, rows: Iterable[dict[str, object]]) -> list[Truth]:
    """Weigh a condition row by row."""
    compiled = prepare(parse(text, NAMES, GROUPS), GROUPS)
    found = []
    for row in rows:
        facts = {name: said(value) for name, value in row.items() if value is not None}
        found.append(compiled.weigh(facts))  # type: ignore[arg-type]
    return found


def in_columns(text: str, rows: list[dict[str, object]]) -> list[Truth]:
    """Weigh a condition in columns."""
    columns: dict[str, list[object]] = {}
    for row in rows:
        for name in ("tpp", "density"):
            value = row[name]
            bound = value if isinstance(value, Bound) else exactly(value) if value is not None else Bound()  # type: ignore[arg-type]
            columns.setdefault(f"{name}.low", []).append(None if bound.low is None else float(bound.low))
            columns.setdefault(f"{name}.high", []).append(None if bound.high is None else float(bound.high))
        for name in ("destination", "held"):
            columns.setdefault(name, []).append(row[name])
    kinds = {"destination": pl.String, "held": pl.Boolean}
    frame = pl.DataFrame(columns, schema={name: kinds.get(name, pl.Float64) for name in columns})
    shape = lower.Shape(frozenset(frame.columns))
    told = frame.select(answer=lower.whole(parse(text, NAMES, GROUPS), GROUPS, shape))["answer"]
    return [truth(one) for one in told]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_in_columns_answers_as_it_does_for_one_line(text: str) -> None:
    """On values at, beside and around every threshold."""
    rng = random.Random(text)  # noqa: S311
    rows = [cells(rng) for _ in range(500)]
    assert in_columns(text, rows) == one_by_one(text, rows)


def test_a_provision_lowered_wrongly_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant `>` for `>=` and see the comparison above fail."""
    monkeypatch.setattr(lower, "_below", lambda one, two: one.high <= two.low)
    rng = random.Random(1)  # noqa: S311
    rows = [cells(rng) for _ in range(500)]
    assert in_columns(CONDITIONS[0], rows) != one_by_one(CONDITIONS[0], rows)


def test_a_set_that_takes_null_for_no_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a membership that answers no where the word is not known."""
    real = lower._member  # noqa: SLF001 - the fault is planted inside
    monkeypatch.setattr(lower, "_member", lambda *given: real(*given).fill_null(value=False))
    rng = random.Random(2)  # noqa: S311
    rows = [cells(rng) for _ in range(500)]
    assert in_columns(CONDITIONS[1], rows) != one_by_one(CONDITIONS[1], rows)


def line(**more: object) -> dict[str, object]:
    """Give a line that reads."""
    return {"quantity": 1, "origin": "US", "destination": "CN", "on": "2026-01-24", "item": {"chip": "H20"}} | more


def test_a_short_float_is_the_decimal_it_is_written_as() -> None:
    """A density of 0.7 in four bytes is 0.7, not 0.699999988."""
    table = table_of([line(item={"measures": {"tpp": 4800, "performance_density": 5.92}})])
    column = table.column_names.index("item.measures.performance_density")
    short = table.set_column(column, "item.measures.performance_density", pa.array([5.92], pa.float32()))
    assert (
        answers(short)
        == answers(table)
        == [checked(line(item={"measures": {"tpp": 4800, "performance_density": 5.92}}))]
    )


@pytest.mark.parametrize("day", ["2023-11-16", "2023-11-17", "2026-01-14", "2026-01-15", "2025-05-12", "2025-05-13"])
def test_a_day_on_the_boundary_is_ruled_by_its_own_law(day: str) -> None:
    """The first day of a text is inside, the day before is not."""
    rows = [line(on=day), line(on="2024-06-01"), line(on=day, item={"chip": "A800"})]
    assert answers(table_of(rows)) == [checked(row) for row in rows]


def test_nan_is_refused_by_row_and_in_a_frame() -> None:
    """NaN compares as larger than all: it never reaches a condition."""
    good = table_of([line(item={"measures": {"tpp": 1.5}}), line(item={"measures": {"tpp": 2.5}})])
    column = good.column_names.index("item.measures.tpp")
    spoiled = good.set_column(column, "item.measures.tpp", pa.array([float("nan"), 2.5]))
    _, found = passed(spoiled)
    assert [(one.row, one.field) for one in found.rejects] == [(1, "item.measures.tpp")]
    with pytest.raises(BadTable, match="row 2: tpp is NaN"):
        refuse_nan(pl.DataFrame({"tpp": [1.0, float("nan")]}))


def test_a_chip_beside_others_is_taken_or_refused_as_check_does() -> None:
    """Whatever `check` makes of a line that names a chip and what it contains, a table makes of it."""
    row = line(item={"chip": "H20", "contains": [{"chip": "L4", "count": 2}]})
    book, found = passed(table_of([row]))
    why: str | None = None
    try:
        wanted = [checked(row)]
    except BadLine as problem:
        wanted, why = [], problem.why.rstrip(".")
    assert [book.answers[at] for at in found.answers] == wanted
    assert [one.reason for one in found.rejects] == ([why] if why else [])


def test_who_owns_the_seller_is_told_apart_row_by_row() -> None:
    """Sellers that differ in their names and their parents alone, addressees of letters and firms of their groups."""
    names = ("NVIDIA Corporation", "NVIDIA Singapore Pte Ltd", "英伟达", "Mellanox", "Super Micro")
    parents = (None, "NVIDIA Corporation", "Somebody Else", "Advanced Micro Devices, Inc.")
    rows = [
        line(seller={"name": name} | ({"ultimate_parent": {"name": parent}} if parent else {}), item={"chip": chip})
        for name in names
        for parent in parents
        for chip in ("H20", "MI308X")
    ]
    assert answers(table_of(rows)) == [checked(row) for row in rows]
