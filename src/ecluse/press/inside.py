"""Relations inside one article: what contradicts earlier reports, and headlines beside their body."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ecluse.claim import Attribution
from ecluse.press.holders import Holder
from ecluse.press.proposal import Link, Proposal
from ecluse.press.when import When

if TYPE_CHECKING:
    import datetime as dt

    from ecluse.press.lexicon import Sentence

LET = ("preliminary_approval", "conditional_approval", "approval_first_batch", "import_approval", "plan_to_approve")
SHUT = (
    "blocked_at_customs",
    "stop_new_orders_guidance",
    "stop_test_and_orders",
    "hold_orders",
    "not_approved",
    "blocked",
)

HALTS = (*SHUT, "component_production_halt", "production_halt")


def linked(proposals: tuple[Proposal, ...], sentences: list[Sentence], day: dt.date | None) -> tuple[Proposal, ...]:
    """Mark what earlier reports held, say what contradicts it, and hold headlines under their body."""
    found = list(proposals)
    for sentence in sentences:
        concepts = {mark.concept for mark in sentence.marks}
        if "contradict" in concepts and "reports" in concepts:
            found = _against_reports(found, sentence, day)
            found = _against_the_next(found, sentence, sentences)
    return tuple(_under_body(one, found) if one.holder.attribution.kind == "headline" else one for one in found)


def _against_reports(found: list[Proposal], sentence: Sentence, day: dt.date | None) -> list[Proposal]:
    """What stands after `earlier reports that` is what they held, not what the article holds."""
    place = next(mark.start for mark in sentence.marks if mark.concept == "reports")
    prior: list[str] = []
    result = []
    for one in found:
        if one.sentence == (sentence.start, sentence.end) and one.span[1] > place:
            said = When(None, day, "open", "before the article") if day else None
            holder = Holder(Attribution("press", described_as="earlier reports, not named"), earlier=True)
            changed = dataclasses.replace(one, prior=True, holder=holder, said=said)
            prior.append(one.id)
            result.append(changed)
        else:
            result.append(one)
    lets = [
        one
        for one in result
        if one.act in LET
        and one.act != "plan_to_approve"
        and not one.prior
        and one.holder.attribution.kind != "headline"
    ]
    why = "the sentence itself says that this contradicts earlier reports"
    for target in prior:
        old = next(one for one in result if one.id == target)
        for new in lets:
            if old.act in SHUT and _alike(old, new):
                index = result.index(new)
                result[index] = dataclasses.replace(new, links=(*new.links, Link("contradicts", target, why)))
    return result


def _against_the_next(found: list[Proposal], sentence: Sentence, sentences: list[Sentence]) -> list[Proposal]:
    """An outlet's report of a halt told right after is one of the earlier reports that are contradicted."""
    after = sentence.index + 1
    if after >= len(sentences) or sentences[after].paragraph != sentence.paragraph:
        return found
    place = (sentences[after].start, sentences[after].end)
    halts = [
        one for one in found if one.sentence == place and one.holder.attribution.kind == "press" and one.act in HALTS
    ]
    result = list(found)
    for halt in halts:
        why = f"told right after the sentence on earlier reports, held by {halt.holder.attribution.name}"
        for index, one in enumerate(result):
            if one.act in LET and one.kind == "body" and not one.prior and one.act != "plan_to_approve":
                result[index] = dataclasses.replace(one, links=(*one.links, Link("contradicts", halt.id, why)))
    return result


def _alike(old: Proposal, new: Proposal) -> bool:
    return old.gate == new.gate and (
        not old.products or not new.products or bool(set(old.products) & set(new.products))
    )


def _under_body(head: Proposal, found: list[Proposal]) -> Proposal:
    """Link a headline to the body's claim on the same; it never outranks it."""
    body = [
        one
        for one in found
        if one.kind == "body"
        and one.gate == head.gate
        and not one.prior
        and (not head.products or set(one.products) & set(head.products))
    ]
    same = [one for one in body if one.act == head.act] or [one for one in body if one.act in LET and head.act in LET]
    if not same:
        return head
    target = same[0]
    why = "the headline tells what the body tells; the body counts"
    if target.modality != head.modality or target.act != head.act:
        why = f"the headline says {head.modality}, the body {target.modality}; the body counts"
    return dataclasses.replace(head, links=(*head.links, Link("derives_from", target.id, why)))
