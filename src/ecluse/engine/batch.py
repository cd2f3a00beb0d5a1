"""The law of a day in columns: the same answers as `gate.py` gives one line, for a whole frame at once.

Every condition is lowered once (`lower.py`), each distinct part of it into one column; the stages,
the limbs and the one rule follow as further columns. `plan` writes the expressions, level upon
level; `weigh` runs them over a frame. Nulls are not known, throughout.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import polars as pl

from ecluse.condition import Many, Name, Node, Not, names_in
from ecluse.engine.lower import UNSAID, Shape, joined, leaf
from ecluse.errors import BadTable, Conflict
from ecluse.provision import LIMBS, POLICIES
from ecluse.truth import NO, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecluse.engine.gate import Machine, Rule

TRUE, FALSE = pl.lit(value=True), pl.lit(value=False)
# Levels are laid in order and read once each: there is little to optimise, and looking costs more.
PLAIN = pl.QueryOptFlags.none()
# Policies of a requirement as bits, so that several fit one number; none of them is not known.
BITS = {policy: 1 << place for place, policy in enumerate(POLICIES)}


@dataclass
class Plan:
    """Expressions in levels: those of one level read only frames' columns and levels below.

    `node` names the column of each condition, `rule` that of each rule's answer, `reach` says which
    further columns of answers there are.
    """

    engine: Machine
    shape: Shape
    levels: list[list[pl.Expr]] = field(default_factory=list)
    node: dict[Node, str] = field(default_factory=dict)
    rule: dict[str, str] = field(default_factory=dict)
    height: dict[str, int] = field(default_factory=dict)
    scope: tuple[str, ...] = ()

    def put(self, name: str, expr: pl.Expr, reads: Iterable[str]) -> str:
        """Add a column, on the lowest level above all that it reads."""
        level = max((self.height.get(one, 0) for one in reads), default=0) + 1
        while len(self.levels) < level:
            self.levels.append([])
        self.levels[level - 1].append(expr.alias(name))
        self.height[name] = level
        return name

    def condition(self, node: Node) -> str:
        """Give the column of a condition, adding what is not there yet."""
        if node not in self.node:
            if isinstance(node, Many | Not):
                inner = [node.part] if isinstance(node, Not) else list(node.parts)
                parts = [self.condition(part) for part in inner]
                expr, reads = joined(node, [pl.col(part) for part in parts]), parts
            elif isinstance(node, Name) and (node.path in self.height or self.shape.has(node.path)):
                self.node[node] = node.path
                return node.path
            else:
                known = Shape(self.shape.columns | set(self.height), self.shape.several)
                expr, reads = leaf(node, self.engine.law.groups, known), list(names_in(node))
            self.node[node] = self.put(f"node {len(self.node)}", expr, reads)
        return self.node[node]

    def answer(self, rule: Rule) -> pl.Expr:
        """Give the answer of a rule by itself, before anything is carved out of it."""
        found = pl.col(self.condition(rule.when.node))
        if rule.guard is UNKNOWN:
            found = found & UNSAID
        elif rule.guard is NO:
            found = FALSE
        if rule.binding and self.scope:
            found = found & pl.col("scope")
        if rule.doubt is not None:
            doubt = pl.col(self.condition(rule.doubt.node))
            found = pl.when(doubt.fill_null(value=False)).then(found & UNSAID).otherwise(found)
        return found

    def reads(self, rule: Rule) -> list[str]:
        """Name the columns that the answer of a rule reads."""
        doubt = [self.condition(rule.doubt.node)] if rule.doubt else []
        return [self.condition(rule.when.node), *doubt, *self.scope]


def plan(engine: Machine, shape: Shape) -> Plan:
    """Lower the law of a day for frames of a shape."""
    found = Plan(engine, shape)
    for stage, rules in engine.stages:
        _stage(found, rules)
        if stage == "scope":
            _level(found, rules)
        if stage == "requirement":
            _limbs(found, rules)
    for rule in engine.rules.values():
        if rule.met is not None:
            found.condition(rule.met.node)
    _outcome(found)
    return found


def weigh(steps: Plan, frame: pl.DataFrame) -> pl.DataFrame:
    """Answer for every row of a frame of facts; the columns of the plan stand beside its own.

    Raises BadTable where a number is NaN, which would compare as if it were larger than all, and
    Conflict where two reviews of equal rank answer differently.
    """
    refuse_nan(frame)
    answers = run(steps, frame.lazy()).collect(optimizations=PLAIN)
    if answers["torn"].any():
        message = "two reviews of equal rank answer a requirement with different policies; set rank, or mend one."
        raise Conflict(message)
    return answers


def run(steps: Plan, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Lay the levels over rows that are not collected yet."""
    for level in steps.levels:
        rows = rows.with_columns(level)
    return rows


