"""Typed access to the JSON of a node that is not trusted: what is not exactly right is `Unsound`."""

import re
from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]

QUANTITY = re.compile(r"0[xX][0-9a-fA-F]{0,64}")  # some nodes write zero as 0x
DATA = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*")
ADDRESS_BYTES, HASH_BYTES, WORD_BYTES = 20, 32, 32
INDEX_BITS, NUMBER_BITS = 31, 62  # columns of ROWS hold as many
LAST_SECOND = 253_402_300_799  # of the year 9999
SHOWN = 40


class Unsound(ValueError):
    """A reply that no working node gives. The message says which field is wrong and how."""


def record(value: Any, what: str) -> Record:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Unsound(f"{what} is {shown(value)}, not an object")
    return value


def listed(value: Any, what: str) -> list[Any]:
    """A JSON array."""
    if not isinstance(value, list):
        raise Unsound(f"{what} is {shown(value)}, not a list")
    return value


def quantity(of: Record, name: str, bits: int = 256) -> int:
    """A number, not negative, of at most `bits` bits, written as 0x… (or bare, as some tracers do)."""
    value = of.get(name)
    if isinstance(value, str) and QUANTITY.fullmatch(value):
        number = int(value, 16) if len(value) > 2 else 0
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        number = value
    else:
        raise Unsound(f"{name} is {shown(value)}, not a quantity")
    if number >> bits:
        raise Unsound(f"{name} is {shown(value)}, more than {bits} bits")
    return number


def optional(of: Record, name: str) -> int | None:
    """Like `quantity`, None where it is missing or null."""
    return None if of.get(name) is None else quantity(of, name)


def index(of: Record, name: str) -> int:
    """A place in a list."""
    return quantity(of, name, INDEX_BITS)


def data(value: Any, what: str, size: int | None = None) -> bytes:
    """Bytes written as 0x…; `size` of them."""
    if not (isinstance(value, str) and DATA.fullmatch(value)):
        raise Unsound(f"{what} is {shown(value)}, not hexadecimal data")
    raw = bytes.fromhex(value[2:])
    if size is not None and len(raw) != size:
        raise Unsound(f"{what} is {shown(value)}, not {size} bytes")
    return raw


def address(of: Record, name: str) -> bytes:
    """An address as 20 bytes."""
    return data(of.get(name), name, ADDRESS_BYTES)


def digest(of: Record, name: str) -> bytes:
    """A hash as 32 bytes."""
    return data(of.get(name), name, HASH_BYTES)


def seconds(of: Record, name: str) -> int:
    """A time in seconds since 1970."""
    value = quantity(of, name)
    if value > LAST_SECOND:
        raise Unsound(f"{name} is {value}, after the year 9999")
    return value


def shown(value: Any) -> str:
    """A value of any size and kind as a short printable text."""
    if value is None:
        return "missing"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = ascii(value[: SHOWN + 1]) if isinstance(value, str) else str(value) if abs(value) < 1 << 64 else "huge"
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
