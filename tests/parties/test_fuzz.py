"""Whatever a list holds it is read or refused, and no party in it is lost without a word; whatever a name is."""

from __future__ import annotations

import csv
import html
import io
import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.errors import SourceError
from ecluse.parties import names, screen
from ecluse.parties.chinese import renderings
from ecluse.parties.readers import read_file, read_folder
from ecluse.parties.readers.ecfr import split_entity
from ecluse.parties.readers.rows import clean
from tests.parties import made

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ecluse.parties.readers.rows import Reading

    # A party as drawn: its name, and its other names.
    Party = tuple[str, list[str]]

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Letters of every script, marks, blanks, signs that formats are written with; no control marks, which XML forbids.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\u2028\u2029")
)
NAME = st.one_of(
    st.sampled_from(
        ["-0-", "", " ", "n/a", "A", "名", "Muster Chip Works Co., Ltd.", "x" * 1_200, '"', "<b>&amp;", "a;b"]
    ),
    TEXT.filter(lambda text: len(text) < 60),
)
PARTIES = st.lists(st.tuples(NAME, st.lists(NAME, max_size=3)), max_size=6)


def rows(cells: list[list[str]], delimiter: str = ",") -> str:
    """A CSV as programs write it."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(cells)
    return out.getvalue()


def joined(parties: list[Party]) -> str:
    """The joined lines."""
    return "".join(
        json.dumps({"id": f"csl-{at}", "list": "EL", "name": name, "aliases": others}, ensure_ascii=at % 2 == 0) + "\n"
        for at, (name, others) in enumerate(parties)
    )


def consolidated(parties: list[Party]) -> str:
    """The Consolidated Screening List as JSON."""
    found = [
        {"id": str(at), "source": "Entity List (EL)", "name": name, "alt_names": others}
        for at, (name, others) in enumerate(parties)
    ]
    return json.dumps({"search_performed_at": "2026-07-31", "results": found})


def consolidated_csv(parties: list[Party]) -> str:
    """The Consolidated Screening List as CSV."""
    head = ["source", "name", "alt_names"]
    return rows([head, *(["Unverified List (UVL)", name, "; ".join(others)] for name, others in parties)])


def sdn_xml(parties: list[Party]) -> str:
    """OFAC's XML."""
    told = "".join(
        f"<sdnEntry><uid>{at}</uid><lastName>{escape(name)}</lastName><akaList>"
        + "".join(f"<aka><lastName>{escape(other)}</lastName></aka>" for other in others)
        + "</akaList></sdnEntry>"
        for at, (name, others) in enumerate(parties)
    )
    return f"<sdnList>{told}</sdnList>"


def united_nations(parties: list[Party]) -> str:
    """The UN's XML."""
    told = "".join(
        f"<ENTITY><FIRST_NAME>{escape(name)}</FIRST_NAME><REFERENCE_NUMBER>Q{at}</REFERENCE_NUMBER>"
        + "".join(f"<ENTITY_ALIAS><ALIAS_NAME>{escape(other)}</ALIAS_NAME></ENTITY_ALIAS>" for other in others)
        + "</ENTITY>"
        for at, (name, others) in enumerate(parties)
    )
    return f'<CONSOLIDATED_LIST dateGenerated="2026-02-27"><ENTITIES>{told}</ENTITIES></CONSOLIDATED_LIST>'


def european(parties: list[Party]) -> str:
    """The EU's CSV: a row a name."""
    found = [[f"{at}", one] for at, (name, others) in enumerate(parties) for one in (name, *others)]
    return rows([["Entity_LogicalId", "NameAlias_WholeName"], *found], ";")


def british(parties: list[Party]) -> str:
    """The UK's CSV: a row a name."""
    found = [[f"R{at}", one] for at, (name, others) in enumerate(parties) for one in (name, *others)]
    return "Report Date: 12-Nov-2025\r\n" + rows([["Unique ID", "Name 6"], *found])


def ministry(parties: list[Party]) -> str:
    """The ministry's transcription as JSON."""
    found = [
        {"id": f"m{at}", "entity_name": name, "aliases": others, "list_id": "cn-attention-list"}
        for at, (name, others) in enumerate(parties)
    ]
    return json.dumps(found)


def transcribed(parties: list[Party]) -> str:
    """Our own transcription as CSV."""
    found = [["CN-EC", name, "; ".join(others), "2026-01-01"] for name, others in parties]
    return rows([["list", "name", "chinese", "date"], *found])


def military(parties: list[Party]) -> str:
    """Section 1260H as CSV."""
    return rows([["name", "aliases", "date"], *([name, "; ".join(others), "2026-06-10"] for name, others in parties)])


def ecfr(parties: list[Party]) -> str:
    """A supplement of the eCFR: one row a party, without aliases, as a cell holds them in free text."""
    told = "".join(
        f"<TR><TD>RUSSIA</TD><TD>{html.escape(name)}</TD><TD>All items</TD><TD>Denial</TD><TD>87 FR 1</TD></TR>"
        for name, _ in parties
    )
    return f'<DIV9 N="Supplement No. 4 to Part 744"><TABLE>{told}</TABLE></DIV9>'


FORMATS: dict[str, Callable[[list[Party]], str]] = {
    "joined-2026-07-31.jsonl": joined,
    "csl.json": consolidated,
    "csl-2026-07-31.csv": consolidated_csv,
    "sdn.xml": sdn_xml,
    "un.xml": united_nations,
    "eu.csv": european,
    "uk.csv": british,
    "mofcom.json": ministry,
    "china-2026-06-29.csv": transcribed,
    "1260h.csv": military,
    "ecfr-744.xml": ecfr,
}


