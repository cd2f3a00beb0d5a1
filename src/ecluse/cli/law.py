"""`ecluse law`: the provisions as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cli.common import day, formatting, known, law_option, say, say_json
from ecluse.errors import nearest

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from ecluse.dates import Known
    from ecluse.law import Library
    from ecluse.provision import Provision, Version


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = verbs.add_parser("list", help="the provisions, or the vocabulary of facts")
    rows.add_argument(
        "--facts", action="store_true", help="the facts that provisions share, with the question each asks"
    )
    rows.add_argument("--on", type=day, metavar="DATE", help="only what stands in the books on that day")
    rows.add_argument("--known", type=known, metavar="DATE-OR-INSTANT", help="as known by then (default: now)")
    law_option(rows)
    formatting(rows)
    rows.set_defaults(run=listing)
    one = verbs.add_parser("show", help="one provision with all its versions")
    one.add_argument("id", metavar="ID")
    law_option(one)
    formatting(one)
    one.set_defaults(run=show)
    two = verbs.add_parser("diff", help="what changed in the books or in enforcement between two days")
    two.add_argument("before", type=day, metavar="DATE")
    two.add_argument("after", type=day, metavar="DATE")
    two.add_argument("--known", type=known, metavar="DATE-OR-INSTANT", help="as known by then (default: now)")
    law_option(two)
    formatting(two)
    two.set_defaults(run=diff)
    tested = verbs.add_parser("test", help="run cases of your own against the law and your house rules")
    tested.add_argument("file", type=Path, metavar="FILE", help="cases as TOML; see docs/write-a-provision.md")
    law_option(tested)
    formatting(tested)
    tested.set_defaults(run=run_cases)


def tested_by() -> dict[str, list[str]]:
    """Give, by provision, the project's own cases that it decides (`make docs` writes the index)."""
    place = Path(__file__).parents[1] / "law" / "tested.json"
    index: dict[str, list[str]] = json.loads(place.read_text("utf-8"))
    return index


def _library(options: argparse.Namespace) -> Library:
    from ecluse.law import load  # noqa: PLC0415

    return load(tuple(options.law))


def listing(options: argparse.Namespace) -> int:
    """List provisions or facts."""
    from ecluse.lock import moment  # noqa: PLC0415

    library = _library(options)
    if options.facts:
        facts = [fact for fact in library.facts.values() if fact.certified]
        if options.format == "json":
            say_json([{"name": fact.name, "kind": fact.kind, "ask": fact.ask} for fact in facts])
        else:
            width = max(len(fact.name) for fact in facts)
            say("\n".join(f"{fact.name:{width}}  {fact.kind:6}  {fact.ask}" for fact in facts))
        return 0
    _, by = moment(None, None, options.known)
    rows = [(one, version) for one in library.provisions for version in _standing(one, options.on, by)]
    if options.format == "json":
        say_json([version_row(one, version) for one, version in rows])
        return 0
    for one, version in rows:
        say(f"{one.id}  [{version.level}]  {version.text}\n    {one.title}\n    {'; '.join(version.cite)}")
    count = len({one.id for one, _ in rows})
    say(f"\n{count} provisions, {len(rows)} versions; horizon {library.horizon}; digest {library.digest[:12]}")
    return 0


def _standing(one: Provision, on: dt.date | None, by: Known) -> tuple[Version, ...]:
    from ecluse.law import ruling_version  # noqa: PLC0415

    if on is None:
        return one.versions
    last = by.last_day("exporter")
    version = ruling_version(one, on, last, whole=by.covers_day(last, "exporter"))
    return () if version is None else (version,)


def version_row(one: Provision, version: Version) -> dict[str, object]:
    """Give one version of a provision as data."""
    return {
        "id": one.id,
        "title": one.title,
        "gate": one.gate,
        "kind": one.kind,
        "stage": one.stage,
        "limb": one.limb,
        "level": version.level,
        "text": {"from": _iso(version.text.start), "until": _iso(version.text.end)},
        "enforced": [{"from": _iso(one.start), "until": _iso(one.end)} for one in version.enforced]
        if version.enforcement_known
        else "unknown",
        "known": version.known.isoformat(),
        "end_known": version.end_known.isoformat() if version.text.end else None,
        "cite": list(version.cite),
        "when": version.when.text,
    }


