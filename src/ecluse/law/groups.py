"""Named sets by date: country groups, and the few names that provisions spell out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.countries import COUNTRIES
from ecluse.dates import Interval, known_by
from ecluse.errors import BadProvision, nearest
from ecluse.order import name_key
from ecluse.provision import Group
from ecluse.reading import Reader
from ecluse.truth import YES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

GROUP_KINDS = ("countries", "names")


@dataclass(frozen=True, slots=True)
class Membership:
    """One member of a set: the days it surely belongs, the days of which that is not known."""

    code: str
    sure: Interval | None
    perhaps: Interval | None
    known: dt.date | None
    end_known: dt.date | None
    source: str
    level: str


@dataclass(frozen=True, slots=True)
class GroupFile:
    """A named set as its file gives it: members, or a combination of other sets."""

    id: str
    title: str
    cite: tuple[str, ...]
    members: tuple[Membership, ...]
    any_of: tuple[str, ...]
    none_of: tuple[str, ...]
    place: str
    kin: bool = False


def read_groups(tables: Mapping[str, Mapping[str, object]], texts: Mapping[str, str]) -> dict[str, GroupFile]:
    """Read the files of named sets; sets may combine sets that are not combined themselves."""
    groups: dict[str, GroupFile] = {}
    readers: dict[str, Reader] = {}
    for place, table in tables.items():
        reader = Reader(table, place, BadProvision, text=texts.get(place))
        group = _group(reader)
        if group.id in groups:
            reader.fail("id", f"{group.id!r} is also the id of {groups[group.id].place}")
        groups[group.id] = group
        readers[group.id] = reader
    for name, group in groups.items():
        for key, parts in (("any_of", group.any_of), ("none_of", group.none_of)):
            for part in parts:
                if part not in groups:
                    readers[name].fail(key, f"names {part!r}, which is no set.{nearest(part, groups)}")
                if groups[part].any_of:
                    readers[name].fail(key, f"names {part!r}, which is itself a combination")
    return groups


def _group(reader: Reader) -> GroupFile:
    kind = reader.choice("kind", GROUP_KINDS, "countries")
    cite, source = reader.words("cite") or (), reader.word("source") or ""
    level = reader.choice("level", ("V1", "V2", "V3"))
    members = [
        Membership(_code(reader, kind, code), Interval(), None, None, None, source, level)
        for code in reader.words("members") or ()
    ]
    members += [_member(each, kind, source, level) for each in reader.each("member") or ()]
    group = GroupFile(
        id=reader.needed("id"),
        title=reader.needed("title"),
        cite=cite,
        members=tuple(members),
        any_of=reader.words("any_of") or (),
        none_of=reader.words("none_of") or (),
        place=reader.where,
        kin=reader.truth("kin") is YES,
    )
    if not cite:
        reader.fail("cite", "is missing: name where the set stands")
    reader.word("note")
    reader.close()
    return group


def _member(reader: Reader, kind: str, source: str, level: str) -> Membership:
    code = _code(reader, kind, reader.needed("code"))
    start, end = reader.day("from"), reader.day("until")
    inner = reader.inner("perhaps")
    perhaps = None
    if inner is not None:
        perhaps = Interval(inner.day("from"), inner.day("until"))
        inner.close()
    sure = None if perhaps is not None and start is None and end is None else Interval(start, end)
    own = reader.word("source") or source
    own_level = reader.choice("level", ("V1", "V2", "V3"), level)
    known, end_known = reader.day("known"), reader.day("end_known")
    reader.word("note")
    reader.close()
    return Membership(code, sure, perhaps, known, end_known, own, own_level)


def _code(reader: Reader, kind: str, code: str) -> str:
    if kind == "names":
        return name_key(code)
    if code not in COUNTRIES:
        reader.fail("members", f"holds {code!r}, which is no ISO 3166-1 code.{nearest(code, COUNTRIES)}")
    return code


def groups_on(
    groups: Mapping[str, GroupFile], same_as: Mapping[str, str], on: dt.date, known: dt.date, *, whole: bool = True
) -> dict[str, Group]:
    """Give every set as it stood on a day, as known by a day; `whole` says that this day counts to its end."""
    plain = {name: _plain(group, on, known, whole=whole) for name, group in groups.items() if not group.any_of}
    combined = {name: _combined(group, plain) for name, group in groups.items() if group.any_of}
    return {name: _with_same(group, same_as) for name, group in (plain | combined).items()}


def _plain(group: GroupFile, on: dt.date, known: dt.date, *, whole: bool) -> Group:
    sure: set[str] = set()
    perhaps: set[str] = set()
    for one in group.members:
        if one.known is not None and not known_by(one.known, known, whole=whole):
            continue
        # An end that is not yet known leaves the time open.
        late = one.end_known is not None and not known_by(one.end_known, known, whole=whole)
        for span, pool in ((one.sure, sure), (one.perhaps, perhaps)):
            if span is not None and (Interval(span.start) if late else span).holds(on):
                pool.add(one.code)
    # Where a script parts no words, a name of the same beginning is enough.
    kin = tuple(f"{name} " if name.isascii() else name for name in sorted(sure)) if group.kin else ()
    return Group(group.id, frozenset(sure), frozenset(perhaps - sure), kin)


def _combined(group: GroupFile, plain: Mapping[str, Group]) -> Group:
    inside = [plain[name] for name in group.any_of]
    outside = [plain[name] for name in group.none_of]
    sure_in = frozenset().union(*(one.members for one in inside))
    may_in = sure_in.union(*(one.perhaps for one in inside))
    sure_out = frozenset().union(*(one.members for one in outside))
    may_out = sure_out.union(*(one.perhaps for one in outside))
    sure = sure_in - may_out
    return Group(group.id, sure, may_in - sure_out - sure)


def _with_same(group: Group, same_as: Mapping[str, str]) -> Group:
    """Treat a place as another in every set, as the regulations treat Hong Kong as China."""
    sure, perhaps = set(group.members), set(group.perhaps)
    for code, like in same_as.items():
        for pool in (sure, perhaps):
            pool.discard(code)
            if like in pool:
                pool.add(code)
    return Group(group.name, frozenset(sure), frozenset(perhaps), group.kin)
