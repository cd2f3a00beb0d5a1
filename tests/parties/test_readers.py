"""Every format is read as it is published, with its oddities; nothing is lost without a word."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.errors import SourceError
from ecluse.parties import terms
from ecluse.parties.entry import Entry, cited_day, cited_years, listed_on
from ecluse.parties.readers import read_file, read_folder
from ecluse.parties.readers.ecfr import split_entity
from ecluse.parties.readers.rows import country, day, european_day
from ecluse.truth import NO, UNKNOWN, YES
from tests.parties import made

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, name: str, text: str | None = None) -> Path:
    """One of the made lists as a file."""
    path = folder / name
    path.write_text(made.FILES[name] if text is None else text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "count", "faults", "date"),
    [
        ("joined-2026-07-31.jsonl", 7, 0, None),
        ("consolidated.json", 1, 1, dt.date(2026, 7, 31)),
        ("consolidated-2026-07-31.csv", 2, 1, None),
        ("sdn.xml", 1, 1, dt.date(2026, 7, 31)),
        ("ecfr-744.xml", 5, 1, dt.date(2026, 7, 9)),
        ("un.xml", 2, 0, dt.date(2026, 2, 27)),
        ("eu.csv", 2, 0, dt.date(2026, 8, 5)),
        ("uk.csv", 2, 0, dt.date(2025, 11, 12)),
        ("conlist.csv", 1, 0, dt.date(2022, 2, 1)),
        ("mofcom.json", 1, 1, dt.date(2026, 2, 24)),
        ("1260h.csv", 1, 0, dt.date(2026, 6, 10)),
    ],
)
def test_format_is_read(tmp_path: Path, name: str, count: int, faults: int, date: dt.date | None) -> None:
    """As many entries as there are parties; each row that cannot be read is told; the file's own day is found."""
    reading = read_file(written(tmp_path, name))
    assert (len(reading.entries), len(reading.faults), reading.date) == (count, faults, date)
    for entry in reading.entries:
        assert entry.place.startswith(name)
        assert entry.name == entry.name.strip()
        assert entry.name not in entry.aliases


def test_packed_and_plain_are_the_same_list(tmp_path: Path) -> None:
    """A list may be gzip."""
    plain = read_file(written(tmp_path, "joined-2026-07-31.jsonl"))
    packed = tmp_path / "joined-2026-07-31.jsonl.gz"
    packed.write_bytes(gzip.compress(made.JOINED.encode()))
    assert [one.digest for one in read_file(packed).entries] == [one.digest for one in plain.entries]


def test_ofac_trio(tmp_path: Path) -> None:
    """Nulls are nothing, a repeated row is one party, names without a party are told, both neighbours are needed."""
    (tmp_path / "sdn.csv").write_text(made.SDN_CSV, encoding="utf-8")
    with pytest.raises(SourceError, match=r"stands without add\.csv beside it"):
        read_file(tmp_path / "sdn.csv")
    (tmp_path / "add.csv").write_text(made.ADD_CSV, encoding="utf-8")
    (tmp_path / "alt.csv").write_text(made.ALT_CSV, encoding="utf-8")
    reading = read_file(tmp_path / "sdn.csv")
    first, second = reading.entries
    assert (first.aliases, first.countries, first.kind, first.programs) == (
        ("AERO-CARIBBEAN",),
        ("CU",),
        "entity",
        ("CUBA",),
    )
    assert (second.kind, second.programs) == ("person", ("RUSSIA-EO14024", "UKRAINE-EO13661"))
    assert reading.duplicates == 1
    assert "1 numbers have names or addresses but no party" in reading.faults[0]


def test_entity_list_fields(tmp_path: Path) -> None:
    """Requirement, policy, footnote, aliases, the day of the first citation, the country carried down."""
    entries = {entry.name: entry for entry in read_file(written(tmp_path, "ecfr-744.xml")).entries}
    first = entries["Muster Chip Works Co., Ltd."]
    assert first.aliases == ("MCW", "Musterxin Keji")
    assert first.addresses == ("No. 88 Guanggu Road, Wuhan, China.",)
    assert terms.footnotes(first) == (5,)
    assert terms.policy(first) == "presumption_of_denial"
    assert first.listed == dt.date(2019, 5, 21)
    assert entries["Second Institute"].countries == ("CN",)
    assert entries["Plain Works"].countries == ("RU",)
    assert {entry.list for entry in entries.values()} == {"EL", "UVL", "MEU"}


