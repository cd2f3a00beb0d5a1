"""Every page answers, its `.json` beside it, in three languages, behind its guard."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging

import httpx
import pytest

from ecluse.errors import InputError
from ecluse.web import asking
from ecluse.web.api import examples
from ecluse.web.app import create
from ecluse.web.guard import Buckets
from ecluse.web.settings import Settings, checked
from ecluse.web.site import FOLDER
from tests.conftest import ROOT

SEED = (
    "item.chip=H200+SXM&item.form=module&quantity=200000&origin=US&destination=CN&on=2026-01-24&known=2026-01-24"
    "&seller.name=NVIDIA+Corporation&seller.headquarters=US&buyer.name=Alibaba+Group&buyer.country=CN"
    "&buyer.headquarters=CN&buyer.kind=private+company&end_user.same_as=buyer&use=commercial+cloud"
)
PAGES = (
    "/check",
    f"/check?{SEED}",
    "/chips?on=2023-11-17&before=2023-11-16",
    "/chips/nvidia-h200-sxm-141gb",
    "/chips/compare?chips=nvidia-h200-sxm-141gb,nvidia-b200-sxm",
    "/law",
    "/law/us.3a090.a",
    "/law/diff?before=2023-11-16&after=2023-11-17",
    "/evidence?known=2026-01-24",
    "/evidence/C053",
    "/world?chip=nvidia-h200-sxm-141gb&on=2026-01-24&known=2026-01-24",
    "/screen",
    "/screen?name=Hikvision&country=CN&on=2026-08-10",
    "/batch",
    "/batch/demo",
    "/worklist",
    "/worklist/demo?fact=other_controls_cleared",
)
LINE = {"id": "a", "quantity": 2, "origin": "US", "destination": "CN", "on": "2026-01-24", "item": {"chip": "H200 SXM"}}


async def ask(address: str, method: str = "GET", settings: Settings | None = None, **more: object) -> httpx.Response:
    """Ask the application, without a network."""
    transport = httpx.ASGITransport(app=create(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8470") as client:
        return await client.request(method, address, **more)  # type: ignore[arg-type]


def run(address: str, method: str = "GET", settings: Settings | None = None, **more: object) -> httpx.Response:
    """Ask, and wait."""
    return asyncio.run(ask(address, method, settings, **more))


@pytest.mark.parametrize("page", PAGES)
def test_page_and_its_json_answer(page: str) -> None:
    """A page is html with a strict policy and no inline script; beside it lies the same as JSON."""
    answer = run(page)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert answer.text.count("<script") == 1
    assert '<script src="/static/htmx.min.js" defer>' in answer.text
    path, _, question = page.partition("?")
    beside = run(f"{path}.json?{question}")
    assert beside.status_code == 200
    assert beside.json() is not None


def test_the_seed_is_answered() -> None:
    """The line of the article: no, the exporter's gate binds, and the importer's is not known."""
    page, data = run(f"/check?{SEED}"), run(f"/check.json?{SEED}").json()
    assert data["may_pass"] == "no"
    assert data["binding_gate"] == "exporter"
    assert "No: licence needed, none shown." in page.text
    assert "gate-no" in page.text
    assert "gate-unknown" in page.text


def test_a800_changes_class_on_2023_11_17() -> None:
    """Moving the day over the rule of October 2023 shows A800 from none to 3A090.a."""
    rows = run("/chips.json?on=2023-11-17&before=2023-11-16").json()["chips"]
    moved = {row["id"]: (row["was"], row["ic_level"]) for row in rows if row["was"]}
    assert moved["nvidia-a800-sxm4-80gb"] == ("none", "3A090.a")
    assert run("/chips.json?on=2023-11-16&before=2023-11-16").json()["chips"][0]["was"] is None


def test_language_is_chosen() -> None:
    """The address, the cookie, and what the browser prefers choose the language, in that order."""
    for code, word in (("fr", "Puces"), ("zh-Hans", "芯片")):
        answer = run(f"/chips?lang={code}")
        assert f'<html lang="{code}">' in answer.text
        assert word in answer.text
        assert "ecluse_lang=" in answer.headers["set-cookie"]
    assert "Puces" in run("/chips", headers={"accept-language": "fr-CH, en;q=0.5"}).text


def test_a_question_that_cannot_be_read_says_why() -> None:
    """A wrong field is named on the page and in the JSON; an unlisted page is a problem."""
    page = run("/check?item.chip=H200&quantity=some&origin=US&destination=CN")
    assert page.status_code == 422
    assert "quantity" in page.text
    assert run("/chips/no-such.json").headers["content-type"] == "application/problem+json"
    assert run("/chips?on=yesterday").status_code == 400
    assert run("/chips/x%3Cscript%3E", headers={"accept": "text/html"}).text.count("<script") == 1


def test_api_checks_and_refuses() -> None:
    """POST /api/check answers as the verb does; what is wrong has its own status."""
    good = run("/api/check?known=2026-01-24", "POST", json=LINE)
    assert good.status_code == 200
    assert good.json() == run("/api/check?known=2026-01-24", "POST", json=LINE).json()
    assert run("/api/check", "POST", json={"quantity": 1}).status_code == 422
    assert run("/api/check", "POST", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert run("/api/check", "POST", content=b"x", headers={"content-type": "text/plain"}).status_code == 415
    big = run("/api/check", "POST", Settings(largest=10), json=LINE)
    assert big.status_code == 413
    assert big.headers["content-type"] == "application/problem+json"


def test_bulk_answers_row_by_row() -> None:
    """Rows in, rows out, in order; a row that cannot be read says why and stops nothing."""
    rows = "\n".join([json.dumps(LINE), "{", json.dumps(LINE | {"id": "b", "destination": "IR"})])
    answer = run("/api/check/bulk", "POST", content=rows.encode(), headers={"content-type": "application/x-ndjson"})
    told = [json.loads(row) for row in answer.text.splitlines()]
    assert [row["row"] for row in told] == [1, 2, 3]
    assert [row["may_pass"] for row in told] == ["unknown", None, "no"]
    assert "not JSON" in told[1]["error"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1969-12-31", "2101-01-01"])
def test_days_out_of_reach_are_refused(day: str) -> None:
    """A day that cannot be counted with is refused with the years that can, everywhere."""
    for place in (
        f"/api/chips?on={day}",
        f"/api/claims?known={day}",
        f"/api/law/diff?before={day}&after=2026-01-01",
        f"/evidence.json?known={day}",
        f"/world.json?on={day}",
    ):
        answer = run(place)
        assert answer.status_code == 400, place
        assert answer.headers["content-type"] == "application/problem+json"
        assert "1970 to 2100" in answer.json()["detail"]
    assert run(f"/api/check?on={day}", "POST", json=LINE).status_code == 400
    for number in ("99999", "9999", "0"):
        assert run(f"/chips.json?n={number}").status_code == 200
        assert run(f"/evidence.json?n={number}").status_code == 200


def test_a_failure_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program did not foresee is told as problem+json, without a trace."""
    from ecluse.web import answers

    def fail(*_given: object, **_named: object) -> object:
        message = "secret"
        raise RuntimeError(message)

    monkeypatch.setattr(answers, "decide", fail)
    transport = httpx.ASGITransport(app=create(), raise_app_exceptions=False)

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8470") as client:
            return await client.post("/api/check", json=LINE)

    answer = asyncio.run(post())
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_limits_hold() -> None:
    """Size, rate and time each have their limit and their status; a stream's size has its own."""
    json_kind = {"content-type": "application/json"}
    one = Settings(rate=0.001, burst=1)
    app = create(one)

    async def twice() -> list[httpx.Response]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8470"
        ) as client:
            return [await client.get("/api/chips?on=2026-01-24") for _ in range(2)]

    first, second = asyncio.run(twice())
    assert (first.status_code, second.status_code) == (200, 429)
    assert int(second.headers["retry-after"]) > 0
    assert second.headers["content-type"] == "application/problem+json"
    big = run("/api/check", "POST", Settings(largest=100), content=b" " * 101, headers=json_kind)
    assert big.status_code == 413
    slow = run("/world.json?chip=nvidia-h100-sxm5-80gb&on=2024-02-02", settings=Settings(seconds=0.001))
    assert slow.status_code == 503
    many = run("/api/chips?on=2026-01-24", settings=Settings(at_once=0))
    assert (many.status_code, many.headers["content-type"]) == (503, "application/problem+json")
    assert slow.json()["remedy"]


