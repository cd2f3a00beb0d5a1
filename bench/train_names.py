"""Train the model of names on the US list shipped: `python bench/train_names.py TO`. Needs `lightgbm`.

Pairs are aliases kept out of the index, names varied as trade documents spell them, names of
strangers that only look alike, and parties taken off the list altogether. Of ten parties seven
train, one sets the bands, two are kept for the bench (`held_out`). No peer's test set is read.
"""

from __future__ import annotations

import dataclasses
import json
import random
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from variants import namesake, stranger, vary

from ecluse.parties import features, index, names, screen
from ecluse.parties.ages import AMERICAN
from ecluse.parties.snapshot import load

if TYPE_CHECKING:
    from ecluse.parties.entry import Entry, Snapshot

    # Names to ask for (text, the party meant or none, how drawn), aliases kept out, parties taken off.
    Asked = tuple[list[tuple[str, int | None, str]], dict[int, str], set[int]]

SEED = 20260731
TREES, LEAVES, DRAWS = 140, 20, 2


def fold_of(entry: Entry) -> int:
    """Give the tenth that a party falls in, by its list and name, so that it stays there."""
    return zlib.crc32("|".join(entry.key).encode()) % 10


def without(snapshot: Snapshot, hidden: dict[int, str], gone: set[int]) -> Snapshot:
    """Give the snapshot without some aliases, and without some parties."""
    kept = []
    for number, entry in enumerate(snapshot.entries):
        if number in gone:
            # A party taken off stays as an empty place, so that numbers do not move.
            kept.append(dataclasses.replace(entry, name=f"zzqx{number}", aliases=()))
        elif number in hidden:
            kept.append(
                dataclasses.replace(entry, aliases=tuple(one for one in entry.aliases if one != hidden[number]))
            )
        else:
            kept.append(entry)
    return dataclasses.replace(snapshot, entries=tuple(kept), digest="training")


def prints(entry: Entry) -> set[str]:
    """Give the fingerprints of all of a party's names."""
    return {names.parse(shown).fingerprint for written in entry.names for shown in names.published(written)}


def twins(snapshot: Snapshot) -> set[int]:
    """Give the parties that share a name with another entry: one party on two lists, or two of one name."""
    held: dict[str, set[int]] = {}
    for number, entry in enumerate(snapshot.entries):
        for mark in prints(entry):
            held.setdefault(mark, set()).add(number)
    return {number for numbers in held.values() if len(numbers) > 1 for number in numbers}


def questions(snapshot: Snapshot, folds: set[int], seed: int, hide: float = 0.5) -> Asked:
    """Draw names to ask for: the text, the party it means or none, and how it was drawn."""
    rng = random.Random(seed)
    entries = snapshot.entries
    shared = twins(snapshot)
    picked = [number for number, entry in enumerate(entries) if fold_of(entry) in folds]
    rng.shuffle(picked)
    pool = [entry.name for entry in entries]
    asked: list[tuple[str, int | None, str]] = []
    hidden: dict[int, str] = {}
    gone: set[int] = set()
    for number in picked:
        entry = entries[number]
        person = entry.kind == "person"
        draw = rng.random()
        if draw < 0.18 and number in shared:
            continue
        if draw < 0.18:
            gone.add(number)
            asked.append((entry.name, None, "gone"))
            asked.append((vary(rng, entry.name, person)[0], None, "gone, varied"))
        elif draw < 0.18 + hide and entry.aliases:
            alias = rng.choice(entry.aliases)
            if names.parse(alias).fingerprint not in {
                names.parse(one).fingerprint for one in entry.names if one != alias
            }:
                hidden[number] = alias
                asked.append((alias, number, "alias"))
        else:
            told, kind = vary(rng, rng.choice(entry.names), person)
            asked.append((told, number, kind))
        if rng.random() < 0.5 and number not in gone:
            asked.append((stranger(rng, entry.name, pool, person), None, "stranger"))
        if rng.random() < 0.6 and number not in gone and not person and (other := namesake(rng, entry.name)):
            asked.append((other, None, "namesake"))
    return asked, hidden, gone


def pairs(snapshot: Snapshot, folds: set[int], seed: int) -> tuple[list[list[float]], list[int], list[int]]:
    """Give features, labels and the question's number for every candidate of every question."""
    asked, hidden, gone = questions(snapshot, folds, seed)
    seen = index._over(memoryview(index.build(without(snapshot, hidden, gone))))  # noqa: SLF001
    marks = {number: prints(snapshot.entries[number]) for number in {n for _, n, _ in asked if n is not None}}
    rows, labels, groups = [], [], []
    for question, (text, truth, kind) in enumerate(asked):
        for reading in names.readings(text)[:1] if kind == "stranger" else names.readings(text)[-1:]:
            name = names.parse(reading)
            best: dict[int, list[float]] = {}
            for doc, initials in screen.near(seen, name).items():
                owner = seen.owner(doc)
                row = features.compare(
                    name, seen.name(doc)[0], seen.weight, person=seen.person(doc), others=seen.words_of(owner),
                    initials=initials,
                )  # fmt: skip
                if owner not in best or row[0] + row[1] + row[5] > best[owner][0] + best[owner][1] + best[owner][5]:
                    best[owner] = row
            for owner, row in best.items():
                same = owner == truth
                if not same and truth is not None and prints(snapshot.entries[owner]) & marks[truth]:
                    continue
                # A stranger that happens to bear a listed name is no stranger.
                if truth is None and row[0] > 0.999 and row[1] > 0.999:
                    continue
                rows.append(row)
                labels.append(int(same))
                groups.append(question)
    return rows, labels, groups


