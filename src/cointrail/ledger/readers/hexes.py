"""Addresses, hashes and contracts from bytes or hexadecimal text, whole chunks at a time."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from cointrail.chains import parse_address
from cointrail.errors import InputError
from cointrail.ledger.readers.arrays import (
    Bytes,
    Index,
    distinct,
    fixed,
    is_bytes,
    is_text,
    matrix,
    plain,
    select,
    sizes,
    spans,
    valid,
)
from cointrail.ledger.readers.faults import Faults, Mask
from cointrail.ledger.rows import ADDRESS_BYTES, HASH_BYTES

Parse = Callable[[str], bytes]
INVALID, UPPER, LOWER = 0x4000, 0x100, 0x200  # flags beside the byte: no digit, letters of either case


def _digit() -> npt.NDArray[np.uint16]:
    digit = np.full(256, INVALID, np.uint16)
    digit[ord("0") : ord("9") + 1] = np.arange(10)
    digit[ord("a") : ord("f") + 1] = np.arange(10, 16) | LOWER
    digit[ord("A") : ord("F") + 1] = np.arange(10, 16) | UPPER
    return digit


DIGIT = _digit()  # a character to its value and flags


def hashes(column: Any, what: str, faults: Faults, parse: Parse | None = None) -> Any:
    """Transaction or block hashes as 32 bytes; null and "" are null. `parse` as in `addresses`."""
    return _hexes(column, HASH_BYTES, f"{what} is not a hash of 32 bytes", faults, parse)


def addresses(column: Any, what: str, faults: Faults, parse: Parse | None = None) -> Any:
    """Addresses as 20 bytes; null and "" are null; mixed case must pass EIP-55.

    Text is 0x or \\x and 40 digits. With `parse`, that decides what else is an address (spaces, quotes); without it,
    40 bare digits are one.
    """
    return _hexes(column, ADDRESS_BYTES, f"{what} is not an address", faults, parse, checked=True)


def contracts(column: Any, what: str, faults: Faults) -> Any:
    """Token contracts as asset keys (0x and 40 lower-case digits), dictionary-encoded; null and "" are faults."""
    values, index = distinct(column)
    own = Faults(len(values))
    raw = addresses(values, what, own)
    own.add(~valid(raw), f"no {what}")
    faults.add(index < 0, f"no {what}")
    faults.spread(own, index)
    return keyed(["0x" + value.hex() if value else "" for value in raw.to_pylist()], index)


def keyed(keys: list[str], index: Index) -> Any:
    """Asset keys as the dictionary array of ROWS; `index` gives the key of each row, equal keys become one."""
    names, places = np.unique(np.array([*keys, ""], object), return_inverse=True)
    return pa.DictionaryArray.from_arrays(pa.array(places[index].astype(np.int32)), pa.array(names, pa.string()))


@lru_cache(maxsize=1 << 17)
def passes(digits: str) -> bool:
    """Whether 40 digits of mixed case carry their checksum; cached because files repeat their addresses."""
    try:
        parse_address("0x" + digits)
    except InputError:
        return False
    return True


def _hexes(column: Any, width: int, reason: str, faults: Faults, parse: Parse | None, checked: bool = False) -> Any:
    if pa.types.is_dictionary(column.type) and 2 * len(column.dictionary) < len(column):
        values, index = distinct(column)
        own = Faults(len(values))
        found = _hexes(values, width, reason, own, parse, checked)
        faults.spread(own, index)
        return found.take(column.indices)
    array = plain(column)
    if is_bytes(array):
        length = sizes(array)
        good = length == width
        faults.add((length > 0) & ~good, reason)
        return _spread(matrix(select(array, good), width), good)
    if not is_text(array):
        raise InputError(f"{reason.split(' is ')[0]}: the column has type {array.type}; text or bytes are needed")
    text, start, length = spans(array)
    data, kinds = decode(text, start, length, width, parse is None)
    good = kinds < INVALID
    mixed = (kinds & UPPER > 0) & (kinds & LOWER > 0) & good if checked else None
    if mixed is not None and mixed.any():
        good[mixed] = [passes(value[-2 * width :]) for value in select(array, mixed).to_pylist()]
    wrong = (length > 0) & ~good
    if wrong.any():
        if parse is not None:
            data[wrong], good[wrong] = _parse(select(array, wrong), width, parse)
            wrong = (length > 0) & ~good
        if mixed is not None:
            faults.add(wrong & mixed, reason.replace("is not an address", "has a bad checksum (EIP-55)"))
        faults.add(wrong, reason)
    return fixed(data, good)


def decode(text: Bytes, start: Index, length: Index, width: int, bare: bool) -> tuple[Bytes, npt.NDArray[np.uint16]]:
    """Bytes, shape (rows, width), of values that begin at `start` in `text`, and flags of the letters in each.

    0x or \\x must come first; with `bare` it may be missing. Rows that are anything else are flagged INVALID.
    """
    data, kinds = np.zeros((len(start), width), np.uint8), np.zeros(len(start), np.uint16)
    _decode(text, start, length, bare, DIGIT, data, kinds)
    return data, kinds


@njit(cache=True)
def _decode(
    text: Bytes,
    start: Index,
    length: Index,
    bare: bool,
    digit: npt.NDArray[np.uint16],
    data: Bytes,
    kinds: npt.NDArray[np.uint16],
) -> None:
    rows, width = data.shape
    for row in range(rows):
        at = start[row]
        if length[row] == 2 * width + 2:
            marked = (text[at] == 48 or text[at] == 92) and (text[at + 1] | 32) == 120  # 0 or \ and then x or X
            kind = 0 if marked else INVALID
            at += 2
        elif bare and length[row] == 2 * width:
            kind = 0
        else:
            kinds[row] = INVALID
            continue
        for place in range(width):
            high, low = digit[text[at]], digit[text[at + 1]]
            kind |= high | low
            data[row, place] = (high & 15) << 4 | (low & 15)
            at += 2
        kinds[row] = kind


def _parse(texts: Any, width: int, parse: Parse) -> tuple[Bytes, Mask]:
    """The slow way, once for each distinct text."""
    values, index = distinct(texts)
    data, good = np.zeros((len(values), width), np.uint8), np.zeros(len(values), bool)
    for number, text in enumerate(values.to_pylist()):
        try:
            data[number], good[number] = np.frombuffer(parse(text), np.uint8), True
        except InputError:
            continue
    return data[index], good[index]


def _spread(data: Bytes, rows: Mask) -> Any:
    if rows.all():
        return fixed(data)
    every = np.zeros((len(rows), data.shape[1]), np.uint8)
    every[rows] = data
    return fixed(every, rows)
