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
# Of the generator: its shifts and its multiplier, 64 bits as two halves, and as a fraction of 53.
SHIFTS = np.uint64(12), np.uint64(25), np.uint64(27)
MULTIPLIER = np.uint64(0x2545F4914F6CDD1D)
HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
UNUSED, RANGE = np.uint64(11), 2.0**53


@kernel
def _draw(state: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The next state and the 64 bits drawn: xorshift64* (Vigna 2016). Most of a step's time would go into a slower
    one."""
    state ^= state >> SHIFTS[0]
    state ^= state << SHIFTS[1]
    state ^= state >> SHIFTS[2]
    return state, state * MULTIPLIER


@kernel
def _below(drawn: np.uint64, count: int) -> np.int64:
    """A number below `count` from 32 bits."""
    return np.int64(drawn * np.uint64(count) >> HALF)


@kernel
def share_of_sampled(a: Codes, b: Codes, odds: Floats, inside: Flags, sides: tuple[int, int], sweeps: int) -> Floats:
    """Each step offers a withdrawal another deposit or none; a holder of it takes the old one in exchange.

    Ends of the edges, log-odds, whether the edge is in the matching to start from, legs
    on both sides, how many matchings are counted.
    """
    lefts, rights = sides
    sweeps = max(FEWEST, min(sweeps, STEPS // rights))
    settle = sweeps // SETTLE
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
    state = np.uint64(SEED)
    for sweep in range(settle + sweeps):
        for _ in range(2 * rights):
            state, drawn = _draw(state)
            w = _below(drawn >> HALF, rights)
            degree = first[w + 1] - first[w]
            pick = _below(drawn & LOW, degree + 1)
            old = held[w]
            new = first[w] + pick if pick < degree else np.int64(-1)
            if new == old:
                continue
            gain = (odds[new] if new >= 0 else 0.0) - (odds[old] if old >= 0 else 0.0)
            other = owner[a[new]] if new >= 0 else np.int64(-1)
            back = np.int64(-1)
            if other >= 0:
                gain -= odds[held[other]]
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
            if gain < 0:
                state, drawn = _draw(state)
                if np.log((drawn >> UNUSED) / RANGE) >= gain:
                    continue
            if old >= 0:
                owner[a[old]] = other
            if other >= 0:
                held[other] = back
            held[w] = new
            if new >= 0:
                owner[a[new]] = w
        if sweep >= settle:
            for pair in held:
                if pair >= 0:
                    count[pair] += 1.0
    share = np.empty(edges)
    share[order] = count / sweeps
    return share
