"""Quantities: a value or a bound, its unit, and whether it is meant for each of several.

Separators follow the language (decimal commas, narrow spaces), 万 and 亿 multiply; where a figure can be
read two ways (`2.300`, `1,500`), both readings are given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.press.words import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPACES = "\u0020\u00a0\u2009\u202f"
_LATIN_NUMBER = rf"\d{{1,3}}(?:[{_SPACES}.,']\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_HAN_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_HUNDREDTHS = "百分之"
_HAN_TENS = {"廿": "二十", "卅": "三十"}
_HAN_STEPS = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a report; `value` None is one that the report says nobody has fixed."""

    start: int
    end: int
    value: Bound | None
    unit: str
    qualifier: str
    each: bool
    text: str
    other: str | None = None


@dataclass(frozen=True, eq=False)
class Grammar:
    """The numerals of one language, as patterns."""

    number: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    qualifiers: tuple[tuple[re.Pattern[str], str], ...]
    late: tuple[tuple[re.Pattern[str], str], ...]
    units: tuple[tuple[re.Pattern[str], str], ...]
    each: re.Pattern[str]
    multipliers: tuple[tuple[re.Pattern[str], Decimal], ...]
    spelled: Mapping[str, Decimal]
    vague: tuple[tuple[re.Pattern[str], Bound], ...]
    between: re.Pattern[str]


def grammar(language: str, numerals: Mapping[str, object]) -> Grammar:
    """Build the grammar of a language from its lexicon."""
    key = tuple((name, tuple(value)) for name, value in numerals.items() if isinstance(value, tuple))
    return _grammar(language, key)


@lru_cache(maxsize=8)
def _grammar(language: str, rows: tuple[tuple[str, tuple[str, ...]], ...]) -> Grammar:
    table = dict(rows)
    pairs = {name: [row.split(" = ", 1) for row in table.get(name, ())] for name in table}
    spelled = {word: Decimal(value) for word, value in pairs.get("spelled", [])}
    words = "|".join(sorted(map(re.escape, spelled), key=len, reverse=True)) or "(?!)"
    if language == "zh":
        digits = "".join(_HAN_DIGITS) + "".join(_HAN_STEPS) + "".join(_HAN_TENS)
        number = (
            rf"{_HUNDREDTHS}(?:[{digits}]+|\d+(?:\.\d+)?)"
            rf"|(?<![A-Za-z0-9.])\d+(?:,\d{{3}})*(?:\.\d+)?|[{digits}]+(?=[万亿%％个倍枚颗张块片家台成])"
        )
    else:
        number = rf"(?<![\w.,])(?:{_LATIN_NUMBER})(?![\d])|\b(?:{words})\b"
    return Grammar(
        number=re.compile(number),
        before=re.compile(r"\s*[$€£¥]?\s*$|[A-Za-z]{2}\$\s*$"),
        after=re.compile(r"\s*"),
        qualifiers=tuple(
            (re.compile(rf"(?:{word})\s*(?:[$€£¥]|us\$)?\s*$"), value) for word, value in pairs.get("before", [])
        ),
        late=tuple((re.compile(rf"\s*(?:{word})"), value) for word, value in pairs.get("after", [])),
        units=tuple((re.compile(rf"\s*(?:{word})"), value) for word, value in pairs.get("units", [])),
        each=re.compile("|".join(table.get("each", ("(?!)",)))),
        multipliers=tuple(
            (re.compile(rf"[\s\u00a0\u202f-]*(?:{word})"), Decimal(value)) for word, value in pairs.get("times", [])
        ),
        spelled=spelled,
        vague=tuple((re.compile(word), _bound(value)) for word, value in pairs.get("vague", [])),
        between=re.compile("|".join(table.get("between", ("(?!)",)))),
    )


def _bound(text: str) -> Bound:
    low, _, high = text.partition("..")
    return Bound(int(low) if low else None, int(high) if high else None)


def quantities(
    text: str,
    start: int,
    end: int,
    language: str,
    rules: Grammar,
    variants: Mapping[int, str],
    chips: Mapping[int, int] | None = None,
) -> list[Quantity]:
    """Find the quantities of a stretch of text; offsets are those of the whole text."""
    words = _same_length(text[start:end], variants)
    found: list[Quantity] = []
    for pattern, bound in rules.vague:
        for hit in pattern.finditer(words):
            unit, late = _unit(words, hit.end(), rules)
            taken = any(one.start < start + hit.end() and start + hit.start() < one.end for one in found)
            if unit and not taken:
                found.append(_made((start, words), hit.start(), late, bound, unit, "order of magnitude", rules))
    at = 0
    while (match := rules.number.search(words, at)) is not None:
        at = match.end()
        if any(one.start <= start + match.start() < one.end for one in found):
            continue
        one, at = _read((start, words), match, language, rules, chips or {})
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _same_length(words: str, variants: Mapping[int, str]) -> str:
    folded = fold(words, variants)
    return folded if len(folded) == len(words) else "".join(fold(sign, variants)[:1] or sign for sign in words)


