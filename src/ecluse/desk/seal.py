"""Checkpoints: the head of the chain, signed, to be kept where the desk's keepers cannot write.

Ed25519 where the key is one (PEM; needs `cryptography`), else HMAC-SHA256 with the bytes of the key
file. The key should not lie on the machine that keeps the desk.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from ecluse.desk.chain import canonical
from ecluse.errors import DeskError, InputError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

LEAST_KEY = 16


def sign(seq: int, head: bytes, at: str, key: bytes) -> dict[str, object]:
    """Make a checkpoint: the signed statement that the chain's event `seq` has the hash `head`."""
    if len(key) < LEAST_KEY:
        message = f"a key of {len(key)} bytes; at least {LEAST_KEY} random bytes, or an Ed25519 key in PEM."
        raise InputError(message)
    table: dict[str, object] = {"seq": seq, "head": head.hex(), "at": at}
    if key.startswith(b"-----BEGIN"):
        private = _private(key)
        public = private.public_key().public_bytes_raw()
        signed = table | {"scheme": "ed25519", "key": public.hex()}
        return signed | {"signature": private.sign(canonical(signed)).hex()}
    signed = table | {"scheme": "hmac-sha256", "key": _name(key)}
    return signed | {"signature": hmac.new(key, canonical(signed), hashlib.sha256).hexdigest()}


def check(checkpoint: object, key: bytes | None) -> tuple[int, bytes]:
    """Give the event number and the hash that a checkpoint vouches for.

    `key` is the HMAC secret, or the Ed25519 public key (PEM, or 32 bytes as hex). Raises DeskError
    where the signature is not good, InputError where it is no checkpoint.
    """
    try:
        table = dict(checkpoint)  # type: ignore[call-overload]
        signature = bytes.fromhex(str(table.pop("signature")))
        seq, head = int(table["seq"]), bytes.fromhex(str(table["head"]))
        scheme = table["scheme"]
    except (TypeError, ValueError, KeyError):
        message = (
            "not a checkpoint: expected seq, head, at, scheme, key, signature, as `ecluse desk verify --sign` writes."
        )
        raise InputError(message) from None
    if key is None:
        message = f"checkpoint {seq}: no key was given, so its signature proves nothing; name one with --key."
        raise DeskError(message)
    good = _good(str(scheme), key, signature, canonical(table))
    if not good:
        message = (
            f"checkpoint {seq}: its signature is not that of this key; the file was altered, or it is another desk's."
        )
        raise DeskError(message)
    return seq, head


def _good(scheme: str, key: bytes, signature: bytes, signed: bytes) -> bool:
    if scheme == "hmac-sha256":
        return hmac.compare_digest(hmac.new(key, signed, hashlib.sha256).digest(), signature)
    if scheme != "ed25519":
        message = f"a checkpoint signed by {scheme!r}; known are ed25519 and hmac-sha256."
        raise InputError(message)
    public = _public(key)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra; `_public` says so

    try:
        public.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _curve() -> tuple[ModuleType, ModuleType]:
    """Bring in Ed25519 and the reading of keys. Raises DeskError where the library is missing."""
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    except ImportError:
        message = "Ed25519 needs the library cryptography: install ecluse[seal], or use a key of random bytes (HMAC)."
        raise DeskError(message) from None
    return serialization, ed25519


def _private(key: bytes) -> Any:  # noqa: ANN401 - the library is an extra, and so are its types
    serialization, ed25519 = _curve()
    try:
        found = serialization.load_pem_private_key(key, password=None)
    except (ValueError, TypeError) as problem:
        message = f"the key cannot be read: {problem}."
        raise InputError(message) from None
    if not isinstance(found, ed25519.Ed25519PrivateKey):
        message = "the key is no Ed25519 private key."
        raise InputError(message)
    return found


def _public(key: bytes) -> Any:  # noqa: ANN401 - as above
    serialization, ed25519 = _curve()
    try:
        if b"PRIVATE" in key:
            return _private(key).public_key()
        if key.startswith(b"-----BEGIN"):
            found = serialization.load_pem_public_key(key)
            if isinstance(found, ed25519.Ed25519PublicKey):
                return found
        return ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.decode().strip()))
    except ValueError:
        message = "the key is no Ed25519 public key: expected PEM, or 64 hex digits."
        raise InputError(message) from None


def _name(key: bytes) -> str:
    """Name a secret without giving it away."""
    return hashlib.sha256(b"ecluse checkpoint key" + key).hexdigest()[:16]


def read(path: Path, key: bytes | None) -> tuple[int, bytes]:
    """Read a checkpoint file and check its signature."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        message = f"{path}: cannot be read as a checkpoint ({problem})."
        raise InputError(message) from None
    return check(table, key)
