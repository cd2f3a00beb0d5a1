"""Tell which list a file is, by its content, and read it; a folder of lists becomes one snapshot."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import re
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.parties.entry import REQUIRED, Entry, Snapshot, snapshot_digest
from ecluse.parties.readers.abroad import (
    british,
    european,
    military_companies,
    ministry,
    transcribed,
    united_nations,
)
from ecluse.parties.readers.american import consolidated_csv, consolidated_json, joined, ofac_csv, ofac_xml
from ecluse.parties.readers.ecfr import ecfr
from ecluse.parties.readers.rows import Reading
from ecluse.parties.readers.source import HEAD, examine

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.parties.readers.source import Source

FORMATS = (
    "joined lines of JSON", "Consolidated Screening List (JSON, CSV)",
    "OFAC SDN (sdn.csv with add.csv and alt.csv, XML)",
    "eCFR supplements 4, 6, 7 to part 744 (XML, HTML)", "UN (XML)", "EU (CSV)", "UK (CSV)",
    "Ministry of Commerce of China (transcription, JSON or CSV)", "section 1260H (CSV: name, aliases, date, cite)",
)  # fmt: skip
_IN_NAME = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def read_file(path: Path) -> Reading:
    """Read one list, whatever its format. Raises SourceError: which file, what was expected, what to do."""
    source = examine(path)
    reading = Reading(path.name, source.digest)
    _dispatch(source, reading)
    if not reading.entries:
        faults = f" The first fault: {reading.faults[0]}" if reading.faults else ""
        message = f"{path}: holds no entry of a list.{faults} Lists are read as: {'; '.join(FORMATS)}."
        raise SourceError(message)
    return reading


def _dispatch(source: Source, reading: Reading) -> None:  # noqa: C901 - one line a format
    small = source.head.lower()
    stem = source.name.lower().removesuffix(".gz")
    if small.startswith("{") and '"results"' not in small[:400] and _is_line(source.head):
        joined(source.lines(), reading)
    elif small.startswith(("{", "[")):
        _json(source, reading)
    elif "<consolidated_list" in small:
        united_nations(source, reading)
    elif "<sdnlist" in small:
        ofac_xml(source, reading)
    elif small.startswith("<"):
        ecfr(source, reading)
    elif "entity_logicalid" in small:
        european(source, reading)
    elif "name 6" in small:
        british(source, reading)
    elif small.startswith(("source,", "_id,source,", '"source"', '"_id"')):
        consolidated_csv(source, reading)
    elif stem in ("sdn.csv", "sdn"):
        ofac_csv({"sdn": source} | _beside(source.path), reading)
    elif small.startswith("list,name,chinese,"):
        transcribed(source, reading)
    elif re.match(r'"?name"?(,|\r?\n)', small):
        military_companies(source, reading)


def _is_line(head: str) -> bool:
    first = head.splitlines()[0] if head else ""
    return len(head) >= HEAD or first.endswith("}")


def _json(source: Source, reading: Reading) -> None:
    values = source.values()
    first = next(values, None)
    rest = itertools.chain(() if first is None else (first,), values)
    if first is not None and first[0] is None and isinstance(first[1], dict) and "entity_name" in first[1]:
        ministry((value for _, value in rest), reading)
    else:
        consolidated_json(rest, reading)


def _beside(path: Path) -> dict[str, Source]:
    """Give the addresses and other names that lie beside OFAC's file; both belong to the list."""
    sources = {}
    for name in ("add", "alt"):
        found = [one for one in path.parent.iterdir() if one.name.lower() in (f"{name}.csv", f"{name}.csv.gz")]
        if not found:
            message = (
                f"{path}: stands without {name}.csv beside it; OFAC publishes sdn.csv, add.csv and alt.csv together."
            )
            raise SourceError(message)
        sources[name] = examine(found[0])
    return sources


def read_folder(folder: Path) -> Snapshot:
    """Read every list in a folder as one snapshot; `manifest.json` of a fetch gives days where files do not.

    The snapshot's day is the oldest among the lists that ask a licence, or of all where it has none
    of these: nothing that weighs is told as newer than its oldest part. Each list keeps its own day.
    """
    if folder.is_file():
        return _snapshot([(read_file(folder), folder)], {})
    if not folder.is_dir():
        message = f"{folder}: no such folder; --lists names a folder of published lists, or one list."
        raise SourceError(message)
    days = _manifest(folder)
    skipped = {"add.csv", "alt.csv", "add.csv.gz", "alt.csv.gz", "manifest.json", "sdn_comments.csv"}
    files = sorted(one for one in folder.iterdir() if one.is_file() and not one.name.startswith("."))
    readings = [(read_file(one), one) for one in files if one.name.lower() not in skipped]
    if not readings:
        message = f"{folder}: holds no list. `ecluse lists fetch --to {folder}` fetches the published ones."
        raise SourceError(message)
    return _snapshot(readings, days)


def _manifest(folder: Path) -> dict[str, dt.date]:
    place = folder / "manifest.json"
    if not place.exists():
        return {}
    try:
        rows = json.loads(place.read_text(encoding="utf-8"))["files"]
        return {row["file"]: dt.date.fromisoformat(row["fetched"][:10]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        message = f"{place}: is no manifest of `ecluse lists fetch`; fetch again, or take the file away."
        raise SourceError(message) from None


def _snapshot(readings: list[tuple[Reading, Path]], days: dict[str, dt.date]) -> Snapshot:
    dates: dict[str, dt.date] = {}
    entries: dict[str, Entry] = {}
    faults: list[str] = []
    for reading, path in readings:
        date = reading.date or _day_in(path) or days.get(path.name)
        if date is None:
            message = (
                f"{path}: tells no day of its own; put one into its name, such as {path.stem}-2026-07-31{path.suffix}."
            )
            raise SourceError(message)
        for entry in reading.entries:
            # Two rows of one id stay two entries: no party is lost to a clash of numbers.
            key, count = entry.id, 2
            while key in entries:
                key, count = f"{entry.id}~{count}", count + 1
            entries[key] = entry if key == entry.id else dataclasses.replace(entry, id=key)
            dates[entry.list] = min(date, dates.get(entry.list, date))
        faults += reading.faults
        if reading.duplicates:
            faults.append(f"{reading.path}: {reading.duplicates} rows repeat a name or a number and were joined.")
    told = tuple(entries.values())
    return Snapshot(
        date=min((date for code, date in dates.items() if code in REQUIRED), default=min(dates.values())),
        entries=told,
        digest=snapshot_digest(told),
        sources=tuple(f"{reading.path} sha256 {reading.digest}" for reading, _ in readings),
        faults=tuple(faults),
        dates=dates,
    )


def _day_in(path: Path) -> dt.date | None:
    found = _IN_NAME.search(path.name)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
