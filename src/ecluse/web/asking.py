"""The question in the address: a line as flat fields, named by their dotted paths as in a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from ecluse.item import FORMS
from ecluse.order import ACTS, LINE_KINDS, PARTY_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecluse.provision import Fact

# Parameters of the page that are no part of the line.
ASIDE = ("known", "reading", "lang", "ask")
NUMBERS = ("quantity", "item.chips_per_unit", "authorisation.quantity", "authorisation.shipped_so_far")
WORDS = ("via", "authorisation.parties", "authorisation.items", "authorisation.uses", "authorisation.conditions")
TRUTHS = ("authorisation.conditions_met",)
MEASURE = "item.measures."
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
    Entry("item.chip", "chip", marked("Chip"), hint=marked("Name or catalogue id; several meanings are all weighed")),
    Entry("quantity", "number", marked("Quantity"), hint=marked("Units; a bound such as >=1000 or 10..20 is allowed")),
    Entry("origin", "country", marked("Leaves from")),
    Entry("destination", "country", marked("Final destination")),
    Entry("via", "word", marked("By way of"), hint=marked("Country codes, apart by commas")),
    Entry("act", "choice", marked("Leave asked for"), ACTS),
    Entry("kind", "choice", marked("Kind of movement"), LINE_KINDS),
    Entry("use", "word", marked("Use")),
    Entry("on", "day", marked("Day that rules")),
    Entry("known", "word", marked("As known on"), hint=marked("A day, or an instant with its zone; empty: now")),
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
)
ROLES = (
    ("seller", marked("Seller")),
    ("buyer", marked("Buyer")),
    ("end_user", marked("End user")),
    ("consignee", marked("Consignee")),
)


def party(role: str) -> tuple[Entry, ...]:
    """Give the fields of a party."""
    same = tuple(name for name, _label in ROLES if name != role)
    alike = () if role in ("seller", "buyer") else (Entry(f"{role}.same_as", "choice", marked("The same as"), same),)
    return (
        *alike,
        Entry(f"{role}.name", "word", marked("Name")),
        Entry(f"{role}.country", "country", marked("Country")),
        Entry(f"{role}.headquarters", "country", marked("Headquarters")),
        Entry(f"{role}.kind", "pick", marked("Kind of organisation"), PARTY_KINDS),
        Entry(f"{role}.ultimate_parent.name", "word", marked("Ultimate parent")),
        Entry(f"{role}.ultimate_parent.headquarters", "country", marked("Headquarters of the parent")),
    )


PAPER = (
    Entry("authorisations", "choice", marked("Is any authorisation there?"), ("none",)),
    Entry("authorisation.gate", "choice", marked("Gate"), ("exporter", "importer")),
    Entry(
        "authorisation.kind",
        "word",
        marked("Kind of paper"),
        hint=marked("licence, exception notice, import approval ..."),
    ),
    Entry("authorisation.status", "choice", marked("Status"), ("applied", "pending", "granted", "denied", "revoked")),
    Entry("authorisation.number", "word", marked("Number")),
    Entry("authorisation.holder", "word", marked("Holder")),
    Entry("authorisation.items", "word", marked("Covers the items")),
    Entry("authorisation.parties", "word", marked("Covers the parties")),
    Entry("authorisation.uses", "word", marked("Covers the uses")),
    Entry("authorisation.quantity", "number", marked("Covers the quantity")),
    Entry("authorisation.issued", "day", marked("Issued")),
    Entry("authorisation.expires", "day", marked("Expires")),
    Entry("authorisation.conditions_met", "truth", marked("Are its conditions met?")),
)


def of_fact(fact: Fact) -> Entry:
    """Give the field that answers a fact."""
    kind = {"truth": "truth", "number": "number", "day": "day"}.get(fact.kind, "choice" if fact.one_of else "word")
    return Entry(f"facts.{fact.name}", kind, fact.ask, fact.one_of)


def place_of(missing: str, facts: Mapping[str, Fact]) -> str | None:
    """Name the field of the form that answers what is missing; None where no field can."""
    if missing in facts and facts[missing].certified:
        return f"facts.{missing}"
    if missing == "authorisations":
        return "authorisations"
    if missing in ("tpp", "performance_density", "dram_bandwidth", "interconnect", "memory_bandwidth_density"):
        return f"{MEASURE}{missing}"
    named = {entry.name for role, _label in ROLES for entry in party(role)}
    named |= {entry.name for entry in (*MAIN, *ITEM)}
    if missing in named:
        return missing
    general = {"form": "item.form", "eccn_base": "item.eccn_base", "end_user": "end_user.name"}
    general |= {"parties.headquarters": "end_user.headquarters", "parties.kind": "end_user.kind"}
    return general.get(missing)


def line_of(question: Iterable[tuple[str, str]], facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Turn the fields of an address into the table of a line; what cannot be read is left for its reader."""
    table: dict[str, Any] = {}
    for name, given in question:
        text = given.strip()
        if not text or name in ASIDE:
            continue
        value = _value(name, text, facts)
        if name.startswith("authorisation."):
            table.setdefault("authorisation", [{}])[0][name.partition(".")[2]] = value
            continue
        here = table
        *above, last = name.split(".")
        for part in above[:4]:
            inner = here.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = here[part] = {}
            here = inner
        here[last] = value
    return table


def _value(name: str, text: str, facts: Mapping[str, Fact]) -> object:
    fact = facts.get(name.removeprefix("facts.")) if name.startswith("facts.") else None
    kind = fact.kind if fact else ""
    if name in WORDS or kind == "words":
        return [part.strip() for part in text.split(",") if part.strip()]
    if name in TRUTHS or kind == "truth" or name == f"{MEASURE}datacenter":
        return {"yes": True, "no": False}.get(text.lower(), text)
    if name in NUMBERS or kind == "number" or name.startswith(MEASURE):
        return number_of(text)
    return text


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


def flat(table: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Turn the table of a line into fields of an address: the way back."""
    told: dict[str, str] = {}
    for name, value in table.items():
        path = f"{above}{name}"
        match value:
            case {"at_least": low, "at_most": high}:
                told[path] = f"{low}..{high}"
            case {"at_least": low}:
                told[path] = f">={low}"
            case {"at_most": high}:
                told[path] = f"<={high}"
            case dict():
                told |= flat(value, f"{path}.")
            case bool():
                told[path] = "yes" if value else "no"
            case [dict() as only] if name == "authorisation":
                told |= flat(only, "authorisation.")
            case list():
                told[path] = ", ".join(str(one) for one in value)
            case _:
                told[path] = str(value)
    return told
