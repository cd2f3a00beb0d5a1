"""What each line of a page is: the story, or the furniture around it.

A line is prose when it reads as sentences. Around the prose stand title, deck, byline and stamps,
which are kept, and menus, share counts, related headlines, disclaimers and adverts, which make no
claims: a quantity in an advert is none in the story. Patterns are in the `lines` of the lexicons.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.press.article import Line
from ecluse.press.lexicon import line_patterns
from ecluse.press.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

# In the order in which a line is asked.
ASKED = ("update", "translated", "copyright", "disclaimer", "related", "share", "byline", "stamp", "credit", "menu")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.!?…。！？；][\"'»”’」』)\]）]*\s*$")
_COUNT = re.compile(r"\s*[\d\s.,]+[kKmM万]?\s*$")
_LONG_PROSE, _SHORT_PROSE, _HAN_PROSE = 25, 6, 6
_FEWEST = 3
_AFTER_END = 40
LONGEST_LINE = 20_000


@lru_cache(maxsize=1)
def patterns() -> dict[str, re.Pattern[str]]:
    """Give one pattern for each kind of line."""
    joined = {kind: "|".join(f"(?:{one})" for one in listed) for kind, listed in line_patterns().items()}
    return {kind: re.compile(one, re.IGNORECASE) for kind, one in joined.items()}


def classify(text: str, title: str | None = None) -> tuple[Line, ...]:
    """Say of every line that is not empty what it is, and why."""
    raw = list(_lines(text))
    told = [_first_look(text[start:end]) for start, end in raw]
    prose = [index for index, (kind, _) in enumerate(told) if kind == "body"]
    told = _headings(text, raw, told, prose, title)
    return tuple(
        Line(start, end, kind, why)
        for (start, end), (kind, why) in zip(raw, _after_the_end(text, raw, told), strict=True)
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"[^\n\r\u2028\x0b\x0c]+", text):
        words = match.group()
        if words.strip():
            start = match.start() + len(words) - len(words.lstrip())
            end = match.end() - (len(words) - len(words.rstrip()))
            # A line longer than any writer's is read in stretches, so that time stays bounded and nothing is lost.
            for place in range(start, end, LONGEST_LINE):
                yield place, min(place + LONGEST_LINE, end)


def is_prose(words: str) -> bool:
    """Does a line read as sentences, and not as a heading, a menu or a stamp?"""
    han = len(_HAN.findall(words))
    if han > 4:
        return han >= _HAN_PROSE and bool(_ENDS.search(words) or han > 60)
    count = len(_WORD.findall(words))
    return count >= _LONG_PROSE or (count >= _SHORT_PROSE and bool(_ENDS.search(words)))


def _first_look(words: str) -> tuple[str, str]:
    """Judge a line by itself."""
    known = patterns()
    short = words[:600]
    for kind in ASKED:
        found = known[kind].search(short) if kind in known else None
        if found:
            return kind, f"says {found.group()[:40]!r}"
    if _COUNT.fullmatch(words):
        return "share", "a bare count"
    offers = {match.group().lower() for match in known["advert"].finditer(short)}
    strong = known["offer"].search(short)
    if (strong or len(offers) > 1) and not _mostly_story(words):
        return "advert", f"offers {(strong.group() if strong else ', '.join(sorted(offers)))[:40]!r}"
    return ("body", "reads as sentences") if is_prose(words) else ("heading", "no sentence")


def _mostly_story(words: str) -> bool:
    """Is a line of several sentences a story into which one advert runs? Then only that sentence is left out."""
    parts = [part for part in re.split(r"(?<=[.!?。！？])\s*", words) if part.strip()]
    known = patterns()
    story = [part for part in parts if not known["offer"].search(part) and not known["advert"].search(part)]
    return len(parts) > 1 and is_prose(words) and sum(map(len, story)) * 2 >= len(words)


def _headings(
    text: str, raw: list[tuple[int, int]], told: list[tuple[str, str]], prose: list[int], title: str | None
) -> list[tuple[str, str]]:
    """Sort the lines without sentences: title and deck above the story, headings in it, menus around it."""
    first, last = (prose[0], prose[-1]) if prose else (len(raw), -1)
    heads = [index for index in range(first) if told[index][0] == "heading"]
    best = _title(text, raw, heads, title)
    name = None if best is None else fold(text[slice(*raw[best])])
    related = False
    sorted_out = list(told)
    for index, (kind, why) in enumerate(told):
        related = kind == "related" or (related and kind == "heading")
        if kind != "heading":
            continue
        words = text[slice(*raw[index])]
        if name is not None and fold(words) == name:
            sorted_out[index] = ("title", "the longest line above the story")
        elif first < index and _short_sentence(words) and sorted_out[index - 1][0] == "body":
            sorted_out[index] = ("body", "a short sentence right after the story's")
        elif related:
            sorted_out[index] = ("related", "follows a heading of related stories")
        elif best is not None and best < index < first and _long(words):
            sorted_out[index] = ("deck", "between title and story")
        elif first < index < last and _long(words):
            sorted_out[index] = ("heading", "a heading inside the story")
        else:
            sorted_out[index] = ("menu", why)
    return sorted_out


def _short_sentence(words: str) -> bool:
    """Is a line of few words a sentence: `Nvidia declined to comment.`?"""
    count = len(_WORD.findall(words)) + len(_HAN.findall(words))
    return count >= _FEWEST and bool(_ENDS.search(words))


def _long(words: str) -> bool:
    return len(_HAN.findall(words)) >= 8 or len(_WORD.findall(words)) >= 5


def _title(text: str, raw: list[tuple[int, int]], heads: list[int], title: str | None) -> int | None:
    if title is not None:
        wanted = fold(title).strip()
        for index in heads:
            if fold(text[slice(*raw[index])]).strip() == wanted:
                return index
    long = [index for index in heads if _long(text[slice(*raw[index])])]
    return max(long, key=lambda index: (_size(text[slice(*raw[index])]), -index), default=None)


def _size(words: str) -> int:
    """Measure a line so that Chinese and Latin lines compare."""
    return min(len(words) + 2 * len(_HAN.findall(words)), 300)


def _after_the_end(text: str, raw: list[tuple[int, int]], told: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """After a copyright line or a disclaimer below the story only a long paragraph still is story."""
    seen, ended = 0, False
    result = []
    for (start, end), (kind, why) in zip(raw, told, strict=True):
        seen += kind == "body"
        words = text[start:end]
        if ended and kind == "body" and len(_WORD.findall(words)) + len(_HAN.findall(words)) < _AFTER_END:
            result.append(("advert", "a short line after the end of the story"))
        else:
            result.append((kind, why))
        ended = ended or (seen > 1 and kind in ("copyright", "disclaimer"))
    return result
