"""Rows into small numbers: each distinct value of a column once, each distinct row of columns once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

# Whole numbers of whatever width, one a row.
Codes = NDArray[np.integer[Any]]
Value = TypeVar("Value")
EMPTY = 0
EPOCH = dt.date(1970, 1, 1)
# Days that lie no further apart are coded by counting.
MOST_DAYS = 1 << 16


def coded(column: pa.ChunkedArray) -> tuple[Codes, list[object]]:
    """Give a column as the place of each row's value in a list of distinct values; empty cells last.

    The list's last value is None.
    """
    kind = column.type
    if pa.types.is_nested(kind):
        return _one_by_one(column)
    if pa.types.is_boolean(kind):
        return pc.fill_null(column.cast(pa.uint8()), 2).to_numpy(), [False, True, None]
    if pa.types.is_date32(kind):
        return _days(column)
    if not pa.types.is_dictionary(kind):
        column = column.dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], kind).dictionary_encode()
    values = _values(whole.dictionary)
    places = pc.fill_null(whole.indices, len(values)) if whole.null_count else whole.indices
    return places.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), [*values, None]


def _days(column: pa.ChunkedArray) -> tuple[Codes, list[object]]:
    """Code days by how long after the first of them they are."""
    ends = pc.min_max(column)
    if not ends["min"].is_valid:
        return np.zeros(len(column), dtype=np.int32), [None]
    first, last = (ends[end].cast(pa.int32()).as_py() for end in ("min", "max"))
    if last - first > MOST_DAYS:
        return coded(column.dictionary_encode())
    days = pc.fill_null(column.cast(pa.int32()), last + 1).to_numpy() - np.int32(first)
    there = np.flatnonzero(np.bincount(days, minlength=last - first + 2)[:-1])
    place = np.full(last - first + 2, len(there), dtype=np.int32)
    place[there] = np.arange(len(there), dtype=np.int32)
    values = [EPOCH + dt.timedelta(days=first + int(day)) for day in there]
    return place.take(days), [*values, None]


def _values(distinct: pa.Array) -> list[object]:
    if distinct.type in (pa.float32(), pa.float16()):
        # A short float is written shortest in its own width: 0.7, not 0.699999988079071.
        return [Decimal(str(one)) for one in distinct.to_numpy(zero_copy_only=False)]
    return list(distinct.to_pylist())


def _one_by_one(column: pa.ChunkedArray) -> tuple[Codes, list[object]]:
    places: dict[str, int] = {}
    values: list[object] = []
    codes = np.empty(len(column), dtype=np.int32)
    for at, value in enumerate(column.to_pylist()):
        key = repr(value)
        if value is None:
            codes[at] = -1
            continue
        if key not in places:
            places[key] = len(values)
            values.append(value)
        codes[at] = places[key]
    codes[codes < 0] = len(values)
    return codes, [*values, None]


@dataclass
class Distinct(Generic[Value]):
    """Values by number, in the order met, each once."""

    values: list[Value] = field(default_factory=list)
    index: dict[Value, int] = field(default_factory=dict)

    def number(self, value: Value) -> int:
        """Give the number of a value."""
        if value not in self.index:
            self.index[value] = len(self.values)
            self.values.append(value)
        return self.index[value]


@dataclass
class Classes:
    """The values of one column, sorted into classes that no condition tells apart; class 0 is the empty cell.

    `sort` gives a value's class as a key that hashes, or raises ValueError with why the value cannot be
    read. `first` holds the first value seen of each class, None for one that cannot be read, whose
    reason is in `wrong`.
    """

    sort: Callable[[object], tuple[Hashable, object]]
    seen: dict[Hashable, int] = field(default_factory=dict)
    keys: dict[Hashable, int] = field(default_factory=dict)
    first: list[object] = field(default_factory=lambda: [None])
    wrong: dict[int, str] = field(default_factory=dict)

    def of(self, values: Sequence[object]) -> Codes:
        """Give the class of each value."""
        return np.array([self._one(value) for value in values], dtype=np.int32)

    def _one(self, raw: object) -> int:
        if raw is None:
            return EMPTY
        known: Hashable = (type(raw), raw) if not isinstance(raw, dict | list) else repr(raw)
        found = self.seen.get(known)
        if found is None:
            found = self._fresh(raw)
            self.seen[known] = found
        return found

    def _fresh(self, raw: object) -> int:
        try:
            key, value = self.sort(raw)
        except ValueError as problem:
            place = len(self.first)
            self.first.append(None)
            self.wrong[place] = str(problem)
            return place
        if value is None:
            return EMPTY
        if key not in self.keys:
            self.keys[key] = len(self.first)
            self.first.append(value)
        return self.keys[key]


@dataclass
class Level:
    """One step of a trie: from a node and a class to the next node."""

    table: np.ndarray[tuple[int, int], np.dtype[np.int32]]
    # Where nearly every step is another, a table of all would be mostly empty: steps are kept by hashing.
    sparse: Keys | None = None


class Trie:
    """Numbers each distinct row of classes, exactly, however many classes come later.

    A row walks down one table a column, from node to node; a step that nobody took yet makes a node.
    """

    def __init__(self, columns: int) -> None:
        self.levels = [Level(np.full((1, 2), -1, dtype=np.int32)) for _ in range(columns)]
        self.parents: list[list[tuple[int, int]]] = [[] for _ in range(columns)]
        self.count = 1 if not columns else 0

    def walk(self, columns: Sequence[Codes], size: int) -> Codes:
        """Give the number of each row; `columns` holds the classes, one array a column."""
        at: Codes = np.zeros(size, dtype=np.int32)
        above = 1
        for place, classes in enumerate(columns):
            at = self._step(place, at, classes, above)
            above = len(self.parents[place])
        self.count = above
        return at

    def _step(self, place: int, at: Codes, classes: Codes, above: int) -> Codes:
        level = self.levels[place]
        most = int(classes.max(initial=0)) + 1
        height, width = level.table.shape
        if level.sparse is None and _room(above, height) * _room(most, width) > MOST_CELLS:
            steps = np.array(self.parents[place], dtype=np.int64).reshape(-1, 2)
            level.sparse, level.table = Keys.met([steps[:, 0], steps[:, 1]]), level.table[:1, :1]
        if level.sparse is not None:
            found, fresh = level.sparse.ids([at, classes])
            self.parents[place] += zip(at[fresh].tolist(), classes[fresh].tolist(), strict=True)
            return found
        if above > height or most > width:
            grown = np.full((_room(above, height), _room(most, width)), -1, dtype=np.int32)
            grown[:height, :width] = level.table
            level.table = grown
            width = grown.shape[1]
        if width == 1:
            flat = at.astype(np.int64)
        else:
            flat = at * np.int64(width)
            flat += classes
        table = level.table.ravel()
        found = table.take(flat)
        if found.min(initial=0) < 0:
            steps = np.unique(flat[found < 0])
            table[steps] = np.arange(len(self.parents[place]), len(self.parents[place]) + len(steps), dtype=np.int32)
            self.parents[place] += [divmod(int(step), width) for step in steps]
            found = table.take(flat)
        return found

    def row(self, number: int) -> tuple[int, ...]:
        """Give the classes of a numbered row."""
        classes = []
        for steps in reversed(self.parents):
            number, one = steps[number]
            classes.append(one)
        return tuple(reversed(classes))


def _room(needed: int, there: int) -> int:
    return there if needed <= there else max(needed, 2 * there)


class Keys:
    """Numbers each distinct row of several numbers, exactly, by hashing; for products too large for a trie."""

    def __init__(self, columns: int) -> None:
        self.width = columns
        self.bits = [1] * columns
        self.rows: list[Codes] = [np.empty(0, dtype=np.int64) for _ in range(columns)]
        self.count = 0
        # Where a row is too wide for one number, its halves are numbered, and the pair of them.
        self.halves: tuple[Keys, Keys] | None = None

    @classmethod
    def met(cls, columns: Sequence[Codes]) -> Self:
        """Give keys that have met distinct rows, in their order."""
        found = cls(len(columns))
        found.rows, found.count = list(columns), len(columns[0])
        found.bits = [max(1, int(one.max(initial=0)).bit_length()) for one in columns]
        return found

    def ids(self, columns: Sequence[Codes]) -> tuple[Codes, Codes]:
        """Give the number of each row, and the places of the rows that were met first now, in number order."""
        if self.halves is None:
            for place, column in enumerate(columns):
                self.bits[place] = max(self.bits[place], int(column.max(initial=0)).bit_length())
            if sum(self.bits) > MOST_BITS and self.width > 1:
                self._halve()
        if self.halves is not None:
            columns = self._paired(self.halves, columns)
        known = pl.DataFrame({"key": self._packed(self.rows), "id": np.arange(self.count, dtype=np.int32)})
        here = pl.DataFrame({"key": self._packed(columns)})
        found = here.join(known, on="key", how="left", maintain_order="left")["id"]
        fresh = np.empty(0, dtype=np.int64)
        if found.null_count():
            places = np.flatnonzero(found.is_null().to_numpy())
            keys, first, back = np.unique(here["key"].to_numpy()[places], return_index=True, return_inverse=True)
            fresh = places[first]
            numbers = found.fill_null(0).to_numpy().copy()
            numbers[places] = self.count + back
            self.rows = [np.concatenate([old, new[fresh]]) for old, new in zip(self.rows, columns, strict=True)]
            self.count += len(keys)
            return numbers, fresh
        return found.to_numpy(), fresh

    def _halve(self) -> None:
        """Number the halves of rows from now on, those met before among them."""
        middle = len(self.bits) // 2
        self.halves = Keys(middle), Keys(len(self.bits) - middle)
        self.rows = self._paired(self.halves, self.rows)
        self.bits = [HALF_BITS, HALF_BITS]

    @staticmethod
    def _paired(halves: tuple[Keys, Keys], columns: Sequence[Codes]) -> list[Codes]:
        middle = halves[0].width
        return [halves[0].ids(columns[:middle])[0], halves[1].ids(columns[middle:])[0]]

    def _packed(self, columns: Sequence[Codes]) -> Codes:
        packed = columns[0].astype(np.int64)
        for bits, column in zip(self.bits[1:], columns[1:], strict=True):
            packed <<= bits
            packed |= column
        return packed


MOST_BITS, HALF_BITS = 63, 31
# A table of steps holds no more cells than this, four bytes each.
MOST_CELLS = 1 << 24


class Sorted:
    """Numbers in classes: those of one class have the same signature on a day, and nothing tells them apart.

    `sign` gives the signatures of numbers on days, each as a pair of both by number; it is asked once for each pair.
    """

    def __init__(self, sign: Callable[[Sequence[tuple[int, int]]], Sequence[Hashable]]) -> None:
        self.sign = sign
        self.trie = Trie(2)
        self.index: dict[Hashable, int] = {}
        self.classes: list[int] = []

    def of(self, days: Codes, numbers: Codes) -> Codes:
        """Give the class of each row's number on its day."""
        pairs = self.trie.walk([days, numbers], len(numbers))
        fresh = [(one[0], one[1]) for one in map(self.trie.row, range(len(self.classes), self.trie.count))]
        if fresh:
            self.classes += [self.index.setdefault(one, len(self.index)) for one in self.sign(fresh)]
        return np.array(self.classes, dtype=np.int32).take(pairs)


def each(sign: Callable[[int, int], Hashable]) -> Callable[[Sequence[tuple[int, int]]], Sequence[Hashable]]:
    """Sign pairs one by one."""
    return lambda pairs: [sign(day, number) for day, number in pairs]
