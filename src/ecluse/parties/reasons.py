"""Say in words why two names were taken for one party, and what counts against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.parties import names
from ecluse.parties.features import align

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecluse.parties.entry import Entry
    from ecluse.parties.names import Name


def reasons_of(
    asked: Name, listed: Name, written: str, entry: Entry, weight: Callable[[str], float]
) -> tuple[str, ...]:
    """Give the reasons for a hit, the heaviest words first, then what speaks against it."""
    one, two = asked.tokens, listed.tokens
    weights = [weight(word) for word in one]
    taken_one, taken_two, pairs = align(one, two)
    pairs.sort(key=lambda row: -weights[row[0]])
    same = [one[a] for a, _, near in pairs if near == 1.0]
    near = [f"{one[a]} ~ {two[b]}" for a, b, likeness in pairs if likeness < 1.0]
    told = [f"met as {'the name' if written == entry.name else 'an alias'} {written!r}"]
    if asked.fingerprint == listed.fingerprint:
        told.append("the same words")
    elif same:
        told.append(f"the same: {', '.join(same)}")
    if near:
        told.append(f"alike: {', '.join(near)}")
    common = names.words()[1] | names.places()
    if same and not near and all(word in common for word in same) and asked.fingerprint != listed.fingerprint:
        told.append("against: only common words are the same")
    for words, taken, whose in ((one, taken_one, "asked for"), (two, taken_two, "listed")):
        left = [word for word, got in zip(words, taken, strict=True) if not got]
        if left:
            told.append(f"against: {whose} alone: {', '.join(left)}")
    if asked.forms and listed.forms and not asked.forms & listed.forms:
        told.append(f"against: legal form {'/'.join(sorted(asked.forms))}, listed {'/'.join(sorted(listed.forms))}")
    return tuple(told)
