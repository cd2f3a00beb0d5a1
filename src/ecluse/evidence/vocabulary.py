"""The words of reports: acts and what they make of the gate, firms, classes, authorities, products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.evidence.names import product_key
from ecluse.evidence.policy import STATES
from ecluse.order import ACTS, name_key
from ecluse.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = ("acts.toml", "subjects.toml")
ANY, ASK = "*any", "*ask"


@dataclass(frozen=True, slots=True)
class Act:
    """What a reported act makes of the gate: for those named, and for classes it excludes.

    `allows` are the acts of a line that it is reported to allow; `supply` says that it is told as
    supply, apart from the gates.
    """

    state: str | None
    excluded: str | None
    whole_product: bool
    allows: tuple[str, ...] = ()
    supply: bool = False


@dataclass(frozen=True, slots=True)
class Class:
    """A class of buyers: what settles that a party belongs to it.

    `undefined` is a class nobody has defined, `everyone` one that all importers belong to; `stands`
    says that a rule about it is not replaced by a report on the firm. `ask` and `settles` are for
    the fact that settles it.
    """

    name: str
    kinds: tuple[str, ...]
    facts: tuple[str, ...]
    undefined: bool = False
    everyone: bool = False
    stands: bool = False
    ask: str = ""
    settles: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Acts, firms, classes, authorities and products as reports name them."""

    acts: Mapping[str, Act]
    firms: Mapping[str, str]
    kinds: Mapping[str, str]
    classes: Mapping[str, Class]
    authorities: Mapping[str, str]
    deciding: frozenset[str]
    products: Mapping[str, tuple[str, ...]]

    def firm(self, name: str) -> str:
        """Give the firm that a name means, or the name reduced to what tells it apart."""
        key = name_key(name)
        return self.firms.get(key, key)

    def authority(self, name: str) -> str:
        """Give the authority that a name means."""
        key = name_key(name)
        return self.authorities.get(key, key)

    def product_keys(self, product: str) -> tuple[str, ...]:
        """Give the keys under which a product is found: models, `*any` for all, `?model` where it must be asked."""
        return self.products.get(product) or (product_key(product),)


def read_vocabulary(tables: Mapping[str, Mapping[str, object]], texts: Mapping[str, str]) -> Vocabulary:
    """Read the two files of words."""
    acts, subjects = (Reader(tables[name], name, SourceError, text=texts[name]) for name in FILES)
    inner = acts.inner("act")
    firms, kinds = _firms(subjects)
    authorities, deciding = _authorities(subjects)
    words = Vocabulary(
        acts={name: _act(inner, name) for name in inner.names()} if inner else {},
        firms=firms,
        kinds=kinds,
        classes=_classes(subjects),
        authorities=authorities,
        deciding=deciding,
        products=_products(subjects),
    )
    acts.close()
    subjects.close()
    return words


def _act(reader: Reader, name: str) -> Act:
    inner = reader.inner(name)
    if inner is None:
        reader.fail(name, "is no table")
    reach = inner.choice("reach", ("named", "product"), "named")
    allows = inner.words("allows") or ()
    if set(allows) - set(ACTS):
        inner.fail("allows", f"is {list(allows)}, expected some of {', '.join(ACTS)}")
    act = Act(
        state=inner.choice("state", STATES) if inner.has("state") else None,
        excluded=inner.choice("excluded", STATES) if inner.has("excluded") else None,
        whole_product=reach == "product",
        allows=allows,
        supply=_flag(inner, "supply"),
    )
    inner.close()
    return act


def _flag(reader: Reader, key: str) -> bool:
    value = reader.take(key, default=False)
    if not isinstance(value, bool):
        reader.fail(key, f"is {value!r}, expected true or false")
    return value


def _firms(reader: Reader) -> tuple[dict[str, str], dict[str, str]]:
    firms: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for each in reader.each("firm") or ():
        name = each.needed("name")
        kinds[name] = each.needed("kind")
        firms |= {name_key(other): name for other in (name, *(each.words("names") or ()))}
        each.close()
    return firms, kinds


def _authorities(reader: Reader) -> tuple[dict[str, str], frozenset[str]]:
    names: dict[str, str] = {}
    deciding = set()
    for each in reader.each("authority") or ():
        name = each.needed("name")
        names |= {name_key(other): name for other in (name, *(each.words("names") or ()))}
        if _flag(each, "decides"):
            deciding.add(name)
        each.close()
    return names, frozenset(deciding)


def _classes(reader: Reader) -> dict[str, Class]:
    classes: dict[str, Class] = {}
    for each in reader.each("class") or ():
        one = Class(
            name=each.needed("name"),
            kinds=each.words("kinds") or (),
            facts=each.words("facts") or (),
            undefined=_flag(each, "undefined"),
            everyone=_flag(each, "everyone"),
            stands=_flag(each, "stands"),
            ask=each.word("ask") or "",
            settles=each.word("settles") or "",
        )
        classes |= dict.fromkeys((one.name, *(each.words("names") or ())), one)
        each.close()
    return classes


def _products(reader: Reader) -> dict[str, tuple[str, ...]]:
    products: dict[str, tuple[str, ...]] = {}
    for each in reader.each("product") or ():
        reach = each.choice("reach", ("models", "any", "ask"), "models")
        models = tuple(product_key(model) for model in each.words("models") or ())
        if reach == "any":
            keys: tuple[str, ...] = (ANY,)
        else:
            keys = tuple(f"?{model}" for model in models) or (ASK,) if reach == "ask" else models
        products |= dict.fromkeys((each.needed("name"), *(each.words("names") or ())), keys)
        each.close()
    return products
