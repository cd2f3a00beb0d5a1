"""Snapshots of lists: the one shipped, those of folders, and what changed between two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.parties.ages import SHIPPED
from ecluse.parties.readers import read_folder

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.parties.entry import Entry, Snapshot

COMPARED = ("name", "aliases", "kind", "countries", "requirement", "policy", "programs", "cite", "listed", "until")


@lru_cache(maxsize=8)
def load(place: Path | None = None) -> Snapshot:
    """Read the lists of a folder or file; without one, the snapshot shipped."""
    return read_folder(place or SHIPPED)


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that one snapshot has and the other has not, or that reads otherwise."""

    what: str
    entry: Entry
    fields: tuple[tuple[str, object, object], ...] = ()


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Give what was added, removed and changed, by list and the list's own number or name.

    Entries that share list and name are told apart by their content: as many as are the same on
    both sides are unchanged, and only the rest are compared. Of a list that one side does not hold at
    all (`alone`), every entry is added or removed.
    """
    old, new = _by_key(before), _by_key(after)
    rows: list[Change] = []
    for key in dict.fromkeys((*old, *new)):
        here, there = list(old.get(key, ())), list(new.get(key, ()))
        for entry in tuple(here):
            same = next((one for one in there if one.digest == entry.digest), None)
            if same is not None:
                here.remove(entry)
                there.remove(same)
        rows += [
            Change("changed", two, _fields(one, two))
            for one, two in zip(here, there, strict=False)
            if _fields(one, two)
        ]
        rows += [Change("removed", one) for one in here[len(there) :]]
        rows += [Change("added", one) for one in there[len(here) :]]
    order = {"added": 0, "removed": 1, "changed": 2}
    return sorted(rows, key=lambda row: (order[row.what], row.entry.list, row.entry.name))


def alone(before: Snapshot, after: Snapshot) -> dict[str, int]:
    """Give the lists that only one of two snapshots holds, with how many entries they have."""
    both = before.counts | after.counts
    return {code: both[code] for code in sorted(set(before.counts) ^ set(after.counts))}


def _by_key(snapshot: Snapshot) -> dict[tuple[str, str], list[Entry]]:
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in snapshot.entries:
        found.setdefault(entry.key, []).append(entry)
    return found


def _fields(one: Entry, two: Entry) -> tuple[tuple[str, object, object], ...]:
    """Give the fields that differ; several values in another order are the same."""

    def told(entry: Entry, name: str) -> object:
        value = getattr(entry, name)
        return tuple(sorted(value)) if isinstance(value, tuple) else value

    return tuple(
        (name, getattr(one, name), getattr(two, name)) for name in COMPARED if told(one, name) != told(two, name)
    )
