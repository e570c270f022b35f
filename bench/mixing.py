"""Fit the weights of clues to generated mixing pools: python -m bench.mixing. Tests judge them on other seeds."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cointrail.conversions.mixers.pools.clues import Clues, clues
from cointrail.conversions.mixers.pools.history import History
from cointrail.conversions.mixers.pools.linking import Linking
from cointrail.conversions.mixers.pools.reading import histories
from cointrail.conversions.mixers.pools.waiting import learnt
from cointrail.conversions.mixers.pools.weights import CLUES, NAMES, write
from cointrail.drills.mixing import Habits, World, world
from cointrail.drills.mixing.habits import DAY, HOUR
from cointrail.ledger import Ledger, open_ledger

SEEDS = range(
    201, 207
)  # never those of a test or of `make accuracy`, whose habits are others too but for the published
PEOPLE = 1_200
OTHERS = (
    (Habits(reuse=0.12, linked=0.12, relayed=0.6), 1_000),
    (Habits(reuse=0.27, linked=0.25, relayed=0.85), 1_000),
    (Habits(wait=6 * DAY, hurry=DAY), 1_200),
    (Habits(wait=DAY, hurry=2 * HOUR), 900),
    (Habits(again=0.15, popular=0.04), 1_200),
    (Habits(by_chance=0.06, more=0.6), 900),
)
WORLDS = (*((Habits(), PEOPLE) for _ in SEEDS), *OTHERS)
OUTER, STEPS = 3, 12
RIDGE = 0.5  # a clue that was hardly met says little
LITTLE = 1e-12  # what all others weigh at least
Floats = npt.NDArray[np.float64]


Case = tuple[Floats, int, Floats]  # what speaks for each row, the row that is right, and what rows weigh without


def case(linking: Linking, number: int, true: int) -> Case | None:
    """The deposits in the window of a withdrawal that clues (columns in their order) speak for, one row each, and all
    others together, which are the last row; None where nothing speaks for any. `true`: the place of the right one."""
    window, deposits = linking.windows[number], linking.history.deposits
    share, told, kept = linking.share(number), [], []
    for place in range(window.first, window.behind):
        who, which = (number, deposits[place].depositor), (number, place)
        bits = linking.clues.who.get(who, 0) | linking.clues.which.get(which, 0)
        if bits:
            told.append([bits >> bit & 1 for bit in range(len(CLUES))])
            kept.append(place)
    if not told:
        return None
    mine = np.isin(np.arange(window.first, window.behind), kept)
    rest = max(float(share[~mine].sum()), LITTLE)
    right = kept.index(true) if true in kept else len(kept)
    return np.array([*told, [0] * len(CLUES)], np.float64), right, np.log(np.r_[share[mine], rest])


def cases(made: World, links: list[Linking]) -> Iterator[Case]:
    """Those of all withdrawals of a world that some clue speaks of."""
    for linking in links:
        place = {one.tx: number for number, one in enumerate(linking.history.deposits)}
        for number, one in enumerate(linking.history.withdrawals):
            if (found := case(linking, number, place[made.truth[one.tx or b""]])) is not None:
                yield found


def fitted(known: list[Case]) -> dict[str, float]:
    """The likeliest weights of clues, given what ages weigh and what else is claimed."""
    weight = np.zeros(len(CLUES))
    for _ in range(STEPS):
        slope, bend = -RIDGE * weight, -RIDGE * np.eye(len(CLUES))
        for told, true, offset in known:
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
    made = [world(seed, people, habits) for seed, (habits, people) in enumerate(WORLDS, SEEDS.start)]
    with tempfile.TemporaryDirectory() as folder:
        known = []
        for number, one in enumerate(made):
            one.keep(Path(folder, str(number)))
            happened, found = told(open_ledger(Path(folder, str(number))))
            known.append([(history, history.windows(), some) for history, some in zip(happened, found, strict=True)])
    weights: Mapping[str, float] = dict.fromkeys(NAMES, 0.0)
    for _ in range(OUTER):
        links = [[Linking(*case, learned) for case in some] for some in known for learned in [learnt(some, weights)]]
        every = [case for one, some in zip(made, links, strict=True) for case in cases(one, some)]
        usual = [one for some in links[: len(SEEDS)] for one in some]
        weights = fitted(every) | waits(usual)
        print({name: round(value, 2) for name, value in weights.items()})
    write(weights)


def told(ledger: Ledger) -> tuple[list[History], list[Clues]]:
    """What happened in the pools of a ledger, and what speaks for whom."""
    found = list(histories(ledger).values())
    return found, clues(ledger, found, [one.windows() for one in found])


if __name__ == "__main__":
    main()
