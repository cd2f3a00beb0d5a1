"""Chinese names told in Latin letters, segment by segment: places, forms, business words, brands, sounds.

华为技术有限公司 becomes `huawei technology`, with each segment's English kept, so that a hit can say
why: "技术 = technology". What no table holds is a brand and is written by its sounds.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.parties.names import HAN, fold, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    _Best = dict[tuple[int, int], tuple[float, int, int, str]]

LONGEST = 200
MOST_RENDERINGS = 8
_NUMERALS = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"\u3007": 0, "两": 2}
_NUMBERED = re.compile(r"第?([零\u3007一二三四五六七八九十百]{1,6}|\d{1,4})(?=研究所|研究院|所|院|厂|总体部|研究部)")
# Three figures or more in Chinese are a number (七六四), unless a brand is written so (三六零).
_FIGURES = re.compile(r"[零\u3007一二三四五六七八九]{3,}")
_SPLIT = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)")
# One character is a word only where it cannot be part of a brand: behind a place or a brand, or at the end.
_BEHIND = frozenset({"place", "brand", "part"})
_AT_END = frozenset("厂局所院部")
_NEAR, _ANEW, _ON, _ALONE = 1.0, 1.7, 1.2, 1.5
# Of a firm's seat, city and province are said without the word for them.
_SEATS = frozenset("市省")
# Mandarin syllables as Wade and Giles spelled them, without marks: beginnings, then whole endings.
_WADE_STARTS = (
    ("zh", "ch"), ("ch", "ch"), ("sh", "sh"), ("b", "p"), ("p", "p"), ("d", "t"), ("t", "t"), ("g", "k"), ("k", "k"),
    ("j", "ch"), ("q", "ch"), ("x", "hs"), ("z", "ts"), ("c", "ts"), ("r", "j"),
)  # fmt: skip
_WADE_ENDS = (("ong", "ung"), ("ian", "ien"), ("ie", "ieh"), ("ui", "ui"), ("uo", "o"))
# Jyutping as Hong Kong spells it.
_CANTON_STARTS = (("gw", "kw"), ("z", "ch"), ("c", "ch"), ("j", "y"), ("k", "k"))
_CANTON_ENDS = (
    ("aai", "ai"), ("aau", "au"), ("aam", "am"), ("aan", "an"), ("aang", "ang"), ("aap", "ap"), ("aat", "at"),
    ("aak", "ak"), ("aa", "a"), ("oeng", "eung"), ("oek", "euk"), ("oe", "eu"), ("eoi", "ui"), ("eon", "un"),
    ("eot", "ut"), ("yu", "yu"), ("au", "au"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a Chinese name, the English it stands for, and what kind of piece it is."""

    han: str
    english: str
    kind: str

    def __str__(self) -> str:
        """Say it as a reason says it."""
        return f"{self.han} = {self.english}"


