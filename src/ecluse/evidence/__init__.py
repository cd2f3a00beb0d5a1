"""The evidence: claims by date, authority and contradiction, and what they jointly support."""

from ecluse.evidence.base import Base, load
from ecluse.evidence.papers import held
from ecluse.evidence.weighing import weigh

__all__ = ["Base", "held", "load", "weigh"]
