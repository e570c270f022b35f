"""The inputs of transactions: those that somebody wants, found in whole chunks."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.errors import InputError
from cointrail.ledger.readers.arrays import Bytes, Index, is_bytes, is_text, plain, spans
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.readers.hexes import DIGIT, INVALID
from cointrail.ledger.readers.wanted import SELECTOR_BYTES, Wanted

LOWER = np.uint8(0x20)  # the bit between upper and lower case


def chosen(column: Any, what: str, wanted: Wanted) -> Mask:
    """Which inputs are kept; decided by their first four bytes, and for those that could be memos by all of them."""
    array = plain(column)
    if not (is_text(array) or is_bytes(array)):
        raise InputError(f"{what}: the column has type {array.type}; text or bytes are needed")
    heads, size = _heads(array)
    out = _selected(heads, wanted.selectors) & (size >= SELECTOR_BYTES)
    for row in np.flatnonzero(_memos(heads, size, wanted.memos) & ~out):
        value = array[int(row)].as_py()
        out[row] = wanted.takes(value if isinstance(value, bytes) else _bytes(value))
    return out


def _heads(array: Any) -> tuple[Bytes, Index]:
    """The first four bytes of each value, zeros for those that are missing, and how many bytes it has; -1 for none."""
    data, start, length = spans(array)
    heads = np.zeros((len(array), SELECTOR_BYTES), np.uint8)
    if is_bytes(array):
        size = length
        rows = np.flatnonzero(size > 0)
        heads[rows] = _gather(data, start[rows], SELECTOR_BYTES)
    else:
        marked = length >= 2
        marked[marked] = (data[start[marked] + 1] | LOWER) == ord("x")
        size = np.where(marked, (length - 2) // 2, -1)
        rows = np.flatnonzero(size > 0)
        digits = DIGIT[_gather(data, start[rows] + 2, 2 * SELECTOR_BYTES)]
        pairs = (digits[:, ::2] & 15) << 4 | digits[:, 1::2] & 15
        heads[rows] = pairs
        inside = np.arange(2 * SELECTOR_BYTES) < 2 * size[rows, None]
        size[rows[((digits >= INVALID) & inside).any(axis=1)]] = -1
    heads[np.arange(SELECTOR_BYTES) >= size[:, None]] = 0
    return heads, size


def _gather(data: Bytes, start: Index, width: int) -> Bytes:
    """`width` bytes from each start; beyond the end whatever is there."""
    if not len(start):
        return np.zeros((0, width), np.uint8)
    taken: Bytes = data[np.minimum(start[:, None] + np.arange(width), len(data) - 1)]
    return taken


def _selected(heads: Bytes, selectors: frozenset[bytes]) -> Mask:
    if not selectors:
        return np.zeros(len(heads), bool)
    known: npt.NDArray[np.uint32] = np.sort(np.frombuffer(b"".join(selectors), "<u4"))
    codes = np.ascontiguousarray(heads).view("<u4").ravel()
    found: Mask = known[np.minimum(np.searchsorted(known, codes), len(known) - 1)] == codes
    return found


def _memos(heads: Bytes, size: Index, memos: tuple[bytes, ...]) -> Mask:
    """Which inputs begin as a memo does, as far as four bytes tell."""
    out = np.zeros(len(heads), bool)
    upper = (heads >= ord("A")) & (heads <= ord("Z"))
    lower = np.where(upper, heads | LOWER, heads)
    for memo in memos:
        start = np.frombuffer(memo[:SELECTOR_BYTES], np.uint8)
        out |= (size >= max(len(memo), 1)) & (lower[:, : len(start)] == start).all(axis=1)
    return out


def _bytes(text: str) -> bytes:
    """The bytes of hexadecimal text; nothing where it is none."""
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        return b""


def nothing(rows: int) -> Any:
    """A column of no bytes."""
    return pa.array([b""] * rows, pa.binary())
