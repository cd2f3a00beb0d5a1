"""The evidence: claims by date, authority and contradiction, and what they jointly support.

Views on the claims (lists, chains, contradictions, open parameters) are in `evidence.board`.
"""

from ecluse.evidence.base import Base, load
from ecluse.evidence.citing import day_of_report
from ecluse.evidence.papers import held, notice
from ecluse.evidence.weighing import weigh

__all__ = ["Base", "day_of_report", "held", "load", "notice", "weigh"]
