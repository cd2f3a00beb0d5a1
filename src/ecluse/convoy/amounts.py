"""The cells that nearly every row has of its own: quantities and prices, checked in columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecluse.bounds import Bound, exactly
from ecluse.errors import BadLine
from ecluse.order import Money
from ecluse.reading import Reader
from ecluse.tables.cells import PLAIN, typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from ecluse.tables.cells import Marks
    from ecluse.tables.coding import Codes

Wrongs = dict[int, tuple[str, str]]
QUANTITY = ("quantity", "quantity.at_least", "quantity.at_most")
AMOUNT = re.compile(r"\d{1,18}(\.\d{1,6})?\Z")
CURRENCY = re.compile(r"[A-Z]{3}\Z")
# Whole numbers of so many digits fit a column of integers.
_PLAIN = r"^\d{1,15}$"
VAGUE = 1
LARGEST = 2**62
# Stand for any quantity, where none tells rows apart.
ONE, SOME = exactly(1), Bound(1, None)


class Quantities:
    """The quantity of each row: a whole number in `plain`, a floor in `low` (0 where there is none), or in `others`."""

    others: dict[int, Bound]
    wrong: Wrongs

    def __init__(self, columns: Mapping[str, pa.ChunkedArray], size: int, decimal: Marks) -> None:
        self.plain: Codes = np.zeros(size, dtype=np.int64)
        self.low: Codes = np.zeros(size, dtype=np.int64)
        self.others, self.wrong = {}, {}
        present = [path for path in QUANTITY if path in columns]
        if "quantity" in present:
            self.plain = _whole(columns["quantity"])
        doubtful = self.plain < 1
        if "quantity.at_least" in present:
            # The commonest bound, a floor alone, needs no closer look.
            floor = _whole(columns["quantity.at_least"])
            alone = floor > 0
            for path in ("quantity", "quantity.at_most"):
                alone &= _empty(columns[path]) if path in columns else True
            self.low = np.where(alone, floor, 0)
            doubtful = (doubtful | ~_empty(columns["quantity.at_least"])) & ~alone
        if "quantity.at_most" in present:
            doubtful |= ~_empty(columns["quantity.at_most"])
        for at in np.flatnonzero(doubtful).tolist():
            cells = {path: columns[path][at].as_py() for path in present}
            try:
                bound = _bound(cells, decimal)
            except BadLine as problem:
                self.wrong[at] = (problem.field or "quantity", problem.why)
                continue
            if bound.exact is not None and bound.exact < LARGEST:
                self.plain[at] = int(bound.exact)
            else:
                self.others[at] = bound

    def at(self, row: int) -> Bound:
        """Give the quantity of a row."""
        if self.low[row]:
            return Bound(int(self.low[row]), None)
        return self.others.get(row) or exactly(int(self.plain[row]))

    def vague(self) -> Codes:
        """Say of each row whether its quantity is exact or a bound."""
        found = np.zeros(len(self.plain), dtype=np.int64)
        found[list(self.others)] = VAGUE
        found[self.low > 0] = VAGUE
        return found


def _empty(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(column.is_null().to_numpy(), dtype=bool)


def _whole(column: pa.ChunkedArray) -> Codes:
    """Give a column as whole numbers, 0 wherever that is not plain to see."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        plain = pc.match_substring_regex(column, _PLAIN)
        column = pc.if_else(pc.fill_null(plain, False), column, "0").cast(pa.int64())  # noqa: FBT003 - Arrow's own
    elif pa.types.is_floating(kind):
        good = pc.and_(pc.equal(column, pc.floor(column)), pc.less(column, 1e15))
        column = pc.if_else(pc.fill_null(good, False), column, 0.0).cast(pa.int64())  # noqa: FBT003 - Arrow's own
    elif pa.types.is_unsigned_integer(kind):
        column = pc.if_else(pc.less(column, 2**62), column, 0).cast(pa.int64())
    elif not pa.types.is_integer(kind):
        return np.zeros(len(column), dtype=np.int64)
    found = pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
    return np.asarray(np.maximum(found, 0), dtype=np.int64)


