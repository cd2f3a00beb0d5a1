"""Proposals of the reader on a page: accepted, mended, rejected, with who and why; by the same walk as in the terminal.

Nothing enters the evidence otherwise: what is accepted goes into a claims file, every verdict beside it.
"""

from __future__ import annotations

import json
import secrets
import tomllib
from typing import TYPE_CHECKING, Any

from ecluse import evidence, reader
from ecluse.claim import ATTRIBUTIONS, CLAIM_GATES
from ecluse.errors import InputError, SourceError
from ecluse.press.data_of import article_data, proposal_data
from ecluse.press.review import MENDABLE, Table, checked, claim_of, read_proposals
from ecluse.web.desk.office import Call, Done, note
from ecluse.web.desk.views import stand
from ecluse.web.problem import Problem
from ecluse.web.site import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Rows = list[tuple[Table, Table]]
VERDICTS = ("accept", "reject")
LARGEST = 800_000
MOST_FILES = 200
SHOWN = (
    "statement",
    "act",
    "gate",
    "reported",
    "place",
    "publisher",
    "attribution",
    "subjects",
    "products",
    "authorities",
)


def _folder(call: Call) -> Path | None:
    return call.office.site.settings.proposals


def _files(call: Call) -> list[str]:
    folder = _folder(call)
    if folder is None:
        return []
    return sorted(path.name for path in folder.glob("*.toml") if path.is_file())[:MOST_FILES]


def _rows(call: Call, name: str) -> Rows:
    """Give the proposals of a draft of this session, or of a file of the folder. Raises SourceError, Problem."""
    if name in call.session.drafts:
        return list(call.session.drafts[name])
    folder = _folder(call)
    # Only a name that the folder lists is opened, never a path that somebody sends.
    if folder is None or name not in _files(call):
        raise Problem(404, f"{name[:60]!r}: no such proposals; the page /claims/review lists those there are")
    return read_proposals(folder / name)


def _judged(call: Call) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Give the verdicts that were written before, by article and proposal."""
    to = call.office.claims
    log = None if to is None else to.with_name(f"{to.stem}.review.toml")
    if log is None or not log.exists():
        return {}
    try:
        found = tomllib.loads(log.read_text(encoding="utf-8")).get("verdict", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        message = f"{log}: the log of verdicts cannot be read ({problem})."
        raise SourceError(message) from None
    return {(str(one.get("sha256")), str(one.get("proposal"))): one for one in found}


def view(call: Call) -> View:
    """Show the proposals of one source, one after the other; or the sources there are."""
    name = call.asked.word("from")
    return _shown(call, name, {}, {})


def _shown(call: Call, name: str, sent: Mapping[str, str], faults: Mapping[str, str]) -> View:
    rows = _rows(call, name) if name else []
    before = _judged(call)
    proposals = []
    for number, (article, one) in enumerate(rows):
        claim = claim_of(article, one)
        proposals.append(
            {
                "number": number,
                "id": one["id"],
                "article": {
                    key: article.get(key) for key in ("title", "publisher", "published", "url", "sha256", "language")
                },
                "quote": one["quote"],
                "span": one["span"],
                "modality": one.get("modality"),
                "strength": one.get("strength"),
                "claim": {key: _plain(claim.get(key)) for key in SHOWN},
                "numbers": claim.get("number") or [],
                "alternatives": one.get("alternatives") or [],
                "relations": one.get("relations") or [],
                "judged": before.get((str(article.get("sha256")), str(one["id"]))),
            }
        )
    data = {
        "book": stand(call),
        "from": name or None,
        "proposals": proposals,
        "files": _files(call),
        "drafts": list(call.session.drafts),
        "writes_to": None if call.office.claims is None else call.office.claims.name,
    }
    more = {
        "sent": sent,
        "faults": faults,
        "acts": sorted(evidence.load().words.acts),
        "gates": CLAIM_GATES,
        "kinds": ATTRIBUTIONS,
        "mendable": MENDABLE,
    }
    return View(data, more, 422 if faults else 200)


def _plain(value: object) -> str:
    """Give a field of a claim as it stands in a form."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return str(value.get("kind", ""))
    return "" if value is None else str(value)


def read(call: Call) -> Done:
    """Read what was sent: proposals as JSON or TOML, else the text of an article, read at once."""
    text = call.field("file") or call.field("text")
    if not text:
        message = "nothing was sent: paste an article, or proposals of `ecluse read`."
        raise InputError(message)
    if len(text) > LARGEST:
        message = f"{len(text):,} signs; at most {LARGEST:,}. Put the file into the folder of proposals instead."
        raise InputError(message)
    rows = _sent(text, call)
    if not rows:
        return Done("/claims/review", "The reader proposes nothing from it.", bad=True)
    name = f"draft-{secrets.token_hex(4)}"
    call.session.keep(name, rows)
    return Done(
        f"/claims/review?from={name}", f"{len(rows)} claims proposed; nothing is evidence until it is accepted."
    )


