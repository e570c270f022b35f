"""The share of all matchings that contain each edge, sampled in a component that is too large for a sum.

A chain of matchings whose long-run frequencies are their weights (Metropolis and others 1953), started from the best
one. The same edges give the same samples.
"""

import numpy as np

from cointrail.conversions.kernel import kernel
from cointrail.conversions.legs import Codes, Flags, Floats

SWEEPS = 1_500  # matchings that are counted, unless said otherwise
SETTLE = 10  # one in so many more before them, that is not
STEPS = 2_000_000  # of one component; a larger one gets fewer matchings, and its legs are beyond telling apart anyway
FEWEST = 20
SEED = 0x5EED


@kernel
def share_of_sampled(a: Codes, b: Codes, odds: Floats, inside: Flags, sides: tuple[int, int], sweeps: int) -> Floats:
    """Each step offers a withdrawal another deposit or none; a holder of it takes the old one in exchange.

    Ends of the edges, log-odds, whether the edge is in the matching to start from, legs
    on both sides, how many matchings are counted.
    """
    lefts, rights = sides
    sweeps = max(FEWEST, min(sweeps, STEPS // rights))
    settle = sweeps // SETTLE
    np.random.seed(SEED)
    edges = len(a)
    order = np.argsort(b, kind="mergesort")  # edges of a withdrawal stand together, as a step looks at all of them
    a, b, odds, inside = a[order].astype(np.int32), b[order], odds[order], inside[order]
    first = np.searchsorted(b, np.arange(rights + 1))
    held = np.full(rights, -1, np.int64)  # edge of each withdrawal
    owner = np.full(lefts, -1, np.int64)
    for edge in range(edges):
        if inside[edge]:
            held[b[edge]] = edge
            owner[a[edge]] = b[edge]
    count = np.zeros(edges)
    for sweep in range(settle + sweeps):
        for _ in range(2 * rights):
            w = np.random.randint(rights)
            degree = first[w + 1] - first[w]
            pick = np.random.randint(degree + 1)
            old = held[w]
            if pick == degree:
                if old >= 0 and np.log(np.random.random()) < -odds[old]:
                    held[w] = -1
                    owner[a[old]] = -1
                continue
            new = first[w] + pick
            if new == old:
                continue
            gain = odds[new] - (odds[old] if old >= 0 else 0.0)
            other = owner[a[new]]
            if other < 0:
                if np.log(np.random.random()) < gain:
                    if old >= 0:
                        owner[a[old]] = -1
                    held[w] = new
                    owner[a[new]] = w
                continue
            gain -= odds[held[other]]
            back = np.int64(-1)
            if old >= 0:
                for place in range(first[other], first[other + 1]):
                    if a[place] == a[old]:
                        back = np.int64(place)
                        break
                if back < 0:
                    continue  # the holder cannot take the old one: there would be no way back
                gain += odds[back]
            else:  # the way back is offered by the other one, which has another number of choices
                gain += np.log((degree + 1) / (first[other + 1] - first[other] + 1))
            if np.log(np.random.random()) < gain:
                if old >= 0:
                    owner[a[old]] = other
                held[other] = back
                held[w] = new
                owner[a[new]] = w
        if sweep >= settle:
            for w in range(rights):
                if held[w] >= 0:
                    count[held[w]] += 1.0
    share = np.empty(edges)
    share[order] = count / sweeps
    return share
