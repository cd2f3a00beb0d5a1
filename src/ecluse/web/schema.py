"""What the API says of itself: schemas and examples of the OpenAPI document."""

from __future__ import annotations

from typing import Any

from ecluse.authorisation import AUTHORISATION_KINDS, STATUSES
from ecluse.item import BITS, FORMS, NUMBERS
from ecluse.order import ACTS, LINE_KINDS

Schema = dict[str, Any]
TRUTH: Schema = {"type": "string", "enum": ["yes", "no", "unknown"]}
MAYBE: Schema = {"type": ["string", "null"], "enum": ["yes", "no", "unknown", "not_applicable", None]}
NUMBER: Schema = {
    "oneOf": [
        {"type": "number"},
        {
            "type": "object",
            "properties": {"at_least": {"type": "number"}, "at_most": {"type": "number"}},
            "additionalProperties": False,
        },
    ]
}
EXAMPLE: Schema = {
    "id": "PO-2026-0117/3",
    "quantity": 200000,
    "on": "2026-01-24",
    "origin": "US",
    "destination": "CN",
    "item": {"chip": "H200 SXM", "form": "module"},
    "buyer": {"name": "Alibaba Group", "country": "CN", "headquarters": "CN", "kind": "private company"},
    "end_user": {"same_as": "buyer"},
}
TEXT: Schema = {"type": "string"}
WORDS: Schema = {"type": "array", "items": TEXT}
DAY: Schema = {"type": "string", "format": "date"}
PLACE: Schema = {"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166-1 alpha-2"}


