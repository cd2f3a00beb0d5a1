"""Read claim files, and refuse what is not understood."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, NoReturn

from ecluse.claim import (
    ATTRIBUTIONS,
    CLAIM_GATES,
    RELATIONS,
    Attribution,
    Claim,
    Number,
    Relation,
)
from ecluse.dates import end_of, end_of_month, parse_day, zone
from ecluse.errors import SourceError, nearest
from ecluse.lines import read_authorisation
from ecluse.reading import Reader
from ecluse.truth import YES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.authorisation import Authorisation
    from ecluse.bounds import Bound

PLACES = ("Asia/Shanghai", "America/New_York", "Europe/London", "Europe/Paris", "Asia/Tokyo", "Asia/Taipei", "UTC")
QUALIFIERS = (
    "exact", "about", "at least", "at most", "more than", "less than", "range", "order of magnitude", "not fixed",
    "not disclosed",
)  # fmt: skip
MONTH = 7


def read_claims(table: Mapping[str, object], place: str, text: str, acts: Mapping[str, object]) -> list[Claim]:
    """Read the claims of one file; the file's name is the story chain."""
    reader = Reader(table, place, SourceError, text=text)
    chain = place.rsplit("/", 1)[-1].removesuffix(".toml")
    claims = [_claim(each, chain, acts) for each in reader.each("claim") or ()]
    reader.each("authorisation")
    reader.close()
    return claims


def read_papers(table: Mapping[str, object], place: str, text: str, claims: Mapping[str, Claim]) -> list[Authorisation]:
    """Read the authorisations of an evidence file.

    One that rests on a claim is known when the claim is, and lapses when the claim named by
    `until_claim` is; one with neither claim nor day is a paper on file and counts at once.
    """
    reader = Reader(table, place, SourceError, text=text)
    papers = []
    for each in reader.each("authorisation") or ():
        paper = read_authorisation(each, close=False)
        zone_name = each.choice("place", PLACES, "Asia/Shanghai" if paper.gate == "importer" else "America/New_York")
        known, until = each.day("known"), each.day("until")
        source, ending = _told(each, "claim", claims), _told(each, "until_claim", claims)
        each.close()
        papers.append(
            dataclasses.replace(
                paper,
                known=end_of(known, zone_name) if known else source.known_from if source else None,
                lapses=end_of(until, zone_name) if until else ending.known_from if ending else None,
                source=source.id if source else place,
            )
        )
    return papers


def _told(reader: Reader, key: str, claims: Mapping[str, Claim]) -> Claim | None:
    name = reader.word(key)
    if name is not None and name not in claims:
        reader.fail(key, f"is {name!r}, which is no claim.{nearest(name, claims)}")
    return None if name is None else claims[name]


def check_relations(claims: Mapping[str, Claim], places: Mapping[str, tuple[str, str]]) -> None:
    """Refuse a relation to nowhere, an opposition stored from both ends, and a ring of supersession."""
    seen: set[tuple[str, str]] = set()
    for claim in claims.values():
        for relation in claim.relations:
            if relation.target not in claims:
                why = f"relation to {relation.target!r}, which is no claim"
                fail(*places[claim.id], claim.id, "target", why, relation.target)
            if relation.target == claim.id and relation.kind != "supersedes":
                fail(*places[claim.id], claim.id, "target", "a relation to itself", claim.id)
            if relation.kind == "contradicts":
                if (relation.target, claim.id) in seen:
                    why = (
                        f"{relation.target} already contradicts this; an opposition is stored once, on the later claim"
                    )
                    fail(*places[claim.id], claim.id, "target", why, relation.target)
                seen.add((claim.id, relation.target))
    ring = _ring({name: _superseded_by(claim) for name, claim in claims.items()})
    if ring:
        why = f"ring of supersession: {' supersedes '.join(ring)}"
        fail(*places[ring[0]], ring[0], "kind", why, "supersedes")


def _superseded_by(claim: Claim) -> list[str]:
    return [relation.target for relation in claim.relations if relation.kind == "supersedes"]


def _ring(graph: Mapping[str, list[str]]) -> list[str]:
    """Find a ring in a graph, without recursion: chains of versions may be long."""
    done: set[str] = set()
    for start in graph:
        trail: dict[str, None] = {}
        ahead = [iter([start])]
        while ahead:
            name = next(ahead[-1], None)
            if name is None:
                ahead.pop()
                if trail:
                    done.add(trail.popitem()[0])
            elif name in trail:
                way = list(trail)
                return [*way[way.index(name) :], name]
            elif name not in done:
                trail[name] = None
                ahead.append(iter(graph[name]))
    return []


