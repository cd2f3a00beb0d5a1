"""The clerk on the wire: many at once, rubbish, documents, threads; on both databases."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.desk import door, reads, store
from ecluse.desk.audit import verify
from ecluse.desk.chain import sha256
from ecluse.desk.clerk import SOCKET, Caller, Clerk, Writer, frame, unframe
from ecluse.desk.requests import Request, make
from ecluse.desk.store.base import told
from ecluse.errors import DeskError, InputError
from tests.desk.made import desk
from tests.desk.test_crowd import filled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ecluse.desk.store.base import Store
    from tests.desk.server import Server


@contextmanager
def served(at: str, path: Path) -> Iterator[None]:
    """Run a clerk in a thread."""
    ready, kept = threading.Event(), []

    def run() -> None:
        with door.sole_writer(at) as writer:
            kept.append(Clerk(writer, path))
            ready.set()
            kept[0].serve()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        kept[0].stop()
        thread.join()


@given(
    st.binary(max_size=50).filter(lambda raw: b"\n" not in raw),
    st.lists(st.tuples(st.text("abc", min_size=1), st.binary())),
)
def test_frames_come_back(raw: bytes, documents: list[tuple[str, bytes]]) -> None:
    """A request and its documents arrive as they were sent."""
    request = Request(raw, tuple(documents))
    sent = frame(request)
    assert struct.unpack(">I", sent[:4])[0] == len(sent) - 4
    assert unframe(sent[4:]) == request


def test_a_door_finds_its_clerk(tmp_path: Path) -> None:
    """While a clerk holds the folder, a desk opened there asks through it, documents and all."""
    desk(tmp_path).close()
    at = str(tmp_path / "desk")
    with served(at, tmp_path / "desk" / SOCKET), door.open_desk(at) as found:
        body = b"letter\nof two lines"
        asked = make("file", "f1", "sam", kind="letter", document=sha256(body), documents=(("letter", body),))
        assert found.one(asked)["ok"]
        assert reads.document(found, sha256(body)) == body
        with pytest.raises(InputError, match="is not a field"):
            found.one(Request(b'{"do":"void","id":"x","by":"sam","hold":"h"}'))
        with pytest.raises(DeskError, match="another process is its writer"), door.sole_writer(at):
            pass


def test_rubbish_on_the_line(tmp_path: Path) -> None:
    """Whatever comes in is answered with an error, or hung up on; others are served on."""
    desk(tmp_path).close()
    path = tmp_path / "desk" / SOCKET
    with served(str(tmp_path / "desk"), path), closing(Caller(path)) as caller:
        for raw in (b"", b"{}", b"\xff\xfe", b"[1]", b'{"do":"reserve"}', b"{" * 5000, b'{"do":"void"}\nx !!!'):
            assert told(caller.ask([Request(raw)])[0])["error"] == "input"
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as rude:
            rude.connect(str(path))
            rude.sendall(struct.pack(">I", 2**31) + b"x")
            rude.settimeout(5)
            assert rude.recv(1) == b""
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as silent:
            silent.connect(str(path))
            silent.sendall(b"\0\0")
        answer = told(caller.ask([make("reserve", "h", "sam", draws={"LIC:quantity": 1})])[0])
        assert answer["ok"]


def test_many_requests_in_one_call_answer_in_order(tmp_path: Path) -> None:
    """Pipelined, each gets its own answer."""
    desk(tmp_path).close()
    path = tmp_path / "desk" / SOCKET
    with served(str(tmp_path / "desk"), path), closing(Caller(path)) as caller:
        many = [make("reserve", f"h{n}", "sam", draws={"LIC:quantity": 1}) for n in range(300)]
        answers = [told(raw) for raw in caller.ask(many)]
        assert [answer["ok"] for answer in answers] == [True] * 100 + [False] * 200
        assert [answer["seq"] for answer in answers] == list(range(answers[0]["seq"], answers[0]["seq"] + 300))


def test_a_clerk_for_a_database(postgres_server: Server, tmp_path: Path) -> None:
    """The same, in front of PostgreSQL, beside somebody who writes directly."""
    at = postgres_server.fresh("clerk")
    store.create(at)
    with closing(store.connect(at)) as direct:
        filled(direct)
        with served(at, tmp_path / "s"), closing(Caller(tmp_path / "s")) as caller:
            through = caller.ask([make("reserve", f"c{n}", "sue", draws={"q": 1}) for n in range(100)])
            beside = direct.ask([make("reserve", f"d{n}", "sue", draws={"q": 1}) for n in range(100)])
        assert sum(bool(told(raw)["ok"]) for raw in through + beside) == 150
        assert verify(direct).faults == ()


def test_threads_share_one_writer(tmp_path: Path) -> None:
    """Eight threads, one queue: sums agree; an error of the store reaches the thread that asked."""
    desk(tmp_path).close()
    with closing(store.connect(str(tmp_path / "desk"))) as kept:
        writer, given = Writer(kept), []

        def ask(number: int) -> None:
            for n in range(30):
                answer = told(writer.ask([make("reserve", f"t{number}-{n}", "sam", draws={"LIC:quantity": 1})])[0])
                given.append(answer["ok"])

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(given), sum(given)) == (240, 100)
        assert writer.ask([]) == []
        writer.close()
        assert verify(kept).faults == ()


def test_accounts_kept_in_memory_never_outlive_another_writer(tmp_path: Path) -> None:
    """What a store remembers of accounts is dropped as soon as another connection has written."""
    desk(tmp_path).close()
    at = str(tmp_path / "desk")
    with closing(store.connect(at)) as one, closing(store.connect(at)) as two:

        def ask(through: Store, name: str, amount: int) -> bool:
            asked = make("reserve", name, "sam", draws={"LIC:quantity": amount})
            return bool(told(through.ask([asked])[0])["ok"])

        assert ask(one, "a1", 40)
        assert ask(one, "a2", 10)
        assert ask(two, "b1", 45)
        assert not ask(one, "a3", 6)
        assert ask(one, "a4", 5)
        assert not ask(two, "b2", 1)
        assert verify(one).faults == ()
