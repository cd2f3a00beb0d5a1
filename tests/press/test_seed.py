"""The article from which the project began, where it lies beside the checkout: what it must show.

It is in-sample: the lexicon was first written beside it. No score of it is told anywhere.
"""

from __future__ import annotations

from functools import lru_cache

import pytest

from ecluse import reader
from ecluse.dates import Known, parse_day
from tests.conftest import SHARED

ARTICLE = SHARED / "seed" / "article-fr.txt"
pytestmark = pytest.mark.skipif(not ARTICLE.exists(), reason=f"{ARTICLE} is not here: the seed article is not read")


@lru_cache(maxsize=1)
def read() -> reader.Read:
    """Read it as known the day after."""
    return reader.read(ARTICLE.read_bytes(), "seed", known=Known(day=parse_day("2026-01-24")))


def spans(act: str) -> list[tuple[int, int]]:
    """Where an act is proposed."""
    return [one.span for one in read().proposals if one.act == act]


def test_furniture_is_out_and_the_note_kept() -> None:
    """The advert's 12 %, the menus and the disclaimer are nobody's claims; the update note is metadata."""
    article = read().article
    assert len(article.update_notes) == 1
    assert article.translated
    assert article.original_publisher == "Bloomberg"
    assert article.published is not None
    assert (str(article.published.day), article.published.zone) == ("2026-01-23", None)
    percents = sorted(str(q.value) for one in read().proposals for q in one.quantities if q.unit == "percent")
    assert percents == ["1.3", "at most 2.3"]
    kinds = {line.kind for line in article.lines}
    assert kinds >= {"advert", "menu", "disclaimer", "share", "related", "credit", "copyright"}


def test_both_two_hundred_thousands() -> None:
    """More than 200,000 for each of two firms: two claims."""
    rows = [one for one in read().proposals if one.act == "demand" and one.quantities]
    assert [(one.subjects, str(one.quantities[0].value)) for one in rows] == [
        (("Alibaba",), "at least 200000"), (("ByteDance",), "at least 200000"),
    ]  # fmt: skip


def test_the_ratio_has_no_figure_and_its_word_drifts() -> None:
    """`exige` in French, `encouraged` in English: the weaker is kept; the figure is not fixed."""
    required, unfixed = [one for one in read().proposals if one.act == "domestic_ratio"]
    assert unfixed.quantities[0].value is None
    assert required.modality == "required"
    assert [other.value for other in required.alternatives if other.field == "modality"] == ["encouraged"]


def test_the_contradiction_and_the_report_it_names() -> None:
    """Earlier reports that deliveries were blocked, the Financial Times report, and the claims of the base."""
    (prior,) = [one for one in read().proposals if one.prior]
    (halt,) = [one for one in read().proposals if one.act == "component_production_halt"]
    assert prior.act == "blocked_at_customs"
    assert (halt.holder.attribution.name, str(halt.said and halt.said.start)) == ("Financial Times", "2026-01-12")
    against = {link.target for one in read().proposals for link in one.links if link.kind == "contradicts"}
    assert against >= {prior.id, halt.id, "C046"}
    assert "C048" in {link.target for link in halt.links}


def test_silence_of_four_parties_and_of_the_state() -> None:
    """Nvidia, the ministry, three firms; and no public statement, which is no no."""
    rows = [one for one in read().proposals if one.act == "silence"]
    assert [one.actor for one in rows] == ["Nvidia", "MOFCOM", "Alibaba and Tencent and ByteDance"]
    assert spans("silence") == [(2854, 2882), (2883, 2966), (2967, 3056)]
    assert len(spans("no_public_statement")) == 1


def test_the_headline_orders_and_the_body_permits() -> None:
    """The body counts; the US leave by policy and the pending licence do not contradict each other."""
    head = read().proposals[0]
    assert (head.modality, head.holder.attribution.kind) == ("ordered", "headline")
    pending = next(one for one in read().proposals if one.act == "approval_pending")
    leave = next(one for one in read().proposals if one.act == "announcement")
    assert (pending.gate, leave.gate) == ("export", "export")
    assert (pending.level, leave.level) == ("licence", "policy")
    assert not any(link.kind == "contradicts" for one in (pending, leave) for link in one.links)
