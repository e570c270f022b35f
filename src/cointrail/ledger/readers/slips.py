"""What receipts say of transactions, found by block and place in the block."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from cointrail.ledger.readers.arrays import Index, matrix, numbers, select, valid
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.readers.joins import NOT_THERE, find, keys
from cointrail.ledger.rows import HASH_BYTES


class Receipts:
    """What receipts say of transactions: status, gas, price, created contract."""

    FIGURES = ("gas_used", "price", "status", "blob_used", "blob_price", "rollup_fee")

    def __init__(self, parts: Sequence[dict[str, Any]]) -> None:
        every = np.concatenate([part["key"] for part in parts] or [np.zeros(0, np.int64)])
        self.keys, first = np.unique(every, return_index=True)
        self.used = np.zeros(len(self.keys), bool)
        self.columns: dict[str, Any] = {
            name: pa.concat_arrays([part[name] for part in parts]).take(pa.array(first))
            for name in (("tx", "contract", *self.FIGURES) if parts else ())
        }

    @staticmethod
    def part(chunk: Chunk) -> dict[str, Any]:
        """The receipts of one chunk; bad rows are counted when the file itself is read."""
        key = keys(chunk.values("block", NOT_THERE), chunk.values("tx_index", NOT_THERE))
        tx, contract = chunk.hashes("tx"), chunk.addresses("contract")
        figures = {name: numbers(*figure(chunk, name)) for name in Receipts.FIGURES}
        good = (key >= 0) & valid(tx) & ~chunk.faults.bad
        arrays = {"tx": tx, "contract": contract, **figures}
        return {"key": key[good], **{name: select(array, good) for name, array in arrays.items()}}

    def find(self, blocks: Index, places: Index, tx: Any) -> Index:
        """For each transaction the number of its receipt, -1 for none."""
        place = find(self.keys, keys(blocks, places))
        hit = place >= 0
        if hit.any():  # the place alone could be that of another transaction after a reorganisation
            mine, theirs = matrix(select(tx, hit), HASH_BYTES), self.columns["tx"].take(pa.array(place[hit]))
            place[hit] = np.where((mine == matrix(theirs, HASH_BYTES)).all(axis=1), place[hit], NOT_THERE)
        self.used[place[place >= 0]] = True
        return place

    def merge(self, name: str, place: Index, own: tuple[Index, Mask]) -> tuple[Index, Mask]:
        """A figure of each transaction: its own, else that of its receipt."""
        values, known = own
        if name not in self.columns:
            return own
        theirs = self.columns[name].take(pa.array(place, mask=place < 0))
        filled = theirs.fill_null(0).to_numpy(zero_copy_only=False)
        return np.where(known, values, filled), known | valid(theirs)

    def contracts(self, place: Index) -> Any:
        """Created contracts by receipt."""
        return self.columns["contract"].take(pa.array(place, mask=place < 0)) if self.columns else None


def figure(chunk: Chunk, name: str) -> tuple[Index, Mask]:
    """A whole number of each row and where it is known."""
    if not chunk.has(name):
        return np.zeros(chunk.rows, np.int64), np.zeros(chunk.rows, bool)
    array = chunk.integers(name)
    return array.fill_null(0).to_numpy(zero_copy_only=False), valid(array)
