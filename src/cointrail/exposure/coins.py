"""The compiled replay of a whole ledger under fifo and lifo: coins keep their order, so a holding is a list of runs.

A run is coins of one colour that lie together: a row of `nodes` with its length (two words), the runs before and behind
it (32 bits each), and its colour. A movement takes runs from one end of a list, cuts at most one, and hangs them behind
another, so there are never more runs than holdings and twice as many as movements. A holding's row of `state` has the
first and the last run, and its block of records and word of facts as in `kernel`, where records say what came.
"""

from typing import Any

import numpy as np
from numba import njit

from cointrail.exposure.kernel import (
    AHEAD,
    BYTE,
    CLASSES,
    CODE,
    DEAD,
    HELD_HOPS,
    HOPS,
    NEAR,
    NEVER,
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
from cointrail.exposure.wide import ONE, ZERO, below, minus, plus
from cointrail.ledger.prefetch import prefetch

NEW = 3  # runs that one movement may need anew
SIDE = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
FIRST, LAST = 0, 1  # words of `state`
RUN, TOP = 0, 1  # of `spare`: the first free run (0: none), and where unused ones begin


@njit(cache=True, nogil=True)
def opened(state: Any, nodes: Any, spare: Any, opening: Any) -> None:
    """Give every holding its opening balance as one run of no category."""
    for h in range(state.shape[0]):
        if opening[h, 0] or opening[h, 1]:
            node = _make(nodes, spare, opening[h, 0], opening[h, 1], 0)
            state[h, FIRST], state[h, LAST] = np.uint64(node), np.uint64(node)


@njit(cache=True, nogil=True)
def _make(nodes: Any, spare: Any, high: Any, low: Any, colour: Any) -> Any:
    node = spare[RUN]
    if node:
        spare[RUN] = np.int64(nodes[node, 2] & LOW)
    else:
        node = spare[TOP]
        spare[TOP] += 1
    nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3] = high, low, ZERO, np.uint64(colour)
    return node


@njit(cache=True, nogil=True)
def _drop(nodes: Any, spare: Any, node: Any) -> None:
    nodes[node, 2] = np.uint64(spare[RUN])
    spare[RUN] = node


@njit(cache=True, nogil=True)
def _join(nodes: Any, before: Any, behind: Any) -> None:
    """Make two runs neighbours; 0 is the end of a list."""
    if before:
        nodes[before, 2] = (nodes[before, 2] >> SIDE << SIDE) | np.uint64(behind)
    if behind:
        nodes[behind, 2] = (nodes[behind, 2] & LOW) | (np.uint64(before) << SIDE)


@njit(cache=True, nogil=True)
def _take(state: Any, nodes: Any, spare: Any, s: Any, high: Any, low: Any, last_first: bool) -> Any:
    """Cut the coins of an outflow off a holding's list; the first run of the piece."""
    node = np.int64(state[s, LAST] if last_first else state[s, FIRST])
    end = node
    while below(nodes[node, 0], nodes[node, 1], high, low):
        high, low = minus(high, low, nodes[node, 0], nodes[node, 1])
        node = np.int64(nodes[node, 2] >> SIDE if last_first else nodes[node, 2] & LOW)
    if below(high, low, nodes[node, 0], nodes[node, 1]):  # cut it: the piece gets a run of its own
        nodes[node, 0], nodes[node, 1] = minus(nodes[node, 0], nodes[node, 1], high, low)
        part = _make(nodes, spare, high, low, nodes[node, 3])
        if last_first:
            _join(nodes, part, np.int64(nodes[node, 2] & LOW))
            _join(nodes, node, 0)
            state[s, LAST] = np.uint64(node)
            return part
        _join(nodes, np.int64(nodes[node, 2] >> SIDE), part)
        _join(nodes, 0, node)
        state[s, FIRST] = np.uint64(node)
        return part if end == node else end
    rest = np.int64(nodes[node, 2] >> SIDE if last_first else nodes[node, 2] & LOW)
    if last_first:
        _join(nodes, rest, 0)
        _join(nodes, 0, node)
        state[s, LAST] = np.uint64(rest)
        if not rest:
            state[s, FIRST] = ZERO
        return node
    _join(nodes, node, 0)
    _join(nodes, 0, rest)
    state[s, FIRST] = np.uint64(rest)
    if not rest:
        state[s, LAST] = ZERO
    return end


