"""Which language a text is in: French, English, Chinese in either script; others by a library if it is there."""

from __future__ import annotations

import re
from collections import Counter

from ecluse.press.lexicon import variants
from ecluse.press.words import fold

_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 20_000
# Small words that only one of the two languages has, or has far more often.
_FRENCH = "le la les des du une est dans par pour qui que sur avec ont aux cette selon etre sont ses mais"
_ENGLISH = "the of and to in is that for with has was on by from have which said would be its are this"
_SMALL = {"fr": frozenset(_FRENCH.split()), "en": frozenset(_ENGLISH.split())}


def language_of(text: str) -> tuple[str, str, str]:
    """Give language (`fr`, `en`, `zh`, another code, or `unknown`), script and how it was told.

    The script of Chinese is `Hans` or `Hant`, of the others `Latn`; empty where it is not known.
    """
    sample = text[:_LONGEST]
    han, kana = len(_HAN.findall(sample)), len(_KANA.findall(sample))
    letters = len(_WORD.findall(sample)) + han
    if han > 20 and han > letters * 0.3 and kana < han * 0.1:
        return "zh", _script(sample), "characters"
    words = Counter(fold(word) for word in _WORD.findall(sample))
    total = sum(words.values()) or 1
    scores = {name: sum(words[word] for word in small) / total for name, small in _SMALL.items()}
    best = max(scores, key=lambda name: scores[name])
    other = min(scores, key=lambda name: scores[name])
    if scores[best] > 0.08 and scores[best] > scores[other] * 2:
        return best, "Latn", "small words"
    return _by_library(sample)


def _script(text: str) -> str:
    table = variants()
    simplified = set(table.values()) - {chr(code) for code in table}
    old = sum(ord(sign) in table for sign in text)
    new = sum(sign in simplified for sign in text)
    return "Hant" if old > new else "Hans"


def _by_library(text: str) -> tuple[str, str, str]:
    try:
        import py3langid  # noqa: PLC0415 - an extra, and only texts that the small words leave open pay for it
    except ImportError:
        return "unknown", "", "small words (py3langid, which knows more languages, is not installed)"
    found = py3langid.classify(text)
    code = str(found[0])
    return code, _script(text) if code == "zh" else "", "py3langid"
