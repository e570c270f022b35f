"""Which category an address is of at a time: what its labels say, settled to one word."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from cointrail.chains.data import table
from cointrail.labels import Label, Labels
from cointrail.labels.categories import category
from cointrail.labels.confidence import level
from cointrail.ledger import Ledger
from cointrail.ledger.columns import NONE

ORDER = "order.csv"  # all categories, the gravest first
UNKNOWN = "unknown"  # the rest: where it comes from (or went) no label says
FREE = 0  # code of an address that nothing is said of: value passes through
NOBODY = 255  # code of nobody, who pays block rewards and gets fees: value stops, of no category

Spans = tuple[list[int], list[int], int]  # times of change, codes (one more), code at an unknown time


@cache
def categories() -> tuple[str, ...]:
    """Every category, the gravest first. The code of one is its place, from 1."""
    return tuple(row["category"] for row in table("cointrail.exposure", ORDER))


@cache
def code(word: str) -> int:
    """The code of a category as a source writes it; 0 where nobody knows the word."""
    known = category(word)
    return categories().index(known.name) + 1 if known is not None else FREE


def settled(labels: Iterable[Label]) -> int:
    """The code that holds where several labels do: of the surest, and of equally sure ones the gravest."""
    found = [(-level(label.confidence), one) for label in labels if label.category and (one := code(label.category))]
    return min(found)[1] if found else FREE


class Said:
    """The categories of a ledger's addresses, by address id; an address is looked up when it is first asked for."""

    def __init__(self, ledger: Ledger, labels: Labels) -> None:
        self._ledger, self._labels = ledger, labels
        self.named = ledger.index.beginning_with(np.unique(labels.prefixes))
        self._spans: dict[int, Spans] = {}

    def at(self, address: int, time: int) -> int:
        """The code of an address at a time (NONE: unknown, when every label may hold)."""
        if address not in self.named:
            return FREE if address else NOBODY
        changes, codes, undated = self.spans(address)
        return undated if time == NONE else codes[bisect_right(changes, time)]

    def timed(self, address: int) -> bool:
        """Whether the code of an address depends on the time."""
        if address not in self.named:
            return False
        _, codes, undated = self.spans(address)
        return any(one != undated for one in codes)

    def spans(self, address: int) -> Spans:
        """The codes of an address over time: before the first change, from each change on; and at an unknown time."""
        found = self._spans.get(address)
        if found is None:
            self.look_up([address])
            found = self._spans[address]
        return found

    def look_up(self, addresses: Sequence[int]) -> None:
        """Look up many at once."""
        for address, raw in zip(addresses, self._ledger.addresses(addresses), strict=True):
            said = [label for label in self._labels.at(raw, None) if label.category]
            ends = (time for label in said for time in (label.valid_from, label.valid_to) if time is not None)
            changes = sorted(set(ends))
            before = [changes[0] - 1] if changes else [0]
            codes = [settled(label for label in said if label.valid(time)) for time in (*before, *changes)]
            self._spans[address] = changes, codes, settled(said)
