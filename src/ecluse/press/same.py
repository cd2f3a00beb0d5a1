"""Versions of one story: near-duplicates, slugs, rewrites without a source, drift between languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.press.readings import PRESSURE
from ecluse.press.words import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecluse.press.article import Article
    from ecluse.press.proposal import Proposal

NEAR = 0.5
_LATIN_RUN, _HAN_RUN = 4, 6
_MOST_RUNS = 4_000
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """How two articles stand to each other, and why; the first is the later one."""

    first: int
    second: int
    kind: str
    why: str


def runs_of(article: Article) -> frozenset[int]:
    """Give the hashes of all runs of words of the story; furniture is left out."""
    words = [word for line in article.of_kind("body") for word in _WORD.findall(fold(article.words(line)))]
    size = _HAN_RUN if article.language == "zh" else _LATIN_RUN
    hashes = {hash(tuple(words[place : place + size])) for place in range(max(len(words) - size + 1, 0))}
    return frozenset(sorted(hashes)[:_MOST_RUNS])


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Give the share of runs that two texts have in common (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


def slug_of(url: str | None) -> frozenset[str]:
    """Give the words of an address's last part that is words."""
    parts = [part for part in re.split(r"[/?#]", url or "") if part.count("-") >= 2]
    return frozenset(word for word in re.findall(r"[a-z]{3,}", parts[-1].lower())) if parts else frozenset()


def pairs(read: Sequence[tuple[Article, tuple[Proposal, ...]]]) -> list[Pair]:
    """Say which articles are versions of one story, which only rewrite, and where languages drift."""
    found: list[Pair] = []
    runs = [runs_of(article) for article, _ in read]
    for later in range(len(read)):
        for earlier in range(later):
            found += _between(read, runs, later, earlier)
    return found


def _between(
    read: Sequence[tuple[Article, tuple[Proposal, ...]]], runs: Sequence[frozenset[int]], later: int, earlier: int
) -> list[Pair]:
    (one, ours), (other, theirs) = read[later], read[earlier]
    if one.source.digest == other.source.digest:
        return [Pair(later, earlier, "same bytes", "the two files hold the same bytes")]
    alike = likeness(runs[later], runs[earlier])
    slugs = slug_of(one.url), slug_of(other.url)
    story = bool(_keys(ours) & _keys(theirs))
    found = []
    if alike >= NEAR:
        found.append(Pair(later, earlier, "version", f"{alike:.0%} of the word runs are the same"))
    elif len(slugs[0] & slugs[1]) >= 4:
        found.append(Pair(later, earlier, "version", f"the addresses share {', '.join(sorted(slugs[0] & slugs[1]))}"))
    elif story and _keys(ours) <= _keys(theirs) and _voices(ours) <= _voices(theirs):
        found.append(Pair(later, earlier, "rewrite", "it claims nothing more and names no other source"))
    elif len(_keys(ours) & _keys(theirs)) >= 2:
        found.append(Pair(later, earlier, "same story", "several claims are the same"))
    return found + drifts(ours, theirs, (later, earlier)) if one.language != other.language else found


def _keys(proposals: tuple[Proposal, ...]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(one.gate, one.act, one.products) for one in proposals if one.kind == "body"}


def _voices(proposals: tuple[Proposal, ...]) -> set[tuple[str, str | None]]:
    """Give who vouches: an article's own author is no source."""
    kinds = {(one.holder.attribution.kind, one.holder.attribution.name) for one in proposals}
    return {voice for voice in kinds if voice[0] not in ("author", "headline")}


def drifts(ours: tuple[Proposal, ...], theirs: tuple[Proposal, ...], which: tuple[int, int]) -> list[Pair]:
    """Find claims that two languages tell with words of another strength (`exige`, `encourage`)."""
    found = []
    for one in ours:
        for other in theirs:
            same = (one.gate, one.act) == (other.gate, other.act) and bool(set(one.products) & set(other.products))
            both = one.modality in PRESSURE and other.modality in PRESSURE and one.modality != other.modality
            if same and both and one.kind == other.kind == "body":
                weaker = min(one.modality, other.modality, key=PRESSURE.index)
                said = f"{one.id} says {one.modality}, {other.id} says {other.modality}"
                why = f"{said} of {one.act.replace('_', ' ')}; {weaker} is kept"
                found.append(Pair(which[0], which[1], "drift", why))
    return found
