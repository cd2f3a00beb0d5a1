"""Nothing of the interface is left in English: catalogues are whole, and pages say nothing without them."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.support import NullTranslations

from ecluse import chips
from ecluse.claim import ATTRIBUTIONS, CLAIM_GATES, RELATIONS
from ecluse.engine.explain import LEVELS, STATES
from ecluse.engine.missing import LIMB_WORDS
from ecluse.item import FORMS
from ecluse.law import load
from ecluse.order import ACTS, LINE_KINDS, PARTY_KINDS
from ecluse.provision import KINDS, POLICIES
from ecluse.web import asking, site, tongues
from tests.web.test_pages import PAGES, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog

OTHERS = [code for code in tongues.LANGUAGES if code != "en"]
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "marked": None,
    "Say": None,
}
# What pages say without translation: names of formats, units, makers and authorities, and signs.
SAME = re.compile(
    r"TPP|DRAM|GB/s|JSON|CSV|API|OpenAPI|Ecluse|ecluse|GET|POST|problem\+json|mm²|Français|English|简体中文"
)


def static() -> set[str]:
    """Every text that templates and Python mark for the catalogues."""
    options = {"templates/**.html": {"trimmed": "true", "extensions": "jinja2.ext.i18n"}}
    found: set[str] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        site.FOLDER, METHODS, options_map=options, keywords=KEYWORDS, comment_tags=()
    ):
        found |= {message} if isinstance(message, str) else {message[0]}
    return found


def words() -> set[str]:
    """Every word of the data that pages translate as they meet it."""
    choices = {word for fact in load().facts.values() if fact.kind == "word" for word in fact.one_of}
    entries = [*asking.MAIN, *asking.ITEM, *asking.PAPER, *asking.party("end_user")]
    choices |= {word for entry in entries for word in entry.choices}
    kinds = {*ATTRIBUTIONS, *RELATIONS, *KINDS, *POLICIES}
    named = {*STATES.values(), *LEVELS.values(), *LIMB_WORDS.values()}
    plain = {*CLAIM_GATES, *ACTS, *LINE_KINDS, *FORMS, *PARTY_KINDS, "yes", "no", "none", "not known"}
    changes = {"enters", "leaves", "changes", "enforced", "set"}
    return choices | {word.replace("_", " ") for word in kinds} | named | plain | changes


def catalogue(language: str) -> Catalog:
    """The catalogue as it is written, with those of single rooms beside it."""
    paths = [tongues.FOLDER / f"{language}.po", *sorted(tongues.FOLDER.glob(f"*.{language}.po"))]
    first, *others = (read_po(BytesIO(path.read_bytes()), locale=language.replace("-", "_")) for path in paths)
    for other in others:
        for message in other:
            if message.id:
                first[message.id] = message
    return first


def faults(kept: Catalog, wanted: set[str]) -> list[str]:
    """What a catalogue lacks, holds as doubtful, or says with other values than the source."""
    found = [f"missing: {text}" for text in sorted(wanted) if text not in kept]
    for message in kept:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        told = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.fuzzy or not all(told):
            found.append(f"doubtful or empty: {ids[0]}")
        values = set(re.findall(r"%\(\w+\)s", ids[-1]))
        found += [f"other values: {ids[0]}" for text in told if set(re.findall(r"%\(\w+\)s", text or "")) != values]
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_catalogue_is_whole(language: str) -> None:
    """Every text and word has its translation, none is doubtful, all carry the values of the source."""
    assert faults(catalogue(language), static() | words()) == []


def test_a_gap_in_a_catalogue_is_seen() -> None:
    """A missing text, an empty one, a doubtful one and a lost value are each found."""
    kept = catalogue("fr")
    kept.delete("Chips")
    kept["Law"].string = ""
    kept["World"].flags.add("fuzzy")
    kept["Class on %(day)s"].string = "Classe"
    told = faults(kept, static())
    assert told[0] == "missing: Chips"
    assert {"doubtful or empty: Law", "doubtful or empty: World", "other values: Class on %(day)s"} <= set(told)


class Marks(NullTranslations):
    """A catalogue that puts every text it is asked for between marks."""

    def gettext(self, message: str) -> str:
        """Mark a text."""
        return f"⟦{message}⟧"

    ugettext = gettext

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Mark a text that counts."""
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    ungettext = ngettext


class Reader(HTMLParser):
    """What a page says in the language of the interface, outside marks: texts and labels."""

    OPEN = frozenset({"meta", "link", "input", "br", "path", "rect", "circle"})

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = [("", False)]
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note whether an element is quoted, in code, or ours."""
        told = dict(attrs)
        quoted = self.stack[-1][1] or tag in ("code", "pre", "script", "style")
        if "lang" in told and tag != "html":
            quoted = told["lang"] != "fr"
        if not quoted:
            self.said += [told[name] or "" for name in ("aria-label", "title", "alt", "placeholder") if name in told]
        if tag not in self.OPEN:
            self.stack.append((tag, quoted))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if any(one == tag for one, _quoted in self.stack):
            while self.stack.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if not self.stack[-1][1]:
            self.said.append(data)


def unmarked(page: str) -> list[str]:
    """What a page says without having asked a catalogue."""
    reader = Reader()
    reader.feed(page)
    found = []
    for said in reader.said:
        text = said
        while "⟦" in text and (inner := MARKED.sub(" ", text)) != text:
            text = inner
        for name in sorted(names(), key=len, reverse=True):
            text = text.replace(name, " ")
        if re.search(r"[A-Za-z]{3}", SAME.sub("", DATA.sub("", text))):
            found.append(text.strip())
    return found


# Data that stand as they are: ids, levels, chips, claims, parties, dates, addresses.
DATA = re.compile(r"3A090|[CS]\d+|\bUS-[\w-]+|[a-z]+\.[\w.-]+|\d[\w.,-]*|https?:\S+|V\d|\b[A-Z]{3}\b")
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """What the catalogue and the line of the test call things: names are not translated."""
    every = chips.load().all()
    told = {word for one in every for word in (one.id, one.label, one.vendor, one.model, one.variant, one.node) if word}
    return frozenset(told) | {"NVIDIA Corporation", "Alibaba Group", "H200 SXM", "commercial cloud", "section-232"}


# Pages whose data are known here by their signs and names.
OURS = [path for path in PAGES if path.startswith(("/check", "/chips", "/law", "/evidence", "/world"))]


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Catalogues that mark what they are asked for."""
    site.templates.cache_clear()
    monkeypatch.setattr(tongues, "translations", lambda _language: Marks())
    monkeypatch.setattr(tongues, "place", lambda code, _language: f"⟦{code}⟧")
    yield
    site.templates.cache_clear()


@pytest.mark.usefixtures("marks")
@pytest.mark.parametrize("path", [*OURS, "/api", "/enter", "/check?item.chip=RTX&quantity=x&origin=US&destination=CN"])
def test_pages_say_nothing_without_a_catalogue(path: str) -> None:
    """With catalogues that mark what they are asked for, all that is neither quoted nor data is marked."""
    page = run(path + ("&" if "?" in path else "?") + "lang=fr", headers={"accept": "text/html"}).text
    assert unmarked(page) == []


def test_a_text_without_a_catalogue_is_seen() -> None:
    """A planted text and a planted label are found; quoted ones are not."""
    page = '<html lang="fr"><p>⟦yes⟧ planted</p><a aria-label="label here">⟦x⟧</a><p lang="en">quoted words</p></html>'
    assert unmarked(page) == ["label here", "planted"] or unmarked(page) == ["planted", "label here"]
