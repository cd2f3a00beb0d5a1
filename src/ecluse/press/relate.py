"""Relations proposed between an article's claims and those of the evidence, each with its reason.

Two claims may stand to each other only when they speak of the same gate and share a product. They
contradict when they speak of the same level of that gate (policy, licence) and of overlapping time; a later
change is an update. A leave given by policy and a licence still pending are two doors, not a contradiction.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecluse.press.lexicon import Sentence, load
from ecluse.press.proposal import Alternative, Link, Proposal
from ecluse.press.readings import PRESSURE, pressure_in
from ecluse.press.words import find, tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ecluse.claim import Claim
    from ecluse.press.article import Article

WINDOW = dt.timedelta(days=120)
MOST_LINKS = 4
# What is true of one day only, and of another by chance.
_OF_A_DAY = ("price_reaction", "silence")
# What somebody says of himself: another's silence or ignorance is another thing.
_OWN = ("silence", "no_confirmation", "no_public_statement", "status_unknown", "no_talks")
# Names for one government as a whole.
_STATE = ("China", "Beijing", "Chinese government", "Chinese authorities", "Chinese regulators")
# A report of the same outlet that is older than this is no longer the same report.
_SAME_REPORT = dt.timedelta(days=7)
# Subjects that may hold any firm, so that two claims on them may speak of one party.
_WIDE = ("Chinese tech firms", "domestic tech companies", "importers into China", "Chinese customers", "suppliers")
_OFF_RECORD = ("anonymous_sources", "press", "author", "headline")


@dataclass(frozen=True)
class Ground:
    """What the evidence hands in: claims known by then, how permissive an act is, product and firm keys.

    `let` and `shut` are acts that open and close the importer's gate; a key makes two names of one thing equal.
    """

    claims: tuple[Claim, ...]
    let: frozenset[str]
    shut: frozenset[str]
    product: Callable[[str], tuple[str, ...]]
    firm: Callable[[str], str]


def related(proposals: Iterable[Proposal], article: Article, ground: Ground) -> tuple[Proposal, ...]:
    """Add to each proposal its relations to the evidence, newest claims first."""
    day = article.published.day if article.published else None
    levels = _levels(article.language)
    near = [claim for claim in ground.claims if day is None or abs(_day(claim) - day) <= WINDOW]
    near.sort(key=_day, reverse=True)
    found = []
    for one in proposals:
        if one.holder.attribution.kind == "headline" or one.gate == "meta":
            found.append(one)
            continue
        links = [
            replace(link, why=f"{link.why} (reported {claim.reported})")
            for claim in near
            if (link := _link(one, claim, article, ground, levels)) is not None
        ]
        drift = _drift(one, near, ground)
        if drift is not None:
            one = replace(one, alternatives=(*one.alternatives, drift[0]), links=(*one.links, drift[1]))  # noqa: PLW2901 - the same proposal, told further
        found.append(replace(one, links=(*one.links, *links[:MOST_LINKS])))
    return tuple(found)


def _levels(language: str) -> dict[str, str]:
    return {frame.act: frame.level for frame in load(language).frames}


def _day(claim: Claim) -> dt.date:
    return claim.known_from.date()


def _link(  # noqa: PLR0911 - one relation after another, the first that holds
    one: Proposal, claim: Claim, article: Article, ground: Ground, levels: Mapping[str, str]
) -> Link | None:
    if not _same_gate(one, claim) or not _share(one.products, claim.products, ground):
        return None
    if one.act in _OF_A_DAY and one.said and one.said.end and abs(_day(claim) - one.said.end) > dt.timedelta(days=3):
        return None
    together = _same_party(one, claim, ground) if one.act in _OWN else _subjects_meet(one, claim, ground)
    if one.act == claim.act:
        return _alike(one, claim, article, ground) if together else None
    if one.act == "denial" and claim.act not in ("denial", "silence", "no_comment"):
        recent = one.said is None or one.said.end is None or one.said.end - _day(claim) <= dt.timedelta(days=14)
        return (
            Link("denies", claim.id, f"a denial by {one.actor} of what was reported on {claim.reported}")
            if recent
            else None
        )
    if _opposed(one, claim, ground) and together and levels.get(one.act) and _level_of(claim, levels, one) == one.level:
        if _overlap(one, claim):
            return Link(
                "contradicts",
                claim.id,
                f"same gate and level, overlapping time, and {claim.id} says {claim.act.replace('_', ' ')}",
            )
        return Link(
            "updates", claim.id, f"a later report on the same gate; {claim.id} said {claim.act.replace('_', ' ')}"
        )
    return None


def _level_of(claim: Claim, levels: Mapping[str, str], one: Proposal) -> str:
    """Give the level of a claim's act; the importer's gate has no published text, so its level is that of the act."""
    if one.gate == "import":
        return one.level
    return levels.get(claim.act, "none")


def _same_gate(one: Proposal, claim: Claim) -> bool:
    """Orders and wishes of firms are filed by the evidence under the gate they wait at."""
    return one.gate == claim.gate or (one.act == claim.act and {one.gate, claim.gate} <= {"market", "import", "supply"})


def _share(ours: tuple[str, ...], theirs: tuple[str, ...], ground: Ground) -> bool:
    if not ours or not theirs:
        return not ours and not theirs
    mine = {key for name in ours for key in ground.product(name)}
    return bool(mine & {key for name in theirs for key in ground.product(name)})


def _subjects_meet(one: Proposal, claim: Claim, ground: Ground) -> bool:
    """Do both speak of a party in common? One that names no firm may mean any."""
    mine = {ground.firm(name) for name in one.subjects}
    theirs = {ground.firm(name) for name in claim.subjects}
    wide = {ground.firm(name) for name in _WIDE}
    return not mine or not theirs or bool(mine & theirs) or bool((mine | theirs) & wide)


def _party(name: str, ground: Ground) -> str:
    return "China" if name in _STATE else ground.firm(name)


def _same_party(one: Proposal, claim: Claim, ground: Ground) -> bool:
    """Do both speak of one party's own words, and of the same open question where one is named?"""
    mine = {_party(name, ground) for name in (*one.subjects, *one.authorities)}
    theirs = {_party(name, ground) for name in (*claim.subjects, *claim.authorities)}
    return mine <= theirs and (not one.parameters or bool(set(one.parameters) & set(claim.parameters)))


