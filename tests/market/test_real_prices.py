"""The whole path on real closes: twenty US shares and their index, as `skfolio` ships them (BSD-3)."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecluse.cli import main


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The two files, unpacked; skipped where the package is not installed."""
    spec = importlib.util.find_spec("skfolio")
    if spec is None or spec.origin is None:
        pytest.skip("skfolio is not installed: no real prices to test on")
    folder = Path(spec.origin).parent / "datasets" / "data"
    place = tmp_path_factory.mktemp("prices")
    found = []
    for name in ("sp500_dataset", "sp500_index"):
        path = place / f"{name}.csv"
        path.write_bytes(gzip.decompress((folder / f"{name}.csv.gz").read_bytes()))
        found.append(path)
    return found[0], found[1]


def studied(capsys: pytest.CaptureFixture[str], files: tuple[Path, Path], *words: str) -> Any:  # noqa: ANN401 - JSON
    """Run the verb on both files."""
    base = ("study", "--prices", str(files[0]), "--prices", str(files[1]), "--market", "SP500", "--format", "json")
    assert main([*base, *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_days_that_everybody_remembers(capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]) -> None:
    """A report before Monday's open moved Pfizer that day; results after a close moved AMD on the next session."""
    found = studied(capsys, files, "--event", "2020-11-09T11:45Z", "--ticker", "PFE", "--window", "0", "0")
    (one,) = found["pairs"][0]["windows"]
    assert one["car"] > 0.05
    assert one["says"] == "beyond normal daily noise"
    found = studied(capsys, files, "--event", "2018-10-24T20:15Z", "--ticker", "AMD", "--window", "0", "0")
    assert found["sessions"][0]["session"] == "2018-10-25"
    (one,) = found["pairs"][0]["windows"]
    assert one["car"] < -0.1
    assert one["says"] == "beyond normal daily noise"


def test_export_rules_and_what_amd_did(capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]) -> None:
    """The letters of 2022-08-26, told after the close of 2022-08-31, and the rule of Friday 2022-10-07."""
    words = ("--event", "2022-08-31T20:30Z", "--event", "2022-10-07", "--ticker", "AMD", "--window", "0", "0")
    found = studied(capsys, files, *words)
    assert [row["session"] for row in found["sessions"]] == ["2022-09-01", "2022-10-07"]
    assert all(-0.2 < pair["windows"][0]["car"] < 0.05 for pair in found["pairs"])
    near = {event["id"] for row in found["sessions"] for event in row["also_in_window"]}
    assert any(name.startswith("us.") for name in near)


def test_days_drawn_by_lot_are_noise(capsys: pytest.CaptureFixture[str], files: tuple[Path, Path]) -> None:
    """On days drawn by lot about one share in twenty stands out (real tails are fat), and few among all."""
    rng = np.random.default_rng(7)
    days = np.arange(np.datetime64("1994-01-03"), np.datetime64("2022-11-01"))
    drawn = [word for day in np.sort(rng.choice(days, 60, replace=False)) for word in ("--event", str(day))]
    found = studied(capsys, files, *drawn, "--window", "0", "0")
    p = np.array([pair["windows"][0]["p"] for pair in found["pairs"]])
    assert len(p) >= 1000
    assert 0.02 < (p < 0.05).mean() < 0.09
    whole = next(group for group in found["together"] if group["session"] is None)
    assert whole["says"] == "inside normal daily noise"
