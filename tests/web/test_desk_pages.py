"""What people do on the desk's pages comes about in the book, and what the book refuses does not."""

from __future__ import annotations

import asyncio
import io
import re
import threading
import zipfile
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from babel.messages.pofile import read_po

from ecluse.desk import reads
from ecluse.desk.door import open_desk, sole_writer
from ecluse.desk.papers import bundle
from ecluse.desk.records import Entry, Reservation
from ecluse.desk.requests import make
from ecluse.errors import InputError
from ecluse.web.app import create
from ecluse.web.desk import bars
from ecluse.web.desk.sessions import COOKIE
from ecluse.web.settings import Settings
from ecluse.web.site import FOLDER
from tests.conftest import ROOT
from tests.desk import made
from tests.web.office import LINE, Browser, app, settings

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.web.guard import Guard

HELD = "PO-2026-0117/3"
FREE = "PO-2026-0118/1"


def entry(folder: Path, name: str) -> Entry:
    """A line as it stands in the book."""
    with open_desk(str(folder / "books")) as book:
        found = reads.one(book, Entry, name)
    assert found is not None
    return found


def events(folder: Path, last: int) -> list[dict[str, Any]]:
    """The last events of the book."""
    with open_desk(str(folder / "books")) as book:
        return [dict(reads.told(one)) for one in reads.journal(book, last=last)]


def passable(folder: Path, name: str, quantity: int = 100) -> None:
    """Put a line into the book whose decision is yes, entered and decided by ana."""
    with open_desk(str(folder / "books")) as book:
        made.entered(book, name, quantity, buyer="Brook Ltd", destination="GB")
        assert made.decided(book, name)["ok"]


def test_hold_and_release_by_a_second_person(tmp_path: Path) -> None:
    """An analyst holds; whoever entered or decided it does not release it; a second person does, with a reason."""
    house = app(tmp_path)
    passable(tmp_path, "PO-9/1")
    ana, rob = Browser(house, "ana"), Browser(house, "rob")
    assert ana.post("/desk/hold", line="PO-9/1", reason="").headers["location"] == "/desk/lines/PO-9/1"
    assert entry(tmp_path, "PO-9/1").state == "checked", "no hold without a reason"
    ana.post("/desk/hold", line="PO-9/1", reason="the site is not named")
    assert entry(tmp_path, "PO-9/1").state == "held"
    shown = next(one for one in rob.get("/desk.json").json()["waiting"] if one["line"] == "PO-9/1")
    assert (shown["entered_by"], shown["held_by"], shown["release"]) == ("ana", "ana", "yes")
    assert shown["reason"] == "the site is not named"
    rob.post("/desk/release", line="PO-9/1", reason="")
    assert entry(tmp_path, "PO-9/1").state == "held", "a hold is lifted with a reason"
    assert "Not done" in rob.said()
    rob.post("/desk/release", line="PO-9/1", reason="the site is named now")
    assert entry(tmp_path, "PO-9/1").state == "released"
    assert "PO-9/1: released." in rob.said()
    move = events(tmp_path, 1)[0]
    assert (move["by"], move["did"]) == ("rob", "move")


def test_who_entered_does_not_release(tmp_path: Path) -> None:
    """Not even where somebody else decided it since, and where the role is there: refused, and written down."""
    house = app(tmp_path)
    from ecluse.web.desk import users

    path = tmp_path / "books" / "users.json"
    everyone = users.read(path)
    both = users.User("ana", frozenset({"analyst", "releaser"}), everyone["ana"].password)
    users.write(path, everyone | {"ana": both})
    with open_desk(str(tmp_path / "books")) as book:
        book.one(make("person", "more", "sue", name="ana", roles=["analyst", "releaser"]))
    passable(tmp_path, "PO-9/1")
    with open_desk(str(tmp_path / "books")) as book:
        assert made.decided(book, "PO-9/1", by="amy", number=2)["ok"]
    assert entry(tmp_path, "PO-9/1").analyst == "amy"
    ana = Browser(house, "ana")
    waiting = ana.get("/desk.json").json()["waiting"]
    assert next(one for one in waiting if one["line"] == "PO-9/1")["release"] == "own"
    assert "somebody else must release it" in ana.get("/desk").text
    ana.post("/desk/release", line="PO-9/1", reason="it is fine")
    assert entry(tmp_path, "PO-9/1").state == "checked"
    refusal = events(tmp_path, 1)[0]
    assert refusal["asked"]["what"] == "refused"
    assert refusal["by"] == "ana"


