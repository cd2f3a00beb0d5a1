"""Frames met in a sentence: concepts in their order, with an actor on the right side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecluse.press.lexicon import Frame, Lexicon, Sentence
    from ecluse.press.numbers import Quantity
    from ecluse.press.words import Mark

GOVERNMENTS = ("cn", "us")
AGENTS = ("cn", "us", "state", "vendor", "buyer", "class", "rival", "supplier", "official", "person")
CHIPS = ("chip", "thesechips", "product")
# Before a verb of a government these stand for themselves, so that no pronoun stands for the government.
_MAKERS = ("vendor", "rival", "supplier")
# `The US chipmaker` is never one of its rivals.
_ORIGINS = (("vendor", {"us", "u", "american", "california"}), ("rival", {"chinese", "shenzhen", "beijing"}))
_FIRMS = ("vendor", "buyer", "rival", "supplier", "person")
_NOT_BEFORE = 4
_NO = ("not", "nopublic", "zero")
_BESIDE = 10
_JUST_BEHIND = 3
_FEW = 2
_NO_VERBS = ("break", "by", "from", "executive", "spokes", "they", "it", "itfirm", "itoffice", "dest", "adj")
# Within so many words before a frame these make it a supposition, a question, a purpose.
_SUPPOSING = {"hypo": 6, "whether": 6, "purpose": 2}
# By the scale of the script: words of Latin letters, Chinese signs.
_UNDOING = {1: 7, 2: 10}
_BY_REACH = 12
# Leave to import, from the general to the particular: one sentence tells one of them.
_LEAVE = {"import_approval", "approval_first_batch", "conditional_approval", "preliminary_approval"}
# Frames that themselves say that a thing is open or not done.
_UNSURE = ("pending", "unknown_to_holder", "declined")
_FREE_REACH = 14
_CLOSE = 4
# Names that give way to a more exact one beside them.
_BROAD = ("China", "Beijing", "Chinese regulators", "Chinese authorities", "Chinese government", "US government")
_DASHES = ("—", "–")
_ASIDE = 10
_COMMAS = (",", "，", "、")


@dataclass(frozen=True, slots=True)
class Agent:
    """Who acts: the marks of those named together, the side, and from which sentence it was carried."""

    marks: tuple[Mark, ...]
    side: str
    carried: int | None = None
    named: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names, once each."""
        return self.named or tuple(dict.fromkeys(mark.name or "" for mark in self.marks))


# Who was named last on each side, and who speaks.
Before = tuple[dict[str, Agent], Agent | None]


@dataclass(frozen=True, slots=True)
class Match:
    """A frame at its place: the marks that make it, and who acts."""

    frame: Frame
    marks: tuple[Mark, ...]
    agent: Agent | None
    strong: bool

    @property
    def first(self) -> int:
        """The first token."""
        return min(mark.first for mark in self.marks)

    @property
    def last(self) -> int:
        """The last token."""
        return max(mark.last for mark in self.marks)


def side_of(mark: Mark, lexicon: Lexicon) -> str:
    """Give the side of a name; an official acts for his office."""
    if mark.concept == "official" and mark.name:
        office = lexicon.names[mark.name].of
        return lexicon.names[office].side if office is not None and office in lexicon.names else "state"
    return mark.concept


def matches(
    sentence: Sentence,
    lexicon: Lexicon,
    quantities: list[Quantity],
    before: dict[str, Agent],
    speaker: Agent | None = None,
) -> list[Match]:
    """Give the frames that hold in a sentence, the fuller ones first; of two on one word the fuller stays."""
    concepts = {mark.concept for mark in sentence.marks}
    found: list[Match] = []
    for frame in lexicon.frames:
        if not all(step & concepts for step in frame.do):
            continue
        if frame.without & _present(sentence, concepts, lexicon, frame):
            continue
        strong = _needs(frame, concepts, quantities)
        if strong is None:
            continue
        for marks in _runs(frame, sentence):
            if not frame.negated and _denied(frame, sentence, marks):
                continue
            if _supposed(frame, sentence, marks) or _undone(frame, sentence, marks):
                continue
            agent, right = _agent(frame, sentence, marks, lexicon, (before, speaker))
            if right and (not frame.beside or _beside(sentence, marks, agent)):
                sure = strong and (agent is None or agent.carried is None) and (agent is not None or not frame.actor)
                found.append(Match(frame, marks, agent, sure))
                break_after = frame.act not in ("price_reaction", "silence", "domestic_supply")
                if break_after:
                    break
    return _fullest(found)


