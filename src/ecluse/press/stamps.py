"""Stamps, byline, publishers, update notes: what a page says of itself."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.press.article import Stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecluse.press.article import Line

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january janvier jan janv", "february fevrier février feb fev fév févr", "march mars mar",
            "april avril apr avr", "may mai", "june juin jun", "july juillet jul juil", "august aout août aug",
            "september septembre sept sep", "october octobre oct", "november novembre nov",
            "december decembre décembre dec déc",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_NAMED = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAYS = (
    re.compile(r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:T|\b)"),
    re.compile(r"(?P<y>20\d\d)\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?P<n>{_NAMED})\.?,?\s+(?P<y>20\d\d)", re.IGNORECASE),
    re.compile(rf"\b(?P<n>{_NAMED})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>20\d\d)", re.IGNORECASE),
    re.compile(r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>20\d\d)"),
)
_ZONE = (
    r"(?P<zone>Z\b|[+-]\d{2}:?\d{2}|\(?(?:UTC|GMT)\s?[+-]\s?\d{1,2}\)?|[A-Z]{2,4}\b"
    r"|\(?heure de \w+\)?|\(?(?:heure|time) de? ?\w+\)?)?"
)
_TIME = re.compile(
    r"\s*(?:T|,|à|at|—|-|\||·)?\s*(?P<h>\d{1,2})\s?[:h時时点點.]\s?(?P<min>\d{2})(?::\d{2})?(?:\.\d+)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*" + _ZONE,
    re.IGNORECASE,
)
_ZONES = {
    "z": "+00:00", "utc": "+00:00", "gmt": "+00:00", "cet": "+01:00", "cest": "+02:00",
    "est": "-05:00", "edt": "-04:00",
    "pst": "-08:00", "pdt": "-07:00", "hkt": "+08:00", "jst": "+09:00", "sgt": "+08:00", "bst": "+01:00",
}  # fmt: skip
# Zones that move with the season: the name and the standard offset, resolved for the day.
_SEASONAL = {"et": "America/New_York", "pt": "America/Los_Angeles", "paris": "Europe/Paris", "london": "Europe/London"}
_SEASONAL |= {"ny": "America/New_York", "new": "America/New_York", "pekin": "Asia/Shanghai", "pékin": "Asia/Shanghai"}
_BEIJING = re.compile(r"北京[时時]间|北京時間|香港[时時]间|香港時間|台北[时時]間")
_UPDATED = re.compile(r"updated|modified|mis à jour|mise à jour|modifié|actualisé|更新|修改", re.IGNORECASE)
_BYLINE = re.compile(r"^\s*(?:par|by|propos recueillis par)\s*:?\s*(?P<who>[^|·•]{2,80})", re.IGNORECASE)
_HAN_BYLINE = re.compile(
    r"(?:文\s*[｜|/:：]|作者\s*[:：]|记者\s*[:：]?|記者\s*[:：]?|撰文\s*[:：])\s*(?P<who>[^\s｜|/]{2,30})"
)
_SOURCE = re.compile(r"(?:source|来源|來源|转自|轉自)\s*[:：｜|]\s*(?P<who>[^｜|,，。]{2,60})", re.IGNORECASE)
_AGENCY = re.compile(r"[(（](?P<who>Reuters|AFP|Bloomberg|AP|路透社?|彭博社?|法新社|新华社|新華社|中央社)[)）]")
_RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright|版权所有|版權所有)\s*(?:20\d\d)?(?:\s*[-–]\s*20\d\d)?\s*(?P<who>[^|·•\n]{2,60})",
    re.IGNORECASE,
)
_IDLE = re.compile(
    r"\s*(?:all rights reserved|tous droits réservés|l\.p\.|inc\.?|ltd\.?|保留.*|版权.*)\s*\.?\s*$", re.IGNORECASE
)
_DOMAIN = re.compile(r"^https?://(?:www\.)?([^/:?#]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What the lines around a story say of it."""

    byline: str | None
    publisher: str | None
    original_publisher: str | None
    published: Stamp | None
    updated: Stamp | None
    update_notes: tuple[str, ...]
    translated: bool


