"""Rows in memory while a ledger is written: plain arrays of equal length, addresses and assets already numbered."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.errors import InputError
from cointrail.ledger.book import Book, fixed
from cointrail.ledger.intern import Words, some, words
from cointrail.ledger.rows import AMOUNT_BYTES, HASH_BYTES, ROWS, Kind, Status

NONE = -1  # "the source does not say", in every integer column

Integers = npt.NDArray[np.int64]


@dataclass
class Columns:
    """One array a column, in the order of `rows.ROWS`; NONE stands for null, nobody is address 0."""

    block: Integers
    block_hash: Words  # (n, 4); zeros: none
    time: Integers
    tx: Words  # (n, 4) words of the hash, big-endian order; zeros: none
    tx_index: Integers
    kind: npt.NDArray[np.uint8]
    position: Integers
    path: npt.NDArray[np.object_]  # bytes or None
    sender: npt.NDArray[np.uint32]
    recipient: npt.NDArray[np.uint32]
    asset: npt.NDArray[np.int32]
    amount: Words  # (n, 4) words, most significant first
    status: npt.NDArray[np.uint8]
    exact: npt.NDArray[np.bool_]
    source: npt.NDArray[np.int32]
    nth: Integers  # which of several equal rows of one source; NONE until counted

    def __len__(self) -> int:
        return len(self.block)

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_] | slice) -> "Columns":
        return Columns(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @staticmethod
    def concat(pieces: Sequence["Columns"]) -> "Columns":
        if len(pieces) == 1:
            return pieces[0]
        return Columns(**{f.name: np.concatenate([getattr(p, f.name) for p in pieces]) for f in fields(Columns)})

    @property
    def has_tx(self) -> npt.NDArray[np.bool_]:
        return np.asarray(some(self.tx))


def flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column in one piece."""
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
    return column


def integers(column: pa.Array, dtype: npt.DTypeLike = np.int64) -> npt.NDArray[np.int64]:
    filled = column.fill_null(NONE) if column.null_count else column
    return np.asarray(filled).astype(dtype, copy=False)


def words_of(column: pa.Array, width: int) -> Words:
    return words(fixed(column, width))


def paths_of(column: pa.Array) -> npt.NDArray[np.object_]:
    if column.null_count == len(column):
        return np.full(len(column), None, object)
    return np.array([*column.to_pylist(), None], object)[:-1]


def shaped(table: pa.Table) -> pa.Table:
    """A reader's table with exactly the columns of ROWS."""
    return table if table.schema.equals(ROWS) else table.select(ROWS.names).cast(ROWS)


def number_assets(table: pa.Table, assets: dict[str, int]) -> npt.NDArray[np.int32]:
    """The number of every asset in a shaped table's dictionary; `assets` gains the keys that are new."""
    keys = flat(table.column("asset")).dictionary.to_pylist()
    return np.array([assets.setdefault(key, len(assets)) for key in keys], np.int32)


def encode(table: pa.Table, book: Book, assets: dict[str, int], source: int) -> Columns:
    """Number the addresses and assets of a reader's table; `assets` gains the keys that are new."""
    table = shaped(table)
    if not table.num_rows:
        return empty()
    column = {name: flat(table.column(name)) for name in ROWS.names}
    asset = column["asset"]
    numbers = number_assets(table, assets)
    negative = pc.min(column["time"]).as_py()
    if negative is not None and negative < 0:
        raise InputError(f"a time before 1970 ({negative} s); check the time column")
    kind, status = np.asarray(column["kind"]), np.asarray(column["status"])
    amount = words_of(column["amount"], AMOUNT_BYTES)
    amount[(status == Status.FAILED) & (kind != Kind.FEE)] = 0  # a failed transaction moves nothing but its fee
    tx = words_of(column["tx"], HASH_BYTES)
    return Columns(
        block=integers(column["block"]),
        block_hash=words_of(column["block_hash"], HASH_BYTES),
        time=integers(column["time"]),
        tx=tx,
        tx_index=np.where(tx.any(axis=1), integers(column["tx_index"]), NONE),  # kept with the hash, so not without it
        kind=kind,
        position=integers(column["position"]),
        path=paths_of(column["path"]),
        sender=book.number(column["sender"]),
        recipient=book.number(column["recipient"]),
        asset=numbers[np.asarray(asset.indices)],
        amount=amount,
        status=status,
        exact=np.asarray(column["exact"].to_numpy(zero_copy_only=False)),
        source=np.full(table.num_rows, source, np.int32),
        nth=np.full(table.num_rows, NONE, np.int64),
    )


def empty() -> Columns:
    none = np.empty(0, np.int64)
    wide = np.empty((0, 4), np.uint64)
    return Columns(
        block=none,
        block_hash=wide,
        time=none,
        tx=wide,
        tx_index=none,
        kind=np.empty(0, np.uint8),
        position=none,
        path=np.empty(0, object),
        sender=np.empty(0, np.uint32),
        recipient=np.empty(0, np.uint32),
        asset=np.empty(0, np.int32),
        amount=wide,
        status=np.empty(0, np.uint8),
        exact=np.empty(0, bool),
        source=np.empty(0, np.int32),
        nth=none,
    )
