"""Lines a second of POST /api/check/bulk beside an echo of the lines in the same run: `python bench/web.py`.

`bench/check.py` measures POST /api/check.
"""

from __future__ import annotations

import gc
import json
import time
from typing import TYPE_CHECKING

import httpx
from fastapi import FastAPI, Request, Response
from serving import LINE, beside

from ecluse.web.app import create
from ecluse.web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

BULK, FULL = 100_000, 1_000


def echo() -> FastAPI:
    """Give the peer: reads a line of JSON each, and gives it back."""
    app = FastAPI()

    @app.post("/api/check/bulk")
    async def lines(request: Request) -> Response:
        rows = (json.loads(row) for row in (await request.body()).splitlines())
        return Response("".join(json.dumps(row) + "\n" for row in rows))

    return app


def bulk(home: str, kind: str, count: int = BULK, detail: str = "brief") -> tuple[float, float]:
    """Give lines a second, from the first byte sent to the last one read, and a second of processor time.

    The second, which counts client and server, tells more where other work shares the machine.
    """
    body = "\n".join(json.dumps(KINDS[kind](number)) for number in range(count)).encode()
    begun, spent = time.perf_counter(), time.process_time()
    answer = httpx.post(
        f"{home}/api/check/bulk?detail={detail}",
        content=body,
        headers={"content-type": "application/x-ndjson"},
        timeout=300,
    )
    assert answer.text.count("\n") == count  # noqa: S101 - a bench that loses rows measures nothing
    return count / (time.perf_counter() - begun), count / (time.process_time() - spent)


def _buyer(number: int) -> dict[str, object]:
    return {"name": f"Buyer {number}", "country": "CN", "headquarters": "CN"}


KINDS: dict[str, Callable[[int], dict[str, object]]] = {
    "one situation": lambda number: LINE | {"id": str(number), "quantity": 1},
    "every quantity its own": lambda number: LINE | {"id": str(number), "quantity": number + 1},
    "every buyer its own": lambda number: LINE | {"id": str(number), "quantity": number + 1, "buyer": _buyer(number)},
}


def main() -> None:
    """Print rates, and what they are of one by one and of the echo."""
    ours, peer = beside(create(Settings(rate=0))), beside(echo())
    gc.collect()
    gc.freeze()
    single, worked = bulk(ours, "every quantity its own", FULL, "full")
    print(f"bulk  {single:8.0f} lines/s, {worked:.0f} a processor second, one by one, in full detail ({FULL:,} lines)")
    for kind in KINDS:
        (rate, work), (_, bare) = bulk(ours, kind), bulk(peer, kind)
        told = f"{work / worked:.0f} times one by one, {work / bare:.2f} of an echo of the lines"
        print(f"bulk  {rate:8.0f} lines/s, {work:.0f} a processor second, by convoy, {kind} ({BULK:,} lines): {told}")


if __name__ == "__main__":
    main()
