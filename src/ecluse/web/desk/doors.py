"""The table of the desk's doors: each page and each act, and the roles that it opens to; and the one way through."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request  # noqa: TC002 - the framework reads the annotation
from starlette.responses import RedirectResponse, Response

from ecluse.desk.door import open_desk
from ecluse.errors import BadMove, DeskError, EcluseError, SameIdOtherContent
from ecluse.web.asking import marked
from ecluse.web.desk import acts, logins, plan, record, review, views
from ecluse.web.desk.forms import form_of
from ecluse.web.desk.office import Call, Done, Office, Paper, note, place_of
from ecluse.web.desk.sessions import COOKIE
from ecluse.web.desk.users import ROLES
from ecluse.web.problem import Problem
from ecluse.web.site import MOST_PARAMETERS, Asked, View, html, number, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastapi import FastAPI

    from ecluse.web.desk.sessions import Session

ALL = frozenset(ROLES)
SENT_BEFORE = "This form was sent before, saying something else; look at what stands here now, and send it anew."
AGAIN = "Log in and do it again; nothing was done."
ANALYST, RELEASER, MANAGER, AUDITOR = (frozenset({role}) for role in ROLES[1:])


class Door(NamedTuple):
    """A page or an act: method, path, the roles it opens to, what is behind it, and the template of its page."""

    method: str
    path: str
    roles: frozenset[str]
    behind: Callable[[Call], View | Done | Paper]
    template: str = ""


DOORS = (
    Door("GET", "/desk", ALL, views.worklist, "desk/work.html"),
    Door("GET", "/desk/balances", ALL, views.balances, "desk/balances.html"),
    Door("GET", "/desk/journal", ALL, views.journal, "desk/journal.html"),
    Door("GET", "/desk/papers", ALL, views.papers, "desk/papers.html"),
    Door("GET", "/desk/papers/{paper:path}", ALL, views.paper, "desk/paper.html"),
    Door("GET", "/desk/plan", ALL, plan.view, "desk/plan.html"),
    Door("GET", "/desk/lines/{line:path}", ALL, views.line, "desk/line.html"),
    # A name that a path would lose: `..`, or one that ends as the data do.
    Door("GET", "/desk/line", ALL, views.line, "desk/line.html"),
    Door("GET", "/desk/paper", ALL, views.paper, "desk/paper.html"),
    Door("GET", "/desk/record", AUDITOR, record.view, "desk/record.html"),
    Door("GET", "/claims/review", ANALYST, review.view, "desk/review.html"),
    Door("POST", "/desk/enter", ANALYST, acts.enter),
    Door("POST", "/desk/check", ANALYST, acts.check),
    Door("POST", "/desk/hold", ANALYST, acts.hold),
    Door("POST", "/desk/release", RELEASER, acts.release),
    Door("POST", "/desk/reserve", MANAGER, acts.reserve),
    Door("POST", "/desk/ship", MANAGER, acts.ship),
    Door("POST", "/desk/void", MANAGER, acts.void),
    Door("POST", "/desk/papers", MANAGER, acts.authorise),
    Door("POST", "/desk/fix", MANAGER, acts.fix),
    Door("POST", "/desk/plan", ALL, plan.pasted),
    Door("POST", "/desk/verify", AUDITOR, record.verified, "desk/record.html"),
    Door("POST", "/desk/bundle", AUDITOR, record.bundle),
    Door("POST", "/claims/review/read", ANALYST, review.read),
    Door("POST", "/claims/review", ANALYST, review.judged, "desk/review.html"),
)


# The desk's own menu: what each role finds there.
ROOMS = (
    ("/desk", marked("Worklist"), ALL),
    ("/desk/balances", marked("Balances"), ALL),
    ("/desk/journal", marked("Journal"), ALL),
    ("/desk/papers", marked("Papers"), ALL),
    ("/desk/plan", marked("Plan"), ALL),
    ("/desk/record", marked("Record"), AUDITOR),
    ("/claims/review", marked("Claims to review"), ANALYST),
)


def signed(amount: int, unit: str) -> str:
    """Write what was added or, with a minus, given back."""
    return "0" if not amount else ("+" if amount > 0 else "-") + views.shown(abs(amount), unit)


def plain(text: str) -> str:
    """Write a figure of a plan as people do."""
    return number(float(text)) if float(text) != int(float(text)) else number(int(float(text)))


def fit(app: FastAPI, office: Office) -> None:
    """Fit every door of the table, and those of login."""
    for door in DOORS:
        if door.method == "GET":
            app.add_route(f"{door.path}.json", _page(office, door, "json"), ["GET"], include_in_schema=False)
    logins.fit(app, office)
    for door in DOORS:
        one = _page(office, door, "html") if door.method == "GET" else _act(office, door)
        app.add_route(door.path, one, [door.method], include_in_schema=False)


def _page(office: Office, door: Door, kind: str) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        if office.at is None:
            if kind == "json":
                raise Problem(404, logins.NO_DESK)
            return html(office.site, request, "desk/none.html", {"json_address": None, "section": "/desk"})
        session = _session(office, request)
        if session is None:
            if kind == "json":
                raise Problem(401, "nobody is logged in; log in at /desk/login", AGAIN)
            here = path_of(request) + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/desk/login?next={quote(here, safe='')}", 303)
        _allow(session, door)
        if len(request.query_params.multi_items()) > MOST_PARAMETERS:
            raise Problem(400, f"the question has more than {MOST_PARAMETERS} fields")
        view = await run_in_threadpool(_behind, office, session, door, request, {})
        return drawn(office, request, session, door, view, kind)

    return answer


def _act(office: Office, door: Door) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        if office.at is None:
            raise Problem(404, logins.NO_DESK)
        session = _session(office, request)
        if session is None:
            raise Problem(401, "nobody is logged in; log in at /desk/login", AGAIN)
        fields = await form_of(request, session.csrf)
        _allow(session, door)
        done = await run_in_threadpool(_tried, office, session, door, request, fields)
        if isinstance(done, Paper):
            headers = {"Content-Disposition": f'attachment; filename="{done.name}"'}
            return Response(done.body, 200, headers, media_type=done.kind)
        if isinstance(done, Done):
            said = ("bad" if done.bad else "good", done.says)
            # A form that was sent twice is told once.
            session.said += [] if said in session.said else [said]
            return RedirectResponse(done.to, 303)
        return drawn(office, request, session, door, done, "html")

    return answer


def _session(office: Office, request: Request) -> Session | None:
    """Give the session, if its user is still who logged in; roles follow the file of users at once."""
    token = request.cookies.get(COOKIE, "")
    session = office.sessions.find(token)
    if session is None:
        return None
    user = office.users.find(session.name)
    outside = None if office.provider is None else office.provider.stamp
    if not session.holds(outside if user is None else user.password):
        office.sessions.close(token)
        return None
    session.roles = session.roles if user is None else user.roles
    return session


def _allow(session: Session, door: Door) -> None:
    if not session.roles & door.roles:
        ours, theirs = ", ".join(sorted(session.roles)), " or ".join(sorted(door.roles))
        message = f"this takes the role {theirs}; {session.name} is {ours}"
        raise Problem(403, message, "Ask somebody who has the role; `ecluse serve user add` gives it.")


def _behind(
    office: Office, session: Session, door: Door, request: Request, fields: Mapping[str, str]
) -> View | Done | Paper:
    """Open the book, and look; on a thread of its own, so that nobody else waits. Problem: it cannot be reached."""
    try:
        with open_desk(office.at or "") as desk:
            return door.behind(Call(office, session, Asked(request.path_params, request.query_params), fields, desk))
    except (BadMove, SameIdOtherContent):
        raise
    except DeskError as problem:
        raise Problem(503, str(problem)) from None


def _tried(
    office: Office, session: Session, door: Door, request: Request, fields: Mapping[str, str]
) -> View | Done | Paper:
    """Do an act; what cannot be done is told on the page it came from, and a refused move is written down."""
    try:
        return _behind(office, session, door, request, fields)
    except BadMove as problem:
        with open_desk(office.at or "") as desk:
            note(desk, session.name, "refused", f"{door.path}: {problem}"[:400])
        return Done(acts.home(fields, door.path), str(problem), bad=True)
    except SameIdOtherContent:
        return Done(acts.home(fields, door.path), SENT_BEFORE, bad=True)
    except EcluseError as problem:
        return Done(acts.home(fields, door.path), str(problem), bad=True)


def drawn(
    office: Office, request: Request, session: Session, door: Door, view: View | Done | Paper, kind: str
) -> Response:
    """Draw a page as html or json."""
    if not isinstance(view, View):
        raise TypeError(door.path)
    if kind == "json":
        text = json.dumps(view.data, ensure_ascii=False, indent=1, default=str)
        return Response(text, view.status, media_type="application/json")
    said, session.said[:] = list(session.said), []
    values = {
        **view.data,
        **view.more,
        "csrf": session.csrf,
        "me": session.name,
        "roles": sorted(session.roles),
        "said": said,
        "rooms": [(path, name) for path, name, opens in ROOMS if session.roles & opens],
        "figure": views.shown,
        "signed": signed,
        "place_of": place_of,
        "once": lambda: secrets.token_urlsafe(18),
        "plain": plain,
        "section": "/desk",
        "at": acts.HOMES.get(door.path, ""),
    }
    return html(office.site, request, door.template, values, view.status)
