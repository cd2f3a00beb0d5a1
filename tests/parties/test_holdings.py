"""Owners from a file: read strictly, carried through step by step, and three-valued to the end."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecluse
from ecluse.bounds import Bound, exactly
from ecluse.cli.main import main
from ecluse.dates import Known
from ecluse.errors import SourceError
from ecluse.parties import screen
from ecluse.parties.holdings import read_register
from tests.parties import made

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.decision import Decision
    from ecluse.parties.holdings import Register
    from ecluse.parties.screen import Screener

LOCK = ecluse.build()
ON, RULING, UNCERTAIN = dt.date(2026, 8, 5), dt.date(2025, 10, 10), dt.date(2026, 11, 20)
CITED = made.JOINED.replace('"89 FR 96837"', '"84 FR 22963, 5/21/19"').replace(
    '"programs": "RUSSIA-EO14024"', '"programs": "RUSSIA-EO14024", "federal_register": "1/1/23"'
)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    """The made lists, as of a day before the Affiliates rule, so that every day below comes soon after."""
    path = tmp_path_factory.mktemp("lists") / "joined-2026-07-31.jsonl"
    path.write_text(CITED, encoding="utf-8")
    return screen.lists(path)


def register(folder: Path, text: str) -> Register:
    """A file of owners; rows as owner, owned, percent, at_least, at_most."""
    path = folder / "owners.csv"
    path.write_text(f"owner,owned,percent,at_least,at_most\n{text}", encoding="utf-8")
    return read_register(path)


def decided(lists: Screener, held: Register | None, on: dt.date = ON, **buyer: Any) -> Decision:  # noqa: ANN401 - fields of a party
    """A line to Gerber Werke AG with nothing else in its way."""
    party = {
        "name": "Gerber Werke AG",
        "country": "DE",
        "headquarters": "DE",
        "ultimate_parent": {"headquarters": "DE"},
    }
    line = {
        "item": {"chip": "A10"}, "quantity": 1, "origin": "US", "destination": "DE",
        "seller": {"name": "NVIDIA Corporation", "country": "US", "headquarters": "US", "owners": []},
        "buyer": party | buyer, "end_user": {"same_as": "buyer"}, "facts": {"other_controls_cleared": True},
    }  # fmt: skip
    late = dataclasses.replace(lists, date=on)
    return ecluse.decide(ecluse.read_line(line, LOCK), LOCK, on=on, known=Known(day=on), lists=late, owners=held)


def by_party(decision: Decision) -> str:
    """Whether the parties ask a licence."""
    assert decision.exporter.licence is not None
    return decision.exporter.licence.limbs["by_party"].value


G, BANK = "Gerber Werke AG", "Muster Bank,Gerber Werke AG"
OFAC = [
    ("half by a blocked person", ["Perez Maritima,{G},50", "{BANK},50"], "yes"),
    ("through an entity half owned", ["Perez Maritima,Alpha,50", "Alpha,{G},50", "{BANK},50"], "yes"),
    (
        "less than half in between passes on nothing",
        ["Perez Maritima,Alpha,49", "Muster Bank,Alpha,51", "Alpha,{G},100"],
        "no",
    ),
    (
        "added up over two entities",
        ["Perez Maritima,A1,50", "Perez Maritima,B1,50", "A1,{G},25", "B1,{G},25", "{BANK},50"],
        "yes",
    ),
    (
        "added up, directly and through another",
        ["Perez Maritima,A1,50", "Perez Maritima,{G},10", "A1,{G},40", "{BANK},50"],
        "yes",
    ),
    ("two blocked persons together", ["Perez Maritima,{G},25", "Kuznetsov Holding OOO,{G},25", "{BANK},50"], "yes"),
    ("between bounds", ["Perez Maritima,{G},,25,60", "{BANK},40"], "unknown"),
    ("at the most less than half", ["Perez Maritima,{G},,,49", "{BANK},51"], "no"),
    ("a share above that is not known", ["Perez Maritima,Alpha,", "Alpha,{G},100"], "unknown"),
]
AFFILIATES = [
    ("half by an Entity List party", ["Muster Chip Works Co Ltd,{G},50", "{BANK},50"], "yes"),
    ("aggregated over two lists", ["MCW,{G},30", "Harbour Aircraft Factory,{G},20", "{BANK},50"], "yes"),
    ("through an affiliate", ["MCW,Alpha,60", "Muster Bank,Alpha,40", "Alpha,{G},50", "{BANK},50"], "yes"),
    ("through less than an affiliate", ["MCW,Alpha,40", "Muster Bank,Alpha,60", "Alpha,{G},100"], "no"),
    ("an SDN of a programme that carries", ["Kuznetsov Holding OOO,{G},50", "{BANK},50"], "yes"),
    ("the Unverified List carries nothing", ["Unseen Trading Limited,{G},100"], "no"),
    ("an owner whose share is not known", ["MCW,{G},", "{BANK},30"], "unknown"),
    ("what the file leaves open is not known", ["{BANK},40"], "unknown"),
    ("what is left open could not reach half", ["{BANK},51"], "no"),
]


def told(rows: list[str]) -> str:
    """The rows of a file, the buyer named."""
    return "\n".join(rows).format(G=G, BANK=BANK)


@pytest.mark.parametrize(("says", "rows", "expected"), OFAC, ids=[row[0] for row in OFAC])
def test_the_50_percent_rule(lists: Screener, tmp_path: Path, says: str, rows: list[str], expected: str) -> None:
    """OFAC's cascade: a threshold at each step, added up, three-valued. The Cuban programme carries nothing else."""
    assert says
    assert by_party(decided(lists, register(tmp_path, told(rows)))) == expected


