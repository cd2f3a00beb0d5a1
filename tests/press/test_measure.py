"""The reader on its made set: floors per language and per field, and the set itself."""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.press.scoring import Score, agreement, labelled, read, score, with_model

if TYPE_CHECKING:
    from pathlib import Path

FLOORS = tomllib.loads((ROOT / "tests" / "floors.toml").read_text(encoding="utf-8"))["press"]
LANGUAGES = ("fr", "en", "zh")


@lru_cache(maxsize=2)
def scores(*, strong: bool = False) -> dict[str, Score]:
    """The scores of the test half."""
    return score("test", strong=strong)


def test_the_set_is_large_enough_and_split_by_story() -> None:
    """At least 20 articles a language, 12 stories, both scripts of Chinese; no story stands in both halves."""
    halves = {half: labelled(half) for half in ("dev", "test")}
    every = [one for rows in halves.values() for one in rows]
    assert min(Counter(one.language for one in every).values()) >= 20
    stories = {half: {one.story for one in rows} for half, rows in halves.items()}
    assert len(stories["dev"] | stories["test"]) >= 12
    assert not stories["dev"] & stories["test"]
    assert len({one.id for one in every}) == len(every)
    from ecluse.press.language import language_of

    assert {language_of(one.text)[1] for one in every if one.language == "zh"} == {"Hans", "Hant"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_floors(language: str) -> None:
    """Precision and recall of claims and of each field stay at their floors or above."""
    floors, found = FLOORS[language], scores()[language]
    told = {"claims": (found.precision, found.recall)} | {
        name: found.of(name) for name in floors if name in found.fields
    }
    strong = scores(strong=True)[language]
    told["strong"] = (strong.precision, strong.recall)
    assert set(told) == set(floors)
    for name, (precision, recall) in floors.items():
        assert told[name][0] >= precision, f"{language} {name}: precision {told[name][0]:.3f} under {precision}"
        assert told[name][1] >= recall, f"{language} {name}: recall {told[name][1]:.3f} under {recall}"


@pytest.mark.parametrize("name", [name for name in ("fourth", "fifth", "sixth") if name in FLOORS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_floors_on_excerpts_of_real_articles(name: str, language: str) -> None:
    """What the first look at a set gave stays, for claims and each field that is labelled often enough."""
    floors, found = FLOORS[name][language], score(name)[language]
    for part, (precision, recall) in floors.items():
        told = (found.precision, found.recall) if part == "claims" else found.of(part)
        assert told[0] >= precision, f"{name} {language} {part}: precision {told[0]:.3f} under {precision}"
        assert told[1] >= recall, f"{name} {language} {part}: recall {told[1]:.3f} under {recall}"


def test_excerpts_are_short_and_have_addresses() -> None:
    """A set holds what may be quoted: a few sentences each, with the place they are from; no place twice."""
    places = Counter[str]()
    for name in ("real", "fresh", "third", "fourth", "fifth", "sixth"):
        for one in labelled(name):
            assert len(one.text) < 1_200, one.id
            assert one.url.startswith("http"), one.id
            places[one.url] += 1
        look = next((row for row in FLOORS["looks"] if row["set"] == name), None)
        if look is None:
            continue
        told = {key: sum(len(one.claims) for one in labelled(name) if one.language == key) for key in LANGUAGES}
        assert {key: counts[2] for key, counts in look["counts"].items()} == told
    assert max(places.values()) == 1, places.most_common(1)


def test_floors_rise_with_what_is_measured() -> None:
    """A floor does not lag more than three hundredths behind: whoever improves the reader raises it."""
    for language in LANGUAGES:
        floors, found = FLOORS[language], scores()[language]
        assert found.precision - floors["claims"][0] < 0.03
        assert found.recall - floors["claims"][1] < 0.03


def test_two_labelling_passes_agree_as_stated() -> None:
    """Agreement on claims and fields is what the floors say, to a hundredth."""
    for name, value in agreement().items():
        assert value == pytest.approx(FLOORS["agreement"][name], abs=0.01)


def test_the_score_can_fall() -> None:
    """A reader that proposes nothing, one that proposes twice, one that calls every act another: all score worse."""
    from dataclasses import replace

    nothing = score("test", lambda _: ())["all"]
    assert (nothing.precision, nothing.recall) == (0.0, 0.0)
    true = scores()["all"]
    twice = score("test", lambda one: (*read(one), *read(one)))["all"]
    assert twice.precision < true.precision
    assert twice.recall < true.recall + 0.05
    wrong = score("test", lambda one: tuple(replace(row, act="remark") for row in read(one)))["all"]
    assert wrong.recall == 0.0
    other = score("test", lambda one: tuple(replace(row, modality="inferred") for row in read(one)))["all"]
    assert other.of("modality") == (0.0, 0.0)


MODEL = """
import json, sys
given = json.load(sys.stdin)
words = {"en": "declined to comment", "fr": "refus\u00e9 de commenter", "zh": "\u62d2\u7d55\u7f6e\u8a55"}[given["language"]]
rows = [one for one in given["sentences"] if one["kind"] == "body" and words in one["text"]]
assert "silence" in given["acts"] and "declined" in given["modalities"]
told = {"act": "silence", "gate": "import", "modality": "declined", "quote": words}
print(json.dumps({"claims": [told | {"sentence": one["index"]} for one in rows]}))
"""


def test_a_model_of_the_users_is_scored_on_the_same_set(tmp_path: Path) -> None:
    """One that knows a single phrase: alone it is right and finds little, together nothing is lost or told twice."""
    program = tmp_path / "model.py"
    program.write_text(MODEL, encoding="utf-8")
    command = f"{sys.executable} {program}"
    ours, alone = score("third")["all"], score("third", with_model(command, alone=True))["all"]
    both = score("third", with_model(command))["all"]
    assert alone.precision == 1.0
    assert 0 < alone.recall < ours.recall
    assert both.found >= ours.found
    assert both.proposed - ours.proposed <= alone.proposed
