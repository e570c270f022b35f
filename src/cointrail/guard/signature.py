"""Signatures as Safe contracts read them: 65 bytes each, of a kind that `v` says (GnosisSafe.checkSignatures)."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from eth_hash.auto import keccak

from cointrail.guard.hashing import eth_signed

SIZE = 65
MOST = 200  # signatures that are looked at: no Safe has as many owners
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1
Method = Literal["eip712", "eth_sign", "approved_hash", "contract", "invalid"]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature; `tail` is what a contract signature carries behind the 65 bytes of all."""

    r: bytes
    s: bytes
    v: int
    tail: bytes = b""

    @property
    def method(self) -> Method:
        """How the contract will check it."""
        if self.v == 0:
            return "contract"
        if self.v == 1:
            return "approved_hash"
        if self.v in (27, 28):
            return "eip712"
        return "eth_sign" if self.v in (31, 32) else "invalid"

    @property
    def named(self) -> bytes | None:
        """The owner whom a contract signature or an approved hash names; None if it names none."""
        return self.r[12:] if self.v in (0, 1) and not any(self.r[:12]) else None

    def recover(self, safe_tx_hash: bytes) -> bytes | None:
        """The address whose key signed the hash, None where there is none. Only for signatures by a key."""
        if self.method == "eth_sign":
            return recover(eth_signed(safe_tx_hash), self.r, self.s, self.v - 31)
        return recover(safe_tx_hash, self.r, self.s, self.v - 27) if self.method == "eip712" else None

    def recover_digest(self, digest: bytes) -> bytes | None:
        """The address whose key signed these 32 bytes themselves."""
        return recover(digest, self.r, self.s, (self.v - 27) % 4) if self.v in (27, 28, 31, 32) else None


def parse(raw: bytes) -> Signature:
    """One signature with its tail; ValueError where there are fewer than 65 bytes, or more than its kind has."""
    if len(raw) < SIZE:
        raise ValueError(f"a signature of {len(raw)} bytes; one has {SIZE}")
    found = Signature(raw[:32], raw[32:64], raw[64], raw[SIZE:])
    if found.tail and found.method != "contract":
        raise ValueError(f"a signature of {len(raw)} bytes; one by a key has {SIZE}")
    return found


def split(raw: bytes) -> list[bytes]:
    """The signatures of a joined field, each with its tail. ValueError where they do not fill it.

    What contract signatures carry stands behind all 65-byte parts, at the offsets in their `s`.
    """
    found: list[bytes] = []
    end = len(raw)
    at = 0
    while at < end:
        if at + SIZE > len(raw) or len(found) >= MOST:
            raise ValueError(f"{len(raw)} bytes of signatures, which is no whole number of them")
        part = raw[at : at + SIZE]
        if part[64] == 0:
            offset = int.from_bytes(part[32:64], "big")
            if not at + SIZE <= offset <= len(raw) - 32:
                raise ValueError("a contract signature that points outside the signatures")
            size = int.from_bytes(raw[offset : offset + 32], "big")
            if size > len(raw) - offset - 32:
                raise ValueError("a contract signature that is longer than the signatures")
            end = min(end, offset)
            part += raw[offset : offset + 32 + size]
        found.append(part)
        at += SIZE
    return found


def recover(digest: bytes, r: bytes, s: bytes, parity: int) -> bytes | None:
    """The address whose key signed 32 bytes, as the EVM's ecrecover gives it; None where that gives none."""
    if parity not in (0, 1) or not (0 < int.from_bytes(r, "big") < ORDER and 0 < int.from_bytes(s, "big") < ORDER):
        return None
    public = _quick(digest, r, s, parity) if _library() is not None else _plain(digest, r, s, parity)
    if public is None:
        return None
    address: bytes = keccak(public)
    return address[12:]


@cache
def _library() -> Any:
    """The library in C; None where it has no wheel for this Python: that in Python is a hundred times slower."""
    return import_module("coincurve").PublicKey if find_spec("coincurve") is not None else None


def _quick(digest: bytes, r: bytes, s: bytes, parity: int) -> bytes | None:
    """The 64 bytes of the public key, by the library in C."""
    try:
        key = _library().from_signature_and_message(r + s + bytes([parity]), digest, hasher=None)
    except Exception:  # it raises its bare Exception where there is no such point
        return None
    return bytes(key.format(compressed=False)[1:])


def _plain(digest: bytes, r: bytes, s: bytes, parity: int) -> bytes | None:
    """The same by the library in Python."""
    from eth_keys.backends.native.main import NativeECCBackend
    from eth_keys.datatypes import Signature as Key

    try:
        signature = Key(r + s + bytes([parity]), backend=NativeECCBackend())
        return bytes(signature.recover_public_key_from_msg_hash(digest).to_bytes())
    except Exception:  # bad signatures are of several kinds there
        return None
