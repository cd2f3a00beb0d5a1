"""Names made comparable: folded letters, legal forms set apart, short words written out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.parties.sounds import SHORTEST_STEM, stem

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).with_name("data") / "names"
LONGEST = 1_000
# From so many letters on a word may be two run together, the second a business word of so many.
SHORTEST_STUCK, SHORTEST_TAIL = 9, 6
# How many ways a name may be meant; a text of more is no name.
MOST_READINGS = 12
# From so many letters on a word with one slip is taken for the business word that it nearly is.
SHORTEST_SLIPPED, SURELY_SLIPPED = 7, 10
# Initials are of so many words.
FEWEST_INITIALS, MOST_INITIALS = 3, 7
# The longest listed name has fewer words.
MOST_WORDS = 64
# Cyrillic and Greek letters that pass for Latin ones in a word that is otherwise Latin.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝкмтвнАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανρικτυχ",
    "aeopcyxijsdhqwkmtbhABEKMHOPCTYXIJSABEZHIKMNOPTYXoavpiktyx",
)
_LATIN, _FOREIGN = re.compile(r"[A-Za-z]"), re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_WORD = re.compile(r"[^\s.,;:/()\[\]\"&-]+")
_INVISIBLE = dict.fromkeys(
    (0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
)
_SPECIAL = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ı": "i", "ħ": "h", "ŋ": "n"}
)
_APOSTROPHES = re.compile(r"['’‘`´ʻʼʹ′]")
_DOTTED = re.compile(r"\b(?:[a-z0-9]\.){2,}[a-z0-9]?\b\.?")
_BREAKS = re.compile(r"[^a-z0-9]+")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\Z")
_ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"), 1
    )
}
_TWICE, _FIGURES_BEHIND = re.compile(r"(.)\1"), re.compile(r"([a-z]{4,})(\d+)\Z")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# Words of people's names that tell nobody apart.
PARTICLES = frozenset(
    {"al", "el", "bin", "ibn", "bint", "abu", "umm", "mr", "mrs", "ms", "dr", "prof", "haji", "hajji"}
)
PARTICLES |= {
    "sheikh",
    "shaykh",
    "mullah",
    "mawlawi",
    "maulavi",
    "general",
    "jr",
    "sr",
    "de",
    "da",
    "dos",
    "van",
    "von",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name made comparable.

    `tokens` are its words without legal forms, short ones written out, in order; `forms` the kinds
    of legal form it names; `glued` the words run together as they were written.
    """

    text: str
    tokens: tuple[str, ...]
    forms: frozenset[str]
    glued: str

    @property
    def fingerprint(self) -> str:
        """The words in order of the alphabet: what two spellings of one name share."""
        return " ".join(sorted(self.tokens))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Fold to small Latin letters and digits, single spaces between words.

    Compatibility forms, marks on letters, zero-width and direction marks, letters that only look
    Latin, dots of abbreviations; other scripts by anyascii.
    """
    # One sign may stand for many letters: what it is written out to is cut as well.
    text = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST].translate(_INVISIBLE)
    if not text.isascii():
        text = _fold_letters(text)
    text = _APOSTROPHES.sub("", text.lower())
    text = _DOTTED.sub(lambda found: f"{found[0].replace('.', '')} ", text)
    return _BREAKS.sub(" ", text.replace("&", " and ").replace("+", " plus ")).strip()


def key_of(name: str) -> str:
    """Give what names that must be the same are compared by: the letters folded, the legal form kept."""
    return fold(name) or name


def _fold_letters(text: str) -> str:
    if _FOREIGN.search(text) and _LATIN.search(text):
        text = _WORD.sub(lambda found: _lookalike(found[0]), text)
    text = unicodedata.normalize("NFKD", text.casefold().translate(_SPECIAL))
    text = "".join(mark for mark in text if not unicodedata.combining(mark))
    if text.isascii():
        return text
    from anyascii import anyascii  # noqa: PLC0415 - only other scripts pay for it

    return anyascii(text)


def _lookalike(word: str) -> str:
    """Take letters that only look Latin for Latin ones, in a word that has Latin letters of its own."""
    return word.translate(_LOOKALIKES) if _LATIN.search(word) and _FOREIGN.search(word) else word


@lru_cache(maxsize=1)
def _forms() -> tuple[re.Pattern[str], dict[str, str]]:
    """Give the pattern that finds legal forms, longest first, and the kind of each."""
    kinds: dict[str, str] = {}
    for line in rows_of("forms.tsv"):
        kinds[line[0]] = line[1]
    single = {form: kind for form, kind in kinds.items() if " " not in form}
    longer = sorted((form for form in kinds if " " in form), key=len, reverse=True)
    pattern = re.compile(r"(?<![a-z0-9])(?:" + "|".join(map(re.escape, longer)) + r")(?![a-z0-9])")
    return pattern, kinds | single


@lru_cache(maxsize=1)
def _spelled() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Give the patterns of legal forms that are spelled in many ways, and the kind of each."""
    return tuple((re.compile(rf"\b(?:{row[0]})(?![a-z0-9])"), row[1]) for row in rows_of("spelled.tsv"))


