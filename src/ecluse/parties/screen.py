"""Screen a name: the entries it may mean, each with a score, a band, and what spoke for and against."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from ecluse.parties import index, model, names
from ecluse.parties.ages import SHIPPED
from ecluse.parties.entry import REQUIRED
from ecluse.parties.features import compare
from ecluse.parties.reasons import reasons_of
from ecluse.parties.sounds import sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ecluse.parties.chinese import Segment
    from ecluse.parties.entry import Entry, Snapshot

MOST_HITS = 20
# What a country that agrees, or contradicts, is worth in log odds; one that is not known is worth nothing.
AGREES, CONTRADICTS = 0.5, -1.5
# A firm by its legal form is no person and no ship.
OTHER_KIND, NO_FIRMS = -3.0, frozenset({"person", "vessel", "aircraft"})
# A Chinese brand told only by its sound: other characters sound the same.
SOUND_ALONE = -0.9
# One country as lists and people write it.
ONE_PLACE = ({"CN", "HK", "MO"}, {"RU", "BY"}, {"AE", "IR"})
# What the same words are worth at the least.
SAME = 0.95
# A pair of which less than this is met on either side, and less of its letters, is not worth a look at the trees.
LEAST = (0.4, 0.6)
MOST_MEASURED = 8
# From so many pairs on they are scored sooner in arrays.
WORTH_ARRAYS = 6
# A candidate is measured where it is so much alike by its letters, or shares so much and is somewhat alike.
LETTERS, HALF, SHARED, TOGETHER, SOME_LETTERS = index.LETTERS_ALIKE, 0.5, index.SHARED, 0.7, 0.01
# A name of telling words alone, beside a longer one that adds only common ones: so far into the grey zone.
SHORT_NAME, LONG_NAME, SMALL, TELLING, RARE = 0.004, 0.8, 0.4, 0.4, 0.6
# What the heaviest word shared with a translated name weighs at the least, for a hit to be acted on.
TELLING_CHINESE = 0.46
# What all that is only nearly the same weighs at the least; common words may be translated several ways.
NEARLY_TELLING = 0.8
# Below this much shared weight only common words agree, and nothing is decided.
LITTLE = 0.5
# Fewer letters than this are nobody's name.
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that a name may mean. `written` is the published name or alias that was met."""

    entry: Entry
    written: str
    score: float
    band: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Screener:
    """Lists made ready: their index, their day, what they hold, and the digest of the files they came from.

    `dates` gives the day of each list, where one is of another day than the snapshot.
    """

    index: index.Index
    date: dt.date
    digest: str
    counts: Mapping[str, int]
    model: model.Model
    faults: int = 0
    dates: Mapping[str, str] = field(default_factory=dict)

    def screen(self, name: str, country: str | None = None) -> tuple[Hit, ...]:
        """Give the hits of a name, best first. `country` is an ISO code, or None where it is not known."""
        pairs = self.pairs(name)
        arrays = index.with_arrays() if len(pairs) >= WORTH_ARRAYS else None
        rows = [pair.row for pair in pairs]
        scores = arrays.scores(self.model, rows) if arrays else [self.model.score(row) for row in rows]
        return self.judge(name, country, pairs, scores)

    def pairs(self, name: str) -> list[Pair]:
        """Measure each reading of a name beside its candidates, and beside the names that are looked up by it."""
        found = []
        for asked in asked_for(name):
            for doc, initials in near(self.index, asked.name).items():
                listed, _ = self.index.name(doc)
                row = self._row(asked, listed, doc, initials=initials)
                if row:
                    found.append(Pair(asked, listed, doc, row))
        return found

    def judge(self, name: str, country: str | None, pairs: Sequence[Pair], scores: Sequence[float]) -> tuple[Hit, ...]:
        """Give the hits of a name, of its pairs and what the model gives them."""
        best: dict[int, tuple[float, int, Asked]] = {}
        for pair, given in zip(pairs, scores, strict=True):
            owner = self.index.owner(pair.doc)
            score = self._settled(pair, given)
            if pair.asked.segments and score:
                score = _by_characters(score, name, self.index.name(pair.doc)[1], self.model.decide)
            if score >= self.model.grey / 2 and score > best.get(owner, (0.0, 0, pair.asked))[0]:
                best[owner] = (score, pair.doc, pair.asked)
        return self._hits(best, country)

    def _row(self, asked: Asked, listed: names.Name, doc: int, *, initials: bool) -> list[float]:
        return compare(
            asked.name,
            listed,
            self.index.weight,
            person=self.index.person(doc),
            translated=bool(asked.segments),
            others=self.index.words_of(self.index.owner(doc)),
            initials=initials,
            least=LEAST,
        )

    def _settled(self, pair: Pair, score: float) -> float:
        """Settle a score where rules know more than the model: the same words, a short name, only common words."""
        asked, row = pair.asked, pair.row
        if row[0] > 0.999 and row[1] > 0.999:
            # The same words, in whatever order, are the name itself; the rarer they are, the surer.
            score = SAME + (0.999 - SAME) * min(1.0, row[7] / 2) - _otherwise(asked.name, pair.listed)
        elif row[0] > 0.999 and row[3] <= SMALL and row[9] >= TELLING:
            # All that was asked for is there, and only common words are not: a short name, to be cleared.
            score = max(score, self.model.grey + SHORT_NAME)
        elif row[1] > 0.999 and row[2] <= SMALL and row[9] >= RARE:
            # The whole listed name is there; what is asked for beyond it is a seat or a business word.
            score = max(score, LONG_NAME if asked.segments else self.model.grey + SHORT_NAME)
        if row[7] + row[8] < LITTLE and not (row[0] > 0.99 and row[1] > 0.99):
            score = min(score, self.model.decide - 0.01)
        if (
            asked.segments
            and row[9] < TELLING_CHINESE
            and row[8] < NEARLY_TELLING
            and not (row[0] > 0.99 and row[1] > 0.99)
        ):
            # Of a translation only common words and places agree.
            score = min(score, self.model.decide - 0.01)
        if len("".join(asked.name.tokens)) < SHORTEST and asked.name.forms != pair.listed.forms:
            # One letter is nobody's name, unless it stands with its legal form as it is listed.
            score = min(score, self.model.decide - 0.01)
        return _shifted(score, SOUND_ALONE) if asked.by_sound else score

    def _hits(self, best: Mapping[int, tuple[float, int, Asked]], country: str | None) -> tuple[Hit, ...]:
        rows = []
        for owner, (found, doc, asked) in best.items():
            entry = self.index.entry(owner)
            listed, written = self.index.name(doc)
            score, place = found, _place(country, entry)
            if place:
                score = _shifted(score, AGREES if place > 0 else CONTRADICTS)
            other_kind = bool(asked.name.forms) and not listed.forms and entry.kind in NO_FIRMS
            if other_kind:
                score = _shifted(score, OTHER_KIND)
            band = self.model.band(score)
            if band is None:
                continue
            why = reasons_of(asked.name, listed, written, entry, self.index.weight)
            why += tuple(f"{segment}" for segment in asked.segments)
            if place:
                listed_in = ", ".join(entry.countries)
                why += (
                    (f"country {country} agrees",)
                    if place > 0
                    else (f"against: country {country}, listed for {listed_in}",)
                )
            if other_kind:
                why += (f"against: a firm by its legal form, listed as {entry.kind}",)
            if asked.by_sound:
                why += ("against: the brand is known only by its sound",)
            rows.append(Hit(entry, written, round(score, 4), band, why))
        # Of entries that score alike those come first that ask a licence.
        rows.sort(key=lambda hit: (-hit.score, hit.entry.list not in REQUIRED, hit.entry.list, hit.entry.id))
        return tuple(rows[:MOST_HITS])


