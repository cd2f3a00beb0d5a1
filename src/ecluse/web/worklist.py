"""What did not pass, and what would settle it: a book decided again with facts filled in.

A fill decides the rows that it touches. Where rows draw on papers, it takes the whole table through
the convoy, since what one row draws another lacks, in table order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecluse.convoy.book import Book
from ecluse.convoy.groups import group_of
from ecluse.convoy.run import Prepared, prepared
from ecluse.engine.missing import asked
from ecluse.lines import read_line
from ecluse.lock import decide
from ecluse.order import ROLES
from ecluse.tables.cells import nest, typed
from ecluse.tables.reading import Block, blocks
from ecluse.web.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ecluse.convoy import Options, Run
    from ecluse.convoy.answers import Answer

    Numbers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

SHOWN = ("id", "item.chip", "quantity", "origin", "destination", "buyer.name", "end_user.name")
SCOPES = ("buyer.name", "end_user.name", "item.chip", "destination")
WORDS = {1: "yes", 0: "no", -1: "unknown", 2: "not_applicable"}
UNREAD = "unread"
MOST_SAMPLES = 2_000
MOST_IDS = 500


@dataclass(frozen=True)
class Fill:
    """A fact filled in for some rows: where it goes, as it was said and as a cell; which rows; what turned.

    `turned` counts the rows by what their line answered before and after, `gate` the rows whose
    exporter's gate was not known before and is now.
    """

    fact: str
    path: str
    said: str
    cell: str
    scope: str
    rows: Numbers
    turned: tuple[tuple[str, str, int], ...] = ()
    gate: int = 0


@dataclass(eq=False)
class Work:
    """A book's rows with their answers now, and at first; row for row.

    `rows` are the numbers of the rows that could be read at first, `numbers` those of their answers,
    -1 for a row that can no longer be read.
    """

    rows: Numbers
    numbers: Numbers
    answers: list[Answer]
    cells: Mapping[str, pa.ChunkedArray]
    samples: Mapping[int, Mapping[str, object]]
    first: Mapping[str, int]
    fills: tuple[Fill, ...] = ()
    asks: dict[str, str] = field(default_factory=dict)

    def mask(self, chosen: Sequence[int]) -> Mask:
        """Say of each row whether its answer is one of those chosen."""
        return np.isin(self.numbers, np.array(chosen, dtype=np.int64))

    def lacking(self, fact: str) -> Mask:
        """Say of each row whether it is not known and lacks a fact."""
        return self.mask([at for at, one in enumerate(self.answers) if one.may_pass == -1 and fact in _parts(one)])

    def words(self) -> NDArray[np.str_]:
        """Give the word that each row answers."""
        told = [WORDS[one.may_pass] for one in self.answers]
        return np.array([*told, UNREAD])[self.numbers]

    def counts(self) -> Mapping[str, int]:
        """Count the rows by the word that they answer."""
        return _counted(self.words())


def _counted(words: NDArray[np.str_]) -> dict[str, int]:
    found = Counter(words.tolist())
    return {word: found[word] for word in ("yes", "no", "unknown", UNREAD) if found[word] or word != UNREAD}


def _parts(answer: Answer) -> list[str]:
    return answer.missing.split("; ") if answer.missing else []


def begun(options: Options, run: Run) -> Work:
    """Give the worklist of a decided book, nothing filled in yet."""
    return weighed(options, run, None, ())


def weighed(
    options: Options, run: Run, base: Work | None, fills: tuple[Fill, ...], touched: Numbers | None = None
) -> Work:
    """Take a book through the convoy, with facts filled in; `base` is its work before.

    `touched` names the rows for which another fill holds than in the work before; None: all.
    """
    made = prepared(options)
    held = set(made.paths.values())
    wanted = dict.fromkeys(path for fill in fills for path in _places(fill.path, held))
    fresh = {path: f"ecluse:{path}" for path in wanted if path not in held}
    paths = made.paths | {column: path for path, column in fresh.items()}
    columns = {path: column for column, path in paths.items()}
    book = Book(paths, run.ruling, decimal=made.decimal, words=made.words)
    if base is None or _drawing(paths, run):
        touched = None
    rows, numbers = [], []
    cells: dict[str, list[pa.ChunkedArray]] = {}
    samples: dict[int, dict[str, object]] = {}
    for whole in blocks(made.source):
        block = whole if touched is None else _some(whole, touched)
        if touched is not None and not len(block.rows):
            continue
        table = _filled(block, fills, columns)
        passed = book.passed(Block(table, block.rows))
        kept = ~np.isin(block.rows, [one.row for one in passed.rejects])
        rows.append(block.rows[kept])
        numbers.append(passed.answers.astype(np.int64))
        for path in SHOWN:
            if path in columns and path not in fresh:
                cells.setdefault(path, []).append(_texts(passed.table.column(columns[path])))
        _sample(samples, passed.table, passed.answers, paths)
    work = Work(
        _joined(rows),
        _joined(numbers),
        list(book.answers),
        {
            path: pa.chunked_array([chunk for one in parts for chunk in one.chunks], pa.string())
            for path, parts in cells.items()
        },
        samples,
        {},
        fills,
    )
    if base is None:
        work.first = work.counts()
        return work
    return _aligned(work, base, base.rows if touched is None else touched)


def _drawing(paths: Mapping[str, str], run: Run) -> bool:
    """May rows draw on a paper, of the table or of the evidence, so that one's answer hangs on another?"""
    papers = run.lock.evidence.papers
    filed = any(one.status == "granted" or one.kind == "exception notice" for one in papers)
    # The column of that name says only that there are none.
    return filed or any(group_of(path) == "papers" and path != "authorisations" for path in paths.values())


