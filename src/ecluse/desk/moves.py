"""The states of an order line, and the moves between them: one table."""

from __future__ import annotations

from typing import NamedTuple

STATES = (
    "draft",
    "checked",
    "held",
    "released",
    "applied",
    "licensed",
    "reserved",
    "shipped",
    "closed",
    "cancelled",
)
ROLES = ("analyst", "releaser", "supervisor", "shipper", "records")
# States in which a line still asks for something, so that a change of law or evidence matters.
OPEN = ("draft", "checked", "held", "released", "applied", "licensed", "reserved")


class Move(NamedTuple):
    """One move: from, to, the role it takes, `reason` where one must be given, and what it means."""

    before: str
    after: str
    role: str
    needs: str
    says: str


MOVES = (
    Move("draft", "checked", "analyst", "", "a decision was taken"),
    Move("checked", "checked", "analyst", "", "decided again"),
    Move("held", "checked", "analyst", "", "decided again after a hold"),
    Move("released", "checked", "analyst", "", "decided again: the answer turned"),
    Move("licensed", "checked", "analyst", "", "decided again with the licence"),
    Move("checked", "held", "analyst", "reason", "a person must look"),
    Move("released", "held", "analyst", "reason", "stopped after release"),
    Move("applied", "held", "analyst", "reason", "denied, or the application was withdrawn"),
    Move("licensed", "held", "analyst", "reason", "stopped after the licence came"),
    Move("reserved", "held", "analyst", "reason", "stopped before shipment; its quantity stays set aside"),
    Move("checked", "applied", "analyst", "", "a licence was applied for"),
    Move("held", "applied", "analyst", "", "a licence was applied for"),
    Move("applied", "licensed", "analyst", "", "the licence came"),
    Move("checked", "released", "releaser", "", "a second person agrees"),
    Move("held", "released", "releaser", "reason", "a second person lifts the hold"),
    Move("licensed", "released", "releaser", "", "a second person agrees"),
    Move("released", "reserved", "shipper", "", "quantity is set aside on every account"),
    Move("reserved", "released", "shipper", "", "what was set aside was given back, or part was shipped"),
    Move("reserved", "shipped", "shipper", "", "all of it has left"),
    Move("released", "shipped", "shipper", "", "the last part has left"),
    Move("shipped", "closed", "shipper", "", "delivered and filed"),
    Move("draft", "cancelled", "analyst", "reason", "withdrawn"),
    Move("checked", "cancelled", "analyst", "reason", "withdrawn"),
    Move("held", "cancelled", "analyst", "reason", "withdrawn"),
    Move("applied", "cancelled", "analyst", "reason", "withdrawn"),
    Move("licensed", "cancelled", "analyst", "reason", "withdrawn"),
    Move("released", "cancelled", "analyst", "reason", "withdrawn"),
)
_BY_PAIR = {(move.before, move.after): move for move in MOVES}


def find(before: str, after: str) -> Move | None:
    """Give the move between two states; None where there is none."""
    return _BY_PAIR.get((before, after))


def ways(before: str) -> tuple[str, ...]:
    """Give the states that follow a state."""
    return tuple(move.after for move in MOVES if move.before == before)


class Asked(NamedTuple):
    """Who asks for a move of a line, with which roles and reason, and what is known of the line."""

    before: str
    after: str
    by: str
    roles: frozenset[str]
    reason: str
    analyst: str | None
    may_pass: str | None


def objection(asked: Asked) -> str | None:
    """Say why a move is refused; None where it is allowed.

    Release takes a second pair of eyes: never the analyst of the same line, whatever the role. A
    line whose decision is not yes is released by override alone: a supervisor, with a reason.
    """
    move = find(asked.before, asked.after)
    if move is None:
        allowed = ", ".join(ways(asked.before)) or "nothing; it is at its end"
        return f"a line that is {asked.before} does not become {asked.after}; from {asked.before}: {allowed}"
    if move.needs and not asked.reason:
        return f"from {asked.before} to {asked.after} a reason must be given"
    if asked.after == "released" and asked.before != "reserved":
        return _release(asked)
    if move.role not in asked.roles and "supervisor" not in asked.roles:
        return f"{asked.by} is no {move.role}; this move takes one"
    return None


def _release(asked: Asked) -> str | None:
    if asked.analyst is None:
        return "nobody has checked this line yet"
    if asked.by == asked.analyst:
        return f"{asked.by} checked this line; somebody else must release it"
    if asked.may_pass == "yes":  # noqa: S105 - an answer
        ready = asked.roles & {"releaser", "supervisor"}
        return None if ready else f"{asked.by} is no releaser; this move takes one"
    said = "no" if asked.may_pass == "no" else "not known"  # noqa: S105 - an answer
    if "supervisor" not in asked.roles:
        return f"the decision is {said}; only a supervisor overrides it, with a reason"
    if not asked.reason:
        return f"the decision is {said}; an override needs a reason"
    return None
