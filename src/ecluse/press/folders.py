"""What to read: files, folders, feeds, archives, standard input; each item once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.press.sources import LARGEST_HTML, looks_like_warc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ecluse.press.article import Stamp

LARGEST = 64_000_000
ENDINGS = (".txt", ".html", ".htm", ".xml", ".rss", ".atom", ".warc", ".warc.gz", ".md")


@dataclass(frozen=True, slots=True)
class Item:
    """Bytes of one article, with the address and day that its carrier (feed, archive) gives."""

    raw: bytes
    place: str
    url: str | None = None
    published: Stamp | None = None


@dataclass
class Seen:
    """Digests of what was read before, kept in a file where one is named."""

    path: Path | None = None
    digests: set[str] = field(default_factory=set)
    fresh: list[str] = field(default_factory=list)

    def first_time(self, item: Item) -> bool:
        """Was the item not read before? It counts as read from now on."""
        digest = _digest(item)
        if digest in self.digests:
            return False
        self.digests.add(digest)
        self.fresh.append(digest)
        return True

    def refused(self, item: Item) -> None:
        """Do not keep an item that could not be read: the next start tries it again."""
        self.fresh.remove(_digest(item))

    def keep(self) -> None:
        """Add what was read to the file."""
        if self.path is not None and self.fresh:
            try:
                with self.path.open("a", encoding="utf-8") as file:
                    file.writelines(f"{digest}\n" for digest in self.fresh)
            except OSError as problem:
                raise _unkept(self.path, problem) from None
            self.fresh.clear()


def _digest(item: Item) -> str:
    return hashlib.sha256(item.raw + (item.url or "").encode()).hexdigest()


def _unkept(path: Path, problem: object) -> SourceError:
    return SourceError(f"{path}: the list of items read cannot be kept ({problem}); name another file with --seen.")


def remembered(path: Path | None) -> Seen:
    """Take up the list of what was read before; a list that is not there yet is empty.

    Raises SourceError where it cannot be read, or could not be written.
    """
    if path is None:
        return Seen(path)
    if not path.exists():
        if not path.absolute().parent.is_dir():
            raise _unkept(path, "its folder is not there")
        return Seen(path)
    try:
        return Seen(path, set(path.read_text(encoding="utf-8").split()))
    except (OSError, UnicodeDecodeError) as problem:
        message = f"{path}: the list of items read cannot be read ({problem}); name another file with --seen."
        raise SourceError(message) from None


def gathered(names: Sequence[str], stdin: Callable[[], bytes], seen: Seen) -> Iterator[Item]:
    """Give the items that files, folders, feeds and archives hold, in a fixed order, each once.

    Raises SourceError for what cannot be opened.
    """
    for name in names:
        for item in _items(name, stdin):
            if seen.first_time(item):
                yield item


def _items(name: str, stdin: Callable[[], bytes]) -> Iterator[Item]:
    if name == "-":
        yield from _inside(_within(stdin(), "standard input"), "standard input")
        return
    path = Path(name)
    if path.is_dir():
        for one in sorted(path.rglob("*")):
            if one.is_file() and one.name.lower().endswith(ENDINGS):
                yield from items_of(one)
        return
    yield from items_of(path)


def items_of(path: Path) -> Iterator[Item]:
    """Give the items of one file: an article, the entries of a feed, the pages of an archive. Raises SourceError."""
    # A name that is no UTF-8 is shown with question marks, so that it can be written.
    place = path.as_posix().encode("utf-8", "replace").decode()
    if path.name.lower().endswith((".warc", ".warc.gz")):
        from ecluse.press.warc import records  # noqa: PLC0415 - only archives pay for it

        for record in records(path):
            yield Item(record.raw, f"{place} {record.url}", record.url or None)
        return
    try:
        with path.open("rb") as file:
            raw = _within(file.read(LARGEST + 1), place)
    except OSError as problem:
        why = problem.strerror or problem
        message = f"{place}: cannot be opened ({why}); name a file, a folder, or - for standard input."
        raise SourceError(message) from None
    if looks_like_warc(raw, place):
        message = f"{place}: is an archive; name it .warc or .warc.gz, so that it is read as one."
        raise SourceError(message)
    yield from _inside(raw, place)


def _within(raw: bytes, place: str) -> bytes:
    if len(raw) > LARGEST:
        message = f"{place}: more than {LARGEST:,} bytes; an article is at most {LARGEST_HTML:,}."
        raise SourceError(message)
    if not raw.strip():
        message = f"{place}: is empty; give the text of an article."
        raise SourceError(message)
    return raw


def _inside(raw: bytes, place: str) -> Iterator[Item]:
    from ecluse.press.feeds import entries, looks_like_feed, text_of  # noqa: PLC0415 - light, but only files need it

    if not looks_like_feed(raw):
        yield Item(raw, place)
        return
    for number, entry in enumerate(entries(raw, place), 1):
        if entry.body or entry.title:
            yield Item(text_of(entry), f"{place} item {number}", entry.url, entry.published)
