"""The compiled loops of a whole-ledger scan: one pass over the transfers of one asset, in exact 64-bit integers.

Every address has one record of 16 bytes, so that a transfer touches two places in memory and no more; records are
asked for some transfers ahead, so that the waits for memory overlap. The rules are those of `policies`: `haircut`
rounds up, `fifo` keeps coins in their order, `poison` takes the whole balance.

`sender`, `recipient` (uint32) and `amount` (int64) are the transfers in chain order; every balance stays below 2**61.
In records from `ends` on value only arrives: stops, and what came back to where it was stolen; the second field is the
stolen sum. `seeds` (int64, ascending, -1 last) are the places of the transfers that are stolen whole, `back` is for
each of them the record of what came back to its sender, -1 for none.
"""

from typing import Any

import numpy as np
from numba import njit

from cointrail.ledger.prefetch import prefetch

LIMIT = 1 << 61  # of balances and amounts: twice as much still fits
AHEAD = 24  # transfers that records are asked for ahead
NODES_AHEAD = 12  # ... and the nodes of a record,
NODES_CACHED = 1 << 14  # where there are more than this
ONE_STEP = 1 << 50  # amounts below this are divided in one step
HALF = np.uint64(32)
WIDE = np.uint64(1 << 63)  # as in `ledger.index`
LOW = np.uint64(0xFFFFFFFF)
MOST_NEW = 4  # nodes that one transfer may take, at most
CLEAN, STOLEN, NEXT = 0, 1, 2  # of a node: clean coins, the stolen coins behind them, the node behind those


@njit(cache=True, error_model="numpy")
def _divide(rest: int, whole: int, share: int, parts: int) -> Any:
    """(rest * 2**32 + whole * share) / parts, rounded down, and the remainder; the quotient below 2**50.

    The quotient in floating point is off by at most one: four roundings of 2**-53 each. So the remainder lies within
    twice `parts`, which is below 2**62, and 64-bit arithmetic that wraps around gives it exactly.
    """
    guess = np.int64((float(rest) * 4294967296.0 + float(whole) * float(share)) / float(parts))
    wrapped = (np.uint64(rest) << HALF) + np.uint64(whole) * np.uint64(share) - np.uint64(guess) * np.uint64(parts)
    left = np.int64(wrapped)
    while left < 0:
        guess -= 1
        left += parts
    while left >= parts:
        guess += 1
        left -= parts
    return guess, left


@njit(cache=True, error_model="numpy")
def share_up(held: int, amount: int, balance: int) -> Any:
    """held * amount / balance, rounded up; exact for held <= balance, amount <= balance < 2**61."""
    if held == balance:
        return amount
    if amount == balance:
        return held
    if amount < ONE_STEP:
        quotient, left = _divide(0, held, amount, balance)
    else:
        high, left = _divide(0, held, amount >> 32, balance)
        quotient, left = _divide(left, held, amount & 0xFFFFFFFF, balance)
        quotient += high << 32
    return quotient + (left > 0)


@njit(cache=True)
def quanta(narrow: Any, wide: Any, quantum: int) -> Any:
    """Amounts of the index in quanta, rounded down; the sum of what was cut off; and whether all fit.

    `narrow` and `wide` are as in `ledger.index`; `quantum` is below 2**32, so that long division by 32-bit digits does.
    """
    out = np.empty(narrow.size, np.int64)
    divisor = np.uint64(quantum)
    cut = np.uint64(0)
    for i in range(narrow.size):
        if narrow[i] < WIDE:
            high, low = np.uint64(0), narrow[i]
        else:
            place = np.int64(narrow[i] ^ WIDE)
            high, low = wide[place, 2], wide[place, 3]
            if wide[place, 0] or wide[place, 1] or high >= divisor:
                return out, cut, False
        left = high % divisor << HALF | low >> HALF
        upper = left // divisor
        left = left % divisor << HALF | low & LOW
        lower = left // divisor
        if upper >= np.uint64(LIMIT >> 32):
            return out, cut, False
        out[i] = np.int64(upper << HALF | lower)
        cut += left % divisor
    return out, cut, True


@njit(cache=True)
def redirect(recipient: Any, where: Any) -> Any:
    """Where the value of every transfer arrives: `where` of its recipient."""
    out = np.empty_like(recipient)
    for i in range(recipient.size):
        out[i] = where[recipient[i]]
    return out


@njit(cache=True)
def opening(sender: Any, recipient: Any, amount: Any, balance: Any, lowest: Any) -> bool:
    """Fill `lowest` with the lowest balance of each record, started at nothing; whether all stay within the limit."""
    n = sender.size
    fits = True
    for i in range(n):
        s, r, a = sender[i], recipient[i], amount[i]
        balance[s] -= a
        lowest[s] = min(lowest[s], balance[s])
        balance[r] += a
        fits &= (balance[s] > -LIMIT) & (balance[r] < LIMIT)
    return fits


@njit(cache=True, nogil=True, error_model="numpy")
def haircut(sender: Any, recipient: Any, amount: Any, seeds: Any, back: Any, state: Any) -> int:
    """`state` holds (balance, stolen value) of each record. What was stolen."""
    n, at, stolen = sender.size, 0, 0
    for i in range(n):
        ahead = min(i + AHEAD, n - 1)
        prefetch(state, sender[ahead])
        prefetch(state, recipient[ahead])
        s, r, a = sender[i], recipient[i], amount[i]
        balance, held = state[s, 0], state[s, 1]
        moved = share_up(held, a, balance) if held else np.int64(0)
        state[s, 0] = balance - a
        state[s, 1] = held - moved
        if i == seeds[at]:
            stolen += a - moved - _again(state, back[at], a)
            moved = a
            at += 1
        state[r, 0] += a
        state[r, 1] += moved
    return stolen


