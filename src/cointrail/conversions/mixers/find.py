"""CoinJoins in many transactions at once: a vectorised look for what any of them has, then the rules one by one."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.conversions.mixers.coinjoin import Join, joined
from cointrail.conversions.mixers.transaction import Transaction

Integers = npt.NDArray[np.int64]
UNKNOWN = -1  # what an input is worth where no source says it


@dataclass(frozen=True)
class Sides:
    """Inputs and outputs of transactions 0 to `count` - 1 as columns, those of one transaction behind each other.

    Owners are numbers, 0 for nobody known. `dead` outputs carry data and no value.
    """

    count: int
    spent_tx: Integers
    spent_owner: Integers
    spent_value: Integers
    paid_tx: Integers
    paid_owner: Integers
    paid_value: Integers
    dead: npt.NDArray[np.bool_]


def find(sides: Sides) -> Iterator[tuple[int, Transaction, Join]]:
    """The CoinJoins among transactions: number, transaction, and what it is."""
    for number in candidates(sides).tolist():
        told = transaction(sides, number)
        if join := joined(told):
            yield number, told, join


def candidates(sides: Sides) -> Integers:
    """Transactions that may be one: two outputs of one value, or one that carries data beside a few others."""
    order = np.lexsort((sides.paid_value, sides.paid_tx))
    tx, value = sides.paid_tx[order], sides.paid_value[order]
    live = ~sides.dead[order]
    twins = (tx[1:] == tx[:-1]) & (value[1:] == value[:-1]) & live[1:] & live[:-1]
    found = np.zeros(sides.count, bool)
    found[tx[1:][twins]] = True
    texts = np.bincount(sides.paid_tx[sides.dead], minlength=sides.count)
    found |= texts == 1
    found &= np.bincount(sides.spent_tx, minlength=sides.count) > 0
    return np.flatnonzero(found)


def transaction(sides: Sides, number: int) -> Transaction:
    """One transaction as the rules see it. Payers that nobody knows count as different ones."""
    spent = slice(*np.searchsorted(sides.spent_tx, [number, number + 1]))
    paid = slice(*np.searchsorted(sides.paid_tx, [number, number + 1]))
    live = ~sides.dead[paid]
    worth = [None if value == UNKNOWN else value for value in sides.spent_value[spent].tolist()]
    return Transaction(
        tuple(worth),
        _named(sides.spent_owner[spent].tolist(), "in"),
        tuple(sides.paid_value[paid][live].tolist()),
        _named(sides.paid_owner[paid][live].tolist(), "out"),
        int((~live).sum()),
    )


def _named(owners: Sequence[int], side: str) -> tuple[Hashable, ...]:
    return tuple(owner or (side, place) for place, owner in enumerate(owners))
