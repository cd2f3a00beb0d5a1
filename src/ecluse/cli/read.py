"""`ecluse read`: an article into proposed claims; nothing enters the evidence from here."""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import textwrap
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cli.common import BAD_EXIT, formatting, known, say, say_json
from ecluse.errors import InputError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecluse.press.article import Stamp
    from ecluse.press.folders import Seen
    from ecluse.press.numbers import Quantity
    from ecluse.press.proposal import Proposal
    from ecluse.reader import Read, Readable

MOST_BYTES = 64_000_000
# Articles that a new one is laid beside in a watch, to tell versions and rewrites of one story.
REMEMBERED = 50
# Reasons that name the relation and its claim themselves.
_TOLD = ("repeats ", "narrows ")
_COUNTED = {"documents": "documents read", "claims": "claims proposed", "refused": "refused"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="text, HTML, WARC, RSS or Atom; a folder of them; - for standard input"
    )
    parser.add_argument("--url", help="the address the article was found at")
    parser.add_argument("--published", metavar="T", help="when it was published: a day, or an instant with zone")
    parser.add_argument("--lang", metavar="L", help="the language: fr, en or zh (default: told from the text)")
    parser.add_argument("--strong", action="store_true", help="only claims whose sentence names all that is asked for")
    parser.add_argument("--furniture", action="store_true", help="show also what each line of the page was taken for")
    parser.add_argument(
        "--known", type=known, metavar="DATE-OR-INSTANT", help="relations to what was known by then (default: now)"
    )
    parser.add_argument(
        "--evidence", type=Path, action="append", default=[], metavar="FILE", help="claims beside those shipped"
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="write the proposals for `ecluse claims review`")
    parser.add_argument(
        "--table",
        type=Path,
        metavar="OUT",
        help="read Parquet or WARC folders in batch, write claims to this Parquet file",
    )
    parser.add_argument(
        "--spark", metavar="MASTER", help="with --table: read on Spark executors, such as local[2]; OUT is a folder"
    )
    parser.add_argument("--seen", type=Path, metavar="FILE", help="a list of items read before: each item is read once")
    parser.add_argument(
        "--watch",
        type=_seconds,
        nargs="?",
        const=5.0,
        metavar="SECONDS",
        help="look at folders and feeds again and again, every 5 seconds unless told; Ctrl-C stops",
    )
    parser.add_argument("--model", metavar="COMMAND", help="a program of yours that proposes claims: JSON in, JSON out")
    formatting(parser)
    parser.set_defaults(run=run)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        message = f"{text!r} is no number of seconds"
        raise argparse.ArgumentTypeError(message) from None


def run(options: argparse.Namespace) -> int:
    """Read articles and print what is proposed."""
    _asked(options)
    if options.table is not None:
        return _table(options)
    if options.watch is not None:
        return _watch(options)
    refused: list[SourceError] = []
    reads = list(_reads(options, refused))
    if options.to is not None:
        from ecluse.press.review import write_proposals  # noqa: PLC0415

        write_proposals(options.to, [(one.article, one.proposals) for one in reads])
    between = _pairs(reads)
    if options.format == "json" and (reads or not refused):
        told = [_data(one) for one in reads]
        say_json(told[0] if len(told) == 1 else {"articles": told, "between": between})
    elif options.format == "text":
        for one in reads:
            _tell(one, options)
        for row in between:
            say(_wrapped(f"{row['first']} and {row['second']}: {row['kind']}: {row['why']}"))
        if not reads and not refused:
            say(_nothing(options))
    sys.stderr.writelines(f"ecluse: {problem}\n" for problem in refused)
    if refused:
        return BAD_EXIT
    return 0 if any(one.proposals for one in reads) else 1


def _nothing(options: argparse.Namespace) -> str:
    if options.seen is not None and options.seen.exists():
        return f"Nothing new to read: {options.seen} has every item that was found."
    return "Nothing to read: no article, feed item or page is in what was named."


