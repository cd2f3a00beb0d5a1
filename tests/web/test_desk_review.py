"""Proposals on the page: the same walk as in the terminal; nothing enters the evidence otherwise."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from ecluse import evidence, reader
from ecluse.cli import main
from ecluse.dates import Known
from ecluse.press.review import write_proposals
from ecluse.web.app import create
from tests.conftest import ROOT
from tests.web.office import Browser, settings

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.claim import Claim

ARTICLE = ROOT / "examples" / "article-fr.txt"
FROM = "article-fr.toml"


@pytest.fixture
def ana(tmp_path: Path) -> Browser:
    """An analyst before a desk whose folder of proposals holds those of the example."""
    folder = tmp_path / "proposals"
    folder.mkdir()
    found = reader.read(ARTICLE.read_bytes(), ARTICLE.name, known=Known(day=dt.date(2026, 3, 13)))
    write_proposals(folder / FROM, [(found.article, found.proposals)])
    (tmp_path / "secret.toml").write_text("[[article]]\n", encoding="utf-8")
    return Browser(create(dataclasses.replace(settings(tmp_path), proposals=folder)), "ana")


def claims(folder: Path) -> list[Claim]:
    """The claims that were written, as the evidence reads them."""
    path = folder / "books" / "claims.toml"
    if not path.exists():
        return []
    shipped = evidence.load().claims
    return [one for name, one in sorted(evidence.load((path,)).claims.items()) if name not in shipped]


def verdicts(folder: Path) -> list[dict[str, object]]:
    """The log of verdicts beside it."""
    path = folder / "books" / "claims.review.toml"
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["verdict"]) if path.exists() else []


def test_accept_mend_reject_leave(ana: Browser, tmp_path: Path) -> None:
    """What is accepted enters as it stands or as mended, with who and why; the rest does not."""
    rows = ana.get(f"/claims/review.json?from={FROM}").json()["proposals"]
    assert len(rows) > 10
    first, second, third = rows[0], rows[1], rows[3]
    answer = ana.post(
        "/claims/review",
        **{
            "from": FROM,
            "0.verdict": "reject",
            "0.why": "a headline",
            "1.verdict": "accept",
            "1.why": "plain",
            "1.statement": second["claim"]["statement"],
            "3.verdict": "accept",
            "3.statement": "They may negotiate = amounts.",
            "5.statement": "changed, but left",
        },
    )
    assert answer.status_code == 303
    assert "2 claims written to claims.toml, 3 verdicts" in ana.said()
    written = claims(tmp_path)
    assert [one.id.rpartition("-")[2] for one in written] == [second["id"], third["id"]]
    assert written[0].statement == second["claim"]["statement"]
    assert written[1].statement == "They may negotiate = amounts."
    assert all("by ana on" in (one.note or "") for one in written)
    told = [(one["proposal"], one["verdict"], one.get("why")) for one in verdicts(tmp_path)]
    assert told == [
        (first["id"], "reject", "a headline"),
        (second["id"], "accept", "plain"),
        (third["id"], "mend", None),
    ]
    again = ana.get(f"/claims/review.json?from={FROM}").json()["proposals"]
    assert [row["judged"]["verdict"] for row in again if row["judged"]] == ["reject", "accept", "mend"]
    page = ana.get(f"/claims/review?from={FROM}")
    assert page.text.count("judged:</strong>") == 3
    ana.post("/claims/review", **{"from": FROM, "1.verdict": "accept"})
    assert len(claims(tmp_path)) == 2, "what was judged is not judged twice"
    did = [one["did"] for one in ana.get("/desk/journal.json?who=ana").json()["events"]]
    assert did.count("proposal judged") == 3


def test_the_page_writes_what_the_terminal_writes(
    ana: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same verdicts on the same proposals give the same claims, byte by byte."""
    rows = ana.get(f"/claims/review.json?from={FROM}").json()["proposals"]
    fields = {f"{row['number']}.verdict": "accept" for row in rows} | {"2.why": "so it says"}
    ana.post("/claims/review", **{"from": FROM, "0.statement": "Mended."} | fields)
    answers = iter(
        [
            word
            for row in rows
            for word in (
                (["m", "statement = Mended."] if row["number"] == 0 else [])
                + ["a", "so it says" if row["number"] == 2 else ""]
            )
        ]
    )
    monkeypatch.setattr("builtins.input", lambda _="": next(answers))
    to = tmp_path / "terminal.toml"
    assert main(["claims", "review", str(tmp_path / "proposals" / FROM), "--to", str(to), "--who", "ana"]) == 0
    capsys.readouterr()
    assert (tmp_path / "books" / "claims.toml").read_text("utf-8") == to.read_text("utf-8")
    assert len(claims(tmp_path)) == len(rows)


