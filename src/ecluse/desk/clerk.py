"""One writer for many: a clerk who answers over a socket, whatever is waiting in one commit.

A frame is four bytes of length, then the request, then each document that comes with it as a line
of its own: its kind, a space, its bytes in base64. An answer is four bytes of length and JSON.
"""

from __future__ import annotations

import base64
import contextlib
import queue
import selectors
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING

from ecluse.desk.requests import Request
from ecluse.errors import DeskError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ecluse.desk.store.base import Store

SOCKET = "desk.sock"
_LENGTH = struct.Struct(">I")
LARGEST_FRAME = 32_000_000
MOST_AT_ONCE = 2_000
CHUNK = 1 << 16
GATHER_SECONDS = 0.00015


def frame(request: Request) -> bytes:
    """Write a request for the way."""
    parts = [request.raw, *(kind.encode() + b" " + base64.b64encode(body) for kind, body in request.documents)]
    raw = b"\n".join(parts)
    return _LENGTH.pack(len(raw)) + raw


def unframe(raw: bytes) -> Request:
    """Read a request off the way; what is malformed will be refused as a request."""
    first, *rest = raw.split(b"\n")
    documents = []
    for line in rest:
        kind, _, body = line.partition(b" ")
        with contextlib.suppress(ValueError):
            documents.append((kind.decode(errors="replace"), base64.b64decode(body, validate=True)))
    return Request(first, tuple(documents))


