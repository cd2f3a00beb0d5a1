"""An article into proposed claims: frames, holders, times and quantities brought together."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ecluse.claim import Attribution
from ecluse.press import numbers
from ecluse.press.frames import AGENTS, GOVERNMENTS, Agent, Match, matches, side_of, verb_between
from ecluse.press.holders import AUTHOR, HEADLINE, KIND_OF_SIDE, Holder, holders_of, speaking
from ecluse.press.inside import linked
from ecluse.press.proposal import Alternative, Proposal
from ecluse.press.readings import alternatives, modality_of
from ecluse.press.sentences import sentences_of
from ecluse.press.when import When, times_in
from ecluse.press.words import fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ecluse.press.article import Article
    from ecluse.press.lexicon import Lexicon, Sentence
    from ecluse.press.numbers import Quantity

# Claims of these acts speak of a chip although they name none.
_ABOUT_CHIPS = ("import", "export", "supply")
_COUNTS = ("chips",)
_NEXT_IN_LIST = 3
_CLOSING = " \n\t\"'”’»」』）)"
# Within so many signs of a verb of saying a time is that of the saying.
_SAYING = 60


@dataclasses.dataclass(frozen=True)
class _State:
    """What is carried from sentence to sentence: who was named last on each side, which chips."""

    agents: dict[str, Agent]
    products: tuple[str, ...] = ()
    buyers: tuple[str, ...] = ()


_DENIALS = ("denial", "no_confirmation")


def propose(article: Article, lexicon: Lexicon) -> tuple[Proposal, ...]:
    """Propose claims, in the order of the text; relations inside the article are among them."""
    sentences = sentences_of(article, lexicon)
    holders = holders_of(sentences, lexicon, article.text)
    rules = numbers.grammar(article.language, lexicon.numerals)
    state = _State({})
    found: list[Proposal] = []
    day = article.published.day if article.published else None
    for sentence, holder in zip(sentences, holders, strict=True):
        counted = numbers.quantities(
            article.text, sentence.start, sentence.end, article.language, rules, lexicon.variants, _chips(sentence)
        )
        times = _times(article, sentence, lexicon, day)
        asked = article.text[sentence.start : sentence.end].rstrip(_CLOSING).endswith(("?", "？"))
        hits = [] if asked else matches(sentence, lexicon, counted, state.agents, speaking(holder, lexicon))
        hits = _undenied(sentence, hits)
        for match in hits:
            part = _Part(article, lexicon, sentence, holder, counted, times, state, day, hits)
            found.extend(_proposals(part, match))
        state = _after(state, sentence, lexicon)
    found.extend(_notes(article, len(found)))
    numbered = [dataclasses.replace(one, id=f"p{index:02}") for index, one in enumerate(found, 1)]
    return linked(tuple(numbered), sentences, day)


def _undenied(sentence: Sentence, hits: list[Match]) -> list[Match]:
    """Leave out what stands within a denial, or within what was not confirmed: nobody says that it is so."""
    denials = [one for one in hits if one.frame.act in _DENIALS]
    within = [(one.last, _span(sentence, one)[1]) for one in denials]
    return [
        one
        for one in hits
        if one.frame.polarity == "no"
        or not any(last < one.first and sentence.tokens[one.first].start < end for last, end in within)
    ]


@dataclasses.dataclass(frozen=True)
class _Part:
    """What a proposal is made from."""

    article: Article
    lexicon: Lexicon
    sentence: Sentence
    holder: Holder
    quantities: list[Quantity]
    times: list[When]
    state: _State
    day: dt.date | None
    matches: list[Match]


def _chips(sentence: Sentence) -> dict[int, int]:
    """Give where names of chips begin and end: `15 000 L20` counts chips."""
    return {mark.start: mark.end for mark in sentence.marks if mark.concept == "chip"}


def _times(article: Article, sentence: Sentence, lexicon: Lexicon, day: dt.date | None) -> list[When]:
    words = article.text[sentence.start : sentence.end]
    folded = fold(words, lexicon.variants)
    return times_in(folded, sentence.start, day, lexicon.times) if len(folded) == len(words) else []


def _after(state: _State, sentence: Sentence, lexicon: Lexicon) -> _State:
    """Remember who and what was named; those named together stay together."""
    if sentence.kind != "body":
        return state
    agents = dict(state.agents)
    for side in dict.fromkeys(side_of(mark, lexicon) for mark in sentence.marks if mark.concept in AGENTS):
        marks = tuple(mark for mark in sentence.marks if mark.concept in AGENTS and side_of(mark, lexicon) == side)
        agents.pop(side, None)
        agents[side] = Agent(marks, side, carried=sentence.index)
    products = tuple(dict.fromkeys(mark.name or "" for mark in sentence.marks if mark.concept == "chip"))
    named = tuple(dict.fromkeys(mark.name or "" for mark in sentence.marks if mark.concept == "buyer"))
    return _State(agents, products or state.products, named or state.buyers)


def _proposals(part: _Part, match: Match) -> Iterator[Proposal]:
    """Make the proposals of one match; a quantity for each of several is one claim for each."""
    one = _proposal(part, match)
    each = [quantity for quantity in one.quantities if quantity.each and quantity.unit in _COUNTS]
    # `Firms such as A and B ... each`: the firms named are those that count.
    named = tuple(name for name in one.subjects if part.lexicon.names[name].side != "class") or one.subjects
    if each and len(one.subjects) > 1:
        for subject in named:
            yield dataclasses.replace(
                one, subjects=(subject,), actor=subject if one.actor and subject in one.actor else one.actor,
                notes=(*one.notes, "one of several: the sentence gives the quantity for each"),
            )  # fmt: skip
    else:
        yield one


def _proposal(part: _Part, match: Match) -> Proposal:
    frame, sentence = match.frame, part.sentence
    span = _span(sentence, match)
    quantities = _own_quantities(part, match, span)
    products, products_from = _products(part, match)
    said, about = _when(part, match, quantities)
    holder = _holder(part, match)
    actor = " and ".join(match.agent.names) if match.agent else None
    strong = match.strong and sentence.kind == "body"
    modality = modality_of(frame, sentence, match)
    others = alternatives(frame, sentence, match, part.lexicon)
    doubtful = [one for one in quantities if one.other]
    others += tuple(Alternative("quantity", one.other or "", f"{one.text!r} can be read two ways") for one in doubtful)
    return Proposal(
        id="",
        sentence=(sentence.start, sentence.end),
        span=span,
        kind=sentence.kind,
        gate=frame.gate,
        act=frame.act,
        level=frame.level,
        modality=modality,
        polarity=frame.polarity,
        holder=holder,
        said=said,
        about=about,
        actor=actor,
        authorities=_authorities(part, match),
        subjects=_subjects(part, match),
        products=products,
        quantities=quantities,
        parameters=frame.parameters,
        strength="strong" if strong else "weak",
        frame=frame.id,
        products_from=products_from,
        actor_from="earlier sentence" if match.agent and match.agent.carried is not None else "sentence",
        alternatives=others,
    )


def _span(sentence: Sentence, match: Match) -> tuple[int, int]:
    """Give the clause of a match: from the break before it to the break after it."""
    first = min(
        [match.first, *(mark.first for mark in match.agent.marks)]
        if match.agent and match.agent.marks and match.agent.carried is None
        else [match.first]
    )
    strong = [mark for mark in sentence.marks if mark.concept == "break" and not _in_list(sentence, mark.first)]
    start = max((mark.end for mark in strong if mark.last < first), default=sentence.start)
    end = min((mark.start for mark in strong if mark.first > match.last), default=sentence.end)
    return start, end


def _in_list(sentence: Sentence, place: int) -> bool:
    """Does a comma stand between two names?"""
    named = [mark for mark in sentence.marks if mark.concept in AGENTS]
    return any(mark.last == place - 1 for mark in named) and any(mark.first == place + 1 for mark in named)


def _own_quantities(part: _Part, match: Match, span: tuple[int, int]) -> tuple[Quantity, ...]:
    """Give the quantities in units that the frame speaks of; with rivals in the sentence, the nearest."""
    units = match.frame.numbers
    if "fixed" in units:
        mark = match.marks[0]
        text = part.article.text[mark.start : mark.end]
        return (numbers.Quantity(mark.start, mark.end, None, "ratio", "not fixed", each=False, text=text),)
    right = [one for one in part.quantities if one.unit in units]
    rivals = [other for other in part.matches if other is not match and other.frame.numbers & units]
    if rivals:
        right = [one for one in right if all(_far(one, match) <= _far(one, other) for other in rivals)]
    if match.frame.act == "price_reaction":
        right = right[:1]
    return tuple(one for one in right if span[0] - 80 <= one.start <= span[1] + 80)


def _far(one: Quantity, match: Match) -> int:
    start = min(mark.start for mark in match.marks)
    end = max(mark.end for mark in match.marks)
    return one.start - end if one.start >= end else start - one.end if one.end <= start else 0


def _products(part: _Part, match: Match) -> tuple[tuple[str, ...], str]:
    named = tuple(dict.fromkeys(mark.name or "" for mark in part.sentence.marks if mark.concept == "chip"))
    if named:
        return named, "sentence"
    if match.frame.gate not in _ABOUT_CHIPS and match.frame.act not in ("demand", "purchase_order", "orders_received"):
        return (), "sentence"
    if part.state.products:
        return part.state.products, "earlier sentence"
    return (), "sentence"


def _subjects(part: _Part, match: Match) -> tuple[str, ...]:
    """Give whom the act concerns: those of the frame's sides in the sentence, or whom a pronoun stands for."""
    sides = match.frame.subjects
    acting = set(match.agent.names) if match.agent else set()
    own_side = match.agent is not None and match.agent.side in sides
    if match.frame.holder_is_actor and not sides:
        return match.agent.names if match.agent and match.agent.side not in GOVERNMENTS else ()
    if own_side and match.agent:
        return match.agent.names
    low, high = _reach(part, match)
    named = [
        mark.name or ""
        for mark in part.sentence.marks
        if mark.concept in sides and mark.name not in acting and low <= mark.first <= high
    ]
    if named:
        inside = [
            mark.name or ""
            for mark in part.sentence.marks
            if mark.concept in sides and mark.name in named and match.first <= mark.first <= match.last + 4
        ]
        return tuple(dict.fromkeys(_listed(part.sentence, inside, sides) if inside else named))
    if "buyer" in sides and any(mark.concept == "they" for mark in part.sentence.marks):
        return part.state.buyers
    return ()


