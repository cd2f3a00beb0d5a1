"""How the pages are served: where, to whom, and within which limits."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SHORTEST_TOKEN = 16
BULK, UPLOAD = "/api/check/bulk", "/batch"
# What the form of an upload may take beside its table.
FORM_LARGEST = 200_000
LONGEST_KEPT = 720 * 3600


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server was told.

    `rate` requests a second and client (0: no limit) after a burst of `burst`, `at_once` under way;
    `largest` bytes of a body and `bulk_largest` of a stream; `seconds` for an answer and
    `bulk_seconds` for a stream. `token` opens the pages to whoever shows it; `proxy_header` is set by
    a proxy that has asked already. `log_contents` puts addresses with their questions into the log.
    `lists` are the lists that parties are held against; None: the snapshot shipped.

    Uploaded tables lie in a private folder under `uploads` (None: that for temporary files), at most
    `upload_largest` bytes and `upload_rows` rows each, `uploads_each` a browser and `upload_total`
    bytes in all, for `upload_seconds`.

    `desk` is the book that the desk's pages open, `users` the file of those who may log in (else
    `users.json` in the folder of the desk), `oidc` how another service says who somebody is, `plan`
    a plan to show, `proposals` a folder of proposed claims to review, `claims` the file that takes
    those accepted (else `claims.toml` in the folder of the desk). `demo`: the desk is one to look at,
    and says so.
    """

    host: str = "127.0.0.1"
    port: int = 8470
    public: bool = False
    token: str | None = None
    proxy_header: str | None = None
    hosts: tuple[str, ...] = ()
    rate: float = 100.0
    burst: int = 400
    largest: int = 1_000_000
    bulk_largest: int = 200_000_000
    seconds: float = 30.0
    at_once: int = 500
    bulk_seconds: float = 600.0
    log_contents: bool = False
    uploads: Path | None = None
    upload_largest: int = 100_000_000
    upload_total: int = 2_000_000_000
    upload_rows: int = 2_000_000
    uploads_each: int = 10
    upload_seconds: float = 8 * 3600.0
    law: tuple[Path, ...] = ()
    evidence: tuple[Path, ...] = ()
    lists: Path | None = None
    desk: str | None = None
    users: Path | None = None
    oidc: Path | None = None
    plan: Path | None = None
    proposals: Path | None = None
    claims: Path | None = None
    demo: bool = False

    def allowed(self, path: str) -> tuple[int, float]:
        """Give the bytes of a body and the seconds of an answer that an address is allowed."""
        if path == BULK:
            return self.bulk_largest, self.bulk_seconds
        if path == UPLOAD:
            return self.upload_largest + FORM_LARGEST, self.bulk_seconds
        return self.largest, self.seconds


def checked(settings: Settings) -> Settings:
    """Give settings that are safe to serve; InputError says what is missing."""
    if settings.token is not None and len(settings.token) < SHORTEST_TOKEN:
        message = f"the access token has {len(settings.token)} characters, expected at least {SHORTEST_TOKEN}."
        raise InputError(message)
    guarded = settings.token is not None or settings.proxy_header is not None
    if settings.public and not guarded:
        message = (
            "--public serves to whoever reaches this machine, so it needs an access token (set ECLUSE_TOKEN) "
            "or a header that a trusted proxy sets (--proxy-header X-Forwarded-User)."
        )
        raise InputError(message)
    if settings.host not in LOOPBACK and not settings.public:
        message = f"{settings.host} can be reached from other machines; say --public, or leave --host at 127.0.0.1."
        raise InputError(message)
    if settings.demo and settings.public:
        message = "--demo is to be looked at on this machine alone; leave out --public, or open a desk with --desk."
        raise InputError(message)
    _named(settings)
    _beside_the_desk(settings)
    if settings.uploads is not None and not settings.uploads.is_dir():
        message = f"{settings.uploads}: no folder; uploaded tables lie there (--uploads), so make it first."
        raise InputError(message)
    if not 0 < settings.upload_seconds < LONGEST_KEPT:
        message = (
            f"uploaded tables are kept for {settings.upload_seconds / 3600:g} hours, expected more than 0, under 720."
        )
        raise InputError(message)
    return settings


def _named(settings: Settings) -> None:
    """Hold a port, a rate and names to what they can be. Raises InputError."""
    if not 0 <= settings.port <= 65_535:
        message = f"--port is {settings.port}, expected 0 to 65535 (0: any that is free)."
        raise InputError(message)
    if not (math.isfinite(settings.rate) and settings.rate >= 0):
        message = f"--rate is {settings.rate:g}, expected requests a second from 0 (no limit) on."
        raise InputError(message)
    if settings.proxy_header is not None and not re.fullmatch(r"[A-Za-z0-9-]+", settings.proxy_header):
        message = (
            f"--proxy-header is {settings.proxy_header!r}, expected the name of a header such as X-Forwarded-User."
        )
        raise InputError(message)
    for host in settings.hosts:
        if not re.fullmatch(r"[^\s/:@]+|\[[0-9A-Fa-f:.]+\]", host):
            message = f"--allow-host is {host!r}, expected a host name without port or path, such as trade.example."
            raise InputError(message)


def _beside_the_desk(settings: Settings) -> None:
    """Hold what a desk takes beside it: there must be one, and files must be there. Raises InputError."""
    beside = ("users", "oidc", "plan", "proposals", "claims")
    given = [f"--{name}" for name in beside if getattr(settings, name) is not None]
    if given and settings.desk is None and not settings.demo:
        message = f"{' and '.join(given)}: of a desk, and none is opened; name it with --desk."
        raise InputError(message)
    if settings.plan is not None and not settings.plan.is_file():
        message = f"{settings.plan}: no such file; --plan names a plan (.toml), as `ecluse desk plan` reads it."
        raise InputError(message)
    if settings.proposals is not None and not settings.proposals.is_dir():
        message = f"{settings.proposals}: no such folder; --proposals names one of proposed claims, so make it first."
        raise InputError(message)
    if settings.claims is not None and not settings.claims.absolute().parent.is_dir():
        message = f"{settings.claims}: its folder is not there; --claims names the file that takes accepted claims."
        raise InputError(message)