@njit(cache=True)
def _again(state: Any, back: int, amount: int) -> int:
    """How much of an outflow is value that had come back: it is not stolen twice."""
    if back < 0:
        return 0
    again = min(amount, int(state[back, 1]))
    state[back, 1] -= again
    return again


@njit(cache=True, nogil=True)
def poison(sender: Any, recipient: Any, amount: Any, seeds: Any, back: Any, state: Any, ends: int) -> int:
    """`state` holds (balance, balance after the last movement that mattered, -1 before there was one) of each record.

    What was stolen, of which some may count repeatedly.
    """
    n, at, stolen = sender.size, 0, 0
    for i in range(n):
        ahead = min(i + AHEAD, n - 1)
        prefetch(state, sender[ahead])
        prefetch(state, recipient[ahead])
        s, r, a = sender[i], recipient[i], amount[i]
        left = state[s, 0] - a
        state[s, 0] = left
        before = state[s, 1]
        tainted = before >= 0
        state[s, 1] = left if tainted else before  # no branches here: nothing foretells who is tainted
        if i == seeds[at]:
            stolen += (0 if tainted else a) - _again(state, back[at], a)
            tainted = True
            at += 1
        held = state[r, 0] + a
        state[r, 0] = held
        after = state[r, 1]
        state[r, 1] = (held if r < ends else after + a) if tainted else after
    return stolen


@njit(cache=True)
def _put(state: Any, pool: Any, free: Any, record: int, coins: int) -> None:
    """Lay stolen coins behind all others of a record."""
    ends = state[record, 1]
    if ends and state[record, 0] == 0:
        pool[(ends & 0xFFFFFFFF) - 1, STOLEN] += coins
        return
    node = free[0]
    if node >= 0:
        free[0] = pool[node, NEXT]
    else:
        node = free[1]
        free[1] += 1
    pool[node, CLEAN], pool[node, STOLEN], pool[node, NEXT] = state[record, 0], coins, -1
    state[record, 0] = 0
    if ends:
        pool[(ends & 0xFFFFFFFF) - 1, NEXT] = node
        state[record, 1] = ((ends >> 32) << 32) | (node + 1)
    else:
        state[record, 1] = ((node + 1) << 32) | (node + 1)


@njit(cache=True)
def _move(state: Any, pool: Any, free: Any, source: int, target: int, amount: int, keep: bool) -> int:
    """Take the first coins of `source`; how many are stolen. `keep`: lay them behind those of `target`, in order."""
    left, stolen = amount, 0
    while left and state[source, 1]:
        node = (state[source, 1] >> 32) - 1
        clean = min(left, pool[node, CLEAN])
        left -= clean
        coins = min(left, pool[node, STOLEN])
        left -= coins
        stolen += coins
        pool[node, CLEAN] -= clean
        pool[node, STOLEN] -= coins
        if pool[node, STOLEN] == 0:
            following = pool[node, NEXT]
            pool[node, NEXT] = free[0]
            free[0] = node
            state[source, 1] = 0 if following < 0 else ((following + 1) << 32) | (state[source, 1] & 0xFFFFFFFF)
        if keep:
            state[target, 0] += clean
            if coins:
                _put(state, pool, free, target, coins)
    state[source, 0] -= left
    if keep:
        state[target, 0] += left
    return stolen


@njit(cache=True, nogil=True)
def fifo(
    sender: Any,
    recipient: Any,
    amount: Any,
    seeds: Any,
    back: Any,
    state: Any,
    ends: int,
    pool: Any,
    free: Any,
    start: tuple[int, int, int],
) -> Any:
    """`state` holds (clean coins behind all stolen ones, first and last node in 32 bits each, 0 for none).

    A record without stolen coins has no node: all its coins are the clean ones. The last record is no address's; coins
    that an address sends to itself pass through it. `free` is the first node given back, and the first never used.
    `start` is (transfer, seed, stolen so far); the same is returned when nodes may run out, or at the end.
    """
    n = sender.size
    first, at, stolen = start
    spare = state.shape[0] - 1
    for i in range(first, n):
        ahead = min(i + AHEAD, n - 1)
        prefetch(state, sender[ahead])
        prefetch(state, recipient[ahead])
        s, r, a = sender[i], recipient[i], amount[i]
        if free[1] > NODES_CACHED:
            near = min(i + NODES_AHEAD, n - 1)
            prefetch(pool, max(state[sender[near], 1] >> 32, 1) - 1)
            prefetch(pool, max(state[recipient[near], 1] & 0xFFFFFFFF, 1) - 1)
        seeded = i == seeds[at]
        if state[s, 1] == 0 and not seeded:
            state[s, 0] -= a
            state[r, 0] += a
            continue
        if free[1] + MOST_NEW > pool.shape[0]:
            return i, at, stolen
        keep = r < ends and not seeded
        moved = _move(state, pool, free, s, spare if r == s else r, a, keep)
        if seeded:
            stolen += a - moved - _again(state, back[at], a)
            moved = a
            at += 1
        if r >= ends:
            state[r, 1] += moved
        elif seeded:
            _put(state, pool, free, r, a)
        elif r == s:
            _move(state, pool, free, spare, r, a, True)
    return n, at, stolen


@njit(cache=True)
def add_up(state: Any, pool: Any, out: Any) -> None:
    """Add up the stolen coins of every record."""
    for record in range(out.size):
        node = (state[record, 1] >> 32) - 1
        while node >= 0:
            out[record] += pool[node, STOLEN]
            node = pool[node, NEXT]
