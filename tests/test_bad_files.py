"""Each broken file causes exactly the message that is written down for it.

`ECLUSE_GOLD=write` writes the messages anew; a person reviews the difference.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from ecluse import SourceError
from ecluse.errors import LawError
from ecluse.evidence import load as load_evidence
from ecluse.law import load as load_law
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BAD = ROOT / "tests" / "bad"
LAW = sorted(path for path in (BAD / "law").iterdir() if path.suffix in (".toml", ""))
CLAIMS = sorted((BAD / "claims").glob("*.toml"))


def expected(path: Path, message: str) -> str:
    """The message written down for a broken file."""
    place = path.with_suffix(".txt")
    if os.environ.get("ECLUSE_GOLD") == "write":
        place.write_text(message + "\n", encoding="utf-8")
    return place.read_text(encoding="utf-8").removesuffix("\n")


@pytest.mark.parametrize("path", LAW, ids=lambda path: path.stem)
def test_broken_law_says_what_is_wrong(path: Path, tmp_path: Path) -> None:
    """A broken provision file is refused with file, key, value and what to do."""
    folder = tmp_path / "house"
    if path.is_dir():
        shutil.copytree(path, folder)
    else:
        folder.mkdir()
        shutil.copy(path, folder / "rule.toml")
    with pytest.raises(LawError) as caught:
        load_law((folder,))
    message = str(caught.value).replace(folder.as_posix(), "HOUSE")
    assert message == expected(path, message)
    assert "HOUSE/" in message


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)
def test_broken_claims_say_what_is_wrong(path: Path) -> None:
    """A broken claim file is refused with file, key, value and caret."""
    with pytest.raises(SourceError) as caught:
        load_evidence((path,))
    message = str(caught.value).replace(path.as_posix(), "FILE")
    assert message == expected(path, message)
    assert "FILE" in message
