"""Review policies of many rows: of each requirement the highest rank that answers, of all the strictest.

A policy stands as the rows that have it, one set of bits a policy in the order of `POLICIES`; rows
in none of them do not know theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ecluse.errors import Conflict
from ecluse.provision import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ecluse.engine.gate import Rule
    from ecluse.engine.planes import Bits, Plane

Each = tuple["Bits", ...]


class Own(NamedTuple):
    """The policies of one requirement, and the rows where two reviews of equal rank differ."""

    each: Each
    torn: Bits


class Policies(NamedTuple):
    """The policies of rows; `unknown` where one is needed and not known. Other rows need none."""

    each: Each
    unknown: Bits


def policy_of(serving: Sequence[Rule]) -> Callable[..., Own]:
    """Give the step that finds the policy of one requirement from the answers of the reviews that serve it."""
    given = [POLICIES.index(rule.version.gives["policy"]) for rule in serving]
    contested = [rule.version.contested for rule in serving]
    ranks = [rule.provision.rank for rule in serving]

    def work(rows: Bits, *answers: Plane) -> Own:
        maybe = [rows & ~one.no for one in answers]
        alone, _ = _single(_by_policy(given, maybe))
        found, torn = (0,) * len(POLICIES), 0
        whole = _by_policy(given, maybe)
        for rank in sorted(set(ranks)):
            upper = [at for at, one in enumerate(ranks) if one == rank]
            live = unsure = sure = disputed = 0
            for at in upper:
                live |= maybe[at]
                unsure |= maybe[at] & ~answers[at].yes
                sure |= answers[at].yes
                disputed |= maybe[at] if contested[at] else 0
            vague = unsure | disputed
            told = alone & sure & ~disputed
            own = _by_policy([given[at] for at in upper], [maybe[at] for at in upper])
            _, twice = _single(own)
            torn = torn & ~live | twice & ~vague
            found = tuple(
                old & ~live | vague & told & every | ~vague & mine
                for old, every, mine in zip(found, whole, own, strict=True)
            )
        return Own(found, torn)

    return work


def policies(rows: Bits, required: Plane, *pairs: Plane | Own) -> Policies:
    """Find the strictest policy among the requirements that stand; `pairs` are their answers and policies in turn.

    Raises Conflict where two reviews of equal rank answer a requirement that stands differently.
    """
    standing = unsure = torn = 0
    each = [0] * len(POLICIES)
    for answer, own in zip(pairs[::2], pairs[1::2], strict=True):
        here: Bits = answer.yes  # type: ignore[union-attr]
        known = 0
        for at, bits in enumerate(own.each):  # type: ignore[union-attr]
            each[at] |= here & bits
            known |= bits
        standing |= here
        unsure |= here & ~known
        torn |= here & own.torn  # type: ignore[union-attr]
    if torn:
        message = "two reviews of equal rank answer a requirement with different policies; set rank, or mend one."
        raise Conflict(message)
    needed = rows & ~required.no
    strictest = each[-1] & needed
    found, above = [strictest], strictest
    certain = standing & ~unsure & needed
    for bits in reversed(each[:-1]):
        own_rows = bits & certain & ~above
        found.append(own_rows)
        above |= own_rows
    return Policies(tuple(reversed(found)), needed & ~above)


def _by_policy(given: Sequence[int], rows: Sequence[Bits]) -> Each:
    found = [0] * len(POLICIES)
    for policy, bits in zip(given, rows, strict=True):
        found[policy] |= bits
    return tuple(found)


def _single(each: Each) -> tuple[Bits, Bits]:
    """Give the rows with exactly one policy, and those with several."""
    once = twice = 0
    for bits in each:
        twice |= once & bits
        once |= bits
    return once & ~twice, twice
