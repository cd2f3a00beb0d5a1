"""Plans: no limit is broken, none is better, what is not fixed is not known, sweeps are functions."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.desk import plan
from ecluse.desk.plan import Bar, Domestic, Problem, Wish
from ecluse.errors import InputError
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("scipy", reason="PLANNING IS NOT TESTED: SciPy is not installed")
EXAMPLE = (ROOT / "examples" / "desk" / "plan.toml").read_text(encoding="utf-8")


def example() -> Problem:
    """Give the example: Alibaba and ByteDance over 200,000 each."""
    return plan.read(EXAMPLE, "plan.toml", lambda _: None)


def with_ratio(problem: Problem, ratio: str | None) -> Problem:
    """Fix the domestic ratio."""
    assert problem.domestic is not None
    return replace(problem, domestic=replace(problem.domestic, ratio=None if ratio is None else Decimal(ratio)))


def test_a_ratio_not_fixed_is_not_known() -> None:
    """The plan says which figure nobody has fixed, and allocates nothing."""
    found = plan.solve(example())
    assert found.open_limits == ("domestic ratio",)
    assert found.given == {}
    assert "nobody has fixed domestic ratio" in plan.told(found)


def test_the_example() -> None:
    """At 0.2 the cap binds: 4.5 billion TPP over 15,832; lifting it gives the licences' 320,000."""
    found = plan.solve(with_ratio(example(), "0.2"))
    assert found.units == 4_500_000_000 // 15_832
    (binding,) = found.binding
    assert binding.name == "cap"
    assert binding.free_at == 320_000 * 15_832
    assert binding.then == ("licences",)
    assert "licences would bind" in plan.told(found)


def test_the_sweep_is_a_function_of_the_ratio() -> None:
    """Falling, flat up to the harmless ratio, then capacity over ratio."""
    plans = plan.sweep(example(), Decimal(0), Decimal(1), Decimal("0.05"))
    units = [one.units for one in plans]
    assert units == sorted(units, reverse=True)
    harmless = plan.harmless_up_to(example())
    assert harmless is not None
    assert abs(harmless - Decimal(80_000) / (Decimal(4_500_000_000) / 15_832)) < Decimal("0.00001")
    for one in plans:
        assert one.ratio is not None
        expected = units[0] if one.ratio <= harmless else int(Decimal(80_000) / one.ratio)
        assert abs(one.units - expected) <= 1, one.ratio


def test_fairness_raises_the_smallest_share() -> None:
    """Both get the same share where nothing else binds; a buyer's own limit does not drag the other down."""
    fair = plan.solve(replace(with_ratio(example(), "0"), objective="fairness"))
    shares = [given / fair.wished[buyer] for buyer, given in fair.given.items()]
    assert max(shares) - min(shares) < 1e-4
    tight = replace(
        with_ratio(example(), "0"), objective="fairness", bars=(Bar("a", "units", ("ByteDance",), Decimal(10)),)
    )
    assert plan.solve(tight).given == {"Alibaba Group": 200_000, "ByteDance": 10}


def test_value_prefers_the_dearer() -> None:
    """For the most value the dearer request is served first; for units it does not matter."""
    problem = Problem(
        (Wish("a", 10, 100, None), Wish("b", 10, 300, None)), (Bar("s", "units", (), Decimal(12)),), None, "value"
    )
    assert plan.solve(problem).given == {"a": 2, "b": 10}
    assert plan.solve(problem).value_cents == 2 * 100 + 10 * 300


def test_nothing_binds_where_all_are_served() -> None:
    """It says so."""
    problem = Problem((Wish("a", 10, None, None),), (Bar("s", "units", (), Decimal(100)),), None, "units")
    found = plan.solve(problem)
    assert (found.units, found.binding) == (10, ())
    assert "No limit binds" in plan.told(found)


