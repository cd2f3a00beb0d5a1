"""ISO 3166-1 alpha-2 codes with their English short names; Hong Kong and Macau are their own."""

from __future__ import annotations

import json
from pathlib import Path

COUNTRIES: dict[str, str] = json.loads(Path(__file__).with_name("countries.json").read_text("utf-8"))


def country_name(code: str | None) -> str:
    """Give the English short name of a code."""
    return "not known" if code is None else COUNTRIES.get(code, code)
