"""`ecluse serve`: the pages and the JSON API."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.cli.common import law_option, lists_option, say
from ecluse.cli.serve_verbs import users
from ecluse.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from ecluse.web.settings import Settings

NEEDED = ("fastapi", "uvicorn", "jinja2", "babel", "msgspec", "python_multipart", "argon2", "polars", "pyarrow")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8470, metavar="N", help="default: 8470; 0: any that is free")
    parser.add_argument(
        "--public",
        action="store_true",
        help="serve to other machines; needs an access token in ECLUSE_TOKEN, or --proxy-header",
    )
    parser.add_argument(
        "--proxy-header", metavar="NAME", help="a header that a trusted proxy sets once it knows who asks"
    )
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help="a host name to answer to")
    parser.add_argument("--rate", type=float, default=100, help="requests a second and client; 0: no limit")
    parser.add_argument(
        "--uploads",
        type=Path,
        metavar="DIR",
        help="where uploaded tables lie (default: the folder for temporary files)",
    )
    parser.add_argument(
        "--keep-uploads",
        type=float,
        default=8.0,
        metavar="HOURS",
        help="uploaded tables are removed after (default: 8)",
    )
    parser.add_argument("--log-contents", action="store_true", help="log the questions too, which hold orders")
    parser.add_argument(
        "--evidence", type=Path, action="append", default=[], metavar="FILE", help="claims beside those shipped"
    )
    law_option(parser)
    lists_option(parser)
    desk = parser.add_argument_group("the desk's pages")
    desk.add_argument("--desk", metavar="AT", help="the book: a folder, or postgresql://user@host/database")
    desk.add_argument("--users", type=Path, metavar="FILE", help="who may log in (default: users.json in the folder)")
    desk.add_argument("--oidc", type=Path, metavar="FILE", help="another service that says who somebody is (.toml)")
    desk.add_argument("--plan", type=Path, metavar="FILE", help="a plan to show under the slider (.toml)")
    desk.add_argument("--proposals", type=Path, metavar="DIR", help="a folder of proposed claims to review (.toml)")
    desk.add_argument("--claims", type=Path, metavar="FILE", help="takes accepted claims (default: claims.toml there)")
    desk.add_argument(
        "--demo",
        action="store_true",
        help="a desk to look at, made at the start and removed at the end; its passwords are printed once",
    )
    parser.set_defaults(run=run)
    users.arguments(parser.add_subparsers(dest="what", metavar="[user ...]"))


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    lacking = missing()
    if lacking:
        message = (
            f"the pages need {', '.join(lacking)}, which the default install leaves out. "
            "Install them with: pip install 'ecluse[web]'"
        )
        raise InputError(message)
    given = [f"--{name}" for name in ("desk", "users", "oidc", "claims") if getattr(options, name) is not None]
    if options.demo and given:
        message = f"--demo makes a desk of its own; leave out {' and '.join(given)}, or leave out --demo."
        raise InputError(message)
    from ecluse.web.settings import Settings, checked  # noqa: PLC0415 - heavy, and only this verb needs it

    settings = checked(
        Settings(
            host=options.host,
            port=options.port,
            public=options.public,
            token=os.environ.get("ECLUSE_TOKEN") or None,
            proxy_header=options.proxy_header,
            hosts=tuple(options.allow_host),
            rate=options.rate,
            log_contents=options.log_contents,
            uploads=options.uploads,
            upload_seconds=options.keep_uploads * 3600,
            law=tuple(options.law),
            evidence=tuple(options.evidence),
            lists=options.lists,
            desk=options.desk,
            users=options.users,
            oidc=options.oidc,
            plan=options.plan,
            proposals=options.proposals,
            claims=options.claims,
            demo=options.demo,
        )
    )
    return _demo(settings) if settings.demo else _served(settings)


def _served(settings: Settings, more: Callable[[str], str] = lambda _: "") -> int:
    from ecluse.web.server import serve  # noqa: PLC0415

    def tell(port: int) -> None:
        home = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{port}"
        say(f"Ecluse on {home}/check  (Ctrl-C ends it)\n{more(home)}")
        sys.stdout.flush()

    serve(settings, tell)
    return 0


def _demo(settings: Settings) -> int:
    """Serve with a desk to look at, which goes with the server."""
    from ecluse.web.desk import demo  # noqa: PLC0415

    with demo.opened() as made:
        found = replace(
            settings,
            desk=str(made.at),
            plan=settings.plan or made.plan,
            proposals=settings.proposals or made.proposals,
        )
        return _served(found, made.told)


def missing() -> list[str]:
    """Name the packages of the extra that are not installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    return [name for name in NEEDED if find_spec(name) is None]
