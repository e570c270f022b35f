"""Addresses of Tron: those of its virtual machine, 20 bytes, written in base58check behind the byte 0x41.

Source: developers.tron.network (Account address format).
"""

from cointrail.chains import base58

VERSION = b"\x41"
ADDRESS_BYTES = 20


def address(raw: bytes) -> str:
    """An address as Tron writes it, from its 20 bytes."""
    return base58.encode_checked(VERSION + raw)


def parse(text: str) -> bytes | None:
    """The 20 bytes of an address written T... or in hexadecimal digits that begin with 41; None if it is none."""
    if len(text) == 2 + 2 * ADDRESS_BYTES and text[:2] == VERSION.hex():
        try:
            return bytes.fromhex(text[2:])
        except ValueError:
            return None
    raw = base58.decode_checked(text) if text[:1] == "T" else None
    return raw[1:] if raw is not None and raw[:1] == VERSION and len(raw) == 1 + ADDRESS_BYTES else None
