"""Lists of the United States: the Consolidated Screening List (JSON, CSV, joined), and OFAC's own files."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.order import LISTS
from ecluse.parties.entry import Entry
from ecluse.parties.readers.rows import (
    Reading,
    bare_rows,
    child,
    children,
    clean,
    country,
    day,
    elements,
    name_of,
    split,
    table,
    unique,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from xml.etree.ElementTree import Element

    from ecluse.parties.readers.source import Source

KINDS = {"entity": "entity", "individual": "person", "vessel": "vessel", "aircraft": "aircraft"}
# How the Consolidated Screening List names its sources, where no code stands in brackets.
_CODE = re.compile(r"\(([A-Z0-9-]{2,8})(?: List)?\)")
_BY_WORDS = (
    ("entity list", "EL"), ("military end user", "MEU"), ("unverified", "UVL"), ("denied persons", "DPL"),
    ("specially designated", "SDN"), ("military-industrial", "CMIC"), ("sectoral", "SSI"), ("capta", "CAP"),
    ("menu-based", "NS-MBS"), ("palestinian", "PLC"), ("itar", "DTC"), ("aeca", "DTC"), ("debarred", "DTC"),
    ("nonproliferation", "ISN"), ("foreign sanctions evaders", "FSE"),
)  # fmt: skip


def code_of(source: object) -> str | None:
    """Give the code of a list from the words of its source."""
    words = clean(source) or ""
    found = _CODE.search(words)
    if found and found[1] in LISTS:
        return found[1]
    if words.upper() in LISTS:
        return words.upper()
    small = words.lower()
    return next((code for mark, code in _BY_WORDS if mark in small), None)


def joined(lines: Iterable[str], reading: Reading) -> None:
    """Read the joined file: one JSON object a line, ids as given (`csl-123`)."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        reading.rows += 1
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            reading.fault(number, "is not a line of JSON")
            continue
        if not isinstance(row, dict):
            reading.fault(number, "is no JSON object")
            continue
        _consolidated(row | {"source": row.get("list") or row.get("source")}, number, reading, clean(row.get("id")))


def consolidated_json(values: Iterable[tuple[str | None, object]], reading: Reading) -> None:
    """Read the Consolidated Screening List as JSON: `results` holds the entries, or the file is their array."""
    number, held = 0, False
    fields: dict[str, object] = {}
    for name, value in values:
        if name is not None:
            held = held or (name == "results" and isinstance(value, list))
            fields[name] = value
            if name in ("search_performed_at", "generated"):
                reading.date = reading.date or day(value)
            continue
        number, held = number + 1, True
        reading.rows += 1
        if isinstance(value, dict):
            _consolidated(value, number, reading, None)
        else:
            reading.fault(number, "is no JSON object")
    if not held and "name" in fields:
        joined([json.dumps(fields)], reading)
    elif not held:
        message = f"{reading.path}: holds no list of `results`; the Consolidated Screening List does."
        raise SourceError(message)


def consolidated_csv(source: Source, reading: Reading) -> None:
    """Read the Consolidated Screening List as CSV."""
    for number, row in table(source):
        reading.rows += 1
        _consolidated(row, number, reading, None)


def _consolidated(row: Mapping[str, object], number: int, reading: Reading, own: str | None) -> None:
    code = code_of(row.get("source"))
    if code is None:
        reading.fault(number, f"comes from a source that is not known: {str(row.get('source'))[:60]!r}")
        return
    name = name_of(row.get("name"))
    if name is None:
        reading.fault(number, "has no name")
        return
    countries = [country(one) for one in _several(row.get("countries"))]
    countries += [country(row.get("country"))]
    countries += [country(one) for key in ("nationalities", "citizenships") for one in _several(row.get(key))]
    addresses = [one for one in _addresses(row.get("addresses")) if one]
    countries += [country(one.rpartition(",")[2]) for one in addresses]
    aliases = _several(row.get("aliases") or row.get("alt_names"))
    end = day(row.get("end_date"))
    key = clean(row.get("entity_number")) or clean(row.get("_id"))
    reading.entries.append(
        Entry(
            id=own or f"{code.lower()}-{clean(row.get('id')) or key or number}",
            list=code,
            name=name,
            aliases=reading.aliases(number, aliases, name),
            kind=KINDS.get((clean(row.get("type")) or "").lower()),
            countries=unique(countries),
            number=clean(row.get("entity_number")),
            requirement=clean(row.get("license_requirement")),
            policy=clean(row.get("license_policy")),
            programs=unique([one for part in _several(row.get("programs")) for one in split(part)]),
            cite=clean(row.get("federal_register") or row.get("federal_register_notice")),
            listed=day(row.get("start_date")),
            until=end,
            addresses=tuple(addresses),
            place=f"{reading.path}:{number}",
        )
    )


