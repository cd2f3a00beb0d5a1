"""An article beside the catalogue and the evidence: where the reader meets the other rooms.

The reader proposes. Chips are those of the catalogue, firms and authorities those of the evidence,
relations are proposed to the claims known by a day. Nothing enters the evidence from here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from ecluse import chips, evidence
from ecluse.dates import Known
from ecluse.errors import SourceError
from ecluse.evidence import policy
from ecluse.press.folders import Item, Seen, gathered, remembered
from ecluse.press.lexicon import LANGUAGES, Name, load
from ecluse.press.propose import propose
from ecluse.press.relate import Ground, related
from ecluse.press.review import Outcome, claims_toml, log_toml, read_proposals, settled, undecided, walk
from ecluse.press.sources import article_from
from ecluse.press.watching import arrivals as arrived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyarrow import RecordBatch

    from ecluse.press.article import Article, Stamp
    from ecluse.press.proposal import Proposal
    from ecluse.press.review import Table
    from ecluse.press.watching import Watch

__all__ = [
    "Read",
    "Readable",
    "arrivals",
    "chip_names",
    "items",
    "judged",
    "map_batches",
    "modelled",
    "proposed",
    "read",
    "remembered",
    "review",
    "table",
]

# Models whose names are words or too short to be told from other things in a text.
_TOO_COMMON = 2


@dataclass(frozen=True)
class Read:
    """An article with what is proposed from it, beside the evidence known by then."""

    article: Article
    proposals: tuple[Proposal, ...]
    known: Known
    evidence_digest: str


@lru_cache(maxsize=1)
def chip_names() -> tuple[Name, ...]:
    """Give the catalogue's chips as names to find: model, model with maker's word, aliases."""
    found: dict[str, list[str]] = {}
    for row in chips.load().rows.values():
        model = str(row.table.get("model", ""))
        names = row.table.get("names")
        listed = [str(name) for name in names] if isinstance(names, list) else []
        kept = found.setdefault(model, list(_spellings(model)))
        kept += [name for name in listed if any(sign.isdigit() for sign in name) and len(name) > _TOO_COMMON]
    usable = {
        model: names for model, names in found.items() if any(sign.isdigit() for sign in model) and len(model) > 1
    }
    return tuple(Name(model, "chip", tuple(dict.fromkeys(names))) for model, names in usable.items())


def _spellings(model: str) -> Iterator[str]:
    """Give a model as reports write it: without the maker's series, without brackets, its last letter joined."""
    plain = re.sub(r"\s*\(.*\)", "", model)
    short = re.sub(r"^(?:GeForce|Instinct|Quadro|Radeon|Tesla|Data Center GPU)\s+", "", plain)
    for one in dict.fromkeys((model, plain, short)):
        if any(sign.isdigit() for sign in one) and (len(one) > _TOO_COMMON or one == model):
            yield one
            yield re.sub(r"(\d) ([A-Z])\b", r"\1\2", one)


@lru_cache(maxsize=8)
def ground(known: Known, files: tuple[Path, ...] = ()) -> tuple[Ground, str]:
    """Give what relations are proposed to: the claims known by then, and what their words mean."""
    base = evidence.load(files)
    acts = base.words.acts
    open_from = policy.STATES.index("preliminary")
    shut_to = policy.STATES.index("hold_orders")
    ranks = {name: policy.STATES.index(act.state) for name, act in acts.items() if act.state}
    return (
        Ground(
            claims=base.as_of(known),
            let=frozenset(name for name, rank in ranks.items() if rank >= open_from),
            shut=frozenset(name for name, rank in ranks.items() if rank <= shut_to),
            product=base.words.product_keys,
            firm=base.words.firm,
        ),
        base.digest,
    )


def read(
    raw: bytes,
    place: str,
    *,
    url: str | None = None,
    published: Stamp | None = None,
    language: str | None = None,
    known: Known | None = None,
    files: tuple[Path, ...] = (),
    relate: bool = True,
) -> Read:
    """Read one article and propose claims. Raises SourceError for what cannot be read."""
    article = article_from(raw, place, url=url, published=published, language=language)
    by = known or Known(instant=dt.datetime.now(dt.UTC).replace(microsecond=0))
    return proposed(article, by, files, relate=relate)


def proposed(article: Article, known: Known, files: tuple[Path, ...] = (), *, relate: bool = True) -> Read:
    """Propose claims from an article that was already taken out of its page."""
    if article.language not in LANGUAGES:
        return Read(article, (), known, "")
    found = propose(article, load(article.language, chip_names()))
    if not relate:
        return Read(article, found, known, "")
    laid, digest = ground(known, files)
    # What is read cannot be opposed to itself: claims that were made from this very text are left out.
    others = tuple(claim for claim in laid.claims if claim.article != article.source.digest)
    return Read(article, related(found, article, replace(laid, claims=others)), known, digest)


def items(names: Sequence[str], stdin: Callable[[], bytes], seen: Seen) -> Iterator[Readable]:
    """Give what files, folders, feeds and archives hold, ready to be read, each once."""
    return (Readable(item) for item in gathered(names, stdin, seen))


def arrivals(names: Sequence[str], seen: Seen, looks: Watch) -> Iterator[Readable | SourceError]:
    """Take one look at folders and feeds: give what arrived since the last, and why a file cannot be read."""
    for one in arrived(names, seen, looks):
        yield one if isinstance(one, SourceError) else Readable(one)


@dataclass(frozen=True)
class Readable:
    """An item that waits to be read; what its carrier says of it stands unless the caller says otherwise."""

    item: Item

    def read(
        self,
        *,
        url: str | None = None,
        published: Stamp | None = None,
        language: str | None = None,
        known: Known | None = None,
        files: tuple[Path, ...] = (),
    ) -> Read:
        """Read it. Raises SourceError."""
        one = self.item
        return read(
            one.raw,
            one.place,
            url=url or one.url,
            published=published or one.published,
            language=language,
            known=known,
            files=files,
        )