def test_only_a_supervisor_overrides(tmp_path: Path) -> None:
    """A releaser who is no supervisor in the book is refused by the book; a supervisor needs a reason."""
    house = app(tmp_path)
    rob, sue = Browser(house, "rob"), Browser(house, "sue")
    assert "only a supervisor of the book overrides it" in rob.get("/desk").text
    rob.post("/desk/release", line=HELD, reason="please")
    assert entry(tmp_path, HELD).state == "held"
    assert "supervisor" in rob.said()
    sue.post("/desk/release", line=HELD, reason="counsel's memo")
    assert entry(tmp_path, HELD).state == "released"


def balance(one: Browser, account: str, question: str = "") -> dict[str, Any]:
    """An account as the page's JSON tells it."""
    rows = one.get(f"/desk/balances.json{question}").json()["balances"]
    return dict(next(row for row in rows if row["account"] == account))


def test_a_reservation_moves_the_balance(tmp_path: Path) -> None:
    """What is reserved, shipped and left follows reserve, ship and give back; more than is left is refused."""
    house = app(tmp_path)
    sam = Browser(house, "sam")
    name = "D0000001:quantity"
    assert [balance(sam, name)[key] for key in ("shipped", "reserved", "left")] == [20_000, 10_000, 30_000]
    sam.post("/desk/reserve", line=FREE, quantity="5 000", days="14", **{"using.0": "D0000001"})
    assert "5,000 reserved" in sam.said()
    assert [balance(sam, name)[key] for key in ("shipped", "reserved", "left")] == [20_000, 15_000, 25_000]
    sam.post("/desk/reserve", line=FREE, quantity="25 001", **{"using.0": "D0000001"})
    assert "Not done" in sam.said()
    assert balance(sam, name)["left"] == 25_000
    sam.post("/desk/ship", hold="hold-2", quantity="4000")
    assert [balance(sam, name)[key] for key in ("shipped", "reserved", "left")] == [24_000, 5_000, 31_000]
    with open_desk(str(tmp_path / "books")) as book:
        hold = next(one for one in reads.every(book, Reservation) if one.state == "pending")
    sam.post("/desk/void", hold=hold.id)
    assert [balance(sam, name)[key] for key in ("shipped", "reserved", "left")] == [24_000, 0, 36_000]
    page = sam.get("/desk/balances").text
    assert "left <strong>36\u202f000</strong>" in page
    assert balance(sam, name, "?when=2026-01-01")["shipped"] == 0, "as of a day before"
    assert sam.get("/desk/balances?when=someday").status_code == 400


@pytest.mark.parametrize("fields", [{"quantity": "-1"}, {"quantity": "1e9"}, {"quantity": "1", "days": "9999"}, {}])
def test_a_quantity_that_is_none_is_refused(tmp_path: Path, fields: dict[str, str]) -> None:
    """Nothing is reserved, and the page says why."""
    sam = Browser(app(tmp_path), "sam")
    before = len(events(tmp_path, 1000))
    sam.post("/desk/reserve", line=FREE, **fields)
    assert "Not done" in sam.said()
    assert len(events(tmp_path, 1000)) == before


def test_a_line_is_entered_and_decided(tmp_path: Path) -> None:
    """As it is written; what cannot be read is told, and nothing is entered."""
    ana = Browser(app(tmp_path), "ana")
    ana.post("/desk/enter", text="quantity = 'many'")
    assert "Not done" in ana.said()
    there = ana.post("/desk/enter", text=LINE)
    assert there.headers["location"] == "/desk/lines/PO-7/1"
    found = ana.get("/desk/lines/PO-7/1.json").json()
    assert (found["entered_by"], found["analyst"], found["quantity"]) == ("ana", "ana", 40)
    assert found["may_pass"] in ("yes", "no", "unknown")
    assert [one["did"] for one in found["events"]] == ["enter", "decide"]
    ana.post("/desk/check", line="PO-7/1")
    assert [one["did"] for one in ana.get("/desk/lines/PO-7/1.json").json()["events"]][-1] == "decide"
    assert ana.get("/desk/lines/no/such").status_code == 404


