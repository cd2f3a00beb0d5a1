"""Answers as columns of a table: truths as yes/no or empty, words in dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ecluse.convoy.answers import NOT_APPLICABLE
from ecluse.tables.paths import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecluse.convoy.answers import Answer
    from ecluse.tables.coding import Codes

TRUTHS = ("may_pass", "exporter", "importer", "licence_required")
WORDS = ("ic_level", "policy", "binding_gate", "decided_by", "missing")
FLAGS = ("rests_on_reported", "depends_on_non_enforcement")
ORDER = ANSWERS
GATES = ("exporter", "importer")


class Columns:
    """Columns of answers for rows that hold numbers of answers; grows with the answers."""

    def __init__(self, *, typed: bool) -> None:
        """`typed` gives gates as yes/no with a column that says whether they apply; else as words."""
        self.typed = typed
        self.codes: dict[str, np.ndarray[tuple[int], np.dtype[np.int32]]] = {}
        self.words: dict[str, dict[str, int]] = {name: {} for name in WORDS}
        self.size = 0

    def of(self, answers: Sequence[Answer], numbers: Codes, prefix: str = "") -> pa.Table:
        """Give the columns for rows; `numbers` says which answer each row has."""
        self._grow(answers)
        columns: dict[str, pa.Array] = {}
        for name in ORDER:
            codes = self.codes[name].take(numbers)
            if name in WORDS:
                columns[f"{prefix}{name}"] = self._words(name, codes)
            elif name in FLAGS:
                columns[f"{prefix}{name}"] = pa.array(codes == 1)
            elif name in GATES and not self.typed:
                columns[f"{prefix}{name}"] = _gate_words(codes)
            else:
                columns[f"{prefix}{name}"] = pa.array(codes == 1, mask=(codes != 0) & (codes != 1))
            if name in GATES and self.typed:
                columns[f"{prefix}{name}_applies"] = pa.array(codes != NOT_APPLICABLE)
        return pa.table(columns)

    def _grow(self, answers: Sequence[Answer]) -> None:
        fresh = answers[self.size :]
        if not fresh and self.codes:
            return
        for name in ORDER:
            cells = [getattr(one, name) for one in fresh]
            codes = [self._word(name, cell) for cell in cells] if name in WORDS else [int(cell) for cell in cells]
            found = np.array(codes, dtype=np.int32)
            self.codes[name] = np.concatenate([self.codes[name], found]) if name in self.codes else found
        # Answers may be added meanwhile: only those that were looked at are counted.
        self.size += len(fresh)

    def _word(self, name: str, cell: str | None) -> int:
        if not cell:
            return -1
        return self.words[name].setdefault(cell, len(self.words[name]))

    def _words(self, name: str, codes: Codes) -> pa.Array:
        """Give words in a dictionary of those that occur."""
        listed = list(self.words[name])
        used = (
            np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(listed))) if listed else np.empty(0, np.int64)
        )
        place = np.zeros(len(listed) + 1, dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        indices = pa.array(place.take(codes), mask=codes < 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array([listed[at] for at in used], pa.string()))


def _gate_words(codes: Codes) -> pa.Array:
    places = np.array([1, 0, 2], dtype=np.int8).take(np.clip(codes, 0, 2))
    words = pa.array(["true", "false", "not_applicable"])
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=codes < 0), words)
