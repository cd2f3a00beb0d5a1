"""What people do on the desk's pages: enter, check, hold, release, reserve, ship. The book has the last word."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ecluse import counter
from ecluse.cli.desk_verbs.common import refused
from ecluse.cli.desk_verbs.ledger import figure_in
from ecluse.counter import When
from ecluse.desk import intake, reads
from ecluse.desk.records import Account, Reservation
from ecluse.errors import BadMove, InputError
from ecluse.web.desk.office import Call, Done, note, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_DAYS = 365
HOMES = {
    "/desk/papers": "/desk/papers",
    "/desk/plan": "/desk/plan",
    "/desk/verify": "/desk/record",
    "/desk/bundle": "/desk/record",
    "/claims/review": "/claims/review",
    "/claims/review/read": "/claims/review",
}


def of_line(name: str) -> str:
    """Give the address of a line's page."""
    return place_of("line", name)


def home(fields: Mapping[str, str], path: str) -> str:
    """Give the page that an act came from, to say there why it was not done."""
    if fields.get("line"):
        return of_line(fields["line"])
    if fields.get("paper"):
        return place_of("paper", fields["paper"])
    return HOMES.get(path, "/desk")


def _done(call: Call, to: str, answer: dict[str, Any], says: str) -> Done:
    return Done(to, says) if answer["ok"] else Done(to, refused(call.desk, answer), bad=True)


def enter(call: Call) -> Done:
    """Take a line into the book as it was written, and decide it at once."""
    text, lock = call.needed("text"), call.office.site.lock
    line = counter.parse(text, lock)
    answer = call.desk.one(counter.entering(line, text, call.by))
    if not answer["ok"]:
        return Done("/desk", refused(call.desk, answer), bad=True)
    name = str(line.id)
    told = counter.check(call.desk, name, call.by, lock, When(lists=call.office.site.lists))
    return _done(call, of_line(name), told.answer, f"{name}: entered, and decided: {told.decision['may_pass']}.")


def check(call: Call) -> Done:
    """Decide a line anew, under today's law and what is known now."""
    name = call.needed("line")
    told = counter.check(call.desk, name, call.by, call.office.site.lock, When(lists=call.office.site.lists))
    return _done(call, of_line(name), told.answer, f"{name}: decided: {told.decision['may_pass']}.")


def hold(call: Call) -> Done:
    """Stop a line until somebody has looked."""
    name = call.needed("line")
    answer = call.ask("move", line=name, to="held", reason=call.needed("reason"))
    return _done(call, of_line(name), answer, f"{name}: held.")


def release(call: Call) -> Done:
    """Release a line: a second person, who neither entered nor decided it."""
    name = call.needed("line")
    entry = counter.entry_of(call.desk, name)
    to = of_line(name) if call.field("from") == "line" else "/desk"
    says = reads.own(call.desk, entry, call.by)
    if says is not None:
        note(call.desk, call.by, "refused", says, line=name)
        return Done(to, f"Refused at {name}: {says}.", bad=True)
    answer = call.ask("move", line=name, to="released", reason=call.field("reason") or None)
    return _done(call, to, answer, f"{name}: released.")


def _whole(call: Call, name: str, *, need: bool = True) -> int | None:
    text = call.field(name).replace(" ", "").replace("\u202f", "").replace(",", "")
    if not text and not need:
        return None
    if not text.isdecimal() or not 0 < int(text[:18]) < 10**15:
        message = f"{name}: {call.field(name)[:40]!r} is no whole number above 0."
        raise InputError(message)
    return int(text)


def reserve(call: Call) -> Done:
    """Set a quantity of a released line aside on every account it draws on, or on none."""
    name, quantity = call.needed("line"), _whole(call, "quantity") or 0
    days = _whole(call, "days", need=False)
    if days is not None and days > MOST_DAYS:
        message = f"days: {days} is more than {MOST_DAYS}."
        raise InputError(message)
    entry = counter.entry_of(call.desk, name)
    using = [paper for paper in (call.field(f"using.{n}") for n in range(8)) if paper]
    draws = counter.draws(call.desk, entry, quantity, using)
    answer = call.ask(
        "reserve",
        line=name,
        quantity=quantity,
        draws=draws,
        seconds=None if days is None else days * 86_400,
        decision=entry.decision,
    )
    return _done(call, of_line(name), answer, f"{name}: {quantity:,} reserved on {', '.join(sorted(draws))}.")


def _held(call: Call) -> tuple[str, Reservation]:
    name = call.needed("hold")
    found = reads.one(call.desk, Reservation, name)
    if found is None:
        message = f"{name}: no hold of that name is in the book."
        raise BadMove(message)
    return (of_line(found.line) if found.line else "/desk"), found


def ship(call: Call) -> Done:
    """Draw a hold for good, all or part; the rest goes back."""
    to, found = _held(call)
    answer = call.ask("post", reservation=found.id, quantity=_whole(call, "quantity", need=False))
    return _done(call, to, answer, f"Shipped from {found.id}.")


def void(call: Call) -> Done:
    """Give a hold back."""
    to, found = _held(call)
    answer = call.ask("void", reservation=found.id, reason=call.field("reason") or None)
    return _done(call, to, answer, f"Given back: {found.id}.")


def authorise(call: Call) -> Done:
    """Take papers and caps into the book, as their file states them: all of them or none."""
    text = call.needed("text")
    answers = call.desk.ask(*intake.requests(text, "the text", call.by, counter.new_id("paper")))
    bad = [refused(call.desk, answer) for answer in answers if not answer["ok"]]
    taken = [name for answer in answers if answer["ok"] for name in answer["accounts"]]
    said = [f"Taken in: {', '.join(taken)}."] if taken else []
    return Done("/desk/papers", " ".join([*said, *bad]), bad=bool(bad))


def fix(call: Call) -> Done:
    """Change what a paper allows: the limit of an account, a ratio, or its status; always with a reason."""
    paper, why = call.needed("paper"), call.needed("reason")
    to = place_of("paper", paper)
    if call.field("account"):
        name = call.field("account")
        account = reads.one(call.desk, Account, name)
        figure = call.field("figure")
        cap = figure_in(figure, account.unit if account else "piece", name) if figure else None
        answer = call.ask("limit", account=name, cap=cap, reason=why)
    elif call.field("ratio"):
        over, slash, under = call.field("figure").partition("/")
        numbers = (over.strip(), under.strip())
        if call.field("figure") and not (slash and all(one.isdecimal() and len(one) < 7 for one in numbers)):
            message = f"figure: {call.field('figure')[:40]!r} is no fraction such as 1/2; empty opens the ratio."
            raise InputError(message)
        k_num, k_den = (int(numbers[0]), int(numbers[1])) if slash else (None, None)
        answer = call.ask("ratio", ratio=call.field("ratio"), k_num=k_num, k_den=k_den, reason=why)
    else:
        until = _day(call.field("until")) if call.field("until") else None
        answer = call.ask("status", instrument=paper, status=call.needed("status"), valid_to=until, reason=why)
    end = " It is breached by what is reserved and shipped already." if answer.get("breached") else ""
    return _done(call, to, answer, f"Changed.{end}")


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        message = f"until: {text[:40]!r} is no day such as 2027-12-31."
        raise InputError(message) from None
