"""How old lists are on a day, and what they can still say then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

SHIPPED = Path(__file__).with_name("data") / "lists"
# Of the lists shipped, the Consolidated Screening List of the United States.
AMERICAN = SHIPPED / "us-2026-07-31.jsonl.gz"
# A screen without hits tells nothing of a day further than this from its snapshot: lists change weekly.
STALE_AFTER_DAYS = 30
TELL_AFTER_DAYS = 7


def age(snapshot: dt.date, on: dt.date) -> int:
    """Give how many days lie between a snapshot and a day; negative where the day comes first."""
    return (on - snapshot).days


def is_stale(snapshot: dt.date, on: dt.date) -> bool:
    """Is a snapshot too far from a day, before or after, to say who was not listed then?"""
    return abs(age(snapshot, on)) > STALE_AFTER_DAYS


def age_said(snapshot: dt.date, on: dt.date) -> str:
    """Say how old a snapshot is on a day, and what follows from it."""
    days = age(snapshot, on)
    if days < 0:
        word = "day" if days == -1 else "days"
        text = f"the lists are of {snapshot}, {-days} {word} after {on}"
        return text if not is_stale(snapshot, on) else f"{text}: who stood on them then they do not say"
    word = "day" if days == 1 else "days"
    text = f"the lists are of {snapshot}, {days} {word} old on {on}"
    return text if not is_stale(snapshot, on) else f"{text}: too old to say that somebody is not listed"
