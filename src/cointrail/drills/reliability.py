"""Whether inferences are right as often as they are said to be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LEVELS = (0.0, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Said:
    """What was said of one link, whether it is right, and whose it is: those of one person stand and fall together."""

    chance: float
    right: bool
    person: bytes


@dataclass(frozen=True)
class Level:
    """Links said to be about equally likely: how many there are, what was said on average, the share that is right, and
    the standard error of that share."""

    least: float
    most: float
    links: int
    said: float
    right: float
    error: float


def levels(said: Iterable[Said], edges: Sequence[float] = LEVELS) -> list[Level]:
    """The reliability table. Errors count people, not withdrawals: those of one person are no separate evidence."""
    every = list(said)
    found = []
    for least, most in pairwise(edges):
        mine = [one for one in every if least <= one.chance < most or one.chance == most == 1.0]
        if not mine:
            continue
        by: dict[bytes, float] = {}
        share = sum(one.right for one in mine) / len(mine)
        chance = sum(one.chance for one in mine) / len(mine)
        for one in mine:
            by[one.person] = by.get(one.person, 0.0) + one.right - one.chance
        error = float(np.sqrt(sum(value**2 for value in by.values()))) / len(mine)
        found.append(Level(least, most, len(mine), chance, share, error))
    return found
