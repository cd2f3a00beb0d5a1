"""Find a chip by name; an ambiguous or unlisted name is not known, no error."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cache import digest_of, parse_all, read_texts
from ecluse.chips.names import meant
from ecluse.errors import SourceError, show
from ecluse.item import BITS, FORMS
from ecluse.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.bounds import Bound
    from ecluse.truth import Truth

CONFIDENCES = ("A", "B", "C", "D")
CONTESTED = ("die_area",)
# Both directions together, GB/s.
HOST_BUSES = {
    "PCIe 3.0 x16": 32,
    "PCIe 4.0 x8": 32,
    "PCIe 4.0 x16": 64,
    "PCIe 5.0 x16": 128,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its source and confidence (A vendor figure in two copies, to D reported)."""

    value: Bound
    source: tuple[str, ...]
    confidence: str


@dataclass(frozen=True, slots=True)
class Contest:
    """Another way to take a contested point: what it is, the value it gives, and why it is open."""

    measure: str
    choice: str
    value: Bound
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Chip:
    """One product variant. Peaks are dense TFLOPS or TOPS, areas mm2, bandwidths GB/s."""

    id: str
    vendor: str
    model: str
    variant: str
    names: tuple[str, ...]
    form: str
    status: str
    launched: str
    node: str
    non_planar: bool
    datacenter: Truth | None
    ics: int
    confidence: str
    source: tuple[str, ...]
    basis: str
    peaks: Mapping[str, Figure]
    floor: bool
    die: Figure | None
    die_layout: str
    dram: Figure | None
    memory: str
    links: Figure | None
    host: str | None
    note: str
    declared: tuple[str, ...]
    contested: tuple[Contest, ...]

    @property
    def label(self) -> str:
        """The full name: vendor, model, variant."""
        return " ".join(part for part in (self.vendor, self.model, self.variant) if part)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All chips, found by name; records are built when they are asked for."""

    rows: Mapping[str, Reader]
    sources: Mapping[str, Mapping[str, str]]
    digest: str

    def __len__(self) -> int:
        """How many chips there are."""
        return len(self.rows)

    def get(self, chip_id: str) -> Chip:
        """Give the chip of an id; KeyError where there is none."""
        return _chip(self, chip_id)

    def all(self) -> tuple[Chip, ...]:
        """Give every chip, in file order."""
        return tuple(self.get(chip_id) for chip_id in self.rows)

    def find(self, name: str) -> tuple[Chip, ...]:
        """Give all that a name may mean: by id, by alias, by model, or by model and variant."""
        return tuple(self.get(chip_id) for chip_id in _found(self, name))


@lru_cache(maxsize=1)
def load() -> Catalogue:
    """Read the catalogue shipped with the package."""
    folder = Path(__file__).with_name("data")
    return read(read_texts(folder, SourceError))


def read(texts: Mapping[str, str]) -> Catalogue:
    """Read chip files, strictly; an id that stands twice is refused."""
    rows: dict[str, Reader] = {}
    sources: dict[str, Mapping[str, str]] = {}
    for place, table in parse_all(texts, SourceError).items():
        file = Reader(table, place, SourceError, text=texts[place])
        inner = file.inner("sources")
        named = {key: inner.needed(key) for key in inner.names()} if inner else {}
        for reader in file.each("chip") or ():
            chip_id = reader.needed("id")
            if chip_id in rows:
                reader.fail("id", f"{chip_id!r} is also in {rows[chip_id].where}")
            rows[chip_id], sources[chip_id] = reader, named
        file.close()
    return Catalogue(rows, sources, digest_of(texts))


@lru_cache(maxsize=1024)
def _chip(catalogue: Catalogue, chip_id: str) -> Chip:
    reader, named = catalogue.rows[chip_id], catalogue.sources[chip_id]
    confidence = reader.choice("confidence", CONFIDENCES)
    source = _sources(reader, named, reader.words("source") or ())
    if not source:
        reader.fail("source", "is missing: every number has a source")
    die, dram, links = reader.inner("die"), reader.inner("memory"), reader.inner("links")
    chip = Chip(
        id=chip_id,
        vendor=reader.needed("vendor"),
        model=reader.needed("model"),
        variant=reader.word("variant") or "",
        names=reader.words("names") or (),
        form=reader.choice("form", FORMS),
        status=reader.needed("status"),
        launched=reader.word("launched") or "",
        node=reader.word("node") or "",
        non_planar=_flag(reader, "non_planar"),
        datacenter=reader.truth("datacenter"),
        ics=_whole(reader, "ics"),
        confidence=confidence,
        source=source,
        basis=reader.word("basis") or "",
        peaks=_peaks(reader.inner("peaks"), source, confidence),
        floor=reader.has("floor") and _flag(reader, "floor"),
        die=_figure(die, "area", named, source, confidence) if die else None,
        die_layout=_layout(die),
        dram=_figure(dram, "bandwidth", named, source, confidence) if dram else None,
        memory=_memory(dram),
        links=_figure(links, "bandwidth", named, source, confidence) if links else None,
        host=reader.choice("host", tuple(HOST_BUSES)) if reader.has("host") else None,
        note=reader.word("note") or "",
        declared=reader.words("declared") or (),
        contested=tuple(_contest(each) for each in reader.each("contested") or ()),
    )
    # Told by the file to its readers; nothing is weighed on them.
    for key in ("mounting", "architecture"):
        reader.word(key)
    for key in ("tdp_w", "transistors_bn"):
        reader.number(key)
    if links is not None:
        links.word("name")
    for part in (reader, die, dram, links):
        if part is not None:
            part.close()
    return chip


def _flag(reader: Reader, key: str) -> bool:
    value = reader.take(key)
    if not isinstance(value, bool):
        reader.fail(key, f"is {show(value)}, expected true or false")
    return value


def _whole(reader: Reader, key: str) -> int:
    value = reader.take(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        reader.fail(key, "is no whole number of at least 1")
    return value


def _sources(reader: Reader, named: Mapping[str, str], keys: tuple[str, ...]) -> tuple[str, ...]:
    for key in keys:
        if key not in named:
            reader.fail("source", f"names {key!r}, which [sources] does not have")
    return tuple(named[key] for key in keys)


def _peaks(reader: Reader | None, source: tuple[str, ...], confidence: str) -> dict[str, Figure]:
    if reader is None:
        return {}
    peaks = {name: reader.number(name) for name in BITS}
    reader.close()
    return {name: Figure(bound, source, confidence) for name, bound in peaks.items() if bound is not None}


def _figure(
    reader: Reader, key: str, named: Mapping[str, str], source: tuple[str, ...], confidence: str
) -> Figure | None:
    """Read one number of a sub-table, with its own source where it has one."""
    bound, own = reader.number(key), reader.word("source")
    if own is not None:
        source = _sources(reader, named, (own,))
    basis, confidence = reader.word("basis"), reader.choice("confidence", CONFIDENCES, confidence)
    if bound is None:
        return None
    return Figure(bound, (*source, basis) if basis else source, confidence)


def _layout(reader: Reader | None) -> str:
    return (reader.word("layout") or "") if reader else ""


def _memory(reader: Reader | None) -> str:
    if reader is None:
        return ""
    size = reader.number("gb")
    parts = (str(size) + " GB" if size else "", reader.word("gb_text") or "", reader.word("type") or "")
    return " ".join(part for part in parts if part)


def _contest(reader: Reader) -> Contest:
    value = reader.number("value")
    if value is None:
        reader.fail("value", "is missing")
    contest = Contest(reader.choice("measure", CONTESTED), reader.needed("choice"), value, reader.needed("why"))
    reader.close()
    return contest


@lru_cache(maxsize=4096)
def _found(catalogue: Catalogue, name: str) -> tuple[str, ...]:
    return meant(catalogue.rows, name)


def known_names(catalogue: Catalogue) -> tuple[str, ...]:
    """Name every model, for hints."""
    return tuple(dict.fromkeys(str(reader.table.get("model", "")) for reader in catalogue.rows.values()))
