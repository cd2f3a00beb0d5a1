"""The chain of events: each link hashes the stored bytes of its own row and the hash before it.

Nothing is serialised again to be verified: what was written is what is hashed. A chain alone shows
only partial edits, since whoever can write the file can hash its tail anew; so its head is signed
and kept elsewhere (`checkpoint`).
"""

from __future__ import annotations

import hashlib
import json
import struct
from typing import TYPE_CHECKING, NamedTuple

from ecluse.desk.records import START, Event

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_NUMBERS = struct.Struct(">qq")
_LENGTHS = struct.Struct(">IIII")


def canonical(data: object) -> bytes:
    """Give the one text of plain data: sorted keys, no spaces, UTF-8. No floats."""
    return _ENCODE(data).encode()


def sha256(raw: bytes) -> str:
    """Give a digest as text."""
    return hashlib.sha256(raw).hexdigest()


def link(event: tuple[int, str, int, str, str, str | None, bytes, bytes], prev: bytes) -> bytes:
    """Give the hash of an event: (seq, id, recorded_at, actor, kind, about, request, body_sha256)."""
    seq, name, recorded_at, actor, kind, about, request, body_sha256 = event
    texts = (name.encode(), actor.encode(), kind.encode(), b"" if about is None else b"=" + about.encode())
    return hashlib.sha256(
        b"".join(
            (
                prev,
                _NUMBERS.pack(seq, recorded_at),
                _LENGTHS.pack(*map(len, texts)),
                *texts,
                request,
                body_sha256,
            )
        )
    ).digest()


def body_of(request: bytes, answer: bytes) -> bytes:
    """Give what is stored of an event: asked and answered, byte for byte."""
    return b'{"asked":' + request + b',"answered":' + answer + b"}"


def answer_in(body: bytes) -> bytes:
    """Give the answer inside a stored body, byte for byte."""
    asked = b'{"asked":'
    try:
        _, end = json.JSONDecoder().raw_decode(body.decode(), len(asked))
    except ValueError:
        return b"{}"
    rest = body.decode()[end:]
    return rest.removeprefix(',"answered":').removesuffix("}").encode()


def asked_in(body: bytes) -> bytes:
    """Give the request inside a stored body, byte for byte."""
    text = body.decode()
    _, end = json.JSONDecoder().raw_decode(text, len('{"asked":'))
    return text[len('{"asked":') : end].encode()


class Break(NamedTuple):
    """Where the chain does not hold, and how."""

    seq: int
    says: str


def faults(events: Iterable[Event], known: dict[int, bytes]) -> Iterable[Break]:
    """Walk the chain from its start: gaps, altered rows, and heads that differ from those `known`."""
    prev, seq, recorded = START.hash, 0, 0
    for event in events:
        if event.seq != seq + 1:
            yield Break(event.seq, f"the event after {seq} is numbered {event.seq}; events are missing or were added")
        seq = event.seq
        if event.prev != prev:
            yield Break(seq, "it does not follow the event before it")
        if event.body is not None and hashlib.sha256(event.body).digest() != event.body_sha256:
            yield Break(seq, "its body was altered")
        row = (seq, event.id, event.recorded_at, event.actor, event.kind, event.about, event.request)
        if link((*row, event.body_sha256), event.prev) != event.hash:
            yield Break(seq, "its row was altered")
        if event.recorded_at < recorded:
            yield Break(seq, "it is recorded before the event that it follows")
        if seq in known and known[seq] != event.hash:
            yield Break(seq, "the checkpoint signed for it has another hash: the chain was written anew")
        prev, recorded = event.hash, event.recorded_at
    for number in sorted(known):
        if number > seq:
            yield Break(number, f"a checkpoint was signed for it, but the chain ends at {seq}: its tail was cut off")
