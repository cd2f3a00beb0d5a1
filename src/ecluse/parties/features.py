"""What two names share and what they do not: words aligned by weight, and measures over the whole."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA, JaroWinkler, Levenshtein

from ecluse.parties import names
from ecluse.parties.sounds import bones, skeleton, sound, vowels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ecluse.parties.names import Name

# In this order the model reads them. The sign says how a score may move as the feature grows:
# 1 up, -1 down, 0 either way.
FEATURES = (
    ("share_asked", 1), ("share_listed", 1), ("worst_asked", -1), ("worst_listed", -1), ("sorted_ratio", 1),
    ("glued_ratio", 1), ("glued_start", 1), ("weight_same", 1), ("weight_near", 0), ("best_same", 1),
    ("near_share", 0), ("in_order", 1), ("words_fewer", 0), ("words_apart", -1), ("figures_clash", -1),
    ("forms_clash", -1), ("person", 0), ("first_alike", 1), ("initials", 0), ("lengths", 0), ("common_clash", -1),
    ("share_any", 1), ("letters", 0),
)  # fmt: skip
# What two business words count for that are spelled alike and are not the same.
RELATED = 0.5
# How alike two words must be to be one word written twice.
ALIKE = 0.72
# How alike a word and several run together must be: to the letter, or nearly. What initials count for.
GLUED, NEARLY_GLUED, INITIALS, LONGEST_INITIALS = 0.99, 0.85, 0.86, 6
# What a word counts for that sounds like one of the party's other names.
SOUNDED = 0.9
# What two common words count for that may translate one Chinese word.
TRANSLATED = 0.8
# What two words count for whose consonants sound the same: Oleksin and Aleksin.
SAME_BONES = 0.84


@lru_cache(maxsize=262144)
def alike(one: str, two: str) -> float:
    """Say how far two words are one: 1 the same, 0 others; figures are the same or not."""
    if one == two:
        return 1.0
    if not one.isalpha() or not two.isalpha():
        return 0.0
    if one in names.words()[1] and two in names.words()[1]:
        # Both are words of business by themselves, and others: electric is not electronic.
        return RELATED if Levenshtein.normalized_similarity(one, two) >= ALIKE else 0.0
    short, long = (one, two) if len(one) <= len(two) else (two, one)
    if len(short) == 1:
        return 0.7 if long[0] == short else 0.0
    near = _shortened(short, long)
    if len(short) >= 3 and sound(one) == sound(two):
        near = max(near, 0.92)
    elif len(short) >= 5 and near < SAME_BONES and (heard := skeleton(one)) and heard == skeleton(two):
        near = SAME_BONES
    return max(near, _slipped(short, long)) if len(short) >= 4 or not near else near


def _shortened(short: str, long: str) -> float:
    """Say how far one word is the other cut short, or without its vowels."""
    if len(short) < 3:
        return 0.0
    if long.startswith(short):
        return 0.8 if len(short) >= 4 else 0.72
    if short[0] != long[0] or len(bones(short)) < 3 or not bones(long).startswith(bones(short)):
        return 0.0
    return 0.8 if bones(long) == bones(short) else 0.74 if _is_short(short) else 0.0


def _slipped(short: str, long: str) -> float:
    """Say how far one word is the other with slips of the pen; two letters swapped are one slip."""
    if len(short) < 4:
        near = len(short) == 3 and short[0] == long[0] and OSA.distance(short, long) == 1
        return 0.72 if near else 0.0
    ratio = OSA.normalized_similarity(short, long, score_cutoff=ALIKE)
    # A slip inside a word is likelier than another beginning, unless its first two letters are swapped.
    if short[0] != long[0] and short[1::-1] != long[:2]:
        ratio -= 0.08
    return ratio if ratio >= ALIKE else 0.0


def _is_short(word: str) -> bool:
    return vowels(word) <= 1


def compare(
    asked: Name,
    listed: Name,
    weight: Callable[[str], float],
    *,
    person: float = 0.5,
    translated: bool = False,
    others: frozenset[str] = frozenset(),
    initials: bool = False,
    least: tuple[float, float] = (0.0, 0.0),
) -> list[float]:
    """Give the features of a pair, in the order of `FEATURES`.

    `person` is 1, 0, or 0.5 where nobody says. `others` are the words of all the names of the
    listed party: what one alias lacks another may have. Where the name asked for is
    `translated`, a common word on one side may be another common word on the other: 数据 is data or digital.
    With `initials` one name is known to be the other's initials. Nothing is given where less than `least` is met
    on both sides by weight, and of all letters.
    """
    one, two = asked.tokens, listed.tokens
    weights_one, weights_two = list(map(weight, one)), list(map(weight, two))
    taken_one, taken_two, pairs = _as_initials(one, two) if initials else align(one, two)
    if translated:
        _as_translated(one, two, (taken_one, taken_two), pairs)
    met_one, worst_one, clash_one, single_one = _side(one, weights_one, taken_one)
    met_two, worst_two, clash_two, single_two = _side(two, weights_two, taken_two)
    all_one, all_two = sum(weights_one) or 1e-9, sum(weights_two) or 1e-9
    glued_one, glued_two = asked.glued, listed.glued
    letters = Levenshtein.normalized_similarity(glued_one, glued_two)
    if met_one / all_one < least[0] and met_two / all_two < least[0] and letters < least[1]:
        return []
    same, near_sum, best, in_order = _shared(pairs, weights_one, weights_two)
    short, long = len(glued_one), len(glued_two)
    if short > long:
        short, long = long, short
    return [
        met_one / all_one,
        met_two / all_two,
        worst_one,
        worst_two,
        Levenshtein.normalized_similarity(_in_order(one), _in_order(two)),
        letters,
        JaroWinkler.normalized_similarity(glued_one, glued_two),
        min(same, 4.0),
        min(near_sum, 4.0),
        best,
        near_sum / (same + near_sum) if pairs else 0.0,
        in_order,
        float(min(len(one), len(two), 6)),
        float(min(abs(len(one) - len(two)), 6)),
        _figures_clash(one, two),
        _forms_clash(asked.forms, listed.forms),
        person,
        _ends_alike(one, two),
        float(single_one + single_two),
        short / (long or 1),
        float(min(clash_one, clash_two)),
        _known_elsewhere(one, weights_one, taken_one, others) / all_one,
        float(min(short, 24)),
    ]


def _ends_alike(one: Sequence[str], two: Sequence[str]) -> float:
    """Say how far a first or last word of one name is a first or last word of the other."""
    if one[0] == two[0] or one[-1] == two[-1] or one[0] == two[-1] or one[-1] == two[0]:
        return 1.0
    return max(alike(one[0], two[0]), alike(one[-1], two[-1]), alike(one[0], two[-1]), alike(one[-1], two[0]))


@lru_cache(maxsize=65536)
def _in_order(words: tuple[str, ...]) -> str:
    return " ".join(sorted(words))


def _side(words: Sequence[str], weights: Sequence[float], taken: Sequence[float]) -> tuple[float, float, int, int]:
    """Give the weight met on one side, the heaviest word left, how many common words are left, and single letters."""
    common = names.words()[1]
    met = worst = 0.0
    clash = single = 0
    for word, weight, got in zip(words, weights, taken, strict=True):
        if got == 1.0:
            met += weight
        else:
            met += weight * got
            left = weight * (1 - got)
            worst = max(worst, left)
            if got < ALIKE and word in common:
                clash += 1
        if len(word) == 1:
            single += 1
    return met, worst, clash, single


def _shared(
    pairs: Sequence[tuple[int, int, float]], weights_one: Sequence[float], weights_two: Sequence[float]
) -> tuple[float, float, float, float]:
    """Give the weight of the same words, of those alike, of the heaviest same one, and how far the order is kept."""
    same = near_sum = best = 0.0
    for a, b, near in pairs:
        weight = min(weights_one[a], weights_two[b])
        if near == 1.0:
            same += weight
            best = max(best, weight)
        else:
            near_sum += weight * near
    if len(pairs) < 2:
        return same, near_sum, best, 1.0
    order = [b for _, b, _ in sorted(pairs)]
    return same, near_sum, best, sum(a < b for a, b in itertools.pairwise(order)) / (len(order) - 1)


def _known_elsewhere(
    words: Sequence[str], weights: Sequence[float], taken: Sequence[float], others: frozenset[str]
) -> float:
    """Give the weight met, where a word that another name of the party has, or the sound of one, is met as well."""
    total = 0.0
    for word, weight, got in zip(words, weights, taken, strict=True):
        elsewhere = got
        if got < 1.0 and word in others:
            elsewhere = 1.0
        elif got < SOUNDED and len(word) > 2 and sound(word) in _sounds(others):
            elsewhere = SOUNDED
        total += weight * elsewhere
    return total


@lru_cache(maxsize=65536)
def _sounds(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(sound, words))


def align(one: Sequence[str], two: Sequence[str]) -> tuple[list[float], list[float], list[tuple[int, int, float]]]:
    """Pair the words of two names: the same ones, then the most alike, then words run together.

    Gives for each word of either how much of it is met, and the pairs.
    """
    taken_one, taken_two = [0.0] * len(one), [0.0] * len(two)
    pairs: list[tuple[int, int, float]] = []
    places: dict[str, list[int]] = {}
    for at, word in enumerate(two):
        places.setdefault(word, []).append(at)
    for at, word in enumerate(one):
        if places.get(word):
            other = places[word].pop(0)
            taken_one[at] = taken_two[other] = 1.0
            pairs.append((at, other, 1.0))
    rest_one = [at for at, got in enumerate(taken_one) if not got]
    rest_two = [at for at, got in enumerate(taken_two) if not got]
    if rest_one and rest_two:
        # Words run together first where they are so to the letter, later where they nearly are.
        for least in (GLUED, None, NEARLY_GLUED):
            if least is None:
                _nearest(one, two, (rest_one, rest_two), (taken_one, taken_two), pairs)
            elif len(rest_one) + len(rest_two) > 2:
                _run_together(one, two, (rest_one, rest_two), (taken_one, taken_two), pairs, least)
                _run_together(two, one, (rest_two, rest_one), (taken_two, taken_one), pairs, least, turned=True)
            rest_one = [at for at in rest_one if not taken_one[at]]
            rest_two = [at for at in rest_two if not taken_two[at]]
            if not rest_one or not rest_two:
                break
    return taken_one, taken_two, pairs


def _as_initials(
    one: Sequence[str], two: Sequence[str]
) -> tuple[list[float], list[float], list[tuple[int, int, float]]]:
    """Pair a name with its initials: all of either is met."""
    return [INITIALS] * len(one), [INITIALS] * len(two), [(0, 0, INITIALS)]


def _as_translated(
    one: Sequence[str],
    two: Sequence[str],
    taken: tuple[list[float], list[float]],
    pairs: list[tuple[int, int, float]],
) -> None:
    """Pair common words that are left on both sides, one by one, as translations of each other."""
    common = names.words()[1]
    rest = [
        [at for at, word in enumerate(words) if not got[at] and word in common]
        for words, got in zip((one, two), taken, strict=True)
    ]
    for a, b in zip(*rest, strict=False):
        taken[0][a] = taken[1][b] = TRANSLATED
        pairs.append((a, b, TRANSLATED))


def _nearest(
    one: Sequence[str],
    two: Sequence[str],
    rest: tuple[list[int], list[int]],
    taken: tuple[list[float], list[float]],
    pairs: list[tuple[int, int, float]],
) -> None:
    """Pair what is left by likeness, the most alike first."""
    found = [(near, a, b) for a in rest[0] for b in rest[1] if (near := alike(one[a], two[b]))]
    for near, a, b in sorted(found, reverse=True):
        if not taken[0][a] and not taken[1][b]:
            taken[0][a] = taken[1][b] = near
            pairs.append((a, b, near))


def _run_together(
    one: Sequence[str],
    two: Sequence[str],
    rest: tuple[list[int], list[int]],
    taken: tuple[list[float], list[float]],
    pairs: list[tuple[int, int, float]],
    least: float,
    *,
    turned: bool = False,
) -> None:
    """Meet one word with several neighbours of the other name written as one, or with their initials.

    JSCARGUMENT is JSC and ARGUMENT; TTK is Taimyrskaya Toplivnaya Kompaniya.
    """
    if len(rest[1]) < 2:
        return
    for a in rest[0]:
        word = one[a]
        if taken[0][a] or (len(word) < 5 and not (word.isalpha() and 3 <= len(word) <= len(rest[1]))):
            continue
        for first in rest[1]:
            if two[first][0] != word[0]:
                continue
            last = _last(word, two, rest[1], first)
            if last == first or any(taken[1][at] for at in range(first, last + 1)):
                continue
            near = _glued(word, two[first : last + 1])
            if near >= least:
                taken[0][a] = near
                for at in range(first, last + 1):
                    taken[1][at] = near
                pairs.append((first, a, near) if turned else (a, first, near))
                break


def _last(word: str, two: Sequence[str], rest: Sequence[int], first: int) -> int:
    """Give the last of the words from `first` on that one word may be run together from, or be the initials of."""
    letters, last = len(two[first]), first
    short = len(word) <= LONGEST_INITIALS
    while last + 1 in rest and (letters < len(word) or (short and last + 1 - first < len(word))):
        last += 1
        letters += len(two[last])
    return last


def _glued(word: str, parts: Sequence[str]) -> float:
    """Say how far a word is several run together, or made of their first letters."""
    if 3 <= len(word) == len(parts) and all(letter == part[0] for letter, part in zip(word, parts, strict=True)):
        return INITIALS
    return OSA.normalized_similarity(word, "".join(parts), score_cutoff=NEARLY_GLUED)


@lru_cache(maxsize=65536)
def _figures(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in words if word.isdigit())


def _figures_clash(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """Do both names carry a number, and another one? One number on one side only is half a clash."""
    first, second = _figures(one), _figures(two)
    if first and second:
        return 0.0 if first & second else 1.0
    return 0.5 if first or second else 0.0


def _forms_clash(one: frozenset[str], two: frozenset[str]) -> float:
    """Do the legal forms contradict each other? One that names none says nothing."""
    if not one or not two:
        return 0.0
    if one & two:
        return 0.0
    return 0.5 if {"company", "limited", "corporation"} & one and {"company", "limited", "corporation"} & two else 1.0
