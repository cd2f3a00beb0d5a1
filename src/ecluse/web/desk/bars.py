"""Balances and ratios as bars, drawn by the server: shipped, reserved, left; broken, or not fixed by anybody."""

from __future__ import annotations

import hashlib
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from ecluse.desk import limits
from ecluse.desk.reads import every
from ecluse.desk.records import Ratio
from ecluse.desk.words import UNITS, figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.desk.door import Desk
    from ecluse.desk.reads import Balance

WIDTH, HEIGHT = 600, 34
__all__ = ["UNITS", "Cap", "balance", "bar", "figure", "ratio", "ratios"]


class Cap(NamedTuple):
    """A ratio as it stands: what counts against it, and the most that its base allows; None: not fixed."""

    ratio: str
    num: str
    den: str
    unit: str
    at_most: str | None
    strict: bool
    reserved: int
    shipped: int
    base: int
    most: int | None
    left: int | None
    breached: bool


def ratios(desk: Desk, known: Mapping[str, Balance]) -> list[Cap]:
    """Give the ratios of the book over balances of one moment."""
    found = []
    for one in every(desk, Ratio, "1 = 1 ORDER BY t.id"):
        num, den = known.get(one.num), known.get(one.den)
        if num is None or den is None:
            continue
        most = limits.most(one, den.posted)
        used = num.pending + num.posted
        found.append(
            Cap(
                ratio=one.id,
                num=one.num,
                den=one.den,
                unit=num.unit,
                at_most=None if one.k_num is None else f"{one.k_num}/{one.k_den}",
                strict=bool(one.strict),
                reserved=num.pending,
                shipped=num.posted,
                base=den.posted,
                most=most,
                left=None if most is None else max(most - used, 0),
                breached=used > 0 and limits.holds(one, used, den.posted) is False,
            )
        )
    return found


def balance(one: Balance) -> Markup:
    """Draw an account: its limit with the tolerance is the length, and words say the same."""
    used = f"shipped {figure(one.posted, one.unit)}, reserved {figure(one.pending, one.unit)}"
    if one.rule == "open":
        rest = "the limit is not fixed"
    elif one.left is None:
        rest = "counted, without a limit"
    else:
        rest = f"left {figure(max(one.left, 0), one.unit)} of {figure(one.top or 0, one.unit)}"
    return bar(one.account, f"{used}, {rest}, in {UNITS[one.unit]}", one.posted, one.pending, one.top)


def ratio(one: Cap) -> Markup:
    """Draw a ratio: the most that its base allows is the length."""
    used = f"shipped {figure(one.shipped, one.unit)}, reserved {figure(one.reserved, one.unit)}"
    rest = "the ratio is not fixed" if one.most is None else f"the base allows {figure(one.most, one.unit)}"
    return bar(one.ratio, f"{used}, {rest}, in {UNITS[one.unit]}", one.shipped, one.reserved, one.most)


def bar(name: str, says: str, shipped: int, reserved: int, top: int | None) -> Markup:
    """Draw a bar. What stands above the limit runs past a mark; without a limit the end is left open."""
    used = shipped + reserved
    whole = max(top or 0, used)
    key = hashlib.sha256(name.encode()).hexdigest()[:10]

    def wide(amount: int) -> float:
        return round(WIDTH * amount / whole, 1) if whole else 0.0

    kind = "bar-left" if top is not None else "bar-left bar-open"
    parts = [f'<rect class="{kind}" x="1" y="5" width="{WIDTH - 2}" height="24"/>']
    if shipped:
        parts.append(f'<rect class="bar-shipped" x="0" y="5" width="{wide(shipped)}" height="24"/>')
    if reserved:
        parts.append(
            f'<rect x="{wide(shipped)}" y="5" width="{wide(reserved)}" height="24" fill="url(#h-{key})"/>'
            f'<rect class="bar-reserved" x="{wide(shipped)}" y="5" width="{wide(reserved)}" height="24"/>'
        )
    if top is not None and used > top:
        parts.append(f'<path class="bar-mark" d="M{wide(top)} 0V{HEIGHT}"/>')
    if top is None:
        parts.append(f'<text class="bar-none" x="{WIDTH - 12}" y="23" text-anchor="end">?</text>')
    return Markup(  # noqa: S704 - every text in it is escaped
        f'<svg class="bar" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t-{key} d-{key}">'
        f'<title id="t-{key}">{escape(name)}</title><desc id="d-{key}">{escape(says)}</desc>'
        f'<defs><pattern id="h-{key}" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch-ground" width="8" height="8"/>'
        f'<path class="hatch" d="M0 0V8"/></pattern></defs>{"".join(parts)}</svg>'
    )
