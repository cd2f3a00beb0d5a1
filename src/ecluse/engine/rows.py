"""The exporter's answers for many situations, each with all that its name may mean, joined."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ecluse.bounds import Bound
from ecluse.condition import Compare, Const, walk
from ecluse.engine.batch import BITS, FALSE, plan, weigh
from ecluse.engine.frame import complete
from ecluse.engine.gaps import missing
from ecluse.engine.gate import machine
from ecluse.engine.lower import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from ecluse.engine.batch import Plan
    from ecluse.engine.gate import Machine, Rule
    from ecluse.provision import Law

Array = NDArray[np.integer[Any]]
# Which of two meanings of a name is meant is asked before all else.
WHICH = "item.chip"
WHICH_DECIDES = 500
POLICY = {0: "unknown", **{bit: policy for policy, bit in BITS.items()}}


@dataclass(frozen=True)
class Answered:
    """Answers, one row a situation, and what each lacks.

    `rows`: `may_pass`, `licence_required` (null: not known), `ic_level`, `policy` (null: no licence is
    required), `decided_by`, `rests_on_reported`, `depends_on_non_enforcement`.
    `missing`: `row`, `fact`, `decides`, most decisive first in a row.
    """

    rows: pl.DataFrame
    missing: pl.DataFrame


def answer_rows(law: Law, text: Law, facts: pl.DataFrame, several: Mapping[str, tuple[str, ...]]) -> Answered:
    """Answer for every situation of a frame under the law asked for, and beside it under the text alone.

    `facts` holds one row for each situation and candidate chip: the column `situation` numbers them
    from 0 in order, `held` says whether a licence is held, the others are facts (`frame.lay`).
    """
    engine = machine(law)
    names = sorted({name for rule in engine.rules.values() for name in rule.reads} - set(several))
    facts = complete(facts, (*names, "red_flags_resolved"), law.facts)
    silent = [fact.name for fact in law.facts.values() if fact.silence_is_no]
    facts = facts.with_columns(_quiet(facts, name) for name in silent)
    shape = Shape(frozenset(facts.columns), dict(several.items()))
    steps = _planned(engine, shape.columns, tuple(sorted(shape.several.items())))
    answers = weigh(steps, facts)
    starts = np.flatnonzero(np.diff(facts["situation"].to_numpy(), prepend=-1))
    depends = _depends(machine(text), engine, facts, shape, answers)
    return _joined(steps, facts, answers, depends, starts)


@lru_cache(maxsize=256)
def edges_of(law: Law) -> frozenset[int | Decimal]:
    """Give every number that a condition of a law compares with."""
    rules = machine(law).rules.values()
    nodes = (node for rule in rules for one in (rule.when, rule.met, rule.doubt) if one for node in walk(one.node))
    sides = (side for node in nodes if isinstance(node, Compare) for side in (node.left, node.right))
    bounds = (one.value for side in sides for one in walk(side) if isinstance(one, Const))
    ends = (end for bound in bounds if isinstance(bound, Bound) for end in (bound.low, bound.high))
    return frozenset(end for end in ends if end is not None)


def _quiet(facts: pl.DataFrame, name: str) -> pl.Expr:
    """Take silence for no, where the vocabulary says so."""
    return pl.col(name).fill_null(value=False) if name in facts.columns else FALSE.alias(name)


@lru_cache(maxsize=256)
def _planned(engine: Machine, columns: frozenset[str], several: tuple[tuple[str, tuple[str, ...]], ...]) -> Plan:
    return plan(engine, Shape(columns, dict(several)))


def _depends(text: Machine, engine: Machine, facts: pl.DataFrame, shape: Shape, answers: pl.DataFrame) -> pl.Series:
    """Would the text, if it were applied, ask more than the answer does?"""
    same = [(one.id, one.version, one.guard) for one in text.rules.values()] == [
        (one.id, one.version, one.guard) for one in engine.rules.values()
    ]
    if same:
        return pl.Series([False]).new_from_index(0, len(answers))
    steps = _planned(text, shape.columns, tuple(sorted(shape.several.items())))
    told = weigh(steps, facts)
    return told["licence_required"].ne_missing(answers["licence_required"]) | told["may_pass"].ne_missing(
        answers["may_pass"]
    )


def _joined(steps: Plan, facts: pl.DataFrame, answers: pl.DataFrame, depends: pl.Series, starts: Array) -> Answered:
    """Join candidates: where they differ, the answer is not known."""
    engine = steps.engine
    rules = tuple(engine.rules.values())
    told = answers.with_row_index("row").select("row", *(_decided(steps, rule).alias(rule.id) for rule in rules))
    # A day before any rule has none that could decide.
    decided = told.drop("row").to_numpy().astype(np.int8).reshape(len(answers), len(rules))
    classes = [
        at for at, rule in enumerate(rules) if rule.provision.kind == "classification" and "eccn" in rule.version.gives
    ]
    duties = [_codes(answers[steps.rule[rule.id]]) for rule in engine.of("duty")]
    exceptions = [_codes(answers[name]) for name in answers.columns if name.startswith("exception ")]
    passes, required = _codes(answers["may_pass"]), _codes(answers["licence_required"])
    policy = answers["policy bits"].fill_null(-1 % 256).to_numpy()
    level = answers["ic_level"].fill_null("unknown").cast(pl.Categorical).to_physical().to_numpy()
    telling = np.column_stack([passes, required, policy, level, decided[:, classes], *duties, *exceptions])
    differ = (np.maximum.reduceat(telling, starts) != np.minimum.reduceat(telling, starts)).any(axis=1)
    reported = [at for at, rule in enumerate(rules) if rule.version.level == "V3"]
    decisive = np.maximum.reduceat(decided, starts)
    rows = pl.DataFrame(
        {
            "may_pass": _truths(_agreed(passes, starts)),
            "licence_required": _truths(_agreed(required, starts)),
            "ic_level": _same_level(answers, level, starts),
            "policy": _same_policy(policy, starts),
            "decided_by": _named(decisive, rules),
            "rests_on_reported": decisive[:, reported].any(axis=1),
            "depends_on_non_enforcement": np.maximum.reduceat(depends.to_numpy(), starts),
        }
    )
    return Answered(rows, _lacks(steps, facts, answers, differ))


def _codes(truths: pl.Series) -> Array:
    """Give truths as 1, 0, and -1 for not known."""
    return truths.cast(pl.Int8).fill_null(-1).to_numpy()


def _truths(codes: Array) -> pl.Series:
    found = pl.Series(codes, dtype=pl.Int8)
    return found.eq(1).set(found.eq(-1), None)


def _agreed(codes: Array, starts: Array) -> Array:
    low, high = np.minimum.reduceat(codes, starts), np.maximum.reduceat(codes, starts)
    return np.where(low == high, low, -1)


def _same_level(answers: pl.DataFrame, level: Array, starts: Array) -> pl.Series:
    words = answers["ic_level"].fill_null("unknown")[starts]
    mixed = np.minimum.reduceat(level, starts) != np.maximum.reduceat(level, starts)
    return words.set(pl.Series(mixed), "unknown")


def _same_policy(policy: Array, starts: Array) -> pl.Series:
    """Give the policy on which all agree; null where none is needed, not known where they differ."""
    low, high = np.minimum.reduceat(policy, starts), np.maximum.reduceat(policy, starts)
    return pl.Series(
        [POLICY.get(int(one)) if one == other else "unknown" for one, other in zip(low, high, strict=True)],
        dtype=pl.String,
    )


def _named(decided: Array, rules: tuple[Rule, ...]) -> pl.Series:
    """Write out which provisions decided, each distinct set of them once."""
    packed = np.packbits(decided.astype(bool), axis=1)
    keys, back = np.unique(packed, axis=0, return_inverse=True)
    ids = [rule.id for rule in rules]
    told = ["; ".join(ids[at] for at in np.flatnonzero(np.unpackbits(key, count=len(ids)))) for key in keys]
    return pl.Series(told, dtype=pl.String)[back.ravel()]


def _decided(steps: Plan, rule: Rule) -> pl.Expr:
    """Did a provision set something that the answer reports?"""
    engine = steps.engine
    yes = pl.col(steps.rule[rule.id]).fill_null(value=False)
    match rule.provision.kind:
        case "requirement" | "letter" | "prohibition" | "exception" | "classification" | "red_flag":
            return yes
        case "review":
            bit = BITS[rule.version.gives["policy"]]
            served = [name for name in rule.version.serves if name in engine.rules]
            tests = [pl.col(steps.rule[name]).fill_null(value=False) & (_policy(steps, name) == bit) for name in served]
            return yes & pl.any_horizontal(tests or [FALSE])
        case "definition" if "scope" in rule.version.gives:
            earlier = []
            for one in engine.of("definition"):
                if one is rule:
                    break
                if "scope" in one.version.gives:
                    earlier.append(pl.col(steps.rule[one.id]).fill_null(value=False))
            return yes & ~pl.any_horizontal(earlier or [FALSE]) & (pl.col("origin") != "US")
        case "definition" if "ic_level" in rule.version.gives:
            return yes & (pl.col("ic_level").fill_null("unknown") == rule.version.gives["ic_level"])
    return FALSE


def _policy(steps: Plan, requirement: str) -> pl.Expr:
    name = f"policy {requirement}"
    return pl.col(name) if name in steps.height else pl.lit(0, dtype=pl.UInt8)


def _lacks(steps: Plan, facts: pl.DataFrame, answers: pl.DataFrame, differ: Array) -> pl.DataFrame:
    """Give what each situation lacks: of several candidates, whatever decides most."""
    situation = facts["situation"]
    each = missing(steps, facts, answers)
    joined = (
        each.with_columns(row=situation[each["row"]].cast(pl.UInt32))
        .group_by("row", "fact")
        .agg(pl.col("decides").max())
    )
    at = np.flatnonzero(differ).astype(np.uint32)
    which = pl.DataFrame(
        {
            "row": pl.Series(at, dtype=pl.UInt32),
            "fact": pl.Series([WHICH], dtype=pl.String).new_from_index(0, len(at)),
            "decides": pl.Series([WHICH_DECIDES], dtype=pl.Int64).new_from_index(0, len(at)),
        }
    )
    return pl.concat([which, joined]).sort("row", pl.col("fact") != WHICH, pl.col("decides").neg(), "fact")
