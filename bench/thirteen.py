"""Thirteen provisions in one table, written for each engine of the comparison from the same words."""

from __future__ import annotations

import re

S = ("CN", "HK", "MO", "RU", "VN", "SA", "QA", "KZ", "IQ", "LY", "YE", "MM", "KW")
D5 = ("CN", "HK", "MO", "RU", "IQ", "LY", "YE", "MM")
EMBARGOED = ("IR", "KP", "CU")
SETS = {"S": S, "D5": D5, "EMBARGOED": EMBARGOED}
# In Python's words; each name may be read by those below it.
RULES = {
    "note_2": "not datacenter and tpp < 4800",
    "level_a": "(tpp >= 4800 or tpp >= 1600 and performance_density >= 5.92) and not note_2",
    "level_b": "(tpp >= 2400 and performance_density >= 1.6 or tpp >= 1600 and performance_density >= 3.2) "
    "and not level_a and not note_2",
    "by_item": "(level_a or level_b) and destination in S",
    "by_headquarters": "(level_a or level_b) and not (destination in S) and headquarters in D5",
    "by_embargo": "destination in EMBARGOED",
    "by_letter": "seller == 'NVIDIA' and (dram_bandwidth >= 4000 or interconnect >= 900) and destination in D5",
    "by_party": "restricted_party",
    "required": "by_item or by_headquarters or by_embargo or by_letter or by_party",
    "nac": "(level_a or level_b) and not (level_a and datacenter) and destination in D5 and purchase_order_held",
    "h200": "level_a and kind == 'export' and origin == 'US' and destination in D5 and tpp < 21000 "
    "and dram_bandwidth < 6500 and kyc_certified and third_party_tested",
    "denial": "required and (destination in D5 or headquarters in D5) and not h200",
    "open": "not by_embargo and (not required or nac and not by_party or licence_held)",
}
FACTS: dict[str, bool | int | float | str] = {
    "tpp": 15832,
    "performance_density": 19.45,
    "dram_bandwidth": 4800,
    "interconnect": 1028,
    "datacenter": True,
    "destination": "CN",
    "headquarters": "CN",
    "origin": "US",
    "kind": "export",
    "seller": "NVIDIA",
    "restricted_party": False,
    "purchase_order_held": True,
    "kyc_certified": True,
    "third_party_tested": False,
    "licence_held": False,
}


def listed(text: str) -> str:
    """Write the named sets out as lists."""
    for name, members in SETS.items():
        text = re.sub(rf"\bin {name}\b", f"in [{', '.join(repr(one) for one in members)}]", text)
    return text


def for_cel(text: str) -> str:
    """Write a rule in CEL."""
    text = listed(text)
    text = re.sub(r"\bnot \(", "!(", text)
    text = re.sub(r"\bnot (\w+)", r"!\1", text)
    return text.replace(" and ", " && ").replace(" or ", " || ")


def for_zen() -> dict[str, object]:
    """Write the rules as one decision of the zen engine: an expression node with thirteen lines."""
    lines = []
    for name, text in RULES.items():
        written = listed(text)
        for other in RULES:
            written = re.sub(rf"\b{other}\b", f"$.{other}", written)
        lines.append({"id": name, "key": name, "value": written})
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "rules", "type": "expressionNode", "name": "rules", "content": {"expressions": lines}},
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
            {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
        ],
    }
