"""How sure each pair is: its share of all matchings, weighed by their odds.

A matching's weight is the product of the odds of its pairs. The edges fall into components that know nothing of each
other. In a small one the sum over all matchings is exact, in a larger one it is sampled.
"""

import numpy as np

from cointrail.conversions.exact import share_of_all
from cointrail.conversions.kernel import kernel
from cointrail.conversions.legs import Codes, Flags, Floats
from cointrail.conversions.sampled import SWEEPS, share_of_sampled

EXACT = 8  # legs on the smaller side up to which the sum is exact: 2**8 sets a step


def marginals(
    deposit: Codes, withdrawal: Codes, odds: Floats, sides: tuple[int, int], mated: Codes, sweeps: int = SWEEPS
) -> Floats:
    """The probability of each edge, given that every leg is in at most one pair.

    `odds` are log-odds; `sides`: how many deposits and withdrawals there are; `mated`: the edge of each withdrawal in a
    likely matching, -1 where alone; `sweeps`: how many matchings of a large component are sampled.
    """
    chance = np.empty(len(odds))
    if not len(odds):
        return chance
    component = components(deposit, withdrawal, *sides)
    inside = np.zeros(len(odds), np.bool_)
    inside[mated[mated >= 0]] = True
    order = np.argsort(component, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(component[order]) != 0])
    bounds = np.stack([starts, np.r_[starts[1:], len(order)]], axis=1)
    left, right = (_numbered(ends[order], component[order]) for ends in (deposit, withdrawal))
    chance[order] = _each(bounds, left, right, odds[order], inside[order], sweeps)
    return chance


def _numbered(ends: Codes, component: Codes) -> Codes:
    """Number the ends of edges from 0 in each component."""
    _, first, back = np.unique(ends, return_index=True, return_inverse=True)
    home = component[first]
    order = np.argsort(home, kind="stable")
    new = np.r_[True, np.diff(home[order]) != 0]
    place = np.arange(len(order))
    number = np.empty(len(order), np.int64)
    number[order] = place - np.maximum.accumulate(np.where(new, place, 0))
    found: Codes = number[back]
    return found


@kernel
def components(deposit: Codes, withdrawal: Codes, deposits: int, withdrawals: int) -> Codes:
    """The number of the connected component of each edge."""
    root = np.arange(deposits + withdrawals)
    for edge in range(len(deposit)):
        left, right = deposit[edge], deposits + withdrawal[edge]
        while root[left] != left:
            root[left] = root[root[left]]
            left = root[left]
        while root[right] != right:
            root[right] = root[root[right]]
            right = root[right]
        root[max(left, right)] = min(left, right)
    found = np.empty(len(deposit), np.int64)
    for edge in range(len(deposit)):
        node = deposit[edge]
        while root[node] != node:
            node = root[node]
        found[edge] = node
    return found


@kernel
def _each(bounds: Codes, left: Codes, right: Codes, odds: Floats, inside: Flags, sweeps: int) -> Floats:
    """The edges of component c are bounds[c, 0]:bounds[c, 1]; their ends are numbered in the component."""
    chance = np.empty(len(odds))
    for part in range(len(bounds)):
        low, high = bounds[part, 0], bounds[part, 1]
        if high - low == 1:
            chance[low] = 1 / (1 + np.exp(-odds[low]))
            continue
        a, b = left[low:high], right[low:high]
        lefts, rights = a.max() + 1, b.max() + 1
        if lefts <= EXACT:
            chance[low:high] = share_of_all(b, a, odds[low:high], rights, lefts)
        elif rights <= EXACT:
            chance[low:high] = share_of_all(a, b, odds[low:high], lefts, rights)
        else:
            chance[low:high] = share_of_sampled(a, b, odds[low:high], inside[low:high], (lefts, rights), sweeps)
    return chance