@pytest.mark.parametrize(
    ("cell", "name", "aliases"),
    [
        ("Alpha Co., Ltd.", "Alpha Co., Ltd", ()),
        ("Alpha, a.k.a., Beta", "Alpha", ("Beta",)),
        ("Alpha (a.k.a., Beta; and Gamma)", "Alpha", ("Beta", "Gamma")),
        ("Alpha, f/k/a Beta. 12 Road, Wuhan", "Alpha", ("Beta",)),
    ],
)
def test_entity_cell(cell: str, name: str, aliases: tuple[str, ...]) -> None:
    """A cell holds a name, aliases in many spellings, and an address."""
    found, others, _ = split_entity(cell)
    assert (found or "").rstrip(".") == name.rstrip(".")
    assert tuple(one.rstrip(".") for one in others) == aliases


def test_other_scripts_and_places(tmp_path: Path) -> None:
    """Original scripts become aliases; nationalities and addresses give countries."""
    person, bank = read_file(written(tmp_path, "un.xml")).entries
    assert person.aliases == ("리원호", "Ri Wonho")
    assert (person.countries, bank.countries) == (("KP",), ("CN",))
    petrov, yard = read_file(written(tmp_path, "uk.csv")).entries
    assert petrov.aliases == ("Иван Петров", "VANYA")
    assert (petrov.kind, yard.kind) == ("person", "entity")


BAD = {
    "entities.xml": (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sdnList><sdnEntry/></sdnList>',
        "DTD or entities",
    ),
    "cut.xml": (made.SDN_XML[:300], "it may be cut off"),
    "cut.json": (made.CSL_JSON[:200], "not JSON"),
    "empty.csv": ("name\n", "holds no entry"),
    "page.html": ("<html><body>Service unavailable</body></html>", "holds no entry"),
    "other.json": ('{"results": {}}', "no list of `results`"),
    "deep.json": ("[" * 100_000, "not JSON"),
    "part744.xml": ("<DIV5>15 CFR part 744, nothing else</DIV5>", "names no supplement"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused(tmp_path: Path, name: str) -> None:
    """What is no list is refused, with the file, what was expected, and what to do."""
    text, why = BAD[name]
    with pytest.raises(SourceError, match=why) as refused:
        read_file(written(tmp_path, name, text))
    assert name in str(refused.value)


def test_a_folder_is_one_snapshot(tmp_path: Path) -> None:
    """Its day is that of the oldest list that asks a licence; ids that clash stay two; a day there must be."""
    for name in ("joined-2026-07-31.jsonl", "un.xml", "eu.csv"):
        written(tmp_path, name)
    (tmp_path / "again-2026-07-31.jsonl").write_text(made.JOINED, encoding="utf-8")
    snapshot = read_folder(tmp_path)
    assert snapshot.date == dt.date(2026, 7, 31)
    assert (snapshot.dates["UN"], snapshot.dates["EU"]) == (dt.date(2026, 2, 27), dt.date(2026, 8, 5))
    assert snapshot.counts["EL"] == 2
    assert snapshot.find("csl-7~2") is not None
    (tmp_path / "undated.jsonl").write_text(made.JOINED, encoding="utf-8")
    with pytest.raises(SourceError, match="tells no day of its own"):
        read_folder(tmp_path)
    with pytest.raises(SourceError, match="no such folder"):
        read_folder(tmp_path / "nowhere")


def test_policies_that_differ_by_a_full_stop_are_one() -> None:
    """Spellings of a policy are one policy; what is carved out for other goods does not count."""
    said = {
        "Presumption of denial": "presumption_of_denial",
        "Presumption of denial.": "presumption_of_denial",
        "Presumption for denial": "presumption_of_denial",
        "Policy of denial for all items subject to the EAR apart from food and medicine designated as EAR99, which"
        " will be reviewed on a case-by-case basis.": "policy_of_denial",
        "Case-by-case review for ECCNs 1A004.c; presumption of denial for all other items subject to"
        " the EAR.": "presumption_of_denial",
        "Case-by-case for all items listed on the CCL. Presumption of approval for EAR99 items": "case_by_case",
        "Presumption of approval for EAR99 items": "unknown",
        "See §744.2(d) of the EAR": "unknown",
        "": "unknown",
    }
    for text, expected in said.items():
        assert terms.policy(Entry("1", "EL", "X", policy=text)) == expected, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("For all items subject to the EAR, see §§ 734.9(e)1 and 744.11 of the EAR2", (1,)),
        ("For all items subject to the EAR. (See §§ 734.9(e)(2) and 744.11 of the EAR)4", (4,)),
        ("For all items subject to the EAR. (See §§ 734.9(e) and 744.11 of the EAR) 4", (4,)),
        ("For all items subject to the EAR (See §§734.4(a)(9), 734.9(e)(3), and 744.11 of the EAR)5", (5,)),
        ("For all items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR)", ()),
        ("For all items subject to the EAR. (See §744.11 of the EAR)", ()),
    ],
)
def test_footnotes(text: str, expected: tuple[int, ...]) -> None:
    """Footnotes 1, 4 and 5 are told by their figure or by the paragraph that goes with them; 3 is another matter."""
    assert terms.footnotes(Entry("1", "EL", "X", requirement=text)) == expected


