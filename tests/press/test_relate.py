"""Relations to the evidence, with reasons; versions of a story; drift between languages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ecluse import evidence, reader
from ecluse.claim import RELATIONS, Attribution, Claim
from ecluse.dates import Known, end_of
from ecluse.press.lexicon import load
from ecluse.press.propose import propose
from ecluse.press.relate import Ground, related
from ecluse.press.same import likeness, pairs, runs_of, slug_of
from ecluse.press.sources import article_from
from ecluse.press.stamps import stamps_in
from tests.press.made import EXAMPLE

if TYPE_CHECKING:
    from ecluse.press.article import Article
    from ecluse.press.proposal import Link, Proposal

WORDS = evidence.load().words


def claim(name: str, act: str, **more: object) -> Claim:
    """A made claim of the evidence."""
    fields: dict[str, Any] = {
        "id": name, "chain": "made", "version": 1, "reported": "2026-03-01", "place": "Asia/Shanghai",
        "known_from": end_of(dt.date(2026, 3, 1), "Asia/Shanghai"), "about": None, "publisher": "Reuters",
        "attribution": Attribution("anonymous_sources"), "holder": None, "authorities": ("CAC",), "subjects": ("Tencent",),
        "products": ("H20",), "gate": "import", "act": act, "statement": "Made.",
    }  # fmt: skip
    return Claim(**(fields | more))


def read(
    text: str, language: str = "en", day: str = "2026-03-05", url: str | None = None
) -> tuple[Article, tuple[Proposal, ...]]:
    """An article and its proposals."""
    article = article_from(text.encode(), "made", published=next(stamps_in(day, "en")), language=language, url=url)
    return article, propose(article, load(language, reader.chip_names()))


def links(text: str, *claims: Claim, language: str = "en") -> list[Link]:
    """The relations of the first proposal of a text to some claims."""
    article, found = read(text, language)
    ranks = {
        "let": frozenset({"import_approval", "preliminary_approval"}),
        "shut": frozenset({"blocked_at_customs", "stop_new_orders_guidance"}),
    }
    ground = Ground(claims, ranks["let"], ranks["shut"], WORDS.product_keys, WORDS.firm)
    rows = related(found, article, ground)
    assert all(link.kind in RELATIONS and link.why for row in rows for link in row.links)
    return [link for link in rows[0].links if link.target.startswith("X")]


APPROVED = "Beijing has approved the import of H20 chips by Tencent, people familiar with the matter said."


def test_opposed_in_overlapping_time_is_a_contradiction_later_an_update() -> None:
    """The same gate and level; without a common day the later report updates."""
    shut = claim("X1", "blocked_at_customs", about=(dt.date(2026, 3, 1), dt.date(2026, 3, 31)))
    (link,) = links(APPROVED, shut)
    assert link.kind == "contradicts"
    (link,) = links(APPROVED, claim("X1", "blocked_at_customs", about=(dt.date(2026, 2, 1), dt.date(2026, 2, 2))))
    assert link.kind == "updates"


def test_another_gate_level_chip_or_firm_is_no_contradiction() -> None:
    """A policy of one government and a licence of the other, another chip, another firm."""
    shut = claim("X1", "blocked_at_customs", about=(dt.date(2026, 3, 1), dt.date(2026, 3, 31)))
    for other in ({"gate": "export", "act": "approval_pending"}, {"products": ("H200",)}, {"subjects": ("Baidu",)}):
        fields = {name: getattr(shut, name) for name in Claim.__slots__} | other
        assert links(APPROVED, Claim(**fields)) == []


def test_repeats_confirms_narrows_and_updates_figures() -> None:
    """The same outlet repeats, another confirms, fewer firms narrow, other figures update."""
    same = claim("X1", "import_approval")
    (link,) = links(APPROVED.replace("people familiar with the matter said", "Reuters reported"), same)
    assert link.kind == "derives_from"
    (link,) = links(APPROVED.replace("people familiar with the matter said", "Bloomberg reported"), same)
    assert link.kind == "confirms"
    (link,) = links(APPROVED, claim("X1", "import_approval", subjects=("Tencent", "Baidu")))
    assert link.kind == "refines"
    assert "narrows" in link.why


def test_a_denial_denies_what_was_reported_lately() -> None:
    """Not what was reported months before."""
    text = "Tencent denied that it had bought H20 chips."
    assert [link.kind for link in links(text, claim("X1", "purchase_order"))] == ["denies"]
    old = claim("X1", "purchase_order", known_from=end_of(dt.date(2025, 12, 1), "Asia/Shanghai"))
    assert links(text, old) == []


def test_the_weaker_word_is_kept_where_languages_drift() -> None:
    """French `exige` beside English `encouraged`: told, with the weaker word as the other reading."""
    text = "Pékin exige que Tencent achète une certaine proportion de puces nationales pour importer la H20."
    article, found = read(text, "fr")
    told = claim(
        "X1",
        "preliminary_approval",
        parameters=("domestic_ratio",),
        statement="Domestic chips are encouraged as a condition.",
    )
    ground = Ground((told,), frozenset(), frozenset(), WORDS.product_keys, WORDS.firm)
    row = next(row for row in related(found, article, ground) if row.parameters)
    (other,) = [one for one in row.alternatives if one.field == "modality"]
    assert (row.modality, other.value) == ("required", "encouraged")
    assert any("drift" in link.why for link in row.links)


def test_drift_between_two_articles_of_one_story() -> None:
    """Exige / encourage: flagged, the weaker kept."""
    french = read(
        "Pékin exige que Tencent achète une certaine proportion de puces nationales pour importer la H20.", "fr"
    )
    english = read("Beijing encourages Tencent to buy a share of domestic chips for its H20 imports.")
    (drift,) = [row for row in pairs([english, french]) if row.kind == "drift"]
    assert "encouraged is kept" in drift.why


def test_versions_of_a_story() -> None:
    """Near-duplicates by their words, versions by address, rewrites that add no source."""
    text = EXAMPLE.read_text(encoding="utf-8")
    first, again = read(text, "fr"), read(text.replace("1,2 %", "1,9 %").replace("BourseFlash", "Autre"), "fr")
    (pair,) = pairs([first, again])
    assert pair.kind == "version"
    assert likeness(runs_of(first[0]), runs_of(again[0])) > 0.9
    assert pairs([first, first])[0].kind == "same bytes"
    told = read("Beijing told Tencent to stop buying the H20, Reuters reported. Tencent declined to comment.")
    retold = read("Tencent was ordered by Beijing to stop purchases of the H20, Reuters reported.")
    assert [row.kind for row in pairs([told, retold])] == ["rewrite"]
    assert pairs([read("Tencent declined to comment on the L20 chips."), first]) == []


def test_slugs() -> None:
    """The words of an address; an address without words is none."""
    assert slug_of("https://x.org/news/china-tells-firms-to-stop-h20-orders-12.html") >= {
        "china",
        "tells",
        "firms",
        "stop",
    }
    one = read("Tencent declined to comment on the L20.", url="https://x.org/china-tells-firms-stop-orders")
    other = read("Baidu declined to comment on the H20.", url="https://y.org/a/china-tells-firms-stop-orders-2")
    assert [row.kind for row in pairs([one, other])] == ["version"]
    assert slug_of("https://x.org/12345") == frozenset()


def test_only_what_was_known_is_related() -> None:
    """A claim that came to be known after the instant asked is not there."""
    raw = EXAMPLE.read_bytes()
    then = reader.read(raw, "made", known=Known(day=dt.date(2020, 1, 1)))
    now = reader.read(raw, "made", known=Known(day=dt.date(2026, 3, 13)))
    assert not any(link.target.startswith("C") for row in then.proposals for link in row.links)
    assert {row.act for row in then.proposals} == {row.act for row in now.proposals}