def _some(block: Block, touched: Numbers) -> Block:
    """Keep some rows of a block."""
    kept = np.isin(block.rows, touched)
    return Block(block.table.filter(pa.array(kept)), block.rows[kept])


def _joined(parts: list[Numbers]) -> Numbers:
    return np.concatenate(parts).astype(np.int64) if parts else np.empty(0, dtype=np.int64)


def _aligned(work: Work, base: Work, touched: Numbers) -> Work:
    """Lay new answers over those of the work before; a row that can no longer be read is -1."""
    answers = list(base.answers)
    known = {answer: number for number, answer in enumerate(answers)}
    turned = np.empty(len(work.answers), dtype=np.int64)
    samples = dict(base.samples)
    for number, answer in enumerate(work.answers):
        if answer not in known:
            known[answer] = len(answers)
            answers.append(answer)
        turned[number] = known[answer]
        if number in work.samples:
            samples.setdefault(known[answer], work.samples[number])
    numbers = base.numbers.copy()
    numbers[np.isin(base.rows, touched)] = -1
    numbers[np.searchsorted(base.rows, work.rows)] = turned[work.numbers]
    return Work(base.rows, numbers, answers, base.cells, samples, base.first, work.fills, base.asks)


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_nested(column.type):
        return pa.chunked_array([pa.array([None if one is None else str(one) for one in column.to_pylist()])])
    return column.cast(pa.string())


def _places(path: str, held: Collection[str]) -> list[str]:
    """Give the paths to which a fill may go: its own, and where one role stands for another, the other's."""
    role, _, rest = path.partition(".")
    if role not in ROLES or f"{role}.same_as" not in held:
        return [path]
    return [path, *(f"{other}.{rest}" for other in ROLES if other != role)]


def _filled(block: Block, fills: Sequence[Fill], columns: Mapping[str, str]) -> pa.Table:
    """Write what was filled in into the empty cells of its rows."""
    table = block.table
    for fill in fills:
        here = np.isin(block.rows, fill.rows)
        role = fill.path.partition(".")[0]
        for path in _places(fill.path, columns):
            chosen = here
            if f"{role}.same_as" in columns and role in ROLES:
                stands = path.partition(".")[0]
                told = _texts(table.column(columns[f"{role}.same_as"]))
                chosen = here & (np.asarray(pc.fill_null(told, role).to_numpy()) == stands)
            table = _written(table, columns[path], chosen, fill.cell)
    return table


