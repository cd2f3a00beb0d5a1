"""Screen beside peers, in one run on the same cores; prints figures and ratios, changes nothing.

    python bench/screen.py [--name-bench CASES.csv] [--queries N] [--grow N]

`--name-bench` is nomenklatura's contrib/name_bench/cases.csv (not shipped here). The peer nomenklatura
is measured where it is installed, rapidfuzz and the extra `many` likewise.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import train_names
from rapidfuzz.distance import Levenshtein
from variants import stranger, vary

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from ecluse.parties import batch, features, index, model, names, screen, snapshot  # noqa: E402 - after the path is set
from ecluse.parties.ages import AMERICAN  # noqa: E402
from ecluse.parties.sounds import sound  # noqa: E402
from tests.parties import sets  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ecluse.parties.entry import Snapshot

    # Names asked for: text, the number of the party meant or None, how it was drawn.
    Questions = list[tuple[str, int | None, str]]

SEED = 31
FLOORS = tomllib.loads((ROOT / "tests" / "floors.toml").read_text(encoding="utf-8"))["parties"]
# Floors under which a figure of this run has fallen.
FALLEN: list[str] = []
# Real firms on none of the lists, for false alerts.
UNLISTED = (
    "Siemens AG", "Robert Bosch GmbH", "Volkswagen AG", "BASF SE", "SAP SE", "Allianz SE", "Nestle S.A.",
    "Novartis AG", "Roche Holding AG", "TotalEnergies SE", "Airbus SE", "LVMH Moet Hennessy",
    "Schneider Electric SE", "Danone S.A.", "Philips N.V.", "ASML Holding N.V.", "Unilever PLC", "AstraZeneca PLC",
    "Barclays PLC", "Vodafone Group Plc", "Ericsson AB", "Nokia Oyj", "Novo Nordisk A/S", "Equinor ASA",
    "Eni S.p.A.", "Telefonica S.A.", "Inditex S.A.", "Apple Inc.", "Microsoft Corporation", "Alphabet Inc.",
    "Amazon.com, Inc.", "Meta Platforms, Inc.", "Intel Corporation", "Advanced Micro Devices, Inc.",
    "NVIDIA Corporation", "Broadcom Inc.", "Qualcomm Incorporated", "Micron Technology, Inc.",
    "Applied Materials, Inc.", "Lam Research Corporation", "KLA Corporation", "Texas Instruments Incorporated",
    "Dell Inc.", "HP Inc.", "Cisco Systems, Inc.", "Oracle Corporation", "IBM Corporation",
    "General Electric Company", "Caterpillar Inc.", "Deere & Company", "Ford Motor Company",
    "General Motors Company", "Tesla, Inc.", "Pfizer Inc.", "Merck & Co., Inc.", "Johnson & Johnson",
    "Procter & Gamble Company", "Coca-Cola Company", "PepsiCo, Inc.", "Walmart Inc.", "Toyota Motor",
    "Honda Motor Co., Ltd.", "Sony Group Corporation", "Panasonic Holdings", "Hitachi, Ltd.", "Toshiba Corporation",
    "Tokyo Electron Limited", "Canon Inc.", "Nikon Corporation", "SoftBank Group Corp.",
    "Samsung Electronics Co., Ltd.", "SK hynix Inc.", "LG Electronics Inc.", "Hyundai Motor Company",
    "Kia Corporation", "Taiwan Semiconductor Manufacturing", "MediaTek Inc.", "Hon Hai Precision Industry",
    "Quanta Computer Inc.", "ASUSTeK Computer Inc.", "Wiwynn Corporation", "Supermicro Computer Inc",
    "Alibaba Group Holding Limited", "Tencent Holdings Limited", "Baidu, Inc.", "JD.com, Inc.", "Meituan",
    "Xiaomi Corporation", "Lenovo Group Limited", "BYD Company Limited", "Contemporary Amperex Technology",
    "Ping An Insurance Company", "Industrial and Commercial Bank of China", "China Merchants Bank",
    "Bank of Communications", "Haier Smart Home Co., Ltd.", "Midea Group Co., Ltd.", "Gree Electric Appliances",
    "Kweichow Moutai Co., Ltd.", "Shanghai Pudong Development Bank", "Guangzhou Automobile Group",
    "SAIC Motor Corporation Limited", "Geely Automobile", "Reliance Industries Limited", "Tata Consultancy Services",
    "Infosys Limited", "Wipro Limited", "Saudi Aramco", "Emirates NBD Bank", "Etisalat Group",
    "Petroliam Nasional Berhad", "Singapore Airlines Limited", "DBS Group Holdings", "BHP Group Limited",
    "Rio Tinto Limited", "Royal Bank of Canada", "Shopify Inc.", "Vale S.A.", "Embraer S.A.", "America Movil",
    "Grupo Bimbo", "Naspers Limited", "Standard Bank Group", "Turkcell Iletisim", "Koc Holding A.S.",
    "Technology Trading International Co., Ltd.", "General Industrial Services LLC",
    "Global Logistics Solutions Ltd",
)  # fmt: skip


def said(title: str) -> None:
    """Print a heading."""
    print(f"\n== {title}")


def held(name: str, figure: float) -> None:
    """Note a figure that has fallen under its floor."""
    if figure < FLOORS[name]:
        FALLEN.append(f"{name} is {figure:.3f}, its floor {FLOORS[name]}")


def f1(rows: Sequence[tuple[float, bool]], cut: float) -> tuple[float, float, float]:
    """Give F1, precision and recall of scores at a threshold."""
    right = sum(score >= cut and truth for score, truth in rows)
    wrong = sum(score >= cut and not truth for score, truth in rows)
    missed = sum(score < cut and truth for score, truth in rows)
    precision, recall = right / (right + wrong or 1), right / (right + missed or 1)
    return 2 * right / (2 * right + wrong + missed or 1), precision, recall


def name_bench(path: Path) -> None:
    """Score the pairs of nomenklatura's own regression set; nothing is trained on it."""
    with path.open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    lists, ours = screen.lists(AMERICAN), model.load()

    def pair(one: str, two: str, schema: str) -> float:
        person = 1.0 if schema == "Person" else 0.0
        return ours.score(features.compare(names.parse(one), names.parse(two), lists.index.weight, person=person))

    scorers: dict[str, tuple[Callable[[str, str, str], float], float]] = {"ours": (pair, ours.pair)}
    try:
        from followthemoney import ValueEntity
        from followthemoney import model as money
        from nomenklatura.matching.logic_v2.model import LogicV2

        config = LogicV2.default_config()

        def logic(one: str, two: str, schema: str) -> float:
            # An id of its own for each: the matcher keeps what it has analysed by id.
            pair = [ValueEntity(money.get(schema), {"id": uuid4().hex}) for _ in range(2)]
            pair[0].add("name", one)
            pair[1].add("name", two)
            return float(LogicV2.compare(pair[0], pair[1], config).score)

        scorers["nomenklatura logic-v2"] = (logic, 0.7)
    except ImportError:
        print("nomenklatura is not installed here")
    scorers["Levenshtein"] = (lambda a, b, _: Levenshtein.normalized_similarity(a.casefold(), b.casefold()), 0.7)
    said(f"name_bench: {len(cases)} pairs; the threshold is each one's own, the best in brackets is an oracle's")
    for name, (score, cut) in scorers.items():
        for row in cases[:50]:
            score(row["name1"], row["name2"], row["schema"])
        start = time.perf_counter()
        rows = [(score(row["name1"], row["name2"], row["schema"]), row["is_match"] == "true") for row in cases]
        rate = len(cases) / (time.perf_counter() - start)
        at, precision, recall = f1(rows, cut)
        if name == "ours":
            held("name_bench_f1", at)
        best = max((f1(rows, step / 100)[0], step / 100) for step in range(2, 99))
        print(
            f"{name:24} F1 {at:.3f} at {cut} (P {precision:.3f} R {recall:.3f}); best {best[0]:.3f} at {best[1]};"
            f" {rate:,.0f} pairs/s"
        )