@dataclass(frozen=True, slots=True)
class Rendering:
    """A Chinese name in Latin letters, and the segments it was made of."""

    text: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """The bilingual layer: segments, brands, characters."""

    segments: Mapping[str, tuple[str, str]]
    brands: Mapping[str, tuple[str, ...]]
    simple: Mapping[str, str]
    sounds: Mapping[str, str]
    canton: Mapping[str, str]
    longest: int


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Read the bilingual layer once."""
    simple: dict[str, str] = {}
    sounds: dict[str, str] = {}
    canton: dict[str, str] = {}
    for mark, form, sound, heard in rows_of("characters.tsv"):
        if form:
            simple[mark] = form
        sounds[mark], canton[mark] = sound, heard
    segments = {}
    for han, english, kind in rows_of("chinese.tsv"):
        plain = "".join(simple.get(mark, mark) for mark in han)
        segments[plain] = (english or "".join(sounds[mark] for mark in plain), kind)
    brands = {row[0]: tuple(part.strip() for part in row[1].split(";")) for row in rows_of("brands.tsv")}
    longest = max(map(len, itertools.chain(segments, brands)))
    return Tables(segments, brands, simple, sounds, canton, longest)


def has_han(text: str) -> bool:
    """Does a name hold Chinese characters?"""
    return HAN.search(text) is not None


def simplify(text: str) -> str:
    """Write traditional characters in their simplified form."""
    simple = tables().simple
    return "".join(simple.get(mark, mark) for mark in unicodedata.normalize("NFKC", text))


def renderings(text: str) -> tuple[Rendering, ...]:
    """Tell a Chinese name in Latin letters, each way it may be meant, the likeliest first.

    Brands that have several spellings give one rendering each; what is known only by sound is also
    spelled the Cantonese way and Wade and Giles's where the characters are traditional; last, the
    whole by its sounds, as lists often write an alias.
    """
    plain = unicodedata.normalize("NFKC", text)[:LONGEST]
    old = any(mark in tables().simple for mark in plain)
    choices = [_options(segment) for segment in _segments(simplify(plain))]
    found = [_rendering([options[0] for options in choices])]
    for at, options in enumerate(choices):
        found += [
            _rendering([row[0] if here != at else other for here, row in enumerate(choices)]) for other in options[1:]
        ]
    sounded = [options[0] for options in choices]
    if old and any(segment.kind == "sound" for segment in sounded):
        for spell in (_cantonese, _wade):
            heard = [_spelled(one, spell) if one.kind == "sound" else one for one in sounded]
            found.append(_rendering(heard))
    found.append(_rendering([_by_sound(one) for one in sounded]))
    return tuple({one.text: one for one in reversed(found)}.values())[::-1][:MOST_RENDERINGS]


def latin(text: str) -> tuple[str, ...]:
    """Give a name in Latin letters: itself, or the renderings of a Chinese one."""
    return tuple(one.text for one in renderings(text)) if has_han(text) else (text,)


def _rendering(segments: list[Segment]) -> Rendering:
    firm = any(one.kind == "form" for one in segments)
    told = [one for one in segments if one.english and not (firm and one.han in _SEATS)]
    return Rendering(" ".join(one.english for one in told), tuple(told))


def _options(segment: Segment) -> list[Segment]:
    if segment.kind != "brand":
        return [segment]
    spelled = tables().brands[segment.han]
    return [Segment(segment.han, one, "brand") for one in spelled]


def _by_sound(segment: Segment) -> Segment:
    if segment.kind in ("form", "latin", "number", "place"):
        return segment
    return Segment(segment.han, _sound(segment.han), segment.kind)


def _sound(han: str) -> str:
    return "".join(tables().sounds.get(mark, "") or fold(mark) for mark in han)


def _spelled(segment: Segment, spell: Callable[[str], str]) -> Segment:
    return Segment(segment.han, " ".join(spell(mark) for mark in segment.han), segment.kind)


def _cantonese(mark: str) -> str:
    heard = tables().canton.get(mark, "")
    return _respelled(heard, _CANTON_STARTS, _CANTON_ENDS) or _sound(mark)


def _wade(mark: str) -> str:
    sound = tables().sounds.get(mark, "")
    if sound in ("si", "zi", "ci"):
        return {"si": "ssu", "zi": "tzu", "ci": "tzu"}[sound]
    if sound in ("shi", "zhi", "chi", "ri"):
        return {"shi": "shih", "zhi": "chih", "chi": "chih", "ri": "jih"}[sound]
    return _respelled(sound, _WADE_STARTS, _WADE_ENDS) or _sound(mark)


def _respelled(sound: str, starts: tuple[tuple[str, str], ...], ends: tuple[tuple[str, str], ...]) -> str:
    head = next((one for one in starts if sound.startswith(one[0])), ("", ""))
    rest = sound[len(head[0]) :]
    tail = next((one for one in ends if rest.endswith(one[0]) and len(rest) >= len(one[0])), ("", ""))
    middle = rest[: len(rest) - len(tail[0])] if tail[0] else rest
    return head[1] + middle + tail[1]


def _segments(text: str) -> Iterator[Segment]:
    """Cut a simplified name into segments; Latin and figures stay as they are."""
    text = _NUMBERED.sub(lambda found: f" {_number(found[1])} ", text)
    text = _FIGURES.sub(lambda found: found[0] if found[0] in tables().brands else f" {_number(found[0])} ", text)
    for index, run in enumerate(_SPLIT.split(text)):
        if index % 2:
            yield from _cut(run)
        elif folded := fold(run):
            yield Segment(run.strip(), folded, "latin" if not folded.isdigit() else "number")


def _number(text: str) -> str:
    """Read a Chinese numeral below a thousand, counted (五十八) or spelled figure by figure (七六四)."""
    if text.isdigit():
        return text
    if "十" not in text and "百" not in text:
        return "".join(str(_NUMERALS[mark]) for mark in text)
    hundreds, rest = text.split("百", 1) if "百" in text else ("", text)
    tens, ones = rest.split("十", 1) if "十" in rest else ("0", rest)
    value = 100 * (_NUMERALS.get(hundreds[-1:], 1) if "百" in text else 0)
    value += 10 * (_NUMERALS.get(tens[-1:], 1) if "十" in rest else 0)
    return str(value + (_NUMERALS.get(ones[-1:], 0) if ones else 0))


def _cut(run: str) -> list[Segment]:
    """Cut a run of characters at the least cost: a known segment costs one, unknown characters more.

    A brand stands together: beginning another stretch of unknown characters costs more than going on.
    """
    known = tables()
    size = len(run)
    # For each place, and how many unknown characters stand before it (0, 1, more): cost, origin, kind.
    best: _Best = {(0, 0): (0.0, 0, 0, "")}
    for start in range(size):
        for loose in (0, 1, 2):
            if (start, loose) not in best:
                continue
            cost, _, _, kind = best[start, loose]
            _offer(best, (start + 1, min(loose + 1, 2)), (cost + (_ON if loose else _ANEW), start, loose, "sound"))
            # One unknown character by itself is seldom a brand: it goes with its neighbour.
            cost += _ALONE if loose == 1 else 0.0
            for end in range(start + 1, min(size, start + known.longest) + 1):
                piece = run[start:end]
                found = _kind(piece, known)
                if found is not None and (end - start > 1 or _alone(piece, kind, run, end)):
                    # A longer segment says more than two short ones of the same cost.
                    _offer(best, (end, 0), (cost + _NEAR - 0.01 * (end - start), start, loose, found))
    ends = [(size, loose) for loose in (0, 1, 2) if (size, loose) in best]
    at = min(ends, key=lambda key: best[key][0] + (_ALONE if key[1] == 1 else 0.0))
    cuts: list[tuple[int, int, str]] = []
    while at[0]:
        _, start, loose, kind = best[at]
        cuts.append((start, at[0], kind))
        at = (start, loose)
    return _joined(run, cuts[::-1])


def _offer(best: _Best, key: tuple[int, int], row: tuple[float, int, int, str]) -> None:
    if key not in best or row < best[key]:
        best[key] = row


def _kind(piece: str, known: Tables) -> str | None:
    if piece in known.brands:
        return "brand"
    return known.segments[piece][1] if piece in known.segments else None


def _alone(piece: str, before: str, run: str, end: int) -> bool:
    if piece in _AT_END:
        return end == len(run) or run[end:] in tables().segments
    return before in _BEHIND


def _joined(run: str, cuts: list[tuple[int, int, str]]) -> list[Segment]:
    """Join characters by themselves into one brand, and give each segment its English."""
    known = tables()
    found: list[Segment] = []
    for kind, group in itertools.groupby(cuts, key=lambda cut: cut[2]):
        rows = list(group)
        if kind == "sound":
            piece = run[rows[0][0] : rows[-1][1]]
            found.append(Segment(piece, _sound(piece), "sound"))
            continue
        for start, end, _ in rows:
            piece = run[start:end]
            english = known.brands[piece][0] if kind == "brand" else known.segments[piece][0]
            found.append(Segment(piece, english, kind))
    return found
