"""Limits: tolerance, closure, dates, what is not fixed, standing caps, ratios, alerts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.desk import limits, reads
from ecluse.desk.intake import requests
from ecluse.desk.records import Account, Ratio
from ecluse.desk.requests import make
from ecluse.errors import DeskError, InputError, SameIdOtherContent
from tests.desk.made import desk, released, reserve

if TYPE_CHECKING:
    from pathlib import Path

CAP = """
[[cap]]
id = "cap"
items = ["H200"]
destinations = ["CN", "MO"]
base_destinations = ["US"]
at_most = "1/2"
"""
PAPER = "[[paper]]\nid = 'x'\nkind = 'licence'\ngate = 'exporter'\nstatus = 'granted'\n"


def account(**more: Any) -> Account:  # noqa: ANN401 - fields of any kind
    """Give an account, granted and empty unless told."""
    fields = {
        "name": "a", "id": 1, "instrument": "P", "unit": "piece", "rule": "limit", "cap": 100, "tolerance": 0,
        "top": 100, "pending": 0, "posted": 0, "breached": 0, "valid_from": None, "valid_to": None,
        "status": "granted",
    }  # fmt: skip
    return Account(**(fields | more))  # type: ignore[arg-type]


def why(refusal: limits.Refusal | None) -> str | None:
    """Give the code of a refusal."""
    return None if refusal is None else refusal.why


@pytest.mark.parametrize(
    ("more", "amount", "expected"),
    [
        ({}, 100, None),
        ({}, 101, "exceeded"),
        ({"pending": 60, "posted": 30}, 10, None),
        ({"pending": 60, "posted": 30}, 11, "exceeded"),
        ({"tolerance": 1000, "top": 110}, 110, None),
        ({"tolerance": 1000, "top": 110}, 111, "exceeded"),
        ({"posted": 100}, 1, "closed"),
        ({"posted": 100, "unit": "usd_cent"}, 1, "exceeded"),
        ({"posted": 120, "breached": 1, "cap": 130, "top": 115}, 1, "breached"),
        ({"rule": "open", "cap": None, "top": None}, 1, "not_known"),
        ({"rule": "count", "cap": None, "top": None}, 10**14, None),
        ({"cap": 0, "top": 0}, 1, "closed"),
        ({"status": "suspended"}, 1, "not_valid"),
        ({"status": "applied"}, 1, "not_valid"),
        ({"valid_from": "2026-11-02"}, 1, "not_valid"),
        ({"valid_from": "2026-11-01", "valid_to": "2026-11-01"}, 1, None),
        ({"valid_to": "2026-10-31"}, 1, "not_valid"),
    ],
)
def test_reserving(more: dict[str, Any], amount: int, expected: str | None) -> None:
    """Whether an amount may be set aside on 2026-11-01, and if not, why."""
    assert why(limits.reserve_objection(account(**more), amount, "2026-11-01")) == expected


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_tolerance_rounds_down(cap: int, tolerance: int) -> None:
    """The highest amount is the cap with its tolerance, in whole units, never above."""
    top = limits.top_of(cap, tolerance)
    assert top is not None
    exact = cap * (1 + Fraction(tolerance, 10_000))
    assert exact - 1 < top <= exact


@given(st.integers(0, 50), st.integers(0, 100), st.integers(0, 9), st.integers(1, 9), st.booleans())
def test_a_ratio_is_its_fraction(num: int, den: int, k_num: int, k_den: int, strict: bool) -> None:  # noqa: FBT001
    """No rounding anywhere; the most that is allowed is allowed, one more is not."""
    ratio = Ratio("r", "n", "d", k_num, k_den, int(strict), 0)
    exact = Fraction(den * k_num, k_den)
    assert limits.holds(ratio, num, den) is (num < exact if strict else num <= exact)
    highest = limits.most(ratio, den)
    assert highest is not None
    assert limits.holds(ratio, highest + 1, den) is False
    assert highest < 0 or limits.holds(ratio, highest, den) is True


def test_value_may_exceed_a_licence_by_a_tenth_until_its_quantity_has_shipped(tmp_path: Path) -> None:
    """15 CFR 750.11: a price within tolerance passes; when all has shipped, nothing follows."""
    with desk(tmp_path) as found:
        released(found, "PO/1", 100, cents=1100)
        draws = {"LIC:quantity": 100, "LIC:value": 110_000}
        assert found.one(make("reserve", "h1", "sam", line="PO/1", quantity=100, draws=draws))["ok"]
        assert found.one(make("post", "s1", "sam", reservation="h1"))["ok"]
        released(found, "PO/2", 1, cents=0)
        answer = found.one(make("reserve", "h2", "sam", line="PO/2", quantity=1, draws={"LIC:quantity": 1}))
        assert answer["why"] == "closed"


def test_a_limit_not_fixed_is_neither_zero_nor_infinite(tmp_path: Path) -> None:
    """It refuses with not known, says so as a balance, and opens when a paper fixes it."""
    with desk(tmp_path) as found:
        one = make("reserve", "h1", "sam", draws={"approval:quantity": 1})
        assert found.one(one)["why"] == "not_known"
        balance = reads.balances(found, like="approval%")[0]
        assert (balance.rule, balance.cap, balance.left) == ("open", None, None)
        assert found.one(make("limit", "f1", "sam", account="approval:quantity", cap=10, reason="letter 5"))["ok"]
        assert found.one(one)["why"] == "not_known", "a retry gives the same answer"
        assert found.one(make("reserve", "h2", "sam", draws={"approval:quantity": 10}))["ok"]


def test_a_standing_cap_cannot_be_left_out(tmp_path: Path) -> None:
    """Every line in its scope draws on it; what is shipped at home is its base; a fall breaks it, and says so."""
    with desk(tmp_path, CAP) as found:
        released(found, "PO/1", 100)
        bare = found.one(make("reserve", "h0", "sam", line="PO/1", quantity=1, draws={"line:PO/1": 1}))
        assert "every line in the scope of cap:capped draws on it" in bare["says"]

        def ask(hold: str, quantity: int) -> dict[str, Any]:
            draws = {"cap:capped": quantity * 15_832_000}
            return found.one(make("reserve", hold, "sam", line="PO/1", quantity=quantity, draws=draws))

        assert ask("h1", 1)["why"] == "exceeded"
        found.one(make("tally", "t1", "sam", amounts={"cap:base": 20 * 15_832_000}, reason="20 shipped at home"))
        assert ask("h2", 10)["ok"]
        assert ask("h3", 1)["why"] == "exceeded"
        assert found.one(make("post", "s1", "sam", reservation="h2", quantity=6))["ok"]
        answer = found.one(make("correct", "c1", "sam", amounts={"cap:base": -10 * 15_832_000}, reason="10 came back"))
        assert answer["breached"] == ["cap"]
        assert ask("h4", 1)["why"] == "breached"
        assert any(alert.where == "cap" and alert.level == "breached" for alert in reads.alerts(found))
        found.one(make("tally", "t2", "sam", amounts={"cap:base": 10 * 15_832_000}, reason="10 shipped at home"))
        assert ask("h5", 4)["ok"]


def test_a_broken_cap_stops_what_was_reserved_before(tmp_path: Path) -> None:
    """A hold made in good time does not ship where the shipment itself would break the cap."""
    with desk(tmp_path, CAP) as found:
        found.one(make("tally", "t1", "sam", amounts={"cap:base": 100}, reason="x"))
        assert found.one(make("reserve", "h1", "sam", draws={"cap:capped": 50}))["ok"]
        found.one(make("correct", "c1", "sam", amounts={"cap:base": -20}, reason="x"))
        assert found.one(make("post", "s1", "sam", reservation="h1"))["why"] == "breached"
        assert found.one(make("post", "s2", "sam", reservation="h1", amounts={"cap:capped": 40}))["ok"]


def test_a_revoked_paper_neither_reserves_nor_ships(tmp_path: Path) -> None:
    """Nor does one that ran out between hold and shipment."""
    with desk(tmp_path) as found:
        assert found.one(make("reserve", "h1", "sam", draws={"LIC:quantity": 1}))["ok"]
        found.one(make("status", "x1", "sam", instrument="LIC", status="suspended", reason="letter"))
        assert found.one(make("post", "s1", "sam", reservation="h1"))["why"] == "not_valid"
        found.one(make("status", "x2", "sam", instrument="LIC", status="granted", valid_to="2026-01-02", reason="x"))
        assert found.one(make("post", "s2", "sam", reservation="h1"))["why"] == "not_valid"
        assert found.one(make("reserve", "h2", "sam", draws={"LIC:quantity": 1}))["why"] == "not_valid"


@pytest.mark.parametrize(("share", "level"), [(79, None), (80, "80%"), (90, "90%"), (95, "95%"), (100, "100%")])
def test_alerts_by_share(share: int, level: str | None) -> None:
    """At 80, 90, 95 and 100 percent, once, at the highest."""
    found = limits.alerts([account(posted=share)], [], {})
    assert [one.level for one in found] == ([] if level is None else [level])


def test_alerts_before_expiry() -> None:
    """Thirty days before, and after."""
    assert limits.alerts([account()], [], {"a": 31}) == []
    assert [one.says for one in limits.alerts([account()], [], {"a": 30})] == ["runs out in 30 days"]
    assert [one.says for one in limits.alerts([account()], [], {"a": -1})] == ["has run out"]


def test_ids(tmp_path: Path) -> None:
    """The same id and content answers as before; other content is an error."""
    with desk(tmp_path) as found:
        one = make("reserve", "h1", "sam", draws={"LIC:quantity": 100})
        first = found.one(one)
        assert found.one(one) == first
        assert reads.balances(found, like="LIC:quantity")[0].pending == 100
        with pytest.raises(SameIdOtherContent, match="h1"):
            found.one(make("reserve", "h1", "sam", draws={"LIC:quantity": 1}))
        refused = make("reserve", "h2", "sam", draws={"LIC:quantity": 1})
        assert found.one(refused)["why"] == "exceeded"
        found.one(make("void", "v1", "sam", reservation="h1"))
        assert found.one(refused)["why"] == "exceeded"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"draws": {"a": 0}}, "amounts above 0"),
        ({"draws": {"a": 1.5}}, "amounts above 0"),
        ({"draws": {"a": True}}, "amounts above 0"),
        ({"draws": {"a": 10**16}}, "amounts above 0"),
        ({"draws": {}}, "amounts above 0"),
        ({"draws": {"a": 1}, "second": 5}, "Did you mean 'seconds'"),
        ({"draws": {"a": 1}, "seconds": -1}, "a whole number"),
    ],
)
def test_requests_are_read_strictly(fields: dict[str, Any], said: str) -> None:
    """What, where, what was expected."""
    with pytest.raises(InputError, match=said):
        make("reserve", "h", "sam", **fields)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[papers]]\nid = 'x'\n", "Did you mean 'paper'"),
        ("", "holds no"),
        (PAPER + "value = '5 EUR'\n", "dollars"),
        (PAPER + "quantity = { at_least = 5 }\n", "is a bound"),
        ("[[cap]]\nid = 'c'\nat_most = '0.5'\n", "a fraction such as"),
        ("[[domestic]]\nid = 'c'\nper_import = '0/5'\n", "binds nobody"),
    ],
)  # fmt: skip
def test_bad_papers(text: str, said: str) -> None:
    """A paper that cannot be read says what was expected."""
    with pytest.raises(InputError, match=said):
        requests(text, "papers.toml", "sam", "p")


def test_no_desk_there(tmp_path: Path) -> None:
    """A folder without a desk says how to make one; a desk is never made over another."""
    from ecluse.desk.door import create, open_desk

    with pytest.raises(DeskError, match="ecluse desk init"):
        open_desk(str(tmp_path))
    create(str(tmp_path / "d"))
    with pytest.raises(DeskError, match="there already"):
        create(str(tmp_path / "d"))


def test_reserve_names_a_paper_that_is_there(tmp_path: Path) -> None:
    """An account that does not exist is refused by name."""
    with desk(tmp_path) as found:
        released(found, "PO/1")
        assert reserve(found, "h1", "PO/1", 5)["ok"]
        assert found.one(make("reserve", "h2", "sam", draws={"LIC:qantity": 1}))["why"] == "no_such"
