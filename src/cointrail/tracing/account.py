"""A holding as a walk sees it: its movements in walking order, with balances and cumulative flow.

Walking backward is walking forward through the reversed ledger: what came in goes out, what is held at the end is the
opening balance. FIFO, LIFO and haircut are their own mirror images, so the same rules serve both directions.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, groupby
from statistics import median_low
from typing import Protocol

from cointrail.ledger.marks import CLOSE, EVENT, MEMO

TELLING = EVENT | MEMO
SETTLED = -1  # the other side of a movement that is the net of a transaction: settlement knows it


class Index(Protocol):
    """What an account is made from: one ledger, or several seen as one."""

    def movements(self, holding: int) -> tuple[list[int], list[bool], list[int], list[int], bytes]:
        """Keys in ascending order, whether value comes in, amounts, the other holdings, marks (a byte each)."""

    def degree(self, holding: int) -> int:
        """How many movements a holding has."""

    def asset(self, holding: int) -> int:
        """The number of a holding's asset."""

    def transaction(self, key: int) -> tuple[int, int, int]:
        """Ledger, first row and row behind the last of a movement's transaction."""

    def last_key(self, key: int) -> int:
        """The key of the last row of a movement's transaction."""

    def by_outputs(self, holding: int) -> bool:
        """Whether a holding is of an output-based chain."""

    def through(self, holding: int) -> bool:
        """Whether value only passes through a holding: a transaction between outputs."""

    def seat(self, holding: int) -> int:
        """The holding that stands for all of an owner's in an asset."""

    def fee(self, holding: int) -> int:
        """The holding of nobody, where the fees of a transaction between outputs go."""

    def apart(self, holding: int) -> bool:
        """Whether a holding is nobody's: fees go there and rewards come from there."""


class Account:
    """All movements of one holding in walking order; everything is in smallest units.

    `keys` order movements over all holdings, negated when walking backward. With `net`, what a transaction of several
    assets moved in and out is one movement, of the net amount, at the key of the transaction's last row; fees apart.
    """

    def __init__(self, index: Index, holding: int, backward: bool, net: bool = False) -> None:
        keys, incoming, amounts, peers, marks = index.movements(holding)
        self.told: frozenset[int] = frozenset()  # keys, without sign, of which events or memos tell
        seen = set(marks) if net else ()
        if any(mark & TELLING for mark in seen):
            telling = [key for key, mark in zip(keys, marks, strict=True) if mark & TELLING]
            self.told = frozenset([*telling, *map(index.last_key, telling)])
        if any(mark & CLOSE for mark in seen):
            many = [mark & CLOSE != 0 for mark in marks]
            keys, incoming, amounts, peers = _netted(index, keys, incoming, amounts, peers, many)
        signed = [a if i else -a for a, i in zip(amounts, incoming, strict=True)]
        lowest = min(accumulate(signed), default=0)
        self.holding, self.asset = holding, index.asset(holding)
        self.inferred = max(0, -lowest)  # the least opening balance that keeps the holding from going negative
        self.held = self.inferred + sum(signed)  # at the ledger's end
        self.keys = keys
        self.incoming, self.amounts, self.peers = incoming, amounts, peers
        self.opening = self.inferred
        if backward:
            self.keys = [-key for key in reversed(self.keys)]
            self.incoming = [not i for i in reversed(incoming)]
            self.amounts, self.peers = amounts[::-1], peers[::-1]
            self.opening, self.held = self.held, self.inferred

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def before(self) -> list[int]:
        """The balance before each movement."""
        signed = (a if i else -a for a, i in zip(self.amounts, self.incoming, strict=True))
        return list(accumulate(signed, initial=self.opening))[:-1]

    @cached_property
    def outs(self) -> list[int]:
        """The places of the outflows."""
        return [place for place, incoming in enumerate(self.incoming) if not incoming]

    @cached_property
    def usual_out(self) -> int:
        """The median outflow; 0 where nothing ever leaves."""
        return median_low([self.amounts[place] for place in self.outs]) if self.outs else 0

    @cached_property
    def mean_out(self) -> int:
        """The mean outflow, rounded down; 0 where nothing ever leaves."""
        return sum(self.amounts[place] for place in self.outs) // max(1, len(self.outs))

    @cached_property
    def line(self) -> list[int]:
        """Where each movement starts on the line on which all inflows (the opening balance first) and all outflows
        are laid end to end."""
        out, paid, got = [], 0, self.opening
        for amount, incoming in zip(self.amounts, self.incoming, strict=True):
            if incoming:
                out.append(got)
                got += amount
            else:
                out.append(paid)
                paid += amount
        return out

    @cached_property
    def paid(self) -> list[int]:
        """Cumulative outflow after each of `outs`."""
        return list(accumulate(self.amounts[place] for place in self.outs))

    def place(self, key: int, incoming: bool) -> int:
        """The place of a transfer; one to itself stands twice, going out first. KeyError where it is not."""
        at = bisect_left(self.keys, key)
        while at < len(self.keys) and self.keys[at] == key:
            if self.incoming[at] == incoming:
                return at
            at += 1
        raise KeyError(f"no movement {'in' if incoming else 'out'} at {key} in holding {self.holding}")

    def next_out(self, after: int) -> int | None:
        """The first outflow behind a place."""
        outs = self.outs
        at = bisect_left(outs, after + 1)
        return outs[at] if at < len(outs) else None


Lists = tuple[list[int], list[bool], list[int], list[int]]


def _netted(
    index: Index, keys: list[int], incoming: list[bool], amounts: list[int], peers: list[int], many: Sequence[bool]
) -> Lists:
    """The movements with those of each marked transaction made one; what nets to nothing is gone."""
    rows: list[tuple[int, bool, int, int]] = []
    apart = {peer: index.apart(peer) for peer in {peers[place] for place in range(len(keys)) if many[place]}}
    listed = list(zip(keys, incoming, amounts, peers, many, strict=True))

    def of(entry: tuple[int, bool, int, int, bool]) -> int | None:
        return index.last_key(entry[0]) if entry[4] and not apart[entry[3]] else None

    for key, group in groupby(listed, of):
        if key is None:
            rows += [entry[:4] for entry in group]
        else:
            net = sum(amount if comes else -amount for _, comes, amount, _, _ in group)
            if net:
                rows.append((key, net > 0, abs(net), SETTLED))
    return (
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
    )
