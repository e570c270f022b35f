"""Direct transfers between two groups of addresses, outside any pool."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from cointrail.ledger import Ledger

MOST = 10_000  # movements of an address; one with more is a service, and who deals with it is not tied to it


def ties(ledger: Ledger, ones: Iterable[int], others: Iterable[int]) -> Counter[tuple[int, int]]:
    """How many transfers there are between each of `ones` and each of `others`, either way, by address ids.

    Of assets that somebody vouches for: anybody can make a token that tells of transfers between strangers. The cost
    grows with the movements of `ones`.
    """
    vouched = np.array([asset.verified for asset in ledger.assets], bool)
    wanted = np.array(sorted(set(others) - {0}), np.int64)
    index = ledger.index
    found: Counter[tuple[int, int]] = Counter()
    if not len(wanted):
        return found
    busy = {one: _degree(ledger, one) > MOST for one in wanted.tolist()}
    for one in sorted(set(ones) - {0}):
        if _degree(ledger, one) > MOST:
            continue
        for holding in index.holdings(one):
            if not vouched[index.asset(holding)]:
                continue
            entries = index.entries[int(index.start[holding]) : int(index.start[holding + 1])]
            peers = index.holding_address[index.link[entries >> 1] ^ np.uint32(holding)].astype(np.int64)
            place = np.minimum(np.searchsorted(wanted, peers), len(wanted) - 1)
            known, count = np.unique(peers[wanted[place] == peers], return_counts=True)
            for other, number in zip(known.tolist(), count.tolist(), strict=True):
                if other != one and not busy[other]:
                    found[one, other] += number
    return found


def _degree(ledger: Ledger, address: int) -> int:
    return sum(ledger.index.degree(holding) for holding in ledger.index.holdings(address))
