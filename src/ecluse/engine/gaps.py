"""What is not known, in columns: the facts that keep each row open, and what each would decide.

`open_plan` follows every open rule down to the facts it lacks, as `missing.py` does for one line.
`decides` then answers each open question both ways, all rows and questions in one frame.
"""

from __future__ import annotations

from functools import reduce
from graphlib import TopologicalSorter
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from ecluse.condition import Const, Many, Node, Not, names_in
from ecluse.engine.batch import FALSE, PLAIN, run
from ecluse.engine.missing import MEASURES
from ecluse.provision import LIMBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecluse.engine.batch import Plan
    from ecluse.engine.gate import Rule

OPEN = "open "
TRIAL = "trial of an answer"
ENDS = (0.0, 1e9)
WEIGHTS = {"may_pass": 1000, "licence_required": 100, "policy bits": 50, **dict.fromkeys(LIMBS, 10)}


def open_plan(steps: Plan) -> list[pl.Expr]:
    """Give one expression for each fact that may be open: is it open in a row of answers?"""
    engine = steps.engine
    wanted = {rule.id: _first(steps, rule) for rule in engine.rules.values()}
    found: dict[str, list[pl.Expr]] = {}
    for rule in _downwards(steps):
        here = wanted[rule.id]
        for condition in (rule.when, *([rule.met] if rule.met else [])):
            for name, lacking in _lacking(steps, condition.node, here):
                if name in engine.named:
                    target = engine.named[name].id
                    wanted[target] = wanted[target] | lacking
                else:
                    found.setdefault(name.removesuffix(".days"), []).append(lacking)
        for carver in engine.carvers(rule.id):
            wanted[carver.id] = wanted[carver.id] | (here & pl.col(steps.rule[carver.id]).is_null())
    flagged = pl.col("flagged").fill_null(value=True)
    found.setdefault("red_flags_resolved", []).append(flagged)
    return [reduce(or_, places).alias(f"{OPEN}{name}") for name, places in sorted(found.items())]


def _first(steps: Plan, rule: Rule) -> pl.Expr:
    """Is a rule asked about for its own sake: what forbids, what may lift it, what is owed?"""
    unknown = pl.col(steps.rule[rule.id]).is_null()
    scoping = pl.col("scope").is_null() if steps.scope and "scope" in rule.version.gives else FALSE
    match rule.provision.kind:
        case "prohibition" | "requirement" | "letter" | "duty":
            return unknown | scoping
        case "review" | "exception":
            return (unknown & pl.col("licence_required").fill_null(value=True)) | scoping
    return scoping


def _downwards(steps: Plan) -> Iterator[Rule]:
    """Give the rules, each after all that may ask about it: its readers, and what it carves."""
    engine = steps.engine
    asked_by: dict[str, set[str]] = {rule.id: set() for rule in engine.rules.values()}
    for rule in engine.rules.values():
        read = {name for one in (rule.when, rule.met) if one for name in one.names}
        for name in read & set(engine.named):
            asked_by[engine.named[name].id].add(rule.id)
        for target in rule.version.carves_out:
            if target in asked_by:
                asked_by[rule.id].add(target)
    for name in TopologicalSorter(asked_by).static_order():
        yield engine.rules[name]


def _lacking(steps: Plan, node: Node, inside: pl.Expr) -> Iterator[tuple[str, pl.Expr]]:
    """Give the names that keep a condition open, each with where it does."""
    here = inside & pl.col(steps.condition(node)).is_null()
    if isinstance(node, Many | Not):
        for part in node.parts if isinstance(node, Many) else (node.part,):
            yield from _lacking(steps, part, here)
        return
    if isinstance(node, Const):
        return
    for name in dict.fromkeys(names_in(node)):
        for path in steps.shape.several.get(name, (name,)):
            yield path, here & _unsaid(steps, path)


def _unsaid(steps: Plan, name: str) -> pl.Expr:
    """Is a value not known: none at all, or only between bounds?"""
    shape = steps.shape
    if shape.has(f"{name}.low"):
        low, high = pl.col(f"{name}.low"), pl.col(f"{name}.high")
        vague = (low != high).fill_null(value=True)
        return vague & ~pl.col(f"{name}.absent") if shape.has(f"{name}.absent") else vague
    if shape.has(name) or name in steps.height:
        return pl.col(name).is_null()
    return pl.lit(value=True)


