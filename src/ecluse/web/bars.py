"""Bars as SVG made by the server; the figures stand beside them in a table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDE, HIGH = 1000, 40


def split(title: str, counts: Mapping[str, int], said: Mapping[str, str]) -> Markup:
    """Draw one bar parted by answers; `said` gives each its words for the title."""
    total = sum(counts.values()) or 1
    drawn, at = [], 0.0
    for word, count in counts.items():
        width = WIDE * count / total
        if count:
            drawn.append(
                f'<rect class="part part-{word}" x="{at:.1f}" width="{max(width - 3, 1):.1f}" height="{HIGH}"/>'
            )
            at += width
    told = ", ".join(f"{said[word]} {count:,}" for word, count in counts.items())
    return Markup(  # noqa: S704 - every text in it is escaped
        f'<svg class="split" viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(title)}: {escape(told)}">{"".join(drawn)}</svg>'
    )


def bar(parts: Sequence[tuple[str, int]], most: int) -> Markup:
    """Draw a small bar for a cell of a table, whose figures stand in the cells beside it."""
    drawn, at = [], 0.0
    for word, count in parts:
        width = 100 * count / max(most, 1)
        if count:
            drawn.append(f'<rect class="part part-{word}" x="{at:.2f}" width="{max(width, 0.6):.2f}" height="10"/>')
            at += width
    return Markup(  # noqa: S704 - it holds numbers and our own words alone
        f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{"".join(drawn)}</svg>'
    )
