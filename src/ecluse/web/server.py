"""Run the application under uvicorn."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from ecluse.errors import InputError
from ecluse.web.app import create

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from ecluse.web.settings import Settings


def serve(settings: Settings, tell: Callable[[int], None]) -> None:
    """Serve until interrupted, one worker; each request is logged by the guard, without its question.

    `tell` is given the port once everything is open and calls are taken. Raises InputError where the address
    cannot be listened on.
    """
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("ecluse.web").setLevel(logging.INFO)
    app = create(settings)
    # What was loaded stays: the collector need not walk through it with every block of rows.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
    )
    signal.signal(signal.SIGTERM, _ended)
    with listening(settings.host, settings.port) as door, suppress(KeyboardInterrupt):
        tell(door.getsockname()[1])
        uvicorn.Server(config).run(sockets=[door])


def listening(host: str, port: int) -> socket.socket:
    """Listen on an address; 0 is any port that is free. Raises InputError."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        door = socket.socket(family, kind, protocol)
        try:
            if sys.platform != "win32":
                door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(place)
            door.listen(2048)
        except OSError:
            door.close()
            raise
    except OSError as problem:
        message = f"{host} port {port}: cannot be listened on ({problem.strerror}); --port N takes another, 0 any."
        raise InputError(message) from None
    return door


def _ended(_number: int, _frame: FrameType | None) -> None:
    """End as by Ctrl-C, so that uploads and the demo desk are removed: what uvicorn raises anew would kill at once."""
    sys.exit(128 + signal.SIGTERM)
