"""Planning: who gets how many, under supply, papers, limits, the cap and a domestic ratio.

The figures of a limit that nobody has fixed make the answer not known, unless it is swept: then the
answer is a function of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ecluse.desk.intake import cents
from ecluse.errors import DeskError, InputError
from ecluse.reading import Reader, parse_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from ecluse.desk.solver import Row, Solved

OBJECTIVES = ("units", "value", "fairness")
MOST_STEPS = 400
CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Wish:
    """A request: a buyer, how many, at what price in cents, of what TPP each."""

    buyer: str
    quantity: int
    unit_cents: int | None
    tpp: Decimal | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit on the sum of `per` (units, value or tpp) over buyers; `most` None: nobody has fixed it."""

    name: str
    per: str
    buyers: tuple[str, ...]
    most: Decimal | None


@dataclass(frozen=True, slots=True)
class Domestic:
    """For each unit imported, `ratio` units bought at home (None: not fixed), of `capacity` there are."""

    buyers: tuple[str, ...]
    ratio: Decimal | None
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wished for, and what bars it."""

    wishes: tuple[Wish, ...]
    bars: tuple[Bar, ...]
    domestic: Domestic | None
    objective: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that binds: what one more of it is worth, and where it would no longer bind."""

    name: str
    at: Decimal
    worth: Decimal
    free_at: Decimal
    gain: Decimal
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """An allocation. `open_limits` not empty: not known, since these are not fixed."""

    objective: str
    given: dict[str, int]
    wished: dict[str, int]
    units: int
    value_cents: int | None
    binding: tuple[Binding, ...]
    open_limits: tuple[str, ...] = ()
    ratio: Decimal | None = None


def read(text: str, place: str, left: Callable[[str], int | None]) -> Problem:
    """Read a plan file. `left` gives what is left on an account of the book. Raises InputError."""
    reader = Reader(parse_toml(text, place, InputError), place, InputError, text=text)
    supply = reader.number("supply", whole=True)
    wishes = tuple(_wish(row) for row in reader.each("request") or ())
    if not wishes:
        reader.fail("request", "is missing: at least one [[request]] with buyer and quantity")
    if len({one.buyer for one in wishes}) < len(wishes):
        reader.fail("request", "names a buyer twice; add the quantities")
    names = tuple(one.buyer for one in wishes)
    bars = [] if supply is None or supply.exact is None else [Bar("supply", "units", (), Decimal(supply.exact))]
    bars += [_bar(row, names, left) for row in reader.each("limit") or ()]
    cap = reader.inner("cap")
    if cap is not None:
        bars.append(_cap(cap, left))
    domestic = reader.inner("domestic")
    problem = Problem(
        wishes,
        tuple(bars),
        None if domestic is None else _domestic(domestic, names),
        reader.choice("objective", OBJECTIVES, "units"),
    )
    reader.close()
    return problem


def _wish(row: Reader) -> Wish:
    quantity = row.number("quantity", whole=True)
    if quantity is None or quantity.exact is None:
        row.fail("quantity", "is missing: how many units are wished for?")
    price, tpp = row.word("unit_price"), row.number("tpp")
    try:
        unit_cents = None if price is None else cents(price)
    except (ArithmeticError, ValueError):
        row.fail("unit_price", f'is {price!r}, expected dollars such as "27000.00"')
    each = None if tpp is None or tpp.exact is None else Decimal(tpp.exact)
    wish = Wish(row.needed("buyer"), int(quantity.exact), unit_cents, each)
    row.close()
    return wish


def _bar(row: Reader, names: Sequence[str], left: Callable[[str], int | None]) -> Bar:
    name, buyers = row.needed("id"), row.words("buyers") or ()
    for buyer in buyers:
        if buyer not in names:
            row.fail("buyers", f"names {buyer!r}, who requests nothing here")
    account, quantity, value = row.word("account"), row.number("quantity", whole=True), row.word("value")
    per = row.choice("per", ("units", "value"), "value" if value is not None else "units")
    most: Decimal | None = None
    if account is not None:
        found = left(account)
        most = None if found is None else Decimal(found)
    elif value is not None:
        most = Decimal(cents(value))
    elif quantity is not None and quantity.exact is not None:
        most = Decimal(quantity.exact)
    row.close()
    return Bar(name, per, buyers, most)