@dataclass(frozen=True, slots=True)
class Pair:
    """A reading of the name asked for beside a listed name, with their measures."""

    asked: Asked
    listed: names.Name
    doc: int
    row: list[float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One reading of the name asked for."""

    name: names.Name
    segments: tuple[Segment, ...] = ()
    by_sound: bool = False


def asked_for(text: str) -> Iterator[Asked]:
    """Give the readings of a name; of a Chinese one, its renderings in Latin letters."""
    if not names.HAN.search(text):
        seen = set()
        for reading in names.readings(text):
            parsed = names.parse(reading)
            if parsed.tokens and parsed.tokens not in seen:
                seen.add(parsed.tokens)
                yield Asked(parsed)
        return
    from ecluse.parties.chinese import renderings  # noqa: PLC0415 - only Chinese names pay for it

    for one in renderings(text):
        parsed = names.parse(one.text)
        if parsed.tokens:
            kinds = {segment.kind for segment in one.segments}
            told = tuple(segment for segment in one.segments if segment.kind != "latin")
            yield Asked(parsed, told, "sound" in kinds and "brand" not in kinds)


def near(held: index.Index, asked: names.Name) -> dict[int, bool]:
    """Give the names that are measured beside one, and whether the one is the other's initials.

    Those looked up by it; of its candidates those that share much by weight, or most letters in order, the first few.
    """
    found = dict.fromkeys(held.looked_up(asked), False) | dict.fromkeys(held.by_initials(asked), True)
    glued, listed, words = asked.glued, held.glued, _words(asked.tokens)
    likely: list[tuple[float, int]] = []
    for doc, share in held.shared(asked, len(glued)):
        least = LETTERS if share < SHARED else max(SOME_LETTERS, min(LETTERS, TOGETHER - share))
        alike = Levenshtein.normalized_similarity(glued, listed(doc), score_cutoff=least)
        # Names that share no word, no sound of one and not half of their letters never score.
        if alike and doc not in found and (alike >= HALF or _share(words, held.name(doc)[0].tokens)):
            likely.append((-share - alike, doc))
    return found | dict.fromkeys((doc for _, doc in sorted(likely)[:MOST_MEASURED]), False)


def _share(words: frozenset[str], tokens: tuple[str, ...]) -> bool:
    """Is one of some words and sounds a word, or the sound of one?"""
    return not words.isdisjoint(tokens) or not words.isdisjoint(_words(tokens))


@lru_cache(maxsize=65536)
def _words(tokens: tuple[str, ...]) -> frozenset[str]:
    """Give words and their sounds."""
    return frozenset(tokens) | frozenset(map(sound, tokens))


def _otherwise(asked: names.Name, listed: names.Name) -> float:
    """Say how far the same words are written otherwise: in another order, under other legal forms."""
    forms = 0.01 if not asked.forms & listed.forms else 0.005 if asked.forms != listed.forms else 0.0
    return (0.0 if asked.forms == listed.forms else forms) + (0.0 if asked.tokens == listed.tokens else 0.005)


def _shifted(score: float, by: float) -> float:
    score = min(max(score, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(-(math.log(score / (1 - score)) + by)))


def _place(country: str | None, entry: Entry) -> int:
    """Say 1 where the country agrees, -1 where it contradicts, 0 where either is not known or near the other."""
    if country is None or not entry.countries:
        return 0
    if country in entry.countries:
        return 1
    near = set().union(*(group for group in ONE_PLACE if country in group), {country})
    return 0 if near.intersection(entry.countries) else -1


def _by_characters(score: float, query: str, written: str, decide: float) -> float:
    """Where both names have Chinese characters, the characters count, not their sounds."""
    if not (names.HAN.search(query) and names.HAN.search(written)):
        return score
    from ecluse.parties.chinese import simplify  # noqa: PLC0415

    one, two = ("".join(names.HAN.findall(simplify(text))) for text in (query, written))
    alike = Levenshtein.normalized_similarity(one, two)
    return max(score, 0.99) if alike == 1.0 else min(score, decide - 0.01) if alike < 0.8 else score


def lists(place: Path | None = None, tell: Callable[[str], None] | None = None) -> Screener:
    """Make the lists of a folder or file ready; without one, the snapshot shipped.

    `tell` is given a sentence where they are new and some seconds will pass.
    """
    place = place or SHIPPED
    if tell is not None and not index.is_kept(_digest(place)):
        tell(f"The lists of {place.name} are new here: an index is made once and kept, which takes some seconds.")
    return _lists(place)


def forget() -> None:
    """Forget the lists that are open; the next screen opens them anew."""
    _lists.cache_clear()
    _digest.cache_clear()


@lru_cache(maxsize=4)
def _lists(place: Path) -> Screener:
    opened = index.open_index(_digest(place), lambda: _read(place))
    head = opened.head
    return Screener(
        index=opened,
        date=dt.date.fromisoformat(str(head["date"])),
        digest=str(head["digest"]),
        counts=head["counts"],  # type: ignore[arg-type]
        model=model.load(),
        faults=int(str(head["faults"])),
        dates=head["dates"],  # type: ignore[arg-type]
    )


def _read(place: Path) -> Snapshot:
    from ecluse.parties.snapshot import load  # noqa: PLC0415 - only lists that are new pay for the readers

    return load(place)


@lru_cache(maxsize=4)
def _digest(place: Path) -> str:
    return files_digest(place)


def files_digest(place: Path) -> str:
    """Give the sha256 of the files of a list folder by name and content, and of the tables that names are read by."""
    total = hashlib.sha256()
    files = sorted(one for one in place.iterdir() if one.is_file()) if place.is_dir() else [place]
    for file in files:
        total.update(f"{file.name}\0".encode())
        if file.exists():
            with file.open("rb") as opened:
                while block := opened.read(1 << 20):
                    total.update(block)
    for table in sorted(names.DATA.iterdir()):
        total.update(f"{table.name} {table.stat().st_size}\0".encode())
    return total.hexdigest()
