"""Another service says who somebody is: OpenID Connect, authorisation code with PKCE; roles from a claim map."""

from __future__ import annotations

import os
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ecluse.errors import InputError
from ecluse.reading import Reader, parse_toml, read_text
from ecluse.web.desk.users import LONGEST_NAME, PROGRAM, checked_roles
from ecluse.web.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.requests import Request

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
PENDING_SECONDS = 600
MOST_PENDING = 1_000
SECONDS = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LEEWAY = 60


@dataclass(frozen=True, slots=True)
class Pending:
    """A login that has gone to the other service and has not come back."""

    nonce: str
    verifier: str
    redirect: str
    to: str
    made: float


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the other service names, with the roles that the map gives, and where to go next."""

    name: str
    roles: frozenset[str]
    to: str


@dataclass(frozen=True, eq=False)
class Provider:
    """The other service. `roles` maps a word of `role_claim` to a role of the pages."""

    issuer: str
    client_id: str
    secret: str | None
    redirect: str | None
    name_claim: str
    role_claim: str
    roles: Mapping[str, str]
    pending: OrderedDict[str, Pending] = field(default_factory=OrderedDict)
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        """Give what a session by this service rests on: whom it asks, for whom, and which words give which roles."""
        return "\n".join(
            [self.issuer, self.client_id, self.name_claim, self.role_claim, *map(repr, sorted(self.roles.items()))]
        )

    async def begin(self, request: Request, to: str) -> tuple[str, str]:
        """Give the address to send the browser to, and the state by which it is known again."""
        redirect = self.redirect or str(request.base_url).rstrip("/") + "/desk/oidc/back"
        one = Pending(secrets.token_urlsafe(24), secrets.token_urlsafe(48), redirect, to, time.monotonic())
        state = secrets.token_urlsafe(24)
        self.pending[state] = one
        while len(self.pending) > MOST_PENDING:
            self.pending.popitem(last=False)
        async with self._client(redirect) as client:
            where = await self._endpoint(client, "authorization_endpoint")
            address, _ = client.create_authorization_url(
                where, state=state, nonce=one.nonce, code_verifier=one.verifier
            )
        return str(address), state

    async def end(self, request: Request, state: str) -> Named:
        """Take who came back: the code for a token, the token held against the service's keys. Raises Problem."""
        one = self.pending.pop(state, None)
        given = request.query_params
        if not state or given.get("state") != state or one is None or time.monotonic() - one.made > PENDING_SECONDS:
            raise Problem(403, "this login did not begin here, or took longer than ten minutes; begin again")
        if "code" not in given:
            raise Problem(403, f"the other service refused: {given.get('error', 'no code came')[:200]}")
        try:
            async with self._client(one.redirect) as client:
                where = await self._endpoint(client, "token_endpoint")
                token = await client.fetch_token(where, code=given["code"], code_verifier=one.verifier)
                keys = await self._json(client, await self._endpoint(client, "jwks_uri"))
            claims = self._claims(str(token.get("id_token", "")), keys, one.nonce)
        except Problem:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever the other service does wrong, nobody comes in
            raise Problem(403, f"the other service's answer does not hold: {problem}"[:300]) from None
        return self._named(claims, one.to)

    def _client(self, redirect: str) -> Any:  # noqa: ANN401 - Authlib carries no types
        return AsyncOAuth2Client(
            client_id=self.client_id,
            client_secret=self.secret,
            token_endpoint_auth_method="client_secret_basic" if self.secret else "none",
            scope="openid profile",
            redirect_uri=redirect,
            code_challenge_method="S256",
            timeout=SECONDS,
            follow_redirects=False,
        )

    async def _endpoint(self, client: Any, name: str) -> str:  # noqa: ANN401 - Authlib carries no types
        """Give an address of the service, as its own description says."""
        if not self.about:
            told = await self._json(client, f"{self.issuer}/.well-known/openid-configuration")
            if told.get("issuer") != self.issuer:
                message = f"{self.issuer} calls itself {told.get('issuer')!r}"
                raise Problem(503, message)
            self.about.update(told)
        return _address(str(self.about.get(name, "")), name)

    async def _json(self, client: Any, address: str) -> dict[str, Any]:  # noqa: ANN401 - Authlib carries no types
        try:
            answer = await client.request("GET", address, withhold_token=True)
            answer.raise_for_status()
            return dict(answer.json())
        except Exception as problem:  # noqa: BLE001 - a service that is down is no fault of ours
            raise Problem(503, f"the other service does not answer: {problem}"[:300]) from None

    def _claims(self, raw: str, keys: dict[str, Any], nonce: str) -> dict[str, Any]:
        """Give what an ID token claims, if its signature, issuer, audience, times and nonce hold."""
        try:
            token = jwt.decode(raw, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(token.claims)
        except (JoseError, ValueError, TypeError, KeyError) as problem:
            raise Problem(403, f"the other service's token does not hold: {problem}"[:300]) from None
        party = token.claims.get("azp")
        if party is not None and party != self.client_id:
            raise Problem(403, "the other service's token was made for another program")
        return dict(token.claims)

    def _named(self, claims: Mapping[str, Any], to: str) -> Named:
        name, words = claims.get(self.name_claim), claims.get(self.role_claim)
        given = isinstance(name, str) and name.isprintable() and 0 < len(name.strip()) <= LONGEST_NAME
        if not isinstance(name, str) or not given or name.strip() in PROGRAM:
            raise Problem(403, f"the other service gives no name as {self.name_claim}")
        listed = [words] if isinstance(words, str) else words if isinstance(words, list) else []
        roles = frozenset(self.roles[word] for word in map(str, listed) if word in self.roles)
        if not roles:
            raise Problem(403, f"nothing in {self.role_claim} gives {name} a role here")
        return Named(name.strip(), roles, to)


def provided(path: Path) -> Provider:
    """Read how another service is asked. Raises InputError: what, where, what was expected."""
    place = str(path)
    text = read_text(path, InputError)
    reader = Reader(parse_toml(text, place, InputError), place, InputError, text=text)
    variable = reader.word("secret_env")
    secret = None if variable is None else os.environ.get(variable)
    if variable is not None and not secret:
        reader.fail("secret_env", f"names {variable}, which is not set; set it to the client's secret")
    table = reader.take("roles", None)
    if not isinstance(table, dict) or not table or not all(isinstance(role, str) for role in table.values()):
        reader.fail("roles", 'is missing: a table such as { "trade-analysts" = "analyst" }')
    checked_roles(table.values())
    redirect = reader.word("redirect")
    found = Provider(
        issuer=_address(reader.needed("issuer").rstrip("/"), "issuer"),
        client_id=reader.needed("client_id"),
        secret=secret,
        redirect=None if redirect is None else _address(redirect, "redirect"),
        name_claim=reader.word("name_claim") or "preferred_username",
        role_claim=reader.word("role_claim") or "groups",
        roles=dict(table),
    )
    reader.close()
    return found


def _address(text: str, name: str) -> str:
    """Give an address that is encrypted, or on this machine. Raises InputError."""
    told = urlsplit(text)
    if told.scheme == "https" or (told.scheme == "http" and told.hostname in LOOPBACK):
        return text
    message = f"{name}: {text!r} is no https address; plain http is taken on this machine alone."
    raise InputError(message)
