"""The sets that screening is held against: Chinese firms with their entries, halves of them, and near ones."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from ecluse.parties.entry import Entry
    from ecluse.parties.screen import Hit, Screener

DATA = ROOT / "tests" / "parties" / "data"
SEED = 88
# Syllables of brands that firms are named by, to make firms that there are not.
SYLLABLES = "瑞丰达鑫恒泰盛宏远嘉博睿凌卓腾翔骏康欣悦朗晨启源通利佳安宇凯诚信联创智越峰岳岩松柏枫榕"


@dataclass(frozen=True, slots=True)
class Firm:
    """A Chinese name, and the entry it stands for; None where it is on no list."""

    name: str
    entry: str | None


def firms() -> list[Firm]:
    """The firms on the lists."""
    rows = (line.split("\t") for line in _lines("chinese-firms.tsv"))
    return [Firm(row[0], row[1]) for row in rows]


def near() -> list[Firm]:
    """Real firms on no list: near by place, business word and legal form."""
    return [Firm(line, None) for line in _lines("chinese-near.tsv")]


def made() -> list[Firm]:
    """For each listed firm one that there is not: the same place, business and form, another brand."""
    from ecluse.parties import chinese

    rng = random.Random(SEED)  # noqa: S311 - a seed, so that the set stays
    found = []
    for firm in firms():
        segments = list(chinese._segments(chinese.simplify(firm.name)))  # noqa: SLF001 - brands are found as the room finds them
        brands = [one.han for one in segments if one.kind in ("brand", "sound") and len(one.han) < 5]
        name = chinese.simplify(firm.name)
        for at, brand in enumerate(brands):
            # A firm of two brands (中电科思仪) keeps neither.
            name = name.replace(brand, "".join(rng.sample(SYLLABLES, 2)) if at == 0 else "")
        if brands:
            found.append(Firm(name, None))
    return found


def held_out(firm: Firm) -> bool:
    """Is a firm in the half kept for testing: by its name, so that it stays there?"""
    return zlib.crc32(firm.name.encode()) % 2 == 1


def same(one: Entry, two: Entry) -> bool:
    """Are two entries one party: listed twice, under a name they share?"""
    from ecluse.parties import names

    def prints(entry: Entry) -> set[str]:
        return {names.parse(shown).fingerprint for each in entry.names for shown in names.published(each)}

    return one.id == two.id or bool(prints(one) & prints(two))


def score(screener: Screener, firm: Firm, wanted: Entry | None, country: str | None = "CN") -> tuple[float, bool]:
    """Give the score of the best hit, and whether the entry meant is among those that share it, within a hundredth."""
    hits: tuple[Hit, ...] = screener.screen(firm.name, country)
    if not hits:
        return 0.0, False
    best = [hit for hit in hits if hit.score >= hits[0].score - 0.01]
    return hits[0].score, wanted is not None and any(same(hit.entry, wanted) for hit in best)


def recall_at(rows: list[tuple[float, bool, bool]], precision: float) -> tuple[float, float]:
    """Give the best recall at a precision, and the score it takes; rows are score, right, should be found."""
    total = sum(wanted for _, _, wanted in rows) or 1
    right, best, cut = 0, 0.0, 1.0
    for count, (value, ok, _) in enumerate(sorted(rows, key=lambda row: -row[0]), 1):
        right += ok
        if value > 0 and right / count >= precision and right / total > best:
            best, cut = right / total, value
    return best, cut


def _lines(name: str) -> list[str]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
