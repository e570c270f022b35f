"""The share of all matchings that contain each edge, summed exactly over a small component."""

import numpy as np

from cointrail.conversions.kernel import kernel
from cointrail.conversions.legs import Codes, Floats


@kernel
def share_of_all(row: Codes, column: Codes, odds: Floats, rows: int, columns: int) -> Floats:
    """Forward and backward over the rows, the state being the set of columns in use; log-odds of edges."""
    order = np.argsort(row, kind="mergesort")
    first = np.searchsorted(row[order], np.arange(rows + 1))
    sets = 1 << columns
    ahead, behind = np.full((rows + 1, sets), -np.inf), np.full((rows + 1, sets), -np.inf)
    ahead[0, 0] = 0.0
    behind[rows, :] = 0.0
    for r in range(rows):
        for used in range(sets):
            if ahead[r, used] == -np.inf:
                continue
            ahead[r + 1, used] = np.logaddexp(ahead[r + 1, used], ahead[r, used])
            for place in range(first[r], first[r + 1]):
                bit = 1 << column[order[place]]
                if not used & bit:
                    ahead[r + 1, used | bit] = np.logaddexp(
                        ahead[r + 1, used | bit], ahead[r, used] + odds[order[place]]
                    )
    for r in range(rows - 1, -1, -1):
        for used in range(sets):
            total = behind[r + 1, used]
            for place in range(first[r], first[r + 1]):
                bit = 1 << column[order[place]]
                if not used & bit:
                    total = np.logaddexp(total, behind[r + 1, used | bit] + odds[order[place]])
            behind[r, used] = total
    whole = behind[0, 0]
    chance = np.zeros(len(odds))
    for r in range(rows):
        for used in range(sets):
            if ahead[r, used] == -np.inf:
                continue
            for place in range(first[r], first[r + 1]):
                edge = order[place]
                bit = 1 << column[edge]
                if not used & bit:
                    chance[edge] += np.exp(ahead[r, used] + odds[edge] + behind[r + 1, used | bit] - whole)
    return chance