def _asked(options: argparse.Namespace) -> None:
    """Refuse what cannot be asked, before anything is read."""
    if options.watch is not None and options.table is not None:
        message = "--watch reads articles one by one and --table reads tables; leave one out."
        raise InputError(message)
    if options.spark is not None and options.table is None:
        message = "--spark reads tables: name with --table the Parquet folder that the claims go to."
        raise InputError(message)
    if options.url and len(options.files) > 1:
        message = "--url is the address of one article; several files were given."
        raise InputError(message)
    if options.url and not re.fullmatch(r"https?://[^\s/]+\S*", options.url):
        message = f"--url is {options.url!r}, expected an address such as https://example.org/story."
        raise InputError(message)
    if options.files.count("-") > 1:
        message = "Standard input can be read once; name - once."
        raise InputError(message)
    if options.lang is not None and options.lang not in ("fr", "en", "zh"):
        message = f"--lang is {options.lang!r}, expected fr, en or zh; leave it out and the text tells."
        raise InputError(message)


def _reads(options: argparse.Namespace, refused: list[SourceError]) -> Iterator[Read]:
    """Read what was named; of a folder's files one that cannot be read is put aside, and the others are read."""
    from ecluse.press.watching import Watch  # noqa: PLC0415
    from ecluse.reader import arrivals, items, remembered  # noqa: PLC0415

    seen = remembered(options.seen)
    several = "-" not in options.files and (len(options.files) > 1 or Path(options.files[0]).is_dir())
    if not several:
        for name in options.files:
            try:
                for item in items([name], _stdin, seen):
                    yield from _tried(item, options, seen, refused)
            except SourceError as problem:
                refused.append(problem)
        seen.keep()
        return
    for name in options.files:
        if not Path(name).exists():
            message = (
                f"{name}: cannot be opened (no such file or folder); name a file, a folder, or - for standard input."
            )
            raise SourceError(message)
    for arrival in arrivals(options.files, seen, Watch(float("-inf"))):
        if isinstance(arrival, SourceError):
            refused.append(arrival)
            continue
        yield from _tried(arrival, options, seen, refused)
    seen.keep()


def _tried(item: Readable, options: argparse.Namespace, seen: Seen, refused: list[SourceError]) -> Iterator[Read]:
    """Read an item; one that cannot be read is put aside and is tried again another time."""
    try:
        yield _read(item, options)
    except SourceError as problem:
        seen.refused(item.item)
        refused.append(problem)


def _read(item: Readable, options: argparse.Namespace) -> Read:
    from dataclasses import replace  # noqa: PLC0415

    from ecluse.reader import modelled  # noqa: PLC0415

    one = item.read(
        url=options.url,
        published=_published(options.published),
        language=options.lang,
        known=options.known,
        files=tuple(options.evidence),
    )
    if options.model:
        one = modelled(one, options.model)
    if options.strong:
        one = replace(one, proposals=tuple(row for row in one.proposals if row.strength == "strong"))
    return one


def _stdin() -> bytes:
    return sys.stdin.buffer.read(MOST_BYTES + 1)


def _published(text: str | None) -> Stamp | None:
    if text is None:
        return None
    from ecluse.press.stamps import stamps_in  # noqa: PLC0415

    found = next(stamps_in(text, "en"), None)
    if found is None:
        message = f"--published is {text!r}, expected a day or an instant such as 2026-01-23T11:57+08:00."
        raise InputError(message)
    return found


def _pairs(reads: list[Read]) -> list[dict[str, object]]:
    if len(reads) < 2:
        return []
    from ecluse.press.same import pairs  # noqa: PLC0415 - only several articles pay for it

    places = [one.article.source.place for one in reads]
    return [
        {"first": places[pair.first], "second": places[pair.second], "kind": pair.kind, "why": pair.why}
        for pair in pairs([(one.article, one.proposals) for one in reads])
    ]


def _data(one: Read) -> dict[str, object]:
    from ecluse.press.data_of import article_data, proposal_data  # noqa: PLC0415

    return {
        "article": article_data(one.article),
        "known": str(one.known),
        "claims": [proposal_data(row, one.article) for row in one.proposals],
        "digests": {"article": one.article.source.digest, "evidence": one.evidence_digest, "lexicon": _lexicon()},
    }


def _lexicon() -> str:
    from ecluse.press.lexicon import digest  # noqa: PLC0415

    return digest()


