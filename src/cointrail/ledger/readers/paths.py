"""Trace addresses: where a call stands in the tree of calls of its transaction."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.readers.arrays import is_text, plain, select, sizes, valid
from cointrail.ledger.readers.faults import Faults
from cointrail.ledger.readers.figures import matches

ELEMENT_BYTES = 2
MOST = 0xFFFF  # calls of one frame that two bytes can count
WRITTEN = r"^[0-9]{1,9}([,_][0-9]{1,9})*$"  # ethereum-etl writes commas, cryo underscores


def paths(column: Any, what: str, faults: Faults) -> Any:
    """Trace addresses as the binary column `path` of ROWS: two big-endian bytes an element, b"" for the root.

    From lists of integers or text such as "0,1"; null is the root.
    """
    array = plain(column)
    if is_text(array):
        array = pc.replace_substring_regex(array, r"[\[\]\s]", "")
        nested = sizes(array) > 0
        good = matches(array, WRITTEN)
        faults.add(nested & ~good, f"{what} is not a trace address")
        parts = pc.split_pattern(pc.replace_substring(select(array, good), "_", ","), ",")
        elements, lengths = parts.values.cast(pa.int64()), pc.list_value_length(parts).to_numpy()
    else:
        good = valid(array)
        parts = select(array, good)
        elements, lengths = parts.flatten().cast(pa.int64()), pc.list_value_length(parts).to_numpy()
    values = elements.fill_null(-1).to_numpy(zero_copy_only=False)
    counts = np.zeros(len(array), np.int64)
    counts[good] = lengths
    wild = (values < 0) | (values > MOST)
    if wild.any():
        rows = np.repeat(np.arange(len(array)), counts)[wild]
        faults.add_rows(np.unique(rows), f"{what} is not a trace address")
    offsets = np.zeros(len(array) + 1, np.int32)
    np.cumsum(counts * ELEMENT_BYTES, out=offsets[1:])
    data = np.where(wild, 0, values).astype(">u2").tobytes()
    return pa.Array.from_buffers(pa.binary(), len(array), [None, pa.py_buffer(offsets), pa.py_buffer(data)])
