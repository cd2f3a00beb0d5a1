"""The plan of the house: floors, walls, and who may import which third party."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SOURCE = ROOT / "src" / "ecluse"
GROUND = {"truth", "bounds", "dates", "errors", "reading", "countries", "version", "cache", "executors"}
WORDS = {"order", "lines", "item", "condition", "provision", "claim", "authorisation", "decision"}
ROOMS = {"chips", "law", "engine", "evidence", "parties", "tables", "desk", "press", "market"}
HALL = {"lock", "convoy", "cases", "reader", "almanac", "counter"}
ROOF = {"cli", "web", "__main__", "__init__"}
# Third parties by module; whatever is not named here stands on the standard library alone.
THIRD_PARTIES: Mapping[str, frozenset[str]] = {
    "engine.lower": frozenset({"polars"}),
    "engine.frame": frozenset({"polars"}),
    "engine.leaves": frozenset({"polars", "numpy"}),
    "engine.planes": frozenset({"numpy"}),
    "engine.gaps": frozenset({"numpy"}),
    "engine.rows": frozenset({"numpy"}),
    "tables": frozenset({"numpy", "polars", "pyarrow", "python_calamine", "xlsxwriter"}),
    "convoy": frozenset({"numpy", "pyarrow"}),
    "convoy.spread": frozenset({"pyspark"}),
    "press.pages": frozenset({"trafilatura"}),
    "press.warc": frozenset({"warcio"}),
    "press.feeds": frozenset({"defusedxml"}),
    "press.language": frozenset({"py3langid"}),
    "press.table": frozenset({"pyarrow"}),
    "press.spread": frozenset({"pyarrow", "pyspark"}),
    "reader": frozenset({"pyarrow"}),
    "market.cells": frozenset({"polars"}),
    "market.prices": frozenset({"polars", "numpy"}),
    "market.sessions": frozenset({"exchange_calendars", "numpy"}),
    "market.model": frozenset({"numpy"}),
    "market.significance": frozenset({"numpy", "scipy"}),
    "market.study": frozenset({"numpy"}),
    "market.picture": frozenset({"matplotlib"}),
    "parties.names": frozenset({"anyascii"}),
    "parties.arrays": frozenset({"numpy"}),
    "parties.features": frozenset({"rapidfuzz"}),
    "parties.screen": frozenset({"rapidfuzz"}),
    "parties.readers.rows": frozenset({"defusedxml"}),
    "desk.store.postgres": frozenset({"psycopg"}),
    "desk.seal": frozenset({"cryptography"}),
    "desk.solver": frozenset({"scipy", "numpy"}),
    "desk.papers.pdf": frozenset({"fpdf"}),
    "desk.sheets": frozenset({"openpyxl"}),
    "web.convoying": frozenset({"numpy", "pyarrow"}),
    "web.worklist": frozenset({"numpy", "pyarrow"}),
    "web.desk.users": frozenset({"argon2"}),
    "web.desk.oidc": frozenset({"authlib", "joserfc"}),
    "web": frozenset({"fastapi", "starlette", "uvicorn", "jinja2", "markupsafe", "babel", "msgspec"}),
}


def modules(source: Path = SOURCE) -> dict[str, Path]:
    """Every module by dotted name without the package: `law.loader`, `truth`, `cli.main`."""
    found = {}
    for path in sorted(source.rglob("*.py")):
        parts = list(path.relative_to(source).with_suffix("").parts)
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        found[".".join(parts)] = path
    return found


def floor(module: str) -> str:
    """The floor on which a module stands."""
    top = module.split(".", maxsplit=1)[0]
    for name, members in (("ground", GROUND), ("words", WORDS), ("rooms", ROOMS), ("hall", HALL), ("roof", ROOF)):
        if top in members:
            return name
    return "nowhere"


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every import of a file, late and type-only too, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if base == "ecluse":
                yield from ((f"ecluse.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield ("." * node.level) + base, node.lineno


def faults(source: Path = SOURCE) -> list[str]:
    """Every import that goes through a wall."""
    found = []
    for module, path in modules(source).items():
        if floor(module) == "nowhere":
            found.append(f"{module} stands on no floor of the plan")
        for name, line in imports(path):
            why = fault(module, name)
            if why:
                found.append(f"{path.relative_to(source)}:{line}: {module} imports {name}: {why}")
    return found


def fault(module: str, name: str) -> str | None:
    """Why a module may not import something; None where it may."""
    if name.startswith("."):
        return "relative imports hide the floor they reach"
    top = name.split(".", maxsplit=1)[0]
    if top != "ecluse":
        if top in sys.stdlib_module_names:
            return None
        room = module.split(".", maxsplit=1)[0]
        allowed = THIRD_PARTIES.get(module, frozenset()) | THIRD_PARTIES.get(room, frozenset())
        return None if top in allowed else "no third party is allowed here"
    inner = name.removeprefix("ecluse").lstrip(".")
    return _through_floor(module, inner) if inner else None


def _through_floor(module: str, inner: str) -> str | None:
    here, there = floor(module), floor(inner)
    order = ("ground", "words", "rooms", "hall", "roof")
    if there == "nowhere":
        return "it stands on no floor of the plan"
    if order.index(there) > order.index(here):
        return f"{here} does not reach up to {there}"
    if here == there == "rooms" and module.split(".", maxsplit=1)[0] != inner.split(".", maxsplit=1)[0]:
        return "rooms share words, not code"
    if (
        here == there == "hall"
        and inner != "lock"
        and module.split(".", maxsplit=1)[0] != inner.split(".", maxsplit=1)[0]
    ):
        return "in the hall only the lock is known to others"
    return None


def rings(source: Path = SOURCE) -> list[list[str]]:
    """Every ring of imports, whatever the kind of import."""
    known = modules(source)
    graph = {
        module: {target for name, _ in imports(path) for target in _targets(name, known)} - {module}
        for module, path in known.items()
    }
    found: list[list[str]] = []
    state: dict[str, int] = {}

    def visit(module: str, trail: list[str]) -> None:
        state[module] = 1
        for target in sorted(graph[module]):
            if state.get(target) == 1:
                found.append([*trail[trail.index(target) :], target] if target in trail else [module, target])
            elif target not in state:
                visit(target, [*trail, target])
        state[module] = 2

    for module in graph:
        if module not in state:
            visit(module, [module])
    return found


def _targets(name: str, known: Mapping[str, Path]) -> list[str]:
    inner = name.removeprefix("ecluse").lstrip(".")
    if not name.startswith("ecluse") or inner not in known:
        return []
    return [inner]
