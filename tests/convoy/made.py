"""Tables for tests, lines to draw for them, and what `check` answers to their rows."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ecluse import lock
from ecluse.convoy.answers import Answer, answer_of
from ecluse.convoy.book import Book, Passed
from ecluse.convoy.things import Ruling
from ecluse.convoy.whos import Remembering
from ecluse.dates import Known
from ecluse.parties.cleared import Cleared
from ecluse.parties.holdings import read_register
from ecluse.parties.screen import lists
from ecluse.tables.paths import understood
from ecluse.tables.reading import Block, _column, flat
from tests.laws.book import drawn

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ecluse.lock import Lock
    from ecluse.parties.holdings import Register
    from ecluse.parties.screen import Screener

KNOWN = Known(day=dt.date(2026, 11, 25))
TODAY = dt.date(2026, 11, 25)
Line = dict[str, object]
# Names on the lists shipped, nearly on them, and on none; several are met in one country and not in another.
NAMES = (
    "Yangtze Memory", "INTRA CHEM TRADING GMBH", "Huawei Technologies", "Inspur Group", "Beihang University",
    "Loongson", "中芯国际", "Pasta SpA", "Siemens AG", "Muster GmbH",
)  # fmt: skip
# Countries that the law tells apart, and several that it does not.
COUNTRIES = ("DE", "JP", "FR", "IT", "NL", "CN", "HK", "US", "RU", "AE")
# Days around the snapshot of 2026-07-31 and the ends of its age, and around the years that entries cite.
DAYS = (
    "2019-05-20", "2021-12-31", "2022-12-18", "2023-01-01", "2023-03-05", "2024-06-01", "2025-09-30", "2026-01-01",
    "2026-06-15", "2026-06-30", "2026-07-01", "2026-07-02", "2026-07-30", "2026-07-31", "2026-08-01", "2026-08-30",
    "2026-08-31", "2026-09-20", "2026-10-15",
)  # fmt: skip
HOLDINGS = """owner,owned,percent,at_least,at_most
Huawei Technologies Co. Ltd.,Muster Holding AG,80,,
Muster Holding AG,Muster GmbH,60,,
Inspur Group Co. Ltd.,Pasta SpA,,40,70
A Fund,Siemens AG,100,,
"""


def table_of(lines: Sequence[Mapping[str, object]]) -> pa.Table:
    """Lay lines out as a table of dotted columns."""
    cells = [flat(line) for line in lines]
    names = list(dict.fromkeys(name for row in cells for name in row))
    return pa.table({name: _column([row.get(name) for row in cells]) for name in names})


def passed(table: pa.Table, ruling: Ruling | None = None) -> tuple[Book, Passed]:
    """Take a table through in one block."""
    ruling = ruling or Ruling(lock.build(), TODAY, KNOWN)
    paths, _ = understood(table.column_names, {}, (), ruling.lock.library.facts, "the table")
    book = Book(paths, ruling)
    return book, book.passed(Block(table, np.arange(1, len(table) + 1, dtype=np.int64)))


def answers(table: pa.Table, ruling: Ruling | None = None) -> list[Answer]:
    """Give the answer of each row."""
    book, found = passed(table, ruling)
    return [book.answers[at] for at in found.answers]


def checked(
    line: Mapping[str, object], known: Known = KNOWN, made: Lock | None = None, ruling: Ruling | None = None
) -> Answer:
    """Answer one line as `check` does, by a ruling or else without lists."""
    ruling = ruling or Ruling(made or lock.build(), TODAY, known)
    exact = json.loads(json.dumps(line), parse_float=Decimal)
    return answer_of(
        lock.decide(
            lock.read_line(exact, ruling.lock),
            ruling.lock,
            on=ruling.on,
            known=ruling.known,
            reading=ruling.reading,
            lists=ruling.lists,
            cleared=ruling.cleared,
            owners=ruling.owners,
        )
    )


def differing(lines: Sequence[Mapping[str, object]], ruling: Ruling) -> list[Mapping[str, object]]:
    """Give the lines whose row in one table of them all is answered otherwise than by `check`, in any column."""
    told = answers(table_of(lines), ruling)
    return [line for line, answer in zip(lines, told, strict=True) if answer != checked(line, ruling=ruling)]


def remembered() -> Screener:
    """Give the lists shipped, asked once for each name and country, so that many lines are screened soon."""
    return Remembering(lists())  # type: ignore[return-value]


def judged() -> tuple[Cleared, ...]:
    """Clear two hits: of a name in one country only, and of one until a day that has gone."""
    held, found = lists(), []
    for name, country, until in (("INTRA CHEM TRADING GMBH", "DE", None), ("Inspur Group", None, "2026-05-01")):
        entry = held.screen(name, country)[0].entry
        end = None if until is None else dt.date.fromisoformat(until)
        found.append(Cleared(name, entry.id, entry.digest, "A. Clerk", dt.date(2026, 4, 1), "another", country, end))
    return tuple(found)


def met(rng: random.Random, *, filed: bool) -> Line:
    """Draw a line whose parties, their parents and owners are worth a screen.

    With `filed` it may state a day among its facts.
    """
    line: Line = {key: value for key, value in drawn(rng).items() if key != "authorisation"}
    if rng.random() < 0.8:
        line["on"] = rng.choice(DAYS)
    facts = line.get("facts")
    if isinstance(facts, dict):
        if not filed:
            facts.pop("notification_filed_on", None)
        if rng.random() < 0.6:
            facts.pop("restricted_party", None)
    for role in ("buyer", "end_user", "consignee"):
        party = line.get(role)
        if isinstance(party, dict) and "same_as" not in party and rng.random() < 0.8:
            party |= _met(rng)
    return line


def _met(rng: random.Random) -> Line:
    """Draw what a screen reads of a party."""
    party: Line = {"name": rng.choice(NAMES)}
    for name in ("country", "headquarters"):
        if rng.random() < 0.7:
            party[name] = rng.choice(COUNTRIES)
    if rng.random() < 0.3:
        party["ultimate_parent"] = {"name": rng.choice(NAMES), "headquarters": rng.choice(COUNTRIES)}
    if rng.random() < 0.3:
        party["owners"] = [
            {"name": rng.choice(NAMES), "percent": rng.choice((10, 50, 60)), "headquarters": rng.choice(COUNTRIES)}
        ]
    return party


def register(place: Path) -> Register:
    """Write who owns whom to a file, and read it."""
    place.write_text(HOLDINGS, encoding="utf-8")
    return read_register(place)
