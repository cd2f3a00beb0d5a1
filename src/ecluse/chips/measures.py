"""TPP, performance density and bandwidths, with every contested choice declared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from ecluse.bounds import Bound, exactly
from ecluse.chips.catalogue import HOST_BUSES, Chip, Figure
from ecluse.item import BITS, NUMBERS, Candidate, Given, Measures
from ecluse.truth import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Formats whose bit length or standing no text settles; all others count as they are.
TF32_CHOICES = {"TF32 left out": {}, "TF32 at 19 bits": {"tf32": 19}, "TF32 at 32 bits": {"tf32": 32}}
FP6_CHOICES = {"FP6 counted": {"fp6": BITS["fp6"]}, "FP6 left out": {}}
SETTLED = {name: bits for name, bits in BITS.items() if name not in ("tf32", "fp6")}


@lru_cache(maxsize=1024)
def candidates(chip: Chip) -> tuple[Candidate, ...]:
    """Give one candidate for each set of contested choices that changes a measure."""
    peaks = _peaks(chip)
    found: dict[tuple[Bound | None, Bound | None], Candidate] = {}
    for (words, bits), (area_words, area) in product(_formats(peaks).items(), _areas(chip)):
        tpp = tpp_of(peaks, bits)
        if tpp is not None and chip.floor:
            tpp = Bound(tpp.low, None)
        density = None if area is None or tpp is None else _divided(tpp, area)
        chosen = [word for word in (words, area_words) if word]
        measures = Measures(
            tpp=tpp,
            performance_density=density,
            dram_bandwidth=chip.dram.value if chip.dram else None,
            interconnect=_interconnect(chip),
            tops=_tops(peaks),
            datacenter=UNKNOWN if chip.datacenter is None else chip.datacenter,
            choices=(*_declared(chip, peaks, bits), *chosen),
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


def _peaks(chip: Chip) -> dict[str, Bound]:
    return {name: figure.value for name, figure in chip.peaks.items()}


def _formats(peaks: Mapping[str, Bound]) -> dict[str, Mapping[str, int]]:
    """Give the bit lengths under each choice that changes the TPP, by its words; one without words if none does."""
    ways = {
        (tf32, fp6): SETTLED | TF32_CHOICES[tf32] | FP6_CHOICES[fp6] for tf32, fp6 in product(TF32_CHOICES, FP6_CHOICES)
    }
    given = {way: tpp_of(peaks, bits) for way, bits in ways.items()}
    # A dimension is named only where it moves the TPP while the other stands still.
    named = [
        any(given[way] != given[other] for way in ways for other in ways if way[1 - side] == other[1 - side])
        for side in (0, 1)
    ]
    told: dict[str, Mapping[str, int]] = {}
    seen: set[Bound | None] = set()
    for way, bits in ways.items():
        if given[way] not in seen:
            seen.add(given[way])
            told[", ".join(words for words, telling in zip(way, named, strict=True) if telling)] = bits
    return told


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


def _declared(chip: Chip, peaks: Mapping[str, Bound], bits: Mapping[str, int]) -> Iterator[str]:
    """Say in words how each contested point was taken."""
    rates = {name: peak for name, peak in peaks.items() if name in bits and peak.low is not None}
    if rates:
        # Of formats that tie, the narrowest is named.
        best = max(rates, key=lambda name: ((rates[name].low or 0) * bits[name], -bits[name]))
        worth = rates[best] * exactly(bits[best])
        yield f"TPP from {best}: {rates[best]} x {bits[best]} = {worth}, the highest of the dense formats, no sum"
    else:
        yield "no dense peak was found; TPP is not known"
    if chip.floor:
        yield "the rate of the tensor units was not found; the TPP given is a floor"
    for name, words in (("tf32", "TF32 at 19 or 32 bits"), ("fp6", "FP6")):
        if name in peaks and tpp_of(peaks, SETTLED | {name: 32 if name == "tf32" else 6}) == tpp_of(peaks, SETTLED):
            yield f"{words} would not change the TPP"
    yield from chip.declared
    if not chip.non_planar:
        yield "planar node: the text gives no performance density"
    elif chip.die is None:
        yield "applicable die area not published"
    elif chip.die.value.exact is None:
        yield f"applicable die area not published, {chip.die.value} mm2"
    if chip.links is None or chip.host is None:
        unknown = " and ".join(word for word, part in (("links", chip.links), ("host bus", chip.host)) if part is None)
        yield f"{unknown} not published; the interconnect given is a floor"
    if chip.ics > 1:
        yield f"figures per integrated circuit; the product holds {chip.ics}"


def from_given(given: Given, base: Measures | None = None) -> Measures:
    """Lay the measures of a line over a chip's: those stated win, and the choices say so."""
    base = base or Measures()
    stated: dict[str, Bound | None] = dict(given.figures)
    counted = {name: bits for name, bits in BITS.items() if name != "tf32"}
    tpp = stated.get("tpp") or tpp_of(given.peaks, counted)
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
    notes = [f"stated on the line: {', '.join(words)}" if words else "measures of the line state nothing"]
    if "tf32" in given.peaks and "tpp" not in given.figures:
        notes.append("TF32 of the line is left out of the TPP")
    return replace(
        base,
        **stated,
        datacenter=base.datacenter if given.datacenter is None else given.datacenter,
        choices=(*base.choices, *notes),
    )


def worked(chip: Chip) -> list[str]:
    """Write out the formula, the figures, and the confidence and source of those that have their own."""
    lines = []
    for name, figure in chip.peaks.items():
        lengths = (19, 32) if name == "tf32" else (BITS[name],)
        each = " or ".join(f"x {bits} bits = {figure.value * exactly(bits)}" for bits in lengths)
        lines.append(f"{name:12} {figure.value} dense {each}")
    for one in candidates(chip):
        tpp, density = one.measures.tpp, one.measures.performance_density
        lines.append(f"TPP {tpp or 'not known'}: {one.label}")
        if density is not None:
            lines.append(f"performance density {density} = TPP / applicable die area")
    links = f"{chip.links.value} (links)" if chip.links else "links not known"
    host = f"{HOST_BUSES[chip.host]} ({chip.host})" if chip.host else "host bus not known"
    lines.append(f"interconnect {candidates(chip)[0].measures.interconnect or 'not known'} GB/s = {links} + {host}")
    figures = {"die area": chip.die, "DRAM bandwidth": chip.dram, "links": chip.links}
    lines += [_sourced(name, figure) for name, figure in figures.items() if figure and figure.source != chip.source]
    return lines


def _sourced(name: str, figure: Figure) -> str:
    return f"{name} {figure.value}, confidence {figure.confidence}: {figure.source[-1]}"
