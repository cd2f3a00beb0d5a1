"""Tokens keep their places, phrases are found, lexicons are whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse import evidence
from ecluse.claim import CLAIM_GATES
from ecluse.errors import SourceError
from ecluse.press import lexicon as lexicons
from ecluse.press.lexicon import LANGUAGES, load
from ecluse.press.words import Phrases, find, fold, phrase, tokens_of


@given(st.text(max_size=200))
def test_tokens_stand_where_they_say(text: str) -> None:
    """Every token is the text between its places, folded, in order and apart."""
    last = 0
    for token in tokens_of(text, 0, len(text)):
        assert token.start >= last
        assert fold(text[token.start : token.end]) == token.folded
        last = token.end


def test_fold_takes_case_accents_and_script() -> None:
    """`Autorisé`, `AUTORISE` are one; so are 網 and 网 in a lexicon of Chinese."""
    assert fold("Autorisé") == fold("AUTORISE")
    assert fold("網信辦", lexicons.variants()) == "网信办"


@pytest.mark.parametrize(
    ("text", "script", "sentence", "found"),
    [
        ("autoris*", "latin", "Pékin a autorisé l'achat", "autorisé"),
        ("donn* ~ feu vert", "latin", "Pékin a donné hier son feu vert", "donné hier son feu vert"),
        ("donn* ~ feu vert", "latin", "Pékin a donné à tous ses services le feu vert", None),
        ("停止~采购", "han", "要求企业停止为公有云采购", "停止为公有云采购"),
        ("not permitted", "latin", "are not permitted to", "not permitted"),
    ],
)
def test_phrase_is_found(text: str, script: str, sentence: str, found: str | None) -> None:
    """A star ends a stem, `~` leaves a bounded gap."""
    phrases = Phrases()
    phrases.add(phrase(text, "it"))
    marks = find(tokens_of(sentence, 0, len(sentence)), phrases, script)
    assert [sentence[mark.start : mark.end] for mark in marks] == ([found] if found else [])


def test_the_longest_phrase_hides_what_lies_inside_it() -> None:
    """`not permitted` is no leave."""
    phrases = Phrases()
    for text, concept in (("permitted", "approve"), ("not permitted", "notallowed")):
        phrases.add(phrase(text, concept))
    marks = find(tokens_of("it is not permitted", 0, 19), phrases, "latin")
    assert [mark.concept for mark in marks] == ["notallowed"]


@pytest.mark.parametrize("text", ["", "~", "~ achat", "achat ~"])
def test_bad_phrase_is_refused(text: str) -> None:
    """A phrase has a word, and no gap at its ends."""
    with pytest.raises(ValueError, match="no phrase"):
        phrase(text, "it")


@pytest.mark.parametrize("language", LANGUAGES)
def test_frames_speak_of_what_a_lexicon_has(language: str) -> None:
    """Every concept of a frame has words in each language, every act is one of the evidence, every gate too."""
    lexicon = load(language)
    rows = (*lexicon.phrases.exact.values(), *lexicon.phrases.stems.values())
    known = {one.concept for row in rows for one in row} | {"chip", "number"}
    everywhere = {
        phrase.concept
        for other in map(load, LANGUAGES)
        for row in (*other.phrases.exact.values(), *other.phrases.stems.values())
        for phrase in row
    }
    acts = evidence.load().words.acts
    for frame in lexicon.frames:
        told = set().union(*frame.do, *frame.needs)
        assert told <= known, (frame.id, told - known)
        assert frame.act in acts, frame.id
        assert frame.unless <= everywhere, (frame.id, frame.unless - everywhere)
        assert frame.gate in CLAIM_GATES
        assert not frame.without & set().union(*frame.do), f"{frame.id} asks for what it forbids"


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_of_lines_and_times_are_patterns(language: str) -> None:
    """Every pattern of lines compiles, every rule of time is one that is known."""
    from ecluse.press.when import RULES, times_in

    lexicon = load(language)
    for listed in lexicon.lines.values():
        for one in listed:
            assert re.compile(one)
    assert set(lexicon.times) <= set(RULES)
    assert times_in("nothing of the kind", 0, None, lexicon.times) == []


def test_a_wrong_file_names_file_key_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lexicon that cannot be read says where."""
    from ecluse.cache import parse_all

    tables, texts = lexicons._files()  # noqa: SLF001 - the seam where data comes in
    texts = texts | {"fr.toml": texts["fr.toml"].replace('by = ["par"', 'by = ["~ par"')}
    spoiled = parse_all(texts, SourceError)
    monkeypatch.setattr(lexicons, "_files", lambda: (spoiled, texts))
    lexicons.load.cache_clear()
    try:
        with pytest.raises(SourceError, match=r"fr\.toml: words\.by .*'~ par' is no phrase"):
            load("fr")
    finally:
        lexicons.load.cache_clear()
    assert tables
