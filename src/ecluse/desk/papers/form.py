"""A paper as a form: fields by number, where each comes from, and which are still missing.

The forms stand in `desk/data/*.toml`. A field takes the first of its sources that is known:
`line.` the order line as entered, `entry.` its row in the book, `paper.` the licence or notice,
`facts.` what the company states once in a file of its own, `made.` what follows from these.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FORMS = ("licence", "notice", "statement", "eei", "invoice")
_DATA = Path(__file__).parents[1] / "data"
SOURCES = ("line", "entry", "paper", "facts", "made")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its number on the form, its label, its value (None: not known), where it came from."""

    number: str
    label: str
    value: str | None
    needed: bool
    source: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form filled as far as is known. `dated` says on which day and knowledge its facts stand."""

    kind: str
    title: str
    cite: tuple[str, ...]
    says: str
    fields: tuple[Field, ...]
    certifications: tuple[Field, ...]
    dated: str

    @property
    def missing(self) -> tuple[Field, ...]:
        """Give the fields that are needed and not known."""
        return tuple(one for one in (*self.fields, *self.certifications) if one.needed and one.value is None)

    @property
    def complete(self) -> bool:
        """Is nothing missing?"""
        return not self.missing


@lru_cache(maxsize=8)
def _read(kind: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / f"{kind}.toml").read_text(encoding="utf-8"))


def fill(kind: str, context: dict[str, Any], *, certify: bool, dated: str) -> Form:
    """Fill a form of FORMS from a context of SOURCES; `certify` where the rule asks for certifications."""
    table = _read(kind)
    certifications = table.get("certify", ()) if certify else ()
    return Form(
        kind,
        table["title"],
        tuple(table["cite"]),
        table.get("says", ""),
        tuple(_field(row, context) for row in table["fields"]),
        tuple(_certified(row, context) for row in certifications),
        dated,
    )


def _field(row: dict[str, Any], context: dict[str, Any]) -> Field:
    need = row.get("need", "")
    needed = need == "always" or (need != "" and bool(look(context, need)))
    for path in row.get("from", ()):
        value = look(context, path)
        if value not in (None, "", []):
            return Field(row["n"], row["label"], _text(value), needed, path, row.get("note", ""))
    return Field(row["n"], row["label"], None, needed, None, row.get("note", ""))


def _certified(row: dict[str, Any], context: dict[str, Any]) -> Field:
    """Take a certification from the line's facts. What is certified false counts as missing: it is no certification."""
    path = row["fact"] if "." in row["fact"] else f"line.facts.{row['fact']}"
    value = look(context, path)
    known = value is not None and value is not False
    return Field(row["n"], row["label"], _text(value) if known else None, needed=True, source=path if known else None)


def look(context: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - a value of a table
    """Give the value at a dotted path; None where it is not known."""
    found: Any = context
    for key in path.split("."):
        if isinstance(found, dict):
            found = found.get(key)
        elif isinstance(found, list | tuple) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def _text(value: object) -> str:
    if value is True:
        return "certified"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def as_data(form: Form) -> dict[str, Any]:
    """Give a form as plain data, for keying in."""

    def rows(fields: tuple[Field, ...]) -> list[dict[str, Any]]:
        return [
            {
                "number": one.number,
                "label": one.label,
                "value": one.value,
                "needed": one.needed,
                "from": one.source,
                "note": one.note,
            }
            for one in fields
        ]

    return {
        "form": form.kind,
        "title": form.title,
        "cite": list(form.cite),
        "dated": form.dated,
        "says": form.says,
        "complete": form.complete,
        "fields": rows(form.fields),
        "certifications": rows(form.certifications),
        "missing": [f"{one.number} {one.label}".strip() for one in form.missing],
    }


def as_text(form: Form) -> str:
    """Give a form as text, what is missing first."""
    lines = [form.title, f"{'; '.join(form.cite)}. {form.dated}", ""]
    if form.missing:
        lines += [f"NOT COMPLETE, {len(form.missing)} missing:"]
        lines += [f"  {one.number:6} {one.label}" for one in form.missing] + [""]
    else:
        lines += ["Complete: every field that is needed is filled.", ""]
    lines += [f"  {one.number:6} {one.label}: {one.value}" for one in form.fields if one.value is not None]
    if form.certifications:
        lines += ["", "Statement and certifications of the rule:"]
        lines += [f"  {one.number:8} {one.label}: {one.value or 'NOT CERTIFIED'}" for one in form.certifications]
    return "\n".join([*lines, "", form.says]).rstrip() + "\n"
