"""The sessions of an exchange, and the session on which a thing that became known could first move a close."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import exchange_calendars
import numpy as np
from exchange_calendars.errors import CalendarError

from ecluse.errors import InputError, nearest

if TYPE_CHECKING:
    import numpy.typing as npt

# Sessions beyond the last price, so that an event after it still has its session.
AHEAD = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Sessions of an exchange, oldest first: days, and the instants of opening and close (UTC)."""

    name: str
    zone: str
    days: npt.NDArray[np.datetime64]
    opens: npt.NDArray[np.datetime64]
    closes: npt.NDArray[np.datetime64]

    def closed_by(self, moment: dt.datetime) -> dt.date | None:
        """Give the last session whose close was known at an instant; None before the first."""
        instant = np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0))
        place = int(np.searchsorted(self.closes, instant, side="right"))
        found: dt.date | None = self.days[place - 1].item() if place else None
        return found

    def until(self, last: dt.date) -> npt.NDArray[np.datetime64]:
        """Give the sessions up to a day."""
        return self.days[: int(np.searchsorted(self.days, np.datetime64(last), side="right"))]


@dataclass(frozen=True, slots=True)
class Session:
    """Where an event falls: the place of its session in the calendar, and why there."""

    place: int
    day: dt.date
    why: str


def zone_of(name: str) -> str:
    """Give the zone of an exchange, by its code (XNYS) or a usual name (NYSE). Raises InputError."""
    return str(_class(name).tz.key)


@lru_cache(maxsize=64)
def _class(name: str) -> Any:  # noqa: ANN401 - the library has no types
    try:
        return _library(name)
    except CalendarError:
        names = exchange_calendars.get_calendar_names(include_aliases=True)
        message = f"{name!r} is no exchange's calendar.{nearest(name, names)} Write its code, such as XNYS or XHKG."
        raise InputError(message) from None


def _library(name: str, **span: dt.date) -> Any:  # noqa: ANN401 - the library has no types
    # The library reads pandas in a way that pandas means to change: a matter between those two.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return exchange_calendars.get_calendar(name, **span)


def calendar(name: str, first: dt.date, last: dt.date) -> Calendar:
    """Give the sessions from a day to a fortnight after another, as far as the exchange's are known."""
    known = _class(name)
    start, end = _later(first, known.bound_min()), _earlier(last + AHEAD, known.bound_max())
    try:
        found = _library(known.name, start=start, end=end)
    except (CalendarError, ValueError):
        message = f"the calendar {name} has no sessions from {first} to {last}; do the days of the prices look right?"
        raise InputError(message) from None
    return Calendar(
        name=str(known.name),
        zone=str(known.tz.key),
        days=found.sessions.to_numpy().astype("datetime64[D]"),
        opens=_utc(found.opens),
        closes=_utc(found.closes),
    )


def _later(day: dt.date, bound: Any) -> dt.date:  # noqa: ANN401 - the library has no types
    """Give a day, or the first that a calendar knows."""
    return day if bound is None else max(day, bound.date())


def _earlier(day: dt.date, bound: Any) -> dt.date:  # noqa: ANN401 - the library has no types
    """Give a day, or the last that a calendar knows."""
    return day if bound is None else min(day, bound.date())


def _utc(column: Any) -> npt.NDArray[np.datetime64]:  # noqa: ANN401 - the library has no types
    return np.asarray(column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), dtype="datetime64[s]")


def of_day(day: dt.date, known: Calendar) -> Session | None:
    """Give the session of a day: that day's, else the next; None beyond the calendar."""
    place = int(np.searchsorted(known.days, np.datetime64(day)))
    if place == len(known.days) or (place == 0 and known.days[0] != np.datetime64(day)):
        return None
    found: dt.date = known.days[place].item()
    why = "that day" if found == day else f"{day:%A} {day} has no session; the next"
    return Session(place, found, why)


def of_instant(moment: dt.datetime, known: Calendar) -> Session | None:
    """Give the session whose close an instant could first move: from the close on, the next one."""
    instant = np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0))
    place = int(np.searchsorted(known.closes, instant, side="right"))
    if place == len(known.days) or (place == 0 and instant < known.opens[0] - np.timedelta64(1, "D")):
        return None
    found: dt.date = known.days[place].item()
    if instant >= known.opens[place]:
        return Session(place, found, "during the session")
    previous = known.closes[place - 1] if place else None
    local = moment.astimezone(dt.UTC).astimezone(_class(known.name).tz).date()
    if local == found:
        return Session(place, found, "before the open")
    closed = previous is not None and known.days[place - 1].item() == local
    return Session(place, found, "after the close; the next" if closed else "no session then; the next")
