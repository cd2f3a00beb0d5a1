"""What the ledger must do, once more and as plainly as can be: a small model that knows no ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

INFINITE = 10**30


@dataclass
class Hold:
    """What was set aside, until when, and what became of it."""

    draws: dict[str, int]
    until: int | None
    state: str = "pending"
    drawn: dict[str, int] = field(default_factory=dict)


@dataclass
class Model:
    """Limits by account (None: nobody has fixed it), a ratio num <= half of den, holds, and facts."""

    limits: dict[str, int | None]
    num: str
    den: str
    now: int = 0
    holds: dict[str, Hold] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)

    def pending(self, account: str) -> int:
        """Set aside now: every open hold, run out or not, until somebody ends it."""
        return sum(hold.draws.get(account, 0) for hold in self.holds.values() if hold.state == "pending")

    def posted(self, account: str) -> int:
        """Drawn for good, and corrected."""
        drawn = sum(hold.drawn.get(account, 0) for hold in self.holds.values())
        return drawn + self.facts.get(account, 0)

    def reserve(self, name: str, draws: dict[str, int], until: int | None) -> bool:
        """All or nothing."""
        for account, amount in draws.items():
            limit = self.limits[account]
            if limit is None or self.pending(account) + self.posted(account) + amount > limit:
                return False
        if self.num in draws:
            wanted = self.pending(self.num) + self.posted(self.num) + draws[self.num]
            if wanted * 2 > self.posted(self.den):
                return False
        self.holds[name] = Hold(draws, until)
        return True

    def post(self, name: str, amounts: dict[str, int] | None) -> bool:
        """All of it, or a part; the rest goes back."""
        hold = self.holds.get(name)
        if hold is None or hold.state != "pending" or (hold.until is not None and self.now >= hold.until):
            return False
        drawn = hold.draws if amounts is None else amounts
        for account, amount in drawn.items():
            limit = self.limits[account]
            if amount > hold.draws.get(account, 0) or limit is None or self.posted(account) + amount > limit:
                return False
        if self.num in drawn and (self.posted(self.num) + drawn[self.num]) * 2 > self.posted(self.den):
            return False
        hold.state, hold.drawn = "posted", dict(drawn)
        return True

    def end(self, name: str, *, expire: bool) -> bool:
        """Void, or expire what has run out."""
        hold = self.holds.get(name)
        if hold is None or hold.state != "pending":
            return False
        if expire and (hold.until is None or self.now < hold.until):
            return False
        hold.state = "expired" if expire else "voided"
        return True

    def correct(self, deltas: dict[str, int]) -> bool:
        """Facts: only a negative total is refused."""
        if any(self.posted(account) + delta < 0 for account, delta in deltas.items()):
            return False
        for account, delta in deltas.items():
            self.facts[account] = self.facts.get(account, 0) + delta
        return True

    def over(self, account: str) -> bool:
        """Is more set aside and drawn than the limit allows?"""
        limit = self.limits[account]
        return limit is not None and self.pending(account) + self.posted(account) > limit

    def broken(self) -> bool:
        """Is the ratio broken by the facts?"""
        total = self.pending(self.num) + self.posted(self.num)
        return total > 0 and total * 2 > self.posted(self.den)
