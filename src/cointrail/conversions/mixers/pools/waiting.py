"""How long deposits wait, learnt from a ledger's own pools without knowing which withdrawal is whose.

Each deposit is taken to bring a withdrawal with a rate that depends on its age alone. When withdrawals come then tells
the rates: those under which they were likeliest are found by going to and fro between the chances of the links and the
rates that these give (expectation and maximisation). People who leave clues hurry, so only withdrawals without a clue
count, and of deposits what clues do not claim. Where little was seen, the rates that come with the package count.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cointrail.conversions.mixers.pools.clues import Clues
from cointrail.conversions.mixers.pools.history import History, Window
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.weights import AGE, AGES

Floats = npt.NDArray[np.float64]
STEPS, ROUNDS = 12, 3
KNOWN = 3.0  # withdrawals of each class that the rates of the package count for
TINY = 1e-12

Case = tuple[History, list[Window], Clues]


def learnt(cases: Sequence[Case], weights: Mapping[str, float], known: float = KNOWN) -> dict[str, float]:
    """The weights with those of the classes of age as pools of one ledger show them."""
    told = [case for case in cases if _timed(case[0])]
    found = dict(weights)
    prior = np.exp([*(weights[f"{AGE}_{number}"] for number in range(len(AGES))), 0.0])
    for _ in range(STEPS if told else 0):
        ages, exposed = np.zeros(len(AGES) + 1), np.zeros(len(AGES) + 1)
        for case in told:
            linking = Linking(*case, found, ROUNDS)
            ages += linking.ages()
            exposed += exposure(case[0], linking.rest)
        if not ages.any():
            return dict(weights)
        before = prior * ages.sum() / float(exposed @ prior)  # per deposit and second
        rates = np.log(np.maximum((ages + known) / (exposed + known / before), TINY))
        found |= {f"{AGE}_{number}": float(rates[number] - rates[-1]) for number in range(len(AGES))}
    return found


def exposure(history: History, share: Floats) -> Floats:
    """For how many seconds in all deposits were of each class of age, up to the last thing that happened in the pool.

    `share`: how much of each deposit counts.
    """
    times = np.array([one.time for one in history.deposits], np.float64)
    last = max([*times.tolist(), *(one.time or 0 for one in history.withdrawals)], default=0.0)
    age = last - times
    return np.array([share @ np.clip(age - low, 0, high - low) for low, high in pairwise((0, *AGES, np.inf))])


def _timed(history: History) -> bool:
    told = [one.time for one in history.deposits] + [one.time for one in history.withdrawals]
    return None not in told
