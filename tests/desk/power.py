"""A disk that loses what was not synced: a layer below SQLite, for tests of power cuts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw

from ecluse.desk.store.sqlite import FILE

if TYPE_CHECKING:
    import random
    import sqlite3

NAME = "ecluse-power"
Write = tuple[int, bytes]


@dataclass
class Disk:
    """What is safe of each file, and what was written since its last sync.

    After so many writes the power is gone: whatever is written then is written by a ghost, and is
    not found afterwards.
    """

    cut_after: int
    safe: dict[str, bytearray] = field(default_factory=dict)
    unsafe: dict[str, list[Write | int]] = field(default_factory=dict)
    writes: int = 0

    @property
    def off(self) -> bool:
        """Is the power gone?"""
        return self.writes > self.cut_after

    def write(self, name: str, one: Write | int) -> None:
        """Note a write, or a cut to a length; not safe yet."""
        self.writes += 1
        if not self.off:
            self.unsafe[name].append(one)

    def sync(self, name: str) -> None:
        """Make safe what was written to a file."""
        self.writes += 1
        if self.off:
            return
        for one in self.unsafe.get(name, ()):
            self._apply(self.safe.setdefault(name, bytearray()), one)
        self.unsafe[name] = []

    @staticmethod
    def _apply(file: bytearray, one: Write | int) -> None:
        if isinstance(one, int):
            del file[one:]
            return
        offset, data = one
        if len(file) < offset + len(data):
            file.extend(b"\0" * (offset + len(data) - len(file)))
        file[offset : offset + len(data)] = data

    def after_the_cut(self, folder: Path, draw: random.Random) -> None:
        """Write the files as they are found: what was synced, and any part of the rest, in order or torn."""
        for name, safe in self.safe.items():
            file = bytearray(safe)
            rest = self.unsafe.get(name, [])
            for one in rest:
                fate = draw.random()
                if fate < 0.4:
                    continue
                if fate < 0.6 and not isinstance(one, int):
                    offset, data = one
                    torn = data[: len(data) // 2]
                    self._apply(file, (offset, torn))
                else:
                    self._apply(file, one)
            (folder / Path(name).name).write_bytes(file)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, base: str, name: Any, flags: Any) -> None:  # noqa: ANN401 - apsw's own
        super().__init__(base, name, flags)
        self._disk = disk
        self._name = str(name.filename() if hasattr(name, "filename") else name)
        disk.safe.setdefault(self._name, bytearray(Path(self._name).read_bytes() if Path(self._name).exists() else b""))
        disk.unsafe.setdefault(self._name, [])

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: ANN401, N802 - SQLite's own name
        """Write; not safe yet."""
        self._disk.write(self._name, (offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's own name
        """Cut; not safe yet."""
        self._disk.write(self._name, newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's own name
        """Make safe."""
        self._disk.sync(self._name)
        super().xSync(flags)


class _Layer(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(NAME, "")

    def xOpen(self, name: Any, flags: Any) -> Any:  # noqa: ANN401, N802 - SQLite's own name
        """Open a file on the disk."""
        return _File(self._disk, "", name, flags)


def connect(folder: Path, disk: Disk, synchronous: str) -> tuple[sqlite3.Connection, object]:
    """Open a desk on such a disk; keep the second value as long as the first."""
    layer = _Layer(disk)
    connection: Any = apsw.Connection(os.fspath(folder / FILE), vfs=NAME)
    # Alone on the file, so that the write-ahead log needs no shared memory, which this layer has not.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    # Checkpoints come often, so that cuts fall into them too.
    connection.execute("PRAGMA wal_autocheckpoint = 20")
    return connection, layer
