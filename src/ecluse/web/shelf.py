"""Uploaded tables: a private folder for each, seen by whoever uploaded it, and gone after a stated time."""

from __future__ import annotations

import atexit
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.web.problem import Problem

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecluse.convoy import Options, Run
    from ecluse.web.settings import Settings
    from ecluse.web.worklist import Work

PREFIX = "ecluse-books-"
NOBODY = ""
DEMO = "demo"
GONE = "no such book here: its time may be over, or another browser uploaded it"
AGAIN = "Upload the table again: /batch."
MOST_BOOKS = 200
LOOK_EVERY = 60.0


@dataclass(eq=False)
class Upload:
    """An uploaded table and what has become of it.

    `owner` is the digest of the cookie of the browser that sent it; the demo book has none, and is
    everybody's to read. `state` is waiting, running, done or failed; `share` how much has been
    answered, from 0 to 1.
    """

    id: str
    owner: str
    folder: Path
    name: str
    size: int
    ends: float
    state: str = "waiting"
    rows: int = 0
    share: float = 0.0
    error: str = ""
    gone: bool = False
    options: Options | None = None
    run: Run | None = None
    work: Work | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def over(self) -> bool:
        """Has it come to an end, good or bad?"""
        return self.state in ("done", "failed")

    def path(self, name: str) -> Path:
        """Give the place of one of its files."""
        return self.folder / name


def taken(folder: Path) -> int | None:
    """Mark a folder as in use until the process ends; None where another holds it, or marks are not known here."""
    if sys.platform == "win32":
        return None
    mark = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(mark)
        return None
    return mark


class Shelf:
    """Where uploads stand. Nothing on it outlives the server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.uploads: dict[str, Upload] = {}
        self.lock = threading.Lock()
        base = settings.uploads or Path(tempfile.gettempdir())
        self._forget_the_dead(base)
        self.root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        self._mark = taken(self.root)
        self.closed = threading.Event()
        self.watching = False
        atexit.register(self.close)

    def _forget_the_dead(self, base: Path) -> None:
        """Remove what a server that was cut off left behind, once its time is over; a living one holds its own."""
        for left in base.glob(f"{PREFIX}*"):
            with suppress(OSError):
                old = time.time() - left.stat().st_mtime > self.settings.upload_seconds
                mark = taken(left) if old else None
                if mark is not None:
                    shutil.rmtree(left, ignore_errors=True)
                    os.close(mark)

    def close(self) -> None:
        """Remove everything."""
        self.closed.set()
        for upload in self._all():
            upload.gone = True
        self.uploads.clear()
        shutil.rmtree(self.root, ignore_errors=True)
        if self._mark is not None:
            os.close(self._mark)
            self._mark = None

    def make(self, owner: str, name: str, size: int) -> Upload:
        """Make room for an upload; Problem where a quota is used up."""
        settings = self.settings
        self.sweep()
        with self.lock:
            own = [one for one in self._all() if one.owner == owner]
            if len(own) >= settings.uploads_each and owner != NOBODY:
                raise Problem(429, f"you have {len(own)} tables here; remove one, or wait until its time is over")
            if len(self.uploads) >= MOST_BOOKS or self.used() + size > settings.upload_total:
                raise Problem(503, "there is no room for another table now; tables go when their time is over")
            identity = DEMO if owner == NOBODY else secrets.token_urlsafe(18)
            folder = self.root / secrets.token_hex(16)
            folder.mkdir(mode=0o700)
            upload = Upload(identity, owner, folder, name, size, time.time() + settings.upload_seconds)
            self.uploads[identity] = upload
            if not self.watching:
                self.watching = True
                threading.Thread(target=self._watch, name="shelf", daemon=True).start()
        return upload

    def _all(self) -> list[Upload]:
        return list(self.uploads.values())

    def _watch(self) -> None:
        """Sweep from time to time, whether anybody asks or not."""
        while not self.closed.wait(min(LOOK_EVERY, self.settings.upload_seconds / 4)):
            self.sweep()

    def used(self) -> int:
        """Give the bytes that all uploads and their answers take."""
        total = 0
        for path in self.root.rglob("*"):
            with suppress(OSError):  # it may be removed meanwhile
                total += path.stat().st_size if path.is_file() else 0
        return total

    def sweep(self, now: float | None = None) -> None:
        """Remove what has had its time; the demo book stays."""
        moment = time.time() if now is None else now
        for upload in self._all():
            if upload.owner != NOBODY and upload.ends <= moment:
                self.remove(upload)

    def remove(self, upload: Upload) -> None:
        """Remove an upload with all that was made of it; a run still under way stops."""
        upload.gone = True
        with self.lock:
            self.uploads.pop(upload.id, None)
        shutil.rmtree(upload.folder, ignore_errors=True)

    def of(self, owner: str, identity: str) -> Upload:
        """Give an upload to whoever may see it; Problem for everybody else."""
        self.sweep()
        upload = self.uploads.get(identity)
        if upload is None or upload.owner not in (owner, NOBODY):
            raise Problem(404, GONE, AGAIN)
        return upload

    def own(self, owner: str) -> Iterator[Upload]:
        """Give the uploads of a browser, the newest first."""
        self.sweep()
        yield from sorted((one for one in self._all() if one.owner == owner), key=lambda one: -one.ends)


def owner_of(cookie: str) -> str:
    """Give what an upload remembers of its browser's cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest() if cookie else "?"
