"""The law of a day for many rows at once: the same answers as `gate.py` gives one line.

`program` writes the law down once as steps, each reading only what stands before it: conditions,
rules stage by stage, carve-outs, limbs, exceptions, policies, the one rule. `weigh` takes them for
as many rows as there are, a plane of truths a step (`planes.py`); `reweigh` takes again only those
that an answer to one question stirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ecluse.condition import Const, Many, Name, Node, Not, names_in
from ecluse.engine.planes import Bits, Plane, every, some
from ecluse.engine.policies import policies, policy_of
from ecluse.engine.weigh import prepare
from ecluse.provision import LIMBS
from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ecluse.engine.gate import Machine, Rule

LEVEL, REQUIRED = "ic_level", "licence_required"
# What a row says of itself beside the comparisons: whether a licence is held, and of its red flags.
GIVEN = HELD, RESOLVED, SEEN = "held", "red_flags_resolved", "red_flags_seen"


class Step(NamedTuple):
    """What makes a value from values that stand before it; None for one that is given."""

    work: Callable[..., Any] | None
    reads: tuple[int, ...] = ()


@dataclass(eq=False)
class Program:
    """The steps of a law. `inputs` are the comparisons that rows must answer, `at` says where each result stands.

    `node` and `rule` say where conditions and rules stand, `ladder` names the levels in their order,
    `names` what each comparison reads, `order` the rules from those asked first, `known` where the
    names stand that later conditions may read.
    """

    engine: Machine
    steps: list[Step] = field(default_factory=list)
    inputs: dict[Node, int] = field(default_factory=dict)
    node: dict[Node, int] = field(default_factory=dict)
    rule: dict[str, int] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    ladder: tuple[str, ...] = ()
    names: dict[int, tuple[str, ...]] = field(default_factory=dict)
    order: tuple[Rule, ...] = ()
    stirred: dict[frozenset[int], tuple[int, ...]] = field(default_factory=dict)

    def put(self, work: Callable[..., Any] | None, *reads: int) -> int:
        """Add a step, and say where it stands."""
        self.steps.append(Step(work, reads))
        return len(self.steps) - 1

    def condition(self, node: Node) -> int:
        """Say where a condition stands, adding what is not there yet."""
        if node not in self.node:
            self.node[node] = self._condition(node)
        return self.node[node]

    def _condition(self, node: Node) -> int:
        match node:
            case Many():
                return self.put(_every if node.op == "and" else _some, *map(self.condition, node.parts))
            case Not():
                return self.put(_opposite, self.condition(node.part))
            case Const():
                return self.put(_constant(node.value))
            case Name() if node.path in self.known:
                return self.known[node.path]
        if LEVEL in names_in(node):
            return self.put(_of_level(node, self.ladder), self.at[LEVEL])
        at = self.put(None)
        self.inputs[node], self.names[at] = at, tuple(dict.fromkeys(names_in(node)))
        return at

    def after(self, changed: frozenset[int]) -> tuple[int, ...]:
        """Give the steps that read, at once or at length, what was changed."""
        if changed not in self.stirred:
            dirty = set(changed)
            for at, step in enumerate(self.steps):
                if not dirty.isdisjoint(step.reads):
                    dirty.add(at)
            self.stirred[changed] = tuple(sorted(dirty - changed))
        return self.stirred[changed]


@lru_cache(maxsize=256)
def program(engine: Machine) -> Program:
    """Write the law of a day down as steps."""
    found = Program(engine)
    for name in GIVEN:
        found.at[name] = found.put(None)
    found.known |= {name: found.at[name] for name in (RESOLVED, SEEN)}
    for stage, rules in engine.stages:
        _stage(found, rules)
        if stage == "scope":
            _level(found, rules)
        if stage == "requirement":
            for limb in LIMBS:
                own = [found.rule[rule.id] for rule in rules if rule.provision.limb == limb]
                found.at[limb] = found.put(_some, *own)
            found.at[REQUIRED] = found.known[REQUIRED] = found.put(_some, *(found.at[limb] for limb in LIMBS))
    for rule in engine.rules.values():
        if rule.met is not None:
            found.condition(rule.met.node)
    _outcome(found)
    return found


def weigh(steps: Program, given: Mapping[int, Plane], rows: Bits) -> list[Any]:
    """Give the value of each step for a set of rows; `given` are those that nothing makes."""
    values: list[Any] = []
    for at, step in enumerate(steps.steps):
        made = given[at] if step.work is None else step.work(rows, *[values[one] for one in step.reads])
        values.append(made)
    return values


def reweigh(steps: Program, before: Sequence[Any], changes: Mapping[int, Plane], rows: Bits) -> list[Any]:
    """Give the values again with some of those given changed; what comes out as before stirs nothing further."""
    values = list(before)
    dirty = set()
    for at, made in changes.items():
        values[at] = made
        dirty.add(at)
    for at in steps.after(frozenset(changes)):
        step = steps.steps[at]
        if step.work is None or dirty.isdisjoint(step.reads):
            continue
        made = step.work(rows, *[values[one] for one in step.reads])
        if made != before[at]:
            values[at] = made
            dirty.add(at)
    return values


def _every(rows: Bits, *parts: Plane) -> Plane:
    return every(parts, rows)


def _some(rows: Bits, *parts: Plane) -> Plane:
    return some(parts, rows)


def _opposite(_: Bits, part: Plane) -> Plane:
    return ~part


def _constant(value: object) -> Callable[[Bits], Plane]:
    truth = value if isinstance(value, Truth) else UNKNOWN
    return lambda rows: Plane(rows if truth is YES else 0, rows if truth is NO else 0)


def _of_level(node: Node, ladder: tuple[str, ...]) -> Callable[[Bits, Mapping[str, Bits]], Plane]:
    """Answer a comparison of the level for each level that there is."""
    weigh_one = prepare(node, {}).weigh
    told = {level: weigh_one({LEVEL: level}) for level in (*ladder, "none")}
    unsaid = weigh_one({})

    def work(rows: Bits, levels: Mapping[str, Bits]) -> Plane:
        open_ = rows
        for bits in levels.values():
            open_ &= ~bits
        pairs = [*((told[level], bits) for level, bits in levels.items()), (unsaid, open_)]
        yes = no = 0
        for answer, bits in pairs:
            yes |= bits if answer is YES else 0
            no |= bits if answer is NO else 0
        return Plane(yes, no)

    return work


def _answer(found: Program, rule: Rule) -> int:
    """Put the answer of a rule by itself, before anything is carved out of it."""
    reads = [found.condition(rule.when.node)]
    scoped = rule.binding and "scope" in found.at
    if scoped:
        reads.append(found.at["scope"])
    if rule.doubt is not None:
        reads.append(found.condition(rule.doubt.node))
    guard, doubted = rule.guard, rule.doubt is not None

    def work(rows: Bits, when: Plane, *more: Plane) -> Plane:
        if guard is NO:
            return Plane(0, rows)
        answer = Plane(0, when.no) if guard is UNKNOWN else when
        if scoped:
            answer &= more[0]
        return answer.doubted(more[-1].yes) if doubted else answer

    plain = guard is YES and not scoped and not doubted
    return reads[0] if plain else found.put(work, *reads)


def _carved(_: Bits, whole: Plane, out: Plane) -> Plane:
    return whole & ~out


def _stage(found: Program, rules: Sequence[Rule]) -> None:
    fresh = {rule.id: _answer(found, rule) for rule in rules}
    for rule in rules:
        for target in rule.version.carves_out:
            if target in fresh:
                fresh[target] = found.put(_carved, fresh[target], fresh[rule.id])
    found.rule |= fresh
    found.known |= {rule.provision.name: fresh[rule.id] for rule in rules if rule.provision.name}


def _level(found: Program, rules: Sequence[Rule]) -> None:
    """Put the scope; and go down the ladder of levels, where the first that is not answered no decides."""
    scoped = [found.rule[rule.id] for rule in rules if "scope" in rule.version.gives]
    steps = [rule for rule in rules if rule.version.gives.get(LEVEL) is not None]
    levels = [rule.version.gives[LEVEL] for rule in steps]

    def ladder(rows: Bits, *answers: Plane) -> dict[str, Bits]:
        told: dict[str, Bits] = {}
        left = rows
        for level, answer in zip(levels, answers, strict=True):
            told[level] = told.get(level, 0) | left & answer.yes
            left &= answer.no
        return told | {"none": told.get("none", 0) | left}

    found.ladder = tuple(dict.fromkeys(levels))
    found.at[LEVEL] = found.known[LEVEL] = found.put(ladder, *(found.rule[rule.id] for rule in steps))
    if scoped:
        found.at["scope"] = found.put(_some, *scoped)


def _outcome(found: Program) -> None:
    """Put the one rule: open when all that forbids is answered no, or lifted, or a licence is held."""
    engine = found.engine
    named: dict[str, list[int]] = {}
    for rule in engine.of("exception"):
        name = rule.version.gives.get("exception")
        if name:
            named.setdefault(name, []).append(found.rule[rule.id])
    for name, own in named.items():
        found.at[f"exception {name}"] = found.put(_some, *own)
    found.at["prohibited"] = found.put(_some, *_places(found, engine.of("prohibition")))
    flags = _places(found, engine.of("red_flag"))
    found.at["flagged"] = found.put(_flagged, found.at[RESOLVED], found.at[SEEN], *flags)
    wanted = engine.of("requirement", "letter")
    lifted = [found.put(_spared, found.rule[rule.id], _lifted(found, rule.id)) for rule in wanted]
    reads = [found.put(_every, *lifted), *(found.at[name] for name in (HELD, "prohibited", "flagged"))]
    found.at["may_pass"] = found.put(_passes, *reads)
    _policy(found)


def _places(found: Program, rules: Iterable[Rule]) -> list[int]:
    return [found.rule[rule.id] for rule in rules]


def _flagged(rows: Bits, resolved: Plane, seen: Plane, *flags: Plane) -> Plane:
    """Say whether a red flag is seen and not resolved; only what is seen counts."""
    raised = seen.yes | resolved.no
    for flag in flags:
        raised |= flag.yes
    return Plane(resolved.no, rows & ~raised | resolved.yes)


def _spared(_: Bits, required: Plane, lifted: Plane) -> Plane:
    return ~required | lifted


def _passes(_: Bits, lifted: Plane, held: Plane, prohibited: Plane, flagged: Plane) -> Plane:
    opened = ~prohibited & (lifted | held)
    return Plane(opened.yes & flagged.no, opened.no)


def _lifted(found: Program, requirement: str) -> int:
    """Put whether a requirement is lifted: by an exception that is available, with its obligations met."""
    lifters = []
    for rule in found.engine.lifters(requirement):
        available = found.rule[rule.id]
        if rule.met is not None:
            available = found.put(_met, available, found.condition(rule.met.node))
        lifters.append(available)
    return found.put(_some, *lifters)


def _met(_: Bits, available: Plane, met: Plane) -> Plane:
    # Whether obligations are met is up to the exporter: until they are, nothing is lifted, and nothing lost.
    return Plane(available.yes & met.yes, available.no)


def _policy(found: Program) -> None:
    """Put the policy of each requirement, and of those that stand the strictest."""
    engine = found.engine
    reads = [found.at[REQUIRED]]
    for rule in engine.of("requirement"):
        serving = [one for one in engine.of("review") if rule.id in one.version.serves]
        own = found.put(policy_of(serving), *_places(found, serving))
        found.at[f"policy {rule.id}"] = own
        reads += [found.rule[rule.id], own]
    found.at["policy"] = found.put(policies, *reads)
