"""Docs cannot lie: every command and every piece of code in them runs."""

from __future__ import annotations

import re
import runpy
import shlex
from typing import TYPE_CHECKING

import pytest

from ecluse.cli import main
from ecluse.cli.main import VERBS
from ecluse.law import load
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
COMMANDS = [
    line.removeprefix("$ ")
    for kind, text in BLOCK.findall(README)
    if kind == "console"
    for line in text.splitlines()
    if line.startswith("$ ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_command_runs(command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the README runs and answers."""
    monkeypatch.chdir(ROOT)
    program, *arguments = shlex.split(command)
    assert program == "ecluse"
    assert main(arguments) in (0, 1, 3)
    assert capsys.readouterr().out


def test_readme_shows_what_the_program_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer printed in the README is the program's."""
    monkeypatch.chdir(ROOT)
    main(["check", "examples/alibaba-h200.toml", "--known", "2026-01-24"])
    out = capsys.readouterr().out
    shown = next(text for kind, text in BLOCK.findall(README) if kind == "console")
    told = shown.partition("\n")[2].removesuffix("...\n")
    assert out.startswith(told)


def test_readme_code_runs() -> None:
    """Every piece of Python in the README runs."""
    pieces = [text for kind, text in BLOCK.findall(README) if kind == "python"]
    assert pieces
    for text in pieces:
        exec(compile(text, "README.md", "exec"), {})  # noqa: S102 - our own page


def test_help_pages_are_written_by_the_program() -> None:
    """docs/cli.md is what the program says of itself today, and names every verb."""
    written = runpy.run_path(str(ROOT / "docs" / "write.py"))["page"]()
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == written, "run make docs"
    for verb in VERBS:
        assert f"## ecluse {verb}\n" in written


def test_the_provision_of_the_page_is_one(tmp_path: Path) -> None:
    """The example in docs/write-a-provision.md is read by the loader; only its id is taken."""
    text = (ROOT / "docs" / "write-a-provision.md").read_text(encoding="utf-8")
    sample = next(body for kind, body in BLOCK.findall(text) if kind == "toml")
    (tmp_path / "sample.toml").write_text(sample.replace("us.3a090.note-2", "us.3a090.sample"), encoding="utf-8")
    assert load((tmp_path,)).find("us.3a090.sample") is not None


def test_the_case_of_the_page_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The case in docs/write-a-provision.md passes under `ecluse law test`; spoiled, it fails."""
    text = (ROOT / "docs" / "write-a-provision.md").read_text(encoding="utf-8")
    sample = next(body for kind, body in BLOCK.findall(text) if kind == "toml" and "[[case]]" in body)
    path = tmp_path / "cases.toml"
    path.write_text(sample, encoding="utf-8")
    assert main(["law", "test", str(path)]) == 0
    assert "1 cases, 0 failed" in capsys.readouterr().out
    path.write_text(sample.replace('= "yes" }', '= "no" }'), encoding="utf-8")
    assert main(["law", "test", str(path)]) == 1
    assert "expected 'no'" in capsys.readouterr().out


def test_links_lead_somewhere() -> None:
    """Every relative link of the pages leads to a file."""
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
