"""`ecluse screen`: is a name, or each of a file of names, on a restricted-party list?"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cli.common import aside, day, formatting, lists_option, owners, owners_option, say
from ecluse.countries import COUNTRIES
from ecluse.errors import InputError, nearest
from ecluse.truth import NO, UNKNOWN, YES

if TYPE_CHECKING:
    import argparse
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from ecluse.parties.cascade import Above
    from ecluse.parties.screen import Hit, Screener

    # A name, a country as written, and where the two stand.
    Named = tuple[str, str, str]

LARGEST = 200_000_000
SAID = {YES: "yes", NO: "no", UNKNOWN: "not known"}
# Tables that the room of tables reads; any other file with --column is a CSV.
TABLES = (".parquet", ".ndjson", ".xlsx")
COLUMNS = ("query", "country", "entry", "name", "list", "score", "band", "reasons")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="a name, in Latin or Chinese script")
    parser.add_argument("--country", metavar="CC", help="the country of the party, ISO code; it counts for or against")
    about = "one name a line, optional tab and country (- for standard input); or a table, with --column"
    parser.add_argument("--file", type=Path, metavar="NAMES", help=about)
    parser.add_argument("--column", metavar="NAME", help="with --file TABLE: the column that holds the names")
    parser.add_argument("--country-column", metavar="NAME", help="with --column: the column that holds the countries")
    about = "only hits that are new or read otherwise since these lists"
    parser.add_argument("--since", type=Path, metavar="SNAPSHOT", help=about)
    parser.add_argument("--on", type=day, metavar="DATE", help="the day asked about (default: today)")
    lists_option(parser)
    owners_option(parser)
    formatting(parser, "csv")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Screen and tell; 0 whether there are hits or not."""
    from ecluse.lock import moment  # noqa: PLC0415
    from ecluse.parties import batch, screen  # noqa: PLC0415

    asked = list(_asked(options))
    screener = screen.lists(options.lists, aside)
    on, _ = moment(options.on, None, None)
    found = batch.many(options.lists, asked)
    if options.since:
        from ecluse.parties.snapshot import load  # noqa: PLC0415

        before = {entry.digest for entry in load(options.since).entries}
        found = {pair: tuple(batch.only_new(hits, before)) for pair, hits in found.items()}
    owned = _owned(options, asked, screener, on)
    if options.format == "json":
        _json(asked, found, screener, on, owned)
    elif options.format == "csv":
        _csv(asked, found)
    else:
        _text(asked, found, screener, on, owned)
    return 0


def _owned(
    options: argparse.Namespace, asked: Sequence[tuple[str, str | None]], screener: Screener, on: dt.date
) -> dict[str, Above]:
    """Judge the owners of each name that the file of owners knows."""
    register = owners(options)
    if register is None:
        return {}
    from ecluse.parties.gates import ownership_of  # noqa: PLC0415 - only those who give a file pay for it

    judged = {name: ownership_of(name, screener, on, register) for name, _ in asked}
    return {name: one for name, one in judged.items() if one is not None}


def _asked(options: argparse.Namespace) -> Iterator[tuple[str, str | None]]:
    if (options.name is None) == (options.file is None):
        message = "screen takes a NAME, or --file NAMES, one of the two."
        raise InputError(message)
    if options.file is None:
        if not options.name.strip():
            message = "the name is empty; give the name of a party."
            raise InputError(message)
        yield options.name, _country(options.country, "--country")
        return
    if options.column:
        in_table = options.file.suffix.lower() in TABLES
        wanted = (options.file, options.column, options.country_column)
        for name, code, where in _of_table(*wanted) if in_table else _of_csv(_read(options.file), *wanted):
            yield name, _country(code or options.country, where)
        return
    text = _read(options.file)
    for number, line in enumerate(text.splitlines(), 1):
        name, _, code = line.partition("\t")
        if name.strip():
            yield name.strip(), _country(code.strip() or options.country, f"{options.file}:{number}")


def _read(path: Path) -> str:
    try:
        raw = sys.stdin.buffer.read(LARGEST + 1) if str(path) == "-" else path.read_bytes()
    except OSError as problem:
        message = f"{path}: cannot be opened ({problem.strerror or problem})."
        raise InputError(message) from None
    if len(raw) > LARGEST:
        message = f"{path}: larger than {LARGEST:,} bytes; split it."
        raise InputError(message)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"{path}: not UTF-8 (byte {problem.start}); save it as UTF-8."
        raise InputError(message) from None


def _of_csv(text: str, path: Path, name: str, country: str | None) -> Iterator[Named]:
    """Give the names of a column of a CSV, row by row; rows without one are left out."""
    rows = csv.DictReader(io.StringIO(text))
    _there(path, (name, country), rows.fieldnames or ())
    for row in rows:
        found = (row.get(name) or "").strip()
        if found:
            yield found, (row.get(country) or "").strip() if country else "", f"{path}:{rows.line_num}"


