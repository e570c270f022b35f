"""Facts that one file has and another lacks: block times and hashes, receipts, transaction hashes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.errors import InputError
from cointrail.ledger.readers.arrays import Index, select, valid
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.rows import HASH_BYTES

PLACE_BITS = 20  # a block holds far fewer than a million transactions
NOT_THERE = -1


class Blocks:
    """Time and hash of each block that some file knows."""

    COLUMNS = ("block", "time", "block_hash")

    def __init__(self, parts: Sequence[tuple[Index, Any, Any]]) -> None:
        """`parts` are blocks, times and hashes of one chunk each. InputError when they contradict each other."""
        self.times = _Facts([(blocks, time) for blocks, time, _ in parts if time is not None], "time")
        self.hashes = _Facts([(blocks, known) for blocks, _, known in parts if known is not None], "hash")

    @staticmethod
    def part(chunk: Chunk) -> tuple[Index, Any, Any]:
        """The facts of one chunk, one row a block and fact (neighbours that repeat are dropped)."""
        blocks = chunk.values("block", NOT_THERE)
        change = np.ones(len(blocks), bool)
        change[1:] = blocks[1:] != blocks[:-1]
        time, known = chunk.seconds("time"), chunk.hashes("block_hash")
        change &= (blocks >= 0) & ~chunk.faults.bad
        return (
            blocks[change],
            None if time is None else select(time, change),
            None if known is None else select(known, change),
        )

    def fill(self, table: Any) -> Any:
        """A table of ROWS with times and hashes where it had none and they are known."""
        for name, facts in (("time", self.times), ("block_hash", self.hashes)):
            column = table[name]
            if column.null_count and len(facts):
                blocks = table["block"].fill_null(NOT_THERE).to_numpy()
                place = table.schema.get_field_index(name)
                filled = pc.coalesce(column, pa.chunked_array([facts.of(blocks, column.type)]))
                table = table.set_column(place, table.schema.field(name), filled)
        return table


class _Facts:
    """One fact a block, sorted by block."""

    def __init__(self, parts: Sequence[tuple[Index, Any]], what: str) -> None:
        parts = [(blocks[valid(values)], values.drop_null()) for blocks, values in parts]
        parts = [(blocks, values) for blocks, values in parts if len(blocks)]
        self.blocks = np.zeros(0, np.int64)
        if not parts:
            return
        every = np.concatenate([blocks for blocks, _ in parts])
        order = np.argsort(every, kind="stable")
        values = pa.concat_arrays([values for _, values in parts]).take(pa.array(order))
        every = every[order]
        same = every[1:] == every[:-1]
        differ = same & _differs(values)
        if differ.any():
            raise InputError(
                f"block {every[1:][differ][0]} has two different values of its {what} in the files given;"
                " import files from before and after a reorganisation one after the other"
            )
        first = np.append(True, ~same)
        self.blocks, self.values = every[first], select(values, first)

    def __len__(self) -> int:
        return len(self.blocks)

    def of(self, blocks: Index, kind: Any) -> Any:
        place = find(self.blocks, blocks)
        return self.values.take(pa.array(place, mask=place < 0)).cast(kind)


class Names:
    """Transaction hashes by block and place in the block."""

    COLUMNS = frozenset(("block", "tx_index", "tx"))

    def __init__(self, parts: Sequence[tuple[Index, Any]]) -> None:
        keys = np.concatenate([keys for keys, _ in parts]) if parts else np.zeros(0, np.int64)
        self.keys, first = np.unique(keys, return_index=True)
        self.tx = pa.concat_arrays([tx for _, tx in parts]).take(pa.array(first)) if parts else None

    @staticmethod
    def part(chunk: Chunk) -> tuple[Index, Any]:
        """Keys and hashes of one chunk."""
        key, tx = keys(chunk.values("block", NOT_THERE), chunk.values("tx_index", NOT_THERE)), chunk.hashes("tx")
        good = (key >= 0) & valid(tx)
        return key[good], select(tx, good)

    def fill(self, tx: Any, blocks: Index, places: Index) -> Any:
        """Transaction hashes where there are none; `tx` None means nowhere."""
        if tx is None:
            tx = pa.nulls(len(blocks), pa.binary(HASH_BYTES))
        if self.tx is None:
            return tx
        place = find(self.keys, keys(blocks, places))
        return pc.coalesce(tx, self.tx.take(pa.array(place, mask=place < 0)))


def keys(blocks: Index, places: Index) -> Index:
    """One number for block and place in the block; negative where one of them is missing."""
    return np.where((blocks < 0) | (places < 0), NOT_THERE, (blocks << PLACE_BITS) | places)


def find(known: Index, wanted: Index) -> Index:
    """Where each wanted number stands in a sorted array, -1 where it does not."""
    if not len(known):
        return np.full(len(wanted), NOT_THERE, np.int64)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, NOT_THERE)


def _differs(values: Any) -> npt.NDArray[np.bool_]:
    if len(values) < 2:
        return np.zeros(0, bool)
    result: npt.NDArray[np.bool_] = pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    return result
