"""Who owns whom: OFAC's 50 Percent Rule and the BIS Affiliates rule, over shares known exactly or between bounds.

OFAC (FAQ 398 to 402): property of blocked persons is that of any entity which one or more of them
own 50 percent or more, directly or indirectly, together. Indirectly means through entities that
are themselves so owned: a threshold at each step, never a product of percentages. A holding in an
entity below the threshold passes on nothing. Control without ownership does not count.

BIS (90 FR 47201) counts likewise from owners on the Entity List, the Military End User List and
certain SDNs; the most restrictive owner's terms apply.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.errors import SourceError
from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

HALF = exactly(50)
WHOLE = 100
SIGNIFICANT = exactly(25)
LARGEST = 200_000_000
# Policies from the mildest to the strictest.
STRICTEST = ("presumption_of_approval", "case_by_case", "presumption_of_denial", "policy_of_denial")


@dataclass(frozen=True, slots=True)
class Holding:
    """A share of an entity. `percent` is a bound; None is not known."""

    owner: str
    owned: str
    percent: Bound | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """The answer for one entity: is it owned, how much at least and at most, by whom, along which steps."""

    entity: str
    truth: Truth
    share: Bound
    by: tuple[str, ...]
    steps: tuple[str, ...]


def owned(holdings: Iterable[Holding], listed: Mapping[str, Truth], *, complete: bool = False) -> dict[str, Owned]:
    """Answer for every entity that listed persons may own half or more of, together.

    `listed` says of each person or entity whether it is itself on a list that counts; one that is
    not named there is not known to be. `complete` says that the holdings given are all there are:
    without it, shares that are not given may belong to anybody, and a sum below half is not known
    as far as what is left could reach half.
    """
    rows = list(holdings)
    by_owned: dict[str, list[Holding]] = {}
    for row in rows:
        by_owned.setdefault(row.owned, []).append(row)
    sure = _closure(by_owned, {name for name, truth in listed.items() if truth is YES}, at_least=True)
    perhaps_listed = {row.owner for row in rows if listed.get(row.owner, UNKNOWN) is not NO} | set(listed)
    perhaps_listed = {name for name in perhaps_listed if listed.get(name, UNKNOWN) is not NO}
    # An owner that is itself an entity of the table is judged by its owners, where its listing is told.
    perhaps = _closure(by_owned, perhaps_listed, at_least=False, complete=complete)
    return {name: _told(name, held, listed, (sure, perhaps), complete=complete) for name, held in by_owned.items()}


def _closure(
    by_owned: Mapping[str, list[Holding]], start: set[str], *, at_least: bool, complete: bool = True
) -> set[str]:
    """Add entity after entity that those already in the set own half or more of, until none is added."""
    inside = set(start)
    grown = True
    while grown:
        grown = False
        for name, held in by_owned.items():
            if name in inside:
                continue
            share = _sum(held, inside)
            reaches = ~share.below(HALF)
            room = 0 if complete else WHOLE - _floor(_sum(held, {row.owner for row in held} - inside))
            top = None if share.high is None else share.high + room
            if (reaches is YES) if at_least else (top is None or top >= HALF.low):  # type: ignore[operator]
                inside.add(name)
                grown = True
    return inside


def _sum(held: Iterable[Holding], inside: set[str]) -> Bound:
    """Add up what those inside hold; a share that is not known is between nothing and all."""
    total = exactly(0)
    for row in held:
        if row.owner in inside:
            total = total + (row.percent or Bound(0, WHOLE))
    # Shares that add up to more than the whole are somebody's mistake; the whole is the most there is.
    return Bound(min(total.low or 0, WHOLE), WHOLE if total.high is None else min(total.high, WHOLE))


def _floor(share: Bound) -> int | Decimal:
    return min(share.low or 0, WHOLE)


def _told(
    name: str,
    held: list[Holding],
    listed: Mapping[str, Truth],
    sets: tuple[set[str], set[str]],
    *,
    complete: bool,
) -> Owned:
    sure, perhaps = sets
    own = listed.get(name, UNKNOWN)
    truth = YES if name in sure else UNKNOWN if name in perhaps - ({name} if own is not YES else set()) else NO
    if truth is UNKNOWN or truth is NO:
        share = _sum(held, perhaps - {name})
        room = 0 if complete else WHOLE - _floor(_sum(held, {row.owner for row in held}))
        top = WHOLE if share.high is None else min(share.high + room, WHOLE)
        truth = UNKNOWN if top >= 50 else NO
    low = _sum(held, sure - {name}).low or 0
    high = _sum(held, perhaps - {name}).high
    by = tuple(row.owner for row in held if row.owner in sure)
    steps = tuple(f"{row.owner} holds {row.percent or 'a share not known'} % of {name}" for row in held)
    return Owned(name, truth, Bound(low, max(low, high) if high is not None else None), by, steps)


def strictest(policies: Iterable[str]) -> str:
    """Give the strictest of several policies; the strictest of all decides even beside one that is not known."""
    given = set(policies)
    if STRICTEST[-1] in given:
        return STRICTEST[-1]
    if not given or "unknown" in given:
        return "unknown"
    return max(given, key=STRICTEST.index)


def minority(share: Bound) -> bool:
    """Is a listed owner's share below half surely significant: a red flag, not a requirement?"""
    return share.below(HALF) is YES and (~share.below(SIGNIFICANT)) is YES


