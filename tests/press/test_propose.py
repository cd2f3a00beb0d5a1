"""Claims proposed from sentences: who acts, who vouches, how strongly, about whom."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.press.made import EXAMPLE, one, proposals

ROWS = [
    ("en", "Beijing has approved the import of about 200,000 H20 chips by Tencent.", "import_approval", "Beijing", "permitted"),
    ("fr", "Pékin a approuvé l'importation d'environ 200 000 puces H20 par Tencent.", "import_approval", "Beijing", "permitted"),
    ("zh", "北京已批准腾讯进口约20万枚H20芯片。", "import_approval", "Beijing", "permitted"),
    ("zh", "北京已批准騰訊進口約20萬枚H20晶片。", "import_approval", "Beijing", "permitted"),
    ("en", "China's internet regulator told Alibaba to stop buying the H20.", "stop_new_orders_guidance", "CAC", "ordered"),
    ("fr", "Le régulateur chinois de l'internet a ordonné à Alibaba de cesser d'acheter la H20.", "stop_new_orders_guidance", "CAC", "ordered"),
    ("zh", "国家网信办下令阿里巴巴停止采购H20芯片。", "stop_new_orders_guidance", "CAC", "ordered"),
    ("en", "Chinese authorities urged companies to avoid using the H20.", "discouraged", "Chinese authorities", "advised"),
    ("fr", "Les autorités chinoises ont conseillé aux entreprises d'éviter d'utiliser la H20.", "discouraged", "Chinese authorities", "advised"),
    ("en", "Washington blocked exports of the B30A to China.", "blocked", "US government", "ordered"),
    ("en", "US officials allowed exports of the H200 to China.", "announcement", "US government", "permitted"),
    ("fr", "Pékin envisage d'approuver l'importation de puces H200.", "plan_to_approve", "Beijing", "considered"),
    ("zh", "美国商务部规定，向中国出口H200须取得许可证。", "licence_required", "US Commerce", "required"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "act", "actor", "modality"), ROWS)
def test_act_actor_and_modality(language: str, text: str, act: str, actor: str, modality: str) -> None:
    """The same act in three languages and both scripts of Chinese."""
    row = one(text, language, act)
    assert (row.actor, row.modality) == (actor, modality)
    assert text[row.span[0] : row.span[1]].strip()


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("en", "Beijing has not approved the import of H20 chips by Tencent.", "import_approval"),
        ("fr", "Pékin n'a pas approuvé l'importation de puces H20.", "import_approval"),
        ("zh", "北京没有批准腾讯进口H20芯片。", "import_approval"),
        (
            "en",
            "The company said sales could be authorised whether or not Beijing approves H20 imports.",
            "import_approval",
        ),
        ("en", "Washington approved the export of H20 chips to China.", "import_approval"),
        ("en", "Beijing did not order Alibaba to stop buying the H20.", "stop_new_orders_guidance"),
    ],
)
def test_what_is_denied_or_another_s_is_not_claimed(language: str, text: str, act: str) -> None:
    """A denial never becomes a yes, nor does one government's act become the other's."""
    assert act not in {row.act for row in proposals(text, language)}


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("en", "The ban on exports of the H20 to China was lifted by the Trump administration.", "blocked"),
        (
            "fr",
            "L'administration Trump a levé les restrictions à l'exportation des puces H20 vers la Chine.",
            "blocked",
        ),
        ("zh", "特朗普政府解除了H20芯片对华出口限制。", "blocked"),
        ("en", "It is unclear whether Beijing aims to block imports of the H200.", "blocked_at_customs"),
        ("en", "Did Beijing approve the import of H20 chips by Tencent?", "import_approval"),
        ("fr", "Pékin a-t-elle approuvé l'importation de puces H20 ?", "import_approval"),
        ("zh", "北京是否批准了腾讯进口H20芯片？", "import_approval"),
        ("en", "Tencent declined to place orders for more than 5,000 H20 chips.", "purchase_order"),
        ("en", "Hawks fear that the US government will allow exports of the H200 to China.", "announcement"),
        ("zh", "鹰派人士担心特朗普将允许英伟达对华出口H200芯片。", "announcement"),
        ("en", "Nvidia's market share in China fell from 95% to zero.", "zero_sales"),
        ("en", "The rule would have required licences for exports of H20 chips to China.", "licence_required"),
    ],
)
def test_what_is_lifted_asked_refused_feared_or_never_came_is_not_claimed(language: str, text: str, act: str) -> None:
    """The words of an act are there, and the sentence says that it did not happen, or does not say that it did."""
    assert act not in {row.act for row in proposals(text, language)}


@pytest.mark.parametrize(
    ("language", "text", "act", "actor"),
    [
        ("en", "The Trump administration is considering allowing exports of the H200 to China.", "announcement", "US government"),
        ("fr", "L'administration Trump envisage de nouvelles restrictions sur l'exportation de puces H20 vers la Chine.", "blocked", "US government"),
        ("zh", "美国商务部计划限制英伟达芯片对华出口。", "blocked", "US Commerce"),
    ],
)  # fmt: skip
def test_what_is_thought_about_is_told_as_considered(language: str, text: str, act: str, actor: str) -> None:
    """A plan of a government is a claim, and never one that it acted."""
    row = one(text, language, act)
    assert (row.modality, row.actor) == ("considered", actor)


def test_a_lifted_ban_is_leave() -> None:
    """However the sentence turns it."""
    for text in (
        "The Trump administration lifted export restrictions on the H20.",
        "The ban on exports of the H20 to China was lifted by the Trump administration.",
    ):
        row = one(text, "en", "announcement")
        assert (row.modality, row.actor) == ("permitted", "US government")


def test_the_company_is_the_firm_named_last() -> None:
    """`The company` after a sentence on Cambricon is not Nvidia, though Nvidia was named before."""
    text = "Nvidia ships the H20 to China. Cambricon has a new chip. The company will raise production of its chips."
    assert "production_ramp" not in {row.act for row in proposals(text, "en")}
    text = "Cambricon has a new chip. Nvidia has the H20. The company will raise production of its chips."
    assert one(text, "en", "production_ramp").actor == "Nvidia"


@pytest.mark.parametrize(
    ("language", "text", "act", "who"),
    [
        ("en", "US officials allowed exports of the H200 to China, according to Nvidia CFO Colette Kress.", "announcement", "Colette Kress"),
        ("en", "US officials allowed exports of the H200 to China, according to Nvidia.", "announcement", "Nvidia"),
        ("fr", "Le patron de Nvidia, Jensen Huang, a déclaré que la Chine a approuvé l'importation de puces H200.", "import_approval", "Jensen Huang"),
        ("fr", "Pékin a approuvé l'importation de puces H200 réclamée par Jensen Huang, a déclaré Tencent.", "import_approval", "Tencent"),
    ],
)  # fmt: skip
def test_a_title_or_an_apposition_speaks_for_its_bearer(language: str, text: str, act: str, who: str) -> None:
    """`Nvidia CFO Colette Kress` is she; who stands between commas before the verb speaks, unless it is turned."""
    assert one(text, language, act).holder.attribution.name == who


def test_leave_told_twice_in_a_sentence_is_one_claim() -> None:
    """The first batch is more exact than leave to import."""
    text = "China has begun approving imports of the H200, clearing a path for the first batch of H200 shipments."
    assert [row.act for row in proposals(text, "en")] == ["approval_first_batch"]


def test_a_quantity_for_each_is_one_claim_for_each() -> None:
    """`plus de 15 000 chacune` is two claims, and no total."""
    rows = [row for row in proposals(EXAMPLE.read_text(encoding="utf-8"), "fr") if row.act == "demand"]
    assert [row.subjects for row in rows] == [("Baidu",), ("Meituan",)]
    assert all(str(row.quantities[0].value) == "at least 15000" and row.quantities[0].each for row in rows)


def test_a_ratio_without_a_figure_has_no_value() -> None:
    """What nobody has fixed is not known, never nought."""
    row = next(
        row
        for row in proposals(EXAMPLE.read_text(encoding="utf-8"), "fr")
        if row.modality == "negated" and row.parameters
    )
    assert row.parameters == ("domestic_ratio",)
    assert row.quantities[0].value is None
    assert row.quantities[0].qualifier == "not fixed"


def test_attribution_is_carried_until_the_author_turns() -> None:
    """Through sentences and pronouns of a paragraph; `this move` is the author's own."""
    text = (
        "Beijing told Tencent it may prepare orders of the H200, two people familiar with the matter said. "
        "The companies are allowed to negotiate volumes. "
        "The move shows that Beijing is considering approving imports of the H200.\n\n"
        "Regulators have told Baidu to stop buying the H20.\n"
    )
    rows = proposals(text, "en")
    kinds = [(row.act, row.holder.attribution.kind, row.holder.carried_from is not None) for row in rows]
    assert kinds == [
        ("preliminary_approval", "anonymous_sources", False),
        ("preliminary_approval", "anonymous_sources", True),
        ("plan_to_approve", "author", False),
        ("stop_new_orders_guidance", "author", False),
    ]
    assert rows[0].holder.attribution.count == 2
    assert rows[1].subjects == ("Tencent",)
    assert any(other.field == "actor" for other in rows[1].alternatives)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (
            "Tencent may import the H20, Reuters reported: regulators told Tencent to stop buying the L20.",
            "press",
            "Reuters",
        ),
        ("Regulators told Tencent to stop buying the L20, said Jensen Huang.", "named_person", "Jensen Huang"),
        (
            "Regulators told Tencent to stop buying the L20, Tencent said in a statement.",
            "company_statement",
            "Tencent",
        ),
        ("Regulators told Tencent to stop buying the L20, Howard Lutnick said.", "named_official", "Howard Lutnick"),
        (
            "Regulators told Tencent to stop buying the L20, according to people familiar with the matter.",
            "anonymous_sources",
            None,
        ),
        ("Regulators told Tencent to stop buying the L20.", "author", None),
    ],
)
def test_holder(text: str, kind: str, name: str | None) -> None:
    """Who vouches, by the words of the sentence; without any it is the author."""
    row = one(text, "en", "stop_new_orders_guidance")
    assert (row.holder.attribution.kind, row.holder.attribution.name) == (kind, name)


