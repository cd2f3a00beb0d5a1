"""Plain text and pages into articles: furniture out, metadata kept, limits held."""

from __future__ import annotations

import builtins
import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.errors import SourceError
from ecluse.press import pages, sources
from ecluse.press.furniture import classify
from ecluse.press.language import language_of
from ecluse.press.sources import article_from
from tests.press.made import EXAMPLE, proposals

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_example_without_its_furniture() -> None:
    """Menus, counts, adverts, related headlines and the disclaimer are out; the rest is metadata."""
    article = article_from(EXAMPLE.read_bytes(), "example")
    kinds = {
        kind: [article.words(line) for line in article.of_kind(kind)] for kind in {line.kind for line in article.lines}
    }
    assert len(kinds["menu"]) == 2
    assert len(kinds["share"]) == 2
    assert kinds["related"] == ["Lire aussi : Nos dix valeurs pour le printemps"]
    assert kinds["disclaimer"][0].startswith("Avertissement")
    assert len(kinds["advert"]) == 2
    assert len(set(kinds["title"])) == 1
    assert article.update_notes == ("(Cet article a été mis à jour pour inclure les échanges avant l'ouverture.)",)
    assert article.translated
    assert article.published is not None
    assert article.published.instant() == "2026-03-12T10:05:00+01:00"
    assert article.original_publisher == "Agence des Canaux"
    assert article.byline == "Rédaction BourseFlash"
    assert (article.language, article.script) == ("fr", "Latn")


def test_a_quantity_in_an_advert_is_none_in_the_story() -> None:
    """9 % d'APR is nobody's claim, nor is it where the advert runs on in a paragraph of the story."""
    text = EXAMPLE.read_text(encoding="utf-8")
    percents = {str(one.value) for row in proposals(text, "fr") for one in row.quantities if one.unit == "percent"}
    assert percents == {"1.2"}
    inline = "L'action Nvidia gagnait 1,2 % à Wall Street. Pékin attend. Jusqu'à 12 % d'APR : l'action Nvidia gagnait 99 % ici.\n"
    assert {str(one.value) for row in proposals(inline, "fr") for one in row.quantities} == {"1.2"}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Sign up now and get 50% off your first year of our newsletter.", "advert"),
        ("Ouvrez un compte dès aujourd'hui et recevez 25 € de bonus sans condition.", "advert"),
        ("新用户开户即送100元，年化收益高达12%，立即下载。", "advert"),
        ("点击下载APP，領取福利", "advert"),
        ("Read more: Five charts on the chip war", "related"),
        ("延伸閱讀：算力自主之路", "related"),
        ("128 partages", "share"),
        ("1.2k", "share"),
        ("评论 36", "share"),
        ("Disclaimer: this is not investment advice.", "disclaimer"),
        ("免责声明：本文不构成投资建议", "disclaimer"),
        ("(Updates with Nvidia comment in third paragraph.)", "update"),
        ("（更新：加入商务部回应）", "update"),
        ("© 2026 Agence des Canaux", "copyright"),
        ("Show original", "translated"),
        ("By Mara Teller", "byline"),
        ("Nvidia gained 2.3% before the market opened, and TSMC added 1.3%.", "body"),
        ("L'action Nvidia a cédé 2,6 % mercredi.", "body"),
        ("英伟达股价盘前下跌0.6%。", "body"),
    ],
)
def test_line(line: str, kind: str) -> None:
    """What one line is, in three languages."""
    assert [one.kind for one in classify(line)] == [kind]


@given(st.text(max_size=400))
@settings(max_examples=60)
def test_lines_lie_in_the_text_and_apart(text: str) -> None:
    """Whatever the text, lines stand in it in order, and every one has a reason."""
    last = 0
    for line in classify(text):
        assert last <= line.start < line.end <= len(text)
        assert line.why
        last = line.end


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Les autorités chinoises ont dit à la presse que des puces sont dans le port pour un examen.", ("fr", "Latn")),
        (
            "The ministry said that the chips are in the port and would be cleared for the buyers by Monday.",
            ("en", "Latn"),
        ),
        ("国家网信办要求科技公司停止采购英伟达芯片，知情人士称有关指示并未公布。", ("zh", "Hans")),
        ("國家網信辦要求科技公司停止採購輝達晶片，知情人士稱有關指示並未公布。", ("zh", "Hant")),
        ("", ("unknown", "")),
    ],
)
def test_language(text: str, told: tuple[str, str]) -> None:
    """Language and script; a text without letters is not known, never guessed."""
    found = language_of(text)
    if text:
        assert found[:2] == told
    else:
        assert found[0] not in ("fr", "zh")


def test_a_language_that_is_not_read_proposes_nothing_and_says_so() -> None:
    """German is told by the library, and no claim is made of it."""
    text = (
        "Die chinesischen Behörden haben den Unternehmen mitgeteilt, dass sie die Chips nicht einführen dürfen, heißt es. "
        * 3
    )
    article = article_from(text.encode(), "made")
    assert article.language == "de"
    assert "read in fr, en, zh only" in article.notes[0]


