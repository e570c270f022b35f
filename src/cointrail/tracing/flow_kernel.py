"""The compiled inner loop of the maximum flow: Dinic's method on amounts of any width.

An amount is a row of limbs, `LIMB_BITS` bits each, lowest first; one limb holds cents, two hold wei. Every edge is two
arcs, there and back, each other's `mate`; `room` is what can still be sent along an arc, and sending along one makes
room on its mate. The arcs of node n are the entries `first[n]` to `first[n + 1]` of `head`, `mate` and `room`.

Two rules of the layout keep the search short. The goal is never searched from, so that it may have thousands of arcs.
A node's arc to the goal comes first, so that the last layer before the goal is tried with one look a node; without it a
sink with a great many small arrivals, such as fees, is read in full by every search that comes by.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

LIMB_BITS = 62  # two spare bits: the sum of two limbs still fits a signed 64-bit number

Index = NDArray[np.int32]
Amounts = NDArray[np.int64]
Kernel = TypeVar("Kernel", bound=Callable[..., object])


class Arcs(NamedTuple):
    """The residual graph. Shapes: first (nodes + 1), head and mate (arcs), room (arcs, limbs)."""

    first: Index
    head: Index
    mate: Index
    room: Amounts


class Scratch(NamedTuple):
    """Working memory, one entry a node. `level` is -1 everywhere between calls."""

    level: Index
    turn: Index
    queue: Index
    path: Index


def kernel(function: Kernel) -> Kernel:
    """Compile with Numba on first use and keep the result on disk; to the type checker nothing changes."""
    return cast(Kernel, njit(cache=True)(function))


@kernel
def some(amounts: Amounts, row: int) -> bool:
    """Whether an amount is more than zero."""
    for limb in range(amounts.shape[1]):  # noqa: SIM110 - Numba has no any()
        if amounts[row, limb] != 0:
            return True
    return False


@kernel
def less(left: Amounts, row: int, right: Amounts) -> bool:
    """Whether `left[row]` is less than `right[0]`."""
    for limb in range(left.shape[1] - 1, -1, -1):
        if left[row, limb] != right[0, limb]:
            return bool(left[row, limb] < right[0, limb])
    return False


@kernel
def take(amounts: Amounts, row: int, step: Amounts) -> None:
    """amounts[row] -= step[0]; the caller knows that there is enough."""
    last = amounts.shape[1] - 1
    for limb in range(last + 1):
        amounts[row, limb] -= step[0, limb]
        if limb < last and amounts[row, limb] < 0:
            amounts[row, limb] += 1 << LIMB_BITS
            amounts[row, limb + 1] -= 1


@kernel
def give(amounts: Amounts, row: int, step: Amounts) -> None:
    """amounts[row] += step[0]; an arc and its mate never hold more than the supply, so the top limb has room."""
    last = amounts.shape[1] - 1
    for limb in range(last + 1):
        amounts[row, limb] += step[0, limb]
        if limb < last and amounts[row, limb] >= 1 << LIMB_BITS:
            amounts[row, limb] -= 1 << LIMB_BITS
            amounts[row, limb + 1] += 1


@kernel
def layer(arcs: Arcs, start: int, goal: int, back: bool, scratch: Scratch) -> tuple[int, int]:
    """Number the nodes by their distance from `start`, up to the layer from which the goal can be reached.

    Returns the number of nodes reached, which are `queue[:reached]`, and that layer, or -1 where there is no way.
    """
    level, turn, queue, _ = scratch
    level[start] = 0
    turn[start] = arcs.first[start]
    queue[0] = start
    taken, reached, last = 0, 1, -1
    while taken < reached:
        node = queue[taken]
        taken += 1
        depth = level[node]
        if 0 <= last < depth:
            break
        # In the last layer only the arc to the goal, which is the first, can be of use.
        end = arcs.first[node] + 1 if depth == last else arcs.first[node + 1]
        for arc in range(arcs.first[node], end):
            other = arcs.head[arc]
            if level[other] != -1 or not some(arcs.room, arcs.mate[arc] if back else arc):
                continue
            if other == goal:
                if node == start:
                    continue
                last = depth
                break
            level[other] = depth + 1
            turn[other] = arcs.first[other]
            queue[reached] = other
            reached += 1
    return reached, last


@kernel
def send(arcs: Arcs, path: Index, depth: int, left: Amounts, step: Amounts) -> int:
    """Send as much of `left` as the path carries; return the place of its first arc that is now full, or -1."""
    step[:] = left
    for place in range(depth):
        if less(arcs.room, path[place], step):
            step[0] = arcs.room[path[place]]
    full = -1
    for place in range(depth - 1, -1, -1):
        take(arcs.room, path[place], step)
        give(arcs.room, arcs.mate[path[place]], step)
        if not some(arcs.room, path[place]):
            full = place
    take(left, 0, step)
    return full


@kernel
def fill(arcs: Arcs, start: int, goal: int, back: bool, last: int, left: Amounts, scratch: Scratch) -> None:
    """Send along every shortest way found by `layer`, until none is open or nothing is left."""
    level, turn, _, path = scratch
    step = np.zeros_like(left)
    depth, node = 0, start
    while True:
        if node == goal:
            depth = send(arcs, path, depth, left, step)
            if not some(left, 0):
                return
            node = arcs.head[path[depth]] if back else arcs.head[arcs.mate[path[depth]]]
        end = arcs.first[node + 1] if level[node] < last else arcs.first[node] + (level[node] == last)
        while turn[node] < end:
            arc = turn[node]
            other = arcs.head[arc]
            if level[other] == level[node] + 1:
                open_arc = arcs.mate[arc] if back else arc
                if some(arcs.room, open_arc):
                    path[depth] = open_arc
                    break
            turn[node] += 1
        if turn[node] < end:
            node = arcs.head[turn[node]]
            depth += 1
        elif depth > 0:  # a dead end: step back and try the next arc
            depth -= 1
            node = arcs.head[path[depth]] if back else arcs.head[arcs.mate[path[depth]]]
            turn[node] += 1
        else:
            return


@kernel
def push(arcs: Arcs, start: int, goal: int, back: bool, left: Amounts, scratch: Scratch) -> None:
    """Send as much as possible of `left`, shape (1, limbs), from `start` to `goal`, or the other way if `back`.

    `room` and `left` are changed in place. The arcs that join start and goal directly are not used.
    """
    level = scratch.level
    while some(left, 0):
        reached, last = layer(arcs, start, goal, back, scratch)
        if last >= 0:
            level[goal] = last + 1
            fill(arcs, start, goal, back, last, left, scratch)
            level[goal] = -1
        level[scratch.queue[:reached]] = -1
        if last < 0:
            return
