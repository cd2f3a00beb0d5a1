"""Names: what is one name written twice, and what is not; Chinese segments with their English."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.parties import chinese, names
from ecluse.parties.features import alike
from ecluse.parties.sounds import skeleton, stem

SAME = [
    ("Huawei Technologies Co., Ltd.", "HUAWEI TECHNOLOGY CO LTD"),
    ("GUANGZHOU HAIGE COMM GRP", "Guangzhou Haige Communications Group Co., Ltd."),
    ("CNOOC ENERGY TECH & SRVCES LTD", "CNOOC Energy Technology & Services Limited"),
    ("Нuаwеi Tесhnologies", "Huawei Technologies"),
    ("Hua\u200bwei", "Huawei"),
    ("\u202eHuawei\u202c", "Huawei"),
    ("Ｈｕａｗｅｉ", "Huawei"),
    ("ООО Ромашка", "Romashka LLC"),
    ("Müller Söhne GmbH", "MULLER SOHNE"),
    ("L.L.C. Vector", "Vector LLC"),
    ("58th Research Institute", "Research Institute 58"),
    ("Xi’an Aircraft", "Xi'an Aircraft"),
    ("LLC Severnaya Almaznaya Kompaniya", "North Diamond Company LLC"),
    ("Severnoye Mashinostroitelnoe Predpriyatiye", "Severnyi Mashinostroitelnyy Predpriiatie"),
    ("AO Novyi Registrator", "JSC Noviy Registrator"),
    ("ORKA HOLLDING AD", "Orka Holding AD"),
    ("LIMITED LIABILITY COMPANYKNAUER ENGINEERING", "Knauer Engineering LLC"),
    ("LAVANTIALTD", "Lavantia Ltd"),
    ("DANESH SHPIPING", "Danesh Shipping"),
    ("TIA TRADING2013", "TIA Trading 2013"),
    ("PUBLIC JOINT SSTOCK COMPANY SASTA", "PJSC Sasta"),
]
OTHERS = [
    ("Election Services", "Electron Services"),
    ("Honglong Metals", "Hongkong Metals"),
    ("Shopping Group", "Shipping Group"),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_one_name_written_twice(one: str, two: str) -> None:
    """Letters, marks, forms, short words and order are folded away."""
    assert names.parse(one).fingerprint == names.parse(two).fingerprint


@pytest.mark.parametrize(("one", "two"), OTHERS)
def test_another_letter_may_make_another_word(one: str, two: str) -> None:
    """A word that is nearly a business word, and a word of its own, stays what it is."""
    assert names.parse(one).fingerprint != names.parse(two).fingerprint


def test_stems_are_told_apart() -> None:
    """Every row of the table of Russian words has a stem of its own length, and no two rows disagree about it."""
    told: dict[str, str] = {}
    for word, english in names.rows_of("stems.tsv"):
        root = stem(word)
        assert root, f"{word} is too short to be told"
        assert told.setdefault(root, english) == english, word


@pytest.mark.parametrize(
    ("one", "two"), [("oleksin", "aleksin"), ("rossolay", "rassalai"), ("sovkomkard", "sovcomcard")]
)
def test_consonants_of_one_sound(one: str, two: str) -> None:
    """Spellings that share their consonants are alike; words of few consonants are not taken for one."""
    assert skeleton(one) == skeleton(two)
    assert alike(one, two) >= 0.8
    assert not skeleton("lee")


def test_a_name_of_forms_alone_keeps_them() -> None:
    """Nothing is left of `Company Limited` but itself; a number is a name (11420 Corp.)."""
    assert names.parse("Company Limited").tokens == ("company", "limited")
    assert names.parse("11420 CORP.").tokens == ("11420",)
    assert names.parse("11420 CORP.").fingerprint != names.parse("BELLETECH CORP").fingerprint


def test_readings_of_a_document() -> None:
    """An address after the legal form, a bracket, an alias within the text: each is a reading of its own."""
    text = "M/s Huawei Technologies Co., Ltd., Bantian, Longgang District, Shenzhen 518129"
    assert "Huawei Technologies Co., Ltd." in names.readings(text)
    assert "Semi International" in names.readings("Semi International (SMIC)")
    assert {"Alpha Ltd", "Beta Ltd"} <= set(names.readings("Alpha Ltd a.k.a. Beta Ltd"))
    group = "China Electronics Technology Group Corporation 58th Research Institute"
    assert names.readings(group) == (group,)


def test_published_names_hold_several() -> None:
    """An affiliate named behind its parent is itself; initials and short names stand in brackets."""
    assert names.published(
        "Huawei Technologies Co., Ltd. (Huawei). Affiliated Entity: Beijing Longshine Co., Ltd."
    ) == ("Beijing Longshine Co., Ltd.",)
    assert "SMIC" in names.published("Semiconductor Manufacturing International Corporation (SMIC)")
    assert "Huawei" in names.published("Huawei Technologies Co., Ltd. (Huawei)")
    assert "Shenzhen" not in names.published("Muster (Shenzhen) Co., Ltd.")


def test_words_that_are_alike() -> None:
    """Slips, sounds, short forms and initials are alike; figures never are, and other words are not."""
    for one, two in (("mohammed", "muhamad"), ("tecnology", "technology"), ("srvces", "services"), ("j", "john"),
                     ("manufactur", "manufacturing"), ("yuriy", "iurii")):  # fmt: skip
        assert alike(one, two) > 0.65, (one, two)
    for one, two in (("13", "14"), ("5a", "5b"), ("beijing", "nanjing"), ("huawei", "haier")):
        assert alike(one, two) == 0.0, (one, two)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_name(text: str) -> None:
    """Whatever is given folds to small letters and figures, twice the same, and has words unless it has none."""
    folded = names.fold(text)
    assert names.fold(folded) == folded
    assert all(mark.isascii() and (mark.isalnum() or mark == " ") for mark in folded)
    assert bool(names.parse(text).tokens) == bool(folded)
    names.readings(text)
    chinese.renderings(text)


TOLD = [
    ("华为技术有限公司", ["华为 = huawei", "技术 = technology", "有限公司 = co ltd"]),
    ("華為技術有限公司", ["华为 = huawei", "技术 = technology", "有限公司 = co ltd"]),
    (
        "新疆联海创智信息科技有限公司",
        ["新疆 = xinjiang", "联海创智 = lianhaichuangzhi", "信息科技 = information technology"],
    ),
    ("中国电子科技集团公司第五十八研究所", ["58 = 58", "研究所 = research institute"]),
    ("天津七六四通信导航技术有限公司", ["764 = 764"]),
    ("成都亚光电子股份有限公司", ["亚光 = yaguang", "电子 = electronic"]),
    ("三六零安全科技股份有限公司", ["三六零 = qihoo 360"]),
]


@pytest.mark.parametrize(("name", "told"), TOLD)
def test_chinese_segments_are_told(name: str, told: list[str]) -> None:
    """Each segment says what it stands for; a brand stands together; figures are counted."""
    segments = [str(one) for one in chinese.renderings(name)[0].segments]
    for each in told:
        assert each in segments, segments


def test_brands_are_rendered_each_way() -> None:
    """长江存储 is Yangtze Memory, YMTC and Changjiang Cunchu; last comes its sound."""
    texts = [one.text for one in chinese.renderings("长江存储科技有限责任公司")]
    assert texts[0] == "yangtze memory technology co ltd"
    assert "ymtc technology co ltd" in texts
    assert texts[-1].startswith("changjiangcunchu")


def test_traditional_characters_are_also_spelled_as_in_hong_kong_and_taiwan() -> None:
    """A brand known by sound alone has a Cantonese and a Wade-Giles spelling where the characters are old."""
    texts = [one.text for one in chinese.renderings("香港華泰國際貿易有限公司")]
    assert any("wa tai" in text for text in texts)
    assert any("hua t ai" in text or "hua tai" in text for text in texts)
    assert not any("wa tai" in one.text for one in chinese.renderings("香港华泰国际贸易有限公司"))


def test_tables_are_in_order() -> None:
    """No segment stands twice with another meaning; brands have a spelling each; folded words stay themselves."""
    seen: dict[str, tuple[str, str]] = {}
    for han, english, kind in names.rows_of("chinese.tsv"):
        assert kind in ("place", "form", "word", "part"), han
        assert seen.setdefault(han, (english, kind)) == (english, kind), han
        assert names.fold(english) == english, han
    for row in names.rows_of("brands.tsv"):
        assert row[1].strip(), row
        assert all(names.fold(one) == one.strip() for one in row[1].split(";")), row
