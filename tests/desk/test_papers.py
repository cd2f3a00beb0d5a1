"""Papers: filled from the book, honest about their gaps; bundles that anybody verifies."""

from __future__ import annotations

import io
import json
import tomllib
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse import counter
from ecluse.dates import parse_known
from ecluse.desk import reads
from ecluse.desk.intake import requests
from ecluse.desk.papers import bundle, office
from ecluse.desk.papers.form import FORMS, SOURCES, _read, as_data, as_text
from ecluse.desk.records import Entry
from ecluse.desk.requests import make
from ecluse.errors import BadMove, DeskError, InputError
from ecluse.lock import build
from tests.conftest import SHARED
from tests.desk.made import desk, entered, moved, real_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ecluse.desk.door import Desk
    from ecluse.desk.papers.form import Form

FACTS = """
end_use = "training and serving of language models for customers of a public cloud"
[applicant]
name = "NVIDIA Corporation"
address = "2788 San Tomas Expressway, Santa Clara"
ein = "00-0000000"
[contact]
name = "A. Person"
telephone = "+1 555 0100"
[application]
documents = ["technical specifications", "letter of explanation"]
[statement]
number = "EUS-1"
[buyer]
address = "Hangzhou 杭州"
[consignee]
address = "Hangzhou"
type = "direct consumer"
[end_user]
address = "Hangzhou"
[item]
app = "n/a"
schedule_b = "8473301180"
domestic_or_foreign = "F"
hazardous = "no"
[signer]
name = "An Officer, Vice President"
[shipment]
state_of_origin = "CA"
"""
LICENCE = """
[[paper]]
id = "LIC"
kind = "licence"
gate = "exporter"
status = "granted"
number = "D1234567"
issued = 2026-02-01
expires = 2030-02-28
quantity = 100000
value = "2700000000.00 USD"
items = ["H200"]
uses = ["commercial cloud"]
parties = ["Alibaba Group"]
holder = "NVIDIA Corporation"
"""