def test_days_and_citations() -> None:
    """Volumes give years, spelled days days; neither guesses."""
    assert cited_years("84 FR 22963; 89 FR 96837") == (2019, 2024)
    assert cited_years("Vol. 83, No. 91") == ()
    assert cited_day("82 F.R. 48792 10/20/2017") == dt.date(2017, 10, 20)
    assert cited_day("77 F.R. 27418 5/10/12") == dt.date(2012, 5, 10)
    assert cited_day("89 FR 96837") is None
    assert day("31/07/2026") == day("07/31/2026") == day("31 Jul 2026") == dt.date(2026, 7, 31)
    assert european_day("05/08/2026") == dt.date(2026, 8, 5)
    assert country("CHINA, PEOPLE'S REPUBLIC OF") == country("cn") == "CN"
    assert country("Atlantis") is None


def test_what_a_snapshot_says_of_other_days() -> None:
    """On its day and after: listed. Before: by the entry's own date, to the year; else not known."""
    taken = dt.date(2026, 7, 31)
    dated = Entry("1", "DPL", "X", cite="77 F.R. 27418 5/10/12")
    volume = Entry("2", "EL", "X", cite="89 FR 96837")
    silent = Entry("3", "SDN", "X")
    ended = Entry("4", "DPL", "X", listed=dt.date(2017, 1, 1), until=dt.date(2020, 1, 1))
    for entry in (dated, volume, silent):
        assert listed_on(entry, taken, taken) is YES
        assert listed_on(entry, taken, dt.date(2026, 11, 20)) is YES
    assert listed_on(dated, taken, dt.date(2012, 5, 9)) is NO
    assert listed_on(dated, taken, dt.date(2012, 5, 10)) is YES
    assert listed_on(volume, taken, dt.date(2023, 6, 1)) is NO
    assert listed_on(volume, taken, dt.date(2024, 6, 1)) is UNKNOWN
    assert listed_on(volume, taken, dt.date(2025, 6, 1)) is YES
    assert listed_on(silent, taken, dt.date(2023, 6, 1)) is UNKNOWN
    assert listed_on(ended, taken, taken) is NO


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(made.FILES)), st.data())
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    """Bytes changed, cut or added: entries, told faults, or one clear error; never a crash."""
    raw = bytearray(made.FILES[name].encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        kind = data.draw(st.sampled_from(("change", "cut", "add")))
        if kind == "change":
            raw[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del raw[at : at + data.draw(st.integers(1, 40))]
        else:
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=20))
        if not raw:
            break
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(bytes(raw))
    try:
        reading = read_file(path)
    except SourceError:
        return
    assert len(reading.entries) + len(reading.faults) >= 1
    assert all(entry.name for entry in reading.entries)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """Whatever a file holds, there is an answer."""
    path = tmp_path_factory.mktemp("any") / "list-2026-01-01.csv"
    path.write_bytes(raw)
    with contextlib.suppress(SourceError):
        read_file(path)
