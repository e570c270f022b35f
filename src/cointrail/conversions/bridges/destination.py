"""Whether a text has the form of an address of another chain: prefix, version, length and checksum.

bech32, bech32m and what segregated witness makes of them: BIP-173 and BIP-350. base58check: Bitcoin's, Ripple's with
its own alphabet. Cash addresses: the specification of Bitcoin Cash. Solana's addresses carry no checksum.
"""

import re
from collections.abc import Sequence
from hashlib import sha256

from cointrail.chains import parse_address

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
EVM = re.compile(r"0[xX][0-9a-fA-F]{40}")
POLYNOMIAL = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
CASH_POLYNOMIAL = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
OLD, NEW = 1, 0x2BC830A3  # the remainders of bech32 and of bech32m
DIGEST = 20  # bytes of a hashed key or script
ACCOUNTS = (20, 32)  # bytes of an account, of a contract or module
RADIX = 30  # bytes of an account, kind included
LONGEST, SHORTEST = 100, 8


def fits(text: str, forms: str) -> bool:
    """Whether a text is an address of one of the forms, which are separated by spaces.

    evm; bech32:PREFIX and bech32m:PREFIX of accounts; segwit:PREFIX; base58:VERSION in hexadecimal digits; base58plain;
    ripple; cashaddr:PREFIX, which the address itself may leave out.
    """
    return SHORTEST <= len(text) <= LONGEST and text.isascii() and any(_fits(text, form) for form in forms.split())


def plain(text: str) -> str:
    """An address as most write it: bech32 may also be in upper case, and is the same."""
    prefix = text.lower().rpartition("1")[0]
    return text.lower() if text.isupper() and any(_bech32(text, prefix, end) for end in (OLD, NEW)) else text


def _fits(text: str, form: str) -> bool:
    name, _, detail = form.partition(":")
    if name == "evm":
        return _evm(text)
    if name == "bech32":
        return _size(_bech32(text, detail, OLD)) in ACCOUNTS
    if name == "bech32m":
        return _size(_bech32(text, detail, NEW)) == RADIX
    if name == "segwit":
        return _segwit(text, detail)
    if name == "base58":
        return _checked(text, BASE58, bytes.fromhex(detail))
    if name == "ripple":
        return _checked(text, RIPPLE, b"\0")
    if name == "base58plain":
        return len(_base58(text, BASE58) or b"") == 32
    return name == "cashaddr" and _cash(text, detail)


def _evm(text: str) -> bool:
    if not EVM.fullmatch(text):
        return False
    try:
        return len(parse_address(text)) == DIGEST
    except ValueError:
        return False


def _segwit(text: str, prefix: str) -> bool:
    """Version 0 has the old checksum and 20 or 32 bytes, later ones the new checksum and 2 to 40."""
    old = _bech32(text, prefix, OLD)
    if old:
        return old[0] == 0 and _size(old[1:]) in (20, 32)
    new = _bech32(text, prefix, NEW)
    return bool(new) and 1 <= new[0] <= 16 and 2 <= _size(new[1:]) <= 40


def _bech32(text: str, prefix: str, remainder: int) -> list[int]:
    """The groups of five bits between prefix and checksum; none if it is not such a text."""
    if text not in (text.lower(), text.upper()):
        return []
    human, mark, data = text.lower().rpartition("1")
    values = [BECH32.find(character) for character in data]
    if not mark or human != prefix or len(values) < 6 or -1 in values:
        return []
    spread = [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human]
    return values[:-6] if _remainder(spread + values, POLYNOMIAL, 25) == remainder else []


def _cash(text: str, prefix: str) -> bool:
    """A version byte that says what is hashed and that it is 20 bytes, then the hash."""
    if text not in (text.lower(), text.upper()):
        return False
    values = [BECH32.find(character) for character in text.lower().removeprefix(f"{prefix}:")]
    if len(values) != 42 or -1 in values or values[0] not in (0, 1) or values[1] & 28:
        return False
    spread = [ord(c) & 31 for c in prefix] + [0]
    return _remainder(spread + values, CASH_POLYNOMIAL, 35) == 1


def _remainder(values: Sequence[int], polynomial: Sequence[int], bits: int) -> int:
    check = 1
    for value in values:
        top = check >> bits
        check = (check & ((1 << bits) - 1)) << 5 ^ value
        for place, word in enumerate(polynomial):
            check ^= word if top >> place & 1 else 0
    return check


def _size(groups: Sequence[int]) -> int:
    """How many bytes groups of five bits hold; -1 if what is left over is no padding of zeros."""
    left = len(groups) * 5 % 8
    padded = left < 5 and (not groups or not groups[-1] & ((1 << left) - 1))
    return len(groups) * 5 // 8 if padded else -1


def _checked(text: str, alphabet: str, version: bytes) -> bool:
    raw = _base58(text, alphabet)
    if raw is None or len(raw) != len(version) + DIGEST + 4 or not raw.startswith(version):
        return False
    return sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def _base58(text: str, alphabet: str) -> bytes | None:
    number = 0
    for character in text:
        place = alphabet.find(character)
        if place < 0:
            return None
        number = number * 58 + place
    leading = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(leading) + number.to_bytes((number.bit_length() + 7) // 8, "big")