def _bound(cells: Mapping[str, object], decimal: Marks) -> Bound:
    """Read the quantity of one row as an order line reads it. Raises BadLine."""
    values: dict[str, object] = {}
    for path, raw in cells.items():
        try:
            value = typed("whole", raw, decimal)
        except ValueError as problem:
            raise _bad(path, str(problem)) from None
        if value is not None:
            values[path.partition(".")[2]] = value
    single = values.pop("", None)
    if single is not None and values:
        msg = "quantity"
        raise _bad(msg, "is given both as a number and as a bound")
    table = {} if single is None and not values else {"quantity": values if single is None else single}
    bound = Reader(table, "", BadLine).number("quantity", whole=True)
    if bound is None:
        msg = "quantity"
        raise _bad(msg, "is missing: how many units?")
    if bound.exact == 0:
        msg = "quantity"
        raise _bad(msg, "is 0, expected at least one unit")
    return bound


def _bad(field: str, why: str) -> BadLine:
    problem = BadLine(why)
    problem.field, problem.why = field, why
    return problem


def prices(columns: Mapping[str, pa.ChunkedArray], decimal: Marks) -> Wrongs:
    """Give the rows whose price is none: an amount as digits and a currency of three letters, both or neither."""
    amount, currency = columns.get("unit_price.amount"), columns.get("unit_price.currency")
    if amount is None and currency is None:
        return {}
    size = len(next(column for column in (amount, currency) if column is not None))
    stated = [np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)]
    wrong: Wrongs = {}
    for place, (path, column, test) in enumerate(
        (("unit_price.amount", amount, AMOUNT), ("unit_price.currency", currency, CURRENCY))
    ):
        if column is None:
            continue
        wrong |= {at: (path, why) for at, why in _misfits(path, column, test, decimal)}
        stated[place] = pc.is_valid(column).to_numpy()
    for at in np.flatnonzero(stated[0] != stated[1]).tolist():
        lacking = "unit_price.currency" if stated[0][at] else "unit_price.amount"
        wrong.setdefault(at, (lacking, "is missing: a price is an amount and a currency"))
    return wrong


def price(columns: Mapping[str, pa.ChunkedArray], row: int, decimal: Marks) -> Money | None:
    """Give the unit price of a row that was checked."""
    amount, currency = columns.get("unit_price.amount"), columns.get("unit_price.currency")
    if amount is None or currency is None or amount[row].as_py() is None:
        return None
    return Money(str(typed("amount", amount[row].as_py(), decimal)), str(currency[row].as_py()))


def _misfits(path: str, column: pa.ChunkedArray, test: re.Pattern[str], decimal: Marks) -> Iterator[tuple[int, str]]:
    kind = column.type
    if pa.types.is_integer(kind):
        places = np.flatnonzero(pc.fill_null(pc.less(column, 0), False).to_numpy())  # noqa: FBT003 - Arrow's own
        yield from ((int(at), f"is {column[int(at)].as_py()}, expected digits such as 27000.00") for at in places)
        return
    if pa.types.is_nested(kind):
        yield from ((at, "is no amount") for at in range(len(column)))
        return
    if pa.types.is_dictionary(kind):
        yield from _misfit_words(path, column, test, decimal)
        return
    texts = column.cast(pa.string())
    # With other marks, figures that look right at once may mean something else: only digits alone do not.
    plain = path.endswith("currency") or (decimal.decimal, decimal.thousands) == (PLAIN.decimal, PLAIN.thousands)
    pattern = test.pattern.replace(r"\Z", "$") if plain else r"\d{1,18}$"
    fits = pc.match_substring_regex(texts, f"^{pattern}")
    for at in np.flatnonzero(~pc.fill_null(fits, True).to_numpy()):  # noqa: FBT003 - Arrow's own
        raw = column[int(at)].as_py()
        try:
            value = typed("amount", raw, decimal)
        except ValueError as problem:
            yield int(at), str(problem)
            continue
        if value is not None and not test.match(str(value)):
            wanted = 'a code such as "USD"' if path.endswith("currency") else 'digits such as "27000.00"'
            yield int(at), f"is {raw!r}, expected {wanted}"


def _misfit_words(
    path: str, column: pa.ChunkedArray, test: re.Pattern[str], decimal: Marks
) -> Iterator[tuple[int, str]]:
    """Test each word of a dictionary once."""
    start = 0
    for chunk in column.chunks:
        words = pa.chunked_array([chunk.dictionary])
        wrong = dict(_misfits(path, words, test, decimal))
        if wrong:
            places = pc.fill_null(chunk.indices, -1).to_numpy()
            for at in np.flatnonzero(np.isin(places, list(wrong))):
                yield start + int(at), wrong[int(places[at])]
        start += len(chunk)