def test_examples_of_the_api_run() -> None:
    """Every example on the page of the API is answered."""
    import shlex

    for _about, command in examples():
        parts = shlex.split(command)
        body = parts[-1] if parts[-2] in ("-d", "--data-binary") else None
        headers = {"content-type": parts[parts.index("-H") + 1].partition(": ")[2]} if "-H" in parts else {}
        answer = run(parts[2], "POST" if body else "GET", content=body, headers=headers)
        assert answer.status_code == 200, command


def test_public_needs_a_guard() -> None:
    """Serving to others is refused without a token or a proxy; a short token is refused."""
    for wrong in (Settings(public=True), Settings(host="0.0.0.0"), Settings(token="short")):  # noqa: S104, S106
        with pytest.raises(InputError):
            checked(wrong)
    token = "long-enough-for-a-token"
    assert run("/check", settings=Settings(public=True, token=token)).status_code == 401
    shown = {"authorization": f"Bearer {token}"}
    assert run("/check", settings=Settings(public=True, token=token), headers=shown).status_code == 200


def test_a_form_without_its_token_is_refused() -> None:
    """A form must send back the token of its page; a page of another site, or another host, is refused."""
    token = "long-enough-for-a-token"
    sent = run("/enter", "POST", Settings(token=token), data={"token": token})
    assert sent.status_code == 403
    form, browser = {"token": token, "csrf": "c"}, {"cookie": "ecluse_csrf=c"}
    good = run("/enter", "POST", Settings(token=token), data=form, headers=browser)
    assert good.status_code == 303
    assert "samesite=strict" in good.headers["set-cookie"].lower()
    assert run("/api/check", "POST", json=LINE, headers={"origin": "http://elsewhere.example"}).status_code == 403
    assert run("/check", headers={"host": "elsewhere.example"}).status_code == 400


