"""The made-up heist as files of other tools, so that an import from Parquet can be timed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cointrail.chains import Registry
from cointrail.ledger.book import fixed
from cointrail.ledger.columns import flat
from cointrail.ledger.rows import ADDRESS_BYTES, AMOUNT_BYTES, HASH_BYTES, Kind

SLICE = 1 << 19  # rows written at once; also the row groups of the files
Bytes = npt.NDArray[np.uint8]
HEX = np.frombuffer("".join(f"{n:02x}" for n in range(256)).encode(), "<u2")


def blocks_of(rows: pa.Table) -> pa.Table:
    """The blocks in which the rows are, as cryo writes them: number, hash, time."""
    number, first = np.unique(flat(rows.column("block")).to_numpy(zero_copy_only=False), return_index=True)
    time = flat(rows.column("time")).to_numpy(zero_copy_only=False)[first]
    words = np.random.Generator(np.random.PCG64(7)).integers(0, 256, (len(number), HASH_BYTES), np.uint8)
    return pa.table(
        {
            "block_number": pa.array(number.astype(np.uint32)),
            "block_hash": _binary(words, np.zeros(len(number), bool)),
            "timestamp": pa.array(time.astype(np.uint32)),
            "author": _binary(words[:, :ADDRESS_BYTES], np.zeros(len(number), bool)),
        }
    )


def cryo(rows: pa.Table, folder: Path) -> list[Path]:
    """`erc20_transfers` with binary columns and the `blocks` beside them; the native coin becomes WETH."""
    folder.mkdir(parents=True)
    pq.write_table(blocks_of(rows), folder / "blocks.parquet")
    path = folder / "erc20_transfers.parquet"
    contracts = _contracts(rows)
    with _Writer(path) as out:
        for part, places in _slices(rows):
            asset = flat(part.column("asset"))
            place = np.asarray(asset.indices)
            out.add(
                {
                    "block_number": part.column("block").cast(pa.uint32()),
                    "transaction_index": part.column("tx_index").cast(pa.uint32()),
                    "log_index": pa.array(places, pa.uint32()),
                    "transaction_hash": _wide(part, "tx", HASH_BYTES),
                    "erc20": _binary(contracts[place], np.zeros(len(place), bool)),
                    "from_address": _wide(part, "sender", ADDRESS_BYTES),
                    "to_address": _wide(part, "recipient", ADDRESS_BYTES),
                    "value_binary": _wide(part, "amount", AMOUNT_BYTES),
                    "chain_id": pa.array(np.ones(part.num_rows, np.uint64)),
                }
            )
    return [path, folder / "blocks.parquet"]


def bigquery(rows: pa.Table, folder: Path) -> list[Path]:
    """`token_transfers` with hexadecimal text, decimal text and timestamps."""
    folder.mkdir(parents=True)
    path = folder / "token_transfers.parquet"
    contracts = _contracts(rows)
    with _Writer(path) as out:
        for part, places in _slices(rows):
            place = np.asarray(flat(part.column("asset")).indices)
            out.add(
                {
                    "token_address": _text(contracts[place]),
                    "from_address": _text(_raw(part, "sender", ADDRESS_BYTES)),
                    "to_address": _text(_raw(part, "recipient", ADDRESS_BYTES)),
                    "value": _decimals(_raw(part, "amount", AMOUNT_BYTES)),
                    "transaction_hash": _text(_raw(part, "tx", HASH_BYTES)),
                    "log_index": pa.array(places),
                    "block_timestamp": flat(part.column("time"))
                    .cast(pa.timestamp("s"))
                    .cast(pa.timestamp("us", "UTC")),
                    "block_number": part.column("block"),
                    "block_hash": _text(_block_hash(part)),
                }
            )
    return [path]


class _Writer:
    """A Parquet file written piece by piece, with the settings the tools use (snappy)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def __enter__(self) -> "_Writer":
        return self

    def add(self, columns: dict[str, Any]) -> None:
        table = pa.table(columns)
        if self._file is None:
            self._file = pq.ParquetWriter(self._path, table.schema, compression="snappy")
        self._file.write_table(table)

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def _slices(rows: pa.Table) -> Iterator[tuple[pa.Table, npt.NDArray[np.int64]]]:
    """The movements of value, a slice at a time, with their places in their blocks; these files hold no fees."""
    kept = flat(pc.not_equal(rows.column("kind"), int(Kind.FEE)))
    places = _log_index(flat(rows.column("block").filter(kept)).to_numpy(zero_copy_only=False))
    done = 0
    for start in range(0, rows.num_rows, SLICE):
        part = rows.slice(start, SLICE).filter(kept.slice(start, SLICE)).combine_chunks()
        yield part, places[done : done + part.num_rows]
        done += part.num_rows


def _contracts(rows: pa.Table) -> Bytes:
    """The contract of every asset in the dictionary; WETH's for the native coin."""
    weth = Registry("ethereum").by_symbol("WETH")
    assert weth is not None
    keys = [key or weth.key for key in flat(rows.column("asset")).dictionary.to_pylist()]
    return np.frombuffer(b"".join(bytes.fromhex(key[2:]) for key in keys), np.uint8).reshape(-1, ADDRESS_BYTES)


def _log_index(block: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The place of every row in its block; blocks ascend."""
    starts = np.flatnonzero(np.diff(block, prepend=-1))
    places: npt.NDArray[np.int64] = np.arange(len(block)) - np.repeat(starts, np.diff(starts, append=len(block)))
    return places


def _raw(part: pa.Table, name: str, width: int) -> Bytes:
    return fixed(flat(part.column(name)), width)


def _wide(part: pa.Table, name: str, width: int) -> pa.Array:
    column = flat(part.column(name))
    return _binary(fixed(column, width), np.asarray(column.is_null()))


def _binary(raw: Bytes, missing: npt.NDArray[np.bool_]) -> pa.Array:
    """Bytes of equal length as cryo writes them: a column of any length."""
    column = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(raw.shape[1]), len(raw), [None, pa.py_buffer(np.ascontiguousarray(raw))]
    ).cast(pa.binary())
    return pc.if_else(pa.array(missing), None, column) if missing.any() else column


def _text(raw: Bytes) -> pa.Array:
    """0x and lower-case hexadecimal digits."""
    rows, width = raw.shape
    out = np.empty((rows, 2 + 2 * width), np.uint8)
    out[:, 0], out[:, 1] = ord("0"), ord("x")
    out[:, 2:] = HEX[raw].view(np.uint8).reshape(rows, 2 * width)
    offsets = np.arange(rows + 1, dtype=np.int32) * out.shape[1]
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(out))


def _decimals(raw: Bytes) -> pa.Array:
    """Decimal text of amounts below 10**38."""
    words = np.ascontiguousarray(raw[:, :15:-1])  # the low sixteen bytes, the last first
    return pa.Array.from_buffers(pa.decimal128(38, 0), len(raw), [None, pa.py_buffer(words)]).cast(pa.string())


def _block_hash(part: pa.Table) -> Bytes:
    block = flat(part.column("block")).to_numpy(zero_copy_only=False).astype(np.uint64)
    mixed = np.stack([block * np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD, 3, 5)], axis=1)
    return mixed.view(np.uint8).reshape(len(block), HASH_BYTES)
