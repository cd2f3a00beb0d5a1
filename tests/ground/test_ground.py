"""The promises of the floor: three truths, numbers between bounds, days and instants."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.bounds import Bound, hull
from ecluse.dates import Interval, Known, end_of_month, parse_known
from ecluse.truth import NO, UNKNOWN, YES, Truth, agreed, every, some, truth

TRUTHS = st.sampled_from(list(Truth))
DAYS = st.dates(dt.date(2022, 1, 1), dt.date(2027, 12, 31))


def completions(answer: Truth) -> list[bool]:
    """What a truth may turn out to be."""
    return {YES: [True], NO: [False], UNKNOWN: [True, False]}[answer]


@given(TRUTHS, TRUTHS)
def test_and_or_not_hold_for_every_completion(one: Truth, two: Truth) -> None:
    """An answer is yes or no only where every way to fill the gaps agrees."""
    pairs = list(itertools.product(completions(one), completions(two)))
    assert (one & two) is agreed(truth(a and b) for a, b in pairs)
    assert (one | two) is agreed(truth(a or b) for a, b in pairs)
    assert ~one is agreed(truth(not a) for a in completions(one))


@given(st.lists(TRUTHS))
def test_every_and_some_are_chains(answers: list[Truth]) -> None:
    """`every` and `some` are `and` and `or` over a row; of none they are yes and no."""
    both, either = YES, NO
    for answer in answers:
        both, either = both & answer, either | answer
    assert every(answers) is both
    assert some(answers) is either


@pytest.mark.parametrize("answer", Truth)
def test_a_truth_is_no_bool(answer: Truth) -> None:
    """Nobody takes *not known* for yes or no."""
    with pytest.raises(TypeError, match="compare it with"):
        bool(answer)


@st.composite
def bounds(draw: st.DrawFn) -> tuple[Bound, int]:
    """A bound, and a number inside it."""
    low, number, high = sorted(draw(st.tuples(*[st.integers(0, 50)] * 3)))
    open_low, open_high = draw(st.booleans()), draw(st.booleans())
    return Bound(None if open_low else low, None if open_high else high), number


@given(bounds(), bounds())
def test_a_comparison_speaks_for_all_numbers_inside(one: tuple[Bound, int], two: tuple[Bound, int]) -> None:
    """Yes or no to a bound is yes or no to each number that it holds; sums and products hold theirs."""
    (a, x), (b, y) = one, two
    assert a.below(b) in (UNKNOWN, truth(x < y))
    assert a.equals(b) in (UNKNOWN, truth(x == y))
    for joined, number in ((a + b, x + y), (a * b, x * y), (hull([a, b]), x), (hull([a, b]), y)):
        assert joined.low is None or joined.low <= number
        assert joined.high is None or number <= joined.high


@given(st.integers(0, 50), st.integers(0, 50))
def test_exact_numbers_are_always_compared(x: int, y: int) -> None:
    """Two exact numbers leave nothing open."""
    assert Bound(x, x).below(Bound(y, y)) is truth(x < y)
    assert Bound(x, x).equals(Bound(y, y)) is truth(x == y)


def test_crossed_bounds_are_refused() -> None:
    """A bound whose least is above its most holds nothing."""
    with pytest.raises(ValueError, match="at_least 3 is above at_most 2"):
        Bound(3, 2)


WEEK = [dt.date(2026, 1, 1) + dt.timedelta(days=count) for count in range(7)]
EDGES = st.none() | st.sampled_from(WEEK[1:-1])


@given(EDGES, EDGES, EDGES, EDGES)
def test_intervals_meet_where_they_share_a_day(
    a: dt.date | None, b: dt.date | None, c: dt.date | None, d: dt.date | None
) -> None:
    """Half-open: the end is out; intervals that only touch share nothing."""
    one, two = Interval(a, b), Interval(c, d)
    empty = [start is not None and end is not None and start >= end for start, end in ((a, b), (c, d))]
    shared = any(one.holds(day) and two.holds(day) for day in WEEK)
    assert b is None or not one.holds(b)
    assert any(empty) or one.meets(two) is shared


@given(DAYS)
def test_a_day_is_known_from_its_end_in_the_gates_own_zone(day: dt.date) -> None:
    """A date of knowledge means through its end; an instant within the day does not cover it."""
    for gate, offset in (("exporter", "-12:00"), ("importer", "+14:00")):
        assert Known(day=day).covers_day(day, gate)
        assert not Known(day=day).covers_day(day + dt.timedelta(days=1), gate)
        assert not parse_known(f"{day}T00:30:00{offset}").covers_day(day, gate)
    assert not parse_known(f"{day}T12:30:00+08:00").covers_day(day, "importer")
    assert parse_known(f"{day + dt.timedelta(days=1)}T00:00:00+08:00").covers_day(day, "importer")
    assert not parse_known(f"{day}T23:59:59-05:00").covers_day(day + dt.timedelta(days=1), "exporter")


def test_the_same_night_is_two_days() -> None:
    """Noon in Shanghai on the 28th is still the night of the 27th in Washington."""
    noon = parse_known("2026-01-28T12:30:00+08:00")
    assert noon.last_day("importer") == dt.date(2026, 1, 28)
    assert noon.last_day("exporter") == dt.date(2026, 1, 27)


@pytest.mark.parametrize(("month", "last"), [("2026-02", 28), ("2024-02", 29), ("2025-12", 31)])
def test_a_month_is_known_from_its_end(month: str, last: int) -> None:
    """A fact precise to a month counts from the month's last day."""
    assert end_of_month(month).day == last


@pytest.mark.parametrize("text", ["2026-1-24", "yesterday", "2026-02-30", "2026-01-28T12:30:00"])
def test_what_is_no_knowledge_is_refused(text: str) -> None:
    """No day, or an instant without a zone."""
    with pytest.raises(ValueError, match=r"is no|is neither|without a zone"):
        parse_known(text)
