"""Folders and feeds watched: each item once, over restarts too; a broken file told once; a clean end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from ecluse.cli import main
from ecluse.press.folders import Item, Seen, remembered
from ecluse.press.review import read_proposals
from ecluse.press.watching import Watch, arrivals
from tests.conftest import ROOT
from tests.press.made import EXAMPLE
from tests.press.test_carriers import RSS

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Chinese regulators told Tencent to stop buying the H20, people familiar with the matter said."
MORE = "<item><title>Three</title><link>https://x.org/three</link><description>Late.</description></item>"


def look(folder: Path, seen: Seen, watch: Watch) -> list[str]:
    """One look: names of items, or why not."""
    return [
        one.place.removeprefix(f"{folder.as_posix()}/") if isinstance(one, Item) else f"! {one}"
        for one in arrivals([str(folder)], seen, watch)
    ]


def aged(path: Path, seconds: float = 60) -> None:
    """Let a file look as old as that."""
    when = time.time() - seconds
    os.utime(path, (when, when))


def test_each_item_once_and_what_is_new_of_a_feed(tmp_path: Path) -> None:
    """A feed that grew gives its new item alone; the same text under another name gives nothing."""
    watch, seen = Watch(5), Seen()
    (tmp_path / "feed.xml").write_text(RSS, encoding="utf-8")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    for one in tmp_path.iterdir():
        aged(one)
    assert look(tmp_path, seen, watch) == ["a.txt", "feed.xml item 1", "feed.xml item 2"]
    assert look(tmp_path, seen, watch) == []
    (tmp_path / "feed.xml").write_text(RSS.replace("</channel>", f"{MORE}</channel>"), encoding="utf-8")
    (tmp_path / "copy.txt").write_text(TEXT, encoding="utf-8")
    aged(tmp_path / "feed.xml", 30)
    aged(tmp_path / "copy.txt")
    assert look(tmp_path, seen, watch) == ["feed.xml item 3"]


def test_a_file_that_is_being_written_waits(tmp_path: Path) -> None:
    """It is read when two looks find it unchanged, and once."""
    watch, seen, path = Watch(5), Seen(), tmp_path / "a.txt"
    path.write_text(TEXT[:40], encoding="utf-8")
    assert look(tmp_path, seen, watch) == []
    path.write_text(TEXT, encoding="utf-8")
    assert look(tmp_path, seen, watch) == []
    assert look(tmp_path, seen, watch) == ["a.txt"]
    assert look(tmp_path, seen, watch) == []
    path.unlink()
    assert look(tmp_path, seen, watch) == []


def test_a_broken_file_is_told_once_and_again_when_it_changed(tmp_path: Path) -> None:
    """The others are read all the same."""
    watch, seen, path = Watch(float("-inf")), Seen(), tmp_path / "a.txt"
    path.write_bytes(b" ")
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    first = look(tmp_path, seen, watch)
    assert first[0].startswith("! ")
    assert "is empty" in first[0]
    assert first[1:] == ["b.txt"]
    assert look(tmp_path, seen, watch) == []
    path.write_text(f"{TEXT} Once more.", encoding="utf-8")
    assert look(tmp_path, seen, watch) == ["a.txt"]


def test_what_was_refused_is_tried_again_after_a_restart(tmp_path: Path) -> None:
    """Only what was read is kept in the list."""
    seen, one, other = remembered(tmp_path / "seen"), Item(b"one", "1"), Item(b"two", "2")
    assert seen.first_time(one)
    assert seen.first_time(other)
    seen.refused(one)
    seen.keep()
    again = remembered(tmp_path / "seen")
    assert again.first_time(one)
    assert not again.first_time(other)


def test_a_folder_with_a_broken_file_is_read_to_its_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Without a watch too: the others are told, the broken one on standard error, status 2."""
    (tmp_path / "a.txt").write_bytes(b"Nvidia\0\0H200")
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    status = main(["read", str(tmp_path), "--known", "2026-03-13", "--seen", str(tmp_path / "seen")])
    out, err = capsys.readouterr()
    assert status == 2
    assert "stop new orders guidance" in out
    assert "a.txt: holds null bytes" in err
    assert len((tmp_path / "seen").read_text(encoding="utf-8").split()) == 1
    assert main(["read", str(tmp_path), str(tmp_path / "none"), "--known", "2026-03-13"]) == 2
    assert "none: cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("-", "--watch"), "folders or files that are there"),
        (("/no/such/folder", "--watch"), "'/no/such/folder' is none"),
        ((str(EXAMPLE), "--watch", "0"), "seconds between two looks"),
        ((str(EXAMPLE), "--watch", "1", "--table", "o.parquet"), "leave one out"),
        ((str(EXAMPLE), "--spark", "local[2]"), "--spark reads tables"),
    ],
)
def test_what_cannot_be_watched_is_told(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str) -> None:
    """In one paragraph, before the watch begins."""
    assert main(["read", *words]) == 2
    assert why in capsys.readouterr().err


class Program:
    """`ecluse read FOLDER --watch` as a process of its own."""

    def __init__(self, folder: Path, work: Path) -> None:
        command = [sys.executable, "-m", "ecluse", "read", str(folder), "--watch", "0.1", "--format", "json"]
        command += ["--known", "2026-03-13", "--seen", str(work / "seen"), "--to", str(work / "p.toml")]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
        )

    def next(self) -> Any:  # noqa: ANN401 - JSON
        """The next article it tells."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()
        return json.loads(line)

    def end(self, sign: signal.Signals) -> str:
        """Stop it, see that it ends well, give what it said on standard error."""
        self.process.send_signal(sign)
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, err
        assert out == ""
        assert "Traceback" not in err
        return err


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_the_program_watches_stops_and_takes_up_again(tmp_path: Path, sign: signal.Signals) -> None:
    """What arrives is told as one line, a version of it is known for one, and a restart reads nothing twice."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_bytes(EXAMPLE.read_bytes())
    one = Program(folder, tmp_path)
    first = one.next()
    assert first["article"]["place"].endswith("a.txt")
    assert first["between"] == []
    (folder / "bad.txt").write_bytes(b"Nvidia\0\0H200")
    text = EXAMPLE.read_text(encoding="utf-8").replace("1,2 %", "1,9 %")
    (folder / "b.part").write_text(text, encoding="utf-8")
    (folder / "b.part").rename(folder / "b.txt")
    assert one.next()["between"][0]["kind"] == "version"
    told = one.end(sign)
    assert "2 articles read" in told
    again = Program(folder, tmp_path)
    (folder / "c.txt").write_text(TEXT, encoding="utf-8")
    assert again.next()["article"]["place"].endswith("c.txt")
    assert "1 articles read" in again.end(sign)
    quotes = {one["quote"] for _, one in read_proposals(tmp_path / "p.toml")}
    assert any("Tencent" in str(quote) for quote in quotes)
    assert len({article["place"] for article, _ in read_proposals(tmp_path / "p.toml")}) == 3