def test_papers_are_entered_and_changed(tmp_path: Path) -> None:
    """By the licence manager: a licence, its limit fixed anew, a ratio, its status; all with movements beside."""
    sam = Browser(app(tmp_path), "sam")
    text = (
        '[[paper]]\nid = "L2"\nkind = "licence"\ngate = "exporter"\nstatus = "granted"\nnumber = "L2"\nquantity = 7\n'
    )
    sam.post("/desk/papers", text=text)
    assert "Taken in: L2:quantity" in sam.said()
    sam.post("/desk/papers", text=text)
    assert "in the book already" in sam.said()
    sam.post("/desk/papers", text="[[paper]]\nid = 3\n")
    assert "Not done" in sam.said()
    sam.post("/desk/fix", paper="L2", account="L2:quantity", figure="9", reason="amended")
    assert sam.get("/desk/papers/L2.json").json()["accounts"][0]["limit"] == 9
    sam.post("/desk/fix", paper="L2", account="L2:quantity", figure="9", reason="")
    assert "Not done" in sam.said()
    sam.post("/desk/fix", paper="domestic-alibaba:x", ratio="domestic-alibaba", figure="3/1", reason="fixed")
    ratios = {one["ratio"]: one["at_most"] for one in sam.get("/desk/balances.json").json()["ratios"]}
    assert ratios == {"cap-h200": "1/2", "domestic-alibaba": "3/1"}
    sam.post("/desk/fix", paper="L2", status="revoked", until="2026-12-31", reason="revoked by its issuer")
    assert sam.get("/desk/papers/L2.json").json()["status"] == "revoked"
    moved = sam.get("/desk/papers/D0000001.json").json()["movements"]
    assert {(one["by"], one["did"]) for one in moved} == {("sam", "reserve"), ("sam", "post")}
    assert "Nothing has moved on it." in sam.get("/desk/papers/L2").text


def test_the_journal_is_filtered_and_dated(tmp_path: Path) -> None:
    """By order, person, kind and day; older events by a link."""
    vic = Browser(app(tmp_path), "vic")
    rows = vic.get("/desk/journal.json?who=sam&kind=reserve").json()["events"]
    assert [(one["by"], one["did"]) for one in rows] == [("sam", "reserve")] * 2
    rows = vic.get("/desk/journal.json?about=PO-2026-0117").json()["events"]
    assert {one["about"] for one in rows} == {"PO-2026-0117"}
    assert vic.get("/desk/journal.json?day=2026-01-01").json()["events"] == []
    assert vic.get("/desk/journal.json?before=3").json()["events"][0]["seq"] == 2
    assert vic.get("/desk/journal?about=%27%3B%20DROP%20TABLE%20event%3B").status_code == 200
    assert vic.get("/desk/journal.json").json()["events"][0]["did"] == "login"


def test_the_auditor_verifies_and_takes_the_bundle(tmp_path: Path) -> None:
    """The record holds; spoiled behind the book's back it does not, and the page says so. A bundle holds by itself."""
    house = app(tmp_path)
    aud = Browser(house, "aud")
    page = aud.post("/desk/verify")
    assert "It holds" in page.text
    taken = aud.post("/desk/bundle", order="PO-2026-0118")
    assert taken.headers["content-type"] == "application/zip"
    assert 'filename="PO-2026-0118.zip"' in taken.headers["content-disposition"]
    assert not bundle.verify(taken.content, None).faults
    assert "events.ndjson" in zipfile.ZipFile(io.BytesIO(taken.content)).namelist()
    told = [one["asked"].get("what") for one in events(tmp_path, 2)]
    assert told == ["record verified", "bundle taken"]
    aud.post("/desk/bundle", order="PO-none")
    assert "Not done" in aud.said()
    import sqlite3

    with sqlite3.connect(tmp_path / "books" / "desk.sqlite") as file:
        file.execute("UPDATE account SET posted = posted - 1 WHERE name = 'D0000001:quantity'")
    page = aud.post("/desk/verify")
    assert "It does not hold" in page.text
    assert "D0000001:quantity" in page.text


