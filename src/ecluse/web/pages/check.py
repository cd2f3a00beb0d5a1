"""May it pass? One line, two gates, what decided, what is missing, and the memo to replay it."""

from __future__ import annotations

import dataclasses
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ecluse.engine.data import as_data
from ecluse.engine.explain import LEVELS, STATES
from ecluse.engine.missing import LIMB_WORDS
from ecluse.errors import InputError
from ecluse.lines import read_line
from ecluse.lock import READINGS, decide
from ecluse.web import asking, drawing
from ecluse.web.problem import Problem
from ecluse.web.site import Page, View, address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecluse.decision import Decision, Missing
    from ecluse.web.site import Asked, Site

EXACT = msgspec.json.Encoder(decimal_format="number")
MOST_FOUND = 8
NEEDED = {"item", "quantity", "origin", "destination"}
BOOK = Path(__file__).parents[1] / "book.toml"


@lru_cache(maxsize=1)
def book() -> tuple[dict[str, Any], ...]:
    """Give the demo book: title, knowledge, line."""
    return tuple(tomllib.loads(BOOK.read_text("utf-8"))["line"])


def example(row: Mapping[str, Any]) -> str:
    """Give the address of a line of the demo book."""
    return address("/check", asking.flat(row["line"]) | {"known": row["known"]})


def decided(site: Site, asked: Asked) -> Decision | None:
    """Decide the line in the address; None while what every line needs is not all there. Raises BadLine, Problem."""
    facts = site.lock.library.facts
    _once(asked)
    table = asking.line_of(asked.query.multi_items(), facts)
    if NEEDED - set(table):
        return None
    reading = asked.word("reading", "enforced")
    if reading not in READINGS:
        raise Problem(400, f"reading: {reading[:60]!r} is none of {', '.join(READINGS)}")
    line = read_line(table, "the question", facts)
    return decide(line, site.lock, known=asked.known(), reading=reading, lists=site.lists)


def _once(asked: Asked) -> None:
    """Refuse a question that says two things in one field: which of them counts is not ours to choose."""
    said: dict[str, str] = {}
    for name, given in asked.query.multi_items():
        field, value = asking.plain_name(name), given.strip()
        if value and name != "shown" and said.setdefault(field, value) != value:
            message = (
                f"the question: {field[:60]} is said twice, as {said[field][:40]!r} and {value[:40]!r}; say it once"
            )
            raise Problem(422, message)


def view(site: Site, asked: Asked) -> View:
    """Answer the question in the address, beside the form that asks it."""
    question = asked_of(asked)
    more: dict[str, Any] = form(site, asked, question) | {"decision": None, "error": None, "examples": book_rows()}
    try:
        decision = decided(site, asked)
    except (InputError, Problem) as problem:
        more["error"] = str(problem)
        return View({"status": 422, "detail": str(problem)}, more, 422)
    if decision is None:
        return View({"detail": "Ask: item.chip, quantity, origin and destination are needed."}, more)
    return View(as_data(decision), more | told(site, decision, question))


def book_rows() -> list[tuple[str, str]]:
    """Give the demo book as titles and addresses."""
    return [(str(row["title"]), example(row)) for row in book()]


def asked_of(asked: Asked) -> dict[str, str]:
    """Give the question of an address, its fields named in one way."""
    return {asking.plain_name(name): value for name, value in asked.query.multi_items() if name != "lang"}


def form(site: Site, asked: Asked, question: Mapping[str, str]) -> dict[str, Any]:
    """Give the fields of the form, filled with the question; a fact asked for becomes a field."""
    facts = site.lock.library.facts
    ask = question.get("ask", "")
    ask = ask if asking.is_place(ask, facts) else ""
    named = [*asked.query.getlist("shown"), ask, *question]
    shown = [name.removeprefix("facts.") for name in dict.fromkeys(named) if name.startswith("facts.")]
    shown = [name for name in shown if name in facts and facts[name].certified]

    def filled(entries: Iterable[asking.Entry]) -> list[asking.Entry]:
        return [dataclasses.replace(one, value=question.get(one.name, "")) for one in entries]

    def party(role: str) -> list[asking.Entry]:
        owners = (asking.owner(role, number) for number in asking.rows_of(question, f"{role}.owners"))
        return filled((*asking.party(role), *(one for row in owners for one in row)))

    papers = (asking.paper(number) for number in asking.rows_of(question, "authorisation"))
    through = asking.rows_of(question, "intermediate")
    roles = [*asking.ROLES[:4], *((f"intermediate[{number}]", asking.ROLES[4][1]) for number in through)]
    told: dict[str, Any] = {
        "main": filled(asking.MAIN),
        "item": filled(asking.ITEM),
        "parties": [(role, label, party(role)) for role, label in roles],
        "papers": filled((asking.NO_PAPER, *(one for row in papers for one in row))),
        "facts": filled(asking.of_fact(facts[name]) for name in shown),
    }
    groups = (*(told[name] for name in ("main", "item", "papers", "facts")), *(row[2] for row in told["parties"]))
    has = {one.name for group in groups for one in group}
    return told | {
        "other_facts": [one for one in facts.values() if one.certified and one.name not in shown],
        "ask": ask,
        "others": [(name, value) for name, value in question.items() if name not in (*has, *asking.ASIDE)],
        "found": matches(site, question.get("item.chip", ""), question),
        "meant": meant(site, question.get("item.chip", "")),
    }


