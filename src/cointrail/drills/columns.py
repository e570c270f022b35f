"""Building a ROWS table from plain arrays: fixed-width bytes, wide amounts, dictionary assets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cointrail.ledger.rows import ADDRESS_BYTES, AMOUNT_BYTES, HASH_BYTES, ROWS

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

GIGA = 10**9  # wei in a gwei: amounts of 18 decimals are carried as (giga, rest) in two int64 columns
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Columns:
    """Columns of equal length; addresses and hashes as indices into byte tables; -1 = null."""

    block: Ints
    time: Ints
    tx: Ints  # row of `hashes`
    index: Ints  # of the transaction in its block, -1 unknown
    kind: Ints
    position: Ints  # -1 unknown
    path: Ints  # ordinal of the call for TRACE, -1 elsewhere
    sender: Ints  # row of `addresses`, -1 nobody
    recipient: Ints
    asset: Ints  # row of `assets`
    amount: Bytes  # (rows, 32) big-endian
    status: Ints


def binary(values: Bytes, width: int, missing: Bools | None = None) -> pa.Array:
    """A fixed-size binary array over `values` of shape (rows, width); rows in `missing` are null."""
    data = pa.py_buffer(np.ascontiguousarray(values))
    mask = None
    if missing is not None and missing.any():
        mask = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(values), [mask, data])


def small(amount: Ints) -> Bytes:
    """Non-negative int64 amounts as (rows, 32) big-endian uint256."""
    out = np.zeros((len(amount), AMOUNT_BYTES), np.uint8)
    out[:, 24:] = amount.astype(">i8").view(np.uint8).reshape(-1, 8)
    return out


def wide(giga: Ints, rest: Ints) -> Bytes:
    """`giga * 10**9 + rest` as (rows, 32) big-endian uint256; exact for non-negative int64 values, rest < 2**62."""
    g, scale = giga.astype(np.uint64), np.uint64(GIGA)
    low = (g & _LOW) * scale
    mid = (g >> np.uint64(32)) * scale
    total = low + rest.astype(np.uint64)
    mid += total >> np.uint64(32)
    words = np.zeros((len(giga), 3), np.uint64)
    words[:, 0], words[:, 1], words[:, 2] = mid >> np.uint64(32), mid & _LOW, total & _LOW
    out = np.zeros((len(giga), AMOUNT_BYTES), np.uint8)
    out[:, 20:] = words.astype(">u4").view(np.uint8).reshape(-1, 12)
    return out


def table(columns: Columns, addresses: Bytes, hashes: Bytes, assets: Sequence[str]) -> pa.Table:
    """The ROWS table of these columns; `addresses` is (n, 20), `hashes` is (m, 32), `assets` the asset keys."""
    c, rows = columns, len(columns.block)

    def pick(values: Bytes, at: Ints, width: int) -> pa.Array:
        return binary(values[np.maximum(at, 0)], width, at < 0)

    def optional(values: Ints, kind: pa.DataType) -> pa.Array:
        return pa.array(values, kind, mask=values < 0)

    codes = pa.array(c.asset.astype(np.int32), pa.int32())
    return pa.Table.from_arrays(
        [
            optional(c.block, pa.int64()),
            pa.nulls(rows, pa.binary(HASH_BYTES)),
            pa.array(c.time, pa.int64()),
            pick(hashes, c.tx, HASH_BYTES),
            optional(c.index, pa.int32()),
            pa.array(c.kind.astype(np.uint8)),
            optional(c.position, pa.int64()),
            _paths(c.path),
            pick(addresses, c.sender, ADDRESS_BYTES),
            pick(addresses, c.recipient, ADDRESS_BYTES),
            pa.DictionaryArray.from_arrays(codes, pa.array(list(assets), pa.string())),
            binary(c.amount, AMOUNT_BYTES),
            pa.array(c.status.astype(np.uint8)),
            pa.array(np.ones(rows, np.bool_)),
        ],
        schema=ROWS,
    )


def _paths(path: Ints) -> pa.Array:
    """Trace addresses one call deep: two big-endian bytes; null where negative."""
    if not (path >= 0).any():
        return pa.nulls(len(path), pa.binary())
    raw = np.maximum(path, 0).astype(">u2").view(np.uint8).reshape(-1, 2)
    return binary(raw, 2, path < 0).cast(pa.binary())
