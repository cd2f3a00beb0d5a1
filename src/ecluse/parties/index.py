"""An index of a snapshot's names in one file, read in place: fingerprints, three-letter pieces, rarity of words.

Built once a snapshot and kept in the user's cache folder; opening it costs a few milliseconds, so
that a single name is screened without reading the lists again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import heapq
import json
import math
import mmap
import os
import sys
import zlib
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecluse.parties import names
from ecluse.parties.entry import Entry
from ecluse.parties.names import FEWEST_INITIALS as FEWEST
from ecluse.parties.sounds import skeleton

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

    from ecluse.parties.entry import Snapshot
    from ecluse.parties.names import Name

FORMAT = "16"
# Letters, figures and the edge of a word: three of them make a piece, and its number.
_MARKS = {mark: number for number, mark in enumerate("\0abcdefghijklmnopqrstuvwxyz0123456789")}
BASE = len(_MARKS)
LETTERS = BASE**3
# Behind the pieces of letters stand those of sound: one for the consonants of a word, which weighs as much as several.
PIECES, SOUND_WEIGHT = LETTERS + (1 << 16), 1.0
# What a common word weighs beside a rare one of the same rarity, and a word of one letter.
COMMON, PARTICLE, LETTER = 0.45, 0.3, 0.35
# Pieces that more names hold than this share are looked at only where a name has few others.
FREQUENT, FEW = 0.02, 5
CANDIDATES = 60
# How many entries' words are kept at hand.
MOST_KNOWN = 50_000
# Candidates that share less than this part of what the best one shares are left out.
FLOOR = 0.2
# Where the best candidate shares less than this, so many are looked at, down to this part of what it shares.
LITTLE_SHARED, MORE = 0.5, (100, 0.2)
# What is shared is told in so many marks: those that share alike to a mark stand in the order of the list.
MARKS = 10_000
# How much is to be shared where not so many letters are alike.
SHARED, LETTERS_ALIKE = 0.4, 0.65
HEAD = 16_384
# Run together, a name of fewer letters tells nothing; initials count where few names have them.
SHORTEST_GLUED, MOST_INITIALS, LONGEST = 5, 8, 9
SECTIONS = (
    "prints",
    "print_docs",
    "words",
    "word_counts",
    "offsets",
    "docs",
    "weights",
    "owners",
    "kinds",
    "text_at",
    "entry_at",
)
# How likely a name is a person's, in halves: lists that do not say stand between.
_KINDS = {"person": 2, None: 1}


@dataclass(frozen=True, eq=False)
class Index:
    """Arrays over one file, or over memory where the cache cannot be written."""

    sections: Mapping[str, memoryview[int]]
    weights: memoryview[float]
    texts: memoryview
    entries: memoryview
    head: Mapping[str, object]
    known: dict[int, frozenset[str]] = field(default_factory=dict)
    weighed: dict[str, float] = field(default_factory=dict)
    parsed: dict[int, tuple[Name, str]] = field(default_factory=dict)
    runs: dict[int, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many names it holds."""
        return len(self.sections["owners"])

    def name(self, doc: int) -> tuple[Name, str]:
        """Give a name as compared, and as published."""
        found = self.parsed.get(doc)
        if found is None:
            at = self.sections["text_at"]
            tokens, forms, glued, shown = str(self.texts[at[doc] : at[doc + 1]], "utf-8").split("\t")
            listed = names.Name(shown, tuple(tokens.split()), frozenset(forms.split(",")) - {""}, glued)
            found = self.parsed[doc] = listed, shown
            if len(self.parsed) > MOST_KNOWN:
                self.parsed.clear()
        return found

    def glued(self, doc: int) -> str:
        """Give a name's words run together."""
        found = self.runs.get(doc)
        if found is None:
            at = self.sections["text_at"]
            found = self.runs[doc] = str(self.texts[at[doc] : at[doc + 1]], "utf-8").split("\t", 3)[2]
            if len(self.runs) > 4 * MOST_KNOWN:
                self.runs.clear()
        return found

    def owner(self, doc: int) -> int:
        """Give the number of the entry that a name belongs to."""
        return self.sections["owners"][doc]

    def person(self, doc: int) -> float:
        """Say whether a name is a person's: 1, 0, or a half where the list does not say."""
        return self.sections["kinds"][doc] / 2

    def entry(self, number: int) -> Entry:
        """Give an entry."""
        at = self.sections["entry_at"]
        return _thawed(json.loads(bytes(self.entries[at[number] : at[number + 1]])))

    def words_of(self, number: int) -> frozenset[str]:
        """Give the words of all the names of an entry."""
        found = self.known.get(number)
        if found is None:
            owners, at = self.sections["owners"], self.sections["text_at"]
            doc, words = bisect_left(owners, number), set()
            while doc < len(owners) and owners[doc] == number:
                words.update(str(self.texts[at[doc] : at[doc + 1]], "utf-8").partition("\t")[0].split())
                doc += 1
            found = self.known[number] = frozenset(words)
            if len(self.known) > MOST_KNOWN:
                self.known.clear()
        return found

    def exact(self, fingerprint: str) -> list[int]:
        """Give the names whose words are the same."""
        key, prints = _hash(fingerprint), self.sections["prints"]
        at, found = bisect_left(prints, key), []
        while at < len(prints) and prints[at] == key:
            found.append(self.sections["print_docs"][at])
            at += 1
        return found

    def looked_up(self, name: Name) -> list[int]:
        """Give the names of the same words, or the same letters run together."""
        found = dict.fromkeys(self.exact(name.fingerprint))
        if len(name.glued) >= SHORTEST_GLUED:
            found |= dict.fromkeys(self.exact(f"\1{name.glued}"))
        return list(found)

    def by_initials(self, name: Name) -> list[int]:
        """Give the names that a name is the initials of, or that are its initials."""
        found: dict[int, None] = {}
        short = len(name.tokens) == 1 and name.glued.isalpha() and FEWEST <= len(name.glued) <= LONGEST
        for mark in (f"\2{name.glued}",) if short else tuple(f"\3{one}" for one in names.initials(name.text)):
            docs = self.exact(mark)
            found |= dict.fromkeys(docs if len(docs) <= MOST_INITIALS else ())
        return list(found)

    def rarity(self, word: str) -> float:
        """Give how rare a word is among the parties: 1 where none has it, near 0 where most have."""
        key, words = _hash(word) & 0xFFFFFFFF, self.sections["words"]
        at = bisect_left(words, key)
        count = self.sections["word_counts"][at] if at < len(words) and words[at] == key else 0
        total = max(2, int(str(self.head["entries"])))
        return min(1.0, math.log((total + 1) / (count + 1)) / math.log(total + 1)) if count else 1.0

    def weight(self, word: str) -> float:
        """Give what a word weighs in telling parties apart."""
        found = self.weighed.get(word)
        if found is None:
            found = self.weighed[word] = weight_of(word, self.rarity(word))
            if len(self.weighed) > MOST_KNOWN:
                self.weighed.clear()
        return found

    def pieces(self, name: Name) -> dict[int, float]:
        """Give the pieces of a name that are looked up, with their weight, the whole of length one."""
        found: dict[int, float] = {}
        for word in name.tokens:
            weight = self.weight(word)
            for piece in pieces_of(word):
                found[piece] = found.get(piece, 0.0) + (weight if piece < LETTERS else weight * SOUND_WEIGHT)
        offsets = self.sections["offsets"]
        total, kept = self.size, {}
        limit = max(50, int(total * FREQUENT))
        for piece, weight in found.items():
            count = offsets[piece + 1] - offsets[piece]
            if count:
                kept[piece] = (count, weight * math.log(1 + total / count))
        rare = {piece: row for piece, row in kept.items() if row[0] <= limit}
        kept = rare if len(rare) >= FEW else kept
        length = math.sqrt(sum(weight * weight for _, weight in kept.values())) or 1.0
        return {piece: weight / length for piece, (_, weight) in kept.items()}

    def shared(self, name: Name, letters: int = 0) -> list[tuple[int, float]]:
        """Give the names that share the most, by the weight of shared pieces, with what they share; ties by number.

        Where even the best shares little, more are given. With `letters`, the length of a name, those may be left
        out that share less than `SHARED` and are so much longer or shorter that they cannot be alike by letters.
        """
        pieces = self.pieces(name)
        if not pieces:
            return []
        if arrays := with_arrays():
            total = arrays.shared(self, pieces)
            most, floor = _bounds(best := float(total.max()))
            found = arrays.first(total, floor * best, most, MARKS)
            if letters:
                found = arrays.of_length(self, found, (letters, LETTERS_ALIKE), SHARED * MARKS)
            return [(doc, share / MARKS) for doc, share in zip(*map(methodcaller("tolist"), found), strict=True)]
        return [(doc, share / MARKS) for doc, share in self._shared(pieces)]

    def _shared(self, pieces: Mapping[int, float]) -> list[tuple[int, int]]:
        total: dict[int, float] = {}
        seen = total.get
        offsets, docs, weights = self.sections["offsets"], self.sections["docs"], self.weights
        for piece, weight in pieces.items():
            start, end = offsets[piece], offsets[piece + 1]
            for doc, share in zip(docs[start:end], weights[start:end], strict=True):
                total[doc] = seen(doc, 0.0) + weight * share
        most, floor = _bounds(best := max(total.values()))
        least = floor * best
        rows = ((-int(share * MARKS + 0.5), doc) for doc, share in total.items() if share >= least)
        return [(doc, -share) for share, doc in heapq.nsmallest(most, rows)]

    def candidates(self, name: Name) -> list[int]:
        """Give the names that share the most with one."""
        return [doc for doc, _ in self.shared(name)]


