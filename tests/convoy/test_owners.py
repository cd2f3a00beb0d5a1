"""Who owns whom, from a file: a table answers as one line does, day by day."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from ecluse import lock
from ecluse.cli import main
from ecluse.convoy.answers import answer_of
from ecluse.convoy.things import Ruling
from ecluse.parties.holdings import read_register
from ecluse.parties.screen import lists
from tests.convoy.made import KNOWN, TODAY, answers, table_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HOLDINGS = """owner,owned,percent,at_least,at_most
Huawei Technologies Co. Ltd.,Muster Holding AG,80,,
Muster Holding AG,Muster GmbH,60,,
Inspur Group Co. Ltd.,Beispiel SA,,40,70
A Fund,Example Ltd,100,,
"""
DAYS = ("2019-01-02", "2022-12-01", "2025-03-20", "2025-03-28", "2025-10-10", "2026-01-24", "2026-11-12")


def rows() -> list[dict[str, object]]:
    """Lines to four buyers, one of whom the file does not name, on days around which lists and rules change."""
    return [
        {
            "quantity": 5,
            "origin": "US",
            "destination": "DE",
            "on": day,
            "item": {"chip": chip},
            "buyer": {"name": name, "headquarters": "DE"},
            "end_user": {"same_as": "buyer"},
            "facts": {"other_controls_cleared": True},
        }
        for day in DAYS
        for chip in ("L4", "H200 SXM")
        for name in ("Muster GmbH", "Beispiel SA", "Example Ltd", "Somebody Else")
    ]


def test_rows_answer_as_lines_with_the_same_owners(tmp_path: Path) -> None:
    """In every column; and the owners make a difference."""
    path = tmp_path / "owners.csv"
    path.write_text(HOLDINGS, encoding="utf-8")
    made, held, owners = lock.build(), lists(), read_register(path)
    told = answers(table_of(rows()), Ruling(made, TODAY, KNOWN, lists=held, owners=owners))
    plain = answers(table_of(rows()), Ruling(made, TODAY, KNOWN, lists=held))
    assert told != plain
    for row, answer in zip(rows(), told, strict=True):
        line = lock.read_line(json.loads(json.dumps(row), parse_float=Decimal), made)
        assert answer == answer_of(lock.decide(line, made, known=KNOWN, lists=held, owners=owners)), row


def test_the_verb_takes_a_file_of_owners(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`batch --owners FILE`."""
    path, table = tmp_path / "owners.csv", tmp_path / "book.ndjson"
    path.write_text(HOLDINGS, encoding="utf-8")
    table.write_text("".join(json.dumps(row) + "\n" for row in rows()), encoding="utf-8")
    to = tmp_path / "out.ndjson"
    assert main(["batch", str(table), "--to", str(to), "--owners", str(path), "--quiet", "--known", "2026-11-25"]) == 0
    told = [json.loads(row) for row in to.read_text(encoding="utf-8").splitlines()]
    owned = [row["decided_by"] or "" for row in told if row["buyer"]["name"] == "Muster GmbH"]
    assert any("us.744-11.affiliates" in one for one in owned)
    assert "56 of 56 rows answered" in capsys.readouterr().out