def test_silence_is_an_act_of_its_own_and_never_a_no() -> None:
    """Of four parties, each with its place; polarity stays yes: they declined."""
    text = EXAMPLE.read_text(encoding="utf-8")
    rows = [row for row in proposals(text, "fr") if row.act == "silence"]
    assert [row.actor for row in rows] == ["Nvidia", "MOFCOM", "Baidu and Meituan"]
    assert all(row.modality == "declined" and row.polarity == "yes" for row in rows)
    for row in rows:
        assert text[row.sentence[0] : row.sentence[1]].count(".") <= 1


def test_a_headline_never_outranks_its_body() -> None:
    """The headline says ordered, the body permitted: linked, weak, and the body counts."""
    rows = proposals(EXAMPLE.read_text(encoding="utf-8"), "fr")
    head = next(row for row in rows if row.kind == "title")
    assert (head.holder.attribution.kind, head.modality, head.strength) == ("headline", "ordered", "weak")
    body = next(row for row in rows if row.id == head.links[0].target)
    assert (head.links[0].kind, body.modality) == ("derives_from", "permitted")
    assert "the body counts" in head.links[0].why


def test_earlier_reports_are_what_they_held_and_are_contradicted() -> None:
    """What stands after `earlier reports that` is a prior claim; leaves given contradict it and the halt told after."""
    rows = proposals(EXAMPLE.read_text(encoding="utf-8"), "fr")
    (prior,) = [row for row in rows if row.prior]
    assert (prior.act, prior.holder.attribution.described_as) == ("blocked_at_customs", "earlier reports, not named")
    (halt,) = [row for row in rows if row.act == "component_production_halt"]
    assert halt.holder.attribution.name == "Financial Times"
    against = {link.target for row in rows for link in row.links if link.kind == "contradicts"}
    assert against == {prior.id, halt.id}