def _written(table: pa.Table, name: str, chosen: Mask, cell: str) -> pa.Table:
    """Write a cell into the rows chosen of a column, where it is empty; a column that is not there begins empty."""
    there = name in table.column_names
    held = _texts(table.column(name)) if there else pa.chunked_array([pa.nulls(len(table), pa.string())])
    value = pc.if_else(pc.and_(pa.array(chosen), pc.is_null(held)), cell, held)
    value = value if isinstance(value, pa.ChunkedArray) else pa.chunked_array([value])
    return table.set_column(table.column_names.index(name), name, value) if there else table.append_column(name, value)


def _sample(
    samples: dict[int, dict[str, object]], table: pa.Table, answers: NDArray[Any], paths: Mapping[str, str]
) -> None:
    """Keep one row of each answer, to put its questions in words."""
    used, first = np.unique(answers, return_index=True)
    for number, at in zip(used.tolist(), first.tolist(), strict=True):
        if number not in samples and len(samples) < MOST_SAMPLES:
            row = table.slice(at, 1).to_pylist()[0]
            samples[number] = {paths[name]: value for name, value in row.items() if name in paths}


@dataclass(frozen=True)
class Group:
    """Rows that lack one fact: how many it settles alone (the exporter's gate), and how many lack it."""

    fact: str
    settles: int
    lacks: int


def groups(work: Work) -> list[Group]:
    """Give the facts that rows lack, the most useful first."""
    counts = np.bincount(work.numbers[work.numbers >= 0], minlength=len(work.answers)).tolist()
    settles: Counter[str] = Counter()
    lacks: Counter[str] = Counter()
    for answer, count in zip(work.answers, counts, strict=True):
        if answer.may_pass != -1 or not count:
            continue
        for name in dict.fromkeys(_parts(answer)):
            lacks[name] += count
        for name in answer.settles:
            settles[name] += count
    found = [Group(name, settles[name], lacks[name]) for name in lacks]
    return sorted(found, key=lambda one: (-one.settles, -one.lacks, one.fact))


def shut(work: Work) -> list[tuple[str, str, str, int]]:
    """Give what shuts rows: the provisions, the gate, the review policy, the rows; most rows first."""
    counts = np.bincount(work.numbers[work.numbers >= 0], minlength=len(work.answers)).tolist()
    found: Counter[tuple[str, str, str]] = Counter()
    for answer, count in zip(work.answers, counts, strict=True):
        if answer.may_pass == 0 and count:
            found[answer.decided_by, answer.binding_gate or "", answer.policy or ""] += count
    return [(*key, count) for key, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))]


def shut_by(work: Work, decided_by: str) -> Mask:
    """Say of each row whether it is shut by just these provisions."""
    return work.mask([at for at, one in enumerate(work.answers) if one.may_pass == 0 and one.decided_by == decided_by])


def scopes(work: Work, chosen: Mask, most: int = 12) -> list[tuple[str, str, int]]:
    """Give the buyers, users, chips and destinations among some rows: path, value, rows."""
    found = []
    for path in SCOPES:
        if path in work.cells:
            told = Counter(work.cells[path].filter(pa.array(chosen)).drop_null().to_pylist()).most_common(most)
            found += [(path, str(value), count) for value, count in told]
    return found


def table_of(work: Work, chosen: Mask, most: int) -> list[dict[str, Any]]:
    """Give the first of some rows with what tells them apart, and their answers."""
    told = []
    for at in np.flatnonzero(chosen)[:most].tolist():
        cells = {path: column[at].as_py() for path, column in work.cells.items()}
        number = int(work.numbers[at])
        answer = work.answers[number] if number >= 0 else None
        told.append(
            {"row": int(work.rows[at]), **cells}
            | {
                "may_pass": WORDS[answer.may_pass] if answer else UNREAD,
                "exporter": WORDS[answer.exporter] if answer else None,
                "importer": WORDS[answer.importer] if answer else None,
                "decided_by": answer.decided_by.split("; ") if answer and answer.decided_by else [],
                "missing": _parts(answer) if answer else [],
            }
        )
    return told


