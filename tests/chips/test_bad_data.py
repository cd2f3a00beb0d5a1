"""Chip files that are wrong are refused, with the place."""

from __future__ import annotations

import pytest

from ecluse.chips.catalogue import read
from ecluse.errors import SourceError

GOOD = """\
[sources]
s1 = "https://example.org/datasheet"

[[chip]]
id = "maker-one"
vendor = "Maker"
model = "One"
form = "card"
status = "shipping"
node = "5nm"
non_planar = true
datacenter = true
ics = 1
confidence = "A"
source = ["s1"]
peaks = { fp16 = 100.5, int8 = 201 }
die = { area = 400, layout = "400", basis = "vendor" }
memory = { type = "HBM3", gb = 80, bandwidth = 2000 }
links = { bandwidth = { at_least = 0, at_most = 600 }, name = "Link", source = "s1", confidence = "B" }
host = "PCIe 5.0 x16"
tdp_w = 350
"""


def test_the_good_file_is_read() -> None:
    """What the others are broken from is right."""
    (chip,) = read({"maker.toml": GOOD}).all()
    assert chip.links is not None
    assert (chip.label, chip.links.confidence, str(chip.links.value)) == ("Maker One", "B", "0 to 600")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('node = "5nm"', "node = 5", "chip[0].node is 5, expected a text"),
        ('model = "One"', "model = 910", "codes are quoted texts"),
        ("fp16 = 100.5", 'fp16 = "100.5"', "chip[0].peaks.fp16 is '100.5', expected a number"),
        ("tdp_w = 350", 'tdp_w = "350"', "chip[0].tdp_w is '350', expected a number"),
        ("area = 400", "area = -400", "chip[0].die.area is -400, expected a number that is not negative"),
        ("fp16 = 100.5", "fp16 = nan", "not TOML"),
        ("int8 = 201", "int9 = 201", "chip[0].peaks.int9 is not a field here. Did you mean 'int8'?"),
        ("tdp_w = 350", "tpd_w = 350", "chip[0].tpd_w is not a field here. Did you mean 'tdp_w'?"),
        ("non_planar = true", 'non_planar = "yes"', "chip[0].non_planar is 'yes', expected true or false"),
        ("non_planar = true\n", "", "chip[0].non_planar is missing"),
        ("ics = 1", "ics = 1\nfloor = 1", "chip[0].floor is 1, expected true or false"),
        ("ics = 1", "ics = 0", "chip[0].ics is no whole number of at least 1"),
        ("ics = 1", "ics = true", "chip[0].ics is no whole number of at least 1"),
        ('confidence = "A"', 'confidence = "E"', "chip[0].confidence is 'E', expected one of A, B, C, D"),
        ('source = ["s1"]', 'source = ["s9"]', "chip[0].source names 's9', which [sources] does not have"),
        ('source = ["s1"]\n', "", "chip[0].source is missing: every number has a source"),
        ('form = "card"', 'form = "cart"', "Did you mean 'card'"),
        ('host = "PCIe 5.0 x16"', 'host = "PCIe 5.0"', "chip[0].host is 'PCIe 5.0', expected one of"),
        ("at_least = 0, at_most = 600", "at_least = 700, at_most = 600", "crosses itself"),
        (
            "tdp_w = 350",
            'contested = [{ measure = "tpp", choice = "x", value = 1, why = "y" }]',
            "contested[0].measure",
        ),
    ],
)
def test_a_broken_file_is_refused(old: str, new: str, says: str) -> None:
    """Each fault names the file and the field."""
    assert old in GOOD
    with pytest.raises(SourceError) as refused:
        read({"maker.toml": GOOD.replace(old, new)}).all()
    assert says in str(refused.value)
    assert str(refused.value).startswith("maker.toml")


def test_the_caret_stands_under_the_key() -> None:
    """The line is drawn with its number."""
    with pytest.raises(SourceError) as refused:
        read({"maker.toml": GOOD.replace("tdp_w = 350", "tpd_w = 350")}).all()
    assert str(refused.value).endswith("line 21: tpd_w = 350\n             ^")


def test_an_id_stands_once() -> None:
    """In one file or in two, a second chip of one id is refused, and the first is named."""
    for texts in ({"a.toml": GOOD + GOOD.partition("\n\n")[2]}, {"a.toml": GOOD, "b.toml": GOOD}):
        with pytest.raises(SourceError, match=r"chip\[.\]\.id 'maker-one' is also in a\.toml"):
            read(texts)


def test_other_tables_are_refused() -> None:
    """A file holds sources and chips."""
    with pytest.raises(SourceError, match=r"chips is not a field here\. Did you mean 'chip'"):
        read({"maker.toml": GOOD.replace("[[chip]]", "[[chips]]")})