def grow(rows: list[list[float]], labels: list[int]) -> Any:  # noqa: ANN401 - its library carries no types
    """Grow the trees, each feature moving the score only as its sign allows."""
    import lightgbm
    import numpy as np

    data = lightgbm.Dataset(np.asarray(rows), np.asarray(labels), feature_name=[name for name, _ in features.FEATURES])
    options = {
        "objective": "binary", "num_leaves": LEAVES, "learning_rate": 0.11, "min_data_in_leaf": 40,
        "monotone_constraints": [sign for _, sign in features.FEATURES], "lambda_l2": 2.0, "seed": SEED,
        "num_threads": 2, "verbosity": -1, "deterministic": True, "max_depth": 7,
        "monotone_constraints_method": "intermediate",
    }  # fmt: skip
    return lightgbm.train(options, data, num_boost_round=TREES)


def plain(tree: dict[str, Any]) -> Any:  # noqa: ANN401 - lists in lists
    """Write a tree as nested lists: a leaf is its value; a fork the feature, the threshold, lower side, upper side."""
    if "leaf_value" in tree:
        return round(tree["leaf_value"], 4)
    return [tree["split_feature"], round(tree["threshold"], 5), plain(tree["left_child"]), plain(tree["right_child"])]


def bands(scores: list[float], labels: list[int], groups: list[int]) -> tuple[float, float]:
    """Give the score from which the best hit of a question is right 97 times in 100, and a lower one.

    Below the lower one a tenth of the true pairs lie, but never under 0.15.
    """
    best: dict[int, tuple[float, int]] = {}
    for score, label, group in zip(scores, labels, groups, strict=True):
        best[group] = max(best.get(group, (0.0, 0)), (score, label))
    rows = sorted(best.values(), reverse=True)
    right, decide = 0, 1.0
    for count, (score, label) in enumerate(rows, 1):
        right += label
        if right / count >= 0.97:
            decide = score
    true = sorted(score for score, label in zip(scores, labels, strict=True) if label)
    grey = max(0.15, min(true[int(len(true) * 0.1)], decide / 2))
    return round(decide, 3), round(grey, 3)


def evenly(scores: list[float], labels: list[int], groups: list[int]) -> float:
    """Give the score at which a pair by itself is told best: the highest F1 on pairs of parties not seen.

    Of the other parties that a question was held against only the nearest counts: a pair by itself has no list of them.
    """
    nearest: dict[int, float] = {}
    for score, label, group in zip(scores, labels, groups, strict=True):
        if not label:
            nearest[group] = max(score, nearest.get(group, 0.0))
    same = [score for score, label in zip(scores, labels, strict=True) if label]

    def quality(cut: float) -> float:
        right, wrong = (sum(score >= cut for score in each) for each in (same, nearest.values()))
        return 2 * right / (right + wrong + len(same))

    return max((step / 100 for step in range(10, 91)), key=quality)


def main(target: Path) -> None:
    """Train, set the bands, write."""
    import numpy as np

    snapshot = load(AMERICAN)
    rows: list[list[float]] = []
    labels: list[int] = []
    for draw in range(DRAWS):
        drawn, meant, _ = pairs(snapshot, {0, 1, 2, 3, 4, 5, 6}, SEED + 100 * draw)
        rows, labels = rows + drawn, labels + meant
    print(f"{len(rows):,} pairs, {sum(labels):,} of one party")
    model = grow(rows, labels)
    checked, truth, groups = pairs(snapshot, {7}, SEED + 1)
    scores = [float(one) for one in np.asarray(model.predict(np.asarray(checked)))]
    decide, grey = bands(scores, truth, groups)
    data = {
        "made_by": "bench/train_names.py", "trained_on": f"US list of {snapshot.date}, {snapshot.digest}",
        "features": [name for name, _ in features.FEATURES],
        "decide": decide, "grey": grey, "pair": evenly(scores, truth, groups),
        "trees": [plain(one["tree_structure"]) for one in model.dump_model()["tree_info"]],
    }  # fmt: skip
    text = json.dumps(data, separators=(",", ":")).replace('"trees":[', '"trees":[\n').replace("],[", "],\n[")
    target.write_text(text + "\n", encoding="utf-8")
    loss = -np.mean(np.log([s if t else 1 - s for s, t in zip(np.clip(scores, 1e-6, 1 - 1e-6), truth, strict=True)]))
    print(
        f"bands: decide {decide}, grey {grey}; log loss on parties not seen {loss:.4f}; {target.stat().st_size:,} bytes"
    )
    gain = sorted(zip(model.feature_importance("gain"), (n for n, _ in features.FEATURES), strict=True), reverse=True)
    print(", ".join(f"{name} {value:,.0f}" for value, name in gain))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