def read_holdings(path: Path) -> list[Holding]:
    """Read holdings: CSV with owner, owned, percent (or at_least, at_most), source; or FollowTheMoney lines of JSON."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        message = f"{path}: cannot be opened ({problem.strerror or problem})."
        raise SourceError(message) from None
    if len(raw) > LARGEST:
        message = f"{path}: larger than {LARGEST:,} bytes; split it."
        raise SourceError(message)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"{path}: not UTF-8 (byte {problem.start}); save it as UTF-8."
        raise SourceError(message) from None
    if path.suffix == ".csv":
        return _from_csv(text, path)
    return _from_money(text, path)


def _from_csv(text: str, path: Path) -> list[Holding]:
    rows = csv.DictReader(io.StringIO(text))
    fields = set(rows.fieldnames or ())
    if not {"owner", "owned"} <= fields:
        told = ", ".join(sorted(fields)) or "none"
        message = f"{path}: has columns {told}; expected owner, owned, percent (or at_least, at_most), source."
        raise SourceError(message)
    found = []
    for row in rows:
        where = f"{path}:{rows.line_num}"
        owner, target = (row.get("owner") or "").strip(), (row.get("owned") or "").strip()
        if not owner or not target:
            message = f"{where}: owner or owned is empty; name both."
            raise SourceError(message)
        exact = _percent(row.get("percent"), where)
        low, high = _percent(row.get("at_least"), where), _percent(row.get("at_most"), where)
        share = exactly(exact) if exact is not None else None
        if share is None and (low is not None or high is not None):
            try:
                share = Bound(low or 0, WHOLE if high is None else high)
            except ValueError as problem:
                message = f"{where}: {problem}."
                raise SourceError(message) from None
        found.append(Holding(owner, target, share, (row.get("source") or "").strip()))
    return found


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


def _from_money(text: str, path: Path) -> list[Holding]:
    """Read FollowTheMoney entities, one a line: `Ownership` joins an owner to an asset; others give names."""
    named: dict[str, str] = {}
    owned_rows: list[tuple[str, str, str | None, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            properties = row["properties"]
            schema, key = row["schema"], row["id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            message = f"{path}:{number}: is no FollowTheMoney entity (id, schema, properties)."
            raise SourceError(message) from None
        if schema == "Ownership":
            share, where = (properties.get("percentage") or [None])[0], f"{path}:{number}"
            pairs = itertools.product(properties.get("owner", ()), properties.get("asset", ()))
            owned_rows += [(owner, asset, share, where) for owner, asset in pairs]
        elif properties.get("name"):
            named[key] = properties["name"][0]
    return [
        Holding(named.get(owner, owner), named.get(asset, asset), _loose(share), where)
        for owner, asset, share, where in owned_rows
    ]


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