@pytest.mark.parametrize(("says", "rows", "expected"), AFFILIATES, ids=[row[0] for row in AFFILIATES])
def test_the_affiliates_rule(lists: Screener, tmp_path: Path, says: str, rows: list[str], expected: str) -> None:
    """While the rule ran: half or more, alone or together, directly or through affiliates; bounds stay open."""
    assert says
    assert by_party(decided(lists, register(tmp_path, told(rows)), RULING)) == expected


def test_the_affiliates_rule_has_its_periods(lists: Screener, tmp_path: Path) -> None:
    """It ran from 2025-09-29, is suspended from 2025-11-10, and from 2026-11-10 on nobody knows."""
    owners = register(tmp_path, f"MCW,Alpha,60,,\nMuster Bank,Alpha,40,,\nAlpha,{G},100,,\n")
    for day, expected in ((dt.date(2025, 9, 28), "no"), (RULING, "yes"), (ON, "no"), (UNCERTAIN, "unknown")):
        assert by_party(decided(lists, owners, day)) == expected, day
    assert any("own half or more" in flag for flag in decided(lists, owners, ON).exporter.red_flags)


def test_the_most_restrictive_owner_gives_the_policy(tmp_path: Path) -> None:
    """Of an entry with case-by-case review and one with a presumption of denial the second decides, in either order."""
    path = tmp_path / "joined-2026-07-31.jsonl"
    mild = {"id": "csl-1", "list": "EL", "name": "Mild Works", "license_policy": "Case-by-case review"}
    path.write_text(CITED + json.dumps(mild) + "\n", encoding="utf-8")
    lists = screen.lists(path)
    rows = [f"Mild Works,{G},30,,\n", f"MCW,{G},30,,\n", f"Muster Bank,{G},40,,\n"]
    for text in ("".join(rows), "".join(rows[::-1])):
        licence = decided(lists, register(tmp_path, text), RULING).exporter.licence
        assert licence is not None
        assert licence.policy == "presumption_of_denial"
    licence = decided(
        lists, register(tmp_path, f"Mild Works,{G},60,,\nMuster Bank,{G},40,,\n"), RULING
    ).exporter.licence
    assert licence is not None
    assert licence.policy == "case_by_case"


def test_what_a_line_states_stands(lists: Screener, tmp_path: Path) -> None:
    """Owners on the line are not replaced by the file's; those above them are looked up there."""
    owners = register(tmp_path, f"MCW,{G},100,,\nMCW,Alpha,100,,\n")
    assert by_party(decided(lists, owners, RULING, owners=[{"name": "Muster Bank", "percent": 100}])) == "no"
    assert by_party(decided(lists, owners, RULING, owners=[{"name": "Alpha", "percent": 100}])) == "yes"
    assert by_party(decided(lists, None, RULING, owners=[{"name": "Alpha", "percent": 100}])) == "no"


def test_the_answer_says_whose_owners_they_are(lists: Screener, tmp_path: Path) -> None:
    """The memo names the file and the holdings that decide; the digest of the file is kept."""
    owners = register(tmp_path, f"MCW,Alpha,60,,\nMuster Bank,Alpha,40,,\nAlpha,{G},100,,\n")
    done = decided(lists, owners, RULING)
    text = ecluse.memo(done).replace("\n", " ")
    assert "The owners of Gerber Werke AG" in text
    assert "MCW holds 60 % of Alpha" in text
    assert done.digests["owners"] == owners.digest


def test_owners_in_a_ring_end(lists: Screener, tmp_path: Path) -> None:
    """Entities that own each other are looked at once."""
    owners = register(tmp_path, f"Alpha,{G},100,,\nBeta,Alpha,60,,\nAlpha,Beta,60,,\nMuster Bank,Alpha,40,,\n"
                                "Muster Bank,Beta,40,,\n")  # fmt: skip
    assert by_party(decided(lists, owners, RULING)) == "no"