def refuse_nan(frame: pl.DataFrame) -> None:
    """Raise BadTable where a number of a frame is NaN."""
    floats = [name for name, kind in frame.schema.items() if kind in (pl.Float64, pl.Float32)]
    if not floats:
        return
    bad = frame.select(pl.col(floats).is_nan().any())
    for name in floats:
        if bad.item(0, name):
            row = frame.select(pl.col(name).is_nan().arg_max()).item()
            message = f"row {row + 1}: {name} is NaN, which is no number; leave the cell empty if it is not known."
            raise BadTable(message)


def _stage(found: Plan, rules: Sequence[Rule]) -> None:
    fresh = {rule.id: found.answer(rule) for rule in rules}
    reads = {rule.id: found.reads(rule) for rule in rules}
    for rule in rules:
        for target in rule.version.carves_out:
            if target in fresh:
                fresh[target] = fresh[target] & ~fresh[rule.id]
                reads[target] = reads[target] + reads[rule.id]
    for rule in rules:
        name = rule.provision.name or f"rule {rule.id}"
        found.rule[rule.id] = found.put(name, fresh[rule.id], reads[rule.id])


def _columns(found: Plan, rules: Iterable[Rule]) -> list[str]:
    return [found.rule[rule.id] for rule in rules]


def _any(names: Sequence[str]) -> pl.Expr:
    return reduce(or_, [pl.col(name) for name in names], FALSE)


