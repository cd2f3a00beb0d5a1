"""The desk in PostgreSQL, for teams: accounts locked in the order of their numbers, rules as everywhere.

READ COMMITTED is enough, since whatever a rule looks at is locked before it is read. One exchange
reads under lock, a second writes and commits. The head of the chain is locked last, so that writers
follow one another.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import psycopg

from ecluse.desk.apply import seen_before
from ecluse.desk.records import START, Head
from ecluse.desk.state import State
from ecluse.desk.store import base, schema
from ecluse.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from ecluse.desk.requests import Request

LIST = "SELECT unnest(%s::text[])"
KEYS = f"SELECT jsonb_object_keys(r.draws::jsonb) FROM reservation r WHERE r.id IN ({LIST})"
NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
TRIES = 20
_LOCKED = _HEAD_LOCKED = "FOR UPDATE OF t"
_GUARDS = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% never changes', TG_TABLE_NAME; END $$;
CREATE FUNCTION only_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.body IS NOT NULL OR to_jsonb(NEW) - 'body' <> to_jsonb(OLD) - 'body' THEN
    RAISE EXCEPTION '% never changes; only its body may be erased', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER movement_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON movement EXECUTE FUNCTION refuse();
CREATE TRIGGER event_kept BEFORE DELETE OR TRUNCATE ON event EXECUTE FUNCTION refuse();
CREATE TRIGGER event_fixed BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION only_erase();
CREATE TRIGGER document_kept BEFORE DELETE OR TRUNCATE ON document EXECUTE FUNCTION refuse();
CREATE TRIGGER document_fixed BEFORE UPDATE ON document
FOR EACH ROW WHEN (NEW.body IS NOT NULL AND NEW.body <> OLD.body) EXECUTE FUNCTION refuse();
"""


def _connect(address: str) -> psycopg.Connection[tuple[Any, ...]]:
    try:
        # Plans are kept from the first use: the same few statements come over and over.
        return psycopg.connect(address, prepare_threshold=1)
    except psycopg.OperationalError as problem:
        message = f"{_without_password(address)}: no PostgreSQL answers there: {str(problem).strip()}."
        raise DeskError(message) from None


def _without_password(address: str) -> str:
    head, at, tail = address.rpartition("@")
    user = head.rpartition("//")[2].partition(":")[0]
    return f"postgresql://{user}{at}{tail}" if at else address


def create(address: str) -> None:
    """Make an empty desk in a database. Raises DeskError where one is there."""
    with contextlib.closing(_connect(address)) as connection:
        if connection.execute("SELECT to_regclass('event')").fetchone() != (None,):
            message = f"{_without_password(address)}: a desk is there already; name an empty database."
            raise DeskError(message)
        for statement in schema.statements("BIGINT", "BYTEA", ""):
            connection.execute(statement.encode())
        connection.execute(_GUARDS)
        connection.execute(_sql(schema.insert("head", "%s")), base.VALUES["head"](START))
        connection.commit()


def _sql(text: str) -> bytes:
    """Give a statement as bytes: all of it is ours, every value travels as a parameter."""
    return text.replace("KEYS", KEYS).replace("LIST", LIST).encode()


def _locks(query: schema.Query) -> bool:
    return query.table == "account"


