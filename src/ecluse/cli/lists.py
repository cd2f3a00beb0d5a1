"""`ecluse lists`: which restricted-party lists are loaded, how old, what changed; fetch them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cli.common import day, formatting, lists_option, say, say_json
from ecluse.errors import InputError

if TYPE_CHECKING:
    import argparse

    from ecluse.parties.snapshot import Change

MOST_SHOWN = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    shown = verbs.add_parser("show", help="what is loaded, how old, how many; or one entry")
    shown.add_argument("entry", metavar="ENTRY", nargs="?", help="the id of an entry, such as csl-3334")
    shown.add_argument("--on", type=day, metavar="DATE", help="the day asked about (default: today)")
    lists_option(shown)
    formatting(shown)
    shown.set_defaults(run=show)
    differ = verbs.add_parser("diff", help="what changed from one snapshot to another")
    differ.add_argument("before", type=Path, metavar="BEFORE", help="a folder of lists or one list; `shipped` for ours")
    differ.add_argument("after", type=Path, metavar="AFTER", help="likewise")
    formatting(differ)
    differ.set_defaults(run=diff)
    get = verbs.add_parser("fetch", help="download the published lists into a dated folder, with digests")
    get.add_argument("--to", type=Path, metavar="DIR", default=Path("lists"), help="where to (default: lists)")
    get.add_argument("--only", metavar="NAME", action="append", default=[], help="only this source (repeatable)")
    get.add_argument("--from", dest="base", metavar="ADDRESS", help="take the files from here, not officially")
    get.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="for each file (default: 60)")
    formatting(get)
    get.set_defaults(run=fetch)


def show(options: argparse.Namespace) -> int:
    """Tell what is loaded, or one entry."""
    from ecluse.lock import moment  # noqa: PLC0415
    from ecluse.order import LISTS  # noqa: PLC0415
    from ecluse.parties.ages import age, age_said  # noqa: PLC0415
    from ecluse.parties.snapshot import load  # noqa: PLC0415

    snapshot = load(options.lists)
    if options.entry:
        return _entry(options)
    on, _ = moment(options.on, None, None)
    rows = [
        {
            "list": code,
            "title": LISTS[code],
            "entries": count,
            "date": snapshot.dates[code].isoformat(),
            "age_days": age(snapshot.dates[code], on),
        }
        for code, count in sorted(snapshot.counts.items())
    ]
    if options.format == "json":
        say_json(
            {
                "date": snapshot.date.isoformat(),
                "entries": len(snapshot.entries),
                "digest": snapshot.digest,
                "lists": rows,
                "sources": list(snapshot.sources),
                "faults": list(snapshot.faults),
            }
        )
        return 0
    for row in rows:
        say(f"{row['list']:7} {row['entries']:>7,}  of {row['date']}, {row['age_days']} days old  {row['title']}")
    say(f"\n{len(snapshot.entries):,} entries, digest {snapshot.digest[:16]}; {age_said(snapshot.date, on)}.")
    for source in snapshot.sources:
        say(f"  from {source}")
    for fault in snapshot.faults[:MOST_SHOWN]:
        say(f"  not read: {fault}")
    if len(snapshot.faults) > MOST_SHOWN:
        say(f"  and {len(snapshot.faults) - MOST_SHOWN:,} more (--format json names all)")
    return 0


def _entry(options: argparse.Namespace) -> int:
    import dataclasses  # noqa: PLC0415

    from ecluse.parties import terms  # noqa: PLC0415
    from ecluse.parties.snapshot import load  # noqa: PLC0415

    entry = load(options.lists).find(options.entry)
    if entry is None:
        say(f"No entry is called {options.entry!r}. `ecluse screen NAME` gives the ids of entries.")
        return 1
    data = {name: value for name, value in dataclasses.asdict(entry).items() if value}
    data |= {"digest": entry.digest, "review_policy": terms.policy(entry), "says": terms.says(entry)}
    if options.format == "json":
        say_json({name: str(value) if hasattr(value, "isoformat") else value for name, value in data.items()})
    else:
        for name, value in data.items():
            told = "; ".join(map(str, value)) if isinstance(value, tuple) else value
            say(f"{name:14} {told}")
    return 0


def diff(options: argparse.Namespace) -> int:
    """Tell what changed."""
    from ecluse.parties.snapshot import alone, changes, load  # noqa: PLC0415

    before, after = (load(None if str(one) == "shipped" else one) for one in (options.before, options.after))
    rows = changes(before, after)
    if options.format == "json":
        say_json([_change(row) for row in rows])
        return 0
    for row in rows:
        entry = row.entry
        say(f"{row.what:8} {entry.list:6} {entry.name}  ({entry.id})")
        for name, old, new in row.fields:
            say(f"           {name}: {_told(old)} -> {_told(new)}")
    counts = {what: sum(row.what == what for row in rows) for what in ("added", "removed", "changed")}
    told = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    for code, count in alone(before, after).items():
        where, what = (options.before, "removed") if code in before.counts else (options.after, "added")
        say(f"Only {where} holds the list {code}: all its entries ({count:,}) count as {what}.")
    say(f"\n{told}, from {before.date} ({len(before.entries):,}) to {after.date} ({len(after.entries):,}).")
    return 0


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _change(row: Change) -> dict[str, object]:
    return {
        "what": row.what,
        "entry": row.entry.id,
        "list": row.entry.list,
        "name": row.entry.name,
        "fields": {name: {"before": _told(old), "after": _told(new)} for name, old, new in row.fields},
    }


def fetch(options: argparse.Namespace) -> int:
    """Download the lists; the folder of an earlier day stays as it is if anything fails."""
    from ecluse.parties.fetching import SOURCES, fetch_lists  # noqa: PLC0415

    strange = [name for name in options.only if name not in SOURCES]
    if strange:
        message = f"{strange[0]!r} is no source; there are {', '.join(SOURCES)}."
        raise InputError(message)
    got = fetch_lists(options.to, tuple(options.only) or tuple(SOURCES), base=options.base, timeout=options.timeout)
    if options.format == "json":
        say_json(got.data())
    else:
        for file in got.files:
            say(f"{file.file:28} {file.size:>12,} bytes  {file.entries:>7,} entries  sha256 {file.sha256[:16]}")
        for fault in got.faults:
            say(f"failed: {fault}")
        kept = f"Kept: {got.kept}." if got.kept else "Nothing was there before."
        say(f"Into {got.folder}." if got.folder else f"Nothing new: a folder is made whole or not at all. {kept}")
    return 0 if got.folder else 1
