"""Drawings as SVG text, made by the server: the lock, and what charts share."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# Where each gate stands across the canal, and the word of its state.
EXPORTER, IMPORTER = 235, 485
TOP, BOTTOM, MIDDLE = 46, 154, 100
SIGNS = {"yes": "✓", "no": "✕", "unknown": "?", "none": "-"}


@dataclass(frozen=True, slots=True)
class Say:
    """A text of a drawing, in English until it is drawn; `values` are put where it names them."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Parts of an SVG: what is drawn, already escaped, and texts to be said in the language of the page."""

    parts: tuple[str | Say, ...]

    def drawn(self, say: Callable[[str], str]) -> Markup:
        """Draw in a language; `say` translates a text."""
        told = (escape(say(one.text) % one.values) if isinstance(one, Say) else one for one in self.parts)
        return Markup("".join(told))  # noqa: S704 - parts escape what they are given, texts are escaped here


def lock(exporter: str, importer: str, description: str) -> Drawing:
    """Draw the lock from above: two gates, and the ship where it has come to.

    A state is `yes`, `no`, `unknown`, or `none` where the gate does not apply.
    """
    ship = 90 if exporter in ("no", "unknown") else 360 if importer in ("no", "unknown") else 622
    head = '<svg class="lock" viewBox="0 0 720 200" role="img" aria-labelledby="lock-title lock-desc">'
    drawn = (
        f'</title><desc id="lock-desc" lang="en">{escape(description)}</desc>'
        f'<rect class="bank" width="720" height="200" rx="8"/><rect class="water" y="{TOP}" width="720" '
        f'height="{BOTTOM - TOP}"/>'
        '<path class="ripple" d="M20 78h46M150 130h40M320 70h52M400 136h44M560 74h44M650 128h40M60 136h30'
        'M560 140h20"/>'
        f'<path class="wall" d="M0 {TOP}H720M0 {BOTTOM}H720"/>'
        + _gate(EXPORTER, exporter)
        + _gate(IMPORTER, importer)
        + f'<g class="ship" transform="translate({ship} {MIDDLE})"><path d="M-46 -17H22Q40 -10 46 0Q40 10 22 17H-46Z"/>'
        '<path class="cargo" d="M-38 -10h14v20h-14zM-20 -10h14v20h-14zM-2 -10h14v20h-14z"/></g></svg>'
    )
    return Drawing((f'{head}<title id="lock-title">', Say("The lock"), drawn))


def _gate(x: int, state: str) -> str:
    """Draw one gate: leaves along the walls, meeting in a point, half open and broken, or only its place."""
    sill = f'<path class="sill" d="M{x - 14} {TOP - 12}h28v12h-28zM{x - 14} {BOTTOM}h28v12h-28z"/>'
    match state:
        case "yes":
            leaves = f"M{x} {TOP + 4}h58M{x} {BOTTOM - 4}h58"
        case "no":
            leaves = f"M{x} {TOP}L{x - 22} {MIDDLE}L{x} {BOTTOM}"
        case "unknown":
            leaves = f"M{x} {TOP}l16 38M{x} {BOTTOM}l16 -38"
        case _:
            leaves = f"M{x} {TOP}V{BOTTOM}"
    return (
        f'<g class="gate gate-{state}">{sill}<path class="leaf" d="{leaves}"/>'
        f'<circle cx="{x}" cy="20" r="15"/><text x="{x}" y="26" text-anchor="middle">{SIGNS[state]}</text></g>'
    )


class Scale:
    """From values to places along an axis; `log` takes powers of ten as even steps."""

    def __init__(self, low: float, high: float, start: float, end: float, *, log: bool = False) -> None:
        self.log = log
        self.low, self.high = (math.log10(low), math.log10(high)) if log else (low, high)
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        """Give the place of a value, held inside the axis."""
        if self.log:
            value = math.log10(max(value, 1e-9))
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def ticks(low: float, high: float) -> list[float]:
    """Give 1, 2 and 5 times each power of ten between two values."""
    found = []
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        found += [step * 10.0**power for step in (1, 2, 5) if low <= step * 10.0**power <= high]
    return found


def figure(width: int, height: int, name: str, texts: tuple[Say, Say], parts: Iterable[str | Say]) -> Drawing:
    """Put drawn parts into a picture with a title and a description."""
    title, note = texts
    head = f'<svg class="chart {name}" viewBox="0 0 {width} {height}" role="group" aria-labelledby="{name}-t {name}-d">'
    middle = f'</title><desc id="{name}-d">'
    return Drawing((f'{head}<title id="{name}-t">', title, middle, note, "</desc>", *parts, "</svg>"))


def mark(level: str, x: float, y: float) -> str:
    """Give the mark of a class: a shape of its own, beside its colour."""
    match level:
        case "3A090.a":
            return f'<path class="m-a" d="M{x - 5} {y - 5}h10v10h-10z"/>'
        case "3A090.b":
            return f'<path class="m-b" d="M{x} {y - 6.5}l6 11h-12z"/>'
        case "3A090" | "3A090.c":
            return f'<path class="m-o" d="M{x} {y - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z"/>'
        case "unknown":
            return f'<path class="m-u" d="M{x - 5} {y - 5}l10 10M{x - 5} {y + 5}l10 -10"/>'
    return f'<circle class="m-n" cx="{x}" cy="{y}" r="4.5"/>'
