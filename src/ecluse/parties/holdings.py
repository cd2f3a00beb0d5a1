"""Who owns whom, from a file: a CSV of shares, or FollowTheMoney entities as lines of JSON.

The CSV has the columns owner, owned, percent (or at_least, at_most), source. A row is one direct
holding; whoever holds through others has a row at each step.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.errors import SourceError, nearest
from ecluse.parties.names import key_of
from ecluse.parties.ownership import WHOLE, Holding
from ecluse.parties.readers.rows import table
from ecluse.parties.readers.source import examine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ecluse.parties.readers.source import Source

COLUMNS = ("owner", "owned", "percent", "at_least", "at_most", "source")
ADVICE = "Name a file of owners: a CSV with owner, owned, percent, or FollowTheMoney entities, one a line."
# How many persons above one party are looked at; more is a mistake in the file, or a fund of funds.
MOST_ABOVE = 500


@dataclass(frozen=True)
class Register:
    """The holdings of a file, by the entity that is owned. Names are compared by their folded letters."""

    rows: tuple[Holding, ...]
    digest: str
    path: str

    @cached_property
    def _by_owned(self) -> Mapping[str, tuple[Holding, ...]]:
        found: dict[str, list[Holding]] = {}
        for row in self.rows:
            found.setdefault(key_of(row.owned), []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    def owners_of(self, name: str) -> tuple[Holding, ...]:
        """Give the holdings in an entity; none where the file does not name it."""
        return self._by_owned.get(key_of(name), ())

    def above(self, name: str) -> tuple[Holding, ...]:
        """Give the holdings in an entity, in its owners, in theirs, and so on."""
        found: dict[Holding, None] = {}
        seen, ahead = {key_of(name)}, [name]
        while ahead:
            for row in self.owners_of(ahead.pop()):
                found[row] = None
                if key_of(row.owner) not in seen:
                    seen.add(key_of(row.owner))
                    ahead.append(row.owner)
            if len(seen) > MOST_ABOVE:
                message = f"{self.path}: more than {MOST_ABOVE} owners stand above {name}; give the file in parts."
                raise SourceError(message)
        return tuple(found)


def read_register(path: Path) -> Register:
    """Read a file of holdings. Raises SourceError: which row, what was expected."""
    source = examine(path, ADVICE)
    money = source.head.startswith(("{", "["))
    rows = tuple(_from_money(source) if money else _from_csv(source))
    if not money:
        _no_more_than_whole(rows, path)
    if not rows:
        message = (
            f"{path}: holds no ownership; expected a CSV with owner, owned, percent, or FollowTheMoney `Ownership`."
        )
        raise SourceError(message)
    return Register(rows, source.digest, str(path))


def _no_more_than_whole(rows: Iterable[Holding], path: Path) -> None:
    """Refuse a table in which a party is owned by more than all of it."""
    held: dict[str, int | Decimal] = {}
    for row in rows:
        key = key_of(row.owned)
        held[key] = held.get(key, 0) + ((row.percent.low or 0) if row.percent else 0)
        if held[key] > WHOLE:
            message = f"{path}: {row.owned} is owned to {held[key]} percent at the least; expected at most {WHOLE}."
            raise SourceError(message)


def _from_csv(source: Source) -> Iterator[Holding]:
    begun = False
    for number, row in table(source, strict=True):
        where = f"{source.path}:{number}"
        if not begun:
            _columns(source, row)
            begun = True
        owner, target = row["owner"].strip(), row["owned"].strip()
        if not owner or not target:
            message = f"{where}: owner or owned is empty; name both."
            raise SourceError(message)
        if key_of(owner) == key_of(target):
            message = f"{where}: {owner!r} is said to own itself; name the owner and what is owned."
            raise SourceError(message)
        exact = _percent(row.get("percent"), where)
        low, high = _percent(row.get("at_least"), where), _percent(row.get("at_most"), where)
        if exact is not None and (low is not None or high is not None):
            message = f"{where}: gives percent and a bound; give one of the two."
            raise SourceError(message)
        share = exactly(exact) if exact is not None else None
        if share is None and (low is not None or high is not None):
            try:
                share = Bound(low or 0, WHOLE if high is None else high)
            except ValueError as problem:
                message = f"{where}: {problem}."
                raise SourceError(message) from None
        yield Holding(owner, target, share, (row.get("source") or "").strip())


def _columns(source: Source, row: Mapping[str, str]) -> None:
    strange = [name for name in row if name not in COLUMNS]
    if strange or not {"owner", "owned"} <= set(row):
        hint = nearest(strange[0], COLUMNS) if strange else ""
        message = (
            f"{source.path}: has columns {', '.join(row)}; expected owner, owned, percent (or at_least, at_most),"
            f" source.{hint}"
        )
        raise SourceError(message)


def _percent(text: str | None, where: str) -> Decimal | None:
    plain = (text or "").strip().rstrip("%").strip()
    if not plain:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= WHOLE:
        message = f"{where}: {text!r} is no percentage from 0 to 100; leave the cell empty if it is not known."
        raise SourceError(message)
    return number


def _from_money(source: Source) -> Iterator[Holding]:
    """Read FollowTheMoney entities, one a line: `Ownership` joins an owner to an asset; others give names.

    An ownership that has ended (`endDate`) is none; one whose percentage cannot be read is not known.
    """
    named: dict[str, str] = {}
    held: list[tuple[str, str, str | None, str]] = []
    for number, line in enumerate(source.lines(), 1):
        if not line.strip():
            continue
        where = f"{source.path}:{number}"
        schema, key, properties = _entity(line, where)
        if schema == "Ownership":
            share = next(iter(_texts(properties, "percentage")), None)
            pairs = itertools.product(_texts(properties, "owner"), _texts(properties, "asset"))
            if not _texts(properties, "endDate"):
                held += [(owner, asset, share, where) for owner, asset in pairs]
        elif found := _texts(properties, "name"):
            named[key] = found[0]
    for owner, asset, share, where in held:
        if owner != asset:
            yield Holding(named.get(owner, owner), named.get(asset, asset), _loose(share), where)


def _entity(line: str, where: str) -> tuple[str, str, Mapping[str, object]]:
    try:
        row = json.loads(line)
        schema, key, properties = row["schema"], row["id"], row["properties"]
    except (ValueError, KeyError, TypeError, RecursionError):
        schema = key = properties = None
    if not isinstance(schema, str) or not isinstance(key, str) or not isinstance(properties, dict):
        message = f"{where}: is no FollowTheMoney entity (id, schema, properties), one a line."
        raise SourceError(message)
    return schema, key, properties


def _texts(properties: Mapping[str, object], name: str) -> list[str]:
    """Give the values of a property; an entity written out within another counts by its id."""
    found = properties.get(name)
    values = found if isinstance(found, list) else [found]
    given = (one.get("id") if isinstance(one, dict) else one for one in values)
    return [str(one) for one in given if one is not None and str(one).strip()]


def _loose(text: str | None) -> Bound | None:  # noqa: PLR0911 - one line a way to write it
    """Read the free text of a percentage: `51`, `51 %`, `25-50`, `>50`, `75 or more`; else not known."""
    if re.search(r"\d,\d{3}", text or ""):
        return None
    numbers = [Decimal(one.replace(",", ".")) for one in re.findall(r"\d+(?:[.,]\d+)?", text or "")]
    if not numbers or any(one > WHOLE for one in numbers):
        return None
    if len(numbers) == 2 and numbers[0] <= numbers[1]:
        return Bound(numbers[0], numbers[1])
    if len(numbers) > 1:
        return None
    small = (text or "").lower()
    if re.search(r">|≥|more|at least|over|above|min", small):
        return Bound(numbers[0], WHOLE)
    if re.search(r"<|≤|less|at most|under|below|up to|max", small):
        return Bound(0, numbers[0])
    return exactly(numbers[0])
