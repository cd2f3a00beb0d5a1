"""A list file as a stream: its bytes unpacked within limits, its characters, its lines, its JSON values one by one.

A file is gone through once for its digest, its size and its encoding, and read from the start again:
what is held is never more than a piece of it, however large it is.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import hashlib
import io
import json
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from ecluse.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 400_000_000
BLOCK = 1 << 16
HEAD = 4_000
# No line of a list and no entry of a JSON list is longer than this many characters.
LONGEST_LINE = 4_000_000
FETCH_AGAIN = "Fetch it again."
_BLANKS = " \t\r\n\ufeff"


@dataclass(frozen=True, slots=True)
class Source:
    """A list file: where it lies, the sha256 of its bytes unpacked, how they are written, how it begins.

    `advice` is what to do where it cannot be read.
    """

    path: Path
    digest: str
    encoding: str
    head: str
    advice: str

    @property
    def name(self) -> str:
        """The file's name, by which messages call it."""
        return self.path.name

    def bytes(self) -> contextlib.AbstractContextManager[IO[bytes]]:
        """Open its bytes, unpacked where it is gzip."""
        return _unpacked(self.path)

    @contextlib.contextmanager
    def text(self) -> Iterator[io.TextIOWrapper]:
        """Open its characters, line ends as they are."""
        with _unpacked(self.path) as raw:
            yield io.TextIOWrapper(raw, self.encoding, errors="replace", newline="")

    def pieces(self) -> Iterator[str]:
        """Give its characters in pieces of `BLOCK`."""
        with self.text() as file:
            while piece := file.read(BLOCK):
                yield piece

    def lines(self, skip: int = 0) -> Iterator[str]:
        """Give its lines with their ends, the first `skip` left out. One without an end is refused."""
        with self.text() as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), ""), 1):
                if len(line) > LONGEST_LINE:
                    message = f"{self.name}:{number}: a line of more than {LONGEST_LINE:,} characters; no list has one."
                    raise SourceError(message)
                if number > skip:
                    yield line

    def values(self) -> Iterator[tuple[str | None, object]]:
        """Give the values of a JSON file one by one: (None, element) of an array, or of the array `results`.

        Of an object each other field is given by its name. Raises SourceError where it is no JSON.
        """
        with self.text() as file:
            cursor = _Cursor(file, self.name, self.advice)
            try:
                yield from cursor.values()
                if cursor.peek():
                    cursor.refuse("more follows its end")
            except RecursionError:
                cursor.refuse("it is nested without end")


def examine(path: Path, advice: str = FETCH_AGAIN) -> Source:
    """Go through a file once: its digest, its size within the limit, its encoding. `advice` ends what is said of it.

    UTF-8, with or without a byte order mark; UTF-16 with one; else the old Windows page of OFAC's files.
    """
    total, size, utf8 = hashlib.sha256(), 0, True
    begin = b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with _unpacked(path) as raw:
            while block := raw.read(BLOCK):
                total.update(block)
                size += len(block)
                begin = begin or block
                if size > LARGEST:
                    message = f"{path}: larger than {LARGEST:,} bytes unpacked; no published list is."
                    raise SourceError(message)
                utf8 = utf8 and _decodes(decoder, block)
    except (OSError, EOFError, zlib.error) as problem:
        message = f"{path}: cannot be read ({getattr(problem, 'strerror', None) or problem}). {advice}"
        raise SourceError(message) from None
    encoding = "utf-16" if begin[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if encoding == "utf-8-sig" and not (utf8 and _decodes(decoder, b"", final=True)):
        encoding = "cp1252"
    return Source(path, total.hexdigest(), encoding, begin.decode(encoding, "replace")[:HEAD].lstrip(_BLANKS), advice)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


@contextlib.contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield cast("IO[bytes]", unpacked)
        else:
            yield file


class _Cursor:
    """A place in a JSON text of which only a piece is held."""

    def __init__(self, file: io.TextIOWrapper, name: str, advice: str = FETCH_AGAIN) -> None:
        self.file, self.name, self.advice = file, name, advice
        self.held, self.at, self.ended = "", 0, False
        self.decoder = json.JSONDecoder()

    def refuse(self, why: str) -> None:
        """Say that it is no JSON."""
        message = f"{self.name}: not JSON ({why}); it may be cut off. {self.advice}"
        raise SourceError(message) from None

    def more(self) -> bool:
        """Read on; what lies behind the place is let go. False where nothing follows."""
        piece = self.file.read(max(BLOCK, len(self.held) - self.at))
        self.held, self.at = self.held[self.at :] + piece, 0
        self.ended = not piece
        return bool(piece)

    def peek(self) -> str:
        """Give the next character that is no blank, or nothing at the end."""
        while True:
            while self.at < len(self.held) and self.held[self.at] in _BLANKS:
                self.at += 1
            if self.at < len(self.held) or not self.more():
                return self.held[self.at : self.at + 1]

    def take(self, mark: str) -> None:
        """Take a mark that must follow."""
        if self.peek() != mark:
            self.refuse(f"{mark!r} is expected")
        self.at += 1

    def value(self) -> object:
        """Take one whole value."""
        self.peek()
        while True:
            try:
                found, end = self.decoder.raw_decode(self.held, self.at)
            except ValueError as problem:
                if self.ended:
                    self.refuse(str(problem))
            else:
                # A number near the end of what is held may go on: 1, 1.5, 1.5e+9.
                if end + 3 <= len(self.held) or self.ended or isinstance(found, (str, list, dict)):
                    self.at = end
                    return cast("object", found)
            if len(self.held) - self.at > LONGEST_LINE:
                self.refuse(f"a value of more than {LONGEST_LINE:,} characters")
            self.more()

    def values(self) -> Iterator[tuple[str | None, object]]:
        """Give the elements of an array; of an object its fields, `results` element by element."""
        if self.peek() == "[":
            yield from ((None, one) for one in self.elements())
            return
        self.take("{")
        if self.peek() == "}":
            self.at += 1
            return
        while True:
            name = self.value()
            self.take(":")
            if name == "results" and self.peek() == "[":
                yield "results", []
                yield from ((None, one) for one in self.elements())
            else:
                yield str(name), self.value()
            if self.peek() == "}":
                self.at += 1
                return
            self.take(",")

    def elements(self) -> Iterator[object]:
        """Give the elements of an array one by one."""
        self.take("[")
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            yield self.value()
            if self.peek() == "]":
                self.at += 1
                return
            self.take(",")
