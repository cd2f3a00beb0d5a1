"""A PostgreSQL server for tests and benches: started in a folder of its own, on a socket, as no root."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def programs() -> Path | None:
    """Give the folder with initdb, pg_ctl and postgres; None where there is none."""
    places = [Path(place) for place in os.environ.get("PATH", "").split(os.pathsep)]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if all((place / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return place
    return None


def user() -> str | None:
    """Give the user to run as: PostgreSQL refuses root. None: as we are."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    return None


def why_not() -> str | None:
    """Say why no server can be started; None where one can."""
    if programs() is None:
        return "PostgreSQL is not installed (Debian: postgresql)"
    if os.getuid() == 0 and (user() is None or shutil.which("setpriv") is None):
        return "PostgreSQL does not run as root, and there is nobody else to run it as"
    try:
        import psycopg  # noqa: F401 - asking is the point
    except ImportError:
        return "psycopg is not installed"
    return None


class Server:
    """One server in a folder. `address` names a database; `kill` ends it as a crash would."""

    def __init__(self, place: Path, settings: dict[str, str]) -> None:
        self.place, self.data = place, place / "data"
        self._settings = settings
        self.run("initdb", "-D", str(self.data), "-U", "desk", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.start()

    def run(self, program: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as its user."""
        found = programs()
        assert found is not None
        name = user()
        before = ["setpriv", "--reuid", name, "--regid", name, "--clear-groups"] if name else []
        place = found / program if (found / program).exists() else Path(shutil.which(program) or program)
        command = [*before, str(place), *words]
        # Output goes to a file: the server inherits it, and a pipe would wait for the server.
        with (self.place / "out").open("w") as out:
            done = subprocess.run(command, stdout=out, stderr=out, cwd=self.place, check=False)
        told = (self.place / "out").read_text()
        if check and done.returncode:
            message = f"{program}: {told}"
            raise RuntimeError(message)
        return subprocess.CompletedProcess(command, done.returncode, told, "")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.place} "
        options += " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        self.run("pg_ctl", "-D", str(self.data), "-w", "-o", options, "-l", str(self.place / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is a crash."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop", check=False)

    def kill(self) -> None:
        """Kill -9 all of its processes, as a machine would that falls over."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        family = [first]
        for place in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(place.read_text().rpartition(")")[2].split()[1]) == first:
                    family.append(int(place.parts[2]))
            except (OSError, ValueError, IndexError):
                continue
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for _ in range(100):
            if not any(Path(f"/proc/{pid}").exists() for pid in family[1:]):
                break
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def address(self, database: str = "postgres") -> str:
        """Give the address of a database."""
        return f"postgresql://desk@/{database}?host={self.place}"

    def fresh(self, database: str) -> str:
        """Make an empty database, and give its address."""
        import psycopg

        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())
        return self.address(database)


@contextmanager
def server(**settings: str) -> Iterator[Server]:
    """Start a server in a temporary folder, and take it down at the end."""
    place = Path(tempfile.mkdtemp(prefix="ecluse-pg-"))
    name = user()
    if name:
        shutil.chown(place, name)
    found = Server(place, settings)
    try:
        yield found
    finally:
        found.stop("immediate")
        shutil.rmtree(place, ignore_errors=True)
