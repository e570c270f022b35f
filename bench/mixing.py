"""Fit the weights of clues to generated mixing pools: python -m bench.mixing. Tests judge them on other seeds."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.links import linkings
from cointrail.conversions.mixers.pools.weights import AGES, CLUES, NAMES, write
from cointrail.drills.mixing import World, world
from cointrail.ledger import open_ledger

SEEDS = range(101, 105)  # never those of a test or of `make accuracy`
PEOPLE = 1_200
OUTER, STEPS = 3, 12
RIDGE = 0.5  # a clue that was hardly met says little
Floats = npt.NDArray[np.float64]


def features(linking: Linking, number: int) -> Floats:
    """What speaks for each deposit in the window of a withdrawal: one row a deposit, in the order of `NAMES`."""
    window, deposits = linking.windows[number], linking.history.deposits
    found = np.zeros((window.behind - window.first, len(NAMES)))
    time = linking.history.withdrawals[number].time or 0
    for row, place in enumerate(range(window.first, window.behind)):
        one = deposits[place]
        bits = linking.clues.who.get((number, one.depositor), 0) | linking.clues.which.get((number, place), 0)
        found[row, : len(CLUES)] = [bits >> bit & 1 for bit in range(len(CLUES))]
        older = sum(time - (one.time or 0) > age for age in AGES)
        if older < len(AGES):
            found[row, len(CLUES) + older] = 1
    return found


def fitted(worlds: list[tuple[World, list[Linking]]]) -> dict[str, float]:
    """The likeliest weights, given how claims were scaled down."""
    cases = []
    for made, links in worlds:
        for linking in links:
            place = {one.tx: number for number, one in enumerate(linking.history.deposits)}
            for number, one in enumerate(linking.history.withdrawals):
                window = linking.windows[number]
                true = place[made.truth[one.tx or b""]] - window.first
                share = linking.share(number)
                cases.append((features(linking, number), true, np.log(share)))
    weight = np.zeros(len(NAMES))
    for _ in range(STEPS):
        slope, bend = -RIDGE * weight, -RIDGE * np.eye(len(NAMES))
        for told, true, offset in cases:
            score = told @ weight + offset
            chance = np.exp(score - score.max())
            chance /= chance.sum()
            mean = chance @ told
            slope += told[true] - mean
            bend -= (told * chance[:, None]).T @ told - np.outer(mean, mean)
        weight = weight - np.clip(np.linalg.solve(bend, slope), -2, 2)
    return dict(zip(NAMES, weight.tolist(), strict=True))


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
            weights = fitted(
                [
                    (one, list(linkings(ledger, weights=weights).values()))
                    for one, ledger in zip(made, ledgers, strict=True)
                ]
            )
            print({name: round(value, 2) for name, value in weights.items()})
    write(weights)


if __name__ == "__main__":
    main()
