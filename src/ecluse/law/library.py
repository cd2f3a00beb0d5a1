"""The provisions that rule on a day, as known by then; and what changed between two days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cache import digest_of, parse_all, read_texts
from ecluse.dates import Interval, known_by
from ecluse.errors import BadProvision
from ecluse.law.groups import GroupFile, groups_on, read_groups
from ecluse.law.loader import read_facts, read_provisions
from ecluse.provision import Fact, Law, Provision, Ruling, Version
from ecluse.reading import Reader
from ecluse.truth import NO, UNKNOWN, YES, Truth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ecluse.dates import Known

READINGS = ("enforced", "text")
# What a line may claim are the exceptions that some provision gives.
CLAIMED = "exceptions_claimed"


@dataclass(frozen=True)
class Library:
    """All provisions of one or more folders, with their vocabulary and named sets."""

    provisions: tuple[Provision, ...]
    groups: Mapping[str, GroupFile]
    facts: Mapping[str, Fact]
    same_as: Mapping[str, str]
    horizon: dt.date
    digest: str

    def on(self, day: dt.date, known: Known, reading: str = "enforced") -> Law:
        """Give the law that rules on a day, as known by then, under one reading."""
        return _on(
            self, day, known.last_day("exporter"), known.covers_day(known.last_day("exporter"), "exporter"), reading
        )

    def find(self, name: str) -> Provision | None:
        """Give the provision of an id."""
        return next((one for one in self.provisions if one.id == name), None)

    def days(self) -> tuple[dt.date, ...]:
        """Give every day on which a text, its enforcement or a membership begins or ends."""
        texts = (
            span
            for provision in self.provisions
            for version in provision.versions
            for span in (version.text, *version.enforced)
        )
        members = (
            span
            for group in self.groups.values()
            for member in group.members
            for span in (member.sure, member.perhaps)
            if span is not None
        )
        found = {day for span in (*texts, *members) for day in (span.start, span.end) if day is not None}
        return tuple(sorted(found))

    def __hash__(self) -> int:
        """Hash by content."""
        return hash(self.digest)


@lru_cache(maxsize=512)
def _on(library: Library, day: dt.date, last: dt.date, whole: bool, reading: str) -> Law:  # noqa: FBT001
    """Select once per day, knowledge and reading; `whole` says that the last day counts to its end."""
    rulings = []
    for provision in library.provisions:
        version = ruling_version(provision, day, last, whole=whole)
        if version is None:
            continue
        enforced = applied(version, day, reading, last, whole=whole)
        if enforced is not NO:
            rulings.append(Ruling(provision, version, enforced))
    groups = groups_on(library.groups, library.same_as, day, last, whole=whole)
    return Law(
        on=day,
        reading=reading,
        rulings=tuple(rulings),
        groups=groups,
        facts=library.facts,
        exceptions=given_names(library, "exception"),
        tariffs=given_names(library, "tariff"),
        horizon=library.horizon,
        digest=library.digest,
    )


@lru_cache(maxsize=32)
def given_names(library: Library, key: str) -> tuple[str, ...]:
    """Name every exception, or tariff, that any provision gives on any day."""
    names = (version.gives.get(key) for one in library.provisions for version in one.versions)
    return tuple(sorted({name for name in names if name}))


def ruling_version(provision: Provision, day: dt.date, last: dt.date, *, whole: bool = True) -> Version | None:
    """Give the version in the books on a day: of those known by then, the latest known.

    An end that nobody knew of yet is none: the text stands until something says otherwise.
    """
    found = None
    for version in provision.versions:
        if known_by(version.known, last, whole=whole) and _seen(version, version.text, last, whole=whole).holds(day):
            found = version
    return found


def applied(version: Version, day: dt.date, reading: str, last: dt.date, *, whole: bool = True) -> Truth:
    """Does a text count on a day, as known by then: always as text, and as enforced where the authority applies it?"""
    if reading == "text":
        return YES
    if not version.enforcement_known:
        return UNKNOWN
    return YES if any(_seen(version, one, last, whole=whole).holds(day) for one in version.enforced) else NO


def _seen(version: Version, span: Interval, last: dt.date, *, whole: bool) -> Interval:
    """Give an interval of a version as it could be known: without the end of its text while that was not known."""
    ends = span.end is not None and span.end == version.text.end
    return Interval(span.start) if ends and not known_by(version.end_known, last, whole=whole) else span


@dataclass(frozen=True, slots=True)
class Change:
    """A provision or a set that stands otherwise on the second of two days."""

    what: str
    id: str
    title: str
    cite: tuple[str, ...]
    detail: str = ""


def changes(library: Library, before: dt.date, after: dt.date, known: Known) -> list[Change]:
    """Give what changed between two days, as known by then: texts, enforcement, sets."""
    last = known.last_day("exporter")
    whole = known.covers_day(last, "exporter")
    rows: list[Change] = []
    for one in library.provisions:
        old, new = (ruling_version(one, day, last, whole=whole) for day in (before, after))
        if old is None and new is not None:
            rows.append(Change("enters", one.id, one.title, new.cite, new.when.text))
        elif old is not None and new is None:
            rows.append(Change("leaves", one.id, one.title, old.cite))
        elif old is not None and new is not None and old is not new:
            rows.append(Change("changes", one.id, one.title, new.cite, f"{old.when.text} -> {new.when.text}"))
        elif old is not None:
            was, now = (applied(old, day, "enforced", last, whole=whole) for day in (before, after))
            if was is not now:
                rows.append(Change("applied", one.id, one.title, old.cite, f"enforced: {now.value}"))
    return rows + _set_changes(library, before, after, known)


def _set_changes(library: Library, before: dt.date, after: dt.date, known: Known) -> list[Change]:
    last = known.last_day("exporter")
    whole = known.covers_day(last, "exporter")
    old, new = (groups_on(library.groups, library.same_as, day, last, whole=whole) for day in (before, after))
    rows = []
    for name, group in library.groups.items():
        gone, come = old[name].members - new[name].members, new[name].members - old[name].members
        if gone or come:
            parts = [f"in: {', '.join(sorted(come))}"] if come else []
            parts += [f"out: {', '.join(sorted(gone))}"] if gone else []
            rows.append(Change("set", name, group.title, group.cite, "; ".join(parts)))
    return rows


def level_days(library: Library) -> tuple[dt.date, ...]:
    """Give the days on which a text that gives levels begins or ends, in the books or in force."""
    spans = (
        span
        for provision in library.provisions
        for version in provision.versions
        if provision.stage == "scope"
        for span in (version.text, *version.enforced)
    )
    return tuple(sorted({day for span in spans for day in (span.start, span.end) if day is not None}))


def load(folders: tuple[Path, ...] = ()) -> Library:
    """Read the law shipped with the package, and house rules from further folders beside it."""
    return _load(tuple(Path(folder) for folder in folders))


@lru_cache(maxsize=8)
def _load(folders: tuple[Path, ...]) -> Library:
    own = Path(__file__).with_name("data")
    texts = read_texts(own, BadProvision)
    for folder in folders:
        if not folder.is_dir():
            message = f"{folder}: no such folder; --law names a folder of provision files (*.toml)."
            raise BadProvision(message)
        house = read_texts(folder, BadProvision)
        texts |= {f"{folder.as_posix()}/{name}": text for name, text in house.items()}
    return build(parse_all(texts, BadProvision), texts)


def build(tables: Mapping[str, dict[str, object]], texts: Mapping[str, str]) -> Library:
    """Build the library from parsed files: vocabulary, settings, named sets, provisions."""
    kinds: dict[str, dict[str, dict[str, object]]] = {"facts": {}, "groups": {}, "settings": {}, "": {}}
    for place, table in tables.items():
        stem = Path(place).stem
        folder = Path(place).parent.name
        kind = stem if stem in ("facts", "settings") else "groups" if folder == "groups" else ""
        kinds[kind][place] = table
    facts: dict[str, Fact] = {}
    for place, table in kinds["facts"].items():
        facts |= read_facts(table, place, texts[place])
    horizon, same_as = _settings(kinds["settings"], texts)
    groups = read_groups(kinds["groups"], texts)
    provisions = read_provisions(kinds[""], texts, facts, groups)
    claimed = facts.get(CLAIMED)
    if claimed is not None:
        names = {version.gives.get("exception") for one in provisions for version in one.versions}
        facts[CLAIMED] = replace(claimed, one_of=tuple(sorted(name for name in names if name)))
    return Library(provisions, groups, facts, same_as, horizon, digest_of(texts))


def _settings(tables: Mapping[str, dict[str, object]], texts: Mapping[str, str]) -> tuple[dt.date, dict[str, str]]:
    """Read the horizon of the law, and the places that are treated as others."""
    for place, table in tables.items():
        reader = Reader(table, place, BadProvision, text=texts[place])
        horizon = reader.day("horizon")
        inner = reader.inner("same_as")
        same_as = {code: inner.needed(code) for code in inner.names()} if inner else {}
        reader.words("cite")
        reader.close()
        if horizon is None:
            reader.fail("horizon", "is missing: the last day for which any source was seen")
        return horizon, same_as
    message = "the law has no settings.toml"
    raise BadProvision(message)
