"""Download the published lists into a dated folder, whole or not at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import shutil
import tempfile
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError

from ecluse.errors import EcluseError, SourceError
from ecluse.parties.readers import read_file
from ecluse.version import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OFAC = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports"
EU = "https://webgate.ec.europa.eu/fsd/fsf/public/files"
ECFR = "https://www.ecfr.gov/api/versioner/v1/full/current/title-15.xml?part=744"
# Each source: the file's name in the folder, where it is published, and the fewest entries it can sensibly have.
SOURCES: Mapping[str, tuple[tuple[str, str, int], ...]] = {
    "csl": (
        (
            "csl.json",
            "https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.json",
            10_000,
        ),
    ),
    "ofac": (
        ("sdn.csv", f"{OFAC}/SDN.CSV", 5_000),
        ("add.csv", f"{OFAC}/ADD.CSV", 0),
        ("alt.csv", f"{OFAC}/ALT.CSV", 0),
    ),
    "ecfr": (("ecfr-744.xml", ECFR, 1_000),),
    "un": (("un.xml", "https://scsanctions.un.org/resources/xml/en/consolidated.xml", 300),),
    "eu": (("eu.csv", f"{EU}/csvFullSanctionsList_1_1/content?token=dG9rZW4tMjAxNw", 1_000),),
    "uk": (("uk.csv", "https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv", 1_000),),
}  # fmt: skip
LARGEST = 400_000_000
BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file as it was taken: its digest, its size, how many entries were read in it."""

    file: str
    address: str
    sha256: str
    size: int
    entries: int
    fetched: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a fetch gave: the folder made, or None with what failed and which earlier folder stands."""

    folder: Path | None
    files: tuple[Fetched, ...]
    faults: tuple[str, ...]
    kept: Path | None

    def data(self) -> dict[str, object]:
        """Give it as plain data."""
        return {
            "folder": self.folder and str(self.folder),
            "files": [dataclasses.asdict(file) for file in self.files],
            "faults": list(self.faults),
            "kept": self.kept and str(self.kept),
        }


def fetch_lists(
    to: Path,
    sources: Sequence[str],
    *,
    base: str | None = None,
    timeout: float = 60.0,
    now: dt.datetime | None = None,
    least: int | None = None,
) -> Result:
    """Fetch sources into `to/YYYY-MM-DD`. Every file must arrive whole and read as the list it claims to be.

    `base` takes the files from another address by their names. `least` overrides how few entries
    are taken for a wrong file. If anything fails no folder is made, and the last one stays.
    """
    now = now or dt.datetime.now(dt.UTC).replace(microsecond=0)
    kept = max((one for one in to.glob("????-??-??*") if one.is_dir()), default=None) if to.is_dir() else None
    try:
        to.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=to, prefix=".fetching-"))
    except OSError as problem:
        message = f"{to}: cannot be written ({problem.strerror or problem}); name another folder with --to."
        raise SourceError(message) from None
    try:
        files, faults = _all(work, sources, base, timeout, now, least)
        if faults:
            return Result(None, files, faults, kept)
        manifest = {"program": PROGRAM, "files": [dataclasses.asdict(file) for file in files]}
        (work / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        folder = _free(to / now.date().isoformat())
        work.rename(folder)
        return Result(folder, files, (), kept)
    finally:
        if work.exists():
            shutil.rmtree(work)


def _free(folder: Path) -> Path:
    """Give a folder's name that is not taken: a second fetch of one day does not touch the first."""
    found, number = folder, 2
    while found.exists():
        found, number = folder.with_name(f"{folder.name}-{number}"), number + 1
    return found


def _all(
    work: Path, sources: Sequence[str], base: str | None, timeout: float, now: dt.datetime, least: int | None
) -> tuple[tuple[Fetched, ...], tuple[str, ...]]:
    faults: list[str] = []
    taken: list[tuple[str, str, int, str, int]] = []
    for name in sources:
        for file, official, fewest in SOURCES[name]:
            address = f"{base.rstrip('/')}/{file}" if base else official
            try:
                digest, size = download(address, work / file, timeout)
            except SourceError as problem:
                faults.append(str(problem))
                continue
            taken.append((file, address, fewest if least is None else min(least, fewest), digest, size))
    files = []
    for file, address, fewest, digest, size in taken:
        entries = 0
        if file not in ("add.csv", "alt.csv"):
            try:
                entries = len(read_file(work / file).entries)
            except EcluseError as problem:
                faults.append(f"{address}: arrived, and is not the list expected: {problem}")
                continue
            if entries < fewest:
                faults.append(
                    f"{address}: holds {entries:,} entries, expected {fewest:,} at the least; cut off, or another file."
                )
        files.append(Fetched(file, address, digest, size, entries, now.isoformat()))
    return tuple(files), tuple(faults)


def download(address: str, place: Path, timeout: float) -> tuple[str, int]:
    """Download one file. Raises SourceError where it fails, stops half way, drags on, or has no end."""
    if urllib.parse.urlsplit(address).scheme not in ("https", "http"):
        message = f"{address}: is no web address."
        raise SourceError(message)
    request = urllib.request.Request(address, headers={"User-Agent": PROGRAM})  # noqa: S310 - the scheme is checked above
    end = time.monotonic() + timeout
    total, size = hashlib.sha256(), 0
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer, place.open("wb") as file:  # noqa: S310
            promised = answer.headers.get("Content-Length")
            while block := answer.read1(BLOCK):
                size += len(block)
                _bounded(address, size, end, timeout)
                total.update(block)
                file.write(block)
    except (OSError, HTTPException, ValueError, EOFError) as problem:
        why = getattr(problem, "reason", None) or str(problem) or type(problem).__name__
        code = f"{problem.code} " if isinstance(problem, HTTPError) else ""
        message = f"{address}: cannot be fetched ({code}{why})."
        raise SourceError(message) from None
    if promised is not None and promised.isdigit() and int(promised) != size:
        message = f"{address}: {size:,} bytes of {int(promised):,} arrived; cut off."
        raise SourceError(message)
    return total.hexdigest(), size


def _bounded(address: str, size: int, end: float, timeout: float) -> None:
    """Refuse what has no end, in bytes or in time."""
    if size > LARGEST:
        message = f"{address}: larger than {LARGEST:,} bytes; no published list is."
        raise SourceError(message)
    if time.monotonic() > end:
        message = f"{address}: not done after {timeout:g} seconds; raise --timeout, or try later."
        raise SourceError(message)
