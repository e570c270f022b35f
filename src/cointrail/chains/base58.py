"""base58 and base58check: how Bitcoin, its kin, Tron and Ripple write addresses.

Sources: Bitcoin's reference implementation (base58.cpp); developers.tron.network (Account); xrpl.org (Base58
Encodings).
"""

from hashlib import sha256

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
CHECK_BYTES = 4


def encode(raw: bytes, alphabet: str = ALPHABET) -> str:
    """Bytes as digits of base 58; each zero byte in front is the digit zero."""
    number, digits = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = alphabet[digit] + digits
    return alphabet[0] * (len(raw) - len(raw.lstrip(b"\0"))) + digits


def decode(text: str, alphabet: str = ALPHABET) -> bytes | None:
    """The bytes of a text; None for one with other characters."""
    number = 0
    for character in text:
        place = alphabet.find(character)
        if place < 0:
            return None
        number = number * 58 + place
    leading = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(leading) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_checked(raw: bytes) -> str:
    """With the checksum behind: the first four bytes of the double SHA-256."""
    return encode(raw + _check(raw))


def decode_checked(text: str, alphabet: str = ALPHABET) -> bytes | None:
    """The bytes in front of the checksum; None where it does not fit."""
    raw = decode(text, alphabet)
    if raw is None or len(raw) <= CHECK_BYTES or _check(raw[:-CHECK_BYTES]) != raw[-CHECK_BYTES:]:
        return None
    return raw[:-CHECK_BYTES]


def _check(raw: bytes) -> bytes:
    return sha256(sha256(raw).digest()).digest()[:CHECK_BYTES]
