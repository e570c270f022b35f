"""A holding as a walk sees it: its movements in walking order, with balances and cumulative flow.

Walking backward is walking forward through the reversed ledger: what came in goes out, what is held at the end is the
opening balance. FIFO, LIFO and haircut are their own mirror images, so the same rules serve both directions.
"""

from bisect import bisect_left
from functools import cached_property
from itertools import accumulate
from statistics import median_low

from cointrail.ledger.index import Index


class Account:
    """All movements of one holding in walking order; everything is in smallest units.

    `keys` order movements over all holdings: the row of the transfer, negated when walking backward.
    """

    def __init__(self, index: Index, holding: int, backward: bool) -> None:
        rows, incoming, amounts, peers = index.movements(holding)
        signed = [a if i else -a for a, i in zip(amounts, incoming, strict=True)]
        lowest = min(accumulate(signed), default=0)
        self.holding = holding
        self.inferred = max(0, -lowest)  # the least opening balance that keeps the holding from going negative
        self.held = self.inferred + sum(signed)  # at the ledger's end
        self.keys: list[int] = rows.tolist()
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
        """The place of a transfer; one to itself stands twice, going out first."""
        at = bisect_left(self.keys, key)
        return at if self.incoming[at] == incoming else at + 1

    def next_out(self, after: int) -> int | None:
        """The first outflow behind a place."""
        outs = self.outs
        at = bisect_left(outs, after + 1)
        return outs[at] if at < len(outs) else None
