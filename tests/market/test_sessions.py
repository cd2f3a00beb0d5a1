"""A thing that became known falls on the session whose close it could first move."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse import InputError
from ecluse.market.sessions import calendar, of_day, of_instant, zone_of

FIRST, LAST = dt.date(2024, 6, 3), dt.date(2026, 9, 30)
INSTANTS = [
    ("XNYS", "2026-01-23T11:57:00+00:00", "2026-01-23", "before the open"),
    ("XNYS", "2026-01-23T15:00:00+00:00", "2026-01-23", "during the session"),
    ("XNYS", "2026-01-23T20:59:59+00:00", "2026-01-23", "during the session"),
    ("XNYS", "2026-01-23T21:00:00+00:00", "2026-01-26", "after the close; the next"),
    ("XNYS", "2026-01-25T12:00:00-05:00", "2026-01-26", "no session then; the next"),
    ("XNYS", "2025-07-03T17:30:00+00:00", "2025-07-07", "after the close; the next"),
    ("XNYS", "2026-07-10T20:30:00+00:00", "2026-07-13", "after the close; the next"),
    ("XNYS", "2026-03-09T13:30:00+00:00", "2026-03-09", "during the session"),
    ("XHKG", "2026-01-23T11:57:00+00:00", "2026-01-26", "after the close; the next"),
    ("XHKG", "2026-01-22T23:00:00+00:00", "2026-01-23", "before the open"),
    ("XSHG", "2026-02-16T02:00:00+00:00", "2026-02-24", "no session then; the next"),
]


@pytest.mark.parametrize(("name", "instant", "session", "why"), INSTANTS)
def test_instant(name: str, instant: str, session: str, why: str) -> None:
    """Before the open and during it, that session; from the close on, the next; short days and holidays kept."""
    found = of_instant(dt.datetime.fromisoformat(instant), calendar(name, FIRST, LAST))
    assert found is not None
    assert (str(found.day), found.why) == (session, why)


@pytest.mark.parametrize(
    ("day", "session"),
    [
        ("2026-01-23", "2026-01-23"),
        ("2026-01-25", "2026-01-26"),
        ("2025-01-09", "2025-01-10"),
        ("2025-12-25", "2025-12-26"),
    ],
)
def test_day(day: str, session: str) -> None:
    """A day with a session is that one; a Sunday, a holiday or a day of mourning falls on the next."""
    found = of_day(dt.date.fromisoformat(day), calendar("XNYS", FIRST, LAST))
    assert found is not None
    assert str(found.day) == session
    assert (found.why == "that day") is (day == session)


def test_beyond_the_calendar() -> None:
    """What lies before the first session or past the last has none."""
    known = calendar("XNYS", FIRST, LAST)
    assert of_day(dt.date(2024, 5, 1), known) is None
    assert of_day(dt.date(2030, 1, 1), known) is None
    assert of_instant(dt.datetime(2024, 5, 1, tzinfo=dt.UTC), known) is None
    assert of_instant(dt.datetime(2030, 1, 1, tzinfo=dt.UTC), known) is None


@given(st.datetimes(dt.datetime(2024, 7, 1), dt.datetime(2026, 9, 1), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_no_session_before_its_news(moment: dt.datetime) -> None:
    """The session closes after the instant, and the one before it had closed by then."""
    known = calendar("XNYS", FIRST, LAST)
    found = of_instant(moment, known)
    assert found is not None
    closes = [close.item().replace(tzinfo=dt.UTC) for close in known.closes[found.place - 1 : found.place + 1]]
    assert closes[0] <= moment < closes[1]


def test_names() -> None:
    """Codes and usual names are known; a wrong one is refused with the nearest; so are days without sessions."""
    assert zone_of("NYSE") == zone_of("XNYS") == "America/New_York"
    with pytest.raises(InputError, match=r"'XHKK' is no exchange's calendar\. Did you mean 'XHKG'"):
        zone_of("XHKK")
    with pytest.raises(InputError, match="do the days of the prices look right"):
        calendar("XSHG", dt.date(2090, 1, 1), dt.date(2091, 1, 1))
