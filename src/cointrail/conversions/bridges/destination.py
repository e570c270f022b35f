"""Whether a text has the form of an address of another chain: prefix, version, length and checksum.

Solana's addresses carry no checksum.
"""

import re

from cointrail.chains import base58, bech32, parse_address

EVM = re.compile(r"0[xX][0-9a-fA-F]{40}")
DIGEST = 20  # bytes of a hashed key or script
ACCOUNTS = (20, 32)  # bytes of an account, of a contract or module
RADIX = (30,)  # bytes of an account, kind included
ENDS = (bech32.OLD, bech32.NEW)
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
    return text.lower() if text.isupper() and bech32.decode(text, prefix)[1] in ENDS else text


def _fits(text: str, form: str) -> bool:
    name, _, detail = form.partition(":")
    if name == "evm":
        return _evm(text)
    if name in ("bech32", "bech32m"):
        groups, remainder = bech32.decode(text, detail)
        raw = bech32.to_bytes(groups) if remainder == (bech32.OLD if name == "bech32" else bech32.NEW) else None
        return raw is not None and len(raw) in (ACCOUNTS if name == "bech32" else RADIX)
    if name == "segwit":
        return bech32.decode_segwit(text, detail) is not None
    if name == "base58":
        return _checked(text, base58.ALPHABET, bytes.fromhex(detail))
    if name == "ripple":
        return _checked(text, base58.RIPPLE, b"\0")
    if name == "base58plain":
        return len(base58.decode(text) or b"") == 32
    if name == "cashaddr":
        told = bech32.decode_cash(text, detail)
        return told is not None and len(told[1]) == DIGEST
    return False


def _evm(text: str) -> bool:
    if not EVM.fullmatch(text):
        return False
    try:
        return len(parse_address(text)) == DIGEST
    except ValueError:
        return False


def _checked(text: str, alphabet: str, version: bytes) -> bool:
    raw = base58.decode_checked(text, alphabet)
    return raw is not None and raw.startswith(version) and len(raw) == len(version) + DIGEST
