"""Time the desk's ledger beside naive designs and pgbench, in one run; prints figures and ratios.

One hot account, eight client processes that each wait for their answer. After every run sums are
compared and, for ours, the record is verified. `--short` for a quick look; `--million` for the size
and the times of a million movements alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from ecluse.desk import door, reads, store  # noqa: E402 - the tests' server is used too, and lies beside
from ecluse.desk.audit import verify  # noqa: E402
from ecluse.desk.clerk import Caller, Clerk  # noqa: E402
from ecluse.desk.records import Account  # noqa: E402
from ecluse.desk.requests import Request, make  # noqa: E402
from ecluse.desk.store import sqlite  # noqa: E402
from tests.desk import server  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ecluse.desk.state import State
    from ecluse.desk.store.base import Store

CLIENTS = 8
PLENTY = 10**12
TIGHT = 2_000


class Result(NamedTuple):
    """What a run gave: acknowledged units a second, latencies in ms, units acknowledged, and what is wrong."""

    rate: float
    p50: float
    p99: float
    given: int
    wrong: str


def fill(writer: Store, cap: int) -> None:
    """Put one hot account into a new desk."""
    accounts = [{"name": "hot", "unit": "piece", "cap": cap}]
    writer.ask(
        [
            make("person", "p", "sue", name="sue", roles=["supervisor"]),
            make("instrument", "i", "sue", instrument="P", kind="licence", status="granted", accounts=accounts),
        ]
    )


def client(ask: Callable[[str], int], seconds: float, number: int, out: Any) -> None:  # noqa: ANN401 - a queue
    """Ask one at a time until the time is over; hand over how many were given, and how long each took."""
    times, given, end, count = [], 0, time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        start = time.perf_counter()
        given += ask(f"c{number}-{count}")
        times.append(time.perf_counter() - start)
        count += 1
    out.put((given, times))


def crowd(work: Callable[[int, Any], None], seconds: float) -> Result:
    """Run eight clients in processes of their own."""
    context = multiprocessing.get_context("fork")
    out = context.Queue()
    running = [context.Process(target=work, args=(number, out)) for number in range(CLIENTS)]
    for one in running:
        one.start()
    found = [out.get(timeout=seconds + 120) for _ in running]
    for one in running:
        one.join()
    given = sum(one[0] for one in found)
    times = sorted(moment for one in found for moment in one[1])
    if not times:
        return Result(0, 0, 0, given, "nothing was answered")
    return Result(given / seconds, statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000, given, "")


@contextmanager
def folder() -> Iterator[Path]:
    """Give a new folder, and take it away."""
    place = Path(tempfile.mkdtemp(prefix="ecluse-bench-"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def checked(reader: Store, result: Result, cap: int) -> Result:
    """Compare the sums, and verify the record."""
    account = reads.one(reader, Account, "hot")
    if account is None:
        return result._replace(wrong="the account is gone")
    moved = reader.rows("SELECT coalesce(sum(d_pending + d_posted), 0) FROM movement WHERE account = ?", account.id)
    sums = {result.given, int(moved[0][0]), account.pending + account.posted}
    faults = verify(reader, replay=False).faults
    over = max(0, account.pending + account.posted - cap)
    wrong = "" if len(sums) == 1 else f"sums differ: {sorted(sums)}"
    return result._replace(wrong=wrong or (f"{over} over" if over else "") or "; ".join(faults[:1]))


def request(name: str) -> Request:
    """Write a request as a client of any language would: its bytes."""
    return Request(b'{"by":"sue","do":"reserve","draws":{"hot":1},"id":"%s"}' % name.encode())


def clerk(seconds: float, at: str | None = None, each: int = 1) -> Result:
    """Ours through one clerk: eight processes call, each with so many requests a call; chain, group commit."""
    with folder() as place:
        desk = at or str(place / "desk")
        door.create(desk)
        with closing(store.connect(desk)) as writer:
            fill(writer, PLENTY)
        context = multiprocessing.get_context("fork")

        def serve() -> None:
            with door.sole_writer(desk) as writer:
                Clerk(writer, place / "sock").serve()

        process = context.Process(target=serve)
        process.start()
        while not (place / "sock").exists():
            time.sleep(0.01)

        def work(number: int, out: Any) -> None:  # noqa: ANN401 - a queue
            caller = Caller(place / "sock")

            def ask(name: str) -> int:
                answers = caller.ask([request(f"{name}-{n}") for n in range(each)])
                return sum(answer.startswith(b'{"ok":true') for answer in answers)

            client(ask, seconds, number, out)

        result = crowd(work, seconds)
        process.terminate()
        process.join()
        with closing(store.connect(desk)) as reader:
            return checked(reader, result, PLENTY)


def naive(seconds: float, how: str, cap: int) -> Result:
    """Two tables, no chain, FULL: `deferred` reads and writes in one BEGIN; `apart` decides between the two."""
    with folder() as place:
        path = place / "naive.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE quota (id INTEGER PRIMARY KEY, used INTEGER)")
            connection.execute("CREATE TABLE given (id TEXT PRIMARY KEY, amount INTEGER)")
            connection.execute("INSERT INTO quota VALUES (1, 0)")

        def work(number: int, out: Any) -> None:  # noqa: ANN401 - a queue
            connection = sqlite3.connect(path, isolation_level=None, timeout=60)
            connection.execute("PRAGMA synchronous = FULL")

            def ask(name: str) -> bool:
                try:
                    if how == "immediate":
                        connection.execute("BEGIN IMMEDIATE")
                    elif how == "deferred":
                        connection.execute("BEGIN")
                    used = connection.execute("SELECT used FROM quota").fetchone()[0]
                    if used < cap:
                        connection.execute("UPDATE quota SET used = ?", (used + 1,))
                        connection.execute("INSERT INTO given VALUES (?, 1)", (name,))
                    if how != "apart":
                        connection.execute("COMMIT")
                except sqlite3.OperationalError:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    return False
                return bool(used < cap)

            client(ask, seconds, number, out)

        result = crowd(work, seconds)
        with closing(sqlite3.connect(path)) as connection:
            used, rows = connection.execute("SELECT (SELECT used FROM quota), (SELECT count(*) FROM given)").fetchone()
        if rows > cap:
            return result._replace(wrong=f"GAVE {rows:,} OF {cap:,}; its counter says {used:,}")
        return result._replace(wrong="" if rows == used == result.given else f"counter {used:,}, rows {rows:,}")


def postgres_ours(found: server.Server, seconds: float, *, chained: bool) -> Result:
    """Ours on PostgreSQL: eight processes with connections of their own."""
    from ecluse.desk.store import postgres

    class Unchained(postgres.PostgresStore):
        """Without events and head, to see what the chain costs."""

        def _save(self, state: State) -> None:
            state.events.clear()
            super()._save(state)

    kind = postgres.PostgresStore if chained else Unchained
    address = found.fresh(f"ours_{'chain' if chained else 'bare'}{time.time_ns()}")
    postgres.create(address)
    with closing(postgres.PostgresStore(address)) as writer:
        fill(writer, PLENTY)

    def work(number: int, out: Any) -> None:  # noqa: ANN401 - a queue
        if not chained:
            postgres._HEAD_LOCKED = ""  # noqa: SLF001 - the measure is what the chain costs
        with closing(kind(address, sweep=False)) as mine:

            def ask(name: str) -> bool:
                return mine.ask([request(name)])[0].startswith(b'{"ok":true')

            client(ask, seconds, number, out)

    result = crowd(work, seconds)
    with closing(postgres.PostgresStore(address)) as writer:
        if chained:
            return checked(writer, result, PLENTY)
        account = reads.one(writer, Account, "hot")
        pending = -1 if account is None else account.pending
        return result._replace(wrong="" if pending == result.given else f"{pending} reserved, {result.given} given")


def pgbench(found: server.Server, seconds: float, scale: int) -> Result:
    """TPC-B as pgbench runs it, eight clients, at a scale; rows of one branch are hot at scale 1."""
    database = f"tpcb{scale}_{time.time_ns()}"
    found.fresh(database)
    common = ("-h", str(found.place), "-U", "desk")
    found.run("pgbench", "-i", "-q", "-s", str(scale), *common, database)
    out = found.run("pgbench", "-c", str(CLIENTS), "-j", "2", "-T", str(int(seconds)), *common, database).stdout
    rate = re.search(r"tps = ([\d.]+)", out)
    latency = re.search(r"latency average = ([\d.]+)", out)
    return Result(float(rate[1]) if rate else 0, float(latency[1]) if latency else 0, float("nan"), 0, "")


def told(name: str, results: list[Result]) -> float:
    """Print a line; give the median rate."""
    rate = statistics.median(one.rate for one in results)
    low, high = min(one.rate for one in results), max(one.rate for one in results)
    p50, p99 = (statistics.median(getattr(one, what) for one in results) for what in ("p50", "p99"))
    wrong = next((one.wrong for one in results if one.wrong), "sums agree" if results[0].given else "")
    print(f"  {name:58} {rate:9,.0f}/s ({low:,.0f}-{high:,.0f})  p50 {p50:6.2f} ms  p99 {p99:7.2f} ms  {wrong}")
    return rate


def million(count: int) -> None:
    """A desk of many movements: what it weighs, and how long it takes to verify and to look back."""
    with folder() as place:
        desk = place / "desk"
        sqlite.create(desk)
        desk_store = sqlite.SqliteStore(desk)
        accounts = [{"name": f"a{n}", "unit": "piece", "cap": PLENTY} for n in range(200)]
        accounts.append({"name": "hot", "unit": "piece", "cap": PLENTY})
        desk_store.ask(
            [
                make("person", "p", "sue", name="sue", roles=["supervisor"]),
                make("instrument", "i", "sue", instrument="P", kind="licence", status="granted", accounts=accounts),
            ]
        )
        draw, start = random.Random(1), time.perf_counter()
        for first in range(0, count // 2, 1000):
            many = range(first, min(first + 1000, count // 2))
            desk_store.ask(
                [make("reserve", f"r{n}", "sue", draws={"hot": 1, f"a{draw.randint(0, 199)}": 1}) for n in many]
            )
        took = time.perf_counter() - start
        moved = int(desk_store.rows("SELECT count(*) FROM movement")[0][0])
        desk_store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        size = sum(one.stat().st_size for one in desk.iterdir())
        print(f"{moved:,} movements of {count // 2:,} reservations on two accounts each:")
        print(f"  written in {took:.1f} s, {moved / took:,.0f} movements/s")
        print(f"  {size / 1e6:.0f} MB, {size / moved:.0f} bytes a movement, events and holds counted in")
        start = time.perf_counter()
        verdict = verify(desk_store, replay=False)
        took = time.perf_counter() - start
        print(f"  verified in {took:.2f} s (chain, sums, holds, rules, documents): {len(verdict.faults)} faults")
        start = time.perf_counter()
        verdict = verify(desk_store, replay=True)
        print(f"  with all events done over again {time.perf_counter() - start:.1f} s: {len(verdict.faults)} faults")
        for name in ("hot", "a7"):
            account = reads.one(desk_store, Account, name)
            assert account is not None  # noqa: S101 - it was made above
            moment = int(desk_store.rows("SELECT recorded_at FROM event WHERE seq = ?", count // 4)[0][0])
            times = []
            for _ in range(20):
                start = time.perf_counter()
                reads.as_of(desk_store, account, moment)
                times.append(time.perf_counter() - start)
            rows = desk_store.rows("SELECT count(*) FROM movement WHERE account = ?", account.id)[0][0]
            print(f"  as of its middle, an account of {rows:>7,} movements: {statistics.median(times) * 1000:8.3f} ms")
        desk_store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a quick look")
    parser.add_argument("--million", action="store_true", help="only the million movements")
    options = parser.parse_args()
    seconds, runs = (2.0, 1) if options.short else (5.0, 3)
    if not options.million:
        print(f"{CLIENTS} client processes, one hot account, each waits for its answer; {runs} runs of {seconds:.0f} s")
        print(f"SQLite {sqlite3.sqlite_version}, synchronous FULL:")
        ours = told("ours: one clerk, group commit, chain, movements", [clerk(seconds) for _ in range(runs)])
        for each in (2, 4):
            told(f"ours: the same, {each} requests a call", [clerk(seconds, each=each) for _ in range(runs)])
        lock = told("naive: 8 processes, BEGIN IMMEDIATE, no chain", [naive(seconds, "immediate", PLENTY)])
        told("naive: 8 processes, BEGIN, read, then write", [naive(seconds, "deferred", PLENTY)])
        told(f"naive: read, decide, write; limit {TIGHT:,}", [naive(seconds, "apart", TIGHT)])
        print(f"  ours is {ours / lock:.2f} of the naive lock with two statements and no chain")
        why = server.why_not() or (None if shutil.which("pgbench") else "pgbench is not installed")
        if why:
            print(f"SKIPPED PostgreSQL: {why}")
        else:
            _postgres(seconds, runs, ours)
    million(1_000_000 if not options.short else 100_000)


def _postgres(seconds: float, runs: int, embedded: float) -> None:
    with server.server() as found:
        version = subprocess.run([str(server.programs()) + "/postgres", "--version"], capture_output=True, check=True)
        print(f"{version.stdout.decode().strip()}, fsync on:")
        hot = told("pgbench TPC-B, scale 1 (one hot row, as ours)", [pgbench(found, seconds, 1) for _ in range(runs)])
        wide = told("pgbench TPC-B, scale 10", [pgbench(found, seconds, 10) for _ in range(runs)])
        bare = told("ours without the chain", [postgres_ours(found, seconds, chained=False) for _ in range(runs)])
        chain = told("ours with the chain", [postgres_ours(found, seconds, chained=True) for _ in range(runs)])
        fresh = [found.fresh(f"clerk{number}") for number in range(runs)]
        group = told("ours with the chain, through one clerk", [clerk(seconds, at=one) for one in fresh])
        for name, rate in (("scale 1", hot), ("scale 10", wide)):
            print(f"  TPC-B at {name}: ours without the chain is {bare / rate:.2f} of it, with it {chain / rate:.2f}, "
                  f"through a clerk {group / rate:.2f}; embedded {embedded / rate:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
