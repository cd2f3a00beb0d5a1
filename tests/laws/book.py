"""Random order lines for whole tables: bounds, measures, several chips, intermediates, aggregates, papers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.laws.draw import COUNTRIES, NAMES, Table, draw

if TYPE_CHECKING:
    import random


def drawn(rng: random.Random) -> Table:
    """Draw one line as a table can hold it: a role of which nothing is said is no party."""
    line = {key: value for key, value in draw(rng).items() if value != {}}
    if rng.random() < 0.2:
        line["item"] = _item(rng)
    if rng.random() < 0.15:
        line["intermediate"] = [{"headquarters": rng.choice(COUNTRIES)} for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.1:
        line["consignee"] = {"kind": "distributor", "headquarters": rng.choice(COUNTRIES)}
    if rng.random() < 0.2:
        _aggregates(rng, line)
    if rng.random() < 0.1:
        line["end_user"] = {"same_as": "buyer"} if line.get("buyer") else {"country": "CN"}
    if rng.random() < 0.05:
        facts = line.setdefault("facts", {})
        if isinstance(facts, dict):
            facts["notification_filed_on"] = rng.choice(("2025-12-20", "2026-01-10"))
    if rng.random() < 0.1:
        line.pop("authorisations", None)
        line["authorisation"] = [_paper(rng)]
    return line


def _item(rng: random.Random) -> Table:
    """Draw measures in place of a chip, or several chips."""
    if rng.random() < 0.3:
        chips = [{"chip": rng.choice(("H200 SXM", "L4", "H20")), "count": rng.choice((1, 8))} for _ in range(2)]
        return {"form": "server", "contains": chips}
    measures: Table = {}
    for name, values in (
        (
            "tpp",
            (1599, 1600, 4799.5, 4800, 2400, 20999, 21000, {"at_least": 1600, "at_most": 4800}, {"at_least": 4800}),
        ),
        ("performance_density", (5.92, 5.9199, 3.2, 1.6, 0.7, {"at_most": 1.6}, 19.449631449631448)),
        ("dram_bandwidth", (1400, 6499, 6500, 4800, {"at_least": 1000, "at_most": 9000})),
        ("interconnect", (600, 900, 1100)),
        ("memory_bandwidth_density", (2, 3.3)),
    ):
        if rng.random() < 0.5:
            measures[name] = rng.choice(values)
    if rng.random() < 0.7:
        measures["datacenter"] = rng.random() < 0.7
    item: Table = {"measures": measures or {"tpp": 4800}, "form": rng.choice(("ic", "module", "server"))}
    if rng.random() < 0.5:
        item["chips_per_unit"] = rng.choice((1, 8, {"at_least": 4, "at_most": 8}))
    return item


def _aggregates(rng: random.Random, line: Table) -> None:
    facts = line.setdefault("facts", {})
    if isinstance(facts, dict):
        facts["aggregate_tpp_to_us"] = rng.choice((6_333_000_000, 10**10, {"at_least": 10**9}, 12_345.5))
        if rng.random() < 0.7:
            facts["aggregate_tpp_to_china"] = rng.choice((0, 10**9, 3_166_000_000))
    line["quantity"] = rng.choice((1, 7, 1000, 199_999, 200_000, {"at_most": 50}))


def _paper(rng: random.Random) -> Table:
    return {
        "gate": rng.choice(("exporter", "importer")),
        "kind": "licence",
        "status": rng.choice(("pending", "denied", "granted", "applied")),
        "number": "D1",
        "issued": "2026-01-01",
        "expires": "2026-12-31",
        "items": ["H200"],
        "quantity": rng.choice((100, 500_000)),
    }


def filed(rng: random.Random) -> str:
    """Draw papers to have on file, as evidence: without a quantity, so that no row draws on another's."""
    return "\n".join(_on_file(rng, number) for number in range(rng.randint(2, 6)))


def _on_file(rng: random.Random, number: int) -> str:
    """Draw one paper on file, with gaps."""
    gate = rng.choice(("exporter", "importer"))
    paper: Table = {
        "gate": gate,
        "kind": "licence" if gate == "exporter" else "import approval",
        "status": rng.choice(("pending", "denied", "granted", "granted", "revoked")),
        "number": f"P-{number}",
        "issued": rng.choice(("2024-06-01", "2026-01-01", "2026-01-24")),
        "expires": rng.choice(("2026-02-10", "2026-12-31")),
        "items": rng.sample(("H200", "H20", "L4", "RTX 4090", "A100", "MI308X"), 2),
    }
    if rng.random() < 0.6:
        paper["parties"] = rng.sample(NAMES, 2)
    if rng.random() < 0.4:
        paper["holder"] = rng.choice(("NVIDIA", "AMD", *NAMES))
    if rng.random() < 0.4:
        paper["destinations"] = rng.sample(COUNTRIES, 3)
    if rng.random() < 0.3:
        paper["uses"] = ["commercial cloud"]
    days = ("issued", "expires")
    lines = [f"{key} = {value if key in days else json.dumps(value)}" for key, value in paper.items()]
    return "\n".join(["[[authorisation]]", *lines, ""])
