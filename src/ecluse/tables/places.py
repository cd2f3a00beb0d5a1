"""Where a run writes: no output in the place of anything it reads or of another output, all of them writable."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from ecluse.errors import BadTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def part_of(path: Path) -> Path:
    """Name the file that stands beside another until that is whole."""
    return path.with_name(f"{path.name}.part")


def rejected_of(answers: Path) -> Path:
    """Name the file for the rows that cannot be read, beside the answers."""
    return answers.with_name(f"{answers.name}.rejected.csv")


def look(inputs: Mapping[str, tuple[Path, ...]], outputs: Mapping[str, Path], *, folders: bool = False) -> None:
    """Refuse outputs that would overwrite something, or that cannot be written; both by what they are called.

    With `folders`, an output may be a folder that is there. Raises BadTable.
    """
    written: dict[str, Path] = {}
    for what, path in outputs.items():
        for each in (path, part_of(path)):
            for other, places in inputs.items():
                for place in places:
                    inside = each.exists() and _resolved(place) in _resolved(each).parents
                    if inside or _same(each, place) or _resolved(each) in _resolved(place).parents:
                        _refuse(path, what, other)
            for other, place in written.items():
                if _same(each, place) or _same(part_of(each), place):
                    _refuse(path, what, other)
        _writable(path, what, folders=folders)
        written |= {what: path, f"{what} while they are written": part_of(path)}


def _refuse(path: Path, what: str, other: str) -> None:
    message = f"{path}: {what} would overwrite {other}; name another file."
    raise BadTable(message)


def _resolved(path: Path) -> Path:
    return Path(path).resolve()


def _same(one: Path, two: Path) -> bool:
    if _resolved(one) == _resolved(two):
        return True
    try:
        return one.samefile(two)
    except OSError:
        return False


def _writable(path: Path, what: str, *, folders: bool) -> None:
    folder = path.parent
    if path.is_dir() and not folders:
        message = f"{path}: is a folder; {what} go to a file."
        raise BadTable(message)
    if path.exists() and not path.is_dir() and not path.is_file():
        message = f"{path}: is no file that can be replaced; {what} go to a file."
        raise BadTable(message)
    if not folder.is_dir():
        message = f"{path}: there is no folder {folder}; make it, or name another file."
        raise BadTable(message)
    with writing(path), tempfile.TemporaryFile(dir=folder):
        pass


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Tell in a sentence why a file cannot be written. Raises BadTable."""
    try:
        yield
    except (OSError, pa.ArrowException) as problem:
        why = getattr(problem, "strerror", None) or problem
        message = f"{path}: cannot be written ({why})."
        raise BadTable(message) from None