def test_the_plan_moves_with_the_ratio(tmp_path: Path) -> None:
    """Not known while nobody has fixed the ratio; at a ratio, as the verb says; a pasted plan is this session's."""
    house = app(tmp_path)
    ana = Browser(house, "ana")
    assert ana.get("/desk/plan.json").json()["plan"]["known"] is False
    at = {ratio: ana.get(f"/desk/plan.json?ratio={ratio}").json() for ratio in ("0.2", "0.3", "0.8")}
    assert [at[one]["plan"]["units"] for one in ("0.2", "0.3")] == [284_234, 266_666]
    assert at["0.8"]["plan"]["units"] == 100_000
    assert len(at["0.2"]["sweep"]) == 21
    assert at["0.2"]["harmless_up_to"].startswith("0.2814")
    for wrong in ("-1", "nan", "x", "1e9"):
        assert ana.get(f"/desk/plan?ratio={wrong}").status_code == 400
    text = (ROOT / "examples" / "desk" / "plan.toml").read_text(encoding="utf-8")
    ana.post("/desk/plan", text=text.replace("supply    = 350000", "supply    = 10"))
    assert ana.get("/desk/plan.json?ratio=0").json()["plan"]["units"] == 10
    assert Browser(house, "vic").get("/desk/plan.json?ratio=0").json()["plan"]["units"] == 284_234
    ana.post("/desk/plan", text="supply = 'x'")
    assert "Not done" in ana.said()


def test_a_book_that_waits_blocks_nobody(tmp_path: Path) -> None:
    """While another process holds the folder, a release waits on a thread; pages go on answering."""
    house = app(tmp_path)
    passable(tmp_path, "PO-9/1")
    rob = Browser(house, "rob")
    token = rob.token()
    answered: list[str] = []
    free = threading.Event()
    held = threading.Event()

    def holder() -> None:
        with sole_writer(str(tmp_path / "books")):
            held.set()
            free.wait(30)

    async def both() -> None:
        transport = httpx.ASGITransport(app=house)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=rob.cookies) as client:

            async def release() -> None:
                fields = {"csrf": token, "line": "PO-9/1", "reason": "seen"}
                assert (await client.post("/desk/release", data=fields)).status_code == 303
                answered.append("release")

            async def others() -> None:
                for address in ("/check", "/desk/balances", "/desk"):
                    assert (await client.get(address)).status_code == 200
                    answered.append(address)
                free.set()

            await asyncio.gather(release(), others())

    thread = threading.Thread(target=holder)
    thread.start()
    held.wait(30)
    asyncio.run(both())
    thread.join(30)
    assert answered == ["/check", "/desk/balances", "/desk", "release"]
    assert entry(tmp_path, "PO-9/1").state == "released"


def test_pages_speak_three_languages_under_their_policy(tmp_path: Path) -> None:
    """No inline script or style, in no language; the words of the interface change."""
    house = app(tmp_path)
    one = Browser(house, "ana")
    for code, word in (("en", "Worklist"), ("fr", "Liste de travail"), ("zh-Hans", "待办")):
        for path in ("/desk", "/desk/balances", "/desk/journal", "/desk/papers", "/desk/plan?ratio=0.3"):
            page = one.get(f"{path}{'&' if '?' in path else '?'}lang={code}")
            assert "default-src 'none'" in page.headers["content-security-policy"]
            assert page.text.count("<script") == 1
            assert "style=" not in page.text
            assert f'<html lang="{code}">' in page.text
            assert word in page.text


def test_bars_say_what_they_show() -> None:
    """A bar with words for who does not see it; names are escaped; a broken limit runs past its mark."""
    drawn = str(bars.bar("<b>", "says & more", 30, 20, 40))
    assert "&lt;b&gt;" in drawn
    assert "says &amp; more" in drawn
    assert "bar-mark" in drawn
    assert 'width="360.0"' in drawn
    assert "bar-open" in str(bars.bar("x", "not fixed", 0, 0, None))
    assert "bar-mark" not in str(bars.bar("x", "", 0, 0, 0))


def test_settings_that_lack_something_are_refused(tmp_path: Path) -> None:
    """A database without a file of users; a folder without a desk."""
    with pytest.raises(InputError, match="--users FILE"):
        create(Settings(desk="postgresql://somebody@127.0.0.1:1/x"))
    from ecluse.errors import DeskError

    with pytest.raises(DeskError, match="no desk is there"):
        create(Settings(desk=str(tmp_path / "none")))


