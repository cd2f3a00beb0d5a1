"""Open, executable trade control for AI accelerators.

>>> import ecluse
>>> line = ecluse.read_line({
...     "item": {"chip": "RTX 4080"}, "quantity": 1, "origin": "US", "destination": "IR",
...     "on": "2026-01-24",
... })
>>> ecluse.decide(line).may_pass
<Truth.NO: 'no'>
"""

from ecluse.dates import Known
from ecluse.decision import Decision
from ecluse.engine import as_data, memo, short
from ecluse.errors import (
    BadCondition,
    BadLine,
    BadProvision,
    Conflict,
    EcluseError,
    InputError,
    LawError,
    SourceError,
)
from ecluse.lock import Lock, build, decide, read_line
from ecluse.order import Line
from ecluse.truth import NO, UNKNOWN, YES, Truth
from ecluse.version import VERSION as __version__  # noqa: N811 - the usual name of a version

__all__ = [
    "NO",
    "UNKNOWN",
    "YES",
    "BadCondition",
    "BadLine",
    "BadProvision",
    "Conflict",
    "Decision",
    "EcluseError",
    "InputError",
    "Known",
    "LawError",
    "Line",
    "Lock",
    "SourceError",
    "Truth",
    "__version__",
    "as_data",
    "build",
    "decide",
    "memo",
    "read_line",
    "short",
]
