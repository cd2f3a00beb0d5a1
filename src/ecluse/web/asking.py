"""The question in the address: a line as flat fields, named by their dotted paths as in a table."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ecluse.authorisation import AUTHORISATION_KINDS, STATUSES
from ecluse.countries import COUNTRIES
from ecluse.item import FORMS
from ecluse.order import ACTS, LINE_KINDS, PARTY_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ecluse.provision import Fact

# Parameters of the page that are no part of the line.
ASIDE = ("known", "reading", "lang", "ask", "shown")
# Fields that are no text, by their path without the numbers of rows.
NUMBERS = ("quantity", "item.chips_per_unit", "authorisation.quantity", "authorisation.shipped_so_far")
WORDS = ("via", *(f"authorisation.{name}" for name in ("parties", "items", "uses", "destinations", "conditions")))
TRUTHS = ("authorisation.conditions_met", "item.measures.datacenter")
MEASURE = "item.measures."
MOST_ROWS = 50
_PART = re.compile(r"([^\[\]]+)(?:\[(\d{1,2})\])?\Z")
_ROW = re.compile(r"\[\d{1,2}\]")
_GROUPED = re.compile(r"(?<=\d)[ ,\u202f\u00a0](?=\d{3})")


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of the form: its path, kind, label, choices, and value."""

    name: str
    kind: str
    label: str
    choices: tuple[str, ...] = ()
    value: str = ""
    hint: str = ""


def marked(text: str) -> str:
    """Mark a text for the catalogues."""
    return text


MAIN = (
    Entry(
        "item.chip",
        "chip",
        marked("Chip"),
        hint=marked("Name or catalogue id; where it may mean several, all are weighed"),
    ),
    Entry("quantity", "number", marked("Quantity"), hint=marked("Units, or a bound: >=1000, 10..20")),
    Entry("origin", "country", marked("Leaves from")),
    Entry("destination", "country", marked("Final destination")),
    Entry("via", "word", marked("By way of"), hint=marked("Country codes, apart by commas")),
    Entry("act", "choice", marked("Leave asked for"), ACTS),
    Entry("kind", "choice", marked("Kind of movement"), LINE_KINDS),
    Entry("use", "word", marked("Use")),
    Entry("on", "day", marked("Day that rules")),
    Entry("known", "word", marked("As known on"), hint=marked("A day or an instant; empty: now")),
    Entry("reading", "choice", marked("Reading of the law"), ("enforced", "text")),
)
ITEM = (
    Entry("item.form", "choice", marked("Form"), FORMS),
    Entry("item.chips_per_unit", "number", marked("Chips in a unit")),
    Entry("item.eccn_base", "word", marked("ECCN without its .z paragraph")),
    Entry("item.measures.tpp", "number", marked("TPP, as measured")),
    Entry("item.measures.performance_density", "number", marked("Performance density, as measured")),
    Entry("item.measures.dram_bandwidth", "number", marked("DRAM bandwidth, GB/s, as measured")),
    Entry("item.measures.interconnect", "number", marked("All links, GB/s, as measured")),
    Entry("item.measures.memory_bandwidth_density", "number", marked("Memory alone: GB/s per mm² of package")),
    Entry("item.measures.datacenter", "truth", marked("Made or marketed for datacenters?")),
)
ROLES = (
    ("seller", marked("Seller")),
    ("buyer", marked("Buyer")),
    ("end_user", marked("End user")),
    ("consignee", marked("Consignee")),
    ("intermediate[0]", marked("Intermediate consignee")),
)


def party(role: str) -> tuple[Entry, ...]:
    """Give the fields of a party, its owners apart."""
    same = tuple(name for name, _label in ROLES[:4] if name != role)
    alike = (Entry(f"{role}.same_as", "choice", marked("The same as"), same),)
    return (
        *(alike if role in ("end_user", "consignee") else ()),
        Entry(f"{role}.name", "word", marked("Name")),
        Entry(f"{role}.country", "place", marked("Country")),
        Entry(f"{role}.headquarters", "place", marked("Headquarters")),
        Entry(f"{role}.kind", "pick", marked("Kind of organisation"), PARTY_KINDS),
        Entry(f"{role}.ultimate_parent.name", "word", marked("Ultimate parent")),
        Entry(f"{role}.ultimate_parent.headquarters", "place", marked("Headquarters of the parent")),
        Entry(f"{role}.listings", "word", marked("Its lists (EL, MEU, none)")),
        Entry(f"{role}.owners", "choice", marked("Are there owners?"), ("none",)),
    )