def _listed(sentence: Sentence, inside: list[str], sides: frozenset[str]) -> list[str]:
    """Add those named on in one list with the last inside: `to A, B and C`."""
    marks = [mark for mark in sentence.marks if mark.concept in sides and mark.name]
    found = list(inside)
    last = max((mark.last for mark in marks if mark.name in inside), default=0)
    for mark in sorted(marks, key=lambda one: one.first):
        if 0 < mark.first - last <= _NEXT_IN_LIST * sentence.scale and not verb_between(sentence, last, mark.first):
            found.append(mark.name or "")
            last = mark.last
    return found


def _reach(part: _Part, match: Match) -> tuple[int, int]:
    """Give the tokens within which a match looks for its parties: as far as the next match of another act."""
    others = [other for other in part.matches if other is not match]
    low = max((other.last for other in others if other.last < match.first), default=-1)
    high = min((other.first for other in others if other.first > match.last), default=len(part.sentence.tokens))
    return low, high


def _authorities(part: _Part, match: Match) -> tuple[str, ...]:
    """Give the authorities that act; an official acts for his office."""
    if match.agent is None or match.agent.side not in ("cn", "us", "state"):
        return ()
    names = []
    for mark in match.agent.marks:
        known = part.lexicon.names.get(mark.name or "")
        names.append(known.of if known and mark.concept == "official" and known.of else mark.name or "")
    return tuple(dict.fromkeys(names))


