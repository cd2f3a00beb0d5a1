"""What the API says of itself: schemas and examples of the OpenAPI document."""

from __future__ import annotations

from typing import Any

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
PARTY: Schema = {"type": "object"}
LINE: Schema = {
    "type": "object",
    "required": ["item", "quantity", "origin", "destination"],
    "properties": {
        "id": {"type": "string"},
        "item": {"type": "object"},
        "quantity": NUMBER,
        "origin": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "destination": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "via": {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{2}$"}},
        "on": {"type": "string", "format": "date"},
        "act": {"type": "string", "enum": list(ACTS)},
        "kind": {"type": "string", "enum": list(LINE_KINDS)},
        "use": {"type": "string"},
        **dict.fromkeys(("seller", "buyer", "end_user", "consignee", "facts", "unit_price"), PARTY),
    },
    "example": EXAMPLE,
}
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


DAY: Schema = {"type": "string", "format": "date"}
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
