"""Times as reports give them, as intervals of days with their precision, against the day of the article."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ecluse.press.stamps import MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DAY = dt.timedelta(days=1)
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday lundi 一", "tuesday mardi 二", "wednesday mercredi 三", "thursday jeudi 四",
            "friday vendredi 五", "saturday samedi 六", "sunday dimanche 日 天",
        )
    )
    for name in names.split()
}  # fmt: skip
_HAN_MONTHS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_QUARTERS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "premier": 1,
    "deuxieme": 2,
    "troisieme": 3,
    "quatrieme": 4,
}
_QUARTERS |= {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4, "1er": 1, "2e": 2, "3e": 3, "4e": 4}


@dataclass(frozen=True, slots=True)
class When:
    """Days from `start` through `end`; None leaves a side open. `precision` says how it was told."""

    start: dt.date | None
    end: dt.date | None
    precision: str
    text: str
    place: int = -1

    def meets(self, other: When) -> bool:
        """Do the two share a day?"""
        first = self.start is None or other.end is None or self.start <= other.end
        return first and (other.start is None or self.end is None or other.start <= self.end)


Parts = dict[str, str]


def _week(day: dt.date, shift: int) -> tuple[dt.date, dt.date]:
    monday = day - dt.timedelta(days=day.weekday()) + dt.timedelta(weeks=shift)
    return monday, monday + 6 * DAY


def _month(year: int, month: int) -> tuple[dt.date, dt.date]:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    first = dt.date(year, month, 1)
    return first, (first + 32 * DAY).replace(day=1) - DAY


def _quarter(year: int, number: int) -> tuple[dt.date, dt.date]:
    year, number = year + (number - 1) // 4, (number - 1) % 4 + 1
    return _month(year, number * 3 - 2)[0], _month(year, number * 3)[1]


def _year_of(parts: Parts, day: dt.date) -> int:
    said = parts.get("y")
    shift = {"last": -1, "next": 1}.get(parts.get("shift") or "", 0)
    return int(said) if said else day.year + shift


def _named_month(parts: Parts) -> int:
    name = (parts.get("n") or "").strip(". ")
    if name.isdigit():
        return int(name)
    return MONTHS.get(name) or _HAN_MONTHS.get(name, 0)


def _nearest_year(month: int, parts: Parts, day: dt.date) -> int:
    """A month without a year is the nearest one before the article, or within two months after it."""
    if parts.get("y"):
        return int(parts["y"])
    return day.year if month <= day.month + 2 else day.year - 1


def _day_of_month(parts: Parts, day: dt.date) -> tuple[dt.date, dt.date]:
    month = _named_month(parts) or day.month
    found = dt.date(_nearest_year(month, parts, day), month, int(parts["d"]))
    return found, found


def _whole_month(parts: Parts, day: dt.date) -> tuple[dt.date, dt.date]:
    month = _named_month(parts)
    return _month(_nearest_year(month, parts, day), month)


def _days_of(parts: Parts, day: dt.date, first: int, last: int) -> tuple[dt.date, dt.date]:
    start, end = _whole_month(parts, day)
    return start + first * DAY, min(start + last * DAY, end)


def _weekday(parts: Parts, day: dt.date) -> tuple[dt.date, dt.date]:
    """The last day of that name, the article's own day included; with `last` the one before this week."""
    back = (day.weekday() - _WEEKDAYS[parts["w"]]) % 7
    found = day - back * DAY
    if parts.get("before") and back <= day.weekday():
        found -= 7 * DAY
    return found, found


def _ago(parts: Parts, day: dt.date) -> tuple[dt.date, dt.date]:
    found = day - int(parts["k"]) * DAY * {"d": 1, "w": 7, "m": 30}[parts.get("u") or "d"]
    return found, found


def _part(first: int, last: int) -> Callable[[Parts, dt.date], tuple[dt.date, dt.date]]:
    def rule(parts: Parts, day: dt.date) -> tuple[dt.date, dt.date]:
        year = _year_of(parts, day)
        return _month(year, first)[0], _month(year, last)[1]

    return rule