def owner(role: str, number: int) -> tuple[Entry, ...]:
    """Give the fields of an owner."""
    at = f"{role}.owners[{number}]"
    return (
        Entry(f"{at}.name", "word", marked("Owner")),
        Entry(f"{at}.percent", "number", marked("Share, percent")),
        Entry(f"{at}.headquarters", "place", marked("Headquarters of the owner")),
        Entry(f"{at}.listings", "word", marked("Lists of the owner (EL, none)")),
    )


NO_PAPER = Entry("authorisations", "choice", marked("Is any authorisation there?"), ("none",))
PAPER = (
    Entry("gate", "choice", marked("Gate"), ("exporter", "importer")),
    Entry("kind", "choice", marked("Kind of paper"), AUTHORISATION_KINDS),
    Entry("status", "choice", marked("Status"), STATUSES),
    Entry("number", "word", marked("Number")),
    Entry("holder", "word", marked("Holder")),
    Entry("items", "word", marked("Covers the items")),
    Entry("parties", "word", marked("Covers the parties")),
    Entry("uses", "word", marked("Covers the uses")),
    Entry("destinations", "word", marked("Covers the destinations")),
    Entry("quantity", "number", marked("Covers the quantity")),
    Entry("shipped_so_far", "number", marked("Shipped so far")),
    Entry("issued", "day", marked("Issued")),
    Entry("expires", "day", marked("Expires")),
    Entry("conditions_met", "truth", marked("Are its conditions met?")),
)


def paper(number: int) -> tuple[Entry, ...]:
    """Give the fields of a paper on file."""
    return tuple(replace(one, name=f"authorisation[{number}].{one.name}") for one in PAPER)


def rows_of(question: Mapping[str, str], stem: str) -> range:
    """Give the rows that a form shows of what there may be several of: those filled, and one more."""
    filled = [name for name, value in question.items() if value.strip()]
    found = [int(text) for name in filled for text in re.findall(re.escape(stem) + r"\[(\d{1,2})\]", name)]
    return range(min(max(found, default=-1) + 2, MOST_ROWS))


def of_fact(fact: Fact) -> Entry:
    """Give the field that answers a fact."""
    kinds = {"truth": "truth", "number": "number", "day": "day", "words": "word"}
    kind = kinds.get(fact.kind, "choice" if fact.one_of else "word")
    return Entry(f"facts.{fact.name}", kind, fact.ask, fact.one_of)


# Where what is missing has another name than the field that answers it.
PLACES = {
    "form": "item.form",
    "eccn_base": "item.eccn_base",
    "datacenter": "item.measures.datacenter",
    "order_tpp": "item.chips_per_unit",
    "buyer": "buyer.name",
    "end_user": "end_user.name",
    "parties.headquarters": "end_user.headquarters",
    "parties.kind": "end_user.kind",
    "parties.country": "end_user.country",
    "owned_by_listed": "end_user.owners[0].name",
    "import_approval": "authorisation[0].gate",
    "import_conditions": "authorisation[0].conditions_met",
    "agreed_quantity": "authorisation[0].quantity",
}
# What no line can answer: only evidence can.
OUTSIDE = ("domestic_ratio", "restricted_use_definition", "newer_evidence")


def place_of(missing: str, facts: Mapping[str, Fact], question: Mapping[str, str] | None = None) -> str | None:
    """Name the field of the form that answers what is missing; None where no field can.

    A party that is the same as another is asked for there.
    """
    if missing in facts and facts[missing].certified:
        return f"facts.{missing}"
    if missing in ("tpp", "performance_density", "dram_bandwidth", "interconnect", "memory_bandwidth_density"):
        return f"{MEASURE}{missing}"
    place = PLACES.get(missing, missing)
    if place.startswith("authorisation."):
        place = place.replace(".", "[0].", 1)
    role, dot, rest = place.partition(".")
    same = (question or {}).get(f"{role}.same_as", "").strip()
    if same and dot:
        place = f"{same}.{rest}"
    return place if is_place(place, facts) else None


def is_place(place: str, facts: Mapping[str, Fact]) -> bool:
    """Is this a field of the form?"""
    stem = _ROW.sub("[0]", place)
    if stem.startswith("facts."):
        return stem.removeprefix("facts.") in facts
    if stem == NO_PAPER.name or stem in {one.name for one in (*MAIN, *ITEM, *paper(0))}:
        return True
    return any(stem == one.name for role, _label in ROLES for one in (*party(role), *owner(role, 0)))


