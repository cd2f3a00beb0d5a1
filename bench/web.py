"""POST /api/check beside a bare FastAPI echo in the same run, and bulk lines a second: `python bench/web.py`."""

from __future__ import annotations

import asyncio
import json
import statistics
import threading
import time

import httpx
import uvicorn
from fastapi import FastAPI, Request

from ecluse.web.app import create
from ecluse.web.settings import Settings

SECONDS, CLIENTS, BULK = 4.0, 8, 5_000
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
    """Give the peer: reads JSON and gives it back."""
    app = FastAPI()

    @app.post("/echo")
    async def back(request: Request) -> object:
        return await request.json()

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


def bulk(home: str, *, alike: bool) -> float:
    """Give lines a second; alike: one situation under many ids, else every quantity its own."""
    rows = (LINE | {"id": str(number), "quantity": 1 if alike else number + 1} for number in range(BULK))
    body = "\n".join(json.dumps(row) for row in rows).encode()
    begun = time.perf_counter()
    answer = httpx.post(
        f"{home}/api/check/bulk", content=body, headers={"content-type": "application/x-ndjson"}, timeout=120
    )
    assert answer.text.count("\n") == BULK  # noqa: S101 - a bench that loses rows measures nothing
    return BULK / (time.perf_counter() - begun)


def main() -> None:
    """Print both, and their ratio."""
    ours, peer = start(create(Settings(rate=0))), start(echo())
    asyncio.run(load(f"{ours}/api/check"))
    checked, slow = asyncio.run(load(f"{ours}/api/check"))
    echoed, fast = asyncio.run(load(f"{peer}/echo"))
    print(f"check {checked:8.0f} requests/s, p99 {slow:6.1f} ms (client and server share one process)")
    print(f"echo  {echoed:8.0f} requests/s, p99 {fast:6.1f} ms; check is {checked / echoed:.3f} of it")
    print(f"bulk  {bulk(ours, alike=True):8.0f} lines/s of one situation, {bulk(ours, alike=False):.0f} all different")


if __name__ == "__main__":
    main()
