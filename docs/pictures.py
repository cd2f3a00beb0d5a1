"""Make pictures of every page into docs/pictures: `python docs/pictures.py`, with Chromium and Playwright."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

FOLDER = Path(__file__).with_name("pictures")
QUESTION = (
    "item.chip=H200+SXM&item.form=module&quantity=200000&origin=US&destination=CN&on=2026-01-24&known=2026-01-24"
    "&seller.name=NVIDIA+Corporation&seller.headquarters=US&buyer.name=Alibaba+Group&buyer.country=CN"
    "&buyer.headquarters=CN&buyer.kind=private+company&end_user.same_as=buyer&use=commercial+cloud"
)
PAGES = {
    "check": f"/check?{QUESTION}",
    "chips": "/chips?on=2023-11-17&before=2023-11-16&known=2026-01-24",
    "chip": "/chips/nvidia-h200-sxm-141gb?on=2026-01-24&known=2026-01-24",
    "compare": "/chips/compare?chips=nvidia-h200-sxm-141gb,nvidia-b200-sxm&on=2026-01-24&known=2026-01-24",
    "law": "/law",
    "provision": "/law/us.3a090.a",
    "diff": "/law/diff?known=2026-01-24",
    "evidence": "/evidence?known=2026-01-24",
    "claim": "/evidence/C053?known=2026-01-24",
    "world": "/world?on=2026-01-24&known=2026-01-24",
    "screen": f"/screen?name={quote('华为技术有限公司')}&country=CN&on=2026-08-10",
    "batch": "/batch",
    "book": "/batch/demo",
    "worklist": "/worklist/demo",
    "worklist-fact": "/worklist/demo?fact=other_controls_cleared",
    "api": "/api",
}


def main() -> int:
    """Start a server, open each page, and keep what it looks like."""
    import uvicorn  # noqa: PLC0415 - only this script needs a server and a browser
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from ecluse.web.app import create  # noqa: PLC0415
    from ecluse.web.settings import Settings  # noqa: PLC0415

    FOLDER.mkdir(exist_ok=True)
    server = uvicorn.Server(uvicorn.Config(create(Settings(rate=0)), port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    home = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, address in PAGES.items():
            for suffix, width in (("", 1280), ("-360", 360)):
                if suffix and name not in ("check", "chips"):
                    continue
                page = chromium.new_page(viewport={"width": width, "height": 1000}, locale="en-US")
                page.goto(home + address)
                page.screenshot(path=FOLDER / f"{name}{suffix}.png")
                page.close()
        chromium.close()
    server.should_exit = True
    thread.join(10)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
