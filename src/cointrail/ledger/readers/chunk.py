"""Some rows of one file: columns by our names, and what is wrong with them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.readers import amounts, figures, hexes
from cointrail.ledger.readers.arrays import Index, valid, whole
from cointrail.ledger.readers.faults import Faults, Mask
from cointrail.ledger.readers.limbs import Limbs

Row = Callable[[int], tuple[int, str]]
LAST_PLACE = (1 << 31) - 1


class Chunk:
    """Rows of one file with the columns that a reader wanted.

    `columns` maps our names to Arrow columns, `written` to the names in the file; `row` gives line and raw text of a
    row. Every typed access notes rows it cannot read in `faults`.
    """

    def __init__(self, columns: dict[str, Any], written: dict[str, str], rows: int, row: Row) -> None:
        self.columns = {name: whole(column) for name, column in columns.items()}
        self.written = written
        self.rows = rows
        self.row = row
        self.faults = Faults(rows)
        self.blank: Mask | None = None  # rows that are empty lines: neither good nor bad

    def has(self, name: str) -> bool:
        """Whether the file has this column."""
        return name in self.columns

    def type(self, name: str) -> Any:
        """Arrow type of a column."""
        return self.columns[name].type

    def hashes(self, name: str, needed: bool = False) -> Any:
        """32-byte hashes, null where there is none."""
        return self._read(name, hexes.hashes, needed)

    def addresses(self, name: str, needed: bool = False) -> Any:
        """20-byte addresses, null where there is none."""
        return self._read(name, hexes.addresses, needed)

    def contracts(self, name: str) -> Any:
        """Asset keys of token contracts; a row without is a fault."""
        return hexes.contracts(self.columns[name], self.written[name], self.faults)

    def integers(self, name: str, needed: bool = False) -> Any:
        """int64, null where there is none."""
        return self._read(name, figures.integers, needed)

    def places(self, name: str) -> Any:
        """Places in a list, int32, null where there is none."""
        array = self.integers(name)
        if array is None:
            return None
        large = array.fill_null(0).to_numpy(zero_copy_only=False) > LAST_PLACE
        if large.any():
            self.faults.add(large, f"{self.written[name]} is too large")
            array = pc.if_else(pa.array(large), None, array)
        return array.cast(pa.int32())

    def seconds(self, name: str, needed: bool = False) -> Any:
        """Epoch seconds, null where there is none."""
        return self._read(name, figures.seconds, needed)

    def amounts(self, name: str, needed: bool = True) -> tuple[Limbs, Mask]:
        """Amounts in smallest units, 0 where there is none, and which rows have one."""
        written = self.written[name]
        limbs, present = amounts.amounts(
            self.columns[name], written, self.faults, hexadecimal=written.endswith("binary")
        )
        if needed:
            self.faults.add(~present, f"no {written}")
        return limbs, present

    def values(self, name: str, missing: int = 0) -> Index:
        """Integers as numpy, `missing` where there is none or no such column."""
        if not self.has(name):
            return np.full(self.rows, missing, np.int64)
        values: Index = self.integers(name).fill_null(missing).to_numpy(zero_copy_only=False)
        return values

    def _read(self, name: str, convert: Callable[[Any, str, Faults], Any], needed: bool) -> Any:
        if not self.has(name):
            return None
        array = convert(self.columns[name], self.written[name], self.faults)
        if needed and array.null_count:
            self.faults.add(~valid(array), f"no {self.written[name]}")
        return array
