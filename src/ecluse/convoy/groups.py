"""A row as five smaller things: item, parties, facts, papers, route; each distinct one is read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecluse import lines
from ecluse.errors import BadLine
from ecluse.tables.cells import nest
from ecluse.tables.coding import Classes, Codes, Trie

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecluse.order import Line
    from ecluse.provision import Fact

# Cells of nearly every row's own: checked in columns, and read by few conditions.
FREE = ("id", "on", "quantity", "quantity.at_least", "quantity.at_most", "unit_price.amount", "unit_price.currency")
FILLER: Mapping[str, object] = {"item": {"chip": "?"}, "quantity": 1, "origin": "US", "destination": "US"}


class Wrong(NamedTuple):
    """Why a thing cannot be read: the field and the reason."""

    field: str
    why: str


def group_of(path: str) -> str:
    """Name the group of a column; an empty word for those of each row's own."""
    if path in FREE:
        return ""
    head = path.partition(".")[0].partition("[")[0]
    match head:
        case "item" | "facts":
            return head
        case "authorisation" | "authorisations":
            return "papers"
        case "origin" | "destination" | "kind" | "act" | "via" | "use":
            return "route"
    return "parties"


@dataclass
class Group:
    """Distinct things of one group, by number; each read as a line of which the rest is filled in."""

    name: str
    paths: tuple[str, ...]
    classes: tuple[Classes, ...]
    facts: Mapping[str, Fact]
    trie: Trie = field(init=False)
    lines: list[Line | Wrong] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start a trie with one level a column."""
        self.trie = Trie(len(self.paths))

    def numbers(self, columns: Sequence[Codes], size: int) -> Codes:
        """Give the number of each row's thing; those not met before are read."""
        found = self.trie.walk(columns, size)
        for number in range(len(self.lines), self.trie.count):
            self.lines.append(self._read(number))
        return found

    def reads(self, number: int) -> bool:
        """Say whether a thing could be read."""
        return not isinstance(self.lines[number], Wrong)

    def wrong(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Say of each number whether its thing cannot be read."""
        return np.array([isinstance(one, Wrong) for one in self.lines], dtype=bool)

    def why(self, number: int) -> tuple[str, str]:
        """Give the field and the reason for which a thing cannot be read."""
        found = self.lines[number]
        return found if isinstance(found, Wrong) else ("", "")

    def line(self, number: int) -> Line:
        """Give a thing that was read, as the line that holds it."""
        found = self.lines[number]
        if isinstance(found, Wrong):
            raise BadLine(found.why)
        return found

    def _read(self, number: int) -> Line | Wrong:
        cells = []
        row = self.trie.row(number) if self.paths else ()
        for path, classes, one in zip(self.paths, self.classes, row, strict=True):
            if one in classes.wrong:
                return Wrong(path, classes.wrong[one])
            cells.append((path, classes.first[one]))
        kept = {"item": "item", "route": ""}.get(self.name)
        filler = {key: value for key, value in FILLER.items() if key != kept}
        if self.name == "route":
            filler = {key: value for key, value in filler.items() if key not in ("origin", "destination")}
        try:
            return lines.read_line(filler | nest(cells), "", self.facts)
        except BadLine as problem:
            return Wrong(problem.field, problem.why.rstrip(".") or str(problem))
        except ValueError as problem:
            return Wrong("", str(problem))