BAD = {
    "X,A,a lot,,\n": r"owners\.csv:2: 'a lot' is no percentage from 0 to 100",
    "X,A,101,,\n": r"is no percentage from 0 to 100",
    "X,A,,60,40\n": r"owners\.csv:2: ",
    "X,,50,,\n": r"owner or owned is empty",
    "X,x,50,,\n": r"said to own itself",
    "X,A,50,40,\n": r"gives percent and a bound",
    "Muster Co., Ltd.,A,50,,\n": r"owners\.csv:2: has 6 cells, its header 5; put a name that holds a comma into quotes",
    "": r"holds no ownership",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_rows_are_refused(tmp_path: Path, text: str) -> None:
    """With file, row, what was expected."""
    with pytest.raises(SourceError, match=BAD[text]):
        register(tmp_path, text)


def test_a_missing_file_is_told_as_a_file_of_owners(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody fetches a file of owners: what it should hold is said, and nothing of lists."""
    assert main(["screen", "Muster", "--owners", str(tmp_path / "none.csv")]) != 0
    said = capsys.readouterr().err
    assert "none.csv" in said
    assert "owner, owned, percent" in said
    assert "etch" not in said


def test_a_table_of_other_columns_is_refused(tmp_path: Path) -> None:
    """The nearest column is named."""
    path = tmp_path / "owners.csv"
    path.write_text("owner,owned,percnt\nX,A,1\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"expected owner, owned, percent .*percent"):
        read_register(path)


def test_exact_bounds_and_nothing(tmp_path: Path) -> None:
    """Exact, between bounds, not known."""
    rows = register(tmp_path, "X,A,51%,,\nY,A,,25,\nZ,A,,,\n").rows
    assert [row.percent for row in rows] == [exactly(Decimal(51)), Bound(Decimal(25), 100), None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("51", exactly(Decimal(51))),
        ("25-50", Bound(Decimal(25), Decimal(50))),
        ("75 or more", Bound(Decimal(75), 100)),
        ("up to 25 %", Bound(0, Decimal(25))),
        ("majority", None),
        ("1,200", None),
    ],
)
def test_follow_the_money(tmp_path: Path, text: str, expected: Bound | None) -> None:
    """Free text becomes a bound, or is not known; what has ended is no holding; nested entities count by their id."""
    path = tmp_path / "owners.ftm.json"
    rows: list[dict[str, Any]] = [
        {"id": "a", "schema": "Company", "properties": {"name": ["Alpha"]}},
        {"id": "b", "schema": "Company", "properties": {"name": ["Beta"]}},
        {
            "id": "o",
            "schema": "Ownership",
            "properties": {"owner": [{"id": "a"}], "asset": ["b"], "percentage": [text]},
        },
        {"id": "p", "schema": "Ownership", "properties": {"owner": ["a"], "asset": ["b"], "endDate": ["2020-01-01"]}},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (row,) = read_register(path).rows
    assert (row.owner, row.owned) == ("Alpha", "Beta")
    assert row.percent == expected
    path.write_text('{"id": "o", "schema": "Ownership"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match=r"owners\.ftm\.json:1: is no FollowTheMoney entity"):
        read_register(path)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever a file of owners holds, it is read or refused."""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for head in ("", "owner,owned,percent\n", '{"id": "a", '):
        path.write_text(head + text, encoding="utf-8", errors="replace")
        with contextlib.suppress(SourceError):
            read_register(path)


def test_verbs_take_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`screen --owners` judges the owners of a name; `check --owners` decides with them."""
    lists = tmp_path / "joined-2026-07-31.jsonl"
    lists.write_text(CITED, encoding="utf-8")
    owners = tmp_path / "owners.csv"
    owners.write_text(f"owner,owned,percent\nMCW,{G},60\n", encoding="utf-8")
    options = ["--lists", str(lists), "--owners", str(owners), "--on", "2026-08-05"]
    assert main(["screen", G, *options, "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)["owners"]
    assert (data["affiliates"], data["blocked"], data["steps"]) == ("yes", "no", [f"MCW holds 60 % of {G}"])
    assert data["listings"] == [{"list": "EL", "entry": "csl-7"}]
    assert main(["screen", G, *options]) == 0
    assert "carry the Affiliates rule: yes" in capsys.readouterr().out
    line = tmp_path / "line.toml"
    line.write_text(
        f'quantity = 1\norigin = "US"\ndestination = "DE"\n[item]\nchip = "A10"\n[buyer]\nname = "{G}"\n',
        encoding="utf-8",
    )
    assert main(["check", str(line), *options, "--format", "json"]) in (0, 1, 3)
    told = json.loads(capsys.readouterr().out)
    assert told["digests"]["owners"] == read_register(owners).digest
    assert main(["check", str(line), "--owners", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err


def test_old_lists_do_not_say_that_nobody_is_blocked(lists: Screener, tmp_path: Path) -> None:
    """An owner whose share is not given, met by lists of the day and by lists long past."""
    from ecluse.parties.gates import ownership_of

    held = register(tmp_path, "Somebody,Firm GmbH,,,\n")
    for on, blocked in ((ON, "no"), (ON + dt.timedelta(days=200), "unknown")):
        found = ownership_of("Firm GmbH", lists, on, held)
        assert found is not None
        assert found.blocked.value == blocked


def test_nobody_is_owned_by_more_than_all_of_it(tmp_path: Path) -> None:
    """Sixty and seventy percent of one firm cannot both be right."""
    with pytest.raises(SourceError, match="Firm GmbH is owned to 130 percent"):
        register(tmp_path, "A,Firm GmbH,60,,\nB,Firm GmbH,70,,\n")
