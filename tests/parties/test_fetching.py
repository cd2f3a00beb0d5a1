"""Fetching: a local server that serves good, truncated, slow, endless and wrong files; whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from ecluse.errors import SourceError
from ecluse.parties import fetching
from ecluse.parties.readers import read_folder
from tests.parties import made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = {
    "/csl.json": made.CSL_JSON, "/sdn.csv": made.SDN_CSV, "/add.csv": made.ADD_CSV, "/alt.csv": made.ALT_CSV,
    "/ecfr-744.xml": made.ECFR_XML, "/un.xml": made.UN_XML, "/eu.csv": made.EU_CSV, "/uk.csv": made.UK_CSV,
}  # fmt: skip
NOW = dt.datetime(2026, 8, 5, 12, tzinfo=dt.UTC)


class Handler(BaseHTTPRequestHandler):
    """Serves the made lists, each spoiled in the way the address says."""

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        """Serve `/kind/file`."""
        _, kind, file = self.path.split("/", 2)
        raw = GOOD[f"/{file}"].encode()
        if kind == "missing" and file == "un.xml":
            self.send_error(404)
            return
        self.send_response(200)
        if kind == "truncated" and file == "un.xml":
            self.send_header("Content-Length", str(len(raw)))
            raw = raw[:200]
        elif kind == "silent" and file == "un.xml":
            raw = raw[:200]
        self.end_headers()
        if kind == "wrong" and file == "un.xml":
            raw = b"<html>Service unavailable</html>"
        if kind == "slow" and file == "un.xml":
            for at in range(0, len(raw), 40):
                self.wfile.write(raw[at : at + 40])
                self.wfile.flush()
                time.sleep(0.2)
            return
        self.wfile.write(raw)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The address of a running server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_good_lists_arrive_whole(tmp_path: Path, base: str) -> None:
    """A dated folder with every file, digests and counts, that reads as one snapshot."""
    got = fetching.fetch_lists(tmp_path, tuple(fetching.SOURCES), base=f"{base}/good", now=NOW, least=1)
    assert got.faults == ()
    assert got.folder == tmp_path / "2026-08-05"
    manifest = json.loads((got.folder / "manifest.json").read_text(encoding="utf-8"))
    assert {row["file"] for row in manifest["files"]} == {name.strip("/") for name in GOOD}
    assert all(len(row["sha256"]) == 64 for row in manifest["files"])
    snapshot = read_folder(got.folder)
    assert {"EL", "UVL", "MEU", "SDN", "UN", "EU", "UK"} <= set(snapshot.counts)
    again = fetching.fetch_lists(tmp_path, ("un",), base=f"{base}/good", now=NOW, least=1)
    assert again.folder == tmp_path / "2026-08-05-2"
    assert again.kept == tmp_path / "2026-08-05"


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("missing", "404"),
        ("truncated", "cannot be fetched|cut off"),
        ("silent", "is not the list expected"),
        ("wrong", "is not the list expected"),
        ("slow", "not done after|timed out"),
    ],
)
def test_what_fails_leaves_the_old_list(tmp_path: Path, base: str, kind: str, why: str) -> None:
    """One bad file, and no folder is made; the last good one stays, and nothing half-done lies about."""
    first = fetching.fetch_lists(tmp_path, ("un",), base=f"{base}/good", now=NOW, least=1)
    before = sorted(path.name for path in tmp_path.iterdir())
    later = NOW + dt.timedelta(days=1)
    got = fetching.fetch_lists(tmp_path, ("csl", "un"), base=f"{base}/{kind}", now=later, least=1, timeout=0.5)
    assert got.folder is None
    assert got.kept == first.folder
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert re.search(why, " ".join(got.faults))
    assert "un.xml" in got.faults[0]


def test_a_list_with_too_few_entries_is_another_file(tmp_path: Path, base: str) -> None:
    """A file that reads and holds three parties is not the list of three hundred."""
    got = fetching.fetch_lists(tmp_path, ("un",), base=f"{base}/good", now=NOW)
    assert got.folder is None
    assert "expected 300 at the least" in got.faults[0]


def test_other_addresses_are_refused(tmp_path: Path) -> None:
    """Only the web; a folder that cannot be written is said."""
    with pytest.raises(SourceError, match="is no web address"):
        fetching.download("file:///etc/passwd", tmp_path / "x", 1)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be written"):
        fetching.fetch_lists(tmp_path / "file", ("un",), base="http://127.0.0.1:9", now=NOW)
