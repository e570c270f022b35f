"""The links of a generated world of mixing pools, judged by what happened."""

from collections.abc import Mapping

import numpy as np

from cointrail.conversions.mixers.pools import Pool
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.drills.mixing.world import World
from cointrail.drills.reliability import Said


def judged(linkings: Mapping[Pool, Linking], world: World) -> list[Said]:
    """Every link of every withdrawal to a depositor."""
    found: list[Said] = []
    for linking in linkings.values():
        history = linking.history
        owners = [world.depositors[one.tx or b""] for one in history.deposits]
        people = sorted(set(owners))  # as they are: numpy takes a zero byte at the end of an address for padding
        codes = {owner: place for place, owner in enumerate(people)}
        who = np.array([codes[owner] for owner in owners], np.int64)
        for number, one in enumerate(history.withdrawals):
            chances, _ = linking.row(number)
            window = linking.windows[number]
            said = np.bincount(who[window.first : window.behind], chances, minlength=len(people))
            truth = world.depositors[world.truth[one.tx or b""]]
            for place in np.flatnonzero(said).tolist():
                found.append(Said(float(said[place]), people[place] == truth, truth))
    return found
