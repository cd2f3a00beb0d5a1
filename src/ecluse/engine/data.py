"""A decision as data: the JSON that the contract fixes."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from ecluse.bounds import Bound
from ecluse.decision import Clause
from ecluse.item import NUMBERS, Measures
from ecluse.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecluse.decision import Decision, Exporter, Importer

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
PLACES = 3


def as_data(decision: Decision) -> dict[str, Json]:
    """Give a decision as plain data, ready for `json.dumps`."""
    return {
        "line": decision.line,
        "may_pass": decision.may_pass.value,
        "on": decision.on.isoformat(),
        "known": decision.known,
        "reading": decision.reading,
        "act": decision.act,
        "binding_gate": decision.binding_gate,
        "rests_on_reported": decision.rests_on_reported,
        "depends_on_non_enforcement": decision.depends_on_non_enforcement,
        "item": decision.item,
        "measures": measures_data(decision.measures),
        "gates": {"exporter": exporter_data(decision.exporter), "importer": importer_data(decision.importer)},
        "split": plain(decision.split),
        "notes": plain(decision.notes),
        "screening": plain(decision.screening),
        "digests": plain(decision.digests),
    }


def exporter_data(gate: Exporter) -> dict[str, Json]:
    """Give the exporter's gate as plain data; for earlier acts empty, with the answer for `ship` ahead."""
    shown = gate.ahead or gate
    data: dict[str, Json] = {
        "may_pass": plain(gate.may_pass),
        "applies": gate.applies.value,
        "ahead": None if gate.ahead is None else exporter_data(gate.ahead),
        "ic_level": shown.ic_level,
        "classification": plain(shown.classification),
    }
    return data | {
        "licence": plain(gate.licence),
        "exceptions": plain(gate.exceptions),
        "tariffs": [
            {"id": row.id, "rate": number(Decimal(row.rate)), "applies": row.applies.value} for row in gate.tariffs
        ],
        "prohibited": None if gate.ahead is not None else gate.prohibited.value,
        "red_flags": plain(gate.red_flags),
        "remarks": plain(gate.remarks),
        "rests_on_reported": gate.rests_on_reported,
        "depends_on_non_enforcement": gate.depends_on_non_enforcement,
        "steps": plain(gate.steps),
        "missing": missing_data(gate),
        "split": plain(gate.split),
        "law_seen_to": plain(shown.law_seen_to),
    }


def importer_data(gate: Importer) -> dict[str, Json]:
    """Give the importer's gate as plain data."""
    data = cast("dict[str, Json]", plain(gate))
    data["missing"] = missing_data(gate)
    return data


def missing_data(gate: Exporter | Importer) -> list[Json]:
    """Give what is missing, most decisive first."""
    return [{"fact": row.fact, "ask": row.ask, "would_settle": row.would_settle} for row in gate.missing]


def measures_data(measures: Measures | None) -> Json:
    """Give measures as numbers, bounds, or null."""
    if measures is None:
        return None
    data: dict[str, Json] = {name: bound_data(getattr(measures, name)) for name in NUMBERS}
    data["datacenter"] = measures.datacenter.value
    data["choices"] = list(measures.choices)
    return data


def bound_data(bound: Bound | None) -> Json:
    """Give a number, `{"at_least", "at_most"}`, or null."""
    if bound is None or (bound.low is None and bound.high is None):
        return None
    if bound.exact is not None:
        return number(bound.exact)
    sides = {"at_least": bound.low, "at_most": bound.high}
    return {name: number(side) for name, side in sides.items() if side is not None}


def number(value: int | Decimal) -> int | float:
    """Give a JSON number, rounded to three decimals as chips are listed."""
    rounded = round(Decimal(value), PLACES)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def plain(value: object) -> Json:  # noqa: PLR0911 - one line a kind
    """Turn records into dicts, truths into words, bounds into numbers."""
    match value:
        case Truth():
            return value.value
        case Clause():
            return {"clause": value.clause, "value": value.value, "answer": value.answer.value}
        case Bound():
            return bound_data(value)
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return number(value)
        case tuple() | list():
            return [plain(item) for item in cast("Sequence[object]", value)]
        case dict():
            return {str(key): plain(item) for key, item in cast("Mapping[object, object]", value).items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return str(value)