def test_a_missing_price_or_performance_is_not_known() -> None:
    """A limit in value cannot be weighed without prices, nor the cap without TPP."""
    value = Problem((Wish("a", 10, None, None),), (Bar("licence", "value", (), Decimal(100)),), None, "units")
    assert plan.solve(value).open_limits == ("licence: the price of a request",)
    cap = Problem((Wish("a", 10, None, None),), (Bar("cap", "tpp", (), Decimal(100)),), None, "units")
    assert plan.solve(cap).open_limits == ("cap: the TPP of a request",)
    worth = Problem((Wish("a", 10, None, None),), (), None, "value")
    assert plan.solve(worth).open_limits == ("objective: the price of a request",)
    home = Problem((Wish("a", 10, None, None),), (), Domestic(("a",), Decimal(1), None), "units")
    assert plan.solve(home).open_limits == ("domestic capacity",)


@st.composite
def small(draw: st.DrawFn) -> Problem:
    """Draw a problem small enough to try every allocation."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    wishes = tuple(
        Wish(name, draw(st.integers(0, 5)), draw(st.integers(1, 9)), Decimal(draw(st.integers(1, 4)))) for name in names
    )
    bars = tuple(
        Bar(
            f"bar{n}",
            draw(st.sampled_from(["units", "value", "tpp"])),
            tuple(draw(st.lists(st.sampled_from(names), unique=True))),
            Decimal(draw(st.integers(0, 20))),
        )
        for n in range(draw(st.integers(0, 3)))
    )
    domestic = None
    if draw(st.booleans()):
        ratio = Decimal(draw(st.integers(0, 4))) / 2
        domestic = Domestic(tuple(draw(st.lists(st.sampled_from(names), unique=True))), ratio, draw(st.integers(0, 8)))
    return Problem(wishes, bars, domestic, draw(st.sampled_from(["units", "value"])))


def allowed(problem: Problem, given: tuple[int, ...]) -> bool:
    """Is an allocation within every limit? Worked out anew, in whole numbers and fractions."""
    chosen = list(zip(problem.wishes, given, strict=True))
    for bar in problem.bars:
        total = Decimal(0)
        for wish, number in chosen:
            each = {"units": Decimal(1), "value": Decimal(wish.unit_cents or 0), "tpp": wish.tpp or Decimal(0)}[bar.per]
            total += each * number if not bar.buyers or wish.buyer in bar.buyers else 0
        if total > (bar.most or 0):
            return False
    home = problem.domestic
    if home is None or not home.ratio:
        return True
    return sum(home.ratio * number for wish, number in chosen if wish.buyer in home.buyers) <= (home.capacity or 0)


def every_allocation(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Give every allocation within every limit."""
    ranges = [range(wish.quantity + 1) for wish in problem.wishes]
    return (given for given in itertools.product(*ranges) if allowed(problem, given))


@settings(max_examples=60, deadline=None)
@given(small())
def test_a_plan_is_allowed_and_none_is_better(problem: Problem) -> None:
    """Beside every allocation there is."""

    def worth(given: tuple[int, ...]) -> int:
        if problem.objective == "units":
            return sum(given)
        return sum(number * (wish.unit_cents or 0) for wish, number in zip(problem.wishes, given, strict=True))

    found = tuple(plan.solve(problem).given.values())
    assert allowed(problem, found)
    assert worth(found) == max(map(worth, every_allocation(problem)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("supply = 5\n", "at least one"),
        ("[[request]]\nbuyer = 'a'\n", "how many units"),
        ("[[request]]\nbuyer = 'a'\nquantity = 1\n[[request]]\nbuyer = 'a'\nquantity = 2\n", "twice"),
        ("[[request]]\nbuyer = 'a'\nquantity = 1\n[[limit]]\nid = 'x'\nbuyers = ['b']\n", "requests nothing"),
        ("[[request]]\nbuyer = 'a'\nquantity = 1\nunit_price = '1.234'\n", "expected dollars"),
        ("[[request]]\nbuyer = 'a'\nquantity = 1\nobjetive = 'units'\n", "is not a field"),
    ],
)
def test_bad_plans(text: str, said: str) -> None:
    """What, where, what was expected."""
    with pytest.raises(InputError, match=said):
        plan.read(text, "plan.toml", lambda _: None)


def test_bad_ranges() -> None:
    """A sweep that falls, or never ends, is refused."""
    for start, end, step in (("1", "0", "0.1"), ("0", "1", "0"), ("0", "1", "0.0001")):
        with pytest.raises(InputError, match="a rising one"):
            plan.sweep(example(), Decimal(start), Decimal(end), Decimal(step))
