"""Who vouches for a sentence: the innermost source that it names, or the one carried from before.

Sources that are not named, outlets and companies are carried through a paragraph until another source,
or a turn of the author's own (`this decision`, `meanwhile`); a person only by a pronoun.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecluse.claim import Attribution
from ecluse.press.frames import GOVERNMENTS, Agent, side_of
from ecluse.press.words import fold

if TYPE_CHECKING:
    from ecluse.press.lexicon import Lexicon, Sentence
    from ecluse.press.words import Mark

KIND_OF_SIDE = {
    "cn": "named_official", "us": "named_official", "state": "named_official", "official": "named_official",
    "person": "named_person", "press": "press", "vendor": "company_statement", "buyer": "company_statement",
    "class": "company_statement", "rival": "company_statement", "supplier": "company_statement",
}  # fmt: skip
SPEAKERS = tuple(KIND_OF_SIDE)
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5,
    "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6,
}  # fmt: skip
# A count before these words counts sources: `three people`, not `both in private`.
_COUNTED = re.compile(r"source|person|people|interlocuteur|responsable|人士|来源|知情")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who vouches, from which sentence it was carried, and whether he said it earlier than the article."""

    attribution: Attribution
    carried_from: int | None = None
    earlier: bool = False
    side: str | None = None


# What a government has made, after its name: then it is not the government that speaks.
_NO_WORDS = ("rules", "curb", "plan", "require", "export")
_BESIDE = 5
_FIRMS = ("vendor", "buyer", "rival", "supplier")
_CLASS_REACH = 3
_PRONOUNS = frozenset({"he", "she", "they", "it", "elle", "il", "ils", "elles", "他", "她", "们"})
# Somebody of whom no more is said: the words he begins with, what parts a phrase, and how long one is.
_ANY = {
    "en": frozenset({"a", "an", "one", "another", "some", "several"}),
    "fr": frozenset({"un", "une", "des", "plusieurs", "certains", "certaines"}),
}
_PARTS = frozenset({",", ".", ";", ":", "«", "»", '"', "“", "”", "(", ")"})
_PHRASE = 7
AUTHOR = Holder(Attribution("author"))
HEADLINE = Holder(Attribution("headline"))


def holders_of(sentences: list[Sentence], lexicon: Lexicon, text: str) -> list[Holder]:
    """Give the holder of each sentence."""
    found: list[Holder] = []
    open_one: tuple[Holder, int, int] | None = None
    paper: tuple[Holder, int, int] | None = None
    firm: Mark | None = None
    for sentence in sentences:
        if sentence.kind != "body":
            found.append(HEADLINE)
            continue
        own = stated(sentence, lexicon, text, firm)
        firm = next((mark for mark in reversed(sentence.marks) if mark.concept in _FIRMS), firm)
        if own is not None:
            open_one = (own, sentence.index, sentence.paragraph)
            found.append(own)
            paper = _paper(sentence, own) or paper
            continue
        carried = _carry(open_one, sentence)
        if paper is not None and any(mark.concept == "paper" for mark in sentence.marks):
            carried, open_one = replace(paper[0], carried_from=paper[1]), (paper[0], paper[1], sentence.paragraph)
        if carried is None:
            open_one = None
            found.append(AUTHOR)
        else:
            found.append(carried)
    return found


def _paper(sentence: Sentence, own: Holder) -> tuple[Holder, int, int] | None:
    """Give the outlet that a later `the newspaper said` stands for."""
    if own.attribution.kind == "press":
        return own, sentence.index, sentence.paragraph
    if not any(mark.concept in ("report", "according", "paper") for mark in sentence.marks):
        return None
    told = [mark for mark in sentence.marks if mark.concept in ("tell", "say", "to") and _to_press(sentence, mark)]
    named = next((mark for mark in sentence.marks if mark.concept == "press"), None)
    if named is None or told:
        return None
    return Holder(Attribution("press", name=named.name), side="press"), sentence.index, sentence.paragraph


