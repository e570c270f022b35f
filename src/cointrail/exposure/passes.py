"""The whole ledger in one pass a direction: every address against every category."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cointrail.exposure import coins, kernel, mixed, ordered
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
        nodes, spare = np.zeros((holdings + LEAST, 4), np.uint64), np.array([0, 1, 0])
        coins.opened(state, nodes, spare, opening)
    else:
        state[:, :2] = opening
    walk = ground.walks[backward]
    entries: tuple[Array, Array, Array] = (*ground.holdings, np.empty((0, 2), np.uint64))
    if policy == "tiho":
        entries = _listed(ground)
    at, whole = 0, len(ground.sender)
    while at < whole:
        end = min(whole, at + SLICE)
        if policy in ORDERED:
            at = ordered.replay(*rows, policy == "lifo", walk, state, pool, free, nodes, spare, ground.timed, at, end)
            if at < end:
                _enlarge(nodes if spare[coins.LACK] else pool)
        else:
            at = mixed.replay(*rows, MIXED[policy], ANYTHING, *entries, walk, state, pool, free, ground.timed, at, end)
            if at < end:
                _enlarge(pool)
        step(at / whole)
    return _gathered(ground, state, pool, backward)


def _enlarge(array: Array) -> None:
    """Make room in place: large arrays are remapped, not copied."""
    array.resize((int(len(array) * GROWTH), array.shape[1]), refcheck=False)


def _listed(ground: Ground) -> tuple[Array, Array, Array]:
    """Every holding's movements, settled transactions as one: entries, where each holding's begin, and amounts."""
    entries, start = ground.holdings
    walk = ground.walks[False]
    row = [np.repeat(walk.row, np.diff(first)) for first in (walk.out_first, walk.in_first)]
    holding = np.concatenate([walk.out_holding, walk.in_holding])
    net = np.concatenate([2 * row[0], 2 * row[1] + 1])
    size = np.concatenate([walk.out_amount, walk.in_amount])
    order = np.lexsort((net, holding))
    first = np.searchsorted(holding[order], np.arange(len(start)))
    room = len(entries) + len(net)
    own_start, own, amounts = np.zeros(len(start), np.int64), np.empty(room, np.int64), np.empty((room, 2), np.uint64)
    kernel.listed(entries, start, ground.amount, ground.wide, first, net[order], size[order], own_start, own, amounts)
    return own, own_start, amounts


def _gathered(ground: Ground, state: Array, pool: Array, backward: bool) -> Pass:
    seats = len(ground.begin) - 1
    room = int((state[:, 3] & np.uint64(0xFF)).sum())
    start = np.zeros(seats + 1, np.int64)
    colour, hops, amount = np.empty(room, np.uint8), np.empty(room, np.uint32), np.empty((room, 2), np.uint64)
    found = kernel.gathered(state, pool, ground.order, ground.begin, start, colour, hops, amount)
    whole = ground.receipts[backward]
    total = np.zeros((seats, 2), np.uint64)
    kernel.totals(whole, ground.order, ground.begin, total)
    return Pass(total, start, colour[:found], hops[:found], amount[:found])
