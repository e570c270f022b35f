"""Settled transactions of a whole ledger in walking direction: outflows, where each goes, and inflows.

The arrays say what `deal.turned` says of one transaction.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from cointrail.exposure.settle_kernel import NONE, STOPS, WHOLE
from cointrail.exposure.settled import Settlements
from cointrail.exposure.wide import ZERO, below, minus, plus

Array = npt.NDArray[Any]
FEW = 64  # of one transaction that are sorted by insertion
OWN = 2  # flag of an exit beside STOPS: it stays with its owner


class Walk(NamedTuple):
    """Settled transactions in the order of the ledger; amounts are two words.

    `out_first[n]` is where the outflows of the n-th begin, `exit_first` where the exits of each outflow do, `in_first`
    where its inflows do, and `came_first` where in `came` those exits are that each inflow is made of, in its order.
    The words of an exit are start, size, at and amount; `exit_in` is its inflow (NONE: the ledger has none).
    """

    row: Array
    out_first: Array
    out_holding: Array
    out_amount: Array
    exit_first: Array
    exit_holding: Array
    exit_in: Array
    exit_flags: Array
    exit_words: Array
    in_first: Array
    in_holding: Array
    in_amount: Array
    came_first: Array
    came: Array


def turned(made: Settlements, address: Array, backward: bool) -> Walk:
    """Settlements as one direction sees them; `address` is whose each holding is."""
    count = len(made.row)
    sides = [made.nets[made.nets[:, 2] == side] for side in (backward, not backward)]
    outs, ins = (one[_sorted(one, np.array([1]))] for one in sides)
    own, to, start = (2, 1, 8) if backward else (1, 2, 4)
    links = made.links
    usable = (links[:, 1] != NONE) & (links[:, 2] != NONE)
    if backward:
        usable &= links[:, 3] & WHOLE != 0
    links = links[usable]
    far = range(12 - start, 16 - start)  # as `deal.turned` sorts them
    columns = [own, start, start + 1, *([3] if backward else []), start + 2, start + 3, to, *far]
    links = links[_sorted(links, np.array(columns))]
    flags = links[:, 3]
    words = np.hstack([links[:, start : start + 4], links[:, 12 - start : 16 - start]]).view(np.uint64)
    out_amount = np.ascontiguousarray(outs[:, 3:5]).view(np.uint64)
    kept, exit_first = _exits(outs[:, 0], outs[:, 1], out_amount, links[:, 0], links[:, own], words)
    links, flags, words = links[kept], flags[kept], words[kept]
    stops = np.zeros(len(links), np.uint8) if backward else (flags & STOPS).astype(np.uint8)
    stays = address[links[:, own]] == address[links[:, to]]
    exit_in = _places(ins[:, 0], ins[:, 1], links[:, 0], links[:, to])
    coming = np.flatnonzero((exit_in != NONE) & (stops == 0))
    coming = coming[np.lexsort((words[coming, 5], words[coming, 4], exit_in[coming]))]
    return Walk(
        np.array(made.row), np.searchsorted(outs[:, 0], np.arange(count + 1)), outs[:, 1].copy(), out_amount,
        exit_first,
        links[:, to].copy(), exit_in, stops | (stays * OWN).astype(np.uint8), words,
        np.searchsorted(ins[:, 0], np.arange(count + 1)), ins[:, 1].copy(),
        np.ascontiguousarray(ins[:, 3:5]).view(np.uint64),
        np.searchsorted(exit_in[coming], np.arange(len(ins) + 1)), coming,
    )  # fmt: skip


def _sorted(rows: Array, columns: Array) -> Array:
    """The order of rows by transaction, and in it by some columns as numbers without sign."""
    order = np.argsort(rows[:, 0], kind="stable")
    for low, high in _grouped(rows, columns, order).tolist():
        mine = order[low:high]
        keys = [rows[mine, column].view(np.uint64) for column in columns[::-1]]
        order[low:high] = mine[np.lexsort(keys)]
    return order


@njit(cache=True)
def _grouped(rows: Any, columns: Any, order: Any) -> Any:
    """Sort within each transaction by insertion; large ones are given back as ranges."""
    left, count = np.empty((len(order) // FEW + 1, 2), np.int64), 0
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and rows[order[end], 0] == rows[order[start], 0]:
            end += 1
        if end - start > FEW:
            left[count, 0], left[count, 1] = start, end
            count += 1
        else:
            for k in range(start + 1, end):
                one = order[k]
                at = k
                while at > start and _before(rows, columns, one, order[at - 1]):
                    order[at] = order[at - 1]
                    at -= 1
                order[at] = one
        start = end
    return left[:count]


@njit(cache=True)
def _before(rows: Any, columns: Any, one: Any, other: Any) -> bool:
    for column in columns:
        mine, its = np.uint64(rows[one, column]), np.uint64(rows[other, column])
        if mine != its:
            return bool(mine < its)
    return False


@njit(cache=True, nogil=True)
def first_deal(rows: Any, row: Any, backward: bool) -> Any:
    """The first settled transaction at a row or behind it in walking direction; out of range where there is none."""
    return np.searchsorted(rows, row, "right") - 1 if backward else np.searchsorted(rows, row)


@njit(cache=True)
def _exits(out_tx: Any, out_holding: Any, out_amount: Any, tx: Any, own: Any, words: Any) -> Any:
    """Which of the sorted links are exits, and where those of each outflow begin: of links that say the same units
    the first counts, and none begins behind the outflow's end."""
    kept, size = np.empty(len(tx), np.int64), 0
    first = np.zeros(len(out_tx) + 1, np.int64)
    at = 0
    for out in range(len(out_tx)):
        first[out] = size
        while at < len(tx) and (tx[at] < out_tx[out] or (tx[at] == out_tx[out] and own[at] < out_holding[out])):
            at += 1
        end_high, end_low = ZERO, ZERO
        while at < len(tx) and tx[at] == out_tx[out] and own[at] == out_holding[out]:
            one = words[at]
            if (
                (one[2] or one[3])
                and below(one[0], one[1], out_amount[out, 0], out_amount[out, 1])
                and not below(one[0], one[1], end_high, end_low)
            ):
                kept[size] = at
                size += 1
                end_high, end_low = plus(one[0], one[1], one[2], one[3])
            at += 1
    first[len(out_tx)] = size
    return kept[:size].copy(), first


