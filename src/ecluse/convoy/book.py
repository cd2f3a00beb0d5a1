"""Blocks of a table through the lock: rows to situations, situations to answers, answers to rows."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from ecluse.bounds import Bound, exactly
from ecluse.convoy.amounts import ONE, SOME, Quantities, price, prices
from ecluse.convoy.answers import Answer, ahead, together
from ecluse.convoy.balances import Balances
from ecluse.convoy.classes import Sorter, days, quantity_matters
from ecluse.convoy.exporters import Exporters
from ecluse.convoy.groups import Group, Wrong, group_of
from ecluse.convoy.importers import Importers, Licences, Met
from ecluse.convoy.things import GROUPS, situation
from ecluse.lock import EARLIER_ACTS
from ecluse.tables.cells import PLAIN, Marks
from ecluse.tables.coding import Classes, Codes, Distinct, Keys, coded
from ecluse.tables.paths import kind_of
from ecluse.tables.reading import Reject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.convoy.things import Ruling, Situation
    from ecluse.order import Line, Money
    from ecluse.tables.reading import Block


# Columns as the place of each row's value among the distinct ones, and those, by path.
Values = dict[str, tuple[Codes, list[object]]]
# Columns that a summary counts.
COUNTED = ("item.chip", "destination")


@dataclass(frozen=True)
class Passed:
    """A block with its answers: the rows that were read, each with the number of its answer.

    `told` holds, for the columns that a summary counts, the values and each row's place among them.
    """

    table: pa.Table
    answers: Codes
    rejects: list[Reject]
    originals: tuple[str, ...] | None
    told: Mapping[str, tuple[Codes, list[object]]]


@dataclass(frozen=True)
class Taken:
    """A block whose rows are sorted into cases of both gates; they wait to be answered (`Book.settle`).

    `early` says which rows act before shipment; `draws` holds, by row, those that draw on a paper.
    The table is without rows where nobody needs them any more.
    """

    table: pa.Table
    exporters: Codes
    importers: Codes
    early: Codes
    draws: Mapping[int, Draw]
    rejects: list[Reject]
    originals: tuple[str, ...] | None
    told: Mapping[str, tuple[Codes, list[object]]]


class Draw(NamedTuple):
    """A row that draws on a paper: its situation, quantity and unit price."""

    one: Situation
    quantity: Bound
    price: Money | None


class Book:
    """A table on its way through the lock. It keeps what it has met: classes, things, situations, answers."""

    def __init__(
        self,
        paths: Mapping[str, str],
        ruling: Ruling,
        *,
        decimal: Marks = PLAIN,
        words: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """`paths` says which path each column of the table holds, `words` what a user's own words mean, by path.

        `decimal` says how texts write numbers and days.
        """
        self.paths, self.ruling = dict(paths), ruling
        facts = ruling.lock.library.facts
        self.kinds = {path: str(kind_of(path, facts)) for path in self.paths.values()}
        self.decimal = decimal
        # With papers to draw on, uses and exact days tell rows apart as well.
        filed = any(one.status == "granted" or one.kind == "exception notice" for one in ruling.lock.evidence.papers)
        papers = filed or any(group_of(path) == "papers" for path in self.kinds)
        sorter = Sorter(
            ruling.lock, self.kinds, decimal=decimal, papers=papers, words=words, whole=ruling.lists is not None
        )
        sorted_ = [path for path in self.kinds if path == "on" or group_of(path)]
        self.classes = {path: Classes(sorter.of(path)) for path in sorted_}
        self.groups = {name: self._group(name) for name in GROUPS}
        self.alone, self.beside = quantity_matters(ruling.lock)
        self.steps = days(ruling.lock)
        # With lists, each party's own days count: they are told apart where parties are screened.
        self.exact_days = (
            papers
            or ruling.lists is not None
            or any(kind == "day" and path != "on" for path, kind in self.kinds.items())
        )
        self.days: list[dt.date] = []
        self.day_of: dict[dt.date, int] = {}
        self.quantities: list[Bound] = [ONE, SOME]
        self.quantity_of: dict[Bound, int] = {}
        self.exporters = Exporters(ruling, self.groups, self.days, self.quantities)
        met = Met(ruling, self.groups, self.days, sorter.name)
        self.importers, self.licences = Importers(met), Licences(met)
        self.balances = Balances(ruling, self.groups)
        self.keys = Keys(3)
        self.answered: list[int] = []
        self.distinct: Distinct[Answer] = Distinct()
        self.answers = self.distinct.values

    def _group(self, name: str) -> Group:
        paths = tuple(path for path in self.kinds if group_of(path) == name)
        return Group(name, paths, tuple(self.classes[path] for path in paths), self.ruling.lock.library.facts)

    def passed(self, block: Block) -> Passed:
        """Take a block through by itself."""
        taken = self.take(block)
        self.settle()
        return self.give(taken)

    def coded(self, block: Block) -> Values:
        """Give the columns that are sorted as places among their values; what was met before plays no part."""
        return {path: coded(block.table.column(name)) for name, path in self.paths.items() if path in self.classes}

    def take(self, block: Block, values: Values | None = None, *, lean: bool = False) -> Taken:
        """Sort the rows of a block into cases, and keep aside what cannot be read.

        `values` are the columns coded, if they are; `lean` lets go of the rows.
        """
        table, size = block.table, len(block.table)
        columns = {path: table.column(column) for column, path in self.paths.items() if path != "id"}
        values = values or self.coded(block)
        codes = {path: self.classes[path].of(found).take(places) for path, (places, found) in values.items()}
        wrong: dict[int, tuple[str, str]] = {}
        things = []
        for group in self.groups.values():
            things.append(group.numbers([codes[path] for path in group.paths], size))
            spoiled = group.wrong()[things[-1]]
            if spoiled.any():
                wrong = {int(at): group.why(things[-1][at]) for at in np.flatnonzero(spoiled)} | wrong
        amounts = Quantities(columns, size, self.decimal)
        day, late = self._days(codes.get("on"), size)
        wrong = late | prices(columns, self.decimal) | amounts.wrong | wrong
        kept = np.delete(np.arange(size), list(wrong)) if wrong else np.arange(size)
        measured = self._measured(amounts, things[GROUPS.index("facts")])
        originals = block.originals
        if wrong:
            things, day, measured = [one[kept] for one in things], day[kept], measured[kept]
            table = table.take(pa.array(kept))
            originals = originals and tuple(originals[at] for at in kept)
        sorted_ = dict(zip(GROUPS, things, strict=True))
        exporters, importers, draws = self._cases(sorted_, day, measured)
        drawing = {
            at: Draw(
                situation(sorted_, at, self.days[day[at]], ONE),
                amounts.at(int(kept[at])),
                price(columns, int(kept[at]), self.decimal),
            )
            for at in np.flatnonzero(draws).tolist()
        }
        rejects = [_reject(block, columns, at, *why) for at, why in wrong.items()]
        aside = sorted((*block.spoiled, *rejects), key=lambda one: one.row)
        counted = {path: (found[0][kept], found[1]) for path, found in values.items() if path in COUNTED}
        early = self._early().take(sorted_["route"])
        kept_rows = table.schema.empty_table() if lean else table
        return Taken(kept_rows, exporters, importers, early, drawing, aside, originals, counted)

    def _cases(self, things: dict[str, Codes], days: Codes, measured: Codes) -> tuple[Codes, Codes, Codes]:
        """Give the case of each row at both gates, and whether it draws on a paper."""
        if not len(days):
            return days, days, days
        held, draws = self.licences.of(things, days)
        return self.exporters.cases(things, days, held, measured), self.importers.cases(things, days), draws

    def _early(self) -> Codes:
        lines = self.groups["route"].lines
        return np.array([not isinstance(one, Wrong) and one.act in EARLIER_ACTS for one in lines], dtype=np.int8)

    def settle(self) -> None:
        """Answer the cases that wait, all together."""
        self.exporters.settle()
        self.importers.settle()

    def give(self, taken: Taken) -> Passed:
        """Give each row its answer; rows that draw on a paper are answered one by one, in order."""
        answers: Codes = np.empty(0, dtype=np.int32)
        if len(taken.exporters):
            exporters = self.exporters.numbers(taken.exporters)
            importers = self.importers.numbers(taken.importers)
            ids, fresh = self.keys.ids([exporters, importers, taken.early])
            for at in fresh:
                exporter, importer = (
                    self.exporters.gates.values[exporters[at]],
                    self.importers.gates.values[importers[at]],
                )
                told = together(ahead(exporter) if taken.early[at] else exporter, importer)
                self.answered.append(self.distinct.number(told))
            answers = np.array(self.answered, dtype=np.int32).take(ids)
        for at, draw in taken.draws.items():
            answers[at] = self.distinct.number(self.balances.answer(*draw))
        return Passed(taken.table, answers, taken.rejects, taken.originals, taken.told)

    def _days(self, codes: Codes | None, size: int) -> tuple[Codes, dict[int, tuple[str, str]]]:
        """Give the number of the span of days in which each row's day falls; in one span, one law."""
        ruling = self.ruling
        if ruling.on is not None or codes is None:
            return np.full(size, self._day(ruling.on or ruling.today), dtype=np.int64), {}
        classes = self.classes["on"]
        spans = [self._day(one if isinstance(one, dt.date) else ruling.today) for one in classes.first]
        wrong = {
            int(at): ("on", classes.wrong[int(codes[at])]) for at in np.flatnonzero(np.isin(codes, list(classes.wrong)))
        }
        return np.array(spans, dtype=np.int64).take(codes), wrong

    def _day(self, day: dt.date) -> int:
        """Give the number of a day's span; its first day stands for it."""
        if not self.exact_days:
            step = bisect_right(self.steps, day)
            day = self.steps[step - 1] if step else self.steps[0] - dt.timedelta(days=1)
        if day not in self.day_of:
            self.day_of[day] = len(self.days)
            self.days.append(day)
        return self.day_of[day]

    def _measured(self, amounts: Quantities, facts: Codes) -> Codes:
        """Give the number of each row's quantity where one condition or more reads it; else whether it is exact."""
        found = amounts.vague()
        lines = self.groups["facts"].lines
        compares = [self.alone or (bool(self.beside) and _states(one, self.beside)) for one in lines]
        if not any(compares):
            return found
        rows = np.flatnonzero(np.array(compares, dtype=bool)[facts])
        distinct, place = np.unique(amounts.plain[rows], return_inverse=True)
        numbers = np.array([self._quantity(exactly(int(one))) for one in distinct], dtype=np.int64)
        found[rows] = numbers[place] if len(rows) else found[rows]
        vague = np.flatnonzero(amounts.low > 0)
        for at in set(rows.tolist()) & {*amounts.others, *vague.tolist()}:
            found[at] = self._quantity(amounts.at(at))
        return found

    def _quantity(self, bound: Bound) -> int:
        if bound not in self.quantity_of:
            self.quantity_of[bound] = len(self.quantities)
            self.quantities.append(bound)
        return self.quantity_of[bound]


def _states(line: Line | Wrong, facts: frozenset[str]) -> bool:
    return not isinstance(line, Wrong) and facts <= set(line.facts)


def _reject(block: Block, columns: Mapping[str, pa.ChunkedArray], at: int, field: str, why: str) -> Reject:
    """Write down a row that cannot be read, with the cell that spoils it where there is one."""
    cell = columns[field][at].as_py() if field in columns else None
    return Reject(int(block.rows[at]), field, "" if cell is None else str(cell)[:200], why)
