"""The evaluator: one tree and one set of facts into a truth, a gate, an explanation."""

from ecluse.engine.answer import answer, level_only
from ecluse.engine.compare import turned
from ecluse.engine.data import as_data, measures_data
from ecluse.engine.explain import headline, memo, short
from ecluse.engine.facts import facts_of
from ecluse.engine.join import candidates_agree, parts_together

__all__ = [
    "answer",
    "as_data",
    "candidates_agree",
    "facts_of",
    "headline",
    "level_only",
    "measures_data",
    "memo",
    "parts_together",
    "short",
    "turned",
]
