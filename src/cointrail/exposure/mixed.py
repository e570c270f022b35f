"""The compiled replay of a whole ledger under haircut, tiho and poison: one pass, all categories at once."""

from typing import Any

import numpy as np
from numba import njit

from cointrail.exposure.kernel import (
    AHEAD,
    CLASSES,
    CODE,
    COLOURS,
    DEAD,
    NEAR,
    POISON,
    ROOM,
    TIHO,
    TIMED,
    WIDE_BIT,
    arrive,
    code_at,
    coloured,
    larger,
    leave,
    peer,
)
from cointrail.exposure.said import FREE, NOBODY
from cointrail.exposure.settle_kernel import STOPS
from cointrail.exposure.turned import OWN, first_deal
from cointrail.exposure.wide import ZERO, below, minus, plus, scaled
from cointrail.ledger.prefetch import prefetch


@njit(cache=True, nogil=True, error_model="numpy")
def _given(
    s: Any, row: Any, high: Any, low: Any, way: int, time: Any, policy: int, anything: Any, entries: Any, start: Any,
    amounts: Any, state: Any, pool: Any, timed: Any, runs: Any, colours: Any, hops: Any,
) -> Any:  # fmt: skip
    """Fill in the runs of an outflow of a holding; how many."""
    code: Any = np.int64(state[s, 3] >> CODE)
    found = 0
    if code in (FREE, TIMED):
        more_high, more_low = ZERO, ZERO
        if policy == TIHO and coloured(state, pool, s):
            more_high, more_low = larger(entries, start, amounts, s, row, high, low, way)
        found = leave(state, pool, s, high, low, policy, more_high, more_low, runs, colours, hops)
    if code == TIMED:
        code = code_at(s, time[row], timed)
    if code != FREE:
        found = 0
        if code != NOBODY:
            runs[0, 0], runs[0, 1], colours[0], hops[0] = high, low, 2 * code, 1
            found = 1
            if policy == POISON:
                runs[1, 0], runs[1, 1], colours[1], hops[1] = high, low, 2 * anything, 1
                found = 2
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _settle(
    walk: Any, deal: Any, row: Any, way: int, time: Any, policy: int, anything: Any, entries: Any, start: Any,
    amounts: Any, state: Any, pool: Any, free: Any, timed: Any, runs: Any, colours: Any, hops: Any, parts: Any,
) -> None:  # fmt: skip
    """Play a settled transaction. What is known of an outflow is in front of it, the gravest first."""
    poison = policy == POISON
    over = np.empty(COLOURS, np.int64)
    for out in range(walk.out_first[deal], walk.out_first[deal + 1]):
        s = walk.out_holding[out]
        if np.int64(state[s, 3] >> CODE) == DEAD:
            continue
        found = _given(
            s, row, walk.out_amount[out, 0], walk.out_amount[out, 1], way, time, policy, anything, entries, start,
            amounts, state, pool, timed, runs, colours, hops,
        )  # fmt: skip
        for k in range(walk.exit_first[out], walk.exit_first[out + 1]) if found else range(0):
            r = walk.exit_holding[k]
            kind: Any = np.int64(state[r, 3] >> CODE)
            if kind == DEAD:
                continue
            if kind == TIMED:
                kind = code_at(r, time[row], timed)
            here = _carried(walk.exit_words[k], poison, found, runs, colours, hops, parts, over)
            stops = kind != FREE or walk.exit_flags[k] & STOPS != 0
            _bring(state, pool, free, r, stops, walk.exit_flags[k] & OWN != 0, poison, here, parts, over, colours, hops)
    for into in range(walk.in_first[deal], walk.in_first[deal + 1]):
        r = walk.in_holding[into]
        if np.int64(state[r, 3] >> CODE) in (FREE, TIMED):
            state[r, 0], state[r, 1] = plus(state[r, 0], state[r, 1], walk.in_amount[into, 0], walk.in_amount[into, 1])


