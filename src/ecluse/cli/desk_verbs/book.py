"""`ecluse desk init|order|lines|check|recheck|hold|release|move`: the book and the moves of its lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.cli.common import deciding, lock_of, say, say_json, screening
from ecluse.cli.desk_verbs.common import REFUSED_EXIT, asked, name_of, opened, refused, table, verb, who
from ecluse.errors import InputError
from ecluse.reading import read_text

if TYPE_CHECKING:
    import argparse

    from ecluse.counter import When
    from ecluse.desk.door import Desk


def arguments(verbs: Any) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the verbs."""
    init = verb(verbs, "init", "make a desk, and say who may do what", initialise, writes=True)
    init.add_argument(
        "--person",
        action="append",
        default=[],
        metavar="NAME=ROLE,ROLE",
        help="somebody with roles: analyst, releaser, supervisor, shipper, records (repeatable)",
    )
    order = verb(verbs, "order", "enter order lines as drafts", enter, writes=True)
    order.add_argument(
        "files", nargs="+", metavar="FILE", help="lines: .toml or .json, one a file; .csv or .xlsx tables"
    )
    order.add_argument("--order", metavar="ID", help="the order they belong to (default: the line's id up to its /)")
    order.add_argument("--law", type=Path, action="append", default=[], metavar="DIR", help="house rules (repeatable)")
    lines = verb(verbs, "lines", "the lines of the book with their states and decisions", listing)
    lines.add_argument("--state", help="only lines in this state")
    check = verb(verbs, "check", "decide lines of the book, and write the decisions into it", decide, writes=True)
    check.add_argument("lines", nargs="+", metavar="LINE", help="ids of lines")
    _deciding(check)
    recheck = verb(verbs, "recheck", "decide all open lines again, and show what turned", again, writes=True)
    recheck.add_argument("--replay", metavar="LINE", help="instead, decide one line as it was decided, and compare")
    _deciding(recheck)
    hold = verb(verbs, "hold", "stop a line until somebody has looked", stop, writes=True)
    hold.add_argument("line", metavar="LINE")
    hold.add_argument("--reason", required=True)
    release = verb(
        verbs,
        "release",
        "release a line: a second person, who neither entered nor decided it, with the role in the book",
        free,
        writes=True,
    )
    release.epilog = (
        "Checked: that NAME has the role (releaser; supervisor, where the decision is not yes) and neither entered "
        "nor ever decided the line. Not checked: that you are NAME; whoever may write to the desk may say so."
    )
    release.add_argument("line", metavar="LINE")
    release.add_argument("--reason", help="needed to lift a hold, and to override a decision that is not yes")
    move = verb(verbs, "move", "move a line: applied, licensed, closed, cancelled", shift, writes=True)
    move.add_argument("line", metavar="LINE")
    move.add_argument("to", metavar="STATE")
    move.add_argument("--reason")
    move.add_argument("--paper", metavar="ID", help="the paper by which a line becomes licensed")


def _deciding(parser: argparse.ArgumentParser) -> None:
    """Add the options of deciding, the format being there already."""
    holder = _NoFormat(parser)
    deciding(holder)  # type: ignore[arg-type]


