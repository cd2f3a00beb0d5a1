"""Answers are written out while others are still being added."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ecluse.convoy.answers import Answer
from ecluse.convoy.columns import Columns

ONE = Answer(1, 1, 2, "a", 1, None, None, "us.one", "", rests_on_reported=False, depends_on_non_enforcement=False)


class Growing(list[Answer]):
    """Answers to which another thread adds while they are looked at."""

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as lists have it
        """Give what is there, and grow."""
        found = super().__getitem__(place)
        self.append(dataclasses.replace(ONE, decided_by=f"us.{len(self)}"))
        return found


def test_answers_added_meanwhile_are_not_lost() -> None:
    """Each number is told as its own answer, however often answers were added between."""
    answers, columns = Growing([ONE]), Columns(typed=True)
    for _ in range(3):
        columns.of(answers, np.zeros(1, dtype=np.int32))
    told = columns.of(answers, np.arange(4, dtype=np.int32))
    assert told.column("decided_by").to_pylist() == ["us.one", "us.1", "us.2", "us.3"]
