"""Random order lines with gaps, and ways to fill a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

CHIPS = (
    "H200 SXM", "H200", "H20", "H100 PCIe", "A100", "A800 SXM4 80GB", "A10", "A40", "L4", "L20", "L40S", "RTX 4090",
    "RTX 4080", "RTX 4090 D", "RTX PRO 6000D", "B200", "MI300X", "MI308X", "Ascend 910B", "Ascend 910C", "Gaudi 3",
    "AWS Trainium2", "an unlisted chip",
)  # fmt: skip
COUNTRIES = ("US", "CN", "HK", "MO", "DE", "SG", "AE", "VN", "IR", "RU", "KH", "CY", "BR", "SA", "IL", "TW")
DAYS = (
    "2022-11-01", "2023-06-01", "2023-12-01", "2024-03-20", "2024-07-01", "2024-12-15", "2025-02-01", "2025-06-01",
    "2025-10-10", "2025-12-01", "2026-01-14", "2026-01-24", "2026-02-10", "2026-06-15", "2026-08-01", "2026-11-20",
)  # fmt: skip
TRUTHS = (
    "restricted_party", "military_end_use", "military_intelligence_end_use", "supercomputer_end_use",
    "advanced_node_end_use", "wmd_end_use", "other_controls_cleared", "red_flags_resolved", "subject_to_ear",
    "us_origin", "fdp_basis", "purchase_order_held", "notification_confirmed", "supplement_8_entity",
    "commercially_available_in_us", "kyc_certified", "third_party_tested", "lab_foreign_controlled",
    "approved_or_authorised_designer", "private_sector_end_user", "state_funded", "notified_cii",
    "exception_conditions_assessed",
)  # fmt: skip
KINDS = ("private company", "state-owned enterprise", "university", "government agency", "state-funded project")
NAMES = ("Alibaba", "Tencent Holdings", "DeepSeek", "Muster GmbH", "a firm nobody named")
Table = dict[str, object]


def draw(rng: random.Random) -> Table:
    """Draw one order line; about half of what could be said is left out."""
    line: Table = {
        "item": {"chip": rng.choice(CHIPS)},
        "quantity": rng.choice((1, 500, 200_000, {"at_least": 10, "at_most": 100})),
        "origin": rng.choice(("US", "US", "US", "SG", "CN")),
        "destination": rng.choice(COUNTRIES),
        "on": rng.choice(DAYS),
        "kind": rng.choice(("export", "export", "reexport", "transfer")),
        "act": rng.choice(("ship", "ship", "negotiate", "use")),
        "facts": {name: rng.random() < 0.5 for name in TRUTHS if rng.random() < 0.5},
        "end_user": _party(rng),
        "buyer": _party(rng),
    }
    if rng.random() < 0.5:
        line["seller"] = {"name": rng.choice(("NVIDIA Corporation", "AMD", "Advanced Micro Devices", "A reseller"))}
    if rng.random() < 0.3:
        line["authorisations"] = "none"
    return line


def _party(rng: random.Random) -> Table:
    party: Table = {}
    if rng.random() < 0.7:
        party["name"] = rng.choice(NAMES)
    if rng.random() < 0.6:
        party["headquarters"] = rng.choice(COUNTRIES)
    if rng.random() < 0.6:
        party["ultimate_parent"] = {"headquarters": rng.choice(COUNTRIES)}
    if rng.random() < 0.5:
        party["kind"] = rng.choice(KINDS)
    if rng.random() < 0.5:
        party["owners"] = rng.choice(([], [{"name": "X", "percent": 60, "listings": [{"list": "EL"}]}]))
    return party


def fill(rng: random.Random, line: Table) -> Table | None:  # noqa: PLR0911 - one line a refusal
    """Fill one gap of a line; None where the gap drawn is none."""
    filled = {**line, "facts": dict(_table(line, "facts")), "buyer": dict(_table(line, "buyer"))}
    filled["end_user"] = dict(_table(line, "end_user"))
    gap = rng.choice(("fact", "fact", "fact", "party", "seller", "owners"))
    if gap == "fact":
        name = rng.choice(TRUTHS)
        facts = _table(filled, "facts")
        if name in facts:
            return None
        facts[name] = rng.random() < 0.5
        return filled
    if gap == "seller":
        if "seller" in line:
            return None
        filled["seller"] = {"name": rng.choice(("NVIDIA Corporation", "AMD", "A reseller"))}
        return filled
    party = _table(filled, rng.choice(("buyer", "end_user")))
    field = "owners" if gap == "owners" else rng.choice(("headquarters", "ultimate_parent", "kind"))
    if field in party:
        return None
    values = _party(rng) | {"headquarters": rng.choice(COUNTRIES), "kind": rng.choice(KINDS)}
    if field not in values:
        return None
    party[field] = values[field]
    return filled


def _table(line: Table, key: str) -> Table:
    value = line[key]
    if not isinstance(value, dict):
        message = f"{key} is no table"
        raise TypeError(message)
    return value