def _bounds(best: float) -> tuple[int, float]:
    """Give how many are looked at, down to what part of what the best shares."""
    return (CANDIDATES, FLOOR) if best >= LITTLE_SHARED else MORE


def with_arrays() -> ModuleType | None:
    """Give the module of arrays where numpy is imported already: importing it takes longer than one name."""
    if "numpy" not in sys.modules:
        return None
    from ecluse.parties import arrays  # noqa: PLC0415 - only where numpy is there

    return arrays


def weight_of(word: str, rarity: float) -> float:
    """Weigh a word by its rarity, less where it is a common word, a particle or a single letter."""
    if word in _common():
        return rarity * COMMON
    if word in names.PARTICLES:
        return rarity * PARTICLE
    return rarity * LETTER if len(word) == 1 else max(rarity, 0.05)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return names.words()[1] | frozenset(names.places())


@lru_cache(maxsize=65536)
def pieces_of(word: str) -> tuple[int, ...]:
    """Number the three-letter pieces of a word, its edges included, and its consonants."""
    marks = [0, *(_MARKS.get(mark, 0) for mark in word), 0]
    found = {(a * BASE + b) * BASE + c for a, b, c in zip(marks, marks[1:], marks[2:], strict=False)}
    heard = skeleton(word)
    return (*found, LETTERS + (zlib.crc32(heard.encode()) & 0xFFFF)) if heard else tuple(found)


