"""Folders of TOML read fast: parsed once per content, kept as JSON in the user's cache folder."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ecluse.reading import parse_toml, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.errors import EcluseError

FORMAT = "1"
Tables = dict[str, dict[str, object]]


def digest_of(texts: Mapping[str, str]) -> str:
    """Give the sha256 of files by name and content."""
    joined = "\0".join(f"{name}\0{texts[name]}" for name in sorted(texts))
    return hashlib.sha256(joined.encode()).hexdigest()


def read_texts(folder: Path, error: type[EcluseError]) -> dict[str, str]:
    """Read every TOML file below a folder, by its path from there."""
    return {path.relative_to(folder).as_posix(): read_text(path, error) for path in sorted(folder.rglob("*.toml"))}


def parse_all(texts: Mapping[str, str], error: type[EcluseError]) -> Tables:
    """Parse files; the same content is parsed once and taken from the cache after that."""
    place = _folder() / f"{FORMAT}-{digest_of(texts)}.json"
    kept = _kept(place)
    if kept is not None:
        return kept
    tables = {name: parse_toml(text, name, error) for name, text in texts.items()}
    _keep(place, tables)
    return tables


def _folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(home) / "ecluse"


def _kept(place: Path) -> Tables | None:
    """Take what is kept; whatever cannot be read is simply parsed anew."""
    try:
        found = json.loads(place.read_bytes(), object_hook=_back)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _keep(place: Path, tables: Tables) -> None:
    """Keep the parsed tables whole or not at all; a cache that cannot be written is no fault."""
    import tempfile  # noqa: PLC0415 - only a miss pays for it

    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False, encoding="utf-8") as file:
            json.dump(tables, file, default=_forth, ensure_ascii=False)
        Path(file.name).replace(place)


def _forth(value: object) -> dict[str, str]:
    match value:
        case Decimal():
            return {"$number": str(value)}
        case dt.datetime():
            return {"$instant": value.isoformat()}
        case dt.date():
            return {"$day": value.isoformat()}
    message = f"{type(value).__name__} has no place in a cache"
    raise TypeError(message)


def _back(table: dict[str, object]) -> object:
    if len(table) == 1:
        for key, value in table.items():
            if key == "$number":
                return Decimal(str(value))
            if key == "$day":
                return dt.date.fromisoformat(str(value))
            if key == "$instant":
                return dt.datetime.fromisoformat(str(value))
    return table