def fields(about: str, required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """Declare an object whose fields are these and no others."""
    told: Schema = {"type": "object", "description": about, "properties": properties, "additionalProperties": False}
    return told | ({"required": list(required)} if required else {})


LISTINGS: Schema = {"type": "array", "items": fields("an entry of a published list", ("list",), list=TEXT, entry=TEXT)}
OWNER = fields("who owns a share", ("name",), name=TEXT, percent=NUMBER, headquarters=PLACE, listings=LISTINGS)
PARTY = fields(
    "a party; what is absent is not known",
    same_as={"type": "string", "enum": ["seller", "buyer", "end_user", "consignee"]},
    name=TEXT,
    country=PLACE,
    headquarters=PLACE,
    ultimate_parent=fields("its ultimate parent", name=TEXT, headquarters=PLACE),
    kind=TEXT,
    owners={"type": "array", "items": OWNER},
    address=TEXT,
    listings=LISTINGS,
)
MEASURES = fields(
    "measures, which win over the catalogue's",
    **dict.fromkeys(NUMBERS, NUMBER),
    datacenter={"type": "boolean"},
    peaks=fields("dense peaks by format, in TOPS or TFLOPS", **dict.fromkeys(BITS, NUMBER)),
    die_area=NUMBER,
)
ITEM = fields(
    "a chip, its measures, or what the item contains",
    chip=TEXT,
    form={"type": "string", "enum": list(FORMS)},
    chips_per_unit=NUMBER,
    contains={"type": "array", "items": fields("a chip and how many", ("chip", "count"), chip=TEXT, count=NUMBER)},
    eccn_base=TEXT,
    measures=MEASURES,
)
PAPER = fields(
    "a licence, notice or approval",
    ("gate", "kind", "status"),
    gate={"type": "string", "enum": ["exporter", "importer"]},
    kind={"type": "string", "enum": list(AUTHORISATION_KINDS)},
    status={"type": "string", "enum": list(STATUSES)},
    **dict.fromkeys(("number", "holder", "document_sha256"), TEXT),
    **dict.fromkeys(("issued", "expires"), DAY),
    **dict.fromkeys(("parties", "items", "uses", "destinations", "conditions"), WORDS),
    **dict.fromkeys(("quantity", "shipped_so_far"), NUMBER),
    value={"type": ["string", "object"]},
    conditions_met={"type": "boolean"},
)
LINE = fields(
    "an order line; what is absent is not known",
    ("item", "quantity", "origin", "destination"),
    id=TEXT,
    item=ITEM,
    quantity=NUMBER,
    origin=PLACE,
    destination=PLACE,
    via={"type": "array", "items": PLACE},
    on=DAY,
    act={"type": "string", "enum": list(ACTS)},
    kind={"type": "string", "enum": list(LINE_KINDS)},
    use=TEXT,
    unit_price=fields("the price of a unit", ("amount", "currency"), amount=TEXT, currency=TEXT),
    **dict.fromkeys(("seller", "buyer", "end_user", "consignee"), PARTY),
    intermediate={"type": "array", "items": PARTY},
    facts={"type": "object", "description": "facts by name, as `ecluse law list --facts` prints them"},
    authorisation={"type": "array", "items": PAPER},
    authorisations={"type": "string", "enum": ["none"]},
) | {"example": EXAMPLE}
DECISION: Schema = {
    "type": "object",
    "required": ["line", "may_pass", "on", "known", "reading", "act", "binding_gate", "gates", "digests"],
    "properties": {
        "line": {"type": ["string", "null"]},
        "may_pass": TRUTH,
        "on": {"type": "string", "format": "date"},
        "known": {"type": "string"},
        "binding_gate": {"type": ["string", "null"], "enum": ["exporter", "importer", None]},
        "gates": {"type": "object", "required": ["exporter", "importer"]},
        "digests": {"type": "object"},
    },
}
SHORT: Schema = {
    "type": "object",
    "required": ["row", "line", "may_pass", "exporter", "importer"],
    "properties": {
        "row": {"type": "integer"},
        "line": {"type": ["string", "null"]},
        "may_pass": MAYBE,
        "exporter": MAYBE,
        "importer": MAYBE,
        "error": {"type": "string"},
        "decision": DECISION,
    },
}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "instance": {"type": "string"},
    },
}
LIST: Schema = {"type": "object"}
NAME: Schema = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 500},
        "country": {"type": ["string", "null"], "pattern": "^[A-Z]{2}$"},
        "kind": {"type": ["string", "null"], "enum": ["entity", "person", "vessel", "aircraft", None]},
    },
    "example": {"name": "Hikvision", "country": "CN"},
}
SCREENED: Schema = {
    "type": "object",
    "required": ["query", "country", "kind", "on", "hits", "of_other_kinds", "lists"],
    "properties": {
        "query": {"type": "string"},
        "country": {"type": ["string", "null"]},
        "hits": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["entry", "name", "list", "score", "band", "reasons"],
                "properties": {
                    "score": {"type": "number", "minimum": 0, "maximum": 1},
                    "band": {"type": "string", "enum": ["decide", "grey"]},
                    "reasons": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "lists": {"type": "object", "required": ["date", "age_days", "digest"]},
    },
}


def parameter(name: str, about: str, schema: Schema | None = None, example: str | None = None) -> Schema:
    """Declare a field of the question."""
    told: Schema = {"name": name, "in": "query", "description": about, "schema": schema or {"type": "string"}}
    return told | ({"example": example} if example else {})


KNOWN = parameter("known", "a day (through its end) or an instant with zone; default now", None, "2026-01-24")
ON = parameter("on", "the day that rules; default the line's own, else today", DAY, "2026-01-24")
SCREENED_ON = parameter("on", "the day asked about; default today. It says how old the lists are", DAY, "2026-08-02")
DETAIL = parameter(
    "detail",
    "brief: the answer columns; full: also the whole decision of /api/check, line by line",
    {"type": "string", "enum": ["brief", "full"]},
)
READING = parameter("reading", "the law as applied, or as it stands", {"type": "string", "enum": ["enforced", "text"]})


def responses(good: Schema, *bad: int, kind: str = "application/json") -> dict[int | str, Schema]:
    """Declare the answers of an operation: the good one, and the problems it may meet."""
    told: dict[int | str, Schema] = {200: {"description": "the answer", "content": {kind: {"schema": good}}}}
    for status in sorted({400, 401, 429, 503, *bad}):
        told[status] = {
            "description": "a problem (RFC 9457)",
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
    return told


def body(schema: Schema, kind: str) -> Schema:
    """Declare the body of an operation."""
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}