def _read(
    place: tuple[int, str], match: re.Match[str], language: str, rules: Grammar, chips: Mapping[int, int]
) -> tuple[Quantity | None, int]:
    words = place[1]
    value, other = number_of(match.group(), language, rules.spelled)
    if value is None:
        return None, match.end()
    value, late = _multiplied(value, words, match.end(), rules)
    qualifier, begin = _qualifier(words, match.start(), rules)
    for pattern, name in rules.late:
        found = pattern.match(words, late)
        if found:
            qualifier, late = (name if qualifier == "exact" else qualifier), found.end()
            value, late = _multiplied(value, words, late, rules)
            break
    high, times, late = _range(words, late, language, rules)
    value = value * times if high is not None and value * times <= high else value
    sign = "percent" if match.group().startswith(_HUNDREDTHS) else _currency(words, match.start())
    unit, late = (sign, late) if sign else _unit(words, late, rules)
    if not unit:
        unit, late = _chip_after(words, late, place[0], chips)
    if not unit:
        return None, match.end()
    if high is not None and value <= high:
        return _made(place, begin, late, Bound(_plain(value), _plain(high)), unit, "range", rules), late
    return _made(place, begin, late, bound_of(value, qualifier), unit, qualifier, rules, other), late


def _made(
    place: tuple[int, str], begin: int, late: int, value: Bound | None, unit: str, qualifier: str, rules: Grammar,
    other: str | None = None,
) -> Quantity:  # fmt: skip
    start, words = place
    tail = words[late : late + 48]
    head = words[max(begin - 12, 0) : begin]
    each = (
        rules.each.search(re.split(r"[.;。；]", tail)[0]) is not None
        or re.search(r"各自?\S{0,4}$|每[家间]\S{0,6}$", head) is not None
    )
    return Quantity(start + begin, start + late, value, unit, qualifier, each, words[begin:late].strip(), other)


def bound_of(value: Decimal, qualifier: str) -> Bound:
    """Give the bound that a qualified number is."""
    number = _plain(value)
    if qualifier in ("more than", "at least"):
        return Bound(number, None)
    if qualifier in ("less than", "at most"):
        return Bound(None, number)
    return exactly(number)


def _plain(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value.normalize()


def number_of(  # noqa: PLR0911 - one kind of numeral after another
    text: str, language: str, spelled: Mapping[str, Decimal]
) -> tuple[Decimal | None, str | None]:
    """Read a numeral; where its separator can be read two ways, the other reading is told."""
    text = text.removeprefix(_HUNDREDTHS)
    if text in spelled:
        return spelled[text], None
    if text[0] in _HAN_DIGITS or text[0] in _HAN_STEPS or text[0] in _HAN_TENS:
        return _han(text), None
    decimal, group = (",", ".") if language == "fr" else (".", ",")
    bare = re.sub(f"[{_SPACES}']", "", text)
    signs = [sign for sign in bare if sign in ",."]
    if not signs:
        return Decimal(bare), None
    if len(set(signs)) == 2:
        last = signs[-1]
        return Decimal(bare.replace("." if last == "," else ",", "").replace(",", ".")), None
    whole, _, rest = bare.rpartition(signs[0])
    grouped = Decimal(bare.replace(signs[0], ""))
    if len(signs) > 1:
        return grouped, None
    fraction = Decimal(f"{whole}.{rest}")
    if len(rest) != 3:
        return fraction, None
    if signs[0] == group:
        return grouped, f"{fraction} if the sign is a decimal mark" if language == "fr" else None
    if signs[0] == decimal:
        return (
            grouped if whole != "0" and language == "fr" else fraction
        ), f"{fraction if language == 'fr' else grouped}"
    return grouped, None


def _han(text: str) -> Decimal | None:
    for short, full in _HAN_TENS.items():
        text = text.replace(short, full)
    total, digit = 0, 0
    for sign in text:
        if sign in _HAN_DIGITS:
            digit = digit * 10 + _HAN_DIGITS[sign] if digit else _HAN_DIGITS[sign]
        else:
            total, digit = total + (digit or 1) * _HAN_STEPS[sign], 0
    return Decimal(total + digit)


def _multiplied(value: Decimal, words: str, place: int, rules: Grammar) -> tuple[Decimal, int]:
    again = True
    while again:
        again = False
        for pattern, times in rules.multipliers:
            found = pattern.match(words, place)
            if found and found.end() > place:
                value, place, again = value * times, found.end(), True
                break
    return value, place


def _qualifier(words: str, place: int, rules: Grammar) -> tuple[str, int]:
    head = words[max(place - 40, 0) : place]
    for pattern, name in rules.qualifiers:
        found = pattern.search(head)
        if found:
            return name, place - len(head) + found.start()
    return "exact", place


def _range(words: str, place: int, language: str, rules: Grammar) -> tuple[Decimal | None, Decimal, int]:
    """Read the second number of `400,000 to 500,000`, and its multiplier: in `2 to 5 billion` it counts for both."""
    none = (None, Decimal(1), place)
    join = rules.between.match(words, place)
    second = rules.number.match(words, join.end()) if join else None
    if second is None:
        return none
    value, _ = number_of(second.group(), language, rules.spelled)
    if value is None:
        return none
    full, late = _multiplied(value, words, second.end(), rules)
    return full, full / value if value else Decimal(1), late


def _unit(words: str, place: int, rules: Grammar) -> tuple[str, int]:
    for pattern, name in rules.units:
        found = pattern.match(words, place)
        if found:
            return name, found.end()
    return "", place


def _chip_after(words: str, place: int, start: int, chips: Mapping[int, int]) -> tuple[str, int]:
    """Is what is counted a chip by its name?"""
    here = place + len(words[place:]) - len(words[place:].lstrip())
    return ("chips", chips[start + here] - start) if start + here in chips else ("", place)


def _currency(words: str, place: int) -> str:
    sign = re.search(r"(us\$|[$€£¥])\s*$", words[max(place - 5, 0) : place])
    return {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY"}[sign.group(1)] if sign else ""
