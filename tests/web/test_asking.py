"""The question in the address: every field of a line has its place, and every missing fact its field."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape

import pytest

from ecluse.dates import parse_known
from ecluse.law import load
from ecluse.lines import read_line
from ecluse.lock import build, decide
from ecluse.parties.screen import lists
from ecluse.web import asking
from ecluse.web.pages.check import book
from tests.web.test_pages import SEED, run

WHOLE = {
    "id": "x",
    "item": {"contains": [{"chip": "B200", "count": 8}], "form": "server", "measures": {"datacenter": True}},
    "quantity": {"at_least": 5, "at_most": 9},
    "origin": "US",
    "destination": "MY",
    "via": ["HK", "SG"],
    "buyer": {
        "name": "A",
        "ultimate_parent": {"headquarters": "CN"},
        "owners": [
            {"name": "B", "percent": 60, "listings": [{"list": "EL", "entry": "csl-1"}, {"list": "MEU"}]},
            {"name": "C", "percent": {"at_most": 40}, "headquarters": "CN", "listings": []},
        ],
    },
    "consignee": {"name": "D", "owners": []},
    "end_user": {"same_as": "buyer"},
    "intermediate": [{"name": "E", "country": "SG"}, {"name": "F"}],
    "facts": {"kyc_certified": True, "percent_built": 30, "exceptions_claimed": ["RPL", "TMP"]},
    "authorisation": [
        {"gate": "exporter", "kind": "licence", "status": "granted", "quantity": 5, "conditions_met": True},
        {"gate": "importer", "kind": "import approval", "status": "pending", "items": ["B200", "H200"]},
    ],
}


def test_a_line_goes_into_an_address_and_back() -> None:
    """Owners, lists, intermediates, papers and certifications stand in the address; read back they are the same."""
    facts = load().facts
    told = asking.flat(WHOLE)
    assert told["buyer.owners[0].listings"] == "EL: csl-1, MEU"
    assert told["buyer.owners[1].listings"] == "none"
    back = asking.line_of(told.items(), facts)
    assert back == WHOLE
    assert read_line(back, "the line", facts) == read_line(WHOLE, "the line", facts)


def test_the_form_keeps_what_it_has_no_field_for() -> None:
    """Fields of the address without a field in the form go along hidden, so that asking again loses nothing."""
    told = asking.flat(WHOLE) | {"known": "2026-01-24"}
    page = run("/check", params=told).text
    names = [unescape(one) for one in re.findall(r'<(?:input|select)[^>]* name="([^"]*)"', page)]
    lost = set(told) - set(names)
    assert lost == set()
    assert names.count("item.contains[0].chip") == 1
    paper = run("/check?item.chip=H20&quantity=1&origin=US&destination=CN&authorisation.gate=exporter").text
    assert 'name="authorisation.gate"' not in paper
    assert '<option value="exporter" selected>' in paper


def test_rows_close_and_the_first_paper_needs_no_number() -> None:
    """A gap between rows is none; `authorisation.gate` is the first paper's; a name of a country is its code."""
    facts = load().facts
    told = asking.line_of([("intermediate[3].name", "E"), ("authorisation.gate", "exporter")], facts)
    assert told == {"intermediate": [{"name": "E"}], "authorisation": [{"gate": "exporter"}]}
    assert asking.line_of([("buyer.country", "china")], facts) == {"buyer": {"country": "CN"}}
    assert asking.line_of([("buyer.country", "Chine")], facts) == {"buyer": {"country": "Chine"}}


@pytest.mark.parametrize("name", ["a[0]b.c", "[0]", "a[999].b", "buyer.owners[0", "buyer.owners[0][1].x", "a..b", "."])
def test_strange_names_are_told_not_tripped_over(name: str) -> None:
    """A field that is none is refused with its name, as a line's reader does."""
    answer = run(f"/check.json?{SEED}", params=dict(part.split("=") for part in SEED.split("&")) | {name: "x"})
    assert answer.status_code == 422