@lru_cache(maxsize=65536)
def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def open_index(digest: str, read: Callable[[], Snapshot]) -> Index:
    """Open the index of a snapshot from the cache; build it from `read()` where it is not there."""
    place = _place(digest)
    found = _opened(place)
    if found is not None:
        return found
    raw = build(read())
    with contextlib.suppress(OSError):
        _kept(place, raw)
    return _over(memoryview(raw))


def is_kept(digest: str) -> bool:
    """Is the index of a snapshot in the cache?"""
    return _place(digest).exists()


def _place(digest: str) -> Path:
    return _folder() / f"lists-{FORMAT}-{digest[:32]}.idx"


def _folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(home) / "ecluse"


def _opened(place: Path) -> Index | None:
    try:
        with place.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _over(memoryview(mapped))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _kept(place: Path, raw: bytes) -> None:
    """Write whole or not at all."""
    import tempfile  # noqa: PLC0415 - only a new snapshot pays for it

    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=place.parent, delete=False) as file:
        file.write(raw)
    Path(file.name).replace(place)


def _over(raw: memoryview) -> Index:
    """Lay arrays over the bytes of an index; a file cut short is no index."""
    size = int.from_bytes(raw[:8], "little")
    head = json.loads(bytes(raw[8 : 8 + size]))
    if head["format"] != FORMAT or head["byteorder"] != sys.byteorder or head["bytes"] != len(raw):
        message = "another format"
        raise ValueError(message)
    at = head["at"]
    parts = {key: raw[at[key][0] : at[key][1]] for key in (*SECTIONS, "texts", "entries")}
    sections = {key: parts[key].cast("I") for key in SECTIONS if key not in ("prints", "kinds", "weights")}
    sections |= {"prints": parts["prints"].cast("Q"), "kinds": parts["kinds"].cast("B")}
    return Index(sections, parts["weights"].cast("f"), parts["texts"], parts["entries"], head["said"])


