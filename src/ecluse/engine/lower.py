"""A condition in columns: the same three answers as Polars expressions, null for not known.

A frame holds one row a situation. A word is a column of text, null where it is not known, `ABSENT`
where there is no such party. A truth is a column of yes/no, null where it is not known. A number
known exactly is one column; one that may be a bound is two, `name.low` and `name.high`, and a third,
`name.absent`, where there may be no such measure. Numbers are doubles: two numbers of up to fifteen
digits compare as doubles exactly as they do as decimals, and the caller keeps longer ones out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from ecluse.bounds import Bound
from ecluse.condition import Arith, Compare, Const, Many, Member, Name, Node, Not, Term
from ecluse.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from ecluse.provision import Group

ABSENT = "\x00"
# Whole numbers below are exact as doubles.
WHOLE = 2**53
UNSAID = pl.lit(None, dtype=pl.Boolean)


@dataclass(frozen=True)
class Shape:
    """The columns that a frame has, and which of them stand for one word of which there are several."""

    columns: frozenset[str]
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Is there a column of that name?"""
        return name in self.columns


@dataclass(frozen=True, slots=True)
class Ends:
    """A number in columns: its bounds (the same expression where it is exact), and where there is none."""

    low: pl.Expr
    high: pl.Expr
    absent: pl.Expr | None = None

    @property
    def exact(self) -> bool:
        """Is it known exactly wherever it is known?"""
        return self.low is self.high


def leaf(node: Node, groups: Mapping[str, Group], shape: Shape) -> pl.Expr:
    """Lower a condition that has no parts: a truth, a comparison, a membership."""
    match node:
        case Const():
            return pl.lit(_plain(node.value), dtype=pl.Boolean)
        case Name():
            return pl.col(node.path) if shape.has(node.path) else UNSAID
        case Member():
            return _member(node, groups, shape)
        case Compare() if node.left.kind == "number":
            return _numbers(node, shape)
        case Compare():
            return _words(node, shape)
    message = f"{node.text!r} has parts; lower them first"
    raise TypeError(message)


def joined(node: Many | Not, parts: list[pl.Expr]) -> pl.Expr:
    """Join lowered parts: all, any, or the opposite; strong Kleene, as Polars joins nulls."""
    if isinstance(node, Not):
        return ~parts[0]
    whole = parts[0]
    for part in parts[1:]:
        whole = (whole & part) if node.op == "and" else (whole | part)
    return whole


def whole(node: Node, groups: Mapping[str, Group], shape: Shape) -> pl.Expr:
    """Lower a condition in one expression."""
    match node:
        case Many():
            return joined(node, [whole(part, groups, shape) for part in node.parts])
        case Not():
            return joined(node, [whole(node.part, groups, shape)])
    return leaf(node, groups, shape)


def _plain(value: object) -> bool | None:
    return None if value is Truth.UNKNOWN else value is Truth.YES


def _ends(term: Term, shape: Shape) -> Ends:
    match term:
        case Const():
            bound = term.value if isinstance(term.value, Bound) else Bound()
            low, high = (_double(side) for side in (bound.low, bound.high))
            return Ends(low, low) if bound.exact is not None else Ends(low, high)
        case Name():
            return _named(term.path, shape)
        case Arith():
            one, two = _ends(term.left, shape), _ends(term.right, shape)
            low = one.low + two.low if term.op == "+" else one.low * two.low
            if one.exact and two.exact:
                return Ends(low, low, _either(one.absent, two.absent))
            high = one.high + two.high if term.op == "+" else one.high * two.high
            return Ends(low, high, _either(one.absent, two.absent))


def _double(side: int | Decimal | None) -> pl.Expr:
    """Give a number; a whole one takes the kind of the column that it is held against, which need not be turned."""
    if side is not None and side == int(side) and -WHOLE < side < WHOLE:
        return pl.lit(int(side))
    return pl.lit(None if side is None else float(side), dtype=pl.Float64)


def _named(path: str, shape: Shape) -> Ends:
    absent = pl.col(f"{path}.absent") if shape.has(f"{path}.absent") else None
    if shape.has(f"{path}.low"):
        return Ends(pl.col(f"{path}.low"), pl.col(f"{path}.high"), absent)
    if shape.has(path):
        only = pl.col(path)
        return Ends(only, only, absent)
    nothing = _double(None)
    return Ends(nothing, nothing)


