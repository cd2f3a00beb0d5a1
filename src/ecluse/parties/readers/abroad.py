"""Lists of others: the United Nations, the European Union, the United Kingdom, China's ministry, section 1260H."""

from __future__ import annotations

import hashlib
import itertools
import re
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.parties.entry import Entry
from ecluse.parties.readers.rows import (
    Reading,
    child,
    children,
    clean,
    country,
    day,
    elements,
    european_day,
    name_of,
    split,
    table,
    unique,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from xml.etree.ElementTree import Element

    from ecluse.parties.readers.source import Source

MINISTRY = {"cn-export-control-list": "CN-EC", "cn-unreliable-entity-list": "CN-UE", "cn-attention-list": "CN-AT"}
_MINISTRY_WORDS = (("unreliable", "CN-UE"), ("不可靠", "CN-UE"), ("attention", "CN-AT"), ("关注", "CN-AT"))
_PERSON = {"p": "person", "person": "person", "individual": "person", "e": "entity", "enterprise": "entity"}
_UK_KINDS = {"individual": "person", "entity": "entity", "ship": "vessel"}


def united_nations(source: Source, reading: Reading) -> None:
    """Read the Security Council's consolidated XML."""
    wanted = {"INDIVIDUAL", "ENTITY"}
    head = re.search(r"dateGenerated=\"([^\"]+)\"", source.head)
    reading.date = day(head[1]) if head else None
    for number, element in enumerate(elements(source, wanted), 1):
        reading.rows += 1
        parts = [child(element, f"{which}_NAME") for which in ("FIRST", "SECOND", "THIRD", "FOURTH")]
        name = name_of(" ".join(part for part in parts if part))
        reference = child(element, "REFERENCE_NUMBER") or child(element, "DATAID")
        if name is None or reference is None:
            reading.fault(number, "is a party without name or reference")
            continue
        kind = "person" if element.tag == "INDIVIDUAL" else "entity"
        names = [*children(element, f"{element.tag}_ALIAS")]
        others = [child(element, "NAME_ORIGINAL_SCRIPT"), *(child(one, "ALIAS_NAME") for one in names)]
        places = [*children(element, "COUNTRY"), *_values(element, "NATIONALITY")]
        reading.entries.append(
            Entry(
                id=f"un-{reference}",
                list="UN",
                name=name,
                aliases=reading.aliases(number, others, name),
                kind=kind,
                countries=unique([country("".join(one.itertext())) for one in places]),
                number=reference,
                programs=unique([child(element, "UN_LIST_TYPE")]),
                listed=day(child(element, "LISTED_ON")),
                place=f"{reading.path}#{reference}",
            )
        )


def _values(element: Element, name: str) -> list[Element]:
    return [one for parent in children(element, name) for one in children(parent, "VALUE")]


def european(source: Source, reading: Reading) -> None:
    """Read the EU's financial sanctions file: one row for every name or address of a party."""
    found: dict[str, dict[str, list[str | None]]] = {}
    for number, row in table(source, ";"):
        reading.rows += 1
        key = clean(row.get("entity_logicalid"))
        if key is None:
            reading.fault(number, "has no Entity_LogicalId")
            continue
        if reading.date is None:
            reading.date = european_day(row.get("filegenerationdate"))
        held = found.setdefault(
            key,
            {"names": [], "countries": [], "kind": [], "programme": [], "cite": [], "date": [], "row": [str(number)]},
        )
        parts = [row.get(f"namealias_{one}name") for one in ("first", "middle", "last")]
        held["names"].append(clean(row.get("namealias_wholename")) or clean(" ".join(part for part in parts if part)))
        held["countries"] += [
            country(row.get(one)) for one in ("address_countryiso2code", "citizenship_countryiso2code")
        ]
        subject = row.get("entity_subjecttype_classificationcode") or row.get("entity_subjecttype")
        held["kind"].append(_PERSON.get((clean(subject) or "").lower()))
        held["programme"].append(clean(row.get("entity_regulation_programme")))
        held["cite"].append(clean(row.get("entity_regulation_numbertitle")))
        held["date"].append(
            clean(row.get("entity_designationdate")) or clean(row.get("entity_regulation_publicationdate"))
        )
    for key, held in found.items():
        _grouped(reading, "EU", key, held)


def _grouped(reading: Reading, code: str, key: str, held: Mapping[str, list[str | None]]) -> None:
    """Make one entry of the rows of a party."""
    row = int(held["row"][0] or 0)
    names = reading.aliases(row, held["names"], "")
    if not names:
        reading.fault(row, f"party {key} has no name in any row")
        return
    days = [one for said in held["date"] if (one := european_day(said))]
    reading.duplicates += sum(name is not None for name in held["names"]) - len(names)
    reading.entries.append(
        Entry(
            id=f"{code.lower()}-{key}",
            list=code,
            name=names[0],
            aliases=names[1:],
            kind=next((one for one in held["kind"] if one), None),
            countries=unique(list(held["countries"])),
            number=key,
            programs=unique(list(held["programme"])),
            cite="; ".join(unique(list(held["cite"]))) or None,
            listed=min(days, default=None),
            place=f"{reading.path}:{held['row'][0]}",
        )
    )


def british(source: Source, reading: Reading) -> None:
    """Read the UK's list as CSV: the Sanctions List, or OFSI's consolidated list; both start with a dated line."""
    lines = list(itertools.islice(source.lines(), 5))
    skip = next((at for at, line in enumerate(lines) if "name 6" in line.lower()), None)
    if skip is None:
        message = f"{reading.path}: has no column `Name 6`; the UK's lists do."
        raise SourceError(message)
    dated = re.search(r"\d{1,2}[/ -](?:\d{1,2}|[A-Za-z]{3})[A-Za-z]*[/ -]\d{4}", " ".join(lines[:skip]))
    reading.date = european_day(dated[0]) if dated else None
    found: dict[str, dict[str, list[str | None]]] = {}
    for number, row in table(source, skip=skip):
        reading.rows += 1
        key = clean(row.get("unique id")) or clean(row.get("group id"))
        if key is None:
            reading.fault(number, "has neither Unique ID nor Group ID")
            continue
        held = found.setdefault(
            key,
            {"names": [], "countries": [], "kind": [], "programme": [], "cite": [], "date": [], "row": [str(number)]},
        )
        parts = [clean(row.get(f"name {one}")) for one in (1, 2, 3, 4, 5, 6)]
        held["names"].append(clean(" ".join(part for part in parts if part)))
        held["names"].append(clean(row.get("name non-latin script")))
        held["countries"] += [country(row.get(one)) for one in ("address country", "country", "nationality(/ies)")]
        kind = clean(row.get("designation type")) or clean(row.get("group type")) or ""
        held["kind"].append(_UK_KINDS.get(kind.lower()))
        held["programme"].append(clean(row.get("regime name")) or clean(row.get("regime")))
        held["date"].append(clean(row.get("date designated")) or clean(row.get("listed on")))
    for key, held in found.items():
        _grouped(reading, "UK", key, held)


def ministry(rows: Iterable[object], reading: Reading) -> None:
    """Read a transcription of China's Ministry of Commerce: English and Chinese name, date, address of the notice."""
    for number, row in enumerate(rows, 1):
        reading.rows += 1
        name = name_of(row.get("entity_name") or row.get("name")) if isinstance(row, dict) else None
        if name is None or not isinstance(row, dict):
            reading.fault(number, "has no name")
            continue
        said = f"{clean(row.get('list_id')) or ''} {clean(row.get('source_list_name')) or ''}"
        code = MINISTRY.get(clean(row.get("list_id")) or "")
        code = code or next((code for mark, code in _MINISTRY_WORDS if mark in said.lower()), "CN-EC")
        listed = day(row.get("date_added"))
        others = row.get("aliases")
        kind = {"organization": "entity", "individual": "person", "person": "person"}
        if listed is not None and (reading.date is None or listed > reading.date):
            reading.date = listed
        reading.entries.append(
            Entry(
                id=clean(row.get("id")) or f"{code.lower()}-{number}",
                list=code,
                name=name,
                aliases=reading.aliases(number, others if isinstance(others, list) else (), name),
                kind=kind.get((clean(row.get("entity_type")) or "").lower()),
                number=clean(row.get("id")),
                cite=clean(row.get("source_url")),
                listed=listed,
                place=f"{reading.path}:{number}",
            )
        )


def transcribed(source: Source, reading: Reading) -> None:
    """Read our own transcription of the ministry's notices: CSV with `list`, `name`, `chinese`, `date`, `notice`.

    `until` is the day on which the measures were stopped, `note` what else is known of them.
    """
    for number, row in table(source, strict=True):
        reading.rows += 1
        code, name = clean(row.get("list")) or "", name_of(row.get("name"))
        if name is None or code not in MINISTRY.values():
            reading.fault(number, "has no name" if name is None else f"is of a list that is not known: {code[:20]!r}")
            continue
        listed = day(row.get("date"))
        key = hashlib.sha256(f"{code}|{name}|{listed}".encode()).hexdigest()[:8]
        reading.entries.append(
            Entry(
                id=f"{code.lower()}-{key}",
                list=code,
                name=name,
                aliases=reading.aliases(number, split(row.get("chinese")), name),
                kind=_PERSON.get(clean(row.get("kind")) or ""),
                requirement=clean(row.get("note")),
                cite=clean(row.get("notice")),
                listed=listed,
                until=day(row.get("until")),
                place=f"{reading.path}:{number}",
            )
        )


def military_companies(source: Source, reading: Reading) -> None:
    """Read a list under section 1260H: CSV with `name`, and optionally `aliases` (by `;`), `parent`, `date`, `cite`."""
    for number, row in table(source, strict=True):
        reading.rows += 1
        name = name_of(row.get("name"))
        if name is None:
            reading.fault(number, "has no name")
            continue
        listed, parent = day(row.get("date")), clean(row.get("parent"))
        if listed is not None and (reading.date is None or listed > reading.date):
            reading.date = listed
        reading.entries.append(
            Entry(
                id=f"1260h-{number}",
                list="1260H",
                name=name,
                aliases=reading.aliases(number, split(row.get("aliases")), name),
                kind="entity",
                # Subsidiaries are firms of other countries too; the notice does not say of which.
                countries=() if parent else ("CN",),
                requirement=f"named as a subsidiary of {parent}" if parent else None,
                cite=clean(row.get("cite")),
                listed=listed,
                place=f"{reading.path}:{number}",
            )
        )