def letters(name: str) -> str:
    """Give a name's words in order of the alphabet, by their folded letters: how names are read does not move them."""
    return " ".join(sorted(names.fold(name).split()))


def twins(whole: Snapshot) -> set[int]:
    """Give the parties that share a name, by its letters, with another entry."""
    held: dict[str, set[int]] = {}
    for number, entry in enumerate(whole.entries):
        for mark in {letters(part) for written in entry.names for part in (written, *names.published(written))}:
            held.setdefault(mark, set()).add(number)
    return {number for numbers in held.values() if len(numbers) > 1 for number in numbers}


def questions(whole: Snapshot, count: int) -> tuple[Questions, Snapshot]:
    """Draw names of parties that trained nothing: held-out aliases, variants, strangers, real unlisted firms.

    The draw hangs on the list and on `variants` alone, so that one version is asked the same as the next.
    """
    rng = random.Random(SEED)
    shared = twins(whole)
    held = [n for n, one in enumerate(whole.entries) if train_names.fold_of(one) in (8, 9) and n not in shared]
    rng.shuffle(held)
    pool = [entry.name for entry in whole.entries]
    asked: Questions = []
    hidden: dict[int, str] = {}
    for number in held:
        entry = whole.entries[number]
        drawn = Counter(kind for _, _, kind in asked)
        marks = {letters(one) for one in entry.names}
        person = entry.kind == "person"
        if drawn["alias"] < count * 3 // 10 and len(entry.aliases) > 0 and len(marks) > 1:
            alias = rng.choice(entry.aliases)
            if letters(alias) not in {letters(one) for one in entry.names if one != alias}:
                hidden[number] = alias
                asked.append((alias, number, "alias"))
                continue
        if drawn["variant"] < count * 7 // 10:
            asked.append((vary(rng, rng.choice(entry.names), person)[0], number, "variant"))
        elif drawn["stranger"] < count * 6 // 10:
            asked.append((stranger(rng, entry.name, pool, person), None, "stranger"))
        else:
            break
    asked += [(name, None, "unlisted") for name in UNLISTED]
    rng.shuffle(asked)
    return asked, train_names.without(whole, hidden, set())


