"""The lists of runs of a compiled replay under fifo and lifo, where coins keep their order.

A run is coins of one colour that lie together: a row of `nodes` with its length (two words), the runs before and behind
it (32 bits each), and its colour. A movement takes runs from one end of a list, cuts at most one, and hangs them behind
another, so there are never more runs than holdings and twice as many as movements. A holding's row of `state` has the
first and the last run, and its block of records and word of facts as in `kernel`, where records say what came.
"""

from typing import Any

import numpy as np
from numba import njit

from cointrail.exposure.kernel import (
    BYTE,
    HELD_HOPS,
    HOPS,
    NEVER,
    THROUGH,
    hold,
    note,
    record,
)
from cointrail.exposure.said import FREE, NOBODY
from cointrail.exposure.wide import ONE, ZERO, below, minus, plus

NEW = 3  # runs that one movement may need anew
SIDE = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
FIRST, LAST = 0, 1  # words of `state`
RUN, TOP, LACK = 0, 1, 2  # of `spare`: the first free run (0: none), where unused ones begin, and whether to make more


@njit(cache=True, nogil=True)
def opened(state: Any, nodes: Any, spare: Any, opening: Any) -> None:
    """Give every holding its opening balance as one run of no category."""
    for h in range(state.shape[0]):
        if opening[h, 0] or opening[h, 1]:
            node = make(nodes, spare, opening[h, 0], opening[h, 1], 0)
            state[h, FIRST], state[h, LAST] = np.uint64(node), np.uint64(node)


@njit(cache=True, nogil=True)
def make(nodes: Any, spare: Any, high: Any, low: Any, colour: Any) -> Any:
    node = spare[RUN]
    if node:
        spare[RUN] = np.int64(nodes[node, 2] & LOW)
    else:
        node = spare[TOP]
        spare[TOP] += 1
    nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3] = high, low, ZERO, np.uint64(colour)
    return node


@njit(cache=True, nogil=True)
def drop(nodes: Any, spare: Any, node: Any) -> None:
    nodes[node, 2] = np.uint64(spare[RUN])
    spare[RUN] = node


@njit(cache=True, nogil=True)
def join(nodes: Any, before: Any, behind: Any) -> None:
    """Make two runs neighbours; 0 is the end of a list."""
    if before:
        nodes[before, 2] = (nodes[before, 2] >> SIDE << SIDE) | np.uint64(behind)
    if behind:
        nodes[behind, 2] = (nodes[behind, 2] & LOW) | (np.uint64(before) << SIDE)


@njit(cache=True, nogil=True)
def take(state: Any, nodes: Any, spare: Any, s: Any, high: Any, low: Any, last_first: bool) -> Any:
    """Cut the coins of an outflow off a holding's list; the first run of the piece."""
    node = np.int64(state[s, LAST] if last_first else state[s, FIRST])
    end = node
    while below(nodes[node, 0], nodes[node, 1], high, low):
        high, low = minus(high, low, nodes[node, 0], nodes[node, 1])
        node = np.int64(nodes[node, 2] >> SIDE if last_first else nodes[node, 2] & LOW)
    if below(high, low, nodes[node, 0], nodes[node, 1]):  # cut it: the piece gets a run of its own
        nodes[node, 0], nodes[node, 1] = minus(nodes[node, 0], nodes[node, 1], high, low)
        part = make(nodes, spare, high, low, nodes[node, 3])
        if last_first:
            join(nodes, part, np.int64(nodes[node, 2] & LOW))
            join(nodes, node, 0)
            state[s, LAST] = np.uint64(node)
            return part
        join(nodes, np.int64(nodes[node, 2] >> SIDE), part)
        join(nodes, 0, node)
        state[s, FIRST] = np.uint64(node)
        return part if end == node else end
    rest = np.int64(nodes[node, 2] >> SIDE if last_first else nodes[node, 2] & LOW)
    if last_first:
        join(nodes, rest, 0)
        join(nodes, 0, node)
        state[s, LAST] = np.uint64(rest)
        if not rest:
            state[s, FIRST] = ZERO
        return node
    join(nodes, node, 0)
    join(nodes, 0, rest)
    state[s, FIRST] = np.uint64(rest)
    if not rest:
        state[s, LAST] = ZERO
    return end


@njit(cache=True, nogil=True)
def put(state: Any, nodes: Any, spare: Any, r: Any, node: Any, colour: Any) -> None:
    """Hang a run behind a holding's list, in another colour; one of the same colour there takes it in."""
    last = np.int64(state[r, LAST])
    if last and np.int64(nodes[last, 3]) == colour:
        nodes[last, 0], nodes[last, 1] = plus(nodes[last, 0], nodes[last, 1], nodes[node, 0], nodes[node, 1])
        drop(nodes, spare, node)
        return
    nodes[node, 3] = np.uint64(colour)
    nodes[node, 2] = ZERO
    join(nodes, last, node)
    state[r, LAST] = np.uint64(node)
    if not last:
        state[r, FIRST] = np.uint64(node)


@njit(cache=True, nogil=True)
def hops_of(state: Any, pool: Any, s: Any, colour: Any) -> Any:
    """Over how many hops coins of a colour leave a holding."""
    block = np.int64(state[s, 2])
    for place in range(block, block + np.int64(state[s, 3] & BYTE)):
        if np.int64(pool[place, 4] & BYTE) == colour:
            step = 0 if (state[s, 3] >> THROUGH) & ONE else 1
            return min(np.int64((pool[place, 4] >> HELD_HOPS) & HOPS) + step, NEVER - 1)
    return NEVER - 1


@njit(cache=True, nogil=True)
def bring(
    state: Any, pool: Any, free: Any, nodes: Any, spare: Any, s: Any, r: Any, piece: Any, kind: Any, labelled: bool
) -> None:
    """Bring a piece of list to a holding: note what came, and hang it on, or forget it where value stops."""
    through = (state[r, 3] >> THROUGH) & ONE
    seen, hop = np.int64(-1), np.int64(1)
    while piece:
        following = np.int64(nodes[piece, 2] & LOW)
        colour = np.int64(nodes[piece, 3])
        kept = colour if through or not colour else colour | 1
        if colour and kind != NOBODY:
            if colour != seen:
                seen, hop = colour, np.int64(1) if labelled else hops_of(state, pool, s, colour)
            if s != r:
                at = record(state, pool, free, r, colour, 0)
                note(pool, np.int64(state[r, 2]) + at, nodes[piece, 0], nodes[piece, 1], hop)
            if kind == FREE:
                at = record(state, pool, free, r, kept, 0)
                hold(pool, np.int64(state[r, 2]) + at, ZERO, ZERO, hop, False)
        if kind == FREE:
            put(state, nodes, spare, r, piece, kept)
        else:
            drop(nodes, spare, piece)
        piece = following