def _present(sentence: Sentence, concepts: set[str], lexicon: Lexicon, frame: Frame) -> set[str]:
    """Give the concepts of a sentence with the sides of its officials."""
    if not frame.without & set(GOVERNMENTS):
        return concepts
    return concepts | {side_of(mark, lexicon) for mark in sentence.marks if mark.concept == "official"}


def _needs(frame: Frame, concepts: set[str], quantities: list[Quantity]) -> bool | None:
    """Is all there that a frame needs? None where it is not; False where only the chip goes unnamed."""
    strong = True
    for need in frame.needs:
        if "number" in need:
            if not any(one.unit in frame.numbers for one in quantities):
                return None
        elif "chip" in need and need <= {"chip"}:
            if not concepts & set(CHIPS):
                strong = False
        elif not need & concepts:
            return None
    return strong


def _runs(frame: Frame, sentence: Sentence) -> Iterator[tuple[Mark, ...]]:
    """Give the runs of marks that follow a frame's steps."""
    if frame.free:
        yield from _free_runs(frame, sentence)
        return
    for index, mark in enumerate(sentence.marks):
        if mark.concept in frame.do[0]:
            run = _follow(frame, sentence, index)
            if run:
                yield run


def _follow(frame: Frame, sentence: Sentence, index: int) -> tuple[Mark, ...] | None:
    run = [sentence.marks[index]]
    gap = frame.gap * sentence.scale
    for step in frame.do[1:]:
        nearest = next(
            (
                mark
                for mark in sentence.marks
                if mark.concept in step and mark.first > run[-1].last and mark.first - run[-1].last <= gap + 1
            ),
            None,
        )
        if nearest is None or _parted(sentence, run[-1].last, nearest.first):
            return None
        run.append(nearest)
    return tuple(run)


def _free_runs(frame: Frame, sentence: Sentence) -> Iterator[tuple[Mark, ...]]:
    for mark in sentence.marks:
        if mark.concept not in frame.do[0]:
            continue
        run = [mark]
        for step in frame.do[1:]:
            near = [one for one in sentence.marks if one.concept in step and one.first not in {m.first for m in run}]
            near = [one for one in near if min(abs(one.first - m.first) for m in run) <= frame.gap * sentence.scale + 1]
            near = [one for one in near if not _parted(sentence, min(one.last, mark.last), max(one.first, mark.first))]
            if not near:
                break
            run.append(min(near, key=lambda one: abs(one.first - mark.first)))
        else:
            yield tuple(sorted(run, key=lambda one: one.first))


def _parted(sentence: Sentence, after: int, before: int) -> bool:
    """Does a word that begins another clause stand between two tokens?

    One comma does not part, nor does an aside between two commas or two dashes.
    """
    between = [mark for mark in sentence.marks if mark.concept == "break" and after < mark.first < before]
    commas = [mark for mark in between if sentence.tokens[mark.first].folded in _COMMAS]
    listing = sum(_lists(sentence, mark.first) for mark in commas)
    dashes = [mark for mark in between if sentence.tokens[mark.first].folded in _DASHES]
    others = len(between) - len(commas) - (len(dashes) if len(dashes) == 2 else 0)
    aside = len(commas) == 2 and commas[1].first - commas[0].first <= _ASIDE * sentence.scale
    return others > 0 or (len(commas) - listing > 1 and not aside)


def _lists(sentence: Sentence, place: int) -> bool:
    """Does a comma stand between names that are listed?"""
    return any(
        mark.concept in AGENTS and (mark.last == place - 1 or mark.first == place + 1) for mark in sentence.marks
    )