def line_of(question: Iterable[tuple[str, str]], facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Turn the fields of an address into the table of a line; what cannot be read is left for its reader.

    `buyer.owners[0].name` is a field of the first row of a list; gaps between rows close.
    """
    table: dict[Any, Any] = {}
    for name, given in question:
        text = given.strip()
        if not text or name in ASIDE:
            continue
        here = table
        *above, last = _path(name)
        for part in above[:8]:
            inner = here.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = here[part] = {}
            here = inner
        here[last] = _value(name, text, facts)
    told: dict[str, Any] = _rows(table)
    return told


def plain_name(name: str) -> str:
    """Write a field in one way: `authorisation.gate` and `authorisation[0].gate` are one."""
    head, dot, rest = name.partition(".")
    return f"authorisation[0].{rest}" if head == "authorisation" and dot else name


def _path(name: str) -> list[str | int]:
    """Give the steps of a path."""
    parts: list[str | int] = []
    for text in plain_name(name).split("."):
        found = _PART.match(text)
        parts += [text] if found is None else [found[1]] if found[2] is None else [found[1], int(found[2])]
    return parts


def _rows(value: Any) -> Any:  # noqa: ANN401 - a table, or what stands in one
    """Turn tables whose keys are numbers into lists."""
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(name, int) for name in value):
        return [_rows(value[number]) for number in sorted(value)]
    return {str(name): _rows(inner) for name, inner in value.items()}


def _value(name: str, text: str, facts: Mapping[str, Fact]) -> object:
    fact = facts.get(name.removeprefix("facts.")) if name.startswith("facts.") else None
    return _READ.get(_sort(_ROW.sub("", name), fact.kind if fact else ""), str)(text)


def _sort(stem: str, kind: str) -> str:
    """Say what a field holds, by its path without the numbers of rows, or by the kind of its fact."""
    last = stem.rpartition(".")[2]
    if last in ("listings", "owners"):
        return last
    if last in ("country", "headquarters", "origin", "destination"):
        return "place"
    if stem in WORDS:
        return "words"
    if stem in TRUTHS:
        return "truth"
    return "number" if stem in NUMBERS or stem.startswith(MEASURE) or last in ("percent", "count") else kind


def _listings(text: str) -> list[dict[str, str]]:
    """Read `EL: its entry, MEU`; `none` says that it stands on no list."""
    if text == "none":
        return []
    rows = [part.partition(":") for part in text.split(",") if part.strip()]
    return [{"list": name.strip()} | ({"entry": entry.strip()} if entry.strip() else {}) for name, _, entry in rows]


def code_of(text: str) -> str:
    """Give the code of a country that is written by name or in small letters; else the text as it stands."""
    if text.upper() in COUNTRIES:
        return text.upper()
    return next((code for code, name in COUNTRIES.items() if name.casefold() == text.casefold()), text)


def number_of(text: str) -> object:
    """Read 200000, 200 000, >=25, <=60 or 25..60; anything else is given back as it stands."""
    plain = _GROUPED.sub("", text)
    for sign, side in ((">=", "at_least"), ("≥", "at_least"), ("<=", "at_most"), ("≤", "at_most")):
        if plain.startswith(sign):
            return {side: _exact(plain.removeprefix(sign).strip())}
    low, dots, high = plain.partition("..")
    if dots:
        return {"at_least": _exact(low.strip()), "at_most": _exact(high.strip())}
    return _exact(plain)


def _exact(text: str) -> object:
    if re.fullmatch(r"-?\d{1,30}", text):
        return int(text)
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return value if value.is_finite() and abs(value.adjusted()) <= 30 else text


_READ: Mapping[str, Callable[[str], object]] = {
    "listings": _listings,
    "owners": lambda text: [] if text == "none" else text,
    "place": code_of,
    "words": lambda text: [part.strip() for part in text.split(",") if part.strip()],
    "truth": lambda text: {"yes": True, "no": False}.get(text.lower(), text),
    "number": number_of,
}


def flat(table: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Turn the table of a line into fields of an address: the way back."""
    told: dict[str, str] = {}
    for name, value in table.items():
        told |= _flat(f"{above}{name}", name, value)
    return told


def _flat(path: str, name: str, value: object) -> dict[str, str]:
    match value:
        case dict() if value.keys() & {"at_least", "at_most"}:
            low, high = value.get("at_least"), value.get("at_most")
            return {path: f"<={high}" if low is None else f">={low}" if high is None else f"{low}..{high}"}
        case dict():
            return flat(value, f"{path}.")
        case bool():
            return {path: "yes" if value else "no"}
        case list():
            return _flat_list(path, name, value)
    return {path: str(value)}


def _flat_list(path: str, name: str, rows: list[Any]) -> dict[str, str]:
    if not rows and name in ("owners", "listings"):
        return {path: "none"}
    if name == "listings":
        return {path: ", ".join(": ".join(str(word) for word in row.values()) for row in rows)}
    if rows and isinstance(rows[0], dict):
        told: dict[str, str] = {}
        for number, row in enumerate(rows):
            told |= flat(row, f"{path}[{number}].")
        return told
    return {path: ", ".join(str(one) for one in rows)}
