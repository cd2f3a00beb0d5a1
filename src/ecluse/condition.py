"""The text of a condition into a tree: a safe subset of Python expressions.

A condition may say `and`, `or`, `not`, compare (`<` `<=` `>` `>=` `==` `!=`), ask membership
(`in`, `not in`) of a named set or of words written out, add and multiply. It names facts and
earlier provisions. It cannot call, index, divide, import or reach anything else.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.errors import BadCondition, nearest
from ecluse.truth import Truth, truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST, DEEPEST = 4000, 40
KINDS = ("truth", "number", "word", "words", "day")


@dataclass(frozen=True, slots=True)
class Const:
    """A number, a word or yes/no written in the text."""

    value: Bound | str | Truth
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A fact or an earlier provision, by its dotted name."""

    path: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Arith:
    """A sum (`+`) or a product (`*`) of two numbers."""

    left: Term
    op: str
    right: Term
    text: str
    kind: str = "number"


@dataclass(frozen=True, slots=True)
class Compare:
    """Two numbers or two words compared."""

    left: Term
    op: str
    right: Term
    text: str
    kind: str = "truth"


@dataclass(frozen=True, slots=True)
class Member:
    """A word in a named set (`group`), in words written out, or in a list that the line gives."""

    item: Name | Const
    group: str | None
    words: tuple[str, ...]
    listed: Name | None
    text: str
    kind: str = "truth"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Node
    text: str
    kind: str = "truth"


@dataclass(frozen=True, slots=True)
class Many:
    """All (`and`) or any (`or`) of several parts."""

    op: str
    parts: tuple[Node, ...]
    text: str
    kind: str = "truth"


