"""The whole ledger in one pass a direction: every address against every category."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cointrail.exposure import coins, kernel
from cointrail.exposure.ground import Array, Ground, Words
from cointrail.exposure.said import categories

ORDERED = ("fifo", "lifo")  # policies under which coins keep their order
MIXED = {"haircut": kernel.HAIRCUT, "tiho": kernel.TIHO, "poison": kernel.POISON}  # ... and under which they do not
SLICE = 1 << 18  # rows between two calls of `step`
GROWTH = 1.25  # of the pool of records
LEAST = 1 << 16  # records of the first pool
ANYTHING = len(categories()) + 1  # beyond all codes: what came of any category, under poison


@dataclass(frozen=True)
class Pass:
    """What came to every seat in one direction: a total, and one row a colour from `start[seat]` on."""

    total: Words
    start: Array
    colour: Array
    hops: Array
    amount: Words


def play(ground: Ground, policy: str, backward: bool, step: Callable[[float], None] = lambda share: None) -> Pass:
    """Replay all rows; releases the interpreter, so that both directions can run at once."""
    holdings = len(ground.code)
    state = np.zeros((holdings, 4), np.uint64)
    state[:, 3] = kernel.facts(ground.code, ground.through)
    pool = np.zeros((LEAST, 5), np.uint64)
    free = np.zeros(kernel.CLASSES + 1, np.int64)
    free[kernel.CLASSES] = 1
    opening = np.zeros((holdings, 2), np.uint64)
    kernel.balances(opening, ground.came, ground.left, ground.lowest, backward)
    rows = (ground.sender, ground.link, ground.amount, ground.wide, ground.time, backward)
    if policy in ORDERED:
        nodes, spare = np.zeros((holdings + LEAST, 4), np.uint64), np.array([0, 1])
        coins.opened(state, nodes, spare, opening)
    else:
        state[:, :2] = opening
    at, whole = 0, len(ground.sender)
    while at < whole:
        end = min(whole, at + SLICE)
        if policy in ORDERED:
            at = coins.replay(*rows, policy == "lifo", state, pool, free, nodes, spare, ground.timed, at, end)
            if at < end and spare[coins.TOP] + coins.NEW > len(nodes):
                _enlarge(nodes)
        else:
            at = kernel.replay(
                *rows, MIXED[policy], ANYTHING, *ground.holdings, state, pool, free, ground.timed, at, end
            )
        if at < end and free[kernel.CLASSES] + kernel.ROOM > len(pool):
            _enlarge(pool)
        step(at / whole)
    return _gathered(ground, state, pool, backward)


def _enlarge(array: Array) -> None:
    """Make room in place: large arrays are remapped, not copied."""
    array.resize((int(len(array) * GROWTH), array.shape[1]), refcheck=False)


def _gathered(ground: Ground, state: Array, pool: Array, backward: bool) -> Pass:
    seats = len(ground.begin) - 1
    room = int((state[:, 3] & np.uint64(0xFF)).sum())
    start = np.zeros(seats + 1, np.int64)
    colour, hops, amount = np.empty(room, np.uint8), np.empty(room, np.uint32), np.empty((room, 2), np.uint64)
    found = kernel.gathered(state, pool, ground.order, ground.begin, start, colour, hops, amount)
    whole = ground.left if backward else ground.came
    total = np.zeros((seats, 2), np.uint64)
    kernel.totals(whole, ground.order, ground.begin, total)
    return Pass(total, start, colour[:found], hops[:found], amount[:found])
