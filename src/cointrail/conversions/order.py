"""First in, first out among equals.

Two deposits that nothing but their time tells apart are mostly paid in their order. The matching crosses them wherever
the delays fit ever so slightly better that way; where it gains next to nothing, the order decides.
"""

import numpy as np

from cointrail.conversions.legs import Codes, Floats

SLIGHT = 0.7  # log-odds that a crossing must gain to stand: twice as likely
PASSES = 50  # over one group of equals; each puts neighbours in order


def in_order(chosen: Codes, deposit: Codes, withdrawal: Codes, odds: Floats, group: Codes) -> Codes:
    """The chosen edges with slight crossings undone.

    One entry an edge: deposit and withdrawal (row numbers, in order of time), log-odds, number of the group of equals.
    """
    result = chosen[np.lexsort((deposit[chosen], group[chosen]))]
    crossed = (np.diff(group[result]) == 0) & (np.diff(withdrawal[result]) < 0)
    if not crossed.any():
        return result
    groups = np.unique(group[result[1:][crossed]])
    inside = np.flatnonzero(np.isin(group, groups))
    pairs = zip(deposit[inside].tolist(), withdrawal[inside].tolist(), strict=True)
    known = dict(zip(pairs, inside.tolist(), strict=True))
    places = np.flatnonzero(np.isin(group[result], groups))
    for run in np.split(places, np.flatnonzero(np.diff(group[result[places]])) + 1):
        result[run] = _sorted(result[run].tolist(), deposit, withdrawal, odds, known)
    return result


def _sorted(
    run: list[int], deposit: Codes, withdrawal: Codes, odds: Floats, known: dict[tuple[int, int], int]
) -> list[int]:
    for _ in range(PASSES):
        calm = True
        for place in range(len(run) - 1):
            one, two = run[place], run[place + 1]
            if withdrawal[one] < withdrawal[two]:
                continue
            first = known.get((int(deposit[one]), int(withdrawal[two])))
            second = known.get((int(deposit[two]), int(withdrawal[one])))
            if first is None or second is None or odds[one] + odds[two] - odds[first] - odds[second] > SLIGHT:
                continue
            run[place], run[place + 1], calm = first, second, False
        if calm:
            break
    return run
