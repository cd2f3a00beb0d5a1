"""The ledger beside the model, step by step, whatever is drawn; a machine for any store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ecluse.desk.audit import verify
from ecluse.desk.reads import as_of, every
from ecluse.desk.records import Account, Ratio
from ecluse.desk.requests import Request, make
from ecluse.desk.store.base import told
from tests.desk.model import INFINITE, Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecluse.desk.store.base import Store

START = 1_790_000_000_000_000
SECOND = 1_000_000
# The accounts drawn on: two limits, one that nobody has fixed, a numerator, and its base.
ACCOUNTS = [
    {"name": "q", "unit": "piece", "cap": 12},
    {"name": "v", "unit": "usd_cent", "cap": 100, "tolerance": 1000},
    {"name": "open", "unit": "piece"},
    {"name": "num", "unit": "mtpp", "rule": "count"},
    {"name": "den", "unit": "mtpp", "rule": "count"},
]
RATIO = {"id": "half", "num": "num", "den": "den", "k_num": 1, "k_den": 2}
LIMITS = {"q": 12, "v": 110, "open": None, "num": INFINITE, "den": INFINITE}
picks = st.integers(0, 5)
strange = st.dictionaries(st.sampled_from(["q", "v", "num", "den", "open"]), st.integers(1, 9), min_size=1, max_size=3)
usual = st.dictionaries(st.sampled_from(["q", "v", "num"]), st.integers(1, 6), min_size=1, max_size=3)
small = st.fixed_dictionaries({"q": st.integers(1, 5)})
draws = st.one_of(small, small, usual, strange)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        """Give the time."""
        return self.now


def set_up(store: Store) -> None:
    """Put the people, the accounts and the ratio into a new desk."""
    store.ask(
        [
            make("person", "person", "sue", name="sue", roles=["supervisor"]),
            make("instrument", "paper", "sue", instrument="P", kind="licence", status="granted", accounts=ACCOUNTS,
                 ratios=[RATIO]),
        ]
    )  # fmt: skip


class Machine(RuleBasedStateMachine):
    """Rules for every request, for time without a sweeper, for retries and for crashes."""

    opened: Callable[[Clock], tuple[Store, Callable[[], Store], Callable[[], None]]]

    @initialize()
    def start(self) -> None:
        """A new desk and a new model."""
        self.clock = Clock()
        self.store, self.reopen, self.drop = type(self).opened(self.clock)
        set_up(self.store)
        self.model = Model(dict(LIMITS), "num", "den", now=START)
        self.asked: dict[str, tuple[Request, bytes]] = {}
        self.count = 0

    def ask(self, do: str, name: str, **fields: Any) -> bool:  # noqa: ANN401 - fields of any kind
        """Ask the store; remember what was asked and answered."""
        request = make(do, name, "sue", **fields)
        raw = self.store.ask([request])[0]
        self.asked[name] = (request, raw)
        return bool(told(raw)["ok"])

    def fresh(self) -> str:
        """Give an id that was never used."""
        self.count += 1
        return f"n{self.count}"

    def hold(self, pick: int) -> str:
        """Give one of the latest holds; a name that stands for none where there are none."""
        latest = list(self.model.holds)[-4:]
        return latest[pick % len(latest)] if latest and pick < 5 else "nobody's"

    @rule(draws=draws, seconds=st.none() | st.integers(1, 30))
    def reserve(self, draws: dict[str, int], seconds: int | None) -> None:
        """Set aside."""
        name = self.fresh()
        until = None if seconds is None else self.model.now + seconds * SECOND
        expected = self.model.reserve(name, draws, until)
        assert self.ask("reserve", name, draws=draws, seconds=seconds) is expected

    @rule(pick=picks)
    def post_all(self, pick: int) -> None:
        """Draw all of a hold."""
        name = self.hold(pick)
        expected = self.model.post(name, None)
        assert self.ask("post", self.fresh(), reservation=name) is expected

    @rule(pick=picks, data=st.data())
    def post_part(self, pick: int, data: st.DataObject) -> None:
        """Draw a part of a hold."""
        name = self.hold(pick)
        hold = self.model.holds.get(name)
        if hold is None:
            return
        part = {account: data.draw(st.integers(1, amount + 1)) for account, amount in hold.draws.items()}
        assert self.ask("post", self.fresh(), reservation=name, amounts=part) is self.model.post(name, part)

    @rule(pick=picks)
    def void(self, pick: int) -> None:
        """Give a hold back."""
        name = self.hold(pick)
        assert self.ask("void", self.fresh(), reservation=name) is self.model.end(name, expire=False)

    @rule(pick=picks)
    def expire(self, pick: int) -> None:
        """Sweep one hold."""
        name = self.hold(pick)
        assert self.ask("expire", self.fresh(), reservation=name) is self.model.end(name, expire=True)

    @rule(seconds=st.integers(1, 40))
    def time_passes(self, seconds: int) -> None:
        """No sweeper runs."""
        self.clock.now += seconds * SECOND
        self.model.now += seconds * SECOND

    @rule(account=st.sampled_from(["q", "v", "num", "den"]), delta=st.integers(-8, 8))
    def correct(self, account: str, delta: int) -> None:
        """A return, a miscount."""
        expected = self.model.correct({account: delta})
        assert self.ask("correct", self.fresh(), amounts={account: delta}, reason="counted again") is expected

    @rule(amount=st.integers(1, 20))
    def tally(self, amount: int) -> None:
        """A shipment at home: the base grows."""
        assert self.ask("tally", self.fresh(), amounts={"den": amount}, reason="shipped at home")
        self.model.correct({"den": amount})

    @rule(cap=st.sampled_from([None, 4, 10, 12, 12, 12, 14]))
    def limit(self, cap: int | None) -> None:
        """A paper is amended, or its figure falls open."""
        assert self.ask("limit", self.fresh(), account="q", cap=cap, reason="amended")
        self.model.limits["q"] = cap

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        """The same id and content: the same answer, and nothing moves."""
        name = data.draw(st.sampled_from(sorted(self.asked)))
        request, raw = self.asked[name]
        assert self.store.ask([request]) == [raw]

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def same_id(self, data: st.DataObject) -> None:
        """The same id for something else is an error, and nothing moves."""
        name = data.draw(st.sampled_from(sorted(self.asked)))
        other = make("tally", name, "sue", amounts={"den": 7}, reason=f"other than {self.fresh()}")
        assert told(self.store.ask([other])[0])["error"] == "same_id_other_content"

    @rule()
    def crash(self) -> None:
        """The process is gone; another opens the desk."""
        self.store = self.reopen()

    @invariant()
    def balances_agree(self) -> None:
        """Every account stands as the model says; what is over its limit says so."""
        if not hasattr(self, "model"):
            return
        for account in every(self.store, Account):
            name = account.name
            ours = (account.pending, account.posted, bool(account.breached))
            assert ours == (self.model.pending(name), self.model.posted(name), self.model.over(name)), name
            assert as_of(self.store, account, self.clock.now) == ours[:2]
        assert bool(every(self.store, Ratio)[0].breached) is self.model.broken()

    def teardown(self) -> None:
        """The record holds at the end, done over again too."""
        if hasattr(self, "model"):
            try:
                assert verify(self.store).faults == ()
            finally:
                self.drop()