def told(text: str, lines: tuple[Line, ...], language: str, url: str | None = None) -> Told:
    """Read the lines around the story."""
    around = [line for line in lines if line.kind not in ("body", "related", "advert", "disclaimer", "menu")]
    words = [text[line.start : line.end] for line in around]
    stamps = [(stamp, _UPDATED.search(one) is not None) for one in words for stamp in stamps_in(one, language)]
    body = [text[line.start : line.end] for line in lines if line.kind == "body"]
    byline = _first(_BYLINE, words) or _first(_HAN_BYLINE, [*words, *(one[:120] for one in body[:1])])
    rights = [_clean(match) for one in words for match in _RIGHTS.finditer(one)]
    source = _first(_SOURCE, words) or _first(_AGENCY, [one[:120] for one in (*words, *body[:1], *body[-1:])])
    domain = _DOMAIN.match(url or "")
    publisher = (
        domain.group(1).lower()
        if domain
        else (byline if len(rights) != 1 else None) or (rights[-1] if rights else None)
    )
    original = source or (rights[0] if rights and rights[0] != publisher else None)
    return Told(
        byline=byline,
        publisher=publisher,
        original_publisher=original,
        published=next((stamp for stamp, late in stamps if not late), None),
        updated=next((stamp for stamp, late in stamps if late), None),
        update_notes=tuple(text[line.start : line.end] for line in lines if line.kind == "update"),
        translated=any(line.kind == "translated" for line in lines),
    )


def _clean(match: re.Match[str]) -> str:
    return _IDLE.sub("", match.group("who")).strip(" .,，。:：-")


def _first(pattern: re.Pattern[str], texts: list[str]) -> str | None:
    for one in texts:
        match = pattern.search(one)
        if match and _clean(match):
            return _clean(match)
    return None


def stamps_in(words: str, language: str) -> Iterator[Stamp]:
    """Give the stamps of a line; a day in figures alone that may be read two ways says so."""
    found: list[tuple[int, int, dt.date, str | None]] = []
    for pattern in _DAYS:
        for match in pattern.finditer(words):
            if any(start < match.end() and match.start() < end for start, end, _, _ in found):
                continue
            day, doubt = _day(match.groupdict(), language)
            if day is not None:
                found.append((match.start(), match.end(), day, doubt))
    for start, end, day, doubt in sorted(found):
        clock = _TIME.match(words, end)
        time, zone = _clock(clock, day) if clock else (None, None)
        if time is not None and zone is None and _BEIJING.search(words):
            zone = "+08:00"
        yield Stamp(day, time, zone, words[start : clock.end() if clock and time else end].strip(), doubt)


def _day(parts: dict[str, str], language: str) -> tuple[dt.date | None, str | None]:
    year, doubt = int(parts["y"]), None
    if "n" in parts:
        month, day = MONTHS[parts["n"].lower()], int(parts["d"])
    elif "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        day, month = (first, second) if language != "en" or first > 12 else (second, first)
        if first <= 12 and second <= 12 and first != second:
            doubt = f"{parts['a']}/{parts['b']} may be day/month or month/day; read as month {month}"
    else:
        month, day = int(parts["m"]), int(parts["d"])
    try:
        return dt.date(year, month, day), doubt
    except ValueError:
        return None, None


def _clock(match: re.Match[str], day: dt.date) -> tuple[dt.time | None, str | None]:
    hour, minute = int(match["h"]), int(match["min"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    if hour > 23 or minute > 59:
        return None, None
    return dt.time(hour, minute), _zone((match["zone"] or "").strip("() "), day)


def _zone(name: str, day: dt.date) -> str | None:
    """Give the offset of a zone; None for one that is not given, or that several places share (CST)."""
    if not name:
        return None
    offset = re.search(r"([+-])\s?(\d{1,2}):?(\d{2})?$", name)
    if offset:
        return f"{offset[1]}{int(offset[2]):02}:{offset[3] or '00'}"
    word = name.lower().split()[-1]
    if word in _ZONES:
        return _ZONES[word]
    if word in _SEASONAL:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - few stamps need it

        written = dt.datetime.combine(day, dt.time(12), ZoneInfo(_SEASONAL[word])).strftime("%z")
        return f"{written[:3]}:{written[3:]}"
    return None