class _NoFormat:
    """Hands options on to a parser, but for the format, which it has."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parser = parser

    def add_argument(self, name: str, **more: Any) -> None:  # noqa: ANN401 - argparse's own
        """Add an option."""
        if name != "--format":
            self._parser.add_argument(name, **more)


def _when(options: argparse.Namespace) -> When:
    from ecluse.counter import When  # noqa: PLC0415

    return When(options.on, options.known, options.reading, **screening(options))


def initialise(options: argparse.Namespace) -> int:
    """Make a desk where there is none; add people."""
    from ecluse.desk.door import create  # noqa: PLC0415
    from ecluse.desk.requests import make  # noqa: PLC0415
    from ecluse.errors import DeskError  # noqa: PLC0415

    people = [_person(word) for word in options.person]
    try:
        create(options.at)
        made = True
    except DeskError:
        if not people:
            raise
        made = False
    # The first person of a new desk is taken in by nobody, so it had better be a supervisor.
    people.sort(key=lambda one: "supervisor" not in one[1])
    if made and people and "supervisor" not in people[0][1]:
        say("No supervisor was named: nobody more can be added. Name one with --person NAME=supervisor.")
    by = options.by or (people[0][0] if made and people else who(options))
    with opened(options) as desk:
        requests = [make("person", name_of(options, "person"), by, name=name, roles=roles) for name, roles in people]
        answers = desk.ask(*requests) if requests else []
        bad = [answer for answer in answers if not answer["ok"]]
        if options.format == "json":
            say_json({"at": options.at, "made": made, "people": answers})
        else:
            said = "A new desk" if made else "The desk"
            say(f"{said} at {options.at}, {len(answers) - len(bad)} people written down.")
            for answer in bad:
                say(refused(desk, answer))
    return REFUSED_EXIT if bad else 0


def _person(word: str) -> tuple[str, list[str]]:
    name, equals, roles = word.partition("=")
    if not equals or not name.strip():
        message = f"--person {word}: expected NAME=ROLE,ROLE, such as ana=analyst."
        raise InputError(message)
    return name.strip(), [role.strip() for role in roles.split(",") if role.strip()]


def enter(options: argparse.Namespace) -> int:
    """Enter lines; all of a run or none that cannot be read."""
    from ecluse.counter import entering, parse  # noqa: PLC0415
    from ecluse.lock import build  # noqa: PLC0415

    lock, by = build(tuple(options.law)), who(options)
    texts = [text for name in options.files for text in _texts(Path(name))]
    requests = [
        entering(parse(text, lock), text, by, options.order, _numbered(options.id, n)) for n, text in enumerate(texts)
    ]
    with opened(options) as desk:
        answers = [desk.one(request) for request in requests]
        if options.format == "json":
            say_json(answers)
        else:
            for request, answer in zip(requests, answers, strict=True):
                line = json.loads(request.raw)["line"]
                say(f"{line}: {answer['state']}" if answer["ok"] else refused(desk, answer))
    return 0 if all(answer["ok"] for answer in answers) else REFUSED_EXIT


def _numbered(name: str | None, number: int) -> str | None:
    return name if name is None or number == 0 else f"{name}:{number + 1}"


def _texts(path: Path) -> list[str]:
    if path.suffix in (".toml", ".json"):
        return [read_text(path, InputError)]
    from ecluse.desk.sheets import rows_in  # noqa: PLC0415

    return [json.dumps(row, ensure_ascii=False) for row in rows_in(path)]


def listing(options: argparse.Namespace) -> int:
    """List the lines of the book."""
    from ecluse.desk import reads  # noqa: PLC0415
    from ecluse.desk.records import Entry  # noqa: PLC0415

    with opened(options) as desk:
        where = ("t.state = ? ORDER BY t.id", options.state) if options.state else ("1 = 1 ORDER BY t.id",)
        rows = [line_row(entry) for entry in reads.every(desk, Entry, *where)]
    if options.format == "json":
        say_json(rows)
    else:
        head = ("line", "state", "may_pass", "quantity", "item", "buyer", "destination", "analyst")
        say(table([tuple(row[name] for name in head) for row in rows], head))
    return 0


def line_row(entry: Any) -> dict[str, Any]:  # noqa: ANN401 - an Entry, whose module is not imported for help pages
    """Give a line of the book as a row."""
    from ecluse.desk.reads import instant  # noqa: PLC0415

    return {
        "line": entry.id,
        "order": entry.order_id,
        "state": entry.state,
        "may_pass": entry.may_pass,
        "quantity": entry.quantity,
        "unit_cents": entry.unit_cents,
        "tpp_milli": entry.tpp_milli,
        "item": entry.item,
        "buyer": entry.buyer,
        "destination": entry.destination,
        "analyst": entry.analyst,
        "decision": entry.decision,
        "changed_at": instant(entry.changed_at),
    }


def decide(options: argparse.Namespace) -> int:
    """Decide lines by the lock, and write what it said into the book."""
    from ecluse.counter import check  # noqa: PLC0415

    lock, status, rows = lock_of(options), 0, []
    with opened(options) as desk:
        for number, name in enumerate(options.lines):
            told = check(desk, name, who(options), lock, _when(options), request=_numbered(options.id, number))
            rows.append({"line": name, "decision": told.decision, "answer": told.answer})
            if not told.answer["ok"]:
                status = REFUSED_EXIT
            if options.format == "text":
                say(_decided(desk, told.line, told.decision, told.answer))
    if options.format == "json":
        say_json(rows)
    return status


def _decided(desk: Any, line: str, decision: dict[str, Any], answer: dict[str, Any]) -> str:  # noqa: ANN401 - a Desk
    if not answer["ok"]:
        return str(refused(desk, answer))
    said = {"yes": "may pass", "no": "may not pass", "unknown": "not known"}[decision["may_pass"]]
    gates = decision["gates"]
    exporter, importer = gates["exporter"], gates["importer"]
    head = f"{line}: {said} on {decision['on']}, as known on {decision['known']} ({decision['reading']})"
    age, state = importer.get("evidence_age_days"), importer.get("state")
    evidence = "" if age is None else f", evidence {age} days old"
    lines = [
        f"{head}; the line is {answer['state']}.",
        f"  exporter's gate: {exporter['may_pass']}; importer's: {importer['may_pass']}, {state}{evidence}.",
    ]
    if answer.get("turned"):
        lines.append(f"  It turned: {answer['before']} -> {decision['may_pass']}.")
    for gate in ("exporter", "importer"):
        missing = gates[gate].get("missing") or []
        lines += [f"  not known at the {gate}'s gate: {row['fact']}: {row['ask']}" for row in missing[:3]]
    return "\n".join(lines)


def again(options: argparse.Namespace) -> int:
    """Decide all open lines again; or one as it was decided then."""
    from ecluse.counter import recheck, replayed  # noqa: PLC0415

    lock = lock_of(options)
    with opened(options) as desk:
        if options.replay:
            same, turns = replayed(desk, options.replay, lock, _when(options))
            if options.format == "json":
                say_json({"line": options.replay, "same": same, "turns": list(turns)})
            else:
                say(
                    f"{options.replay}: {'the same answer again' if same else 'answers otherwise: ' + '; '.join(turns)}"
                )
            return 0 if same else REFUSED_EXIT
        found = recheck(desk, who(options), lock, _when(options))
    if options.format == "json":
        say_json([one._asdict() for one in found])
    elif not found:
        say("Nothing turned.")
    for one in found if options.format == "text" else ():
        say(f"{one.line} ({one.state}): {one.before} -> {one.after}")
        for turn in one.turns[:12]:
            say(f"  {turn}")
        if len(one.turns) > 12:
            say(f"  and {len(one.turns) - 12} more, in --format json")
    return 0


def _move(options: argparse.Namespace, to: str, paper: str | None = None) -> int:
    from ecluse.desk.requests import make  # noqa: PLC0415

    request = make(
        "move",
        name_of(options, "move"),
        who(options),
        line=options.line,
        to=to,
        reason=options.reason,
        authorisation=paper,
    )
    with opened(options) as desk:
        says = _own(desk, options.line, who(options)) if to == "released" else None
        if says is not None:
            return _not_second(options, desk, says)
        return asked(options, desk, request, lambda answer: f"{options.line}: {answer['before']} -> {answer['state']}")


def _own(desk: Desk, name: str, by: str) -> str | None:
    """Say why somebody may not release a line; a line that is not there is for the book to refuse."""
    from ecluse.desk import reads  # noqa: PLC0415
    from ecluse.desk.records import Entry  # noqa: PLC0415

    entry = reads.one(desk, Entry, name)
    return None if entry is None else reads.own(desk, entry, by)


def _not_second(options: argparse.Namespace, desk: Desk, says: str) -> int:
    """Refuse a release by a hand that had the line before, and write that down as the pages do."""
    from ecluse.counter import new_id  # noqa: PLC0415
    from ecluse.desk.requests import make  # noqa: PLC0415

    desk.one(make("note", new_id("note"), who(options), what="refused", says=says, line=options.line))
    if options.format == "json":
        say_json({"ok": False, "why": "own", "where": options.line, "says": says})
    else:
        say(f"Refused at {options.line}: {says}.")
    return REFUSED_EXIT


def stop(options: argparse.Namespace) -> int:
    """Hold a line."""
    return _move(options, "held")


def free(options: argparse.Namespace) -> int:
    """Release a line."""
    return _move(options, "released")


def shift(options: argparse.Namespace) -> int:
    """Move a line by the table of moves."""
    return _move(options, options.to, options.paper)
