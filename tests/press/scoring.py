"""Score proposals against labels: claims by act and sentence, then every field, per language.

A label is matched by a proposal of the same gate and act in the sentence that holds the label's words.
Precision of claims counts every proposal from the body, recall every label. Precision of a field counts
matched proposals that give it where the label does; recall counts all labels that give it, so that a missed
claim is missed in every field. A number that no label has is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ecluse import reader
from ecluse.dates import Known
from ecluse.press.stamps import stamps_in
from tests.conftest import ROOT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ecluse.press.proposal import Proposal

SETS = ("dev", "test", "real", "fresh", "third", "fourth", "fifth", "sixth")
SET = ROOT / "tests" / "press" / "set"
FIELDS = ("modality", "polarity", "holder_kind", "holder", "actor", "subjects", "products", "numbers", "about")


@dataclass(frozen=True)
class Labelled:
    """A made article, or an excerpt of a real one with its address, and its labels."""

    id: str
    story: str
    language: str
    text: str
    published: str
    claims: tuple[dict[str, Any], ...]
    url: str = ""


@dataclass
class Score:
    """Counts of one language; `fields` holds right, given and labelled counts of each."""

    proposed: int = 0
    labelled: int = 0
    found: int = 0
    fields: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FIELDS})
    misses: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of proposals that a label bears out."""
        return self.found / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        """Share of labels that were found."""
        return self.found / self.labelled if self.labelled else 0.0

    def of(self, name: str) -> tuple[float, float]:
        """Precision and recall of a field."""
        counts = self.fields[name]
        return (
            counts["right"] / counts["given"] if counts["given"] else 0.0,
            counts["right"] / counts["labelled"] if counts["labelled"] else 0.0,
        )


