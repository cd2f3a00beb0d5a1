"""The two planes of the chips, with the regions that the law of a day makes of them."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ecluse.bounds import Bound, exactly
from ecluse.condition import Arith, Compare, Const, Many, Name, Node, Not
from ecluse.engine import level_only
from ecluse.engine.weigh import prepare
from ecluse.item import Candidate, Measures
from ecluse.truth import NO, YES
from ecluse.web.drawing import Say, Scale, figure, mark, ticks

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecluse.provision import Law
    from ecluse.web.drawing import Drawing

WIDTH, HEIGHT = 760, 470
LEFT, RIGHT, TOP, BOTTOM = 64, 748, 14, 420
TPP = (30.0, 130_000.0)
RANGES = {"performance_density": (0.08, 80.0), "dram_bandwidth": (20.0, 30_000.0)}
AXES = {
    "performance_density": Say("performance density, TPP per mm²"),
    "dram_bandwidth": Say("memory bandwidth, GB/s"),
}


def density_plane(law: Law, rows: Sequence[Mapping[str, Any]], on: dt.date) -> Drawing:
    """Draw TPP against performance density; each region has the level of a datacenter chip there."""
    other = "performance_density"
    scales = _scales(other)
    rules = [one.version.when for one in law.rulings if one.provision.stage == "scope"]
    across, up = ([low, *_cuts(rules, name, low, high), high] for name, (low, high) in _spans(other))
    parts: list[str | Say] = []
    for left, right in pairwise(across):
        for low, high in pairwise(up):
            one, two = exactly(_middle(left, right)), exactly(_middle(low, high))
            measures = Measures(tpp=one, performance_density=two, datacenter=YES)
            level = level_only(law, Candidate(None, None, None, "", None, measures)).ic_level
            title = Say("level %(level)s", {"level": level})
            parts += _box(scales, (left, right, low, high), f"r-{level.replace('.', '-')}", title)
    return _plane(other, scales, parts, rows, Say("Chips by TPP and performance density on %(day)s", {"day": on}))


def bandwidth_plane(law: Law, rows: Sequence[Mapping[str, Any]], on: dt.date) -> Drawing:
    """Draw TPP against memory bandwidth, with what the provisions that compare bandwidth leave open there."""
    other = "dram_bandwidth"
    scales = _scales(other)
    parts: list[str | Say] = []
    for number, (name, when) in enumerate(bandwidth_rules(law)):
        across, up = ([low, *_cuts([when], key, low, high), high] for key, (low, high) in _spans(other))
        weigh = prepare(when, law.groups).weigh
        for left, right in pairwise(across):
            for low, high in pairwise(up):
                facts: dict[str, Any] = {
                    "tpp": exactly(_middle(left, right)),
                    other: exactly(_middle(low, high)),
                }
                if weigh(facts) is not NO:
                    parts += _box(scales, (left, right, low, high), f"b-{number % 4}", name)
    return _plane(other, scales, parts, rows, Say("Chips by TPP and memory bandwidth on %(day)s", {"day": on}))


def bandwidth_rules(law: Law) -> list[tuple[str, Node]]:
    """Give the provisions of a day that compare both performance and memory bandwidth, flags left out."""
    rows = []
    for one in law.rulings:
        names = set(prepare(one.version.when, law.groups).names)
        if {"tpp", "dram_bandwidth"} <= names and one.provision.kind != "red_flag":
            rows.append((one.provision.title, one.version.when))
    return rows


def _spans(other: str) -> tuple[tuple[str, tuple[float, float]], ...]:
    return ("tpp", TPP), (other, RANGES[other])


def _scales(other: str) -> tuple[Scale, Scale]:
    return Scale(*TPP, LEFT, RIGHT, log=True), Scale(*RANGES[other], BOTTOM, TOP, log=True)


def _cuts(rules: Iterable[Node], name: str, low: float, high: float) -> list[float]:
    """Give the figures with which conditions compare a measure: between two of them nothing changes."""
    found = {float(value) for rule in rules for value in _figures(rule, name)}
    return sorted(value for value in found if low < value < high)


def _figures(node: Node, name: str) -> Iterator[float]:
    match node:
        case Many():
            for part in node.parts:
                yield from _figures(part, name)
        case Not():
            yield from _figures(node.part, name)
        case Compare():
            yield from _compared(node, name)


def _compared(node: Compare, name: str) -> Iterator[float]:
    sides = (node.left, node.right)
    if any(isinstance(side, Arith) for side in sides):
        return
    if any(isinstance(side, Name) and side.path == name for side in sides):
        for side in sides:
            if isinstance(side, Const) and isinstance(side.value, Bound) and side.value.exact is not None:
                yield float(side.value.exact)


def _middle(low: float, high: float) -> Decimal:
    """Give a number between two figures, on a log axis."""
    return Decimal(str(round((low * high) ** 0.5, 4)))


def _box(
    scales: tuple[Scale, Scale], sides: tuple[float, float, float, float], name: str, title: str | Say
) -> list[str | Say]:
    left, right, low, high = sides
    x, y = scales[0](left), scales[1](high)
    width, height = scales[0](right) - x, scales[1](low) - y
    shape = f'<rect class="region {name}" x="{x}" y="{y}" width="{width:.1f}" height="{height:.1f}">'
    if isinstance(title, Say):
        return [f"{shape}<title>", title, "</title></rect>"]
    return [f'{shape}<title lang="en">{escape(title)}</title></rect>']


def _plane(
    other: str, scales: tuple[Scale, Scale], parts: list[str | Say], rows: Sequence[Mapping[str, Any]], title: Say
) -> Drawing:
    across, up = scales
    parts += _grid(across, up, other)
    shown = 0
    for row in rows:
        x, y = _ends(row["tpp"], across), _ends(row[other], up)
        if x is None or y is None:
            continue
        shown += 1
        parts.append(_chip(row, x, y))
    note = Say(
        "Both axes are logarithmic. %(shown)s chips have both figures; the table below lists all %(all)s. "
        "A mark at an edge lies there or beyond.",
        {"shown": shown, "all": len(rows)},
    )
    return figure(WIDTH, HEIGHT, f"plane-{other.replace('_', '-')}", (title, note), parts)


def _grid(across: Scale, up: Scale, other: str) -> list[str | Say]:
    lines: list[str | Say] = []
    for value in ticks(*TPP):
        x = across(value)
        lines.append(f'<path class="grid" d="M{x} {TOP}V{BOTTOM}"/>')
        if str(value)[0] in "15":
            lines.append(f'<text class="tick" x="{x}" y="{BOTTOM + 16}" text-anchor="middle">{value:,.0f}</text>')
    for value in ticks(*RANGES[other]):
        y = up(value)
        lines.append(f'<path class="grid" d="M{LEFT} {y}H{RIGHT}"/>')
        if str(value).strip("0.")[0] in "15":
            lines.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{value:,g}</text>')
    middle = (TOP + BOTTOM) / 2
    lines += [
        f'<text class="axis" x="{(LEFT + RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">',
        Say("total processing performance (TPP)"),
        f'</text><text class="axis" transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">',
        AXES[other],
        "</text>",
    ]
    return lines


def _ends(value: Any, scale: Scale) -> tuple[float, float] | None:  # noqa: ANN401 - a number, a bound or nothing
    """Give where a figure begins and ends on an axis; an open side ends at the figure it has."""
    if value is None:
        return None
    if isinstance(value, dict):
        low = float(value["at_least"]) if "at_least" in value else float(value["at_most"])
        return scale(low), scale(float(value.get("at_most", low)))
    return scale(value), scale(value)


def _chip(row: Mapping[str, Any], x: tuple[float, float], y: tuple[float, float]) -> str:
    level = str(row["ic_level"])
    name = " ".join(str(row[key]) for key in ("vendor", "model", "variant") if row[key])
    whisker = ""
    if x[0] != x[1] or y[0] != y[1]:
        whisker = f'<path class="whisker" d="M{x[0]} {y[0]}L{x[1]} {y[1]}"/>'
    changed = ' class="moved"' if row.get("was") else ""
    return (
        f'<a href="/chips/{escape(str(row["id"]))}" lang="en" aria-label="{escape(name)}: {escape(level)}"{changed}>'
        f"{whisker}{mark(level, (x[0] + x[1]) / 2, (y[0] + y[1]) / 2)}<title>{escape(name)}: {escape(level)}</title>"
        "</a>"
    )