def _denied(frame: Frame, sentence: Sentence, marks: tuple[Mark, ...]) -> bool:
    """Is a frame that says yes under a `not`, just before it or within it?"""
    first, last = marks[0].first, marks[-1].last
    own = [(mark.first, mark.last) for mark in marks]
    if frame.polarity == "no" or frame.modality in ("declined", "negated", "pending", "unknown_to_holder"):
        return False
    return any(
        (mark.concept in _NO or (mark.concept == "pending" and frame.modality == "permitted"))
        and mark.first <= last
        and first - _NOT_BEFORE <= mark.last
        and not (mark.concept != "zero" and any(_owns(place, (mark.first, mark.last)) for place in own))
        and not _parted(sentence, mark.last, first)
        for mark in sentence.marks
    )


def _owns(own: tuple[int, int], no: tuple[int, int]) -> bool:
    """Is a `not` part of a mark that says no by itself (`ne sont plus autorisées`)? One around a verb denies it."""
    around = no[0] <= own[0] and own[1] <= no[1] and own != no
    return own[0] <= no[1] and no[0] <= own[1] and not around


def _supposed(frame: Frame, sentence: Sentence, marks: tuple[Mark, ...]) -> bool:
    """Is it only supposed, asked or aimed at: `if allowed, ...`, `whether imports are blocked`, `aims to block`?"""
    if frame.modality in _UNSURE:
        return False
    first = marks[0].first
    # `Weighs whether to approve` is what a frame of weighing says.
    last = first if frame.modality in ("considered", "expected") else marks[-1].first
    return any(
        mark.concept in _SUPPOSING
        and mark.last < last
        and first - mark.last <= _SUPPOSING[mark.concept] * sentence.scale
        and not _parted(sentence, mark.last, max(first, mark.last))
        for mark in sentence.marks
    )


def _undone(frame: Frame, sentence: Sentence, marks: tuple[Mark, ...]) -> bool:
    """Does a word beside a frame turn it into something else: `the ban was lifted`, `close to approving`?"""
    if not frame.unless:
        return False
    first, last = marks[0].first, marks[-1].last
    reach = _UNDOING[sentence.scale]
    return any(
        mark.concept in frame.unless
        and mark not in marks
        and first - reach <= mark.last
        and mark.first <= last + reach
        and not _parted(sentence, min(mark.last, first), max(mark.first, last))
        for mark in sentence.marks
    )


def _agent(  # noqa: C901, PLR0911 - one way to be named after another, in their order
    frame: Frame, sentence: Sentence, marks: tuple[Mark, ...], lexicon: Lexicon, before: Before
) -> tuple[Agent | None, bool]:
    """Find who acts, and whether that is whom the frame speaks of."""
    wanted = frame.actor - {""}
    if not wanted:
        return None, True
    own = {(mark.first, mark.last) for mark in marks}
    ahead = [mark for mark in sentence.marks if mark.concept in AGENTS and (mark.first, mark.last) not in own]
    verb = marks[0].first
    if frame.free:
        near = _nearest(ahead, marks, wanted, lexicon)
        if near is not None:
            return Agent(_together(near, ahead, lexicon, sentence), side_of(near, lexicon)), True
    for mark in reversed([one for one in ahead if one.last < verb]):
        side = side_of(mark, lexicon)
        if frame.close and verb - mark.last > _CLOSE * sentence.scale:
            return None, False
        if side in wanted:
            return Agent(_together(mark, ahead, lexicon, sentence), side), True
        if side in GOVERNMENTS and set(GOVERNMENTS) & wanted and frame.act != "price_reaction":
            return None, False
    after = _behind(sentence, ahead, marks, wanted, lexicon, frame)
    if after is not None:
        return after, True
    # Whoever may do something is not who lets it happen.
    carried = _carried(sentence, wanted, verb, before) if marks[0].concept != "may" else None
    if carried is not None:
        return carried, True
    speaker = before[1]
    if speaker is not None and speaker.side in wanted and not set(GOVERNMENTS) & wanted:
        return speaker, True
    return None, frame.actor_open


