"""The demonstration runs from end to end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def test_the_day_at_the_desk() -> None:
    """Two buyers, a licence for part, a refused overdraw, a plan under a swept ratio, a verified bundle."""
    for name in ("scipy", "fpdf"):
        pytest.importorskip(name, reason=f"THE DEMONSTRATION IS NOT TESTED: {name} is not installed")
    settings = os.environ | {"BIN": str(Path(sys.executable).parent)}
    done = subprocess.run(
        ["/bin/sh", "examples/desk.sh"], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for told in ("Refused at", "BREACHED: cap-h200", "Up to a ratio of", "Verified: the record of PO-2026-0118"):
        assert told in done.stdout, told
