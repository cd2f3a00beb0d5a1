"""Write what the program writes of itself: docs/cli.md, and which cases each provision decides."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "cli.md"
INDEX = ROOT / "src" / "ecluse" / "law" / "tested.json"


def page() -> str:
    """Give the page: every verb's help as the program prints it."""
    os.environ["COLUMNS"] = "100"
    from ecluse.cli.main import parser  # noqa: PLC0415 - after the width is set

    told = ["# The program\n", "Written by the program (`make docs`).\n"]
    for name, one in _parsers("ecluse", parser()):
        told.append(f"## {name}\n\n```text\n{one.format_help()}```\n")
    return "\n".join(told)


def _parsers(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list its verbs
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for verb, inner in action.choices.items():
                yield from _parsers(f"{name} {verb}", inner)


def index() -> str:
    """Give, as JSON, the cases of the exporter's gate that each provision decides."""
    import ecluse  # noqa: PLC0415
    from ecluse.cases import decided, read_file  # noqa: PLC0415

    lock = ecluse.build()
    found: dict[str, list[str]] = {one.id: [] for one in lock.library.provisions}
    for path in sorted((ROOT / "tests" / "cases" / "us").glob("*.toml")):
        for case in read_file(path):
            gate = decided(case, lock)["gates"]["exporter"]
            for step in (gate["ahead"] or gate)["steps"]:
                if step["answer"] == "yes" or (step["answer"] == "unknown" and step["undefined"]):
                    found[step["provision"]].append(case["id"])
    return json.dumps(found, indent=0, sort_keys=True) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    INDEX.write_text(index(), encoding="utf-8")
    print(f"wrote {PAGE.name} and {INDEX.name}")