def _sent(text: str, call: Call) -> Rows:
    if "[[article]]" in text and not text.startswith(("{", "[{")):
        return _from_toml(text)
    if text.startswith(("{", "[")):
        return _from_json(text)
    found = reader.read(text.encode(), "pasted", url=call.field("url") or None)
    told = article_data(found.article)
    return [(told, proposal_data(one, found.article)) for one in found.proposals]


def _from_toml(text: str) -> Rows:
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        message = f"what was sent is no TOML ({problem})."
        raise InputError(message) from None
    told = table.get("article")
    rows = []
    for article in told if isinstance(told, list) else []:
        claims = article.get("proposal") if isinstance(article, dict) else None
        rows += [(article, claim) for claim in claims] if isinstance(claims, list) else []
    return _whole(rows)


def _from_json(text: str) -> Rows:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as problem:
        message = f"what was sent is no JSON ({problem})."
        raise InputError(message) from None
    told = table.get("articles", [table]) if isinstance(table, dict) else table
    rows = []
    for one in told if isinstance(told, list) else []:
        article, claims = (one.get("article"), one.get("claims")) if isinstance(one, dict) else (None, None)
        rows += [(article, claim) for claim in claims] if isinstance(claims, list) else []
    return _whole(rows)


def _whole(rows: list[Any]) -> Rows:
    """Give rows whose parts are tables, with what a walk needs. Raises InputError, SourceError."""
    if not rows or not all(isinstance(part, dict) for row in rows for part in row):
        message = "no proposals are in it; expected what `ecluse read --format json` or `--to FILE` writes."
        raise InputError(message)
    return checked(rows, "what was sent")


def judged(call: Call) -> Done | View:
    """Walk the proposals that got a verdict, as the terminal does, and write what was accepted."""
    name, to = call.needed("from"), call.office.claims
    if to is None:
        message = "no file takes accepted claims; start with `ecluse serve --claims FILE`."
        raise InputError(message)
    rows = _rows(call, name)
    with call.office.writing:
        before = _judged(call)
        script = [
            _Script(row, call.fields, number)
            for number, row in enumerate(rows)
            if call.field(f"{number}.verdict") in VERDICTS
            and (str(row[0].get("sha256")), str(row[1]["id"])) not in before
        ]
        faults = {str(one.number): fault for one in script if (fault := one.fault())}
        if faults:
            return _shown(call, name, call.fields, faults)
        if not script:
            return Done(f"/claims/review?from={name}", "No verdict was given; nothing is written.", bad=True)
        walked = _Walk(script)
        done = reader.judged([one.row for one in script], to, call.by, walked.ask, walked.tell)
    for one in done.verdicts:
        says = f"{one.verdict} {one.proposal} of {one.sha256[:12]}" + (f": {one.why}" if one.why else "")
        note(call.desk, call.by, "proposal judged", says[:400])
    said = f"{len(done.claims)} claims written to {to.name}, {len(done.verdicts)} verdicts beside it."
    return Done(f"/claims/review?from={name}", said)


class _Script:
    """What the form says of one proposal: verdict, why, and the fields that were mended."""

    def __init__(self, row: tuple[Table, Table], fields: Mapping[str, str], number: int) -> None:
        self.row, self.number = row, number
        self.verdict = fields.get(f"{number}.verdict", "")
        self.why = " ".join(fields.get(f"{number}.why", "").split())
        claim = claim_of(*row)
        self.reported = claim.get("reported")
        self.mends = {
            key: value
            for key in SHOWN
            if (value := " ".join(fields.get(f"{number}.{key}", "").split()))
            and value != " ".join(_plain(claim.get(key)).split())
        }

    def fault(self) -> str:
        """Say why the walk would not take it; empty where it would."""
        if self.verdict == "reject":
            return "" if self.why else "say why it is rejected"
        act, gate = self.mends.get("act"), self.mends.get("gate")
        if act is not None and act not in evidence.load().words.acts:
            return f"{act!r} is no act of the evidence"
        if gate is not None and gate not in CLAIM_GATES:
            return f"{gate!r} is no gate; gates are {', '.join(CLAIM_GATES)}"
        if self.reported is None and "reported" not in self.mends:
            return "the article's day is not known; mend `reported` first"
        return ""


class _Walk:
    """Answers the walk's questions from the form, one proposal after the other."""

    def __init__(self, scripts: Sequence[_Script]) -> None:
        self._left = list(scripts)
        self._mends: list[tuple[str, str]] = []
        self._now: _Script | None = None
        self._over = False

    def tell(self, _text: str) -> None:
        """Hear what a terminal would show; each proposal begins with it, as does each complaint."""

    def ask(self, prompt: str) -> str:
        """Answer by what is asked: a verdict, a field to mend, or why."""
        if prompt.startswith("field"):
            name, value = self._mends.pop(0)
            return f"{name} = {value}"
        if prompt.startswith("why"):
            return self._now.why if self._now else ""
        if self._now is None or self._over:
            if not self._left:
                raise EOFError
            self._now, self._over = self._left.pop(0), False
            self._mends = [] if self._now.verdict == "reject" else list(self._now.mends.items())
        if self._mends:
            return "m"
        self._over = True
        return self._now.verdict[:1]
