"""POST /api/check beside a bare FastAPI echo in the same run: `python bench/check.py`.

Server and client are processes of their own; the client is `wrk`. Three kinds of questions: all
different (every quantity its own, as in an order book), lines that differ only in their ids, and one
question again and again. Echo and check take turns; medians and the range of the ratio are printed.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import serving
from fastapi import FastAPI, Request

from ecluse.web.app import create
from ecluse.web.settings import Settings

SECONDS, CLIENTS = 2, 8
# Rounds of echo and check by turns, and the first number of each, so that no round asks what another asked.
STARTS = (1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000)
CHECK = "/api/check?known=2026-01-24"
KINDS = {"all different": ("n", "n"), "ids differ": ("n", "200000"), "one question": ("1", "200000")}
# What wrk runs: every request has the next number in its id, in its quantity, or in neither.
SCRIPT = """
local n = {start}
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n + 1
  local body = string.gsub(string.gsub('{body}', 'ID', tostring({id})), 'QUANTITY', tostring({quantity}))
  return wrk.format(nil, nil, nil, body)
end
done = function(summary, latency)
  io.write(string.format("RATE %f P99 %f BAD %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(99) / 1000, summary.errors.status + summary.errors.timeout))
end
"""


def serve(which: str, port: int) -> None:
    """Serve ours, or the peer: reads JSON and gives it back. One worker."""
    app = FastAPI()

    @app.post("/echo")
    async def back(request: Request) -> object:
        return await request.json()

    serving.served(app if which == "echo" else create(Settings(rate=0)), port).run()


def start(which: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server of its own; give it with its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, __file__, which, str(port)])
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    message = f"the server {which} does not come up"
    raise RuntimeError(message)


def load(wrk: str, address: str, kind: str, begin: int = 1) -> tuple[float, float]:
    """Give requests a second and the p99 in milliseconds."""
    number, quantity = KINDS[kind]
    body = json.dumps(serving.LINE | {"id": "ID"}).replace("200000", "QUANTITY")
    script = SCRIPT
    for name, value in (("start", str(begin)), ("body", body), ("id", number), ("quantity", quantity)):
        script = script.replace("{" + name + "}", value)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load.lua"
        path.write_text(script, "utf-8")
        command = [wrk, "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", str(path), address]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RATE ([\d.]+) P99 ([\d.]+) BAD (\d+)", told)
    assert found, told  # noqa: S101 - a bench that cannot read its client measures nothing
    assert found[3] == "0", told  # noqa: S101
    return float(found[1]), float(found[2])


def main() -> int:
    """Print both, and their ratio."""
    wrk = shutil.which("wrk")
    if wrk is None:
        print("NO BENCH OF THE CHECK: apt-get install wrk")
        return 0
    (ours, home), (peer, other) = start("ours"), start("echo")
    try:
        load(wrk, home + CHECK, "all different")
        for kind in KINDS:
            rounds = [(load(wrk, other + "/echo", kind), load(wrk, home + CHECK, kind, turn)) for turn in STARTS]
            ratios = sorted(ours[0] / peer[0] for peer, ours in rounds)
            echoed, fast = (statistics.median(peer[place] for peer, _ours in rounds) for place in (0, 1))
            checked, slow = (statistics.median(ours[place] for _peer, ours in rounds) for place in (0, 1))
            print(
                f"{kind:14} check {checked:7.0f} requests/s, p99 {slow:6.1f} ms; "
                f"echo {echoed:6.0f} requests/s, p99 {fast:5.1f} ms; "
                f"check is {statistics.median(ratios):.3f} of it ({ratios[0]:.3f} to {ratios[-1]:.3f})"
            )
    finally:
        for server in (ours, peer):
            server.terminate()
            server.wait(10)
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        serve(sys.argv[1], int(sys.argv[2]))
    else:
        sys.exit(main())