RULES: Mapping[str, tuple[str, Callable[[Parts, dt.date], tuple[dt.date | None, dt.date | None]]]] = {
    "today": ("day", lambda _, day: (day, day)),
    "yesterday": ("day", lambda _, day: (day - DAY, day - DAY)),
    "this_week": ("week", lambda _, day: _week(day, 0)),
    "last_week": ("week", lambda _, day: _week(day, -1)),
    "next_week": ("week", lambda _, day: _week(day, 1)),
    "early_this_week": ("part of a week", lambda _, day: (_week(day, 0)[0], min(_week(day, 0)[0] + 2 * DAY, day))),
    "this_month": ("month", lambda _, day: _month(day.year, day.month)),
    "last_month": ("month", lambda _, day: _month(day.year, day.month - 1)),
    "next_month": ("month", lambda _, day: _month(day.year, day.month + 1)),
    "early_this_month": ("part of a month", lambda _, day: (day.replace(day=1), min(day.replace(day=10), day))),
    "this_quarter": ("quarter", lambda _, day: _quarter(day.year, (day.month + 2) // 3)),
    "last_quarter": ("quarter", lambda _, day: _quarter(day.year, (day.month + 2) // 3 - 1)),
    "next_quarter": ("quarter", lambda _, day: _quarter(day.year, (day.month + 2) // 3 + 1)),
    "quarter": ("quarter", lambda parts, day: _quarter(_year_of(parts, day), _QUARTERS[parts["q"]])),
    "this_year": ("year", lambda _, day: _part(1, 12)({}, day)),
    "last_year": ("year", lambda _, day: _part(1, 12)({"shift": "last"}, day)),
    "next_year": ("year", lambda _, day: _part(1, 12)({"shift": "next"}, day)),
    "year": ("year", _part(1, 12)),
    "mid_year": ("part of a year", _part(5, 8)),
    "early_year": ("part of a year", _part(1, 3)),
    "late_year": ("part of a year", _part(10, 12)),
    "last_late_year": ("part of a year", lambda _, day: _part(10, 12)({"shift": "last"}, day)),
    "first_half": ("half", _part(1, 6)),
    "second_half": ("half", _part(7, 12)),
    "month": ("month", _whole_month),
    "early_month": ("part of a month", lambda parts, day: _days_of(parts, day, 0, 9)),
    "mid_month": ("part of a month", lambda parts, day: _days_of(parts, day, 9, 19)),
    "late_month": ("part of a month", lambda parts, day: _days_of(parts, day, 19, 31)),
    "day": ("day", _day_of_month),
    "weekday": ("day", _weekday),
    "ago": ("vague", _ago),
    "recent": ("vague", lambda _, day: (day - 30 * DAY, day)),
    "recent_weeks": ("vague", lambda _, day: (day - 30 * DAY, day)),
    "coming_weeks": ("vague", lambda _, day: (day, day + 45 * DAY)),
    "coming_months": ("vague", lambda _, day: (day, day + 180 * DAY)),
    "coming_years": ("vague", lambda _, day: (day, dt.date(day.year + 5, 12, 31))),
    "earlier": ("open", lambda _, day: (None, day)),
}  # fmt: skip


@lru_cache(maxsize=8)
def _compiled(rows: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    months = "|".join(sorted(MONTHS, key=len, reverse=True))
    days = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
    quarters = "|".join(sorted(_QUARTERS, key=len, reverse=True))
    names = {"{N}": f"(?P<n>{months})", "{W}": f"(?P<w>{days})", "{Q}": f"(?P<q>{quarters})", "{Y}": r"(?P<y>20\d\d)"}
    found = []
    for rule, patterns in rows:
        for pattern in patterns:
            filled = pattern
            for key, value in names.items():
                filled = filled.replace(key, value)
            found.append((rule, re.compile(filled)))
    return tuple(found)


def times_in(words: str, start: int, day: dt.date | None, rules: Mapping[str, tuple[str, ...]]) -> list[When]:
    """Find the times that a folded stretch of text names; without the article's day only full dates count.

    The longest of those that overlap wins.
    """
    hits: list[tuple[int, int, When]] = []
    for rule, pattern in _compiled(tuple(rules.items())):
        for match in pattern.finditer(words):
            parts = {key: value for key, value in match.groupdict().items() if value}
            if day is None and not parts.get("y"):
                continue
            precision, solve = RULES[rule]
            try:
                first, last = solve(parts, day or dt.date(int(parts["y"]), 12, 31))
            except (ValueError, KeyError, OverflowError):
                continue
            when = When(first, last, precision, match.group().strip(), start + match.start())
            hits.append((match.start(), match.end(), when))
    hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
    kept: list[tuple[int, int, When]] = []
    for hit in hits:
        if all(hit[1] <= other[0] or other[1] <= hit[0] for other in kept):
            kept.append(hit)
    return [when for _, _, when in sorted(kept, key=lambda hit: hit[0])]
