"""RSS and Atom files into items: address, day, title, and what text the feed itself carries."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecluse.errors import SourceError
from ecluse.press.article import Stamp
from ecluse.press.pages import INSTALL

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST = 20_000_000
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|RDF)\b")
_TAG = re.compile(r"<[^>]{1,2000}>")
_BODY = ("encoded", "content", "description", "summary")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed; `body` is HTML or text as the feed carries it, often a summary only."""

    url: str | None
    published: Stamp | None
    title: str
    body: str


def looks_like_feed(raw: bytes) -> bool:
    """Do the bytes begin as RSS or Atom?"""
    head = raw[:2000]
    return (head.lstrip().startswith((b"<?xml", b"<rss", b"<feed")) or b"<rss" in head) and _FEED.search(
        head
    ) is not None


def entries(raw: bytes, place: str) -> list[Entry]:
    """Read a feed, without entities or outside documents. Raises SourceError with a reason."""
    try:
        from defusedxml import DefusedXmlException  # noqa: PLC0415 - an extra
        from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415
    except ImportError:
        message = f"{place}: reading a feed needs defusedxml; install it with {INSTALL}."
        raise SourceError(message) from None
    if len(raw) > LARGEST:
        message = f"{place}: {len(raw):,} bytes, more than the {LARGEST:,} of a feed."
        raise SourceError(message)
    try:
        root = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException:
        why = "it declares a document type or entities, which no feed needs"
        message = f"{place}: not a feed that can be read ({why}); fetch it anew."
        raise SourceError(message) from None
    except (ParseError, ValueError, LookupError) as problem:
        message = f"{place}: not a feed that can be read ({problem}); fetch it anew."
        raise SourceError(message) from None
    return [_entry(node) for node in root.iter() if _name(node) in ("item", "entry")]


def _name(node: Element) -> str:
    return str(node.tag).rpartition("}")[2].lower()


def _entry(node: Element) -> Entry:
    fields: dict[str, str] = {}
    url = None
    for child in node:
        name = _name(child)
        text = "".join(child.itertext()).strip()
        if name == "link":
            url = url or child.get("href") or text or None
        elif text:
            fields.setdefault(name, text)
    if url is None and fields.get("guid", "").startswith("http"):
        url = fields["guid"]
    bodies = [fields[name] for name in _BODY if name in fields]
    stamp = fields.get("pubdate") or fields.get("published") or fields.get("date") or fields.get("updated")
    return Entry(url, _stamp(stamp), _TAG.sub("", fields.get("title", "")), max(bodies, key=len, default=""))


def _stamp(text: str | None) -> Stamp | None:
    """Read the date of an item: as e-mail writes dates, or as ISO 8601 does."""
    if text is None:
        return None
    moment: dt.datetime | None = None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
    zone = None if moment.tzinfo is None else f"{moment:%z}"
    written = None if zone is None else f"{zone[:3]}:{zone[3:5]}"
    return Stamp(moment.date(), moment.time().replace(microsecond=0), written, text)


def text_of(entry: Entry) -> bytes:
    """Give an item as bytes to read: a page where the feed carries HTML, else title and text."""
    if "</p>" in entry.body or "<p>" in entry.body:
        head, story = f"<head><title>{entry.title}</title></head>", f"<h1>{entry.title}</h1>{entry.body}"
        return f"<html>{head}<body><article>{story}</article></body></html>".encode()
    return f"{entry.title}\n\n{_TAG.sub('', entry.body)}\n".encode()
