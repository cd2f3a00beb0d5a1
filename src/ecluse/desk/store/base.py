"""How a batch runs on any store: read what it touches, answer each request, write back, commit."""

from __future__ import annotations

import json
import operator
from typing import TYPE_CHECKING, Any, Protocol

from ecluse.desk.apply import apply
from ecluse.desk.chain import canonical
from ecluse.desk.requests import make, note_needs, read
from ecluse.desk.state import Needs, State
from ecluse.desk.store.schema import APPENDED, TABLES, changing, insert, update
from ecluse.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from ecluse.desk.requests import Request

Row = tuple[Any, ...]
Asked = dict[str, Any] | InputError
SWEEP_AT_ONCE = 200


class Store(Protocol):
    """A place where the desk is kept; one of several databases."""

    address: str

    def ask(self, requests: Sequence[Request]) -> list[bytes]:
        """Answer requests in one transaction; when this returns, the answers are safe on disk."""

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """Read; parameters are marked by ? in the text."""

    def stream(self, sql: str, *parameters: object) -> Generator[Row]:
        """Read row by row, for what does not fit in memory."""

    def now(self) -> int:
        """Give the clock by which holds run out, in microseconds."""

    def close(self) -> None:
        """Let go."""


def parsed(requests: Sequence[Request]) -> list[tuple[Request, Asked]]:
    """Read requests once: each with its table, or with why it cannot be read."""
    found: list[tuple[Request, Asked]] = []
    for request in requests:
        try:
            found.append((request, read(request.raw)))
        except InputError as problem:
            found.append((request, problem))
    return found


def needs_of(requests: Sequence[tuple[Request, Asked]]) -> Needs:
    """Give the rows that requests have to see; what cannot be read needs none."""
    needs = Needs()
    for _, asked in requests:
        if isinstance(asked, dict):
            note_needs(asked, needs)
    return needs


def answer_all(state: State, requests: Sequence[tuple[Request, Asked]]) -> list[bytes]:
    """Answer requests one after the other on one state."""
    return [apply(state, request, asked) for request, asked in requests]


def due(rows: Sequence[Row]) -> list[Request]:
    """Give the requests that end the holds that have run out."""
    return [make("expire", f"expire:{row[0]}", "clock", reservation=str(row[0])) for row in rows]


def load(state: State, table: str, rows: Sequence[Row]) -> None:
    """Put rows that were read into a state."""
    record, key, columns = TABLES[table]
    place, into = columns.index(key), getattr(state, table)
    for row in rows:
        into[row[place]] = record(*row)


INSERT = {table: insert(table, "?") for table in TABLES}
UPDATE = {table: update(table, "?") for table in TABLES if table not in APPENDED}
CHANGING: dict[str, Callable[[object], Row]] = {name: operator.attrgetter(*changing(name)) for name in UPDATE}
VALUES: dict[str, Callable[[object], Row]] = {
    name: operator.attrgetter(*table.columns) for name, table in TABLES.items()
}


def changes(state: State) -> Iterator[tuple[str, dict[str, str], list[Row]]]:
    """Give the rows to write, by table, in an order that references allow; and by which statements.

    A row that was read is changed, any other added: two who add the same one collide on its key.
    """
    for table in state.made:
        rows = getattr(state, table)
        if state.made[table]:
            yield table, INSERT, [VALUES[table](rows[key]) for key in sorted(state.made[table])]
        if state.changed[table]:
            yield table, UPDATE, [CHANGING[table](rows[key]) for key in sorted(state.changed[table])]


def listed(names: tuple[str, ...]) -> str:
    """Write a list of names as JSON."""
    return canonical(list(names)).decode()


def told(answer: bytes) -> dict[str, Any]:
    """Read an answer."""
    return dict(json.loads(answer))
