"""Tell which list a file is, by its content, and read it; a folder of lists becomes one snapshot."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import re
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.parties.entry import Entry, Snapshot, snapshot_digest
from ecluse.parties.readers.abroad import british, european, military_companies, ministry, united_nations
from ecluse.parties.readers.american import consolidated_csv, consolidated_json, joined, ofac_csv, ofac_xml
from ecluse.parties.readers.ecfr import ecfr
from ecluse.parties.readers.rows import Reading, open_bytes, text_of

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = (
    "joined lines of JSON", "Consolidated Screening List (JSON, CSV)",
    "OFAC SDN (sdn.csv with add.csv and alt.csv, XML)",
    "eCFR supplements 4, 6, 7 to part 744 (XML, HTML)", "UN (XML)", "EU (CSV)", "UK (CSV)",
    "Ministry of Commerce of China (transcription, JSON)", "section 1260H (CSV: name, aliases, date, cite)",
)  # fmt: skip
_IN_NAME = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def read_file(path: Path) -> Reading:
    """Read one list, whatever its format. Raises SourceError: which file, what was expected, what to do."""
    raw = open_bytes(path)
    reading = Reading(path.name, hashlib.sha256(raw).hexdigest())
    _dispatch(path, raw, reading)
    if not reading.entries:
        faults = f" The first fault: {reading.faults[0]}" if reading.faults else ""
        message = f"{path}: holds no entry of a list.{faults} Lists are read as: {'; '.join(FORMATS)}."
        raise SourceError(message)
    return reading


def _dispatch(path: Path, raw: bytes, reading: Reading) -> None:  # noqa: C901 - one line a format
    text = text_of(raw, reading.path)
    head = text[:4000].lstrip("\ufeff \r\n\t")
    small = head.lower()
    stem = path.name.lower().removesuffix(".gz")
    if head.startswith("{") and '"results"' not in head[:400] and _is_line(head):
        joined(text, reading)
    elif head.startswith(("{", "[")):
        _json(text, reading)
    elif "<consolidated_list" in small:
        united_nations(raw, reading)
    elif "<sdnlist" in small:
        ofac_xml(raw, reading)
    elif small.startswith(("<?xml", "<")) and "part 744" in text[:2_000_000].lower():
        ecfr(text, reading)
    elif "entity_logicalid" in small:
        european(text, reading)
    elif "name 6" in small:
        british(text, reading)
    elif small.startswith(("source,", "_id,source,", '"source"', '"_id"')):
        consolidated_csv(text, reading)
    elif stem in ("sdn.csv", "sdn"):
        ofac_csv({"sdn": text} | _beside(path), reading)
    elif re.match(r'"?name"?(,|\r?\n)', small):
        military_companies(text, reading)


def _is_line(head: str) -> bool:
    first = head.splitlines()[0] if head else ""
    return len(head) >= 4000 or first.endswith("}")


def _json(text: str, reading: Reading) -> None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as problem:
        message = f"{reading.path}: not JSON ({problem}); it may be cut off. Fetch it again."
        raise SourceError(message) from None
    first = data[0] if isinstance(data, list) and data else None
    if isinstance(first, dict) and "entity_name" in first:
        ministry(data, reading)
    elif isinstance(data, dict) and "results" not in data and "name" in data:
        joined(text.replace("\n", " "), reading)
    else:
        consolidated_json(data, reading)


def _beside(path: Path) -> dict[str, str]:
    """Give the addresses and other names that lie beside OFAC's file; both belong to the list."""
    texts = {}
    for name in ("add", "alt"):
        found = [one for one in path.parent.iterdir() if one.name.lower() in (f"{name}.csv", f"{name}.csv.gz")]
        if not found:
            message = (
                f"{path}: stands without {name}.csv beside it; OFAC publishes sdn.csv, add.csv and alt.csv together."
            )
            raise SourceError(message)
        texts[name] = text_of(open_bytes(found[0]), found[0].name)
    return texts


def read_folder(folder: Path) -> Snapshot:
    """Read every list in a folder as one snapshot; `manifest.json` of a fetch gives days where files do not.

    The snapshot's day is the oldest among its files': nothing is told as newer than its oldest part.
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
        date=min(dates.values()),
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