@njit(cache=True, nogil=True, error_model="numpy")
def _carried(words: Any, poison: bool, found: Any, runs: Any, colours: Any, hops: Any, parts: Any, which: Any) -> Any:
    """The runs of an outflow that arrive by an exit: fills in their lengths and which runs they are; how many."""
    here = 0
    upto_high, upto_low, before_high, before_low = ZERO, ZERO, ZERO, ZERO
    for n in range(found):
        if poison:
            all_high, all_low, before_high, before_low = words[6], words[7], ZERO, ZERO
        else:
            upto_high, upto_low = plus(upto_high, upto_low, runs[n, 0], runs[n, 1])
            if not below(words[0], words[1], upto_high, upto_low):
                continue
            held_high, held_low = minus(upto_high, upto_low, words[0], words[1])
            if below(words[2], words[3], held_high, held_low):
                held_high, held_low = words[2], words[3]
            all_high, all_low = scaled(held_high, held_low, words[6], words[7], words[2], words[3], True)
        part_high, part_low = minus(all_high, all_low, before_high, before_low)
        before_high, before_low = all_high, all_low
        if part_high or part_low:
            parts[here, 0], parts[here, 1], which[here] = part_high, part_low, n
            here += 1
    return here


@njit(cache=True, nogil=True)
def _bring(
    state: Any, pool: Any, free: Any, r: Any, stops: bool, inner: bool, poison: bool, here: Any, parts: Any,
    which: Any, colours: Any, hops: Any,
) -> None:  # fmt: skip
    own_colours, own_hops = np.empty(here, np.int64), np.empty(here, np.int64)
    for n in range(here):
        own_colours[n], own_hops[n] = colours[which[n]], hops[which[n]]
    arrive(state, pool, free, r, stops, inner, poison, here, parts, own_colours, own_hops)


@njit(cache=True, nogil=True, error_model="numpy")
def replay(
    sender: Any, link: Any, narrow: Any, wide: Any, time: Any, backward: bool, policy: int, anything: Any,
    entries: Any, start: Any, amounts: Any, walk: Any, state: Any, pool: Any, free: Any, timed: Any, first: Any,
    last: Any,
) -> Any:  # fmt: skip
    """Play rows `first` to `last` in walking order; the place of the first that the pool has no room for, or `last`.

    `time` (-1: unknown) is read where labels depend on it. `anything` is a code beyond all categories for poison: what
    came of any. `entries`, `start` and `amounts` are those of `listed`, for tiho. `free` holds the first free block of
    each size (0: none), then where unused records begin (from 1). `walk`: settled transactions in walking direction.
    """
    rows, poison = sender.size, policy == POISON
    runs, colours, hops = np.empty((COLOURS, 2), np.uint64), np.empty(COLOURS, np.int64), np.empty(COLOURS, np.int64)
    parts = np.empty((COLOURS, 2), np.uint64)
    way = -1 if backward else 1
    deal, deals = first_deal(walk.row, rows - 1 - first if backward else first, backward), len(walk.row)
    for i in range(first, last):
        ahead = min(i + AHEAD, rows - 1)
        ahead = rows - 1 - ahead if backward else ahead
        prefetch(state, sender[ahead])
        prefetch(state, peer(sender, link, ahead, state))
        near = min(i + NEAR, rows - 1)
        near = rows - 1 - near if backward else near
        prefetch(pool, np.int64(state[sender[near], 2]))
        prefetch(pool, np.int64(state[peer(sender, link, near, state), 2]))
        row = rows - 1 - i if backward else i
        if 0 <= deal < deals and walk.row[deal] == row:
            exits = walk.exit_first[walk.out_first[deal + 1]] - walk.exit_first[walk.out_first[deal]]
            if free[CLASSES] + ROOM * (exits + 2) > pool.shape[0]:
                return i
            _settle(
                walk, deal, row, way, time, policy, anything, entries, start, amounts, state, pool, free, timed,
                runs, colours, hops, parts,
            )  # fmt: skip
            deal += way
        if narrow[row] == ZERO:
            continue
        s = np.int64(sender[row])
        r = s ^ np.int64(link[row])
        if backward:
            s, r = r, s
        code: Any = np.int64(state[s, 3] >> CODE)
        kind: Any = np.int64(state[r, 3] >> CODE)
        if code == DEAD:
            continue
        high, low = ZERO, narrow[row]
        if low & WIDE_BIT:
            high, low = wide[low ^ WIDE_BIT, 2], wide[low ^ WIDE_BIT, 3]
        if free[CLASSES] + ROOM > pool.shape[0]:
            return i
        found = _given(
            s, row, high, low, way, time, policy, anything, entries, start, amounts, state, pool, timed,
            runs, colours, hops,
        )  # fmt: skip
        if kind == NOBODY:
            continue
        if kind in (FREE, TIMED):
            state[r, 0], state[r, 1] = plus(state[r, 0], state[r, 1], high, low)
        if found:
            if kind == TIMED:
                kind = code_at(r, time[row], timed)
            arrive(state, pool, free, r, kind != FREE, s == r, poison, found, runs, colours, hops)
    return last
