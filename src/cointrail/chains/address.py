"""Addresses and transaction hashes: from text to bytes, and those of EVM chains back, with the EIP-55 check."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from eth_hash.auto import keccak

from cointrail.chains import bitcoin, tron
from cointrail.errors import InputError

ADDRESS_DIGITS = 40
HASH_DIGITS = 64

PREFIXES = ("0x", "0X", "\\x", "\\X")  # the second pair is how PostgreSQL prints bytes
QUOTES = "'\"`"
WRAPPING = QUOTES + ",; \t\r\n\ufeff"  # what surrounds a value that was copied out of a list
HEX = re.compile(r"[0-9a-fA-F]*")


def parse_address(text: str) -> bytes:
    """The 20 bytes of an address written as 0x… or \\x….

    All lower case and all upper case are taken as they are; mixed case must carry the checksum of EIP-55.
    Quotes, spaces and commas around it are ignored. Raises InputError otherwise.
    """
    digits = _digits(text, ADDRESS_DIGITS, "an address")
    raw = bytes.fromhex(digits)
    if digits != digits.lower() and digits != digits.upper() and digits != _mixed(digits.lower()):
        raise InputError(f"address {_quote(text)} fails its checksum (EIP-55): copy it again or use lower case")
    return raw


def parse_any(text: str) -> bytes:
    """The 20 bytes that stand for an address of any chain.

    0x… is one of EVM chains, T… one of Tron (which are the same 20 bytes); those of Bitcoin and its kin, in any of
    their forms, stand for the digest of their script; `script:…` is such a digest. Raises InputError otherwise.
    """
    value = text.strip(WRAPPING)
    if value.startswith(PREFIXES):
        return parse_address(text)
    if (raw := tron.parse(value)) is not None:
        return raw
    if (script := bitcoin.parse(value)) is not None:
        return owner_key(script)
    if value.startswith(bitcoin.NO_ADDRESS):
        return bytes.fromhex(
            _digits(f"0x{value.removeprefix(bitcoin.NO_ADDRESS)}", ADDRESS_DIGITS, "a script's digest")
        )
    raise InputError(f"{_quote(text)} is not an address of a chain that is known, or a character of it is wrong")


def family_of(text: str) -> str:
    """Of which kind of chains an address is that `parse_any` takes: "evm", "tron" or "utxo"."""
    value = text.strip(WRAPPING)
    if value.startswith(PREFIXES):
        return "evm"
    return "tron" if tron.parse(value) is not None else "utxo"


def asset_key(text: str) -> str:
    """The key of an asset that a user wrote: of a contract (0x… or Tron's T…) 0x and 40 lower-case digits, else as it
    is. InputError for a broken contract."""
    raw = tron.parse(text.strip(WRAPPING))
    if raw is not None:
        return format_address(raw)
    return format_address(parse_address(text)) if text[:2].lower() == "0x" else text


def owner_key(script: bytes) -> bytes:
    """The 20 bytes that stand for whoever can spend by a script: the beginning of its SHA-256."""
    return sha256(script).digest()[: ADDRESS_DIGITS // 2]


def parse_hash(text: str) -> bytes:
    """The 32 bytes of a transaction's hash or id, written as 0x…, \\x… or digits alone; raises InputError otherwise."""
    value = text.strip(WRAPPING)
    plain = len(value) == HASH_DIGITS and HEX.fullmatch(value)
    return bytes.fromhex(_digits(f"0x{value}" if plain else text, HASH_DIGITS, "a transaction hash"))


def format_address(raw: bytes) -> str:
    """The address as 0x and 40 lower-case digits."""
    return "0x" + raw.hex()


def checksum_address(raw: bytes) -> str:
    """The address as 0x and 40 digits whose case is the checksum of EIP-55."""
    return "0x" + _mixed(raw.hex())


def read_addresses(argument: str, parse: Callable[[str], bytes] = parse_any) -> list[bytes]:
    """The addresses a user named: one address, or `@file` with one a line; `parse` says which are taken.

    Blank lines, `#` comments, quotes and commas at the end are ignored; a repeated address counts once, at its first
    place. Raises InputError that names the file and the line.
    """
    return _read(argument, parse, "addresses")


def read_hashes(argument: str) -> list[bytes]:
    """The transaction hashes a user named, with the rules of `read_addresses`."""
    return _read(argument, parse_hash, "transaction hashes")


def _read(argument: str, parse: Callable[[str], bytes], what: str) -> list[bytes]:
    if not argument.startswith("@"):
        return [parse(argument)]
    path = Path(argument[1:])
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a text file"
        raise InputError(f"cannot read {what} from {path}: {reason}; give a text file with one a line") from error
    found: dict[bytes, None] = {}
    for number, line in enumerate(lines, start=1):
        value = line.split("#", 1)[0].strip(WRAPPING)
        if not value:
            continue
        try:
            found[parse(value)] = None
        except InputError as error:
            raise InputError(f"{path}, line {number}: {error}") from error
    if not found:
        raise InputError(f"{path} names no {what}: write one a line")
    return list(found)


def _digits(text: str, count: int, what: str) -> str:
    value = text.strip(WRAPPING)
    digits = value[2:]
    if not value.startswith(PREFIXES) or len(digits) != count or not HEX.fullmatch(digits):
        raise InputError(f"{_quote(text)} is not {what}: write 0x and {count} hexadecimal digits")
    return digits


def _mixed(digits: str) -> str:
    # EIP-55: a letter is upper case where the digit of the hash at its place is 8 or more.
    marks = keccak(digits.encode("ascii")).hex()
    return "".join(d.upper() if mark >= "8" else d for d, mark in zip(digits, marks, strict=False))


def _quote(text: str) -> str:
    # Hostile input can be long and hold control characters; a message is one short line.
    return repr(text if len(text) <= 80 else text[:77] + "...")