def matches(site: Site, text: str, question: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give other chips that have these letters, with the address of the same question about each."""
    words = text.casefold().split()
    catalogue = site.lock.catalogue
    if not words or text.strip() in catalogue.rows:
        return []
    plain = {name: value for name, value in question.items() if name not in ("ask", "shown")}
    weighed = catalogue.find(text)
    rows = (one for one in catalogue.all() if one not in weighed)
    found = [one for one in rows if all(word in f"{one.label} {one.id}".casefold() for word in words)]
    found = (list(weighed) if len(weighed) > 1 else []) + found
    return [
        {"label": one.label, "id": one.id, "address": address("/check", plain | {"item.chip": one.id})}
        for one in found[:MOST_FOUND]
    ]


def meant(site: Site, text: str) -> str:
    """Name the chips that are weighed for a name."""
    found = site.lock.catalogue.find(text) if text.strip() else ()
    return "; ".join(one.label for one in found)


def find(site: Site, asked: Asked) -> View:
    """Answer the search for a chip while it is typed: the same list as the form shows."""
    question = asked_of(asked)
    found = matches(site, question.get("item.chip", ""), question)
    named = meant(site, question.get("item.chip", ""))
    return View(
        {"chips": [{"id": row["id"], "label": row["label"]} for row in found]}, {"found": found, "meant": named}
    )


def told(site: Site, decision: Decision, question: Mapping[str, str]) -> dict[str, Any]:
    """Give what the page shows of a decision beside its data."""
    exporter, importer = decision.exporter, decision.importer
    states = [_state(exporter.may_pass), _state(importer.may_pass)]
    shown = exporter.ahead or exporter
    fixed = dict(question) | {"on": str(decision.on), "known": decision.known, "reading": decision.reading}
    for name in ("ask", "shown"):
        fixed.pop(name, None)
    return {
        "decision": decision,
        "answer": _state(decision.may_pass),
        "states": states,
        "shown": shown,
        "steps": [step for step in shown.steps if step.decided],
        "undefined": [step for step in shown.steps if step.answer.value == "unknown" and step.undefined],
        "missing": {
            "exporter": [_asked(site, row, question) for row in exporter.missing],
            "importer": [_asked(site, row, question) for row in importer.missing],
        },
        "lock": drawing.lock(states[0], states[1], f"{decision.item}, {decision.route}"),
        "state_words": STATES,
        "level_words": LEVELS,
        "limb_words": LIMB_WORDS,
        "screened": list(dict.fromkeys(decision.screening.parties)) if decision.screening else [],
        "role_words": dict(asking.ROLES[:4]),
        "fixed_address": address("/check", fixed),
        "command": command(asking.line_of(question.items(), site.lock.library.facts), decision),
    }


def command(table: Mapping[str, Any], decision: Decision) -> str:
    """Give the command that gives the same answer: the day, the knowledge, the reading, and the line as JSON."""
    text = msgspec.json.format(EXACT.encode(table), indent=1).decode()
    moment = f"--on {decision.on} --known {decision.known} --reading {decision.reading}"
    return f"ecluse check - {moment} <<'LINE'\n{text}\nLINE"


def _state(answer: Any) -> str:  # noqa: ANN401 - a Truth or None
    return "none" if answer is None else str(answer.value)


def _asked(site: Site, row: Missing, question: Mapping[str, str]) -> dict[str, Any]:
    """Give a missing fact with the addresses that answer it, that open its field, or that show what is reported."""
    facts = site.lock.library.facts
    place = asking.place_of(row.fact, facts, question)
    plain = {name: value for name, value in question.items() if name != "ask"}
    words: tuple[str, ...] = ()
    if place is not None and (row.fact in facts and facts[row.fact].kind == "truth" and row.fact != "owned_by_listed"):
        words = ("yes", "no")
    elif place == "authorisations":
        words = ("none",)
    answers = {word: address("/check", plain | {place: word}) + "#answer" for word in words if place}
    opens = address("/check", plain | {"ask": place}) + f"#f-{place}" if place is not None else None
    looks = address("/evidence", {"known": question.get("known", "")}) if row.fact in asking.OUTSIDE else None
    return {
        "fact": row.fact,
        "ask": row.ask,
        "settles": row.would_settle,
        "answers": answers,
        "opens": opens,
        "looks": looks,
    }


PAGES = (
    Page("/check", "check.html", view, menu=asking.marked("May it pass?")),
    Page("/check/find", "found.html", find, part=True),
)
