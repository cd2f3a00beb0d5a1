"""Rows that contend for one paper take what it has, in table order; beyond it they are not known."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from ecluse import lock
from ecluse.convoy.answers import answer_of
from ecluse.convoy.things import Ruling
from tests.convoy.made import KNOWN, TODAY, answers, table_of

if TYPE_CHECKING:
    from pathlib import Path

PAPER = {
    "gate": "exporter",
    "kind": "licence",
    "status": "granted",
    "number": "D123",
    "issued": "2026-01-01",
    "expires": "2027-01-01",
    "holder": "NVIDIA",
    "parties": ["Muster GmbH"],
    "items": ["RTX 4090"],
    "quantity": 100,
    "uses": ["research"],
}


def row(quantity: int, **more: object) -> dict[str, object]:
    """Give a line that needs a licence and states the same one as the others."""
    party = {"name": "Muster GmbH", "headquarters": "KH", "ultimate_parent": {"headquarters": "KH"}}
    facts = {
        "other_controls_cleared": True,
        "restricted_party": False,
        "military_end_use": False,
        "military_intelligence_end_use": False,
        "supercomputer_end_use": False,
        "advanced_node_end_use": False,
        "wmd_end_use": False,
        "red_flags_resolved": True,
    }
    return {
        "quantity": quantity,
        "origin": "US",
        "destination": "KH",
        "on": "2026-10-24",
        "use": "research",
        "item": {"chip": "RTX 4090"},
        "seller": {"name": "NVIDIA Corporation", "country": "US"},
        "buyer": party,
        "end_user": {"same_as": "buyer"},
        "facts": facts,
        "authorisation": [PAPER],
    } | more


def test_rows_draw_in_table_order_and_are_not_known_beyond_the_balance() -> None:
    """60 of 100 pass, the next 60 do not fit, 40 still do, one more does not."""
    told = answers(table_of([row(60), row(60), row(40), row(1)]))
    assert [one.exporter for one in told] == [1, -1, 1, -1]
    assert [one.missing.startswith("authorisation.balance") for one in told] == [False, True, False, True]


def test_each_paper_has_its_own_balance() -> None:
    """A row that states another licence draws on that one."""
    other = [PAPER | {"number": "D124"}]
    told = answers(table_of([row(100), row(100), row(100, authorisation=other)]))
    assert [one.exporter for one in told] == [1, -1, 1]


def test_a_row_that_a_gate_shuts_draws_nothing() -> None:
    """What does not ship takes nothing from those that do."""
    shut = row(100, destination="KP", end_user={"name": "Muster GmbH", "headquarters": "KP"})
    told = answers(table_of([shut, row(100)]))
    assert [one.exporter for one in told] == [0, 1]


def test_a_paper_on_file_covers_only_its_own_use(tmp_path: Path) -> None:
    """Rows that differ in their use alone are told apart where a paper on file names uses."""
    told = {key: value for key, value in PAPER.items() if not isinstance(value, list)}
    lists = {key: value for key, value in PAPER.items() if isinstance(value, list)}
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in (told | lists).items())
    path = tmp_path / "papers.toml"
    path.write_text(f"[[authorisation]]\n{text}", encoding="utf-8")
    made = lock.build((), (path,))
    rows = [row(10), row(10, use="gaming"), row(10)]
    rows = [{key: value for key, value in one.items() if key != "authorisation"} for one in rows]
    found = answers(table_of(rows), Ruling(made, TODAY, KNOWN))
    assert [one.exporter for one in found] == [1, -1, 1]
    for one, answer in zip(rows, found, strict=True):
        line = lock.read_line(json.loads(json.dumps(one), parse_float=Decimal), made)
        assert answer.exporter == answer_of(lock.decide(line, made, known=KNOWN)).exporter