def _tell(one: Read, options: argparse.Namespace) -> None:
    """Print an article's metadata, what was left out, and every proposal with its place."""
    article = one.article
    say(article.title or article.source.place)
    told_in = f"{article.language} {article.script}".strip() + (", translated" if article.translated else "")
    digest = f"{article.source.size:,} bytes, sha256 {article.source.digest[:16]}"
    rows = {
        "published": article.published.written() if article.published else "not said",
        "updated": article.updated.written() if article.updated else None,
        "publisher": article.publisher or "not said",
        "original": article.original_publisher,
        "by": article.byline,
        "language": f"{told_in} (told by {article.language_by})",
        "source": f"{article.source.place}, {digest}, by {article.source.by}",
    }
    for name, value in rows.items():
        if value:
            say(_wrapped(f"  {name}: {value}"))
    for note in article.update_notes:
        say(_wrapped(f"  update note: {note}"))
    for note in article.notes:
        say(_wrapped(f"  note: {note}"))
    left = [line for line in article.lines if line.kind in ("menu", "share", "related", "disclaimer", "advert")]
    lines = "1 line" if len(left) == 1 else f"{len(left)} lines"
    say(_wrapped(f"  left out: {lines} ({_counts([line.kind for line in left])})"))
    if options.furniture:
        for line in article.lines:
            say(f"    {line.kind:11} {article.words(line)[:60]!r}: {line.why}")
    told = "1 claim" if len(one.proposals) == 1 else f"{len(one.proposals)} claims"
    say(f"\n{told} proposed, beside the evidence known by {one.known}; a person accepts them:\n")
    for row in one.proposals:
        _tell_claim(row, article.text)
    say("Nothing entered the evidence. `--to FILE` keeps the proposals, `ecluse claims review FILE` walks them.")


def _counts(kinds: list[str]) -> str:
    told = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    return ", ".join(told) or "none"


def _tell_claim(row: Proposal, text: str) -> None:
    holder = row.holder.attribution
    who = ", ".join(str(part) for part in (holder.name, holder.role, holder.described_as) if part)
    count = f", {holder.count} sources" if holder.count else ""
    carried = ", carried" if row.holder.carried_from is not None else ""
    stance = f"{row.gate}, {row.modality}{', no' if row.polarity == 'no' else ''}, {row.strength}"
    head = f"{row.id} [{stance}] {row.act.replace('_', ' ')}"
    prior = " (what earlier reports held)" if row.prior else ""
    say(head + prior)
    say(_wrapped(f"vouched for by {holder.kind.replace('_', ' ')}{': ' + who if who else ''}{count}{carried}", "    "))
    parts = {
        "actor": row.actor,
        "whom": ", ".join(row.subjects),
        "chips": ", ".join(row.products)
        + (f" ({row.products_from})" if row.products and row.products_from != "sentence" else ""),
        "number": "; ".join(_number(one) for one in row.quantities),
        "about": None
        if row.about is None
        else f"{row.about.start or '...'} to {row.about.end or '...'} ({row.about.precision}: {row.about.text})",
    }
    told = "; ".join(f"{name}: {value}" for name, value in parts.items() if value)
    if told:
        say(_wrapped(told, "    "))
    start, end = row.span
    quote = text[start:end].strip().replace("\n", " ")
    say(_wrapped(f"at {start} to {end}: {quote}", "    "))
    for other in row.alternatives:
        say(_wrapped(f"or {other.field}: {other.value}, as {other.why}", "    "))
    for link in row.links:
        told = f"{link.kind.replace('_', ' ')} {link.target}: {link.why}"
        say(_wrapped(link.why if link.why.startswith(_TOLD) else told, "    "))
    say("")


def _number(one: Quantity) -> str:
    """Tell a quantity as people write it: separators, its bound, its unit, and whether it is meant for each."""
    bound = one.value
    if bound is None:
        return "not fixed by anybody"
    sides = [f"{side:,}" for side in (bound.low, bound.high) if side is not None]
    qualifier = "" if one.qualifier in ("exact", "range", "order of magnitude") else f"{one.qualifier} "
    figure = f"{qualifier}{sides[0] if bound.exact is not None else ' to '.join(sides)}"
    return f"{figure} {one.unit}{' each' if one.each else ''}"


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text.strip(),
        100,
        initial_indent=indent or "  " if text.startswith("  ") else indent,
        subsequent_indent=f"{indent}    ",
    )