def read(folder: Path, name: str, text: str) -> Reading | None:
    """Read a file of a text; None where it is refused, with its name."""
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    try:
        return read_file(path)
    except SourceError as refused:
        if name not in str(refused):
            pytest.fail(f"a refusal that does not name the file: {refused}")
        return None


@pytest.mark.parametrize("name", FORMATS)
@FUZZ
@given(parties=PARTIES)
def test_no_party_is_lost_without_a_word(tmp_path: Path, name: str, parties: list[Party]) -> None:
    """Every party drawn is an entry with its names, or its row is told; a file of no entry is refused."""
    reading = read(tmp_path, name, FORMATS[name](parties))
    if reading is None:
        grouped = name in ("eu.csv", "uk.csv")
        assert not any(usable(one) for first, others in parties for one in ((first, *others) if grouped else (first,)))
        return
    held = {one for entry in reading.entries for one in entry.names}
    found = 0
    for first, others in parties:
        there = [one for one in (first, *others) if usable(one)]
        if name == "ecfr-744.xml":
            found += usable(first)
            continue
        if usable(first) or (there and name in ("eu.csv", "uk.csv")):
            found += 1
            pieces = [str(clean(part)) for one in there for part in parts(name, one, first) if clean(part)]
            assert set(pieces) <= held
    told = len(reading.faults) + reading.duplicates
    assert len(reading.entries) >= found - told
    lost = sum(not usable(first) for first, _ in parties)
    assert name in ("eu.csv", "uk.csv", "ecfr-744.xml", "csl-2026-07-31.csv", "1260h.csv") or told >= lost


def usable(text: str) -> bool:
    """Is a text a name: not what lists write for nothing, and no longer than a name is?"""
    said = clean(text)
    return said is not None and len(said) <= 1_000


def parts(name: str, text: str, first: str) -> list[str]:
    """The names that one text gives: other names that are joined by semicolons come apart at them."""
    if text is not first and name in ("csl-2026-07-31.csv", "china-2026-06-29.csv", "1260h.csv"):
        return [part for part in text.split(";") if usable(part)]
    return [text]


@st.composite
def spoiled(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file with pieces cut out, doubled, put in or exchanged."""
    raw = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        end = min(len(raw), at + draw(st.integers(0, 40)))
        match draw(st.sampled_from(("cut", "put", "double", "off"))):
            case "cut":
                del raw[at:end]
            case "put":
                raw[at:at] = draw(
                    st.binary(max_size=6) | st.sampled_from([b"<", b">", b'"', b"\x00", b"\xff\xfe", b"[[", b"]]>"])
                )
            case "double":
                raw[at:at] = raw[at:end]
            case _:
                del raw[at:]
    return bytes(raw)


@pytest.mark.parametrize("name", made.FILES)
@FUZZ
@given(data=st.data())
def test_a_spoiled_list_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    """No file ends the program; a refusal names the file, and what was read is whole entries."""
    path = tmp_path / name
    path.write_bytes(data.draw(spoiled(made.FILES[name].encode())))
    try:
        reading = read_file(path)
    except SourceError as refused:
        assert name in str(refused)  # noqa: PT017 - either way is right
        return
    for entry in reading.entries:
        assert entry.name
        assert all(entry.aliases)
        assert entry.digest


@FUZZ
@given(data=st.data())
def test_a_spoiled_trio_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """OFAC's three files likewise, and the folder that they lie in."""
    for name, text in (("sdn.csv", made.SDN_CSV), ("add.csv", made.ADD_CSV), ("alt.csv", made.ALT_CSV)):
        (tmp_path / name).write_bytes(data.draw(spoiled(text.encode())))
    (tmp_path / "manifest.json").write_text(
        '{"files": [{"file": "sdn.csv", "fetched": "2026-07-31"}]}', encoding="utf-8"
    )
    try:
        snapshot = read_folder(tmp_path)
    except SourceError:
        return
    assert snapshot.entries


SIGNS = "aeiouKLMNst.,;:()-/&'\" \n\t0123456789\u200b\u202e\u0301\u0430\u0435\u043e\u0440\uff08\uff09\ufb01\ufdfa\u00df"
HAN = "華為技术有限公司第二十研究所"
ODD = st.text(st.sampled_from(SIGNS + HAN) | st.characters(codec="utf-8"), max_size=120)
WORST = [
    "a" + " " * 990 + "b", "a a.k.a. " * 110, "(" * 1_000, "(a" * 500, "abcd ltd" + "\n" * 900 + "x", "a.k" * 300,
    "第" + "零一" * 495 + "所", "中" * 1_000, "华为技术有限公司" * 120, "a," * 500, "a" + "\u0301" * 999, "ﷺ" * 1_000,
    "obshchestvo s ogran " * 50, "limited liability " * 55, "x, 12 abc " * 100, "\u200b" * 1_000, "a" * 5_000_000,
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ODD, st.sampled_from((None, "CN", "RU")))
def test_any_name_takes_the_whole_path(text: str, country: str | None) -> None:
    """Read, folded, cut, rendered, screened: an answer each time, scores in order, reasons with each."""
    parsed = names.parse(text[: names.LONGEST])
    assert parsed.glued == "".join(parsed.tokens)
    assert len(names.readings(text)) <= names.MOST_READINGS
    assert all(isinstance(one.text, str) for one in renderings(text))
    split_entity(text)
    hits = screen.lists().screen(text, country)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.reasons and 0 <= hit.score <= 1 for hit in hits)


@pytest.mark.parametrize("text", WORST, ids=range(len(WORST)))
def test_the_worst_names_end(text: str) -> None:
    """Names made to keep patterns busy are answered like any other; the suite would stand still otherwise."""
    hits: Any = screen.lists().screen(text, None)
    assert isinstance(hits, tuple)
    split_entity(text[:20_000])
    names.published(text[:20_000])