def build(snapshot: Snapshot) -> bytes:
    """Make the bytes of an index."""
    rows = [
        (number, shown, parsed) for number, entry in enumerate(snapshot.entries) for shown, parsed in _names_of(entry)
    ]
    counts = _counts(rows)
    total = max(2, len(snapshot.entries))
    top = math.log(total + 1)
    rarities = {word: min(1.0, math.log((total + 1) / (count + 1)) / top) for word, count in counts.items()}
    sections = _postings([parsed for _, _, parsed in rows], {w: weight_of(w, r) for w, r in rarities.items()})
    prints = sorted({(_hash(mark), doc) for doc, (_, _, parsed) in enumerate(rows) for mark in _marks(parsed)})
    sections["prints"] = array("Q", (key for key, _ in prints))
    sections["print_docs"] = array("I", (doc for _, doc in prints))
    hashed = sorted({_hash(word) & 0xFFFFFFFF: count for word, count in counts.items()}.items())
    sections["words"] = array("I", (key for key, _ in hashed))
    sections["word_counts"] = array("I", (count for _, count in hashed))
    sections["owners"] = array("I", (number for number, _, _ in rows))
    sections["kinds"] = array("B", (_KINDS.get(snapshot.entries[number].kind, 0) for number, _, _ in rows))
    texts = [
        "\t".join((" ".join(one.tokens), ",".join(sorted(one.forms)), one.glued, shown.replace("\t", " "))).encode()
        for _, shown, one in rows
    ]
    frozen = [json.dumps(_frozen(entry), ensure_ascii=False).encode() for entry in snapshot.entries]
    sections["text_at"], sections["entry_at"] = _ends(texts), _ends(frozen)
    said = {
        "date": snapshot.date.isoformat(),
        "digest": snapshot.digest,
        "entries": len(snapshot.entries),
        "counts": snapshot.counts,
        "dates": {code: day.isoformat() for code, day in snapshot.dates.items()},
        "faults": len(snapshot.faults),
    }
    return _packed(sections, b"".join(texts), b"".join(frozen), said)


def _marks(name: Name) -> Iterable[str]:
    """Give what a name is looked up by: its words, its letters run together, its initials."""
    yield name.fingerprint
    if len(name.glued) >= SHORTEST_GLUED:
        yield f"\1{name.glued}"
    if len(name.tokens) == 1 and FEWEST <= len(name.glued) <= LONGEST:
        yield f"\3{name.glued}"
    for one in names.initials(name.text):
        yield f"\2{one}"


def _names_of(entry: Entry) -> Iterable[tuple[str, Name]]:
    """Give every name of an entry once, by what is compared."""
    from ecluse.parties import chinese  # noqa: PLC0415 - only new lists pay for its tables

    seen: set[tuple[tuple[str, ...], str, bool]] = set()
    for written in entry.names:
        for one in names.published(written):
            for shown in chinese.latin(one):
                parsed = names.parse(shown)
                key = (parsed.tokens, parsed.glued, chinese.has_han(one))
                if parsed.tokens and key not in seen:
                    seen.add(key)
                    yield (one if shown == one else f"{one} ({shown})"), parsed


