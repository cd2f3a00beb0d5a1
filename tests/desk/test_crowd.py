"""Eight processes on tight limits: what was acknowledged, what moved, and what the account says are one sum."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from ecluse.desk.audit import verify
from ecluse.desk.reads import every
from ecluse.desk.records import Account
from ecluse.desk.requests import make
from ecluse.desk.store import postgres, sqlite
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ecluse.desk.store.base import Store
    from tests.desk.server import Server

CROWD, EACH, LIMIT = 8, 40, 150
ACCOUNTS = [
    {"name": "q", "unit": "piece", "cap": LIMIT},
    {"name": "num", "unit": "mtpp", "rule": "count"},
    {"name": "den", "unit": "mtpp", "rule": "count"},
]
RATIO = {"id": "half", "num": "num", "den": "den", "k_num": 1, "k_den": 2}


def filled(store: Store, base: int = 100) -> None:
    """Put a supervisor, a tight limit and a ratio with a base into a new desk."""
    store.ask(
        [
            make("person", "person", "sue", name="sue", roles=["supervisor"]),
            make("instrument", "paper", "sue", instrument="P", kind="licence", status="granted", accounts=ACCOUNTS,
                 ratios=[RATIO]),
            make("tally", "base", "sue", amounts={"den": base}, reason="shipped at home"),
        ]
    )  # fmt: skip


def worker(do: str, at: str, mode: str, prefix: str, count: int = EACH) -> subprocess.Popen[str]:
    """Start a process that asks."""
    command = [sys.executable, "-m", "tests.desk.worker", do, at, mode, prefix, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def crowd(do: str, at: str, mode: str = "good", count: int = EACH) -> list[str]:
    """Let eight processes ask at once; give the lines that were acknowledged.

    With a planted defect a process may also run into a check of the database: that is being found.
    """
    running = [worker(do, at, mode, f"w{n}", count) for n in range(CROWD)]
    lines = []
    for one in running:
        out, err = one.communicate(timeout=120)
        if mode != "good" and any(word in err for word in ("violates check", "CHECK constraint", "UNIQUE constraint")):
            lines.append(f"found-by-the-database {10**7}")
        else:
            assert one.returncode == 0, err
        lines += out.splitlines()
    return lines


def sums(store: Store, acknowledged: list[str]) -> tuple[int, int, int]:
    """Give three sums that must be one: acknowledged, moved, and what the account says."""
    told = sum(int(line.split()[1]) for line in acknowledged)
    account = next(one for one in every(store, Account) if one.name == "q")
    moved = store.rows("SELECT sum(d_pending + d_posted) FROM movement WHERE account = ?", account.id)[0][0]
    return told, int(moved), account.pending + account.posted


def holds_together(store: Store, lines: list[str]) -> None:
    """The three sums are one, just under the limit, and the record verifies."""
    told, moved, says = sums(store, lines)
    assert told == moved == says
    assert LIMIT - 3 < says <= LIMIT
    assert verify(store).faults == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new desk in a folder."""
    place = tmp_path / "desk"
    sqlite.create(place)
    store = sqlite.SqliteStore(place)
    filled(store)
    store.close()
    return place


@contextmanager
def clerk_of(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a clerk beside."""
    process = worker("clerk", str(folder), "good", "clerk")
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def database(postgres_server: Server, request: pytest.FixtureRequest) -> str:
    """A new desk in a database."""
    address = postgres_server.fresh("crowd_" + "".join(mark for mark in request.node.name.lower() if mark.isalnum()))
    postgres.create(address)
    store = postgres.PostgresStore(address)
    filled(store)
    store.close()
    return address


def test_with_a_clerk(folder: Path) -> None:
    """Eight processes call one clerk."""
    with clerk_of(folder):
        lines = crowd("reserve", str(folder))
    with closing(sqlite.SqliteStore(folder)) as store:
        holds_together(store, lines)


def test_with_a_lock(folder: Path) -> None:
    """Eight processes take turns at the folder's lock."""
    lines = crowd("reserve", str(folder))
    with closing(sqlite.SqliteStore(folder)) as store:
        holds_together(store, lines)


def test_postgres(database: str) -> None:
    """Eight processes, each with a connection of its own."""
    lines = crowd("reserve", database)
    with closing(postgres.PostgresStore(database)) as store:
        holds_together(store, lines)


SNAPSHOT = (
    "SELECT n.pending + n.posted, d.posted, r.breached FROM ratio r "
    "JOIN account n ON n.name = r.num JOIN account d ON d.name = r.den"
)


def test_no_write_skew(database: str) -> None:
    """While eight write both sides of a ratio, no snapshot shows it broken unless it says so."""
    running = [worker("ratio", database, "good", f"w{n}") for n in range(CROWD)]
    store, seen = postgres.PostgresStore(database), 0
    while any(one.poll() is None for one in running):
        for num, den, breached in store.rows(SNAPSHOT):
            assert (num * 2 > den and num > 0) == bool(breached), (num, den, breached)
            seen += 1
    assert all(one.communicate()[1] == "" for one in running)
    assert seen > 20
    assert verify(store).faults == ()
    store.close()


def test_planted_unlocked_reads_are_found_in_postgres(database: str) -> None:
    """Without locks, eight processes give away more than there is, or lose what they wrote: the sums show it."""
    lines = crowd("reserve", database, "unlocked", 60)
    with closing(postgres.PostgresStore(database)) as store:
        told, moved, says = sums(store, lines)
    assert not told == moved == says <= LIMIT


def test_planted_naive_store_is_found_in_sqlite(folder: Path) -> None:
    """Read, decide, then write: the account looks fine, the sums do not."""
    lines = crowd("reserve", str(folder), "naive", 60)
    with closing(sqlite.SqliteStore(folder)) as store:
        told, moved, says = sums(store, lines)
    assert says <= LIMIT
    assert told > LIMIT or moved != says