def _iso(value: dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def show(options: argparse.Namespace) -> int:
    """Show one provision."""
    library = _library(options)
    one = library.find(options.id)
    if one is None:
        hint = nearest(options.id, [row.id for row in library.provisions])
        say(f"No provision is called {options.id!r}.{hint} `ecluse law list` names all.")
        return 1
    if options.format == "json":
        rows = [version_row(one, version) for version in one.versions]
        say_json({"id": one.id, "title": one.title, "versions": rows, "cases": tested_by().get(one.id, [])})
        return 0
    limb = f", limb {one.limb}" if one.limb else ""
    say(f"{one.id}: {one.title}\n  {one.kind}, {one.gate}'s gate, stage {one.stage}{limb}\n  file {one.place}")
    for version in one.versions:
        say(_told(version))
    named = [row.id for row in library.provisions if any(one.id in _targets(version) for version in row.versions)]
    if named:
        say(f"  named by {', '.join(named)}")
    tested = tested_by().get(one.id, [])
    say(f"  decides {len(tested)} cases: {', '.join(tested[:8])}{' ...' if len(tested) > 8 else ''}")
    return 0


def diff(options: argparse.Namespace) -> int:
    """Tell what changed between two days."""
    from ecluse.law import changes  # noqa: PLC0415
    from ecluse.lock import moment  # noqa: PLC0415

    library = _library(options)
    _, by = moment(None, None, options.known)
    rows = changes(library, options.before, options.after, by)
    if options.format == "json":
        say_json([{name: _plain(getattr(row, name)) for name in row.__slots__} for row in rows])
        return 0
    for row in rows:
        say(f"{row.what:9} {row.id}: {row.title}\n          {'; '.join(row.cite)}")
        if row.detail:
            say(f"          {row.detail}")
    say(f"\n{len(rows)} changes from {options.before} to {options.after}, as known on {by}")
    return 0


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def run_cases(options: argparse.Namespace) -> int:
    """Run cases: each says what is expected of a line on a day."""
    from ecluse.cases import run_file  # noqa: PLC0415
    from ecluse.lock import build  # noqa: PLC0415

    results = run_file(options.file, build(tuple(options.law)))
    failed = [row for row in results if row.failures]
    if options.format == "json":
        say_json([{"id": row.id, "failures": list(row.failures)} for row in results])
    else:
        for row in failed:
            say(f"{row.id}: {row.says}\n    " + "\n    ".join(row.failures))
        say(f"{len(results)} cases, {len(failed)} failed")
    return 1 if failed else 0


def _targets(version: Version) -> tuple[str, ...]:
    return (*version.lifts, *version.carves_out, *version.serves)


def _told(version: Version) -> str:
    if not version.enforcement_known:
        enforced = "not known"
    elif not version.enforced:
        enforced = "no"
    else:
        enforced = ", ".join(str(interval) for interval in version.enforced)
    lines = [
        f"\n  in the books {version.text}; enforced: {enforced}; known since {version.known}; level {version.level}",
        f"    when   {version.when.text}",
    ]
    if version.met:
        lines.append(f"    met    {version.met.text}")
    lines += [f"    gives  {name} = {value}" for name, value in version.gives.items()]
    for name, values in (
        ("lifts", version.lifts),
        ("carves", version.carves_out),
        ("serves", version.serves),
        ("duties", version.obligations),
        ("cite", version.cite),
        ("source", version.source),
        ("undefined", version.undefined),
        ("contested", version.contested),
    ):
        if values:
            lines.append(f"    {name:6} {'; '.join(values)}")
    if version.note:
        lines.append(f"    note   {version.note}")
    return "\n".join(lines)
