"""Open, executable trade control for AI accelerators.

>>> import ecluse
>>> line = ecluse.read_line({
...     "item": {"chip": "RTX 4080"}, "quantity": 1, "origin": "US", "destination": "IR",
...     "on": "2026-01-24",
... })
>>> ecluse.decide(line).may_pass
<Truth.NO: 'no'>
"""

from typing import TYPE_CHECKING

from ecluse.dates import Known
from ecluse.decision import Decision
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

if TYPE_CHECKING:
    from ecluse.engine.data import as_data
    from ecluse.engine.explain import memo, short

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

# How a decision is told is brought in when it is first asked for: deciding does not need it.
_TELLING = {"as_data": "ecluse.engine.data", "memo": "ecluse.engine.explain", "short": "ecluse.engine.explain"}


def __getattr__(name: str) -> object:
    """Bring in what tells a decision."""
    if name not in _TELLING:
        message = f"module 'ecluse' has no attribute {name!r}"
        raise AttributeError(message)
    import importlib  # noqa: PLC0415

    return getattr(importlib.import_module(_TELLING[name]), name)
