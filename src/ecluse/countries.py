"""ISO 3166-1 alpha-2 codes with their English short names."""

from __future__ import annotations

import tomllib
from importlib.resources import files


def _table() -> dict[str, str]:
    return dict(tomllib.loads(files("ecluse").joinpath("countries.toml").read_text("utf-8")))


COUNTRIES = _table()


def country_name(code: str | None) -> str:
    """Give the English short name of a code."""
    return "not known" if code is None else COUNTRIES.get(code, code)
