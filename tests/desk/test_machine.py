"""The ledger does what the model does, on both databases; and planted defects are found."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ecluse.desk import apply, book, ledger, limits
from ecluse.desk.records import Account, Reservation
from ecluse.desk.store import postgres, sqlite
from tests.desk.machine import Clock, Machine

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from ecluse.desk.limits import Refusal
    from ecluse.desk.state import State
    from ecluse.desk.store.base import Store
    from tests.desk.server import Server

    Opened = tuple[Store, Callable[[], Store], Callable[[], None]]

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def unsynced(path: Path) -> sqlite3.Connection:
    """Open the file without waiting for the disk: power is cut in other tests."""
    connection = sqlite._connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def sqlite_opened(clock: Clock) -> Opened:
    """Open a new desk in a folder."""
    folder = Path(tempfile.mkdtemp(prefix="ecluse-desk-")) / "desk"
    sqlite.create(folder)
    kept = [sqlite.SqliteStore(folder, clock, sweep=False, connect=unsynced)]

    def reopen() -> Store:
        kept[0].close()
        kept[0] = sqlite.SqliteStore(folder, clock, sweep=False, connect=unsynced)
        return kept[0]

    def drop() -> None:
        kept[0].close()
        shutil.rmtree(folder.parent)

    return kept[0], reopen, drop


def postgres_opened(found: Server) -> Callable[[Clock], Opened]:
    """Open a new desk in a schema of its own."""
    import psycopg

    numbers = iter(range(10**6))
    base = found.fresh(f"machine{id(found)}{next(numbers)}")

    def opened(clock: Clock) -> Opened:
        name = f"s{next(numbers)}"
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        address = f"{base}&options=-csearch_path%3D{name}"
        postgres.create(address)
        kept = [postgres.PostgresStore(address, clock, sweep=False)]

        def reopen() -> Store:
            kept[0].close()
            kept[0] = postgres.PostgresStore(address, clock, sweep=False)
            return kept[0]

        return kept[0], reopen, lambda: kept[0].close()  # noqa: PLW0108 - what is kept changes

    return opened


def run(opened: Callable[[Clock], Opened], examples: int, steps: int = 30, phases: Any = tuple(Phase)) -> None:  # noqa: ANN401 - Hypothesis's own
    """Run the machine."""
    made = type("Made", (Machine,), {"opened": staticmethod(opened)})
    run_state_machine_as_test(
        made,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=SLOW,
            phases=phases,
            database=None,
            derandomize=True,
        ),
    )


def test_sqlite_does_what_the_model_does() -> None:
    """Answers, balances and the record agree, whatever is asked in whatever order."""
    run(sqlite_opened, 150)


def test_postgres_does_what_the_model_does(postgres_server: Server) -> None:
    """As above, on a real server."""
    run(postgres_opened(postgres_server), 15)


def keeps_the_rest(patch: pytest.MonkeyPatch) -> None:
    """A partial shipment keeps the rest set aside."""
    real = ledger.shift

    def shift(state: State, name: str, hold: str | None, at: int, pending: int, posted: int) -> None:
        real(state, name, hold, at, -posted if pending < 0 < posted else pending, posted)

    patch.setattr(ledger, "shift", shift)


def void_keeps(patch: pytest.MonkeyPatch) -> None:
    """A void ends the hold and does not give back."""

    def void(state: State, asked: dict[str, Any]) -> dict[str, Any]:
        found = ledger._open(state, asked)
        if not isinstance(found, Reservation):
            return ledger.no(found)
        state.put("reservation", found.id, replace(found, state="voided"))
        return {"ok": True, "state": "voided"}

    patch.setitem(apply.HANDLERS, "void", ("shipper", void))


def expired_ships(patch: pytest.MonkeyPatch) -> None:
    """A hold that has run out ships all the same, unless a sweeper came first."""
    real = ledger.post

    def post(state: State, asked: dict[str, Any]) -> dict[str, Any]:
        now = state.now
        state.now = min([now, *(one.made_at for one in state.reservation.values() if one.id == asked["reservation"])])
        answer = real(state, asked)
        state.now = now
        return answer

    patch.setitem(apply.HANDLERS, "post", ("shipper", post))


def open_is_infinite(patch: pytest.MonkeyPatch) -> None:
    """A limit that nobody has fixed is read as none."""
    real = limits.reserve_objection

    def objection(account: Account, amount: int, day: str) -> Refusal | None:
        return real(replace(account, rule="count") if account.rule == "open" else account, amount, day)

    patch.setattr(limits, "reserve_objection", objection)


def base_falls_unseen(patch: pytest.MonkeyPatch) -> None:
    """A correction of the base does not look at the ratio."""
    real = ledger.weigh_ratios

    def weigh(state: State, name: str) -> None:
        if name != "den":
            real(state, name)

    patch.setattr(ledger, "weigh_ratios", weigh)


def retry_draws_again(patch: pytest.MonkeyPatch) -> None:
    """A retry under the same id is done once more."""
    for place in (sqlite, postgres):
        patch.setattr(place, "seen_before", lambda request, _body: (request, None))


def drawn_does_not_count(patch: pytest.MonkeyPatch) -> None:
    """What was drawn for good no longer counts against the limit."""

    def objection(account: Account, amount: int, day: str) -> Refusal | None:
        return real(account.with_amounts(account.pending, 0), amount, day)

    real = limits.reserve_objection
    patch.setattr(limits, "reserve_objection", objection)


def some_accounts_only(patch: pytest.MonkeyPatch) -> None:
    """Only the first account of a request is looked at."""
    real = ledger._draws_objection

    def objection(state: State, draws: dict[str, int]) -> Refusal | None:
        first = next(iter(draws))
        return real(state, {first: draws[first]})

    patch.setattr(ledger, "_draws_objection", objection)


def movement_lost(patch: pytest.MonkeyPatch) -> None:
    """A correction changes the balance and writes no movement."""

    def correct(state: State, asked: dict[str, Any]) -> dict[str, Any]:
        answer = real(state, asked)
        if answer["ok"]:
            state.movements.pop()
        return answer

    real = ledger.correct
    patch.setitem(apply.HANDLERS, "correct", ("records", correct))


def amended_forgets(patch: pytest.MonkeyPatch) -> None:
    """A limit amended below what is drawn is not called breached."""
    real = book.limit

    def limit(state: State, asked: dict[str, Any]) -> dict[str, Any]:
        answer = real(state, asked)
        row = state.account[str(asked["account"])]
        state.put("account", row.name, replace(row, top=max(row.top or 0, 12), breached=0) if row.top else row)
        return answer

    patch.setitem(apply.HANDLERS, "limit", ("records", limit))


PLANTED = (
    keeps_the_rest,
    void_keeps,
    expired_ships,
    open_is_infinite,
    base_falls_unseen,
    retry_draws_again,
    drawn_does_not_count,
    some_accounts_only,
    movement_lost,
    amended_forgets,
)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted_defect_is_found(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine finds each defect when it is planted."""
    plant(monkeypatch)
    with pytest.raises(Exception) as found:  # noqa: PT011 - any way of being found will do
        run(sqlite_opened, 150, phases=(Phase.generate,))
    assert not isinstance(found.value, json.JSONDecodeError | ImportError | NameError)