def draw(to: Path, count: int) -> None:
    """Write a fixed sample of questions, for the quality test of the suite: text, kind, entry meant, alias kept out."""
    whole = snapshot.load(AMERICAN)
    asked, part = questions(whole, count)
    rows = []
    for text, truth, kind in asked:
        entry = None if truth is None else whole.entries[truth]
        kept_out = set(entry.aliases) - set(part.entries[truth].aliases) if entry and truth is not None else ()
        plain = text.replace("\t", " ").replace("\n", " ")
        rows.append((plain, kind, entry.id if entry else "", next(iter(kept_out), "")))
    lines = ["\t".join(row) for row in rows]
    head = f"# {len(rows)} questions to the US list of {whole.date}, by `bench/screen.py --draw`:"
    head += " text, kind, entry, alias kept out."
    to.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def told(name: str, rows: list[tuple[float, bool, str]], asked: Questions, found: int, rate: float) -> None:
    """Print a line of the table: recall at two precisions, by kind, candidates' recall, false alerts, rate."""
    wanted = sum(truth is not None for _, truth, _ in asked)
    flat = [(score, right, truth is not None) for (score, right, _), (_, truth, _) in zip(rows, asked, strict=True)]
    at90, _ = sets.recall_at(flat, 0.90)
    at95, cut = sets.recall_at(flat, 0.95)
    if name.startswith("ours"):
        held("us_recall_at_95", at95)
        held("us_candidates", found / wanted)
    hits = Counter(kind for score, right, kind in rows if right and score >= cut)
    kinds = Counter(kind for _, truth, kind in asked if truth is not None)
    false = sum(score >= cut for score, _, kind in rows if kind == "unlisted")
    if name.startswith("ours") and false > FLOORS["us_false_most"]:
        FALLEN.append(f"us_false_most is {false}, at the most {FLOORS['us_false_most']}")
    parts = ", ".join(f"{kind} {hits[kind]}/{kinds[kind]}" for kind in sorted(kinds))
    print(
        f"{name:34} R@P90 {at90:.3f}  R@P95 {at95:.3f}  ({parts})  candidates {found / wanted:.3f}"
        f"  false on {len(UNLISTED)} real firms {false}  {rate:,.1f} queries/s"
    )


