"""A form, or any text, on paper: A4 pages with the title, its fields, and what is missing on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from fpdf import FPDF, XPos, YPos

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.desk.papers.form import Field, Form

LINE = 5.0
NUMBER_WIDTH, LABEL_WIDTH = 16.0, 62.0
NOT_LATIN = "Signs outside Latin-1 stand here as U+ codes; the JSON beside this page has them as they are."


def _latin(text: str) -> str:
    """Write what the built-in fonts lack by its code, so that nothing is lost unseen."""
    return "".join(mark if ord(mark) < 256 else f"[U+{ord(mark):04X}]" for mark in text)


class _Page(FPDF):
    """Pages with a running foot."""

    def __init__(self, foot: str, moment: dt.datetime) -> None:
        super().__init__(format="A4")
        self._foot = foot
        self.set_auto_page_break(auto=True, margin=18)
        self.set_creation_date(moment)
        self.add_page()

    def footer(self) -> None:
        """Write the foot: what this is, and the page."""
        self.set_y(-14)
        self.set_font("Helvetica", size=8)
        self.cell(0, LINE, _latin(f"{self._foot}   page {self.page_no()}"), align="C")

    def say(self, text: str, size: float = 9.5, style: str = "") -> None:
        """Write a paragraph."""
        self.set_font("Helvetica", style=style, size=size)
        self.multi_cell(0, LINE, _latin(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def row(self, field: Field) -> None:
        """Write one field: number, label, value; the value wraps in its own column."""
        value = field.value
        if value is None:
            value = "NOT KNOWN" if field.needed else "-"
        height = self._height(field, value)
        if self.get_y() + height > self.h - 20:
            self.add_page()
        top = self.get_y()
        for text, width, style in (
            (field.number, NUMBER_WIDTH, ""),
            (field.label, LABEL_WIDTH, ""),
            (value, 0.0, "B"),
        ):
            left = self.get_x()
            self.set_font("Helvetica", style=style, size=9)
            self.multi_cell(width, LINE, _latin(text), align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
            self.set_xy(left + width if width else self.l_margin, top)
        self.set_xy(self.l_margin, top + height)
        self.set_draw_color(210)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.set_y(self.get_y() + 0.8)

    def _height(self, field: Field, value: str) -> float:
        rest = self.epw - NUMBER_WIDTH - LABEL_WIDTH
        most = 1
        for text, width, style in ((field.label, LABEL_WIDTH, ""), (value, rest, "B")):
            self.set_font("Helvetica", style=style, size=9)
            lines = self.multi_cell(width, LINE, _latin(text), dry_run=True, output="LINES", align="L")
            most = max(most, len(cast("list[str]", lines)))
        return most * LINE


def form_pdf(form: Form, foot: str, moment: dt.datetime) -> bytes:
    """Give a form as PDF bytes; `moment` is the time that the file bears."""
    page = _Page(foot, moment)
    page.set_title(form.title)
    page.say(form.title, 14, "B")
    page.say(f"{'; '.join(form.cite)}. {form.dated}", 8.5)
    page.ln(2)
    if form.missing:
        page.say(f"Not complete: {len(form.missing)} fields or certifications are not known.", 10, "B")
        page.say("; ".join(f"{one.number} {one.label}".strip() for one in form.missing), 8.5)
    else:
        page.say("Complete: every field that is needed is filled.", 10, "B")
    page.ln(2)
    for field in form.fields:
        page.row(field)
    if form.certifications:
        page.ln(3)
        page.say("Statement and certifications of the rule", 11, "B")
        for field in form.certifications:
            page.row(field)
    page.ln(2)
    page.say(form.says, 8.5)
    if any(ord(mark) > 255 for one in form.fields for mark in one.value or ""):
        page.say(NOT_LATIN, 8)
    return bytes(page.output())


def text_pdf(title: str, text: str, foot: str, moment: dt.datetime) -> bytes:
    """Give a told text, such as a memo, as PDF bytes."""
    page = _Page(foot, moment)
    page.set_title(title)
    page.say(title, 14, "B")
    page.set_font("Courier", size=8)
    page.multi_cell(0, 4, _latin(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(page.output())