def _counts(rows: list[tuple[int, str, Name]]) -> dict[str, int]:
    """Count in how many entries each word stands."""
    counts: dict[str, int] = {}
    last: dict[str, int] = {}
    for number, _, parsed in rows:
        for word in parsed.tokens:
            if last.get(word) != number:
                last[word] = number
                counts[word] = counts.get(word, 0) + 1
    return counts


def _postings(parsed: list[Name], weights: Mapping[str, float]) -> dict[str, array[int] | array[float]]:
    """Lay out which names hold each piece, and with what share of the name's weight."""
    buckets: dict[int, tuple[array[int], array[float]]] = {}
    for doc, name in enumerate(parsed):
        own: dict[int, float] = {}
        for word in name.tokens:
            weight = weights[word]
            for piece in pieces_of(word):
                own[piece] = own.get(piece, 0.0) + (weight if piece < LETTERS else weight * SOUND_WEIGHT)
        for piece, weight in own.items():
            held = buckets.get(piece)
            if held is None:
                held = buckets[piece] = (array("I"), array("f"))
            held[0].append(doc)
            held[1].append(weight)
    rarity = {piece: math.log(1 + len(parsed) / len(held[0])) for piece, held in buckets.items()}
    squares = array("d", bytes(8 * len(parsed)))
    for piece, (docs_of, weights_of) in buckets.items():
        scale = rarity[piece]
        for doc, weight in zip(docs_of, weights_of, strict=True):
            squares[doc] += (weight * scale) ** 2
    lengths = array("d", (math.sqrt(one) or 1.0 for one in squares))
    offsets, docs, shares = array("I", [0]), array("I"), array("f")
    for piece in range(PIECES):
        held = buckets.get(piece)
        if held is not None:
            scale = rarity[piece]
            docs.extend(held[0])
            shares.extend(weight * scale / lengths[doc] for doc, weight in zip(*held, strict=True))
        offsets.append(len(docs))
    return {"offsets": offsets, "docs": docs, "weights": shares}


def _ends(parts: list[bytes]) -> array[int]:
    ends, at = array("I", [0]), 0
    for part in parts:
        at += len(part)
        ends.append(at)
    return ends


def _packed(sections: Mapping[str, array[int] | array[float]], texts: bytes, entries: bytes, said: object) -> bytes:
    body, at = bytearray(), {}
    parts = [*((key, sections[key].tobytes()) for key in SECTIONS), ("texts", texts), ("entries", entries)]
    room = HEAD
    for key, raw in parts:
        at[key] = (room + len(body), room + len(body) + len(raw))
        body += raw + b"\0" * (-len(raw) % 8)
    head = {"format": FORMAT, "byteorder": sys.byteorder, "bytes": room + len(body), "at": at, "said": said}
    text = json.dumps(head).encode()
    if len(text) + 8 > room:
        message = f"the head of an index has {len(text)} bytes; raise HEAD"
        raise ValueError(message)
    return len(text).to_bytes(8, "little") + text + b"\0" * (room - 8 - len(text)) + bytes(body)


def _frozen(entry: Entry) -> dict[str, object]:
    """Give an entry as data, empty fields left out, its digest and terms beside it."""
    data: dict[str, object] = {
        "id": entry.id, "list": entry.list, "name": entry.name, "aliases": entry.aliases, "kind": entry.kind,
        "countries": entry.countries, "number": entry.number, "requirement": entry.requirement,
        "policy": entry.policy, "programs": entry.programs, "cite": entry.cite,
        "listed": entry.listed and entry.listed.isoformat(), "until": entry.until and entry.until.isoformat(),
        "place": entry.place,
    }  # fmt: skip
    return {key: value for key, value in data.items() if value}


def _thawed(data: dict[str, Any]) -> Entry:
    for key in ("aliases", "countries", "programs"):
        data[key] = tuple(data.get(key, ()))
    for key in ("listed", "until"):
        if data.get(key):
            data[key] = dt.date.fromisoformat(str(data[key]))
    return Entry(**data)
