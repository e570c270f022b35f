"""Some rows of a chunk, looked at on their own; what is wrong with them is wrong with the chunk's."""

from typing import Any

import numpy as np

from cointrail.ledger.readers.arrays import select
from cointrail.ledger.readers.chunk import Chunk
from cointrail.ledger.readers.faults import Mask


class Part(Chunk):
    """The marked rows of a chunk, which still know their lines."""

    def __init__(self, chunk: Chunk, rows: Mask, without: tuple[str, ...] = ()) -> None:
        numbers = np.flatnonzero(rows)
        columns: dict[str, Any] = {
            name: select(column, rows) for name, column in chunk.columns.items() if name not in without
        }
        super().__init__(columns, chunk.written, len(numbers), lambda row: chunk.row(int(numbers[row])))
        self._chunk, self._numbers = chunk, numbers

    def report(self) -> None:
        """Tell the chunk which rows are bad, and why."""
        if self.faults.reasons:
            index = np.full(self._chunk.rows, -1)
            index[self._numbers] = np.arange(len(self._numbers))
            self._chunk.faults.spread(self.faults, index)