def _beside(sentence: Sentence, marks: tuple[Mark, ...], agent: Agent | None) -> bool:
    """Does the actor stand beside the words: close before them, with hardly a verb between, or just behind?

    Asked for words that anybody may use (ship, produce, want): farther off, somebody else is as likely meant.
    """
    if agent is None:
        return False
    first, last = marks[0].first, marks[-1].last
    own = {(mark.first, mark.last) for mark in marks}
    named = [mark for mark in agent.marks if agent.carried is None]
    named = named or [mark for mark in sentence.marks if mark.concept in ("they", "it", "itfirm")]
    for mark in named:
        if first <= mark.first <= last or 0 < mark.first - last <= _JUST_BEHIND * sentence.scale:
            return True
        between = [one for one in sentence.marks if mark.last < one.first < first and (one.first, one.last) not in own]
        verbs = {one.first for one in between if one.concept not in (*AGENTS, *CHIPS, *_NO_VERBS)}
        breaks = {one.first for one in between if one.concept == "break"}
        if 0 < first - mark.last <= _BESIDE * sentence.scale and len(verbs) <= _FEW and len(breaks) <= 1:
            return True
    return False


def _behind(
    sentence: Sentence,
    ahead: Iterable[Mark],
    marks: tuple[Mark, ...],
    wanted: frozenset[str],
    lexicon: Lexicon,
    frame: Frame,
) -> Agent | None:
    """Find an actor named after the verb: `by the regulators`, or within a frame in free order."""
    verb, last = marks[0].first, marks[-1].last
    givers = {"by", "from"} if frame.do[0] & {"receive", "grant"} else {"by"}
    bys = [mark.last for mark in sentence.marks if mark.concept in givers]
    for mark in ahead:
        side = side_of(mark, lexicon)
        if side not in wanted or mark.first < verb:
            continue
        if (
            (any(0 < mark.first - by <= 3 for by in bys) and mark.first - last <= _BY_REACH * sentence.scale)
            or (frame.free and mark.first <= last + 3)
            or mark.first <= marks[0].last + 3
        ):
            return Agent(_together(mark, ahead, lexicon, sentence), side)
    return None


def _nearest(ahead: list[Mark], marks: tuple[Mark, ...], wanted: frozenset[str], lexicon: Lexicon) -> Mark | None:
    """In a frame without order the actor is the nearest of its sides, a government of the other side nowhere near."""
    first, last = marks[0].first, marks[-1].last
    far = {mark: max(first - mark.last, mark.first - last, 0) for mark in ahead}
    right = [mark for mark in ahead if side_of(mark, lexicon) in wanted and far[mark] <= _FREE_REACH]
    best = min(right, key=lambda mark: far[mark], default=None)
    others = [mark for mark in ahead if side_of(mark, lexicon) in GOVERNMENTS and mark not in right]
    if best is None or (set(GOVERNMENTS) & wanted and any(far[mark] < far[best] for mark in others)):
        return None
    return best


def _carried(sentence: Sentence, wanted: frozenset[str], verb: int, carried: Before) -> Agent | None:
    """A pronoun before the verb stands for who speaks, or for the last named of its side."""
    before, speaker = carried
    if wanted <= set(GOVERNMENTS) and any(mark.concept in _FIRMS and mark.last < verb for mark in sentence.marks):
        return None
    if wanted <= set(GOVERNMENTS) and any(mark.concept == "itfirm" and mark.last < verb for mark in sentence.marks):
        return None
    for mark in sentence.marks:
        if mark.concept in ("they", "it") and mark.first <= verb and _may_stand_for(mark, sentence, wanted):
            if speaker is not None and speaker.side in wanted:
                return speaker
            sides = [side for side in _latest(before, sentence, mark) if side in wanted]
            if sides:
                return before[sides[-1]]
    return None


