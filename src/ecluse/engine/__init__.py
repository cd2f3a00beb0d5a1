"""The evaluator: one tree and one set of facts into a truth, a gate, an explanation.

How a decision is told is in `engine.explain` (words), `engine.data` (JSON) and `engine.compare`.
"""

from ecluse.engine.answer import answer, level_only
from ecluse.engine.facts import facts_of
from ecluse.engine.join import candidates_agree, parts_together

__all__ = ["answer", "candidates_agree", "facts_of", "level_only", "parts_together"]
