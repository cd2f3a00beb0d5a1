"""A study as a picture for a memo: each share's move beside its normal noise. SVG or PNG, by matplotlib."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from ecluse.errors import InputError
from ecluse.market.telling import span

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from ecluse.market.study import Figure, Study

KINDS = (".svg", ".png")
# Rows that a page holds; a study of more is drawn by its widest moves.
MOST = 36
# From so many pairs on, the picture says how many stand out by chance.
_MANY = 10
NOISE, IN, OUT = "#d9d9d9", "#404040", "#b2182b"
# Fixed, so that one study gives one file.
STYLE: dict[Any, Any] = {"svg.hashsalt": "ecluse", "svg.fonttype": "none", "font.size": 9.0, "text.parse_math": False}


def check(path: Path) -> None:
    """Refuse a name that says neither SVG nor PNG. Raises InputError."""
    if path.suffix.lower() not in KINDS:
        message = f"{path}: a picture is a .svg or a .png file."
        raise InputError(message)


def draw(study: Study, path: Path, known: str) -> None:
    """Draw every pair over the first window: a bar of noise around nothing, a point for what was."""
    check(path)
    rows = [(f"{pair.day}  {pair.ticker}", pair.figures[0]) for pair in study.pairs]
    rows = [row for row in rows if not math.isnan(row[1].car)]
    cut = len(rows) > MOST
    if cut:
        widest = sorted(rows, key=lambda row: -abs(row[1].t))[:MOST]
        rows = [row for row in rows if row in widest]
    kind = path.suffix.lower().removeprefix(".")
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(7.5, 1.7 + 0.26 * max(len(rows), 2)), layout="constrained")
        _rows(canvas.add_subplot(), rows)
        window = span(study.question.windows[0])
        which = f"the {MOST} widest of {len(study.pairs)}" if cut else "all"
        canvas.suptitle(f"Abnormal return over sessions {window}, {which}; {study.question.model} model", fontsize=10)
        level, many = study.question.level, len(study.pairs)
        chance = f", as about {many * (1 - level):.0f} of {many} are by chance" if many >= _MANY else ""
        canvas.supxlabel(
            f"grey: normal noise, {level:.0%} of the time; red: beyond it{chance}. "
            f"Prices {study.first} to {study.last}; as known {known}",
            fontsize=7,
        )
        # The figure's words are in the file as text, and no date of drawing is.
        meta = {"Date": None, "Creator": "Ecluse"} if kind == "svg" else {"Software": "Ecluse"}
        try:
            with warnings.catch_warnings():
                # A ticker in a script that the font lacks is drawn as boxes in PNG, and whole in SVG.
                warnings.filterwarnings("ignore", "Glyph")
                canvas.savefig(path, format=kind, dpi=160, metadata=meta)
        except OSError as problem:
            message = f"{path}: cannot be written ({problem.strerror or problem})."
            raise InputError(message) from None


def _rows(axes: Axes, rows: list[tuple[str, Figure]]) -> None:
    for place, (_, one) in enumerate(reversed(rows)):
        noise = (one.high - one.low) / 2
        axes.barh(place, 200 * noise, left=-100 * noise, height=0.62, color=NOISE, linewidth=0)
        out = abs(one.car) > noise
        axes.plot([100 * one.car], [place], "D" if out else "o", color=OUT if out else IN, markersize=5)
    axes.axvline(0, color="black", linewidth=0.6)
    axes.set_yticks(range(len(rows)), [name for name, _ in reversed(rows)])
    axes.set_ylim(-0.6, max(len(rows), 1) - 0.4)
    axes.set_xlabel("percent")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
