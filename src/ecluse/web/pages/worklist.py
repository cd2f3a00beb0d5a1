"""Worklist: the rows of a book that did not pass, by what would settle them; a fact filled once; questions to send."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from ecluse.convoy.told import ruled
from ecluse.countries import COUNTRIES
from ecluse.tables.cells import typed
from ecluse.tables.paths import kind_of
from ecluse.web import asking, bars, demo, forms, serving, worklist
from ecluse.web.asking import marked
from ecluse.web.pages import batch
from ecluse.web.problem import Problem
from ecluse.web.shelf import NOBODY, Upload, owner_of
from ecluse.web.site import View, address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request

    from ecluse.convoy import Options, Run
    from ecluse.web.serving import Books
    from ecluse.web.worklist import Fill, Work

MENU = ("/worklist", marked("Worklist"))
MOST_GROUPS, MOST_LINES, MOST_SHUT = 12, 60, 12
SCOPE_WORDS = {
    "buyer.name": marked("buyer"),
    "end_user.name": marked("end user"),
    "item.chip": marked("chip"),
    "destination": marked("destination"),
}
PLACES = ("country", "headquarters", "origin", "destination")
CHOICES = {
    one.name: one.choices
    for one in (*asking.MAIN, *asking.ITEM, *(one for role, _ in asking.ROLES for one in asking.party(role)))
    if one.choices
}


def add(app: FastAPI, books: Books) -> None:
    """Serve the worklists."""

    async def first(request: Request) -> View:
        own = [one for one in books.shelf.own(owner_of(serving.cookie_of(request))) if one.state == "done"]
        return await listed(books, request, own[0] if own else await run_in_threadpool(demo.book, books))

    async def one(request: Request) -> View:
        return await listed(books, request, await batch.of(books, request))

    async def fill(request: Request) -> Response:
        fields, _ = await forms.sent(request)
        upload = await batch.of(books, request)
        cookie = serving.cookie_of(request) or serving.fresh_cookie()
        if upload.owner == NOBODY:
            upload = await run_in_threadpool(demo.copy, books, owner_of(cookie))
        await run_in_threadpool(_fill, upload, fields)
        place = address(f"/worklist/{upload.id}", {"fact": fields.get("fact", "")})
        return serving.sent_on(request, f"{place}#filled", cookie, books.site.settings.upload_seconds)

    async def back(request: Request) -> Response:
        await forms.sent(request)
        upload = await batch.of(books, request)
        await run_in_threadpool(_back, upload)
        return RedirectResponse(f"/worklist/{upload.id}", 303)

    async def send(request: Request) -> Response:
        upload = await batch.of(books, request)
        return await run_in_threadpool(_questions, upload, request.path_params["kind"])

    serving.page(app, books.site, "/worklist", "worklist.html", first)
    app.add_route("/worklist/{book}/fill", fill, ["POST"], include_in_schema=False)
    app.add_route("/worklist/{book}/back", back, ["POST"], include_in_schema=False)
    app.add_route("/worklist/{book}/questions.{kind}", send, ["GET"], include_in_schema=False)
    serving.page(app, books.site, "/worklist/{book}", "worklist.html", one)


def at_work(upload: Upload) -> tuple[Options, Run, Work]:
    """Give an upload's worklist, begun if it was not. Raises Problem."""
    options, run = upload.options, upload.run
    if upload.state != "done" or options is None or run is None:
        raise Problem(404, "there is no worklist before the table is decided")
    with upload.lock:
        if upload.work is None:
            upload.work = worklist.begun(options, run)
        return options, run, upload.work


def _fill(upload: Upload, fields: Mapping[str, str]) -> None:
    """Fill a fact in for the rows of a scope, and decide again. Raises Problem."""
    options, run, work = at_work(upload)
    fact, scope, said = fields.get("fact", ""), fields.get("scope", ""), fields.get("value", "")
    path = place_of(run, fact)
    if path is None:
        raise Problem(422, f"fact: {fact[:60]!r} is nothing that can be filled in for a row")
    cell = cell_of(run, path, fact, said)
    with upload.lock:
        work = upload.work or work
        rows = worklist.scoped(work, fact, scope)
        if not len(rows) and any((one.fact, one.said, one.scope) == (fact, said, scope) for one in work.fills[-1:]):
            # The same form again: it was done.
            return
        if not len(rows):
            raise Problem(422, "no row of that scope lacks this fact any more")
        one = worklist.Fill(fact, path, said, cell, scope, rows)
        upload.work = worklist.filled(options, run, work, one)


