"""Login by another service, against a service of our own on this machine: what must hold, and each thing that fails."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from ecluse.desk import reads
from ecluse.desk.door import open_desk
from ecluse.errors import InputError
from ecluse.web.app import create
from ecluse.web.desk.oidc import provided
from ecluse.web.settings import Settings
from tests.web.office import Browser, desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY, OTHER = (RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}) for _ in range(2))


class Service:
    """Another service: it remembers what was asked, and spoils its answer where a test says so."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        self.claims: dict[str, Any] = {}
        self.key, self.algorithm = KEY, "RS256"
        self.verifier_held = None
        service = self

        class Handler(BaseHTTPRequestHandler):
            """Answers the few addresses there are."""

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                """Describe the service, or give its keys."""
                about = {
                    "issuer": service.issuer,
                    "authorization_endpoint": f"{service.issuer}/authorise",
                    "token_endpoint": f"{service.issuer}/token",
                    "jwks_uri": f"{service.issuer}/keys",
                }
                keys = {"keys": [KEY.as_dict(private=False)]}
                self._send(keys if self.path == "/keys" else about)

            def do_POST(self) -> None:
                """Give a token for a code, if the verifier fits the challenge."""
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                sent = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
                digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
                fits = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == service.asked.get("code_challenge")
                if not fits or sent.get("code") != "code-1":
                    self._send({"error": "invalid_grant"}, 400)
                    return
                self._send({"access_token": "a", "token_type": "Bearer", "id_token": service.token()})

            def _send(self, table: dict[str, Any], status: int = 200) -> None:
                raw = json.dumps(table).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self) -> str:
        """An ID token with the claims of the test over those that hold."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "ecluse",
            "sub": "17",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce"),
            "preferred_username": "ina",
            "groups": ["staff", "trade-analysts"],
        }
        told = {name: value for name, value in (claims | self.claims).items() if value is not None}
        return jwt.encode({"alg": self.algorithm, "kid": "k1"}, told, self.key)


@pytest.fixture
def service() -> Iterator[Service]:
    """One service a test."""
    found = Service()
    yield found
    found.server.shutdown()
    found.server.server_close()


def config(folder: Path, service: Service, more: str = "") -> Path:
    """How the service is asked."""
    path = folder / "oidc.toml"
    path.write_text(
        f'issuer = "{service.issuer}"\nclient_id = "ecluse"\n{more}\n[roles]\ntrade-analysts = "analyst"\n',
        encoding="utf-8",
    )
    return path


def house(folder: Path, service: Service) -> Browser:
    """A browser before the application."""
    return Browser(create(Settings(rate=0, desk=desk(folder), oidc=config(folder, service))))


def away(one: Browser, service: Service) -> str:
    """Go to the other service; give the state to come back with."""
    answer = one.get("/desk/oidc?next=/desk/balances")
    assert answer.status_code == 303
    told = urlsplit(answer.headers["location"])
    service.asked = {name: values[0] for name, values in parse_qs(told.query).items()}
    return service.asked["state"]


def journal(folder: Path) -> list[tuple[str, str, str]]:
    """Logins as the record tells them."""
    with open_desk(str(folder / "books")) as book:
        rows = [reads.told(one) for one in reads.journal(book, last=3)]
    return [(str(r["by"]), r["asked"].get("what", ""), r["asked"].get("says", "")) for r in rows]  # type: ignore[attr-defined]


def test_a_name_with_a_role_comes_in(tmp_path: Path, service: Service) -> None:
    """Code, PKCE, state, nonce, signature: then a session, by way of a page of ours, since its cookie is strict."""
    one = house(tmp_path, service)
    state = away(one, service)
    assert service.asked["code_challenge_method"] == "S256"
    assert service.asked["response_type"] == "code"
    assert service.asked["redirect_uri"].endswith("/desk/oidc/back")
    back = one.get(f"/desk/oidc/back?code=code-1&state={state}")
    assert back.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/desk/balances"' in back.text
    assert "samesite=strict" in next(v for v in back.headers.get_list("set-cookie") if "ecluse_session" in v).lower()
    assert one.get("/desk.json").status_code == 200
    assert one.get("/desk/record").status_code == 403, "an analyst, as the map says"
    assert journal(tmp_path)[-1] == ("ina", "login", "by the other service, as analyst")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "http://127.0.0.1:1"}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["ecluse", "another"], "azp": "another"}, "another program"),
        ({"exp": 1_000_000_000}, "expired"),
        ({"exp": None}, "exp"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"groups": ["staff"]}, "gives ina a role"),
        ({"groups": None}, "gives ina a role"),
        ({"preferred_username": None}, "no name"),
        ({"preferred_username": "a\x00b"}, "no name"),
        ({"preferred_username": "web"}, "no name"),
        ({"preferred_username": "sam"}, "by a password"),
    ],
)
def test_a_token_that_does_not_hold(tmp_path: Path, service: Service, claims: dict[str, Any], why: str) -> None:
    """Nobody comes in, and the failed login is written down with why."""
    one = house(tmp_path, service)
    state = away(one, service)
    service.claims = claims
    back = one.get(f"/desk/oidc/back?code=code-1&state={state}", headers={"accept": "application/json"})
    assert back.status_code == 403
    assert why in back.json()["detail"]
    assert one.get("/desk.json").status_code == 401
    by, what, says = journal(tmp_path)[-1]
    assert (by, what) == ("web", "failed login")
    assert why in says


@pytest.mark.parametrize("fault", ["key", "none", "code", "state", "cookie", "twice", "verifier"])
def test_a_way_that_was_tampered_with(tmp_path: Path, service: Service, fault: str) -> None:
    """Another key, no signature, another code or state, another browser, a second use, another challenge."""
    one = house(tmp_path, service)
    state = away(one, service)
    if fault == "key":
        service.key = OTHER
    if fault == "none":
        raw = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        token = f"{raw}.{service.token().split('.')[1]}."
        service.token = lambda: token  # type: ignore[method-assign]
    if fault == "verifier":
        service.asked["code_challenge"] = "another"
    if fault == "cookie":
        one = Browser(one.app)
    back = f"/desk/oidc/back?code={'x' if fault == 'code' else 'code-1'}&state={'x' if fault == 'state' else state}"
    if fault == "twice":
        assert one.get(back).status_code == 200
        one.cookies.set("ecluse_oidc", state, domain="127.0.0.1", path="/desk/oidc")
    assert one.get(back).status_code == 403


def test_a_service_that_is_down(tmp_path: Path, service: Service) -> None:
    """It is told; so is one that calls itself otherwise."""
    one = house(tmp_path, service)
    service.server.shutdown()
    service.server.server_close()
    answer = one.get("/desk/oidc", headers={"accept": "application/json"})
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('issuer = "http://elsewhere.example"\nclient_id = "x"\n[roles]\na = "analyst"\n', "https"),
        ('issuer = "https://a.example"\nclient_id = "x"\n', "roles"),
        ('issuer = "https://a.example"\nclient_id = "x"\n[roles]\na = "king"\n', "no role"),
        (
            'issuer = "https://a.example"\nclient_id = "x"\nsecret_env = "ECLUSE_NO_SUCH"\n[roles]\na = "analyst"\n',
            "set",
        ),
        ('issuer = "https://a.example"\nclient = "x"\n[roles]\na = "analyst"\n', "client"),
    ],
)
def test_a_configuration_that_is_wrong(tmp_path: Path, text: str, why: str) -> None:
    """It says what, where, and what was expected."""
    path = tmp_path / "oidc.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=why):
        provided(path)
