"""The plan under a slider: who gets how many, for each ratio of home purchases that nobody has fixed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ecluse.cli.desk_verbs.planning import left_on
from ecluse.desk import plan
from ecluse.errors import EcluseError, InputError
from ecluse.reading import read_text
from ecluse.web.desk import bars
from ecluse.web.desk.office import Call, Done
from ecluse.web.desk.views import shown, stand
from ecluse.web.drawing import Say, Scale
from ecluse.web.drawing import figure as picture
from ecluse.web.problem import Problem
from ecluse.web.site import View, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecluse.web.drawing import Drawing

TOP, STEP = Decimal(1), Decimal("0.05")
LEFT, RIGHT, HIGH, LOW = 88, 740, 20, 210
LARGEST = 100_000
FINEST = Decimal("0.000001")


def _text(call: Call) -> tuple[str, str] | None:
    if call.session.plan is not None:
        return call.session.plan, "pasted"
    path = call.office.site.settings.plan
    return None if path is None else (read_text(path, InputError), path.name)


def pasted(call: Call) -> Done:
    """Keep a plan for this session; an empty one gives back that of the server."""
    text = call.field("text")
    if len(text) > LARGEST:
        message = f"a plan of {len(text):,} signs; at most {LARGEST:,}."
        raise InputError(message)
    if text:
        plan.read(text, "the plan", lambda name: left_on(call.desk, name))
    call.session.plan = text or None
    says = "The plan is read; it is kept for this session alone." if text else "The plan of the server is shown again."
    return Done("/desk/plan", says)


def _ratio(call: Call) -> Decimal | None:
    word = call.asked.word("ratio")
    if not word:
        return None
    try:
        found = Decimal(word)
    except InvalidOperation:
        found = Decimal(-1)
    if not (found.is_finite() and 0 <= found <= 100 and found == found.quantize(FINEST)):
        raise Problem(400, f"ratio: {word[:40]!r} is no number from 0 to 100 of at most six decimals")
    return found


def view(call: Call) -> View:
    """Show the plan at one ratio, and the answer as a function of it."""
    given = _text(call)
    empty: dict[str, Any] = {
        "plan": None,
        "sweep": [],
        "harmless_up_to": None,
        "figures": None,
        "ratio": None,
        "fixed": None,
    }
    blank: dict[str, Any] = {"curve": None, "cards": [], "slider": None, "text": "", "why": ""}
    if given is None:
        return View({"book": stand(call)} | empty, blank)
    try:
        problem = plan.read(given[0], given[1], lambda name: left_on(call.desk, name))
        return _solved(call, problem, given)
    except EcluseError as wrong:
        return View({"book": stand(call)} | empty, blank | {"text": given[0], "why": str(wrong)}, 422)


def _solved(call: Call, problem: plan.Problem, given: tuple[str, str]) -> View:
    home, asked = problem.domestic, _ratio(call)
    fixed = None if home is None else home.ratio
    ratio = fixed if asked is None else asked
    if home is not None:
        problem = replace(problem, domestic=replace(home, ratio=ratio))
    kept = call.office.site.kept
    found: plan.Plan = kept.get(("plan", problem), lambda: plan.solve(problem))
    plans: list[plan.Plan] = []
    harmless = None
    top = TOP if ratio is None or ratio <= TOP else Decimal(int(ratio) + 1)
    if home is not None:
        free = replace(problem, domestic=replace(home, ratio=None))
        step = STEP * top
        plans = kept.get(("sweep", free, top), lambda: plan.sweep(free, Decimal(0), top, step))
        harmless = kept.get(("harmless", free), lambda: plan.harmless_up_to(free))
    drawn = list(plans)
    if home is not None and plans and harmless is not None and harmless < top:
        # The curve bends there, between two steps.
        bend = replace(problem, domestic=replace(home, ratio=harmless))
        drawn.append(kept.get(("plan", bend), lambda: plan.solve(bend)))
        drawn.sort(key=lambda one: one.ratio or Decimal(0))
    data: dict[str, Any] = {
        "book": stand(call),
        "figures": given[1],
        "ratio": None if ratio is None else str(ratio),
        "fixed": None if fixed is None else str(fixed),
        "plan": plan.as_data(found),
        "sweep": [plan.as_data(one) for one in plans],
        "harmless_up_to": None if harmless is None else str(harmless),
    }
    cards = [
        (
            buyer,
            given_,
            found.wished[buyer],
            bars.bar(buyer, f"{given_} of {found.wished[buyer]}", given_, 0, found.wished[buyer]),
        )
        for buyer, given_ in found.given.items()
    ]
    more = {
        "curve": curve(drawn, ratio, harmless, top) if plans and not any(one.open_limits for one in plans) else None,
        "cards": cards,
        "slider": None if home is None else {"top": str(top), "value": str(ratio if ratio is not None else 0)},
        "text": given[0],
        "why": "",
        "value": None if found.value_cents is None else shown(found.value_cents, "usd_cent"),
    }
    return View(data, more)


def curve(plans: Sequence[plan.Plan], ratio: Decimal | None, harmless: Decimal | None, top: Decimal) -> Drawing:
    """Draw units served as a function of the ratio, where it stands now, and up to where it costs nothing."""
    most = max(1, *(one.units for one in plans))
    x, y = Scale(0, float(top), LEFT, RIGHT), Scale(0, most, LOW, HIGH)
    parts: list[str | Say] = [f'<path class="grid" d="M{LEFT} {y(most * part / 4)}H{RIGHT}"/>' for part in range(5)]
    for part in (0, 2, 4):
        units = most * part / 4
        told = number(round(units))
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{y(units) + 4}" text-anchor="end">{told}</text>')
    for part in range(5):
        mark = float(top) * part / 4
        parts.append(f'<text class="tick" x="{x(mark)}" y="{LOW + 18}" text-anchor="middle">{mark:g}</text>')
    way = "L".join(f"{x(float(one.ratio or 0))} {y(one.units)}" for one in plans)
    parts.append(
        f'<path class="plan-area" d="M{x(0)} {LOW}L{way}L{RIGHT} {LOW}Z"/><path class="plan-line" d="M{way}"/>'
    )
    if harmless is not None and harmless <= top:
        parts.append(f'<path class="plan-free" d="M{x(float(harmless))} {HIGH}V{LOW}"/>')
    if ratio is not None:
        parts.append(f'<path class="plan-now" d="M{x(float(ratio))} {HIGH - 8}V{LOW}"/>')
        parts.append(f'<path class="plan-tip" d="M{x(float(ratio)) - 6} {HIGH - 12}h12l-6 9z"/>')
    parts.append(f'<text class="axis" x="{(LEFT + RIGHT) / 2}" y="{LOW + 38}" text-anchor="middle">')
    parts += [Say("bought at home for each one imported"), "</text>"]
    ends = {"first": number(plans[0].units), "last": number(plans[-1].units), "top": top}
    note = Say("%(first)s units at 0, %(last)s at %(top)s", ends)
    return picture(760, 256, "plan", (Say("Units served by the ratio of home purchases"), note), parts)
