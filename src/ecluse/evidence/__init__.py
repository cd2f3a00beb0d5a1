"""The evidence: claims by date, authority and contradiction, and what they jointly support.

Views on the claims (lists, chains, contradictions, open parameters) are in `evidence.board`.
"""

from ecluse.evidence.base import Base, load
from ecluse.evidence.citing import day_of_report, days, days_for
from ecluse.evidence.cover import fits_item, left_of, needed
from ecluse.evidence.names import product_key
from ecluse.evidence.needs import facts_read
from ecluse.evidence.papers import balances, held, identity, notice, notice_for
from ecluse.evidence.weighing import weigh

__all__ = [
    "Base",
    "balances",
    "day_of_report",
    "days",
    "days_for",
    "facts_read",
    "fits_item",
    "held",
    "identity",
    "left_of",
    "load",
    "needed",
    "notice",
    "notice_for",
    "product_key",
    "weigh",
]
