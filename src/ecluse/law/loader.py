"""Read provision files, and refuse what is not understood."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ecluse.condition import KINDS as FACT_KINDS
from ecluse.condition import Node, parse
from ecluse.dates import Interval
from ecluse.errors import BadCondition, BadProvision
from ecluse.provision import KINDS, LIMBS, POLICIES, STAGES, Fact, Provision, Version
from ecluse.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS = {"V1": "law", "V2": "law", "V3": "reported"}
IC_LEVELS = ("3A090", "3A090.a", "3A090.b", "3A090.c")
GIVES = ("ic_level", "eccn", "policy", "exception", "tariff", "remark", "scope", "reading")
_ID = re.compile(r"[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)+\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
# Facts that the engine works out between stages, and the stage after which they exist.
DERIVED = {"licence_required": ("truth", "requirement"), "ic_level": ("word", "scope")}


def read_facts(table: Mapping[str, object], place: str, text: str) -> dict[str, Fact]:
    """Read the vocabulary: each name that conditions may read, its kind, and its question."""
    facts: dict[str, Fact] = {}
    for reader in Reader(table, place, BadProvision, text=text).each("fact") or ():
        name = reader.needed("name")
        kind = reader.choice("kind", FACT_KINDS)
        if name in facts:
            reader.fail("name", f"{name!r} is there twice")
        where = reader.choice("in", ("facts", "line"), "facts")
        silent = reader.choice("silence", ("unknown", "no"), "unknown")
        words = reader.words("one_of") or ()
        most = reader.number("at_most", whole=True)
        top = None if most is None or most.exact is None else int(most.exact)
        facts[name] = Fact(name, kind, reader.needed("ask"), where == "facts", words, silent == "no", top)
        reader.close()
    return facts


def read_heads(tables: Mapping[str, Mapping[str, object]], texts: Mapping[str, str]) -> dict[str, Reader]:
    """Open every provision file by id; an id that stands twice is refused."""
    heads: dict[str, Reader] = {}
    for place, table in tables.items():
        reader = Reader(table, place, BadProvision, text=texts.get(place))
        name = reader.needed("id")
        if not _ID.match(name):
            reader.fail("id", f"is {name!r}, expected small words with dots, such as house.no-h200")
        if name in heads:
            reader.fail("id", f"{name!r} is also the id of {heads[name].where}; give it another")
        heads[name] = reader
    return heads


def read_provisions(
    tables: Mapping[str, Mapping[str, object]],
    texts: Mapping[str, str],
    facts: Mapping[str, Fact],
    groups: Mapping[str, object],
) -> tuple[Provision, ...]:
    """Read all provision files together, in stage order; conditions may name earlier stages."""
    heads = read_heads(tables, texts)
    shells = [_shell(reader) for reader in heads.values()]
    names = _names(shells, facts)
    for shell in shells:
        for key in ("lifts", "carves_out", "serves"):
            _check_references(shell, heads, key)
    done = [_provision(shell, names, groups) for shell in shells]
    return tuple(sorted(done, key=lambda one: (STAGES.index(one.stage), one.rank, one.id)))


class _Shell:
    """A provision file whose head is read, and whose conditions are not."""

    def __init__(self, reader: Reader, kind: str, stage: str, name: str | None) -> None:
        self.reader, self.kind, self.stage, self.name = reader, kind, stage, name
        self.versions = reader.each("version") or ()


def _shell(reader: Reader) -> _Shell:
    kind = reader.choice("kind", tuple(KINDS))
    stage = reader.choice("stage", STAGES, KINDS[kind])
    name = reader.word("name")
    if name is not None and not _NAME.match(name):
        reader.fail("name", f"is {name!r}, expected small letters and _")
    shell = _Shell(reader, kind, stage, name)
    if not shell.versions:
        reader.fail("version", "is missing: a provision has at least one [[version]]")
    return shell


def _names(shells: list[_Shell], facts: Mapping[str, Fact]) -> dict[str, dict[str, str]]:
    """Give, by stage, every name that a condition may read there, with its kind."""
    given = {fact.name: fact.kind for fact in facts.values()}
    given |= {f"{fact.name}.days": "number" for fact in facts.values() if fact.kind == "day"}
    by_stage: dict[str, dict[str, str]] = {}
    for stage in STAGES:
        by_stage[stage] = dict(given)
        for name, (kind, after) in DERIVED.items():
            if STAGES.index(after) < STAGES.index(stage):
                by_stage[stage][name] = kind
    for shell in shells:
        if shell.name is None:
            continue
        if shell.name in given or shell.name in DERIVED:
            shell.reader.fail("name", f"{shell.name!r} is the name of a fact")
        for stage in STAGES[STAGES.index(shell.stage) + 1 :]:
            if shell.name in by_stage[stage]:
                shell.reader.fail("name", f"{shell.name!r} is the name of another provision")
            by_stage[stage][shell.name] = "truth"
    return by_stage


def _check_references(shell: _Shell, heads: Mapping[str, Reader], key: str) -> None:
    for version in shell.versions:
        for target in version.words(key) or ():
            if target not in heads:
                version.fail(key, f"names {target!r}, which no provision file has as id")


def _provision(shell: _Shell, names: Mapping[str, Mapping[str, str]], groups: Mapping[str, object]) -> Provision:
    reader = shell.reader
    later = list(dict.fromkeys(n for stage in STAGES for n in names[stage] if n not in names[shell.stage]))
    versions = _ended([_version(one, shell, names[shell.stage], groups, later) for one in shell.versions])
    limb = reader.word("limb")
    if shell.kind in ("requirement", "letter"):
        limb = reader.choice("limb", LIMBS, "by_letter" if shell.kind == "letter" else None)
    rank = reader.take("rank", 0)
    if not isinstance(rank, int) or isinstance(rank, bool):
        reader.fail("rank", "is no whole number")
    provision = Provision(
        id=reader.needed("id"),
        title=reader.needed("title"),
        gate=reader.choice("gate", ("exporter", "importer")),
        kind=shell.kind,
        stage=shell.stage,
        name=shell.name,
        limb=limb,
        rank=rank,
        versions=tuple(sorted(versions, key=lambda one: one.known)),
        place=reader.where,
    )
    reader.close()
    return provision


def _version(
    reader: Reader,
    shell: _Shell,
    names: Mapping[str, str],
    groups: Mapping[str, object],
    later: list[str],
) -> Version:
    text = _interval(reader, "text")
    enforced, enforcement_known = _enforced(reader, text)
    known = reader.day("known")
    if known is None:
        reader.fail("known", "is missing: the day from which the public could know this")
    cite = reader.words("cite")
    if not cite:
        reader.fail("cite", 'is missing: name the paragraph, such as ["15 CFR 742.6(a)(6)(iii)"]')
    level = reader.choice("level", tuple(LEVELS))
    wait = reader.take("wait_days", None)
    if wait is not None and (not isinstance(wait, int) or isinstance(wait, bool) or wait < 0):
        reader.fail("wait_days", "is no number of days")
    version = Version(
        text=text,
        enforced=enforced,
        enforcement_known=enforcement_known,
        known=known,
        end_known=reader.day("end_known") or known,
        level=level,
        when=_condition(reader, "when", names, groups, later),
        met=_optional(reader, "met", names, groups, later),
        doubt=_optional(reader, "doubt", names, groups, later),
        cite=cite,
        source=reader.words("source") or (),
        gives=_gives(reader, shell),
        lifts=reader.words("lifts") or (),
        carves_out=reader.words("carves_out") or (),
        serves=reader.words("serves") or (),
        wait_days=wait,
        rate=reader.word("rate"),
        obligations=reader.words("obligations") or (),
        undefined=reader.words("undefined") or (),
        contested=reader.words("contested") or (),
        note=reader.word("note") or "",
    )
    if shell.kind == "review" and not version.serves:
        reader.fail("serves", "is missing: the ids of the requirements that this policy reviews")
    reader.close()
    return version


def _ended(versions: list[Version]) -> list[Version]:
    """Let a text that another takes over from end with the knowledge of that other, unless its file says when."""
    taken = {one.text.start: one.known for one in versions}
    ends = [max(one.known, taken.get(one.text.end, one.known)) for one in versions]
    return [
        one if one.end_known != one.known else replace(one, end_known=end)
        for one, end in zip(versions, ends, strict=True)
    ]


def _condition(
    reader: Reader, key: str, names: Mapping[str, str], groups: Mapping[str, object], later: list[str]
) -> Node:
    text = reader.needed(key)
    try:
        return parse(text, names, groups)
    except BadCondition as problem:
        words = str(problem)
        for name in later:
            if f"called {name!r}" in words:
                words += f"\n    ({name} is weighed in this stage or a later one; a condition reads earlier ones)"
        message = f"{reader.where}: {reader.field}.{key}: {words}"
        raise BadCondition(message) from None


def _optional(
    reader: Reader, key: str, names: Mapping[str, str], groups: Mapping[str, object], later: list[str]
) -> Node | None:
    return _condition(reader, key, names, groups, later) if reader.has(key) else None


def _interval(reader: Reader, key: str) -> Interval:
    inner = reader.inner(key)
    if inner is None:
        reader.fail(key, "is missing: write { from = 2023-11-17 } or { from = ..., until = ... }")
    interval = _days(inner)
    inner.close()
    return interval


def _days(reader: Reader) -> Interval:
    start, end = reader.day("from"), reader.day("until")
    if start is not None and end is not None and end <= start:
        reader.fail("until", f"({end}) does not come after from ({start}); until is the first day without it")
    return Interval(start, end)


def _enforced(reader: Reader, text: Interval) -> tuple[tuple[Interval, ...], bool]:
    """Read when the authority applies the text: as it stands unless the file says otherwise."""
    value = reader.take("enforced", None)
    if value is None:
        return (text,), True
    if value == "no":
        return (), True
    if value == "unknown":
        return (), False
    if not isinstance(value, dict):
        reader.fail("enforced", 'is neither an interval nor "no" nor "unknown"')
    inner = reader.inner("enforced")
    if inner is None:
        return (text,), True
    interval = _days(inner)
    inner.close()
    return (interval,), True


def _gives(reader: Reader, shell: _Shell) -> dict[str, str]:
    inner = reader.inner("gives")
    if inner is None:
        if shell.kind in ("review", "exception", "duty"):
            reader.fail("gives", f"is missing: a {shell.kind} gives something")
        return {}
    gives = {key: inner.needed(key) for key in inner.names()}
    for key, value in gives.items():
        if key not in GIVES:
            inner.fail(key, f"is nothing a provision gives; one of {', '.join(GIVES)}")
        if key == "policy" and value not in POLICIES:
            inner.fail(key, f"is {value!r}, expected one of {', '.join(POLICIES)}")
        if key == "ic_level" and value not in IC_LEVELS:
            inner.fail(key, f"is {value!r}, expected one of {', '.join(IC_LEVELS)}")
    return gives
