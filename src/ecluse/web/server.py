"""Run the application under uvicorn."""

from __future__ import annotations

import gc
import logging
import signal
import sys
from typing import TYPE_CHECKING

import uvicorn

from ecluse.web.app import create

if TYPE_CHECKING:
    from types import FrameType

    from ecluse.web.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until interrupted, one worker; each request is logged by the guard, without its question."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("ecluse.web").setLevel(logging.INFO)
    app = create(settings)
    # What was loaded stays: the collector need not walk through it with every block of rows.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGTERM, _ended)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
    )


def _ended(_number: int, _frame: FrameType | None) -> None:
    """End as by Ctrl-C, so that uploads and the demo desk are removed: what uvicorn raises anew would kill at once."""
    sys.exit(128 + signal.SIGTERM)
