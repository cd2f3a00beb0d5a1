"""The tables of the desk, once for both databases, and the queries that read what a batch needs.

The rules are functions over records; what stands here is the second line: checks, keys, and
triggers that refuse to change or delete what was recorded.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from ecluse.desk import records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecluse.desk.state import Needs

VERSION = 1


class Table(NamedTuple):
    """A table: its record, its key, and the columns of both."""

    record: type
    key: str
    columns: tuple[str, ...]


def _table(record: type, key: str) -> Table:
    return Table(record, key, tuple(field.name for field in dataclasses.fields(record)))


TABLES = {
    "person": _table(records.Person, "name"),
    "instrument": _table(records.Instrument, "id"),
    "account": _table(records.Account, "name"),
    "ratio": _table(records.Ratio, "id"),
    "entry": _table(records.Entry, "id"),
    "reservation": _table(records.Reservation, "id"),
    "dossier": _table(records.Dossier, "order_id"),
    "document": _table(records.Document, "sha256"),
    "mention": _table(records.Mention, "key"),
    "movement": _table(records.Movement, "account"),
    "event": _table(records.Event, "seq"),
    "head": _table(records.Head, "one"),
}

# NUMBER, BYTES and WITHOUT_ROWID are spelt by each database in its own way.
CREATE = """
CREATE TABLE person (name TEXT PRIMARY KEY, roles TEXT NOT NULL);
CREATE TABLE instrument (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, gate TEXT NOT NULL, issuer TEXT NOT NULL, holder TEXT, number TEXT,
  valid_from TEXT, valid_to TEXT, status TEXT NOT NULL, standing NUMBER NOT NULL, scope TEXT NOT NULL,
  terms TEXT NOT NULL, document TEXT);
CREATE TABLE account (
  name TEXT PRIMARY KEY, id NUMBER NOT NULL UNIQUE, instrument TEXT REFERENCES instrument,
  unit TEXT NOT NULL CHECK (unit IN ('piece', 'usd_cent', 'mtpp')),
  rule TEXT NOT NULL CHECK (rule IN ('limit', 'open', 'count')),
  cap NUMBER, tolerance NUMBER NOT NULL, top NUMBER,
  pending NUMBER NOT NULL CHECK (pending >= 0), posted NUMBER NOT NULL CHECK (posted >= 0),
  breached NUMBER NOT NULL, valid_from TEXT, valid_to TEXT, status TEXT NOT NULL,
  CHECK ((rule = 'limit') = (top IS NOT NULL)),
  CHECK (top IS NULL OR breached = 1 OR pending + posted <= top),
  CHECK (cap IS NULL OR top >= cap));
CREATE INDEX account_instrument ON account (instrument);
CREATE TABLE ratio (
  id TEXT PRIMARY KEY, num TEXT NOT NULL REFERENCES account, den TEXT NOT NULL REFERENCES account,
  k_num NUMBER, k_den NUMBER CHECK (k_den > 0), strict NUMBER NOT NULL, breached NUMBER NOT NULL,
  CHECK ((k_num IS NULL) = (k_den IS NULL)));
CREATE TABLE entry (
  id TEXT PRIMARY KEY, order_id TEXT NOT NULL, state TEXT NOT NULL, quantity NUMBER NOT NULL, unit_cents NUMBER,
  tpp_milli NUMBER, item TEXT NOT NULL, buyer TEXT, destination TEXT NOT NULL, analyst TEXT, may_pass TEXT,
  text TEXT NOT NULL, decision TEXT, changed_at NUMBER NOT NULL);
CREATE INDEX entry_order ON entry (order_id);
CREATE TABLE reservation (
  id TEXT PRIMARY KEY, line TEXT REFERENCES entry,
  state TEXT NOT NULL CHECK (state IN ('pending', 'posted', 'voided', 'expired')),
  made_at NUMBER NOT NULL, expires_at NUMBER, decision TEXT, draws TEXT NOT NULL, posted TEXT,
  CHECK ((state = 'posted') = (posted IS NOT NULL))) WITHOUT_ROWID;
CREATE INDEX reservation_due ON reservation (expires_at) WHERE state = 'pending' AND expires_at IS NOT NULL;
CREATE TABLE dossier (
  order_id TEXT PRIMARY KEY, exported_on TEXT, reexported_on TEXT, terminated_on TEXT, holds TEXT NOT NULL,
  erased_at NUMBER);
CREATE TABLE document (
  sha256 TEXT PRIMARY KEY, kind TEXT NOT NULL, order_id TEXT, body BYTES, added_at NUMBER NOT NULL);
CREATE INDEX document_order ON document (order_id);
CREATE TABLE mention (key TEXT PRIMARY KEY, kind TEXT NOT NULL, word TEXT NOT NULL, order_id TEXT NOT NULL);
CREATE INDEX mention_word ON mention (kind, word);
CREATE TABLE movement (
  account NUMBER NOT NULL REFERENCES account (id), valid_at NUMBER NOT NULL, event NUMBER NOT NULL,
  recorded_at NUMBER NOT NULL, reservation TEXT, d_pending NUMBER NOT NULL, d_posted NUMBER NOT NULL,
  PRIMARY KEY (account, valid_at, event)) WITHOUT_ROWID;
