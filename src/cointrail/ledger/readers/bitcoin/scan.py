"""Where everything is in the bytes of a block: one compiled pass, no copies.

Sources: the wire format of blocks and transactions (Bitcoin Core, primitives/transaction.h; BIP-144 for witnesses),
Litecoin Core for its extension blocks, Dogecoin Core's auxpow.h for work that is told by another chain's block.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

HEADER, HASH = 80, 32
LEAST_INPUT, LEAST_OUTPUT, LEAST_TRANSACTION = 41, 9, 10  # bytes: counts beyond what has room are absurd
WITNESS, EXTENDED = 1, 8  # flags of a transaction: with witnesses (BIP-144), and with Litecoin's extension (LIP-3)
SOUND, SHORT, ABSURD, LONG = 0, 1, 2, 3
REASONS = {
    SHORT: "it ends inside a transaction",
    ABSURD: "a count in it is larger than what has room",
    LONG: "bytes are left over behind its last transaction",
}


class Scan(NamedTuple):
    """Places of a block's parts, as offsets into its bytes.

    `transactions` (n, 5): begin, begin of the inputs' count, behind the outputs, begin of the lock time, behind it.
    `inputs` (n, 4): transaction, begin (of the spent id), begin and behind the end of the script. `outputs` (n, 4): the
    same, where the begin is that of the amount.
    """

    transactions: Places
    inputs: Places
    outputs: Places


@njit(cache=True, nogil=True)
def _size(data: Any, at: int, end: int) -> Any:
    """A number of variable length and the place behind it; -1 where it is cut off or too large for any block."""
    if at >= end:
        return -1, at
    first = int(data[at])
    width = 0 if first < 0xFD else 2 if first == 0xFD else 4 if first == 0xFE else 8
    if at + 1 + width > end:
        return -1, at
    if width == 0:
        return first, at + 1
    value = 0
    for place in range(min(width, 7)):
        value |= int(data[at + 1 + place]) << (8 * place)
    if width == 8 and data[at + 8]:
        return -2, at
    return value, at + 1 + width


@njit(cache=True, nogil=True)
def _walk(data: Any, at: int, count: int, transactions: Any, inputs: Any, outputs: Any, fill: bool, more: int) -> Any:
    """Count the inputs and outputs, or fill in where they are: state, how many of both, the place behind the end."""
    end = data.size
    ins = outs = flag = 0
    for tx in range(count):
        begin = at
        at += 4
        flag = int(data[at + 1]) if at + 2 <= end and data[at] == 0 else 0
        witness = flag & WITNESS
        if flag & ~(WITNESS | more):
            return ABSURD, ins, outs, at
        at += 2 if flag else 0
        inner = at
        for side in range(2):
            many, at = _size(data, at, end)
            if many < 0:
                return (SHORT if many == -1 else ABSURD), ins, outs, at
            if many * (LEAST_INPUT if side == 0 else LEAST_OUTPUT) > end - at:
                return ABSURD, ins, outs, at
            if side == 0:
                spent = many
            for _ in range(many):
                start = at
                length, at = _size(data, at + (36 if side == 0 else 8), end)
                if length < 0 or length > end - at:
                    return (ABSURD if length == -2 else SHORT), ins, outs, at
                if fill:
                    row = inputs[ins] if side == 0 else outputs[outs]
                    row[0], row[1], row[2], row[3] = tx, start, at, at + length
                at += length + (4 if side == 0 else 0)
                if side == 0:
                    ins += 1
                else:
                    outs += 1
        paid = at
        if witness:
            for _ in range(spent):
                items, at = _size(data, at, end)
                if items < 0 or items > end - at:
                    return ABSURD if items != -1 else SHORT, ins, outs, at
                for _ in range(items):
                    length, at = _size(data, at, end)
                    if length < 0 or length > end - at:
                        return (ABSURD if length == -2 else SHORT), ins, outs, at
                    at += length
        at += 1 if flag & EXTENDED else 0
        if at + 4 > end:
            return SHORT, ins, outs, at
        if fill:
            row = transactions[tx]
            row[0], row[1], row[2], row[3], row[4] = begin, inner, paid, at, at + 4
        at += 4
    return (SOUND if at == end or flag & EXTENDED else LONG), ins, outs, at


class Unsound(ValueError):
    """A block, or what was taken for one, that is not what it should be."""


def scan(data: Bytes, begin: int = HEADER, extended: bool = False) -> Scan:
    """Find all parts of one block; Unsound, saying where, for bytes that are none.

    `begin` is where the number of its transactions stands, which is not behind the header where other chains' work is
    told between. `extended`: the last transaction may announce a part behind it that is not looked into (Litecoin).
    """
    if data.size < begin + 1:
        raise Unsound("it is shorter than a header")
    more = EXTENDED if extended else 0
    count, first = _size(data, begin, data.size)
    if count < 0 or count * LEAST_TRANSACTION > data.size:
        raise Unsound(f"it claims {count} transactions" if count >= 0 else "its number of transactions is cut off")
    none = np.empty((0, 5), np.int64)
    state, ins, outs, at = _walk(data, first, count, none, none, none, False, more)
    if state != SOUND:
        raise Unsound(f"{REASONS[state]} (byte {at})")
    found = Scan(np.empty((count, 5), np.int64), np.empty((ins, 4), np.int64), np.empty((outs, 4), np.int64))
    _walk(data, first, count, *found, True, more)
    return found


def behind_work(data: Bytes) -> int:
    """Where a block goes on whose work another chain's block has done: behind that one's first transaction, two
    branches of hashes and its header. Unsound where that is cut off."""
    none = np.empty((0, 5), np.int64)
    _, _, _, at = _walk(data, HEADER, 1, none, none, none, False, 0)
    at += HASH
    for _ in range(2):
        many, at = _size(data, at, data.size)
        if many < 0 or many * HASH > data.size - at:
            raise Unsound("the other chain's work in it is cut off")
        at += many * HASH + 4
    return int(at) + HEADER
