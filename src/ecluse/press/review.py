"""Proposals walked by a person: accept, mend, reject, with who and why; accepted ones become claims in TOML.

The file of proposals quotes the clause that each rests on, for the person who reviews it. The claims file
does not: the evidence holds statements in our words, the digest of the article and the place in it.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.press.data_of import article_data, proposal_data

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from ecluse.press.article import Article
    from ecluse.press.proposal import Proposal

Table = dict[str, object]
# Fields that a reviewer may mend, and how each is written.
MENDABLE = {
    "act": "a word of the evidence's acts",
    "gate": "import, export, supply, market, tariff, meta",
    "statement": "the statement in your words",
    "reported": "a day, or an instant with zone",
    "publisher": "the outlet",
    "place": "a zone such as Asia/Shanghai",
    "subjects": "names, separated by commas",
    "products": "chips, separated by commas",
    "authorities": "names, separated by commas",
    "attribution": "a kind such as press or anonymous_sources",
    "holder": "a name",
}
_LISTS = ("subjects", "products", "authorities")
VERDICTS = {"a": "accept", "m": "mend", "r": "reject", "s": "skip", "q": "quit"}


_PROPOSALS = "# Proposals of the reader. Nothing here is evidence: `ecluse claims review` walks them.\n"


def write_proposals(path: Path, read: Sequence[tuple[Article, tuple[Proposal, ...]]], *, add: bool = False) -> None:
    """Write proposals as TOML, one table each, beside what their article says of itself.

    With `add` they stand after those that the file holds already. Raises SourceError.
    """
    parts = []
    for article, proposals in read:
        parts.append("[[article]]\n" + _toml(article_data(article)))
        parts += ["[[article.proposal]]\n" + _toml(proposal_data(one, article)) for one in proposals]
    try:
        held = add and path.exists()
        with path.open("a" if held else "w", encoding="utf-8") as file:
            file.write("\n".join(["" if held else _PROPOSALS, *parts]))
    except OSError as problem:
        message = f"{path}: cannot be written ({problem.strerror or problem})."
        raise SourceError(message) from None


def read_proposals(path: Path) -> list[tuple[Table, Table]]:
    """Read a file of proposals: each with its article. Raises SourceError for another file."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        message = f"{path}: no file of proposals ({problem}); write one with `ecluse read FILE --to {path}`."
        raise SourceError(message) from None
    rows = [(article, one) for article in table.get("article", ()) for one in article.get("proposal", ())]
    return checked(rows, str(path))


def checked(rows: list[tuple[Table, Table]], path: str) -> list[tuple[Table, Table]]:
    """Give proposals that can be walked. Raises SourceError."""
    for _, one in rows:
        missing = [name for name in ("id", "act", "gate", "holder", "quote", "span") if name not in one]
        if missing:
            message = (
                f"{path}: a proposal lacks {', '.join(missing)}; write the file with `ecluse read FILE --to {path}`."
            )
            raise SourceError(message)
    if not rows:
        message = f"{path}: holds no proposals; write some with `ecluse read FILE --to {path}`."
        raise SourceError(message)
    return rows


def undecided(rows: list[tuple[Table, Table]], log: Path) -> list[tuple[Table, Table]]:
    """Leave out proposals that the log holds a verdict on. Raises SourceError for a log that cannot be read."""
    if not log.exists():
        return rows
    try:
        held = tomllib.loads(log.read_text(encoding="utf-8")).get("verdict", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        message = f"{log}: the verdicts so far cannot be read ({problem}); mend the file, or name another with --to."
        raise SourceError(message) from None
    told = {(str(row.get("sha256")), str(row.get("proposal"))) for row in _tables(held)}
    return [(article, one) for article, one in rows if (str(article.get("sha256")), str(one["id"])) not in told]


@dataclass(frozen=True)
class Verdict:
    """What a person decided on one proposal."""

    proposal: str
    sha256: str
    verdict: str
    who: str
    when: str
    why: str
    claim: str | None = None
    mended: tuple[str, ...] = ()


@dataclass
class Outcome:
    """Accepted claims and all verdicts of one walk."""

    claims: list[Table] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)


