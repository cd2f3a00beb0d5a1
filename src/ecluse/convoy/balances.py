"""Rows that draw on one paper: in table order, each takes what it needs; beyond the balance, not known."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecluse import evidence
from ecluse.bounds import Bound, exactly
from ecluse.convoy.answers import Answer, answer_of
from ecluse.convoy.things import line_of, models_of
from ecluse.lock import decide
from ecluse.truth import NO, YES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecluse.authorisation import Authorisation
    from ecluse.convoy.groups import Group
    from ecluse.convoy.things import Ruling, Situation
    from ecluse.decision import Decision
    from ecluse.lock import Lock
    from ecluse.order import Line, Money

# What a row lacks that a paper would cover, had other rows not drawn it down.
BALANCE = "authorisation.balance"
GATES = ("exporter", "importer")


@dataclass
class Balances:
    """What rows have drawn so far, by paper."""

    ruling: Ruling
    groups: Mapping[str, Group]
    drawn: dict[object, int] = field(default_factory=dict)
    told: dict[object, Answer] = field(default_factory=dict)

    def answer(self, one: Situation, quantity: Bound, price: Money | None) -> Answer:
        """Answer one row with what the rows before it have left of its papers, and draw what it takes."""
        line = dataclasses.replace(line_of(self.groups, one), quantity=quantity, unit_price=price)
        lock, models = self.ruling.lock, models_of(line, self.ruling.lock)
        papers = evidence.balances(lock.evidence, line, self.ruling.known, models)
        drawn = tuple(self.drawn.get(_key(paper), 0) for paper in papers)
        key = (one, quantity, price, drawn)
        if key in self.told:
            return self.told[key]
        left_line, left_lock = self._left(line, lock)
        ruling = self.ruling
        decision = decide(
            left_line,
            left_lock,
            on=one.day,
            known=ruling.known,
            reading=ruling.reading,
            lists=ruling.lists,
            cleared=ruling.cleared,
            owners=ruling.owners,
        )
        before = dict(self.drawn)
        holds = self._holds(left_line, left_lock, one, models)
        self._draw(left_line, left_lock, one, models, decision)
        answer = answer_of(decision)
        if holds != self._holds(line, lock, one, models):
            answer = dataclasses.replace(answer, missing=f"{BALANCE}; {answer.missing}".strip("; "))
        if before == self.drawn:
            self.told[key] = answer
        return answer

    def _left(self, line: Line, lock: Lock) -> tuple[Line, Lock]:
        """Give a line and a lock whose papers have what is left of them."""
        own = line.authorisations and tuple(self._less(paper) for paper in line.authorisations)
        base = dataclasses.replace(lock.evidence, papers=tuple(self._less(paper) for paper in lock.evidence.papers))
        return dataclasses.replace(line, authorisations=own), dataclasses.replace(lock, evidence=base)

    def _less(self, paper: Authorisation) -> Authorisation:
        gone = self.drawn.get(_key(paper), 0)
        if not gone or paper.quantity is None:
            return paper
        shipped = exactly(gone) if paper.shipped_so_far is None else paper.shipped_so_far + exactly(gone)
        return dataclasses.replace(paper, shipped_so_far=shipped)

    def _holds(self, line: Line, lock: Lock, one: Situation, models: tuple[str, ...]) -> tuple[bool, ...]:
        """Say of each gate, and of notices, whether a paper covers the line."""
        base, known = lock.evidence, self.ruling.known
        gates = [evidence.held(base, line, one.day, known, gate, models).truth is YES for gate in GATES]
        return (*gates, evidence.notice_for(base, line, one.day, models) is not None)

    def _draw(self, line: Line, lock: Lock, one: Situation, models: tuple[str, ...], decision: Decision) -> None:
        """Draw down the papers that cover a row, unless a gate answers no: then nothing ships."""
        if decision.may_pass is NO:
            return
        for papers in self._covering(line, lock, one, models):
            wanted = int(evidence.needed(line).high or 0)
            for paper in papers:
                take = min(int(evidence.left_of(paper).low or 0), wanted)
                self.drawn[_key(paper)] = self.drawn.get(_key(paper), 0) + take
                wanted -= take

    def _covering(
        self, line: Line, lock: Lock, one: Situation, models: tuple[str, ...]
    ) -> Iterator[tuple[Authorisation, ...]]:
        for gate in GATES:
            yield evidence.held(lock.evidence, line, one.day, self.ruling.known, gate, models).papers
        notice = evidence.notice_for(lock.evidence, line, one.day, models)
        if notice is not None:
            yield (notice,)


def _key(paper: Authorisation) -> object:
    """Tell papers apart whatever has shipped on them."""
    return evidence.identity(dataclasses.replace(paper, shipped_so_far=None))