def _carry(open_one: tuple[Holder, int, int] | None, sentence: Sentence) -> Holder | None:
    if open_one is None:
        return None
    holder, origin, paragraph = open_one
    concepts = {mark.concept for mark in sentence.marks if mark.first <= 4}
    if any(_by_pronoun(sentence, mark) for mark in sentence.marks if mark.concept == "say"):
        concepts = (concepts - {"turn"}) | {"it"}
    follows = paragraph + 1 == sentence.paragraph and "it" in {
        mark.concept for mark in sentence.marks if mark.first <= 1
    }
    if (paragraph != sentence.paragraph and not follows) or "turn" in concepts:
        return None
    if holder.attribution.kind in ("named_person", "named_official") and not concepts & {"they", "it"}:
        return None
    return replace(holder, carried_from=origin)


def stated(sentence: Sentence, lexicon: Lexicon, text: str, firm: Mark | None = None) -> Holder | None:
    """Give the holder that a sentence names itself; `firm` is the company named last before it."""
    marks = sentence.marks
    concepts = {mark.concept for mark in marks}
    earlier = "earlier" in concepts and bool(concepts & {"press", "reports"})
    sources = [mark for mark in marks if mark.concept == "sources"]
    if sources and (concepts & {"say", "report", "according", "interest", "tell"} or lexicon.script == "han"):
        return _anonymous(sources[0], sentence, text)
    somebody = _somebody(sentence, text, _ANY.get(lexicon.language, frozenset()))
    if somebody is not None:
        return somebody
    speaker = _speaker(sentence)
    if speaker is None:
        return _house(sentence, firm) if _speaks_for_house(sentence, concepts) else None
    side = side_of(speaker, lexicon) if speaker.concept != "press" else "press"
    kind = KIND_OF_SIDE.get(speaker.concept, "press")
    if kind == "named_official" and speaker.concept != "official" and _near(sentence, speaker, "document"):
        kind = "official_document"
    name = lexicon.names.get(speaker.name or "")
    role = name.role if name else None
    if role is None and _near(sentence, speaker, "executive"):
        role = "executives"
    if role is None and _near(sentence, speaker, "spokes"):
        role = "spokesperson"
    of = f" of {name.of}" if name and name.of and role and name.of not in role and speaker.concept == "person" else ""
    return Holder(
        Attribution(kind, name=speaker.name, role=f"{role}{of}" if role else None), earlier=earlier, side=side
    )


def _somebody(sentence: Sentence, text: str, anybody: frozenset[str]) -> Holder | None:
    """`..., an employee said` and `according to an analyst`: whoever it is, it is not the firm spoken of."""
    for mark in sentence.marks:
        if mark.concept == "say":
            start = max((at for at in range(mark.first) if sentence.tokens[at].folded in _PARTS), default=-1) + 1
            spans = [(start, mark.first)]
            if _closing(sentence, mark):
                spans.append((mark.last + 1, _until(sentence, mark.last + 1)))
        elif mark.concept == "according":
            spans = [(mark.last + 1, _until(sentence, mark.last + 1))]
        else:
            continue
        for first, after in spans:
            known = [one for one in sentence.marks if first <= one.first < after]
            if first < after <= first + _PHRASE and sentence.tokens[first].folded in anybody and not known:
                said = text[sentence.tokens[first].start : sentence.tokens[after - 1].end]
                return Holder(Attribution("anonymous_sources", described_as=said))
    return None


def _until(sentence: Sentence, first: int) -> int:
    """Give where a phrase ends: at the next mark of punctuation, or with the sentence."""
    return next(
        (at for at in range(first, len(sentence.tokens)) if sentence.tokens[at].folded in _PARTS), len(sentence.tokens)
    )


def _speaks_for_house(sentence: Sentence, concepts: set[str]) -> bool:
    """Does a spokesman, a filing, or `the company` speak, without a name?"""
    if {"spokes", "say"} <= concepts or {"document", "according"} <= concepts:
        return True
    says = [mark for mark in sentence.marks if mark.concept == "say"]
    its = [mark for mark in sentence.marks if mark.concept == "it"]
    return any(-1 <= say.first - it.last <= 1 or 0 < it.first - say.last <= 3 for say in says for it in its)


