"""Transactions that several people may have signed together: their inputs say nothing about one owner.

A CoinJoin gives its participants outputs that are alike, so that nobody can tell whose is whose. This guard looks at
nothing else and rather calls one too many: a payment that is left out costs a merge, a CoinJoin that is taken for a
payment makes strangers one owner. What it cannot see is a payment to which the recipient adds a coin of its own
(PayJoin): that looks like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cointrail.owners.payments import Payments
from cointrail.owners.ties import Mask

ALIKE = 2  # outputs of one value, from which they can hide each other

Detector = Callable[[Payments], Mask]  # of every transaction whether several people may have signed it


@dataclass(frozen=True)
class Joins:
    """A detector, with a name that changes when what it says changes: clusters are then made anew."""

    name: str
    detect: Detector


def alike(told: Payments) -> Mask:
    """Whether outputs of one value are at least ALIKE, and no more than the owners of inputs who might have one each.

    An input whose owner is not known counts as an owner of its own.
    """
    spent, paid = told.inputs, told.outputs
    who = np.where(spent.owner == 0, spent.coin.astype(np.int64) + (1 << 32), spent.owner)
    people = np.bincount(np.unique(spent.tx << 33 | who) >> 33, minlength=told.count)
    worth = np.flatnonzero(paid.value > 0)
    worth = worth[np.lexsort((paid.value[worth], paid.tx[worth]))]
    tx, value = paid.tx[worth], paid.value[worth]
    begins = np.flatnonzero(np.diff(tx, prepend=-1) | np.diff(value, prepend=-1))
    count = np.diff(begins, append=len(worth))
    found = np.zeros(told.count, bool)
    found[tx[begins][(count >= ALIKE) & (count <= people[tx[begins]])]] = True
    return found


def nothing(told: Payments) -> Mask:
    """Calls no transaction a CoinJoin."""
    return np.zeros(told.count, bool)


ALIKE_OUTPUTS = Joins("alike outputs, 1", alike)