def _either(one: pl.Expr | None, two: pl.Expr | None) -> pl.Expr | None:
    return two if one is None else one if two is None else one | two


def _numbers(node: Compare, shape: Shape) -> pl.Expr:
    one, two = _ends(node.left, shape), _ends(node.right, shape)
    answer = _compared(one, node.op, two)
    absent = _either(one.absent, two.absent)
    return answer if absent is None else pl.when(absent).then(pl.lit(value=False)).otherwise(answer)


def _compared(one: Ends, op: str, two: Ends) -> pl.Expr:
    if one.exact and two.exact:
        return _PLAIN[op](one.low, two.low)
    match op:
        case "<":
            return _below(one, two)
        case ">":
            return _below(two, one)
        case ">=":
            return ~_below(one, two)
        case "<=":
            return ~_below(two, one)
    apart = (one.high < two.low) | (two.high < one.low)
    same = (one.low == one.high) & (two.low == two.high) & (one.low == two.low)
    equal = pl.when(same).then(pl.lit(value=True)).when(apart).then(pl.lit(value=False)).otherwise(UNSAID)
    return equal if op == "==" else ~equal


_PLAIN: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "<": lambda one, two: one < two,
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
    "<=": lambda one, two: one <= two,
    "==": lambda one, two: one == two,
    "!=": lambda one, two: one != two,
}


def _below(one: Ends, two: Ends) -> pl.Expr:
    """Is one below the other: surely where all of it is, surely not where none of it can be."""
    sure, never = one.high < two.low, one.low >= two.high
    return pl.when(sure).then(pl.lit(value=True)).when(never).then(pl.lit(value=False)).otherwise(UNSAID)


def _each(term: Name | Const, shape: Shape, test: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """Apply a test to a word, or to any of several."""
    if isinstance(term, Const):
        return test(pl.lit(str(term.value), dtype=pl.String))
    paths = shape.several.get(term.path)
    if paths is None:
        return test(pl.col(term.path)) if shape.has(term.path) else UNSAID
    found = pl.lit(value=False)
    for path in paths:
        found = found | test(pl.col(path))
    return found


def _words(node: Compare, shape: Shape) -> pl.Expr:
    left, right, same = node.left, node.right, node.op == "=="
    if not isinstance(left, Name | Const) or not isinstance(right, Name | Const):
        message = f"{node.text!r} does not compare words"
        raise TypeError(message)
    if isinstance(right, Const):
        other = pl.lit(str(right.value), dtype=pl.String)
        there = pl.lit(value=True)
    else:
        other = pl.col(right.path) if shape.has(right.path) else pl.lit(None, dtype=pl.String)
        there = other != ABSENT

    def test(one: pl.Expr) -> pl.Expr:
        # Nothing that is said of an absent party holds, not even that it is another.
        return (one == other) & there if same else (one != other) & (one != ABSENT) & there

    return _each(left, shape, test)


def _member(node: Member, groups: Mapping[str, Group], shape: Shape) -> pl.Expr:
    if node.listed is not None:
        listed = node.listed.path
        if not shape.has(listed):
            return UNSAID
        pool = pl.col(listed)
        return _each(node.item, shape, lambda one: pl.when(one.is_null()).then(UNSAID).otherwise(_holds(pool, one)))
    group = groups[node.group] if node.group is not None else None
    sure = sorted(group.members) if group else sorted(node.words)
    perhaps = sorted(group.perhaps) if group else []
    kin = group.kin if group else ()

    def test(one: pl.Expr) -> pl.Expr:
        inside = one.is_in(sure)
        if not perhaps and not kin:
            return inside
        open_ = one.is_in(perhaps)
        for start in kin:
            open_ |= ~inside & one.str.starts_with(start)
        return pl.when(open_).then(UNSAID).otherwise(inside)

    return _each(node.item, shape, test)


def _holds(pool: pl.Expr, one: pl.Expr) -> pl.Expr:
    return pool.list.contains(one)