def test_the_two_readings_of_a_restriction() -> None:
    """`restreinte au sein de` may mean limited to, or barred from."""
    row = one("L'utilisation des puces H200 sera restreinte au sein des agences gouvernementales sensibles.", "fr", "use_restriction_repeated")  # fmt: skip
    assert {other.field for other in row.alternatives} >= {"act"}
    assert row.subjects == ("sensitive government agencies",)


def test_what_a_sentence_does_not_say_stays_null() -> None:
    """No day, no number, no chip is made up; and without the article's day `last week` is none."""
    row = one("Le ministère du Commerce n'a pas répondu à nos questions.", "fr", "silence")
    assert (row.about, row.quantities, row.products) == (None, (), ())


def test_the_update_note_is_metadata_and_a_claim_about_the_article() -> None:
    """Gate meta, and nothing else is made of it."""
    rows = proposals(EXAMPLE.read_text(encoding="utf-8"), "fr")
    (note,) = [row for row in rows if row.gate == "meta"]
    assert note.act == "update_note"
    assert note.kind == "update"


@given(st.lists(st.sampled_from(EXAMPLE.read_text(encoding="utf-8").split()), max_size=80))
@settings(max_examples=60, deadline=None)
def test_shuffled_words_break_nothing(words: list[str]) -> None:
    """Whatever the text, a proposal stands in it, and names what it rests on."""
    text = " ".join(words) + "."
    for row in proposals(text, "fr"):
        assert 0 <= row.sentence[0] <= row.span[0] <= row.span[1] <= row.sentence[1] <= len(text)
        assert row.frame


