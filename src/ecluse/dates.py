"""Days and instants: half-open intervals, and when a thing was known, in the gate's own zone."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONES = {"exporter": "America/New_York", "importer": "Asia/Shanghai"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MONTH = re.compile(r"\d{4}-\d{2}\Z")


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from `start`, up to but without `end`; None leaves that side open."""

    start: dt.date | None = None
    end: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Does the day fall inside?"""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def meets(self, other: Interval) -> bool:
        """Do the two share a day?"""
        first = self.start is None or other.end is None or self.start < other.end
        second = other.start is None or self.end is None or other.start < self.end
        return first and second

    def __str__(self) -> str:
        """Write with the last day that still counts."""
        last = None if self.end is None else self.end - dt.timedelta(days=1)
        if self.start is None:
            return "always" if last is None else f"until {last}"
        return f"since {self.start}" if last is None else f"{self.start} to {last}"


def known_by(day: dt.date, last: dt.date, *, whole: bool = True) -> bool:
    """Was a fact precise to a day known by the last day that had begun? `whole`: that day counts to its end."""
    return day <= last if whole else day < last


@lru_cache(maxsize=8)
def zone(name: str) -> dt.tzinfo:
    """Give a zone of the tz database."""
    return ZoneInfo(name)


@lru_cache(maxsize=4096)
def end_of(day: dt.date, zone_name: str) -> dt.datetime:
    """Give the first instant after a day in a zone: through its end means before this."""
    after = day + dt.timedelta(days=1)
    return dt.datetime.combine(after, dt.time(), zone(zone_name)).astimezone(dt.UTC)


def day_of(moment: dt.datetime, gate: str) -> dt.date:
    """Give the day that an instant falls on at a gate."""
    return moment.astimezone(zone(ZONES[gate])).date()


@dataclass(frozen=True, slots=True)
class Known:
    """The knowledge an answer rests on: all of a day in each gate's zone, or an instant."""

    day: dt.date | None = None
    instant: dt.datetime | None = None

    def at(self, gate: str) -> dt.datetime:
        """Give the instant up to which things count as known at a gate."""
        if self.instant is not None:
            return self.instant
        if self.day is None:
            message = "knowledge has neither a day nor an instant"
            raise ValueError(message)
        return end_of(self.day, ZONES[gate])

    def covers_day(self, day: dt.date, gate: str) -> bool:
        """Was a fact precise to a day known by then? It is, from that day's end."""
        return end_of(day, ZONES[gate]) <= self.at(gate)

    def last_day(self, gate: str) -> dt.date:
        """Give the last day that had begun at a gate."""
        if self.day is not None:
            return self.day
        return day_of(self.at(gate), gate)

    def __str__(self) -> str:
        """Write as it was given."""
        return str(self.day) if self.instant is None else self.instant.isoformat()


def parse_day(text: str) -> dt.date:
    """Read `2026-01-24`; ValueError says what was expected."""
    if not _DAY.match(text):
        message = f"{text!r} is no day; write year-month-day, such as 2026-01-24"
        raise ValueError(message)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day of the calendar"
        raise ValueError(message) from None


def parse_known(text: str) -> Known:
    """Read a day (through its end) or an instant with a zone."""
    if _DAY.match(text):
        return Known(day=parse_day(text))
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is neither a day nor an instant; write 2026-01-24, or 2026-01-28T12:30:00+08:00"
        raise ValueError(message) from None
    if moment.tzinfo is None:
        message = f"{text!r} is an instant without a zone; add one, such as +08:00 or Z"
        raise ValueError(message)
    return Known(instant=moment)


def end_of_month(text: str) -> dt.date:
    """Give the last day of `2026-05`."""
    if not _MONTH.match(text):
        message = f"{text!r} is no month; write year-month, such as 2026-05"
        raise ValueError(message)
    first = parse_day(f"{text}-01")
    after = (first + dt.timedelta(days=32)).replace(day=1)
    return after - dt.timedelta(days=1)
