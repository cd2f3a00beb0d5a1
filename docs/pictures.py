"""Make pictures of every page into docs/pictures: `make pictures`, with Chromium, Playwright and Pillow.

The day is held at DAY, so that the same pages make the same pictures. What a print gives is a PDF,
whose first pages `pdftoppm` (of poppler) turns into pictures.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
DAY = dt.date(2026, 1, 24)
WHEN = f"on={DAY}&known={DAY}"
TALLEST = 1500
QUESTION = (
    f"item.chip=H200+SXM&item.form=module&quantity=200000&origin=US&destination=CN&{WHEN}"
    "&seller.name=NVIDIA+Corporation&seller.headquarters=US&buyer.name=Alibaba+Group&buyer.country=CN"
    "&buyer.headquarters=CN&buyer.kind=private+company&end_user.same_as=buyer&use=commercial+cloud"
)
YES = (
    "item.chip=RTX+4080&quantity=2&origin=US&destination=DE&on=2026-08-01&known=2026-08-01&use=gaming"
    "&seller.name=NVIDIA+Corporation&seller.country=US&seller.headquarters=US"
    "&seller.ultimate_parent.headquarters=US&buyer.name=Muster+GmbH&buyer.country=DE&buyer.headquarters=DE"
    "&buyer.kind=private+company&buyer.owners=none&buyer.ultimate_parent.headquarters=DE"
    "&end_user.same_as=buyer&facts.other_controls_cleared=yes"
)
OPEN = f"item.chip=H200&quantity=5&origin=US&destination=CN&act=negotiate&{WHEN}&buyer.country=CN"
# A picture: its name, its address, how wide, in which language.
PICTURES = (
    ("check", f"/check?{QUESTION}", 1280, "en"),
    ("check-yes", f"/check?{YES}", 1280, "en"),
    ("check-not-known", f"/check?{OPEN}", 1280, "en"),
    ("check-ask", f"/check?{OPEN}&ask=buyer.owners[0].name", 1280, "en"),
    ("check-start", "/check", 1280, "en"),
    ("check-fr", f"/check?{QUESTION}", 1280, "fr"),
    ("check-zh", f"/check?{QUESTION}", 1280, "zh-Hans"),
    ("check-360", f"/check?{QUESTION}", 360, "en"),
    ("check-200-percent", f"/check?{QUESTION}", 640, "en"),
    ("chips", f"/chips?on=2023-11-17&before=2023-11-16&known={DAY}", 1280, "en"),
    ("chips-360", f"/chips?on=2023-11-17&before=2023-11-16&known={DAY}", 360, "en"),
    ("chip", f"/chips/nvidia-h200-sxm-141gb?{WHEN}", 1280, "en"),
    ("compare", f"/chips/compare?chips=nvidia-h200-sxm-141gb,nvidia-b200-sxm&{WHEN}", 1280, "en"),
    ("law", "/law", 1280, "en"),
    ("provision", "/law/us.3a090.a", 1280, "en"),
    ("diff", f"/law/diff?known={DAY}", 1280, "en"),
    ("evidence", f"/evidence?known={DAY}", 1280, "en"),
    ("evidence-buyers", f"/evidence?known={DAY}&lanes=buyer", 1280, "en"),
    ("claim", f"/evidence/C053?known={DAY}", 1280, "en"),
    ("world", f"/world?{WHEN}", 1280, "en"),
    ("world-360", f"/world?{WHEN}", 360, "en"),
    ("screen", f"/screen?name={quote('华为技术有限公司')}&country=CN&on=2026-08-10", 1280, "en"),
    ("batch", "/batch", 1280, "en"),
    ("book", "/batch/demo", 1280, "en"),
    ("worklist", "/worklist/demo", 1280, "en"),
    ("worklist-fact", "/worklist/demo?fact=other_controls_cleared", 1280, "en"),
    ("api", "/api", 1280, "en"),
    ("enter", "/enter", 1280, "en"),
    ("problem", "/law/us.no-such-provision", 1280, "en"),
)
PRINTED = (("check-print", f"/check?{QUESTION}", 3),)


def start() -> tuple[Any, str]:
    """Serve on a free port, on a day that stands still; give the server with its address."""
    import uvicorn  # noqa: PLC0415 - only this script needs a server and a browser

    from ecluse.web.app import create  # noqa: PLC0415
    from ecluse.web.pages import chips, evidence, law, world  # noqa: PLC0415
    from ecluse.web.settings import Settings  # noqa: PLC0415

    for module in (chips, evidence, law, world):
        module.today = lambda: DAY  # type: ignore[attr-defined]
    server = uvicorn.Server(uvicorn.Config(create(Settings()), port=0, log_level="error", ws="none"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


def smaller(path: Path) -> None:
    """Keep a picture at its size in 255 colours: those of the stylesheet, and the commonest of its own."""
    from PIL import Image  # noqa: PLC0415

    picture = Image.open(path).convert("RGB")
    style = (ROOT / "src" / "ecluse" / "web" / "static" / "ecluse.css").read_text("utf-8")
    told = re.findall(r"#([0-9a-f]{6})\b", style)
    named = [tuple(int(one[place : place + 2], 16) for place in (0, 2, 4)) for one in dict.fromkeys(told)]
    counted: list[Any] = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)
    colours: list[Any] = list(dict.fromkeys([*named, *(colour for _count, colour in counted)]))[:255]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for colour in colours for level in colour])
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


def shown(browser: Any, home: str) -> Iterator[Path]:  # noqa: ANN401 - Playwright's browser
    """Open each page, and keep what it looks like."""
    for name, address, width, language in PICTURES:
        page = browser.new_page(viewport={"width": width, "height": 1000}, locale="en-US", reduced_motion="reduce")
        page.goto(home + address + ("&" if "?" in address else "?") + f"lang={language}")
        tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        page.set_viewport_size({"width": width, "height": tall})
        path = FOLDER / f"{name}.png"
        page.screenshot(path=path)
        page.close()
        yield path


def printed(browser: Any, home: str) -> Iterator[Path]:  # noqa: ANN401 - Playwright's browser
    """Print pages as PDF, and keep what the first sheets look like."""
    if shutil.which("pdftoppm") is None:
        print("NO PICTURES OF PRINTS: apt-get install poppler-utils")
        return
    for name, address, sheets in PRINTED:
        page = browser.new_page(locale="en-US")
        page.goto(home + address)
        with tempfile.TemporaryDirectory() as folder:
            sheet = Path(folder) / "sheet"
            page.pdf(path=f"{sheet}.pdf", format="A4")
            command = ["pdftoppm", "-r", "70", "-png", "-l", str(sheets), f"{sheet}.pdf", str(sheet)]
            subprocess.run(command, check=True)  # noqa: S603 - our own arguments
            for number, made in enumerate(sorted(Path(folder).glob("*.png")), 1):
                yield Path(shutil.copy(made, FOLDER / f"{name}-{number}.png"))
        page.close()


def main() -> int:
    """Start a server, open each page, and keep what it looks like."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    os.environ["TZ"] = "UTC"
    server, home = start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for path in (*shown(browser, home), *printed(browser, home)):
            smaller(path)
        browser.close()
    server.should_exit = True
    made = list(FOLDER.glob("*.png"))
    print(f"{len(made)} pictures in {FOLDER.name}, {sum(path.stat().st_size for path in made) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
