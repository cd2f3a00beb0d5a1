"""Ownership: OFAC's worked examples, thresholds at each step, bounds that stay three-valued."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.bounds import Bound, exactly
from ecluse.parties.ownership import Holding, minority, owned, strictest
from ecluse.truth import NO, UNKNOWN, YES

if TYPE_CHECKING:
    from ecluse.truth import Truth

X, Y = {"Blocked X": YES}, {"Blocked X": YES, "Blocked Y": YES}


def answers(rows: list[tuple[str, str, int]], listed: dict[str, Truth] | None = None) -> dict[str, Truth]:
    """Whether each entity is owned, all holdings given, everybody else not listed."""
    known = dict(listed or X)
    names = {name for row in rows for name in row[:2]}
    told = {name: known.get(name, NO) for name in names}
    found = owned([Holding(a, b, exactly(share)) for a, b, share in rows], told, complete=True)
    return {name: one.truth for name, one in found.items()}


# The worked examples of FAQ 401 (ofac.treasury.gov/faqs/401). The first three, and the sixth (FAQ 399 and the
# guidance of 2014-08-13), were read in copies of the page; the fourth and fifth are recalled, and follow from the
# rule that was read: indirectly means through entities that are themselves 50 percent or more owned.
EXAMPLES: list[tuple[str, list[tuple[str, str, int]], dict[str, Truth], dict[str, Truth]]] = [
    (
        "X owns 50 of A, A owns 50 of B: both are blocked",
        [("Blocked X", "A", 50), ("A", "B", 50)],
        X,
        {"A": YES, "B": YES},
    ),
    (
        "X owns 50 of A and 50 of B; A and B each own 25 of C: blocked",
        [("Blocked X", "A", 50), ("Blocked X", "B", 50), ("A", "C", 25), ("B", "C", 25)],
        X,
        {"A": YES, "B": YES, "C": YES},
    ),
    (
        "X owns 50 of A and 10 of B; A owns 40 of B: B is blocked, by addition",
        [("Blocked X", "A", 50), ("Blocked X", "B", 10), ("A", "B", 40)],
        X,
        {"A": YES, "B": YES},
    ),
    (
        "X owns 50 of A and 25 of B; A and B each own 25 of C: not blocked, as B is none of X's",
        [("Blocked X", "A", 50), ("Blocked X", "B", 25), ("A", "C", 25), ("B", "C", 25)],
        X,
        {"A": YES, "B": NO, "C": NO},
    ),
    (
        "X owns 25 of A and 25 of B; A and B each own 50 of C: not blocked",
        [("Blocked X", "A", 25), ("Blocked X", "B", 25), ("A", "C", 50), ("B", "C", 50)],
        X,
        {"A": NO, "B": NO, "C": NO},
    ),
    (
        "X and Y own 25 of A each: blocked, taken together (FAQ 399)",
        [("Blocked X", "A", 25), ("Blocked Y", "A", 25)],
        Y,
        {"A": YES},
    ),
]


@pytest.mark.parametrize(("says", "rows", "listed", "expected"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_worked_example(
    says: str, rows: list[tuple[str, str, int]], listed: dict[str, Truth], expected: dict[str, Truth]
) -> None:
    """Each worked example comes out as OFAC says."""
    assert says
    assert answers(rows, listed) == expected


def test_shares_are_not_multiplied() -> None:
    """Half of a half is a quarter by multiplication, and blocked by the rule; 49 of everything passes on nothing."""
    assert answers([("Blocked X", "A", 50), ("A", "B", 50), ("B", "C", 50)])["C"] is YES
    assert answers([("Blocked X", "A", 49), ("A", "B", 100)])["B"] is NO


def test_a_ring_of_holdings_ends() -> None:
    """Entities that own each other are owned by nobody listed unless somebody listed comes in."""
    assert answers([("A", "B", 60), ("B", "A", 60)]) == {"A": NO, "B": NO}
    assert answers([("A", "B", 60), ("B", "A", 40), ("Blocked X", "A", 50)]) == {"A": YES, "B": YES}


def test_bounds_give_three_answers() -> None:
    """At least 25 and at most 60 is not known; at least 50 is yes; at most 49 is no."""
    for low, high, expected in ((25, 60, UNKNOWN), (50, 60, YES), (25, 49, NO), (0, 50, UNKNOWN)):
        listed = {"Blocked X": YES, "A": NO}
        assert owned([Holding("Blocked X", "A", Bound(low, high))], listed, complete=True)["A"].truth is expected


def test_what_is_not_given_is_not_known() -> None:
    """A share not known, an owner not screened, owners not all given: not known, never no."""
    assert owned([Holding("Blocked X", "A")], {"Blocked X": YES}, complete=True)["A"].truth is UNKNOWN
    assert owned([Holding("Someone", "A", exactly(80))], {}, complete=True)["A"].truth is UNKNOWN
    listed = {"Blocked X": YES, "Other": NO}
    rows = [Holding("Blocked X", "A", exactly(20)), Holding("Other", "A", exactly(40))]
    assert owned(rows, listed)["A"].truth is UNKNOWN
    rows[1] = Holding("Other", "A", exactly(60))
    assert owned(rows, listed)["A"].truth is NO


def test_the_strictest_owner_decides() -> None:
    """The most restrictive terms apply; one that is not known hides all but the strictest of all."""
    assert strictest(["case_by_case", "presumption_of_denial"]) == "presumption_of_denial"
    assert strictest(["case_by_case", "unknown"]) == "unknown"
    assert strictest(["policy_of_denial", "unknown"]) == "policy_of_denial"
    assert strictest([]) == "unknown"


def test_a_significant_minority_is_a_flag() -> None:
    """From a quarter on below half; not at half, not where it may be less."""
    assert minority(exactly(25))
    assert minority(exactly(49))
    assert not minority(exactly(50))
    assert not minority(Bound(10, 40))


PARTS = st.integers(0, 100)


@given(st.lists(st.tuples(st.sampled_from("XABCD"), st.sampled_from("ABCD"), PARTS), max_size=8), st.data())
def test_narrowing_a_share_never_flips(rows: list[tuple[str, str, int]], data: st.DataObject) -> None:
    """What is answered for bounds is answered for every number within them."""
    rows = [row for row in rows if row[0] != row[1]]
    listed = {"X": YES} | dict.fromkeys("ABCD", NO)
    exact = [Holding(a, b, exactly(share)) for a, b, share in rows]
    loose = [
        Holding(a, b, Bound(data.draw(st.integers(0, share)), data.draw(st.integers(share, 100))))
        for a, b, share in rows
    ]
    sure, unsure = owned(exact, listed, complete=True), owned(loose, listed, complete=True)
    for name, one in unsure.items():
        assert one.truth is UNKNOWN or one.truth is sure[name].truth
