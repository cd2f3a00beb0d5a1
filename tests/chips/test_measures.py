"""Measures: the chips that are easily got wrong, the contested choices, and what a line states itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as some

from ecluse import chips
from ecluse.bounds import Bound, exactly
from ecluse.chips.measures import tpp_of
from ecluse.item import BITS, Given, Measures
from ecluse.truth import NO, YES

CATALOGUE = chips.load()


def only(name: str) -> Measures:
    """The measures of a name that means one chip under one reading."""
    (chip,) = CATALOGUE.find(name)
    (one,) = chips.candidates(chip)
    return one.measures


def rounded(number: Bound | None) -> str:
    """A number as people write it."""
    return "none" if number is None else str(number)


@pytest.mark.parametrize(
    ("name", "tpp", "density"),
    [
        ("H200 SXM", "15832", "19.45"),
        ("H200 NVL", "13368", "16.423"),
        ("H100 PCIe", "12104", "14.87"),
        ("H100 NVL", "13368", "16.423"),
        ("H20", "2368", "2.909"),
        ("A40", "2395.2", "3.814"),
        ("A10", "2000", "3.185"),
        ("A30", "2643.2", "3.2"),
        ("L4", "1936", "6.585"),
        ("L20", "1913.6", "3.142"),
        ("L40", "2896.64", "4.756"),
        ("L40S", "5864", "9.629"),
        ("T4", "1042.4", "1.913"),
        ("RTX 4080", "3119.2", "8.23"),
        ("RTX 4090", "5284.8", "8.678"),
        ("RTX 4090 D", "4707.2", "7.729"),
        ("RTX 5090 D", "4750", "6.333"),
        ("RTX PRO 6000D", "at least 3105.28", "at least 4.14"),
        ("B200", "36000", "22.113"),
        ("MI300X", "20919.2", "at most 20.57"),
        ("MI325X", "20919.2", "at most 20.57"),
        ("MI308X", "none", "none"),
        ("910C", "12800", "none"),
        ("HL-325", "29360", "none"),
        ("MTT S4000", "1600", "none"),
        ("GroqChip", "6000", "none"),
        ("WSE-3", "2000000", "43.267"),
        ("WSE-2", "none", "none"),
        ("MLU290", "4096", "7.314"),
        ("K200", "2048", "4.063"),
    ],
)
def test_the_edges(name: str, tpp: str, density: str) -> None:
    """The chips that stand close to a threshold, or that others count wrongly."""
    measures = only(name)
    assert (rounded(measures.tpp), rounded(measures.performance_density)) == (tpp, density)


def test_a30_stands_on_the_threshold_and_a10_below_it() -> None:
    """3.2 is reached exactly and missed by 0.016; no rounding moves either."""
    assert only("A30").performance_density == exactly(Decimal("3.2"))
    density = only("A10").performance_density
    assert density is not None
    assert density.below(exactly(Decimal("3.2"))) is YES
    assert only("A30").performance_density != density


def test_chips_without_dram_have_none() -> None:
    """On-die memory is no DRAM: its bandwidth counts for nothing, and is known."""
    assert only("GroqChip").dram_bandwidth == exactly(0)
    assert only("WSE-3").dram_bandwidth == exactly(0)


def test_planar_nodes_have_no_density() -> None:
    """The text gives a density for dies on non-planar nodes only; TPU v1 is the planar one."""
    measures = only("TPU v1")
    assert measures.performance_density is None
    assert any("planar" in choice for choice in measures.choices)


@pytest.mark.parametrize(("name", "tpp"), [("n300", "1864"), ("300I Duo", "1120"), ("A16", "288"), ("GB200", "40000")])
def test_products_of_several_chips_are_weighed_per_chip(name: str, tpp: str) -> None:
    """The rule speaks of integrated circuits; a card of two is not one of double worth."""
    measures = only(name)
    assert rounded(measures.tpp) == tpp
    assert any("per integrated circuit" in choice for choice in measures.choices)


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("Inferentia2", ["3040", "3610", "6080"]),
        ("Trainium", ["3040", "3610", "6080"]),
        ("Trainium2", ["10672", "12673", "21344"]),
        ("Trainium3", ["20136", "21472"]),
        ("MI350X", ["55365", "36953.6"]),
        ("MI355X", ["60397.8", "40265.6"]),
        ("H200 SXM", ["15832"]),
        ("A100 SXM4 80GB", ["4992"]),
    ],
)
def test_formats_are_contested_only_where_they_change_something(name: str, readings: list[str]) -> None:
    """TF32 moves the chips of AWS and FP6 those of CDNA 4; nobody else has more than one reading."""
    (chip,) = CATALOGUE.find(name)
    found = chips.candidates(chip)
    assert [rounded(one.measures.tpp) for one in found] == readings
    for one in found:
        assert any(f"= {rounded(one.measures.tpp)}, the highest" in choice for choice in one.measures.choices)
        assert one.label == chip.label or "TF32" in one.label or "FP6" in one.label


@pytest.mark.parametrize(
    ("name", "densities"),
    [
        ("MI210", ["4", "3.666"]),
        ("MI250X", ["4.232", "3.878"]),
        ("910B4", ["6.731", "at most 6.731"]),
        ("910B1", ["9.615", "at most 9.615"]),
    ],
)
def test_areas_are_contested_where_sources_differ(name: str, densities: list[str]) -> None:
    """Two areas give two densities; an I/O die of unknown size can only lower one."""
    (chip,) = CATALOGUE.find(name)
    assert [rounded(one.measures.performance_density) for one in chips.candidates(chip)] == densities


def test_most_chips_have_one_reading() -> None:
    """Contested are the few: four of AWS, three of CDNA 2, two of CDNA 4, seven Ascends, two TF32 roundings."""
    several = [chip.id for chip in CATALOGUE.all() if len(chips.candidates(chip)) > 1]
    assert len(several) == 18


def test_ambiguous_names_mean_all_and_unlisted_ones_none() -> None:
    """910B, H200 and A100 are several chips; what is not listed is no error."""
    assert [chip.model[-5:] for chip in CATALOGUE.find("910B")] == ["910B1", "910B2", "910B3", "910B4"]
    assert len(CATALOGUE.find("H200")) == 2
    assert len(CATALOGUE.find("A100")) == 4
    assert CATALOGUE.find("a chip of next year") == ()
    assert CATALOGUE.find("pcie") == CATALOGUE.find("SXM") == CATALOGUE.find("nvidia") == ()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("rtx4090", "GeForce RTX 4090"),
        ("RTX 4090D", "NVIDIA GeForce RTX 4090 D"),
        ("RTX 5090 D V2", "rtx-5090-d-v2"),
        ("Ascend910B1", "Huawei Ascend 910B1"),
        ("h200-nvl", "NVIDIA H200 NVL"),
        ("MI300X", "AMD Instinct MI300X"),
        ("Max 1550", "Data Center GPU Max 1550"),
        ("Ironwood", "TPU7x"),
    ],
)
def test_names_are_found_however_they_are_written(name: str, other: str) -> None:
    """Case, spaces, hyphens, the maker and GeForce are idle."""
    assert CATALOGUE.find(name) == CATALOGUE.find(other) != ()


@pytest.mark.parametrize(
    ("name", "interconnect"),
    [
        ("H200 SXM", "1028"),
        ("A100 SXM4 80GB", "664"),
        ("A800 SXM4", "464"),
        ("A40", "176.5"),
        ("A30", "64 to 664"),
        ("A10", "64 to 176.5"),
        ("L4", "64"),
        ("RTX 4090", "64"),
        ("RTX PRO 6000D", "128"),
        ("H20", "at least 900"),
        ("A2", "at least 32"),
        ("MI308X", "none"),
    ],
)
def test_interconnect_is_links_and_host_bus(name: str, interconnect: str) -> None:
    """Both directions of both; what is not published leaves the sum open above, never zero."""
    assert rounded(only(name).interconnect) == interconnect


def test_a100x_may_reach_600() -> None:
    """The converged card has the links of a GA100, so nobody may take it for one of 112.5 GB/s."""
    (chip,) = CATALOGUE.find("A100X")
    (measures, *_) = [one.measures for one in chips.candidates(chip)]
    assert measures.interconnect == Bound(32, 632)


def test_the_highest_claim_counts_and_is_declared() -> None:
    """Gaudi 3 was published at 1,835 and at 1,678."""
    assert any("1678" in choice for choice in only("HL-325").choices)
    assert "TPP from fp8: 1979 x 8 = 15832, the highest of the dense formats, no sum" in only("H200 SXM").choices
    assert "TF32 at 19 or 32 bits would not change the TPP" in only("H200 SXM").choices


def test_what_a_line_states_wins() -> None:
    """Figures stated replace the chip's, the rest stays, and the choices say so."""
    base = only("H200 SXM")
    laid = chips.from_given(Given(figures={"dram_bandwidth": exactly(4000)}, datacenter=NO), base)
    assert (laid.dram_bandwidth, laid.datacenter) == (exactly(4000), NO)
    assert (laid.tpp, laid.performance_density, laid.interconnect) == (
        base.tpp,
        base.performance_density,
        base.interconnect,
    )
    assert laid.choices[-1] == "stated on the line: dram_bandwidth, datacenter"


