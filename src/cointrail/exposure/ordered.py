"""The compiled replay of a whole ledger under fifo and lifo: one pass, all categories at once."""

from typing import Any

import numpy as np
from numba import njit

from cointrail.exposure.coins import FIRST, LACK, LAST, LOW, NEW, TOP, bring, drop, hops_of, make, put, take
from cointrail.exposure.kernel import (
    AHEAD,
    CLASSES,
    CODE,
    DEAD,
    NEAR,
    ROOM,
    THROUGH,
    TIMED,
    WIDE_BIT,
    code_at,
    hold,
    note,
    peer,
    record,
)
from cointrail.exposure.said import FREE, NOBODY
from cointrail.exposure.turned import OWN, first_deal
from cointrail.exposure.wide import ONE, ZERO, below, minus, plus, scaled
from cointrail.ledger.prefetch import prefetch

SPANS = 64  # of the first list


@njit(cache=True, nogil=True)
def _given(
    s: Any, row: Any, high: Any, low: Any, time: Any, last_first: bool, state: Any, nodes: Any, spare: Any, timed: Any
) -> Any:
    """The category of whoever pays, and the coins of an outflow as a list of runs."""
    code: Any = np.int64(state[s, 3] >> CODE)
    piece: Any = np.int64(0)
    if code in (FREE, TIMED):
        piece = take(state, nodes, spare, s, high, low, last_first)
    if code == TIMED:
        code = code_at(s, time[row], timed)
    if code != FREE:
        while piece:
            following = np.int64(nodes[piece, 2] & LOW)
            drop(nodes, spare, piece)
            piece = following
        piece = make(nodes, spare, high, low, 0 if code == NOBODY else 2 * code)
    return code, piece


@njit(cache=True, nogil=True, error_model="numpy")
def _settle(
    walk: Any, deal: Any, row: Any, time: Any, last_first: bool, state: Any, pool: Any, free: Any, nodes: Any,
    spare: Any, timed: Any,
) -> None:  # fmt: skip
    """Play a settled transaction: all outflows, then every inflow from what arrived, in the order of its coins."""
    low_exit = walk.exit_first[walk.out_first[deal]]
    exits = walk.exit_first[walk.out_first[deal + 1]] - low_exit
    spans, size = np.empty((SPANS, 6), np.uint64), 0  # offset and length in two words each, colour, hops
    begin = np.zeros(exits + 1, np.int64)
    for out in range(walk.out_first[deal], walk.out_first[deal + 1]):
        s = walk.out_holding[out]
        first, end = walk.exit_first[out], walk.exit_first[out + 1]
        dead = np.int64(state[s, 3] >> CODE) == DEAD
        code, piece = np.int64(FREE), np.int64(0)
        if not dead:
            code, piece = _given(
                s, row, walk.out_amount[out, 0], walk.out_amount[out, 1], time, last_first, state, nodes, spare, timed
            )
        node: Any = piece
        at_high, at_low = ZERO, ZERO  # where that run begins in the outflow
        for k in range(first, end):
            begin[k - low_exit] = size
            words = walk.exit_words[k]
            end_high, end_low = plus(words[0], words[1], words[2], words[3])
            mine = size
            while node:
                to_high, to_low = plus(at_high, at_low, nodes[node, 0], nodes[node, 1])
                colour = np.int64(nodes[node, 3])
                if colour and below(words[0], words[1], to_high, to_low) and below(at_high, at_low, end_high, end_low):
                    if size == len(spans):
                        spans = _longer(spans)
                    hop = np.int64(1) if code not in (FREE, NOBODY) else hops_of(state, pool, s, colour)
                    size = _span(spans, mine, size, words, at_high, at_low, to_high, to_low, colour, hop)
                if not below(to_high, to_low, end_high, end_low) and not (to_high == end_high and to_low == end_low):
                    break  # the rest of that run leaves by the next exit
                node = np.int64(nodes[node, 2] & LOW)
                at_high, at_low = to_high, to_low
            r = walk.exit_holding[k]
            if not walk.exit_flags[k] & OWN and np.int64(state[r, 3] >> CODE) != DEAD:
                at = 0
                for n in range(mine, size):
                    at = record(state, pool, free, r, np.int64(spans[n, 4]), 0)
                    note(pool, np.int64(state[r, 2]) + at, spans[n, 2], spans[n, 3], np.int64(spans[n, 5]))
        while piece:
            following = np.int64(nodes[piece, 2] & LOW)
            drop(nodes, spare, piece)
            piece = following
    begin[exits] = size
    for into in range(walk.in_first[deal], walk.in_first[deal + 1]):
        r = walk.in_holding[into]
        kind: Any = np.int64(state[r, 3] >> CODE)
        if kind not in (FREE, TIMED):
            continue
        clean = False
        if kind == TIMED:
            clean = code_at(r, time[row], timed) != FREE
        _lay(walk, into, low_exit, clean, begin, spans, state, pool, free, nodes, spare)


