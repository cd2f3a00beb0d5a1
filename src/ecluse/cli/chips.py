"""`ecluse chips`: the catalogue, and what the law of a day makes of each chip."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from ecluse.cli.common import day, formatting, known, law_option, say, say_json
from ecluse.errors import nearest

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from ecluse.chips import Chip
    from ecluse.dates import Known
    from ecluse.lock import Lock

COLUMNS = ("id", "vendor", "model", "variant", "tpp", "performance_density", "dram_bandwidth", "ic_level", "confidence")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the verb takes."""
    verbs = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    rows = verbs.add_parser("list", help="all chips with their level on a day")
    rows.add_argument("--vendor", help="only this maker's")
    rows.add_argument("--level", help="only chips at this level, such as 3A090.a, none or unknown")
    rows.add_argument("--sort", choices=COLUMNS, default="id", help="default: id")
    _dated(rows)
    formatting(rows, "csv")
    rows.set_defaults(run=listing)
    one = verbs.add_parser("show", help="one chip: figures, sources, formula, level")
    one.add_argument("chip", metavar="CHIP", help="a catalogue id or a name")
    _dated(one)
    formatting(one)
    one.set_defaults(run=show)


def _dated(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", type=day, metavar="DATE", help="the day that rules (default: today)")
    parser.add_argument("--known", type=known, metavar="DATE-OR-INSTANT", help="as known by then (default: now)")
    law_option(parser)


def _lock(options: argparse.Namespace) -> Lock:
    from ecluse.lock import build  # noqa: PLC0415

    return build(tuple(options.law))


def _when(options: argparse.Namespace) -> tuple[dt.date, Known]:
    from ecluse.lock import moment  # noqa: PLC0415

    return moment(options.on, None, options.known)


def listing(options: argparse.Namespace) -> int:
    """List chips."""
    lock = _lock(options)
    on, by = _when(options)
    rows = [chip_row(lock, chip, on, by) for chip in lock.catalogue.all()]
    if options.vendor:
        rows = [row for row in rows if str(row["vendor"]).lower() == options.vendor.lower()]
    if options.level:
        rows = [row for row in rows if row["ic_level"] == options.level]
    rows.sort(key=lambda row: _sortable(row[options.sort]))
    if options.format == "json":
        say_json(rows)
    elif options.format == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _flat(row[name]) for name in COLUMNS} for row in rows)
        say(out.getvalue())
    else:
        for row in rows:
            cells = (row["id"], _flat(row["tpp"]), _flat(row["performance_density"]), _flat(row["dram_bandwidth"]))
            say(f"{cells[0]:52} {cells[1]:>10} {cells[2]:>14} {cells[3]:>8}  {row['ic_level']:8} {row['confidence']}")
        say(f"\n{len(rows)} chips on {on}: id, TPP, performance density, DRAM GB/s, level, confidence")
    return 0


def _sortable(value: object) -> tuple[int, float, str]:
    if isinstance(value, dict):
        value = value.get("at_least", value.get("at_most"))
    if isinstance(value, int | float):
        return 0, -float(value), ""
    return 1, 0.0, str(value or "")


def _flat(value: object) -> str:
    if isinstance(value, dict):
        low, high = value.get("at_least"), value.get("at_most")
        return f"<={high}" if low is None else f">={low}" if high is None else f"{low}-{high}"
    return "" if value is None else str(value)


def chip_row(lock: Lock, chip: Chip, on: dt.date, by: Known) -> dict[str, object]:
    """Give a chip as a row of the list, with its level on a day."""
    from ecluse.engine.data import measures_data  # noqa: PLC0415
    from ecluse.lock import level_of  # noqa: PLC0415

    level, measures = level_of(chip, lock, on, by)
    data = measures_data(measures)
    figures = data if isinstance(data, dict) else {}
    return {
        "id": chip.id,
        "vendor": chip.vendor,
        "model": chip.model,
        "variant": chip.variant,
        "tpp": figures.get("tpp"),
        "performance_density": figures.get("performance_density"),
        "dram_bandwidth": figures.get("dram_bandwidth"),
        "ic_level": level,
        "confidence": chip.confidence,
    }


def show(options: argparse.Namespace) -> int:
    """Show one chip, or all that a name may mean."""
    lock = _lock(options)
    on, by = _when(options)
    from ecluse.chips import known_names  # noqa: PLC0415

    found = lock.catalogue.find(options.chip)
    if not found:
        names = known_names(lock.catalogue)
        say(f"No chip is called {options.chip!r}.{nearest(options.chip, names)} `ecluse chips list` names all.")
        return 1
    if options.format == "json":
        say_json([chip_row(lock, chip, on, by) | details(chip) for chip in found])
        return 0
    if len(found) > 1:
        say(f"{options.chip!r} may be any of {len(found)}; they matter apart only where they answer differently.\n")
    for chip in found:
        say(_told(lock, chip, on, by))
    return 0


def details(chip: Chip) -> dict[str, object]:
    """Give what the list leaves out of a chip."""
    from ecluse.chips import candidates  # noqa: PLC0415

    return {
        "status": chip.status,
        "form": chip.form,
        "node": chip.node,
        "die": chip.die_layout,
        "memory": chip.memory,
        "peaks": {name: str(figure.value) for name, figure in chip.peaks.items()},
        "choices": [list(one.measures.choices) for one in candidates(chip)],
        "sources": list(chip.source),
        "note": chip.note,
    }


def _told(lock: Lock, chip: Chip, on: dt.date, by: Known) -> str:
    from ecluse.chips import candidates, worked  # noqa: PLC0415
    from ecluse.lock import level_of, levels_over_time  # noqa: PLC0415

    level, _ = level_of(chip, lock, on, by)
    datacenter = "not known" if chip.datacenter is None else chip.datacenter.value
    lines = [
        f"{chip.label}  ({chip.id})",
        f"  level on {on}: {level}; for datacenters: {datacenter}; form {chip.form}; {chip.status}",
        f"  node {chip.node or 'not known'}; die {chip.die_layout or 'not known'}",
        f"  memory {chip.memory or 'not known'} at {chip.dram.value if chip.dram else 'not known'} GB/s",
        f"  links {chip.links.value if chip.links else 'not known'} GB/s; host bus {chip.host or 'not known'}",
        *(f"  {line}" for line in worked(chip)),
        *(f"  choice: {choice}" for one in candidates(chip)[:1] for choice in one.measures.choices),
        *(f"  contested: {contest.why}" for contest in chip.contested),
        f"  confidence {chip.confidence}: {chip.basis}",
        *(f"  source: {source}" for source in chip.source),
        *([f"  note: {chip.note}"] if chip.note else []),
        "  level over time, as known today: "
        + "; ".join(f"from {start} {word}" for start, word in levels_over_time(chip, lock, by)),
    ]
    return "\n".join(lines) + "\n"
