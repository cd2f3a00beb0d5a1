"""TPP, performance density and bandwidths, with every contested choice declared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.chips.catalogue import HOST_BUSES, Chip
from ecluse.item import BITS, NUMBERS, Candidate, Given, Measures
from ecluse.truth import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TF32_CHOICES = {"TF32 left out": None, "TF32 at 19 bits": 19, "TF32 at 32 bits": 32}
# Formats whose bit length or standing no text settles; all others count as they are.
CONTESTED_FORMATS = ("tf32", "fp6")


@lru_cache(maxsize=1024)
def candidates(chip: Chip) -> tuple[Candidate, ...]:
    """Give one candidate for each set of contested choices that changes a measure."""
    areas = _areas(chip)
    found: dict[tuple[Bound | None, Bound | None], Candidate] = {}
    for words, tpp in _tpps(chip):
        for area_words, area in areas:
            density = None if area is None or tpp is None else _divided(tpp, area)
            chosen = [word for word in (words, area_words) if word]
            measures = Measures(
                tpp=tpp,
                performance_density=density,
                dram_bandwidth=chip.dram.value if chip.dram else None,
                interconnect=_interconnect(chip),
                tops=_tops({name: figure.value for name, figure in chip.peaks.items()}),
                datacenter=UNKNOWN if chip.datacenter is None else chip.datacenter,
                choices=(*_declared(chip), *chosen),
            )
            label = chip.label + (f" ({', '.join(chosen)})" if chosen else "")
            found.setdefault((tpp, density), Candidate(chip.id, chip.vendor, chip.model, label, chip.form, measures))
    return tuple(found.values())


def tpp_of(peaks: Mapping[str, Bound], bits: Mapping[str, int] = BITS) -> Bound | None:
    """Give the total processing performance: the highest of peak times bit length, never a sum."""
    products = [peaks[name] * exactly(bits[name]) for name in peaks if name in bits]
    if not products:
        return None
    lows = [one.low for one in products if one.low is not None]
    highs = [one.high for one in products]
    return Bound(
        max(lows) if lows else None,
        None if None in highs else max(high for high in highs if high is not None),
    )


def _tops(peaks: Mapping[str, Bound]) -> Bound | None:
    """Give the highest dense peak: 2 x MacTOPS in any one format."""
    return tpp_of(peaks, dict.fromkeys(peaks, 1))


def _tpps(chip: Chip) -> Iterator[tuple[str, Bound | None]]:
    """Give the TPP under each choice of formats; only choices that change it are told apart."""
    peaks = {name: figure.value for name, figure in chip.peaks.items()}
    sure = {name: peak for name, peak in peaks.items() if name not in CONTESTED_FORMATS}
    seen: set[Bound | None] = set()
    single = (
        len({_tpp(chip, sure, peaks, tf32, fp6=fp6) for tf32 in TF32_CHOICES.values() for fp6 in (True, False)}) == 1
    )
    for words, tf32 in TF32_CHOICES.items():
        for fp6 in (True, False):
            tpp = _tpp(chip, sure, peaks, tf32, fp6=fp6)
            if tpp not in seen:
                seen.add(tpp)
                yield ("" if single else f"{words}{'' if fp6 or 'fp6' not in peaks else ', FP6 left out'}"), tpp


def _tpp(
    chip: Chip, sure: Mapping[str, Bound], peaks: Mapping[str, Bound], tf32: int | None, *, fp6: bool
) -> Bound | None:
    counted = dict(sure)
    bits = dict(BITS)
    if tf32 is not None and "tf32" in peaks:
        counted["tf32"], bits["tf32"] = peaks["tf32"], tf32
    if fp6 and "fp6" in peaks:
        counted["fp6"] = peaks["fp6"]
    tpp = tpp_of(counted, bits)
    return Bound(tpp.low, None) if tpp is not None and chip.floor else tpp


def _areas(chip: Chip) -> list[tuple[str, Bound | None]]:
    """Give the applicable die areas that are argued for; none on a planar node."""
    if not chip.non_planar or chip.die is None:
        return [("", None)]
    others = [(contest.choice, contest.value) for contest in chip.contested if contest.measure == "die_area"]
    first = f"die area {chip.die.value} mm2" if others else ""
    return [(first, chip.die.value), *others]


def _divided(tpp: Bound, area: Bound) -> Bound | None:
    """Divide TPP by area, bound by bound; an open side stays open."""
    low = None if tpp.low is None or not area.high else Decimal(tpp.low) / Decimal(area.high)
    high = None if tpp.high is None or not area.low else Decimal(tpp.high) / Decimal(area.low)
    return None if low is None and high is None else Bound(low, high)


def _interconnect(chip: Chip) -> Bound | None:
    """Sum links and host bus, both directions; what is not known leaves the sum open above."""
    host = exactly(HOST_BUSES[chip.host]) if chip.host else Bound(0, None)
    links = chip.links.value if chip.links else Bound(0, None)
    total = links + host
    return None if total.high is None and not total.low else total


def _declared(chip: Chip) -> Iterator[str]:
    """Say in words how each contested point was taken."""
    best = _best(chip)
    if best is None:
        yield "no dense peak was found; TPP is not known"
    else:
        name, peak = best
        yield f"TPP from {name}: {peak} x {BITS[name]}, the highest of the dense formats, no sum over unlike units"
    if chip.floor:
        yield "the rate of the tensor units was not found; the TPP given is a floor"
    if "tf32" in chip.peaks and len({tpp for _, tpp in _tpps(chip)}) == 1:
        yield "TF32 at 19 or 32 bits would not change the TPP"
    if not chip.non_planar:
        yield "planar node: the text gives no performance density"
    elif chip.die is None:
        yield "applicable die area not published"
    if chip.ics > 1:
        yield f"figures per integrated circuit; the product holds {chip.ics}"


def _best(chip: Chip) -> tuple[str, Bound] | None:
    scored = [
        (name, figure.value)
        for name, figure in chip.peaks.items()
        if name not in CONTESTED_FORMATS and figure.value.low is not None
    ]
    if not scored:
        return None
    return max(scored, key=lambda one: (one[1].low or 0) * BITS[one[0]])


def from_given(given: Given, base: Measures) -> Measures:
    """Lay the measures of a line over a chip's: those stated win, and the choices say so."""
    stated: dict[str, Bound | None] = dict(given.figures)
    tpp = stated.get("tpp") or tpp_of({name: peak for name, peak in given.peaks.items() if name != "tf32"})
    if tpp is not None:
        stated["tpp"] = tpp
    if "performance_density" not in stated:
        known = stated.get("tpp", base.tpp)
        if given.die_area is not None and known is not None:
            stated["performance_density"] = _divided(known, given.die_area)
        elif "tpp" in stated:
            # A chip's own density belongs to its own TPP.
            stated["performance_density"] = None
    if given.peaks or "tpp" in stated:
        stated["tops"] = _tops(given.peaks)
    words = [name for name in NUMBERS if stated.get(name) is not None]
    if given.datacenter is not None:
        words.append("datacenter")
    note = f"stated on the line: {', '.join(words)}" if words else "measures of the line state nothing"
    return replace(
        base,
        **stated,
        datacenter=base.datacenter if given.datacenter is None else given.datacenter,
        choices=(*base.choices, note),
    )


def worked(chip: Chip) -> list[str]:
    """Write out the formula, the figures, their sources and confidence."""
    lines = []
    for name, figure in chip.peaks.items():
        product = figure.value * exactly(BITS[name])
        lines.append(f"{name:12} {figure.value} dense x {BITS[name]} bits = {product}")
    for one in candidates(chip):
        lines.append(f"TPP {one.measures.tpp or 'not known'}: {one.label}")
        if one.measures.performance_density is not None and chip.die:
            lines.append(f"performance density {one.measures.performance_density} = TPP / {chip.die.value} mm2")
    return lines
