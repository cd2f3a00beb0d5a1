"""Time one line in process: the whole law with its explanation; and thirteen provisions beside peers."""

from __future__ import annotations

import json
import statistics
import time
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import thirteen

import ecluse
from ecluse.bounds import exactly
from ecluse.condition import parse
from ecluse.dates import parse_known
from ecluse.engine.weigh import prepare, trace
from ecluse.provision import Group
from ecluse.truth import truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecluse.engine.facts import Facts

ROOT = Path(__file__).parents[1]
RUNS = 2_000


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Give median and 99th percentile in microseconds."""
    for _ in range(50):
        work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e6)
    times.sort()
    return statistics.median(times), times[int(RUNS * 0.99)]


def whole_law() -> None:
    """The order line of the demo: decided, as data, as a memo."""
    text = (ROOT / "examples" / "alibaba-h200.toml").read_text(encoding="utf-8")
    line = ecluse.read_line(tomllib.loads(text, parse_float=Decimal))
    known = parse_known("2026-01-24")
    decision = ecluse.decide(line, known=known)
    steps = len(decision.exporter.steps)
    print(f"whole law, both gates ({steps} provisions in the books that day, every clause traced):")
    works: dict[str, Callable[[], object]] = {
        "decide, with steps and missing": lambda: ecluse.decide(line, known=known),
        "as data": lambda: ecluse.as_data(decision),
        "as a memo": lambda: ecluse.memo(decision),
    }
    for name, work in works.items():
        median, high = measured(work)
        print(f"  {name:34} median {median / 1000:6.2f} ms, p99 {high / 1000:6.2f} ms")


def ours() -> tuple[Callable[[], object], Callable[[], object]]:
    """Our engine on the thirteen: answers alone, and with every clause told."""
    kinds = {bool: "truth", int: "number", float: "number", str: "word"}
    names = {name: kinds[type(value)] for name, value in thirteen.FACTS.items()}
    groups = {name: Group(name, frozenset(members)) for name, members in thirteen.SETS.items()}
    rules = {}
    for name, text in thirteen.RULES.items():
        rules[name] = prepare(parse(text, names, groups), groups)
        names[name] = "truth"

    def facts() -> Facts:
        found: Facts = {}
        for name, value in thirteen.FACTS.items():
            if isinstance(value, bool):
                found[name] = truth(value)
            elif isinstance(value, str):
                found[name] = value
            else:
                found[name] = exactly(Decimal(str(value)))
        return found

    def answers() -> Facts:
        found = facts()
        for name, rule in rules.items():
            found[name] = rule.weigh(found)
        return found

    def told() -> list[object]:
        found = answers()
        return [(name, found[name], trace(rule, found)) for name, rule in rules.items()]

    return answers, told


def peers() -> dict[str, Callable[[], Any]]:
    """The engines that are installed beside ours (`make bench` installs them)."""
    found: dict[str, Callable[[], Any]] = {}
    try:
        import zen

        decision = zen.ZenEngine().create_decision(json.dumps(thirteen.for_zen()))
        found["zen-engine, with trace"] = lambda: decision.evaluate(thirteen.FACTS, {"trace": True})
        found["zen-engine, no trace"] = lambda: decision.evaluate(thirteen.FACTS)
    except ImportError:
        print("  SKIPPED zen-engine: not installed")
    try:
        import cel

        programs = {name: cel.compile(thirteen.for_cel(text)) for name, text in thirteen.RULES.items()}

        def evaluate() -> dict[str, Any]:
            known: dict[str, Any] = dict(thirteen.FACTS)
            for name, program in programs.items():
                known[name] = program.execute(known)
            return known

        found["CEL (no trace to be had)"] = evaluate
    except ImportError:
        print("  SKIPPED CEL: not installed")
    return found


def main() -> None:
    """Measure and print; the peers must answer as we do before they are timed."""
    whole_law()
    print(f"thirteen provisions, {RUNS} runs, each engine from the same facts:")
    answers, told = ours()
    mine = answers()
    wanted = {name: mine[name] is ecluse.YES for name in thirteen.RULES}  # type: ignore[index]
    base = measured(told)
    rows = {"ecluse, with trace": base, "ecluse, answers alone": measured(answers)}
    for name, work in peers().items():
        result = work()
        got = result.get("result", result)
        differ = [rule for rule in wanted if got[rule] is not wanted[rule]]
        if differ:
            print(f"  {name}: answers otherwise on {', '.join(differ)}; not timed")
            continue
        rows[name] = measured(work)
    for name, (median, high) in rows.items():
        ratio = median / base[0]
        print(f"  {name:26} median {median:8.1f} us, p99 {high:8.1f} us, {ratio:5.1f} times ours with trace")


if __name__ == "__main__":
    main()
