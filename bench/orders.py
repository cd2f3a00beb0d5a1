"""An order book as Parquet, made with a seed: what it holds is documented here, and nothing in it is real.

Each row draws one of 1,200 accounts (a buyer with its headquarters, parent, kind, end user, route
and certificates; heavy accounts order more: Zipf), one of 60 ways to name a chip (Zipf), a day of
one year, a quantity, a price. What is certified belongs to the account's file: one of 40 sets of
facts. Gaps: 30 % of accounts do not know the parent's headquarters, 20 % not the end user; 15 % of
what could be certified is not; 5 % of rows leave the day out; 3 % give a quantity as a bound; 1 %
state measures between bounds in place of a chip.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CHIPS = (
    "H200 SXM", "H20", "H200", "NVIDIA H200", "RTX 4090", "L40S", "L20", "H100 SXM", "H100 PCIe", "A100", "A800",
    "H800",
    "L4", "RTX PRO 6000D", "B200", "B300", "GB200", "MI300X", "MI308X", "MI325X", "RTX 4090 D", "A10", "A40", "L2",
    "T4",
    "A30", "V100", "RTX 6000 Ada", "RTX 5090", "RTX 5080", "Ascend 910B", "Ascend 910C", "Gaudi 3", "Gaudi 2",
    "AWS Trainium2", "MI250X", "MI210", "RTX A6000", "RTX 4080", "RTX 3090", "A16", "A2", "H20 3e", "RTX 5090 D",
    "B100", "GB300", "H100 NVL", "H200 NVL", "L40", "A100 PCIe 80GB", "A100 SXM4 40GB", "RTX 5070 Ti", "MI350X",
    "MI355X",
    "Tesla P100", "RTX 2080 Ti", "Max 1550", "a board nobody lists", "prototype x7", "RTX PRO 6000",
)  # fmt: skip
COUNTRIES = (
    "CN", "US", "DE", "SG", "TW", "AE", "SA", "VN", "HK", "MY", "IN", "JP", "KR", "GB", "FR", "NL", "BR", "IL", "KZ",
    "QA", "TH", "ID", "MX", "CA", "AU", "SE", "CH", "PL", "TR", "MO",
)  # fmt: skip
KINDS = (
    "private company",
    "state-owned enterprise",
    "university",
    "cloud provider",
    "distributor",
    "government agency",
)
NAMED = ("Alibaba Group", "Tencent Holdings", "ByteDance", "DeepSeek", "Baidu")
FACTS = (
    "other_controls_cleared", "restricted_party", "military_end_use", "supercomputer_end_use", "kyc_certified",
    "third_party_tested", "purchase_order_held", "red_flags_resolved", "military_intelligence_end_use", "wmd_end_use",
    "advanced_node_end_use",
)  # fmt: skip
# What a house that ships looks after; the rest is what it looks for.
GOOD = ("other_controls_cleared", "kyc_certified", "third_party_tested", "purchase_order_held", "red_flags_resolved")
ACCOUNTS, SETS, BATCH = 1_200, 40, 1 << 20


def zipf(rng: np.random.Generator, size: int, count: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Draw places of which the first are the most frequent."""
    weights = 1 / np.arange(1, count + 1) ** 0.8
    return rng.choice(count, size=size, p=weights / weights.sum()).astype(np.int32)


def accounts(rng: np.random.Generator) -> dict[str, list[str | None]]:
    """Draw who orders: parties and routes, with what is not known left out."""
    columns: dict[str, list[str | None]] = {}
    for number in range(ACCOUNTS):
        home = COUNTRIES[int(zipf(rng, 1, len(COUNTRIES))[0])]
        parent = None if rng.random() < 0.3 else home if rng.random() < 0.8 else COUNTRIES[int(rng.integers(30))]
        kind = KINDS[int(rng.integers(len(KINDS)))] if rng.random() < 0.7 else None
        name = NAMED[number] if number < len(NAMED) else f"Account {number:04d} Ltd"
        row = {
            "seller.name": ("NVIDIA Corporation", "Advanced Micro Devices", "A reseller")[int(rng.integers(3))],
            "origin": "US" if rng.random() < 0.8 else "SG",
            "destination": home,
            "kind": "export",
            "act": "ship" if rng.random() < 0.95 else "negotiate",
            "buyer.name": name,
            "buyer.headquarters": home,
            "buyer.ultimate_parent.headquarters": parent,
            "buyer.kind": kind,
            "end_user.same_as": "buyer" if rng.random() < 0.8 else None,
        }
        for key, value in row.items():
            columns.setdefault(key, []).append(value)
    return columns


