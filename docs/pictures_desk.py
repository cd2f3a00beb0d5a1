"""Make pictures of the demo desk into docs/pictures: `python docs/pictures_desk.py`, with Chromium and Playwright."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from pathlib import Path

FOLDER = Path(__file__).with_name("pictures")
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


def main() -> int:
    """Start a server, log in, open each page, and keep what it looks like."""
    import uvicorn  # noqa: PLC0415 - only this script needs a server and a browser
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from ecluse.web.app import create  # noqa: PLC0415
    from ecluse.web.desk import demo  # noqa: PLC0415
    from ecluse.web.settings import Settings  # noqa: PLC0415

    with demo.opened() as desk, sync_playwright() as play:
        app = create(Settings(rate=0, desk=str(desk.at), plan=desk.plan, proposals=desk.proposals, demo=True))
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
                page.get_by_label("Password").fill(desk.passwords[who])
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
