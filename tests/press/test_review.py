"""Nothing enters the evidence but what a person accepts, with who and why."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import TYPE_CHECKING

import pytest

from ecluse import evidence, reader
from ecluse.dates import Known
from ecluse.errors import SourceError
from ecluse.press.review import read_proposals, write_proposals
from tests.press.made import EXAMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.claim import Claim


def accepted(path: Path) -> list[Claim]:
    """The claims of a file that came from articles."""
    found = [claim for claim in evidence.load((path,)).claims.values() if "-p" in claim.id]
    return sorted(found, key=lambda one: one.id)


NOW = dt.datetime(2026, 3, 14, 9, tzinfo=dt.UTC)


@pytest.fixture
def proposals(tmp_path: Path) -> Path:
    """The proposals of the example, as `ecluse read --to` writes them."""
    read = reader.read(EXAMPLE.read_bytes(), "example", known=Known(day=dt.date(2026, 3, 13)))
    path = tmp_path / "proposals.toml"
    write_proposals(path, [(read.article, read.proposals)])
    return path


def walk(proposals: Path, to: Path, *answers: str) -> list[str]:
    """Walk with prepared answers; the end of them is the end of input. Gives what was told."""
    left = list(answers)
    told: list[str] = []

    def ask(_: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    reader.review(proposals, to, "A. Reader", ask, told.append, lambda: NOW)
    return told


def test_proposals_hold_no_text_beyond_their_clauses(proposals: Path) -> None:
    """The file quotes clauses for the reviewer, and the digest of the rest."""
    rows = read_proposals(proposals)
    assert len(rows) > 10
    assert all(article["sha256"] for article, _ in rows)
    assert "Accueil Marchés Cryptos" not in proposals.read_text(encoding="utf-8")


def test_only_what_is_accepted_enters(proposals: Path, tmp_path: Path) -> None:
    """Accepted, rejected with a reason, skipped, mended; then the input ends, and nothing more is taken."""
    to = tmp_path / "accepted.toml"
    told = walk(
        proposals, to, "r", "", "a headline", "a", "plain", "s", "m", "statement = They may negotiate amounts.", "a", ""
    )
    new = accepted(to)
    assert [claim.id.rpartition("-")[2] for claim in new] == ["p02", "p04"]
    assert new[1].statement == "They may negotiate amounts."
    assert all("A. Reader on 2026-03-14" in (claim.note or "") for claim in new)
    assert all(claim.attribution.kind in ("author", "anonymous_sources") for claim in new)
    log = tomllib.loads((tmp_path / "accepted.review.toml").read_text(encoding="utf-8"))["verdict"]
    assert [(row["proposal"], row["verdict"], row.get("why")) for row in log] == [
        ("p01", "reject", "a headline"), ("p02", "accept", "plain"), ("p04", "mend", None),
    ]  # fmt: skip
    assert all(row["who"] == "A. Reader" and row["sha256"] for row in log)
    assert "Stopped" in told[-1]
    assert "Baidu et Meituan" not in to.read_text(encoding="utf-8"), "the text itself is not in the evidence"


def test_a_word_that_is_no_answer_accepts_nothing(proposals: Path, tmp_path: Path) -> None:
    """Neither does an unknown act, an unknown field, or silence."""
    to = tmp_path / "accepted.toml"
    told = walk(proposals, to, "yes", "", "m", "act = approved", "m", "colour = blue")
    assert not to.exists()
    assert any("no act of the evidence" in line for line in told)
    assert any("Expected one of" in line for line in told)


def test_accepted_claims_are_added_and_dated_by_their_stamp(proposals: Path, tmp_path: Path) -> None:
    """A second walk adds; an instant with zone counts from that instant; quantities keep their bounds."""
    to = tmp_path / "accepted.toml"
    walk(proposals, to, "s", "a", "")
    walk(proposals, to, *["s"] * 5, "a", "")
    claims = accepted(to)
    assert {claim.id.rpartition("-")[2] for claim in claims} == {"p02", "p07"}
    assert all(claim.known_from == dt.datetime(2026, 3, 12, 9, 5, tzinfo=dt.UTC) for claim in claims)
    (demand,) = [claim for claim in claims if claim.act == "demand"]
    assert (str(demand.numbers[0].value), demand.numbers[0].qualifier, demand.numbers[0].scope) == (
        "at least 15000",
        "more than",
        "a buyer",
    )


def test_what_the_evidence_would_refuse_costs_no_other_claim(proposals: Path, tmp_path: Path) -> None:
    """It is told at once and asked for again; what was accepted before and after it stands."""
    to = tmp_path / "accepted.toml"
    told = walk(proposals, to, "s", "a", "", "m", "gate = nowhere", "a", "s", "a", "")
    assert any("would refuse it" in line and "gate" in line for line in told)
    assert [claim.id.rpartition("-")[2] for claim in accepted(to)] == ["p02", "p04"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "accepted.review.toml",
        "accepted.toml",
        "proposals.toml",
    ]


def test_what_was_decided_is_not_asked_again(proposals: Path, tmp_path: Path) -> None:
    """Accepted or rejected, on another day: a second walk begins where none has decided."""
    to = tmp_path / "accepted.toml"
    walk(proposals, to, "r", "a headline", "a", "")
    before = to.read_text(encoding="utf-8")
    told = walk(proposals, to)
    total = len(read_proposals(proposals))
    assert told[0] == f"2 of {total} proposals were decided before, in {tmp_path / 'accepted.review.toml'}."
    assert f"1 of {total - 2}: p03" in told[1]
    assert to.read_text(encoding="utf-8") == before


def test_ctrl_c_keeps_what_was_decided(proposals: Path, tmp_path: Path) -> None:
    """It quits, as the end of the input does."""
    to = tmp_path / "accepted.toml"
    answers = ["s", "a", ""]

    def ask(_: str) -> str:
        if not answers:
            raise KeyboardInterrupt
        return answers.pop(0)

    reader.review(proposals, to, "A. Reader", ask, lambda _: None, lambda: NOW)
    assert [claim.id.rpartition("-")[2] for claim in accepted(to)] == ["p02"]


def test_a_claim_is_shown_in_words(proposals: Path, tmp_path: Path) -> None:
    """Who vouches, and nothing as a program writes it."""
    told = walk(proposals, tmp_path / "accepted.toml", *["s"] * 40)
    assert any("vouched for by " in line for line in told)
    assert not any("{'" in line or "['" in line for line in told)


def test_a_folder_that_is_not_there_is_told_before_the_walk(proposals: Path, tmp_path: Path) -> None:
    """Not after forty verdicts."""
    with pytest.raises(SourceError, match="its folder is not there"):
        walk(proposals, tmp_path / "none" / "accepted.toml", "s")


def test_relations_stay_within_their_article(tmp_path: Path) -> None:
    """Proposals are numbered in each article anew: p01 of one is not p01 of another."""
    from ecluse.press.review import settled

    rows: list[dict[str, object]] = [
        {"id": "aaaaaa-p01", "relation": []},
        {"id": "bbbbbb-p02", "relation": [{"kind": "updates", "target": "p01", "why": "later"}]},
        {"id": "aaaaaa-p03", "relation": [{"kind": "updates", "target": "p01", "why": "later"}]},
    ]
    assert [one["relation"] for one in settled(rows)] == [
        [], [], [{"kind": "updates", "target": "aaaaaa-p01", "why": "later"}],
    ]  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_an_article_without_a_day_must_be_dated_first(tmp_path: Path) -> None:
    """A claim without a day of report never enters; the reviewer is told what to mend."""
    read = reader.read(b"Tencent declined to comment on the H20 chips.", "undated", relate=False)
    path, to = tmp_path / "p.toml", tmp_path / "c.toml"
    write_proposals(path, [(read.article, read.proposals)])
    told = walk(path, to, "a", "m", "reported = 2026-03-12", "m", "publisher = Canal", "a", "")
    assert any("day is not known" in line for line in told)
    (claim,) = accepted(to)
    assert (claim.reported, claim.publisher) == ("2026-03-12", "Canal")


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "holds no proposals"), ("[[article]]\n[[article.proposal]]\nid = 'p01'\n", "lacks act, gate"), ("= no", "no file of proposals")],
)  # fmt: skip
def test_another_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """With the command that writes a right one."""
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=why):
        read_proposals(path)
