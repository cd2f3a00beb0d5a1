"""The record of one order in one file, which anybody verifies without the desk.

A zip with everything kept of the order, the events that speak of it as they are chained, and a
manifest of digests. Digests prove that the bundle is whole and unaltered; that nothing was left out
of it is proved by the checkpoints of the desk it came from.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from ecluse.desk import seal
from ecluse.desk.chain import canonical, link
from ecluse.errors import DeskError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecluse.desk.records import Event

MANIFEST, EVENTS, SEAL = "manifest.json", "events.ndjson", "seal.json"
LARGEST, MOST_FILES = 500_000_000, 5_000
# One fixed time for every member, so that the same record gives the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def event_row(event: Event) -> dict[str, Any]:
    """Give an event with its stored bytes as hex, so that its hash can be worked out anew."""
    return {
        "seq": event.seq,
        "id": event.id,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "kind": event.kind,
        "about": event.about,
        "request": event.request.hex(),
        "body": None if event.body is None else bytes(event.body).decode(),
        "body_sha256": event.body_sha256.hex(),
        "prev": event.prev.hex(),
        "hash": event.hash.hex(),
    }


def write(order: str, head: tuple[int, bytes], at: str, events: Sequence[Event], files: Mapping[str, bytes],
          key: bytes | None = None) -> bytes:  # fmt: skip
    """Give the bundle of an order. `head` is the end of the desk's chain; `key` seals the manifest."""
    every = dict(files) | {EVENTS: b"\n".join(canonical(event_row(event)) for event in events) + b"\n"}
    manifest = canonical(
        {
            "order": order,
            "made_at": at,
            "head": {"seq": head[0], "hash": head[1].hex()},
            "files": {name: hashlib.sha256(body).hexdigest() for name, body in sorted(every.items())},
        }
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        _member(bundle, MANIFEST, manifest)
        for name, body in sorted(every.items()):
            _member(bundle, name, body)
        if key is not None:
            signed = seal.sign(head[0], hashlib.sha256(manifest).digest(), at, key)
            _member(bundle, SEAL, canonical(signed))
    return out.getvalue()


def _member(bundle: zipfile.ZipFile, name: str, body: bytes) -> None:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    bundle.writestr(info, body)


class Checked(NamedTuple):
    """What a bundle was found to be."""

    order: str
    files: int
    events: int
    sealed: bool
    faults: tuple[str, ...]
    remarks: tuple[str, ...]


def verify(raw: bytes, key: bytes | None = None) -> Checked:
    """Check a bundle by itself. Raises InputError where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as bundle:
            members = bundle.infolist()
            if len(members) > MOST_FILES or sum(one.file_size for one in members) > LARGEST:
                message = f"a bundle of more than {MOST_FILES:,} files or {LARGEST:,} bytes unpacked; refused."
                raise InputError(message)
            names = [one.filename for one in members]
            files, spoiled = _unpacked(bundle, members)
        if MANIFEST in spoiled:
            message = "its manifest was altered: the bytes do not fit their checksum."
            raise DeskError(message)
        manifest = json.loads(files[MANIFEST])
        listed = dict(manifest["files"])
        order, head = str(manifest["order"]), manifest["head"]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, NotImplementedError, EOFError) as problem:
        message = f"not a record bundle: {problem}. Expected a zip that `ecluse desk papers --kind bundle` wrote."
        raise InputError(message) from None
    found = [f"{name} stands in it twice" for name in sorted(set(names)) if names.count(name) > 1]
    found += [f"{name} is not in the manifest" for name in sorted(set(files) - set(listed) - {MANIFEST, SEAL})]
    for name, digest in sorted(listed.items()):
        if name in spoiled:
            found.append(f"{name} was altered")
        elif name not in files:
            found.append(f"{name} is missing")
        elif hashlib.sha256(files[name]).hexdigest() != digest:
            found.append(f"{name} was altered")
    events, faults = _events(files.get(EVENTS, b""), int(head["seq"]))
    sealed, said = _seal(files, key)
    return Checked(order, len(listed), events, sealed, tuple(found + faults), (said,) if said else ())


def _unpacked(bundle: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> tuple[dict[str, bytes], set[str]]:
    """Give the files of a bundle, and the names of those whose bytes do not fit their checksum."""
    files: dict[str, bytes] = {}
    spoiled: set[str] = set()
    for one in members:
        try:
            files[one.filename] = bundle.read(one)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            spoiled.add(one.filename)
    return files, spoiled


def _events(raw: bytes, last: int) -> tuple[int, list[str]]:
    """Work out the hash of each event anew from its stored bytes."""
    found, count, before = [], 0, 0
    for text in raw.splitlines():
        try:
            row = json.loads(text)
            body = None if row["body"] is None else row["body"].encode()
            told = (row["seq"], row["id"], row["recorded_at"], row["actor"], row["kind"], row["about"])
            request, digest = bytes.fromhex(row["request"]), bytes.fromhex(row["body_sha256"])
            made = link((*told, request, digest), bytes.fromhex(row["prev"]))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            found.append(f"event row {count + 1} cannot be read ({problem})")
            continue
        count += 1
        if body is not None and hashlib.sha256(body).digest() != digest:
            found.append(f"event {row['seq']}: its body was altered")
        if made.hex() != row["hash"]:
            found.append(f"event {row['seq']}: its row was altered")
        if not before < row["seq"] <= last:
            found.append(f"event {row['seq']}: out of order, or past the end that the manifest names")
        before = row["seq"]
    return count, found


def _seal(files: Mapping[str, bytes], key: bytes | None) -> tuple[bool, str]:
    if SEAL not in files:
        return False, "it bears no seal: digests prove it whole, not who made it"
    if key is None:
        return False, "it bears a seal, which was not checked: name the key with --key"
    _, digest = seal.check(json.loads(files[SEAL]), key)
    if digest != hashlib.sha256(files[MANIFEST]).digest():
        message = "the seal is that of another manifest: the manifest was altered after it was sealed."
        raise DeskError(message)
    return True, ""
