"""The whole ledger in one pass a direction: every address against every category."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cointrail.exposure import kernel
from cointrail.exposure.ground import Array, Ground, Words
from cointrail.exposure.said import categories

POLICIES = ("haircut", "poison")  # those that one pass does
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
    state = np.zeros((len(ground.code), 4), np.uint64)
    state[:, 3] = kernel.facts(ground.code, ground.through)
    kernel.balances(state, ground.came, ground.left, ground.lowest, backward)
    pool = np.zeros((LEAST, 5), np.uint64)
    free = np.zeros(kernel.CLASSES + 1, np.int64)
    free[kernel.CLASSES] = 1
    rows, at = len(ground.sender), 0
    while at < rows:
        end = min(rows, at + SLICE)
        at = kernel.replay(
            ground.sender, ground.link, ground.amount, ground.wide, ground.time, backward, policy == "poison", ANYTHING,
            state, pool, free, ground.timed, at, end,
        )  # fmt: skip
        if at < end:
            pool.resize((int(len(pool) * GROWTH), 5), refcheck=False)
        step(at / rows)
    return _gathered(ground, state, pool, backward)


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
