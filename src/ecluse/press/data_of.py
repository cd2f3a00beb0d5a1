"""Articles and proposals as plain data, for JSON, tables and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecluse.bounds import Bound
    from ecluse.press.article import Article, Stamp
    from ecluse.press.holders import Holder
    from ecluse.press.numbers import Quantity
    from ecluse.press.proposal import Proposal
    from ecluse.press.when import When


def article_data(article: Article) -> dict[str, object]:
    """Give an article's metadata; the text itself is not in it."""
    kinds: dict[str, int] = {}
    for line in article.lines:
        kinds[line.kind] = kinds.get(line.kind, 0) + 1
    return {
        "place": article.source.place,
        "sha256": article.source.digest,
        "bytes": article.source.size,
        "extracted_by": article.source.by,
        "url": article.url,
        "title": article.title,
        "byline": article.byline,
        "publisher": article.publisher,
        "original_publisher": article.original_publisher,
        "published": _stamp(article.published),
        "updated": _stamp(article.updated),
        "update_notes": list(article.update_notes),
        "translated": article.translated,
        "language": article.language,
        "script": article.script,
        "language_by": article.language_by,
        "lines": kinds,
        "notes": list(article.notes),
    }


def _stamp(stamp: Stamp | None) -> dict[str, object] | None:
    if stamp is None:
        return None
    return {
        "day": stamp.day.isoformat(),
        "time": None if stamp.time is None else f"{stamp.time:%H:%M}",
        "zone": stamp.zone,
        "instant": stamp.instant(),
        "text": stamp.text,
        "doubt": stamp.doubt,
    }


def proposal_data(one: Proposal, article: Article) -> dict[str, object]:
    """Give one proposal, with its clause quoted for the person who reviews it."""
    start, end = one.span
    return {
        "id": one.id,
        "strength": one.strength,
        "kind": one.kind,
        "gate": one.gate,
        "act": one.act,
        "level": one.level,
        "modality": one.modality,
        "polarity": one.polarity,
        "holder": _holder(one.holder),
        "said": _when(one.said),
        "about": _when(one.about),
        "actor": one.actor,
        "actor_from": one.actor_from if one.actor else None,
        "authorities": list(one.authorities),
        "subjects": list(one.subjects),
        "products": list(one.products),
        "products_from": one.products_from if one.products else None,
        "quantities": [quantity_data(quantity) for quantity in one.quantities],
        "parameters": list(one.parameters),
        "prior": one.prior,
        "sentence": list(one.sentence),
        "span": [start, end],
        "quote": article.text[start:end].strip(),
        "frame": one.frame,
        "alternatives": [{"field": other.field, "value": other.value, "why": other.why} for other in one.alternatives],
        "relations": [{"type": link.kind, "target": link.target, "why": link.why} for link in one.links],
        "notes": list(one.notes),
    }


def _holder(holder: Holder) -> dict[str, object]:
    told = holder.attribution
    return {
        "kind": told.kind,
        "name": told.name,
        "role": told.role,
        "count": told.count,
        "described_as": told.described_as,
        "carried": holder.carried_from is not None,
    }


def _when(when: When | None) -> dict[str, object] | None:
    if when is None:
        return None
    return {
        "from": None if when.start is None else when.start.isoformat(),
        "through": None if when.end is None else when.end.isoformat(),
        "precision": when.precision,
        "text": when.text,
    }


def quantity_data(quantity: Quantity) -> dict[str, object]:
    """Give a quantity: an exact number, a bound, or null where the report says that nobody fixed it."""
    return {
        "value": _bound(quantity.value),
        "unit": quantity.unit,
        "qualifier": quantity.qualifier,
        "each": quantity.each,
        "span": [quantity.start, quantity.end],
        "text": quantity.text,
        "other_reading": quantity.other,
    }


def _bound(bound: Bound | None) -> object:
    if bound is None:
        return None
    if bound.exact is not None:
        return _number(bound.exact)
    sides = {"at_least": bound.low, "at_most": bound.high}
    return {name: _number(value) for name, value in sides.items() if value is not None}


def _number(value: object) -> object:
    return value if isinstance(value, int) else float(str(value))
