"""One tree, one set of facts: a truth, fast; or a truth with its trace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ecluse.bounds import Bound
from ecluse.condition import Arith, Compare, Const, Many, Member, Name, Node, Not, Term, names_in
from ecluse.decision import Clause
from ecluse.engine.facts import Absent, Several
from ecluse.provision import Group
from ecluse.truth import NO, UNKNOWN, YES, Truth, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ecluse.engine.facts import Facts, Value

Weigher = "Callable[[Facts], Truth]"


@dataclass(frozen=True, eq=False)
class Compiled:
    """A condition ready to be weighed: its tree, the function, and its parts in the same shape."""

    node: Node
    weigh: Callable[[Facts], Truth]
    parts: tuple[Compiled, ...]
    names: tuple[str, ...]
    compared: Callable[[Facts], tuple[object, ...]]

    @cached_property
    def leaves(self) -> tuple[Compiled, ...]:
        """The comparisons, in reading order."""
        return tuple(leaf for part in self.parts for leaf in part.leaves) or (self,)


def prepare(node: Node, groups: Mapping[str, Group]) -> Compiled:
    """Turn a condition into a function of facts, with the sets of one day inside it."""
    if isinstance(node, Many):
        parts = tuple(prepare(part, groups) for part in node.parts)
        join = _all if node.op == "and" else _any
        return Compiled(node, join(tuple(part.weigh for part in parts)), parts, _names(node), _compared(node))
    if isinstance(node, Not):
        inner = prepare(node.part, groups)
        return Compiled(node, _opposite(inner.weigh), (inner,), _names(node), _compared(node))
    return Compiled(node, _leaf(node, groups), (), _names(node), _compared(node))


def _names(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names_in(node)))


def _all(parts: tuple[Callable[[Facts], Truth], ...]) -> Callable[[Facts], Truth]:
    def weigh(facts: Facts) -> Truth:
        result = YES
        for part in parts:
            answer = part(facts)
            if answer is NO:
                return NO
            if answer is UNKNOWN:
                result = UNKNOWN
        return result

    return weigh


def _any(parts: tuple[Callable[[Facts], Truth], ...]) -> Callable[[Facts], Truth]:
    def weigh(facts: Facts) -> Truth:
        result = NO
        for part in parts:
            answer = part(facts)
            if answer is YES:
                return YES
            if answer is UNKNOWN:
                result = UNKNOWN
        return result

    return weigh


def _opposite(part: Callable[[Facts], Truth]) -> Callable[[Facts], Truth]:
    return lambda facts: ~part(facts)


def _leaf(node: Node, groups: Mapping[str, Group]) -> Callable[[Facts], Truth]:
    match node:
        case Const():
            value = node.value
            return lambda _facts: value if isinstance(value, Truth) else UNKNOWN
        case Name():
            return _named(node.path)
        case Member():
            return _member(node, groups)
        case Compare() if node.left.kind == "number":
            return _numbers(node)
        case Compare():
            return _words(node)
    message = f"{node.text!r} cannot be weighed by itself"
    raise TypeError(message)


def _named(path: str) -> Callable[[Facts], Truth]:
    def weigh(facts: Facts) -> Truth:
        value = facts.get(path)
        if isinstance(value, Truth):
            return value
        return NO if isinstance(value, Absent) else UNKNOWN

    return weigh


def _number(term: Term) -> Callable[[Facts], Bound | Absent | None]:
    """Give a function for a number: None where it is not known, Absent where there is none."""
    match term:
        case Const():
            constant = term.value if isinstance(term.value, Bound) else None
            return lambda _facts: constant
        case Name():
            path = term.path

            def look(facts: Facts) -> Bound | Absent | None:
                value = facts.get(path)
                return value if isinstance(value, Bound | Absent) else None

            return look
        case Arith():
            left, right = _number(term.left), _number(term.right)
            plus = term.op == "+"

            def join(facts: Facts) -> Bound | Absent | None:
                one, two = left(facts), right(facts)
                if isinstance(one, Absent) or isinstance(two, Absent):
                    return one if isinstance(one, Absent) else two
                if one is None or two is None:
                    return None
                return one + two if plus else one * two

            return join


def _numbers(node: Compare) -> Callable[[Facts], Truth]:
    left, right, op = _number(node.left), _number(node.right), node.op

    def weigh(facts: Facts) -> Truth:
        one, two = left(facts), right(facts)
        if isinstance(one, Bound) and isinstance(two, Bound):
            return compared(one, op, two)
        return NO if isinstance(one, Absent) or isinstance(two, Absent) else UNKNOWN

    return weigh


def compared(one: Bound, op: str, two: Bound) -> Truth:
    """Compare two numbers, known exactly or between bounds."""
    match op:
        case "<":
            return one.below(two)
        case ">":
            return two.below(one)
        case ">=":
            return ~one.below(two)
        case "<=":
            return ~two.below(one)
        case "==":
            return one.equals(two)
        case _:
            return ~one.equals(two)


def _word(term: Name | Const) -> Callable[[Facts], Value | None]:
    if isinstance(term, Const):
        constant = term.value
        return lambda _facts: constant
    path = term.path
    return lambda facts: facts.get(path)


def _each(value: Value | None, test: Callable[[str], Truth]) -> Truth:
    """Apply a test to a word; to any of several; an absent party answers no."""
    if isinstance(value, str):
        return test(value)
    if isinstance(value, Several):
        result = NO
        for _, one in value.values:
            answer = UNKNOWN if one is None else test(one)
            if answer is YES:
                return YES
            result = result | answer
        return result
    return NO if isinstance(value, Absent) else UNKNOWN


def _words(node: Compare) -> Callable[[Facts], Truth]:
    if not isinstance(node.left, Name | Const) or not isinstance(node.right, Name | Const):
        message = f"{node.text!r} does not compare words"
        raise TypeError(message)
    left, right, same = _word(node.left), _word(node.right), node.op == "=="

    def weigh(facts: Facts) -> Truth:
        two = right(facts)
        if not isinstance(two, str):
            return NO if isinstance(two, Absent) else UNKNOWN
        return _each(left(facts), lambda one: truth((one == two) is same))

    return weigh


def _member(node: Member, groups: Mapping[str, Group]) -> Callable[[Facts], Truth]:
    look = _word(node.item)
    if node.listed is not None:
        path = node.listed.path

        def listed(facts: Facts) -> Truth:
            value, pool = look(facts), facts.get(path)
            if not isinstance(pool, tuple):
                return UNKNOWN
            return _each(value, lambda one: truth(one in pool))

        return listed
    group = groups[node.group] if node.group is not None else Group("", frozenset(node.words))
    return lambda facts: _each(look(facts), group.inside)


def trace(compiled: Compiled, facts: Facts) -> list[Clause]:
    """Give every comparison of a condition with the values it compared, in reading order."""
    return [Clause(leaf.node.text, leaf.weigh(facts), leaf.compared(facts)) for leaf in compiled.leaves]


def _compared(node: Node) -> Callable[[Facts], tuple[object, ...]]:
    """Give a function for the values that a comparison compares."""
    match node:
        case Compare():
            left, right, op = _value(node.left), _value(node.right), node.op
            return lambda facts: (left(facts), op, right(facts))
        case Member():
            item = _value(node.item)
            place = node.group or (node.listed.path if node.listed else f"({', '.join(node.words)})")
            return lambda facts: (item(facts), "in", place)
        case Many() | Not():
            return lambda _facts: ()
        case _:
            value = _value(node)
            return lambda facts: (value(facts),)


def _value(term: Term) -> Callable[[Facts], object]:
    match term:
        case Const():
            shown = term.text if isinstance(term.value, str) else term.value
            return lambda _facts: shown
        case Name():
            path = term.path
            return lambda facts: facts.get(path)
        case Arith():
            return _number(term)


def unknown_names(compiled: Compiled, facts: Facts) -> list[str]:
    """Give the names whose values keep a condition from being answered, in reading order."""
    if compiled.weigh(facts) is not UNKNOWN:
        return []
    if compiled.parts:
        return [name for part in compiled.parts for name in unknown_names(part, facts)]
    found = []
    for name in compiled.names:
        value = facts.get(name)
        if isinstance(value, Several):
            found += [path for path, one in value.values if one is None]
        elif value is None or (isinstance(value, Bound) and value.exact is None) or value is UNKNOWN:
            found.append(name)
    return found


def unmet_names(compiled: Compiled, facts: Facts, wanted: Truth = YES) -> list[str]:
    """Give the names whose values keep a condition from being met: those not known, and those that say otherwise.

    What is ruled out by a fact that holds (`not military_end_use`) is not waiting to be met.
    """
    answer = compiled.weigh(facts)
    if answer is wanted:
        return []
    if isinstance(compiled.node, Not):
        return unmet_names(compiled.parts[0], facts, ~wanted)
    if compiled.parts:
        return [name for part in compiled.parts for name in unmet_names(part, facts, wanted)]
    if answer is UNKNOWN:
        return unknown_names(compiled, facts)
    return list(compiled.names) if wanted is YES else []