class PostgresStore:
    """One desk in a database. `clock` None: the database's own. `sweep` off leaves run-out holds be."""

    def __init__(self, address: str, clock: Callable[[], int] | None = None, *, sweep: bool = True) -> None:
        self.address = _without_password(address)
        self._given, self._clock, self._sweep = address, clock, sweep
        self._write = _connect(address)
        self._reader: psycopg.Connection[tuple[Any, ...]] | None = None
        if self._write.execute("SELECT to_regclass('event')").fetchone() == (None,):
            message = f"{self.address}: no desk is there; `ecluse desk init --at {self.address}` makes one."
            raise DeskError(message)
        self._write.rollback()

    def now(self) -> int:
        """Give the clock by which holds run out, in microseconds."""
        return self._clock() if self._clock else int(str(self.rows(NOW)[0][0]))

    def ask(self, requests: Sequence[Request]) -> list[bytes]:
        """Answer requests in one transaction; when this returns, the answers are safe on disk.

        Two who use one id at once collide on its key; the one who comes second asks again and gets
        the answer of the first.
        """
        for _ in range(TRIES):
            try:
                return self._commit(requests)
            except (
                psycopg.errors.UniqueViolation,
                psycopg.errors.DeadlockDetected,
                psycopg.errors.SerializationFailure,
            ):
                self._write.rollback()
            except BaseException:
                if not self._write.broken:
                    self._write.rollback()
                raise
        message = f"{self.address}: others hold the same rows over and over; try again."
        raise DeskError(message)

    def _commit(self, requests: Sequence[Request]) -> list[bytes]:
        late = base.due(self._due()) if self._sweep else []
        every = base.parsed([*late, *requests])
        state = self._load(every)
        answers = base.answer_all(state, every)
        with self._write.pipeline():
            self._save(state)
            self._write.commit()
        return answers[len(late) :]

    def _due(self) -> list[base.Row]:
        sql = (
            f"SELECT id FROM reservation WHERE state = 'pending' AND expires_at <= coalesce(%s, ({NOW})) "
            "ORDER BY expires_at LIMIT %s"
        )
        now = self._clock() if self._clock else None
        return self._write.execute(sql.encode(), (now, base.SWEEP_AT_ONCE)).fetchall()

    def _load(self, every: Sequence[tuple[Request, base.Asked]]) -> State:
        """Read under lock, in one exchange: accounts in the order of their numbers, then the head."""
        needs = base.needs_of(every)
        found: list[tuple[str, psycopg.Cursor[tuple[Any, ...]]]] = []
        queries = schema.queries(needs)
        with self._write.pipeline():
            found += [(one.table, self._cursor(f"{one.sql} {_LOCKED}", one.lists)) for one in queries if _locks(one)]
            head = self._cursor(f"{schema.select('head', '1 = 1')} {_HEAD_LOCKED}", ())
            clock = None if self._clock else self._cursor(NOW, ())
            seen = self._cursor("SELECT id, request, body FROM event WHERE id IN (LIST)", (tuple(sorted(needs.ids)),))
            found += [(one.table, self._cursor(one.sql, one.lists)) for one in queries if not _locks(one)]
        top = Head(*head.fetchone())  # type: ignore[misc]
        now = self._clock() if self._clock else int(clock.fetchone()[0])  # type: ignore[union-attr,index]
        state = State(max(now, top.recorded_at), top)
        for table, cursor in found:
            base.load(state, table, cursor.fetchall())
        for name, request, body in seen.fetchall():
            state.seen[name] = seen_before(request, body)
        return state

    def _cursor(self, sql: str, lists: Sequence[Sequence[str]]) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._write.execute(_sql(sql), [list(names) for names in lists], prepare=True)

    def _save(self, state: State) -> None:
        for table, statements, rows in base.changes(state):
            self._many(statements[table], rows)
        if state.events:
            self._many(base.INSERT["event"], [base.VALUES["event"](row) for row in state.events])
            self._many(base.UPDATE["head"], [base.CHANGING["head"](state.head)])
        if state.movements:
            self._many(base.INSERT["movement"], [base.VALUES["movement"](row) for row in state.movements])
        self._erase(state.erase)

    def _many(self, statement: str, rows: Sequence[base.Row]) -> None:
        sql = statement.replace("?", "%s").encode()
        if len(rows) == 1:
            self._write.execute(sql, rows[0], prepare=True)
        else:
            self._write.cursor().executemany(sql, rows)

    def _erase(self, orders: Sequence[str]) -> None:
        for order in orders:
            self._write.execute("UPDATE document SET body = NULL WHERE order_id = %s", (order,))
            self._write.execute("UPDATE event SET body = NULL WHERE about = %s AND kind <> 'erase'", (order,))

    def _reading(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._reader is None or self._reader.closed:
            self._reader = _connect(self._given)
            self._reader.read_only = True
        return self._reader

    def rows(self, sql: str, *parameters: object) -> list[base.Row]:
        """Read; parameters are marked by ? in the text."""
        connection = self._reading()
        try:
            return connection.execute(sql.replace("?", "%s").encode(), parameters).fetchall()
        finally:
            connection.rollback()

    def stream(self, sql: str, *parameters: object) -> Generator[base.Row]:
        """Read row by row."""
        with _connect(self._given) as connection, connection.cursor(name="stream") as cursor:
            connection.read_only = True
            cursor.itersize = 5000
            cursor.execute(sql.replace("?", "%s").encode(), parameters)
            yield from cursor

    def close(self) -> None:
        """Let go of the connections."""
        self._write.close()
        if self._reader is not None:
            self._reader.close()