def test_peaks_and_area_of_a_line_give_tpp_and_density() -> None:
    """Where a line gives no TPP it follows from the peaks; a peak may be a bound."""
    peaks = {"fp8": exactly(1979), "fp16": exactly(Decimal("989.5"))}
    laid = chips.from_given(Given(peaks=peaks, die_area=exactly(814)))
    assert laid.tpp == exactly(15832)
    assert rounded(laid.performance_density) == "19.45"
    laid = chips.from_given(Given(peaks={"int8": Bound(500, 700)}, die_area=exactly(500)))
    assert (laid.tpp, laid.performance_density, laid.tops) == (
        Bound(4000, 5600),
        Bound(8, Decimal("11.2")),
        Bound(500, 700),
    )
    laid = chips.from_given(Given(peaks={"fp16": exactly(100), "tf32": exactly(100)}))
    assert laid.tpp == exactly(1600)
    assert any("TF32" in choice for choice in laid.choices)


def test_a_density_belongs_to_its_own_tpp() -> None:
    """A line that states another TPP without an area has no density, not the chip's."""
    laid = chips.from_given(Given(figures={"tpp": exactly(4000)}), only("H200 SXM"))
    assert laid.performance_density is None


@drawn(some.dictionaries(some.sampled_from(sorted(BITS)), some.integers(0, 10**6), min_size=1))
def test_tpp_is_the_highest_and_no_sum(peaks: dict[str, int]) -> None:
    """The TPP is one of the products, and none is above it."""
    products = [peak * BITS[name] for name, peak in peaks.items()]
    assert tpp_of({name: exactly(peak) for name, peak in peaks.items()}) == exactly(max(products))


def test_worked_shows_formula_and_sources() -> None:
    """`chips show` writes out each product, and the source of each number that has its own."""
    (chip,) = CATALOGUE.find("RTX PRO 6000D")
    told = "\n".join(chips.worked(chip))
    assert "97.04 dense x 32 bits = 3105.28" in told
    assert "interconnect 128 GB/s = 0 (links) + 128 (PCIe 5.0 x16)" in told
    assert "links 0, confidence D: https://" in told


def test_die_areas_of_third_parties_are_no_vendor_figures() -> None:
    """A chip may be graded A and its die area C."""
    (chip,) = CATALOGUE.find("H200 SXM")
    assert chip.die is not None
    assert (chip.confidence, chip.die.confidence) == ("A", "C")