def _table(options: argparse.Namespace) -> int:
    """Read folders of Parquet or WARC in batch; rows in and out are counted and told."""
    try:
        from ecluse.reader import table  # noqa: PLC0415

        done = table([Path(name) for name in options.files], options.table, options.spark)
    except ImportError as problem:
        message = f"--table needs {problem.name}; install it with pip install 'ecluse[press]'."
        raise SourceError(message) from None
    counts = ", ".join(f"{done[name]:,} {word}" for name, word in _COUNTED.items())
    say(f"{counts}, written to {options.table}")
    return 0


@dataclass
class Counts:
    """What a watch has done."""

    read: int = 0
    claims: int = 0
    refused: int = 0


def _watch(options: argparse.Namespace) -> int:
    """Look every so many seconds; end cleanly on SIGINT or SIGTERM, with what was read kept in `--seen`."""
    from ecluse.press.watching import Watch  # noqa: PLC0415 - only a watch pays for it
    from ecluse.reader import arrivals, remembered  # noqa: PLC0415

    _watchable(options)
    seen, looks = remembered(options.seen), Watch(options.watch)
    if options.seen is None:
        sys.stderr.write("ecluse: without --seen FILE a new start reads every item again.\n")
    counts, stop = Counts(), threading.Event()
    recent: deque[Read] = deque(maxlen=REMEMBERED)
    before = [signal.signal(sign, lambda *_: stop.set()) for sign in (signal.SIGINT, signal.SIGTERM)]
    try:
        while not stop.is_set():
            for arrival in _until(stop, arrivals(options.files, seen, looks)):
                if not _one(arrival, options, counts, recent) and not isinstance(arrival, SourceError):
                    seen.refused(arrival.item)
                # After it was told, so that nothing is lost: who is cut off in between reads one item twice.
                seen.keep()
            stop.wait(options.watch)
    finally:
        for sign, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(sign, handler)
    told = f"{counts.read:,} articles read, {counts.claims:,} claims proposed, {counts.refused:,} refused"
    sys.stderr.write(f"ecluse: stopped; {told}.\n")
    return 0


def _watchable(options: argparse.Namespace) -> None:
    for name in options.files:
        if name == "-" or not Path(name).exists():
            message = f"--watch needs folders or files that are there, and {name!r} is none."
            raise InputError(message)
    if not 0 < options.watch <= 86_400:
        message = f"--watch is {options.watch:g}, expected the seconds between two looks, up to 86,400."
        raise InputError(message)


def _until(stop: threading.Event, arrivals: Iterator[Readable | SourceError]) -> Iterator[Readable | SourceError]:
    for arrival in arrivals:
        yield arrival
        if stop.is_set():
            return


def _one(arrival: Readable | SourceError, options: argparse.Namespace, counts: Counts, recent: deque[Read]) -> bool:
    """Read one arrival and tell it; what cannot be read is told on standard error, and the watch goes on."""
    try:
        if isinstance(arrival, SourceError):
            raise arrival
        one = _read(arrival, options)
    except SourceError as problem:
        counts.refused += 1
        sys.stderr.write(f"ecluse: {problem}\n")
        return False
    counts.read += 1
    counts.claims += len(one.proposals)
    if options.to is not None:
        from ecluse.press.review import write_proposals  # noqa: PLC0415

        write_proposals(options.to, [(one.article, one.proposals)], add=True)
    place = one.article.source.place
    recent.append(one)
    between = [row for row in _pairs(list(recent)) if row["first"] == place]
    if options.format == "json":
        say(json.dumps({**_data(one), "between": between}, ensure_ascii=False))
    else:
        _tell(one, options)
        for row in between:
            say(_wrapped(f"{row['first']} and {row['second']}: {row['kind']}: {row['why']}"))
    sys.stdout.flush()
    return True
