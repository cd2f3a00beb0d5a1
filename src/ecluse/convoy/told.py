"""A run told in words: what passed, what did not, and which facts would settle most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecluse.convoy.summary import TOP, Counted, Turn, counted, turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecluse.convoy.run import Run


def told(run: Run) -> str:
    """Tell a run as plain text."""
    return "\n".join(_lines(run))


def _lines(run: Run) -> Iterator[str]:
    found = counted(run.summary, run.answers)
    rows = run.summary.read - run.summary.rejected
    yield f"{rows:,} of {run.summary.read:,} rows answered, {run.summary.rejected:,} could not be read."
    yield ruled(run)
    yield ""
    yield from table(("answer", "rows", "share"), ((word, count, rows) for word, count in found.answers.items()))
    yield ""
    for gate, words in found.gates.items() if rows else ():
        yield f"{gate + chr(39) + 's gate':18} " + ", ".join(
            f"{word} {count:,}" for word, count in words.items() if count
        )
    yield f"{'binds':18} " + ", ".join(f"{gate} {count:,}" for gate, count in found.binding.items())
    yield f"{'rests on reports':18} {found.reported:,} rows; on non-enforcement {found.unenforced:,}"
    yield from _most("Decided by (rows)", found.deciding)
    yield from _missing(found)
    yield from _split("Chips", found.chips)
    yield from _split("Destinations", found.destinations)
    if run.compared is not None:
        yield from _turned(run)


def ruled(run: Run) -> str:
    """Say which day rules, what was known, and which law and evidence were asked."""
    day = f"each row on {run.ruling.on}" if run.ruling.on else f"each row on its own day, else {run.ruling.today}"
    lock = run.lock
    known = run.ruling.known.at("importer")
    claims = (claim.known_from for claim in lock.evidence.claims.values())
    newest = max((each for each in claims if each <= known), default=None)
    seen = f"; newest evidence of {newest.date()}" if newest else "; no evidence known by then"
    return (
        f"Ruled {day}, as known {run.ruling.known}, reading {run.ruling.reading}; law {lock.library.digest[:12]} "
        f"(sources seen to {lock.library.horizon}), evidence {lock.evidence.digest[:12]}{seen}; {_lists(run)}."
    )


def _lists(run: Run) -> str:
    """Say which lists the parties were held against, and how old they are on the day that rules."""
    lists = run.ruling.lists
    if lists is None:
        return "parties held against no lists"
    day = run.ruling.on or run.ruling.today
    return f"lists of {lists.date}, {(day - lists.date).days} days old on {day}, {lists.digest[:12]}"


def table(head: tuple[str, str, str], rows: Iterable[tuple[str, int, int]]) -> Iterator[str]:
    """Lay counts out with their share of a whole."""
    yield f"{head[0]:18} {head[1]:>14} {head[2]:>8}"
    for word, count, whole in rows:
        yield f"{word:18} {count:>14,} {count / max(whole, 1):>8.1%}"


def _most(title: str, rows: tuple[tuple[str, int], ...]) -> Iterator[str]:
    if rows:
        yield ""
        yield title
        yield from (f"  {count:>12,}  {name}" for name, count in rows[:TOP])
        yield from _rest(len(rows))


def _rest(size: int) -> Iterator[str]:
    if size > TOP:
        yield f"  and {size - TOP} more"


def _missing(found: Counted) -> Iterator[str]:
    if not found.missing:
        return
    yield ""
    yield "Facts that would settle lines, most useful first"
    for name, settled, lacking in found.missing[:TOP]:
        alone = f"would settle the exporter's gate of {settled:,} lines" if settled else "settles none by itself"
        yield f"  {name}: {alone}; {lacking:,} lines lack it"
    yield from _rest(len(found.missing))


def _split(title: str, rows: tuple[tuple[str, Mapping[str, int]], ...]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    head = f"{title} (first {min(TOP, len(rows))} of {len(rows)})"
    yield f"{head:40} {'yes':>12} {'no':>12} {'not known':>12}"
    for name, words in rows[:TOP]:
        yield f"  {name[:38]:38} {words['yes']:>12,} {words['no']:>12,} {words['not known']:>12,}"


def _turned(run: Run) -> Iterator[str]:
    found = turns(run.summary, run.answers, run.others)
    other = run.compared
    yield ""
    if other is not None:
        day = f"on {other.on}" if other.on else "on each row's own day"
        law, rows = other.lock.library.digest[:12], sum(one.rows for one in found)
        yield f"What turns: the same rows {day}, law {law}: {rows:,} rows"
    for one in found[:TOP]:
        yield f"  {one.rows:>12,}  {one.before} -> {one.after}{why(one)}"
    yield from _rest(len(found))


def why(turn: Turn) -> str:
    """Say which provisions decide only before, and only after."""
    parts = [f"now {', '.join(turn.come)}"] if turn.come else []
    parts += [f"no longer {', '.join(turn.gone)}"] if turn.gone else []
    return f": {'; '.join(parts)}" if parts else ""


def as_data(run: Run) -> dict[str, object]:
    """Tell a run as data."""
    found = counted(run.summary, run.answers)
    data: dict[str, object] = {
        "read": run.summary.read,
        "answered": run.summary.read - run.summary.rejected,
        "rejected": run.summary.rejected,
        "ruled": ruled(run),
        "may_pass": found.answers,
        "gates": found.gates,
        "binding_gate": found.binding,
        "rests_on_reported": found.reported,
        "depends_on_non_enforcement": found.unenforced,
        "decided_by": [{"provision": name, "rows": count} for name, count in found.deciding],
        "missing": [{"fact": name, "would_settle": alone, "lack": count} for name, alone, count in found.missing],
        "chips": [{"chip": name, **words} for name, words in found.chips],
        "destinations": [{"destination": name, **words} for name, words in found.destinations],
        "unread_columns": list(run.unread),
    }
    if run.compared is not None:
        data["turned"] = [
            {"from": one.before, "to": one.after, "rows": one.rows, "no_longer": list(one.gone), "now": list(one.come)}
            for one in turns(run.summary, run.answers, run.others)
        ]
    return data