@njit(cache=True, nogil=True)
def _lay(
    walk: Any, into: Any, low_exit: Any, clean: bool, begin: Any, spans: Any, state: Any, pool: Any, free: Any,
    nodes: Any, spare: Any,
) -> None:  # fmt: skip
    """Hang an inflow behind a holding's list; what no span says, or all of it if `clean`, is of no category."""
    r = walk.in_holding[into]
    through = (state[r, 3] >> THROUGH) & ONE
    at_high, at_low = ZERO, ZERO
    for place in range(walk.came_first[into], walk.came_first[into + 1]) if not clean else range(0):
        k = walk.came[place] - low_exit
        for n in range(begin[k], begin[k + 1]):
            one = spans[n]
            if below(at_high, at_low, one[0], one[1]):
                gap_high, gap_low = minus(one[0], one[1], at_high, at_low)
                put(state, nodes, spare, r, make(nodes, spare, gap_high, gap_low, 0), 0)
            colour = np.int64(one[4])
            kept = colour if through else colour | 1
            at = record(state, pool, free, r, kept, 0)
            hold(pool, np.int64(state[r, 2]) + at, ZERO, ZERO, np.int64(one[5]), False)
            put(state, nodes, spare, r, make(nodes, spare, one[2], one[3], kept), kept)
            at_high, at_low = plus(one[0], one[1], one[2], one[3])
    if below(at_high, at_low, walk.in_amount[into, 0], walk.in_amount[into, 1]):
        gap_high, gap_low = minus(walk.in_amount[into, 0], walk.in_amount[into, 1], at_high, at_low)
        put(state, nodes, spare, r, make(nodes, spare, gap_high, gap_low, 0), 0)


@njit(cache=True, nogil=True)
def _longer(spans: Any) -> Any:
    more = np.empty((2 * len(spans), spans.shape[1]), np.uint64)
    more[: len(spans)] = spans
    return more


