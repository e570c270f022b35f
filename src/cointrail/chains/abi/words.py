"""Values of the common types straight from their 32-byte words: most events hold nothing else, and there are many.

Contract ABI specification: every value of a static type is one word; bytes and strings stand behind the words, at the
place that their word gives. A word that is no value of its type is an error, as it is for the ABI library, which reads
arrays and tuples.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

WORD = 32
NOTHING = bytes(WORD)
BEHIND = ("bytes", "string")
NUMBER = re.compile(r"uint([0-9]+)")
BYTES = re.compile(r"bytes([0-9]+)")
Reader = Callable[[bytes], Any]


class Unreadable(ValueError):
    """Data that is not what the types say."""


def simple(types: Sequence[str]) -> bool:
    """Whether all types are of those that are read here."""
    return all(kind in BEHIND or word(kind) is not None for kind in types)


def read(types: Sequence[str], data: bytes) -> list[Any]:
    """The values; Unreadable where the data does not hold them."""
    return reader(tuple(types))(data)


@cache
def reader(types: tuple[str, ...]) -> Callable[[bytes], list[Any]]:
    """How data of these types is read, made ready once: there are millions of events and a few dozen forms."""
    places = [(WORD * place, WORD * (place + 1), word(kind), kind) for place, kind in enumerate(types)]
    size = WORD * len(types)

    def values(data: bytes) -> list[Any]:
        if len(data) < size:
            raise Unreadable(f"{len(data)} bytes for {len(places)} values")
        return [
            one(data[start:end]) if one is not None else _behind(data, int.from_bytes(data[start:end], "big"), kind)
            for start, end, one, kind in places
        ]

    return values


def _behind(data: bytes, offset: int, kind: str) -> Any:
    """Bytes or text that stand behind the words: length, content, padding."""
    start = offset + WORD
    if start > len(data):
        raise Unreadable("an offset outside the data")
    length = int.from_bytes(data[offset:start], "big")
    if length > len(data) - start:
        raise Unreadable("a length outside the data")
    content = data[start : start + length]
    if kind == "bytes":
        return content
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("text that is not UTF-8") from error


@cache
def word(kind: str) -> Reader | None:
    """How a word of a static type is read; None for types that take more than a word."""
    if kind == "address":
        return _address
    if kind == "bool":
        return lambda one: bool(_number(one, 1))
    if found := NUMBER.fullmatch(kind):
        bits = int(found[1])
        if bits not in range(8, 8 * WORD + 1, 8):
            return None
        return _largest if bits == 8 * WORD else lambda one: _number(one, bits)
    if found := BYTES.fullmatch(kind):
        size = int(found[1])
        if not 1 <= size <= WORD:
            return None
        return bytes if size == WORD else lambda one: _bytes(one, size)
    return None


def _address(one: bytes) -> str:
    if one[:12] != NOTHING[:12]:
        raise Unreadable("an address of more than 20 bytes")
    return "0x" + one[12:].hex()


def _largest(one: bytes) -> int:
    return int.from_bytes(one, "big")


def _number(one: bytes, bits: int) -> int:
    number = int.from_bytes(one, "big")
    if number >> bits:
        raise Unreadable(f"a number of more than {bits} bits")
    return number


def _bytes(one: bytes, size: int) -> bytes:
    if one[size:] != NOTHING[size:]:
        raise Unreadable(f"more than {size} bytes")
    return one[:size]