class _Client:
    """One connection: what has come in of it, and what has yet to go out."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.inward = bytearray()
        self.outward = bytearray()

    def frames(self) -> list[bytes]:
        """Take the whole frames out of what has come in. Raises ValueError on one too large."""
        found, place = [], 0
        while len(self.inward) - place >= 4:
            (length,) = _LENGTH.unpack_from(self.inward, place)
            if length > LARGEST_FRAME:
                message = "a frame too large"
                raise ValueError(message)
            if len(self.inward) - place - 4 < length:
                break
            found.append(bytes(self.inward[place + 4 : place + 4 + length]))
            place += 4 + length
        del self.inward[:place]
        return found


class Clerk:
    """Serves one store on one socket until `stop`; run it in the thread that owns the store."""

    def __init__(self, store: Store, path: Path) -> None:
        self._store, self._path = store, path
        self._selector = selectors.DefaultSelector()
        self._stopping = threading.Event()
        self._usual = self._last = 0
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._listener.bind(str(path))
        except OSError as problem:
            message = f"{path}: no socket can be made there ({problem}); a path of some 100 signs at most."
            raise DeskError(message) from None
        path.chmod(0o600)
        self._listener.listen(128)
        self._listener.settimeout(0)
        self._selector.register(self._listener, selectors.EVENT_READ, None)

    def stop(self) -> None:
        """Ask the clerk to finish the batch in hand and go."""
        self._stopping.set()

    def serve(self) -> None:
        """Answer until asked to stop."""
        try:
            while not self._stopping.is_set():
                self._turn()
        finally:
            for key in list(self._selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]
            self._selector.close()
            self._path.unlink(missing_ok=True)

    def _turn(self) -> None:
        waiting: list[tuple[_Client, Request]] = []
        self._look(waiting, 0.2)
        # Those answered a moment ago are about to ask again: one commit for all is cheaper than two.
        end = time.perf_counter() + GATHER_SECONDS
        while 0 < len(waiting) < self._usual and time.perf_counter() < end:
            self._look(waiting, 0)
        self._usual = len(waiting) + self._last if len(waiting) < self._usual else len(waiting)
        self._last = len(waiting)
        for start in range(0, len(waiting), MOST_AT_ONCE):
            batch = waiting[start : start + MOST_AT_ONCE]
            answers = self._store.ask([request for _, request in batch])
            for (client, _), answer in zip(batch, answers, strict=True):
                client.outward += _LENGTH.pack(len(answer)) + answer
            for client in {id(client): client for client, _ in batch}.values():
                self._send(client)

    def _look(self, waiting: list[tuple[_Client, Request]], seconds: float) -> None:
        """Take what has come in, send what can go out."""
        for key, mask in self._selector.select(seconds):
            if key.data is None:
                self._welcome()
            elif mask & selectors.EVENT_READ:
                self._take(key.data, waiting)
            else:
                self._send(key.data)

    def _welcome(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(0)
        self._selector.register(connection, selectors.EVENT_READ, _Client(connection))

    def _take(self, client: _Client, waiting: list[tuple[_Client, Request]]) -> None:
        try:
            raw = client.connection.recv(CHUNK)
            client.inward += raw
            waiting += [(client, unframe(one)) for one in client.frames()]
        except (OSError, ValueError):
            raw = b""
        if not raw:
            self._drop(client)

    def _send(self, client: _Client) -> None:
        try:
            sent = client.connection.send(client.outward)
            del client.outward[:sent]
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.outward else 0)
            if client.outward or self._selector.get_key(client.connection).events != events:
                self._selector.modify(client.connection, events, client)
        except BlockingIOError:
            self._selector.modify(client.connection, selectors.EVENT_READ | selectors.EVENT_WRITE, client)
        except (OSError, KeyError):
            self._drop(client)

    def _drop(self, client: _Client) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(client.connection)
        client.connection.close()


class Caller:
    """Asks a clerk over its socket. Raises DeskError where the clerk does not answer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._connection.connect(str(path))
        except OSError as problem:
            self._connection.close()
            message = f"{path}: no clerk answers there ({problem.strerror})."
            raise DeskError(message) from None

    def ask(self, requests: Sequence[Request]) -> list[bytes]:
        """Send requests, and give their answers; when it returns they are safe on disk."""
        try:
            self._connection.sendall(b"".join(frame(request) for request in requests))
            return [self._take(_LENGTH.unpack(self._take(4))[0]) for _ in requests]
        except OSError as problem:
            message = (
                f"{self._path}: the clerk went away ({problem}). Whether it had answered is not known: "
                "ask again with the same ids."
            )
            raise DeskError(message) from None

    def _take(self, length: int) -> bytes:
        found = bytearray()
        while len(found) < length:
            raw = self._connection.recv(length - len(found))
            if not raw:
                message = "it hung up"
                raise OSError(message)
            found += raw
        return bytes(found)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Writer:
    """One writer for the threads of one process: a queue, and whatever waits in it in one commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[tuple[list[Request], queue.SimpleQueue[object]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="desk writer", daemon=True)
        self._thread.start()

    def ask(self, requests: Sequence[Request]) -> list[bytes]:
        """Answer requests of one thread; any number of threads may ask at once."""
        back: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._queue.put((list(requests), back))
        found = back.get()
        if isinstance(found, BaseException):
            raise found
        return found  # type: ignore[return-value]

    def close(self) -> None:
        """Finish what waits, and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch = [self._queue.get()]
            with contextlib.suppress(queue.Empty):
                while len(batch) < MOST_AT_ONCE:
                    batch.append(self._queue.get_nowait())
            going = None not in batch
            asked = [one for one in batch if one is not None]
            if asked:
                self._answer(asked)

    def _answer(self, asked: list[tuple[list[Request], queue.SimpleQueue[object]]]) -> None:
        try:
            answers = self._store.ask([request for requests, _ in asked for request in requests])
        except Exception as problem:  # noqa: BLE001 - each asker is told, and the writer goes on
            for _, back in asked:
                back.put(problem)
            return
        place = 0
        for requests, back in asked:
            back.put(answers[place : place + len(requests)])
            place += len(requests)


def refuse_large(request: Request) -> None:
    """Refuse a request whose documents are too large to travel. Raises InputError."""
    size = sum(len(body) for _, body in request.documents)
    if size * 4 // 3 > LARGEST_FRAME - CHUNK * 4:
        message = f"documents of {size:,} bytes; at most some {LARGEST_FRAME * 3 // 4:,} travel with one request."
        raise InputError(message)