def _of_table(path: Path, name: str, country: str | None) -> Iterator[Named]:
    """Give the names of a column of a Parquet, NDJSON or XLSX table; rows that cannot be read are told."""
    try:
        from ecluse.tables.reading import blocks, opened  # noqa: PLC0415 - only such tables pay for it
    except ImportError as problem:
        message = (
            f"{path}: to read such a table the package {problem.name} is needed; install it with:"
            " pip install 'ecluse[batch]', or save the table as CSV."
        )
        raise InputError(message) from None
    source = opened(path)
    _there(path, (name, country), source.columns)
    spoiled = 0
    for block in blocks(source, frozenset({name, country or name})):
        names = block.table.column(name).to_pylist()
        countries = block.table.column(country).to_pylist() if country else [None] * len(names)
        for row, found, code in zip(block.rows.tolist(), names, countries, strict=True):
            if found is not None and str(found).strip():
                yield str(found).strip(), str(code or "").strip(), f"{path}: row {row}"
        for one in block.spoiled:
            spoiled += 1
            if spoiled == 1:
                sys.stderr.write(f"{path}: row {one.row} cannot be read and is left out: {one.reason}.\n")
    if spoiled > 1:
        sys.stderr.write(f"{path}: {spoiled:,} rows in all cannot be read and are left out.\n")


def _there(path: Path, wanted: Sequence[str | None], columns: Sequence[str]) -> None:
    for one in wanted:
        if one and one not in columns:
            message = f"{path}: has no column {one!r}.{nearest(one, columns)}"
            raise InputError(message)


def _country(code: str | None, where: str) -> str | None:
    if not code:
        return None
    if code.upper() not in COUNTRIES:
        message = (
            f"{where}: {code!r} is no ISO 3166-1 code of two letters, such as CN.{nearest(code.upper(), COUNTRIES)}"
        )
        raise InputError(message)
    return code.upper()


def _row(hit: Hit) -> dict[str, object]:
    entry = hit.entry
    return {
        "entry": entry.id,
        "name": entry.name,
        "list": entry.list,
        "score": hit.score,
        "band": hit.band,
        "reasons": list(hit.reasons),
        "written": hit.written,
        "countries": list(entry.countries),
        "digest": entry.digest,
    }


def _json(
    asked: Sequence[tuple[str, str | None]],
    found: dict[tuple[str, str | None], tuple[Hit, ...]],
    screener: Screener,
    on: dt.date,
    owned: Mapping[str, Above],
) -> None:
    lists = {"date": screener.date.isoformat(), "age_days": (on - screener.date).days, "digest": screener.digest}
    lists["dates"] = dict(screener.dates)
    for name, country in asked:
        rows = [_row(hit) for hit in found[name, country]]
        data = {"query": name, "country": country, "hits": rows, "lists": lists}
        if name in owned:
            data["owners"] = _above(owned[name])
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def _above(one: Above) -> dict[str, object]:
    return {
        "affiliates": one.carrying.value,
        "blocked": one.blocked.value,
        "listings": [{"list": each.list, "entry": each.entry} for each in one.listings],
        "steps": list(one.steps),
    }


def _csv(asked: Sequence[tuple[str, str | None]], found: dict[tuple[str, str | None], tuple[Hit, ...]]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for name, country in asked:
        hits = found[name, country]
        for hit in hits:
            entry = hit.entry
            told = "; ".join(hit.reasons)
            out.writerow((name, country or "", entry.id, entry.name, entry.list, hit.score, hit.band, told))
        if not hits:
            out.writerow((name, country or "", "", "", "", "", "", ""))


def _text(
    asked: Sequence[tuple[str, str | None]],
    found: dict[tuple[str, str | None], tuple[Hit, ...]],
    screener: Screener,
    on: dt.date,
    owned: Mapping[str, Above],
) -> None:
    from ecluse.parties import terms  # noqa: PLC0415
    from ecluse.parties.ages import age_said  # noqa: PLC0415

    for name, country in asked:
        hits = found[name, country]
        where = f" ({country})" if country else ""
        say(f"{name}{where}: {_count(hits)}")
        for hit in hits:
            entry = hit.entry
            place = f" [{', '.join(entry.countries)}]" if entry.countries else ""
            say(f"  {hit.score:.3f} {hit.band:6} {entry.list:6} {entry.name}{place}  ({entry.id})")
            say(f"         {terms.says(entry)}")
            say(f"         {'; '.join(hit.reasons)}")
        if name in owned:
            one = owned[name]
            say(f"  half or more owned by parties that carry the Affiliates rule: {SAID[one.carrying]}")
            say(f"  half or more owned by blocked persons (OFAC's 50 Percent Rule): {SAID[one.blocked]}")
            for step in one.steps:
                say(f"         {step}")
    told = ", ".join(f"{code} {count:,}" for code, count in sorted(screener.counts.items()))
    others: dict[str, list[str]] = {}
    for code, date in sorted(screener.dates.items()):
        if date != screener.date.isoformat():
            others.setdefault(date, []).append(code)
    apart = "".join(f" {', '.join(codes)} of {date}." for date, codes in others.items())
    say(f"\nAs for age, {age_said(screener.date, on)}.{apart} Held: {told}.")
    say("A hit is a name, not a person: clear it with the list's own entry at hand. This is no legal advice.")


def _count(hits: tuple[Hit, ...]) -> str:
    if not hits:
        return "no hit on the lists named below"
    stand = sum(hit.band == "decide" for hit in hits)
    return f"{stand} to act on, {len(hits) - stand} to clear"