def modelled(one: Read, command: str) -> Read:
    """Add what a model of the user's proposes; what it quotes and the text does not hold is left out, and told."""
    from ecluse.press.model import asked  # noqa: PLC0415 - only those with a model pay for it

    lexicon = load(one.article.language, chip_names())
    found, dropped = asked(one.article, lexicon, command, evidence.load().words.acts)
    note = f"the model proposed {len(found)} claims; {dropped} more quoted words that the text does not hold"
    article = replace(one.article, notes=(*one.article.notes, note))
    return replace(one, article=article, proposals=(*one.proposals, *found))


def map_batches(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
    """Read documents in Arrow batches into claims in Arrow batches.

    Spark takes it as it is: `df.mapInArrow(map_batches, schema)`.

    Columns in: one of html, text, content, raw, body; url, published, language where they are known.
    Columns out: `ecluse.press.table.SCHEMA`. Relations are not proposed: they need the evidence of a day.
    """
    from ecluse.press.table import mapped  # noqa: PLC0415 - needs the extra

    return mapped(batches, _reading)


def _reading(
    raw: bytes, place: str, url: str | None, published: Stamp | None, language: str | None
) -> tuple[Article, tuple[Proposal, ...]]:
    one = read(raw, place, url=url, published=published, language=language, relate=False)
    return one.article, one.proposals


def table(paths: Sequence[Path], to: Path, spark: str | None = None) -> dict[str, int]:
    """Read folders or files of Parquet and WARC in batch, here or on Spark; write claims to Parquet.

    On Spark `to` becomes a folder of parts. Gives how many documents were read and refused, claims proposed.
    Raises SourceError, and InputError without Spark.
    """
    from ecluse.press.table import archive_batches, parquet_batches, write  # noqa: PLC0415 - needs the extra

    # What was written before is not read again when it lies in the folder that is read.
    files = [
        one
        for path in paths
        for one in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if to not in (one, *one.parents)
    ]
    parquet = [one for one in files if one.suffix == ".parquet" and not one.is_dir()]
    archives = [one for one in files if one.name.endswith((".warc", ".warc.gz"))]
    if not parquet and not archives:
        message = (
            f"{', '.join(map(str, paths))}: no .parquet, .warc or .warc.gz file there; name a file or a folder of them."
        )
        raise SourceError(message)
    if spark is not None:
        from ecluse.press.spread import spread  # noqa: PLC0415 - only this way pays for it

        return spread(parquet, archives, to, spark, map_batches)
    return write(map_batches(chain(parquet_batches(parquet), archive_batches(archives))), to)


def review(
    proposals: Path,
    to: Path,
    who: str,
    ask: Callable[[str], str],
    tell: Callable[[str], None],
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Outcome:
    """Walk proposals with a person; add what is accepted to a claims file, and every verdict to its log.

    The claims file is read by `--evidence`. Nothing is written that the evidence would refuse: the new file
    is read beside the shipped claims before it takes the old one's place. Raises SourceError.
    """
    rows = read_proposals(proposals)
    if not to.absolute().parent.is_dir():
        message = f"{to}: cannot be written (its folder is not there); name another file with --to."
        raise SourceError(message)
    left = undecided(rows, _log(to))
    if len(left) < len(rows):
        tell(f"{len(rows) - len(left)} of {len(rows)} proposals were decided before, in {_log(to)}.")
    return judged(left, to, who, ask, tell, now, each=True)


def _log(to: Path) -> Path:
    return to.with_name(f"{to.stem}.review.toml")


def judged(
    rows: Sequence[tuple[Table, Table]],
    to: Path,
    who: str,
    ask: Callable[[str], str],
    tell: Callable[[str], None],
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    *,
    each: bool = False,
) -> Outcome:
    """Walk proposals that were read already, each with its article: what `review` does with a file of them.

    With `each` every claim is laid before the evidence as it is accepted, so that one that would be refused is
    asked for again and costs no other.
    """
    base = evidence.load()
    log = _log(to)
    before = to.read_text(encoding="utf-8") if to.exists() else "# Claims accepted by a person from articles.\n"

    def fault(claims: list[Table]) -> str | None:
        try:
            _draft(to, before, settled(claims)).unlink()
        except SourceError as problem:
            return str(problem)
        return None

    outcome = walk(rows, who, ask, tell, base.words.acts, now, fault if each else lambda _: None)
    if outcome.claims:
        try:
            draft = _draft(to, before, outcome.claims)
        except SourceError as problem:
            message = f"{to}: nothing was written, as the evidence would refuse it: {problem}"
            raise SourceError(message) from None
        draft.replace(to)
    if outcome.verdicts:
        with log.open("a", encoding="utf-8") as file:
            file.write(log_toml(outcome.verdicts) + "\n")
    return outcome


def _draft(to: Path, before: str, claims: list[Table]) -> Path:
    """Write claims beside their file and lay them before the evidence. Raises SourceError, and leaves nothing then."""
    text = f"{before}\n{claims_toml(claims)}"
    # Named for its content, as what was read from a path once is remembered.
    draft = to.with_name(f".{to.name}.{hashlib.sha256(text.encode()).hexdigest()[:12]}.toml")
    try:
        draft.write_text(text, encoding="utf-8")
    except OSError as problem:
        message = f"{to}: cannot be written ({problem.strerror or problem})."
        raise SourceError(message) from None
    try:
        evidence.load((draft,))
    except SourceError as problem:
        draft.unlink()
        raise SourceError(str(problem).replace(str(draft), str(to))) from None
    return draft