def _back(upload: Upload) -> None:
    """Take the last fill back."""
    options, run, work = at_work(upload)
    with upload.lock:
        work = upload.work or work
        if work.fills:
            upload.work = worklist.weighed(options, run, work, work.fills[:-1], work.fills[-1].rows)


def place_of(run: Run, fact: str) -> str | None:
    """Name the column in which a fact can be filled in for a row; None where there is none."""
    facts = run.lock.library.facts
    path = asking.place_of(fact, facts)
    # One field of a paper or an owner says too little: such are told whole, in the table.
    return path if path is not None and "[" not in path and kind_of(path, facts) in FILLED else None


FILLED = ("truth", "number", "whole", "day", "words", "text")


def cell_of(run: Run, path: str, fact: str, said: str) -> str:
    """Write what was said as a cell that a table reads. Raises Problem."""
    facts = run.lock.library.facts
    kind = str(kind_of(path, facts))
    known = facts.get(fact)
    cell = said
    match kind:
        case "truth":
            cell = {"yes": "true", "no": "false"}.get(said.lower(), said)
        case "number" | "whole":
            value = asking.number_of(said)
            cell = json.dumps(value, default=str) if isinstance(value, dict) else str(value)
        case "words":
            cell = json.dumps([part.strip() for part in said.split(",") if part.strip()], ensure_ascii=False)
    try:
        good = bool(said) and typed(kind, cell) is not None
    except ValueError as problem:
        raise Problem(422, f"{path}: {problem}") from None
    allowed = (known.one_of if known else ()) or CHOICES.get(path, ())
    if path.rpartition(".")[2] in PLACES:
        allowed = tuple(COUNTRIES)
    if not good or (allowed and said not in allowed):
        expected = f", expected {', '.join(allowed[:20])}" if allowed else ""
        raise Problem(422, f"{path}: {said[:60]!r} is no answer{expected}")
    return cell


async def listed(books: Books, request: Request, upload: Upload) -> View:
    """Show the worklist of a book."""
    asked = {name: request.query_params.get(name, "") for name in ("fact", "shut")}
    more = {
        "csrf": forms.token(request),
        "own": bool(upload.owner),
        "others": [batch.summed(one) for one in books.shelf.own(owner_of(serving.cookie_of(request)))],
        "scope_words": SCOPE_WORDS,
    }
    return await run_in_threadpool(_listed, upload, asked, more)


def _listed(upload: Upload, asked: Mapping[str, str], more: dict[str, Any]) -> View:
    options, run, work = at_work(upload)
    fact = asked["fact"]
    found = worklist.groups(work)
    if fact and fact not in {one.fact for one in found}:
        more["settled"] = fact
        fact = ""
    rows = [
        {
            "fact": one.fact,
            "ask": worklist.question(work, options, run, one.fact),
            "settles": one.settles,
            "lacks": one.lacks,
        }
        for one in (found if fact else found[:MOST_GROUPS])
    ]
    shut = worklist.shut(work)
    data: dict[str, Any] = {
        "book": upload.id,
        "name": upload.name,
        "ruled": ruled(run),
        "unread": run.summary.rejected,
        "first": work.first,
        "now": work.counts(),
        "missing": rows,
        "shut": [
            {"decided_by": names.split("; "), "gate": gate, "policy": policy or None, "rows": count}
            for names, gate, policy, count in shut[:MOST_SHUT]
        ],
        "filled": [_told(one) for one in work.fills],
    }
    most = max((one.lacks for one in found), default=1)
    more |= {
        "chosen": None,
        "more_facts": len(found) - len(rows),
        "rest": [one.fact for one in found[MOST_GROUPS:]],
        "bars": {
            one.fact: bars.bar([("alone", one.settles), ("lacks", one.lacks - one.settles)], most) for one in found
        },
        "split": bars.split,
        "closed": None,
        "laws": {one.id for one in run.lock.library.provisions},
        "settled": more.get("settled", ""),
    }
    chosen = next((row for row in rows if row["fact"] == fact), None)
    if chosen is not None:
        mask = work.lacking(fact)
        lines = worklist.table_of(work, mask, MOST_LINES)
        data["lines"] = lines
        more["chosen"] = chosen | {"entry": _entry(run, fact), "scopes": worklist.scopes(work, mask), "lines": lines}
    elif asked["shut"]:
        lines = worklist.table_of(work, worklist.shut_by(work, asked["shut"]), MOST_LINES)
        data["lines"] = lines
        more["closed"] = {"decided_by": asked["shut"].split("; "), "lines": lines}
    return View(data, more)