CREATE TABLE event (
  seq NUMBER PRIMARY KEY, id TEXT NOT NULL UNIQUE, recorded_at NUMBER NOT NULL, actor TEXT NOT NULL,
  kind TEXT NOT NULL, about TEXT, request BYTES NOT NULL, body BYTES, body_sha256 BYTES NOT NULL,
  prev BYTES NOT NULL, hash BYTES NOT NULL);
CREATE TABLE head (
  one NUMBER PRIMARY KEY CHECK (one = 1), seq NUMBER NOT NULL, hash BYTES NOT NULL, recorded_at NUMBER NOT NULL,
  last_account NUMBER NOT NULL);
"""
APPENDED = ("movement", "event")


def statements(number: str, raw: str, rowid: str) -> list[str]:
    """Give the statements that create the tables, in a database's own words."""
    text = CREATE.replace("NUMBER", number).replace("BYTES", raw).replace(" WITHOUT_ROWID", rowid)
    return [one.strip() for one in text.split(";\n") if one.strip()]


def insert(table: str, mark: str) -> str:
    """Write the statement that adds a row; a word by which an order is found may be there already."""
    columns = TABLES[table].columns
    again = " ON CONFLICT DO NOTHING" if table == "mention" else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))}){again}"


def update(table: str, mark: str) -> str:
    """Write the statement that changes a row, its key coming last.

    The number of an account never changes and is not set again: SQLite would look through all of
    its movements, which refer to it.
    """
    names = changing(table)[:-1]
    return f"UPDATE {table} SET {', '.join(f'{name} = {mark}' for name in names)} WHERE {TABLES[table].key} = {mark}"


def changing(table: str) -> tuple[str, ...]:
    """Give the columns that may change, and then the key."""
    _, key, columns = TABLES[table]
    fixed = (key, "id") if table == "account" else (key,)
    return (*(name for name in columns if name not in fixed), key)


class Query(NamedTuple):
    """A query of what a batch needs; `lists` are its parameters, each a list of keys."""

    table: str
    sql: str
    lists: tuple[tuple[str, ...], ...]


def select(table: str, where: str) -> str:
    """Write a query of whole rows."""
    return f"SELECT {', '.join(f't.{name}' for name in TABLES[table].columns)} FROM {table} t WHERE {where}"


# LIST and KEYS are spelt by each database: the members of a parameter, and the accounts of holds.
ACCOUNTS = """t.name IN (
  LIST
  UNION KEYS
  UNION SELECT num FROM ratio WHERE den IN (LIST) OR id IN (LIST) OR den IN (KEYS)
  UNION SELECT den FROM ratio WHERE num IN (LIST) OR id IN (LIST) OR num IN (KEYS)
  UNION SELECT name FROM account WHERE instrument IN (LIST)) ORDER BY t.id"""
# The short form serves a batch that names its accounts: no hold to look up, no paper to change.
PLAIN_ACCOUNTS = """t.name IN (
  LIST
  UNION SELECT num FROM ratio WHERE den IN (LIST)
  UNION SELECT den FROM ratio WHERE num IN (LIST)) ORDER BY t.id"""


def plain(needs: Needs) -> bool:
    """Does a batch touch accounts that it names, and nothing else?"""
    return not (
        needs.reservations or needs.ratios or needs.instruments or needs.entries or needs.dossiers or needs.documents
    )


def queries(needs: Needs) -> list[Query]:
    """Give what to read, in order: accounts first, since they are locked."""
    accounts, held, lines = _keys(needs.accounts), _keys(needs.reservations), _keys(needs.entries)
    ratios, papers, dossiers = _keys(needs.ratios), _keys(needs.instruments), _keys(needs.dossiers)
    found = []
    if held or ratios or papers:
        lists = (accounts, held, accounts, ratios, held, accounts, ratios, held, papers)
        found.append(Query("account", select("account", ACCOUNTS), lists))
    elif accounts:
        found.append(Query("account", select("account", PLAIN_ACCOUNTS), (accounts,) * 3))
    of_lines = "SELECT order_id FROM entry WHERE id IN (LIST)"
    of_holds = "SELECT e.order_id FROM entry e, reservation r WHERE e.id = r.line AND r.id IN (LIST)"
    lines_too = "t.id IN (LIST UNION SELECT line FROM reservation WHERE id IN (LIST)"
    simple = (
        ("reservation", "t.id IN (LIST)", (held,)),
        ("entry", f"{lines_too} UNION SELECT id FROM entry WHERE order_id IN (LIST))", (lines, held, dossiers)),
        ("dossier", f"t.order_id IN (LIST UNION {of_lines} UNION {of_holds})", (dossiers, lines, held)),
        ("document", "t.sha256 IN (LIST)", (_keys(needs.documents),)),
        ("person", "t.name IN (LIST)", (_keys(needs.persons),)),
    )
    found += [Query(table, select(table, where), lists) for table, where, lists in simple if any(lists)]
    if papers or lines:
        found.append(Query("instrument", select("instrument", "t.standing = 1 OR t.id IN (LIST)"), (papers,)))
    if accounts or held or ratios:
        # All ratios: there are few, and which of them count is a matter of the rules.
        found.append(Query("ratio", select("ratio", "1 = 1"), ()))
    return found


def _keys(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
