"""Fields of Tron's JSON as bytes and numbers; what is not exactly right is `Wrong`.

Traps, from developers.tron.network (GetTransactionInfoById, TronGrid v1) and tronprotocol.github.io: addresses have 21
bytes with 0x41 before them, but those of logs 20 without it, and either may be in base58check (`visible`); times are
milliseconds; numbers are left out where they are 0; amounts are in sun, a millionth of the coin.
"""

import re
from collections.abc import Mapping
from typing import Any

from cointrail.chains import tron
from cointrail.ledger.rows import ADDRESS_BYTES, HASH_BYTES

Record = Mapping[str, Any]

HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})*)")
WHOLE = re.compile(r"[0-9]{1,78}")
MILLISECONDS = 10**11  # a time from this on is in milliseconds: as seconds it would be after the year 5000
LAST_SECOND = 253_402_300_799  # of the year 9999
SHOWN = 40


class Wrong(ValueError):
    """A record that no node gives. The message says which field is wrong."""


def record(value: Any, what: str) -> Record:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Wrong(f"{what} is {shown(value)}, not an object")
    return value


def listed(value: Any, what: str) -> list[Any]:
    """A JSON array; nothing is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Wrong(f"{what} is {shown(value)}, not a list")
    return value


def raw(value: Any, what: str, size: int | None = None) -> bytes:
    """Bytes written in hexadecimal digits, with or without 0x; `size` of them."""
    found = HEX.fullmatch(value) if isinstance(value, str) else None
    if found is None or (size is not None and len(found[1]) != 2 * size):
        raise Wrong(f"{what} is {shown(value)}, not {f'{size} bytes' if size is not None else 'hexadecimal data'}")
    return bytes.fromhex(found[1])


def hash_of(of: Record, name: str) -> bytes:
    """The id of a transaction or block, 32 bytes."""
    return raw(of.get(name), name, HASH_BYTES)


def address(of: Record, name: str) -> bytes:
    """An address in any of its forms, as 20 bytes."""
    value = of.get(name)
    if isinstance(value, str):
        if (found := tron.parse(value.removeprefix("0x"))) is not None:
            return found
        if len(value.removeprefix("0x")) == 2 * ADDRESS_BYTES:
            return raw(value, name, ADDRESS_BYTES)
    raise Wrong(f"{name} is {shown(value)}, not an address of Tron, or a character of it is wrong")


def amount(of: Record, name: str) -> int:
    """A whole number of smallest units, 0 where it is left out; text or a number."""
    value = of.get(name)
    if value is None:
        return 0
    if isinstance(value, str) and WHOLE.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Wrong(f"{name} is {shown(value)}, not a whole number of smallest units")
    if value < 0:
        raise Wrong(f"{name} is negative")
    if value >> 256:
        raise Wrong(f"{name} does not fit 256 bits")
    return value


def number(of: Record, name: str) -> int | None:
    """A count of at most 62 bits, None where it is left out."""
    if of.get(name) is None:
        return None
    found = amount(of, name)
    if found >> 62:
        raise Wrong(f"{name} is too large")
    return found


def moment(of: Record, name: str) -> int | None:
    """A time as whole seconds, None where it is left out. Tron's are milliseconds; small ones are taken as seconds."""
    found = number(of, name)
    if found is None:
        return None
    seconds = found // 1000 if found >= MILLISECONDS else found
    if not 0 < seconds <= LAST_SECOND:
        raise Wrong(f"{name} is {found}, no time from 1970 to 9999")
    return seconds


def shown(value: Any) -> str:
    """A value of any size and kind as a short printable text."""
    if value is None:
        return "missing"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = ascii(value[: SHOWN + 1]) if isinstance(value, str) else str(value) if abs(value) < 1 << 64 else "huge"
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."