def _alike(one: Proposal, claim: Claim, article: Article, ground: Ground) -> Link:
    """Of two claims of one act: the same report again, a narrower one, newer figures, or another source's."""
    outlet = _outlet(one, article)
    if outlet and _key(outlet) in _key(claim.publisher):
        recent = one.said is None or one.said.end is None or abs(one.said.end - _day(claim)) <= _SAME_REPORT
        why = f"the same report of {claim.publisher}" if recent else f"{claim.publisher} said so before"
        return Link("derives_from", claim.id, f"repeats {claim.id}: {why}")
    numbers = {(str(row.value), row.unit) for row in one.quantities if row.value is not None}
    known = {(str(number.value), number.unit) for number in claim.numbers if number.value is not None}
    if numbers and known and not numbers & known:
        return Link(
            "updates", claim.id, f"other figures than {claim.id}: {', '.join(sorted(value for value, _ in numbers))}"
        )
    mine, theirs = {ground.firm(name) for name in one.subjects}, {ground.firm(name) for name in claim.subjects}
    if mine and mine < theirs:
        return Link("refines", claim.id, f"narrows {claim.id} to {', '.join(one.subjects)}")
    if one.holder.attribution.kind in _OFF_RECORD[:2] and outlet is None:
        return Link("derives_from", claim.id, f"repeats {claim.id} and names no source of its own")
    return Link("confirms", claim.id, f"says what {claim.id} said, by another source")


def _outlet(one: Proposal, article: Article) -> str | None:
    if one.holder.attribution.kind == "press":
        return one.holder.attribution.name
    return article.original_publisher or article.publisher


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("news", ""))


def _opposed(one: Proposal, claim: Claim, ground: Ground) -> bool:
    return (one.act in ground.let and claim.act in ground.shut) or (one.act in ground.shut and claim.act in ground.let)


def _overlap(one: Proposal, claim: Claim) -> bool:
    """Do the two speak of a day in common? One without days speaks of that of its report."""
    when = one.about or one.said
    first = when.start if when else None
    last = when.end if when else None
    low, high = claim.about or (_day(claim), _day(claim))
    return (first is None or first <= high) and (last is None or low <= last)


def _drift(one: Proposal, claims: Iterable[Claim], ground: Ground) -> tuple[Alternative, Link] | None:
    """Find where another language tells the same with a weaker word; the weaker one is kept."""
    if one.modality not in PRESSURE or not one.parameters:
        return None
    for claim in claims:
        if (
            claim.language.startswith("en")
            and set(one.parameters) & set(claim.parameters)
            and _share(one.products, claim.products, ground)
        ):
            theirs = pressure_of(claim.statement, "en")
            if theirs is not None and PRESSURE.index(theirs) < PRESSURE.index(one.modality):
                words = f"({theirs}, here {one.modality})"
                why = f"{claim.id} tells it in {claim.language} with the weaker word {words}, which is kept"
                return Alternative("modality", theirs, why), Link(
                    "derives_from", claim.id, f"drift of translation: {why}"
                )
    return None


def pressure_of(text: str, language: str) -> str | None:
    """Give the weakest word of pressure in a statement of ours: what it was careful to say."""
    lexicon = load(language)
    tokens = tokens_of(text, 0, len(text), lexicon.variants)
    marks = find(tokens, lexicon.phrases, lexicon.script)
    if any(mark.concept == "encourage" for mark in marks):
        return "encouraged"
    return pressure_in(Sentence(0, 0, len(text), 0, "body", tokens, marks))