def _entry(run: Run, fact: str) -> dict[str, Any] | None:
    """Say with what kind of field a fact is filled in; None where none can."""
    path = place_of(run, fact)
    if path is None:
        return None
    known = run.lock.library.facts.get(fact)
    kind = str(kind_of(path, run.lock.library.facts))
    choices = (known.one_of if known else ()) or CHOICES.get(path, ())
    if kind == "truth":
        choices = ("yes", "no")
    elif path == "authorisations":
        choices = ("none",)
    country = path.rpartition(".")[2] in PLACES
    return {"path": path, "kind": "country" if country else kind, "choices": choices}


def _told(one: Fill) -> dict[str, Any]:
    return {
        "fact": one.fact,
        "column": one.path,
        "value": one.said,
        "scope": one.scope or None,
        "rows": len(one.rows),
        "settled": sum(count for old, new, count in one.turned if old == "unknown" and new in ("yes", "no")),
        "exporter_gate_settled": one.gate,
        "turned": [{"before": old, "after": new, "rows": count} for old, new, count in one.turned],
    }


def _questions(upload: Upload, kind: str) -> Response:
    """Give what is left to ask, as a table or as text to send."""
    options, run, work = at_work(upload)
    rows = [
        (group, worklist.question(work, options, run, group.fact), *rest) for group, *rest in worklist.questions(work)
    ]
    stem = upload.name.rpartition(".")[0] or upload.name
    if kind == "csv":
        body, media = _csv(rows), "text/csv; charset=utf-8"
    elif kind == "txt":
        body, media = _text(rows, upload.name, ruled(run)), "text/plain; charset=utf-8"
    else:
        raise Problem(404, f"questions come as csv or txt, not as {kind[:20]!r}")
    headers = {"Content-Disposition": f'attachment; filename="{_plain(stem)}.questions.{kind}"'}
    return Response(body, headers=headers, media_type=media)


def _plain(name: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_ .") else "_" for sign in name)


def _csv(rows: list[Any]) -> str:
    """Write the questions as a table with a column to answer in; no cell begins as a formula would."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("fact", "question", "buyer", "lines", "which", "settles_alone", "answer"))
    for group, ask, buyer, count, ids in rows:
        cells = (group.fact, ask, buyer, count, "; ".join(ids), "yes" if group.settles else "no", "")
        writer.writerow(
            [f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell for cell in cells]
        )
    return out.getvalue()


def _text(rows: list[Any], name: str, rule: str) -> str:
    """Write the questions as a text, buyer by buyer."""
    by_buyer: dict[str, list[Any]] = {}
    for row in rows:
        by_buyer.setdefault(row[2], []).append(row)
    told = [f"Questions about {name}", rule, ""]
    for buyer, asked in by_buyer.items():
        told += [f"To {buyer}" if buyer else "Of lines that name no buyer", ""]
        for number, (_, ask, _, count, ids) in enumerate(asked, 1):
            more = f" and {count - len(ids)} more" if count > len(ids) else ""
            told += [f"{number}. {ask}", f"   {count} {'line' if count == 1 else 'lines'}: {', '.join(ids)}{more}", ""]
    told.append("This informs; it is no legal advice.")
    return "\n".join(told) + "\n"