def labelled(half: str, folder: Path = SET) -> list[Labelled]:
    """The articles of a half of the made set (`dev`, `test`) or of a set of excerpts, with their labels."""
    found = []
    for path in sorted((folder / half).glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for article in table["article"]:
            claims = tuple(article["claims"])
            one = Labelled(
                article["id"], table["story"], article["language"], article["text"], article["published"], claims,
                article.get("url", ""),
            )  # fmt: skip
            for claim in claims:
                assert one.text.count(claim["at"]) == 1, (one.id, claim["at"])
            found.append(one)
    return found


def read(one: Labelled) -> tuple[Proposal, ...]:
    """What the reader proposes, the article's day given."""
    return _read(one).proposals


def _read(one: Labelled) -> reader.Read:
    stamp = next(stamps_in(one.published, "en"))
    done = reader.read(one.text.encode(), one.id, published=stamp, known=Known(day=stamp.day), relate=False)
    assert done.article.language == one.language, one.id
    return done


def with_model(command: str, *, alone: bool = False) -> Callable[[Labelled], tuple[Proposal, ...]]:
    """What the reader and a model of the user's propose together, or that model alone; claims told twice count once."""

    def reading(one: Labelled) -> tuple[Proposal, ...]:
        rows = reader.modelled(_read(one), command).proposals
        theirs = [row for row in rows if row.frame == "model"]
        ours = [] if alone else [row for row in rows if row.frame != "model"]
        told = {(row.gate, row.act, row.sentence) for row in ours}
        return (*ours, *(row for row in theirs if (row.gate, row.act, row.sentence) not in told))

    return reading


def score(
    half: str, reading: Callable[[Labelled], Iterable[Proposal]] = read, *, strong: bool = False
) -> dict[str, Score]:
    """Score a half per language; `all` joins the languages. With `strong` only strong proposals count."""
    scores = {name: Score() for name in ("fr", "en", "zh", "all")}
    for one in labelled(half):
        body = [row for row in reading(one) if row.kind == "body" and not (strong and row.strength != "strong")]
        for name in (one.language, "all"):
            _count(scores[name], one, body)
    return scores


def _count(into: Score, one: Labelled, body: list[Proposal]) -> None:
    left = list(body)
    into.proposed += len(body)
    into.labelled += len(one.claims)
    for claim in one.claims:
        place = one.text.index(claim["at"])
        fits = [
            row
            for row in left
            if (row.gate, row.act) == (claim["gate"], claim["act"]) and row.sentence[0] <= place < row.sentence[1]
        ]
        best = max(
            fits, key=lambda row: (row.actor == claim.get("actor"), row.span[0] <= place < row.span[1]), default=None
        )
        if best is None:
            into.misses.append(f"{one.id} {claim['act']}: {claim['at']}")
        else:
            left.remove(best)
            into.found += 1
        _fields(into, one, claim, best)
    into.false += [
        f"{one.id} {row.gate} {row.act} ({row.actor}): {one.text[row.span[0] : row.span[1]].strip()}" for row in left
    ]


def _fields(into: Score, one: Labelled, claim: dict[str, Any], best: Proposal | None) -> None:
    wanted = {
        "modality": claim["mod"],
        "polarity": claim.get("pol", "yes"),
        "holder_kind": claim["by"],
        "holder": claim.get("who"),
        "actor": claim.get("actor"),
        "subjects": _set(claim.get("whom")),
        "products": _set(claim.get("chips")),
        "numbers": _set(claim.get("num")),
        "about": claim.get("about"),
    }
    got = values(best) if best else {}
    for name, value in wanted.items():
        counts = into.fields[name]
        counts["labelled"] += value is not None
        given = got.get(name)
        if given is None or (value is None and name != "numbers"):
            continue
        counts["given"] += 1
        counts["right"] += given == value
        if given != value:
            into.wrong.append(f"{one.id} {claim['act']} {name}: {given!r}, labelled {value!r}: {claim['at']}")


def _set(values: list[str] | None) -> frozenset[str] | None:
    return frozenset(values) if values else None


def values(row: Proposal) -> dict[str, Any]:
    """The fields of a proposal as labels write them."""
    numbers = frozenset(_number(one) for one in row.quantities if one.value is not None)
    return {
        "modality": row.modality,
        "polarity": row.polarity,
        "holder_kind": row.holder.attribution.kind,
        "holder": row.holder.attribution.name,
        "actor": row.actor,
        "subjects": frozenset(row.subjects) or None,
        "products": frozenset(row.products) or None,
        "numbers": numbers or None,
        "about": None if row.about is None else f"{_day(row.about.start)}/{_day(row.about.end)}",
    }


def _number(one: Any) -> str:  # noqa: ANN401 - a quantity, read as labels write it
    low, high = one.value.low, one.value.high
    if low == high:
        return f"{_plain(low)},{one.unit}"
    return f"{'' if low is None else _plain(low)}..{'' if high is None else _plain(high)},{one.unit}"


def _plain(value: object) -> str:
    return f"{value:f}" if not isinstance(value, int) else str(value)


def _day(day: dt.date | None) -> str:
    return "" if day is None else day.isoformat()


def agreement() -> dict[str, float]:
    """How far the second labelling pass agrees with the first: claims (F1 by act and sentence), and their fields."""
    second = tomllib.loads((SET / "second.toml").read_text(encoding="utf-8"))["labels"]
    first = {one.id: one for one in labelled("test")}
    assert set(second) == set(first)
    counts: Counter[str] = Counter()
    for name, rows in second.items():
        one = first[name]
        left = list(one.claims)
        for row in rows:
            act, by, modality, words = (part.strip() for part in row.split(" | "))
            assert words in one.text, (name, words)
            place = one.text.index(words)
            near = [claim for claim in left if claim["act"] == act and _same_sentence(one, claim["at"], place)]
            if near:
                left.remove(near[0])
                counts["both"] += 1
                counts["by"] += near[0]["by"] == by
                counts["mod"] += near[0]["mod"] == modality
        counts["first"] += len(one.claims)
        counts["second"] += len(rows)
    both = counts["both"]
    return {
        "claims": 2 * both / (counts["first"] + counts["second"]),
        "holder_kind": counts["by"] / both,
        "modality": counts["mod"] / both,
    }


def _same_sentence(one: Labelled, words: str, place: int) -> bool:
    """Do two stretches stand within one sentence, or within forty signs of each other?"""
    other = one.text.index(words)
    low, high = min(place, other), max(place, other)
    return not set(one.text[low:high]) & set("。！？\n") and (". " not in one.text[low:high] or high - low < 40)


def main() -> None:
    """Print precision and recall of claims per language, of the reader and of a model that is named."""
    parser = argparse.ArgumentParser(description="The reader, and a model of yours, on the same labelled sets.")
    parser.add_argument("--model", metavar="COMMAND", help="a program as `ecluse read --model` takes it")
    parser.add_argument("--set", action="append", choices=SETS, help="default: all")
    options = parser.parse_args()
    readings: dict[str, Callable[[Labelled], Iterable[Proposal]]] = {"the reader": read}
    if options.model:
        readings |= {
            "the model alone": with_model(options.model, alone=True),
            "both together": with_model(options.model),
        }
    for name in options.set or SETS:
        for who, reading in readings.items():
            told = score(name, reading)
            figures = ", ".join(f"{key} {one.precision:.2f} / {one.recall:.2f}" for key, one in told.items())
            sys.stdout.write(f"{name:7} {who:16} precision / recall: {figures}\n")


if __name__ == "__main__":
    main()
