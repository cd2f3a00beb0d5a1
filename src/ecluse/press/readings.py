"""Modality of a match, and the other ways in which its sentence can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.press.proposal import Alternative

if TYPE_CHECKING:
    from ecluse.press.frames import Match
    from ecluse.press.lexicon import Frame, Lexicon, Sentence

# From the weakest to the strongest word by which somebody is moved to do something.
PRESSURE = ("encouraged", "advised", "required", "ordered")
_WEIGHED = 2
_WEIGHABLE = ("announcement", "blocked", "licence_required")
_DIRECTIVE = (
    "stop_new_orders_guidance", "stop_test_and_orders", "hold_orders", "discouraged", "domestic_ratio", "domestic_only",
    "demand_assessment", "justification_demanded", "blocked_at_customs",
)  # fmt: skip
_WORDS = (
    ("encourage", "encouraged"),
    ("urge", "advised"),
    ("discourage", "advised"),
    ("order", "ordered"),
    ("require", "required"),
)


def modality_of(  # noqa: PLR0911 - one rule after another, each on its own acts
    frame: Frame, sentence: Sentence, match: Match
) -> str:
    """Give the modality: the frame's own, unless the match's words say another."""
    inside = {mark.concept for mark in match.marks}
    spans = {(mark.first, mark.last) for mark in match.marks}
    if frame.act == "domestic_only" and match.agent and match.agent.marks and match.agent.carried is None:
        low, high = match.agent.marks[-1].last, match.last
        spans |= {(mark.first, mark.last) for mark in sentence.marks if low < mark.first <= high}
    words = inside | {mark.concept for mark in sentence.marks if (mark.first, mark.last) in spans}
    if frame.act in _DIRECTIVE and frame.modality != "negated":
        for concept, modality in _WORDS:
            if concept in words:
                return modality
        return frame.modality
    if frame.act == "plan_to_approve":
        if "plan" in words:
            return "expected"
        return "expected" if words & {"expect", "will"} else "considered"
    if frame.act == "preliminary_approval" and "order" in words and not inside & {"may", "approve"}:
        return "ordered"
    if (
        frame.act == "incentives" and any(mark.concept in ("plan", "consider", "prepar") for mark in sentence.marks)
    ) or (frame.act in _WEIGHABLE and _weighed(sentence, match)):
        return "considered"
    return "expected" if _coming(frame, sentence, match) else frame.modality


def _coming(frame: Frame, sentence: Sentence, match: Match) -> bool:
    """Is what is told still to come: `plans to ship`?"""
    return (
        frame.modality == "asserted"
        and frame.act in ("production_ramp", "domestic_supply", "shipment", "purchase_order", "orders_received")
        and any(
            mark.concept in ("expect", "plan", "will") and 0 <= match.marks[-1].first - mark.first <= 4
            for mark in sentence.marks
        )
    )


def _weighed(sentence: Sentence, match: Match) -> bool:
    """Is leave only being thought about: `would consider letting`?"""
    first = match.marks[0].first
    return any(
        mark.concept in ("consider", "plan", "draft")
        and (mark.first, mark.last) != (first, match.marks[0].last)
        and 0 < first - mark.last <= _WEIGHED * sentence.scale
        for mark in sentence.marks
    )


def pressure_in(sentence: Sentence) -> str | None:
    """Give the strongest word of pressure that a sentence holds; None where it has none."""
    concepts = {mark.concept for mark in sentence.marks}
    held = [modality for concept, modality in _WORDS if concept in concepts]
    return max(held, key=PRESSURE.index, default=None)


def alternatives(frame: Frame, sentence: Sentence, match: Match, lexicon: Lexicon) -> tuple[Alternative, ...]:
    """Give other readings: limited to or barred from, a headline's order, an agent that is not named."""
    found = []
    words = [sentence.tokens[place].folded for mark in match.marks for place in range(mark.first, mark.last + 1)]
    if frame.act == "use_restriction_repeated" and any(
        word.startswith(("restrein", "restrict", "limit", "限")) for word in words
    ):
        found.append(
            Alternative(
                "act", "use limited to these bodies", "the verb can mean barred from these bodies, or limited to them"
            )
        )
    if frame.actor and match.agent is None:
        found.append(Alternative("actor", "another authority", "the sentence does not say who acts"))
    if match.agent is not None and match.agent.carried is not None:
        names = " and ".join(match.agent.names)
        found.append(Alternative("actor", "somebody else", f"a pronoun was taken for {names}"))
    governments = {mark.name for mark in sentence.marks if mark.concept in ("cn", "us") and mark.name}
    sides = {lexicon.names[name].side for name in governments if name in lexicon.names}
    if len(sides) > 1 and frame.gate in ("import", "export") and frame.level != "none":
        found.append(
            Alternative("gate", "export" if frame.gate == "import" else "import", "both governments are named")
        )
    return tuple(found)
