"""Read an order line, strictly: every field is understood or refused with the nearest name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecluse.authorisation import AUTHORISATION_KINDS, STATUSES, Authorisation
from ecluse.bounds import Bound
from ecluse.countries import COUNTRIES
from ecluse.errors import BadLine, nearest, show
from ecluse.item import BITS, FORMS, NUMBERS, Content, Given, Item
from ecluse.order import (
    ACTS,
    KIND_MARKS,
    LINE_KINDS,
    LISTS,
    OTHER_LIST,
    PARTY_KINDS,
    REFUSED,
    Line,
    Listing,
    Money,
    Owner,
    Parent,
    Party,
    list_code,
)
from ecluse.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.order import Stated
    from ecluse.provision import Fact

MOST_PARTIES = 50
# A kind of party in more words than this is a description, and no slip.
FEW_WORDS = 3
_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,6})?\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")


def read_line(table: object, place: str, facts: Mapping[str, Fact], *, text: str | None = None) -> Line:
    """Read one order line from a parsed table.

    `facts` is the vocabulary of the law in use. Raises BadLine: what, where, what was expected.
    """
    reader = Reader(table, place, BadLine, text=text)
    item = reader.inner("item")
    if item is None:
        reader.fail("item", "is missing: name the chip, or give its measures")
    line_item = _item(item)
    line = Line(
        item=line_item,
        quantity=_quantity(reader),
        origin=_country(reader, "origin", need=True) or "",
        destination=_country(reader, "destination", need=True) or "",
        id=_identifier(reader),
        on=reader.day("on"),
        act=reader.choice("act", ACTS, "ship"),
        kind=_kind(reader),
        via=tuple(_checked(reader, "via", code) for code in reader.words("via") or ()),
        use=reader.word("use"),
        unit_price=_money(reader.inner("unit_price")),
        **_roles(reader),  # type: ignore[arg-type]
        facts=_facts(reader.inner("facts"), facts),
        authorisations=_authorisations(reader),
    )
    reader.close(
        dict.fromkeys(
            ("consignees", "recipients"),
            "is not a field here; roles are buyer, end_user, consignee and [[intermediate]]",
        )
    )
    return line


def _identifier(reader: Reader) -> str | None:
    value = reader.take("id", None)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return reader.word("id")


def _kind(reader: Reader) -> str:
    value = reader.word("kind")
    refused = REFUSED.get((value or "").strip().lower())
    if refused:
        reader.fail(
            "kind", f"is {refused}, which Ecluse does not cover: ask counsel. It covers {', '.join(LINE_KINDS)}"
        )
    return reader.choice("kind", LINE_KINDS, "export")


def _quantity(reader: Reader) -> Bound:
    bound = reader.number("quantity", whole=True)
    if bound is None:
        reader.fail("quantity", "is missing: how many units? A bound { at_least = 1000 } is allowed")
    if bound.exact == 0:
        reader.fail("quantity", "is 0, expected at least one unit")
    return bound


def _country(reader: Reader, key: str, *, need: bool = False) -> str | None:
    value = reader.word(key, need=need)
    return None if value is None else _checked(reader, key, value)


def _checked(reader: Reader, key: str, code: str) -> str:
    if code not in COUNTRIES:
        hint = _country_hint(code)
        reader.fail(
            key, f"is {show(code)}, expected an ISO 3166-1 code of two letters, such as 'CN'.{hint}".rstrip(".")
        )
    return code


def _country_hint(code: str) -> str:
    by_name = {name.lower(): short for short, name in COUNTRIES.items()} | {"uk": "GB"}
    meant = by_name.get(code.lower()) or (code.upper() if code.upper() in COUNTRIES else None)
    return f" Did you mean {meant!r}?" if meant else nearest(code, COUNTRIES)


def _item(reader: Reader) -> Item:
    contains = tuple(_content(each) for each in reader.each("contains") or ())
    if len(contains) > MOST_PARTIES:
        reader.fail("contains", f"lists {len(contains)} chips; at most {MOST_PARTIES}")
    chip, each = reader.word("chip"), reader.number("chips_per_unit", whole=True)
    if each is not None and each.high == 0:
        reader.fail("chips_per_unit", "is 0, expected at least one; leave it out if it is not known")
    if contains and chip is not None:
        contains, chip = _with_own(reader, chip, each, contains), None
    item = Item(
        chip=chip,
        form=reader.choice("form", FORMS) if reader.has("form") else None,
        chips_per_unit=each,
        contains=contains,
        eccn_base=reader.word("eccn_base"),
        given=_given(reader.inner("measures")),
    )
    if item.chip is None and item.given is None and not contains:
        reader.fail("chip", "is missing: name the chip, or give measures, or what the item contains")
    if item.eccn_base is not None and not re.fullmatch(r"\d[A-E]\d{3}", item.eccn_base.split(".")[0]):
        reader.fail("eccn_base", f"is {show(item.eccn_base)}, expected an ECCN such as '5A992'")
    reader.close()
    return item


def _with_own(reader: Reader, chip: str, each: Bound | None, contains: tuple[Content, ...]) -> tuple[Content, ...]:
    """Count the chip that stands beside a list of chips as one of them, unless the list names it too."""
    for one in contains:
        if one.chip.casefold().strip() == chip.casefold().strip():
            if each is not None and each != one.count:
                reader.fail("chips_per_unit", f"is {each}, and contains says {one.count} of {show(chip)}; say one")
            return contains
    return (Content(chip, each or Bound(1, None)), *contains)


def _content(reader: Reader) -> Content:
    count = reader.number("count", whole=True)
    if count is None:
        reader.fail("count", "is missing: how many of this chip does one unit hold?")
    if count.high == 0:
        reader.fail("count", "is 0, expected at least one")
    content = Content(reader.needed("chip"), count)
    reader.close()
    return content


def _given(reader: Reader | None) -> Given | None:
    if reader is None:
        return None
    figures = {name: bound for name in NUMBERS if (bound := reader.number(name)) is not None}
    peaks: dict[str, Bound] = {}
    inner = reader.inner("peaks")
    if inner is not None:
        for name in BITS:
            bound = inner.number(name)
            if bound is not None:
                peaks[name] = bound
        inner.close()
    given = Given(figures, reader.truth("datacenter"), peaks, reader.number("die_area"))
    if given.die_area is not None and given.die_area.low == 0:
        reader.fail("die_area", "is 0; leave it out where there is no die on a non-planar node")
    reader.close()
    return given


def _roles(reader: Reader) -> dict[str, Party | tuple[Party, ...] | None]:
    roles: dict[str, Party | None] = {}
    sames: dict[str, str] = {}
    for role in ("seller", "buyer", "end_user", "consignee"):
        inner = reader.inner(role)
        same = inner.word("same_as") if inner else None
        if same is not None and inner is not None:
            sames[role] = inner.choice(
                "same_as", tuple(name for name in ("seller", "buyer", "end_user", "consignee") if name != role)
            )
            inner.close()
        roles[role] = None if inner is None or same else _party(inner)
    for role, same in sames.items():
        target = roles.get(same)
        if target is None:
            reader.fail(f"{role}.same_as", f"is {same!r}, but the line gives no such party of its own")
        roles[role] = target
    intermediates = tuple(_party(each) for each in reader.each("intermediate") or ())
    if len(intermediates) > MOST_PARTIES:
        reader.fail("intermediate", f"lists {len(intermediates)} parties; at most {MOST_PARTIES}")
    return {**roles, "intermediates": intermediates}


def _party(reader: Reader) -> Party:
    parent = reader.inner("ultimate_parent")
    owners = reader.each("owners")
    party = Party(
        name=reader.word("name"),
        country=_country(reader, "country"),
        headquarters=_country(reader, "headquarters"),
        ultimate_parent=_parent(parent) if parent else None,
        kind=_party_kind(reader),
        owners=None if owners is None else tuple(_owner(each) for each in owners),
        address=reader.word("address"),
        listings=_listings(reader),
    )
    least = sum((one.percent.low or 0) for one in party.owners or () if one.percent is not None)
    if least > 100:
        reader.fail("owners", f"hold {least} percent together, expected at most 100")
    reader.close()
    return party


def _party_kind(reader: Reader) -> str | None:
    """Take the kind of a party: one of the common words, or another; a slip of the pen is refused."""
    kind = reader.word("kind")
    if kind is not None and kind not in PARTY_KINDS:
        words = set(re.split(r"[\W_]+", kind.casefold()))
        few = len(words) <= FEW_WORDS
        meant = next((common for common, marks in KIND_MARKS.items() if few and words & marks), None)
        hint = f" Did you mean {meant!r}?" if meant else nearest(kind, PARTY_KINDS, 0.8)
        if hint:
            reader.fail("kind", f"is {show(kind)}, which is near a common word.{hint}")
    return kind


def _parent(reader: Reader) -> Parent:
    parent = Parent(reader.word("name"), _country(reader, "headquarters"))
    reader.close()
    return parent


def _owner(reader: Reader) -> Owner:
    percent = reader.number("percent")
    if percent is not None and ((percent.high or 0) > 100 or (percent.low or 0) > 100):
        reader.fail("percent", f"is {percent}, expected at most 100")
    owner = Owner(reader.needed("name"), percent, _country(reader, "headquarters"), _listings(reader))
    reader.close()
    return owner


def _listings(reader: Reader) -> tuple[Listing, ...] | None:
    rows = reader.each("listings")
    if rows is None:
        return None
    listings = []
    for each in rows:
        said = each.needed("list")
        code = list_code(said)
        if code is None:
            listed = f"one of {', '.join(LISTS)}, or {OTHER_LIST}"
            each.fail("list", f"is {show(said)}, expected a list: {listed}.{nearest(said, LISTS)}".rstrip("."))
        listings.append(Listing(code, each.word("entry")))
        each.close()
    return tuple(listings)


def _money(reader: Reader | None) -> Money | None:
    if reader is None:
        return None
    value, currency = reader.take("amount"), reader.needed("currency")
    if not isinstance(value, str):
        reader.fail("amount", f'is {show(value)}, expected an exact amount in quotes, such as "27000.00"')
    amount = value.strip()
    if not _AMOUNT.match(amount):
        reader.fail("amount", f'is {show(amount)}, expected digits such as "27000.00"')
    if not _CURRENCY.match(currency):
        reader.fail("currency", f'is {show(currency)}, expected a code such as "USD"')
    reader.close()
    return Money(amount, currency)


def _facts(reader: Reader | None, facts: Mapping[str, Fact]) -> dict[str, Stated]:
    if reader is None:
        return {}
    certified = {name: fact for name, fact in facts.items() if fact.certified}
    values: dict[str, Stated] = {}
    for name in reader.names():
        fact = certified.get(name)
        if fact is None:
            where = " It is a field of the line itself, not of [facts]." if name in facts else nearest(name, certified)
            reader.fail(
                name, f"is no fact that provisions share; `ecluse law list --facts` prints all.{where}".rstrip(".")
            )
        value = _fact(reader, fact)
        if value is not None:
            values[name] = value
    return values


def _fact(reader: Reader, fact: Fact) -> Stated | None:
    match fact.kind:
        case "truth":
            return reader.truth(fact.name)
        case "number":
            number = reader.number(fact.name)
            if number is not None and fact.most is not None and max(number.low or 0, number.high or 0) > fact.most:
                reader.fail(fact.name, f"is {number}, expected at most {fact.most}")
            return number
        case "day":
            return reader.day(fact.name)
        case "words":
            words = reader.words(fact.name)
            for one in words or () if fact.one_of else ():
                if one not in fact.one_of:
                    meant = nearest(one, fact.one_of)
                    reader.fail(fact.name, f"holds {show(one)}, expected {', '.join(fact.one_of)}.{meant}".rstrip("."))
            return words
        case _ if fact.one_of:
            return reader.choice(fact.name, fact.one_of)
    return reader.needed(fact.name)


def _authorisations(reader: Reader) -> tuple[Authorisation, ...] | None:
    if reader.has("authorisations"):
        value = reader.take("authorisations")
        if reader.has("authorisation"):
            reader.fail("authorisations", "cannot stand beside [[authorisation]]; say one or the other")
        if value == "none":
            return ()
        reader.fail(
            "authorisations", f'is {show(value)}, expected "none"; those there are stand under [[authorisation]]'
        )
    rows = reader.each("authorisation")
    return None if rows is None else tuple(read_authorisation(each) for each in rows)


def read_authorisation(reader: Reader, *, close: bool = True) -> Authorisation:
    """Read one `[[authorisation]]`, of a line or of an evidence file."""
    met = reader.take("conditions_met", None)
    if met is not None and not isinstance(met, bool):
        reader.fail("conditions_met", f"is {show(met)}, expected true or false")
    paper = Authorisation(
        gate=reader.choice("gate", ("exporter", "importer")),
        kind=reader.choice("kind", AUTHORISATION_KINDS),
        status=reader.choice("status", STATUSES),
        number=reader.word("number"),
        issued=reader.day("issued"),
        expires=reader.day("expires"),
        holder=reader.word("holder"),
        parties=reader.words("parties") or (),
        items=reader.words("items") or (),
        quantity=reader.number("quantity", whole=True),
        value=_value(reader),
        uses=reader.words("uses") or (),
        destinations=reader.words("destinations") or (),
        conditions=reader.words("conditions") or (),
        conditions_met=met,
        shipped_so_far=reader.number("shipped_so_far", whole=True),
        document_sha256=reader.word("document_sha256"),
    )
    if close:
        reader.close()
    return paper


def _value(reader: Reader) -> str | None:
    if isinstance(reader.table.get("value"), dict):
        money = _money(reader.inner("value"))
        return None if money is None else f"{money.amount} {money.currency}"
    return reader.word("value")