def _several(value: object) -> list[object]:
    """Give a field of several values: a list as it is, a text split at semicolons."""
    if isinstance(value, list):
        return list(value)
    return list(split(value))


def _addresses(value: object) -> Iterator[str | None]:
    for one in _several(value):
        if isinstance(one, dict):
            parts = (one.get(key) for key in ("address", "city", "state", "postal_code", "country"))
            yield clean(", ".join(str(part) for part in parts if part))
        else:
            yield clean(one)


def ofac_csv(sources: Mapping[str, Source], reading: Reading) -> None:
    """Read OFAC's trio without headers: `sdn` (the parties), `add` (addresses), `alt` (other names)."""
    aliases: dict[str, list[str]] = {}
    for number, cells in bare_rows(sources["alt"]):
        if len(cells) >= 4:
            aliases.setdefault(cells[0], []).append(cells[3])
        else:
            reading.fault(number, f"of the other names has {len(cells)} cells, expected at least 4")
    addresses: dict[str, list[tuple[str, str | None]]] = {}
    for number, cells in bare_rows(sources["add"]):
        if len(cells) >= 5:
            said = ", ".join(part for part in cells[2:5] if part)
            addresses.setdefault(cells[0], []).append((said, country(cells[4])))
        else:
            reading.fault(number, f"of the addresses has {len(cells)} cells, expected at least 5")
    seen: set[str] = set()
    for number, cells in bare_rows(sources["sdn"]):
        reading.rows += 1
        name = name_of(cells[1]) if len(cells) > 3 else None
        if name is None:
            reading.fault(number, "has no number and name")
            continue
        if cells[0] in seen:
            reading.duplicates += 1
            continue
        seen.add(cells[0])
        where = addresses.get(cells[0], [])
        reading.entries.append(
            Entry(
                id=f"sdn-{cells[0]}",
                list="SDN",
                name=name,
                aliases=reading.aliases(number, aliases.get(cells[0], []), name),
                kind=KINDS.get(cells[2].lower(), "entity" if not cells[2] else None),
                countries=unique([code for _, code in where]),
                number=cells[0],
                programs=unique([part.strip("[] ") for part in re.split(r"\]\s*\[|;", cells[3])]),
                addresses=unique([said for said, _ in where]),
                place=f"{reading.path}:{number}",
            )
        )
    orphans = (set(aliases) | set(addresses)) - seen
    if orphans:
        reading.faults.append(f"{reading.path}: {len(orphans)} numbers have names or addresses but no party.")


def ofac_xml(source: Source, reading: Reading) -> None:
    """Read OFAC's SDN.XML."""
    for number, element in enumerate(elements(source, {"sdnEntry", "Publish_Date"}), 1):
        if element.tag == "Publish_Date":
            reading.date = day(element.text)
            continue
        reading.rows += 1
        name = name_of(_said(element))
        uid = child(element, "uid")
        if name is None or uid is None:
            reading.fault(number, "is an sdnEntry without uid or name")
            continue
        kind = (child(element, "sdnType") or "").lower()
        where = children(element, "address")
        reading.entries.append(
            Entry(
                id=f"sdn-{uid}",
                list="SDN",
                name=name,
                aliases=reading.aliases(number, [_said(one) for one in children(element, "aka")], name),
                kind=KINDS.get(kind),
                countries=unique([country(child(one, "country")) for one in where]),
                number=uid,
                programs=unique([clean(one.text) for one in children(element, "program")]),
                addresses=unique([_address(one) for one in where]),
                place=f"{reading.path}#{uid}",
            )
        )


def _said(element: Element) -> str:
    parts = [child(element, "firstName"), child(element, "lastName")]
    return " ".join(part for part in parts if part)


def _address(element: Element) -> str | None:
    parts = [child(element, key) for key in ("address1", "address2", "address3", "city", "country")]
    return clean(", ".join(part for part in parts if part))
