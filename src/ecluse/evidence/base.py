"""The claims as of a day of knowledge, found by product, gate and subject."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cache import digest_of, parse_all, read_texts
from ecluse.errors import SourceError
from ecluse.evidence.loader import check_relations, fail, read_claims, read_papers
from ecluse.evidence.names import product_key
from ecluse.order import name_key
from ecluse.reading import Reader, parse_toml, read_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from ecluse.authorisation import Authorisation
    from ecluse.claim import Claim

LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class Act:
    """What a reported act makes of the gate: for those named, and for classes it excludes."""

    state: str | None
    excluded: str | None
    whole_product: bool


@dataclass(frozen=True, slots=True)
class Class:
    """A class of buyers: what settles that a party belongs to it."""

    name: str
    kinds: tuple[str, ...]
    facts: tuple[str, ...]
    undefined: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Acts, firms, classes and products as reports name them."""

    acts: Mapping[str, Act]
    firms: Mapping[str, str]
    kinds: Mapping[str, str]
    classes: Mapping[str, Class]
    products: Mapping[str, tuple[str, ...]]
    scopes: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Base:
    """All claims and papers, indexed once; questions look only at their own product."""

    claims: Mapping[str, Claim]
    papers: tuple[Authorisation, ...]
    words: Vocabulary
    by_product: Mapping[str, tuple[tuple[dt.datetime, ...], tuple[Claim, ...]]]
    inbound: Mapping[str, tuple[tuple[str, str], ...]]
    digest: str
    named: Mapping[str, frozenset[str]]

    def about_product(self, key: str, known: dt.datetime) -> tuple[Claim, ...]:
        """Give the claims on a product that were known by an instant, oldest first."""
        stamps, claims = self.by_product.get(key, ((), ()))
        return claims[: bisect_right(stamps, known)]


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
    words = _vocabulary(tables, texts)
    claims: dict[str, Claim] = {}
    papers: list[Authorisation] = []
    places: dict[str, tuple[str, str]] = {}
    for place, table in tables.items():
        if place in ("acts.toml", "subjects.toml"):
            continue
        for claim in read_claims(table, place, texts[place], words.acts):
            if claim.id in claims:
                why = f"this id is also that of a claim in {places[claim.id][0]}; give it another"
                fail(place, texts[place], claim.id, "id", why)
            claims[claim.id], places[claim.id] = claim, (place, texts[place])
        papers += read_papers(table, place, texts[place])
    check_relations(claims, places)
    return index(claims.values(), tuple(papers), words, digest_of(texts))


def index(claims: Iterable[Claim], papers: tuple[Authorisation, ...], words: Vocabulary, digest: str) -> Base:
    """Index claims by product and by who points at whom; their order does not matter."""
    ordered = sorted(claims, key=lambda one: (one.known_from, one.version, one.id))
    by_product: dict[str, list[Claim]] = {}
    inbound: dict[str, list[tuple[str, str]]] = {}
    for claim in ordered:
        for key in _keys(claim, words):
            by_product.setdefault(key, []).append(claim)
        for relation in claim.relations:
            inbound.setdefault(relation.target, []).append((relation.kind, claim.id))
    return Base(
        claims={claim.id: claim for claim in ordered},
        papers=papers,
        words=words,
        by_product={key: (tuple(claim.known_from for claim in rows), tuple(rows)) for key, rows in by_product.items()},
        inbound={target: tuple(rows) for target, rows in inbound.items()},
        digest=digest,
        named={
            claim.id: frozenset(words.firms.get(name_key(subject), subject) for subject in claim.subjects)
            for claim in ordered
        },
    )


def _keys(claim: Claim, words: Vocabulary) -> set[str]:
    keys = set()
    for product in claim.products:
        scope = words.scopes.get(product)
        if scope is not None:
            keys.add(f"*{scope}")
        keys |= {product_key(model) for model in words.products.get(product, (product,))}
    return keys


def _vocabulary(tables: Mapping[str, Mapping[str, object]], texts: Mapping[str, str]) -> Vocabulary:
    acts_reader = Reader(tables["acts.toml"], "acts.toml", SourceError, text=texts["acts.toml"])
    inner = acts_reader.inner("act")
    acts = {name: _act(inner, name) for name in inner.names()} if inner else {}
    reader = Reader(tables["subjects.toml"], "subjects.toml", SourceError, text=texts["subjects.toml"])
    firms: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for each in reader.each("firm") or ():
        name = each.needed("name")
        kinds[name] = each.needed("kind")
        firms |= {name_key(other): name for other in (name, *(each.words("names") or ()))}
        each.close()
    classes: dict[str, Class] = {}
    for each in reader.each("class") or ():
        name = each.needed("name")
        undefined = each.take("undefined", default=False) is True
        one = Class(name, each.words("kinds") or (), each.words("facts") or (), undefined)
        classes |= dict.fromkeys((name, *(each.words("names") or ())), one)
        each.close()
    products, scopes = reader.inner("products"), reader.inner("scopes")
    return Vocabulary(
        acts=acts,
        firms=firms,
        kinds=kinds,
        classes=classes,
        products={name: products.words(name) or () for name in products.names()} if products else {},
        scopes={name: scopes.choice(name, ("any", "ask")) for name in scopes.names()} if scopes else {},
    )


def _act(reader: Reader, name: str) -> Act:
    inner = reader.inner(name)
    if inner is None:
        reader.fail(name, "is no table")
    reach = inner.choice("reach", ("named", "product"), "named")
    act = Act(inner.word("state"), inner.word("excluded"), reach == "product")
    inner.close()
    return act