def _all(parts: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(and_, parts, TRUE)


def _level(found: Plan, rules: Sequence[Rule]) -> None:
    """Go down the ladder of levels: the first that is not answered no decides; null is not known."""
    scoped = _columns(found, [rule for rule in rules if "scope" in rule.version.gives])
    ladder = [rule for rule in rules if rule.version.gives.get("ic_level") is not None]
    expr = pl.lit("none", dtype=pl.String)
    for rule in reversed(ladder):
        answer = pl.col(found.rule[rule.id])
        level = pl.lit(rule.version.gives["ic_level"], dtype=pl.String)
        unsure = pl.when(answer.is_null()).then(pl.lit(None, dtype=pl.String)).otherwise(expr)
        expr = pl.when(answer.fill_null(value=False)).then(level).otherwise(unsure)
    found.put("ic_level", expr, _columns(found, ladder))
    if scoped:
        found.put("scope", _any(scoped), scoped)
        found.scope = ("scope",)


def _limbs(found: Plan, rules: Sequence[Rule]) -> None:
    for limb in LIMBS:
        own = _columns(found, [rule for rule in rules if rule.provision.limb == limb])
        found.put(limb, _any(own), own)
    found.put("licence_required", _any(LIMBS), LIMBS)


def _outcome(found: Plan) -> None:
    """Put the one rule: open when all that forbids is answered no, or lifted, or a licence is held."""
    engine = found.engine
    by_name: dict[str, list[str]] = {}
    for rule in engine.of("exception"):
        name = rule.version.gives.get("exception")
        if name:
            by_name.setdefault(name, []).append(found.rule[rule.id])
    for name, columns in by_name.items():
        found.put(f"exception {name}", _any(columns), columns)
    prohibitions = _columns(found, engine.of("prohibition"))
    found.put("prohibited", _any(prohibitions), prohibitions)
    _flagged(found)
    terms: list[pl.Expr] = []
    reads: list[str] = []
    for rule in engine.of("requirement", "letter"):
        terms.append(~pl.col(found.rule[rule.id]) | _lifted(found, rule.id, reads))
        reads.append(found.rule[rule.id])
    found.put("lifted", _all(terms), reads)
    opened = ~pl.col("prohibited") & (pl.col("lifted") | pl.col("held"))
    clear = pl.when(pl.col("flagged").fill_null(value=True)).then(opened & UNSAID).otherwise(opened)
    found.put("may_pass", clear, ("prohibited", "lifted", "flagged"))
    _policy(found)


def _lifted(found: Plan, requirement: str, reads: list[str]) -> pl.Expr:
    """Is a requirement lifted: by an exception that is available, with its obligations met."""
    result: pl.Expr = FALSE
    for rule in found.engine.lifters(requirement):
        available = pl.col(found.rule[rule.id])
        reads.append(found.rule[rule.id])
        if rule.met is not None:
            met = found.condition(rule.met.node)
            reads.append(met)
            sure = pl.when(pl.col(met).fill_null(value=False)).then(TRUE).otherwise(UNSAID)
            available = available & sure
        result = result | available
    return result


def _flagged(found: Plan) -> None:
    """Say whether a red flag is seen and not resolved; only what is seen counts."""
    flags = _columns(found, found.engine.of("red_flag"))
    seen = reduce(or_, [pl.col(name).fill_null(value=False) for name in flags], FALSE)
    if found.shape.has("red_flags_seen"):
        seen = seen | pl.col("red_flags_seen").fill_null(value=False)
    resolved = pl.col("red_flags_resolved") if found.shape.has("red_flags_resolved") else UNSAID
    denied, cleared = (~resolved).fill_null(value=False), resolved.fill_null(value=False)
    quiet = cleared | ~(seen | denied)
    expr = pl.when(quiet).then(FALSE).when(denied).then(TRUE).otherwise(UNSAID)
    found.put("flagged", expr, flags)


def _policy(found: Plan) -> None:
    """Put the policy of each requirement, and of those that stand the strictest: as bits, 0 for not known."""
    engine = found.engine
    zero = pl.lit(0, dtype=pl.UInt8)
    standing: list[tuple[pl.Expr, pl.Expr]] = []
    reads: list[str] = ["licence_required"]
    known = (0, *BITS.values())
    for rule in engine.of("requirement", "letter"):
        if rule.provision.kind == "letter":
            continue
        serving = [one for one in engine.of("review") if rule.id in one.version.serves]
        name = f"policy {rule.id}"
        found.put(name, _policy_of(found, serving), [found.rule[one.id] for one in serving])
        standing.append((pl.col(found.rule[rule.id]).fill_null(value=False), pl.col(name)))
        reads += [name, found.rule[rule.id]]
    strictest = pl.lit(BITS[POLICIES[-1]], dtype=pl.UInt8)
    denied = reduce(or_, [here & (own == strictest) for here, own in standing], FALSE)
    none = ~reduce(or_, [here for here, _ in standing], FALSE)
    unsure = reduce(or_, [here & (own == 0) for here, own in standing], none)
    most = pl.max_horizontal([pl.when(here).then(own).otherwise(zero) for here, own in standing] or [zero])
    expr = (
        pl.when(~pl.col("licence_required").fill_null(value=True))
        .then(pl.lit(None, dtype=pl.UInt8))
        .when(denied)
        .then(strictest)
        .when(unsure)
        .then(zero)
        .otherwise(most)
    )
    found.put("policy bits", expr, reads)
    torn = reduce(or_, [here & ~own.is_in(known) for here, own in standing], FALSE)
    found.put("torn", torn, reads)


def _policy_of(found: Plan, serving: Sequence[Rule]) -> pl.Expr:
    """Give the policy of one requirement: of the reviews that answer, those of the highest rank."""
    zero = pl.lit(0, dtype=pl.UInt8)
    everything = _mask(found, serving)
    expr = zero
    for rank in sorted({rule.provision.rank for rule in serving}):
        upper = [rule for rule in serving if rule.provision.rank == rank]
        answers = {rule.id: pl.col(found.rule[rule.id]) for rule in upper}
        live = reduce(or_, [one.fill_null(value=True) for one in answers.values()], FALSE)
        unsure = reduce(or_, [one.is_null() for one in answers.values()], FALSE)
        sure = reduce(or_, [one.fill_null(value=False) for one in answers.values()], FALSE)
        contested = reduce(
            or_, [answers[rule.id].fill_null(value=True) for rule in upper if rule.version.contested], FALSE
        )
        alone = reduce(or_, [everything == bit for bit in BITS.values()], FALSE)
        open_ = pl.when(alone & ~contested & sure).then(everything).otherwise(zero)
        own = pl.when(unsure | contested).then(open_).otherwise(_mask(found, upper))
        expr = pl.when(live).then(own).otherwise(expr)
    return expr


def _mask(found: Plan, rules: Sequence[Rule]) -> pl.Expr:
    zero = pl.lit(0, dtype=pl.UInt8)
    bits = [
        pl.when(pl.col(found.rule[rule.id]).fill_null(value=True))
        .then(pl.lit(BITS[rule.version.gives["policy"]], dtype=pl.UInt8))
        .otherwise(zero)
        for rule in rules
    ]
    return reduce(or_, bits, zero)