def fail(place: str, text: str, claim: str, key: str, why: str, value: str | None = None) -> NoReturn:
    """Draw the line of a claim's key under an error that shows only when all files are read."""
    lines = text.splitlines()
    own = re.compile(rf"\bid\s*=\s*[\"']{re.escape(claim)}[\"']")
    start = next((number for number, line in enumerate(lines) if own.search(line)), 0)
    wanted = re.compile(rf"\b{key}\s*=" + ("" if value is None else rf"\s*[\"']{re.escape(value)}[\"']"))
    for number in range(start, len(lines)):
        found = wanted.search(lines[number])
        if found:
            head, shown = f"line {number + 1}: ", lines[number].strip()
            caret = " " * (len(head) + found.start() - (len(lines[number]) - len(lines[number].lstrip())))
            message = f"{place}: {claim}: {why}.\n    {head}{shown}\n    {caret}^"
            raise SourceError(message)
    message = f"{place}: {claim}: {why}."
    raise SourceError(message)


def _claim(reader: Reader, chain: str, acts: Mapping[str, object]) -> Claim:
    place = reader.choice("place", PLACES, "Asia/Shanghai")
    reported = _reported(reader)
    number = reader.take("version", 1)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        reader.fail("version", "is no whole number of at least 1")
    claim = Claim(
        id=reader.needed("id"),
        chain=chain,
        version=number,
        reported=reported,
        place=place,
        known_from=_known_from(reader, reported, place),
        about=_about(reader),
        publisher=reader.needed("publisher"),
        attribution=_attribution(reader),
        holder=reader.word("holder"),
        authorities=reader.words("authorities") or (),
        subjects=reader.words("subjects") or (),
        products=reader.words("products") or (),
        gate=reader.choice("gate", CLAIM_GATES),
        act=reader.choice("act", tuple(acts)),
        statement=reader.needed("statement"),
        numbers=tuple(_number(each) for each in reader.each("number") or ()),
        due=reader.day("due"),
        relations=tuple(_relation(each) for each in reader.each("relation") or ()),
        language=reader.word("language") or "en",
        translated=reader.truth("translated") is YES,
        quality=reader.word("quality") or "good",
        seen_at=reader.words("seen_at") or (),
        note=reader.word("note"),
        parameters=reader.words("parameters") or (),
        article=reader.word("article"),
        seed=reader.words("seed") or (),
        mentions=reader.words("mentions") or (),
        remark=reader.word("remark"),
    )
    reader.close({"status_in_hindsight": "is hindsight, which no decision may rest on; leave it out"})
    return claim


def _reported(reader: Reader) -> str:
    """Take a day, month or instant, as a text or as TOML writes dates."""
    value = reader.take("reported")
    return value.isoformat() if isinstance(value, dt.date) else reader.needed("reported")


def _known_from(reader: Reader, reported: str, place: str) -> dt.datetime:
    """Give the instant from which a report counts as known, by its precision and its place."""
    try:
        if len(reported) == MONTH:
            return end_of(end_of_month(reported), place)
        if "T" not in reported:
            return end_of(parse_day(reported), place)
        moment = dt.datetime.fromisoformat(reported)
    except (ValueError, OverflowError) as problem:
        reader.fail("reported", f"is neither a day, a month nor an instant: {problem}")
    if moment.tzinfo is None:
        reader.fail("reported", f"is {reported}, an instant without a zone; add one, such as +08:00")
    return moment.astimezone(zone("UTC"))


def _about(reader: Reader) -> tuple[dt.date, dt.date] | None:
    inner = reader.inner("about")
    if inner is None:
        return None
    start, end = inner.day("from"), inner.day("through")
    inner.close()
    if start is None or end is None:
        reader.fail("about", "needs from and through")
    if end < start:
        reader.fail("about", f"ends ({end}) before it begins ({start})")
    return start, end


def _attribution(reader: Reader) -> Attribution:
    inner = reader.inner("attribution")
    if inner is None:
        reader.fail("attribution", "is missing: who vouches for it")
    count = inner.take("count", None)
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        inner.fail("count", "is no number of sources")
    attribution = Attribution(
        kind=inner.choice("kind", ATTRIBUTIONS),
        name=inner.word("name"),
        role=inner.word("role"),
        count=count,
        described_as=inner.word("described_as"),
    )
    inner.close()
    return attribution


def _number(reader: Reader) -> Number:
    value: Bound | None = reader.number("value")
    number = Number(
        what=reader.needed("what"),
        value=value,
        unit=reader.needed("unit"),
        qualifier=reader.choice("qualifier", QUALIFIERS),
        scope=reader.word("scope"),
    )
    reader.close()
    return number


def _relation(reader: Reader) -> Relation:
    relation = Relation(reader.choice("kind", RELATIONS), reader.needed("target"), reader.word("why"))
    reader.close()
    return relation
