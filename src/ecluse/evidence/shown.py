"""Papers told: what each one shown lacks to cover the line, and the questions that would settle it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ecluse.decision import Lack, Missing, Paper
from ecluse.evidence.cover import lacks, left_of, quantity_lacks
from ecluse.truth import NO, UNKNOWN, Truth, every

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from ecluse.authorisation import Authorisation
    from ecluse.dates import Known
    from ecluse.order import Line

# The kinds that can open a gate; notices of exceptions and statements are met as facts.
OPENING = {"exporter": ("licence", "validated end user", "other"), "importer": ("import approval", "licence")}
NOTICE = "exception notice"
# A notice counts for the items, parties and quantity that it names, from its day on; uses and values are a licence's.
OF_A_NOTICE = ("item", "parties", "holder", "issued", "expires", "quantity")
# How a question about papers is ranked: one that alone decides, and one of several that do together.
ALONE, TOGETHER = 1, 0
OTHER = {
    "exporter": (
        "authorisations",
        "licence or other authorisation",
        "one that covers it opens the gate; none shuts it",
    ),
    "importer": (
        "import_approval",
        "final import approval",
        "one that covers it opens the gate; reports never do",
    ),
}


class Laid(NamedTuple):
    """What a paper is held against."""

    line: Line
    on: dt.date
    known: Known
    models: tuple[str, ...]


def told(paper: Authorisation, laid: Laid, sure: Truth, opens: bool, undone: str | None) -> Paper:  # noqa: FBT001 - a fact
    """Tell one paper: whether it covers the line, and each element that does not or may not."""
    found = tuple(_lacks(paper, laid, sure, undone))
    bare = Paper(
        gate=paper.gate,
        kind=paper.kind,
        number=paper.number,
        status=paper.status,
        issued=paper.issued,
        expires=paper.expires,
        holder=paper.holder,
        document_sha256=paper.document_sha256,
        source=paper.source,
        covers=every(lack.answer for lack in found),
        opens=opens,
        in_part=[lack.element for lack in found] == ["quantity"] and found[0].answer is NO and left_of(paper).low != 0,
        reported=paper.known is not None,
    )
    return replace(bare, lacks=tuple(replace(lack, ask=lack.ask.replace("{}", bare.name)) for lack in found))


def _lacks(paper: Authorisation, laid: Laid, sure: Truth, undone: str | None) -> Iterator[Lack]:
    if paper.status != "granted":
        why = (
            "it is filed and not confirmed" if paper.kind == NOTICE and paper.status in OPEN else _STATUS[paper.status]
        )
        yield Lack("status", NO, why)
    elif undone:
        yield Lack("status", NO, f"it was {undone}, as another record of it says")
    if paper.kind not in (*OPENING[paper.gate], NOTICE):
        yield Lack("kind", NO, f"a paper of this kind ({paper.kind}) does not open this gate")
    found = (*lacks(paper, *laid), *quantity_lacks(paper, laid.line))
    if paper.kind == NOTICE:
        yield from (lack for lack in found if lack.element in OF_A_NOTICE and lack.fact != "authorisation.expires")
        return
    if sure is UNKNOWN and all(lack.element not in ("item", "holder") for lack in found):
        ask = f"Is {paper.holder}, who holds {{}}, the seller or the buyer?"
        yield Lack("holder", UNKNOWN, f"whether {paper.holder} sells or buys is not known", "seller.name", ask)
    # A paper that was never granted, or no longer is, is told by that alone.
    yield from found if paper.status == "granted" and not undone else ()


OPEN = ("applied", "pending")
_STATUS = {
    "applied": "it is applied for, not granted",
    "pending": "it is pending, not granted",
    "denied": "it was denied",
    "revoked": "it was revoked",
}


def asks(papers: Sequence[Paper], gate: str) -> tuple[Missing, ...]:
    """Ask what would settle whether one of the papers covers the line; else whether there is another."""
    able = [paper for paper in papers if paper.kind in OPENING[gate]]
    live = [paper for paper in able if paper.status == "granted" and paper.covers is UNKNOWN]
    rows: dict[str, Missing] = {}
    for paper in live:
        alone = len(paper.lacks) == 1
        for lack in paper.lacks:
            others = [one.element for one in paper.lacks if one is not lack]
            together = f"together with {', '.join(dict.fromkeys(others))}: " if others else ""
            settles = f"{together}whether {paper.name} covers the line and opens the gate"
            row = Missing(lack.fact, lack.ask, settles, ALONE if alone else TOGETHER)
            if lack.fact not in rows or rows[lack.fact].decides < row.decides:
                rows[lack.fact] = row
    granted = [paper for paper in able if paper.status == "granted" and paper.lacks]
    if rows or not granted:
        return tuple(rows.values())
    fact, what, settles = OTHER[gate]
    rest = "the rest" if any(paper.in_part for paper in granted) else "the line"
    why = "; ".join(f"{paper.name}: {paper.lacks[0].why}" for paper in granted)
    return (Missing(fact, f"Is another {what} held that covers {rest} ({why})?", settles, ALONE),)