def _cap(row: Reader, left: Callable[[str], int | None]) -> Bar:
    """Give the cap of the rule: TPP to these buyers is at most a share of what went to US customers."""
    account = row.word("account")
    share, base = row.word("at_most"), row.number("base_tpp")
    gone = row.number("shipped_tpp")
    most: Decimal | None = None
    if account is not None:
        found = left(account)
        most = None if found is None else Decimal(found) / 1000
    elif share is not None and base is not None and base.exact is not None:
        over, _, under = share.partition("/")
        if not (over.strip().isdigit() and under.strip().isdigit() and int(under)):
            row.fail("at_most", f'is {share!r}, expected a fraction such as "1/2"')
        before = Decimal(gone.exact) if gone is not None and gone.exact is not None else Decimal(0)
        most = Decimal(base.exact) * int(over) / int(under) - before
    row.close()
    return Bar("cap", "tpp", (), most)


def _domestic(row: Reader, names: Sequence[str]) -> Domestic:
    ratio, capacity = row.number("per_import"), row.number("capacity", whole=True)
    found = Domestic(
        row.words("buyers") or tuple(names),
        None if ratio is None or ratio.exact is None else Decimal(ratio.exact),
        None if capacity is None or capacity.exact is None else int(capacity.exact),
    )
    row.close()
    return found


def open_limits(problem: Problem) -> tuple[str, ...]:
    """Name the limits that nobody has fixed, and figures without which a limit cannot be weighed."""
    found = [bar.name for bar in problem.bars if bar.most is None]
    for bar in problem.bars:
        wishes = [wish for wish in problem.wishes if not bar.buyers or wish.buyer in bar.buyers]
        if any(_per(wish, bar.per) is None for wish in wishes):
            found.append(f"{bar.name}: the {'price' if bar.per == 'value' else 'TPP'} of a request")
    if problem.objective == "value" and any(wish.unit_cents is None for wish in problem.wishes):
        found.append("objective: the price of a request")
    domestic = problem.domestic
    if domestic is not None and domestic.ratio is None:
        found.append("domestic ratio")
    if domestic is not None and domestic.capacity is None and domestic.ratio != 0:
        found.append("domestic capacity")
    return tuple(found)


def _per(wish: Wish, per: str) -> Decimal | None:
    if per == "units":
        return Decimal(1)
    if per == "value":
        return None if wish.unit_cents is None else Decimal(wish.unit_cents)
    return wish.tpp


def solve(problem: Problem) -> Plan:
    """Allocate. Where a limit is not fixed, the plan is not known, and names it."""
    wished = {wish.buyer: wish.quantity for wish in problem.wishes}
    unknown = open_limits(problem)
    ratio = problem.domestic.ratio if problem.domestic else None
    if unknown:
        return Plan(problem.objective, {}, wished, 0, None, (), unknown, ratio)
    rows = _rows(problem)
    given = _exact(problem, [round(one) for one in _optimum(problem, rows, whole=True).variables[: len(wished)]])
    value = None
    if all(wish.unit_cents is not None for wish in problem.wishes):
        value = sum(number * (wish.unit_cents or 0) for number, wish in zip(given, problem.wishes, strict=True))
    allocation = dict(zip(wished, given, strict=True))
    return Plan(problem.objective, allocation, wished, sum(given), value, _binding(problem, rows), (), ratio)


def _exact(problem: Problem, given: list[int]) -> list[int]:
    """Take units back until every limit holds exactly; the solver keeps them within its tolerance only."""
    gains = _gains(problem)
    for shares, most in _limits(problem):
        while sum(share * given[index] for index, share in shares.items()) > most:
            index = min((one for one, share in shares.items() if share and given[one]), key=gains.__getitem__)
            given[index] -= 1
    return given


def _limits(problem: Problem) -> list[tuple[dict[int, Decimal], Decimal]]:
    """Give each limit as exact shares by request, and the most that they may add up to."""
    found = []
    for bar in problem.bars:
        shares = {
            index: _per(wish, bar.per) or Decimal(0)
            for index, wish in enumerate(problem.wishes)
            if not bar.buyers or wish.buyer in bar.buyers
        }
        found.append((shares, bar.most or Decimal(0)))
    home = problem.domestic
    if home is not None and home.ratio:
        buyers = {index: home.ratio for index, wish in enumerate(problem.wishes) if wish.buyer in home.buyers}
        found.append((buyers, Decimal(home.capacity or 0)))
    return found


