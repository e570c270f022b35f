"""The one matching: every leg in at most one pair, and the sum of the log-odds of the pairs as high as can be.

The log-odds of a pair weigh it against both of its legs being alone, so that a leg left alone counts 0 and a pair with
negative log-odds is never made. Shortest augmenting paths with potentials, one withdrawal at a time, on sparse edges:
a textbook method (Jonker and Volgenant 1987), with the right of a withdrawal to stay alone as an edge to a place of
its own.
"""

from heapq import heappop, heappush

import numpy as np

from cointrail.conversions.kernel import kernel
from cointrail.conversions.legs import Codes, Floats


def assign(deposit: Codes, withdrawal: Codes, odds: Floats, deposits: int, withdrawals: int) -> tuple[Codes, Floats]:
    """The best matching, and how much worse the best one with each edge is.

    `deposit`, `withdrawal`, `odds`: one entry an edge; node numbers below `deposits` and `withdrawals`, log-odds.
    Returns the edge of each withdrawal (-1 where it stays alone), and for each edge a lower limit of what a matching
    that contains it lacks, in log-odds; 0 for the edges of the matching.
    """
    order = np.argsort(withdrawal, kind="stable")
    first = np.searchsorted(withdrawal[order], np.arange(withdrawals + 1))
    mate, over, under = _solve(first, deposit[order], -odds[order], deposits)
    chosen = np.where(mate >= 0, order[mate] if len(order) else -1, -1)
    lack: Floats = np.maximum(-odds - over[withdrawal] - under[deposit], 0.0)
    lack[chosen[chosen >= 0]] = 0.0
    return chosen, lack


@kernel
def _solve(first: Codes, head: Codes, cost: Floats, deposits: int) -> tuple[Codes, Floats, Floats]:
    """The edge of each withdrawal and the potentials. The edges are sorted: those of w are first[w]:first[w + 1]."""
    rows = len(first) - 1
    mate = np.full(rows, -1, np.int64)  # edge of each withdrawal
    owner = np.full(deposits, -1, np.int64)  # withdrawal of each deposit
    over, under = np.zeros(rows), np.zeros(deposits)
    far = np.full(deposits, np.inf)
    done = np.zeros(deposits, np.bool_)
    via = np.full(deposits, -1, np.int64)  # edge by which a deposit was reached
    origin = np.full(deposits, -1, np.int64)  # withdrawal at its other end
    reach = np.zeros(rows)
    touched = np.empty(deposits, np.int64)
    seen = np.empty(rows, np.int64)
    for start in range(rows):
        least = 0.0  # the withdrawal's own potential is chosen so that no edge of it has a negative reduced cost
        for edge in range(first[start], first[start + 1]):
            least = min(least, cost[edge] - under[head[edge]])
        over[start] = least
        heap = [(0.0, np.int64(0))]
        heap.pop()
        touches, sights = 0, 0
        row, base = np.int64(start), 0.0
        best, alone, goal = np.inf, np.int64(-1), np.int64(-1)
        while True:
            seen[sights] = row
            sights += 1
            reach[row] = base
            if base - over[row] < best:  # this withdrawal could stay alone
                best, alone, goal = base - over[row], row, np.int64(-1)
            for edge in range(first[row], first[row + 1]):
                node = head[edge]
                length = base + cost[edge] - over[row] - under[node]
                if not done[node] and length < far[node] and length < best:
                    if far[node] == np.inf:
                        touched[touches] = node
                        touches += 1
                    far[node], via[node], origin[node] = length, edge, row
                    if owner[node] < 0:
                        best, alone, goal = length, np.int64(-1), node
                    else:
                        heappush(heap, (length, node))
            node = np.int64(-1)
            while len(heap) > 0:
                length, top = heappop(heap)
                if length >= best:
                    break
                if not done[top]:
                    node = top
                    break
            if node < 0:
                break
            done[node] = True
            row, base = owner[node], far[node]
        for place in range(sights):
            over[seen[place]] += best - reach[seen[place]]
        for place in range(touches):
            node = touched[place]
            if done[node]:
                under[node] -= best - far[node]
        # Turn the pairs along the path round.
        node = goal
        if goal < 0:
            if alone == start:
                node = np.int64(-1)
            else:
                node = head[mate[alone]]
                mate[alone] = -1
        while node >= 0:
            row = origin[node]
            last = mate[row]
            mate[row], owner[node] = via[node], row
            node = head[last] if row != start else np.int64(-1)
        for place in range(touches):
            node = touched[place]
            far[node], done[node] = np.inf, False
    return mate, over, under
