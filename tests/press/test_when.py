"""Times are intervals with their precision."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.press.lexicon import load
from ecluse.press.stamps import stamps_in
from ecluse.press.when import RULES, times_in
from ecluse.press.words import fold

DAY = dt.date(2026, 1, 23)
ROWS = [
    ("fr", "dès ce trimestre", "2026-01-01", "2026-03-31", "quarter"),
    ("fr", "À la mi-2025", "2025-05-01", "2025-08-31", "part of a year"),
    ("fr", "La semaine dernière", "2026-01-12", "2026-01-18", "week"),
    ("fr", "mardi", "2026-01-20", "2026-01-20", "day"),
    ("fr", "le 14 janvier", "2026-01-14", "2026-01-14", "day"),
    ("fr", "fin décembre", "2025-12-20", "2025-12-31", "part of a month"),
    ("fr", "au second semestre 2025", "2025-07-01", "2025-12-31", "half"),
    ("fr", "récemment", "2025-12-24", "2026-01-23", "vague"),
    ("fr", "en décembre", "2025-12-01", "2025-12-31", "month"),
    ("en", "early this week", "2026-01-19", "2026-01-21", "part of a week"),
    ("en", "this quarter", "2026-01-01", "2026-03-31", "quarter"),
    ("en", "mid-2025", "2025-05-01", "2025-08-31", "part of a year"),
    ("en", "in the fourth quarter of 2025", "2025-10-01", "2025-12-31", "quarter"),
    ("en", "on Monday", "2026-01-19", "2026-01-19", "day"),
    ("en", "on December 8", "2025-12-08", "2025-12-08", "day"),
    ("en", "next month", "2026-02-01", "2026-02-28", "month"),
    ("en", "last year", "2025-01-01", "2025-12-31", "year"),
    ("zh", "本季度", "2026-01-01", "2026-03-31", "quarter"),
    ("zh", "上周", "2026-01-12", "2026-01-18", "week"),
    ("zh", "上週", "2026-01-12", "2026-01-18", "week"),
    ("zh", "1月28日", "2026-01-28", "2026-01-28", "day"),
    ("zh", "2025年9月15日", "2025-09-15", "2025-09-15", "day"),
    ("zh", "去年底", "2025-10-01", "2025-12-31", "part of a year"),
    ("zh", "本周初", "2026-01-19", "2026-01-21", "part of a week"),
    ("zh", "周三", "2026-01-21", "2026-01-21", "day"),
    ("zh", "2025年下半年", "2025-07-01", "2025-12-31", "half"),
]


@pytest.mark.parametrize(("language", "text", "start", "end", "precision"), ROWS)
def test_time(language: str, text: str, start: str, end: str, precision: str) -> None:
    """One interval, against an article of Friday 2026-01-23."""
    lexicon = load(language)
    (when,) = times_in(fold(text, lexicon.variants), 0, DAY, lexicon.times)
    assert (str(when.start), str(when.end), when.precision) == (start, end, precision)


def test_without_the_article_s_day_only_full_dates_count() -> None:
    """`last week` of an article that nobody dated is not known."""
    rules = load("en").times
    assert times_in("last week", 0, None, rules) == []
    assert [str(one.start) for one in times_in("on january 14, 2026", 0, None, rules)] == ["2026-01-14"]


@given(st.dates(min_value=dt.date(2015, 1, 1), max_value=dt.date(2035, 12, 31)), st.sampled_from(sorted(RULES)))
def test_an_interval_never_ends_before_it_begins(day: dt.date, rule: str) -> None:
    """Whatever the day of the article."""
    parts = {"q": "2", "n": "may", "d": "3", "w": "monday", "k": "2"}
    start, end = RULES[rule][1](parts, day)
    assert start is None or end is None or start <= end


STAMPS = [
    ("2026/01/23 11:57", "fr", "2026-01-23", "11:57", None),
    ("2026-01-23T11:57:00Z", "en", "2026-01-23", "11:57", "+00:00"),
    ("2026-01-23T19:57+08:00", "en", "2026-01-23", "19:57", "+08:00"),
    ("Publié le 23 janvier 2026 à 14h30 (heure de Paris)", "fr", "2026-01-23", "14:30", "+01:00"),
    ("Jul 23, 2026 6:57 a.m. ET", "en", "2026-07-23", "06:57", "-04:00"),
    ("Jan. 23, 2026 6:57 p.m. ET", "en", "2026-01-23", "18:57", "-05:00"),
    ("2026年1月23日 19:57 北京时间", "zh", "2026-01-23", "19:57", "+08:00"),
    ("23 January 2026", "en", "2026-01-23", None, None),
    ("2026-01-23 11:57 CST", "en", "2026-01-23", "11:57", None),
    ("Updated 9 Feb 2026 16:05 GMT+8", "en", "2026-02-09", "16:05", "+08:00"),
]


@pytest.mark.parametrize(("text", "language", "day", "time", "zone"), STAMPS)
def test_stamp(text: str, language: str, day: str, time: str | None, zone: str | None) -> None:
    """Day, minute and zone as the page gives them; a zone that several places share is not known."""
    (stamp,) = stamps_in(text, language)
    told = None if stamp.time is None else f"{stamp.time:%H:%M}"
    assert (str(stamp.day), told, stamp.zone) == (day, time, zone)
    assert (stamp.instant() is None) == (time is None or zone is None)


def test_a_day_in_figures_that_can_be_read_two_ways_says_so() -> None:
    """03/02/2026 flips with the language, and tells it."""
    (french,), (english,) = stamps_in("03/02/2026", "fr"), stamps_in("03/02/2026", "en")
    assert (french.day.month, english.day.month) == (2, 3)
    assert french.doubt is not None
    assert next(stamps_in("23/01/2026", "en")).doubt is None


def test_no_day_of_the_calendar() -> None:
    """2026-02-30 is no stamp."""
    assert list(stamps_in("2026-02-30", "en")) == []