def _house(sentence: Sentence, firm: Mark | None) -> Holder | None:
    """`A company spokesperson said` speaks for the company that the sentence is about, else the one named before."""
    company = next((mark for mark in sentence.marks if mark.concept in _FIRMS), None)
    if company is None and _firm_says(sentence):
        company = firm
    if company is None:
        return None
    role = "spokesperson" if any(mark.concept == "spokes" for mark in sentence.marks) else None
    return Holder(Attribution("company_statement", name=company.name, role=role), side=company.concept)


def _firm_says(sentence: Sentence) -> bool:
    """Does `the company` itself say something, right beside the verb, or its spokesman?"""
    if any(mark.concept == "spokes" for mark in sentence.marks):
        return True
    says = [mark for mark in sentence.marks if mark.concept == "say"]
    firms = [mark for mark in sentence.marks if mark.concept == "itfirm"]
    return any(-1 <= say.first - it.last <= 1 or it.first - say.last == 1 for say in says for it in firms)


def _anonymous(mark: Mark, sentence: Sentence, text: str) -> Holder:
    """Sources that are not named, with their count where it is given."""
    ahead = sentence.tokens[max(mark.first - 2, 0) : mark.first + 1]
    if not _COUNTED.search(fold(text[mark.start : mark.end])):
        ahead = []
    count = next((_COUNTS[token.folded] for token in reversed(ahead) if token.folded in _COUNTS), None)
    count = count or next((int(token.folded) for token in ahead if re.fullmatch(r"[1-9]", token.folded)), None)
    return Holder(Attribution("anonymous_sources", count=count, described_as=text[mark.start : mark.end]))


def _near(sentence: Sentence, speaker: Mark, concept: str) -> bool:
    return any(mark.concept == concept and abs(mark.first - speaker.first) <= 8 for mark in sentence.marks)


def _speaker(sentence: Sentence) -> Mark | None:
    """Find who speaks: beside a verb of saying, after `according to`, or an outlet that reported."""
    marks = sentence.marks
    names = [mark for mark in marks if mark.concept in SPEAKERS]
    for mark in marks:
        if mark.concept == "according":
            after = _titled(next((one for one in names if 0 <= one.first - mark.last <= 5), None), names)
            if after is not None and _may_speak(sentence, after):
                return _inner(sentence, names) or after if after.concept == "press" else after
    told = {mark.first for mark in marks if mark.concept == "tell"}
    for mark in marks:
        if mark.concept in ("report", "say"):
            speaker = _beside(mark, names, sentence)
            # A government that tells firms something acts; who reports it is somebody else.
            acts = mark.first in told and not _to_press(sentence, mark)
            if speaker is not None and not (speaker.concept in GOVERNMENTS and acts):
                return (_inner(sentence, names) or speaker) if speaker.concept == "press" else speaker
    return None


def _titled(firm: Mark | None, names: list[Mark]) -> Mark | None:
    """`Nvidia CFO Colette Kress` is she, and not the firm whose title she bears."""
    if firm is None or firm.concept in _PEOPLE:
        return firm
    person = next((one for one in names if one.concept == "person" and 0 < one.first - firm.last <= _TITLE), None)
    return person or firm


def _inner(sentence: Sentence, names: list[Mark]) -> Mark | None:
    """Who is quoted by the outlet that the sentence cites: an official or a person who says something in it."""
    quoted = [one for one in names if one.concept in ("official", "person")]
    says = [mark for mark in sentence.marks if mark.concept == "say"]
    spoken = (_beside(say, quoted, sentence) for say in says)
    return next((one for one in spoken if one is not None), None)


def _to_press(sentence: Sentence, verb: Mark) -> bool:
    """Is an outlet told (`an official told the FT`)?"""
    return any(mark.concept == "press" and 0 < mark.first - verb.last <= 2 for mark in sentence.marks)