def walk(
    rows: Iterable[tuple[Table, Table]],
    who: str,
    ask: Callable[[str], str],
    tell: Callable[[str], None],
    acts: Mapping[str, object],
    now: Callable[[], dt.datetime],
    fault: Callable[[list[Table]], str | None] = lambda _: None,
) -> Outcome:
    """Walk proposals one by one; whatever is not accepted stays out. An end of input, or Ctrl-C, quits.

    `fault` says why the evidence would refuse the claims so far: then the last is asked for again.
    """
    outcome = Outcome()
    listed = list(rows)
    for number, (article, one) in enumerate(listed, 1):
        claim = claim_of(article, one)
        tell(f"\n{number} of {len(listed)}: {_shown(one, claim)}")
        verdict, why, mended = _decide(claim, ask, tell, acts, partial(fault, [*outcome.claims, claim]))
        if verdict == "quit":
            tell(f"Stopped; {len(listed) - number + 1} proposals are left as they were.")
            break
        if verdict == "skip":
            continue
        accepted = verdict in ("accept", "mend")
        if accepted:
            done = f"mended {', '.join(mended)}" if mended else "accepted"
            claim["note"] = f"{claim['note']}; {done} by {who} on {now().date()}{f': {why}' if why else ''}"
            outcome.claims.append(claim)
        outcome.verdicts.append(
            Verdict(
                str(one["id"]),
                str(article.get("sha256")),
                verdict,
                who,
                now().isoformat(timespec="seconds"),
                why,
                str(claim["id"]) if accepted else None,
                tuple(mended),
            )
        )
    _settle_relations(outcome.claims)
    return outcome


def _shown(one: Table, claim: Table) -> str:
    lines = [
        f"{one['id']} {one['act']} [{one['gate']}, {one.get('modality')}, {one.get('strength')}]",
        f"  says: {one['quote']}",
    ]
    lines.append(f"  claim: {claim['statement']}")
    lines += [f"  {name}: {claim[name]}" for name in ("reported", "publisher") if claim.get(name)]
    lines.append(f"  vouched for by {_vouched(claim['attribution'])}")
    lines += [
        f"  or {other['field']}: {other['value']}, as {other['why']}" for other in _tables(one.get("alternatives"))
    ]
    lines += [f"  {link['type']} {link['target']}: {link['why']}" for link in _tables(one.get("relations"))]
    return "\n".join(lines)


def _vouched(attribution: object) -> str:
    """Say an attribution in words: kind, name, role, how many."""
    told = attribution if isinstance(attribution, dict) else {}
    kind = str(told.get("kind", "nobody")).replace("_", " ")
    who = ", ".join(str(told[name]) for name in ("name", "role", "described_as") if told.get(name))
    count = f" ({told['count']} of them)" if told.get("count") else ""
    return f"{kind}{': ' + who if who else ''}{count}"


def _tables(value: object) -> list[Table]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _decide(
    claim: Table,
    ask: Callable[[str], str],
    tell: Callable[[str], None],
    acts: Mapping[str, object],
    fault: Callable[[], str | None],
) -> tuple[str, str, list[str]]:
    """Ask for a verdict until one is clear; a rejection and a mending have a reason."""
    mended: list[str] = []
    while True:
        try:
            word = ask("accept, mend, reject, skip, quit [a/m/r/s/q]? ").strip().lower()[:1]
            if word not in VERDICTS:
                tell("a, m, r, s or q.")
                continue
            verdict = VERDICTS[word]
            if verdict == "mend":
                mended += _mend(claim, ask, tell, acts)
                continue
            if verdict == "accept" and claim.get("reported") is None:
                tell("The article's day is not known: mend reported first.")
                continue
            problem = fault() if verdict == "accept" else None
            if problem is not None:
                tell(f"The evidence would refuse it: {problem} Mend it, or skip it.")
                continue
            why = ""
            while verdict == "reject" and not why:
                why = ask("why? ").strip()
            if verdict == "accept":
                why = ask("why (may be empty)? ").strip()
                verdict = "mend" if mended else "accept"
        except (EOFError, KeyboardInterrupt):
            return "quit", "", []
        return verdict, why, mended


def _mend(
    claim: Table, ask: Callable[[str], str], tell: Callable[[str], None], acts: Mapping[str, object]
) -> list[str]:
    text = ask(f"field = value ({', '.join(MENDABLE)}): ")
    name, _, value = (part.strip() for part in text.partition("="))
    if name not in MENDABLE or not value:
        tell("Expected one of: " + "; ".join(f"{key} ({how})" for key, how in MENDABLE.items()))
        return []
    if name == "act" and value not in acts:
        tell(f"{value!r} is no act of the evidence.")
        return []
    if name in _LISTS:
        claim[name] = [part.strip() for part in value.split(",") if part.strip()]
    elif name == "attribution":
        claim[name] = {"kind": value}
    else:
        claim[name] = value
    return [name]


