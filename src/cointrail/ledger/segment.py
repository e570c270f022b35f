"""Segments on disk: transfers in chain order, with their transactions and blocks beside them.

`transfers/NAME.parquet` holds integers only and compresses well; the 32-byte hashes, which do not, live in
`transactions/` and `blocks/`. Amounts are decimal(38,0); the rare larger ones stand whole in `wide`.
"""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.ledger.columns import NONE, Columns, flat, integers, paths_of, words_of
from cointrail.ledger.files import stored
from cointrail.ledger.intern import Words, unwords
from cointrail.ledger.manifest import Segment
from cointrail.ledger.parts import settle, write_aside
from cointrail.ledger.rows import AMOUNT_BYTES, HASH_BYTES

FOLDERS = ("transfers", "transactions", "blocks")
ROW_GROUP = 1 << 17
DECIMAL_WORDS = (0x4B3B4CA85A86C47A, 0x098A224000000000)  # 10**38, the first amount that decimal(38,0) cannot hold
AMOUNT = pa.decimal128(38, 0)


def binary(keys: Words, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Words as a column of 32-byte values."""
    column = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(HASH_BYTES), len(keys), [None, pa.py_buffer(unwords(keys, HASH_BYTES).tobytes())]
    )
    return column if missing is None else pa.compute.if_else(pa.array(missing), None, column)


def nullable(values: npt.NDArray[np.int64], kind: pa.DataType) -> pa.Array:
    return pa.array(values, mask=values == NONE).cast(kind)


def amounts(words: Words) -> tuple[pa.Array, pa.Array]:
    """Amounts as decimal(38,0), null where they do not fit, and the whole 32 bytes of those."""
    high, low = DECIMAL_WORDS
    fits = (words[:, 0] == 0) & (words[:, 1] == 0)
    fits &= (words[:, 2] < high) | ((words[:, 2] == high) & (words[:, 3] < low))
    pairs = np.empty((len(words), 2), np.uint64)
    pairs[:, 0], pairs[:, 1] = words[:, 3], words[:, 2]
    pairs[~fits] = 0
    bits = pa.py_buffer(np.packbits(fits, bitorder="little").tobytes())
    decimal = pa.Array.from_buffers(AMOUNT, len(words), [None if fits.all() else bits, pa.py_buffer(pairs.tobytes())])
    if fits.all():
        return decimal, pa.nulls(len(words), pa.binary(AMOUNT_BYTES))
    return decimal, binary(words, fits)


def unamounts(decimal: pa.Array, wide: pa.Array) -> Words:
    """The inverse of `amounts`: (n, 4) words, most significant first."""
    n = len(decimal)
    pairs = np.frombuffer(decimal.buffers()[1], np.uint64)[2 * decimal.offset : 2 * (decimal.offset + n)].reshape(n, 2)
    words = np.zeros((n, 4), np.uint64)
    words[:, 2], words[:, 3] = pairs[:, 1], pairs[:, 0]
    if decimal.null_count:
        large = np.asarray(decimal.is_null())
        words[large] = words_of(wide, AMOUNT_BYTES)[large]
    return words


def write(folder: Path, rows: Columns, order: str) -> Segment:
    """Write sorted rows as one segment; named by content, so that the same rows make the same files."""
    same = np.zeros(len(rows), bool)
    if len(rows) > 1:
        same[1:] = (rows.tx[1:] == rows.tx[:-1]).all(axis=1) & (rows.block[1:] == rows.block[:-1])
    known = rows.has_tx
    first = known & ~same
    ordinal = np.where(known, np.cumsum(first) - 1, NONE)
    decimal, wide = amounts(rows.amount)
    transfers = pa.table(
        {
            "block": nullable(rows.block, pa.int64()),
            "time": nullable(rows.time, pa.int64()),
            "tx": nullable(ordinal, pa.uint32()),
            "kind": pa.array(rows.kind),
            "position": nullable(rows.position, pa.int64()),
            "path": pa.array(rows.path, pa.binary()),
            "sender": pa.array(rows.sender),
            "recipient": pa.array(rows.recipient),
            "asset": pa.array(rows.asset),
            "amount": decimal,
            "wide": wide,
            "status": pa.array(rows.status),
            "exact": pa.array(rows.exact),
            "source": pa.array(rows.source),
            "nth": nullable(rows.nth, pa.int64()),
        }
    )
    starts = np.flatnonzero(first)
    transactions = pa.table(
        {
            "hash": binary(rows.tx[starts]),
            "block": nullable(rows.block[starts], pa.int64()),
            "tx_index": nullable(rows.tx_index[starts], pa.int32()),
        }
    )
    heads = np.asarray(rows.block_hash.any(axis=1), bool)
    heads[1:] &= (rows.block[1:] != rows.block[:-1]) | ~heads[:-1]
    blocks = pa.table({"block": nullable(rows.block[heads], pa.int64()), "hash": binary(rows.block_hash[heads])})
    return _store(folder, rows, order, (transfers, transactions, blocks))


def _store(folder: Path, rows: Columns, order: str, tables: tuple[pa.Table, pa.Table, pa.Table]) -> Segment:
    digests = {}
    for name, table in zip(FOLDERS, tables, strict=True):
        delta = {"block": "DELTA_BINARY_PACKED", "time": "DELTA_BINARY_PACKED", "tx": "DELTA_BINARY_PACKED"}
        digests[name] = write_aside(
            folder / name,
            table,
            ROW_GROUP,
            use_dictionary=[c for c in ("kind", "asset", "status", "source", "nth", "path") if c in table.column_names],
            column_encoding={c: e for c, e in delta.items() if c in table.column_names},
            write_page_index=True,
        )
    key = rows.block if order == "block" else rows.time
    whole = hashlib.sha256("".join(digests.values()).encode()).hexdigest()
    stem = f"{key[0]:012d}-{whole[:24]}"  # of all three files: none that a manifest names is ever written over
    for name in FOLDERS:
        settle(folder / name, stem)

    def ends(values: npt.NDArray[np.int64]) -> tuple[int | None, int | None]:
        told = values[values != NONE]
        return (int(told.min()), int(told.max())) if len(told) else (None, None)

    (first_block, last_block), (first_time, last_time) = ends(rows.block), ends(rows.time)
    return Segment(stem, len(rows), int(key[0]), int(key[-1]), first_block, last_block, first_time, last_time, digests)


def file(folder: Path, kind: str, segment: Segment) -> Path:
    return folder / kind / f"{segment.name}.parquet"


def read(folder: Path, segment: Segment) -> Columns:
    """A whole segment back in memory."""
    table = stored(file(folder, "transfers", segment)).read()
    column = {name: flat(table.column(name)) for name in table.column_names}
    transactions = stored(file(folder, "transactions", segment)).read()
    hashes = words_of(flat(transactions.column("hash")), HASH_BYTES) if len(transactions) else np.empty((0, 4), "u8")
    indexes = integers(flat(transactions.column("tx_index"))) if len(transactions) else np.empty(0, np.int64)
    hashes = np.concatenate([hashes, np.zeros((1, 4), np.uint64)])  # row -1: no transaction
    indexes = np.concatenate([indexes, np.array([NONE])])
    tx = integers(column["tx"].cast(pa.int64()))
    block = integers(column["block"])
    return Columns(
        block=block,
        block_hash=_block_hashes(folder, segment, block),
        time=integers(column["time"]),
        tx=hashes[tx],
        tx_index=indexes[tx],
        kind=np.asarray(column["kind"]),
        position=integers(column["position"]),
        path=paths_of(column["path"]),
        sender=np.asarray(column["sender"]),
        recipient=np.asarray(column["recipient"]),
        asset=np.asarray(column["asset"]),
        amount=unamounts(column["amount"], column["wide"]),
        status=np.asarray(column["status"]),
        exact=np.asarray(column["exact"].to_numpy(zero_copy_only=False)),
        source=np.asarray(column["source"]),
        nth=integers(column["nth"]),
    )


def _block_hashes(folder: Path, segment: Segment, block: npt.NDArray[np.int64]) -> Words:
    table = stored(file(folder, "blocks", segment)).read()
    out = np.zeros((len(block), 4), np.uint64)
    if len(table) and len(block):
        numbers = integers(flat(table.column("block")))
        hashes = words_of(flat(table.column("hash")), HASH_BYTES)
        by_number = np.argsort(numbers, kind="stable")
        at = np.minimum(np.searchsorted(numbers, block, sorter=by_number), len(numbers) - 1)
        found = numbers[by_number[at]] == block
        out[found] = hashes[by_number[at[found]]]
    return out


def hashes(folder: Path, segment: Segment) -> list[tuple[int, bytes]]:
    """The blocks of a segment whose hashes are known: number and hash."""
    table = stored(file(folder, "blocks", segment)).read()
    return list(zip(table.column("block").to_pylist(), table.column("hash").to_pylist(), strict=True))


def column(folder: Path, segment: Segment, name: str) -> npt.NDArray[np.int64]:
    """One integer column of a segment's transfers; NONE for null."""
    return integers(flat(stored(file(folder, "transfers", segment)).read(columns=[name]).column(name)))


def rows_of(folder: Path, segment: Segment, ordinal: int) -> list[int]:
    """The rows of a segment's transaction; of the transfers only the row groups that may hold it are read."""
    parquet = stored(file(folder, "transfers", segment))
    place = parquet.schema_arrow.get_field_index("tx")
    found: list[int] = []
    first = 0
    for number in range(parquet.num_row_groups):
        group = parquet.metadata.row_group(number)
        said = group.column(place).statistics
        if said is None or not said.has_min_max or said.min <= ordinal <= said.max:
            tx = integers(flat(parquet.read_row_group(number, columns=["tx"]).column(0)).cast(pa.int64()))
            found += (np.flatnonzero(tx == ordinal) + first).tolist()
        first += group.num_rows
    return found