def certified(rng: np.random.Generator) -> dict[str, list[bool | None]]:
    """Draw the sets of certified facts."""
    return {
        f"facts.{name}": [
            None if rng.random() < 0.15 else bool(rng.random() < (0.95 if name in GOOD else 0.05)) for _ in range(SETS)
        ]
        for name in FACTS
    }


def _taken(values: list[Any], places: np.ndarray[Any, np.dtype[np.int32]], kind: pa.DataType) -> pa.Array:
    """Give a column by the place of each row's value; texts stay in a dictionary."""
    if kind == pa.bool_():
        return pa.array(values, kind).take(pa.array(places))
    words = list(dict.fromkeys(value for value in values if value is not None))
    index = np.array([-1 if value is None else words.index(value) for value in values], dtype=np.int32)[places]
    return pa.DictionaryArray.from_arrays(pa.array(index, mask=index < 0), pa.array(words, kind))


def batch(
    rng: np.random.Generator, start: int, size: int, who: dict[str, Any], sets: dict[str, Any], first: dt.date
) -> pa.Table:
    """Make some rows."""
    account, chip = zipf(rng, size, ACCOUNTS), zipf(rng, size, len(CHIPS))
    facts = account % SETS
    vague, measured, undated = rng.random(size) < 0.03, rng.random(size) < 0.01, rng.random(size) < 0.05
    quantity = np.exp(rng.normal(4, 2, size)).astype(np.int64) + 1
    columns: dict[str, pa.Array] = {"id": pa.array(np.char.add("L", np.arange(start, start + size).astype(str)))}
    columns["quantity"] = pa.array(quantity, mask=vague)
    columns["quantity.at_least"] = pa.array(quantity, mask=~vague)
    days = np.datetime64(first) + rng.integers(0, 365, size)
    columns["on"] = pa.array(days.astype("datetime64[D]"), mask=undated)
    dictionary = pa.array(CHIPS, pa.string())
    columns["item.chip"] = pa.DictionaryArray.from_arrays(pa.array(chip, mask=measured), dictionary)
    lows = np.array([1600.0, 2400.0, 4800.0])[rng.integers(0, 3, size)]
    columns["item.measures.tpp.at_least"] = pa.array(lows, mask=~measured)
    columns["item.measures.performance_density.at_most"] = pa.array(np.full(size, 5.92), mask=~measured)
    columns |= {name: _taken(values, account, pa.string()) for name, values in who.items()}
    columns |= {name: _taken(values, facts, pa.bool_()) for name, values in sets.items()}
    prices = np.char.add((rng.integers(500, 40_000, size)).astype(str), ".00")
    columns["unit_price.amount"] = pa.array(prices)
    columns["unit_price.currency"] = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(size, np.int32)), pa.array(["USD"])
    )
    return pa.table(columns)


def write(path: Path, rows: int, seed: int = 7, first: dt.date = dt.date(2025, 11, 25)) -> None:
    """Write a book of so many rows."""
    rng = np.random.default_rng(seed)
    who, sets = accounts(rng), certified(rng)
    writer = None
    for start in range(0, rows, BATCH):
        table = batch(rng, start, min(BATCH, rows - start), who, sets, first)
        writer = writer or pq.ParquetWriter(
            path, table.schema, compression="zstd", compression_level=1, store_schema=False
        )
        writer.write_table(table)
    if writer is not None:
        writer.close()


def main() -> None:
    """Write a book from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("to", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    write(options.to, options.rows, options.seed)


if __name__ == "__main__":
    main()