def missing(steps: Plan, facts: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Give what each row lacks: columns `row`, `fact`, `decides`; most decisive first in a row.

    `facts` is the frame that was weighed, `answers` what `weigh` made of it.
    """
    opened = answers.lazy().select(open_plan(steps)).collect(optimizations=PLAIN).with_row_index("row")
    long = (
        opened.unpivot(index="row", variable_name="fact", value_name="is")
        .filter(pl.col("is").fill_null(value=False))
        .select("row", pl.col("fact").str.strip_prefix(OPEN))
    )
    weighed = _tried(steps, facts, answers, long)
    papers = _papers(answers)
    return pl.concat([weighed, papers]).sort("row", pl.col("decides").neg(), "fact")


def _papers(answers: pl.DataFrame) -> pl.DataFrame:
    """Ask for a licence where one may open the gate."""
    required = pl.col("licence_required")
    asked = pl.col("may_pass").is_null() & required.fill_null(value=True) & pl.col("held").is_null()
    decides = pl.when(required.fill_null(value=False)).then(2000).otherwise(1).cast(pl.Int64)
    return (
        answers.with_row_index("row")
        .filter(asked)
        .select("row", pl.lit("authorisations").alias("fact"), decides.alias("decides"))
    )


def _tried(steps: Plan, facts: pl.DataFrame, answers: pl.DataFrame, long: pl.DataFrame) -> pl.DataFrame:
    """Answer each open question both ways, and add up what the two answers decide."""
    kinds = steps.engine.law.facts
    nothing = long.with_columns(decides=pl.lit(0, dtype=pl.Int64))
    asked = {
        fact: ways
        for fact in long["fact"].unique().sort().to_list()
        if (ways := _ways(fact, kinds[fact].kind if fact in kinds else "", facts.schema))
    }
    if not asked:
        return nothing
    # All trials stand in one frame: a row for each question and way, with one answer put in.
    numbers = {fact: at for at, fact in enumerate(asked)}
    numbered = long.filter(pl.col("fact").is_in(list(asked))).with_columns(
        trial=pl.col("fact").replace_strict(numbers, return_dtype=pl.Int32) * 2
    )
    place = pl.concat([numbered, numbered.with_columns(pl.col("trial") + 1)])
    changes: dict[str, pl.Expr] = {}
    for fact, ways in asked.items():
        for way, columns in enumerate(ways):
            here = pl.col(TRIAL) == 2 * numbers[fact] + way
            for name, value in columns.items():
                changes[name] = pl.when(here).then(pl.lit(value)).otherwise(changes.get(name, pl.col(name)))
    trials = facts[place["row"]].with_columns(place["trial"].alias(TRIAL)).lazy()
    trials = trials.with_columns(expr.alias(name) for name, expr in changes.items())
    tried = run(steps, trials).select(list(WEIGHTS)).collect(optimizations=PLAIN)
    before = answers.select(list(WEIGHTS))
    gained = [
        (_open(before[place["row"]][name]) & ~_open(tried[name])).cast(pl.Int64) * weight
        for name, weight in WEIGHTS.items()
    ]
    found = place.select("row", "fact").with_columns(decides=sum(gained[1:], gained[0]))
    return pl.concat([found, nothing]).group_by("row", "fact").agg(pl.col("decides").sum())


def _open(values: pl.Series) -> pl.Series:
    """Is an answer not known? A policy is where its bits are 0; none at all is no open question."""
    return values.eq(0).fill_null(value=False) if values.name == "policy bits" else values.is_null()


def _ways(fact: str, kind: str, schema: Mapping[str, object]) -> list[dict[str, bool | float]]:
    """Give the two ways to answer a question: yes and no, or a measure at both ends of what chips reach."""
    if fact in MEASURES:
        there = {f"{fact}.absent": False} if f"{fact}.absent" in schema else {}
        return [{f"{fact}.low": end, f"{fact}.high": end, **there} for end in ENDS]
    return [{fact: True}, {fact: False}] if kind == "truth" else []
