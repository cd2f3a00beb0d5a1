"""Bytes into an article: plain text by our own filter, HTML by trafilatura; nothing is fetched.

Plain text needs nothing beside the standard library; HTML and WARC need the extra `press`. Inputs have
limits on size and time; whatever passes them is refused with a reason.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import replace

from ecluse.errors import SourceError
from ecluse.press.article import Article, Source, Stamp
from ecluse.press.furniture import classify
from ecluse.press.language import language_of
from ecluse.press.lexicon import LANGUAGES, common_signs
from ecluse.press.stamps import told

LARGEST_TEXT = 1_000_000
LARGEST_HTML = 10_000_000
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body|<\?xml[^>]*>\s*<!doctype html|<!--)", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{2,20})", re.IGNORECASE)
_GUESSES = ("gb18030", "big5hkscs", "cp1252")
# What a text of Western Europe has beyond ASCII.
_SAMPLE = 20_000
_LEAST_USUAL = 0.25
_ACCENTS = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÇÉÈÊËÎÏÔÙÛÜŒ’‘“”«»–—…€£°\xa0")


def looks_like_html(raw: bytes) -> bool:
    """Do the bytes begin as a page does, or hold the tags of one?"""
    return (
        _HTML.match(raw.removeprefix(codecs.BOM_UTF8)) is not None
        or b"<p>" in raw[:20_000]
        or b"</div>" in raw[:20_000]
    )


def looks_like_warc(raw: bytes, place: str) -> bool:
    """Is it a WARC file, plain or gzipped?"""
    return raw.startswith(b"WARC/") or place.endswith((".warc", ".warc.gz"))


def article_from(
    raw: bytes,
    place: str,
    *,
    url: str | None = None,
    published: Stamp | None = None,
    language: str | None = None,
) -> Article:
    """Read one article from the bytes of a text file or of a page. Raises SourceError with a reason."""
    if looks_like_html(raw):
        from ecluse.press.pages import page  # noqa: PLC0415 - only a page pays for the library

        _within(raw, place, LARGEST_HTML, "a page")
        found = page(raw, place, url)
        article = article_of(found.text, place, raw, by=found.by, url=url, title=found.title, language=language)
        article = replace(
            article,
            title=found.title or article.title,
            byline=found.byline or article.byline,
            publisher=found.publisher or article.publisher,
            published=article.published or found.published,
        )
    else:
        _within(raw, place, LARGEST_TEXT, "a text")
        text, encoding = decoded(raw, place)
        article = article_of(text, place, raw, by=f"plain text, {encoding}", url=url, language=language)
    return replace(article, published=published) if published else article


def _within(raw: bytes, place: str, largest: int, what: str) -> None:
    if len(raw) > largest:
        message = f"{place}: {len(raw):,} bytes, more than the {largest:,} of {what}; cut it to the article itself."
        raise SourceError(message)


def decoded(raw: bytes, place: str) -> tuple[str, str]:
    """Decode bytes: by their mark, by what they declare, as UTF-8, else by the first encoding that fits.

    Raises SourceError for bytes that are no text.
    """
    if b"\0" in raw[:4096] and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        message = f"{place}: holds null bytes, so it is no text; give a text file, a page or a WARC file."
        raise SourceError(message)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace"), "utf-16"
    declared = _CHARSET.search(raw[:4096])
    names = [declared.group(1).decode("ascii", "replace")] if declared else []
    for name in (*names, "utf-8"):
        try:
            return raw.decode("utf-8-sig" if name.lower() in ("utf-8", "utf8") else name), name.lower()
        except (UnicodeDecodeError, LookupError):
            continue
    return _guessed(raw) or (raw.decode("utf-8", "replace"), "utf-8 with bytes that are none")


def _guessed(raw: bytes) -> tuple[str, str] | None:
    """Decode by the encoding whose signs look most like writing; None where none fits."""
    best: tuple[float, str, str] | None = None
    for name in _GUESSES:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        signs = [sign for sign in text[:_SAMPLE] if not sign.isascii()]
        usual = _ACCENTS if name == "cp1252" else common_signs()
        share = sum(sign in usual for sign in signs) / len(signs) if signs else 1.0
        if best is None or share > best[0]:
            best = (share, text, name)
    return None if best is None or best[0] < _LEAST_USUAL else best[1:]


def article_of(
    text: str,
    place: str,
    raw: bytes,
    *,
    by: str,
    url: str | None = None,
    title: str | None = None,
    language: str | None = None,
) -> Article:
    """Build an article from its text: lines, stamps, language."""
    lines = classify(text, title)
    body = "\n".join(text[line.start : line.end] for line in lines if line.kind == "body") or text
    found, script, told_by = language_of(body)
    if language is not None:
        script, told_by = script if language == found else "", "as told"
        found = language
    around = told(text, lines, found, url)
    heads = [text[line.start : line.end] for line in lines if line.kind == "title"]
    notes = [] if found in LANGUAGES else [f"the language is {found}: claims are read in {', '.join(LANGUAGES)} only"]
    if not any(line.kind == "body" for line in lines):
        notes.append("no line reads as sentences of a story")
    if around.published is not None and around.published.doubt:
        notes.append(around.published.doubt)
    return Article(
        source=Source(place, len(raw), hashlib.sha256(raw).hexdigest(), by),
        text=text,
        language=found,
        script=script,
        language_by=told_by,
        lines=lines,
        url=url,
        title=heads[0] if heads else title,
        byline=around.byline,
        publisher=around.publisher,
        original_publisher=around.original_publisher,
        published=around.published,
        updated=around.updated,
        update_notes=around.update_notes,
        translated=around.translated,
        notes=tuple(notes),
    )