def test_every_missing_fact_has_a_field_or_cannot_have_one() -> None:
    """Over many lines and days, what is missing opens a field of the form; only evidence has none."""
    lock, facts = build(), load().facts
    rows = [row["line"] for row in book()]
    for chip in ("H200 SXM", "H20", "B200", "RTX 4090", "MI308X", "HBM3E", "none such"):
        for country, day in (("CN", "2026-01-24"), ("AE", "2025-05-20"), ("MY", "2025-10-15"), ("TW", "2023-11-17")):
            line = {"item": {"chip": chip}, "quantity": 2, "origin": "US", "destination": country, "on": day}
            rows += [
                line,
                line | {"buyer": {"country": country}, "intermediate": [{"name": "i"}], "end_user": {"name": "e"}},
            ]
    met = set()
    for row in rows:
        told = decide(read_line(row, "the line", facts), lock, known=parse_known("2026-09-01"), lists=lists())
        for gate in (told.exporter.ahead or told.exporter, told.importer):
            met |= {one.fact for one in gate.missing}
    assert {"owned_by_listed", "intermediate[0].headquarters", "import_approval", "datacenter"} <= met
    without = {fact for fact in met if asking.place_of(fact, facts) is None}
    assert without <= set(asking.OUTSIDE)
    for fact in met - without:
        place = asking.place_of(fact, facts)
        page = run(f"/check?{SEED}&ask={place}").text.replace("&#39;", "'")
        assert f'name="{place}"' in page, fact


def test_a_party_that_is_another_is_asked_for_there() -> None:
    """What is missing of an end user that is the buyer is asked of the buyer."""
    facts = load().facts
    assert asking.place_of("end_user.headquarters", facts) == "end_user.headquarters"
    assert asking.place_of("end_user.headquarters", facts, {"end_user.same_as": "buyer"}) == "buyer.headquarters"
    assert asking.place_of("owned_by_listed", facts, {"end_user.same_as": "buyer"}) == "buyer.owners[0].name"


def test_the_command_of_the_memo_gives_the_same_answer() -> None:
    """What the memo says to run is run: the same answer with the same digests."""
    page = run(f"/check?{SEED}&buyer.owners[0].name=X&buyer.owners[0].percent=12.5").text
    command = unescape(re.findall(r'<pre class="command"[^>]*>(.*?)</pre>', page, re.DOTALL)[0])
    head, text, end = command.partition("{")
    assert head.startswith("ecluse check - --on 2026-01-24 --known 2026-01-24 --reading enforced <<'LINE'")
    arguments = head.split("<<")[0].split()[1:]
    ran = subprocess.run(
        [sys.executable, "-m", "ecluse", *arguments, "--format", "json"],
        input=text + end.removesuffix("LINE"),
        capture_output=True,
        text=True,
        check=False,
    )
    ran_told = json.loads(ran.stdout)
    shown = run(f"/check.json?{SEED}&buyer.owners[0].name=X&buyer.owners[0].percent=12.5").json()
    assert ran_told == shown
    assert ran.returncode == 1


def test_a_listed_buyer_is_listed_on_the_page() -> None:
    """The parties are held against the lists as the program does: a hit is named with its list and reasons."""
    page = run("/check?item.chip=H20&quantity=1&origin=US&destination=CN&buyer.name=Huawei+Technologies+Co+Ltd")
    assert "Parties, held against the lists" in page.text
    assert "Huawei Technologies Co., Ltd." in page.text


def test_the_world_answers_as_its_links_do() -> None:
    """A destination's answer in the table is that of the question behind its link, both gates."""
    question = "chip=nvidia-h20-sxm-96gb&on=2026-01-24&known=2026-01-24"
    told = run(f"/world.json?{question}").json()["worlds"]
    page = run(f"/world?{question}").text
    links = [unescape(one) for one in re.findall(r'href="(/check\?[^"]*)"', page)]
    for name, code, parent in (("own", "CN", "CN"), ("CN", "MY", "CN"), ("MO", "DE", "MO"), ("own", "IR", "IR")):
        row = next(one for one in told[name] if one["destination"] == code)
        link = next(
            one for one in links if f"destination={code}&" in one and f"ultimate_parent.headquarters={parent}&" in one
        )
        answer = run(link.replace("/check?", "/check.json?")).json()
        importer = answer["gates"]["importer"]["may_pass"]
        assert row["may_pass"] == answer["may_pass"]
        assert row["exporter"] == answer["gates"]["exporter"]["may_pass"]
        assert row["importer"] == ("not_applicable" if importer is None else importer)
    assert {one["importer"] for one in told["own"] if one["destination"] != "CN"} == {"not_applicable"}