Term = Const | Name | Arith
Node = Const | Name | Arith | Compare | Member | Not | Many
_OPS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def parse(text: str, names: Mapping[str, str], groups: Mapping[str, object]) -> Node:
    """Read a condition.

    `names` maps each fact or earlier provision to its kind (truth, number, word, words);
    `groups` holds the named sets. Raises BadCondition with the text and a caret.
    """
    if len(text) > LONGEST:
        message = f"the condition has {len(text)} characters; {LONGEST} are allowed: split it"
        raise BadCondition(message)
    flat = " ".join(text.split())
    try:
        tree = ast.parse(flat, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = (getattr(error, "offset", None) or 1) - 1
        raise _wrong(flat, column, f"this is no expression ({_reason(error)})") from None
    reader = _Reader(flat, names, groups)
    node = reader.node(tree.body, 0)
    if node.kind != "truth":
        raise _wrong(flat, 0, f"a condition answers yes or no, this is a {node.kind}")
    return node


def names_in(node: Node) -> Iterator[str]:
    """Give the dotted names that a condition reads, in reading order."""
    match node:
        case Name():
            yield node.path
        case Arith() | Compare():
            yield from names_in(node.left)
            yield from names_in(node.right)
        case Member():
            yield from names_in(node.item)
            if node.listed is not None:
                yield node.listed.path
        case Not():
            yield from names_in(node.part)
        case Many():
            for part in node.parts:
                yield from names_in(part)
        case _:
            return


def walk(node: Node) -> Iterator[Node]:
    """Give the node and all below it."""
    yield node
    match node:
        case Arith() | Compare():
            yield from walk(node.left)
            yield from walk(node.right)
        case Not():
            yield from walk(node.part)
        case Many():
            for part in node.parts:
                yield from walk(part)
        case _:
            return


def _reason(error: BaseException) -> str:
    return str(getattr(error, "msg", None) or error or type(error).__name__)


def _wrong(text: str, column: int, why: str) -> BadCondition:
    """Draw the text with a caret under the place."""
    start = max(0, column - 40)
    piece = text[start : start + 100]
    return BadCondition(f"{why}\n    {piece}\n    {' ' * (column - start)}^")


class _Reader:
    """Turns the tree of Python into ours, refusing all that is not understood."""

    def __init__(self, text: str, names: Mapping[str, str], groups: Mapping[str, object]) -> None:
        self.text, self.names, self.groups = text, names, groups
        self.raw = text.encode()

    def node(self, tree: ast.expr, depth: int) -> Node:
        """Read one expression."""
        if depth > DEEPEST:
            raise self.wrong(tree, f"nested more than {DEEPEST} deep: split it")
        match tree:
            case ast.BoolOp():
                parts = tuple(self.truthful(part, depth + 1) for part in tree.values)
                op = "and" if isinstance(tree.op, ast.And) else "or"
                return Many(op, parts, self.piece(tree))
            case ast.UnaryOp(op=ast.Not()):
                return Not(self.truthful(tree.operand, depth + 1), self.piece(tree))
            case ast.Compare():
                return self.compare(tree, depth)
            case ast.BinOp(op=ast.Add() | ast.Mult()):
                left, right = self.number(tree.left, depth), self.number(tree.right, depth)
                op = "+" if isinstance(tree.op, ast.Add) else "*"
                return Arith(left, op, right, self.piece(tree))
            case ast.Constant() | ast.Name() | ast.Attribute():
                return self.leaf(tree)
        raise self.wrong(tree, "the language of conditions has no such thing; see docs/write-a-provision.md")

    def leaf(self, tree: ast.expr) -> Const | Name:
        """Read a constant or a dotted name."""
        piece = self.piece(tree)
        if isinstance(tree, ast.Constant):
            match tree.value:
                case bool():
                    return Const(truth(tree.value), "truth", piece)
                case int():
                    return Const(exactly(tree.value), "number", piece)
                case float():
                    return Const(exactly(Decimal(piece.replace("_", ""))), "number", piece)
                case str():
                    return Const(tree.value, "word", piece)
            raise self.wrong(tree, "a constant is a number, a quoted word, True or False")
        path = self.path(tree)
        if path in self.groups:
            raise self.wrong(tree, f"{path} is a set: ask `... in {path}`")
        kind = self.names.get(path)
        if kind is None:
            hint = nearest(path, self.names)
            raise self.wrong(tree, f"no fact and no earlier provision is called {path!r}.{hint}")
        return Name(path, kind, piece)

    def path(self, tree: ast.expr) -> str:
        """Read `buyer.ultimate_parent.headquarters`."""
        match tree:
            case ast.Name():
                return tree.id
            case ast.Attribute():
                return f"{self.path(tree.value)}.{tree.attr}"
        raise self.wrong(tree, "expected a name, such as tpp or buyer.headquarters")

    def truthful(self, tree: ast.expr, depth: int) -> Node:
        """Read something that answers yes or no."""
        node = self.node(tree, depth)
        if node.kind != "truth":
            raise self.wrong(tree, f"expected something that answers yes or no, this is a {node.kind}")
        return node

    def number(self, tree: ast.expr, depth: int) -> Term:
        """Read a number."""
        node = self.node(tree, depth + 1)
        if node.kind != "number" or not isinstance(node, Const | Name | Arith):
            raise self.wrong(tree, f"expected a number, this is a {node.kind}")
        return node

    def compare(self, tree: ast.Compare, depth: int) -> Node:
        """Read a comparison; a chain (`2400 <= tpp < 4800`) is all of its pairs."""
        sides = [tree.left, *tree.comparators]
        pairs = [self.pair(sides[index], op, sides[index + 1], depth + 1) for index, op in enumerate(tree.ops)]
        return pairs[0] if len(pairs) == 1 else Many("and", tuple(pairs), self.piece(tree))

    def pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr, depth: int) -> Node:
        """Read one comparison of two sides."""
        text = f"{self.piece(left)} {self.sign(op, left)} {self.piece(right)}"
        if isinstance(op, ast.In | ast.NotIn):
            member = self.member(left, right, text, depth)
            return member if isinstance(op, ast.In) else Not(member, text)
        one, two = self.node(left, depth), self.node(right, depth)
        if not isinstance(one, Const | Name | Arith) or not isinstance(two, Const | Name | Arith):
            raise self.wrong(left, "compare numbers or words; join answers with and, or, not")
        sign = self.sign(op, left)
        if one.kind != two.kind or one.kind not in ("number", "word"):
            raise self.wrong(left, f"a {one.kind} cannot be compared with a {two.kind}")
        if one.kind == "word" and sign not in ("==", "!="):
            raise self.wrong(left, "words are compared with == or != or in")
        return Compare(one, sign, two, text)

    def sign(self, op: ast.cmpop, tree: ast.expr) -> str:
        """Name the operator."""
        if isinstance(op, ast.In | ast.NotIn):
            return "in" if isinstance(op, ast.In) else "not in"
        if type(op) not in _OPS:
            raise self.wrong(tree, "compare with < <= > >= == != in")
        return _OPS[type(op)]

    def member(self, left: ast.expr, right: ast.expr, text: str, depth: int) -> Member:
        """Read `destination in D5`, `kind in ('export', 'reexport')`, `'RPL' in exceptions_claimed`."""
        item = self.node(left, depth)
        if item.kind != "word" or not isinstance(item, Name | Const):
            raise self.wrong(left, f"only a word can be in a set, this is a {item.kind}")
        if isinstance(right, ast.Tuple):
            words = [self.leaf(part) for part in right.elts]
            if not words or any(not isinstance(word, Const) or word.kind != "word" for word in words):
                raise self.wrong(right, "write the words out in quotes: ('export', 'reexport')")
            return Member(item, None, tuple(str(word.value) for word in words if isinstance(word, Const)), None, text)
        path = self.path(right)
        if path in self.groups:
            return Member(item, path, (), None, text)
        if self.names.get(path) == "words":
            return Member(item, None, (), Name(path, "words", path), text)
        raise self.wrong(right, f"no set is called {path!r}.{nearest(path, self.groups)}")

    def piece(self, tree: ast.expr) -> str:
        """Give the text of an expression."""
        return self.raw[tree.col_offset : tree.end_col_offset].decode()

    def wrong(self, tree: ast.expr, why: str) -> BadCondition:
        """Point at the place."""
        return _wrong(self.text, tree.col_offset, why)