@pytest.mark.parametrize(
    ("language", "text", "act", "said"),
    [
        ("en", "Nvidia had sold 20,000 units of the chip, a person said.", "sales", "a person"),
        ("en", "Nvidia had shipped 5,000 H20 chips to Tencent, an employee said.", "shipment", "an employee"),
        ("en", "Alibaba ordered 10,000 H20 chips, one insider told Reuters.", "purchase_order", "one insider"),
        ("fr", "Nvidia avait vendu 20 000 puces H20 à Alibaba, a affirmé une personne.", "sales", "une personne"),
    ],
)
def test_somebody_is_not_the_firm_spoken_of(language: str, text: str, act: str, said: str) -> None:
    """Whoever says it without a name vouches for it, and no firm that his words are about."""
    holder = one(text, language, act).holder.attribution
    assert (holder.kind, holder.name) == ("anonymous_sources", None)
    assert holder.described_as == said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "AMD denied shipping the MI308 to China."),
        ("en", "Nvidia denied that it had shipped any B30A to China."),
        ("fr", "Nvidia a démenti avoir livré des H100 en Chine."),
        ("fr", "Le ministère chinois du Commerce n'a pas confirmé l'autorisation d'importer 400 000 H200."),
        ("zh", "AMD否认向中国出口MI325X。"),
        ("zh", "腾讯否认已订购H20芯片。"),
    ],
)
def test_what_is_denied_is_not_told_as_so(language: str, text: str) -> None:
    """Within a denial, or what was not confirmed, nothing is asserted."""
    found = proposals(text, language)
    assert found
    assert {row.polarity for row in found} == {"no"}


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("en", "Rumours on social media said China had approved imports of the H200.", "import_approval"),
        ("zh", "传闻称中国海关已扣押5000颗H100。", "blocked_at_customs"),
    ],
)
def test_a_rumour_is_not_the_authors(language: str, text: str, act: str) -> None:
    """Whoever spreads it has no name."""
    assert one(text, language, act).holder.attribution.kind == "anonymous_sources"
