"""Write docs/cli.md: the help pages, by the program itself."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("cli.md")


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


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
