"""Words in three scripts: tokens with their places, and the phrases of a lexicon found among them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# One Chinese character, a run of letters and digits, or one mark of punctuation that may part clauses.
_TOKEN = re.compile(r"[\u3400-\u9fff]|\d+(?:[.,]\d+)+|[^\W_\u3400-\u9fff]+|[,;:()«»\"“”、，；：（）—–]")
_WIDE = 0xFEE0
_GAP = "~"
WIDEST_GAP = {"latin": 4, "han": 8}


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its place in the text; `folded` without case, accents and script variant."""

    folded: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase of the lexicon at its place: which concept, which tokens, which name it means, has it a gap."""

    concept: str
    first: int
    last: int
    start: int
    end: int
    name: str | None = None
    gapped: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase to find: its words (a star ends a stem, `~` leaves a gap), its concept, its name.

    `capital` is the place of the first word of a name that is written with a capital; None where none is.
    """

    words: tuple[str, ...]
    concept: str
    name: str | None = None
    capital: int | None = None


@dataclass(frozen=True)
class Phrases:
    """Phrases found by their first word, or by the stem that it begins with."""

    exact: dict[str, list[Phrase]] = field(default_factory=dict)
    stems: dict[str, list[Phrase]] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=list)

    def add(self, phrase: Phrase) -> None:
        """Add a phrase; one that begins with a stem is found by the stem."""
        head = phrase.words[0]
        if head.endswith("*"):
            self.stems.setdefault(head[:-1], []).append(phrase)
            if len(head) - 1 not in self.lengths:
                self.lengths.append(len(head) - 1)
        else:
            self.exact.setdefault(head, []).append(phrase)


@lru_cache(maxsize=1)
def _accents() -> dict[int, str]:
    """Letters of the Latin scripts without their accents, wide ones as narrow ones; the two apostrophes alike."""
    table = {}
    for code in range(0xC0, 0x180):
        plain = unicodedata.normalize("NFD", chr(code))[0]
        if plain.isascii():
            table[code] = plain.lower()
    for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ")):
        table |= {code: chr(code - _WIDE).lower() for code in range(ord(first), ord(last) + 1)}
    return table | {ord("œ"): "oe", ord("Œ"): "oe", ord("’"): "'"}


def fold(text: str, variants: Mapping[int, str] | None = None) -> str:
    """Write a text without case and accents, and in one of the two Chinese scripts."""
    lowered = text.lower().translate(_accents())
    return lowered.translate(variants) if variants else lowered


def tokens_of(text: str, start: int, end: int, variants: Mapping[int, str] | None = None) -> list[Token]:
    """Split a stretch of a text into tokens; offsets are those of the whole text."""
    found = []
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        found.append(Token(fold(word, variants), match.start(), match.end(), word[0].isupper()))
    return found


def phrase(text: str, concept: str, name: str | None = None, variants: Mapping[int, str] | None = None) -> Phrase:
    """Read a phrase of a lexicon: `autoris*`, `donn* ~ feu vert`, `停止~采购`."""
    words: list[str] = []
    for part in re.findall(r"~|[^~]+", text):
        if part == _GAP:
            words.append(_GAP)
            continue
        words += [fold(match.group(), variants) for match in re.finditer(rf"(?:{_TOKEN.pattern})\*?", part)]
    if not words or words[0] == _GAP or words[-1] == _GAP:
        message = f"{text!r} is no phrase: it needs a word, and no gap at its ends"
        raise ValueError(message)
    capitals = [place for place, found in enumerate(_TOKEN.finditer(text)) if found.group()[0].isupper()]
    return Phrase(tuple(words), concept, name, capitals[0] if name is not None and capitals else None)


def find(tokens: list[Token], phrases: Phrases, script: str) -> list[Mark]:
    """Find phrases: at each place the longest wins and hides what lies inside it."""
    gap = WIDEST_GAP[script]
    hits: list[Mark] = []
    for index, token in enumerate(tokens):
        for one in _beginning(token.folded, phrases):
            last = _fits(tokens, index, one.words, gap)
            if last is not None and (one.capital is None or tokens[index + one.capital].capital):
                gapped = _GAP in one.words
                hits.append(Mark(one.concept, index, last, token.start, tokens[last].end, one.name, gapped))
    return _longest(hits)


def _beginning(word: str, phrases: Phrases) -> Iterator[Phrase]:
    yield from phrases.exact.get(word, ())
    for length in phrases.lengths:
        if length <= len(word):
            yield from phrases.stems.get(word[:length], ())


def _fits(tokens: list[Token], index: int, words: tuple[str, ...], gap: int) -> int | None:
    """Give the last token of a phrase that begins at one; None where it does not stand there."""
    place, at = index, 0
    while at < len(words):
        word = words[at]
        if word == _GAP:
            at += 1
            found = next(
                (here for here in range(place, min(place + gap + 1, len(tokens))) if _same(tokens[here], words[at])),
                None,
            )
            if found is None:
                return None
            place, at = found + 1, at + 1
            continue
        if place >= len(tokens) or not _same(tokens[place], word):
            return None
        place, at = place + 1, at + 1
    return place - 1


def _same(token: Token, word: str) -> bool:
    return token.folded.startswith(word[:-1]) if word[-1] == "*" and len(word) > 1 else token.folded == word


def _longest(hits: Iterable[Mark]) -> list[Mark]:
    """Drop what lies inside a longer mark, but not what stands in its gap; equals of several concepts all stay."""
    kept: list[Mark] = []
    for mark in sorted(hits, key=lambda one: (one.first, -one.last)):
        inside = any(
            other.first <= mark.first
            and mark.last <= other.last
            and (other.first, other.last) != (mark.first, mark.last)
            and not (other.gapped and other.first < mark.first and mark.last < other.last)
            for other in kept[-6:]
        )
        if not inside and mark not in kept[-6:]:
            kept.append(mark)
    return kept
