"""The policy of weighing, as tables: which states there are, who may set one, what joins what.

1. Only what was known by then counts, and only what is about the day asked or before it.
2. A report reaches a line if it names the buyer or the end user, if it blocks the product for every
   importer, or if it speaks of a class and the line's facts settle that the party belongs to it. A
   report about a class whose membership is not settled sets the class state only.
3. Of the reports on a party the latest sets the state; of those known together, the least permissive.
   Later replaces and never deletes.
4. A rule about the site or the use (state funding, critical infrastructure) stands beside what is
   reported of the firm, and so does a block of the whole product. A block ends for everyone once a
   later report says that the gate let the product through for anybody, even in principle.
5. Nothing weighs above its attribution: summaries at third hand, headlines, rewrites, silence, "not
   aware", and remarks of authorities that do not decide this gate set nothing.
6. A *no* may rest on reports, and says so; a *yes* rests on a paper of the authority, never on a
   report. After 90 days without evidence the state stands, stale, and the answer is not known.
"""

from __future__ import annotations

# From the least to the most permissive.
STATES = (
    "blocked_at_customs",
    "stop_orders",
    "domestic_only",
    "exceptional_only",
    "hold_orders",
    "excluded_by_plan_case_by_case",
    "under_review",
    "discouraged",
    "none_known",
    "preliminary",
    "conditional_approval",
    "approved",
    "ordered",
    "shipped",
    "released",
)
# These answer no; all others are not known until yes is earned.
SHUT = ("blocked_at_customs", "stop_orders", "domestic_only")
LET_THROUGH = STATES[STATES.index("preliminary") :]
STALE_DAYS = 90
# State-funded sites built to this share or beyond are reported to be judged case by case (C023).
CASE_BY_CASE_FROM = 30
# Whose reports may set a state; officials only where their authority decides this gate.
SETTERS = ("official_document", "named_official", "company_statement", "anonymous_sources", "press")
ON_RECORD = ("official_document", "named_official")
# Reports of these gates bear on the answer; supply is told apart, the market only where joined.
BEARING = ("import", "export")
EARLY_ACTS = ("prepare", "negotiate")
ECHOES = ("derives_from",)
OPPOSES = ("contradicts", "denies")
JOINS = ("confirms", "extends", "refines", "updates")
# A claim joined like this to one that bears on the answer bears on it too.
BEARS_BY = ("confirms", "contradicts", "denies")
# An answer cites no more than this; the rest is in `ecluse claims about`.
MOST_CITED = 60
