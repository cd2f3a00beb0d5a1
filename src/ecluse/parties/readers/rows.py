"""What the readers of lists share: bytes within limits, rows of CSV, XML without entities, clean words."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecluse.countries import COUNTRIES
from ecluse.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from ecluse.parties.entry import Entry
    from ecluse.parties.readers.source import Source

LONGEST_FIELD = 1_000_000
LONGEST_NAME = 1_000
MOST_FAULTS = 1_000
DEEPEST = 60
# What the lists write where they have nothing to say.
NULLS = frozenset({"", "-0-", "-0", "n/a", "na", "none", "null", "unknown", "-"})
_BLANKS = re.compile(r"\s+")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_COUNTRY_NAMES = {name.casefold(): code for code, name in COUNTRIES.items()} | {
    "china, people's republic of": "CN", "people's republic of china": "CN", "china": "CN", "hong kong": "HK",
    "macau": "MO", "macao": "MO", "russia": "RU", "russian federation": "RU", "iran": "IR", "north korea": "KP",
    "korea, north": "KP", "democratic people's republic of korea": "KP", "south korea": "KR", "korea, south": "KR",
    "korea": "KR", "republic of korea": "KR", "taiwan": "TW", "united kingdom": "GB", "great britain": "GB",
    "uk": "GB", "united states": "US", "united states of america": "US", "syria": "SY", "burma": "MM",
    "burma (myanmar)": "MM", "myanmar": "MM", "vietnam": "VN", "turkey": "TR", "turkiye": "TR", "türkiye": "TR",
    "czech republic": "CZ", "moldova": "MD", "tanzania": "TZ", "venezuela": "VE", "bolivia": "BO", "laos": "LA",
    "brunei": "BN", "uae": "AE", "united arab emirates": "AE", "cote d ivoire": "CI", "the netherlands": "NL",
    "palestinian": "PS", "west bank": "PS", "gaza": "PS", "kosovo": "XK", "crimea region of ukraine": "UA",
    "democratic republic of the congo": "CD", "congo, democratic republic of the": "CD", "the gambia": "GM",
}  # fmt: skip


@dataclass
class Reading:
    """What one file gave: its entries, its own date, and what could not be read, told row by row."""

    path: str
    digest: str
    entries: list[Entry] = field(default_factory=list)
    date: dt.date | None = None
    faults: list[str] = field(default_factory=list)
    rows: int = 0
    duplicates: int = 0

    def fault(self, row: int, why: str) -> None:
        """Note a row that could not be read; a file of nothing but faults is refused."""
        self.faults.append(f"{self.path}:{row}: {why}")
        if len(self.faults) > MOST_FAULTS:
            message = f"{self.path}: more than {MOST_FAULTS:,} rows cannot be read; the first: {self.faults[0]}"
            raise SourceError(message)

    def aliases(self, row: int, values: Iterable[object], name: str) -> tuple[str, ...]:
        """Give other names once each, without the name itself; one too long to be a name is told."""
        found = []
        for value in values:
            said = clean(value)
            if said and len(said) > LONGEST_NAME:
                self.fault(row, f"has another name of {len(said):,} letters, which is left out: {said[:40]!r}")
            else:
                found.append(said)
        return unique(found, name)


def table(
    source: Source, delimiter: str = ",", skip: int = 0, *, strict: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows of a CSV with a header, by small column names, with their line.

    `strict` refuses a row of more cells than the header has: a comma within a name that is not quoted.
    """
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(source.lines(skip), delimiter=delimiter)
    try:
        header = [" ".join(name.split()).lower().lstrip("\ufeff") for name in next(reader, [])]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if strict and len(cells) > len(header):
                    message = (
                        f"{source.name}:{reader.line_num + skip}: has {len(cells)} cells, its header {len(header)};"
                        ' put a name that holds a comma into quotes: "Muster Co., Ltd.".'
                    )
                    raise SourceError(message)
                whole = cells + [""] * (len(header) - len(cells))
                yield reader.line_num + skip, dict(zip(header, whole, strict=False))
    except csv.Error as problem:
        message = f"{source.name}:{reader.line_num + skip}: not CSV ({problem}). {source.advice}"
        raise SourceError(message) from None