@njit(cache=True, nogil=True, error_model="numpy")
def _span(
    spans: Any, mine: Any, size: Any, words: Any, at_high: Any, at_low: Any, to_high: Any, to_low: Any, colour: Any,
    hop: Any,
) -> Any:  # fmt: skip
    """Add where the coins [at, to) of an outflow arrive by an exit; how many spans there are then.

    `carry.carry`: outward to whole units, and of two colours on one unit the gravest. Spans of this exit begin at
    `mine`.
    """
    low_high, low_low, up_high, up_low = ZERO, ZERO, words[2], words[3]
    if below(words[0], words[1], at_high, at_low):
        low_high, low_low = minus(at_high, at_low, words[0], words[1])
    over_high, over_low = minus(to_high, to_low, words[0], words[1])
    if below(over_high, over_low, up_high, up_low):
        up_high, up_low = over_high, over_low
    from_high, from_low = scaled(low_high, low_low, words[6], words[7], words[2], words[3], False)
    end_high, end_low = scaled(up_high, up_low, words[6], words[7], words[2], words[3], True)
    from_high, from_low = plus(from_high, from_low, words[4], words[5])
    end_high, end_low = plus(end_high, end_low, words[4], words[5])
    if size > mine:
        last = spans[size - 1]
        behind_high, behind_low = plus(last[0], last[1], last[2], last[3])
        if below(from_high, from_low, behind_high, behind_low):
            if colour < np.int64(last[4]):
                last[2], last[3] = minus(last[2], last[3], ZERO, ONE)
                if not (last[2] or last[3]):
                    size -= 1
            else:
                from_high, from_low = behind_high, behind_low
    if below(from_high, from_low, end_high, end_low):
        one = spans[size]
        one[0], one[1] = from_high, from_low
        one[2], one[3] = minus(end_high, end_low, from_high, from_low)
        one[4], one[5] = np.uint64(colour), np.uint64(hop)
        size += 1
    return size


@njit(cache=True, nogil=True)
def replay(
    sender: Any, link: Any, narrow: Any, wide: Any, time: Any, backward: bool, last_first: bool,
    walk: Any, state: Any, pool: Any, free: Any, nodes: Any, spare: Any, timed: Any, first: Any, last: Any,
) -> Any:  # fmt: skip
    """Play rows `first` to `last` in walking order; the place of the first that there is no room for, or `last`.

    The arguments are as in `mixed.replay`; `last_first` is lifo.
    """
    rows = sender.size
    way = -1 if backward else 1
    deal, deals = first_deal(walk.row, rows - 1 - first if backward else first, backward), len(walk.row)
    for i in range(first, last):
        ahead = min(i + AHEAD, rows - 1)
        ahead = rows - 1 - ahead if backward else ahead
        prefetch(state, sender[ahead])
        prefetch(state, peer(sender, link, ahead, state))
        near = min(i + NEAR, rows - 1)
        near = rows - 1 - near if backward else near
        one, other = sender[near], peer(sender, link, near, state)
        prefetch(pool, np.int64(state[one, 2]))
        prefetch(pool, np.int64(state[other, 2]))
        prefetch(nodes, np.int64(state[one, LAST if last_first or backward else FIRST]))
        prefetch(nodes, np.int64(state[other, FIRST if backward and not last_first else LAST]))
        row = rows - 1 - i if backward else i
        if 0 <= deal < deals and walk.row[deal] == row:
            ends = walk.exit_first[walk.out_first[deal + 1]] - walk.exit_first[walk.out_first[deal]]
            ends += walk.out_first[deal + 1] - walk.out_first[deal] + walk.in_first[deal + 1] - walk.in_first[deal]
            spare[LACK] = spare[TOP] + NEW * (ends + 2) > nodes.shape[0]
            if spare[LACK] or free[CLASSES] + ROOM * (ends + 2) > pool.shape[0]:
                return i
            _settle(walk, deal, row, time, last_first, state, pool, free, nodes, spare, timed)
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
        spare[LACK] = spare[TOP] + NEW > nodes.shape[0]
        if spare[LACK] or free[CLASSES] + ROOM > pool.shape[0]:
            return i
        high, low = ZERO, narrow[row]
        if low & WIDE_BIT:
            high, low = wide[low ^ WIDE_BIT, 2], wide[low ^ WIDE_BIT, 3]
        code, piece = _given(s, row, high, low, time, last_first, state, nodes, spare, timed)
        holds = kind == TIMED
        if kind == TIMED:
            kind = code_at(r, time[row], timed)
        bring(state, pool, free, nodes, spare, s, r, piece, kind, code not in (FREE, NOBODY))
        if holds and kind != FREE:  # labelled now, and perhaps not later: the coins are there, of no category
            put(state, nodes, spare, r, make(nodes, spare, high, low, 0), 0)
    return last
