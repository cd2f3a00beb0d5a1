"""Make pictures of the desk's pages into docs/pictures: `python docs/pictures_desk.py`, with Chromium, Playwright."""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).with_name("pictures")
PASSWORD = "only for pictures"  # noqa: S105 - of a desk that lives as long as this script
# Who looks at what.
PAGES = {
    "desk-worklist": ("sue", "/desk"),
    "desk-line": ("sam", "/desk/lines/PO-2026-0118/1"),
    "desk-balances": ("sam", "/desk/balances"),
    "desk-journal": ("ana", "/desk/journal"),
    "desk-papers": ("sam", "/desk/papers"),
    "desk-paper": ("sam", "/desk/papers/D0000001"),
    "desk-plan": ("ana", "/desk/plan?ratio=0.35"),
    "desk-record": ("aud", "/desk/record"),
    "claims-review": ("ana", "/claims/review?from=article-fr.toml"),
    "desk-login": (None, "/desk/login"),
}
NARROW = ("desk-worklist", "desk-balances")
ROLES = {"sue": "releaser", "ana": "analyst", "sam": "licence-manager", "aud": "auditor"}


def day(at: str, proposals: Path) -> None:
    """Make a desk with a day in it, by the verbs, and proposals to review."""
    from ecluse.cli import main as ecluse  # noqa: PLC0415 - a script that takes its time

    who = ("sue=supervisor", "ana=analyst", "sam=shipper,records")
    lines = ("PO-2026-0117/3", "PO-2026-0118/1")
    files = [str(ROOT / "examples" / name) for name in ("alibaba-h200.toml", "desk/bytedance-h200.toml")]
    papers = str(ROOT / "examples" / "desk" / "papers.toml")
    override = "counsel's memo of today; shipments wait for the importer's papers"
    for words in (
        ["init", *(word for one in who for word in ("--person", one))],
        ["order", *files, "--by", "ana"],
        ["check", *lines, "--by", "ana", "--known", "2026-01-24"],
        ["authorise", papers, "--by", "sam"],
        ["tally", "cap-h200:base=1583200000", "--reason", "100,000 H200 shipped to US customers", "--by", "sam"],
        ["hold", lines[0], "--reason", "the importer's papers are not here", "--by", "ana"],
        ["release", lines[1], "--reason", override, "--by", "sue"],
        ["reserve", lines[1], "--quantity", "20000", "--using", "D0000001", "--by", "sam", "--id", "hold-1"],
        ["ship", "hold-1", "--by", "sam"],
        ["reserve", lines[1], "--quantity", "10000", "--using", "D0000001", "--by", "sam", "--id", "hold-2"],
    ):
        with contextlib.redirect_stdout(io.StringIO()):
            ecluse(["desk", words[0], "--at", at, *words[1:]])
    for name, role in ROLES.items():
        sys.stdin = io.StringIO(f"{PASSWORD}\n")
        ecluse(["serve", "user", "add", name, "--role", role, "--desk", at, "--by", "sue"])
    proposals.mkdir()
    article = str(ROOT / "examples" / "article-fr.txt")
    with contextlib.redirect_stdout(io.StringIO()):
        ecluse(["read", article, "--known", "2026-03-13", "--to", str(proposals / "article-fr.toml")])


def main() -> int:
    """Start a server, log in, open each page, and keep what it looks like."""
    import uvicorn  # noqa: PLC0415 - only this script needs a server and a browser
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from ecluse.web.app import create  # noqa: PLC0415
    from ecluse.web.settings import Settings  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        at, proposals = f"{folder}/books", Path(folder) / "proposals"
        day(at, proposals)
        plan = ROOT / "examples" / "desk" / "plan.toml"
        app = create(Settings(rate=0, desk=at, plan=plan, proposals=proposals))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        home = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (who, address) in PAGES.items():
            page = chromium.new_page(viewport={"width": 1280, "height": 1000}, locale="en-US")
            if who:
                page.goto(f"{home}/desk/login")
                page.get_by_label("Name").fill(who)
                page.get_by_label("Password").fill(PASSWORD)
                page.get_by_role("button", name="Log in").click()
                page.wait_for_url(f"{home}/desk")
            for suffix, width in (("", 1280), ("-360", 360)):
                if suffix and name not in NARROW:
                    continue
                page.set_viewport_size({"width": width, "height": 1000})
                page.goto(home + address)
                page.screenshot(path=FOLDER / f"{name}{suffix}.png")
            page.close()
        chromium.close()
        server.should_exit = True
        thread.join(10)
    print(f"{len(PAGES)} pages of the desk in {FOLDER.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
