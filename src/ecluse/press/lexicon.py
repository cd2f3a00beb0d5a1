"""The lexicon of a language, the frames, and the gazetteer: reviewed data, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cache import digest_of, parse_all, read_texts
from ecluse.claim import CLAIM_GATES
from ecluse.errors import SourceError
from ecluse.press.words import Phrases, fold, phrase
from ecluse.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecluse.press.words import Mark, Token

LANGUAGES = ("fr", "en", "zh")
# Who a name is: the side from which it acts.
SIDES = (
    "cn", "us", "state", "vendor", "buyer", "class", "rival", "supplier", "press", "official", "person", "chip",
    "product",
)  # fmt: skip
MODALITIES = (
    "asserted", "permitted", "ordered", "required", "encouraged", "advised", "expected", "considered", "estimated",
    "declined", "unknown_to_holder", "pending", "negated", "restricted", "inferred",
)  # fmt: skip
# Classes that a rule may bar from use: where one is named, the concept `place` is met.
PLACES = (
    "sensitive government agencies", "government agencies", "critical infrastructure", "military",
    "state-owned enterprises",
)  # fmt: skip
LEVELS = ("policy", "licence", "trade", "none")


@dataclass(frozen=True, slots=True)
class Name:
    """A party, product or outlet as reports name it; `of` and `role` tell where a person belongs.

    `bare` are spellings that another government's office shares: who was named before tells whose it is.
    """

    name: str
    side: str
    names: tuple[str, ...]
    of: str | None = None
    role: str | None = None
    bare: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What makes a claim: concepts in their order, who acts, what must be there, what must not."""

    id: str
    act: str
    gate: str
    do: tuple[frozenset[str], ...]
    actor: frozenset[str]
    needs: tuple[frozenset[str], ...]
    without: frozenset[str]
    unless: frozenset[str]
    modality: str
    polarity: str
    level: str
    negated: bool
    actor_open: bool
    subjects: frozenset[str]
    parameters: tuple[str, ...]
    free: bool
    gap: int
    numbers: frozenset[str]
    holder_is_actor: bool
    close: bool
    beside: bool
    rank: int


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All that is needed to read one language."""

    language: str
    script: str
    phrases: Phrases
    names: Mapping[str, Name]
    frames: tuple[Frame, ...]
    variants: Mapping[int, str]
    bare: Mapping[str, Name]
    lines: Mapping[str, tuple[str, ...]]
    times: Mapping[str, tuple[str, ...]]
    numerals: Mapping[str, object]
    digest: str


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence with its tokens and marks."""

    index: int
    start: int
    end: int
    paragraph: int
    kind: str
    tokens: list[Token]
    marks: list[Mark]
    scale: int = 1


@lru_cache(maxsize=1)
def _files() -> tuple[dict[str, dict[str, object]], dict[str, str]]:
    texts = read_texts(Path(__file__).with_name("data"), SourceError)
    return parse_all(texts, SourceError), texts


def digest() -> str:
    """Give the sha256 of all lexicons, frames and gazetteers: what is frozen before a test half is read."""
    return digest_of(_files()[1])


def variants() -> dict[int, str]:
    """Give the simplified form of each traditional character."""
    table = _files()[0]["traditional.toml"]
    pairs = str(table["pairs"]).split()
    return {ord(pair[0]): pair[1] for pair in pairs}


@lru_cache(maxsize=1)
def common_signs() -> frozenset[str]:
    """Give the Chinese characters of the data files, in both scripts: what a Chinese report is written with."""
    return frozenset(sign for text in _files()[1].values() for sign in text if "\u4e00" <= sign <= "\u9fff")


def line_patterns() -> dict[str, list[str]]:
    """Give the patterns of lines of all languages: menus often speak another than the text."""
    kinds: dict[str, list[str]] = {}
    tables, texts = _files()
    for language in LANGUAGES:
        place = f"{language}.toml"
        for kind, listed in _lists(Reader(tables[place], place, SourceError, text=texts[place]), "lines").items():
            kinds.setdefault(kind, []).extend(listed)
    return kinds


