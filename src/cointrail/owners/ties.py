"""What says that addresses have one owner: groups of addresses, each with a transaction and a rule, in chain order.

A tie is one row: the number of a transaction, the id of an address, and a rule. Ties of one group stand behind each
other, at least two; the first of a group carries the bit BEGINS. Numbers of transactions ascend.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cointrail.errors import InputError
from cointrail.owners.rules import Rule

Ids = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.integer]

BEGINS = np.uint8(0x80)
MOST = np.iinfo(np.uint32).max  # transactions that can be numbered


@dataclass(frozen=True)
class Ties:
    """Rows of equal length. `rule` may be empty: then all are of one rule, INPUTS, and a transaction is a group."""

    tx: Ids
    owner: Ids
    rule: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.tx)

    @cached_property
    def start(self) -> npt.NDArray[np.int64]:
        """Where the groups begin, and the end."""
        begins = self.rule & BEGINS != 0 if len(self.rule) else np.diff(self.tx.astype(np.int64), prepend=-1) != 0
        return np.append(np.flatnonzero(begins), len(self.tx))

    @property
    def rules(self) -> npt.NDArray[np.uint8]:
        """The rule of every row."""
        return self.rule & ~BEGINS if len(self.rule) else np.zeros(len(self.tx), np.uint8)

    def groups(self, tx: int) -> range:
        """Numbers of the groups of a transaction."""
        low, high = (np.searchsorted(self.tx, np.uint32(tx), side) for side in ("left", "right"))
        first, behind = np.searchsorted(self.start, (low, high))
        return range(int(first), int(behind))

    def before(self, tx: int) -> "Ties":
        """Only the rows of transactions before one."""
        end = int(np.searchsorted(self.tx, np.uint32(tx))) if tx <= MOST else len(self.tx)
        return Ties(self.tx[:end], self.owner[:end], self.rule[:end])

    def group(self, number: int) -> tuple[Rule, list[int]]:
        """The rule and the addresses of a group."""
        low, high = int(self.start[number]), int(self.start[number + 1])
        rule = Rule(int(self.rule[low]) & ~int(BEGINS)) if len(self.rule) else Rule.INPUTS
        return rule, [int(i) for i in self.owner[low:high]]

    def later(self, first: int) -> "Ties":
        """The same with numbers of transactions that count from another one."""
        return Ties((self.tx.astype(np.int64) + first).astype(np.uint32), self.owner, self.rule)

    def kept(self, groups: Mask) -> "Ties":
        """Only the marked groups."""
        rows = np.repeat(groups, np.diff(self.start))
        return Ties(self.tx[rows], self.owner[rows], self.rule[rows] if len(self.rule) else self.rule)


NONE = Ties(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint8))


def inputs(tx: Integers, owner: Integers, barred: Mask | None = None) -> Ties:
    """The multi-input rule: one group for each transaction that spends from two addresses or more.

    `tx` are numbers of transactions, ascending, `owner` whose output each input spends; 0 is not known and says
    nothing. `barred` says of every transaction by its number whether others than one owner may have signed it
    (CoinJoin): it joins nothing. InputError where the numbers do not ascend.
    """
    if len(tx) != len(owner):
        raise InputError(f"{len(tx):,} transactions for {len(owner):,} inputs: give both of every input")
    if len(tx) and (bool((tx[1:] < tx[:-1]).any()) or int(tx[0]) < 0 or int(tx[-1]) >= MOST):
        raise InputError(f"transactions of inputs do not ascend from 0 to {MOST:,}: sort them in chain order")
    keep = owner != 0
    if barred is not None:
        keep &= ~barred[tx]
    number, whose = tx[keep].astype(np.uint32), owner[keep].astype(np.uint32)
    new = np.ones(len(number), bool)  # an address that its transaction has just named says nothing more
    new[1:] = (number[1:] != number[:-1]) | (whose[1:] != whose[:-1])
    number, whose = number[new], whose[new]
    first = np.ones(len(number), bool)
    first[1:] = number[1:] != number[:-1]
    several = ~(first & np.append(first[1:], True))
    number, whose, first = number[several], whose[several], first[several]
    return Ties(number, whose, np.where(first, BEGINS, np.uint8(0)) | np.uint8(Rule.INPUTS))


def pairs(rule: Rule, tx: Integers, one: Integers, other: Integers) -> Ties:
    """Groups of two: by each transaction these two addresses have one owner. Sorted here."""
    order = np.argsort(tx, kind="stable")
    owners = np.stack([one[order], other[order]], axis=1).astype(np.uint32).ravel()
    rules = np.tile(np.array([BEGINS | np.uint8(rule), rule], np.uint8), len(order))
    return Ties(np.repeat(tx[order].astype(np.uint32), 2), owners, rules)


def merged(*some: Ties) -> Ties:
    """All ties in the order of their transactions; of one transaction the groups of the earlier argument first."""
    parts = [one for one in some if len(one)]
    if len(parts) <= 1:
        return parts[0] if parts else NONE
    tx = np.concatenate([one.tx for one in parts])
    order = np.argsort(tx, kind="stable")
    rule = np.concatenate([one.rule for one in parts])
    return Ties(tx[order], np.concatenate([one.owner for one in parts])[order], rule[order])


def joined(parts: Sequence[Ties]) -> Ties:
    """Parts that follow each other, as one. Each must tell the rule of every row."""
    if not parts:
        return NONE
    tx, owner, rule = zip(*((one.tx, one.owner, one.rule) for one in parts), strict=True)
    return Ties(np.concatenate(tx), np.concatenate(owner), np.concatenate(rule))