def _solver() -> ModuleType:
    """Bring in HiGHS: an extra. Raises DeskError where it is missing."""
    try:
        from ecluse.desk import solver  # noqa: PLC0415 - an extra
    except ImportError:
        message = "planning needs the solver HiGHS, which SciPy brings: install ecluse[plan]."
        raise DeskError(message) from None
    return solver


def _scale(shares: dict[int, Decimal]) -> Decimal:
    """Give what a limit is divided by, so that the solver sees shares of about one."""
    return max(shares.values(), default=Decimal(0)) or Decimal(1)


def _rows(problem: Problem) -> list[Row]:
    names = [bar.name for bar in problem.bars] + ["domestic"]
    found = []
    for name, (shares, most) in zip(names, _limits(problem), strict=False):
        scale = _scale(shares)
        scaled = {index: float(share / scale) for index, share in shares.items()}
        found.append(_solver().Row(name, scaled, float(most / scale)))
    return found


def _gains(problem: Problem) -> list[float]:
    if problem.objective == "value":
        return [float(wish.unit_cents or 0) / 100 for wish in problem.wishes]
    return [1.0] * len(problem.wishes)


def _optimum(problem: Problem, rows: Sequence[Row], *, whole: bool) -> Solved:
    solver = _solver()
    tops = [float(wish.quantity) for wish in problem.wishes]
    if problem.objective != "fairness":
        found: Solved = solver.maximise(_gains(problem), tops, rows, whole=whole)
        return found
    # First the smallest share that anybody gets, as large as can be; then as many units as that allows.
    count = len(tops)
    shares = [solver.Row(f"share {i}", {i: -1.0, count: tops[i]}, 0.0) for i in range(count)]
    least = solver.maximise([0.0] * count + [1.0], [*tops, 1.0], [*rows, *shares], whole=False)
    share = least.variables[count] - CLOSE
    floors = [solver.Row(f"least {i}", {i: -1.0}, -float(int(max(share, 0.0) * tops[i]))) for i in range(count)]
    found = solver.maximise([1.0] * count, tops, [*rows, *floors], whole=whole)
    # What a limit is worth to fairness is what it is worth to the smallest share.
    return found if whole else replace(found, value=least.value, used=least.used, worth=least.worth)


def _binding(problem: Problem, rows: Sequence[Row]) -> tuple[Binding, ...]:
    """Give the limits that bind, and for each how far it would have to move until it binds no more."""
    relaxed = _optimum(problem, rows, whole=False)
    found = []
    for index, row in enumerate(rows):
        tight = relaxed.used[index] >= row.most - CLOSE * max(1.0, abs(row.most))
        if not tight or relaxed.worth[index] * max(1.0, row.most) <= CLOSE:
            continue
        others = [one for one in rows if one is not row]
        free = _optimum(problem, others, whole=False)
        used = sum(share * free.variables[place] for place, share in row.coefficients.items())
        then = tuple(
            one.name
            for place, one in enumerate(others)
            if free.worth[place] * max(1.0, one.most) > CLOSE
            and free.used[place] >= one.most - CLOSE * max(1.0, abs(one.most))
        )
        scale = float(_scale(_limits(problem)[index][0]))
        found.append(
            Binding(
                row.name,
                _neat(row.most * scale),
                _neat(relaxed.worth[index] / scale, 15),
                _neat(used * scale),
                _neat(free.value - relaxed.value, 4),
                then,
            )
        )
    return tuple(found)


def _neat(number: float, places: int = 3) -> Decimal:
    return Decimal(str(round(number, places))).normalize() + 0


def sweep(problem: Problem, start: Decimal, end: Decimal, step: Decimal) -> list[Plan]:
    """Allocate for each domestic ratio of a range: the answer as a function of what nobody has fixed."""
    if problem.domestic is None:
        message = "the plan has no [domestic]; there is no ratio to sweep."
        raise InputError(message)
    if step <= 0 or end < start or start < 0 or (end - start) / step > MOST_STEPS:
        message = f"a range from {start} to {end} by {step}; expected a rising one of at most {MOST_STEPS} steps."
        raise InputError(message)
    found, ratio = [], start
    while ratio <= end:
        found.append(solve(replace(problem, domestic=replace(problem.domestic, ratio=ratio))))
        ratio += step
    return found