def share_something(one: names.Name, other: names.Name) -> bool:
    """Do two names share a word, the sound of one, initials, or half of their letters?"""
    words = {*one.tokens, *map(sound, one.tokens)}
    short = one.glued in names.initials(other.text) or other.glued in names.initials(one.text)
    alike = Levenshtein.normalized_similarity(one.glued, other.glued) >= 0.5
    return short or alike or not words.isdisjoint({*other.tokens, *map(sound, other.tokens)})


def our_rows(part: Snapshot, asked: Questions) -> None:
    """Ours: an index of the list without the aliases kept out; one process."""
    start = time.perf_counter()
    kept = index._over(memoryview(index.build(part)))  # noqa: SLF001 - an index in memory
    built = time.perf_counter() - start
    screener = dataclasses.replace(screen.lists(AMERICAN), index=kept)
    rows, found = [], 0
    start = time.perf_counter()
    for text, truth, kind in asked:
        hits = screener.screen(text)
        top = [hit.entry.id for hit in hits if hit.score == hits[0].score]
        right = truth is not None and part.entries[truth].id in top
        rows.append((hits[0].score if hits else 0.0, right, kind))
    rate = len(asked) / (time.perf_counter() - start)
    near = met = 0
    for text, truth, _ in asked:
        if truth is not None:
            readings = [one.name for one in screen.asked_for(text)]
            docs = [
                doc for one in readings for doc in (*kept.looked_up(one), *kept.by_initials(one), *kept.candidates(one))
            ]
            there = any(kept.owner(doc) == truth for doc in docs)
            listed = [parsed for _, parsed in index._names_of(part.entries[truth])]  # noqa: SLF001
            shares = any(share_something(one, other) for one in readings for other in listed)
            found, near, met = found + there, near + shares, met + (there and shares)
    wanted = sum(truth is not None for _, truth, _ in asked)
    print(f"ours: index of {kept.size:,} names built in {built:.1f} s")
    print(
        f"of {wanted} names asked {near} share a word, its sound, initials or half of their letters with a name that is"
        f" left of their party; {met} of these are among the candidates ({met / near:.3f})"
    )
    told("ours, one process", rows, asked, found, rate)


def rapidfuzz_rows(part: Snapshot, asked: Questions) -> None:
    """The peer rapidfuzz: every name of the list by token_sort_ratio, two workers."""
    try:
        import numpy as np
        from rapidfuzz import fuzz, process, utils
    except ImportError:
        print("numpy is not installed here: rapidfuzz brute force is left out")
        return
    listed = [
        (number, utils.default_process(name)) for number, entry in enumerate(part.entries) for name in entry.names
    ]
    start = time.perf_counter()
    queries = [utils.default_process(text) for text, _, _ in asked]
    scores = process.cdist(
        queries, [name for _, name in listed], scorer=fuzz.token_sort_ratio, workers=2, dtype=np.uint8
    )
    rate = len(asked) / (time.perf_counter() - start)
    owners = np.asarray([number for number, _ in listed])
    rows = []
    for at, (_, truth, kind) in enumerate(asked):
        top = int(scores[at].max())
        rows.append((float(top), truth is not None and truth in owners[scores[at] == top], kind))
    told("rapidfuzz token_sort, two workers", rows, asked, sum(right for _, right, _ in rows), rate)