def _may_speak(sentence: Sentence, mark: Mark) -> bool:
    """`According to China's plan` and `under Washington's rules` name no speaker."""
    if mark.concept in GOVERNMENTS and any(
        one.concept in _NO_WORDS and 0 < one.first - mark.last <= _BESIDE * sentence.scale for one in sentence.marks
    ):
        return False
    return mark.name != "China" or any(one.concept in ("spokes", "document", "say") for one in sentence.marks)


_REACH = 14
_TITLE = 4
_PEOPLE = ("person", "official")


def _beside(verb: Mark, names: list[Mark], sentence: Sentence) -> Mark | None:
    if _by_pronoun(sentence, verb) or _unsaid(sentence, verb):
        return None
    papers = [mark for mark in sentence.marks if mark.concept == "paper"]
    if any(0 < mark.first - verb.last <= 2 or 0 < verb.first - mark.last <= 2 for mark in papers):
        return None
    wanted = ("press",) if verb.concept == "report" else SPEAKERS
    before = [
        one
        for one in names
        if one.concept in wanted
        and 0 < verb.first - one.last <= _REACH * (sentence.scale if one.concept in _PEOPLE else 1)
    ]
    before = [one for one in before if not _other_clause(sentence, one.last, verb.first)]
    # A class of firms speaks with its verb beside it; farther off it is who is spoken of.
    before = [one for one in before if one.concept != "class" or verb.first - one.last <= _CLASS_REACH * sentence.scale]
    after = [one for one in names if 0 < one.first - verb.last <= 7 and one.concept in wanted]
    turned = [one for one in after if one.concept in ("person", "official")] or after
    # `The head of Nvidia, Jensen Huang, said China ...`: he stands in apposition, and speaks.
    turns = bool(turned) and turned[0].first - verb.last <= 1
    beside = [one for one in before if verb.first - one.last <= (2 if one.concept in _PEOPLE and not turns else 1)]
    if turned and _closing(sentence, verb) and not beside:
        return turned[0]
    if before:
        people = [one for one in before if one.concept in ("person", "official")]
        return (people or before)[-1]
    return None


def _by_pronoun(sentence: Sentence, verb: Mark) -> bool:
    """Does a pronoun speak (`she said`, `a-t-elle ajouté`)? Then the one before still speaks."""
    ahead = sentence.tokens[max(verb.first - 2, 0) : verb.first]
    return any(token.folded in _PRONOUNS for token in ahead[-1:])


def _unsaid(sentence: Sentence, verb: Mark) -> bool:
    """Is the verb of saying itself denied (`has not announced`)?"""
    nots = [mark for mark in sentence.marks if mark.concept in ("not", "nopublic", "noconfirm")]
    return any(mark.first <= verb.last and -1 <= verb.first - mark.last <= 2 for mark in nots)


def _other_clause(sentence: Sentence, after: int, before: int) -> bool:
    """Do words of another clause stand between speaker and verb? An apposition between commas does not part."""
    return any(
        mark.concept == "break"
        and after < mark.first < before
        and sentence.tokens[mark.first].folded not in (",", "，")
        for mark in sentence.marks
    )


def _closing(sentence: Sentence, verb: Mark) -> bool:
    """Does the verb stand after the words it reports: `..., a déclaré Nvidia`?"""
    return any(
        sentence.tokens[place].folded in (",", "，", "»", '"', "”")
        for place in range(max(verb.first - 2, 0), verb.first)
    )


def speaking(holder: Holder, lexicon: Lexicon) -> Agent | None:
    """Give the holder as somebody a pronoun may stand for; None where no one of the gazetteer speaks."""
    name = holder.attribution.name
    if name is None or holder.side is None or name not in lexicon.names:
        return None
    known = lexicon.names[name]
    who, side = (
        (known.of, lexicon.names[known.of].side) if known.of in lexicon.names and known.of else (name, holder.side)
    )
    return Agent((), side, carried=holder.carried_from, named=(who,))
