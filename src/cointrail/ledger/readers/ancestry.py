"""Calls that came to nothing because a call above them failed (the EVM undoes a failed frame with all it called)."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cointrail.ledger.readers.arrays import mask, sizes
from cointrail.ledger.readers.faults import Mask
from cointrail.ledger.readers.paths import ELEMENT_BYTES


class Failed:
    """Frames that failed: transaction and path of each."""

    def __init__(self, parts: Iterable[tuple[Any, Any]]) -> None:
        """`parts` are transaction hashes and paths, one pair of arrays a chunk."""
        pairs = list(parts)
        self.tx = pa.concat_arrays([tx.cast(pa.binary()) for tx, _ in pairs]) if pairs else pa.array([], pa.binary())
        self.path = pa.concat_arrays([path for _, path in pairs]) if pairs else pa.array([], pa.binary())

    def covers(self, tx: Any, path: Any) -> Mask:
        """Which frames are failed ones or lie below one."""
        covered = np.zeros(len(tx), bool)
        if not len(self.tx) or not len(tx):
            return covered
        tx = tx.cast(pa.binary())
        near = pc.is_in(self.tx, pc.unique(tx))
        failed = _keys(self.tx.filter(near), self.path.filter(near))
        if not len(failed):
            return covered
        length = sizes(path)
        for depth in range(0, int(length.max()) + 1, ELEMENT_BYTES):
            above = mask(pc.is_in(_keys(tx, pc.binary_slice(path, 0, depth)), failed))
            covered |= above & (length >= depth)
        return covered


def _keys(tx: Any, path: Any) -> Any:
    return pc.binary_join_element_wise(tx, path, b"")
