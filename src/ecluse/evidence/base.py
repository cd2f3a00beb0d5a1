"""The claims as of a day of knowledge, found by product, subject and parameter."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cache import digest_of, parse_all, read_texts
from ecluse.errors import SourceError
from ecluse.evidence.loader import check_relations, fail, read_claims, read_papers
from ecluse.evidence.policy import ECHOES, LET_THROUGH, ON_RECORD, SETTERS
from ecluse.evidence.vocabulary import FILES, read_vocabulary
from ecluse.reading import parse_toml, read_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from ecluse.authorisation import Authorisation
    from ecluse.claim import Claim
    from ecluse.dates import Known
    from ecluse.evidence.vocabulary import Vocabulary

LARGEST = 100_000_000
# Shelves of a product that hold claims for what they say, not for whom.
SUPPLY, THROUGH, EXCEPTION, CAP, SETS = "!supply", "!through", "!exception", "!cap", "!sets "
WHOLE = "the product"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Claims in the order in which they came to be known."""

    stamps: tuple[dt.datetime, ...] = ()
    claims: tuple[Claim, ...] = ()

    def until(self, moment: dt.datetime) -> tuple[Claim, ...]:
        """Give the claims known by an instant, oldest first."""
        return self.claims[: bisect_right(self.stamps, moment)]

    def any(self, moment: dt.datetime) -> bool:
        """Was any of them known by an instant?"""
        return bool(self.stamps) and self.stamps[0] <= moment

    def newest(self, moment: dt.datetime) -> Iterator[Claim]:
        """Give the claims known by an instant, newest first, one at a time."""
        for place in range(bisect_right(self.stamps, moment) - 1, -1, -1):
            yield self.claims[place]


EMPTY = Shelf()


@dataclass(frozen=True, eq=False)
class Base:
    """All claims and papers, indexed once; a question looks only at its own shelves."""

    claims: Mapping[str, Claim]
    papers: tuple[Authorisation, ...]
    words: Vocabulary
    in_order: Shelf
    shelves: Mapping[tuple[str, str], Shelf]
    inbound: Mapping[str, tuple[tuple[str, str], ...]]
    named: Mapping[str, frozenset[str]]
    digest: str

    def as_of(self, known: Known) -> tuple[Claim, ...]:
        """Give the claims known by then, oldest first."""
        return self.in_order.until(known.at("importer"))

    def shelf(self, product: str, subject: str) -> Shelf:
        """Give the claims on a product that speak of a subject (`class:`, `firm:`, or what they say)."""
        return self.shelves.get((product, subject), EMPTY)


@lru_cache(maxsize=8)
def load(extra: tuple[Path, ...] = ()) -> Base:
    """Read the claims shipped with the package, and evidence files beside them."""
    folder = Path(__file__).with_name("data")
    texts = read_texts(folder, SourceError)
    tables = parse_all(texts, SourceError)
    for path in extra:
        text = read_text(Path(path), SourceError, LARGEST)
        place = Path(path).as_posix()
        texts[place], tables[place] = text, parse_toml(text, place, SourceError)
    return build(tables, texts)


def build(tables: Mapping[str, Mapping[str, object]], texts: Mapping[str, str]) -> Base:
    """Build the base from parsed files."""
    words = read_vocabulary(tables, texts)
    claims: dict[str, Claim] = {}
    places: dict[str, tuple[str, str]] = {}
    files = [place for place in tables if place not in FILES]
    for place in files:
        for claim in read_claims(tables[place], place, texts[place], words.acts):
            if claim.id in claims:
                why = f"this id is also that of a claim in {places[claim.id][0]}; give it another"
                fail(place, texts[place], claim.id, "id", why)
            claims[claim.id], places[claim.id] = claim, (place, texts[place])
    check_relations(claims, places)
    papers = [paper for place in files for paper in read_papers(tables[place], place, texts[place], claims)]
    return index(claims.values(), tuple(papers), words, digest_of(texts))


def index(claims: Iterable[Claim], papers: tuple[Authorisation, ...], words: Vocabulary, digest: str) -> Base:
    """Lay claims on their shelves, and note who points at whom; their order does not matter."""
    ordered = sorted(claims, key=lambda one: (one.known_from, one.version, one.id))
    shelves: dict[tuple[str, str], list[Claim]] = {}
    inbound: dict[str, list[tuple[str, str]]] = {}
    for claim in ordered:
        subjects = list(_subjects(claim, words))
        for product in dict.fromkeys(key for name in claim.products for key in words.product_keys(name)):
            for subject in subjects:
                shelves.setdefault((product, subject), []).append(claim)
        for relation in claim.relations:
            inbound.setdefault(relation.target, []).append((relation.kind, claim.id))
    return Base(
        claims={claim.id: claim for claim in ordered},
        papers=papers,
        words=words,
        in_order=_shelf(ordered),
        shelves={key: _shelf(rows) for key, rows in shelves.items()},
        inbound={target: tuple(rows) for target, rows in inbound.items()},
        named={claim.id: frozenset(words.firm(subject) for subject in claim.subjects) for claim in ordered},
        digest=digest,
    )


def _shelf(claims: list[Claim]) -> Shelf:
    return Shelf(tuple(claim.known_from for claim in claims), tuple(claims))


def _subjects(claim: Claim, words: Vocabulary) -> Iterator[str]:
    """Give the shelves of a claim: whom it speaks of, and what it says."""
    act = words.acts[claim.act]
    reached = {""} if act.whole_product or not claim.subjects else {_whom(one, words) for one in claim.subjects}
    yield from reached
    if sets_state(claim, words):
        yield from (f"{SETS}{whom}" for whom in ({WHOLE} if act.whole_product else reached))
        if act.state in LET_THROUGH:
            yield THROUGH
        if act.state == "exceptional_only":
            yield EXCEPTION
    yield from (f"~{_whom(one, words)}" for one in claim.mentions)
    yield from (f"#{name}" for name in claim.parameters)
    if claim.gate == "supply" or act.supply:
        yield SUPPLY
    if any(number.unit == "chips" and number.scope == "a buyer" for number in claim.numbers):
        yield CAP


def _whom(subject: str, words: Vocabulary) -> str:
    one = words.classes.get(subject)
    return f"firm:{words.firm(subject)}" if one is None else f"class:{one.name}"


def sets_state(claim: Claim, words: Vocabulary) -> bool:
    """May a claim set a state: by its gate and act, never above its attribution, and no echo of another?"""
    act = words.acts[claim.act]
    if claim.gate != "import" or (act.state or act.excluded) is None or claim.attribution.kind not in SETTERS:
        return False
    if any(relation.kind in ECHOES for relation in claim.relations):
        return False
    return claim.attribution.kind not in ON_RECORD or decides(claim, words)


def decides(claim: Claim, words: Vocabulary) -> bool:
    """Does the authority that speaks, on record, decide this gate? Another government only remarks on it."""
    speaking = (claim.holder,) if claim.holder else claim.authorities
    return any(words.authority(name) in words.deciding for name in speaking)
