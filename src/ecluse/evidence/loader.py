"""Read claim files, and refuse what is not understood."""

from __future__ import annotations

import datetime as dt
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
from ecluse.errors import SourceError
from ecluse.lines import read_authorisation
from ecluse.reading import Reader

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


def read_papers(table: Mapping[str, object], place: str, text: str) -> list[Authorisation]:
    """Read the authorisations of an evidence file."""
    reader = Reader(table, place, SourceError, text=text)
    papers = []
    for each in reader.each("authorisation") or ():
        paper = read_authorisation(each, close=False)
        zone_name = each.choice("place", PLACES, "Asia/Shanghai" if paper.gate == "importer" else "America/New_York")
        known, until = each.day("known"), each.day("until")
        source = each.word("claim") or place
        each.close()
        papers.append(
            type(paper)(
                **{name: getattr(paper, name) for name in paper.__slots__ if name not in ("known", "lapses", "source")},
                known=end_of(known, zone_name) if known else None,
                lapses=end_of(until, zone_name) if until else None,
                source=source,
            )
        )
    return papers


def check_relations(claims: Mapping[str, Claim], readers: Mapping[str, tuple[str, str]]) -> None:
    """Refuse a relation to nowhere, and a ring of supersession."""
    for claim in claims.values():
        for relation in claim.relations:
            if relation.target not in claims:
                place, text = readers[claim.id]
                fail(place, text, claim.id, "target", f"relation to {relation.target!r}, which is no claim")
    for claim in claims.values():
        trail = [claim.id]
        _follow(claims, readers, trail)


def _follow(claims: Mapping[str, Claim], readers: Mapping[str, tuple[str, str]], trail: list[str]) -> None:
    for relation in claims[trail[-1]].relations:
        if relation.kind != "supersedes":
            continue
        if relation.target == trail[0]:
            place, text = readers[trail[0]]
            ring = " supersedes ".join([*trail, trail[0]])
            fail(place, text, trail[0], "kind", f"ring of supersession: {ring}")
        if relation.target not in trail:
            _follow(claims, readers, [*trail, relation.target])


def fail(place: str, text: str, claim: str, key: str, why: str) -> NoReturn:
    """Draw the line of a claim's key under an error that shows only when all files are read."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.strip() == f'id = "{claim}"'), 0)
    for number in range(start, len(lines)):
        if lines[number].strip().startswith((f"{key} =", f"{key}=")):
            head = f"line {number + 1}: "
            caret = " " * len(head)
            message = f"{place}: {claim}: {why}.\n    {head}{lines[number].strip()}\n    {caret}^"
            raise SourceError(message)
    message = f"{place}: {claim}: {why}."
    raise SourceError(message)


def _claim(reader: Reader, chain: str, acts: Mapping[str, object]) -> Claim:
    place = reader.choice("place", PLACES, "Asia/Shanghai")
    reported = reader.needed("reported")
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
        translated=reader.take("translated", default=False) is True,
        quality=reader.word("quality") or "good",
        seen_at=reader.words("seen_at") or (),
        note=reader.word("note"),
        parameters=reader.words("parameters") or (),
        article=reader.word("article"),
        seed=reader.words("seed") or (),
    )
    reader.close({"status_in_hindsight": "is hindsight, which no decision may rest on; leave it out"})
    return claim


def _known_from(reader: Reader, reported: str, place: str) -> dt.datetime:
    """Give the instant from which a report counts as known, by its precision and its place."""
    try:
        if len(reported) == MONTH:
            return end_of(end_of_month(reported), place)
        if "T" not in reported:
            return end_of(parse_day(reported), place)
        moment = dt.datetime.fromisoformat(reported)
    except ValueError as problem:
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