def filled(options: Options, run: Run, work: Work, one: Fill) -> Work:
    """Fill a fact in, decide again, and say what turned."""
    after = weighed(options, run, work, (*work.fills, one), one.rows)
    here = np.isin(work.rows, one.rows) | (work.words() != after.words())
    turned = Counter(zip(work.words()[here].tolist(), after.words()[here].tolist(), strict=True))
    gate = _open_gate(work) & ~_open_gate(after) & (after.numbers >= 0)
    told = Fill(
        one.fact, one.path, one.said, one.cell, one.scope, one.rows,
        tuple((old, new, count) for (old, new), count in turned.most_common()), int(gate.sum()),
    )  # fmt: skip
    after.fills = (*work.fills, told)
    return after


def _open_gate(work: Work) -> Mask:
    return work.mask([at for at, one in enumerate(work.answers) if one.exporter == -1])


def scoped(work: Work, fact: str, scope: str) -> Numbers:
    """Give the numbers of the rows that lack a fact, all or those of one buyer, user, chip or destination."""
    chosen = work.lacking(fact)
    if scope:
        path, _, value = scope.partition("=")
        if path not in SCOPES or path not in work.cells:
            raise Problem(422, f"scope: {scope[:80]!r} is none of {', '.join(SCOPES)}")
        chosen &= np.asarray(pc.fill_null(pc.equal(work.cells[path], value), False).to_numpy(), dtype=bool)  # noqa: FBT003
    return work.rows[chosen]


def question(work: Work, options: Options, run: Run, fact: str) -> str:
    """Give the question that a missing fact asks, in the words of a line that lacks it."""
    if fact not in work.asks:
        known = run.lock.library.facts.get(fact)
        work.asks[fact] = known.ask if known else asked(fact)
        if known is None:
            for number, answer in enumerate(work.answers):
                if fact in _parts(answer) and number in work.samples:
                    work.asks |= _asks(work.samples[number], prepared(options), run)
                    break
    return work.asks[fact]


def _asks(row: Mapping[str, object], made: Prepared, run: Run) -> dict[str, str]:
    """Decide one row as a line, and take the questions that it asks."""
    from ecluse.tables.paths import kind_of  # noqa: PLC0415

    facts = run.lock.library.facts
    cells = []
    for path, raw in row.items():
        words = made.words.get(path, {})
        cells.append((path, typed(str(kind_of(path, facts)), words.get(str(raw), raw), made.decimal)))
    line = read_line(nest(cells), "the row", facts)
    ruling = run.ruling
    told = decide(
        line,
        run.lock,
        on=ruling.on or line.on or ruling.today,
        known=ruling.known,
        reading=ruling.reading,
        lists=ruling.lists,
        cleared=ruling.cleared,
    )
    return {one.fact: one.ask for gate in (told.exporter, told.importer) for one in gate.missing}


def questions(work: Work) -> Iterator[tuple[Group, str, int, list[str]]]:
    """Give what is left to ask: the fact, the buyer (empty where not stated), the rows, their ids or numbers."""
    buyers = _coded(work.cells["buyer.name"]) if "buyer.name" in work.cells else None
    for group in groups(work):
        places = np.flatnonzero(work.lacking(group.fact))
        codes = buyers[0][places] if buyers else np.zeros(len(places), dtype=np.int64)
        for code, count in Counter(codes.tolist()).most_common():
            first = places[codes == code][:MOST_IDS]
            yield group, buyers[1][code] if buyers else "", count, _named(work, first)


def _coded(column: pa.ChunkedArray) -> tuple[Numbers, list[str]]:
    """Give a column as the place of each row's word in a list of words; an empty cell is the empty word."""
    found = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    return found.indices.to_numpy().astype(np.int64), [str(word) for word in found.dictionary.to_pylist()]


def _named(work: Work, places: Numbers) -> list[str]:
    ids = work.cells["id"].take(places).to_pylist() if "id" in work.cells else [None] * len(places)
    return [f"row {row}" if one is None else str(one) for one, row in zip(ids, work.rows[places].tolist(), strict=True)]
