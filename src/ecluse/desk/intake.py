"""Papers and caps as files state them, into requests that open their accounts.

`[[paper]]` is an authorisation of the contract with an id: a licence gives an account of quantity
and one of value (15 CFR 750.7(f), with the tolerance of 750.11(b)); a notice, a statement, an
approval the accounts that they state. `[[cap]]` is a ratio between shipments of one product to two
groups of destinations; `[[domestic]]` what a buyer must purchase at home beside what it imports;
`[[limit]]` a plain limit of quantity. What a file leaves out is not fixed, and refuses to be drawn on.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ecluse.desk.chain import sha256
from ecluse.desk.requests import Request, make
from ecluse.errors import InputError
from ecluse.lines import read_authorisation
from ecluse.reading import Reader, parse_toml

if TYPE_CHECKING:
    from ecluse.authorisation import Authorisation

TOLERANCE_PERCENT = 10
_FRACTION = re.compile(r"(\d{1,6})\s*/\s*(\d{1,6})\Z")
_VALUE = re.compile(r"(\d{1,13}(?:\.\d{1,2})?) USD\Z")
STANDING_KINDS = ("import approval", "validated end user")
_STATUS = {"applied": "applied", "pending": "applied", "granted": "granted", "denied": "revoked", "revoked": "revoked"}


def requests(text: str, place: str, by: str, prefix: str) -> list[Request]:
    """Give the requests that take a file of papers and caps into the book.

    `prefix` starts the ids of the requests. Raises InputError: what, where, what was expected.
    """
    reader = Reader(parse_toml(text, place, InputError), place, InputError, text=text)
    document = (("paper", text.encode()),)
    made = []
    for rows, read in (("paper", _paper), ("cap", _cap), ("domestic", _domestic), ("limit", _limit)):
        for row in reader.each(rows) or ():
            for fields in read(row):
                name = f"{prefix}:{fields['instrument']}"
                fields["document"] = sha256(text.encode())
                made.append(make("instrument", name, by, documents=document, **fields))
            row.close()
    reader.close()
    if not made:
        message = f"{place}: holds no [[paper]], [[cap]], [[domestic]] or [[limit]]; one of them is expected."
        raise InputError(message)
    return made


def cents(amount: str) -> int:
    """Give an amount of dollars as whole cents. Raises ValueError where it has a fraction of a cent."""
    value = Decimal(amount) * 100
    if value != value.to_integral_value():
        message = f"{amount} has a fraction of a cent"
        raise ValueError(message)
    return int(value)


def _paper(row: Reader) -> list[dict[str, Any]]:
    name = row.needed("id")
    tolerance = row.number("tolerance_percent", whole=True)
    standing = row.take("standing", None)
    paper = read_authorisation(row, close=False)
    licence = paper.kind == "licence"
    percent = TOLERANCE_PERCENT if tolerance is None and licence else int(tolerance.exact or 0) if tolerance else 0
    accounts: list[dict[str, Any]] = [_account(f"{name}:quantity", "piece", _exact(row, paper))]
    if licence or paper.value is not None:
        accounts.append(_account(f"{name}:value", "usd_cent", _worth(row, paper), tolerance=percent * 100))
    return [
        {
            "instrument": name,
            "kind": paper.kind,
            "gate": paper.gate,
            "holder": paper.holder,
            "number": paper.number,
            "valid_from": None if paper.issued is None else paper.issued.isoformat(),
            "valid_to": None if paper.expires is None else paper.expires.isoformat(),
            "status": _STATUS[paper.status],
            "standing": bool(paper.kind in STANDING_KINDS if standing is None else standing),
            "scope": _scope(paper.items, paper.parties, paper.destinations),
            "terms": _terms(paper),
            "accounts": accounts,
        }
    ]


def _terms(paper: Authorisation) -> dict[str, Any]:
    """Keep what the paper says beside its figures, so that a decision can weigh it."""
    quantity = paper.quantity.exact if paper.quantity is not None else None
    return {
        "status": paper.status,
        "parties": list(paper.parties),
        "items": list(paper.items),
        "uses": list(paper.uses),
        "destinations": list(paper.destinations),
        "conditions": list(paper.conditions),
        "conditions_met": paper.conditions_met,
        "value": paper.value,
        "quantity": None if quantity is None else int(quantity),
        "document_sha256": paper.document_sha256,
    }


def _exact(row: Reader, paper: Authorisation) -> int | None:
    if paper.quantity is None:
        return None
    if paper.quantity.exact is None:
        row.fail("quantity", "is a bound; a limit is one figure, or is left out where nobody has fixed it")
    gone = paper.shipped_so_far
    if gone is not None and gone.exact is None:
        row.fail("shipped_so_far", "is a bound; an account starts from one figure")
    return int(paper.quantity.exact) - int(gone.exact if gone is not None and gone.exact is not None else 0)


def _worth(row: Reader, paper: Authorisation) -> int | None:
    if paper.value is None:
        return None
    found = _VALUE.match(paper.value)
    if not found:
        row.fail("value", f'is {paper.value!r}, expected dollars such as "2700000000.00 USD"')
    return cents(found[1])


def _account(name: str, unit: str, cap: int | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a row
    row = {"name": name, "unit": unit} | more
    return row if cap is None else row | {"cap": cap}


def _scope(items: Any, buyers: Any, destinations: Any) -> dict[str, list[str]]:  # noqa: ANN401 - texts, or nothing
    table = {"items": items, "buyers": buyers, "destinations": destinations}
    return {name: list(words) for name, words in table.items() if words}


def _fraction(row: Reader, key: str) -> tuple[int, int] | None:
    word = row.word(key)
    if word is None:
        return None
    found = _FRACTION.match(word)
    if not found or int(found[2]) == 0:
        row.fail(key, f'is {word!r}, expected a fraction such as "1/2"; leave it out where nobody has fixed it')
    return int(found[1]), int(found[2])


def _cap(row: Reader) -> list[dict[str, Any]]:
    """Give two standing rules: shipments to one group are counted, shipments to the other are capped by them."""
    name, items = row.needed("id"), row.words("items")
    capped, base = row.words("destinations"), row.words("base_destinations")
    unit = {"tpp": "mtpp", "piece": "piece"}[row.choice("unit", ("tpp", "piece"), "tpp")]
    fraction, strict = _fraction(row, "at_most"), row.take("strict", default=False)
    dated = {"valid_from": _day(row, "valid_from"), "valid_to": _day(row, "valid_to"), "status": "granted"}
    common: dict[str, Any] = {"kind": "cap", "gate": "exporter", "standing": True, **dated}
    num, den = f"{name}:capped", f"{name}:base"
    ratio: dict[str, Any] = {"id": name, "num": num, "den": den, "strict": bool(strict)}
    if fraction is not None:
        ratio |= {"k_num": fraction[0], "k_den": fraction[1]}
    return [
        common
        | {
            "instrument": den,
            "scope": _scope(items, None, base),
            "accounts": [{"name": den, "unit": unit, "rule": "count"}],
        },
        common
        | {
            "instrument": num,
            "scope": _scope(items, None, capped),
            "accounts": [{"name": num, "unit": unit, "rule": "count"}],
            "ratios": [ratio],
        },
    ]


def _domestic(row: Reader) -> list[dict[str, Any]]:
    """Give the rule that a buyer purchases at home so many for each one imported."""
    name = row.needed("id")
    fraction = _fraction(row, "per_import")
    imports, domestic = f"{name}:imports", f"{name}:domestic"
    ratio: dict[str, Any] = {"id": name, "num": imports, "den": domestic}
    if fraction is not None:
        # domestic >= imports * a / b, so imports <= domestic * b / a
        ratio |= {"k_num": fraction[1], "k_den": fraction[0]}
        if fraction[0] == 0:
            row.fail("per_import", "is 0, which binds nobody; leave the rule out")
    return [
        {
            "instrument": name,
            "kind": "domestic purchase",
            "gate": "importer",
            "status": "granted",
            "standing": True,
            "scope": _scope(row.words("items"), row.words("buyers"), row.words("destinations")),
            "accounts": [
                {"name": imports, "unit": "piece", "rule": "count"},
                {"name": domestic, "unit": "piece", "rule": "count", "draw": False},
            ],
            "ratios": [ratio],
        }
    ]


def _limit(row: Reader) -> list[dict[str, Any]]:
    name, quantity = row.needed("id"), row.number("quantity", whole=True)
    if quantity is not None and quantity.exact is None:
        row.fail("quantity", "is a bound; a limit is one figure, or is left out where nobody has fixed it")
    cap = None if quantity is None or quantity.exact is None else int(quantity.exact)
    return [
        {
            "instrument": name,
            "kind": "limit",
            "gate": row.choice("gate", ("exporter", "importer"), "importer"),
            "issuer": row.word("issuer"),
            "status": "granted",
            "standing": True,
            "valid_from": _day(row, "valid_from"),
            "valid_to": _day(row, "valid_to"),
            "scope": _scope(row.words("items"), row.words("buyers"), row.words("destinations")),
            "accounts": [_account(f"{name}:quantity", "piece", cap)],
        }
    ]


def _day(row: Reader, key: str) -> str | None:
    found = row.day(key)
    return None if found is None else found.isoformat()