def test_a_session_is_no_name(tmp_path: Path) -> None:
    """The cookie says nothing, and a made-up one opens nothing."""
    house: Guard = create(settings(tmp_path))
    one = Browser(house, "ana")
    value = one.cookies[COOKIE]
    assert len(value) >= 43
    assert "ana" not in value
    spoiled = {"cookie": f"{COOKIE}={value[:-1]}{'a' if value[-1] != 'a' else 'b'}"}
    assert Browser(house).get("/desk", headers=spoiled).status_code == 303
    assert Browser(house).get("/desk", headers={"cookie": f"{COOKIE}={value}"}).status_code == 200


def test_a_book_that_is_gone_is_told(tmp_path: Path) -> None:
    """Pages and acts answer 503 and say where it was; what goes before a login still answers."""
    house = app(tmp_path)
    ana = Browser(house, "ana")
    token = ana.token()
    (tmp_path / "books" / "desk.sqlite").rename(tmp_path / "elsewhere")
    assert ana.get("/desk.json").status_code == 503
    assert "no desk is there" in ana.get("/desk.json").json()["detail"]
    assert ana.post("/desk/hold", token, line=HELD, reason="x").status_code == 503
    assert ana.get("/check").status_code == 200


def test_every_word_of_the_desk_is_translated() -> None:
    """Whatever the templates mark is in both catalogues, and says something there."""
    told = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / "templates" / "desk").glob("*.html"))]
    words = {one for text in told for one in re.findall(r'\b_\("((?:[^"\\]|\\.)*)"', text)}
    words |= {one for text in told for one in re.findall(r'ngettext\("([^"]*)"', text)}
    assert len(words) > 150
    for language in ("fr", "zh-Hans"):
        said: dict[str, object] = {}
        for path in (FOLDER / "locale").glob(f"*{language}.po"):
            with path.open("rb") as file:
                kept = read_po(file, locale=language.replace("-", "_"))
            said |= {one.id if isinstance(one.id, str) else one.id[0]: one.string for one in kept if one.id}
        assert [word for word in words if not said.get(word)] == []


def test_pages_stand_whatever_is_in_the_book(tmp_path: Path) -> None:
    """A draft that nobody has decided, an order that was erased, corrections, outside papers: no page stumbles."""
    house = app(tmp_path)
    with open_desk(str(tmp_path / "books")) as book:
        made.entered(book, "PO-draft/1")
        made.entered(book, "PO-old/1")
        gone = made.decided(book, "PO-old/1", "no")
        assert gone["ok"]
        why = {"reason": "withdrawn"}
        asked = (
            make("move", "e1", "ana", line="PO-old/1", to="cancelled", **why),
            make("dossier", "e2", "sam", order="PO-old", what="terminated", day="2010-01-01"),
            make("hold", "e3", "sam", order="PO-draft", agency="BIS", reason="they asked"),
            make("correct", "e4", "sam", amounts={"cap-h200:base": -1_000}, reason="a miscount"),
            make("assert", "e5", "sam", account="D0000001:quantity", posted=19_000, said_by="BIS"),
            make("void", "e6", "sam", reservation="hold-2", reason="put off"),
            make("tally", "e7", "sam", amounts={"cap-h200:base": 1_000}, reason="found again"),
        )
        assert all(book.one(one)["ok"] for one in asked)
        erased = book.one(make("erase", "e8", "sue", order="PO-old", today="2026-11-25", reason="its time is over"))
    ana, aud = Browser(house, "ana"), Browser(house, "aud")
    assert ana.get("/desk/lines/PO-draft/1.json").json()["release"] == "role"
    assert "Nobody has decided this line yet." in ana.get("/desk/lines/PO-draft/1").text
    assert "cancelled" in ana.get("/desk?state=cancelled").text
    pages = ["/desk", "/desk/lines/PO-old/1", "/desk/journal", "/desk/balances", "/desk/papers/cap-h200:base"]
    for path in (*pages, *(f"/desk/journal?kind={kind}" for kind in ("erase", "assert", "correct", "void", "hold"))):
        assert ana.get(path).status_code == 200, path
    assert aud.get("/desk/record").status_code == 200
    assert ("erased" in aud.get("/desk/record").text) is bool(erased["ok"])
