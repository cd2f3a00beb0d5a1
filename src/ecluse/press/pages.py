"""HTML by trafilatura in precision mode, within limits of size, depth and time."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.press.furniture import is_prose
from ecluse.press.stamps import stamps_in

if TYPE_CHECKING:
    from ecluse.press.article import Stamp

INSTALL = "pip install 'ecluse[press]'"
# Pages up to this size are read here; larger ones in a child that can be stopped.
_HERE = 300_000
SECONDS = 20
MEMORY = 1_500_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """The story of a page, and what the page's own metadata say."""

    text: str
    by: str
    title: str | None
    byline: str | None
    publisher: str | None
    published: Stamp | None


def page(raw: bytes, place: str, url: str | None, seconds: float = SECONDS) -> Page:
    """Take the story out of a page. Raises SourceError where the extra is missing or nothing is found in time."""
    found = extract(raw, url, place) if len(raw) <= _HERE and _depth(raw) < 400 else _in_child(raw, place, url, seconds)
    lines = str((found or {}).get("text") or "").splitlines()
    if found is None or not any(is_prose(line) for line in lines):
        message = f"{place}: no story was found in this page; save the article's text and read that."
        raise SourceError(message)
    date = found.get("date")
    stamps = list(stamps_in(date, "en")) if date else []
    version = found.get("version")
    return Page(
        text=str(found["text"]),
        by=f"trafilatura {version}, precision",
        title=found.get("title"),
        byline=found.get("author"),
        publisher=found.get("sitename"),
        published=stamps[0] if stamps else None,
    )


def _depth(raw: bytes) -> int:
    """Guess how deep a page nests: opening tags of one kind without their ends."""
    return max(raw.count(b"<" + tag) - raw.count(b"</" + tag) for tag in (b"div", b"span", b"b>", b"table", b"ul"))


def extract(raw: bytes, url: str | None, place: str) -> dict[str, str | None] | None:
    """Run the library on a page; None where it finds nothing."""
    try:
        import trafilatura  # noqa: PLC0415 - an extra, and plain text does not pay for it
    except ImportError as problem:
        message = f"{place}: reading HTML needs trafilatura; install it with {INSTALL}, or give the text ({problem})."
        raise SourceError(message) from None
    try:
        found = trafilatura.bare_extraction(
            raw,
            url=url,
            favor_precision=True,
            include_comments=False,
            include_tables=False,
            with_metadata=True,
            # A day that only a search of the whole page would find is a guess, and costs a second.
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except (ValueError, TypeError, AttributeError, RecursionError, AssertionError) as problem:
        message = (
            f"{place}: this page cannot be read ({type(problem).__name__}: {problem}); save its text and read that."
        )
        raise SourceError(message) from None
    if found is None:
        return None
    data = found.as_dict()
    kept = {name: data.get(name) for name in ("text", "title", "author", "sitename", "date")}
    return {name: None if value is None else str(value) for name, value in kept.items()} | {
        "version": trafilatura.__version__
    }


def _in_child(raw: bytes, place: str, url: str | None, seconds: float) -> dict[str, str | None] | None:
    """Read a large or deep page in a child process that is stopped at its time and held to its memory."""
    command = [sys.executable, "-m", "ecluse.press.pages", str(MEMORY), place, url or ""]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=seconds, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired:
        message = f"{place}: no story was found in {seconds:g} s; save the article's text and read that."
        raise SourceError(message) from None
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()
        broken = (
            f"{place}: this page needs more memory than it may have, or breaks its parser; save its text and read that."
        )
        raise SourceError(last[-1] if done.returncode == 2 and last else broken)
    answer: dict[str, str | None] | None = json.loads(done.stdout)
    return answer


def child() -> int:
    """Read a page from standard input within the memory that the first argument allows; run by `_in_child`."""
    memory, place, url = sys.argv[1:4]
    try:
        import resource  # noqa: PLC0415 - Unix only
    except ImportError:
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        found = extract(sys.stdin.buffer.read(), url or None, place)
    except SourceError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except MemoryError:
        return 3
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(child())
