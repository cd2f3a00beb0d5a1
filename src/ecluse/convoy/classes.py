"""Values that nothing in the law or the evidence tells apart, so that rows become few situations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse import evidence
from ecluse.condition import Compare, Const, Member, Name, names_in, walk
from ecluse.convoy.groups import group_of
from ecluse.countries import COUNTRIES
from ecluse.order import name_key
from ecluse.tables.cells import PLAIN, Marks, frozen, typed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from ecluse.condition import Node
    from ecluse.lock import Lock
    from ecluse.provision import Version

    Sort = Callable[[object], tuple[Hashable, object]]

# Fields that no provision and no report reads; they are checked, and tell no rows apart.
UNREAD = ("address", "ultimate_parent.name", "via", "use")
COUNTRY = ("origin", "destination", "country", "headquarters")
# What a screen reads of a party, its parent and owners.
SCREENED = ("name", "country", "headquarters")
NUMBERS = ("quantity", "order_tpp")
ANY = True


class Sorter:
    """How the values of each column fall into classes, for one lock."""

    def __init__(
        self,
        lock: Lock,
        kinds: dict[str, str],
        *,
        decimal: Marks = PLAIN,
        papers: bool = False,
        words: Mapping[str, Mapping[str, str]] | None = None,
        whole: bool = False,
    ) -> None:
        """`kinds` says what each path holds, `words` which of a user's own words stand for ours, by path.

        With `whole`, names and countries of parties are kept apart, since lists are held against them.
        """
        self.whole = whole
        self.lock, self.kinds, self.decimal, self.papers = lock, kinds, decimal, papers
        self.own = words or {}
        self.words = frozenset(_words(lock))
        self.read = frozenset(name for version in _versions(lock) for name in _names(version))
        self.firms = frozenset(_firms(lock))
        self.places: dict[str, Hashable] = {}

    def of(self, path: str) -> Sort:
        """Give the function that sorts a column's values."""
        kind = self.kinds[path]
        last = path.rpartition(".")[2]
        judge: Callable[[object], Hashable] = frozen
        if self.whole and group_of(path) == "parties" and last in SCREENED:
            judge = frozen
        elif any(path == name or path.endswith(f".{name}") for name in UNREAD) and not {path, last} & self.read:
            judge = frozen if self.papers or last == "via" else _alike
        elif last in COUNTRY:
            judge = self._place
        elif last == "name" and not self.papers:
            judge = self.name

        words = self.own.get(path, {})

        def sort(raw: object) -> tuple[Hashable, object]:
            value = typed(kind, words.get(str(raw), raw) if words else raw, self.decimal)
            return (None, None) if value is None else (judge(value), value)

        return sort

    def _place(self, value: object) -> Hashable:
        """Sort a country by the sets it is in, on whatever day; one that conditions name stands alone."""
        code = str(value)
        if code not in COUNTRIES or code in self.words:
            return code
        if code not in self.places:
            groups = self.lock.library.groups.values()
            self.places[code] = frozenset((one.id, str(each)) for one in groups for each in _of(one.members, code))
        return self.places[code]

    def name(self, value: object) -> Hashable:
        """Sort a party's name: those that provisions, papers or reports know stand alone."""
        if not isinstance(value, str):
            return frozen(value)
        key = name_key(value)
        firm = self.lock.evidence.words.firm(value)
        words = key.split(" ")
        begins = any(" ".join(words[:size]) in self.words for size in range(1, len(words) + 1)) or (
            not key.isascii() and any(key[:size] in self.words for size in range(2, len(key)))
        )
        if begins or key in self.firms or firm in self.firms:
            return key, firm
        return ANY


def _alike(value: object) -> Hashable:
    return isinstance(value, str) or frozen(value)


def _of(members: tuple[object, ...], code: str) -> Iterator[object]:
    """Give the memberships of a code, the code itself left out."""
    for one in members:
        if getattr(one, "code", None) == code:
            yield tuple(getattr(one, name) for name in ("sure", "perhaps", "known", "end_known"))


def _versions(lock: Lock) -> Iterator[Version]:
    return (version for provision in lock.library.provisions for version in provision.versions)


def _nodes(version: Version) -> Iterator[Node]:
    for node in (version.when, version.met, version.doubt):
        if node is not None:
            yield from walk(node)


def _names(version: Version) -> Iterator[str]:
    for node in (version.when, version.met, version.doubt):
        if node is not None:
            yield from names_in(node)


def _words(lock: Lock) -> Iterator[str]:
    """Give every word that a condition, a set of names, or the importer's gate spells out."""
    yield from ("CN", "US")
    for code, like in lock.library.same_as.items():
        yield from (code, like)
    for version in _versions(lock):
        for node in _nodes(version):
            match node:
                case Const() if isinstance(node.value, str):
                    yield node.value
                case Compare():
                    yield from (str(side.value) for side in (node.left, node.right) if isinstance(side, Const))
                case Member():
                    yield from node.words
    for paper in lock.evidence.papers:
        yield from paper.destinations
    for group in lock.library.groups.values():
        yield from (one.code for one in group.members if one.code not in COUNTRIES)


def _firms(lock: Lock) -> Iterator[str]:
    """Give the names that reports and papers know."""
    base = lock.evidence
    yield from base.words.firms
    yield from base.words.firms.values()
    for names in base.named.values():
        yield from names
    for paper in base.papers:
        yield from (name_key(name) for name in (*paper.parties, *((paper.holder,) if paper.holder else ())))


def days(lock: Lock) -> tuple[dt.date, ...]:
    """Give every day on which a text, a set, a report or a paper begins or ends to count."""
    return tuple(sorted({*lock.library.days(), *evidence.days(lock.evidence)}))


def quantity_matters(lock: Lock) -> tuple[bool, frozenset[str]]:
    """Say whether a condition reads the quantity by itself, and which facts it is held against.

    A condition that holds it against facts which a row does not state answers alike for every quantity.
    """
    alone, beside = False, set()
    for version in _versions(lock):
        for node in _nodes(version):
            if not isinstance(node, Compare):
                continue
            names = {inner.path for inner in walk(node) if isinstance(inner, Name)}
            if names & set(NUMBERS):
                alone = alone or not names - set(NUMBERS)
                beside |= names - set(NUMBERS)
    return alone, frozenset(beside)
