"""Where the desk is kept: a folder with SQLite, or an address of PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from ecluse.errors import DeskError

if TYPE_CHECKING:
    from types import ModuleType

    from ecluse.desk.store.base import Store

ADDRESSES = ("postgresql://", "postgres://")


def is_address(at: str) -> bool:
    """Is it an address of PostgreSQL, and no folder?"""
    return at.startswith(ADDRESSES)


def _postgres() -> ModuleType:
    """Bring in what speaks with PostgreSQL: an extra, for those who use it. Raises DeskError."""
    try:
        from ecluse.desk.store import postgres  # noqa: PLC0415 - an extra
    except ImportError:
        message = "a desk in PostgreSQL needs the driver psycopg: install ecluse[postgres]."
        raise DeskError(message) from None
    return postgres


def create(at: str) -> None:
    """Make an empty desk. Raises DeskError where one is there."""
    if is_address(at):
        _postgres().create(at)
    else:
        from ecluse.desk.store import sqlite  # noqa: PLC0415

        sqlite.create(Path(at))


def connect(at: str) -> Store:
    """Open a desk; whoever opens a folder this way has to be its one writer. Raises DeskError."""
    if is_address(at):
        return cast("Store", _postgres().PostgresStore(at))
    from ecluse.desk.store import sqlite  # noqa: PLC0415

    return sqlite.SqliteStore(Path(at))


def read(at: str) -> Store:
    """Open a desk for reading only; it refuses to be asked. Raises DeskError."""
    if is_address(at):
        return cast("Store", _postgres().PostgresStore(at))
    from ecluse.desk.store import sqlite  # noqa: PLC0415

    return sqlite.Reader(Path(at))
