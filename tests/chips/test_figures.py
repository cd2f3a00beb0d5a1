"""The figures of the catalogue, one by one, against the table that they were entered from."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ecluse import chips
from ecluse.bounds import exactly
from tests.conftest import SHARED

if TYPE_CHECKING:
    from ecluse.bounds import Bound
    from ecluse.item import Measures

TABLE = SHARED / "chips" / "chips.csv"
CATALOGUE = chips.load()
# Rows of the table that count a whole card of several chips: the law weighs one chip.
CARDS = {
    "tenstorrent-wormhole-n300-pcie-per-card-2-asics": 2,
    "huawei-ascend-310p-atlas-300i-duo-card-2-chips": 2,
}
# The table divides by 1,017 mm2, which is smaller than any sum of the known dies: its density is a ceiling.
AREA_DOUBTED = {"amd-instinct-mi300a-oam-apu", "amd-instinct-mi300x-oam", "amd-instinct-mi325x-oam"}


def rows() -> list[dict[str, str]]:
    """The rows of the table; without it the tests are skipped, and say so."""
    if not TABLE.exists():
        return []
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = rows()
pytestmark = pytest.mark.skipif(not ROWS, reason=f"SKIPPED: the table of chips is not at {TABLE}")
EACH = [pytest.param(row, id=row["chip_id"]) for row in ROWS] or [pytest.param({}, id="no table")]


def first(row: dict[str, str]) -> Measures:
    """The measures of a row's chip, contested choices taken as the table takes them."""
    return chips.candidates(CATALOGUE.get(row["chip_id"]))[0].measures


def near(number: Bound | None, expected: str, places: str) -> bool:
    """Is the lower side of a number what the table gives, within the table's rounding?"""
    low = None if number is None else number.low
    return low is not None and abs(Decimal(low) - Decimal(expected)) <= Decimal(places) / 2


def test_the_rows_are_the_same() -> None:
    """No row is left out and none is made up."""
    assert {row["chip_id"] for row in ROWS} == set(CATALOGUE.rows)


@pytest.mark.parametrize("row", EACH)
def test_tpp(row: dict[str, str]) -> None:
    """Each total processing performance is the table's, per chip; what has none there has none here."""
    tpp, count = first(row).tpp, CARDS.get(row["chip_id"], 1)
    if not row["tpp_max"]:
        assert tpp is None
        return
    assert near(tpp, str(Decimal(row["tpp_max"]) / count), "0.1")
    assert tpp is not None
    assert (tpp.high is None) == (row["tpp_is_floor"] == "yes")


@pytest.mark.parametrize("row", EACH)
def test_performance_density(row: dict[str, str]) -> None:
    """Each performance density is the table's, save where its area is doubted; none stays none."""
    density = first(row).performance_density
    if not row["pd"]:
        assert density is None
    elif row["chip_id"] in AREA_DOUBTED:
        assert density is not None
        assert density.low is None
        assert near(None if density.high is None else exactly(density.high), row["pd"], "0.001")
    else:
        assert near(density, row["pd"], "0.001")


@pytest.mark.parametrize("row", EACH)
def test_bandwidths(row: dict[str, str]) -> None:
    """DRAM and link bandwidths are the table's; a link that is blank there is never a number without a source."""
    chip, count = CATALOGUE.get(row["chip_id"]), CARDS.get(row["chip_id"], 1)
    dram = None if chip.dram is None else chip.dram.value.exact
    assert dram == (Decimal(row["dram_bw_gbs"]) / count if row["dram_bw_gbs"] else None)
    if row["interconnect_bidir_gbs"]:
        assert chip.links is not None
        assert chip.links.value.exact == Decimal(row["interconnect_bidir_gbs"])
    elif chip.links is not None:
        assert chip.links.source != chip.source


@pytest.mark.parametrize("row", EACH)
def test_what_tf32_would_change(row: dict[str, str]) -> None:
    """Wherever the table's TPP moves with the bits of TF32, so many candidates stand beside each other."""
    readings = {row["tpp_max"], row["tpp_if_tf32_is_19bit"], row["tpp_if_tf32_is_32bit"]}
    expected = {Decimal(reading) / CARDS.get(row["chip_id"], 1) for reading in readings if reading}
    given = {one.measures.tpp.low for one in chips.candidates(CATALOGUE.get(row["chip_id"])) if one.measures.tpp}
    assert all(any(abs(Decimal(low or 0) - one) <= Decimal("0.05") for low in given) for one in expected)


@pytest.mark.parametrize("row", EACH)
def test_words(row: dict[str, str]) -> None:
    """Vendor, model, status, node, confidence and the datacenter flag are the table's."""
    chip = CATALOGUE.get(row["chip_id"])
    told = (chip.vendor, chip.model, chip.status, chip.launched, chip.node, chip.confidence)
    assert told == tuple(
        row[name] for name in ("vendor", "model", "status", "launch_date", "process_node", "confidence")
    )
    assert chip.non_planar == (row["non_planar"] == "yes")
    assert chip.ics == int(row["ics_in_product"])
    flag = None if chip.datacenter is None else chip.datacenter.value
    assert flag == {"yes": "yes", "no": "no"}.get(row["datacentre"])