def test_a_verdict_that_cannot_stand(ana: Browser, tmp_path: Path) -> None:
    """A rejection without a reason, an unknown act or gate: nothing at all is written, and the form keeps its words."""
    for fields, why in (
        ({"0.verdict": "reject"}, "say why it is rejected"),
        ({"0.verdict": "accept", "0.act": "blessed"}, "no act of the evidence"),
        ({"0.verdict": "accept", "0.gate": "garden"}, "no gate"),
    ):
        page = ana.post("/claims/review", **{"from": FROM, "1.verdict": "accept", "1.why": "kept words"} | fields)
        assert page.status_code == 422
        assert why in page.text
        assert 'value="kept words"' in page.text
    ana.post("/claims/review", **{"from": FROM})
    assert "No verdict was given" in ana.said()
    ana.post("/claims/review", **{"from": FROM, "0.verdict": "accept", "0.reported": "someday"})
    assert "the evidence would refuse it" in ana.said()
    assert claims(tmp_path) == []
    assert verdicts(tmp_path) == []


def test_an_article_is_pasted_and_read(ana: Browser, tmp_path: Path) -> None:
    """Or the JSON or TOML of `ecluse read`, pasted or as a file; each for this session alone."""
    text = ARTICLE.read_text(encoding="utf-8")
    there = ana.post("/claims/review/read", text=text)
    rows = ana.get(there.headers["location"].replace("review?", "review.json?")).json()["proposals"]
    assert len(rows) > 10
    other = Browser(ana.app, "ana")
    assert other.get(there.headers["location"]).status_code == 404
    told = (tmp_path / "proposals" / FROM).read_text(encoding="utf-8")
    again = ana.post("/claims/review/read", text=told)
    assert re.search(r"from=draft-\w+", again.headers["location"])
    files = {"file": ("p.toml", told.encode(), "text/plain")}
    sent = ana.ask("POST", "/claims/review/read", data={"csrf": ana.token()}, files=files)
    assert re.search(r"from=draft-\w+", sent.headers["location"])


def test_json_of_the_reader_is_taken(ana: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    """As the verb prints it, for one article or several."""
    assert main(["read", str(ARTICLE), "--known", "2026-03-13", "--format", "json"]) == 0
    one = json.loads(capsys.readouterr().out)
    for table in (one, {"articles": [one, one], "between": []}):
        there = ana.post("/claims/review/read", text=json.dumps(table))
        assert "from=draft-" in there.headers["location"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1, 2]", '{"article": {}, "claims": [3]}', '{"article": {}, "claims": [{"id": "p01"}]}', "[[article]\n",
     "[[article]]\n", "Nothing that the reader knows."],
)  # fmt: skip
def test_what_holds_no_proposals_is_refused(ana: Browser, text: str) -> None:
    """It is told, and nothing is kept."""
    assert ana.post("/claims/review/read", text=text).headers["location"] == "/claims/review"
    assert "Not done" in ana.said()


@pytest.mark.parametrize("name", ["../secret.toml", "..%2Fsecret.toml", "/etc/passwd", "none.toml", "draft-0"])
def test_no_path_is_opened_that_somebody_sends(ana: Browser, name: str) -> None:
    """Only what the folder lists, by its name."""
    assert ana.get(f"/claims/review?from={name}").status_code == 404