def test_too_many_requests_wait() -> None:
    """A client past its burst waits; another client does not."""
    buckets = Buckets(1, 2)
    assert [buckets.wait("a", 0.0), buckets.wait("a", 0.0)] == [0.0, 0.0]
    assert buckets.wait("a", 0.0) == 1.0
    assert buckets.wait("b", 0.0) == 0.0
    assert buckets.wait("a", 1.0) == 0.0


def test_log_holds_no_order(caplog: pytest.LogCaptureFixture) -> None:
    """The log names the page and not the question."""
    with caplog.at_level(logging.INFO, logger="ecluse.web"):
        run(f"/check?{SEED}")
    assert "/check 200" in caplog.text
    assert "Alibaba" not in caplog.text


def test_a_line_goes_into_an_address_and_back() -> None:
    """What stands in an address is the line it was made of."""
    table = {"item": {"chip": "H20"}, "quantity": {"at_least": 5}, "via": ["HK"], "facts": {"kyc_certified": True}}
    from ecluse.law import load

    assert asking.line_of(asking.flat(table).items(), load().facts) == table


def test_vendored_scripts_are_those_noted() -> None:
    """The vendored files have the digests that docs/dependencies.md notes."""
    told = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    for path in (FOLDER / "static" / "htmx.min.js", ROOT / "tests" / "web" / "vendor" / "axe.min.js"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in told


def test_papers_are_named_with_what_keeps_them_from_the_line() -> None:
    """A licence that covers is named under its gate; one that has expired says so, and what is open has its field."""
    asked = "/check?item.chip=RTX+4090&quantity=5&origin=US&destination=VN&on=2024-05-01&known=2024-05-01"
    paper = "&authorisation[0].gate=exporter&authorisation[0].kind=licence&authorisation[0].status=granted"
    paper += "&authorisation[0].number=L-77&authorisation[0].issued=2024-01-02"
    open_ = run(f"{asked}{paper}").text
    assert "Papers shown" in open_
    assert "licence L-77" in open_
    assert 'name="authorisation[0].uses"' in open_
    gone = run(f"{asked}{paper}&authorisation[0].expires=2024-02-01").text
    assert "expired" in gone
