"""The evaluator: one tree and one set of facts into a truth, a gate, an explanation."""

from ecluse.engine.answer import answer
from ecluse.engine.facts import facts_of
from ecluse.engine.join import candidates_agree, parts_together

__all__ = ["answer", "candidates_agree", "facts_of", "parts_together"]