def bare_rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of a CSV without a header; the mark that ends OFAC's files is no row."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(line.replace("\x1a", "") for line in source.lines())
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [clean(cell) or "" for cell in cells]
    except csv.Error as problem:
        message = f"{source.name}:{reader.line_num}: not CSV ({problem}). {source.advice}"
        raise SourceError(message) from None


def elements(source: Source, wanted: set[str]) -> Iterator[Element]:
    """Give each wanted element of an XML file as it closes, namespaces dropped; entities are refused.

    What is closed is let go, so that the tree never holds more than one wanted element.
    """
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415 - only XML pays for it

    from defusedxml.common import DefusedXmlException  # noqa: PLC0415
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415

    above: list[Element] = []
    inside = 0
    try:
        with source.bytes() as raw:
            for event, element in iterparse(raw, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    element.tag = element.tag.rpartition("}")[2]
                    inside += element.tag in wanted
                    above.append(element)
                    _shallow(source, above)
                    continue
                above.pop()
                if element.tag in wanted:
                    inside -= 1
                    yield element
                if not inside and above:
                    above[-1].remove(element)
    except DefusedXmlException:
        message = f"{source.name}: declares a DTD or entities, which no published list does; it is refused."
        raise SourceError(message) from None
    except (ParseError, ValueError, LookupError, RecursionError) as problem:
        message = f"{source.name}: not XML ({problem}); it may be cut off. {source.advice}"
        raise SourceError(message) from None


def _shallow(source: Source, above: list[Element]) -> None:
    if len(above) > DEEPEST:
        message = f"{source.name}: elements within elements, {DEEPEST} deep; no list is."
        raise SourceError(message)


def child(element: Element, name: str) -> str | None:
    """Give the text of a child by its plain name."""
    for one in element:
        if one.tag.rpartition("}")[2] == name:
            return clean("".join(one.itertext()))
    return None


def children(element: Element, name: str) -> list[Element]:
    """Give all descendants of a plain name."""
    return [one for one in element.iter() if one.tag.rpartition("}")[2] == name]


def clean(text: object) -> str | None:
    """Give a value without blanks at its ends or doubled inside; None for what the lists write for nothing."""
    if text is None:
        return None
    plain = _BLANKS.sub(" ", str(text).replace("\xa0", " ").replace("\x00", "")).strip()
    return None if plain.casefold() in NULLS else plain


def name_of(text: object) -> str | None:
    """Give a name; one of a thousand characters is no name but a row gone wrong."""
    name = clean(text)
    return name if name and len(name) <= LONGEST_NAME else None


def unique(values: Iterator[str | None] | list[str | None] | list[str], but: str | None = None) -> tuple[str, ...]:
    """Give values once each, in order, without empty ones and without `but`."""
    seen = dict.fromkeys(value for value in values if value and value != but)
    return tuple(seen)


def split(text: object, mark: str = ";") -> list[str]:
    """Split a field that holds several values."""
    return [part for piece in (clean(text) or "").split(mark) if (part := clean(piece))]


def country(text: object) -> str | None:
    """Give the code of a country, from a code or a name; None where neither is recognised."""
    plain = clean(text)
    if plain is None:
        return None
    if plain.upper() in COUNTRIES:
        return plain.upper()
    return _COUNTRY_NAMES.get(plain.casefold().replace("\u2019", "'"))


def day(text: object) -> dt.date | None:
    """Read a day as lists write it: 2026-07-31, 07/31/2026, 31/07/2026 where unmistakable, 31 Jul 2026."""
    plain = clean(text)
    if plain is None:
        return None
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})", plain)
    if found:
        return _calendar(*map(int, found.groups()))
    found = re.match(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", plain)
    if found:
        first, second, year = map(int, found.groups())
        return _calendar(year, second, first) if first > 12 else _calendar(year, first, second)
    found = re.match(r"(\d{1,2})[- ]([A-Za-z]{3})[A-Za-z]*[- ](\d{4})", plain)
    if found and found[2].lower() in _MONTHS:
        return _calendar(int(found[3]), _MONTHS[found[2].lower()], int(found[1]))
    return None


def european_day(text: object) -> dt.date | None:
    """Read a day written day first, as the EU and the UK do."""
    plain = clean(text) or ""
    found = re.match(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", plain)
    return _calendar(int(found[3]), int(found[2]), int(found[1])) if found else day(plain)


def _calendar(year: int, month: int, number: int) -> dt.date | None:
    try:
        return dt.date(year, month, number)
    except ValueError:
        return None
