"""The table of moves: whole, closed, and never one pair of eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.desk import reads
from ecluse.desk.moves import MOVES, ROLES, STATES, Asked, find, objection, ways
from ecluse.desk.records import Dossier, Entry
from ecluse.desk.requests import make
from tests.desk.made import decided, desk, entered, moved, released, reserve

if TYPE_CHECKING:
    from pathlib import Path


def test_the_table_is_whole() -> None:
    """Known states and roles, each pair once; every state is reached, and all but the ends are left."""
    pairs = [(move.before, move.after) for move in MOVES]
    assert len(set(pairs)) == len(pairs)
    assert {state for pair in pairs for state in pair} == set(STATES)
    assert {move.role for move in MOVES} <= set(ROLES)
    assert [state for state in STATES if not ways(state)] == ["closed", "cancelled"]
    assert {after for _, after in pairs} == set(STATES) - {"draft"}


@given(
    before=st.sampled_from(STATES),
    after=st.sampled_from(STATES),
    roles=st.frozensets(st.sampled_from(ROLES)),
    reason=st.sampled_from(["", "because"]),
    may_pass=st.sampled_from([None, "yes", "no", "unknown"]),
)
def test_one_pair_of_eyes_never_releases(
    before: str, after: str, roles: frozenset[str], reason: str, may_pass: str | None
) -> None:
    """Whatever the roles and reasons: the analyst of a line does not release it; no other than yes without override."""
    own = objection(Asked(before, after, "ana", roles, reason, "ana", may_pass))
    other = objection(Asked(before, after, "rob", roles, reason, "ana", may_pass))
    if after == "released" and before != "reserved":
        assert own is not None
        if other is None:
            assert may_pass == "yes" or ("supervisor" in roles and reason)
    if find(before, after) is None:
        assert own is not None
        assert other is not None


def test_a_line_from_draft_to_closed(tmp_path: Path) -> None:
    """Draft, checked, released, reserved, shipped, closed; each by whom it takes."""
    with desk(tmp_path) as found:
        entered(found, "PO/1")
        assert not moved(found, "PO/1", "released", "rob")["ok"]
        assert decided(found, "PO/1")["state"] == "checked"
        assert "somebody else" in moved(found, "PO/1", "released", "ana")["says"]
        assert "no releaser" in moved(found, "PO/1", "released", "sam")["says"]
        assert moved(found, "PO/1", "released", "rob", number=2)["state"] == "released"
        assert reserve(found, "h1", "PO/1", 50)["ok"]
        assert found.one(make("post", "s1", "sam", reservation="h1"))["ok"]
        assert reads.one(found, Entry, "PO/1").state == "shipped"  # type: ignore[union-attr]
        assert reads.one(found, Dossier, "PO").exported_on is not None  # type: ignore[union-attr]
        assert moved(found, "PO/1", "closed", "sam")["state"] == "closed"


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_override_takes_a_supervisor_and_a_reason(tmp_path: Path, answer: str) -> None:
    """Not the releaser; not without a reason; never the analyst."""
    with desk(tmp_path) as found:
        entered(found, "PO/1")
        decided(found, "PO/1", answer)
        assert "only a supervisor" in moved(found, "PO/1", "released", "rob", "because")["says"]
        assert "needs a reason" in moved(found, "PO/1", "released", "sue")["says"]
        assert moved(found, "PO/1", "released", "sue", "counsel's advice", 2)["ok"]


def test_a_held_line_neither_reserves_nor_ships(tmp_path: Path) -> None:
    """What was set aside stays set aside, and does not leave; released again it goes on as reserved."""
    with desk(tmp_path) as found:
        released(found, "PO/1")
        assert reserve(found, "h1", "PO/1", 20)["ok"]
        assert moved(found, "PO/1", "held", "ana", "a red flag")["ok"]
        assert "only a line that was released" in reserve(found, "h2", "PO/1", 1)["says"]
        assert "only a reserved line ships" in found.one(make("post", "s1", "sam", reservation="h1"))["says"]
        assert "give that back" in moved(found, "PO/1", "cancelled", "ana", "withdrawn")["says"]
        assert moved(found, "PO/1", "released", "rob", "resolved", 2)["state"] == "reserved"
        assert found.one(make("post", "s2", "sam", reservation="h1"))["ok"]


def test_a_line_never_ships_more_than_was_ordered(tmp_path: Path) -> None:
    """Its own quantity is an account; part by part, the rest stays open until all has left."""
    with desk(tmp_path) as found:
        released(found, "PO/1")
        assert reserve(found, "h1", "PO/1", 30)["ok"]
        assert reserve(found, "h2", "PO/1", 30)["where"] == "line:PO/1"
        assert found.one(make("post", "s1", "sam", reservation="h1", quantity=10))["amounts"]["LIC:value"] == 10_000
        assert reads.one(found, Entry, "PO/1").state == "released"  # type: ignore[union-attr]
        assert reserve(found, "h3", "PO/1", 41)["left"] == 40
        assert reserve(found, "h4", "PO/1", 40)["ok"]
        assert found.one(make("void", "v1", "sam", reservation="h4"))["ok"]
        assert reads.one(found, Entry, "PO/1").state == "released"  # type: ignore[union-attr]


def test_a_decision_that_turns_stops_a_line(tmp_path: Path) -> None:
    """Released goes back to checked, reserved is held; a yes that stays leaves it alone."""
    with desk(tmp_path) as found:
        released(found, "PO/1")
        assert decided(found, "PO/1", "yes", number=2)["state"] == "released"
        assert decided(found, "PO/1", "unknown", number=3)["state"] == "checked"
        released(found, "PO/2")
        reserve(found, "h1", "PO/2", 1)
        assert decided(found, "PO/2", "no", number=2)["state"] == "held"
        assert not found.one(make("post", "s1", "sam", reservation="h1"))["ok"]


def test_amounts_are_the_lines_own(tmp_path: Path) -> None:
    """A value that is not quantity times price is refused; without a price it is not known."""
    with desk(tmp_path) as found:
        released(found, "PO/1")
        wrong = {"LIC:quantity": 5, "LIC:value": 4999}
        answer = found.one(make("reserve", "h1", "sam", line="PO/1", quantity=5, draws=wrong))
        assert "5000 usd_cent there, not 4999" in answer["says"]
        released(found, "PO/2", cents=None)
        assert reserve(found, "h2", "PO/2", 5)["why"] == "not_known"


def test_people_do_what_their_roles_allow(tmp_path: Path) -> None:
    """Strangers do nothing; the analyst takes in no papers; roles are written by a supervisor."""
    with desk(tmp_path) as found:
        for by in ("ana", "stranger"):
            answer = found.one(make("person", f"me-{by}", by, name=by, roles=["supervisor"]))
            assert "is no supervisor" in answer["says"]
        assert not found.one(make("limit", "l1", "ana", account="LIC:quantity", cap=5, reason="x"))["ok"]
        assert not found.one(make("move", "m1", "stranger", line="PO/1", to="held", reason="x"))["ok"]
