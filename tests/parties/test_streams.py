"""Lists are read as streams: what is held stays small however large the file; what has no end is refused."""

from __future__ import annotations

import gzip
import itertools
import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.errors import SourceError
from ecluse.parties.readers import read_file, source
from tests.parties import made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS, FAT = 240, "x" * 50_000
# What a reader may hold at most, in bytes: a tenth of the files below.
MOST = ROWS * len(FAT) // 10


def _joined() -> Iterator[str]:
    for at in range(ROWS):
        row = {"id": f"csl-{at}", "list": "EL", "name": f"Works {at}", "remarks": FAT}
        yield json.dumps(row) + "\n"


def _results() -> Iterator[str]:
    yield '{"search_performed_at": "2026-07-31T00:00:00Z", "results": ['
    for at in range(ROWS):
        row = {"id": str(at), "source": "Entity List (EL)", "name": f"Works {at}", "remarks": FAT}
        yield ("," if at else "") + json.dumps(row, indent=1)
    yield "]}"


def _ministry() -> Iterator[str]:
    yield "["
    for at in range(ROWS):
        row = {"entity_name": f"Works {at}", "list_id": "cn-attention-list", "id": str(at), "reason": FAT}
        yield ("," if at else "") + json.dumps(row)
    yield "]"


def _table(header: str, row: str) -> Iterator[str]:
    yield header + "\n"
    for at in range(ROWS):
        yield row.format(at=at, fat=FAT) + "\n"


def _xml() -> Iterator[str]:
    yield "<sdnList><publshInformation><Publish_Date>07/31/2026</Publish_Date></publshInformation>"
    for at in range(ROWS):
        yield f"<note>{FAT}</note><sdnEntry><uid>{at}</uid><lastName>Works {at}</lastName>"
        yield f"<remarks>{FAT}</remarks></sdnEntry>"
    yield "</sdnList>"


def _ecfr() -> Iterator[str]:
    yield '<DIV9 N="Supplement No. 4 to Part 744"><HEAD>Supplement No. 4 to Part 744</HEAD><TABLE>'
    for at in range(ROWS):
        cells = ("RUSSIA", f"Works {at}", "All items", "Denial", "87 FR 1")
        yield f"<P>{FAT}</P><TR>" + "".join(f"<TD>{cell}</TD>" for cell in cells) + "</TR>"
    yield "</TABLE></DIV9>"


FILES = {
    "joined-2026-07-31.jsonl": _joined,
    "csl.json": _results,
    "mofcom.json": _ministry,
    "csl.csv": lambda: _table("source,name,remarks", "Entity List (EL),Works {at},{fat}"),
    "eu.csv": lambda: _table("Entity_LogicalId;NameAlias_WholeName;Remark", "{at};Works {at};{fat}"),
    "uk.csv": lambda: _table("Report Date: 12-Nov-2025\nUnique ID,Name 6,Other Information", "R{at},Works {at},{fat}"),
    "1260h.csv": lambda: _table("name,aliases,remarks", "Works {at},,{fat}"),
    "china-2026-06-29.csv": lambda: _table(
        "list,name,chinese,date,remarks", "CN-EC,Works {at},厂{at},2026-01-01,{fat}"
    ),
    "sdn.xml": _xml,
    "ecfr.xml": _ecfr,
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_held_stays_small(tmp_path: Path, name: str, *, packed: bool) -> None:
    """A list of twelve million characters is read whole, and no more than a tenth of it is ever in memory."""
    path = tmp_path / (f"{name}.gz" if packed else name)
    with gzip.open(path, "wt", encoding="utf-8") if packed else path.open("w", encoding="utf-8") as file:
        file.writelines(FILES[name]())
    tracemalloc.start()
    try:
        reading = read_file(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [entry.name for entry in reading.entries] == [f"Works {at}" for at in range(ROWS)]
    assert peak < MOST


ENDLESS = {
    "line.jsonl": ('{"id": "csl-1", "list": "EL", "name": "A"}\n{"name": "', "a line of more than"),
    "value.json": ('{"results": [{"name": "', "a value of more than"),
    "line.csv": ("name,aliases\nA,", "a line of more than"),
    "cell.xml": ("<DIV9 N='Supplement No. 4 to Part 744'><TABLE><TR><TD>", "without an end"),
    "comment.xml": ("<DIV9 N='Supplement No. 4 to Part 744'><!--", "without an end"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_has_no_end_is_refused(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line, a value, a cell, a comment that goes on for ever is refused, and soon."""
    begin, why = ENDLESS[name]
    path = tmp_path / name
    path.write_text(begin + "y" * 6_000_000, encoding="utf-8")
    with pytest.raises(SourceError, match=why):
        read_file(path)
    monkeypatch.setattr(source, "LARGEST", 1_000_000)
    with pytest.raises(SourceError, match=r"larger than 1,000,000 bytes"):
        read_file(path)


def test_a_deep_tree_is_refused(tmp_path: Path) -> None:
    """Elements within elements without end are no list."""
    path = tmp_path / "deep.xml"
    path.write_text("<sdnList>" + "<a>" * 5_000, encoding="utf-8")
    with pytest.raises(SourceError, match="deep"):
        read_file(path)


def test_other_supplements_are_not_taken_for_the_entity_list(tmp_path: Path) -> None:
    """Supplement 5 stands between 4 and 6, and has tables of its own."""
    path = tmp_path / "ecfr-744.xml"
    head = '<DIV9 N="Supplement No. {} to Part 744">'
    other = f"{head.format(5)}<TABLE><TR><TD>Step</TD><TD>Procedure of the committee</TD></TR></TABLE></DIV9>"
    mark = '<DIV9 N="Supplement No. 6'
    path.write_text(made.ECFR_XML.replace(mark, other + mark), encoding="utf-8")
    assert "Procedure of the committee" not in {entry.name for entry in read_file(path).entries}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=6,
    ),
    st.integers(1, 9),
    st.sampled_from((None, 1)),
)
def test_values_one_by_one_are_the_values(values: list[object], block: int, indent: int | None) -> None:
    """Wherever the pieces are cut, the values of an array are those that it holds."""
    text = json.dumps(values, indent=indent)
    pieces = (text[at : at + block] for at in itertools.count(0, block))

    class Cut:
        def read(self, _: int) -> str:
            return next(pieces)

    cursor = source._Cursor(Cut(), "cut.json")  # type: ignore[arg-type]  # noqa: SLF001 - the cursor itself is tried
    assert [value for _, value in cursor.values()] == values
