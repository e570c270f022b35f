"""Marks of rows: where a transaction begins, whether it moves more than one asset, and whether events tell of it.

Only a transaction that moves several assets can have changed one into another, and only one with events can have sent
value over a bridge; a walk looks at no other one closer.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from cointrail.ledger.columns import NONE, Integers
from cointrail.ledger.rows import Kind

FIRST = 1  # this row begins a transaction
MANY = 2  # its transaction moves more than one asset, fees and rewards apart
EVENT = 4  # there are events of its transaction
MEMO = 8  # its transaction, between outputs, carries a text
CLOSE = MANY | EVENT
APART = (int(Kind.FEE), int(Kind.REWARD))

Marks = npt.NDArray[np.uint8]


def transactions(tx: Integers, kind: npt.NDArray[np.uint8], asset: Integers, moves: npt.NDArray[np.bool_]) -> Marks:
    """The marks of consecutive rows. `tx`: number of the transaction, NONE for a row without; `moves`: not nothing."""
    counts = moves & ~np.isin(kind, APART)
    marks: Marks = _mark(tx, np.where(counts, asset, NONE))
    return marks


def span(mark: Sequence[int] | Marks, row: int) -> tuple[int, int]:
    """First row of the transaction that `row` is of, and the row behind its last."""
    first, behind, end = row, row + 1, len(mark)
    while not mark[first] & FIRST:
        first -= 1
    while behind < end and not mark[behind] & FIRST:
        behind += 1
    return first, behind


@njit(cache=True)
def _mark(tx: Any, asset: Any) -> Any:
    n = tx.size
    out = np.zeros(n, np.uint8)
    start = 0
    while start < n:
        end = start + 1
        if tx[start] != NONE:
            while end < n and tx[end] == tx[start]:
                end += 1
        seen, many = NONE, False
        for row in range(start, end):
            if asset[row] != NONE:
                if seen == NONE:
                    seen = asset[row]
                elif asset[row] != seen:
                    many = True
        for row in range(start, end):
            out[row] = MANY if many else 0
        out[start] |= FIRST
        start = end
    return out
