"""How much of what a wallet held left it by one transaction.

A share is what left a holding for somebody in a transaction, divided by what was there before it and came in by it,
less fees. Where the ledger begins too late the opening balance is the least that keeps the holding from going negative.
Shares are ratios, not money, and computed in doubles: what is less than about 10**-12 of all that ever passed through a
holding is lost in rounding.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from cointrail.ledger.columns import Integers
from cointrail.ledger.index import WIDE, Index
from cointrail.ledger.marks import FIRST

Shares = npt.NDArray[np.float32]
WORD = 2.0**64


def shares(index: Index, holdings: Integers, rows: int) -> Shares:
    """The share of its sender's holding that left by each row's transaction; 0 where a row is of no such holding."""
    out = np.zeros(rows, np.float32)
    _shares(
        holdings, index.entries, index.start, index.link, index.holding_address,
        index.amount, index.wide, index.mark, out,
    )  # fmt: skip
    return out


def holdings_of(index: Index, addresses: Integers) -> Integers:
    """The holdings of some address ids."""
    low = np.searchsorted(index.holding_address, addresses.astype(np.uint32), "left")
    high = np.searchsorted(index.holding_address, addresses.astype(np.uint32), "right")
    count = high - low
    first = np.repeat(low - np.cumsum(count) + count, count)
    found: Integers = (first + np.arange(int(count.sum()))).astype(np.int64)
    return found


def values(index: Index, rows: Integers) -> npt.NDArray[np.float64]:
    """Amounts of rows as doubles."""
    narrow = index.amount[rows]
    out = narrow.astype(np.float64)
    large = np.flatnonzero(narrow >= WIDE)
    if len(large):
        words = index.wide[(narrow[large] ^ WIDE).astype(np.int64)].astype(np.float64)
        out[large] = ((words[:, 0] * WORD + words[:, 1]) * WORD + words[:, 2]) * WORD + words[:, 3]
    return out


@njit(cache=True)
def _value(amount: Any, wide: Any, row: Any) -> float:
    narrow = amount[row]
    if narrow < np.uint64(9223372036854775808):
        return float(narrow)
    at = np.int64(narrow ^ np.uint64(9223372036854775808))
    return ((float(wide[at, 0]) * WORD + float(wide[at, 1])) * WORD + float(wide[at, 2])) * WORD + float(wide[at, 3])


@njit(cache=True)
def _shares(
    holdings: Any, entries: Any, start: Any, link: Any, address: Any, amount: Any, wide: Any, mark: Any, out: Any
) -> None:
    for h in holdings:
        if address[h] == 0:
            continue
        first, last = np.int64(start[h]), np.int64(start[h + 1])
        balance, least = 0.0, 0.0
        for at in range(first, last):
            entry = np.int64(entries[at])
            value = _value(amount, wide, entry >> 1)
            balance += value if entry & 1 else -value
            least = min(least, balance)
        balance = -least
        begin = first
        while begin < last:
            end = begin + 1
            while end < last and _together(mark, np.int64(entries[end - 1]) >> 1, np.int64(entries[end]) >> 1):
                end += 1
            there, gone = balance, 0.0
            for place in range(begin, end):
                entry = np.int64(entries[place])
                row = entry >> 1
                value = _value(amount, wide, row)
                if entry & 1:
                    there += value
                    balance += value
                else:
                    balance -= value
                    if address[np.int64(link[row]) ^ h] == 0:
                        there -= value
                    else:
                        gone += value
            if gone > 0.0:
                share = min(gone / there, 1.0) if there > 0.0 else 1.0
                for place in range(begin, end):
                    entry = np.int64(entries[place])
                    if entry & 1 == 0 and address[np.int64(link[entry >> 1]) ^ h] != 0:
                        out[entry >> 1] = share
            balance = max(balance, 0.0)
            begin = end


@njit(cache=True)
def _together(mark: Any, row: Any, later: Any) -> bool:
    """Whether two rows are of one transaction."""
    place = row + 1
    while place <= later and not mark[place] & FIRST:
        place += 1
    return bool(place > later)
