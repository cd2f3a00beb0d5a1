"""POST /api/check beside a bare FastAPI echo in the same run, and bulk lines a second: `python bench/web.py`."""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import threading
import time
from typing import TYPE_CHECKING

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response

from ecluse.web.app import create
from ecluse.web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS, CLIENTS = 4.0, 8
BULK, FULL = 100_000, 1_000
LINE = {
    "id": "a",
    "quantity": 200000,
    "on": "2026-01-24",
    "origin": "US",
    "destination": "CN",
    "item": {"chip": "H200 SXM"},
    "buyer": {"name": "Alibaba Group", "country": "CN", "headquarters": "CN"},
}


def echo() -> FastAPI:
    """Give the peer: reads JSON, one object or a line each, and gives it back."""
    app = FastAPI()

    @app.post("/echo")
    async def back(request: Request) -> object:
        return await request.json()

    @app.post("/api/check/bulk")
    async def lines(request: Request) -> Response:
        rows = (json.loads(row) for row in (await request.body()).splitlines())
        return Response("".join(json.dumps(row) + "\n" for row in rows))

    return app


def start(app: object) -> str:
    """Serve on a free port; give the address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))  # type: ignore[arg-type]
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


async def load(address: str) -> tuple[float, float]:
    """Give requests a second and the p99 in milliseconds, of varied lines."""
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    async def one(client: httpx.AsyncClient, number: int) -> None:
        while time.perf_counter() < end:
            number += CLIENTS
            begun = time.perf_counter()
            answer = await client.post(address, json=LINE | {"id": str(number), "quantity": 1 + number})
            answer.raise_for_status()
            took.append(time.perf_counter() - begun)

    async with httpx.AsyncClient() as client:
        await asyncio.gather(*(one(client, number) for number in range(CLIENTS)))
    return len(took) / SECONDS, statistics.quantiles(took, n=100)[98] * 1000


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
    """Print both, and their ratio."""
    ours, peer = start(create(Settings(rate=0))), start(echo())
    gc.collect()
    gc.freeze()
    asyncio.run(load(f"{ours}/api/check"))
    checked, slow = asyncio.run(load(f"{ours}/api/check"))
    echoed, fast = asyncio.run(load(f"{peer}/echo"))
    print(f"check {checked:8.0f} requests/s, p99 {slow:6.1f} ms (client and server share one process)")
    print(f"echo  {echoed:8.0f} requests/s, p99 {fast:6.1f} ms; check is {checked / echoed:.3f} of it")
    single, worked = bulk(ours, "every quantity its own", FULL, "full")
    print(f"bulk  {single:8.0f} lines/s, {worked:.0f} a processor second, one by one, in full detail ({FULL:,} lines)")
    for kind in KINDS:
        (rate, work), (_, bare) = bulk(ours, kind), bulk(peer, kind)
        told = f"{work / worked:.0f} times one by one, {work / bare:.2f} of an echo of the lines"
        print(f"bulk  {rate:8.0f} lines/s, {work:.0f} a processor second, by convoy, {kind} ({BULK:,} lines): {told}")


if __name__ == "__main__":
    main()