def nomenklatura_rows(part: Snapshot, asked: Questions) -> float | None:
    """The peer nomenklatura: its DuckDB blocker (75 candidates) and logic-v2, one process; gives its rate."""
    try:
        from followthemoney import Dataset, StatementEntity
        from nomenklatura.blocker.index import Index
        from nomenklatura.matching.logic_v2.model import LogicV2
        from nomenklatura.store import load_entity_file_store
    except ImportError:
        print("nomenklatura is not installed here")
        return None
    kinds = {"person": "Person", "entity": "Organization", "vessel": "Vessel", "aircraft": "Airplane"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.json"
        with path.open("w", encoding="utf-8") as file:
            for number, entry in enumerate(part.entries):
                schema = kinds.get(entry.kind or "", "LegalEntity")
                row = {"id": f"e{number}", "schema": schema, "properties": {"name": list(entry.names)}}
                file.write(json.dumps(row) + "\n")
        start = time.perf_counter()
        store = load_entity_file_store(path, _resolver())
        view = store.default_view()
        blocker = Index(view, Path(folder) / "index")
        blocker.build()
        built = time.perf_counter() - start
        dataset = Dataset.make({"name": "asked", "title": "asked"})
        config = LogicV2.default_config()
        start = time.perf_counter()
        entities = {}
        for at, (text, _, _) in enumerate(asked):
            data = {"id": f"q{at}", "schema": "LegalEntity", "properties": {"name": [text]}}
            entities[f"q{at}"] = StatementEntity.from_data(dataset, data)
        best: dict[str, tuple[float, bool]] = {}
        found = 0
        for key, candidates in blocker.match_entities(list(entities.values())):
            truth = asked[int(str(key)[1:])][1]
            found += any(str(other) == f"e{truth}" for other, _ in candidates)
            for other, _ in candidates:
                entity = view.get_entity(str(other))
                if entity is not None:
                    score = float(LogicV2.compare(entities[str(key)], entity, config).score)
                    # Of several that score alike, the one meant counts: no order among them is claimed.
                    best[str(key)] = max(best.get(str(key), (0.0, False)), (score, str(other) == f"e{truth}"))
        rate = len(asked) / (time.perf_counter() - start)
        rows = [(*best.get(f"q{at}", (0.0, False)), kind) for at, (_, _, kind) in enumerate(asked)]
        print(f"nomenklatura: store and blocker built in {built:.1f} s")
        told("nomenklatura, blocker + logic-v2", rows, asked, found, rate)
        return rate


def _resolver() -> Any:  # noqa: ANN401 - its library carries types of its own
    """A resolver of nomenklatura that has decided nothing."""
    from nomenklatura.resolver import Linker

    return Linker({})


def us_list(count: int) -> None:
    """Queries of our own against the US list, beside the peers."""
    whole = snapshot.load(AMERICAN)
    asked, part = questions(whole, count)
    kinds = Counter(kind for _, _, kind in asked)
    said(f"US list of {whole.date}, {len(whole.entries):,} parties; {len(asked)} names asked: {dict(kinds)}; name only")
    our_rows(part, asked)
    theirs = nomenklatura_rows(part, asked)
    rapidfuzz_rows(part, asked)
    pool = [text for text, _, _ in questions(whole, 20_000)[0]]
    batch.many(AMERICAN, [("warm", None)] * 1, processes=1)
    start = time.perf_counter()
    batch.many(AMERICAN, [(text, None) for text in pool], processes=2)
    rate = len(set(pool)) / (time.perf_counter() - start)
    ratio = f", {rate / theirs:.0f} times nomenklatura's one process" if theirs else ""
    print(f"ours in a batch of {len(set(pool)):,}, two processes, their start included: {rate:,.0f} queries/s{ratio}")


def chinese_set() -> None:
    """Chinese firms by their Chinese names: both halves, with near ones; and the peers, for whom they are one set."""
    whole, lists = snapshot.load(AMERICAN), screen.lists(AMERICAN)
    said("Chinese script: 190 listed firms, near ones real and made; country CN given")
    halves = ((True, "held-out half"), (False, "half used in writing the tables"))
    for half, name in halves:
        firms = [one for one in sets.firms() if sets.held_out(one) is half]
        others = [one for one in (*sets.near(), *sets.made()) if sets.held_out(one) is half]
        rows = [(*sets.score(lists, one, whole.find(one.entry or "")), True) for one in firms]
        near = [(*sets.score(lists, one, None), False) for one in others]
        recall, cut = sets.recall_at(rows + near, 0.95)
        decided = sum(right and score >= lists.model.decide for score, right, _ in rows)
        false = sum(score >= lists.model.decide for score, _, _ in near)
        told = f"in band decide {decided}/{len(rows)}, false {false}/{len(near)}"
        print(f"ours, {name:32} R@P95 {recall:.3f} at {cut:.3f}; {told}")
    from anyascii import anyascii
    from rapidfuzz import fuzz, process, utils

    listed = [(entry, utils.default_process(name)) for entry in whole.entries for name in entry.names]
    plain = [name for _, name in listed]
    rows = []
    for one in (*sets.firms(), *sets.near()):
        best = process.extractOne(utils.default_process(anyascii(one.name)), plain, scorer=fuzz.token_sort_ratio)
        right = bool(one.entry) and listed[best[2]][0].id == one.entry
        rows.append((best[1], right, bool(one.entry)))
    print(f"{'anyascii + token_sort, all':38} R@P95 {sets.recall_at(rows, 0.95)[0]:.3f}")


def growth(most: int) -> None:
    """Index time, size and one query, from ten thousand entities on; names are made of the list's own words."""
    said("growth: entities, seconds to build, megabytes, milliseconds a name (median of 200), peak memory so far")
    rng, whole = random.Random(SEED), snapshot.load(AMERICAN)
    pool = [word for entry in whole.entries for word in entry.name.split()]
    size = 10_000
    while size <= most:
        entries = tuple(
            dataclasses.replace(
                whole.entries[n % len(whole.entries)], id=f"g{n}", name=" ".join(rng.choices(pool, k=4)), aliases=()
            )
            for n in range(size)
        )
        start = time.perf_counter()
        raw = index.build(dataclasses.replace(whole, entries=entries))
        built = time.perf_counter() - start
        screener = dataclasses.replace(screen.lists(AMERICAN), index=index._over(memoryview(raw)))  # noqa: SLF001
        times = []
        for entry in entries[:200]:
            start = time.perf_counter()
            screener.screen(entry.name)
            times.append((time.perf_counter() - start) * 1000)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{size:>9,}  {built:7.1f} s  {len(raw) / 1e6:7.1f} MB  {sorted(times)[100]:7.2f} ms  {peak:,.0f} MB")
        size *= 10


def cold_start() -> None:
    """`ecluse screen NAME` as a whole process: with the index kept, and when it must be built."""
    said("cold start of `ecluse screen NAME`, whole process")
    command = [sys.executable, "-m", "ecluse", "screen", "Gerber Werke AG", "--country", "DE"]
    times = []
    for _ in range(11):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append((time.perf_counter() - start) * 1000)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True, env={"XDG_CACHE_HOME": folder, "PATH": ""})
        fresh = (time.perf_counter() - start) * 1000
    print(f"index kept: median {sorted(times[1:])[5]:.0f} ms of 10; index built on the way: {fresh:,.0f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--name-bench", type=Path, help="nomenklatura's contrib/name_bench/cases.csv")
    parser.add_argument("--queries", type=int, default=500, help="names of listed parties to ask for")
    parser.add_argument("--grow", type=int, default=100_000, help="entities to grow to; 0 leaves it out")
    parser.add_argument("--draw", type=Path, help="only write the sample of the suite's quality test, and end")
    options = parser.parse_args()
    if options.draw:
        draw(options.draw, options.queries)
        return
    cold_start()
    if options.name_bench:
        name_bench(options.name_bench)
    us_list(options.queries)
    chinese_set()
    if options.grow:
        growth(options.grow)
    if FALLEN:
        sys.exit("\n".join(FALLEN))


if __name__ == "__main__":
    main()