@njit(cache=True, nogil=True)
def _put(state: Any, nodes: Any, spare: Any, r: Any, node: Any, colour: Any) -> None:
    """Hang a run behind a holding's list, in another colour; one of the same colour there takes it in."""
    last = np.int64(state[r, LAST])
    if last and np.int64(nodes[last, 3]) == colour:
        nodes[last, 0], nodes[last, 1] = plus(nodes[last, 0], nodes[last, 1], nodes[node, 0], nodes[node, 1])
        _drop(nodes, spare, node)
        return
    nodes[node, 3] = np.uint64(colour)
    nodes[node, 2] = ZERO
    _join(nodes, last, node)
    state[r, LAST] = np.uint64(node)
    if not last:
        state[r, FIRST] = np.uint64(node)


@njit(cache=True, nogil=True)
def _hops(state: Any, pool: Any, s: Any, colour: Any) -> Any:
    """Over how many hops coins of a colour leave a holding."""
    block = np.int64(state[s, 2])
    for place in range(block, block + np.int64(state[s, 3] & BYTE)):
        if np.int64(pool[place, 4] & BYTE) == colour:
            step = 0 if (state[s, 3] >> THROUGH) & ONE else 1
            return min(np.int64((pool[place, 4] >> HELD_HOPS) & HOPS) + step, NEVER - 1)
    return NEVER - 1


@njit(cache=True, nogil=True)
def _bring(
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
                seen, hop = colour, np.int64(1) if labelled else _hops(state, pool, s, colour)
            if s != r:
                at = record(state, pool, free, r, colour, 0)
                note(pool, np.int64(state[r, 2]) + at, nodes[piece, 0], nodes[piece, 1], hop)
            if kind == FREE:
                at = record(state, pool, free, r, kept, 0)
                hold(pool, np.int64(state[r, 2]) + at, ZERO, ZERO, hop, False)
        if kind == FREE:
            _put(state, nodes, spare, r, piece, kept)
        else:
            _drop(nodes, spare, piece)
        piece = following


@njit(cache=True, nogil=True)
def replay(
    sender: Any, link: Any, narrow: Any, wide: Any, time: Any, backward: bool, last_first: bool,
    state: Any, pool: Any, free: Any, nodes: Any, spare: Any, timed: Any, first: Any, last: Any,
) -> Any:  # fmt: skip
    """Play rows `first` to `last` in walking order; the place of the first that there is no room for, or `last`.

    The arguments are as in `kernel.replay`; `last_first` is lifo.
    """
    rows = sender.size
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
        if free[CLASSES] + ROOM > pool.shape[0] or spare[TOP] + NEW > nodes.shape[0]:
            return i
        high, low = ZERO, narrow[row]
        if low & WIDE_BIT:
            high, low = wide[low ^ WIDE_BIT, 2], wide[low ^ WIDE_BIT, 3]
        piece: Any = np.int64(0)
        if code in (FREE, TIMED):
            piece = _take(state, nodes, spare, s, high, low, last_first)
        if code == TIMED:
            code = code_at(s, time[row], timed)
        if code != FREE:
            while piece:
                following = np.int64(nodes[piece, 2] & LOW)
                _drop(nodes, spare, piece)
                piece = following
            piece = _make(nodes, spare, high, low, 0 if code == NOBODY else 2 * code)
        holds = kind == TIMED
        if kind == TIMED:
            kind = code_at(r, time[row], timed)
        _bring(state, pool, free, nodes, spare, s, r, piece, kind, code not in (FREE, NOBODY))
        if holds and kind != FREE:  # labelled now, and perhaps not later: the coins are there, of no category
            _put(state, nodes, spare, r, _make(nodes, spare, high, low, 0), 0)
    return last
