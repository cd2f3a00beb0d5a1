"""What the benches of the pages share: a line to ask, and an application served on a free port of this machine."""

from __future__ import annotations

import threading
import time
from typing import Any

import uvicorn

LINE = {
    "id": "a",
    "quantity": 200000,
    "on": "2026-01-24",
    "origin": "US",
    "destination": "CN",
    "item": {"chip": "H200 SXM"},
    "buyer": {"name": "Alibaba Group", "country": "CN", "headquarters": "CN"},
}


def served(app: Any, port: int = 0) -> uvicorn.Server:  # noqa: ANN401 - an ASGI application
    """Make a server of an application: no log of requests, one worker."""
    return uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False, ws="none"))


def address(server: uvicorn.Server) -> str:
    """Give the address of a server that has started."""
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


def beside(app: Any) -> str:  # noqa: ANN401 - an ASGI application
    """Serve on a thread of this process; give the address once it answers."""
    server = served(app)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return address(server)