@lru_cache(maxsize=1)
def _expansions() -> dict[str, tuple[str, ...]]:
    """Give the words that a short word stands for together."""
    return {row[0]: tuple(row[1].split()) for row in rows_of("expansions.tsv")}


@lru_cache(maxsize=1)
def words() -> tuple[dict[str, str], frozenset[str]]:
    """Give what short or foreign business words stand for, and the set of all common words."""
    stands: dict[str, str] = {}
    common: set[str] = set()
    for line in rows_of("words.tsv"):
        common.add(line[0])
        for short in line[1].split() if len(line) > 1 else ():
            stands.setdefault(short, line[0])
    return {short: word for short, word in stands.items() if short not in common}, frozenset(common)


def rows_of(name: str) -> Iterator[list[str]]:
    """Give the rows of one of the tables beside this file, comments left out."""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Give the names of Chinese places, of cities and provinces that firms carry in their names."""
    found = {"beijing", "shanghai", "moscow", "iran", "tehran", "russia", "russian", "dubai", "hong", "kong", "macau"}
    for line in rows_of("places.tsv"):
        found.update(line[0].split())
    return frozenset(found)


@lru_cache(maxsize=1)
def _stems() -> dict[str, tuple[str, ...]]:
    """Give the English words that Russian ones stand for, by stem."""
    stands, _ = words()
    found = {}
    for word, english in rows_of("stems.tsv"):
        found[stem(word)] = tuple(stands.get(one, one) for one in english.split())
    return found


@lru_cache(maxsize=1)
def _slips() -> dict[str, str]:
    """Give longer business words by what is left of them without one letter."""
    stands, common = words()
    found: dict[str, str] = {}
    for word in (*common, *stands):
        if len(word) >= SHORTEST_SLIPPED:
            for at in range(1, len(word)):
                found.setdefault(word[:at] + word[at + 1 :], word)
            found[word] = word
    return found


@lru_cache(maxsize=65536)
def _mended(word: str) -> str:
    """Give the business word that a longer word is but for one slip of the pen; of others the word itself."""
    if len(word) < SHORTEST_SLIPPED or not word.isalpha():
        return word
    near = _slips()
    for at in range(len(word), 0, -1):
        meant = near.get(word[:at] + word[at + 1 :])
        if meant is not None and _one_slip(word, meant):
            # In a shorter word another letter may make another word; a letter doubled or two swapped does not.
            sure = len(word) >= SURELY_SLIPPED or _TWICE.sub(r"\1", word) == meant or sorted(word) == sorted(meant)
            return meant if sure else word
    return word


@lru_cache(maxsize=65536)
def _told(word: str) -> tuple[str, ...] | None:
    """Give the English words that a Russian one stands for, where it is a word of business or of every day."""
    stands, common = words()
    if len(word) <= SHORTEST_STEM or word in common or word in stands or not word.isalpha():
        return None
    root = stem(word)
    return _stems().get(root) if root else None


# Legal forms that are met with a slip of the pen, or run together with the word before them.
_LONG_FORMS = {
    "limited": "limited", "company": "company", "corporation": "corporation", "liability": "limited",
    "holding": "holding", "holdings": "holding", "incorporated": "corporation",
}  # fmt: skip
# Short ones that no word ends in.
_STUCK_FORMS = {"gmbh": "limited", "ltd": "limited", "llc": "limited"}


@lru_cache(maxsize=65536)
def _stuck(word: str) -> tuple[str, str] | None:
    """Give what stands before a legal form that is spelled wrong or stuck to a word, and its kind; None of others."""
    for form, kind in _LONG_FORMS.items():
        if word.endswith(form) and len(word) >= len(form) + 3:
            return word[: -len(form)], kind
        if word[0] == form[0] and abs(len(word) - len(form)) <= 1 and word != form and _one_slip(word, form):
            return "", kind
        if word.startswith(form) and len(word) >= len(form) + 4 and len(form) < 10:
            return word[len(form) :], kind
    for form, kind in _STUCK_FORMS.items():
        if word.endswith(form) and len(word) >= len(form) + 3:
            return word[: -len(form)], kind
    return None


@lru_cache(maxsize=65536)
def _apart(word: str) -> tuple[str, ...]:
    """Part a word from the business word that it is run together with: MATERIALSOLUTIONS, GOLDTRADING."""
    stands, common = words()
    meant = word if word in common or word in stands else _mended(word)
    if len(word) < SHORTEST_STUCK or word in common or meant != word:
        return (_written_out(meant, stands),)
    figures = _FIGURES_BEHIND.match(word)
    if figures and (figures[1] in common or figures[1] in stands):
        return (_written_out(figures[1], stands), figures[2])
    for at in range(2, len(word) - SHORTEST_TAIL + 1):
        tail = word[at:]
        if tail in common or tail in stands:
            return (_written_out(word[:at], stands), _written_out(tail, stands))
    return (_written_out(word, stands),)


def _one_slip(one: str, two: str) -> bool:
    """Are two words the same but for a letter left out, put in, changed, or two swapped?"""
    ahead = 0
    while ahead < min(len(one), len(two)) and one[ahead] == two[ahead]:
        ahead += 1
    first, second = one[ahead:], two[ahead:]
    return (
        first[1:] == second[1:]
        or first[1:] == second
        or first == second[1:]
        or (first[1::-1] == second[:2] and first[2:] == second[2:])
    )


# What every form of `spelled.tsv` holds: names without it are not searched for them.
_HINT = re.compile(r"stvo|tavar|tovar|fed\w+ gos|gos\w+ unit|\bl\w*ab|joint|jnt st|jiont|anonim|aktsioner|i?ability")


@lru_cache(maxsize=4096)
def parse(text: str) -> Name:
    """Make a name comparable. A name of nothing but legal forms keeps them as its words."""
    return of_folded(fold(text), text)


def of_folded(folded: str, text: str) -> Name:
    """Make a name comparable that is folded already."""
    bare, found = _without_forms(folded)
    _, kinds = _forms()
    stands, _ = words()
    several = _expansions()
    kept: list[str] = []
    for word in bare.split():
        kind = kinds.get(word)
        if kind is not None:
            found.add(kind)
        elif word in several:
            kept += several[word]
        elif (told := _told(word)) is not None:
            kept += told
        elif len(word) > 5 and (stuck := _stuck(word)) is not None:
            found.add(stuck[1])
            kept += _apart(stuck[0]) if stuck[0] else ()
        else:
            kept += _apart(_written_out(word, stands))
    if not kept:
        kept = folded.split()
    tokens = tuple(word for word in kept if word not in ("and", "of", "the"))[:MOST_WORDS] or tuple(kept[:MOST_WORDS])
    return Name(text, tokens, frozenset(found), "".join(tokens))


def _without_forms(folded: str) -> tuple[str, set[str]]:
    """Take out the legal forms of several words, and give their kinds."""
    pattern, kinds = _forms()
    found: set[str] = set()
    if _HINT.search(folded):
        for spelled, kind in _spelled():
            folded, count = spelled.subn(" ", folded)
            if count:
                found.add(kind)

    def note(match: re.Match[str]) -> str:
        found.add(kinds[match[0]])
        return " "

    return pattern.sub(note, folded) if pattern.search(folded) else folded, found


def _written_out(word: str, stands: dict[str, str]) -> str:
    ordinal = _ORDINAL.match(word)
    if ordinal:
        return ordinal[1]
    return _ORDINALS.get(word) or stands.get(word, word)


# Words that initials leave out, and letters that one Russian letter is written with.
_LEFT_OUT = frozenset(
    {"and", "of", "the", "for", "to", "in", "on", "at", "by", "s", "i", "y", "e", "de", "la", "del", "des", "du"}
)
_ONE_LETTER = re.compile("shch|ts|zh|kh|ch|sh|yu|ya|iu|ia|[a-z0-9]")


def initials(text: str) -> tuple[str, ...]:
    """Give the initials of a name as written, without its legal forms and with them, `ts` as one letter too."""
    folded = fold(text)
    bare, _ = _without_forms(folded)
    _, kinds = _forms()
    kept = [word for word in bare.split() if word not in _LEFT_OUT]
    ways = [[word for word in kept if word not in kinds], kept, [w for w in folded.split() if w not in _LEFT_OUT]]
    found = []
    for way in ways:
        if FEWEST_INITIALS <= len(way) <= MOST_INITIALS:
            found.append("".join(word[0] for word in way))
            found.append("".join(_ONE_LETTER.match(word)[0] for word in way))  # type: ignore[index]
    return tuple(one for one in dict.fromkeys(found) if one.isalpha())


_RUNS = re.compile(r"\s+")
# An address in capitals without its commas: NO 88 KEYUAN ROAD.
_BARE_ADDRESS = re.compile(
    r"^(.{3,}?)\s(?:no|room|rm|unit|ul|flat)\s\d{1,5}[\w/-]{0,6}\s.{0,200}?\b(?:road|rd|street|st|avenue|ave|district|building|bldg|"
    r"park|moscow|dubai|tehran|hong kong)\b",
    re.IGNORECASE | re.DOTALL,
)
# An address behind a name: a comma, then what addresses begin with.
_ADDRESS = re.compile(
    r"^(.{3,}?)\s?[,;\n]\s?(?=.{12})(?=(?:no\.?\s?\d|rooms?\b|rm\b|unit\b|suite\b|flat\b|floor\b|block\b|building\b|bldg\b|office\b|"
    r"p\.?\s?o\.?\s?box|ul\.|ulitsa\b|prospekt\b|pr-kt\b|d\.\s?\d|\d{1,5}(?:[-/]\d+)?[a-z]?\s?,?\s[a-z\u00c0-\u024f]{3,}|"
    r"\d{1,4}(?:st|nd|rd|th)?/?f\b|level \d|plot \d|street\b))",
    re.IGNORECASE | re.DOTALL,
)
_LEGAL_END = re.compile(
    r"^(.{4,}?\b(?:co\.?,?\s*ltd|co\.?,?\s*limited|ltd|limited|inc|llc|l\.l\.c|gmbh|corp|corporation|s\.a|plc|pte\.?\s*ltd|"
    r"jsc|ojsc|pjsc|company)\b\.?)\s*[,;:\n-]+\s*(.{8,})$",
    re.IGNORECASE | re.DOTALL,
)
_BRACKETED = re.compile(r"[(\[（【]([^()（）\[\]【】]{1,80})[)\]）】]")
_AKA = re.compile(
    r"\s*[,;(]?\s*\b(?:a\.?k\.?a\.?|f\.?k\.?a\.?|d\.?b\.?a\.?|formerly|also known as|trading as|t/a)\b[:.,]?\s*",
    re.IGNORECASE,
)
_ATTENTION = re.compile(r"^\s*(?:m/s\.?|messrs\.?|attn\.?:?|c/o|to:|the)\s+", re.IGNORECASE)
_AFFILIATED = re.compile(r"\.?\s*affiliated entity:\s*", re.IGNORECASE)


def readings(text: str) -> tuple[str, ...]:
    """Give what a name as written may mean: whole; without an address after it, or a bracket in it; each alias."""
    text = _RUNS.sub(lambda run: "\n" if "\n" in run[0] else " ", text[: 4 * LONGEST]).strip()[:LONGEST]
    text = _ATTENTION.sub("", text) or text
    found = [text, _AFFILIATED.split(text)[-1]]
    parts = [part for part in _AKA.split(text) if len(part.strip(" ,;()")) > 2]
    if len(parts) > 1:
        found += [part.strip(" ,;()") for part in parts]
    for one in tuple(found):
        cut = _LEGAL_END.match(one)
        if cut and not re.search(r"\d|road|street|district|building,", cut[2], re.IGNORECASE):
            cut = None
        cut = cut or _ADDRESS.match(one) or _BARE_ADDRESS.match(one)
        if cut:
            found.append(cut[1])
    for one in tuple(found):
        bare = _BRACKETED.sub(" ", one)
        if bare != one and len(bare.strip()) > 3:
            found.append(" ".join(bare.split()))
    return tuple(dict.fromkeys(found))[:MOST_READINGS]


def published(text: str) -> tuple[str, ...]:
    """Give the names that one published name holds: an affiliate named behind its parent, initials in brackets."""
    parts = _AFFILIATED.split(text)
    text = parts[-1].strip(" ,;") if len(parts) > 1 else text.strip(" ,;")
    found = [text]
    bare = " ".join(_BRACKETED.sub(" ", text).split())
    if bare != text and len(bare) > 3:
        found.append(bare)
    own = set(fold(bare).split())
    # Behind the full name a bracket holds what it is called for short: its initials, or a word of it.
    found += [
        inner
        for inner in map(str.strip, _BRACKETED.findall(text))
        if _initials(inner) or (len(inner) > 4 and set(fold(inner).split()) <= own and inner.lower() not in places())
    ]
    return tuple(dict.fromkeys(one for one in found if one))


def _initials(inner: str) -> bool:
    return inner.isalpha() and inner.isascii() and inner.isupper() and 4 <= len(inner) <= 10
