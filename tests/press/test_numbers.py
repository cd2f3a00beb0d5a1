"""Quantities: separators by language, bounds, multipliers, ranges, each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.press.lexicon import load
from ecluse.press.numbers import Quantity, grammar, quantities

ROWS = [
    ("fr", "plus de 200 000 unités chacune", "at least 200000", "chips", "more than", True),
    ("fr", "plus de 200\u202f000 unités", "at least 200000", "chips", "more than", False),
    ("fr", "400.000 puces", "400000", "chips", "exact", False),
    ("fr", "une hausse de 2,3 % du titre", "2.3", "percent", "exact", False),
    ("fr", "jusqu'à 70 milliards de dollars", "at most 70000000000", "USD", "at most", False),
    ("fr", "environ 1,5 million d'euros", "1500000", "EUR", "about", False),
    ("fr", "entre 40 000 et 50 000 puces", "40000 to 50000", "chips", "range", False),
    ("fr", "plusieurs centaines de milliers de puces", "200000 to 999999", "chips", "order of magnitude", False),
    ("fr", "quatre sociétés", "4", "firms", "exact", False),
    ("en", "more than 200,000 units each", "at least 200000", "chips", "more than", True),
    ("en", "up to $3.5 billion", "at most 3500000000", "USD", "at most", False),
    ("en", "2 to 5 billion dollars", "2000000000 to 5000000000", "USD", "range", False),
    ("en", "about 50 million yuan", "50000000", "CNY", "about", False),
    ("en", "fewer than 75,000 chips", "at most 75000", "chips", "less than", False),
    ("en", "tens of thousands of the chips", "10000 to 99999", "chips", "order of magnitude", False),
    ("en", "rose 1.75%", "1.75", "percent", "exact", False),
    ("zh", "超过20万枚", "at least 200000", "chips", "more than", False),
    ("zh", "各采购20万枚", "200000", "chips", "exact", True),
    ("zh", "逾160億美元", "at least 16000000000", "USD", "more than", False),
    ("zh", "约8.2万枚", "82000", "chips", "about", False),
    ("zh", "4万至5万枚", "40000 to 50000", "chips", "range", False),
    ("zh", "三家公司", "3", "firms", "exact", False),
    ("zh", "三十万枚", "300000", "chips", "exact", False),
    ("zh", "数十万枚", "100000 to 999999", "chips", "order of magnitude", False),
    ("zh", "上涨2.6%", "2.6", "percent", "exact", False),
]


def found(language: str, text: str) -> list[Quantity]:
    """The quantities of a text."""
    lexicon = load(language)
    return quantities(text, 0, len(text), language, grammar(language, lexicon.numerals), lexicon.variants)


@pytest.mark.parametrize(("language", "text", "value", "unit", "qualifier", "each"), ROWS)
def test_quantity(language: str, text: str, value: str, unit: str, qualifier: str, each: bool) -> None:  # noqa: FBT001 - a row
    """One quantity, as people write it there."""
    rows = found(language, text)
    assert [(str(row.value), row.unit, row.qualifier, row.each) for row in rows] == [(value, unit, qualifier, each)]
    assert text[rows[0].start : rows[0].end].lower().strip() in text.lower()


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "the H200 and the MI308"), ("fr", "la RTX 5090 D"), ("zh", "英伟达H20芯片"), ("fr", "le 12 mars 2026"), ("en", "in 2026")],
)  # fmt: skip
def test_no_quantity(language: str, text: str) -> None:
    """Names of chips and dates count nothing."""
    assert found(language, text) == []


def test_a_figure_that_can_be_read_two_ways_says_so() -> None:
    """`400.000` in French may be a decimal."""
    (row,) = found("fr", "400.000 puces")
    assert row.other is not None
    assert "400.000" in row.other


@given(st.integers(min_value=1, max_value=999_999_999))
def test_every_integer_is_read_back(number: int) -> None:
    """Grouped as each language groups, a number is itself."""
    written = {"en": f"{number:,}", "fr": f"{number:,}".replace(",", "\u202f"), "zh": f"{number:,}"}
    units = {"en": " units", "fr": " unités", "zh": "枚"}
    for language, text in written.items():
        (row,) = found(language, text + units[language])
        assert row.value is not None
        assert row.value.exact == number


@given(st.text(max_size=120))
def test_nothing_breaks_it(text: str) -> None:
    """Whatever the text, quantities lie inside it."""
    for language in ("fr", "en", "zh"):
        for row in found(language, text):
            assert 0 <= row.start < row.end <= len(text)
