"""Every door of the desk, for every role: who comes in, who does not, and what is written down."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from ecluse.desk import reads
from ecluse.desk.door import open_desk
from ecluse.errors import InputError
from ecluse.web.app import create
from ecluse.web.desk import users
from ecluse.web.desk.doors import DOORS
from ecluse.web.desk.sessions import IDLE_SECONDS, WHOLE_SECONDS, Sessions
from ecluse.web.settings import Settings
from tests.web.office import PASSWORD, ROLES, Browser, app, desk

if TYPE_CHECKING:
    from pathlib import Path

    from ecluse.web.desk.doors import Door
    from ecluse.web.guard import Guard

# The table by hand, so that an edit of the program's is seen: what opens to whom.
EVERYONE = set(users.ROLES)
ALLOWED = {
    "GET /desk": EVERYONE,
    "GET /desk/balances": EVERYONE,
    "GET /desk/journal": EVERYONE,
    "GET /desk/papers": EVERYONE,
    "GET /desk/papers/{paper:path}": EVERYONE,
    "GET /desk/plan": EVERYONE,
    "GET /desk/lines/{line:path}": EVERYONE,
    "GET /desk/line": EVERYONE,
    "GET /desk/paper": EVERYONE,
    "GET /desk/record": {"auditor"},
    "GET /claims/review": {"analyst"},
    "POST /desk/enter": {"analyst"},
    "POST /desk/check": {"analyst"},
    "POST /desk/hold": {"analyst"},
    "POST /desk/release": {"releaser"},
    "POST /desk/reserve": {"licence-manager"},
    "POST /desk/ship": {"licence-manager"},
    "POST /desk/void": {"licence-manager"},
    "POST /desk/papers": {"licence-manager"},
    "POST /desk/fix": {"licence-manager"},
    "POST /desk/plan": EVERYONE,
    "POST /desk/verify": {"auditor"},
    "POST /desk/bundle": {"auditor"},
    "POST /claims/review/read": {"analyst"},
    "POST /claims/review": {"analyst"},
}
WHO = {"viewer": "vic", "analyst": "ana", "releaser": "rob", "licence-manager": "sam", "auditor": "aud"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    """One application for the whole table."""
    return app(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def people(house: Guard) -> dict[str, Browser]:
    """Somebody of each role, logged in."""
    return {role: Browser(house, name) for role, name in WHO.items()}


def address(door: Door, suffix: str = "") -> str:
    """A place behind a door."""
    path = door.path.replace("{paper:path}", "D0000001").replace("{line:path}", "PO-2026-0117/3") + suffix
    named = {"/desk/line": "?name=PO-2026-0117/3", "/desk/paper": "?name=D0000001"}
    return path + named.get(door.path, "")


def test_the_table_is_the_one_told() -> None:
    """No door is missing from the table by hand, and none opens to more."""
    assert {f"{door.method} {door.path}": set(door.roles) for door in DOORS} == ALLOWED


@pytest.mark.parametrize("role", users.ROLES)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path}")
def test_role_and_door(people: dict[str, Browser], door: Door, role: str) -> None:
    """A role that the door opens to comes in; any other is refused by 403, before anything is done."""
    one = people[role]
    answer = one.get(address(door)) if door.method == "GET" else one.post(address(door))
    may = role in ALLOWED[f"{door.method} {door.path}"]
    assert answer.status_code in ((200, 303, 422) if may else (403,)), answer.text[:300]
    if door.method == "GET":
        beside = one.get(address(door, ".json"))
        assert beside.status_code == (200 if may else 403)
        assert beside.json()["book"]["head"] if may else beside.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path}")
def test_nobody_comes_in_without_a_login(house: Guard, door: Door) -> None:
    """Without a session a page leads to the login, its JSON and every act are refused."""
    nobody = Browser(house)
    if door.method == "GET":
        answer = nobody.get(address(door))
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/login?next=")
        assert nobody.get(address(door, ".json")).status_code == 401
    else:
        assert nobody.post(address(door), "x").status_code == 401


def test_no_route_goes_past_the_table(house: Guard) -> None:
    """Whatever the application serves under /desk and /claims stands in the table, or belongs to login."""
    routes = {getattr(one, "path", "") for one in house.app.routes}  # type: ignore[attr-defined]
    ours = {one for one in routes if one.startswith(("/desk", "/claims"))}
    told = {door.path for door in DOORS} | {f"{door.path}.json" for door in DOORS if door.method == "GET"}
    assert ours - told == {"/desk/login", "/desk/logout", "/desk/oidc", "/desk/oidc/back"}


@pytest.mark.parametrize("door", [door for door in DOORS if door.method == "POST"], ids=lambda door: door.path)
def test_a_form_without_its_token_is_refused(people: dict[str, Browser], door: Door) -> None:
    """Also one that carries the token of another session."""
    role = min(ALLOWED[f"POST {door.path}"])
    other = people["viewer" if role != "viewer" else "analyst"]
    for token in ("", "wrong", other.token()):
        assert people[role].post(door.path, token).status_code == 403


def test_login_and_logout_are_written_down(tmp_path: Path) -> None:
    """So are failed ones; a name that nobody has is not repeated, since it may be a password."""
    house = app(tmp_path)
    one = Browser(house)
    assert one.login("ana", "not her password").status_code == 401
    assert one.login("my secret password", "x").status_code == 401
    come = one.login("ana")
    assert come.status_code == 303
    cookie = next(value for value in come.headers.get_list("set-cookie") if value.startswith("ecluse_session"))
    assert all(word in cookie.lower() for word in ("httponly", "samesite=strict"))
    assert one.post("/desk/logout").status_code == 303
    assert one.get("/desk").status_code == 303
    with open_desk(str(tmp_path / "books")) as book:
        events = [reads.told(event) for event in reads.journal(book, last=4)]
    told = [(row["by"], row["asked"]["what"], row["asked"].get("says")) for row in events]  # type: ignore[index,attr-defined]
    assert told == [
        ("web", "failed login", "as ana"),
        ("web", "failed login", "under a name that nobody has"),
        ("ana", "login", "by password, as analyst"),
        ("ana", "logout", None),
    ]


def test_a_login_leads_nowhere_else(tmp_path: Path) -> None:
    """Only pages of the desk are gone to after a login."""
    house = app(tmp_path)
    for wanted, given in (
        ("/desk/plan?ratio=0.2", "/desk/plan?ratio=0.2"),
        ("//elsewhere.example/desk", "/desk"),
        ("https://elsewhere.example/desk", "/desk"),
        ("/desk\\..\\x", "/desk"),
        ("/check", "/desk"),
    ):
        one = Browser(house)
        fields = {"name": "ana", "password": PASSWORD, "next": wanted}
        assert one.post("/desk/login", one.token("/desk/login"), **fields).headers["location"] == given


def test_tries_are_counted(tmp_path: Path) -> None:
    """After five wrong passwords even the right one waits; another name does not."""
    house = app(tmp_path)
    one = Browser(house)
    assert [one.login("ana", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    assert one.login("ana").status_code == 429
    assert one.login("rob").status_code == 303


def test_sessions_end(tmp_path: Path) -> None:
    """By idleness, by age, by a changed password, by a removed user; roles follow the file at once."""
    now = [0.0]
    sessions = Sessions(clock=lambda: now[0])
    token, _ = sessions.open("ana", frozenset({"analyst"}), "a hash")
    now[0] += IDLE_SECONDS
    assert sessions.find(token) is not None
    now[0] += IDLE_SECONDS + 1
    assert sessions.find(token) is None
    token, _ = sessions.open("ana", frozenset({"analyst"}), "a hash")
    begun = now[0]
    while now[0] - begun + 60 <= WHOLE_SECONDS:
        now[0] += 60
        assert sessions.find(token) is not None
    now[0] += 61
    assert sessions.find(token) is None

    house, path = app(tmp_path), tmp_path / "books" / "users.json"
    one, everyone = Browser(house, "vic"), users.read(path)
    assert one.get("/desk/record").status_code == 403
    users.write(path, everyone | {"vic": users.User("vic", frozenset({"auditor"}), everyone["vic"].password)})
    assert one.get("/desk/record").status_code == 200
    users.write(path, everyone | {"vic": users.User("vic", frozenset({"auditor"}), users.hashed(PASSWORD))})
    assert one.get("/desk").status_code == 303
    one = Browser(house, "vic")
    del everyone["vic"]
    users.write(path, everyone)
    assert one.get("/desk").status_code == 303


def test_the_file_of_users_is_its_owners_alone(tmp_path: Path) -> None:
    """It holds argon2 hashes, never passwords; a short password and an unknown role are refused."""
    desk(tmp_path)
    path = tmp_path / "books" / "users.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert PASSWORD not in text
    assert text.count("$argon2id$") == len(ROLES)
    assert users.Users(path).verified("ana", PASSWORD) is not None
    assert users.Users(path).verified("ana", PASSWORD + " ") is None
    with pytest.raises(InputError, match="expected 12"):
        users.hashed("short")
    with pytest.raises(InputError, match="Did you mean 'analyst'"):
        users.checked_roles(["analist"])
    path.write_text('{"users": {"ana": {"roles": []}}}', encoding="utf-8")
    with pytest.raises(InputError, match="lacks roles or password"):
        users.read(path)


def test_without_a_desk_the_pages_say_what_to_do() -> None:
    """Every page of the desk tells how one is opened; its JSON is not found, and says the same."""
    nobody = Browser(create(Settings(rate=0)))
    for door in DOORS:
        if door.method == "GET":
            page = nobody.get(address(door))
            assert page.status_code == 200
            assert "ecluse desk init" in page.text
            beside = nobody.get(address(door, ".json"))
            assert beside.status_code == 404
            assert "ecluse serve --desk" in beside.json()["detail"]
        else:
            assert nobody.post(door.path, "x").status_code == 404