def _latest(before: dict[str, Agent], sentence: Sentence, pronoun: Mark) -> list[str]:
    """Give the sides a pronoun may stand for: `the company` is the firm that the last such sentence began with."""
    if not any(one.concept == "itfirm" and one.first == pronoun.first for one in sentence.marks):
        return list(before)
    words = {sentence.tokens[place].folded for place in range(pronoun.first, pronoun.last + 1)}
    for side, origins in _ORIGINS:
        if words & origins:
            return [side]
    firms = [(-(agent.carried or 0), agent.marks[0].first, side) for side, agent in before.items() if side in _MAKERS]
    return [min(firms)[2]] if firms else list(before)


def _may_stand_for(mark: Mark, sentence: Sentence, wanted: frozenset[str]) -> bool:
    """`The company` is no government, `the ministry` no firm."""
    kinds = {one.concept for one in sentence.marks if (one.first, one.last) == (mark.first, mark.last)}
    if wanted <= set(GOVERNMENTS):
        return "itfirm" not in kinds
    return "itoffice" not in kinds or bool(wanted & set(GOVERNMENTS))


def _together(mark: Mark, ahead: Iterable[Mark], lexicon: Lexicon, sentence: Sentence) -> tuple[Mark, ...]:
    """Give those named with somebody: `Alibaba, Tencent and ByteDance`."""
    side = side_of(mark, lexicon)
    group = [mark]
    for other in sorted(ahead, key=lambda one: -one.first):
        near = 0 < group[0].first - other.last <= 4
        if near and _kin(side_of(other, lexicon), side) and not verb_between(sentence, other.last, group[0].first):
            group.insert(0, other)
    for other in sorted(ahead, key=lambda one: one.first):
        near = 0 < other.first - group[-1].last <= 3
        if near and _kin(side_of(other, lexicon), side) and not verb_between(sentence, group[-1].last, other.first):
            group.append(other)
    return _specific(group, lexicon)


def _specific(group: list[Mark], lexicon: Lexicon) -> tuple[Mark, ...]:
    """Of `China's internet regulator`, or a ministry and its spokesman, keep who is named most exactly."""
    offices = {lexicon.names[mark.name].of for mark in group if mark.name and mark.concept in ("official", "person")}
    sharp = [mark for mark in group if mark.name not in _BROAD and mark.name not in offices]
    lesser = [mark for mark in group if mark.name not in ("China", "Beijing")]
    return tuple(sharp or lesser or group)


def _kin(one: str, other: str) -> bool:
    return one == other or {one, other} <= {"buyer", "class"} or {one, other} <= {"vendor", "supplier"}


def verb_between(sentence: Sentence, after: int, before: int) -> bool:
    """Does a word that is neither name nor comma stand between two tokens, as far as the lexicon knows it?"""
    idle = (*AGENTS, "break", "by", "executive", "spokes", "they", "it")
    return any(after < mark.first < before and mark.concept not in idle for mark in sentence.marks)


def _fullest(found: list[Match]) -> list[Match]:
    """Of matches that stand on the same word keep the fuller; of equals the earlier in the table."""
    found.sort(key=lambda one: (-len(one.marks), -len(one.frame.needs), one.frame.rank))
    kept: list[Match] = []
    taken: set[int] = set()
    for match in found:
        own = {
            place
            for mark in match.marks
            if mark.concept not in (*AGENTS, *CHIPS, "place")
            for place in range(mark.first, mark.last + 1)
        }
        if own & taken or any(_same(match, other) for other in kept):
            continue
        taken |= own
        kept.append(match)
    return sorted(kept, key=lambda one: one.first)


def _same(one: Match, other: Match) -> bool:
    """Do two matches of a sentence tell one thing: the same act, or leave told more exactly, by the same actor?"""
    acts = {one.frame.act, other.frame.act}
    if (one.frame.modality, one.frame.polarity) != (other.frame.modality, other.frame.polarity):
        return False
    if len(acts) > 1 and not acts <= _LEAVE:
        return False
    names = one.agent.names if one.agent else ()
    return names == (other.agent.names if other.agent else ())
