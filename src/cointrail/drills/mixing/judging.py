"""Whether links are right as often as they are said to be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cointrail.conversions.mixers.pools import Pool
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.drills.mixing.world import World

LEVELS = (0.0, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Said:
    """What was said of one withdrawal and one depositor, whether it is right, and whose withdrawal it is: those of one
    person stand and fall together."""

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


def judged(linkings: Mapping[Pool, Linking], world: World) -> list[Said]:
    """Every link of every withdrawal to a depositor."""
    found: list[Said] = []
    for linking in linkings.values():
        history = linking.history
        owners = np.array([world.depositors[one.tx or b""] for one in history.deposits])
        people, who = np.unique(owners, return_inverse=True)
        for number, one in enumerate(history.withdrawals):
            chances, _ = linking.row(number)
            window = linking.windows[number]
            said = np.bincount(who[window.first : window.behind], chances, minlength=len(people))
            truth = world.depositors[world.truth[one.tx or b""]]
            for place in np.flatnonzero(said).tolist():
                found.append(Said(float(said[place]), people[place] == truth, truth))
    return found


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
