"""Who stands at either end of every row of a ledger, and of which transaction it is: the three columns read whole.

From them the rows around some addresses are found, always as whole transactions, so that of one wallet no more is read
than what it, and those who attacked it, have touched.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from cointrail.ledger import Ledger
from cointrail.ledger import segment as segments
from cointrail.ledger.columns import NONE, Integers, flat, integers
from cointrail.ledger.files import stored

Mask = npt.NDArray[np.bool_]
Ids = npt.NDArray[np.uint32]
Value = TypeVar("Value", bound=np.integer[Any])


class Skeleton:
    """Sender, recipient and transaction (counted over all segments, NONE without) of every row."""

    def __init__(self, ledger: Ledger, step: Callable[[float], None]) -> None:
        self.ledger = ledger
        n = ledger.transfers
        self.sender, self.recipient = np.zeros(n, np.uint32), np.zeros(n, np.uint32)
        self.tx = np.full(n, NONE, np.int64)
        row = 0
        for segment, first in zip(ledger.manifest.segments, ledger.index.first_tx.tolist(), strict=False):
            here = slice(row, row + segment.rows)
            table = stored(segments.file(ledger.path, "transfers", segment)).read(columns=["sender", "recipient", "tx"])
            self.sender[here], self.recipient[here] = (np.asarray(flat(table.column(side))) for side in (0, 1))
            tx = integers(flat(table.column("tx")).cast("int64"))
            self.tx[here] = np.where(tx == NONE, NONE, tx + first)
            row += segment.rows
            step(row / max(n, 1))
        top = int(max(self.sender.max(initial=0), self.recipient.max(initial=0))) + 1
        self.addresses = top  # ids are below
        self.degree: Integers = np.bincount(self.sender, minlength=top) + np.bincount(self.recipient, minlength=top)

    def marked(self, ids: Iterable[int]) -> Mask:
        """Which address ids are among these."""
        found = np.zeros(self.addresses, bool)
        found[[one for one in ids if 0 < one < self.addresses]] = True
        return found

    def touching(self, ids: Iterable[int]) -> Mask:
        """The rows of these addresses, and all others of the same transactions."""
        wanted = self.marked(ids)
        rows: Mask = wanted[self.sender] | wanted[self.recipient]
        of = np.zeros(int(self.tx.max(initial=NONE)) + 2, bool)  # the last is that of NONE
        of[self.tx[rows]] = True
        of[NONE] = False
        return rows | of[self.tx]


def pairs(one: Any, other: Any) -> npt.NDArray[np.uint64]:
    """Two ids below 2**32 as one number."""
    found: npt.NDArray[np.uint64] = one.astype(np.uint64) << np.uint64(32) | other.astype(np.uint64)
    return found


def distinct(values: npt.NDArray[Value]) -> npt.NDArray[Value]:
    """Each value once, ascending. By sorting: NumPy's own way by hashes takes minutes for millions of pairs of ids."""
    ordered = np.sort(values)
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def among(values: Any, known: Any) -> Mask:
    """Which values are among those known, which ascend."""
    if not len(known):
        return np.zeros(len(values), bool)
    found: Mask = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return found


def many(one: Any, other: Any, addresses: int) -> Integers:
    """By address id: with how many different `other` it stands as `one`."""
    once = distinct(pairs(one, other))
    return np.bincount((once >> np.uint64(32)).astype(np.int64), minlength=addresses)
