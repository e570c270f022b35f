"""How far the claims on one depositor's deposits fit together.

Each claim is a withdrawal that clues ascribe to the depositor, with its odds if there were no other claim. Of m
deposits, j claims can be served in m (m - 1) ... (m - j + 1) ways, out of m^j if each could be withdrawn many times; so
a set of j claims is that much less likely. The sum over all sets is exact, by the distribution of their number.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MANY = 64  # claims on one depositor above which they are scaled alike


def fitted(odds: Floats, deposits: int) -> Floats:
    """By what the odds of each claim are to be multiplied, for the others' sake; 1 where nothing stands against it."""
    if len(odds) == 1 or deposits <= 0:
        return np.ones(len(odds))
    chance = odds / (1 + odds)
    if len(odds) > MANY:
        return np.full(len(odds), min(1.0, deposits / float(chance.sum())))
    number = np.zeros((len(odds), len(odds) + 1))  # how likely how many of the others are right, claim by claim
    number[:, 0] = 1
    for place, share in enumerate(chance.tolist()):
        added = number * (1 - share)
        added[:, 1:] += number[:, :-1] * share
        added[place] = number[place]
        number = added
    ways = np.cumprod(np.r_[1.0, np.maximum(deposits - np.arange(len(odds) + 1), 0) / deposits])
    found: Floats = (number @ ways[1:]) / (number @ ways[:-1])
    return found
