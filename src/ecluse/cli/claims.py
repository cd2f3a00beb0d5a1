"""`ecluse claims`: who said what, when, and what stands against it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse import evidence
from ecluse.claim import CLAIM_GATES
from ecluse.cli.common import day, formatting, known, say, say_json
from ecluse.dates import Known, day_of
from ecluse.engine.data import bound_data
from ecluse.errors import InputError, nearest
from ecluse.evidence import board

if TYPE_CHECKING:
    import argparse

    from ecluse.claim import Claim

COLUMNS = ("id", "reported", "age_days", "gate", "act", "attribution", "publisher", "subjects", "products", "statement")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = verbs.add_parser("list", help="the claims, newest first")
    rows.add_argument("--gate", choices=CLAIM_GATES, help="only claims about this gate")
    rows.add_argument("--since", type=day, metavar="DATE", help="only claims reported on that day or later")
    _known(rows)
    formatting(rows, "csv")
    rows.set_defaults(run=listing, subject=None)
    about = verbs.add_parser("about", help="the claims about a chip, a firm or an authority")
    about.add_argument("subject", metavar="SUBJECT")
    about.add_argument("--gate", choices=CLAIM_GATES, help="only claims about this gate")
    about.add_argument("--since", type=day, metavar="DATE", help="only claims reported on that day or later")
    _known(about)
    formatting(about, "csv")
    about.set_defaults(run=listing)
    one = verbs.add_parser("show", help="one claim with its versions, relations and support")
    one.add_argument("id", metavar="ID")
    _known(one)
    formatting(one)
    one.set_defaults(run=show)
    boards = verbs.add_parser("board", help="open parameters, contradictions, forecasts past their day")
    _known(boards)
    formatting(boards)
    boards.set_defaults(run=show_board)
    walks = verbs.add_parser("review", help="walk proposals of `ecluse read --to`: accept, mend, reject")
    walks.add_argument("proposals", type=Path, metavar="PROPOSALS", help="the file that `ecluse read FILE --to` wrote")
    walks.add_argument("--to", type=Path, required=True, metavar="FILE", help="the claims file that --evidence reads")
    walks.add_argument("--who", required=True, metavar="NAME", help="who decides; kept with every verdict")
    walks.set_defaults(run=review)


def _known(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--known", type=known, metavar="DATE-OR-INSTANT", help="as known by then (default: now)")
    parser.add_argument("--on", type=day, metavar="DATE", help="as known through that day, where --known is not given")
    parser.add_argument(
        "--evidence", type=Path, action="append", default=[], metavar="FILE", help="claims beside those shipped"
    )


def _when(options: argparse.Namespace) -> Known:
    if options.known is not None:
        return Known(day=options.known.day, instant=options.known.instant)
    return Known(day=options.on or day_of(dt.datetime.now(dt.UTC), "importer"))


def listing(options: argparse.Namespace) -> int:
    """List claims."""
    base, by = evidence.load(tuple(options.evidence)), _when(options)
    rows = board.select(base, by.at("importer"), subject=options.subject, gate=options.gate, since=options.since)
    last = by.last_day("importer")
    if options.format == "json":
        say_json([claim_data(base, claim, by) for claim in rows])
    elif options.format == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for claim in rows:
            data = claim_data(base, claim, by) | {"attribution": claim.attribution.kind}
            cells = ((name, data[name]) for name in COLUMNS)
            writer.writerow({name: "; ".join(cell) if isinstance(cell, list) else cell for name, cell in cells})
        say(out.getvalue())
    else:
        for claim in rows:
            say(_line(claim, last))
        kinds = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in board.ladder(rows).items())
        count = board.independent_sources(rows)
        say(f"\n{len(rows)} claims known by {by}, {count} independent sources. By who vouches: {kinds or 'none'}.")
    return 0 if rows or options.subject is None else 1


def _line(claim: Claim, last: dt.date) -> str:
    age = (last - evidence.day_of_report(claim)).days
    head = f"{claim.id} {claim.reported} [{claim.gate}, {claim.attribution.kind.replace('_', ' ')}, {age} days old] "
    return "\n".join(textwrap.wrap(head + claim.statement, 100, subsequent_indent="    "))


def claim_data(base: evidence.Base, claim: Claim, by: Known) -> dict[str, object]:
    """Give a claim as data, with the relations known by then."""
    attribution = claim.attribution
    moment = by.at("importer")
    return {
        "id": claim.id,
        "chain": claim.chain,
        "version": claim.version,
        "reported": claim.reported,
        "place": claim.place,
        "age_days": (by.last_day("importer") - evidence.day_of_report(claim)).days,
        "about": None if claim.about is None else [day.isoformat() for day in claim.about],
        "publisher": claim.publisher,
        "attribution": {
            name: value
            for name in ("kind", "name", "role", "count", "described_as")
            if (value := getattr(attribution, name)) is not None
        },
        "authorities": list(claim.authorities),
        "subjects": list(claim.subjects),
        "mentions": list(claim.mentions),
        "products": list(claim.products),
        "gate": claim.gate,
        "act": claim.act,
        "state": base.words.acts[claim.act].state,
        "statement": claim.statement,
        "numbers": [
            {
                "what": one.what,
                "value": bound_data(one.value),
                "unit": one.unit,
                "qualifier": one.qualifier,
            }
            for one in claim.numbers
        ],
        "due": None if claim.due is None else claim.due.isoformat(),
        "parameters": list(claim.parameters),
        "language": claim.language,
        "translated": claim.translated,
        "quality": claim.quality,
        "relations": [
            {"type": one.kind, "target": one.target, "why": one.why}
            for one in claim.relations
            if base.claims[one.target].known_from <= moment
        ],
        "seed": list(claim.seed),
        "seen_at": list(claim.seen_at),
        "note": claim.note,
        "remark": claim.remark,
    }


def show(options: argparse.Namespace) -> int:
    """Show one claim."""
    base, by = evidence.load(tuple(options.evidence)), _when(options)
    claim = base.claims.get(options.id)
    if claim is None or claim.known_from > by.at("importer"):
        hint = nearest(options.id, base.claims) if claim is None else " It was not known by then."
        say(f"No claim {options.id!r} is known.{hint} `ecluse claims list` names all.")
        return 1
    moment = by.at("importer")
    if options.format == "json":
        data = claim_data(base, claim, by)
        data["versions"] = [one.id for one in board.chain(base, claim, moment)]
        data["independent_sources"] = board.independent_sources(board.support(base, claim, moment))
        say_json(data)
        return 0
    say(_line(claim, by.last_day("importer")))
    who = claim.attribution
    parts = (who.name, who.role, f"{who.count} sources" if who.count else None, who.described_as)
    told = ", ".join(part for part in parts if part) or "not said"
    say(f"  {claim.publisher}; vouched for by {who.kind.replace('_', ' ')}: {told}")
    say(f"  story {claim.chain}; versions {', '.join(one.id for one in board.chain(base, claim, moment))}")
    for one in claim.relations:
        if base.claims[one.target].known_from <= moment:
            say(f"  {one.kind.replace('_', ' ')} {one.target}{f': {one.why}' if one.why else ''}")
    for kind, source in base.inbound.get(claim.id, ()):
        if base.claims[source].known_from <= moment:
            say(f"  {source} {kind.replace('_', ' ')} this")
    count = board.independent_sources(board.support(base, claim, moment))
    say(f"  independent sources, with those that confirm it: {count}")
    for place in claim.seen_at:
        say(f"  seen at {place}")
    if claim.note:
        say(textwrap.fill(f"note: {claim.note}", 100, initial_indent="  ", subsequent_indent="  "))
    return 0


def show_board(options: argparse.Namespace) -> int:
    """Show what is open, what is contradicted, and which forecasts are past their day."""
    base, by = evidence.load(tuple(options.evidence)), _when(options)
    moment, last = by.at("importer"), by.last_day("importer")
    open_ones = board.open_parameters(base, moment)
    opposed = board.contradictions(base, moment)
    ahead = board.forecasts(base, moment, last)
    if options.format == "json":
        say_json(
            {
                "known": str(by),
                "open": [fields(one) for one in open_ones],
                "contradictions": [fields(one) for one in opposed],
                "forecasts": [fields(one) for one in ahead],
            }
        )
        return 0
    say(f"Open parameters, as known by {by}: reports speak of them, nobody has fixed them")
    for one in open_ones:
        when = f"open since {one.first}, last seen open {one.last} ({', '.join(one.claims)})"
        when = when if one.claims else "open for the H200"
        say(textwrap.fill(f"- {one.name}: {one.ask} {when}", 100, subsequent_indent="    "))
        for other in one.other_scopes:
            say(textwrap.fill(f"set for another scope, {other}", 100, initial_indent="    ", subsequent_indent="    "))
    say("\nContradictions")
    for row in opposed:
        why = f" ({row.why})" if row.why else ""
        say(
            textwrap.fill(
                f"- {row.claim} {row.kind} {row.opposed}{why}: {row.resolved_by}", 100, subsequent_indent="    "
            )
        )
    say("\nForecasts")
    for item in ahead:
        state = "past due" if item.past_due else "not yet due"
        borne = (
            f"; reports since: {', '.join(item.borne_out_by)}"
            if item.borne_out_by
            else "; nothing reported bears it out"
        )
        say(
            textwrap.fill(
                f"- {item.claim} due {item.due}, {state}{borne}. {item.statement}", 100, subsequent_indent="    "
            )
        )
    return 0


def fields(record: object) -> dict[str, object]:
    """Give a record of the board as data."""
    names = getattr(type(record), "__slots__", ())
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def review(options: argparse.Namespace) -> int:
    """Walk proposals with a person at the terminal; only what he accepts is written."""
    from ecluse import reader  # noqa: PLC0415 - only this verb pays for the reader

    if not options.who.strip():
        message = "--who is empty; name who decides, as it is kept with every verdict."
        raise InputError(message)
    done = reader.review(options.proposals, options.to, options.who, input, say)
    claims, verdicts = len(done.claims), len(done.verdicts)
    say(
        f"\n{claims} claim{'' if claims == 1 else 's'} written to {options.to}, "
        f"{verdicts} verdict{'' if verdicts == 1 else 's'} beside it."
    )
    return 0