def harmless_up_to(problem: Problem) -> Decimal | None:
    """Give the largest domestic ratio that costs nothing; None where no ratio costs anything, or none is known.

    The fewest imports of those whom the rule binds, at the best allocation without it, share the capacity.
    """
    domestic = problem.domestic
    free = replace(problem, domestic=None)
    if domestic is None or domestic.capacity is None or open_limits(free) or problem.objective == "fairness":
        return None
    solver, rows = _solver(), _rows(free)
    best = _optimum(free, rows, whole=False)
    gains = _gains(free)
    kept = solver.Row("best", {i: -gain for i, gain in enumerate(gains)}, -best.value + CLOSE)
    costs = [-1.0 if wish.buyer in domestic.buyers else 0.0 for wish in free.wishes]
    tops = [float(wish.quantity) for wish in free.wishes]
    fewest = -solver.maximise(costs, tops, [*rows, kept], whole=False).value
    return None if fewest < CLOSE else _neat(domestic.capacity / fewest, 6)


def as_data(plan: Plan) -> dict[str, Any]:
    """Give a plan as plain data."""
    table = {
        "objective": plan.objective,
        "known": not plan.open_limits,
        "open_limits": list(plan.open_limits),
        "domestic_ratio": None if plan.ratio is None else str(plan.ratio),
        "given": plan.given,
        "wished": plan.wished,
        "units": plan.units,
        "value_cents": plan.value_cents,
        "binding": [
            {
                "limit": one.name,
                "at": str(one.at),
                "worth_of_one_more": str(one.worth),
                "free_at": str(one.free_at),
                "gain": str(one.gain),
                "then": list(one.then),
            }
            for one in plan.binding
        ],
    }
    return dict(json.loads(json.dumps(table)))


def told(plan: Plan) -> str:
    """Tell a plan: who gets how many, what binds, and what it would take."""
    if plan.open_limits:
        said = "; ".join(plan.open_limits)
        return f"Not known: nobody has fixed {said}. Sweep a ratio with --ratio FROM:TO:STEP, or state the figure."
    asked = sum(plan.wished.values())
    lines = [f"{plan.units:,} of {asked:,} units served, for the most {_aim(plan.objective)}:"]
    for buyer, given in plan.given.items():
        lines.append(f"  {buyer:28} {given:>12,} of {plan.wished[buyer]:>12,}")
    if plan.value_cents is not None:
        lines.append(f"  worth USD {plan.value_cents // 100:,}.{plan.value_cents % 100:02}")
    if not plan.binding:
        full = plan.units == asked
        lines.append("No limit binds: every request is served." if full else "What is asked for binds, no limit does.")
    lines += [_binding_told(one, plan.objective) for one in plan.binding]
    return "\n".join(lines)


def _aim(objective: str) -> str:
    return {"units": "units", "value": "value", "fairness": "fairness: the smallest share as large as can be"}[
        objective
    ]


def _binding_told(one: Binding, objective: str) -> str:
    unit = {"units": "units", "value": "dollars", "fairness": "of the smallest share"}[objective]
    worth, gain = f"{one.worth:.6g}", f"{one.gain:,.3f}" if objective == "fairness" else f"{one.gain:,.0f}"
    then = f"; then {', '.join(one.then)} would bind" if one.then else "; then nothing would bind"
    return (
        f"{one.name} binds at {one.at:,f}: one more of it is worth {worth} {unit}. It would have to move to "
        f"{one.free_at:,f} to bind no more, which gains {gain} {unit}{then}."
    )


def sweep_told(plans: Sequence[Plan], harmless: Decimal | None) -> str:
    """Tell a sweep: served units as a function of the ratio."""
    lines = [f"{'home : import':>13} {'units':>12}  binds"]
    for plan in plans:
        binds = ", ".join(one.name for one in plan.binding) or "nothing"
        units = "not known" if plan.open_limits else f"{plan.units:,}"
        lines.append(
            f"{plan.ratio!s:>13} {units:>12}  {binds if not plan.open_limits else ', '.join(plan.open_limits)}"
        )
    if harmless is not None:
        lines.append(f"Up to a ratio of {harmless:f} the rule costs nothing; above it, it binds.")
    return "\n".join(lines)