def claim_of(article: Table, one: Table) -> Table:
    """Make the claim that a proposal would become. What the article does not say stays out."""
    digest = str(article.get("sha256", ""))
    published = article.get("published")
    stamp = published if isinstance(published, dict) else {}
    holder = one["holder"] if isinstance(one["holder"], dict) else {}
    about = one.get("about") if isinstance(one.get("about"), dict) else {}
    outlet = article.get("original_publisher") or article.get("publisher") or "not said"
    carried = article.get("publisher")
    span = one["span"] if isinstance(one["span"], list) else []
    claim: Table = {
        "id": f"{digest[:6]}-{one['id']}",
        "version": 1,
        "reported": stamp.get("instant") or stamp.get("day"),
        "place": "America/New_York" if one["gate"] in ("export", "tariff") else "Asia/Shanghai",
        "publisher": f"{outlet}, carried by {carried}" if carried and carried != outlet else str(outlet),
        "attribution": {
            key: holder[key] for key in ("kind", "name", "role", "count", "described_as") if holder.get(key) is not None
        },
        "authorities": one.get("authorities") or [],
        "subjects": one.get("subjects") or [],
        "products": one.get("products") or [],
        "gate": one["gate"],
        "act": one["act"],
        "statement": statement(one),
        "language": article.get("language") or "en",
        "translated": bool(article.get("translated")),
        "parameters": one.get("parameters") or [],
        "article": digest,
        "seen_at": [article["url"]] if article.get("url") else [],
        "note": f"read from {digest[:12]} at {'-'.join(map(str, span))}, modality {one.get('modality')}",
        "number": [_number(row) for row in _tables(one.get("quantities"))],
        "relation": [
            {"kind": row["type"], "target": row["target"], "why": row["why"]} for row in _tables(one.get("relations"))
        ],
    }
    if isinstance(about, dict) and about.get("from") and about.get("through"):
        claim["about"] = {"from": about["from"], "through": about["through"]}
    if holder.get("kind") in ("named_official", "official_document") and holder.get("name"):
        claim["holder"] = holder["name"]
    return claim


def statement(one: Table) -> str:
    """Say a proposal in our words: who, what, how strongly, to whom, which chips, how many."""
    who = one.get("actor") or "Somebody the sentence does not name"
    parts = [f"{who}: {str(one['act']).replace('_', ' ')}, {one.get('modality')}"]
    for name, word in (("subjects", "for"), ("products", "chips")):
        listed = one.get(name)
        if isinstance(listed, list) and listed:
            parts.append(f"{word} {', '.join(map(str, listed))}")
    for row in _tables(one.get("quantities")):
        value = row.get("value")
        told = (
            "a figure that nobody has fixed" if value is None else f"{row['qualifier']} {_figure(value)} {row['unit']}"
        )
        parts.append(f"{told}{' each' if row.get('each') else ''}")
    if one.get("prior"):
        parts.append("as earlier reports had it")
    return "; ".join(parts) + "."


def _figure(value: object) -> str:
    if isinstance(value, dict):
        return " to ".join(f"{number:,}" for number in value.values())
    return f"{value:,}"


def _number(row: Table) -> Table:
    number: Table = {"what": f"{row['unit']} as reported", "unit": row["unit"], "qualifier": row["qualifier"]}
    if row.get("each"):
        number["scope"] = "a buyer"
    if row.get("value") is not None:
        number["value"] = row["value"]
    return number


def settled(claims: list[Table]) -> list[Table]:
    """Give copies of claims whose relations point at claims among them."""
    copies = [{**claim, "relation": [dict(row) for row in _tables(claim.get("relation"))]} for claim in claims]
    _settle_relations(copies)
    return copies


def _settle_relations(claims: list[Table]) -> None:
    """Relations inside the article point at accepted claims only; an opposition is stored once."""
    ids = {str(claim["id"]) for claim in claims}
    opposed: set[frozenset[str]] = set()
    for claim in claims:
        kept = []
        for row in _tables(claim.get("relation")):
            target = str(row["target"])
            if target.startswith("p") and target[1:].isdigit():
                # Proposals are numbered in each article anew: the claim's own article is meant.
                row["target"] = f"{str(claim['id']).rpartition('-')[0]}-{target}"
                if row["target"] not in ids:
                    continue
            pair = frozenset({str(claim["id"]), str(row["target"])})
            if row["kind"] == "contradicts" and pair in opposed:
                continue
            opposed |= {pair} if row["kind"] == "contradicts" else set()
            kept.append(row)
        claim["relation"] = kept


def claims_toml(claims: Iterable[Table]) -> str:
    """Write claims as the evidence reads them."""
    return "\n".join("[[claim]]\n" + _toml(claim, ("number", "relation"), "claim") for claim in claims)


def log_toml(verdicts: Iterable[Verdict]) -> str:
    """Write verdicts: who decided what, when and why."""
    rows = ({name: getattr(one, name) for name in Verdict.__dataclass_fields__} for one in verdicts)
    return "\n".join("[[verdict]]\n" + _toml(row) for row in rows)


def _toml(table: Mapping[str, object], tables: Sequence[str] = (), path: str = "") -> str:
    """Write a table; fields that are absent, None or empty are left out."""
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if key not in tables and _says(value)]
    text = "\n".join(lines) + "\n"
    for name in tables:
        for row in _tables(table.get(name)):
            text += f"\n[[{path}.{name}]]\n{_toml(row)}"
    return text


def _says(value: object) -> bool:
    return value is not None and value not in ("", [], (), {}, False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items() if inner is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)
