"""Supplements 4 (Entity List), 6 (Unverified List) and 7 (Military End Users) to part 744, as eCFR XML or HTML."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.parties.entry import Entry, cited_day
from ecluse.parties.readers.rows import LONGEST_NAME, Reading, clean, country, day, name_of, unique
from ecluse.parties.readers.source import LONGEST_LINE

if TYPE_CHECKING:
    from ecluse.parties.readers.source import Source

SUPPLEMENTS = {"4": "EL", "6": "UVL", "7": "MEU"}
MOST_ROWS = 2_000_000
# `a.k.a., the following three aliases:` and its many spellings.
_ALIASES = re.compile(
    r"[,;.]?\s*\(?(?:(?:f|a|d)\.?\s*/?k\.?\s*/?a\.?|also known as|formerly known as)\b[.,:;]*"
    r"(?:\s*the following[^:]{0,60}?alias(?:es)?\s*:?)?",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?:up to date as of|AMDDATE>|date=\")\s*(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})")
_SUPPLEMENT = re.compile(r"supplement\s*no\.?\s*(\d+)\s*to\s*part\s*(\d+)", re.IGNORECASE)
_SHORTENED = re.compile(r"\b(?:Ltd|Co|Inc|Corp|Bhd|S\.A|L\.L\.C)$")
_DASH = re.compile(r"\s*(?:<br>)?\s*[\u2014\u2013]\s*|\s*<br>\s*-\s*")
_AND = re.compile(r"[;,.]?\s*\band\s*$|[;,.]\s*$", re.IGNORECASE)
# What begins an address after the names: a number, a room, a building, a road.
_ADDRESS = re.compile(
    r"(?:\d|No\.|Room|Rm|Unit|Building|Bldg|Flat|Floor|Suite|Block|Office|P\.?\s?O\.?\s?Box|Street|Ul\.|ul\.|"
    r"[A-Z][\w' -]{2,40} (?:Road|Rd|Street|St|Avenue|Ave|Lane|District|Province|Industrial Park))"
)


class _Cells(HTMLParser):
    """Gives the rows of tables and the headings between them as they close; both dialects of the eCFR."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.closed: list[list[str] | str] = []
        self.cell: list[str] | None = None
        self.row: list[str] | None = None
        self.head: list[str] | None = None

    def drained(self) -> list[list[str] | str]:
        """Give what has closed since the last time: rows as lists of cells, headings as text."""
        found, self.closed = self.closed, []
        return found

    @property
    def held(self) -> int:
        """How many characters are held that have not closed yet."""
        open_parts = (self.cell or (), self.head or (), *(self.row or ()))
        return len(self.rawdata) + sum(len(part) for parts in open_parts for part in parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open rows, cells and headings; a break stays a break."""
        if tag in ("tr", "row"):
            self._close_row()
            self.row = []
        elif tag in ("td", "ent", "th"):
            self._close_cell()
            self.cell = []
        elif tag in ("head", "h1", "h2", "h3", "h4", "h5", "hd", "title"):
            self.head = []
        elif tag in ("div9", "div5") and (name := dict(attrs).get("n")):
            self.closed.append(name)
        elif tag in ("br", "p") and self.cell is not None:
            self.cell.append("<br>")

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag in ("td", "ent", "th"):
            self._close_cell()
        elif tag in ("tr", "row"):
            self._close_row()
        elif tag in ("head", "h1", "h2", "h3", "h4", "h5", "hd", "title") and self.head is not None:
            self.closed.append(clean("".join(self.head)) or "")
            self.head = None

    def handle_data(self, data: str) -> None:
        """Keep text where it belongs."""
        if self.cell is not None:
            self.cell.append(data)
        elif self.head is not None:
            self.head.append(data)

    def _close_cell(self) -> None:
        if self.cell is not None and self.row is not None:
            self.row.append(clean("".join(self.cell)) or "")
        self.cell = None

    def _close_row(self) -> None:
        self._close_cell()
        if self.row:
            self.closed.append(self.row)
        self.row = None


def ecfr(source: Source, reading: Reading) -> None:
    """Read one supplement, or a whole part that holds them; a page that is neither gives no entry."""
    parser, table = _Cells(), _Table(reading)
    tail, spoken = "", False
    for piece in source.pieces():
        seen = tail + piece
        if "<!ENTITY" in seen:
            message = f"{reading.path}: declares entities, which the eCFR does not; it is refused."
            raise SourceError(message)
        spoken = spoken or "part 744" in seen.lower()
        if reading.date is None and (found := _DATED.search(seen)):
            reading.date = day(found[1])
        parser.feed(piece)
        table.take(parser.drained())
        if parser.held > LONGEST_LINE:
            message = f"{reading.path}: holds a cell or a mark of more than {LONGEST_LINE:,} characters without an end."
            raise SourceError(message)
        tail = seen[-100:]
    parser.close()
    table.take(parser.drained())
    if spoken and not table.named:
        message = f"{reading.path}: names no supplement no. 4, 6 or 7 to part 744."
        raise SourceError(message)


class _Table:
    """Where the reader stands: in which supplement, under which country, at which row."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.code: str | None = None
        self.where: str | None = None
        self.number = 0
        self.named = False

    def take(self, parts: list[list[str] | str]) -> None:
        """Read rows under the supplement that the last heading named."""
        for part in parts:
            if isinstance(part, str):
                found = _SUPPLEMENT.search(html.unescape(part))
                if found:
                    self.code = SUPPLEMENTS.get(found[1]) if found[2] == "744" else None
                    self.where = None
                    self.named = self.named or self.code is not None
                continue
            self.number += 1
            if self.number > MOST_ROWS:
                message = f"{self.reading.path}: the tables have no end."
                raise SourceError(message)
            if self.code is not None:
                self.where = _row(part, self.code, self.reading, self.number, self.where)


def _row(cells: list[str], code: str, reading: Reading, number: int, where: str | None) -> str | None:
    """Read a row, and give the country that it and those below stand under."""
    if not any(cells) or cells[0].lower().startswith("country"):
        return where
    reading.rows += 1
    where = country(_plain(cells[0]).rstrip(".")) or where
    body = cells[1:] if len(cells) > 1 else cells
    if not _plain(body[0]):
        reading.fault(number, "has no entity")
        return where
    if len(cells) == 1 and country(_plain(cells[0]).rstrip(".")):
        return where
    name, aliases, address = split_entity(body[0])
    if name is None:
        reading.fault(number, f"holds no name: {_plain(body[0])[:60]!r}")
        return where
    rest = [_plain(one) or None for one in body[1:]]
    last = next((one for one in reversed(rest) if one), None)
    reading.entries.append(
        Entry(
            id=f"{code.lower()}-{number}",
            list=code,
            name=name,
            aliases=reading.aliases(number, aliases, name),
            countries=(where,) if where else (),
            requirement=_at(rest, 0) if code == "EL" else None,
            policy=_at(rest, 1) if code == "EL" else None,
            cite=last if last and "FR" in last.replace(".", "") else None,
            listed=cited_day(last),
            addresses=(address,) if address else (),
            place=f"{reading.path}:row {number}",
        )
    )
    return where


def _at(rest: list[str | None], index: int) -> str | None:
    return rest[index] if len(rest) > index else None


def _plain(text: str) -> str:
    return clean(text.replace("<br>", " ")) or ""


def split_entity(cell: str) -> tuple[str | None, tuple[str, ...], str | None]:
    """Split the cell of an entity into its name, its aliases, and what address follows."""
    found = _ALIASES.search(cell)
    if not found:
        name, address = _off_address(_plain(cell))
        return name_of(name), (), address
    head = name_of(_plain(cell[: found.start()]).rstrip(" ,;(") or "")
    tail = cell[found.end() :]
    pieces = [piece for piece in _DASH.split(tail) if _plain(piece)]
    if len(pieces) <= 1:
        one, address = _off_address(_plain(tail).strip(" ,;"))
        aliases = [part for part in re.split(r";\s*(?:and\s+)?", one) if part]
        return head, unique([name_of(_AND.sub("", part).strip(" ,;).")) for part in aliases]), address
    *upper, last = pieces
    final, address = _off_address(_plain(last))
    aliases = [_AND.sub("", _plain(part)).strip(" ,;") for part in upper] + [final]
    return head, unique([name_of(_AND.sub("", part).strip(" ,;")) for part in aliases if part]), address


def _off_address(text: str) -> tuple[str, str | None]:
    """Part a name from the address that follows it: at a full stop or a comma before what begins an address."""
    for mark in re.finditer(r"[.,]\s+", text):
        rest = text[mark.end() :]
        if _ADDRESS.match(rest) and mark.start() > 2:
            head = text[: mark.start()].rstrip(",")
            # The full stop belongs to the name only where it shortens a legal form.
            return f"{head}." if _SHORTENED.search(head) else head, rest
    return text[:LONGEST_NAME].rstrip(" ,"), None
