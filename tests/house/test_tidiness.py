"""Style and tidiness are tests."""

from __future__ import annotations

import ast

import pytest

from tests.conftest import ROOT
from tests.house.plan import SOURCE, modules

LONGEST_FILE, LONGEST_FUNCTION = 500, 70
PYTHON = sorted(path for folder in ("src", "tests", "bench", "docs") for path in (ROOT / folder).rglob("*.py"))


def name(path: object) -> str:
    """A path as tests name it."""
    return str(path).removeprefix(f"{ROOT}/")


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_file_is_short_and_says_what_it_is(path: object) -> None:
    """A file stays under its ceiling, starts with one docstring line, and its functions are short."""
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert len(text.splitlines()) <= LONGEST_FILE
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree)
    assert docstring, "a file says in its first line what it is"
    assert docstring.splitlines()[0].endswith((".", "?"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_no_dead_module() -> None:
    """Every module of the package is imported by another, or is a door."""
    doors = {"__init__", "__main__", "cli", "cli.main"}
    used: set[str] = set()
    for path in modules().values():
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module.removeprefix("ecluse").lstrip("."))
                used |= {f"{node.module}.{alias.name}".removeprefix("ecluse.") for alias in node.names}
            elif isinstance(node, ast.Import):
                used |= {alias.name.removeprefix("ecluse.") for alias in node.names}
    verbs = {module for module in modules() if module.startswith("cli.")}
    dead = set(modules()) - used - doors - verbs
    assert dead == set()


def test_every_verb_has_its_file() -> None:
    """One file a verb, and no file without a verb."""
    from ecluse.cli.main import VERBS

    files = {path.stem for path in (SOURCE / "cli").glob("*.py")} - {"__init__", "main", "common"}
    assert files == set(VERBS)


def test_no_line_names_a_machine() -> None:
    """No file that lands names a path of a machine."""
    marks = ("/" + "work/", "/" + "tmp/bash", "/" + "root/")
    for path in PYTHON:
        text = path.read_text(encoding="utf-8")
        assert not any(mark in text for mark in marks), path
