"""What tests share."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
# Papers that lie beside a checkout where the project is developed; a clone has none of them.
SHARED = ROOT.parent / "shared"