@njit(cache=True)
def _places(in_tx: Any, in_holding: Any, tx: Any, to: Any) -> Any:
    """The inflow that each exit leads to; NONE where there is none."""
    found = np.empty(len(tx), np.int64)
    for k in range(len(tx)):
        at, end = np.searchsorted(in_tx, tx[k]), np.searchsorted(in_tx, tx[k], "right")
        at += np.searchsorted(in_holding[at:end], to[k])
        found[k] = at if at < end and in_holding[at] == to[k] else NONE
    return found


@njit(cache=True)
def corrected(walk: Any, total: Any) -> None:
    """Take out of what came to each holding what came from its own owner: value that only changed its asset."""
    others, own = np.zeros((len(walk.in_holding), 2), np.uint64), np.zeros((len(walk.in_holding), 2), np.uint64)
    for k in range(len(walk.exit_holding)):
        into, words = walk.exit_in[k], walk.exit_words[k]
        if into == NONE:
            if not walk.exit_flags[k] & OWN:
                h = walk.exit_holding[k]
                total[h, 0], total[h, 1] = plus(total[h, 0], total[h, 1], words[6], words[7])
            continue
        sums = own if walk.exit_flags[k] & OWN else others
        sums[into, 0], sums[into, 1] = plus(sums[into, 0], sums[into, 1], words[6], words[7])
    for n in range(len(walk.in_holding)):
        h = walk.in_holding[n]
        high, low = ZERO, ZERO
        if below(own[n, 0], own[n, 1], walk.in_amount[n, 0], walk.in_amount[n, 1]):
            high, low = minus(walk.in_amount[n, 0], walk.in_amount[n, 1], own[n, 0], own[n, 1])
        if below(high, low, others[n, 0], others[n, 1]):
            high, low = others[n, 0], others[n, 1]
        total[h, 0], total[h, 1] = minus(total[h, 0], total[h, 1], walk.in_amount[n, 0], walk.in_amount[n, 1])
        total[h, 0], total[h, 1] = plus(total[h, 0], total[h, 1], high, low)
