"""May it pass? One line, two gates, what decided, what is missing, and the memo to replay it."""

from __future__ import annotations

import dataclasses
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.chips import known_names
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
    from collections.abc import Mapping

    from ecluse.decision import Decision, Missing
    from ecluse.web.site import Asked, Site

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
    table = asking.line_of(asked.query.multi_items(), facts)
    if NEEDED - set(table):
        return None
    reading = asked.word("reading", "enforced")
    if reading not in READINGS:
        raise Problem(400, f"reading: {reading[:60]!r} is none of {', '.join(READINGS)}")
    return decide(read_line(table, "the question", facts), site.lock, known=asked.known(), reading=reading)


def view(site: Site, asked: Asked) -> View:
    """Answer the question in the address, beside the form that asks it."""
    question = {name: value for name, value in asked.query.multi_items() if name != "lang"}
    more: dict[str, Any] = form(site, question) | {"decision": None, "error": None, "examples": book_rows()}
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


def form(site: Site, question: Mapping[str, str]) -> dict[str, Any]:
    """Give the fields of the form, filled with the question; a fact asked for becomes a field."""
    facts = site.lock.library.facts
    asked_for = question.get("ask", "")
    named = [name for name in (*question, asked_for) if name.startswith("facts.")]
    shown = [
        facts[name.removeprefix("facts.")] for name in dict.fromkeys(named) if name.removeprefix("facts.") in facts
    ]

    def filled(entries: tuple[asking.Entry, ...]) -> list[asking.Entry]:
        return [dataclasses.replace(one, value=question.get(one.name, "")) for one in entries]

    return {
        "main": filled(asking.MAIN),
        "item": filled(asking.ITEM),
        "parties": [(role, label, filled(asking.party(role))) for role, label in asking.ROLES],
        "paper": filled(asking.PAPER),
        "facts": filled(tuple(asking.of_fact(one) for one in shown)),
        "other_facts": [one for one in facts.values() if one.certified and one not in shown],
        "names": known_names(site.lock.catalogue),
        "ask": asked_for,
        "identity": question.get("id", ""),
    }


def told(site: Site, decision: Decision, question: Mapping[str, str]) -> dict[str, Any]:
    """Give what the page shows of a decision beside its data."""
    exporter, importer = decision.exporter, decision.importer
    states = [_state(exporter.may_pass), _state(importer.may_pass)]
    shown = exporter.ahead or exporter
    fixed = dict(question) | {"on": str(decision.on), "known": decision.known, "reading": decision.reading}
    fixed.pop("ask", None)
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
        "lock": drawing.lock(states[0], states[1], "The lock", f"{decision.item}, {decision.route}"),
        "state_words": STATES,
        "level_words": LEVELS,
        "limb_words": LIMB_WORDS,
        "fixed_address": address("/check", fixed),
        "replay": asking.line_of(question.items(), site.lock.library.facts),
    }


def _state(answer: Any) -> str:  # noqa: ANN401 - a Truth or None
    return "none" if answer is None else str(answer.value)


def _asked(site: Site, row: Missing, question: Mapping[str, str]) -> dict[str, Any]:
    """Give a missing fact with the addresses that answer it, or that open its field."""
    facts = site.lock.library.facts
    place = asking.place_of(row.fact, facts)
    plain = {name: value for name, value in question.items() if name != "ask"}
    answers = {}
    if place is not None and row.fact in facts and facts[row.fact].kind == "truth":
        answers = {word: address("/check", plain | {place: word}) for word in ("yes", "no")}
    elif place == "authorisations":
        answers = {"none": address("/check", plain | {place: "none"})}
    opens = address("/check", plain | {"ask": place}) + f"#{place}" if place is not None else None
    return {"fact": row.fact, "ask": row.ask, "settles": row.would_settle, "answers": answers, "opens": opens}


PAGES = (Page("/check", "check.html", view, menu=asking.marked("May it pass?")),)
