"""Fit the weights of clues to generated mixing pools: python -m bench.mixing. Tests judge them on other seeds."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.links import linkings
from cointrail.conversions.mixers.pools.waiting import learnt
from cointrail.conversions.mixers.pools.weights import CLUES, NAMES, write
from cointrail.drills.mixing import World, world
from cointrail.ledger import open_ledger

SEEDS = range(101, 103)  # never those of a test or of `make accuracy`
PEOPLE = 1_200
OUTER, STEPS = 3, 12
RIDGE = 0.5  # a clue that was hardly met says little
Floats = npt.NDArray[np.float64]


def features(linking: Linking, number: int) -> Floats:
    """What speaks for each deposit in the window of a withdrawal: one row a deposit, in the order of `CLUES`."""
    window, deposits = linking.windows[number], linking.history.deposits
    found = np.zeros((window.behind - window.first, len(CLUES)))
    for row, place in enumerate(range(window.first, window.behind)):
        who, which = (number, deposits[place].depositor), (number, place)
        bits = linking.clues.who.get(who, 0) | linking.clues.which.get(which, 0)
        found[row] = [bits >> bit & 1 for bit in range(len(CLUES))]
    return found


def fitted(worlds: list[tuple[World, list[Linking]]]) -> dict[str, float]:
    """The likeliest weights of clues, given what ages weigh and what else is claimed."""
    cases = []
    for made, links in worlds:
        for linking in links:
            place = {one.tx: number for number, one in enumerate(linking.history.deposits)}
            for number, one in enumerate(linking.history.withdrawals):
                true = place[made.truth[one.tx or b""]] - linking.windows[number].first
                cases.append((features(linking, number), true, np.log(linking.share(number))))
    weight = np.zeros(len(CLUES))
    for _ in range(STEPS):
        slope, bend = -RIDGE * weight, -RIDGE * np.eye(len(CLUES))
        for told, true, offset in cases:
            score = told @ weight + offset
            chance = np.exp(score - score.max())
            chance /= chance.sum()
            mean = chance @ told
            slope += told[true] - mean
            bend -= (told * chance[:, None]).T @ told - np.outer(mean, mean)
        weight = weight - np.clip(np.linalg.solve(bend, slope), -2, 2)
    return dict(zip(CLUES, weight.tolist(), strict=True))


def waits(links: list[Linking]) -> dict[str, float]:
    """What ages weigh in the pools of all worlds together."""
    cases = [(one.history, one.windows, one.clues) for one in links]
    return {name: weight for name, weight in learnt(cases, links[0].weights, 0.01).items() if name not in CLUES}


def main() -> None:
    """Fit, scale claims down, fit again."""
    made = [world(seed, PEOPLE) for seed in SEEDS]
    with tempfile.TemporaryDirectory() as folder:
        ledgers = []
        for number, one in enumerate(made):
            one.keep(Path(folder, str(number)))
            ledgers.append(open_ledger(Path(folder, str(number))))
        weights: Mapping[str, float] = dict.fromkeys(NAMES, 0.0)
        for _ in range(OUTER):
            links = [list(linkings(ledger, weights=weights).values()) for ledger in ledgers]
            weights = fitted(list(zip(made, links, strict=True))) | waits([one for some in links for one in some])
            print({name: round(value, 2) for name, value in weights.items()})
    write(weights)


if __name__ == "__main__":
    main()