@lru_cache(maxsize=16)
def load(language: str, extra: tuple[Name, ...] = ()) -> Lexicon:
    """Read the lexicon of a language, with names from elsewhere beside its own gazetteer.

    Raises SourceError for a wrong data file: file, key, value.
    """
    tables, texts = _files()
    place = f"{language}.toml"
    own = Reader(tables[place], place, SourceError, text=texts[place])
    shared = Reader(tables["names.toml"], "names.toml", SourceError, text=texts["names.toml"])
    folding = variants() if language == "zh" else {}
    phrases = Phrases()
    names: dict[str, Name] = {}
    words = own.inner("words")
    if words is not None:
        for concept in words.names():
            _add(phrases, words, concept, folding)
    for one in (*_names(shared), *_names(own), *extra):
        names.setdefault(one.name, one)
        for text in one.names:
            phrases.add(phrase(text, one.side, one.name, folding))
            if one.name in PLACES:
                phrases.add(phrase(text, "place", variants=folding))
    shared.close()
    frames = _frames(tables, texts, own)
    lines, times, numerals = (_lists(own, key) for key in ("lines", "times", "numerals"))
    own.word("language")
    own.close()
    script = "han" if language == "zh" else "latin"
    bare = {fold(text, folding): one for one in names.values() for text in one.bare}
    return Lexicon(language, script, phrases, names, frames, folding, bare, lines, times, numerals, digest())


def _add(phrases: Phrases, words: Reader, concept: str, folding: dict[int, str]) -> None:
    for text in words.words(concept) or ():
        try:
            phrases.add(phrase(text, concept, variants=folding))
        except ValueError as problem:
            words.fail(concept, str(problem))


def _names(reader: Reader) -> Iterable[Name]:
    for each in reader.each("name") or ():
        name = each.needed("name")
        yield Name(
            name=name,
            side=each.choice("side", SIDES),
            names=each.words("names") or (name,),
            of=each.word("of"),
            role=each.word("role"),
            bare=each.words("bare") or (),
        )
        each.close()


def _lists(reader: Reader, key: str) -> dict[str, tuple[str, ...]]:
    inner = reader.inner(key)
    if inner is None:
        return {}
    return {name: inner.words(name) or () for name in inner.names()}


def _frames(tables: Mapping[str, object], texts: Mapping[str, str], own: Reader) -> tuple[Frame, ...]:
    shared = Reader(tables["frames.toml"], "frames.toml", SourceError, text=texts["frames.toml"])
    frames = [_frame(each, index) for index, each in enumerate(shared.each("frame") or ())]
    shared.close()
    frames += [_frame(each, 1000 + index) for index, each in enumerate(own.each("frame") or ())]
    return tuple(frames)


def _frame(reader: Reader, index: int) -> Frame:
    act, do = reader.needed("act"), reader.needed("do")
    gap = reader.take("gap", 12)
    if not isinstance(gap, int):
        reader.fail("gap", "is no number of words")
    actor = (reader.word("actor") or "").split()
    frame = Frame(
        id=f"{act}/{index}",
        act=act,
        gate=reader.choice("gate", CLAIM_GATES),
        do=tuple(frozenset(part.split("|")) for part in do.split()),
        actor=frozenset(name.rstrip("?") for name in actor),
        needs=tuple(frozenset(part.split("|")) for part in (reader.word("needs") or "").split()),
        without=frozenset((reader.word("without") or "").split()),
        unless=frozenset((reader.word("unless") or "").split()),
        modality=reader.choice("modality", MODALITIES, "asserted"),
        polarity=reader.choice("polarity", ("yes", "no"), "yes"),
        level=reader.choice("level", LEVELS, "none"),
        negated=reader.take("negated", default=False) is True,
        actor_open=any(name.endswith("?") for name in actor),
        subjects=frozenset((reader.word("subjects") or "").split()),
        parameters=reader.words("parameters") or (),
        free=reader.take("free", default=False) is True,
        gap=gap,
        numbers=frozenset((reader.word("numbers") or "").split()),
        holder_is_actor=reader.take("own_words", default=False) is True,
        beside=reader.take("beside", default=False) is True,
        close=reader.take("close", default=False) is True,
        rank=index,
    )
    reader.close()
    return frame