def _holder(part: _Part, match: Match) -> Holder:
    if part.sentence.kind != "body":
        return HEADLINE
    if match.frame.holder_is_actor and match.agent and match.frame.act in ("silence", "no_confirmation", "denial"):
        kind = KIND_OF_SIDE.get(match.agent.side, "press")
        return Holder(Attribution(kind, name=", ".join(match.agent.names)), side=match.agent.side)
    # A price is seen by everybody: a source of the sentence before does not vouch for it.
    if match.frame.act == "price_reaction" and part.holder.carried_from is not None:
        return AUTHOR
    return part.holder


def _when(part: _Part, match: Match, quantities: tuple[Quantity, ...]) -> tuple[When | None, When | None]:
    """Tell the time of saying from the time of what is said: the one beside the verb of saying is the former."""
    taken = {(one.start, one.end) for one in quantities}
    times = [one for one in part.times if all(not start <= one.place < end for start, end in taken)]
    saying = [mark for mark in part.sentence.marks if mark.concept in ("report", "say")]
    said = None
    if part.holder.attribution.kind not in ("author", "headline"):
        reach = _SAYING // part.sentence.scale
        past = [one for one in times if part.day is None or one.start is None or one.start <= part.day]
        said = next((one for one in past if any(abs(one.place - mark.start) < reach for mark in saying)), None)
    low = min(mark.start for mark in match.marks)
    own = [one for one in times if one.precision != "open"]
    rest = [one for one in own if one is not said] or own
    about = min(rest, key=lambda one: abs(one.place - low), default=None)
    if said is None and part.day is not None:
        open_end = part.holder.earlier
        said = When(None if open_end else part.day, part.day, "open" if open_end else "day", "the article's day")
    return said, about


def _notes(article: Article, count: int) -> Iterator[Proposal]:
    """An update note is kept as metadata, and told as a claim about the article itself."""
    for line in article.of_kind("update"):
        who = article.original_publisher or article.publisher
        yield Proposal(
            id=f"p{count + 1}", sentence=(line.start, line.end), span=(line.start, line.end), kind="update",
            gate="meta", act="update_note", level="none", modality="asserted", polarity="yes",
            holder=Holder(Attribution("press", name=who)), said=None, about=None, actor=None, authorities=(),
            subjects=(), products=(), quantities=(), parameters=(), strength="strong", frame="update_note",
        )  # fmt: skip
