"""The record: attacks on it are seen, the past is told, retention moves, erasure leaves the digest."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.desk import reads, retention, seal
from ecluse.desk.audit import verify
from ecluse.desk.chain import answer_in, asked_in, body_of, link
from ecluse.desk.door import open_desk
from ecluse.desk.records import Account, Dossier, Event
from ecluse.desk.requests import make
from ecluse.desk.store import postgres, sqlite
from ecluse.errors import DeskError, InputError
from tests.desk.made import desk, moved, released, reserve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ecluse.desk.door import Desk
    from tests.desk.server import Server

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a desk in which something took place, closed."""
    with desk(tmp_path) as found:
        released(found, "PO/1")
        reserve(found, "h1", "PO/1", 20)
        found.one(make("post", "s1", "sam", reservation="h1", quantity=15))
        reserve(found, "h2", "PO/1", 5)
    return tmp_path / "desk" / sqlite.FILE


def tampered(file: Path, *statements: str) -> sqlite3.Connection:
    """Write past the guards, as somebody with the file can."""
    connection = sqlite3.connect(file, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for statement in statements:
        connection.execute(statement)
    return connection


ATTACKS = {
    "an amount": "UPDATE account SET posted = posted - 1 WHERE name = 'LIC:quantity'",
    "a movement": "UPDATE movement SET d_posted = d_posted - 1 WHERE d_posted > 0",
    "a movement and its account": "UPDATE movement SET d_posted = 14 WHERE d_posted = 15",
    "a hold": "UPDATE reservation SET state = 'voided', posted = NULL WHERE id = 'h1'",
    "an answer": "UPDATE event SET body = replace(body, '\"ok\":true', '\"ok\":false') WHERE kind = 'decide'",
    "who did it": "UPDATE event SET actor = 'rob' WHERE kind = 'decide'",
    "when": "UPDATE event SET recorded_at = recorded_at - 86400000000 WHERE kind = 'post'",
    "an event less": "DELETE FROM event WHERE kind = 'decide'",
    "the last event": "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
    "a limit": "UPDATE account SET cap = 1000, top = 1000 WHERE name = 'LIC:quantity'",
    "a state": "UPDATE entry SET state = 'closed'",
    "an analyst": "UPDATE entry SET analyst = 'rob'",
    "a document": "UPDATE document SET body = 'other' WHERE kind = 'line'",
    "a breach hidden": "UPDATE account SET top = 1, cap = 1 WHERE name = 'LIC:quantity'",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_seen(file: Path, name: str) -> None:
    """Whatever is altered in the file, past its guards, does not verify."""
    tampered(file, ATTACKS[name]).close()
    with closing(sqlite.Reader(file.parent)) as store:
        assert verify(store).faults


def test_untouched_it_verifies(file: Path) -> None:
    """The same desk without an attack."""
    with closing(sqlite.Reader(file.parent)) as store:
        assert verify(store).faults == ()


@pytest.mark.parametrize(
    "statement", ["UPDATE event SET actor = 'x'", "DELETE FROM event", "UPDATE movement SET d_posted = 0",
                  "DELETE FROM movement", "DELETE FROM document", "UPDATE document SET body = 'x'"]
)  # fmt: skip
def test_guards_refuse(file: Path, statement: str) -> None:
    """Even past the program, the database refuses to alter what was recorded."""
    with closing(sqlite3.connect(file)) as connection, pytest.raises(sqlite3.IntegrityError, match=r"never|digest"):
        connection.execute(statement)


def test_guards_refuse_in_postgres(postgres_server: Server) -> None:
    """As above, on the server."""
    import psycopg

    address = postgres_server.fresh("guards")
    postgres.create(address)
    store = postgres.PostgresStore(address)
    store.ask([make("person", "p", "sue", name="sue", roles=["supervisor"])])
    store.close()
    for statement in ("UPDATE event SET actor = 'x'", "DELETE FROM event", "TRUNCATE event", "DELETE FROM movement"):
        with psycopg.connect(address) as connection, pytest.raises(psycopg.errors.RaiseException, match="never"):
            connection.execute(statement.encode())


def rewritten(file: Path, last: int) -> None:
    """Alter the last k events and hash the tail anew, as whoever can write the file can."""
    connection = tampered(file)
    rows = [Event(*row) for row in connection.execute("SELECT * FROM event ORDER BY seq").fetchall()]
    prev = rows[-last - 1].hash
    for event in rows[-last:]:
        row = (event.seq, event.id, event.recorded_at, "mallory", event.kind, event.about, event.request)
        made = link((*row, event.body_sha256), prev)
        connection.execute(
            "UPDATE event SET actor = 'mallory', prev = ?, hash = ? WHERE seq = ?", (prev, made, event.seq)
        )
        prev = made
    connection.execute("UPDATE head SET hash = ?", (prev,))
    connection.close()


def test_a_tail_hashed_anew_is_caught_by_a_checkpoint(file: Path) -> None:
    """The chain alone holds again; the signed head, kept elsewhere, does not."""
    store = sqlite.Reader(file.parent)
    seq, head = store.rows("SELECT seq, hash FROM head")[0]
    signed = seal.sign(int(seq), bytes(head), "2026-11-25T00:00:00Z", KEY)
    known = dict([seal.check(signed, KEY)])
    assert verify(store, known).faults == ()
    store.close()
    rewritten(file, 3)
    store = sqlite.Reader(file.parent)
    assert not [fault for fault in verify(store, replay=False).faults if "event" in fault]
    assert any("written anew" in fault for fault in verify(store, known, replay=False).faults)
    store.close()


def test_a_tail_cut_off_is_caught_by_a_checkpoint(file: Path) -> None:
    """A copy of the file from before is not taken for the desk."""
    with closing(sqlite.Reader(file.parent)) as store:
        assert any("cut off" in fault for fault in verify(store, {10**6: b"x"}, replay=False).faults)


def ed25519() -> tuple[bytes, bytes]:
    """Give a private and a public key in PEM."""
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, public


@pytest.mark.parametrize("keys", [lambda: (KEY, KEY), ed25519], ids=["hmac", "ed25519"])
def test_checkpoints(keys: Callable[[], tuple[bytes, bytes]]) -> None:
    """A checkpoint vouches for what it signed; any change, and any other key, is refused."""
    private, public = keys()
    signed = seal.sign(7, b"h" * 32, "2026-11-25T00:00:00Z", private)
    assert seal.check(signed, public) == (7, b"h" * 32)
    for change in ({"seq": 8}, {"head": "00"}, {"at": "2026-11-26T00:00:00Z"}):
        with pytest.raises(DeskError, match="altered"):
            seal.check(signed | change, public)
    other = keys()[1] if private != KEY else b"another secret of some length"
    with pytest.raises(DeskError, match="altered"):
        seal.check(signed, other)
    with pytest.raises(DeskError, match="no key"):
        seal.check(signed, None)
    bad: object
    for bad in ({}, [], signed | {"signature": "zz"}):
        with pytest.raises(InputError, match="not a checkpoint"):
            seal.check(bad, public)


texts = st.text(max_size=20)


@given(st.dictionaries(texts, st.integers() | texts, max_size=4), st.dictionaries(texts, texts, max_size=3))
def test_a_body_gives_back_its_bytes(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    """What was asked and answered comes back byte for byte, whatever stands in it."""
    first, second = (json.dumps(one, ensure_ascii=False).encode(errors="replace") for one in (asked, answered))
    body = body_of(first, second)
    assert (asked_in(body), answer_in(body)) == (first, second)


def test_every_moment_of_the_past_is_told(tmp_path: Path) -> None:
    """As of any event, the balance is what it was then; what was written down later is known only later."""
    with desk(tmp_path) as found:
        released(found, "PO/1")
        moments = []

        def note() -> None:
            account = reads.one(found, Account, "LIC:quantity")
            assert account is not None
            moments.append((found.rows("SELECT recorded_at FROM head")[0][0], account.pending, account.posted))

        steps = [
            lambda: reserve(found, "h1", "PO/1", 20),
            lambda: found.one(make("post", "s1", "sam", reservation="h1", quantity=15)),
            lambda: reserve(found, "h2", "PO/1", 5),
            lambda: found.one(make("void", "v1", "sam", reservation="h2")),
            lambda: found.one(make("correct", "c1", "sam", amounts={"LIC:quantity": -2}, reason="came back")),
        ]
        for step in steps:
            assert step()["ok"]  # type: ignore[no-untyped-call]
            note()
        account = reads.one(found, Account, "LIC:quantity")
        assert account is not None
        for at, pending, posted in moments:
            assert reads.as_of(found, account, at, at) == (pending, posted)
            assert reads.balances(found, at, at, "LIC:quantity")[0].posted == posted
        then = moments[1][0]
        late = make("correct", "c2", "sam", amounts={"LIC:quantity": 3}, reason="counted", at=then)
        assert found.one(late)["ok"]
        assert reads.as_of(found, account, then, then)[1] == 15
        assert reads.as_of(found, account, then)[1] == 18


days = st.dates().map(str)


@given(st.lists(st.tuples(st.sampled_from(["exported_on", "reexported_on", "terminated_on"]), days), min_size=1))
def test_a_record_is_kept_five_years_after_the_latest(events: list[tuple[str, str]]) -> None:
    """In whatever order they become known, the latest counts; a hold stands above all."""
    row = Dossier("PO", None, None, None, "[]", None)
    for name, day in events:
        row = retention.with_day(row, name, day)
    latest = max(day for _, day in events)
    assert retention.latest(row) == latest
    until = retention.keep_until(row)
    assert until is not None
    assert int(until[:4]) == int(latest[:4]) + 5
    assert retention.objection(row, until) is not None
    assert retention.objection(row, "9999-12-31x") is None
    held = Dossier("PO", *(row.exported_on, row.reexported_on, row.terminated_on), '["BIS"]', None)
    assert "BIS" in str(retention.objection(held, "9999-12-31x"))


def test_february_29() -> None:
    """Five years after a leap day is the first of March."""
    assert retention.keep_until(Dossier("PO", "2024-02-29", None, None, "[]", None)) == "2029-03-01"


def test_erasure_leaves_the_digest(tmp_path: Path) -> None:
    """Not before its time, not under a hold; then the documents go, and the chain still holds."""

    def erase(found: Desk, name: str) -> dict[str, Any]:
        return found.one(make("erase", name, "sue", order="PO", today="2026-11-25", reason="its time is over"))

    with desk(tmp_path) as found:
        released(found, "PO/1")
        reserve(found, "h1", "PO/1", 50)
        found.one(make("post", "s1", "sam", reservation="h1"))
        moved(found, "PO/1", "closed", "sam")
        assert "kept until" in erase(found, "e1")["says"]
    connection = sqlite3.connect(tmp_path / "desk" / sqlite.FILE, isolation_level=None)
    connection.execute("UPDATE dossier SET exported_on = '2020-01-01'")
    connection.close()
    with open_desk(str(tmp_path / "desk")) as found:
        found.one(make("hold", "a1", "sam", order="PO", agency="BIS", reason="letter"))
        assert "BIS" in erase(found, "e2")["says"]
        found.one(make("lift", "a2", "sue", order="PO", agency="BIS", reason="letter"))
        assert erase(found, "e3")["ok"]
        rows = found.rows("SELECT body FROM document WHERE order_id = 'PO'")
        assert rows
        assert all(row == (None,) for row in rows)
        verdict = verify(found)
        assert verdict.faults == ()
        assert any("was erased" in remark for remark in verdict.remarks)
        with pytest.raises(InputError, match="erased with its record"):
            reserve(found, "h1", "PO/1", 50)


def test_found_by_party_country_and_document(tmp_path: Path) -> None:
    """15 CFR 762.5(c): by a party, a country, a document's number."""
    with desk(tmp_path) as found:
        released(found, "PO/1")
        body = b"statement"
        from ecluse.desk.chain import sha256

        kept = make("file", "f1", "sam", order="PO", kind="statement.pdf", document=sha256(body), number="EUS-77",
                    documents=(("statement.pdf", body),))  # fmt: skip
        assert found.one(kept)["ok"]
        assert reads.find(found, "party", "bytedance") == ["PO"]
        assert reads.find(found, "country", "CN") == ["PO"]
        assert reads.find(found, "country", "C") == []
        assert reads.find(found, "document", "eus-77") == ["PO"]
        assert reads.find(found, "party", "Tencent") == []
        assert reads.document(found, sha256(body)) == body
        missing = make("file", "f2", "sam", order="PO", kind="x", document="0" * 64)
        assert "did not come along" in found.one(missing)["says"]


def test_what_a_paper_says_of_a_balance_is_compared(tmp_path: Path) -> None:
    """An outside figure that differs is written down with both."""
    with desk(tmp_path) as found:
        answer = found.one(make("assert", "b1", "sam", account="LIC:quantity", posted=12, said_by="BIS letter"))
        assert (answer["agrees"], answer["ours"], answer["theirs"]) == (False, 0, 12)