CERTIFIED = (
    "commercially_available_in_us",
    "performance_certified",
    "us_supply_certified",
    "foundry_capacity_certified",
    "prohibited_end_use_certified",
    "kyc_certified",
    "remote_users_disclosed",
    "weights_transfer_certified",
    "remote_access_certified",
    "third_party_tested",
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[tuple[Desk, Entry]]:
    """A desk with the line of the article, decided, and a licence for part of it."""
    with desk(tmp_path, LICENCE) as found:
        name = real_line(found)
        counter.check(found, name, "ana", build(), counter.When(known=parse_known("2026-01-24")))
        entry = reads.one(found, Entry, name)
        assert entry is not None
        yield found, entry


@pytest.mark.parametrize("kind", FORMS)
def test_every_form_is_sound(kind: str) -> None:
    """Labels, known sources, known needs; every field is either filled from somewhere or reserved."""
    table = _read(kind)
    assert table["title"]
    assert table["cite"]
    for row in table["fields"]:
        assert set(row) <= {"n", "label", "from", "need", "note"}, row
        assert all(path.split(".")[0] in SOURCES for path in row.get("from", ())), row
        need = row.get("need", "always")
        assert need == "always" or need.split(".")[0] in SOURCES, row
        assert row.get("from") or row.get("note") == "reserved", row


def test_the_licence_packet_has_the_blocks() -> None:
    """Blocks 1 to 25, with 22(a) to 22(j); the statement and the certifications J08 to J17 of the rule."""
    numbers = {row["n"] for row in _read("licence")["fields"]}
    assert {str(n) for n in range(1, 26)} - {"22"} <= numbers
    assert {f"22({letter})" for letter in "abcdefghij"} <= numbers
    certified = {row["n"] for row in _read("licence")["certify"]}
    assert {f"J{n:02}" for n in range(8, 18)} <= certified


@pytest.mark.skipif(not (SHARED / "fields").exists(), reason="shared papers are not beside this checkout")
def test_export_information_has_all_mandatory_fields() -> None:
    """As many mandatory fields as 15 CFR 30.6 lists, by number."""
    text = (SHARED / "fields" / "workflow-fields.yaml").read_text(encoding="utf-8")
    part = text.partition("mandatory:")[2].partition("conditional:")[0]
    numbers = {f"m{line.split('n: ')[1].split(',')[0]}" for line in part.splitlines() if "{n: " in line}
    assert len(numbers) == 28
    assert numbers <= {row["n"] for row in _read("eei")["fields"]}


def value(form: Form, label: str) -> str | None:
    """Give the value of a field by the start of its label."""
    return next(one.value for one in form.fields if one.label.startswith(label))


def test_gaps_are_named_and_nothing_is_made_up(book: tuple[Desk, Entry]) -> None:
    """Without the company's facts the packet says what is missing; a certification is never assumed."""
    found, entry = book
    form = office.form(found, entry, "licence", {})
    missing = {one.label for one in form.missing}
    assert not form.complete
    assert {"Contact person", "Applicant: employer identification number", "Signature: name and title"} <= missing
    assert all(one.value is None for one in form.certifications)
    assert "NOT COMPLETE" in as_text(form)
    assert value(form, "ECCN") == "4A090.a"
    assert value(form, "Total price") == "5,400,000,000.00"


def test_with_facts_and_certifications_it_is_complete(tmp_path: Path) -> None:
    """All blocks and all certifications known: complete, as text, JSON and PDF."""
    facts = tomllib.loads(FACTS)
    certified = dict.fromkeys(CERTIFIED, True)
    cap = '[[cap]]\nid = "cap"\nitems = ["H200"]\ndestinations = ["CN"]\nbase_destinations = ["US"]\nat_most = "1/2"\n'
    with desk(tmp_path, LICENCE + cap) as found:
        name = real_line(found)
        told = counter.check(found, name, "ana", build(), counter.When(known=parse_known("2026-01-24")))
        assert told.answer["ok"]
        entry = reads.one(found, Entry, name)
        assert entry is not None
        table = office.line_table(found, entry)
        table["facts"] = certified | {"us_units_shipped": 100000}
        raw = json.dumps(table, default=str).encode()
        other = json.loads(raw) | {"id": "PO-2/1"}
        line = counter.parse(json.dumps(other), build())
        assert found.one(counter.entering(line, json.dumps(other), "ana"))["ok"]
        counter.check(found, "PO-2/1", "ana", build(), counter.When(known=parse_known("2026-01-24")))
        entry = reads.one(found, Entry, "PO-2/1")
        assert entry is not None
        form = office.form(found, entry, "licence", facts)
        assert [one.label for one in form.missing] == []
        data = as_data(form)
        assert data["complete"]
        assert json.loads(office.written(found, entry, "licence", ".json", facts)) == data
        fpdf = pytest.importorskip("fpdf", reason="PDF IS NOT TESTED: fpdf2 is not installed")
        assert fpdf
        pdf = office.written(found, entry, "licence", ".pdf", facts)
        assert pdf.startswith(b"%PDF")
        text = _text_of(pdf)
        assert "Complete: every field that is needed is filled." in text
        for told_text in ("22(a)", "4A090.a", "NVIDIA Corporation", "[U+676D]", "J17", "5,400,000,000.00"):
            assert told_text in text, told_text


def _text_of(pdf: bytes) -> str:
    pypdf = pytest.importorskip("pypdf", reason="the text of PDF IS NOT TESTED: pypdf is not installed")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_a_broken_cap_is_not_certified(tmp_path: Path) -> None:
    """J11 follows from the desk's own balances; broken, or not fixed, it is missing."""
    cap = '[[cap]]\nid = "cap"\nitems = ["H200"]\ndestinations = ["CN"]\nbase_destinations = ["US"]\nat_most = "1/2"\n'
    with desk(tmp_path, cap) as found:
        name = real_line(found)
        counter.check(found, name, "ana", build(), counter.When(known=parse_known("2026-01-24")))
        entry = reads.one(found, Entry, name)
        assert entry is not None

        def certified() -> str | None:
            form = office.form(found, entry, "licence", {})
            return next(one.value for one in form.certifications if one.number == "J11")

        assert "0 TPP reserved or shipped" in str(certified())
        found.one(make("tally", "t", "sam", amounts={"cap:base": 10_000}, reason="x"))
        found.one(make("reserve", "h", "sam", draws={"cap:capped": 5_000}))
        found.one(make("correct", "c", "sam", amounts={"cap:base": -1_000}, reason="x"))
        assert certified() is None


def test_statement_invoice_and_export_information(book: tuple[Desk, Entry]) -> None:
    """Computers under a licence need the statement; the invoice has the ECCN's paragraph; the licence code is C30."""
    found, entry = book
    statement = office.form(found, entry, "statement", {})
    assert value(statement, "Needed for this line") == "yes: computers under a licence, at any value"
    invoice = office.form(found, entry, "invoice", {})
    assert value(invoice, "ECCN") == "4A090.a"
    assert invoice.says.startswith("These items are controlled by the U.S. Government")
    assert value(invoice, "Licence number") == "D1234567"
    eei = office.form(found, entry, "eei", {})
    assert value(eei, "Licence code") == "C30"
    assert value(eei, "Licence number") == "D1234567"
    assert value(eei, "State of origin") is None
    notice = office.form(found, entry, "notice", {})
    assert value(notice, "Special purpose") == "NAC Notification"


def test_z_comes_first(tmp_path: Path) -> None:
    """15 CFR 758.1(g)(5): for items of a .z paragraph the description starts with .z."""
    with desk(tmp_path, "") as found:
        name = real_line(found)
        entry = reads.one(found, Entry, name)
        assert entry is not None
        table = office.line_table(found, entry)
        table["item"]["eccn_base"] = "5A992"
        table["id"] = "PO-Z/1"
        text = json.dumps(table, default=str)
        assert found.one(counter.entering(counter.parse(text, build()), text, "ana"))["ok"]
        counter.check(found, "PO-Z/1", "ana", build(), counter.When(known=parse_known("2026-01-24")))
        entry = reads.one(found, Entry, "PO-Z/1")
        assert entry is not None
        form = office.form(found, entry, "eei", {})
        assert str(value(form, "Commodity description")).startswith(".z ")
        assert ".z" in str(value(form, "ECCN"))


def test_the_memo_is_that_of_the_decision(book: tuple[Desk, Entry]) -> None:
    """Told when it was made, stored with it, and named by its digest."""
    found, entry = book
    memo = office.memo(found, entry)
    assert str(entry.decision) in memo
    assert "15 CFR" in memo
    assert "2026-01-24" in memo


def test_no_paper_without_a_decision(tmp_path: Path) -> None:
    """A line that nobody has decided has no papers yet."""
    with desk(tmp_path) as found:
        entered(found, "PO/1")
        entry = reads.one(found, Entry, "PO/1")
        assert entry is not None
        with pytest.raises(BadMove, match="ecluse desk check"):
            office.form(found, entry, "licence", {})


def made_bundle(book: tuple[Desk, Entry], key: bytes | None = None) -> bytes:
    """Give the bundle of the article's order."""
    found, entry = book
    moved(found, entry.id, "held", "ana", "wait")
    return office.record_bundle(found, entry.order_id, tomllib.loads(FACTS), key)


def changed(raw: bytes, name: str, change: Any) -> bytes:  # noqa: ANN401 - a function of bytes, or None to leave out
    """Give a bundle with one member changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(out, "w") as after:
        for info in before.infolist():
            body = before.read(info)
            if info.filename == name:
                body = change(body)
            if body is not None:
                after.writestr(info.filename, body)
    return out.getvalue()


def test_a_bundle_verifies_by_itself(book: tuple[Desk, Entry]) -> None:
    """Whole and unaltered, with texts, decision, papers and events; the same record gives the same members."""
    raw = made_bundle(book)
    checked = bundle.verify(raw)
    assert checked.faults == ()
    assert checked.events >= 3
    names = set(zipfile.ZipFile(io.BytesIO(raw)).namelist())
    assert {"manifest.json", "events.ndjson", "lines.json", "papers/1-licence.json", "papers/1-memo.txt"} <= names
    digests = [name for name in names if name.startswith("documents/")]
    assert len(digests) >= 2


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("papers/1-memo.txt", lambda body: body + b".", "altered"),
        ("papers/1-memo.txt", lambda _: None, "missing"),
        ("events.ndjson", lambda body: body.replace(b'"actor":"ana"', b'"actor":"rob"'), "altered"),
    ],
)
def test_an_altered_bundle_is_seen(book: tuple[Desk, Entry], name: str, change: Any, said: str) -> None:  # noqa: ANN401
    """A member altered, left out, or an event told otherwise."""
    faults = bundle.verify(changed(made_bundle(book), name, change)).faults
    assert any(said in fault for fault in faults)


def test_a_flipped_byte_does_not_verify(book: tuple[Desk, Entry], tmp_path: Path) -> None:
    """Bytes that no longer fit the archive's own checksum are an altered bundle, not an unreadable file."""
    from ecluse.cli import main

    raw = made_bundle(book)
    for info in zipfile.ZipFile(io.BytesIO(raw)).infolist():
        spoiled = bytearray(raw)
        spoiled[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 1
        path = tmp_path / "bundle.zip"
        path.write_bytes(spoiled)
        assert main(["desk", "verify-bundle", str(path)]) == 1, info.filename


def test_events_told_otherwise_are_seen_even_with_a_new_manifest(book: tuple[Desk, Entry]) -> None:
    """Whoever writes the manifest anew still has to break the hashes of the events."""
    import hashlib

    raw = changed(made_bundle(book), "events.ndjson", lambda body: body.replace(b'"actor":"ana"', b'"actor":"rob"'))
    events = zipfile.ZipFile(io.BytesIO(raw)).read("events.ndjson")

    def manifest(body: bytes) -> bytes:
        table = json.loads(body)
        table["files"]["events.ndjson"] = hashlib.sha256(events).hexdigest()
        return json.dumps(table).encode()

    faults = bundle.verify(changed(raw, "manifest.json", manifest)).faults
    assert any("its row was altered" in fault for fault in faults)


def test_a_sealed_bundle(book: tuple[Desk, Entry]) -> None:
    """The seal vouches for the manifest; another key, or a manifest written anew, does not verify."""
    key = b"0123456789abcdef0123456789abcdef"
    raw = made_bundle(book, key)
    assert bundle.verify(raw, key).sealed
    assert "was not checked" in bundle.verify(raw).remarks[0]
    with pytest.raises(DeskError, match="not that of this key"):
        bundle.verify(raw, b"another key of thirty-two bytes!")
    with pytest.raises(DeskError, match="altered after it was sealed"):
        bundle.verify(changed(raw, "manifest.json", lambda body: body.replace(b"2026", b"2027", 1)), key)


@given(st.binary(max_size=200))
def test_rubbish_is_no_bundle(raw: bytes) -> None:
    """It is refused as input, whatever it is."""
    with pytest.raises(InputError, match="not a record bundle"):
        bundle.verify(raw)


def test_bundle_of_an_order_that_is_not_there(tmp_path: Path) -> None:
    """It says so."""
    with desk(tmp_path, "") as found, pytest.raises(BadMove, match="no line of that order"):
        office.record_bundle(found, "PO-9", {})


def test_papers_are_taken_in_with_their_file(tmp_path: Path) -> None:
    """The file of papers is itself kept by its digest."""
    with desk(tmp_path, "") as found:
        found.ask(*requests(LICENCE, "x", "sam", "p"))
        assert ("paper",) in found.rows("SELECT kind FROM document")
