"""What is shipped: chip, form, count, and the measures that the law compares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecluse.truth import UNKNOWN, Truth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecluse.bounds import Bound

FORMS = ("ic", "module", "card", "server", "rack")
# Bits of one number in each format of a multiply; FP6 and FP4 count as they are stored.
BITS = {
    "fp64": 64,
    "fp64_tensor": 64,
    "fp32": 32,
    "tf32": 19,
    "bf16": 16,
    "fp16": 16,
    "fp8": 8,
    "int8": 8,
    "fp6": 6,
    "fp4": 4,
    "int4": 4,
}


@dataclass(frozen=True, slots=True)
class Measures:
    """What the control list compares, for one integrated circuit.

    `tpp` total processing performance (2 x MacTOPS x bit length; no unit); `performance_density`
    TPP per mm2 of applicable die area; `dram_bandwidth` and `interconnect` GB/s, the second over
    all inputs and outputs, both directions, volatile memory left out; `memory_bandwidth_density`
    GB/s per mm2, only for memory shipped by itself; `tops` the highest dense peak. None is not
    known. `choices` says, in words, how contested points were taken.
    """

    tpp: Bound | None = None
    performance_density: Bound | None = None
    dram_bandwidth: Bound | None = None
    interconnect: Bound | None = None
    memory_bandwidth_density: Bound | None = None
    tops: Bound | None = None
    datacenter: Truth = UNKNOWN
    choices: tuple[str, ...] = ()


NUMBERS = (
    "tpp",
    "performance_density",
    "dram_bandwidth",
    "interconnect",
    "memory_bandwidth_density",
)


@dataclass(frozen=True, slots=True)
class Given:
    """Measures as a line states them: figures, or the peaks and die area they follow from."""

    figures: Mapping[str, Bound] = field(default_factory=dict)
    datacenter: Truth | None = None
    peaks: Mapping[str, Bound] = field(default_factory=dict)
    die_area: Bound | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A chip inside a larger thing, and how many of it."""

    chip: str
    count: Bound


@dataclass(frozen=True, slots=True)
class Item:
    """What one unit of the line is."""

    chip: str | None = None
    form: str | None = None
    chips_per_unit: Bound | None = None
    contains: tuple[Content, ...] = ()
    eccn_base: str | None = None
    given: Given | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One integrated circuit that the line may mean, under one set of contested choices."""

    chip: str | None
    vendor: str | None
    model: str | None
    label: str
    form: str | None
    measures: Measures
