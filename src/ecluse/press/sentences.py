"""Sentences with their places, and their tokens and marks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.press.article import READ
from ecluse.press.furniture import patterns
from ecluse.press.lexicon import Sentence
from ecluse.press.words import find, fold, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecluse.press.article import Article, Line
    from ecluse.press.lexicon import Lexicon, Name
    from ecluse.press.words import Mark

# A full stop ends a sentence unless an abbreviation, an initial or a number holds it.
_HELD = re.compile(
    r"(?:\b(?:M|MM|Mme|Mr|Mrs|Ms|Dr|St|No|Corp|Inc|Co|Ltd|Cie|vs|Sen|Rep|Gov|Gen|etc|cf|env|approx|Jan|Feb|Mar|Apr"
    r"|Aug|Sept|Sep|Oct|Nov|Dec)|\b[A-Z]|\b[ap]\.m|\bU\.S|\be\.g|\bi\.e)$"
)
_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s+[\"'«“‘(\[]*[A-ZÀ-ÖØ-Þ0-9])|[。！？；]+[」』”’）\"]*")
LONGEST_SENTENCE = 2_000
MOST_SENTENCES = 3_000
# Marks beyond these in one sentence are no prose, and every frame would weigh each against each.
MOST_MARKS = 160


def sentences_of(article: Article, lexicon: Lexicon) -> list[Sentence]:
    """Give the sentences of title, deck and body, in the order of the page; a title counts once.

    Raises SourceError for more sentences than an article has, so that time stays bounded.
    """
    found: list[Sentence] = []
    seen: set[str] = set()
    named: list[Mark] = []
    for paragraph, line in enumerate(article.lines):
        if line.kind not in READ:
            continue
        if line.kind != "body":
            words = article.words(line)
            if words in seen:
                continue
            seen.add(words)
        for start, end in _spans(article.text, line):
            if len(found) == MOST_SENTENCES:
                message = (
                    f"{article.source.place}: more than {MOST_SENTENCES:,} sentences; cut it to the article itself."
                )
                raise SourceError(message)
            words = article.text[start:end]
            if line.kind == "body" and _is_offer(words):
                continue
            tokens = tokens_of(article.text, start, end, lexicon.variants)
            found_here = find(tokens, lexicon.phrases, lexicon.script)[:MOST_MARKS]
            marks = _settled(found_here, article.text, lexicon, named)
            found.append(
                Sentence(
                    len(found), start, end, paragraph, line.kind, tokens, marks, 2 if lexicon.script == "han" else 1
                )
            )
    return found


def _settled(marks: list[Mark], text: str, lexicon: Lexicon, named: list[Mark]) -> list[Mark]:
    """Say whose office a name is that two governments share: theirs who was named last before it.

    A spokesman's ministry is left as it is; `named` holds the offices that the article named in full.
    """
    if not lexicon.bare:
        return marks
    settled: list[Mark] = []
    for mark in marks:
        other = lexicon.bare.get(fold(text[mark.start : mark.end], lexicon.variants))
        if other is not None and mark.name is not None and _is_theirs(other, settled, named, marks, mark):
            settled.append(replace(mark, concept=other.side, name=other.name))
            continue
        if other is None and mark.concept in ("cn", "us") and mark.name is not None:
            named.append(mark)
        settled.append(mark)
    return settled


def _is_theirs(other: Name, settled: list[Mark], named: list[Mark], marks: list[Mark], mark: Mark) -> bool:
    if any(one.concept == "spokes" and 0 < one.first - mark.last <= 2 for one in marks):
        return False
    before = next((one.concept for one in reversed(settled) if one.concept in ("cn", "us")), None)
    if before is not None:
        return before == other.side
    if not named:
        return other.side == "us" and any(one.concept == "licence" for one in marks)
    return named[-1].concept == other.side and any(one.name == other.name for one in named)


def _is_offer(words: str) -> bool:
    """Is a single sentence an advert that runs on in a paragraph of the story?"""
    return patterns()["offer"].search(words) is not None


def _spans(text: str, line: Line) -> Iterator[tuple[int, int]]:
    start = line.start
    for match in _END.finditer(text, line.start, line.end):
        if text[match.start()] == "." and _HELD.search(text, line.start, match.start()):
            continue
        yield from _cut(start, match.end())
        start = match.end()
        while start < line.end and text[start].isspace():
            start += 1
    if start < line.end:
        yield from _cut(start, line.end)


def _cut(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what no writer meant as one sentence, so that time stays bounded."""
    for place in range(start, end, LONGEST_SENTENCE):
        yield place, min(place + LONGEST_SENTENCE, end)
