"""The evidence: claims by date, authority and contradiction, and what they jointly support."""

from ecluse.evidence.base import Base, load
from ecluse.evidence.board import (
    chain,
    contradictions,
    forecasts,
    independent_sources,
    ladder,
    open_parameters,
    select,
    support,
)
from ecluse.evidence.papers import held
from ecluse.evidence.weighing import day_of_report, weigh

__all__ = [
    "Base",
    "chain",
    "contradictions",
    "day_of_report",
    "forecasts",
    "held",
    "independent_sources",
    "ladder",
    "load",
    "open_parameters",
    "select",
    "support",
    "weigh",
]
