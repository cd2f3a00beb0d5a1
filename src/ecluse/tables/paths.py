"""The columns that a table of order lines may have: dotted paths of a line, each with its kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecluse.errors import BadTable, nearest
from ecluse.item import BITS, NUMBERS
from ecluse.order import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecluse.provision import Fact

# What a cell holds: text, a whole number, a number, yes/no, a day, several words, or nested data.
LINE = {
    "id": "text",
    "quantity": "whole",
    "on": "day",
    "act": "text",
    "kind": "text",
    "origin": "text",
    "destination": "text",
    "via": "words",
    "use": "text",
    "unit_price.amount": "amount",
    "unit_price.currency": "text",
    "authorisations": "text",
    "authorisation": "nested",
    "intermediate": "nested",
}
ITEM = {
    "item.chip": "text",
    "item.form": "text",
    "item.chips_per_unit": "whole",
    "item.contains": "nested",
    "item.eccn_base": "text",
    "item.measures.datacenter": "truth",
    "item.measures.die_area": "number",
    **{f"item.measures.{name}": "number" for name in NUMBERS},
    **{f"item.measures.peaks.{name}": "number" for name in BITS},
}
PARTY = {
    "name": "text",
    "country": "text",
    "headquarters": "text",
    "kind": "text",
    "address": "text",
    "ultimate_parent.name": "text",
    "ultimate_parent.headquarters": "text",
    "owners": "nested",
    "listings": "nested",
}
OWNER = {"name": "text", "percent": "number", "headquarters": "text", "listings": "nested"}
PAPER = {
    **dict.fromkeys(("gate", "kind", "number", "holder", "status", "document_sha256", "value"), "text"),
    **dict.fromkeys(("issued", "expires"), "day"),
    **dict.fromkeys(("parties", "items", "uses", "destinations", "conditions"), "words"),
    **dict.fromkeys(("quantity", "shipped_so_far"), "whole"),
    "conditions_met": "truth",
}
FACT_KINDS = {"truth": "truth", "number": "number", "day": "day", "words": "words"}
ENDS = ("at_least", "at_most")
ANSWERS = (
    "may_pass",
    "exporter",
    "importer",
    "ic_level",
    "licence_required",
    "policy",
    "binding_gate",
    "decided_by",
    "missing",
    "rests_on_reported",
    "depends_on_non_enforcement",
)
_INDEX = re.compile(r"\[(\d+)\]|\.(\d+)(?=\.|\Z)")


def plain(name: str) -> str:
    """Write a path in one way: `intermediate[0].name` and `intermediate.0.name` are one."""
    return _INDEX.sub(lambda found: f"[{found[1] or found[2]}]", name.strip())


def kind_of(path: str, facts: Mapping[str, Fact]) -> str | None:  # noqa: PLR0911 - one line a sort of path
    """Give the kind of a column; None where a line has no such field."""
    if path in LINE or path in ITEM:
        return LINE.get(path) or ITEM[path]
    stem, _, end = path.rpartition(".")
    if end in ENDS and kind_of(stem, facts) in ("whole", "number"):
        return kind_of(stem, facts)
    head, _, rest = path.partition(".")
    if head == "facts":
        return _fact(rest, facts)
    name = head.partition("[")[0]
    if name in ROLES and name == head:
        return "text" if rest == "same_as" else _party(rest)
    if name == "intermediate" and name != head:
        return _party(rest)
    if name == "authorisation" and name != head:
        return PAPER.get(rest)
    return None


def _fact(name: str, facts: Mapping[str, Fact]) -> str | None:
    fact = facts.get(name)
    return None if fact is None or not fact.certified else FACT_KINDS.get(fact.kind, "text")


def _party(path: str) -> str | None:
    owner = re.fullmatch(r"owners\[\d+\]\.(.+)", path)
    return OWNER.get(owner[1]) if owner else PARTY.get(path)


def known_paths(facts: Mapping[str, Fact]) -> list[str]:
    """Name the paths that a column may have, without those that carry an index."""
    roles = [f"{role}.{name}" for role in ROLES for name in (*PARTY, "same_as")]
    return [*LINE, *ITEM, *roles, *(f"facts.{name}" for name, fact in facts.items() if fact.certified)]


def understood(
    columns: Iterable[str], mapping: Mapping[str, str], ignored: Iterable[str], facts: Mapping[str, Fact], place: str
) -> tuple[dict[str, str], list[str]]:
    """Say which path each column holds, and which columns are kept unread.

    `mapping` names paths for a user's own columns. A column that is nearly a path is refused, since a
    slip of the pen would turn what is known into what is not; others are kept and told. Raises
    BadTable.
    """
    columns, skipped = list(columns), set(ignored)
    found: dict[str, str] = {}
    unread: list[str] = []
    for column in columns:
        path = plain(mapping.get(column, column))
        if column in skipped or (column in mapping and not mapping[column]):
            unread.append(column)
        elif kind_of(path, facts) is not None:
            _once(found, column, path, place)
        else:
            _refuse(column, path, facts, place, mapped=column in mapping)
            unread.append(column)
    absent = [column for column in mapping if column not in columns]
    if absent:
        message = (
            f"{place}: the map names the column {absent[0]!r}, which the table has not.{nearest(absent[0], columns)}"
        )
        raise BadTable(message)
    _needed(found, place)
    return found, unread


def _once(found: dict[str, str], column: str, path: str, place: str) -> None:
    for other, taken in found.items():
        if taken == path:
            message = f"{place}: columns {other!r} and {column!r} both hold {path}; keep one."
            raise BadTable(message)
    found[column] = path


def _refuse(column: str, path: str, facts: Mapping[str, Fact], place: str, *, mapped: bool) -> None:
    if column in ANSWERS:
        message = (
            f"{place}: the column {column!r} has the name of an answer; rename it, so that nothing is overwritten."
        )
        raise BadTable(message)
    head = re.split(r"[.\[]", path)[0]
    own = head in (*ROLES, "item", "facts", "intermediate", "authorisation", "unit_price") and head != path
    meant = nearest(path, known_paths(facts), 0.85)
    if mapped or own or meant:
        message = (
            f"{place}: the column {column!r} is no field of an order line.{meant or nearest(path, known_paths(facts))} "
            f"Rename it, map it with --map, or keep it unread with --ignore {column!r}."
        )
        raise BadTable(message)


def _needed(found: Mapping[str, str], place: str) -> None:
    paths = set(found.values())
    wanted = {
        "quantity": {"quantity", "quantity.at_least", "quantity.at_most"},
        "origin": {"origin"},
        "destination": {"destination"},
        "item.chip": {path for path in paths if path.startswith("item.")} or {"item.chip"},
    }
    lacking = [name for name, ways in wanted.items() if not ways & paths]
    if lacking:
        message = (
            f"{place}: no column holds {', '.join(lacking)}. Name columns by the paths of an order line, "
            "or map yours with --map FILE."
        )
        raise BadTable(message)