def test_encodings() -> None:
    """UTF-8 with a mark, UTF-16, GB 18030, Big5 and Windows bytes are read; what declares itself is believed."""
    chinese = "国家网信办要求科技公司停止采购英伟达芯片。知情人士称，有关指示并未公布。"
    for encoding in ("utf-8-sig", "utf-16", "gb18030"):
        assert article_from(chinese.encode(encoding), "made").language == "zh", encoding
    old = "國家網信辦要求科技公司停止採購輝達晶片。知情人士稱，有關指示並未公布。"
    assert sources.decoded(old.encode("big5"), "made") == (old, "big5hkscs")
    for french in ("Pékin a ordonné à Tencent de cesser d’acheter la H20.", "Nvidia, régulé, a refusé l’été dernier."):
        assert sources.decoded(french.encode("cp1252"), "made") == (french, "cp1252")
    noise = bytes(range(0x80, 0x100)) * 20
    assert sources.decoded(noise, "made")[1] == "utf-8 with bytes that are none"
    declared = b'<meta charset="iso-8859-1">' + "décidé".encode("latin-1")
    assert sources.decoded(declared, "made")[0].endswith("décidé")


def test_broken_bytes_are_refused_or_replaced_never_a_traceback() -> None:
    """Null bytes are no text; a stray byte does not lose the rest."""
    with pytest.raises(SourceError, match="null bytes"):
        article_from(b"abc\0def", "made")
    text, how = sources.decoded("Les puces sont là. ".encode() * 3 + b"\x81\x8d\xff", "made")
    assert "Les puces" in text
    assert how


@given(st.binary(max_size=300))
@settings(max_examples=80)
def test_any_bytes_are_read_or_refused_clearly(raw: bytes) -> None:
    """Nothing but an article or a SourceError comes of any bytes."""
    if sources.looks_like_html(raw):
        return
    with contextlib.suppress(SourceError):
        assert article_from(raw, "made").source.size == len(raw)


def test_a_line_without_end_is_read_to_its_end() -> None:
    """What stands at the end of a very long line is not lost."""
    text = "Tencent sells games to many players. " * 1_500 + "Tencent declined to comment on the H20 chips."
    assert [row.act for row in proposals(text, "en")] == ["silence"]


def test_limits() -> None:
    """A text or page past its limit is refused with its size and what to do."""
    with pytest.raises(SourceError, match=r"made: 1,000,001 bytes, more than the 1,000,000 of a text; cut it"):
        article_from(b"a" * 1_000_001, "made")
    with pytest.raises(SourceError, match="more than the 10,000,000 of a page"):
        article_from(b"<html>" + b"a" * 10_000_000, "made")


def test_more_sentences_than_an_article_has_are_refused() -> None:
    """Time stays bounded, and nothing is dropped in silence."""
    with pytest.raises(SourceError, match="more than 3,000 sentences"):
        proposals("Tencent sells games to many players. " * 3_001, "en")


PAGE = """<!doctype html><html lang="en"><head><title>Beijing tells firms to stop | Site</title>
<meta property="og:site_name" content="The Canal Post"><meta name="author" content="Mara Teller">
<meta property="article:published_time" content="2026-03-12T09:00:00+08:00"></head><body>
<nav><a href="/">Home</a><a href="/m">Markets</a></nav><article><h1>Beijing tells firms to stop buying the H20</h1>
<p>China's internet regulator told Alibaba and Tencent last week to stop placing new orders for Nvidia's H20 chips, people
familiar with the matter said. The agency did not respond to a request for comment on the instruction.</p>
<p>Nvidia declined to comment. The company has sold the H20 in China since 2024, and its customers there have been waiting
for clarity for several months while regulators review the chips.</p></article>
<aside><p>Subscribe now and get 50% off.</p></aside><footer>© 2026 The Canal Post</footer></body></html>"""


def test_a_page_is_read_by_the_library_in_precision() -> None:
    """Title, author, site and day come from the page, the story without its frame."""
    article = article_from(PAGE.encode(), "page.html", url="https://example.org/a-b-c")
    assert article.source.by.startswith("trafilatura")
    assert "50% off" not in article.text
    assert article.publisher == "The Canal Post"
    assert article.byline == "Mara Teller"
    assert article.published is not None
    assert str(article.published.day) == "2026-03-12"
    assert article.source.size == len(PAGE.encode())


def test_a_page_without_a_story_says_what_to_do() -> None:
    """Nothing to read is told, not guessed."""
    with pytest.raises(SourceError, match=r"page\.html: no story was found in this page; save the article's text"):
        article_from(b"<html><body><nav>Home</nav></body></html>", "page.html")


def test_a_deep_page_is_read_in_a_child_and_bounded() -> None:
    """A page that nests without end ends in an article or a clear refusal."""
    raw = b"<html><body>" + b"<div>" * 60_000 + b"<p>text</p>"
    with pytest.raises(SourceError, match="page"):
        article_from(raw, "page.html")


def test_a_child_is_stopped_at_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is bounded: no story in time is a refusal."""
    monkeypatch.setattr(pages, "_HERE", 10)
    with pytest.raises(SourceError, match=r"no story was found in 0\.001 s"):
        pages.page(PAGE.encode(), "page.html", None, seconds=0.001)
    assert "internet regulator" in pages.page(PAGE.encode(), "page.html", None).text


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without trafilatura a page cannot be read, and plain text still can."""
    real: Callable[..., object] = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name.split(".", maxsplit=1)[0] in ("trafilatura", "py3langid"):
            raise ImportError(name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SourceError, match=r"needs trafilatura; install it with pip install 'ecluse\[press\]'"):
        article_from(PAGE.encode(), "page.html")
    assert article_from(EXAMPLE.read_bytes(), "example").language == "fr"
    assert language_of("Die Behörden haben mitgeteilt, dass")[0] == "unknown"
